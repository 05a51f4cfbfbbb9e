//! Feeds the plan through the API: master data, stock, orders, and later the supply that was announced.

use std::collections::BTreeMap;

use anyhow::Context;
use serde_json::{Value, json};
use units::Timestamp;

use super::plan::{Plan, Stocking};
use super::post;
use super::watch::Watch;
use crate::api::Api;
use crate::machinery::Machinery;

/// How many requests are under way at a time.
const AT_ONCE: usize = 8;

/// What was fed.
#[derive(Debug, Default)]
pub(super) struct Fed {
    /// Rows that are no orders, by reason.
    pub(super) rejected: BTreeMap<String, u64>,
    /// What was found wrong with others.
    pub(super) findings: Vec<String>,
}

/// Two weeks after the demo's data began: a demo that goes on announces what it has announced before.
async fn eta(api: &Api, machinery: &mut Machinery) -> anyhow::Result<String> {
    let first = machinery.while_alive(api.get("/v1/events?limit=1")).await??;
    let began: Timestamp = first["events"][0]["time"].as_str().unwrap_or_default().parse().context("when the data began")?;
    Ok(began.day().plus_days(14).to_string())
}

pub(super) async fn feed(api: &Api, plan: &Plan, watch: &Watch, machinery: &mut Machinery) -> anyhow::Result<Fed> {
    watch.say("master data");
    machinery
        .while_alive(post(api, "/v1/imports/master/company", "demo-company", serde_json::to_vec(&company())?))
        .await??;
    machinery.while_alive(post(api, "/v1/imports/master/items", "demo-items", serde_json::to_vec(&plan.items())?)).await??;
    machinery
        .while_alive(post(api, "/v1/imports/master/accounts", "demo-accounts", serde_json::to_vec(&accounts(plan))?))
        .await??;
    watch.say("stock");
    let stock = plan.stock();
    let opening =
        stock.iter().filter(|stocking| stocking.opening > 0).map(|stocking| receipt(stocking, "opening", stocking.opening));
    send_all(api, opening.collect(), machinery).await?;
    let eta = eta(api, machinery).await?;
    let announced = stock.iter().filter(|stocking| stocking.later > 0).map(|stocking| {
        let body = json!({ "item": stocking.item, "node": stocking.node, "document": document(stocking), "quantity": stocking.later, "eta": eta });
        ("/v1/stock/inbound".to_owned(), format!("demo-announce-{}-{}", stocking.item, stocking.node), body)
    });
    send_all(api, announced.collect(), machinery).await?;
    watch.say("orders");
    watch.begin_orders();
    let mut fed = Fed::default();
    for batch in plan.requests().chunks(AT_ONCE) {
        let path = "/v1/imports/orders?format=online-retail&name=input";
        let calls = batch.iter().map(|(key, body, _)| post(api, path, key, body.clone()));
        for report in machinery.while_alive(futures(calls)).await? {
            let report = report?;
            for (reason, count) in report["rejected"].as_object().into_iter().flatten() {
                *fed.rejected.entry(reason.clone()).or_default() += count.as_u64().unwrap_or(0);
            }
            for finding in report["findings"].as_array().into_iter().flatten() {
                fed.findings.push(format!(
                    "{}: {}",
                    finding["pointer"].as_str().unwrap_or_default(),
                    finding["cause"].as_str().unwrap_or_default()
                ));
            }
        }
        watch.fed(batch.iter().map(|(_, _, count)| *count).sum());
    }
    watch.say("supply");
    let later =
        stock.iter().filter(|stocking| stocking.later > 0).map(|stocking| receipt(stocking, "supply", stocking.later));
    send_all(api, later.collect(), machinery).await?;
    Ok(fed)
}

type Call = (String, String, Value);

async fn send_all(api: &Api, calls: Vec<Call>, machinery: &mut Machinery) -> anyhow::Result<()> {
    for batch in calls.chunks(AT_ONCE * 4) {
        let sent = batch.iter().map(|(path, key, body)| post(api, path, key, serde_json::to_vec(body).unwrap_or_default()));
        for answer in machinery.while_alive(futures(sent)).await? {
            answer?;
        }
    }
    Ok(())
}

/// Waits for all, in order.
async fn futures<T>(calls: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut pinned: Vec<_> = calls.map(Box::pin).collect();
    let mut results: Vec<Option<T>> = pinned.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        let mut pending = false;
        for (call, result) in pinned.iter_mut().zip(&mut results) {
            if result.is_none() {
                match call.as_mut().poll(context) {
                    std::task::Poll::Ready(value) => *result = Some(value),
                    std::task::Poll::Pending => pending = true,
                }
            }
        }
        if pending { std::task::Poll::Pending } else { std::task::Poll::Ready(()) }
    })
    .await;
    results.into_iter().flatten().collect()
}

fn document(stocking: &Stocking) -> String {
    format!("PO-{}-{}", stocking.item, stocking.node)
}

fn receipt(stocking: &Stocking, kind: &str, quantity: i64) -> Call {
    let mut body = json!({ "item": stocking.item, "node": stocking.node, "quantity": quantity, "receipt": format!("{kind}-{}", stocking.node) });
    if kind == "supply" {
        body["document"] = json!(document(stocking));
    }
    ("/v1/stock/receipts".to_owned(), format!("demo-{kind}-{}-{}", stocking.item, stocking.node), body)
}

/// The company of the data: a British wholesaler, here with two warehouses.
fn company() -> Value {
    let node = |id: &str, name: &str, tier: u8| json!({ "id": id, "name": name, "tier": tier, "transit_days": { "*": 2 }, "distance_km": { "*": 200 * u32::from(tier) }, "cost_per_shipment": 450 });
    json!({
        "name": "Lab Wholesale Ltd",
        "code": "LW",
        "country": "GB",
        "currency": "GBP",
        "party": { "tax_number": "GB123456789", "street": "Dock Road 1", "postcode": "IP11 3SY", "city": "Felixstowe", "bank_account": "GB94BARC10201530093459" },
        "nodes": [node("EAST", "East warehouse", 1), node("WEST", "West warehouse", 1)],
        "taxes": [{ "jurisdiction": "GB", "category": "standard", "rate": "20" }],
    })
}

fn accounts(plan: &Plan) -> Value {
    plan.accounts()
        .iter()
        .map(|(id, country)| {
            let code = iso(country);
            // a few customers are important, some have a tight limit
            let draw = super::plan::mix(plan.seed(), id);
            let tier = 1 + draw % 5;
            let limit = if draw.is_multiple_of(12) { json!(60_000) } else { json!(10_000_000) };
            json!({
                "id": id,
                "name": format!("Customer {id}"),
                "tier": tier,
                "credit_limit": limit,
                "bank_accounts": [format!("GB00CUST{id:0>12}")],
                "ship_tos": [{ "code": "MAIN", "name": format!("Customer {id}"), "street": "Main Street 1", "postcode": "0000", "city": country, "country": code }],
            })
        })
        .collect()
}

/// ISO 3166 codes of the countries in the data.
fn iso(country: &str) -> &'static str {
    match country {
        "United Kingdom" | "Channel Islands" => "GB",
        "Australia" => "AU",
        "Austria" => "AT",
        "Bahrain" => "BH",
        "Belgium" => "BE",
        "Brazil" => "BR",
        "Canada" => "CA",
        "Cyprus" => "CY",
        "Czech Republic" => "CZ",
        "Denmark" => "DK",
        "EIRE" => "IE",
        "Finland" => "FI",
        "France" => "FR",
        "Germany" => "DE",
        "Greece" => "GR",
        "Hong Kong" => "HK",
        "Iceland" => "IS",
        "Israel" => "IL",
        "Italy" => "IT",
        "Japan" => "JP",
        "Lebanon" => "LB",
        "Lithuania" => "LT",
        "Malta" => "MT",
        "Netherlands" => "NL",
        "Norway" => "NO",
        "Poland" => "PL",
        "Portugal" => "PT",
        "RSA" => "ZA",
        "Saudi Arabia" => "SA",
        "Singapore" => "SG",
        "Spain" => "ES",
        "Sweden" => "SE",
        "Switzerland" => "CH",
        "USA" => "US",
        "United Arab Emirates" => "AE",
        _ => "IM",
    }
}
