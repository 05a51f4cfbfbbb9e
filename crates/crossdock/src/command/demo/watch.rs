//! Watches the product and the lab, shows how far they are, and lets the clerks work.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::post;
use crate::api::Api;
use crate::machinery::Machinery;

/// Nothing may change for so long before everything counts as done.
const REST: Duration = Duration::from_millis(2_500);

pub(super) struct Watch {
    bar: ProgressBar,
    /// Standard error is a file or a pipe: it gets a line from time to time, and no bar.
    is_log: bool,
    told: Mutex<Instant>,
    fed: AtomicUsize,
    began: Mutex<Option<Instant>>,
}

impl Watch {
    /// A bar on standard error, where that is a terminal and somebody looks.
    pub(super) fn new(orders: usize, visible: bool) -> Self {
        let bar = if visible { ProgressBar::new(orders as u64) } else { ProgressBar::hidden() };
        // the figures stand below the bar, so that it is whole on a terminal of 80 columns
        if let Ok(style) = ProgressStyle::with_template("{elapsed:>4} {prefix:<11} {bar:24} {pos}/{len} settled\n{msg}") {
            bar.set_style(style);
        }
        let is_log = visible && !std::io::IsTerminal::is_terminal(&std::io::stderr());
        Self { bar, is_log, told: Mutex::new(Instant::now()), fed: AtomicUsize::new(0), began: Mutex::new(None) }
    }

    pub(super) fn say(&self, what: &'static str) {
        self.bar.set_prefix(what);
        self.bar.tick();
    }

    /// Orders begin to come in: from here on their rate is counted.
    pub(super) fn begin_orders(&self) {
        *self.began.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    pub(super) fn fed(&self, documents: usize) {
        let fed = self.fed.fetch_add(documents, Ordering::Relaxed) + documents;
        self.bar.set_message(format!("{fed} documents fed"));
    }

    /// How long orders have been coming in.
    pub(super) fn running(&self) -> Duration {
        let began = *self.began.lock().unwrap_or_else(PoisonError::into_inner);
        began.map_or(Duration::ZERO, |began| began.elapsed())
    }

    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn show(&self, progress: &Value) {
        let sum = |labels: &[&str]| labels.iter().filter_map(|label| progress["orders"][label].as_u64()).sum::<u64>();
        let settled = sum(&["closed", "settled", "cancelled", "rejected"]);
        let received: u64 =
            progress["orders"].as_object().into_iter().flatten().filter_map(|(_, count)| count.as_u64()).sum();
        let matched = sum(&["settled", "closed"]);
        let invoiced = matched + sum(&["invoiced"]);
        let shipped = invoiced + sum(&["fulfilled"]);
        let allocated = shipped + sum(&["approved", "in_fulfilment", "partially_fulfilled"]);
        let rate = received as f64 / self.running().as_secs_f64().max(0.001);
        self.bar.set_prefix("orders");
        self.bar.set_length(received.max(1));
        self.bar.set_position(settled);
        let figures = format!(
            "     received {received}, allocated {allocated}, shipped {shipped}, invoiced {invoiced}, matched {matched}; {rate:.0} orders/s"
        );
        let open = exceptions(&progress["open_exceptions"]);
        self.log(&format!("{}; open exceptions: {open}", figures.trim_start()));
        self.bar.set_message(format!("{figures}\n     open exceptions: {open}"));
    }

    /// Where nobody sees a bar, a line tells every few seconds how far things are.
    fn log(&self, figures: &str) {
        const EVERY: Duration = Duration::from_secs(5);
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if self.is_log && told.elapsed() >= EVERY {
            *told = Instant::now();
            eprintln!("{figures}");
        }
    }

    /// Waits until product and lab have nothing left to do; says what is stuck if nothing moves for too long.
    pub(super) async fn until_idle(
        &self,
        api: &Api,
        machinery: &mut Machinery,
        clerks: bool,
        seed: u64,
        patience: Duration,
    ) -> anyhow::Result<Option<String>> {
        let client = reqwest::Client::builder().no_proxy().build()?;
        let clerk = machinery.api("clerk")?;
        let mut left: BTreeSet<String> = BTreeSet::new();
        let (mut position, mut moved) = (0, Instant::now());
        loop {
            machinery.supervise().await?;
            if clerks {
                machinery.while_alive(work(&clerk, seed, &mut left)).await?;
            }
            let lab = lab_state(&client, machinery.lab_urls()).await;
            let progress = api.get("/v1/progress").await.ok();
            if let Some(progress) = &progress {
                self.show(progress);
                let now = progress["position"].as_u64().unwrap_or(0);
                if now != position {
                    (position, moved) = (now, Instant::now());
                }
            }
            let pending = progress.as_ref().map_or(1, |progress| progress["effects"]["pending"].as_u64().unwrap_or(0));
            let busy = lab.0 + lab.1;
            if moved.elapsed() >= REST && pending == 0 && busy == 0 {
                return Ok(None);
            }
            if moved.elapsed() >= patience {
                let (scheduled, unsent) = lab;
                return Ok(Some(format!(
                    "{pending} effects wait, the lab has {scheduled} things to do and {unsent} messages to send"
                )));
            }
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
    }
}

/// How many exceptions of each type are open: `2 PRICE, 1 TAX`.
fn exceptions(by_type: &Value) -> String {
    let each = by_type.as_object().into_iter().flatten().map(|(kind, count)| format!("{count} {kind}"));
    let all: Vec<String> = each.collect();
    if all.is_empty() { "none".to_owned() } else { all.join(", ") }
}

/// What the lab has to do, and messages that it has to send.
async fn lab_state(client: &reqwest::Client, systems: &[(String, String)]) -> (u64, u64) {
    let mut state = (0, 0);
    for (_, url) in systems {
        let answer = async { client.get(format!("{url}/lab/state")).send().await?.json::<Value>().await };
        // a system that does not answer may have anything to do
        let answer = answer.await.unwrap_or_default();
        state.0 += answer["scheduled"].as_u64().unwrap_or(1);
        state.1 += answer["unsent"].as_u64().unwrap_or(0);
    }
    state
}

/// The clerks decide on what is open, and leave some of it to a human.
async fn work(api: &Api, seed: u64, left: &mut BTreeSet<String>) {
    let Ok(page) = api.get("/v1/exceptions?status=open&limit=500").await else { return };
    for exception in page["items"].as_array().into_iter().flatten() {
        let text = |name: &str| exception[name].as_str().unwrap_or_default().to_owned();
        let id = text("id");
        if left.contains(&id) {
            continue;
        }
        let actions: Vec<String> = exception["actions"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|action| action.as_str().map(str::to_owned))
            .collect();
        let Some((action, reason)) = lab::people::decide(seed, &id, &text("kind"), &actions) else {
            left.insert(id);
            continue;
        };
        if !resolve(api, &id, action, reason).await {
            // the first choice does not fit: the second one that is always possible, or a human
            let second = actions.iter().find(|offered| matches!(offered.as_str(), "put_on_account" | "acknowledge"));
            let done = match second {
                Some(second) if second != action => resolve(api, &id, second, "the first choice did not fit").await,
                _ => false,
            };
            if !done {
                left.insert(id);
            }
        }
    }
}

async fn resolve(api: &Api, id: &str, action: &str, reason: &str) -> bool {
    let body = json!({ "action": action, "reason": reason, "details": {} });
    let path = format!("/v1/exceptions/{id}/resolution");
    let bytes = serde_json::to_vec(&body).unwrap_or_default();
    post(api, &path, &format!("clerk-{id}-{action}"), bytes).await.is_ok()
}
