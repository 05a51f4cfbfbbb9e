//! The events as AsyncAPI 3 describes them: the feed, and the webhooks.

use serde_json::{Map, Value, json};

use super::documents::bundled;
use super::events;

const CLOUD_EVENT: &str = "application/cloudevents+json";

/// The description as it is served.
pub(crate) fn document() -> Value {
    let api = serde_json::to_value(crate::openapi()).unwrap_or_default();
    let (mut messages, mut schemas, mut references) = (Map::new(), Map::new(), Map::new());
    let mut envelope = bundled(&api["components"]["schemas"], "CloudEvent");
    if let Some(fields) = envelope["properties"].as_object_mut() {
        // each message says what its data are
        fields.remove("data");
    }
    schemas.insert("CloudEvent".to_owned(), envelope);
    for event in events::all() {
        let payload = json!({
            "allOf": [{ "$ref": "#/components/schemas/CloudEvent" }],
            "properties": {
                "type": { "const": event.cloud_type() },
                "data": { "$ref": format!("#/components/schemas/{}", event.name) },
            },
            "required": ["type", "data"],
        });
        let mut message = json!({ "name": event.cloud_type(), "title": event.name, "payload": payload });
        if !event.what.is_empty() {
            message["summary"] = event.what.into();
        }
        messages.insert(event.name.clone(), message);
        let mut schema = event.schema.clone();
        if let Some(fields) = schema.as_object_mut() {
            fields.remove("$schema");
            fields.remove("$id");
        }
        schemas.insert(event.name.clone(), schema);
        references.insert(event.name.clone(), json!({ "$ref": format!("#/components/messages/{}", event.name) }));
    }
    json!({
        "asyncapi": "3.1.0",
        "info": {
            "title": "Crossdock events",
            "version": api["info"]["version"],
            "description": "What happened, as CloudEvents 1.0. Events of an order come in their order, each at least once.",
            "contact": { "name": "Whoever runs this installation" },
            "license": { "name": "Apache-2.0" },
            "tags": [{ "name": "events" }],
        },
        "servers": { "installation": { "host": "localhost:7410", "protocol": "http", "description": "Where it listens unless configured otherwise." } },
        "defaultContentType": CLOUD_EVENT,
        "channels": {
            "feed": {
                "address": "/v1/events",
                "title": "The feed",
                "description": "Pages by cursor, or a stream of server-sent events with `Accept: text/event-stream`.",
                "messages": references,
            },
            "webhook": {
                "address": null,
                "title": "Webhooks",
                "description": "POSTed to the addresses at /v1/webhooks, signed as Standard Webhooks says: `webhook-id`, \
                    `webhook-timestamp` and `webhook-signature`.",
                "messages": references,
            },
        },
        "operations": {
            "follow": { "action": "send", "channel": { "$ref": "#/channels/feed" }, "summary": "Read what happened.", "description": "Pages by cursor, or a stream that does not end; filters by subject, actor, type and time." },
            "deliver": { "action": "send", "channel": { "$ref": "#/channels/webhook" }, "summary": "Be told what happened.", "description": "Each event is sent until it is taken, in order for each order; with backoff, and by hand once more." },
        },
        "components": { "messages": messages, "schemas": schemas },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reference_leads_somewhere() {
        let document = document();
        let mut references = Vec::new();
        gather(&document, &mut references);
        assert!(references.len() > events::all().len());
        for reference in references {
            let place = reference.trim_start_matches('#');
            assert!(document.pointer(place).is_some() || place.starts_with("/$defs/"), "{reference}");
        }
    }

    fn gather(value: &Value, references: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                references.extend(fields.get("$ref").and_then(Value::as_str).map(str::to_owned));
                fields.values().for_each(|value| gather(value, references));
            }
            Value::Array(items) => items.iter().for_each(|value| gather(value, references)),
            _ => {}
        }
    }
}
