//! Master data and stock.

use serde_json::{Value, json};

use crate::common::{Ask, sample};
use crate::described::{Api, text};

pub(crate) fn master_data(api: &mut Api<'_>) {
    for (kind, file) in
        [("company", "company.json"), ("items", "items.csv"), ("customers", "accounts.csv"), ("prices", "prices.csv")]
    {
        let report = api.file(&format!("/v1/imports/master/{kind}"), &std::fs::read(sample(file)).unwrap());
        assert_eq!((&report["findings"], &report["imported"]), (&json!([]), &report["understood"]), "{kind}");
    }
    api.file("/v1/imports/master/limits", b"account,credit_limit\n10001,100000000\n");
    assert_eq!(api.show("/v1/company")["currency"], "GBP");
    let limit = json!({ "limit": { "amount": "900000.00", "currency": "GBP" } });
    api.post("/v1/accounts/10001/credit-limit", &limit);
    assert_eq!(api.show("/v1/accounts/10001")["credit_limit"], limit["limit"]);
    api.ask(&Ask::new("GET", "/v1/accounts/NOBODY")).problem(404, "not_found");
    let accounts = api.get("/v1/accounts?limit=500").json();
    let listed = accounts["items"].as_array().unwrap().iter().find(|account| account["id"] == "10001");
    assert_eq!(listed, Some(&api.show("/v1/accounts/10001")), "a list says of an account what its page says");
    api.ask(&Ask::new("POST", "/v1/imports/master/gadgets").header("idempotency-key", "g").body(b"id\n"))
        .problem(404, "not_found");
}

pub(crate) fn stock(api: &mut Api<'_>) {
    for (item, node, quantity) in
        [("BRK-100", "EAST", 500), ("LMP-300", "WEST", 500), ("ANC-200", "EAST", 500), ("PNT-010", "WEST", 9)]
    {
        let receipt = json!({ "item": item, "node": node, "quantity": quantity, "receipt": format!("R-{item}") });
        assert_eq!(api.post("/v1/stock/receipts", &receipt)["result"], "done");
    }
    api.post("/v1/stock/counts", &json!({ "item": "PNT-010", "node": "WEST", "on_hand": 8, "document": "C-1" }));
    api.post(
        "/v1/stock/adjustments",
        &json!({ "item": "PNT-010", "node": "WEST", "on_hand": 2, "document": "A-1", "reason": "found" }),
    );
    let inbound = json!({ "item": "PNT-010", "node": "WEST", "document": "PO-S", "quantity": 40, "eta": "2099-01-01" });
    api.post("/v1/stock/inbound", &inbound);
    api.post("/v1/stock/safety", &json!({ "item": "PNT-010", "node": "WEST", "quantity": 1 }));
    let stocks = api.get("/v1/stock?item=PNT-010").json();
    let paint = &stocks["items"][0];
    assert_eq!(
        (&paint["on_hand"], &paint["available"], &paint["inbound"][0]["quantity"]),
        (&json!(10), &json!(9), &json!(40))
    );
    assert_eq!(api.get("/v1/availability?item=PNT-010&quantity=5").json()["available"], 9);
    api.ask(&Ask::new("GET", "/v1/availability?item=NONE")).problem(404, "not_found");
    api.ask(&Ask::new("GET", "/v1/availability")).problem(400, "malformed");

    let reserved = api.post("/v1/availability/reservations", &json!({ "lines": [{ "item": "PNT-010", "quantity": 9 }] }));
    let reservation = text(&reserved["reservations"][0]["reservation"]);
    let more = json!({ "lines": [{ "item": "PNT-010", "quantity": 1 }] });
    let refused = Ask::new("POST", "/v1/availability/reservations").header("idempotency-key", "more").json(&more);
    api.ask(&refused).problem(409, "not_enough_stock");
    let place = json!({ "item": "PNT-010", "node": "WEST" });
    api.post(&format!("/v1/availability/reservations/{reservation}/release"), &place);
    api.list("/v1/stock");
    let run = json!({ "item": "PNT-010", "node": "WEST", "segments": [{ "strategy": "win", "tiers": [1] }] });
    let planned = api.post("/v1/backorders/runs", &run);
    assert_eq!((&planned["committed"], &planned["lines"]), (&json!(false), &json!([])));
    let keep = |change: Value| json!({ "item": "PNT-010", "change": change });
    let kept = api.post("/v1/stock/quotas", &keep(json!({ "allocate": { "group": "web", "quantity": 4 } })));
    let quota = json!({ "node": "WEST", "group": "web", "quota": 4, "reserved": 0, "left": 4 });
    assert_eq!(kept["quotas"], json!([quota]));
    assert_eq!(api.get("/v1/stock/quotas?item=PNT-010").json()["quotas"], json!([quota]));
    let available = |api: &mut Api<'_>, group: &str| {
        api.get(&format!("/v1/availability?item=PNT-010{group}")).json()["available"].clone()
    };
    assert_eq!((available(api, ""), available(api, "&group=web")), (json!(5), json!(9)));
    let refused = Ask::new("POST", "/v1/stock/quotas").header("idempotency-key", "no-such-group");
    let unknown = keep(json!({ "unallocate": { "group": "fax" } }));
    api.ask(&refused.json(&unknown)).problem(422, "invalid");
    api.post("/v1/stock/quotas", &keep(json!({ "unallocate": { "group": "web" } })));
    let nothing = json!({ "item": "PNT-010", "node": "WEST", "segments": [] });
    let refused = Ask::new("POST", "/v1/backorders/runs").header("idempotency-key", "no-segments").json(&nothing);
    api.ask(&refused).problem(422, "invalid");
}
