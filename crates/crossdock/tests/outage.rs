//! The lab systems are taken down while orders come in, and started again: what was meant for them queues, the circuits open and close,
//! everything catches up, and the outage can be seen in the API, the metrics and on the command line. Nothing is lost or doubled.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use common::{LabProcess, Site, until};
use serde_json::Value;

fn systems(site: &Site) -> Vec<Value> {
    site.get("/v1/systems").json()["systems"].as_array().unwrap().clone()
}

fn system(site: &Site, name: &str) -> Value {
    systems(site).into_iter().find(|system| system["name"] == name).unwrap()
}

fn orders(site: &Site) -> Vec<Value> {
    site.get("/v1/orders?limit=500").json()["items"].as_array().unwrap().clone()
}

fn units(orders: &[Value], bucket: &str) -> i64 {
    let lines = orders.iter().flat_map(|order| order["lines"].as_array().unwrap());
    lines.map(|line| line[bucket].as_i64().unwrap()).sum()
}

#[test]
fn systems_that_are_away_for_a_while_catch_up_and_the_outage_is_visible() {
    let mut lab = LabProcess::new();
    let mut site = Site::with(&lab.systems());
    lab.up(&site);
    site.fill();
    for number in 0..5 {
        site.order(&format!("PO-before-{number}"), "BRK-100", 3);
    }
    until("the first orders to be shipped", || (units(&orders(&site), "shipped") == 15).then_some(()));
    for system in systems(&site) {
        assert_eq!((&system["circuit"], &system["outages_total"]), (&"closed".into(), &0.into()), "{system}");
    }

    // they are gone, and orders go on coming in
    lab.kill();
    for number in 0..20 {
        site.order(&format!("PO-meanwhile-{number}"), "ANC-200", 2);
    }
    let tax = until("the circuit of the tax service to open and its queue to grow", || {
        let tax = system(&site, "tax");
        (tax["circuit"] == "open" && tax["queued"].as_u64().unwrap() >= 15).then_some(tax)
    });
    assert_eq!(tax["outages_total"], 1, "{tax}");
    let outage = &tax["outages"][0];
    assert!(outage["began_at"].is_string() && outage["ended_at"].is_null() && outage["drained_at"].is_null(), "{tax}");
    assert!(tax["last_error"].as_str().unwrap().contains("refused"), "{tax}");
    let metrics = site.get("/metrics").text();
    assert_eq!(figure(&metrics, "crossdock_system_circuit_open", "tax"), Some(1.0));
    assert!(figure(&metrics, "crossdock_system_effects_queued", "tax").unwrap() >= 15.0);
    assert!(figure(&metrics, "crossdock_system_down_seconds", "tax").unwrap() > 0.0);
    let said = site.cli(&["system", "list"]);
    assert!(said.code == 0 && said.out.contains("open"), "{said:?}");
    // the product itself is well: it is ready, and nothing that waits is an error
    assert_eq!(site.get("/readyz").status, 200);
    assert_eq!(site.get("/v1/dead-letters").json()["items"], serde_json::json!([]));

    // back again, at the same addresses and with their own books
    lab.up(&site);
    until("all circuits to close and all queues to drain", || {
        let well = |system: &Value| {
            let outages = system["outages"].as_array().unwrap();
            system["circuit"] == "closed"
                && system["queued"] == 0
                && outages.iter().all(|outage| outage["drained_at"].is_string())
        };
        systems(&site).iter().all(well).then_some(())
    });
    until("all orders to be shipped", || (units(&orders(&site), "shipped") == 15 + 40).then_some(()));
    until("everything to come to rest", || {
        let pending = site.get("/v1/progress").json()["effects"]["pending"].as_u64().unwrap_or(0);
        (pending == 0 && lab.is_idle()).then_some(())
    });

    let tax = system(&site, "tax");
    let outage = &tax["outages"][0];
    let at = |name: &str| outage[name].as_str().unwrap().to_owned();
    assert!(at("began_at") <= at("ended_at") && at("ended_at") <= at("drained_at"), "{tax}");
    let millis = |value: &Value| value.as_u64().unwrap();
    assert!(millis(&outage["recovery_ms"]) >= millis(&outage["duration_ms"]) && millis(&outage["duration_ms"]) > 0, "{tax}");
    assert!(outage["backlog"].as_u64().unwrap() >= 15, "{tax}");
    assert!(tax["mean_time_to_recovery_ms"].as_u64().unwrap() > 0, "{tax}");
    let metrics = site.get("/metrics").text();
    assert_eq!(figure(&metrics, "crossdock_system_circuit_open", "tax"), Some(0.0));
    assert!(figure(&metrics, "crossdock_system_outages", "tax").unwrap() >= 1.0);
    for name in ["last_outage", "last_recovery", "mean_time_to_recovery"] {
        assert!(figure(&metrics, &format!("crossdock_system_{name}_seconds"), "tax").unwrap() > 0.0, "{name}: {metrics}");
    }
    let said = site.cli(&["system", "show", "tax"]);
    assert!(said.out.contains("recovered after") && said.out.contains("mean recovery"), "{said:?}");
    let shown = site.cli(&["system", "show", "tax", "--json"]).json();
    assert_eq!(shown["outages"][0]["drained_at"], outage["drained_at"]);

    // it is on the record, and a restart forgets nothing of it
    let events = site.get("/v1/events?limit=1000&type=dependency.").json();
    let of_tax: Vec<&str> = events["events"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|event| event["subject"] == "system tax")
        .filter_map(|event| event["type"].as_str())
        .collect();
    assert_eq!(of_tax[..3], ["degraded", "recovered", "drained"].map(|what| format!("com.crossdock.dependency.{what}.v1")));

    // the books of both sides agree: nothing was lost, and nothing came twice
    let orders = orders(&site);
    assert_eq!(orders.len(), 25);
    let figure_of = |system: &str, name: &str| lab.ledger(system).unwrap()[name].as_i64().unwrap();
    let shipped = figure_of("wms-east", "units_shipped") + figure_of("wms-west", "units_shipped");
    assert_eq!((shipped, units(&orders, "shipped")), (55, 55));
    let invoices = site.get("/v1/invoices?limit=500").json()["items"].as_array().unwrap().len();
    assert_eq!(figure_of("erp", "invoices"), i64::try_from(invoices).unwrap());
    assert!(site.down().success());
    site.is_sound();
}

/// A figure of a system, as Prometheus would read it.
fn figure(metrics: &str, name: &str, system: &str) -> Option<f64> {
    let start = format!("{name}{{system=\"{system}\"}} ");
    metrics.lines().find_map(|line| line.strip_prefix(&start)?.parse().ok())
}
