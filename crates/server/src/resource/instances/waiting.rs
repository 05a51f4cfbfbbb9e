//! Why is it waiting? For each token: for what, since when, until when, what would release it, and who can. Called instances are
//! followed down to the last one, and what the trade knows (effects, exceptions) is joined.

use std::sync::Arc;

use axum::Json as JsonAnswer;
use axum::extract::State;
use connect::{CircuitState, Connections};
use engine::{InstanceId, Waiting, WaitsFor};
use partition::instance::{business_key, state};
use partition::row::Column;
use partition::{AnyKey, AnyState, Effect, EffectId, JobId, Table, WorkerJob};
use serde::Serialize;
use store::{Reader, RowQuery};
use trade::exception::{Exception, TaskRef};
use trade::{Aggregate, Books, Key, Kind, OrderId};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::filter::{Found, InstanceFilter};
use super::list::running;
use super::models::Models;
use crate::extract::{Path, Reading};
use crate::problem::Problem;
use crate::readers;
use crate::resource::jobs::JobView;
use crate::resource::{aggregate, id};
use crate::state::AppState;
use crate::view;

/// How deep calls are followed; processes that call themselves have to end somewhere.
const MAX_DEPTH: usize = 50;
/// How many instances of an order are told.
const MAX_INSTANCES: usize = 100;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(of_instance)).routes(routes!(of_order))
}

/// What an instance waits for.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct WaitingView {
    /// The instance.
    instance: String,
    /// The id of its process.
    process: String,
    /// The version of the process.
    version: u32,
    /// `running`, `suspended` or `incident`.
    state: &'static str,
    /// What it is about, such as an order number.
    business_key: Option<String>,
    /// What each token waits for, the longest wait first.
    waiting: Vec<WaitView>,
    /// Why something is null that its expressions and decisions gave: it went on with that.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<WarningView>,
    /// The last decisions that it made, the oldest first: which rules matched on which inputs. The timeline of an order has all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    decisions: Vec<DecisionView>,
}

/// Why something is null that a process computed.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct WarningView {
    /// The id of the element.
    element: String,
    /// What was computed, such as `mapping to `x``.
    of: String,
    /// The expression, the place in it, and the reason.
    why: String,
    /// When that was found first.
    since: String,
}

/// A decision that a business rule task has made.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct DecisionView {
    /// The id of the element.
    element: String,
    /// The id of the decision.
    decision: String,
    /// The version of the model that has it.
    version: Option<u32>,
    /// What it gave, in FEEL; long values are cut off.
    result: String,
    /// Every decision of the graph, in the order in which they were made.
    explained: Vec<ExplainedDecisionView>,
    /// When.
    at: String,
}

/// What one decision of a graph saw and gave.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ExplainedDecisionView {
    /// The id of the decision.
    decision: String,
    /// The inputs of its table with their values; long ones are cut off.
    inputs: Vec<String>,
    /// The numbers of the rules that matched, from 1.
    rules: Vec<u32>,
    /// What it gave.
    output: String,
}

/// Something that an instance waits for.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct WaitView {
    /// The id of the element.
    element: String,
    /// Its name.
    name: String,
    /// The key under which it is answered.
    key: u32,
    /// `job`, `task`, `timer`, `message`, `signal`, `call`, `incident`, `tokens`, `items`, `ad_hoc`, `compensation` or `turn`.
    waits_for: &'static str,
    /// Since when.
    since: String,
    /// Until when at the latest, if there is an end to it.
    until: Option<String>,
    /// What would release it.
    release: String,
    /// Who can.
    who: String,
    /// The form that a person fills in.
    #[serde(skip_serializing_if = "Option::is_none")]
    form: Option<FormWait>,
    /// What another system was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    effect: Option<EffectWait>,
    /// The job of a worker.
    #[serde(skip_serializing_if = "Option::is_none")]
    job: Option<JobView>,
    /// The exception that a person decides on.
    #[serde(skip_serializing_if = "Option::is_none")]
    exception: Option<ExceptionWait>,
    /// The called instance, and what it waits for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(no_recursion)]
    called: Option<Box<WaitingView>>,
}

/// A form that a person fills in.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct FormWait {
    /// Its id, or its key where it is kept.
    id: String,
    /// Its version, if it is not the latest.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u32>,
}

/// A call to another system that is not confirmed.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct EffectWait {
    /// Its number, which the system sees as idempotency key.
    id: String,
    /// What was asked for.
    capability: String,
    /// `pending`, or `dead` if it could not be delivered.
    status: &'static str,
    /// When it was requested.
    requested_at: String,
    /// The system that has it.
    system: Option<String>,
    /// `closed` (up), `open` (down) or `half_open`.
    circuit: Option<&'static str>,
    /// How often it was tried since the start of the server.
    attempts: Option<u32>,
    /// Why it could not be delivered, or what went wrong last at the system.
    cause: Option<String>,
}

/// An exception: who owns it, and its clock.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ExceptionWait {
    /// Its number.
    id: String,
    /// Its type.
    kind: String,
    /// In words.
    reason: String,
    /// The role that owns it.
    owner: String,
    /// The person who has it.
    assignee: Option<String>,
    /// By when it should be resolved.
    resolve_by: String,
    /// What may be done.
    actions: Vec<String>,
}

/// What an order waits for.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct OrderWaiting {
    /// The order.
    order: String,
    /// Its status.
    status: String,
    /// Its process instances that run.
    instances: Vec<WaitingView>,
    /// Open exceptions of the order.
    exceptions: Vec<ExceptionWait>,
}

/// What tells why something waits beside the store.
pub(super) struct Known {
    connections: Arc<Connections>,
    pub(super) models: Models,
}

impl Known {
    pub(super) fn of(state: &AppState) -> Self {
        Self { connections: Arc::clone(&state.connections), models: state.readers.models() }
    }
}

/// Say why an instance waits: for what, since when, until when, what would release it, and who can.
#[utoipa::path(get, path = "/v1/instances/{instance}/waiting", tag = "processes", params(("instance" = String, Path)), responses((status = 200, body = WaitingView)))]
async fn of_instance(
    State(state): State<AppState>,
    _: Reading,
    Path(instance): Path<String>,
) -> Result<JsonAnswer<WaitingView>, Problem> {
    let instance: InstanceId = id(&instance)?;
    let known = Known::of(&state);
    let read = move |reader: &mut dyn Reader| {
        let found = running(reader, &known.models, instance)?;
        whole(reader, &known, &found, 0)
    };
    state.readers.read(read).await.map(JsonAnswer)
}

/// Say why an order waits: its process instances, and its open exceptions.
#[utoipa::path(get, path = "/v1/orders/{order}/waiting", tag = "orders", params(("order" = String, Path)), responses((status = 200, body = OrderWaiting)))]
async fn of_order(
    State(state): State<AppState>,
    _: Reading,
    Path(order): Path<String>,
) -> Result<JsonAnswer<OrderWaiting>, Problem> {
    let order: OrderId = id(&order)?;
    let Aggregate::Order(found) = aggregate(&state, Key::Order(order)).await? else {
        return Err(Problem::not_found(format_args!("order {order}")));
    };
    let known = Known::of(&state);
    let read = move |reader: &mut dyn Reader| {
        let filter = InstanceFilter { business_key: Some(order.to_string()), ..InstanceFilter::default() };
        let all = filter.find(reader, &known.models, None, MAX_INSTANCES)?;
        // what is called is told where it is called
        let begun: Vec<&Found> = all.iter().filter(|found| !is_called(found, &all)).collect();
        let mut instances = Vec::with_capacity(begun.len());
        for found in begun.into_iter().rev() {
            instances.push(whole(reader, &known, found, 0)?);
        }
        let exceptions = open_exceptions(reader, order)?;
        Ok(OrderWaiting { order: order.to_string(), status: view::name(&found.status()), instances, exceptions })
    };
    state.readers.read(read).await.map(JsonAnswer)
}

fn is_called(found: &Found, all: &[Found]) -> bool {
    let caller = found.instance.parent().map(|parent| parent.instance);
    caller.is_some_and(|caller| all.iter().any(|other| other.instance.id() == caller))
}

fn open_exceptions(reader: &mut dyn Reader, order: OrderId) -> Result<Vec<ExceptionWait>, Problem> {
    let table = Table::Trade(Kind::Exception);
    let rows = reader.rows(&RowQuery::table(table).is(Column::Parent, order.to_string()).limit(1_000))?;
    let mut open = Vec::new();
    for (key, row) in &rows {
        if let AnyState::Trade(Aggregate::Exception(exception), _) = readers::decode(table, key, &row.data)?
            && exception.is_open()
        {
            open.push(of_exception(&exception));
        }
    }
    Ok(open)
}

fn whole(reader: &mut dyn Reader, known: &Known, found: &Found, depth: usize) -> Result<WaitingView, Problem> {
    let instance = &found.instance;
    Ok(WaitingView {
        instance: instance.id().to_string(),
        process: instance.process_id().to_string(),
        version: instance.version(),
        state: state(instance).name(),
        business_key: business_key(instance).map(Into::into),
        waiting: of(reader, known, found, depth)?,
        warnings: warnings(found),
        decisions: decisions(found),
    })
}

/// The decisions that were made last for an instance: which rules matched on which inputs.
pub(super) fn decisions(found: &Found) -> Vec<DecisionView> {
    let of = |explained: &engine::ExplainedDecision| ExplainedDecisionView {
        decision: explained.decision.to_string(),
        inputs: explained.inputs.iter().map(|(label, value)| format!("{label} = {value}")).collect(),
        rules: explained.rules.iter().map(|(number, _)| *number).collect(),
        output: explained.output.to_string(),
    };
    let view = |made: &engine::DecisionMade| DecisionView {
        element: made.element.to_string(),
        decision: made.decision.to_string(),
        version: made.explained.version,
        result: made.result.to_string(),
        explained: made.explained.decisions.iter().map(of).collect(),
        at: made.at.to_string(),
    };
    found.instance.decisions().iter().map(view).collect()
}

/// What an instance went on with although it is null for a reason.
pub(super) fn warnings(found: &Found) -> Vec<WarningView> {
    let view = |warning: &engine::Warning| WarningView {
        element: warning.element.to_string(),
        of: warning.of.to_string(),
        why: warning.why.to_string(),
        since: warning.since.to_string(),
    };
    found.instance.warnings().iter().map(view).collect()
}

/// What an instance waits for.
pub(super) fn of(reader: &mut dyn Reader, known: &Known, found: &Found, depth: usize) -> Result<Vec<WaitView>, Problem> {
    let Some(process) = found.definition.as_ref().and_then(|definition| definition.process()) else { return Ok(Vec::new()) };
    let mut views = Vec::new();
    for waiting in found.instance.waiting(process) {
        let element = process.element(match &waiting.what {
            WaitsFor::Timer { target, .. } | WaitsFor::Message { target, .. } | WaitsFor::Signal { target, .. } => *target,
            _ => waiting.element,
        });
        let mut view = WaitView {
            element: element.id().to_owned(),
            name: element.name().to_owned(),
            key: waiting.key,
            waits_for: kind(&waiting.what),
            since: waiting.since.to_string(),
            until: waiting.until.map(|until| until.to_string()),
            release: waiting.release.to_string(),
            who: waiting.who.to_string(),
            form: form(&waiting.what),
            effect: None,
            job: None,
            exception: None,
            called: None,
        };
        join(reader, known, found.instance.id(), &waiting, depth, &mut view)?;
        views.push(view);
    }
    Ok(views)
}

fn form(what: &WaitsFor) -> Option<FormWait> {
    match what {
        WaitsFor::Task { form: Some((id, version)), .. } => Some(FormWait { id: id.to_string(), version: *version }),
        _ => None,
    }
}

fn kind(what: &WaitsFor) -> &'static str {
    match what {
        WaitsFor::Job { .. } => "job",
        WaitsFor::Task { .. } => "task",
        WaitsFor::Timer { .. } => "timer",
        WaitsFor::Message { .. } => "message",
        WaitsFor::Signal { .. } => "signal",
        WaitsFor::Child(_) => "call",
        WaitsFor::Incident(_) => "incident",
        WaitsFor::Tokens(_) => "tokens",
        WaitsFor::AdHoc => "ad_hoc",
        WaitsFor::Items { .. } => "items",
        WaitsFor::Compensation => "compensation",
        WaitsFor::Turn => "turn",
    }
}

/// Adds what others know of it: the system that was asked, the exception that somebody decides on, the instance that was called.
fn join(
    reader: &mut dyn Reader,
    known: &Known,
    id: InstanceId,
    waiting: &Waiting,
    depth: usize,
    view: &mut WaitView,
) -> Result<(), Problem> {
    match &waiting.what {
        WaitsFor::Job { .. } => {
            let effect = EffectId::of_job(id, waiting.key);
            if let Some(AnyState::Effect(effect)) = readers::state(reader, &AnyKey::Effect(effect))?
                && !effect.resting
            {
                asked(reader, &known.connections, &effect, view);
            }
            let job = JobId { instance: id, job: waiting.key };
            if let Some(AnyState::Job(job)) = readers::state(reader, &AnyKey::Job(job))? {
                of_worker(&job, view);
            }
        }
        WaitsFor::Task { .. } | WaitsFor::Incident(_) => {
            let task = TaskRef { instance: id.0, task: waiting.key };
            let books: &mut dyn Books = &mut readers::Stored(reader);
            let exception = trade::exception::of_task(books, task).ok().flatten();
            if let Some(exception) = exception.and_then(|id| books.exception(&id).ok().flatten()) {
                decided_by(&exception, view);
            }
            if let WaitsFor::Incident(message) = &waiting.what {
                view.release = format!("{message}: {}", view.release);
            }
        }
        WaitsFor::Child(Some(called)) if depth < MAX_DEPTH => {
            if let Ok(found) = running(reader, &known.models, *called) {
                view.called = Some(Box::new(whole(reader, known, &found, depth + 1)?));
            }
        }
        _ => {}
    }
    Ok(())
}

/// A worker does it: the one that has it, or any that asks for its type.
fn of_worker(job: &WorkerJob, view: &mut WaitView) {
    if let Some(lease) = job.current_lease() {
        view.who = format!("the worker {} ({}), which has it", lease.worker, lease.by);
        view.until = Some(lease.until.to_string());
        view.release = format!("{}; after {} others may have it", view.release, lease.until);
    }
    view.job = Some(JobView::from(job));
}

/// Another system was asked: it has to confirm, or somebody has to send it again.
fn asked(reader: &mut dyn Reader, connections: &Connections, effect: &Effect, view: &mut WaitView) {
    let underway = connections.underway(effect.id);
    let system = underway.as_ref().map(|underway| underway.system.to_string());
    let dead = effect.dead.as_ref().map(|(code, cause)| format!("{code}: {cause}"));
    if dead.is_some() {
        view.release = format!("the dead letter {} is sent again, or the instance retried", effect.id);
        view.who = "the role operations".to_owned();
        let books: &mut dyn Books = &mut readers::Stored(reader);
        let exception = trade::exception::of_dead_letter(books, &effect.id.to_string()).ok().flatten();
        if let Some(exception) = exception.and_then(|id| books.exception(&id).ok().flatten()) {
            decided_by(&exception, view);
        }
    } else {
        view.release = format!("{} is confirmed", effect.capability);
        view.who = system.as_ref().map_or("the system that offers it".to_owned(), |name| format!("the system {name}"));
    }
    view.effect = Some(EffectWait {
        id: effect.id.to_string(),
        capability: effect.capability.to_string(),
        status: if dead.is_some() { "dead" } else { "pending" },
        requested_at: effect.requested_at.to_string(),
        system,
        circuit: underway.as_ref().map(|underway| match underway.circuit {
            CircuitState::Closed => "closed",
            CircuitState::Open => "open",
            CircuitState::HalfOpen => "half_open",
        }),
        attempts: underway.as_ref().map(|underway| underway.attempts),
        cause: dead.or_else(|| underway.and_then(|underway| underway.last_error)),
    });
}

/// A person decides: whoever has the exception, or its role.
fn decided_by(exception: &Exception, view: &mut WaitView) {
    let owner = view::name(&exception.owner);
    view.who = exception.assignee.as_ref().map_or(format!("the role {owner}"), ToString::to_string);
    view.until.get_or_insert_with(|| exception.resolve_by.to_string());
    view.exception = Some(of_exception(exception));
}

fn of_exception(exception: &Exception) -> ExceptionWait {
    ExceptionWait {
        id: exception.id.to_string(),
        kind: view::name(&exception.kind),
        reason: exception.reason.to_string(),
        owner: view::name(&exception.owner),
        assignee: exception.assignee.as_ref().map(ToString::to_string),
        resolve_by: exception.resolve_by.to_string(),
        actions: exception.actions.iter().map(view::name).collect(),
    }
}
