//! Requests over HTTP at the times of a fixed timetable, and what they need: master data, stock, and orders that flow meanwhile.
//!
//! A latency counts from the time in the timetable: a server that falls behind cannot hide it. What is asked in the first moments, while
//! connections are opened, is not counted.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context;
use serde_json::{Value, json};

use super::{Latency, measure};
use crate::machinery::Machinery;

const ITEMS: u64 = 1_000;
const ACCOUNTS: u64 = 100;
/// How long is asked before anything counts: whoever asks a thousand times a second keeps their connections open.
const WARM_UP: u64 = 3;
/// Orders per second that flow meanwhile.
const ORDERS_PER_SECOND: u64 = 20;
/// The item that everybody wants.
pub(super) const RUSH: &str = "RUSH";
/// What there is of it.
pub(super) const RUSH_UNITS: i64 = 100;

/// Who asks the product.
#[derive(Debug)]
pub(super) struct Client {
    http: reqwest::Client,
    pub(super) url: String,
    pub(super) key: String,
}

impl Client {
    pub(super) fn of(machinery: &Machinery) -> anyhow::Result<Arc<Self>> {
        let http = reqwest::Client::builder().no_proxy().build()?;
        Ok(Arc::new(Self { http, url: machinery.url().to_owned(), key: machinery.key().to_owned() }))
    }

    pub(super) async fn get(&self, path: &str) -> reqwest::Result<u16> {
        let response = self.http.get(format!("{}{path}", self.url)).bearer_auth(&self.key).send().await?;
        let status = response.status().as_u16();
        response.bytes().await?;
        Ok(status)
    }

    /// The position of the journal's last entry.
    pub(super) async fn position(&self) -> anyhow::Result<u64> {
        let answer = self.http.get(format!("{}/v1/progress", self.url)).bearer_auth(&self.key).send().await?;
        let progress: Value = serde_json::from_str(&answer.text().await?)?;
        progress["position"].as_u64().context("read how far the journal is")
    }

    pub(super) async fn post(&self, path: &str, key: &str, body: &Value) -> reqwest::Result<(u16, String)> {
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

/// Master data, and more stock than is asked for, but for the item of the rush.
pub(super) async fn prepare(client: &Client) -> anyhow::Result<()> {
    let node = |id: &str| json!({ "id": id, "name": id, "tier": 1, "transit_days": { "*": 2 } });
    let company = json!({
        "name": "Bench", "code": "B", "country": "GB", "currency": "GBP", "nodes": [node("EAST"), node("WEST")],
        "taxes": [{ "jurisdiction": "GB", "category": "standard", "rate": "20" }],
    });
    client.set_up("/v1/imports/master/company", "company", &company).await?;
    let item = |id: String| json!({ "id": id, "description": id, "base_uom": "EA", "list_price": "1.50", "tax_category": "standard", "weight_grams": 250 });
    let items: Vec<Value> = (0..ITEMS).map(|at| item(item_id(at))).chain([item(RUSH.to_owned())]).collect();
    client.set_up("/v1/imports/master/items", "items", &items.into()).await?;
    let ship_to = json!({ "code": "MAIN", "name": "Shop", "street": "Main Street 1", "postcode": "0000", "city": "London", "country": "GB" });
    let account = |at: u64| json!({ "id": format!("C{at:03}"), "name": format!("Customer {at}"), "tier": 3, "credit_limit": 1_000_000_000, "bank_accounts": [format!("GB00BENCH{at:03}")], "ship_tos": [ship_to] });
    client.set_up("/v1/imports/master/accounts", "accounts", &(0..ACCOUNTS).map(account).collect()).await?;
    for at in 0..ITEMS {
        receive(client, &item_id(at), if at % 2 == 0 { "EAST" } else { "WEST" }, 1_000_000).await?;
    }
    receive(client, RUSH, "EAST", RUSH_UNITS).await
}

async fn receive(client: &Client, item: &str, node: &str, quantity: i64) -> anyhow::Result<()> {
    let body = json!({ "item": item, "node": node, "quantity": quantity, "receipt": format!("opening-{item}") });
    client.set_up("/v1/stock/receipts", &format!("opening-{item}"), &body).await
}

/// One item after the other.
pub(super) fn item_id(at: u64) -> String {
    format!("ITEM{:04}", at % ITEMS)
}

/// Orders that flow at a steady pace until they are told to stop.
#[derive(Debug, Default)]
pub(super) struct Flow {
    is_over: AtomicBool,
    taken: Mutex<Vec<String>>,
}

impl Flow {
    /// Begins; within a Tokio runtime.
    pub(super) fn begin(client: &Arc<Client>) -> Arc<Self> {
        let flow = Arc::new(Self::default());
        let (client, running) = (Arc::clone(client), Arc::clone(&flow));
        tokio::spawn(async move { running.run(&client).await });
        flow
    }

    async fn run(&self, client: &Client) {
        let mut pace = tokio::time::interval(Duration::from_millis(1_000 / ORDERS_PER_SECOND));
        let mut number = 0;
        while !self.is_over.load(Ordering::Relaxed) {
            pace.tick().await;
            let lines: Vec<Value> =
                (0..4).map(|line| json!({ "item": item_id(number * 7 + line * 131), "quantity": "2" })).collect();
            let account = format!("C{:03}", number % ACCOUNTS);
            let body = json!({ "account": account, "purchase_order": format!("PO-{number}"), "lines": lines });
            let answer = client.post("/v1/orders", &format!("order-{number}"), &body).await;
            let Some(order) = answer.as_ref().ok().and_then(|(status, text)| order_of(*status, text)) else {
                tracing::error!(?answer, "an order was not taken");
                break;
            };
            self.taken().push(order);
            number += 1;
        }
    }

    fn taken(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One of the orders that were taken.
    pub(super) fn order(&self, at: u64) -> Option<String> {
        let taken = self.taken();
        let at = usize::try_from(at).ok()?.checked_rem(taken.len())?;
        taken.get(at).cloned()
    }

    /// No further orders; how many there were.
    pub(super) fn end(&self) -> u64 {
        self.is_over.store(true, Ordering::Relaxed);
        self.taken().len() as u64
    }
}

/// The number of the order that an answer says was taken.
fn order_of(status: u16, text: &str) -> Option<String> {
    let answer: Value = serde_json::from_str(text).ok().filter(|_| status == 201)?;
    answer["id"].as_str().map(str::to_owned)
}

/// What became of the requests of a timetable.
#[derive(Debug, Default)]
pub(super) struct Answers {
    /// The request's number, and microseconds from its time in the timetable to the end of its answer.
    micros: Vec<(u64, u64)>,
    pub(super) failed: u64,
}

impl Answers {
    /// Of those of the requests.
    pub(super) fn latency(&self, which: impl Fn(u64) -> bool) -> Latency {
        let mut micros: Vec<u64> = self.micros.iter().filter(|(at, _)| which(*at)).map(|(_, micros)| *micros).collect();
        Latency { p50: measure::percentile(&mut micros, 0.5), p99: measure::percentile(&mut micros, 0.99) }
    }
}

/// Asks `rate` times a second, however long the answers take. `ask` gets the request's number; it gives whether the answer was right. An
/// answer that is not right counts from the beginning, a latency after the warm-up.
pub(super) async fn timetable<F>(rate: u64, seconds: u64, ask: impl Fn(u64) -> F) -> Answers
where
    F: Future<Output = bool> + Send + 'static,
{
    let began = Instant::now();
    let mut calls = tokio::task::JoinSet::new();
    for at in 0..rate * (WARM_UP + seconds) {
        let due = began + Duration::from_nanos(at * 1_000_000_000 / rate);
        tokio::time::sleep_until(due.into()).await;
        let asked = ask(at);
        calls.spawn(async move {
            let is_right = asked.await;
            (is_right, at, u64::try_from(due.elapsed().as_micros()).unwrap_or(u64::MAX))
        });
    }
    let mut answers = Answers::default();
    while let Some(done) = calls.join_next().await {
        match done {
            Ok((is_right, at, micros)) => {
                if at >= rate * WARM_UP {
                    answers.micros.push((at, micros));
                }
                answers.failed += u64::from(!is_right);
            }
            Err(_) => answers.failed += 1,
        }
    }
    answers
}
