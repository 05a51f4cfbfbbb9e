//! Process owners and operators at work: deploying, asking why something waits, and doing something to one instance or to many.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use common::{Ask, CLERK, Said, Site, until};
use serde_json::{Value, json};

/// A process in which a person does these tasks one after the other.
fn people(id: &str, tasks: &[&str]) -> String {
    let path: Vec<&str> = ["s"].iter().chain(tasks).chain(&["e"]).copied().collect();
    let tasks: String = tasks.iter().map(|task| format!(r#"<bpmn:userTask id="{task}"/>"#)).collect();
    let flows: String = path
        .windows(2)
        .map(|pair| format!(r#"<bpmn:sequenceFlow id="f-{0}" sourceRef="{0}" targetRef="{1}"/>"#, pair[0], pair[1]))
        .collect();
    format!(
        r#"<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t"><bpmn:process id="{id}" isExecutable="true"><bpmn:startEvent id="s"/>{tasks}<bpmn:endEvent id="e"/>{flows}</bpmn:process></bpmn:definitions>"#
    )
}

fn deploy(site: &Site, name: &str, xml: &str, more: &[&str]) -> Said {
    let file = site.folder().join(name);
    std::fs::write(&file, xml).unwrap();
    let arguments: Vec<&str> = ["deploy", file.to_str().unwrap()].iter().chain(more).copied().collect();
    site.cli(&arguments)
}

fn start(site: &Site, process: &str, key: &str) -> String {
    let body = json!({ "variables": { "businessKey": key } });
    let answer = site.post(&format!("/v1/processes/{process}/instances"), &format!("start-{key}"), &body);
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()["id"].as_str().unwrap().to_owned()
}

/// What is listed, by what it is about.
#[track_caller]
fn check(site: &Site, criteria: &[&str], expected: &[&str]) {
    let arguments: Vec<&str> = ["instance", "list", "--json"].iter().chain(criteria).copied().collect();
    let listed = site.cli(&arguments);
    let mut keys: Vec<String> =
        listed.json().as_array().unwrap().iter().map(|item| item["business_key"].as_str().unwrap().to_owned()).collect();
    keys.sort();
    assert_eq!(keys, expected, "{criteria:?}: {listed:?}");
}

#[test]
fn a_restart_leaves_the_processes_of_the_owner_in_force() {
    let mut site = Site::start();
    let shipped = include_str!("../../../processes/order-to-cash/resolve-hold.bpmn");
    deploy(&site, "resolve-hold.bpmn", &format!("{shipped}<!-- ours -->"), &[]);
    site.down();
    site.up();
    let version = |site: &Site| {
        let listed = site.get("/v1/processes/resolve-hold/versions").json();
        listed.as_array().unwrap().len()
    };
    assert_eq!(version(&site), 2);
    assert_eq!(site.cli(&["deploy", "--shipped"]).code, 0);
    assert_eq!(version(&site), 3, "the owner takes what ships when he asks for it");
}

#[test]
fn a_process_owner_deploys_and_looks_after_what_runs() {
    let mut site = Site::start();
    let deployed = deploy(&site, "visit.bpmn", &people("visit", &["call", "write"]), &["--json"]);
    assert_eq!(deployed.json()[0]["version"], 1, "{deployed:?}");
    let again = deploy(&site, "visit.bpmn", &people("visit", &["call", "write"]), &["--json"]);
    assert_eq!(again.json(), deployed.json(), "the same words give no new version");
    deploy(&site, "visit.bpmn", "<nonsense", &[])
        .fails(1, &["a model cannot be deployed", "visit.bpmn, line 1", "well-formed"]);
    let broken = people("visit", &["call"]).replace(r#"targetRef="e""#, r#"targetRef="ghost""#);
    deploy(&site, "visit.bpmn", &broken, &[]).fails(1, &["visit.bpmn, line", "ghost"]);

    let (a, b, c) = (start(&site, "visit", "A"), start(&site, "visit", "B"), start(&site, "visit", "C"));
    check(&site, &["--process", "visit"], &["A", "B", "C"]);
    check(&site, &["--business-key", "B"], &["B"]);
    check(&site, &["--process", "visit", "--element", "write"], &[]);
    check(&site, &["--process", "visit", "--started-before", "2020-01-01T00:00:00Z"], &[]);
    site.cli(&["instance", "list", "--state", "asleep"]).fails(1, &["`asleep`", "suspended"]);
    site.cli(&["instance", "list", "--started-after", "yesterday"]).fails(1, &["yesterday", "2026-11-25T08:00:00Z"]);

    let why = site.cli(&["instance", "why", &a]);
    for part in ["call waits for a task", "goes on when: the task is completed", "who can:", "exception EX-"] {
        assert!(why.out.contains(part), "`{part}` is not in: {}", why.out);
    }

    // a dry run says what would happen, and nothing does
    let dry = site.cli(&["instance", "modify", &a, "--move", "call=write", "--dry-run", "--json"]).json();
    let told: Vec<String> = dry["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| format!("{} {}", change["element"].as_str().unwrap_or_default(), change["what"].as_str().unwrap()))
        .collect();
    assert!(told.contains(&"call is ended".to_owned()) && told.contains(&"write begins".to_owned()), "{told:?}");
    check(&site, &["--element", "write"], &[]);
    assert_eq!(site.cli(&["instance", "modify", &a, "--move", "call=write"]).code, 0);
    check(&site, &["--element", "write"], &["A"]);
    site.cli(&["instance", "modify", &a, "--end", "call"]).fails(1, &["`call` is not active", "active are: write"]);

    site.cli(&["instance", "suspend", &b, "--reason", "the customer is away"]);
    check(&site, &["--state", "suspended"], &["B"]);
    site.cli(&["instance", "suspend", &b]).fails(1, &["suspended already"]);

    // the next version calls the first step otherwise
    deploy(&site, "visit.bpmn", &people("visit", &["ring", "write"]), &[]);
    site.cli(&["instance", "migrate", &c]).fails(1, &["cannot go on with that version", "`call` is in use"]);
    site.cli(&["instance", "migrate", &c, "--map", "call=ring", "--map", "call=write"])
        .fails(2, &["`call` is mapped to `ring` and to `write`"]);
    site.cli(&["instance", "cancel", &c, "--process", "visit"]).fails(2, &["--process chooses among many"]);
    site.cli(&["instance", "suspend", &c, "--all"]).fails(2, &["--all chooses among many"]);
    let dry = site.cli(&["instance", "migrate", "--process", "visit", "--dry-run", "--json"]).json();
    assert_eq!((&dry["matched"], &dry["would_change"]), (&json!(3), &json!(1)), "{dry}");
    let moved = site.cli(&["instance", "migrate", "--process", "visit", "--version", "1", "--map", "call=ring", "--json"]);
    let batch = moved.json();
    assert_eq!((moved.code, &batch["done"], &batch["failed"]), (0, &json!(3), &json!(0)), "{moved:?}");
    check(&site, &["--version", "2", "--element", "ring"], &["B", "C"]);
    let versions = site.get("/v1/processes/visit/versions").json();
    assert_eq!(versions.as_array().unwrap().len(), 2, "{versions}");
    let shown = site.get("/v1/processes/visit/versions/1").json();
    assert!(shown["xml"].as_str().unwrap().contains(r#"id="call""#), "{shown}");

    // what looks says the same on the store, and what changes does not work there
    let looks: &[&[&str]] = &[
        &["instance", "list"],
        &["instance", "show", &a],
        &["instance", "why", &b, "--json"],
        &["batch", "list"],
        &["batch", "show", batch["id"].as_str().unwrap()],
    ];
    let said: Vec<Said> = looks.iter().map(|arguments| site.cli(arguments)).collect();
    assert!(site.down().success());
    for (arguments, over_api) in looks.iter().zip(&said) {
        let on_store = site.cli_on_store(arguments);
        assert_eq!((on_store.code, &on_store.out), (over_api.code, &over_api.out), "{arguments:?}: {on_store:?}");
    }
    assert_ne!(site.cli_on_store(&["instance", "cancel", &a]).code, 0);
    site.is_sound();
}

#[test]
fn a_batch_goes_on_after_a_crash_and_the_same_key_begins_it_once() {
    let mut site = Site::start();
    deploy(&site, "visit.bpmn", &people("visit", &["call"]), &[]);
    let count = 150;
    for number in 0..count {
        start(&site, "visit", &format!("V{number:03}"));
    }
    let cancel = json!({ "operation": { "type": "cancel" }, "filter": { "process": "visit" }, "reason": "called off" });
    let refused = site.post("/v1/batches", "nothing", &json!({ "operation": { "type": "cancel" } }));
    assert_eq!(refused.status, 422, "{refused:?}");
    let not_theirs = Ask::new("POST", "/v1/batches")
        .header("idempotency-key", "theirs")
        .header("authorization", &format!("Bearer {CLERK}"));
    assert_eq!(site.ask(not_theirs.json(&cancel)).status, 403);
    let begun = site.post("/v1/batches", "cancel-all", &cancel).json();
    site.kill();
    site.up();
    let again = site.post("/v1/batches", "cancel-all", &cancel).json();
    assert_eq!(again["id"], begun["id"]);
    let path = format!("/v1/batches/{}", begun["id"].as_str().unwrap());
    let done: Value = until("the batch to end", || Some(site.get(&path).json()).filter(|batch| batch["status"] == "done"));
    assert_eq!((&done["total"], &done["done"], &done["failed"]), (&json!(count), &json!(count), &json!(0)), "{done}");
    check(&site, &["--process", "visit"], &[]);
    assert!(site.down().success());
    site.is_sound();
}

#[test]
fn an_order_says_why_it_waits_down_to_the_system_that_does_not_answer() {
    let mut site = Site::start();
    site.fill();
    let order = site.order("PO-1", "BRK-100", 5);
    let waiting = until("the order to wait for a system", || {
        let answer = site.cli(&["order", "why", &order, "--json"]).json();
        let found = effect(&answer["instances"])?;
        (found["attempts"].as_u64()? > 0).then_some(found)
    });
    assert_eq!(waiting["status"], "pending", "{waiting}");
    assert!(waiting["system"].is_string() && waiting["circuit"].is_string() && waiting["cause"].is_string(), "{waiting}");
    let told = site.cli(&["order", "why", &order]);
    for part in [order.as_str(), "order-to-cash version", "who can: the system", "circuit"] {
        assert!(told.out.contains(part), "`{part}` is not in: {}", told.out);
    }
    site.cli(&["order", "why", "SO-999"]).fails(1, &["there is no order SO-999"]);
    assert!(site.down().success());
    let on_store = site.cli_on_store(&["order", "why", &order, "--json"]).json();
    assert!(effect(&on_store["instances"]).is_some(), "{on_store}");
    site.is_sound();
}

/// The first effect that something waits for, wherever it is called.
fn effect(instances: &Value) -> Option<Value> {
    instances.as_array()?.iter().find_map(|instance| {
        instance["waiting"].as_array()?.iter().find_map(|wait| match wait.get("effect") {
            Some(effect) => Some(effect.clone()),
            None => effect(&json!([wait.get("called")?])),
        })
    })
}
