//! Availability and reservations over HTTP while orders flow, and a rush on one item.
//!
//! Product and lab run as processes of their own. Requests leave at the times of a fixed timetable, and a latency counts from the
//! time in the timetable: a server that falls behind cannot hide it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use serde::Serialize;
use serde_json::{Value, json};

use super::{Latency, measure};
use crate::machinery::{Machinery, Setting};

const ITEMS: u64 = 1_000;
const ACCOUNTS: u64 = 100;
/// Orders per second that flow meanwhile.
const ORDERS_PER_SECOND: u64 = 20;
/// What there is of the item that everybody wants.
const RUSH_UNITS: i64 = 100;

/// What a run came to.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    workload: &'static str,
    requests_per_second: u64,
    seconds: u64,
    availability_ms: Latency,
    reservation_ms: Latency,
    orders_meanwhile: u64,
    failed: u64,
    rush: Rush,
}

/// Many who want the same.
#[derive(Debug, Serialize)]
struct Rush {
    requests: u64,
    units: i64,
    reserved: u64,
    refused: u64,
    failed: u64,
    seconds: f64,
}

struct Client {
    http: reqwest::Client,
    url: String,
    key: String,
}

impl Client {
    async fn get(&self, path: &str) -> reqwest::Result<u16> {
        let response = self.http.get(format!("{}{path}", self.url)).bearer_auth(&self.key).send().await?;
        let status = response.status().as_u16();
        response.bytes().await?;
        Ok(status)
    }

    async fn post(&self, path: &str, key: &str, body: &Value) -> reqwest::Result<(u16, String)> {
        let request = self.http.post(format!("{}{path}", self.url)).bearer_auth(&self.key);
        let request = request.header("idempotency-key", key).header("content-type", "application/json");
        let response = request.body(body.to_string()).send().await?;
        let status = response.status().as_u16();
        Ok((status, response.text().await?))
    }

    async fn set_up(&self, path: &str, key: &str, body: &Value) -> anyhow::Result<()> {
        let (status, text) = self.post(path, key, body).await?;
        anyhow::ensure!((200..300).contains(&status), "{path}: {status} {text}");
        Ok(())
    }
}

pub(super) fn run(folder: &Path, rate: u64, seconds: u64, rush: u64) -> anyhow::Result<Report> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(serve_and_ask(folder, rate.max(1), seconds.max(1), rush))
}

async fn serve_and_ask(folder: &Path, rate: u64, seconds: u64, rush: u64) -> anyhow::Result<Report> {
    let setting = Setting { speed: 86_400.0, seed: 1, faults: "none".to_owned(), port: 0 };
    let machinery = Machinery::start(folder, &setting).await?;
    let client = Arc::new(Client {
        http: reqwest::Client::builder().no_proxy().build()?,
        url: machinery.url().to_owned(),
        key: machinery.key().to_owned(),
    });
    prepare(&client).await?;
    let stop = Arc::new(AtomicBool::new(false));
    let orders = tokio::spawn(flow(Arc::clone(&client), Arc::clone(&stop)));
    let (mut availability, mut reservation, failed) = timetable(&client, rate, seconds).await;
    stop.store(true, Ordering::Relaxed);
    let orders_meanwhile = orders.await?;
    let rush = all_at_once(&client, rush).await?;
    machinery.stop().await;
    let latency =
        |micros: &mut [u64]| Latency { p50: measure::percentile(micros, 0.5), p99: measure::percentile(micros, 0.99) };
    Ok(Report {
        workload: "serving",
        requests_per_second: rate,
        seconds,
        availability_ms: latency(&mut availability),
        reservation_ms: latency(&mut reservation),
        orders_meanwhile,
        failed,
        rush,
    })
}

/// Master data, and more stock than is asked for, but for the item of the rush.
async fn prepare(client: &Client) -> anyhow::Result<()> {
    let node = |id: &str| json!({ "id": id, "name": id, "tier": 1, "transit_days": { "*": 2 } });
    let company = json!({
        "name": "Bench", "code": "B", "country": "GB", "currency": "GBP", "nodes": [node("EAST"), node("WEST")],
        "taxes": [{ "jurisdiction": "GB", "category": "standard", "rate": "20" }],
    });
    client.set_up("/v1/imports/master/company", "company", &company).await?;
    let item = |id: String| json!({ "id": id, "description": id, "base_uom": "EA", "list_price": "1.50", "tax_category": "standard", "weight_grams": 250 });
    let items: Vec<Value> = (0..ITEMS).map(|at| item(item_id(at))).chain([item("RUSH".to_owned())]).collect();
    client.set_up("/v1/imports/master/items", "items", &items.into()).await?;
    let ship_to = json!({ "code": "MAIN", "name": "Shop", "street": "Main Street 1", "postcode": "0000", "city": "London", "country": "GB" });
    let account = |at: u64| json!({ "id": format!("C{at:03}"), "name": format!("Customer {at}"), "tier": 3, "credit_limit": 1_000_000_000, "bank_accounts": [format!("GB00BENCH{at:03}")], "ship_tos": [ship_to] });
    client.set_up("/v1/imports/master/accounts", "accounts", &(0..ACCOUNTS).map(account).collect()).await?;
    for at in 0..ITEMS {
        receive(client, &item_id(at), if at % 2 == 0 { "EAST" } else { "WEST" }, 1_000_000).await?;
    }
    receive(client, "RUSH", "EAST", RUSH_UNITS).await
}

async fn receive(client: &Client, item: &str, node: &str, quantity: i64) -> anyhow::Result<()> {
    let body = json!({ "item": item, "node": node, "quantity": quantity, "receipt": format!("opening-{item}") });
    client.set_up("/v1/stock/receipts", &format!("opening-{item}"), &body).await
}

fn item_id(at: u64) -> String {
    format!("ITEM{:04}", at % ITEMS)
}

/// Orders at a steady pace, until told to stop; how many there were.
async fn flow(client: Arc<Client>, stop: Arc<AtomicBool>) -> u64 {
    let mut pace = tokio::time::interval(Duration::from_millis(1_000 / ORDERS_PER_SECOND));
    let mut number = 0;
    while !stop.load(Ordering::Relaxed) {
        pace.tick().await;
        let lines: Vec<Value> =
            (0..4).map(|line| json!({ "item": item_id(number * 7 + line * 131), "quantity": "2" })).collect();
        let account = format!("C{:03}", number % ACCOUNTS);
        let body = json!({ "account": account, "purchase_order": format!("PO-{number}"), "lines": lines });
        match client.post("/v1/orders", &format!("order-{number}"), &body).await {
            Ok((201, _)) => number += 1,
            other => {
                tracing::error!(?other, "an order was not taken");
                break;
            }
        }
    }
    number
}

/// Latencies in microseconds of reads and of reservations, and how many of either failed.
async fn timetable(client: &Arc<Client>, rate: u64, seconds: u64) -> (Vec<u64>, Vec<u64>, u64) {
    let began = Instant::now();
    let mut calls = tokio::task::JoinSet::new();
    let failed = Arc::new(AtomicU64::new(0));
    for at in 0..rate * seconds {
        let due = began + Duration::from_nanos(at * 1_000_000_000 / rate);
        tokio::time::sleep_until(due.into()).await;
        let (client, failed) = (Arc::clone(client), Arc::clone(&failed));
        calls.spawn(async move {
            let is_read = at % 2 == 0;
            let item = item_id(at.wrapping_mul(0x9e37_79b9));
            let is_right = if is_read {
                matches!(client.get(&format!("/v1/availability?item={item}")).await, Ok(200))
            } else {
                let body = json!({ "lines": [{ "item": item, "quantity": 1 }] });
                let answer = client.post("/v1/availability/reservations", &format!("reserve-{at}"), &body).await;
                matches!(answer, Ok((201, _)))
            };
            if !is_right {
                failed.fetch_add(1, Ordering::Relaxed);
            }
            (is_read, u64::try_from(due.elapsed().as_micros()).unwrap_or(u64::MAX))
        });
    }
    let (mut reads, mut reservations) = (Vec::new(), Vec::new());
    while let Some(done) = calls.join_next().await {
        match done {
            Ok((true, micros)) => reads.push(micros),
            Ok((false, micros)) => reservations.push(micros),
            Err(_) => drop(failed.fetch_add(1, Ordering::Relaxed)),
        }
    }
    (reads, reservations, failed.load(Ordering::Relaxed))
}

/// Everybody wants a unit of the same item at the same moment, each over a connection of their own.
async fn all_at_once(client: &Arc<Client>, requests: u64) -> anyhow::Result<Rush> {
    let gate = Arc::new(tokio::sync::Barrier::new(usize::try_from(requests).context("so many requests")? + 1));
    let mut calls = tokio::task::JoinSet::new();
    for at in 0..requests {
        let (client, gate) = (Arc::clone(client), Arc::clone(&gate));
        calls.spawn(async move {
            gate.wait().await;
            let body = json!({ "lines": [{ "item": "RUSH", "quantity": 1 }] });
            client.post("/v1/availability/reservations", &format!("rush-{at}"), &body).await
        });
    }
    gate.wait().await;
    let began = Instant::now();
    let (mut reserved, mut refused, mut failed) = (0, 0, 0);
    while let Some(done) = calls.join_next().await {
        match done {
            Ok(Ok((201, _))) => reserved += 1,
            Ok(Ok((409 | 422, _))) => refused += 1,
            other => {
                tracing::debug!(?other, "a request of the rush failed");
                failed += 1;
            }
        }
    }
    Ok(Rush { requests, units: RUSH_UNITS, reserved, refused, failed, seconds: began.elapsed().as_secs_f64() })
}
