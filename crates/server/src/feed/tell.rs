//! Telling the events of a journal entry as CloudEvents.

use std::cell::OnceCell;

use partition::identity::{ClientChange, Rights, UserChange};
use partition::webhook::WebhookChange;
use partition::{Body, DependencyChange, Entry, Event};
use serde_json::{Map, Value};
use trade::OrderId;

use super::payload::payload;
use super::scope::Known;
use super::{CloudEvent, fact, snake};

/// What the events of an entry have in common, told once.
pub(super) struct Teller<'e, 'r> {
    entry: &'e Entry,
    known: &'e Known<'r>,
    /// The only order that the command was about; `None` if there are several.
    only: OnceCell<Option<OrderId>>,
    time: String,
    causation: String,
    key: Option<String>,
}

impl<'e, 'r> Teller<'e, 'r> {
    pub(super) fn of(entry: &'e Entry, known: &'e Known<'r>) -> Self {
        let causation = match &entry.command.body {
            Body::EffectSucceeded { effect, .. } | Body::EffectFailed { effect, .. } => effect.to_string(),
            Body::FireTimer { .. } => format!("timer at {}", entry.position),
            _ => format!("command {}", entry.position),
        };
        let (time, key) = (entry.command.at.to_string(), idempotency_key(entry));
        Self { entry, known, only: OnceCell::new(), time, causation, key }
    }

    /// The events that are told, in their order.
    pub(super) fn events(self) -> impl Iterator<Item = CloudEvent> {
        self.told_of(|_| Some(())).map(|(event, ())| event)
    }

    /// Those for which there is something to note beforehand, with that; the others are not told at all.
    pub(super) fn told_of<T>(self, note: impl Fn(&Event) -> Option<T>) -> impl Iterator<Item = (CloudEvent, T)> {
        let events = self.entry.numbered().enumerate();
        events.filter_map(move |(index, (event, sequence))| {
            let note = note(event)?;
            Some((self.event(index, event, sequence)?, note))
        })
    }

    fn event(&self, index: usize, event: &Event, sequence: Option<u64>) -> Option<CloudEvent> {
        let (kind, subject, data) = told(event, self.known)?;
        let command = &self.entry.command;
        Some(CloudEvent {
            dataschema: format!("urn:crossdock:event:{kind}:v1"),
            tenant: "default",
            company: self.known.company().to_owned(),
            sequence,
            traceparent: command.trace.as_ref().map(ToString::to_string),
            correlationid: self.correlation(event, &data),
            causationid: self.causation.clone(),
            specversion: "1.0",
            place: (self.entry.position, index as u64),
            id: format!("{}.{index}", self.entry.position),
            source: "/crossdock/partitions/1",
            kind: format!("com.crossdock.{kind}.v1"),
            subject,
            time: self.time.clone(),
            actor: command.actor.id.to_string(),
            idempotencykey: self.key.clone(),
            datacontenttype: "application/json",
            data,
        })
    }

    /// The order that an event belongs to: its own, the one that it names, that of what it happened to, or the only one that its command was
    /// about.
    fn correlation(&self, event: &Event, data: &Value) -> Option<String> {
        let named = || data["order"].as_str().map(str::to_owned);
        let of = || match event {
            Event::Trade(trade::Event::Exception(id, _)) => self.known.order_of_exception(*id),
            Event::Trade(event) => self.known.order_of(&event.key()),
            _ => None,
        };
        let of = || of().map(|order| order.to_string());
        let only = || self.only.get_or_init(|| only_order(self.entry)).map(|order| order.to_string());
        order_of(event).map(|order| order.to_string()).or_else(named).or_else(of).or_else(only)
    }
}

fn order_of(event: &Event) -> Option<OrderId> {
    match event {
        Event::Trade(trade::Event::Order(id, _)) => Some(*id),
        _ => None,
    }
}

fn only_order(entry: &Entry) -> Option<OrderId> {
    let mut orders = entry.events.iter().filter_map(order_of);
    let first = orders.next()?;
    orders.all(|other| other == first).then_some(first)
}

/// `{"Order": ["SO-1", {"HoldPlaced": {…}}]}`: the variant is the event's name.
fn fact_of(event: Value) -> Option<(String, Value)> {
    let Value::Object(aggregate) = event else { return None };
    let (_, Value::Array(parts)) = aggregate.into_iter().next()? else { return None };
    match parts.into_iter().nth(1)? {
        Value::Object(fact) => fact.into_iter().next(),
        Value::String(name) => Some((name, Value::Object(Map::new()))),
        _ => None,
    }
}

/// What is told of an event: its type, what it is about, and the fact. `None` for what concerns nobody who listens.
fn told(event: &Event, known: &Known<'_>) -> Option<(String, String, Value)> {
    let told = match event {
        Event::Trade(trade) => {
            let key = trade.key();
            let (name, data) = fact_of(payload(trade, &known.scope(Some(&key))).ok()?)?;
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
    Some(told)
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

#[cfg(test)]
mod tests {
    #[test]
    fn the_key_of_an_imported_record_is_that_of_its_file() {
        assert_eq!(super::key_of_caller("clerk\u{1f}orders-17\u{1f}3"), "orders-17");
        assert_eq!(super::key_of_caller("clerk\u{1f}orders-17"), "orders-17");
        assert_eq!(super::key_of_caller("orders-17"), "orders-17");
    }
}
