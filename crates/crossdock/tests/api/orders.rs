//! Orders.

use serde_json::{Value, json};

use crate::common;
use crate::common::{Ask, order, sample, until};
use crate::described::{Api, text};

/// An order of the clerk's: whoever places an order does not release its holds.
pub(crate) fn placed(api: &mut Api<'_>, name: &str, item: &str, quantity: i64) -> String {
    let ask = Ask::new("POST", "/v1/orders").header("authorization", &format!("Bearer {}", common::CLERK));
    text(
        &api.change(ask.header("content-type", "application/json"), order(name, item, quantity).to_string().as_bytes())["id"],
    )
}

pub(crate) fn orders(api: &mut Api<'_>) {
    // paint is short, so this one stays where it can be changed
    let id = placed(api, "O-1", "PNT-010", 30);
    let path = format!("/v1/orders/{id}");
    until("the paint to be backordered", || (api.get(&path).json()["lines"][0]["backordered"] != 0).then_some(()));
    let is_listed = |api: &mut Api<'_>, waits: bool| {
        let page = api.get(&format!("/v1/orders?backordered={waits}&limit=500")).json();
        page["items"].as_array().unwrap().iter().any(|order| path.ends_with(&format!("/{}", text(&order["id"]))))
    };
    assert!(is_listed(api, true) && !is_listed(api, false));
    let before = api.get(&path);
    let tag = before.header("etag").unwrap().to_owned();
    let held = api.post(&format!("{path}/holds"), &json!({ "reason": "the customer asked to wait" }));
    assert_eq!(held["id"], id.as_str());
    // the version from before the hold is not the present one any more
    let change = json!({ "quantities": [{ "line": 1, "quantity": 25 }], "added": [{ "item": "ANC-200", "quantity": "2" }] });
    let changes = Ask::new("POST", &format!("{path}/changes")).json(&change);
    let stale = api.ask(&changes.clone().header("idempotency-key", "stale").header("if-match", &tag));
    stale.problem(412, "changed");
    let present = api.get(&path).header("etag").unwrap().to_owned();
    assert_eq!(stale.header("etag"), Some(present.as_str()));
    let fresh = api.ask(&changes.header("idempotency-key", "fresh").header("if-match", &present));
    assert_eq!(fresh.status, 200, "{fresh:?}");
    api.post(&format!("{path}/changes"), &json!({ "requested": "2099-02-01" }));
    let shown = api.show(&path);
    assert_eq!((&shown["lines"][0]["cancelled"], &shown["lines"][1]["item"]), (&json!(5), &json!("ANC-200")), "{shown}");
    let kind = text(&shown["holds"][0]["kind"]);
    api.post(&format!("{path}/holds/{kind}/release"), &json!({ "reason": "goes on" }));
    let timeline = api.get(&format!("{path}/timeline")).json();
    assert!(timeline["events"].as_array().unwrap().iter().any(|event| event["type"] == "com.crossdock.order.received.v1"));
    let original = api.get(&format!("{path}/original"));
    assert_eq!(original.json()["purchase_order"], "O-1");

    // there is none of this one, and the customer is asked about what there is instead
    let row = "id,base_uom,list_price,tax_category,substitutes\nANC-300,EA,2.20,standard,ANC-200 ask keep_original\n";
    let report = api.file("/v1/imports/master/items", row.as_bytes());
    assert_eq!(report["findings"], json!([]), "{report}");
    let id = placed(api, "O-3", "ANC-300", 2);
    let path = format!("/v1/orders/{id}");
    until("the anchors to be backordered", || (api.get(&path).json()["lines"][0]["backordered"] == 2).then_some(()));
    api.post(&format!("{path}/substitutions"), &json!({ "item": "ANC-300" }));
    let shown = api.show(&path);
    assert_eq!((&shown["lines"][0]["item"], &shown["lines"][0]["backordered"]), (&json!("ANC-200"), &json!(0)), "{shown}");

    let mut by_milestone = order("O-5", "BRK-100", 1);
    by_milestone["billing"] = json!("milestones=reported:10");
    let id = text(&api.post("/v1/orders", &by_milestone)["id"]);
    let path = format!("/v1/orders/{id}");
    until("it to be approved", || {
        (!["submitted", "validating", "on_hold"].contains(&api.get(&path).json()["status"].as_str()?)).then_some(())
    });
    api.post(&format!("{path}/milestones"), &json!({ "what": "the fitting is done" }));

    for (file, name) in [("orders.json", "json"), ("orders.csv", "csv"), ("orders-850.edi", "x12")] {
        let report =
            api.file(&format!("/v1/imports/orders?format={name}&name={file}"), &std::fs::read(sample(file)).unwrap());
        assert!(report["imported"].as_u64().unwrap() > 0, "{report}");
        assert_eq!(report["acknowledgements"].as_array().unwrap().len(), usize::from(name == "x12"), "{report}");
        let first = text(&report["ids"][0]);
        assert_eq!(api.get(&format!("/v1/orders/{first}/original")).body, std::fs::read(sample(file)).unwrap());
    }
    // the samples are what the description says an order is
    let samples: Value = serde_json::from_slice(&std::fs::read(sample("orders.json")).unwrap()).unwrap();
    let schema = api.bodies["/v1/orders"];
    for order in samples.as_array().cloned().unwrap_or_else(|| vec![samples.clone()]) {
        api.schemas.validate(&order, schema).unwrap_or_else(|error| panic!("{error:#}\n{order:#}"));
    }
    api.list("/v1/orders");
    by_channel_and_time(api);
    api.ask(&Ask::new("GET", "/v1/orders?status=sleeping")).problem(422, "invalid");
    api.ask(&Ask::new("GET", "/v1/orders/SO-9999")).problem(404, "not_found");
    api.ask(&Ask::new("GET", "/v1/orders/nonsense")).problem(404, "not_found");
    let unknown = Ask::new("POST", "/v1/orders").header("idempotency-key", "unknown").json(&json!({ "acount": "x" }));
    let problem = api.ask(&unknown).problem(422, "invalid");
    assert!(problem["errors"].as_array().unwrap().len() >= 3, "everything wrong is told at once: {problem}");
}

/// Lists are narrowed by the way that orders came and by when; both hold over all pages.
fn by_channel_and_time(api: &mut Api<'_>) {
    let mut listed = |query: &str| {
        let (mut found, mut after) = (Vec::new(), String::new());
        loop {
            let page = api.get(&format!("/v1/orders?limit=2{query}{after}")).json();
            found.extend(page["items"].as_array().unwrap().iter().cloned());
            let Some(next) = page["next"].as_str() else { return found };
            after = format!("&after={next}");
        }
    };
    let ids = |orders: &[Value]| orders.iter().map(|order| text(&order["id"])).collect::<Vec<_>>();
    let all = listed("");
    for channel in ["api", "file", "edi"] {
        let expected: Vec<Value> = all.iter().filter(|order| order["channel"] == channel).cloned().collect();
        assert!(!expected.is_empty() && expected.len() < all.len(), "{channel}");
        assert_eq!(ids(&listed(&format!("&channel={channel}"))), ids(&expected), "{channel}");
    }
    let middle = text(&all[all.len() / 2]["received_at"]);
    let (later, earlier): (Vec<Value>, Vec<Value>) =
        all.iter().cloned().partition(|order| text(&order["received_at"]) >= middle);
    assert!(!later.is_empty() && !earlier.is_empty());
    assert_eq!(ids(&listed(&format!("&received_after={middle}"))), ids(&later));
    assert_eq!(ids(&listed(&format!("&received_before={middle}"))), ids(&earlier));
    assert_eq!(listed("&received_before=2001-01-01T00:00:00Z"), Vec::<Value>::new());
    assert_eq!(listed("&received_after=2999-01-01T00:00:00Z"), Vec::<Value>::new());
    api.ask(&Ask::new("GET", "/v1/orders?channel=pigeon")).problem(422, "invalid");
}
