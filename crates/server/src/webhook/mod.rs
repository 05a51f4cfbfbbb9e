//! Webhooks: events that are sent by themselves, signed, in order for each order (design §4.6; *Standard Webhooks*).
//!
//! One task looks which webhooks there are, and has one task for each that is enabled. How far each has got is on the record; an event
//! may come twice, and never not at all.

mod deliver;
pub(crate) mod log;
pub(crate) mod sign;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use partition::webhook::Webhook;
use partition::{AnyState, Table};
use runtime::{Clock, Handle};
use store::{Reader, RowQuery};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use units::Text;

use crate::feed;
use crate::problem::Problem;
use crate::readers::{Readers, decode};
use deliver::Failing;
use log::{Delivery, Log};
use sign::Master;

/// How often is looked which webhooks there are.
const PAUSE: Duration = Duration::from_millis(250);

/// All webhooks.
pub struct Webhooks {
    partition: Handle,
    readers: Readers,
    clock: Arc<dyn Clock>,
    client: reqwest::Client,
    /// What secrets are derived from; without it there are no webhooks.
    pub(crate) master: Option<Master>,
    log: Log,
    stop: watch::Sender<bool>,
    /// The task that has all others.
    task: Mutex<Option<JoinHandle<()>>>,
}

/// What the task of one webhook works with.
struct Part {
    all: Arc<Webhooks>,
    failing: Failing,
}

impl std::fmt::Debug for Webhooks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Webhooks").finish_non_exhaustive()
    }
}

impl Webhooks {
    /// Nothing is sent: for a store that is only read.
    pub fn idle(partition: Handle, readers: Readers, clock: Arc<dyn Clock>) -> Arc<Self> {
        let client = reqwest::Client::new();
        Arc::new(Self::of(partition, readers, clock, client, None))
    }

    /// Sends what happens to whoever wants it. `secret` is what the secrets of webhooks are derived from. Within a Tokio runtime.
    ///
    /// An error says why the secret cannot be used, or that there can be no HTTP client.
    pub fn start(
        partition: Handle,
        readers: Readers,
        clock: Arc<dyn Clock>,
        secret: Option<&str>,
    ) -> Result<Arc<Self>, String> {
        let master = match secret.map(|secret| (secret, Master::new(secret))) {
            Some((_, None)) => {
                return Err("server.secret is shorter than 32 characters; `openssl rand -hex 32` makes one".to_owned());
            }
            Some((_, master)) => master,
            None => None,
        };
        let client = reqwest::Client::builder()
            .no_proxy()
            // what is meant for one receiver is not carried to another
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| format!("make the HTTP client of webhooks: {error}"))?;
        let this = Arc::new(Self::of(partition, readers, clock, client, master));
        let task = if this.master.is_some() {
            tokio::spawn(supervise(this.clone()))
        } else {
            tokio::spawn(warn_of_silence(this.clone()))
        };
        *this.task.lock().unwrap_or_else(PoisonError::into_inner) = Some(task);
        Ok(this)
    }

    fn of(
        partition: Handle,
        readers: Readers,
        clock: Arc<dyn Clock>,
        client: reqwest::Client,
        master: Option<Master>,
    ) -> Self {
        let (stop, task) = (watch::channel(false).0, Mutex::default());
        Self { partition, readers, clock, client, master, log: Log::default(), stop, task }
    }

    /// Ends all deliveries, and returns when none of them reads the store any more; what is not on the record as delivered is sent again
    /// after the next start.
    pub async fn stop(&self) {
        self.stop.send_replace(true);
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            // one that has panicked has ended, too
            let _ = task.await;
        }
    }

    fn log(&self, webhook: &Text, delivery: Delivery) {
        self.log.add(webhook, delivery);
    }

    /// The last deliveries of a webhook, the newest first.
    pub(crate) fn deliveries(&self, webhook: &str) -> Vec<Delivery> {
        self.log.of(webhook)
    }

    /// All webhooks, by name.
    pub(crate) async fn list(&self) -> Result<Vec<Arc<Webhook>>, Problem> {
        self.readers.read(all).await
    }

    /// The webhook of that name.
    pub(crate) async fn find(&self, id: &str) -> Result<Arc<Webhook>, Problem> {
        let found = self.list().await?.into_iter().find(|webhook| webhook.id == id);
        found.ok_or_else(|| Problem::not_found(format_args!("webhook {id}")))
    }

    /// Sends an event of the journal once more, now; what was sent under the same idempotency key is told, and not sent again.
    pub(crate) async fn redeliver(
        &self,
        webhook: &Webhook,
        event: &str,
        asked: (String, [u8; 32]),
    ) -> Result<Delivery, Problem> {
        let same_key = |delivery: &Delivery| delivery.asked.as_ref().is_some_and(|(key, _)| *key == asked.0);
        if let Some(done) = self.log.of(&webhook.id).into_iter().find(same_key) {
            let detail = "send another Idempotency-Key, or the same request as before";
            let reused = || Problem::new("idempotency_key_reused", detail);
            return if done.asked.as_ref() == Some(&asked) { Ok(done) } else { Err(reused()) };
        }
        let position = event.split_once('.').and_then(|(position, _)| position.parse::<u64>().ok());
        let position = position.filter(|position| *position > 0);
        let position =
            position.ok_or_else(|| Problem::new("invalid", format!("event is {event}: give an id such as 17.3")))?;
        let id = event.to_owned();
        let found = self.readers.read(move |reader| feed::event(reader, position, &id)).await?;
        let found = found.ok_or_else(|| Problem::not_found(format_args!("event {event}")))?;
        let earlier =
            self.log.of(&webhook.id).iter().filter(|delivery| delivery.event == event).map(|one| one.attempt).max();
        let delivery = deliver::send(self, webhook, &found, earlier.unwrap_or_default() + 1).await;
        let delivery = Delivery { asked: Some(asked), ..delivery };
        self.log(&webhook.id, delivery.clone());
        Ok(delivery)
    }
}

fn all(reader: &mut dyn Reader) -> Result<Vec<Arc<Webhook>>, Problem> {
    let mut found = Vec::new();
    for (key, row) in reader.rows(&RowQuery::table(Table::Webhook))? {
        if let AnyState::Webhook(webhook) = decode(Table::Webhook, &key, &row.data)? {
            found.push(webhook);
        }
    }
    Ok(found)
}

/// Webhooks that are on the record send nothing without a secret to sign with.
async fn warn_of_silence(webhooks: Arc<Webhooks>) {
    let silent =
        webhooks.list().await.map_or(0, |listed| listed.iter().filter(|webhook| webhook.disabled.is_none()).count());
    if silent > 0 {
        tracing::warn!(webhooks = silent, "nothing is sent: set server.secret, which webhooks are signed with");
    }
}

/// What has to be started anew when it changes; how far a webhook is does not.
fn settings(webhook: &Webhook) -> Webhook {
    Webhook { delivered: 0, ..webhook.clone() }
}

/// Keeps one task for each webhook that is enabled.
async fn supervise(webhooks: Arc<Webhooks>) {
    let mut stopped = webhooks.stop.subscribe();
    let mut works: BTreeMap<Text, (Webhook, JoinHandle<()>)> = BTreeMap::new();
    let mut seen = None;
    while !*stopped.borrow() {
        let position = webhooks.partition.progress().position();
        let has_ended = works.values().any(|(_, work)| work.is_finished());
        if (has_ended || seen != Some(position))
            && let Ok(listed) = webhooks.list().await
        {
            seen = Some(position);
            let enabled: BTreeMap<&Text, &Arc<Webhook>> =
                listed.iter().filter(|webhook| webhook.disabled.is_none()).map(|webhook| (&webhook.id, webhook)).collect();
            works.retain(|id, (known, work)| {
                let stays = enabled.get(id).is_some_and(|webhook| settings(webhook) == *known) && !work.is_finished();
                if !stays {
                    work.abort();
                }
                stays
            });
            for (id, webhook) in enabled {
                let begin = || {
                    let work = tokio::spawn(deliver::work(deliver::part(webhooks.clone()), webhook.as_ref().clone()));
                    (settings(webhook), work)
                };
                works.entry(id.clone()).or_insert_with(begin);
            }
        }
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            _ = stopped.changed() => {}
        }
    }
    for (_, work) in works.into_values() {
        work.abort();
        let _ = work.await;
    }
}
