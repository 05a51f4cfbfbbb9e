//! A closed order is opened again for a correction, and closed once more.

use axum::Json as JsonAnswer;
use axum::extract::State;
use partition::{Body, Reply};
use serde::Deserialize;
use trade::{Key, OrderId};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Caller, Json, Path};
use crate::problem::Problem;
use crate::resource::id;
use crate::resource::orders::Numbered;
use crate::state::AppState;
use crate::submit::{submit, unexpected};

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(reopen)).routes(routes!(close))
}

/// Why an order is opened again, or closed once more.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reopening {
    /// Why.
    reason: String,
}

/// Open a closed order again, so that it can be billed anew. The account's credit is checked: where it does not suffice, the order is held. It
/// closes once more when a correction is paid.
#[utoipa::path(post, path = "/v1/orders/{order}/reopening", tag = "orders", params(("order" = String, Path), ("Idempotency-Key" = String, Header)), request_body = Reopening,
    responses((status = 200, body = Numbered)))]
async fn reopen(
    State(state): State<AppState>,
    caller: Caller,
    Path(order): Path<String>,
    Json(request, bytes): Json<Reopening>,
) -> Result<JsonAnswer<Numbered>, Problem> {
    let order: OrderId = id(&order)?;
    let body = Body::ReopenOrder { order, reason: request.reason.into() };
    numbered(&submit(&state, caller.on(Key::Order(order)), &bytes, body).await?)
}

/// Close an order that was opened again and needs no correction any more. Every other order closes by itself.
#[utoipa::path(post, path = "/v1/orders/{order}/closing", tag = "orders", params(("order" = String, Path), ("Idempotency-Key" = String, Header)), request_body = Reopening,
    responses((status = 200, body = Numbered)))]
async fn close(
    State(state): State<AppState>,
    caller: Caller,
    Path(order): Path<String>,
    Json(request, bytes): Json<Reopening>,
) -> Result<JsonAnswer<Numbered>, Problem> {
    let order: OrderId = id(&order)?;
    let body = Body::CloseOrder { order, reason: request.reason.into() };
    numbered(&submit(&state, caller.on(Key::Order(order)), &bytes, body).await?)
}

fn numbered(reply: &Reply) -> Result<JsonAnswer<Numbered>, Problem> {
    match reply {
        Reply::Order(id) => Ok(JsonAnswer(Numbered { id: id.to_string() })),
        other => Err(unexpected(other)),
    }
}
