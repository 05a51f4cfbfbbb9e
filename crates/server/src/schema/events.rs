//! Every type of event that the feed tells, with the schema of its `data`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::{Value, json};
use trade::Kind;
use trade::feed::{SPECIAL, usual_name};

use super::DIALECT;
use super::shape::{Choice, Shape};
use super::trace::{Spelling, shape};
use crate::feed::fact::FACTS;
use crate::feed::snake;

/// A type of event.
#[derive(Debug, Clone)]
pub(crate) struct EventType {
    /// Such as `order.hold_placed`.
    pub(crate) name: String,
    /// What it tells; may be empty where the name says it.
    pub(crate) what: &'static str,
    /// The JSON Schema of its `data`.
    pub(crate) schema: Value,
}

impl EventType {
    /// As `type` of a CloudEvent.
    pub(crate) fn cloud_type(&self) -> String {
        format!("com.crossdock.{}.v1", self.name)
    }
}

static EVENTS: LazyLock<Vec<EventType>> = LazyLock::new(|| {
    let mut types = BTreeMap::new();
    let mut add = |name: String, what: &'static str, mut schema: Value| {
        let title = if what.is_empty() { name.clone() } else { format!("{name}: {what}") };
        let id = format!("urn:crossdock:event:{name}:v1");
        let mut whole = json!({ "$schema": DIALECT, "$id": id, "title": title });
        if let (Some(whole), Some(schema)) = (whole.as_object_mut(), schema.as_object_mut()) {
            whole.append(schema);
        }
        types.insert(name.clone(), EventType { name, what, schema: whole });
    };
    for (kind, variant, schema) in trade_events() {
        for (_, _, special, what) in SPECIAL.iter().filter(|(of, name, ..)| *of == kind && *name == variant) {
            add((*special).to_owned(), what, schema.clone());
        }
        add(usual_name(kind, &variant), "", schema);
    }
    for (name, what, schema) in FACTS {
        add((*name).to_owned(), what, schema());
    }
    types.into_values().collect()
});

/// All of them, by name.
pub(crate) fn all() -> &'static [EventType] {
    &EVENTS
}

/// The schema of a fact of our own.
pub(crate) fn schema_of<T: serde::Deserialize<'static>>() -> Value {
    // a type that cannot be traced says nothing of itself, which the tests see
    shape::<T>(Spelling::Feed).map(|(shape, choices)| shape.schema(&choices)).unwrap_or_default()
}

/// The events of the trade core: kind, variant in snake case, schema of what it tells.
fn trade_events() -> Vec<(Kind, String, Value)> {
    let (root, choices) = match shape::<trade::Event>(Spelling::Feed) {
        Ok((Shape::Choice(root), choices)) => (root, choices),
        traced => {
            tracing::error!(?traced, "the events of the trade cannot be described");
            return Vec::new();
        }
    };
    let mut events = Vec::new();
    let kinds: BTreeMap<String, Kind> = Kind::ALL.iter().map(|kind| (format!("{kind:?}"), *kind)).collect();
    for (kind, told) in choices.get(root).into_iter().flat_map(Choice::variants) {
        // the aggregate's id, and what happened to it
        let (Some(kind), Some(Shape::Tuple(told))) = (kinds.get(kind), told) else { continue };
        let Some(Shape::Choice(facts)) = told.get(1) else { continue };
        for (variant, fact) in choices.get(*facts).into_iter().flat_map(Choice::variants) {
            let schema = fact.map_or_else(|| json!({ "type": "object" }), |fact| fact.schema(&choices));
            events.push((*kind, snake(variant), schema));
        }
    }
    events
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(name: &str) -> &'static Value {
        &all().iter().find(|event| event.name == name).unwrap_or_else(|| panic!("{name} has no schema")).schema
    }

    #[test]
    fn every_kind_of_record_and_every_fact_of_our_own_is_there() {
        let told: std::collections::BTreeSet<Kind> = trade_events().into_iter().map(|(kind, ..)| kind).collect();
        assert_eq!(told, Kind::ALL.iter().copied().collect());
        for name in FACTS.iter().map(|(name, ..)| *name).chain(SPECIAL.iter().map(|(_, _, name, _)| *name)) {
            assert!(all().iter().any(|event| event.name == name), "{name} is missing");
        }
    }

    #[test]
    fn what_tells_a_canonical_event_of_the_trade_has_a_schema() {
        for (_, name, told) in trade::canonical::CANONICAL {
            if let trade::canonical::Told::By(by, _) = told {
                assert!(all().iter().any(|event| event.name == *by), "{name} is to be told by {by}, which has no schema");
            }
        }
    }

    #[test]
    fn money_and_quantities_are_as_the_feed_tells_them() {
        let invoiced = schema("order.invoiced");
        assert_eq!(invoiced["$id"], "urn:crossdock:event:order.invoiced:v1");
        assert_eq!(invoiced["properties"]["receivable"]["required"], json!(["amount", "currency"]));
        let line = &invoiced["properties"]["lines"]["items"]["prefixItems"];
        assert_eq!(line[0]["pattern"], "^L-[0-9]+$");
        assert_eq!(line[1]["required"], json!(["value"]));
        assert_eq!(schema("order.cancelled")["properties"], schema("order.moved")["properties"]);
    }
}
