//! The way of a draft: saved, submitted, approved by another, withdrawn; and what was in force before, brought back.

use axum::Json as JsonAnswer;
use axum::extract::State;
use partition::{DefinitionId, DraftChange};
use serde::Deserialize;
use units::Timestamp;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{DraftNumber, change_draft};
use crate::extract::{Caller, Created, Json, Path};
use crate::problem::Problem;
use crate::resource::id;
use crate::resource::warehouse_orders::Nothing;
use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(save))
        .routes(routes!(rebase))
        .routes(routes!(submit))
        .routes(routes!(approve))
        .routes(routes!(give_back))
        .routes(routes!(withdraw))
        .routes(routes!(discard))
        .routes(routes!(roll_back))
}

/// What a draft is to hold.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DraftContent {
    /// The file.
    content: String,
    /// The revision that it was made from: a later one is not written over.
    revision: u32,
}

/// In words.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DraftNote {
    /// It goes on the record.
    #[serde(default)]
    note: String,
}

/// Save the content of a draft.
#[utoipa::path(post, path = "/v1/drafts/{draft}/content", tag = "processes", params(("draft" = String, Path), ("Idempotency-Key" = String, Header)), request_body = DraftContent,
    responses((status = 200, body = DraftNumber)))]
async fn save(
    State(state): State<AppState>,
    caller: Caller,
    Path(draft): Path<String>,
    Json(request, bytes): Json<DraftContent>,
) -> Result<JsonAnswer<DraftNumber>, Problem> {
    let change = DraftChange::Save { content: request.content.into(), revision: request.revision };
    change_draft(&state, caller, &bytes, Some(id(&draft)?), change).await.map(JsonAnswer)
}

/// Make a draft one of the version that is in force now; its content stays, so take over first what others have changed.
#[utoipa::path(post, path = "/v1/drafts/{draft}/rebase", tag = "processes", params(("draft" = String, Path), ("Idempotency-Key" = String, Header)), request_body = Nothing,
    responses((status = 200, body = DraftNumber)))]
async fn rebase(
    State(state): State<AppState>,
    caller: Caller,
    Path(draft): Path<String>,
    Json(_, bytes): Json<Nothing>,
) -> Result<JsonAnswer<DraftNumber>, Problem> {
    change_draft(&state, caller, &bytes, Some(id(&draft)?), DraftChange::Rebase).await.map(JsonAnswer)
}

/// Ask another person for approval. What cannot run is refused with element, line and reason.
#[utoipa::path(post, path = "/v1/drafts/{draft}/submission", tag = "processes", params(("draft" = String, Path), ("Idempotency-Key" = String, Header)), request_body = DraftNote,
    responses((status = 200, body = DraftNumber)))]
async fn submit(
    State(state): State<AppState>,
    caller: Caller,
    Path(draft): Path<String>,
    Json(request, bytes): Json<DraftNote>,
) -> Result<JsonAnswer<DraftNumber>, Problem> {
    let change = DraftChange::Submit { note: request.note.into() };
    change_draft(&state, caller, &bytes, Some(id(&draft)?), change).await.map(JsonAnswer)
}

/// An approval.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Approval {
    /// The revision that was looked at.
    revision: u32,
    /// From when on it is in force; at once unless given.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    effective: Option<Timestamp>,
    /// It goes on the record.
    #[serde(default)]
    note: String,
}

/// Approve a draft that others wrote: it is deployed at once, or when the time comes that is named.
#[utoipa::path(post, path = "/v1/drafts/{draft}/approval", tag = "processes", params(("draft" = String, Path), ("Idempotency-Key" = String, Header)), request_body = Approval,
    responses((status = 200, body = DraftNumber)))]
async fn approve(
    State(state): State<AppState>,
    caller: Caller,
    Path(draft): Path<String>,
    Json(request, bytes): Json<Approval>,
) -> Result<JsonAnswer<DraftNumber>, Problem> {
    let (effective, note, revision) = (request.effective, request.note.into(), request.revision);
    let change = DraftChange::Approve { effective, note, revision };
    change_draft(&state, caller, &bytes, Some(id(&draft)?), change).await.map(JsonAnswer)
}

/// Give a draft back to those who wrote it, and say what is to be different.
#[utoipa::path(post, path = "/v1/drafts/{draft}/return", tag = "processes", params(("draft" = String, Path), ("Idempotency-Key" = String, Header)), request_body = DraftNote,
    responses((status = 200, body = DraftNumber)))]
async fn give_back(
    State(state): State<AppState>,
    caller: Caller,
    Path(draft): Path<String>,
    Json(request, bytes): Json<DraftNote>,
) -> Result<JsonAnswer<DraftNumber>, Problem> {
    let change = DraftChange::Return { note: request.note.into() };
    change_draft(&state, caller, &bytes, Some(id(&draft)?), change).await.map(JsonAnswer)
}

/// Take a draft back that is submitted, or approved and not in force yet.
#[utoipa::path(post, path = "/v1/drafts/{draft}/withdrawal", tag = "processes", params(("draft" = String, Path), ("Idempotency-Key" = String, Header)), request_body = DraftNote,
    responses((status = 200, body = DraftNumber)))]
async fn withdraw(
    State(state): State<AppState>,
    caller: Caller,
    Path(draft): Path<String>,
    Json(request, bytes): Json<DraftNote>,
) -> Result<JsonAnswer<DraftNumber>, Problem> {
    let change = DraftChange::Withdraw { note: request.note.into() };
    change_draft(&state, caller, &bytes, Some(id(&draft)?), change).await.map(JsonAnswer)
}

/// Let a draft come to nothing; it stays on the record.
#[utoipa::path(post, path = "/v1/drafts/{draft}/discard", tag = "processes", params(("draft" = String, Path), ("Idempotency-Key" = String, Header)), request_body = DraftNote,
    responses((status = 200, body = DraftNumber)))]
async fn discard(
    State(state): State<AppState>,
    caller: Caller,
    Path(draft): Path<String>,
    Json(request, bytes): Json<DraftNote>,
) -> Result<JsonAnswer<DraftNumber>, Problem> {
    let change = DraftChange::Discard { note: request.note.into() };
    change_draft(&state, caller, &bytes, Some(id(&draft)?), change).await.map(JsonAnswer)
}

/// Which version is to be in force again.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RollBack {
    /// The earlier version.
    version: u32,
    /// It goes on the record.
    reason: String,
}

/// Bring an earlier version back: what it holds is deployed as a new version, at once. It is on the record like a draft.
#[utoipa::path(post, path = "/v1/processes/{process}/rollback", tag = "processes", params(("process" = String, Path), ("Idempotency-Key" = String, Header)), request_body = RollBack,
    responses((status = 201, body = DraftNumber)))]
async fn roll_back(
    State(state): State<AppState>,
    caller: Caller,
    Path(process): Path<String>,
    Json(request, bytes): Json<RollBack>,
) -> Result<Created<DraftNumber>, Problem> {
    let to = DefinitionId { id: process.into(), version: request.version };
    let change = DraftChange::RollBack { to, reason: request.reason.into() };
    change_draft(&state, caller, &bytes, None, change).await.map(Created)
}
