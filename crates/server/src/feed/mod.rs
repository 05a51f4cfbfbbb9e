//! What happened, as CloudEvents: the journal as others read it.

pub(crate) mod fact;
pub(crate) mod filter;
pub(crate) mod live;
pub(crate) mod newest;
mod payload;
mod read;
mod scope;
mod tell;
mod timeline;
mod told;

use std::sync::Arc;

use partition::Entry;
use serde::Serialize;
use store::StoredEntry;

pub(crate) use read::{Feed, Part, before, event};
pub(crate) use timeline::of_order;
pub(crate) use told::{Recent, Told};

use crate::page::Continued;
use crate::problem::Problem;

/// An event (CloudEvents 1.0). `source` and `id` together are unique for ever.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct CloudEvent {
    /// Journal position and place within the entry.
    #[serde(skip)]
    place: (u64, u64),
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
}

/// A page of the feed.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct EventPage {
    /// In the order in which they happened.
    #[schema(value_type = Vec<CloudEvent>)]
    pub(crate) events: Vec<Arc<Told>>,
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

/// An entry as the journal has it.
pub(crate) fn entry(stored: &StoredEntry) -> Result<Entry, Problem> {
    rmp_serde::from_slice(&stored.data).map_err(|error| {
        tracing::error!(%error, position = stored.position, "read the journal");
        Problem::new("internal", "an entry of the journal could not be read; run crossdock verify")
    })
}

/// The name of a variant as it is told: `HoldPlaced` is `hold_placed`.
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
    fn event_names_are_in_snake_case() {
        assert_eq!(super::snake("HoldPlaced"), "hold_placed");
        assert_eq!(super::snake("Set"), "set");
    }
}
