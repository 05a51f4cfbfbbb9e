//! What watches and is watched: systems, webhooks, the feed, figures.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::common;
use crate::common::{Ask, until};
use crate::described::{Api, text};
use crate::events::filters;

pub(crate) fn rest(api: &mut Api<'_>) {
    api.post("/v1/dead-letters/replay", &json!({ "ids": [] }));
    let unknown = Ask::new("POST", "/v1/dead-letters/replay").header("idempotency-key", "replay");
    api.ask(&unknown.json(&json!({ "ids": ["E-999999"], "dry_run": true }))).problem(404, "not_found");
    api.list("/v1/dead-letters");
    let compared = api.post("/v1/reconciliations", &json!({}));
    assert_eq!(compared["open"], json!([]));
    assert_eq!(api.get("/v1/reconciliations").json()["compared_at"], compared["compared_at"]);
    let hook = json!({ "id": "till", "url": common::accepts_everything(), "types": ["webhook."] });
    assert!(text(&api.post("/v1/webhooks", &hook)["secret"]).starts_with("whsec_"));
    assert_eq!(api.show("/v1/webhooks/till")["types"], json!(["webhook."]));
    assert_eq!(api.get("/v1/webhooks").json()["items"][0]["id"], "till");
    assert!(text(&api.post("/v1/webhooks/till/secret", &json!({}))["secret"]).starts_with("whsec_"));
    let sent = until("a delivery", || api.get("/v1/webhooks/till/deliveries").json()["items"].get(0).cloned());
    let again = api.post("/v1/webhooks/till/redeliveries", &json!({ "event": sent["event"] }));
    assert_eq!((&again["taken"], &again["status"]), (&json!(true), &json!(202)));
    for what in ["disable", "enable", "remove"] {
        api.post(&format!("/v1/webhooks/till/{what}"), &json!({}));
    }
    for path in ["/asyncapi.json", "/schemas/events/order.received", "/schemas/documents/order", "/v1/audit/chain"] {
        api.get(path);
    }
    api.ask(&Ask::new("GET", "/schemas/events/order.eaten")).problem(404, "not_found");
    api.ask(&Ask::new("GET", "/schemas/documents/menu")).problem(404, "not_found");
    calls(api);
    for path in ["/catalogue", "/docs", "/v1/systems", "/v1/progress", "/healthz", "/readyz", "/metrics", "/openapi.json"] {
        api.get(path);
    }
    // the feed goes on from where it was read to, and misses nothing
    let all = api.get("/v1/events?limit=1000").json();
    let first = api.get("/v1/events?limit=5");
    let next = text(&first.json()["next"]);
    assert_eq!(first.header("link"), Some(format!("</v1/events?limit=5&after={next}>; rel=\"next\"").as_str()));
    let count = first.json()["events"].as_array().unwrap().len();
    let shipped = all["events"].as_array().unwrap().iter().find(|event| event["type"] == "com.crossdock.pick.confirmed.v1");
    let shipped = shipped.expect("a warehouse has picked");
    assert!(text(&shipped["correlationid"]).starts_with("SO-"), "{shipped}");
    assert!(text(&shipped["causationid"]).starts_with("command "), "{shipped}");
    assert!(!text(&shipped["company"]).is_empty(), "{shipped}");
    assert_eq!(shipped["dataschema"], "urn:crossdock:event:pick.confirmed:v1");
    // money and quantities say what they are counted in, and the events of a record are numbered without gaps (domain §1.5.2)
    let of_order: Vec<&Value> =
        all["events"].as_array().unwrap().iter().filter(|event| event["subject"] == "order SO-1").collect();
    let numbers: Vec<u64> = of_order.iter().map(|event| event["sequence"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());
    let moved = of_order.iter().find(|event| event["type"] == "com.crossdock.order.moved.v1").expect("units have moved");
    assert_eq!(moved["data"]["quantity"]["uom"], "EA", "{moved}");
    let approved =
        of_order.iter().find(|event| event["type"] == "com.crossdock.order.approved.v1").expect("it was approved");
    assert!(text(&approved["data"]["exposed"]["amount"]).contains('.'), "{approved}");
    // the rest of this test has done each of them at least once
    let metrics = until("latencies of all kinds", || {
        let metrics = api.get("/metrics").text();
        let is_counted = |name: &str| metrics.lines().any(|line| line.starts_with(name) && !line.ends_with(" 0"));
        let names = ["order_promise_latency", "order_release_latency", "shipment_invoice_latency", "payment_match_latency"];
        let all = names.map(|name| format!("crossdock_{name}_seconds_count"));
        let ended = "crossdock_exception_age_seconds_count{outcome=\"resolved\"}";
        (all.iter().all(|name| is_counted(name)) && is_counted(ended)).then_some(metrics)
    });
    assert!(metrics.contains("crossdock_orders{status=\""), "{metrics}");
    figures(&metrics);
    let second = api.get(&format!("/v1/events?limit=1000&after={next}")).json();
    assert_eq!(all["events"][count]["id"], second["events"][0]["id"]);
    filters(api, all["events"].as_array().unwrap());
}

/// The dashboard asks for figures that there are; the reference names every figure, and no other.
fn figures(metrics: &str) {
    let types = metrics.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '));
    let given: BTreeMap<&str, &str> = types.collect();
    let names = |text: &str| -> BTreeSet<String> {
        let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let words = text.split(|letter| !is_name(letter)).filter(|word| word.starts_with("crossdock_"));
        words.map(str::to_owned).collect()
    };
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let dashboard: Value =
        serde_json::from_str(&std::fs::read_to_string(root.join("deploy/grafana/crossdock.json")).unwrap()).unwrap();
    let targets = dashboard["panels"].as_array().unwrap().iter().flat_map(|panel| panel["targets"].as_array().unwrap());
    let asked: BTreeSet<String> = targets.flat_map(|target| names(&text(&target["expr"]))).collect();
    assert!(asked.len() > 15, "{asked:?}");
    let suffixes = |kind: &str| match kind {
        "counter" => ["_total"].as_slice(),
        "histogram" => ["_bucket", "_sum", "_count"].as_slice(),
        _ => [""].as_slice(),
    };
    let series: BTreeSet<String> =
        given.iter().flat_map(|(name, kind)| suffixes(kind).iter().map(move |suffix| format!("{name}{suffix}"))).collect();
    // these are there once a system was away, and none was
    let after_an_outage = ["last_outage", "last_recovery", "mean_time_to_recovery"];
    let mut series = series;
    series.extend(after_an_outage.map(|name| format!("crossdock_system_{name}_seconds")));
    let unknown: Vec<_> = asked.difference(&series).collect();
    assert!(unknown.is_empty(), "the dashboard asks for figures that /metrics does not give: {unknown:?}");
    let page = std::fs::read_to_string(root.join("docs/src/reference/metrics.md")).unwrap();
    assert_eq!(names(&page), series.into_iter().map(|name| plain(&name)).collect::<BTreeSet<_>>());
}

/// The series of a histogram are told by its name.
pub(crate) fn plain(series: &str) -> String {
    ["_bucket", "_sum", "_count"].iter().find_map(|suffix| series.strip_suffix(suffix)).unwrap_or(series).to_owned()
}

/// Each call of a system is kept with request and answer, and none of it is a secret.
pub(crate) fn calls(api: &mut Api<'_>) {
    let of_east = api.get("/v1/systems/wms-east/calls").json();
    let release = of_east["items"].as_array().unwrap().iter().find(|call| call["capability"] == "wms.release").cloned();
    let release = release.expect("east was asked to ship");
    assert_eq!((&release["outcome"], &release["request"]["method"]), (&json!("done"), &json!("POST")), "{release}");
    assert!(text(&release["request"]["body"]["text"]).contains("\"warehouse_order\":\"WO-"), "{release}");
    let same = api.get(&format!("/v1/systems/wms-east/calls?effect={}", text(&release["effect"]))).json();
    assert!(same["items"].as_array().unwrap().iter().all(|call| call["effect"] == release["effect"]), "{same}");
    assert!(of_east["total"].as_u64() >= Some(1));
    assert!(api.get("/v1/systems/bank/calls").json()["items"][0]["response"]["status"] == 200);
    api.ask(&Ask::new("GET", "/v1/systems/moon/calls")).problem(404, "not_found");
    api.ask(&Ask::new("GET", "/v1/systems/bank/calls?outcome=nice")).problem(422, "invalid");
    let systems = api.get("/v1/systems").json();
    let east = systems["systems"].as_array().unwrap().iter().find(|system| system["name"] == "wms-east").cloned().unwrap();
    assert!(east["calls_total"].as_u64() >= Some(1) && east["last_call_at"].is_string(), "{east}");
}
