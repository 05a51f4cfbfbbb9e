//! Reconciliation: records that tell the same story are held against each other, and what disagrees is on the record.

use axum::Json as JsonAnswer;
use axum::extract::State;
use partition::{AnyKey, AnyState, Body, Reply};
use serde::{Deserialize, Serialize};
use store::Reader;
use tokio::sync::Semaphore;
use trade::reconcile::{OpenBreak, Reconciliation};
use trade::{Aggregate, Key};
use units::Currency;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Caller, Json, Reading};
use crate::problem::Problem;
use crate::readers::company;
use crate::state::AppState;
use crate::submit::{submit, unexpected};
use crate::view::{MoneyView, money, name};

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(show, compare))
}

/// What disagrees.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ReconciliationView {
    /// The last time that the records were held against each other.
    #[serde(skip_serializing_if = "Option::is_none")]
    compared_at: Option<String>,
    /// What disagreed then.
    open: Vec<BreakView>,
    /// How many breaks were found since ever.
    detected: u64,
    /// How many of them are gone.
    cleared: u64,
}

/// Two records that disagree.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct BreakView {
    /// The same for the same break in every run.
    id: String,
    /// The checkpoint.
    #[schema(example = "R4")]
    checkpoint: String,
    /// What it is about.
    about: String,
    /// What disagrees.
    what: String,
    /// One side.
    left: String,
    /// The other.
    right: String,
    /// What is at stake.
    value: MoneyView,
    /// Who looks at it.
    owner: String,
    /// Why such a break comes about.
    cause: String,
    /// When the record that it is about was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<String>,
    /// When it was found.
    detected_at: String,
}

fn view(open: &OpenBreak, currency: Currency) -> BreakView {
    BreakView {
        id: open.id.to_string(),
        checkpoint: open.checkpoint.to_string(),
        about: open.about.to_string(),
        what: open.what.to_string(),
        left: open.left.to_string(),
        right: open.right.to_string(),
        value: money(open.value, currency),
        owner: name(&open.owner),
        cause: open.cause.to_string(),
        since: open.since.map(|since| since.to_string()),
        detected_at: open.detected_at.to_string(),
    }
}

fn state_of(reader: &mut dyn Reader) -> Result<ReconciliationView, Problem> {
    let key = AnyKey::Trade(Key::Reconciliation(Reconciliation::KEY.into()));
    let currency = company(reader)?.currency;
    let known = match crate::readers::state(reader, &key)? {
        Some(AnyState::Trade(Aggregate::Reconciliation(known), _)) => known,
        _ => std::sync::Arc::default(),
    };
    Ok(ReconciliationView {
        compared_at: known.compared_at.map(|at| at.to_string()),
        open: known.open.iter().map(|open| view(open, currency)).collect(),
        detected: known.detected,
        cleared: known.cleared,
    })
}

/// Show what disagreed when the records were held against each other the last time.
#[utoipa::path(get, path = "/v1/reconciliations", tag = "reconciliation", responses((status = 200, body = ReconciliationView)))]
async fn show(State(state): State<AppState>, _: Reading) -> Result<JsonAnswer<ReconciliationView>, Problem> {
    state.readers.read(state_of).await.map(JsonAnswer)
}

/// Nothing has to be said.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CompareRequest {}

/// Hold the records against each other now: what is new gets an exception (RECON-BREAK), and that of what is gone ends. Reads everything
/// once.
#[utoipa::path(post, path = "/v1/reconciliations", tag = "reconciliation", params(("Idempotency-Key" = String, Header)), request_body = CompareRequest, responses((status = 200, body = ReconciliationView)))]
async fn compare(
    State(state): State<AppState>,
    caller: Caller,
    Json(_, bytes): Json<CompareRequest>,
) -> Result<JsonAnswer<ReconciliationView>, Problem> {
    // one at a time: each reads everything, and what an earlier look has found must not be noted after a later one
    static ONE: Semaphore = Semaphore::const_new(1);
    let taken = |_| Problem::new("in_progress", "the records are being compared; ask again in a moment");
    let permit = ONE.try_acquire().map_err(taken)?;
    let now = state.now();
    let look = move |reader: &mut dyn Reader| Ok(runtime::reconcile(reader, Some(now))?);
    // who asked may have gone away meanwhile: the permit goes with the work
    let readers = state.readers.clone();
    let report = tokio::spawn(async move { (readers.read(look).await, permit) });
    let (report, _permit) = report.await.map_err(|error| Problem::new("internal", error.to_string()))?;
    let report = report?;
    let breaks = report.breaks.iter().map(OpenBreak::from).collect();
    match submit(&state, caller, &bytes, Body::NoteBreaks(breaks)).await? {
        Reply::Done => state.readers.read(state_of).await.map(JsonAnswer),
        other => Err(unexpected(&other)),
    }
}
