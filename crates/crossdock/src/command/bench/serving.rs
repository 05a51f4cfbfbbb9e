//! Availability and reservations over HTTP while orders flow, and a rush on one item. Product and lab run as processes of their own.

use std::sync::Arc;
use std::time::Instant;

use anyhow::Context;
use serde::Serialize;
use serde_json::json;

use super::Latency;
use super::traffic::{self, Client, Flow, RUSH, RUSH_UNITS, item_id};
use crate::machinery::Machinery;

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

pub(super) async fn run(machinery: &Machinery, rate: u64, seconds: u64, rush: u64) -> anyhow::Result<Report> {
    let client = Client::of(machinery)?;
    traffic::prepare(&client).await?;
    let flow = Flow::begin(&client);
    let answers = traffic::timetable(rate, seconds, |at| read_or_reserve(Arc::clone(&client), at)).await;
    Ok(Report {
        workload: "serving",
        requests_per_second: rate,
        seconds,
        availability_ms: answers.latency(is_read),
        reservation_ms: answers.latency(|at| !is_read(at)),
        orders_meanwhile: flow.end(),
        failed: answers.failed,
        rush: all_at_once(&client, rush).await?,
    })
}

/// Every other request reads.
fn is_read(at: u64) -> bool {
    at.is_multiple_of(2)
}

async fn read_or_reserve(client: Arc<Client>, at: u64) -> bool {
    let item = item_id(at.wrapping_mul(0x9e37_79b9));
    if is_read(at) {
        return matches!(client.get(&format!("/v1/availability?item={item}")).await, Ok(200));
    }
    let body = json!({ "lines": [{ "item": item, "quantity": 1 }] });
    matches!(client.post("/v1/availability/reservations", &format!("reserve-{at}"), &body).await, Ok((201, _)))
}

/// Everybody wants a unit of the same item at the same moment, each over a connection of their own.
async fn all_at_once(client: &Arc<Client>, requests: u64) -> anyhow::Result<Rush> {
    let gate = Arc::new(tokio::sync::Barrier::new(usize::try_from(requests).context("so many requests")? + 1));
    let mut calls = tokio::task::JoinSet::new();
    for at in 0..requests {
        let (client, gate) = (Arc::clone(client), Arc::clone(&gate));
        calls.spawn(async move {
            gate.wait().await;
            let body = json!({ "lines": [{ "item": RUSH, "quantity": 1 }] });
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
