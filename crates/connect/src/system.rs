//! One system: its queue, its workers, its circuit.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use partition::dependency::KEPT;
use partition::{Dependency, DependencyChange, EffectId};
use reqwest::header::HeaderMap;
use tokio::sync::{Notify, watch};
use units::Text;

use crate::backoff::pause;
use crate::calls::{Call, Calls};
use crate::circuit::Circuit;
use crate::config::{RetryConfig, SystemConfig, WhenDown};
use crate::health::{CircuitState, Outage, SystemHealth, Underway};
use crate::http::{self, Verdict};
use crate::queue::{Queue, Waiting};
use crate::{Delivery, Outcomes, Side, Span, SubmitError, Telemetry};

/// How many latencies are remembered.
const LATENCIES: usize = 256;
/// How long a worker without work sleeps at most.
const IDLE: Duration = Duration::from_secs(60);

/// A system and everything that waits for it.
pub(crate) struct System {
    pub(crate) config: SystemConfig,
    client: reqwest::Client,
    headers: HeaderMap,
    pub(crate) calls: Arc<Calls>,
    telemetry: Telemetry,
    inner: Mutex<Inner>,
    work: Notify,
}

struct Inner {
    queue: Queue,
    /// How often those under way or waiting were tried, if they were.
    attempts: BTreeMap<EffectId, u32>,
    circuit: Circuit,
    health: SystemHealth,
    latencies: VecDeque<u64>,
    /// How many effects it has taken or refused: each shows that it works.
    answered: u64,
    /// What had waited when the system came back, and has not been delivered yet.
    backlog: BTreeSet<EffectId>,
    /// Outages that are over, and how long they took together, in milliseconds.
    recovered: (u64, u64),
    /// What is noticed goes on the record through here, in the order in which it is noticed.
    notices: Notices,
}

/// Where what is noticed of systems is collected.
pub(crate) type Notices = tokio::sync::mpsc::UnboundedSender<(Text, DependencyChange)>;

impl System {
    /// A system as the record has it: what was down when this program ended is down until it answers.
    pub(crate) fn new(
        config: SystemConfig,
        client: reqwest::Client,
        headers: HeaderMap,
        earlier: &Dependency,
        notices: Notices,
        telemetry: &Telemetry,
    ) -> Self {
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
            outages: earlier.outages.iter().map(Outage::from).collect(),
            outages_total: earlier.total,
            down_ms: 0,
            mean_time_to_recovery_ms: None,
            latency_p50_ms: None,
            latency_p95_ms: None,
            latency_p99_ms: None,
            calls_total: 0,
            last_call: None,
            oldest_queued: None,
        };
        let circuit =
            if earlier.is_down() { Circuit::open(config.circuit, Instant::now()) } else { Circuit::new(config.circuit) };
        let inner = Inner {
            queue: Queue::default(),
            attempts: BTreeMap::new(),
            circuit,
            health,
            latencies: VecDeque::new(),
            answered: 0,
            backlog: BTreeSet::new(),
            recovered: (earlier.recovered, earlier.down_ms),
            notices,
        };
        let calls = Arc::new(Calls::new(&headers));
        Self { config, client, headers, calls, telemetry: telemetry.clone(), inner: Mutex::new(inner), work: Notify::new() }
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
        let (calls_total, last_call) = self.calls.last();
        let present = inner.health.outages.last().filter(|outage| outage.ended.is_none());
        SystemHealth {
            down_ms: took + present.map_or(0, |outage| outage.duration_ms(now_ms())),
            mean_time_to_recovery_ms: took.checked_div(outages),
            circuit: inner.circuit.state(),
            queued: inner.queue.len(),
            oldest_queued: inner.queue.oldest().map(|oldest| oldest.0),
            calls_total,
            last_call,
            latency_p50_ms: at(50),
            latency_p95_ms: at(95),
            latency_p99_ms: at(99),
            ..inner.health.clone()
        }
    }

    /// How far an effect is, if it waits here or is under way.
    pub(crate) fn underway(&self, id: EffectId) -> Option<Underway> {
        let inner = self.lock();
        if !inner.queue.known().contains(&id) {
            return None;
        }
        let attempts = inner.attempts.get(&id).copied().unwrap_or(0);
        let last_error = inner.health.last_error.clone().filter(|_| attempts > 0);
        Some(Underway { system: self.config.name.clone(), circuit: inner.circuit.state(), attempts, last_error })
    }

    /// Takes effects over. Those that are here already are dropped.
    pub(crate) fn enqueue(&self, deliveries: impl IntoIterator<Item = Delivery>) {
        let mut inner = self.lock();
        let new = deliveries.into_iter().map(|delivery| inner.queue.add(delivery)).filter(|is_new| *is_new).count();
        drop(inner);
        for _ in 0..new.min(self.config.concurrency) {
            self.work.notify_one();
        }
    }

    /// Nobody wants this effect any more: it does not go out, unless it is under way already.
    pub(crate) fn withdraw(&self, id: EffectId) {
        let mut inner = self.lock();
        if let Some(withdrawn) = inner.queue.withdraw(id) {
            tracing::info!(system = %self.config.name, effect = %id, capability = %withdrawn.capability, "withdrawn before it went out");
            inner.caught_up_with(id);
            drop(inner);
            // another one about the same thing may have waited for it
            self.work.notify_one();
        }
    }

    /// A worker: takes effects one after the other until it is told to stop.
    pub(crate) async fn work(self: Arc<Self>, outcomes: Arc<dyn Outcomes>, mut stop: watch::Receiver<bool>) {
        loop {
            let next = self.take();
            let wait = match next {
                Ok((waiting, admitted)) => {
                    tokio::select! {
                        () = self.carry_out(waiting, admitted, &outcomes) => {}
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

    /// The next effect that may go out and whether it may call the system, or how long to wait for one.
    fn take(&self) -> Result<(Waiting, bool), Duration> {
        let now = Instant::now();
        let mut inner = self.lock();
        let taken = match inner.queue.has_ready(now).then(|| inner.circuit.admit(now)) {
            None => None,
            Some(Ok(())) if inner.circuit.state() == CircuitState::HalfOpen => {
                inner.queue.take_least_tried(now).map(|waiting| (waiting, true))
            }
            Some(Ok(())) => inner.queue.take(now, |_| true).map(|waiting| (waiting, true)),
            // what may fail while the system is down does not wait for it
            Some(Err(wait)) => match inner.queue.take(now, |delivery| self.fails_when_down(delivery)) {
                None => return Err(wait),
                Some(waiting) => Some((waiting, false)),
            },
        };
        match taken {
            Some(taken) => {
                inner.health.in_flight += 1;
                Ok(taken)
            }
            None => Err(inner.queue.next_try().map_or(IDLE, |next| next.duration_since(now))),
        }
    }

    fn fails_when_down(&self, delivery: &Delivery) -> bool {
        self.capability(delivery).is_some_and(|found| found.when_down == WhenDown::Fail)
    }

    fn capability(&self, delivery: &Delivery) -> Option<&crate::config::CapabilityConfig> {
        self.config.capabilities.get(&delivery.capability)
    }

    async fn carry_out(&self, mut waiting: Waiting, admitted: bool, outcomes: &Arc<dyn Outcomes>) {
        let Some(capability) = self.capability(&waiting.delivery) else {
            self.lock().circuit.spared(Instant::now());
            return self.fail(&waiting, outcomes, "rejected", "the system does not offer this").await;
        };
        if !admitted {
            return self.fail(&waiting, outcomes, "unavailable", "the system is down").await;
        }
        let url = match http::url(&self.config, capability, &waiting.delivery.document) {
            Ok(url) => url,
            Err(cause) => {
                self.lock().circuit.spared(Instant::now());
                return self.fail(&waiting, outcomes, "rejected", &cause).await;
            }
        };
        let request = http::request(&self.client, &self.config, capability, &self.headers, &url, &waiting.delivery);
        let request = match request {
            Ok(request) => request,
            Err(cause) => {
                self.lock().circuit.spared(Instant::now());
                return self.fail(&waiting, outcomes, "rejected", &cause).await;
            }
        };
        let started = Instant::now();
        let verdict = self.call(request, &waiting).await;
        self.count(&mut waiting, &verdict);
        self.note(&verdict, started);
        match verdict {
            Verdict::Done(response) => {
                let id = waiting.delivery.id;
                if let Err(why) = self.offer(|| outcomes.succeeded(id, response.clone())).await {
                    // the system has acted, and nobody takes it: that is for a person to see
                    return self.fail(&waiting, outcomes, "not_taken", &why).await;
                }
                self.ended(&waiting.delivery, true);
            }
            Verdict::Refused(cause) => self.fail(&waiting, outcomes, "rejected", &cause).await,
            Verdict::Again(cause, after) => {
                if self.is_given_up(&waiting) {
                    return self.fail(&waiting, outcomes, "unavailable", &cause).await;
                }
                let from = Instant::now() + after.unwrap_or_else(|| pause(&self.config.retry, waiting.attempts, draw()));
                self.put_back(Waiting { from: Some(from), ..waiting });
            }
            Verdict::Broken(cause) | Verdict::Down(cause) => {
                let is_down = self.lock().circuit.state() != CircuitState::Closed;
                if is_down && capability.when_down == WhenDown::Fail || self.is_given_up(&waiting) {
                    return self.fail(&waiting, outcomes, "unavailable", &cause).await;
                }
                let from = Instant::now() + pause(&self.config.retry, waiting.attempts.min(6), draw());
                self.put_back(Waiting { from: Some(from), ..waiting });
            }
        }
    }

    /// Makes a call, and keeps it for people.
    async fn call(&self, request: reqwest::Request, waiting: &Waiting) -> Verdict {
        let (calls, delivery) = (&self.calls, &waiting.delivery);
        let mut call = Call {
            effect: Text::from(delivery.id.to_string()),
            capability: delivery.capability.clone(),
            subject: delivery.subject.clone(),
            order: delivery.order.clone(),
            attempt: waiting.attempts + 1,
            began: now_ms(),
            method: request.method().to_string(),
            url: calls.address(request.url().as_str()),
            request_headers: calls.headers(request.headers()),
            request: calls.body(delivery.document.as_bytes()),
            ..Call::default()
        };
        let context =
            request.headers().get("traceparent").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        let (started, began) = (Instant::now(), SystemTime::now());
        let mut answered = http::send(&self.client, request).await;
        // whatever is told of the answer, here, in spans and in the feed, is told without secrets
        answered.failure = answered.failure.map(|cause| calls.without_secrets(&cause));
        call.response = calls.body(&answered.body);
        let verdict = http::verdict(&answered, &call.response.text);
        (call.outcome, call.cause) = verdict.outcome();
        call.took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        call.status = answered.status;
        call.response_headers = calls.headers(&answered.headers);
        tracing::debug!(
            system = %self.config.name, effect = %call.effect, order = %call.order, capability = %call.capability,
            attempt = call.attempt, outcome = call.outcome, status = call.status, took_ms = call.took_ms, "called",
        );
        self.telemetry.record(|| Span {
            context,
            parent: delivery.trace.as_deref().and_then(|parent| parent.split('-').nth(2)).map(str::to_owned),
            name: format!("{} {}", call.method, call.capability),
            side: Side::Client,
            began,
            took: started.elapsed(),
            attributes: vec![
                ("http.request.method", call.method.as_str().into()),
                ("url.full", call.url.as_str().into()),
                ("http.response.status_code", call.status.into()),
                ("http.request.resend_count", (call.attempt - 1).into()),
                ("peer.service", self.config.name.as_str().into()),
                ("crossdock.effect", call.effect.as_str().into()),
                ("crossdock.order", call.order.as_str().into()),
            ],
            error: call.cause.clone(),
        });
        calls.add(call);
        verdict
    }

    /// Counts a try, and whether it was one that counts towards giving up: an outage is nobody's fault, but an effect that fails while the
    /// system answers others is.
    fn count(&self, waiting: &mut Waiting, verdict: &Verdict) {
        let mut inner = self.lock();
        let before = std::mem::replace(&mut waiting.answered_before, inner.answered);
        // what it answered before the first try says nothing: it may have gone down since
        let answered_others = waiting.attempts > 0 && inner.answered > before;
        waiting.attempts += 1;
        match verdict {
            Verdict::Done(_) | Verdict::Refused(_) => inner.answered += 1,
            Verdict::Again(..) => waiting.refusals += 1,
            Verdict::Broken(_) => waiting.refusals += u32::from(answered_others),
            Verdict::Down(_) => {}
        }
        inner.attempts.insert(waiting.delivery.id, waiting.attempts);
    }

    fn is_given_up(&self, waiting: &Waiting) -> bool {
        let age = now_ms() - waiting.delivery.requested_at.0;
        let is_old = age > i64::try_from(self.config.retry.max_age_hours).unwrap_or(i64::MAX).saturating_mul(3_600_000);
        is_old || waiting.refusals >= self.config.retry.max_attempts
    }

    async fn fail(&self, waiting: &Waiting, outcomes: &Arc<dyn Outcomes>, code: &str, cause: &str) {
        let id = waiting.delivery.id;
        // a process may ask for the same again before it is known here that the failure was taken
        self.lock().queue.ended(&waiting.delivery);
        if let Err(why) = self.offer(|| outcomes.failed(id, code, cause)).await {
            tracing::error!(system = %self.config.name, effect = %id, %code, %cause, %why, "a failure is refused");
        }
        self.ended(&waiting.delivery, false);
    }

    async fn offer<F>(&self, submit: F) -> Result<(), String>
    where
        F: FnMut() -> crate::BoxFuture<'static, Result<(), SubmitError>>,
    {
        offer(&self.config.name, &self.config.retry, submit).await
    }

    fn put_back(&self, waiting: Waiting) {
        let mut inner = self.lock();
        inner.health.in_flight = inner.health.in_flight.saturating_sub(1);
        inner.health.retried += 1;
        inner.queue.put_back(waiting);
    }

    fn ended(&self, delivery: &Delivery, delivered: bool) {
        let mut inner = self.lock();
        inner.health.in_flight = inner.health.in_flight.saturating_sub(1);
        inner.attempts.remove(&delivery.id);
        if delivered {
            inner.queue.ended(delivery);
            inner.health.delivered += 1;
        } else {
            inner.health.failed += 1;
        }
        inner.caught_up_with(delivery.id);
    }

    fn note(&self, verdict: &Verdict, started: Instant) {
        let mut inner = self.lock();
        let took = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        match verdict {
            Verdict::Broken(cause) | Verdict::Down(cause) => {
                inner.health.last_error = Some(cause.clone());
                if inner.circuit.failed(Instant::now()) {
                    tracing::warn!(system = %self.config.name, %cause, "the system is down: its effects wait");
                    inner.health.outages_total += 1;
                    inner.health.outages.push(Outage { began: now_ms(), ended: None, drained: None, backlog: 0 });
                    if inner.health.outages.len() > KEPT {
                        inner.health.outages.remove(0);
                    }
                    inner.notice(DependencyChange::Degraded { cause: cause.as_str().into() });
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
        if !matches!(verdict, Verdict::Broken(_) | Verdict::Down(_)) {
            // others may have waited for the circuit
            self.work.notify_waiters();
        }
    }
}

impl Inner {
    /// The outage is over; what waits by now is what the recovery is measured by.
    fn came_back(&mut self, now: i64) {
        self.backlog = self.queue.known().clone();
        let backlog = self.backlog.len();
        if let Some(outage) = self.health.outages.last_mut() {
            outage.ended = Some(now);
            outage.backlog = backlog;
            self.recovered.0 += 1;
            self.recovered.1 += outage.duration_ms(now);
        }
        self.notice(DependencyChange::Recovered { backlog: u32::try_from(backlog).unwrap_or(u32::MAX) });
        self.caught_up();
    }

    fn notice(&self, change: DependencyChange) {
        // nobody listens any more once the program stops
        let _ = self.notices.send((self.health.name.clone(), change));
    }

    /// One of those that had waited when the system came back has its outcome.
    fn caught_up_with(&mut self, id: EffectId) {
        if self.backlog.remove(&id) {
            self.caught_up();
        }
    }

    /// If nothing is left of what had waited, the recovery is over.
    fn caught_up(&mut self) {
        if !self.backlog.is_empty() {
            return;
        }
        let is_waiting = |outage: &&mut Outage| outage.ended.is_some() && outage.drained.is_none();
        self.health.outages.iter_mut().filter(is_waiting).for_each(|outage| outage.drained = Some(now_ms()));
        self.notice(DependencyChange::Drained);
    }
}

/// Offers an outcome until it is taken: the system has acted, so it must not be lost. The error is that it never will be.
pub(crate) async fn offer<F>(system: &str, retry: &RetryConfig, mut submit: F) -> Result<(), String>
where
    F: FnMut() -> crate::BoxFuture<'static, Result<(), SubmitError>>,
{
    let mut attempt = 0;
    loop {
        match submit().await {
            Ok(()) => return Ok(()),
            Err(SubmitError::Refused(why)) => return Err(why),
            Err(SubmitError::Unavailable(why)) => {
                attempt += 1;
                tracing::warn!(%system, %why, "an outcome has to wait");
                tokio::time::sleep(pause(retry, attempt, draw())).await;
            }
        }
    }
}

pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

fn draw() -> f64 {
    rand::random::<f64>()
}
