//! A model over HTTP: requests in, answers by idempotency key, actions when they are due, messages out, faults as ordered.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use serde_json::{Value, json};
use tokio::sync::{Notify, Semaphore};

use crate::faults::hits;
use crate::log::{Entry, Log};
use crate::model::{Action, Answer, Chance, DAY, Message, Millis, Model};
use crate::send::send;

/// How many messages of one system are under way at a time.
const SENDERS: usize = 16;

/// Lab time: passes faster than ours.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LabClock {
    started: Instant,
    origin: Millis,
    speed: f64,
}

impl LabClock {
    pub(crate) fn new(speed: f64) -> Self {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Self { started: Instant::now(), origin: i64::try_from(since.as_millis()).unwrap_or(0), speed: speed.max(0.001) }
    }

    pub(crate) fn now(&self) -> Millis {
        self.origin + (self.started.elapsed().as_secs_f64() * 1000.0 * self.speed) as i64
    }

    fn until(&self, due: Millis) -> Duration {
        let left = (due - self.now()).max(0) as f64;
        Duration::from_secs_f64((left / 1000.0 / self.speed).min(3_600.0))
    }
}

/// What all systems of a lab have in common.
pub(crate) struct Shared {
    pub(crate) chance: Chance,
    pub(crate) clock: LabClock,
    pub(crate) product: String,
    pub(crate) key: String,
    pub(crate) client: reqwest::Client,
}

/// A system that runs.
pub(crate) struct Service {
    pub(crate) name: String,
    pub(crate) chance: Chance,
    pub(crate) clock: LabClock,
    pub(crate) product: String,
    pub(crate) key: String,
    pub(crate) client: reqwest::Client,
    inner: Mutex<Inner>,
    changed: Notify,
    senders: Arc<Semaphore>,
    /// Other systems of the lab, by name.
    others: Mutex<BTreeMap<&'static str, Arc<Service>>>,
}

struct Inner {
    model: Box<dyn Model>,
    log: Log,
    answers: BTreeMap<String, (Value, u16, Value)>,
    actions: BTreeSet<Action>,
    outgoing: BTreeMap<String, Message>,
    refused: Vec<String>,
    attempts: BTreeMap<String, u32>,
    down_until: Option<Instant>,
}

impl Service {
    /// Opens a system: its model is brought to where the log in `folder` ends.
    pub(crate) fn open(
        name: &str,
        model: Box<dyn Model>,
        shared: &Shared,
        folder: Option<&Path>,
    ) -> std::io::Result<Arc<Self>> {
        let (log, entries) = Log::open(folder, name)?;
        let inner = Inner {
            model,
            log,
            answers: BTreeMap::new(),
            actions: BTreeSet::new(),
            outgoing: BTreeMap::new(),
            refused: Vec::new(),
            attempts: BTreeMap::new(),
            down_until: None,
        };
        let service = Self {
            name: name.to_owned(),
            chance: shared.chance,
            clock: shared.clock,
            product: shared.product.clone(),
            key: shared.key.clone(),
            client: shared.client.clone(),
            inner: Mutex::new(inner),
            changed: Notify::new(),
            senders: Arc::new(Semaphore::new(SENDERS)),
            others: Mutex::default(),
        };
        service.replay(entries);
        Ok(Arc::new(service))
    }

    /// Does again what the log says, without telling anybody.
    fn replay(&self, entries: Vec<Entry>) {
        for entry in entries {
            match entry {
                Entry::Request { key, path, body, at } => drop(self.carry_out(&key, &path, &body, at)),
                Entry::Due { action, at } => drop(self.act(&action, at)),
                Entry::Sent { message } => drop(self.lock().outgoing.remove(&message)),
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn know(&self, name: &'static str, other: &Arc<Self>) {
        self.others.lock().unwrap_or_else(PoisonError::into_inner).insert(name, other.clone());
    }

    pub(crate) fn note(&self, entry: &Entry) {
        self.lock().log.write(entry);
    }

    pub(crate) fn sent(&self, message: &str) {
        self.lock().outgoing.remove(message);
    }

    pub(crate) fn refused(&self, message: &Message, answer: &str) {
        let line = format!("{} {}: {answer}", message.path, message.body);
        tracing::warn!(system = %self.name, %line, "the product refuses a message");
        self.lock().refused.push(line.chars().take(600).collect());
    }

    /// Carries a request out, or gives the answer that its key got before.
    fn carry_out(&self, key: &str, path: &str, body: &Value, at: Millis) -> (u16, Value, Vec<(&'static str, Value)>) {
        let mut inner = self.lock();
        if let Some((known, status, answer)) = inner.answers.get(key) {
            if known != body {
                return (422, json!({ "error": "another document came under this key" }), Vec::new());
            }
            return (*status, answer.clone(), Vec::new());
        }
        let Answer { status, body: answer, actions, tell } = inner.model.request(path, body, at, &self.chance);
        if !key.is_empty() {
            inner.answers.insert(key.to_owned(), (body.clone(), status, answer.clone()));
        }
        inner.actions.extend(actions);
        drop(inner);
        self.changed.notify_one();
        (status, answer, tell)
    }

    /// Carries an action out; gives what has to be said.
    fn act(&self, action: &str, at: Millis) -> Vec<Message> {
        let mut inner = self.lock();
        inner.actions.retain(|known| known.name != action);
        let (messages, actions) = inner.model.due(action, at, &self.chance);
        inner.actions.extend(actions);
        for message in &messages {
            inner.outgoing.insert(message.id.clone(), message.clone());
        }
        messages
    }

    /// A request from outside, or from another system of the lab.
    pub(crate) fn request(&self, key: &str, path: &str, body: &Value) -> (u16, Value) {
        let at = self.clock.now();
        let is_new = !self.lock().answers.contains_key(key);
        if is_new {
            self.note(&Entry::Request { key: key.to_owned(), path: path.to_owned(), body: body.clone(), at });
        }
        let (status, answer, tell) = self.carry_out(key, path, body, at);
        for (name, document) in tell {
            let other = self.others.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
            if let Some(other) = other {
                other.request(&format!("{}:{key}", self.name), "/dues", &document);
            }
        }
        (status, answer)
    }

    /// Does what is due, for ever.
    pub(crate) async fn run(self: Arc<Self>) {
        let unsent: Vec<Message> = self.lock().outgoing.values().cloned().collect();
        for message in unsent {
            self.clone().dispatch(message);
        }
        loop {
            let next = self.lock().actions.first().cloned();
            let Some(next) = next else {
                self.changed.notified().await;
                continue;
            };
            let wait = self.clock.until(next.due);
            if !wait.is_zero() {
                tokio::select! {
                    () = tokio::time::sleep(wait) => {}
                    () = self.changed.notified() => {}
                }
                continue;
            }
            let at = self.clock.now();
            self.note(&Entry::Due { action: next.name.clone(), at });
            for message in self.act(&next.name, at) {
                self.clone().dispatch(message);
            }
        }
    }

    fn dispatch(self: Arc<Self>, message: Message) {
        tokio::spawn(async move {
            if hits(self.chance.faults.late, self.chance.seed, "late", &message.id) {
                let later = Duration::from_secs_f64((DAY as f64 / 1000.0 / self.clock.speed).min(5.0));
                tokio::time::sleep(later).await;
            }
            let Ok(_permit) = self.senders.clone().acquire_owned().await else { return };
            send(self.clone(), message).await;
        });
    }

    /// What is still to happen: actions besides the bank's daily statement, messages, and what nobody has fetched.
    fn state(&self) -> Value {
        let inner = self.lock();
        let actions = inner.actions.iter().filter(|action| !action.name.starts_with("statement ")).count();
        json!({ "scheduled": actions, "unsent": inner.outgoing.len() + inner.model.untold(), "refused": inner.refused })
    }

    pub(crate) fn router(self: &Arc<Self>) -> Router {
        Router::new().fallback(answer).with_state(self.clone())
    }
}

async fn answer(
    State(service): State<Arc<Service>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, axum::Json<Value>) {
    let reply = |status: u16, body: Value| {
        (StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), axum::Json(body))
    };
    let path = uri.path();
    if method == Method::GET {
        return match path {
            "/ledger" => reply(200, service.lock().model.ledger()),
            "/lab/state" => reply(200, service.state()),
            _ => match service.lock().model.query(path, uri.query().unwrap_or_default()) {
                Some(answer) => reply(200, answer),
                None => reply(404, json!({ "error": "there is no such question" })),
            },
        };
    }
    let document: Value = match serde_json::from_slice(&body) {
        Ok(document) => document,
        Err(error) => return reply(400, json!({ "error": error.to_string() })),
    };
    if path == "/lab/outage" {
        let seconds = document["seconds"].as_f64().unwrap_or(1.0).clamp(0.0, 3_600.0);
        service.lock().down_until = Some(Instant::now() + Duration::from_secs_f64(seconds));
        return reply(200, json!({ "down_for_seconds": seconds }));
    }
    if service.lock().down_until.is_some_and(|until| until > Instant::now()) {
        return reply(503, json!({ "error": "the system is down" }));
    }
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok()).unwrap_or_default().to_owned();
    if key.is_empty() {
        return reply(400, json!({ "error": "the header Idempotency-Key is missing" }));
    }
    let attempt = {
        let mut inner = service.lock();
        let attempts = inner.attempts.entry(key.clone()).or_default();
        *attempts += 1;
        *attempts
    };
    let (faults, seed) = (service.chance.faults, service.chance.seed);
    let this = format!("{key}/{attempt}");
    if hits(faults.unavailable, seed, "unavailable", &this) {
        return reply(503, json!({ "error": "not now" }));
    }
    let (status, answer) = service.request(&key, path, &document);
    if hits(faults.lost_answers, seed, "lost answer", &this) {
        return reply(503, json!({ "error": "the answer got lost" }));
    }
    reply(status, answer)
}
