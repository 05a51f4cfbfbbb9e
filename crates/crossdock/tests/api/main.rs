//! The API against its own description: every operation is called on the real binary, every answer is one that the description
//! knows, and every change holds what is promised of all changes: an idempotency key, the same answer again, a conflict otherwise.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "../common/mod.rs"]
mod common;
mod corrections;
mod described;
mod events;
mod exceptions;
mod finance;
mod fulfilment;
mod identity;
mod lists;
mod orders;
mod processes;
mod rest;
mod stock;
mod workers;

use std::collections::BTreeSet;

use serde_json::Value;

use common::provider::TestProvider;
use common::{Answer, Ask, LabProcess, Site, order, until};
use corrections::corrections;
use described::{Api, text};
use exceptions::exceptions;
use finance::{finance, returns};
use fulfilment::fulfilment;
use identity::{identity, identity_provider};
use lists::lists;
use orders::orders;
use processes::processes;
use rest::rest;
use stock::{master_data, stock};

#[test]
fn the_console_is_made_for_the_api_as_it_is() {
    let committed = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../console/src/api/openapi.json");
    let committed: Value = serde_json::from_str(&std::fs::read_to_string(committed).unwrap()).unwrap();
    let served = Site::start().get("/openapi.json").json();
    // its types are made from what is committed
    assert!(
        committed == served,
        "console/src/api/openapi.json is stale: run `npm run types` in the console as its README says"
    );
}

/// East is served by the lab; West is ours to play: it accepts everything, and reports nothing by itself.
#[test]
fn every_operation_does_what_its_description_says() {
    let mut lab = LabProcess::new();
    let mut systems = lab.systems();
    systems.retain(|(name, _)| name != "wms-west");
    systems.push(("wms-west".to_owned(), common::accepts_everything()));
    let provider = TestProvider::start();
    let mut site = Site::with_more(&systems, &provider.configuration());
    lab.up(&site);
    let mut api = Api::of(&site);
    for path in [
        "/v1/orders",
        "/v1/availability",
        "/v1/exceptions",
        "/v1/tasks",
        "/v1/shipments",
        "/v1/invoices",
        "/v1/payments",
        "/v1/stock",
        "/v1/events",
        "/healthz",
        "/readyz",
        "/metrics",
        "/openapi.json",
    ] {
        assert!(api.operations.contains(&(path.to_owned(), "GET".to_owned())), "{path} is missing");
    }
    // how long things take is counted from the first time that somebody asks
    api.get("/metrics");
    master_data(&mut api);
    stock(&mut api);
    let shipped = fulfilment(&mut api);
    orders(&mut api);
    exceptions(&mut api);
    finance(&mut api, &shipped);
    returns(&mut api);
    corrections(&mut api);
    processes(&mut api);
    identity(&mut api);
    identity_provider(&mut api);
    rest(&mut api);
    lists(&mut api, &shipped);
    let missing: Vec<_> = api.operations.difference(&api.succeeded).collect();
    assert!(missing.is_empty(), "never called with success: {missing:?}");
    drop(api);
    assert!(site.down().success());
    site.is_sound();
}

#[test]
fn the_committed_contracts_are_those_that_are_served() {
    let folder = tempfile::tempdir().unwrap();
    let said = common::run(&["describe", "--out", folder.path().to_str().unwrap()]);
    assert_eq!(said.code, 0, "{said:?}");
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for (name, committed) in [
        ("openapi.json", "console/src/api/openapi.json"),
        ("asyncapi.json", "docs/api/asyncapi.json"),
        ("schemas.json", "docs/api/schemas.json"),
    ] {
        let read = |path: std::path::PathBuf| {
            serde_json::from_str::<Value>(&std::fs::read_to_string(path).unwrap_or_default()).unwrap_or_default()
        };
        let is_fresh = read(folder.path().join(name)) == read(root.join(committed));
        assert!(is_fresh, "{committed} is stale: run `cargo xtask schema write`");
    }
}

#[test]
fn a_key_that_is_being_worked_on_is_told_to_wait_and_then_gets_the_stored_answer() {
    let site = Site::start();
    site.fill();
    let ask = Ask::new("POST", "/v1/orders").header("idempotency-key", "slow").json(&order("PO-1", "BRK-100", 1));
    // another caller's key of the same name is another key
    let other = ask.clone().header("authorization", &format!("Bearer {}", common::CLERK)).json(&order("PO-2", "BRK-100", 1));
    let (waiting, other, done) = until("the key to be taken", || {
        // the first request holds the key as soon as its head is there, unless the second one came before
        let begun = ask.begin(site.address);
        let second = || site.ask(Ask::new("POST", "/v1/orders").header("idempotency-key", "slow").body(b"{"));
        let waiting = (0..100).map(|_| second()).find(|answer| answer.status == 409);
        let (other, done) = (site.ask(other.clone()), begun.end());
        waiting.filter(|_| done.status == 201).map(|waiting| (waiting, other, done))
    });
    waiting.problem(409, "in_progress");
    assert_eq!(waiting.header("retry-after"), Some("1"));
    assert_eq!(other.status, 201, "{other:?}");
    assert_eq!(site.ask(ask).json(), done.json());
    assert_ne!(other.json(), done.json());
    assert_eq!(site.get("/v1/orders").json()["items"].as_array().unwrap().len(), 2);
}

#[test]
fn a_hundred_requests_at_once_under_one_key_make_one_order() {
    let site = Site::start();
    site.fill();
    let body = order("PO-1", "BRK-100", 1);
    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let asked: Vec<_> = (0..100).map(|_| scope.spawn(|| site.post("/v1/orders", "same", &body))).collect();
        asked.into_iter().map(|asked| asked.join().unwrap()).collect()
    });
    let made: BTreeSet<String> =
        answers.iter().filter(|answer| answer.status == 201).map(|answer| text(&answer.json()["id"])).collect();
    assert_eq!(made.len(), 1, "{made:?}");
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        answer.problem(409, "in_progress");
    }
    assert_eq!(site.get("/v1/orders").json()["items"].as_array().unwrap().len(), 1);
}

#[test]
fn what_is_not_there_is_told_as_a_problem() {
    let site = Site::start();
    site.get("/v1/nothing").problem(404, "unknown_path");
    site.get("/").problem(404, "unknown_path");
    for (method, path) in
        [("DELETE", "/v1/orders"), ("PUT", "/v1/orders/SO-1"), ("POST", "/healthz"), ("PATCH", "/v1/stock")]
    {
        let answer = site.ask(Ask::new(method, path));
        answer.problem(405, "unknown_method");
        assert!(answer.header("allow").is_some_and(|allowed| allowed.contains("GET")), "{answer:?}");
    }
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let given = Ask::new("GET", "/v1/orders/SO-1").header("traceparent", &format!("00-{trace}-00f067aa0ba902b7-01"));
    assert_eq!(site.ask(given).problem(404, "not_found")["trace_id"], trace);
}
