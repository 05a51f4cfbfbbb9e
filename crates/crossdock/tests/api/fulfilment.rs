//! Warehouse orders and shipments.

use serde_json::json;

use crate::common::{Ask, CLERK, order, until};
use crate::described::{Api, text};

/// The figures of each warehouse are the lengths of the lists that they lead to, and what is earned is told to controllers only.
fn counted(api: &mut Api<'_>, order: &str) {
    let figures = api.get("/v1/fulfilment").json();
    for node in figures["items"].as_array().unwrap() {
        for standing in ["open", "unacknowledged", "late", "short"] {
            let path = format!("/v1/warehouse-orders?node={}&standing={standing}", text(&node["node"]));
            let listed = api.get(&path).json()["items"].as_array().unwrap().len();
            assert_eq!(node[standing], json!(listed), "{path}: {figures}");
        }
    }
    let path = format!("/v1/orders/{order}/margins");
    assert!(api.get(&path).json()["items"].is_array());
    let clerk = Ask::new("GET", &path).without("authorization").header("authorization", &format!("Bearer {CLERK}"));
    api.ask(&clerk).problem(403, "not_allowed");
    // what an item costs is told to those who see margins, alone and in the list
    let clerk =
        |path: &str| Ask::new("GET", path).without("authorization").header("authorization", &format!("Bearer {CLERK}"));
    let of = |items: serde_json::Value| {
        let items = items["items"].as_array().unwrap().iter();
        items.filter(|item| item["landed_cost"].is_string()).count()
    };
    assert!(api.show("/v1/items/BRK-100")["landed_cost"].is_string());
    assert!(of(api.get("/v1/items").json()) > 0);
    let shown = api.ask(&clerk("/v1/items/BRK-100")).json();
    assert!(shown["list_price"].is_string() && shown["landed_cost"].is_null(), "{shown}");
    assert_eq!(of(api.ask(&clerk("/v1/items")).json()), 0);
}

/// Orders that West ships, refuses and cancels; gives the order that it shipped.
pub(crate) fn fulfilment(api: &mut Api<'_>) -> String {
    let released = |api: &mut Api<'_>, name: &str| {
        let id = text(&api.post("/v1/orders", &order(name, "LMP-300", 4))["id"]);
        let work = until("the warehouse order in West", || {
            let page = api.get(&format!("/v1/warehouse-orders?order={id}")).json();
            page["items"].as_array().unwrap().first().map(|work| text(&work["id"]))
        });
        (id, work)
    };
    let (shipped, work) = released(api, "W-1");
    api.post(&format!("/v1/warehouse-orders/{work}/acknowledgements"), &json!({}));
    let picked = json!({ "lines": [{ "line": 1, "picked": 4 }], "complete": true });
    api.post(&format!("/v1/warehouse-orders/{work}/picks"), &picked);
    let shipment = json!({ "reference": "S-1", "shipped_at": "2026-11-24T08:00:00Z", "carrier": "van", "tracking": "T-1",
        "complete": true, "lines": [{ "line": 1, "quantity": 4 }] });
    let id = text(&api.post(&format!("/v1/warehouse-orders/{work}/shipments"), &shipment)["id"]);
    assert_eq!(api.show(&format!("/v1/shipments/{id}"))["tracking"], "T-1");
    // under another key, as from a warehouse that has restarted
    let again = api.post(&format!("/v1/warehouse-orders/{work}/shipments"), &shipment);
    assert_eq!(again["id"], id.as_str(), "one that comes twice is the one that is known");
    let delivered = json!({ "at": "2026-11-24T15:00:00Z", "receiver": "Mr Doe" });
    api.post(&format!("/v1/shipments/{id}/deliveries"), &delivered);
    assert_eq!(api.show(&format!("/v1/shipments/{id}"))["delivered_at"], "2026-11-24T15:00:00.000Z");
    assert_eq!(api.show(&format!("/v1/warehouse-orders/{work}"))["lines"][0]["shipped"], 4);
    counted(api, &shipped);

    let (_, work) = released(api, "W-2");
    api.post(&format!("/v1/warehouse-orders/{work}/rejections"), &json!({ "reason": "no room" }));

    let (order, work) = released(api, "W-3");
    api.post(&format!("/v1/warehouse-orders/{work}/acknowledgements"), &json!({}));
    let address = json!({ "street": "New Street 2", "postcode": "LS1", "city": "Leeds", "country": "GB" });
    let changed = api.post(&format!("/v1/orders/{order}/changes"), &json!({ "ship_to": address }));
    assert_eq!(changed["redirected"], json!([work]), "{changed}");
    api.post(&format!("/v1/warehouse-orders/{work}/redirect-answers"), &json!({}));
    assert_eq!(api.show(&format!("/v1/warehouse-orders/{work}"))["redirect"], "agreed");
    let cancelled = api.post(&format!("/v1/orders/{order}/cancellations"), &json!({ "reason": "too late" }));
    assert_eq!(cancelled["asked"], json!([work]), "{cancelled}");
    api.post(&format!("/v1/warehouse-orders/{work}/cancel-answers"), &json!({ "lines": [{ "line": 1, "ships": 0 }] }));
    api.list("/v1/warehouse-orders");
    api.list("/v1/shipments");
    api.ask(&Ask::new("GET", "/v1/warehouse-orders/WO-999")).problem(404, "not_found");
    shipped
}
