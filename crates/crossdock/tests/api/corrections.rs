//! What is put right after it has shipped: stopped on its way, opened again, billed anew.

use serde_json::json;

use crate::common::{order, until};
use crate::described::{Api, text};

pub(crate) fn corrections(api: &mut Api<'_>) {
    stopped(api);
    let order = billed_anew(api);
    comes_back(api, &order);
}

/// A customer sends back a unit of an order: a person decides on it, once.
fn comes_back(api: &mut Api<'_>, order: &str) {
    let shipped = api.show(&format!("/v1/orders/{order}"))["lines"][0]["shipped"].as_i64().unwrap();
    let back = |units: i64| json!({ "order": order, "reason": "dented", "lines": [{ "line": 1, "quantity": units }] });
    let id = text(&api.post("/v1/returns", &back(1))["id"]);
    let shown = api.show(&format!("/v1/returns/{id}"));
    assert_eq!((&shown["order"], &shown["reason"]), (&json!(order), &json!("dented")), "{shown}");
    let exceptions = api.get(&format!("/v1/exceptions?order={order}")).json();
    assert!(exceptions["items"].as_array().unwrap().iter().any(|open| text(&open["reason"]).contains(&id)), "{exceptions}");
    let ask = crate::common::Ask::new("POST", "/v1/returns");
    api.ask(&ask.header("idempotency-key", "too-many-back").json(&back(shipped))).problem(422, "invalid");
}

/// Two of four have left West when the customer cancels: the carrier is asked to stop them, and they are not billed meanwhile.
fn stopped(api: &mut Api<'_>) {
    let mut wanted = order("C-1", "LMP-300", 4);
    wanted["billing"] = json!("on_complete");
    let id = text(&api.post("/v1/orders", &wanted)["id"]);
    let work = until("the warehouse order in West", || {
        let page = api.get(&format!("/v1/warehouse-orders?order={id}")).json();
        page["items"].as_array().unwrap().first().map(|work| text(&work["id"]))
    });
    api.post(&format!("/v1/warehouse-orders/{work}/acknowledgements"), &json!({}));
    let two = json!({ "reference": "C-1", "shipped_at": "2026-11-24T08:00:00Z", "carrier": "van", "tracking": "T-9",
        "complete": false, "lines": [{ "line": 1, "quantity": 2 }] });
    let shipment = text(&api.post(&format!("/v1/warehouse-orders/{work}/shipments"), &two)["id"]);
    let cancelled = api.post(&format!("/v1/orders/{id}/cancellations"), &json!({ "reason": "not wanted any more" }));
    assert_eq!((&cancelled["asked"], &cancelled["intercepted"]), (&json!([work]), &json!([shipment])), "{cancelled}");
    api.post(&format!("/v1/warehouse-orders/{work}/cancel-answers"), &json!({ "lines": [{ "line": 1, "ships": 2 }] }));
    api.post(&format!("/v1/shipments/{shipment}/intercept-answers"), &json!({}));
    let shown = api.show(&format!("/v1/shipments/{shipment}"));
    assert!(shown["return_request"].is_string() && !shown["intercept"].is_null(), "{shown}");
    let ask = crate::common::Ask::new("POST", &format!("/v1/shipments/{shipment}/intercept-answers"));
    api.ask(&ask.header("idempotency-key", "no-reason").json(&json!({ "refused": " " }))).problem(422, "invalid");
    assert_eq!(api.get(&format!("/v1/invoices?order={id}")).json()["items"], json!([]));
}

/// An order that is paid and closed is opened and closed again, and opened once more to be billed at another price.
fn billed_anew(api: &mut Api<'_>) -> String {
    let closed = until("an order that is closed", || {
        api.get("/v1/orders?status=closed").json()["items"].as_array().unwrap().first().cloned()
    });
    let path = format!("/v1/orders/{}", text(&closed["id"]));
    let price = text(&api.show(&path)["lines"][0]["price"]);
    let why = json!({ "reason": "billed at last year's price" });
    api.post(&format!("{path}/reopening"), &why);
    let open = api.show(&path);
    assert!(open["status"] != "closed" && open["reopened"] == true, "{open}");
    api.post(&format!("{path}/closing"), &why);
    let closed = api.show(&path);
    assert!(closed["status"] == "closed" && closed["reopened"] == false, "{closed}");
    api.post(&format!("{path}/reopening"), &why);
    let higher = format!("{}", price.parse::<f64>().unwrap() + 1.0);
    let anew = json!({ "reason": "the price of this year", "prices": [{ "line": 1, "price": higher }] });
    let pair = api.post(&format!("{path}/rebillings"), &anew)["rebilled"][0].clone();
    let replacement = api.show(&format!("/v1/invoices/{}", text(&pair["replacement"])));
    assert_eq!(replacement["rebills"], pair["credit_note"], "{replacement}");
    text(&closed["id"])
}
