//! Messages and signals to processes.

use axum::Json as JsonAnswer;
use axum::extract::State;
use partition::{Body, Reply};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Caller, Json};
use crate::problem::Problem;
use crate::resource::exceptions::variables;
use crate::state::AppState;
use crate::submit::{submit, unexpected};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(publish)).routes(routes!(broadcast))
}

/// A message to whoever waits for it, or to the process that it begins.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MessageRequest {
    /// Its name in the model.
    name: String,
    /// The correlation key that finds the receiver; may be left out for messages that begin processes.
    #[serde(default)]
    correlation_key: String,
    /// What it carries.
    #[serde(default)]
    #[schema(value_type = Object)]
    variables: serde_json::Map<String, serde_json::Value>,
    /// How long it waits for a receiver, in milliseconds; not at all unless given.
    #[serde(default)]
    time_to_live_ms: u64,
}

/// A signal to all that wait for it.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignalRequest {
    /// Its name in the model.
    name: String,
    /// What it carries.
    #[serde(default)]
    #[schema(value_type = Object)]
    variables: serde_json::Map<String, serde_json::Value>,
}

/// Who took a message or signal.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ReceivedView {
    /// Instances that waited for it.
    receivers: Vec<String>,
    /// Instances that it began.
    begun: Vec<String>,
    /// Whether it waits for somebody.
    waits: bool,
    /// The batch in which more than a hundred who wait for a signal get it, a few at a time; they are not among the receivers.
    #[serde(skip_serializing_if = "Option::is_none")]
    batch: Option<String>,
}

fn view(reply: Reply) -> Result<JsonAnswer<ReceivedView>, Problem> {
    match reply {
        Reply::Received { receivers, begun, waits, batch } => Ok(JsonAnswer(ReceivedView {
            receivers: receivers.iter().map(ToString::to_string).collect(),
            begun: begun.iter().map(ToString::to_string).collect(),
            waits,
            batch: batch.map(|batch| batch.to_string()),
        })),
        other => Err(unexpected(&other)),
    }
}

/// Send a message to the instance that waits for it, or begin the process that it begins.
#[utoipa::path(post, path = "/v1/messages", tag = "processes", params(("Idempotency-Key" = String, Header)), request_body = MessageRequest,
    responses((status = 200, body = ReceivedView)))]
async fn publish(
    State(state): State<AppState>,
    caller: Caller,
    Json(request, bytes): Json<MessageRequest>,
) -> Result<JsonAnswer<ReceivedView>, Problem> {
    let body = Body::PublishMessage {
        name: request.name.into(),
        key: request.correlation_key.into(),
        variables: variables(request.variables)?,
        lives_ms: request.time_to_live_ms,
    };
    view(submit(&state, caller, &bytes, body).await?)
}

/// Throw a signal to all instances that wait for it, and begin the process that it begins.
#[utoipa::path(post, path = "/v1/signals", tag = "processes", params(("Idempotency-Key" = String, Header)), request_body = SignalRequest,
    responses((status = 200, body = ReceivedView)))]
async fn broadcast(
    State(state): State<AppState>,
    caller: Caller,
    Json(request, bytes): Json<SignalRequest>,
) -> Result<JsonAnswer<ReceivedView>, Problem> {
    let body = Body::BroadcastSignal { name: request.name.into(), variables: variables(request.variables)? };
    view(submit(&state, caller, &bytes, body).await?)
}
