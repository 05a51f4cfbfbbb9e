//! Operations on many instances: begun by a filter, watched, stopped; each with a dry run that says what would happen to how many.

use std::collections::BTreeMap;

use axum::Json as JsonAnswer;
use axum::extract::State;
use engine::InstanceId;
use partition::batch::MAX_INSTANCES;
use partition::row::Column;
use partition::{AnyKey, AnyState, Batch, BatchId, Body, Command, Operation, Reply, Table};
use runtime::Preview;
use serde::{Deserialize, Serialize};
use store::Reader;
use trade::Actor;
use units::{Text, Timestamp};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::filter::{Found, InstanceFilter};
use super::operation::OperationRequest;
use super::outlook;
use crate::extract::{Caller, Json, Path, Query, Reading};
use crate::page::{self, Listed, Page};
use crate::problem::Problem;
use crate::readers::{self, Readers};
use crate::resource::id;
use crate::resource::stock::{Accepted, accepted};
use crate::resource::warehouse_orders::Nothing;
use crate::state::AppState;
use crate::submit::{submit, unexpected};

/// How many failures an answer lists.
const LISTED: usize = 1_000;
/// How many instances a dry run tries.
const TRIED: usize = 10_000;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(begin, list)).routes(routes!(show)).routes(routes!(stop))
}

/// What to do to which instances.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BatchRequest {
    /// What to do to each.
    operation: OperationRequest,
    /// Which instances.
    #[serde(default)]
    filter: InstanceFilter,
    /// Say so if all running instances are meant; otherwise the filter has to name something.
    #[serde(default)]
    all: bool,
    /// Why; it goes on the record.
    #[serde(default)]
    reason: String,
    /// Only say what would happen.
    #[serde(default)]
    dry_run: bool,
}

/// What came of a request to do something to many instances.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct BatchAnswer {
    /// The batch; absent after a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// How many instances the filter means.
    matched: usize,
    /// How many of them were tried, the newest: a dry run tries 10000 at most; only after a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    tried: Option<usize>,
    /// How many of those tried would be changed; only after a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    would_change: Option<usize>,
    /// How many could not be changed, by cause; only after a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    would_fail: Option<BTreeMap<String, usize>>,
    /// Those that could not be changed; only after a dry run, and at most 1000.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    failures: Vec<Failure>,
}

/// An instance that could not be changed.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(crate) struct Failure {
    /// The instance.
    instance: String,
    /// Why.
    cause: String,
}

/// An operation on many instances, and how far it is.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct BatchView {
    /// Its number.
    id: String,
    /// `cancel`, `suspend`, `resume`, `retry`, `modify`, `migrate` or `activate`.
    operation: &'static str,
    /// `running`, `done` or `stopped`.
    status: &'static str,
    /// How the instances were chosen.
    filter: String,
    /// Who began it.
    by: String,
    /// Why.
    reason: String,
    /// When it began.
    begun_at: String,
    /// When it ended.
    ended_at: Option<String>,
    /// How many instances there are.
    total: u32,
    /// How many were dealt with, failures included.
    done: u32,
    /// How many could not be changed.
    failed: u32,
    /// Those that could not be changed; at most 1000, and not in lists.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    failures: Vec<Failure>,
}

/// Do something to all instances that a filter means, a slice at a time; or only say what would happen.
#[utoipa::path(post, path = "/v1/batches", tag = "processes", params(("Idempotency-Key" = String, Header)), request_body = BatchRequest,
    responses((status = 200, body = BatchAnswer)))]
async fn begin(
    State(state): State<AppState>,
    caller: Caller,
    Json(request, bytes): Json<BatchRequest>,
) -> Result<JsonAnswer<BatchAnswer>, Problem> {
    if request.filter.is_empty() && !request.all {
        let detail = "the filter names nothing: give process, version, state, element, incident, business_key, started_after or started_before, or `all` if all running instances are meant";
        return Err(Problem::new("invalid", detail));
    }
    let operation = request.operation.operation()?;
    let filter = if request.filter.is_empty() { "all".to_owned() } else { request.filter.describe() };
    let wanted = request.filter;
    let instances = meant(&state.readers, wanted).await?;
    if request.dry_run {
        let (capabilities, now, actor) = (outlook::capabilities(&state.connections), state.now(), caller.actor.clone());
        let attempt = move |reader: &mut dyn Reader| {
            let mut preview = Preview::new(reader, capabilities).map_err(outlook::fault)?;
            would(&mut preview, &instances, &operation, &actor, now)
        };
        return state.readers.read(attempt).await.map(JsonAnswer);
    }
    let body = Body::OperateMany { instances, filter: filter.into(), operation, reason: request.reason.into() };
    match submit(&state, caller, &bytes, body).await? {
        Reply::Batch(id) => {
            // by now the filter may mean others: the batch itself says how many it has, also when the same is asked again
            let matched = state.readers.read(move |reader| total(reader, id)).await?;
            let (tried, would_change, would_fail, failures) = (None, None, None, Vec::new());
            Ok(JsonAnswer(BatchAnswer { id: Some(id.to_string()), matched, tried, would_change, would_fail, failures }))
        }
        other => Err(unexpected(&other)),
    }
}

async fn meant(readers: &Readers, filter: InstanceFilter) -> Result<Vec<InstanceId>, Problem> {
    let note = |ids: &mut Vec<InstanceId>, found: Found| {
        ids.push(found.instance.id());
        ids.len() <= MAX_INSTANCES
    };
    let ids = filter.gather(readers, Vec::new(), note).await?;
    if ids.len() > MAX_INSTANCES {
        let detail = format!("the filter means more than {MAX_INSTANCES} instances; divide them, by started_before say");
        return Err(Problem::new("invalid", detail));
    }
    Ok(ids)
}

fn total(reader: &mut dyn Reader, id: BatchId) -> Result<usize, Problem> {
    match readers::state(reader, &AnyKey::Batch(id))? {
        Some(AnyState::Batch(batch)) => Ok(batch.total as usize),
        _ => Err(Problem::not_found(format_args!("batch {id}"))),
    }
}

/// Tries it on each, as the batch would.
fn would(
    preview: &mut Preview<'_>,
    instances: &[InstanceId],
    operation: &Operation,
    actor: &Actor,
    now: Timestamp,
) -> Result<BatchAnswer, Problem> {
    let (mut failures, mut causes) = (Vec::new(), BTreeMap::new());
    let matched = instances.len();
    // each holds a reader up, and those that others wait for are few
    let instances = instances.get(..TRIED).unwrap_or(instances);
    for instance in instances {
        let body = Body::Operate { instance: *instance, operation: operation.clone(), reason: Text::default() };
        let command = Command { at: now, actor: actor.clone(), key: None, body, trace: None };
        if let Err(refusal) = preview.decide(command).map_err(outlook::fault)?.reply {
            let cause = refusal.to_string();
            // the number of the instance is no part of the cause
            let general = cause.replace(&instance.to_string(), "the instance");
            *causes.entry(general).or_insert(0) += 1;
            failures.push(Failure { instance: instance.to_string(), cause });
        }
    }
    let would_change = Some(instances.len() - failures.len());
    failures.truncate(LISTED);
    let tried = Some(instances.len());
    Ok(BatchAnswer { id: None, matched, tried, would_change, would_fail: Some(causes), failures })
}

fn view(batch: &Batch) -> BatchView {
    BatchView {
        id: batch.id.to_string(),
        operation: batch.operation.name(),
        status: batch.status(),
        filter: batch.filter.to_string(),
        by: batch.by.id.to_string(),
        reason: batch.reason.to_string(),
        begun_at: batch.begun_at.to_string(),
        ended_at: batch.ended_at.map(|at| at.to_string()),
        total: batch.total,
        done: batch.done,
        failed: batch.failed,
        failures: Vec::new(),
    }
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Listing {
    /// `running`, `done` or `stopped`.
    status: Option<String>,
    /// `next` of the page before.
    after: Option<String>,
    /// Entries on a page: 1 to 500, 50 unless given.
    limit: Option<usize>,
}

/// List batches, the newest first.
#[utoipa::path(get, path = "/v1/batches", tag = "processes", params(Listing), responses((status = 200, body = Page<BatchView>)))]
async fn list(State(state): State<AppState>, _: Reading, Query(listing): Query<Listing>) -> Result<Listed, Problem> {
    page::check_status(listing.status.as_deref(), &["running", "done", "stopped"])?;
    let read = move |reader: &mut dyn Reader| {
        let filters = [(Column::Status, listing.status.as_deref())];
        page::counted(reader, Table::Batch, &filters, listing.after.as_deref(), listing.limit, |_, _, state| match state {
            AnyState::Batch(batch) => Some(view(&batch)),
            _ => None,
        })
    };
    state.readers.list(read).await
}

/// Show how far a batch is, and what could not be changed.
#[utoipa::path(get, path = "/v1/batches/{batch}", tag = "processes", params(("batch" = String, Path)), responses((status = 200, body = BatchView)))]
async fn show(
    State(state): State<AppState>,
    _: Reading,
    Path(batch): Path<String>,
) -> Result<crate::version::Versioned<BatchView>, Problem> {
    let batch: BatchId = id(&batch)?;
    state.readers.read(move |reader| detailed(reader, batch)).await
}

fn detailed(reader: &mut dyn Reader, id: BatchId) -> Result<crate::version::Versioned<BatchView>, Problem> {
    let Some(AnyState::Batch(batch)) = readers::state(reader, &AnyKey::Batch(id))? else {
        return Err(Problem::not_found(format_args!("batch {id}")));
    };
    let version = runtime::Version::of(&AnyState::Batch(batch.clone()).encode());
    let mut shown = view(&batch);
    for part in 0..batch.parts() {
        let Some(AnyState::BatchPart(part)) = readers::state(reader, &AnyKey::BatchPart(id, part))? else { continue };
        let failures = part.failures.iter();
        shown
            .failures
            .extend(failures.map(|(instance, cause)| Failure { instance: instance.to_string(), cause: cause.to_string() }));
        if shown.failures.len() >= LISTED {
            shown.failures.truncate(LISTED);
            break;
        }
    }
    Ok(crate::version::Versioned(shown, version))
}

/// Stop a batch; what it has done stays done.
#[utoipa::path(post, path = "/v1/batches/{batch}/stop", tag = "processes", params(("batch" = String, Path), ("Idempotency-Key" = String, Header)), request_body = Nothing,
    responses((status = 200, body = Accepted)))]
async fn stop(
    State(state): State<AppState>,
    caller: Caller,
    Path(batch): Path<String>,
    Json(Nothing {}, bytes): Json<Nothing>,
) -> Result<JsonAnswer<Accepted>, Problem> {
    let batch: BatchId = id(&batch)?;
    Ok(JsonAnswer(accepted(&submit(&state, caller.on(AnyKey::Batch(batch)), &bytes, Body::StopBatch(batch)).await?)))
}
