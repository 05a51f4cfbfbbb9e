//! The event feed: what happened, in the order of the journal, as CloudEvents.

use axum::extract::State;
use partition::{AnyState, Body, Entry, Event, Table};
use serde::{Deserialize, Serialize};
use store::{Reader, RowQuery, StoredEntry};
use trade::{Aggregate, Kind, OrderId};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Query, Reading};
use crate::page::{Continued, Listed};
use crate::problem::Problem;
use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list))
}

/// An event (CloudEvents 1.0). `source` and `id` together are unique for ever.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct CloudEvent {
    /// `1.0`.
    specversion: &'static str,
    /// Journal position and place within the entry.
    #[schema(example = "17.3")]
    id: String,
    /// The partition.
    source: &'static str,
    /// What happened.
    #[schema(example = "com.crossdock.order.hold_placed.v1")]
    #[serde(rename = "type")]
    kind: String,
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
    /// The fact itself.
    #[schema(value_type = Object)]
    data: serde_json::Value,
}

/// A page of the feed.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct EventPage {
    /// In the order in which they happened.
    events: Vec<CloudEvent>,
    /// Give it as `after` to go on, now or later.
    next: String,
}

impl Continued for EventPage {
    /// The feed never ends: there is always a place where it goes on.
    fn next(&self) -> Option<&str> {
        Some(&self.next)
    }
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FeedQuery {
    /// `next` of the page before; the start of the journal unless given.
    after: Option<u64>,
    /// Journal entries on a page: 1 to 1,000, 100 unless given. An entry has one event or more.
    limit: Option<usize>,
}

/// Read what happened, from a position on.
#[utoipa::path(get, path = "/v1/events", tag = "events", params(FeedQuery), responses((status = 200, body = EventPage)))]
async fn list(
    State(state): State<AppState>,
    _: Reading,
    Query(query): Query<FeedQuery>,
) -> Result<Listed<EventPage>, Problem> {
    let limit = query.limit.unwrap_or(100);
    if !(1..=1_000).contains(&limit) {
        return Err(Problem::new("invalid", format!("limit is {limit}: a page has 1 to 1000 entries")));
    }
    let after = query.after.unwrap_or(0);
    let read = move |reader: &mut dyn Reader| {
        let entries = reader.entries(after, limit)?;
        page(reader, &entries, after)
    };
    state.readers.read(read).await.map(Listed)
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

fn page(reader: &mut dyn Reader, entries: &[StoredEntry], after: u64) -> Result<EventPage, Problem> {
    let mut events = Vec::new();
    let company = company(reader)?;
    for stored in entries {
        let entry: Entry = rmp_serde::from_slice(&stored.data).map_err(|error| {
            tracing::error!(%error, position = stored.position, "read the journal");
            Problem::new("internal", "an entry of the journal could not be read; run crossdock verify")
        })?;
        for (index, event) in entry.events.iter().enumerate() {
            events.extend(cloud_event(&entry, index, event, &company));
        }
    }
    let next = entries.last().map_or(after, |entry| entry.position).to_string();
    Ok(EventPage { events, next })
}

/// The code of the company; empty before there is one.
fn company(reader: &mut dyn Reader) -> Result<String, Problem> {
    let table = Table::Trade(Kind::Company);
    for (key, row) in reader.rows(&RowQuery::table(table).limit(1))? {
        if let AnyState::Trade(Aggregate::Company(company)) = crate::readers::decode(table, &key, &row.data)? {
            return Ok(company.code.to_string());
        }
    }
    Ok(String::new())
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

/// The name of an event in the feed (domain §1.5.3): the aggregate's and what happened, where the trade has no name of its own for it.
fn name(kind: Kind, what: &str) -> String {
    match (kind, what) {
        (Kind::WarehouseOrder, "created") => "fulfilment.released".to_owned(),
        (Kind::WarehouseOrder, "picked") => "pick.confirmed".to_owned(),
        (Kind::WarehouseOrder, what) => format!("fulfilment.{what}"),
        (Kind::Stock, what) => format!("inventory.{what}"),
        (Kind::ReturnRequest, what) => format!("return.{what}"),
        (kind, what) => format!("{}.{what}", kind.name()),
    }
}

fn cloud_event(entry: &Entry, index: usize, event: &Event, company: &str) -> Option<CloudEvent> {
    let (kind, subject, data) = match event {
        Event::Trade(trade) => {
            let key = trade.key();
            let json = serde_json::to_value(trade).ok()?;
            // {"Order": ["SO-1", {"HoldPlaced": {…}}]}: the variant is the event's name
            let fact = json.as_object()?.values().next()?.get(1)?.clone();
            let (name, data) = match fact {
                serde_json::Value::Object(map) => map.into_iter().next()?,
                serde_json::Value::String(name) => (name, serde_json::Value::Object(serde_json::Map::new())),
                _ => return None,
            };
            (self::name(key.kind(), &snake(&name)), key.to_string(), data)
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
        Event::BatchStopped(id) => ("batch.stopped".to_owned(), format!("batch {id}"), serde_json::json!({})),
        // the steps of a process are its own affair; what they lead to in the trade is in the feed
        Event::InstanceCreated { .. }
        | Event::Process(..)
        | Event::Subscribed(..)
        | Event::Unsubscribed(..)
        | Event::MessageBuffered(..)
        | Event::MessageGone(..)
        | Event::BatchAdvanced(..)
        | Event::Scheduled(_) => return None,
    };
    Some(CloudEvent {
        dataschema: format!("urn:crossdock:event:{kind}:v1"),
        tenant: "default",
        company: company.to_owned(),
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
    fn events_have_the_names_of_the_trade() {
        use super::{Kind, name};
        assert_eq!(name(Kind::Stock, "reserved"), "inventory.reserved");
        assert_eq!(name(Kind::WarehouseOrder, "created"), "fulfilment.released");
        assert_eq!(name(Kind::WarehouseOrder, "acknowledged"), "fulfilment.acknowledged");
        assert_eq!(name(Kind::Order, "hold_placed"), "order.hold_placed");
    }

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
