//! JSON Schemas (2020-12) of what is told and taken, and the AsyncAPI description of the events: the contracts in the catalogue.
//!
//! Nothing here is written by hand beside names: the shape of an event is read off the type that is sent ([`trace`]), the shape of a
//! document off the description of the API or the type of the effect. Start with [`events`] and [`documents`].

pub(crate) mod asyncapi;
pub(crate) mod documents;
pub(crate) mod events;
mod shape;
mod trace;

use serde_json::Value;

/// The dialect of all schemas.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The contracts that a program may rely on.
#[derive(Debug, Clone)]
pub struct Contracts {
    /// OpenAPI 3.1: commands and queries.
    pub openapi: Value,
    /// AsyncAPI 3: events and webhooks.
    pub asyncapi: Value,
    /// JSON Schemas: `events` by name, `documents` by name.
    pub schemas: Value,
}

/// The contracts as they are served.
pub fn contracts() -> Contracts {
    let openapi = crate::describe::json(&crate::openapi());
    let events: serde_json::Map<String, Value> =
        events::all().iter().map(|event| (event.name.clone(), event.schema.clone())).collect();
    let documents: serde_json::Map<String, Value> =
        documents::all().iter().map(|document| (document.name.to_owned(), document.schema.clone())).collect();
    let schemas = serde_json::json!({ "events": events, "documents": documents });
    Contracts { openapi, asyncapi: asyncapi::document(), schemas }
}
