//! Mixed reads over HTTP while orders flow and many listen to what happens. Product and lab run as processes of their own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, ensure};
use serde::Serialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::Latency;
use super::traffic::{self, Client, Flow, item_id};
use crate::machinery::Machinery;

/// What is read, in turns.
const READS: [&str; 8] = ["availability", "order", "orders", "stock", "exceptions", "tasks", "invoices", "events"];
/// What each listener wants to know: each order that comes in.
const WANTED: &str = "order.received";
/// How the type of an event begins (Server-sent events, section 9.2.6).
const EVENT: &[u8] = b"event: ";
/// Orders flow so long before the reads begin, so that there is something to read.
const BEFORE: Duration = Duration::from_secs(3);

/// What a run came to.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    workload: &'static str,
    requests_per_second: u64,
    seconds: u64,
    all_ms: Latency,
    availability_ms: Latency,
    order_ms: Latency,
    orders_ms: Latency,
    events_ms: Latency,
    failed: u64,
    orders_meanwhile: u64,
    listeners: u64,
    listeners_lost: u64,
    events_heard: u64,
}

pub(super) async fn run(machinery: &Machinery, rate: u64, seconds: u64, listeners: u64) -> anyhow::Result<Report> {
    let client = Client::of(machinery)?;
    traffic::prepare(&client).await?;
    let audience = Audience::gather(&client, listeners).await?;
    let flow = Flow::begin(&client);
    tokio::time::sleep(BEFORE).await;
    // whoever follows the feed goes on where they were, and does not read the master data again and again
    let known = client.position().await?.saturating_sub(100);
    let answers = traffic::timetable(rate, seconds, |at| read(Arc::clone(&client), Arc::clone(&flow), known, at)).await;
    let of = |what: &'static str| answers.latency(move |at| kind(at) == what);
    Ok(Report {
        workload: "reading",
        requests_per_second: rate,
        seconds,
        all_ms: answers.latency(|_| true),
        availability_ms: of("availability"),
        order_ms: of("order"),
        orders_ms: of("orders"),
        events_ms: of("events"),
        failed: answers.failed,
        orders_meanwhile: flow.end(),
        listeners,
        listeners_lost: audience.lost.load(Ordering::Relaxed),
        events_heard: audience.heard.load(Ordering::Relaxed),
    })
}

/// What the request of that number reads.
fn kind(at: u64) -> &'static str {
    usize::try_from(at).map_or("", |at| READS[at % READS.len()])
}

async fn read(client: Arc<Client>, flow: Arc<Flow>, known: u64, at: u64) -> bool {
    let any = at.wrapping_mul(0x9e37_79b9);
    let path = match kind(at) {
        "availability" => format!("/v1/availability?item={}", item_id(any)),
        "order" => flow.order(any).map_or_else(|| "/v1/orders".to_owned(), |order| format!("/v1/orders/{order}")),
        "stock" => format!("/v1/stock?item={}", item_id(any)),
        "events" => format!("/v1/events?after={known}&limit=50"),
        list => format!("/v1/{list}?limit=50"),
    };
    matches!(client.get(&path).await, Ok(200))
}

/// Those who listen, each over a connection of their own.
#[derive(Debug, Default)]
struct Audience {
    heard: AtomicU64,
    lost: AtomicU64,
}

impl Audience {
    async fn gather(client: &Client, listeners: u64) -> anyhow::Result<Arc<Self>> {
        let audience = Arc::new(Self::default());
        for _ in 0..listeners {
            let stream = listen(client).await?;
            let audience = Arc::clone(&audience);
            tokio::spawn(async move {
                audience.hear(stream).await;
                audience.lost.fetch_add(1, Ordering::Relaxed);
            });
        }
        Ok(audience)
    }

    /// Until the connection ends, which it should not.
    async fn hear(&self, mut stream: TcpStream) {
        let mut buffer = [0; 8_192];
        while let Ok(read @ 1..) = stream.read(&mut buffer).await {
            // an event is sent whole: what a read cuts in two is rare, and is not counted
            let heard = buffer[..read].windows(EVENT.len()).filter(|bytes| *bytes == EVENT).count();
            self.heard.fetch_add(heard as u64, Ordering::Relaxed);
        }
    }
}

/// Opens a stream of events, and waits until the product has agreed.
async fn listen(client: &Client) -> anyhow::Result<TcpStream> {
    let address = client.url.strip_prefix("http://").context("the product is asked over HTTP")?;
    let mut stream = TcpStream::connect(address).await?;
    let request = format!(
        "GET /v1/events?type={WANTED} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\naccept: text/event-stream\r\n\r\n",
        client.key
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = [0; 2_048];
    let read = stream.read(&mut answer).await?;
    let answer = String::from_utf8_lossy(&answer[..read]);
    ensure!(answer.starts_with("HTTP/1.1 200"), "the product does not tell what happens: {answer}");
    Ok(stream)
}
