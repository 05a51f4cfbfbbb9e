//! What happened, as CloudEvents: the journal as others read it.

pub(crate) mod fact;
pub(crate) mod filter;
pub(crate) mod live;
pub(crate) mod newest;
mod payload;
mod scope;

use partition::identity::{ClientChange, Rights, UserChange};
use partition::webhook::WebhookChange;
use partition::{Body, DependencyChange, Entry, Event};
use serde::Serialize;
use store::{Reader, StoredEntry};
use trade::OrderId;
use units::Timestamp;

use crate::page::Continued;
use crate::problem::Problem;
use filter::{About, Filter};
use payload::payload;
use scope::Known;

/// An event (CloudEvents 1.0). `source` and `id` together are unique for ever.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct CloudEvent {
    /// `1.0`.
    specversion: &'static str,
    /// Journal position and place within the entry.
    #[schema(example = "17.3")]
    pub(crate) id: String,
    /// The partition.
    source: &'static str,
    /// What happened.
    #[schema(example = "com.crossdock.order.hold_placed.v1")]
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// To what.
    subject: String,
    /// When.
    time: String,
    /// Names the shape of `data`; it changes with the version in `type` alone.
    #[schema(example = "urn:crossdock:event:order.hold_placed:v1")]
    dataschema: String,
    /// Whose installation this is: there is one tenant.
    tenant: &'static str,
    /// The code of the company, as the master data have it.
    #[serde(skip_serializing_if = "String::is_empty")]
    company: String,
    /// Which event of its subject this is: 1, 2, 3 … without gaps, for what is about records of the trade.
    #[serde(skip_serializing_if = "Option::is_none")]
    sequence: Option<u64>,
    /// The trace of the request that led to it (W3C Trace Context), if it had one.
    #[schema(example = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")]
    #[serde(skip_serializing_if = "Option::is_none")]
    traceparent: Option<String>,
    /// The order that it belongs to: all events of an order's way to matched cash have the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    correlationid: Option<String>,
    /// What led to it: the effect that a system has answered, a timer, or the journal entry of the command.
    #[schema(example = "EF-17")]
    causationid: String,
    /// Who asked for it.
    actor: String,
    /// The idempotency key of the command, if it had one.
    #[serde(skip_serializing_if = "Option::is_none")]
    idempotencykey: Option<String>,
    /// `application/json`.
    datacontenttype: &'static str,
    /// The fact itself. Money is `{"amount","currency"}`, a quantity `{"value","uom"}` in the item's base unit.
    #[schema(value_type = Object)]
    data: serde_json::Value,
}

impl CloudEvent {
    /// The type without prefix and version: `order.hold_placed`.
    pub(crate) fn plain_kind(&self) -> &str {
        let kind = self.kind.strip_prefix("com.crossdock.").unwrap_or(&self.kind);
        kind.rsplit_once('.').map_or(kind, |(kind, _)| kind)
    }

    /// The trace of the request that led to it.
    pub(crate) fn traceparent(&self) -> Option<&str> {
        self.traceparent.as_deref()
    }

    /// Events that have this in common are told in their order: those of an order, or of whatever else it is about.
    pub(crate) fn ordered_by(&self) -> &str {
        self.correlationid.as_deref().unwrap_or(&self.subject)
    }
}

/// A page of the feed.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct EventPage {
    /// In the order in which they happened.
    pub(crate) events: Vec<CloudEvent>,
    /// Give it as `after` to go on, now or later.
    next: String,
    /// With a filter: whether everything that there is was looked through; if not, go on at `next`, even where nothing was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    complete: Option<bool>,
}

impl Continued for EventPage {
    /// The feed never ends: there is always a place where it goes on.
    fn next(&self) -> Option<&str> {
        Some(&self.next)
    }
}

/// Everything that happened to an order.
pub(crate) fn of_order(reader: &mut dyn Reader, order: OrderId) -> Result<EventPage, Problem> {
    let mut entries = Vec::new();
    let mut after = 0;
    loop {
        let page = reader.subject(order.0, after, 500)?;
        let Some(last) = page.last() else { break };
        after = last.position;
        entries.extend(page);
    }
    let mut page = page(reader, &entries, after)?;
    let subject = order.to_string();
    page.events.retain(|event| event.subject == format!("order {subject}") || event.data["order"] == subject.as_str());
    Ok(page)
}

/// An entry as the journal has it.
pub(crate) fn entry(stored: &StoredEntry) -> Result<Entry, Problem> {
    rmp_serde::from_slice(&stored.data).map_err(|error| {
        tracing::error!(%error, position = stored.position, "read the journal");
        Problem::new("internal", "an entry of the journal could not be read; run crossdock verify")
    })
}

/// A page of the feed, from what the journal has of it.
pub(crate) fn page(reader: &mut dyn Reader, entries: &[StoredEntry], after: u64) -> Result<EventPage, Problem> {
    let mut events = Vec::new();
    let known = Known::new(reader)?;
    for stored in entries {
        events.extend(told(&entry(stored)?, &known));
    }
    let next = entries.last().map_or(after, |entry| entry.position).to_string();
    Ok(EventPage { events, next, complete: None })
}

/// The events of an entry.
fn told(entry: &Entry, known: &Known) -> Vec<CloudEvent> {
    let events = entry.numbered().enumerate();
    events.filter_map(|(index, (event, sequence))| cloud_event(entry, index, event, sequence, known)).collect()
}

/// Entries that a search looks through at a time, and in one request.
const CHUNK: usize = 500;
const SEARCHED: usize = 10_000;

/// The events that are wanted behind a position: about `limit` of them, or those among the next entries, of which a request looks through
/// no more than it has time for.
pub(crate) fn search(reader: &mut dyn Reader, after: u64, limit: usize, wanted: &Filter) -> Result<EventPage, Problem> {
    let start = match wanted.from {
        Some(from) => after.max(before(reader, from)?),
        None => after,
    };
    let (mut found, mut at, mut complete) = (Vec::new(), start, false);
    for _ in 0..SEARCHED / CHUNK {
        let entries = reader.entries(at, CHUNK)?;
        let known = Known::new(reader)?;
        complete = entries.len() < CHUNK || entries.last().is_some_and(|last| wanted.is_over(Timestamp(last.at)));
        // in parts, so that a search for what is everywhere reads no more than it tells
        for part in entries.chunks(CHUNK / 10) {
            let is_last = part.last().map(|last| last.position) == entries.last().map(|last| last.position);
            at = part.last().map_or(at, |last| last.position);
            for stored in part {
                let entry = entry(stored)?;
                let (actor, time) = (&entry.command.actor.id, entry.command.at);
                // what an entry alone decides spares telling its events
                if wanted.takes_entry(actor, time) {
                    let events = told(&entry, &known).into_iter();
                    found.extend(events.filter(|event| wanted.takes(&About::of(event, time))));
                }
            }
            if found.len() >= limit {
                let complete = Some(complete && is_last);
                return Ok(EventPage { events: found, next: at.to_string(), complete });
            }
        }
        if complete {
            break;
        }
    }
    Ok(EventPage { events: found, next: at.to_string(), complete: Some(complete) })
}

/// The position of the last entry before a time; the times of the journal never go back.
pub(crate) fn before(reader: &mut dyn Reader, time: Timestamp) -> Result<u64, Problem> {
    let (mut low, mut high) = (0, reader.head()?.position);
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        match reader.entries(middle - 1, 1)?.first() {
            Some(entry) if entry.at >= time.0 => high = middle - 1,
            _ => low = middle,
        }
    }
    Ok(low)
}

/// The order that an event belongs to: its own, the one that it names, or the only one that its command was about.
fn correlation(entry: &Entry, event: &Event, data: &serde_json::Value) -> Option<String> {
    let of = |event: &Event| match event {
        Event::Trade(trade::Event::Order(id, _)) => Some(id.to_string()),
        _ => None,
    };
    let named = || data["order"].as_str().map(str::to_owned);
    let only = || {
        let mut orders = entry.events.iter().filter_map(of);
        let first = orders.next()?;
        orders.all(|other| other == first).then_some(first)
    };
    of(event).or_else(named).or_else(only)
}

fn causation(entry: &Entry) -> String {
    match &entry.command.body {
        Body::EffectSucceeded { effect, .. } | Body::EffectFailed { effect, .. } => effect.to_string(),
        Body::FireTimer { .. } => format!("timer at {}", entry.position),
        _ => format!("command {}", entry.position),
    }
}

fn cloud_event(entry: &Entry, index: usize, event: &Event, sequence: Option<u64>, known: &Known<'_>) -> Option<CloudEvent> {
    let (kind, subject, data) = match event {
        Event::Trade(trade) => {
            let key = trade.key();
            let json = payload(trade, &known.scope(Some(&key))).ok()?;
            // {"Order": ["SO-1", {"HoldPlaced": {…}}]}: the variant is the event's name
            let fact = json.as_object()?.values().next()?.get(1)?.clone();
            let (name, data) = match fact {
                serde_json::Value::Object(map) => map.into_iter().next()?,
                serde_json::Value::String(name) => (name, serde_json::Value::Object(serde_json::Map::new())),
                _ => return None,
            };
            (trade::feed::name(trade, &snake(&name)), key.to_string(), data)
        }
        Event::EffectRequested(effect) => {
            let (capability, route) = (effect.capability.clone(), effect.route.clone());
            let data = known.told(&fact::EffectRequested { capability, route, order: effect.order });
            ("effect.requested".to_owned(), format!("effect {}", effect.id), data)
        }
        Event::EffectEnded(id) => ("effect.ended".to_owned(), format!("effect {id}"), known.told(&fact::EffectEnded {})),
        Event::EffectRested(id) => ("effect.rested".to_owned(), format!("effect {id}"), known.told(&fact::EffectRested {})),
        Event::EffectDied(id, code, cause) => {
            let data = known.told(&fact::EffectDied { code: code.clone(), cause: cause.clone() });
            ("message.dead_lettered".to_owned(), format!("effect {id}"), data)
        }
        Event::EffectReplayed(id) => {
            ("message.replayed".to_owned(), format!("effect {id}"), known.told(&fact::EffectReplayed {}))
        }
        Event::Deployed { definition, resource, .. } => {
            let data = known.told(&fact::Deployed { resource: resource.clone() });
            ("definition.deployed".to_owned(), definition.to_string(), data)
        }
        Event::BatchBegun { id, operation, reason, filter, instances, .. } => {
            let (operation, filter, reason) = (operation.name().into(), filter.clone(), reason.clone());
            let data = known.told(&fact::BatchBegun { operation, filter, instances: instances.len() as u64, reason });
            ("batch.begun".to_owned(), format!("batch {id}"), data)
        }
        // hashes of secrets are nobody's business
        Event::User(id, change) => {
            let (what, data) = match change {
                UserChange::Put { name, rights } | UserChange::Add { name, rights } => {
                    let Rights { roles, limit, companies, .. } = rights.clone();
                    ("set", known.told(&fact::UserSet { name: name.clone(), roles, limit, companies }))
                }
                UserChange::Password { .. } => ("password_set", known.told(&fact::UserPasswordSet {})),
                UserChange::Disable => ("disabled", known.told(&fact::UserDisabled {})),
                UserChange::Enable => ("enabled", known.told(&fact::UserEnabled {})),
                UserChange::EndSessions => ("sessions_ended", known.told(&fact::UserSessionsEnded {})),
                UserChange::SecondFactorOn { .. } => ("second_factor_on", known.told(&fact::UserSecondFactorOn {})),
                UserChange::SecondFactorOff => ("second_factor_off", known.told(&fact::UserSecondFactorOff {})),
                UserChange::Vouched { name, rights, .. } => {
                    let granted = |Rights { roles, limit, companies, .. }| fact::Granted { roles, limit, companies };
                    let rights = rights.clone().map(granted);
                    ("vouched_for", known.told(&fact::UserVouchedFor { name: name.clone(), rights }))
                }
                UserChange::RecoveryUsed { .. } => ("recovery_code_used", known.told(&fact::UserRecoveryCodeUsed {})),
            };
            (format!("user.{what}"), format!("user {id}"), data)
        }
        Event::Client(id, change) => {
            let (what, data) = match change {
                ClientChange::Put { name, rights } | ClientChange::Add { name, rights } => {
                    let Rights { roles, limit, job_types, companies } = rights.clone();
                    ("set", known.told(&fact::ClientSet { name: name.clone(), roles, limit, job_types, companies }))
                }
                ClientChange::AddKey { prefix, expires, others_end, .. } => {
                    let (prefix, expires, others_end) = (prefix.clone(), *expires, *others_end);
                    ("key_added", known.told(&fact::ClientKeyAdded { prefix, expires, others_end }))
                }
                ClientChange::RevokeKey { prefix } => {
                    ("key_revoked", known.told(&fact::ClientKeyRevoked { prefix: prefix.clone() }))
                }
                ClientChange::Disable => ("disabled", known.told(&fact::ClientDisabled {})),
                ClientChange::Enable => ("enabled", known.told(&fact::ClientEnabled {})),
                ClientChange::Quota { quota } => ("quota_set", known.told(&fact::ClientQuotaSet { quota: *quota })),
            };
            (format!("client.{what}"), format!("client {id}"), data)
        }
        // how far a webhook is concerns nobody who listens, and telling it would never end
        Event::Webhook(_, WebhookChange::Delivered { .. }) => return None,
        Event::Webhook(id, change) => {
            let (what, data) = match change {
                // where it is sent may hold a secret, and everybody reads the feed
                WebhookChange::Put { types, .. } => ("set", known.told(&fact::WebhookSet { types: types.clone() })),
                WebhookChange::Rotate { earlier_until } => {
                    ("secret_changed", known.told(&fact::WebhookSecretChanged { earlier_until: *earlier_until }))
                }
                WebhookChange::Disable { why, .. } => ("disabled", known.told(&fact::WebhookDisabled { why: why.clone() })),
                WebhookChange::Enable { after } => ("enabled", known.told(&fact::WebhookEnabled { after: *after })),
                WebhookChange::Delivered { .. } | WebhookChange::Remove => ("removed", known.told(&fact::WebhookRemoved {})),
            };
            (format!("webhook.{what}"), format!("webhook {id}"), data)
        }
        Event::Draft { id, event, .. } => {
            let data = fact::draft(event, known);
            (format!("draft.{}", event.name()), format!("draft {id}"), data)
        }
        Event::Dependency(system, change) => {
            let data = match change {
                DependencyChange::Degraded { cause } => known.told(&fact::DependencyDegraded { cause: cause.clone() }),
                DependencyChange::Recovered { backlog } => known.told(&fact::DependencyRecovered { backlog: *backlog }),
                DependencyChange::Drained => known.told(&fact::DependencyDrained {}),
                DependencyChange::CreditDecided { account } => {
                    known.told(&fact::DependencyCreditDecided { account: account.clone() })
                }
            };
            (format!("dependency.{}", change.name()), format!("system {system}"), data)
        }
        Event::BatchStopped(id) => ("batch.stopped".to_owned(), format!("batch {id}"), known.told(&fact::BatchStopped {})),
        Event::JobOffered(job) => {
            let (kind, instance, priority) = (job.kind.clone(), job.id.instance, job.priority);
            let data = known.told(&fact::JobOffered { kind, instance, priority });
            ("job.offered".to_owned(), format!("job {}", job.id), data)
        }
        Event::JobLeased { job, worker, by, until } => {
            let data = known.told(&fact::JobLeased { worker: worker.clone(), by: by.clone(), until: *until });
            ("job.leased".to_owned(), format!("job {job}"), data)
        }
        Event::LeaseExtended(id, until) => {
            ("job.lease_extended".to_owned(), format!("job {id}"), known.told(&fact::JobLeaseExtended { until: *until }))
        }
        Event::LeaseEnded(id) => ("job.lease_ended".to_owned(), format!("job {id}"), known.told(&fact::JobLeaseEnded {})),
        Event::JobRested(id) => ("job.failed".to_owned(), format!("job {id}"), known.told(&fact::JobFailed {})),
        Event::JobEnded(id) => ("job.ended".to_owned(), format!("job {id}"), known.told(&fact::JobEnded {})),
        Event::Process(id, _) if event.decisions().next().is_some() => {
            ("process.decided".to_owned(), format!("instance {id}"), known.told(&fact::ProcessDecided::of(*id, event)))
        }
        // the steps of a process are its own affair; what they lead to in the trade is in the feed
        Event::InstanceCreated { .. }
        | Event::Process(..)
        | Event::Subscribed(..)
        | Event::Unsubscribed(..)
        | Event::MessageBuffered(..)
        | Event::MessageGone(..)
        | Event::BatchAdvanced(..)
        | Event::JobHeld(..)
        | Event::Scheduled(_)
        // what somebody likes to look at is nobody else's business
        | Event::SavedView { .. } => return None,
    };
    Some(CloudEvent {
        dataschema: format!("urn:crossdock:event:{kind}:v1"),
        tenant: "default",
        company: known.company().to_owned(),
        sequence,
        traceparent: entry.command.trace.as_ref().map(ToString::to_string),
        correlationid: correlation(entry, event, &data),
        causationid: causation(entry),
        specversion: "1.0",
        id: format!("{}.{index}", entry.position),
        source: "/crossdock/partitions/1",
        kind: format!("com.crossdock.{kind}.v1"),
        subject,
        time: entry.command.at.to_string(),
        actor: entry.command.actor.id.to_string(),
        idempotencykey: idempotency_key(entry),
        datacontenttype: "application/json",
        data,
    })
}

/// Under which key it was asked for. What people and programs are known by was drawn with it: that is nobody's business.
fn idempotency_key(entry: &Entry) -> Option<String> {
    let is_told = !matches!(entry.command.body, Body::ChangeUser { .. } | Body::ChangeClient { .. });
    entry.command.key.as_ref().filter(|_| is_told).map(|key| key_of_caller(key).to_owned())
}

/// The idempotency key as the caller gave it: behind whose it is, before the number of the record in a file.
fn key_of_caller(key: &str) -> &str {
    key.split('\u{1f}').nth(1).unwrap_or(key)
}

pub(crate) fn snake(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for (index, letter) in name.chars().enumerate() {
        if letter.is_uppercase() && index > 0 {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_key_of_an_imported_record_is_that_of_its_file() {
        assert_eq!(super::key_of_caller("clerk\u{1f}orders-17\u{1f}3"), "orders-17");
        assert_eq!(super::key_of_caller("clerk\u{1f}orders-17"), "orders-17");
        assert_eq!(super::key_of_caller("orders-17"), "orders-17");
    }

    #[test]
    fn event_names_are_in_snake_case() {
        assert_eq!(super::snake("HoldPlaced"), "hold_placed");
        assert_eq!(super::snake("Set"), "set");
    }
}
