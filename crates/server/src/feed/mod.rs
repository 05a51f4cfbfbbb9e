//! What happened, as CloudEvents: the journal as others read it.

pub(crate) mod live;
mod payload;
mod scope;

use partition::identity::{ClientChange, Rights, UserChange};
use partition::webhook::WebhookChange;
use partition::{Body, DependencyChange, DraftEvent, Entry, Event};
use serde::Serialize;
use store::{Reader, StoredEntry};
use trade::OrderId;
use units::Text;

use crate::page::Continued;
use crate::problem::Problem;
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

/// A page of the feed, from what the journal has of it.
pub(crate) fn page(reader: &mut dyn Reader, entries: &[StoredEntry], after: u64) -> Result<EventPage, Problem> {
    let mut events = Vec::new();
    let known = Known::new(reader)?;
    for stored in entries {
        let entry: Entry = rmp_serde::from_slice(&stored.data).map_err(|error| {
            tracing::error!(%error, position = stored.position, "read the journal");
            Problem::new("internal", "an entry of the journal could not be read; run crossdock verify")
        })?;
        for (index, (event, sequence)) in entry.numbered().enumerate() {
            events.extend(cloud_event(&entry, index, event, sequence, &known));
        }
    }
    let next = entries.last().map_or(after, |entry| entry.position).to_string();
    Ok(EventPage { events, next })
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
            let data = serde_json::json!({ "capability": effect.capability, "route": effect.route, "order": effect.order });
            ("effect.requested".to_owned(), format!("effect {}", effect.id), data)
        }
        Event::EffectEnded(id) => ("effect.ended".to_owned(), format!("effect {id}"), serde_json::json!({})),
        Event::EffectRested(id) => ("effect.rested".to_owned(), format!("effect {id}"), serde_json::json!({})),
        Event::EffectDied(id, code, cause) => {
            ("message.dead_lettered".to_owned(), format!("effect {id}"), serde_json::json!({ "code": code, "cause": cause }))
        }
        Event::EffectReplayed(id) => ("message.replayed".to_owned(), format!("effect {id}"), serde_json::json!({})),
        Event::Deployed { definition, resource, .. } => {
            ("definition.deployed".to_owned(), definition.to_string(), serde_json::json!({ "resource": resource }))
        }
        Event::BatchBegun { id, operation, reason, filter, instances, .. } => {
            let (operation, count) = (operation.name(), instances.len());
            let data = serde_json::json!({ "operation": operation, "filter": filter, "instances": count, "reason": reason });
            ("batch.begun".to_owned(), format!("batch {id}"), data)
        }
        // hashes of secrets are nobody's business
        Event::User(id, change) => {
            let (what, data) = match change {
                UserChange::Put { name, rights } => ("set", rights_of(name, rights, known)),
                UserChange::Password { .. } => ("password_set", serde_json::json!({})),
                UserChange::Disable => ("disabled", serde_json::json!({})),
                UserChange::Enable => ("enabled", serde_json::json!({})),
                UserChange::EndSessions => ("sessions_ended", serde_json::json!({})),
            };
            (format!("user.{what}"), format!("user {id}"), data)
        }
        Event::Client(id, change) => {
            let (what, data) = match change {
                ClientChange::Put { name, rights } => ("set", rights_of(name, rights, known)),
                ClientChange::AddKey { prefix, expires, others_end, .. } => {
                    ("key_added", serde_json::json!({ "prefix": prefix, "expires": expires, "others_end": others_end }))
                }
                ClientChange::RevokeKey { prefix } => ("key_revoked", serde_json::json!({ "prefix": prefix })),
                ClientChange::Disable => ("disabled", serde_json::json!({})),
                ClientChange::Enable => ("enabled", serde_json::json!({})),
                ClientChange::Quota { quota } => ("quota_set", serde_json::json!({ "quota": quota })),
            };
            (format!("client.{what}"), format!("client {id}"), data)
        }
        // how far a webhook is concerns nobody who listens, and telling it would never end
        Event::Webhook(_, WebhookChange::Delivered { .. }) => return None,
        Event::Webhook(id, change) => {
            let (what, data) = match change {
                // where it is sent may hold a secret, and everybody reads the feed
                WebhookChange::Put { types, .. } => ("set", serde_json::json!({ "types": types })),
                WebhookChange::Rotate { earlier_until } => {
                    ("secret_changed", serde_json::json!({ "earlier_until": earlier_until }))
                }
                WebhookChange::Disable { why, .. } => ("disabled", serde_json::json!({ "why": why })),
                WebhookChange::Enable { after } => ("enabled", serde_json::json!({ "after": after })),
                WebhookChange::Delivered { .. } | WebhookChange::Remove => ("removed", serde_json::json!({})),
            };
            (format!("webhook.{what}"), format!("webhook {id}"), data)
        }
        Event::Draft { id, event, .. } => {
            let data = match event {
                DraftEvent::Begun { title, resource, base, .. } => {
                    serde_json::json!({ "title": title, "resource": resource, "base": base.to_string() })
                }
                DraftEvent::Saved { content } => serde_json::json!({ "bytes": content.len() }),
                DraftEvent::Rebased { base } => serde_json::json!({ "base": base.to_string() }),
                DraftEvent::Approved { effective, note } => serde_json::json!({ "effective": effective, "note": note }),
                DraftEvent::Deployed { version, note } => {
                    serde_json::json!({ "version": version.to_string(), "note": note })
                }
                other => serde_json::json!({ "note": other.note() }),
            };
            (format!("draft.{}", event.name()), format!("draft {id}"), data)
        }
        Event::Dependency(system, change) => {
            let data = match change {
                DependencyChange::Degraded { cause } => serde_json::json!({ "cause": cause }),
                DependencyChange::Recovered { backlog } => serde_json::json!({ "backlog": backlog }),
                DependencyChange::Drained => serde_json::json!({}),
                DependencyChange::CreditDecided { account } => serde_json::json!({ "account": account }),
            };
            (format!("dependency.{}", change.name()), format!("system {system}"), data)
        }
        Event::BatchStopped(id) => ("batch.stopped".to_owned(), format!("batch {id}"), serde_json::json!({})),
        Event::JobOffered(job) => {
            let data = serde_json::json!({ "type": job.kind, "instance": job.id.instance, "priority": job.priority });
            ("job.offered".to_owned(), format!("job {}", job.id), data)
        }
        Event::JobLeased { job, worker, by, until } => {
            let data = serde_json::json!({ "worker": worker, "by": by, "until": until });
            ("job.leased".to_owned(), format!("job {job}"), data)
        }
        Event::LeaseExtended(id, until) => {
            ("job.lease_extended".to_owned(), format!("job {id}"), serde_json::json!({ "until": until }))
        }
        Event::LeaseEnded(id) => ("job.lease_ended".to_owned(), format!("job {id}"), serde_json::json!({})),
        Event::JobRested(id) => ("job.failed".to_owned(), format!("job {id}"), serde_json::json!({})),
        Event::JobEnded(id) => ("job.ended".to_owned(), format!("job {id}"), serde_json::json!({})),
        Event::Process(id, _) if event.decisions().next().is_some() => {
            let made: Vec<_> = event.decisions().map(decision).collect();
            let about = event.decisions().find_map(|made| made.explained.about.clone());
            let data = serde_json::json!({ "instance": id, "order": about, "decisions": made });
            ("process.decided".to_owned(), format!("instance {id}"), data)
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
        idempotencykey: entry.command.key.as_ref().map(|key| key_of_caller(key).to_owned()),
        datacontenttype: "application/json",
        data,
    })
}

/// A decision that a process has made: which rules matched on which inputs.
fn decision(made: &engine::DecisionMade) -> serde_json::Value {
    let of = |explained: &engine::ExplainedDecision| {
        let input = |(label, value): &(Text, Text)| serde_json::json!({ "label": label, "value": value });
        let rule = |(number, id): &(u32, Text)| serde_json::json!({ "number": number, "id": id });
        let inputs: Vec<_> = explained.inputs.iter().map(input).collect();
        let rules: Vec<_> = explained.rules.iter().map(rule).collect();
        serde_json::json!({ "decision": explained.decision, "inputs": inputs, "rules": rules, "output": explained.output })
    };
    let explained: Vec<_> = made.explained.decisions.iter().map(of).collect();
    serde_json::json!({
        "element": made.element,
        "decision": made.decision,
        "version": made.explained.version,
        "result": made.result,
        "explained": explained,
        "more": made.explained.more,
    })
}

fn rights_of(name: &str, rights: &Rights, known: &Known<'_>) -> serde_json::Value {
    let limit = payload(&rights.limit, &known.scope(None)).unwrap_or_default();
    serde_json::json!({ "name": name, "roles": rights.roles, "limit": limit })
}

/// The idempotency key as the caller gave it: behind whose it is, before the number of the record in a file.
fn key_of_caller(key: &str) -> &str {
    key.split('\u{1f}').nth(1).unwrap_or(key)
}

fn snake(name: &str) -> String {
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
