//! Invoices, payments, accounts and returns.

use serde_json::json;

use crate::common;
use crate::common::{Ask, until};
use crate::described::{Api, text};

pub(crate) fn finance(api: &mut Api<'_>, shipped: &str) {
    let invoice = until("the invoice of what West has shipped", || {
        let page = api.get(&format!("/v1/invoices?order={shipped}")).json();
        page["items"].as_array().unwrap().first().cloned()
    });
    let id = text(&invoice["id"]);
    assert_eq!(api.show(&format!("/v1/invoices/{id}"))["order"], shipped);
    assert_eq!(api.get(&format!("/v1/invoices?number={}", text(&invoice["number"]))).json()["items"][0]["id"], id.as_str());
    assert!(api.get(&format!("/v1/invoices/{id}/pdf")).body.starts_with(b"%PDF"));
    assert!(api.get(&format!("/v1/invoices/{id}/ubl")).text().contains(&text(&invoice["number"])));

    let csv = "statement,bank_account,currency,bank_reference,value_date,amount,payer_name,remittance\n\
        ST-1,GB94BARC10201530093459,GBP,B-1,2026-11-24,7.77,Somebody,no idea\n\
        ST-1,GB94BARC10201530093459,GBP,B-2,2026-11-24,5.00,Somebody else,none\n";
    let report = api.file("/v1/bank-statements?name=bank.csv", csv.as_bytes());
    assert_eq!((&report["imported"], &report["findings"]), (&json!(2), &json!([])), "{report}");
    assert!(report["came_before"].is_null(), "{report}");
    let again = api.file("/v1/bank-statements?name=copy.csv", csv.as_bytes());
    assert_eq!((&again["imported"], &again["repeated"]), (&json!(0), &json!(2)), "{again}");
    assert!(again["came_before"].is_string(), "the same file under another key: {again}");
    let payment = text(&report["ids"][0]);
    assert_eq!(api.show(&format!("/v1/payments/{payment}"))["bank_reference"], "B-1");
    api.post(&format!("/v1/payments/{payment}/on-account"), &json!({ "account": "10001" }));
    let payment = text(&report["ids"][1]);
    let money = json!({ "amount": "5.00", "currency": "GBP" });
    api.post(&format!("/v1/payments/{payment}/matches"), &json!({ "items": [{ "invoice": id, "amount": money }] }));
    assert_eq!(api.show(&format!("/v1/payments/{payment}"))["allocations"][0]["amount"], money);
    api.post(&format!("/v1/payments/{payment}/unapplications"), &json!({ "invoice": id, "reason": "the wrong one" }));
    let too_much = json!({ "items": [{ "invoice": id, "amount": { "amount": "99999.00", "currency": "GBP" } }] });
    let ask =
        Ask::new("POST", &format!("/v1/payments/{payment}/matches")).header("idempotency-key", "too-much").json(&too_much);
    assert!((400..500).contains(&api.ask(&ask).status));
    let pence = |amount: &str| json!({ "amount": amount, "currency": "GBP" });
    let dispute = json!({ "amount": pence("0.05"), "code": "PRC", "reason": "the contract says less" });
    // whoever opens a dispute gives nothing away for it
    let ask = Ask::new("POST", &format!("/v1/invoices/{id}/disputes"));
    let ask = ask.header("authorization", &format!("Bearer {}", common::CLERK)).header("content-type", "application/json");
    api.change(ask, dispute.to_string().as_bytes());
    assert_eq!(api.show(&format!("/v1/invoices/{id}"))["dispute_code"], "PRC");
    let settlement = json!({ "written_off": pence("0.02"), "reason": "not worth a letter" });
    let settled = api.post(&format!("/v1/invoices/{id}/disputes/settlement"), &settlement);
    let parts = ["granted_minor", "written_off_minor", "refused_minor"].map(|part| settled[part].as_i64().unwrap());
    assert_eq!((parts, settled["credit_note"].is_null()), ([0, 2, 3], true), "{settled}");
    let decided = &api.show(&format!("/v1/invoices/{id}"))["decisions"][0];
    assert_eq!((&decided["code"], &decided["reason"]), (&json!("PRC"), &json!("not worth a letter")), "{decided}");
    assert_eq!(decided["letter"], format!("/v1/invoices/{id}/disputes/1/letter"));
    assert!(api.get(&text(&decided["letter"])).body.starts_with(b"%PDF"));
    api.ask(&Ask::new("GET", &format!("/v1/invoices/{id}/disputes/2/letter"))).problem(404, "not_found");
    let credit = json!({ "reason": "one was broken", "lines": [{ "line": 1, "quantity": 1 }] });
    api.post(&format!("/v1/invoices/{id}/credit-notes"), &credit);
    let credit = json!({ "reason": "contract", "prices": [{ "line": 1, "price": "0.01" }] });
    api.post(&format!("/v1/invoices/{id}/credit-notes"), &credit);
    let credit = json!({ "reason": "late", "amount": { "amount": "0.01", "currency": "GBP" } });
    api.post(&format!("/v1/invoices/{id}/credit-notes"), &credit);
    api.list("/v1/payments");
    api.list("/v1/invoices");
}

pub(crate) fn returns(api: &mut Api<'_>) {
    let csv = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n\
        C536391,BRK-100,BRACKET,-1,2010-12-01 10:24:00,4.50,10001,United Kingdom\n";
    let report = api.file("/v1/imports/orders?format=online-retail&name=returns.csv", csv.as_bytes());
    let id = text(&report["ids"][0]);
    assert_eq!(api.show(&format!("/v1/returns/{id}"))["id"], id.as_str());
    assert_eq!(api.list("/v1/returns").len(), 1);
}
