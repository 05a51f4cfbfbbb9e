//! Jobs of workers: programs in any language lease them, do them, and say what came of them.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Json as JsonAnswer;
use axum::extract::State;
use engine::InstanceId;
use partition::job::{Leased, STATUSES};
use partition::row::Column;
use partition::{AnyKey, AnyState, Body, JobAnswer, JobId, Reply, Table, WorkerJob};
use serde::{Deserialize, Serialize};
use store::{Reader, RowQuery};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Identity;
use crate::extract::{Caller, Json, Path, Query, Reading};
use crate::page::{self, Listed, Page};
use crate::problem::Problem;
use crate::readers;
use crate::resource::exceptions::variables;
use crate::resource::id;
use crate::resource::instances::models::Models;
use crate::resource::stock::{Accepted, accepted};
use crate::state::AppState;
use crate::submit::{if_match, submit, unexpected};

/// How many jobs one request leases at most.
const MAX_JOBS: usize = 1_000;
/// How long a request waits for a job unless it says otherwise, and how long at most: what stands between may end it after a minute.
const WAIT_MS: u64 = 10_000;
const MAX_WAIT_MS: u64 = 60_000;
/// How long a worker has a job unless it says otherwise.
const LEASE_MS: u64 = 300_000;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(activate))
        .routes(routes!(complete))
        .routes(routes!(fail))
        .routes(routes!(throw))
        .routes(routes!(extend))
}

type Object = serde_json::Map<String, serde_json::Value>;

/// What a worker asks for.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Activation {
    /// The type of the jobs, as the model has it.
    #[serde(rename = "type")]
    kind: String,
    /// What the worker calls itself, for people who look at its jobs.
    worker: String,
    /// How many jobs at most: 1 to 1,000, 1 unless given.
    #[serde(default = "one")]
    limit: usize,
    /// How long it has them, in milliseconds: 100 to a day, five minutes unless given. After that others get them.
    #[serde(default = "five_minutes")]
    lease_ms: u64,
    /// How long to wait for a job if there is none, in milliseconds: up to 60,000, 10,000 unless given.
    #[serde(default = "ten_seconds")]
    wait_ms: u64,
    /// Names of the variables that it needs; all that are visible to the job unless given.
    #[serde(default)]
    variables: Option<Vec<String>>,
}

fn one() -> usize {
    1
}

fn five_minutes() -> u64 {
    LEASE_MS
}

fn ten_seconds() -> u64 {
    WAIT_MS
}

/// The jobs that a worker has now.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Activated {
    /// The jobs, in the order in which they are to be done; none if there was none in time.
    jobs: Vec<LeasedJob>,
}

/// A job, with all that its worker needs.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct LeasedJob {
    /// Its number.
    id: String,
    /// The number of the lease: every answer names it.
    lease: u32,
    /// Until when the worker has it.
    lease_until: String,
    /// Its type.
    #[serde(rename = "type")]
    kind: String,
    /// Higher ones first.
    priority: i32,
    /// How often it may still be tried, this time included.
    retries: u32,
    /// When it was created.
    created_at: String,
    /// The process instance.
    instance: String,
    /// The id of its process.
    process: String,
    /// The version of the process.
    version: u32,
    /// What the instance is about, such as an order number.
    #[serde(skip_serializing_if = "Option::is_none")]
    business_key: Option<String>,
    /// The id of the element.
    element: String,
    /// Its name.
    element_name: String,
    /// For the job of a listener what it listens for: `start`, `end`, `creating`, `assigning`, `updating` or `completing`.
    #[serde(skip_serializing_if = "Option::is_none")]
    listens_for: Option<&'static str>,
    /// For a listener of a user task what the task is to carry.
    #[serde(skip_serializing_if = "Option::is_none")]
    task: Option<ChangingTask>,
    /// The task headers of the model.
    headers: BTreeMap<String, String>,
    /// The variables, by name.
    #[schema(value_type = Object)]
    variables: serde_json::Value,
}

/// What a user task is to carry once its listeners let that through.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ChangingTask {
    /// Who is to do it.
    assignee: Option<String>,
    /// Groups of which anybody may do it.
    candidate_groups: Vec<String>,
    /// People of whom anybody may do it.
    candidate_users: Vec<String>,
    /// By when it is to be done.
    due: Option<String>,
    /// When it is to be looked at.
    follow_up: Option<String>,
    /// 0 to 100.
    priority: u8,
    /// The form to fill in.
    form: Option<String>,
}

impl From<&engine::TaskDetails> for ChangingTask {
    fn from(details: &engine::TaskDetails) -> Self {
        let texts = |names: &[units::Text]| names.iter().map(ToString::to_string).collect();
        Self {
            assignee: details.assignee.as_ref().map(ToString::to_string),
            candidate_groups: texts(&details.candidate_groups),
            candidate_users: texts(&details.candidate_users),
            due: details.due.map(|due| due.to_string()),
            follow_up: details.follow_up.map(|moment| moment.to_string()),
            priority: details.priority,
            form: details.form.as_ref().map(ToString::to_string),
        }
    }
}

/// What a look at the store has found.
enum Look {
    /// This attempt was made before, under the same key.
    Repeated,
    /// Jobs that may be leased, in the order in which they are to be done.
    Jobs(Vec<JobId>),
}

/// Lease jobs of a type: the highest priority first, then the oldest. If there is none, the answer waits for one.
#[utoipa::path(post, path = "/v1/jobs/activate", tag = "jobs", params(("Idempotency-Key" = String, Header)), request_body = Activation,
    responses((status = 200, body = Activated)))]
async fn activate(
    State(state): State<AppState>,
    identity: Identity,
    caller: Caller,
    Json(request, bytes): Json<Activation>,
) -> Result<JsonAnswer<Activated>, Problem> {
    check(&request)?;
    if_match(&caller)?;
    // of programs that the record knows it is decided with each job, too; said here before anybody waits for one in vain
    if !identity.rights.may_do(&request.kind) {
        let (who, types) = (&caller.actor.id, identity.rights.job_types.join(", "));
        let detail = format!("{who} is there for jobs of the types {types}, and not for {}", request.kind);
        return Err(Problem::new("not_allowed", detail));
    }
    let deadline = tokio::time::Instant::now() + Duration::from_millis(request.wait_ms);
    let asking = state.partition.offers().ask_for(&request.kind);
    // a repeated request finds its earlier attempts again: each has a key of its own, since one in vain is no answer yet
    for attempt in 0.. {
        let caller = caller.part(attempt);
        let body = loop {
            let next = asking.next();
            let turn = asking.turn().await;
            let (key, kind, limit) = (caller.key.clone(), request.kind.clone(), request.limit);
            let jobs = match state.readers.read(move |reader| look(reader, &key, &kind, limit)).await? {
                Look::Repeated => Vec::new(),
                Look::Jobs(jobs) if jobs.is_empty() => {
                    drop(turn);
                    tokio::select! {
                        () = next => continue,
                        () = tokio::time::sleep_until(deadline) => {}
                        () = state.live.stopping() => {}
                    }
                    return Ok(JsonAnswer(Activated { jobs: Vec::new() }));
                }
                Look::Jobs(jobs) => jobs,
            };
            let lease = Body::LeaseJobs { jobs, worker: request.worker.as_str().into(), lease_ms: request.lease_ms };
            break submit(&state, caller.clone(), &bytes, lease).await?;
        };
        let leased = leased(body)?;
        if !leased.is_empty() {
            let wanted = request.variables;
            let models = state.readers.models();
            let jobs = state.readers.read(move |reader| views(reader, &models, &leased, wanted.as_deref())).await?;
            return Ok(JsonAnswer(Activated { jobs }));
        }
    }
    Err(Problem::new("internal", "a request was tried more often than there are numbers"))
}

fn check(request: &Activation) -> Result<(), Problem> {
    let invalid = |detail: String| Err(Problem::new("invalid", detail));
    if request.kind.is_empty() {
        return invalid("type is empty: name the type of the jobs, as the model has it".to_owned());
    }
    if !(1..=MAX_JOBS).contains(&request.limit) {
        return invalid(format!("limit is {}: use 1 to {MAX_JOBS}", request.limit));
    }
    if request.wait_ms > MAX_WAIT_MS {
        return invalid(format!("wait_ms is {}: use 0 to {MAX_WAIT_MS}, and ask again", request.wait_ms));
    }
    Ok(())
}

fn look(reader: &mut dyn Reader, key: &str, kind: &str, limit: usize) -> Result<Look, Problem> {
    if reader.reply(key)?.is_some() {
        return Ok(Look::Repeated);
    }
    let query = RowQuery::table(Table::Job).begins(Column::Label, WorkerJob::turns_of(kind)).limit(limit);
    let mut jobs = Vec::new();
    for (row, found) in reader.rows(&query)? {
        if let AnyState::Job(job) = readers::decode(Table::Job, &row, &found.data)? {
            jobs.push(job.id);
        }
    }
    Ok(Look::Jobs(jobs))
}

fn leased(reply: Reply) -> Result<Vec<Leased>, Problem> {
    match reply {
        Reply::Leased(leased) => Ok(leased),
        other => Err(unexpected(&other)),
    }
}

/// The jobs as their worker needs them; what has ended in the meantime, or is another's by now, is left out.
fn views(
    reader: &mut dyn Reader,
    models: &Models,
    leased: &[Leased],
    wanted: Option<&[String]>,
) -> Result<Vec<LeasedJob>, Problem> {
    let mut jobs = Vec::with_capacity(leased.len());
    for lease in leased {
        let Some(AnyState::Job(job)) = readers::state(reader, &AnyKey::Job(lease.job))? else { continue };
        let Some(current) = job.current_lease().filter(|current| current.number == lease.lease) else { continue };
        let Some(AnyState::Instance(instance)) = readers::state(reader, &AnyKey::Instance(lease.job.instance))? else {
            continue;
        };
        let definition = models.of(reader, &instance)?;
        let Some(process) = definition.as_ref().and_then(|definition| definition.process()) else { continue };
        let (key, index) = (job.id.job, instance.element_of(job.id.job));
        let Some(element) = index.map(|index| process.element(index)) else { continue };
        let headers = instance.job_model(process, key).map(|model| model.headers.as_slice()).unwrap_or_default();
        let all = instance.job_variables(key);
        let is_wanted = |name: &str| wanted.is_none_or(|wanted| wanted.iter().any(|wanted| wanted == name));
        let some = all.iter().filter(|(name, _)| is_wanted(name)).map(|(name, value)| (name.to_string(), value.to_json()));
        jobs.push(LeasedJob {
            id: job.id.to_string(),
            lease: current.number,
            lease_until: current.until.to_string(),
            kind: job.kind.to_string(),
            priority: job.priority,
            retries: instance.job_retries(key).unwrap_or_default(),
            created_at: job.created_at.to_string(),
            instance: instance.id().to_string(),
            process: instance.process_id().to_string(),
            version: instance.version(),
            business_key: partition::instance::business_key(&instance).map(Into::into),
            element: element.id().to_owned(),
            element_name: element.name().to_owned(),
            listens_for: instance.listens_for(process, key).map(|point| point.name()),
            task: instance.changing_task(key).map(ChangingTask::from),
            headers: headers.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect(),
            variables: serde_json::Value::Object(some.collect()),
        });
    }
    Ok(jobs)
}

/// The results of a job.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct JobCompletion {
    /// The number of the lease.
    lease: u32,
    /// Result variables, by name.
    #[serde(default)]
    #[schema(value_type = Object)]
    variables: Object,
    /// What a listener of a user task decides: `{"denied", "deniedReason", "corrections": {"assignee", "candidateUsers",
    /// "candidateGroups", "dueDate", "followUpDate", "priority"}}`; or the worker that leads an ad-hoc sub-process:
    /// `{"activateElements": [{"elementId", "variables"}], "isCompletionConditionFulfilled", "isCancelRemainingInstances"}`.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    result: Option<Object>,
}

/// Complete a job.
#[utoipa::path(post, path = "/v1/jobs/{job}/completion", tag = "jobs", params(("job" = String, Path), ("Idempotency-Key" = String, Header)), request_body = JobCompletion,
    responses((status = 200, body = Accepted)))]
async fn complete(
    State(state): State<AppState>,
    caller: Caller,
    Path(job): Path<String>,
    Json(request, bytes): Json<JobCompletion>,
) -> Result<JsonAnswer<Accepted>, Problem> {
    let result = request.result.map(variables).transpose()?;
    let answer = JobAnswer::Completed { variables: variables(request.variables)?, result };
    tell(&state, caller, &bytes, &job, request.lease, answer).await
}

/// Why a job could not be done.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct JobFailure {
    /// The number of the lease.
    lease: u32,
    /// Why, in words.
    message: String,
    /// How often it may still be tried; one time less than before unless given. With none left it is an incident.
    #[serde(default)]
    retries: Option<u32>,
    /// How long it rests before the next try, in milliseconds; as the model says unless given.
    #[serde(default)]
    backoff_ms: Option<u64>,
}

/// Say that a job could not be done.
#[utoipa::path(post, path = "/v1/jobs/{job}/failure", tag = "jobs", params(("job" = String, Path), ("Idempotency-Key" = String, Header)), request_body = JobFailure,
    responses((status = 200, body = Accepted)))]
async fn fail(
    State(state): State<AppState>,
    caller: Caller,
    Path(job): Path<String>,
    Json(request, bytes): Json<JobFailure>,
) -> Result<JsonAnswer<Accepted>, Problem> {
    let JobFailure { lease, message, retries, backoff_ms } = request;
    let answer = JobAnswer::Failed { retries, message: message.into(), rest_ms: backoff_ms };
    tell(&state, caller, &bytes, &job, lease, answer).await
}

/// What the model calls an error.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct JobError {
    /// The number of the lease.
    lease: u32,
    /// The error's code in the model.
    code: String,
    /// In words.
    #[serde(default)]
    message: String,
    /// What its handler gets to know.
    #[serde(default)]
    #[schema(value_type = Object)]
    variables: Object,
}

/// Throw a BPMN error out of a job. Where nobody catches it, it is an incident.
#[utoipa::path(post, path = "/v1/jobs/{job}/error", tag = "jobs", params(("job" = String, Path), ("Idempotency-Key" = String, Header)), request_body = JobError,
    responses((status = 200, body = Accepted)))]
async fn throw(
    State(state): State<AppState>,
    caller: Caller,
    Path(job): Path<String>,
    Json(request, bytes): Json<JobError>,
) -> Result<JsonAnswer<Accepted>, Problem> {
    let variables = variables(request.variables)?;
    let answer = JobAnswer::Error { code: request.code.into(), message: request.message.into(), variables };
    tell(&state, caller, &bytes, &job, request.lease, answer).await
}

async fn tell(
    state: &AppState,
    caller: Caller,
    bytes: &[u8],
    job: &str,
    lease: u32,
    answer: JobAnswer,
) -> Result<JsonAnswer<Accepted>, Problem> {
    let body = Body::AnswerJob { job: job_id(job)?, lease, answer };
    Ok(JsonAnswer(accepted(&submit(state, caller, bytes, body).await?)))
}

/// More time for a job.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Extension {
    /// The number of the lease.
    lease: u32,
    /// How long from now, in milliseconds: 100 to a day.
    lease_ms: u64,
}

/// A lease with its new end.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Extended {
    /// The number of the lease.
    lease: u32,
    /// Until when the worker has the job.
    lease_until: String,
}

/// Have a job for longer, or shorter.
#[utoipa::path(post, path = "/v1/jobs/{job}/lease", tag = "jobs", params(("job" = String, Path), ("Idempotency-Key" = String, Header)), request_body = Extension,
    responses((status = 200, body = Extended)))]
async fn extend(
    State(state): State<AppState>,
    caller: Caller,
    Path(job): Path<String>,
    Json(request, bytes): Json<Extension>,
) -> Result<JsonAnswer<Extended>, Problem> {
    let Extension { lease, lease_ms } = request;
    let reply = submit(&state, caller, &bytes, Body::ExtendLease { job: job_id(&job)?, lease, lease_ms }).await?;
    let extended = leased(reply)?.into_iter().next().ok_or_else(|| Problem::not_found(format_args!("job {job}")))?;
    Ok(JsonAnswer(Extended { lease: extended.lease, lease_until: extended.until.to_string() }))
}

fn job_id(text: &str) -> Result<JobId, Problem> {
    let job: JobId = id(text)?;
    // the instance has to be one that a store can number
    let _: InstanceId = id(&job.instance.to_string())?;
    Ok(job)
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct JobFilter {
    /// The type of the jobs.
    #[serde(rename = "type")]
    #[param(rename = "type")]
    kind: Option<String>,
    /// `available`, `leased` or `resting`.
    status: Option<String>,
    /// Only jobs of this process instance.
    instance: Option<String>,
    /// `next` of the page before.
    after: Option<String>,
    /// Entries on a page: 1 to 500, 50 unless given.
    limit: Option<usize>,
}

/// A job that waits for a worker, or that one has.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct JobView {
    /// Its number.
    id: String,
    /// Its type.
    #[serde(rename = "type")]
    kind: String,
    /// `available`, `leased`, or `resting` until its next try or the resumption of its instance.
    status: &'static str,
    /// The process instance.
    instance: String,
    /// Higher ones first.
    priority: i32,
    /// When it was created.
    created_at: String,
    /// How often it was leased.
    leases: u32,
    /// What the worker that has it calls itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    worker: Option<String>,
    /// Who leased it, as the record names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    leased_by: Option<String>,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    lease_until: Option<String>,
}

impl From<&WorkerJob> for JobView {
    fn from(job: &WorkerJob) -> Self {
        let lease = job.current_lease();
        Self {
            id: job.id.to_string(),
            kind: job.kind.to_string(),
            status: job.status(),
            instance: job.id.instance.to_string(),
            priority: job.priority,
            created_at: job.created_at.to_string(),
            leases: job.leases,
            worker: lease.map(|lease| lease.worker.to_string()),
            leased_by: lease.map(|lease| lease.by.to_string()),
            lease_until: lease.map(|lease| lease.until.to_string()),
        }
    }
}

/// List open jobs of workers, the newest instance first.
#[utoipa::path(get, path = "/v1/jobs", tag = "jobs", params(JobFilter), responses((status = 200, body = Page<JobView>)))]
async fn list(State(state): State<AppState>, _: Reading, Query(filter): Query<JobFilter>) -> Result<Listed, Problem> {
    page::check_status(filter.status.as_deref(), &STATUSES)?;
    let instance = filter.instance.as_deref().map(id::<InstanceId>).transpose()?.map(|id| id.to_string());
    let read = move |reader: &mut dyn Reader| {
        let filters = [(Column::Status, filter.status.as_deref()), (Column::Parent, instance.as_deref())];
        page::read(reader, Table::Job, &filters, filter.after.as_deref(), filter.limit, |_, _, state| match state {
            AnyState::Job(job) if filter.kind.as_ref().is_none_or(|kind| job.kind == kind.as_str()) => {
                Some(JobView::from(&*job))
            }
            _ => None,
        })
    };
    state.readers.list(read).await
}
