//! One system: its queue, its workers, its circuit.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use partition::EffectId;
use reqwest::header::HeaderMap;
use tokio::sync::{Notify, watch};

use crate::backoff::pause;
use crate::circuit::Circuit;
use crate::config::{SystemConfig, WhenDown};
use crate::health::{CircuitState, Outage, SystemHealth, Underway};
use crate::http::{self, Verdict};
use crate::{Delivery, Outcomes, SubmitError};

/// How many outages and latencies are remembered.
const OUTAGES: usize = 20;
const LATENCIES: usize = 256;

/// A system and everything that waits for it.
pub(crate) struct System {
    pub(crate) config: SystemConfig,
    client: reqwest::Client,
    headers: HeaderMap,
    inner: Mutex<Inner>,
    work: Notify,
}

struct Inner {
    queue: VecDeque<Waiting>,
    /// Effects that wait or are under way, and how often each was tried; a second delivery of one of them is dropped.
    known: BTreeMap<EffectId, u32>,
    circuit: Circuit,
    health: SystemHealth,
    latencies: VecDeque<u64>,
    /// What had waited when the system came back, and has not been delivered yet.
    backlog: BTreeSet<EffectId>,
    /// Outages that are over, and how long they took together, in milliseconds.
    recovered: (u64, u64),
}

struct Waiting {
    delivery: Delivery,
    attempts: u32,
    /// Not before this moment.
    from: Option<Instant>,
}

impl System {
    pub(crate) fn new(config: SystemConfig, client: reqwest::Client, headers: HeaderMap) -> Self {
        let health = SystemHealth {
            name: config.name.clone(),
            capabilities: config.capabilities.keys().cloned().collect(),
            circuit: CircuitState::Closed,
            queued: 0,
            in_flight: 0,
            delivered: 0,
            retried: 0,
            failed: 0,
            last_error: None,
            outages: Vec::new(),
            outages_total: 0,
            down_ms: 0,
            mean_time_to_recovery_ms: None,
            latency_p50_ms: None,
            latency_p99_ms: None,
        };
        let circuit = Circuit::new(config.circuit);
        let inner = Inner {
            queue: VecDeque::new(),
            known: BTreeMap::new(),
            circuit,
            health,
            latencies: VecDeque::new(),
            backlog: BTreeSet::new(),
            recovered: (0, 0),
        };
        Self { config, client, headers, inner: Mutex::new(inner), work: Notify::new() }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn health(&self) -> SystemHealth {
        let inner = self.lock();
        let mut sorted: Vec<u64> = inner.latencies.iter().copied().collect();
        sorted.sort_unstable();
        let at = |part: usize| sorted.get((sorted.len().saturating_sub(1)) * part / 100).copied();
        let (outages, took) = inner.recovered;
        let present = inner.health.outages.last().filter(|outage| outage.ended.is_none());
        SystemHealth {
            down_ms: took + present.map_or(0, |outage| outage.duration_ms(now_ms())),
            mean_time_to_recovery_ms: took.checked_div(outages),
            circuit: inner.circuit.state(),
            queued: inner.queue.len(),
            latency_p50_ms: at(50),
            latency_p99_ms: at(99),
            ..inner.health.clone()
        }
    }

    /// How far an effect is, if it waits here or is under way.
    pub(crate) fn underway(&self, id: EffectId) -> Option<Underway> {
        let inner = self.lock();
        let attempts = *inner.known.get(&id)?;
        let last_error = inner.health.last_error.clone().filter(|_| attempts > 0);
        Some(Underway { system: self.config.name.clone(), circuit: inner.circuit.state(), attempts, last_error })
    }

    /// Takes effects over. Those that are here already are dropped.
    pub(crate) fn enqueue(&self, deliveries: impl IntoIterator<Item = Delivery>) {
        let mut inner = self.lock();
        let mut new = 0;
        for delivery in deliveries {
            if let Entry::Vacant(new_one) = inner.known.entry(delivery.id) {
                new_one.insert(0);
                inner.queue.push_back(Waiting { delivery, attempts: 0, from: None });
                new += 1;
            }
        }
        drop(inner);
        for _ in 0..new.min(self.config.concurrency) {
            self.work.notify_one();
        }
    }

    /// A worker: takes effects one after the other until it is told to stop.
    pub(crate) async fn work(self: Arc<Self>, outcomes: Arc<dyn Outcomes>, mut stop: watch::Receiver<bool>) {
        loop {
            let next = self.take();
            let wait = match next {
                Ok(waiting) => {
                    tokio::select! {
                        () = self.carry_out(waiting, &outcomes) => {}
                        _ = stop.changed() => return,
                    }
                    continue;
                }
                Err(wait) => wait,
            };
            tokio::select! {
                () = self.work.notified() => {}
                () = tokio::time::sleep(wait) => {}
                _ = stop.changed() => return,
            }
        }
    }

    /// The next effect that may go out, or how long to wait for one.
    fn take(&self) -> Result<Waiting, Duration> {
        let now = Instant::now();
        let mut inner = self.lock();
        let ready = |waiting: &Waiting| waiting.from.is_none_or(|from| from <= now);
        let Some(place) = inner.queue.iter().position(ready) else {
            let next = inner.queue.iter().filter_map(|waiting| waiting.from).min();
            return Err(next.map_or(Duration::from_secs(60), |next| next.duration_since(now)));
        };
        if let Err(wait) = inner.circuit.admit(now) {
            let fails = |waiting: &Waiting| {
                self.capability(&waiting.delivery).is_some_and(|found| found.when_down == WhenDown::Fail)
            };
            // what may fail while the system is down does not wait for it
            let place = inner.queue.iter().position(|waiting| ready(waiting) && fails(waiting));
            return place.and_then(|place| inner.queue.remove(place)).ok_or(wait);
        }
        inner.health.in_flight += 1;
        inner.queue.remove(place).ok_or(Duration::from_millis(1))
    }

    fn capability(&self, delivery: &Delivery) -> Option<&crate::config::CapabilityConfig> {
        self.config.capabilities.get(&delivery.capability)
    }

    async fn carry_out(&self, mut waiting: Waiting, outcomes: &Arc<dyn Outcomes>) {
        let Some(capability) = self.capability(&waiting.delivery) else {
            return self.fail(&waiting, outcomes, "rejected", "the system does not offer this").await;
        };
        let down = self.lock().circuit.state() == CircuitState::Open;
        if down && capability.when_down == WhenDown::Fail {
            return self.fail(&waiting, outcomes, "unavailable", "the system is down").await;
        }
        let key = waiting.delivery.id.to_string();
        let started = Instant::now();
        let verdict =
            http::call(&self.client, &self.config, capability, &self.headers, &key, &waiting.delivery.document).await;
        waiting.attempts += 1;
        self.lock().known.insert(waiting.delivery.id, waiting.attempts);
        self.note(&verdict, started);
        match verdict {
            Verdict::Done(response) => {
                let id = waiting.delivery.id;
                self.offer(|| outcomes.succeeded(id, response.clone())).await;
                self.ended(id, true);
            }
            Verdict::Refused(cause) => self.fail(&waiting, outcomes, "rejected", &cause).await,
            Verdict::Again(cause, after) => {
                if waiting.attempts >= self.config.retry.max_attempts || self.is_too_old(&waiting.delivery) {
                    return self.fail(&waiting, outcomes, "unavailable", &cause).await;
                }
                let from = Instant::now() + after.unwrap_or_else(|| pause(&self.config.retry, waiting.attempts, draw()));
                self.put_back(Waiting { from: Some(from), ..waiting });
            }
            Verdict::Down(cause) => {
                let gives_up = capability.when_down == WhenDown::Fail && self.lock().circuit.state() != CircuitState::Closed;
                if gives_up || self.is_too_old(&waiting.delivery) {
                    return self.fail(&waiting, outcomes, "unavailable", &cause).await;
                }
                let from = Instant::now() + pause(&self.config.retry, waiting.attempts.min(6), draw());
                self.put_back(Waiting { from: Some(from), ..waiting });
            }
        }
    }

    fn is_too_old(&self, delivery: &Delivery) -> bool {
        let age = now_ms() - delivery.requested_at.0;
        age > i64::try_from(self.config.retry.max_age_hours).unwrap_or(i64::MAX).saturating_mul(3_600_000)
    }

    async fn fail(&self, waiting: &Waiting, outcomes: &Arc<dyn Outcomes>, code: &str, cause: &str) {
        let id = waiting.delivery.id;
        // a process may ask for the same again before it is known here that the failure was taken
        self.lock().known.remove(&id);
        self.offer(|| outcomes.failed(id, code, cause)).await;
        self.ended(id, false);
    }

    /// Offers an outcome until it is taken: the system has acted, so it must not be lost.
    async fn offer<F>(&self, mut submit: F)
    where
        F: FnMut() -> crate::BoxFuture<'static, Result<(), SubmitError>>,
    {
        let mut attempt = 0;
        loop {
            match submit().await {
                Ok(()) => return,
                Err(SubmitError::Refused(why)) => {
                    tracing::error!(system = %self.config.name, %why, "an outcome is refused");
                    return;
                }
                Err(SubmitError::Unavailable(why)) => {
                    attempt += 1;
                    tracing::warn!(system = %self.config.name, %why, "an outcome has to wait");
                    tokio::time::sleep(pause(&self.config.retry, attempt, draw())).await;
                }
            }
        }
    }

    fn put_back(&self, waiting: Waiting) {
        let mut inner = self.lock();
        inner.health.in_flight = inner.health.in_flight.saturating_sub(1);
        inner.health.retried += 1;
        // to the front: effects keep their order as well as retries allow
        inner.queue.push_front(waiting);
    }

    fn ended(&self, id: EffectId, delivered: bool) {
        let mut inner = self.lock();
        inner.health.in_flight = inner.health.in_flight.saturating_sub(1);
        if delivered {
            inner.known.remove(&id);
            inner.health.delivered += 1;
        } else {
            inner.health.failed += 1;
        }
        inner.backlog.remove(&id);
        if inner.backlog.is_empty() {
            let is_waiting = |outage: &&mut Outage| outage.ended.is_some() && outage.drained.is_none();
            inner.health.outages.iter_mut().filter(is_waiting).for_each(|outage| outage.drained = Some(now_ms()));
        }
    }

    fn note(&self, verdict: &Verdict, started: Instant) {
        let mut inner = self.lock();
        let took = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        match verdict {
            Verdict::Down(cause) => {
                inner.health.last_error = Some(cause.clone());
                if inner.circuit.failed(Instant::now()) {
                    tracing::warn!(system = %self.config.name, %cause, "the system is down: its effects wait");
                    inner.health.outages_total += 1;
                    inner.health.outages.push(Outage { began: now_ms(), ended: None, drained: None, backlog: 0 });
                    if inner.health.outages.len() > OUTAGES {
                        inner.health.outages.remove(0);
                    }
                }
            }
            Verdict::Done(_) | Verdict::Refused(_) | Verdict::Again(..) => {
                if inner.latencies.len() == LATENCIES {
                    inner.latencies.pop_front();
                }
                inner.latencies.push_back(took);
                if inner.circuit.succeeded() {
                    tracing::info!(system = %self.config.name, queued = inner.queue.len(), "the system is back");
                    inner.came_back(now_ms());
                }
                if let Verdict::Refused(cause) | Verdict::Again(cause, _) = verdict {
                    inner.health.last_error = Some(cause.clone());
                }
            }
        }
        drop(inner);
        if !matches!(verdict, Verdict::Down(_)) {
            // others may have waited for the circuit
            self.work.notify_waiters();
        }
    }
}

impl Inner {
    /// The outage is over; what waits by now is what the recovery is measured by.
    fn came_back(&mut self, now: i64) {
        self.backlog = self.known.keys().copied().collect();
        let backlog = self.backlog.len();
        if let Some(outage) = self.health.outages.last_mut() {
            outage.ended = Some(now);
            outage.backlog = backlog;
            self.recovered.0 += 1;
            self.recovered.1 += outage.duration_ms(now);
        }
    }
}

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

fn draw() -> f64 {
    rand::random::<f64>()
}
