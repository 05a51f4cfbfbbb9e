//! Whether it is alive, and whether it can work.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::state::AppState;

#[derive(Serialize)]
struct Ready {
    ready: bool,
    store: &'static str,
    partition: &'static str,
    position: u64,
    queued: u64,
}

pub(crate) async fn alive() -> &'static str {
    "ok\n"
}

/// Ready means: the store can be read, the partition is not halted, and commands do not pile up.
pub(crate) async fn ready(State(state): State<AppState>) -> Response {
    let progress = state.partition.progress();
    let store = state.readers.read(|reader| reader.head().map_err(Into::into)).await;
    let halted = progress.halted() == 1;
    let ready = store.is_ok() && !halted && progress.queued() < 100_000;
    let body = Ready {
        ready,
        store: if store.is_ok() { "ok" } else { "cannot be read" },
        partition: if halted { "halted by a broken invariant" } else { "ok" },
        position: progress.position(),
        queued: progress.queued(),
    };
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, axum::Json(body)).into_response()
}
