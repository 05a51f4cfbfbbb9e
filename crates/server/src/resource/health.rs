//! Whether it is alive, and whether it can work.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(alive)).routes(routes!(ready))
}

/// Whether it can work, and why not.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Ready {
    /// It can.
    ready: bool,
    /// `ok`, or what is wrong with the store.
    store: &'static str,
    /// `ok`, or what is wrong with the partition.
    partition: &'static str,
    /// The last committed position.
    position: u64,
    /// Commands that wait.
    queued: u64,
}

/// Tell that the process lives. Needs no key.
#[utoipa::path(get, path = "/healthz", tag = "systems", security(()), responses((status = 200, body = String, content_type = "text/plain")))]
async fn alive() -> &'static str {
    "ok\n"
}

/// Tell whether it can work. Needs no key.
///
/// Ready means: the store can be read, the partition is not halted, and commands do not pile up. A disk that is full is told and does
/// not make it unready: whether there is room again is found out by the next change alone.
#[utoipa::path(get, path = "/readyz", tag = "systems", security(()), responses((status = 200, body = Ready), (status = 503, body = Ready)))]
async fn ready(State(state): State<AppState>) -> Response {
    let progress = state.partition.progress();
    let can_read = state.readers.can_read().await;
    let halted = progress.halted() == 1;
    let ready = can_read && !halted && progress.queued() < 100_000;
    let body = Ready {
        ready,
        store: match (can_read, progress.cannot_write()) {
            (true, 0) => "ok",
            (true, _) => "the last change could not be written; the log has the cause",
            (false, _) => "cannot be read",
        },
        partition: if halted { "halted by a broken invariant" } else { "ok" },
        position: progress.position(),
        queued: progress.queued(),
    };
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, axum::Json(body)).into_response()
}
