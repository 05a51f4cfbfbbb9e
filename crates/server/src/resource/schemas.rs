//! The contracts of events and documents.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Path, Reading};
use crate::problem::Problem;
use crate::schema::{asyncapi, documents, events};
use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(describe_events)).routes(routes!(event)).routes(routes!(document))
}

static DESCRIPTION: std::sync::LazyLock<axum::body::Bytes> =
    std::sync::LazyLock::new(|| axum::body::Bytes::from(asyncapi::document().to_string()));

/// Describe the events (AsyncAPI 3): the feed, and what webhooks are told.
#[utoipa::path(get, path = "/asyncapi.json", tag = "events", responses((status = 200, body = Object, content_type = "application/json")))]
async fn describe_events(_: Reading) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], DESCRIPTION.clone())
}

/// Show the schema of the `data` of an event (JSON Schema 2020-12), by its name without prefix and version.
#[utoipa::path(get, path = "/schemas/events/{event}", tag = "events", params(("event" = String, Path, example = "order.hold_placed")),
    responses((status = 200, body = Object, content_type = "application/schema+json")))]
async fn event(_: Reading, Path(event): Path<String>) -> Result<Response, Problem> {
    let found = events::all().iter().find(|known| known.name == event);
    let missing = || Problem::new("not_found", format!("there is no event {event}; /catalogue lists them"));
    found.map(|event| schema(&event.schema)).ok_or_else(missing)
}

/// Show the schema of a canonical document (JSON Schema 2020-12).
#[utoipa::path(get, path = "/schemas/documents/{document}", tag = "systems", params(("document" = String, Path, example = "order")),
    responses((status = 200, body = Object, content_type = "application/schema+json")))]
async fn document(_: Reading, Path(document): Path<String>) -> Result<Response, Problem> {
    let found = documents::all().iter().find(|known| known.name == document);
    let missing = || Problem::new("not_found", format!("there is no document {document}; /catalogue lists them"));
    found.map(|document| schema(&document.schema)).ok_or_else(missing)
}

fn schema(schema: &serde_json::Value) -> Response {
    ([(header::CONTENT_TYPE, "application/schema+json")], schema.to_string()).into_response()
}
