//! Workers on the real binary: whoever asks in vain waits for a job, and neither a lease nor an answer is lost by a crash.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use common::{Ask, Site};
use serde_json::{Value, json};

const MODEL: &str = r#"<?xml version="1.0"?><bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="t"><bpmn:process id="packing" isExecutable="true">
    <bpmn:startEvent id="s"/><bpmn:sequenceFlow id="f" sourceRef="s" targetRef="t"/>
    <bpmn:serviceTask id="t"><bpmn:extensionElements><zeebe:taskDefinition type="pack"/><zeebe:properties>
    <zeebe:property name="crossdock:priority" value="=priority"/></zeebe:properties></bpmn:extensionElements></bpmn:serviceTask>
    <bpmn:sequenceFlow id="g" sourceRef="t" targetRef="e"/><bpmn:endEvent id="e"/></bpmn:process></bpmn:definitions>"#;

fn deployed() -> Site {
    let site = Site::start();
    let answer = site.post("/v1/processes", "deploy", &json!({ "resources": [{ "name": "packing.bpmn", "xml": MODEL }] }));
    assert_eq!(answer.status, 201, "{answer:?}");
    site
}

fn begin(site: &Site, priority: i64) -> String {
    let body = json!({ "variables": { "priority": priority } });
    let answer = site.post("/v1/processes/packing/instances", &format!("begin-{priority}"), &body);
    answer.json()["id"].as_str().unwrap_or_else(|| panic!("{answer:?}")).to_owned()
}

fn asks(key: &str, wait_ms: u64) -> Ask {
    let body = json!({ "type": "pack", "worker": "bench", "wait_ms": wait_ms, "lease_ms": 60_000 });
    Ask::new("POST", "/v1/jobs/activate").header("idempotency-key", key).json(&body)
}

fn jobs(answer: &Value) -> Vec<(String, i64)> {
    let jobs = answer["jobs"].as_array().unwrap_or_else(|| panic!("{answer}"));
    jobs.iter().map(|job| (job["id"].as_str().unwrap().to_owned(), job["variables"]["priority"].as_i64().unwrap())).collect()
}

#[test]
fn whoever_asks_in_vain_gets_the_job_once_there_is_one_and_nothing_at_the_deadline() {
    let mut site = deployed();
    assert_eq!(jobs(&site.ask(asks("vain", 50)).json()), []);
    let waiting: Vec<_> = (0..3)
        .map(|number| {
            let (ask, address) = (asks(&format!("waits-{number}"), 60_000), site.address);
            std::thread::spawn(move || ask.send(address).unwrap().json())
        })
        .collect();
    for priority in 1..=3 {
        begin(&site, priority);
    }
    let mut got: Vec<i64> = waiting.into_iter().flat_map(|waits| jobs(&waits.join().unwrap())).map(|(_, job)| job).collect();
    got.sort_unstable();
    assert_eq!(got, [1, 2, 3], "each has one, and none two have the same");
    // who waits when the server stops does not hold it up
    let (ask, address) = (asks("stops", 60_000), site.address);
    let waits = std::thread::spawn(move || ask.send(address).map(|answer| answer.json()));
    assert!(site.down().success());
    if let Ok(answer) = waits.join().unwrap() {
        assert_eq!(jobs(&answer), []);
    }
    site.is_sound();
}

#[test]
fn a_crash_loses_neither_the_lease_nor_the_answer() {
    let mut site = deployed();
    for priority in [1, 5, 3] {
        begin(&site, priority);
    }
    let first = jobs(&site.ask(asks("first", 0)).json());
    assert_eq!(first[0].1, 5, "the highest priority first");
    let again = |site: &Site| jobs(&site.ask(asks("first", 0)).json());
    assert_eq!(again(&site), first);
    site.kill();
    site.up();
    assert_eq!(again(&site), first, "the same key, the same answer, over a crash");
    assert_eq!(jobs(&site.ask(asks("second", 0)).json())[0].1, 3, "the lease is there still");
    let path = format!("/v1/jobs/{}/completion", first[0].0);
    let complete = |site: &Site| site.post(&path, "done", &json!({ "lease": 1 }));
    assert_eq!(complete(&site).status, 200);
    site.kill();
    site.up();
    assert_eq!(complete(&site).status, 200);
    assert_eq!(site.get("/v1/instances?process=packing").json()["items"].as_array().unwrap().len(), 2);
    site.kill();
    site.is_sound();
}
