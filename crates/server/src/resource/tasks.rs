//! User tasks: what waits for a person, what the model says of it, and what people do with it.

use std::collections::BTreeMap;

use axum::Json as JsonAnswer;
use axum::extract::State;
use engine::{InstanceId, TaskDetails};
use partition::row::Column;
use partition::{AnyKey, AnyState, Body, Table, TaskChange};
use runtime::Version;
use serde::{Deserialize, Deserializer, Serialize};
use store::{Reader, RowQuery};
use trade::exception::{Exception, TaskRef};
use trade::{Aggregate, Kind};
use units::Timestamp;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Caller, Json, Path, Query, Reading};
use crate::page::{self, CHUNK, Listed, Page};
use crate::problem::Problem;
use crate::readers;
use crate::resource::exceptions::variables;
use crate::resource::forms::FormView;
use crate::resource::id;
use crate::resource::instances::models::Models;
use crate::resource::stock::{Accepted, accepted};
use crate::state::AppState;
use crate::submit::submit;
use crate::version::Versioned;
use crate::view::{self, ExceptionView};

/// How many open tasks are sorted for a page; who has more of them filters.
const MAX_SORTED: usize = 20_000;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(complete))
        .routes(routes!(assign))
        .routes(routes!(change))
}

/// A user task, or a technical incident, with its entry in the queue.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct TaskView {
    /// Its entry in the queue.
    #[serde(flatten)]
    entry: ExceptionView,
    /// What the model says of it; absent for incidents, and for tasks that have ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<TaskDetailsView>,
}

/// What a user task carries.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct TaskDetailsView {
    /// The process instance.
    instance: String,
    /// The id of its process.
    process: String,
    /// The version of the process.
    version: u32,
    /// The id of the element.
    element: String,
    /// Its name.
    name: String,
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
    /// 0 to 100: higher ones first.
    priority: u8,
    /// The form to fill in.
    form: Option<FormView>,
    /// The task headers of the model.
    headers: BTreeMap<String, String>,
    /// The variables that are visible to it; only when it is shown alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    variables: Option<serde_json::Value>,
}

/// The order of a list of tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TaskOrder {
    /// The newest first.
    #[default]
    Newest,
    /// The highest priority first, then what is due first.
    Priority,
    /// What is due first, then the highest priority.
    Due,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TaskFilter {
    /// `open`, `claimed`, `resolved` or `cleared`. Unless given, the newest are the open ones; sorted otherwise, or of a person or group,
    /// claimed ones are among them.
    status: Option<String>,
    /// Only tasks of this order.
    order: Option<String>,
    /// Only tasks of this case: of one root cause.
    case: Option<String>,
    /// Only tasks of this person.
    assignee: Option<String>,
    /// Only tasks for which this group is named.
    candidate_group: Option<String>,
    /// `newest` first unless given; or by `priority` and then what is due, or by `due` and then the priority.
    #[serde(default)]
    #[param(inline)]
    sort: TaskOrder,
    /// `next` of the page before.
    after: Option<String>,
    /// Entries on a page: 1 to 500, 50 unless given.
    limit: Option<usize>,
}

impl TaskFilter {
    fn meets(&self, task: &Found) -> bool {
        let details = task.details.as_ref();
        let is_case = self.case.as_ref().is_none_or(|case| task.exception.case == case.as_str());
        let is_order =
            self.order.as_ref().is_none_or(|order| task.exception.subject.order.is_some_and(|of| of.to_string() == *order));
        let has = |person: &String| match details {
            Some((details, _)) => details.assignee.as_deref() == Some(person) || task.claimed_by(person),
            None => task.claimed_by(person),
        };
        let is_of_group = |group: &String| {
            details.is_some_and(|(details, _)| details.candidate_groups.iter().any(|known| known == group.as_str()))
        };
        is_case
            && is_order
            && self.assignee.as_ref().is_none_or(has)
            && self.candidate_group.as_ref().is_none_or(is_of_group)
    }
}

/// An entry of the queue with what its task carries.
struct Found {
    exception: std::sync::Arc<Exception>,
    details: Option<(TaskDetails, TaskDetailsView)>,
}

impl Found {
    fn claimed_by(&self, person: &str) -> bool {
        self.exception.assignee.as_deref() == Some(person)
    }

    /// Its place in a sorted list, as text that sorts: unique, since an entry is there once.
    fn place(&self, by: TaskOrder) -> String {
        let details = self.details.as_ref().map(|(details, _)| details);
        let priority = 100 - details.map_or(50, |details| details.priority.min(100));
        let due = details.and_then(|details| details.due).unwrap_or(self.exception.resolve_by).0.cast_unsigned() ^ (1 << 63);
        let id = self.exception.id.0;
        match by {
            TaskOrder::Due => format!("{due:016x}{priority:03}{id:016x}"),
            TaskOrder::Priority => format!("{priority:03}{due:016x}{id:016x}"),
            TaskOrder::Newest => format!("{:035x}", u64::MAX - id),
        }
    }

    fn view(self) -> TaskView {
        TaskView { entry: view::exception(&self.exception), details: self.details.map(|(_, view)| view) }
    }
}

/// Reads what a task carries.
fn found(reader: &mut dyn Reader, models: &Models, exception: std::sync::Arc<Exception>) -> Result<Found, Problem> {
    let details = match exception.task {
        Some(task) => details(reader, models, task, false)?,
        None => None,
    };
    Ok(Found { exception, details })
}

fn details(
    reader: &mut dyn Reader,
    models: &Models,
    task: TaskRef,
    with_variables: bool,
) -> Result<Option<(TaskDetails, TaskDetailsView)>, Problem> {
    let state = readers::state(reader, &AnyKey::Instance(InstanceId(task.instance)))?;
    let Some(AnyState::Instance(instance)) = state else { return Ok(None) };
    let Some(details) = instance.task(task.task) else { return Ok(None) };
    let definition = models.of(reader, &instance)?;
    let Some(process) = definition.as_ref().and_then(|definition| definition.process()) else { return Ok(None) };
    let Some(element) = instance.element_of(task.task).map(|index| process.element(index)) else { return Ok(None) };
    let texts = |names: &[units::Text]| names.iter().map(ToString::to_string).collect();
    let view = TaskDetailsView {
        instance: instance.id().to_string(),
        process: instance.process_id().to_string(),
        version: instance.version(),
        element: element.id().to_owned(),
        name: element.name().to_owned(),
        assignee: details.assignee.as_ref().map(ToString::to_string),
        candidate_groups: texts(&details.candidate_groups),
        candidate_users: texts(&details.candidate_users),
        due: details.due.map(|due| due.to_string()),
        follow_up: details.follow_up.map(|moment| moment.to_string()),
        priority: details.priority,
        form: details.form.as_ref().map(|form| FormView {
            id: form.to_string(),
            version: details.form_version,
            schema: process.form_beside(form).filter(|_| with_variables).map(str::to_owned),
        }),
        headers: element.task_headers().iter().map(|(name, value)| (name.to_string(), value.to_string())).collect(),
        variables: with_variables.then(|| instance.job_variables(task.task).to_json()),
    };
    Ok(Some((details.clone(), view)))
}

/// List user tasks that wait for a person, with what the model says of them.
#[utoipa::path(get, path = "/v1/tasks", tag = "exceptions", params(TaskFilter), responses((status = 200, body = Page<TaskView>)))]
async fn list(State(state): State<AppState>, _: Reading, Query(filter): Query<TaskFilter>) -> Result<Listed, Problem> {
    page::check_status(filter.status.as_deref(), crate::resource::progress::EXCEPTION)?;
    let is_indexed = filter.sort == TaskOrder::Newest && filter.assignee.is_none() && filter.candidate_group.is_none();
    let models = state.readers.models();
    let read = move |reader: &mut dyn Reader| {
        if is_indexed { newest(reader, &models, &filter) } else { sorted(reader, &models, &filter) }
    };
    state.readers.list(read).await
}

const TABLE: Table = Table::Trade(Kind::Exception);

/// Pages as the store has them.
fn newest(reader: &mut dyn Reader, models: &Models, filter: &TaskFilter) -> Result<Page<TaskView>, Problem> {
    let filters =
        [(Column::Status, Some(filter.status.as_deref().unwrap_or("open"))), (Column::Parent, filter.order.as_deref())];
    let Page { items, next, .. } =
        page::read(reader, TABLE, &filters, filter.after.as_deref(), filter.limit, |_, _, state| match state {
            AnyState::Trade(Aggregate::Exception(exception), _) if exception.task.is_some() => {
                filter.case.as_ref().is_none_or(|case| exception.case == case.as_str()).then_some(exception)
            }
            _ => None,
        })?;
    let views = items.into_iter().map(|exception| Ok(found(reader, models, exception)?.view()));
    Ok(Page::of(views.collect::<Result<_, Problem>>()?, next))
}

/// All that are meant, in an order that no index has.
fn sorted(reader: &mut dyn Reader, models: &Models, filter: &TaskFilter) -> Result<Page<TaskView>, Problem> {
    let limit = page::limit_of(filter.limit)?;
    // a place in one order is none in another
    let list = format!("tasks by {:?}", filter.sort);
    let mut all: Vec<(String, Found)> = Vec::new();
    let statuses = filter.status.as_deref().map_or(vec!["open", "claimed"], |status| vec![status]);
    for status in statuses {
        collect(reader, filter, status, models, &mut all)?;
    }
    all.sort_by(|(one, _), (other, _)| one.cmp(other));
    if let Some(after) = &filter.after {
        let after = crate::cursor::opened(&list, after)?;
        all.retain(|(place, _)| place.as_str() > after);
    }
    let next = all.get(limit - 1).filter(|_| all.len() > limit).map(|(place, _)| crate::cursor::sealed(&list, place));
    Ok(Page::of(all.into_iter().take(limit).map(|(_, task)| task.view()).collect(), next))
}

/// Adds the tasks of a status that are meant, each with its place.
fn collect(
    reader: &mut dyn Reader,
    filter: &TaskFilter,
    status: &str,
    models: &Models,
    all: &mut Vec<(String, Found)>,
) -> Result<(), Problem> {
    let mut query = RowQuery::table(TABLE).is(Column::Status, status).limit(CHUNK);
    loop {
        let rows = reader.rows(&query)?;
        for (key, row) in &rows {
            let AnyState::Trade(Aggregate::Exception(exception), _) = readers::decode(TABLE, key, &row.data)? else {
                continue;
            };
            if exception.task.is_none() {
                continue;
            }
            let task = found(reader, models, exception)?;
            if filter.meets(&task) {
                all.push((task.place(filter.sort), task));
            }
        }
        if all.len() > MAX_SORTED {
            let detail = format!("more than {MAX_SORTED} tasks are meant: filter them, or take them with sort=newest");
            return Err(Problem::new("invalid", detail));
        }
        let Some((last, _)) = rows.last().filter(|_| rows.len() == CHUNK) else { return Ok(()) };
        query = query.after(last.clone());
    }
}

/// Show a user task with the variables that are visible to it. Its version is that of its instance: another step of the process is another version.
#[utoipa::path(get, path = "/v1/tasks/{instance}/{task}", tag = "exceptions", params(("instance" = String, Path), ("task" = u32, Path)), responses((status = 200, body = TaskDetailsView)))]
async fn show(
    State(state): State<AppState>,
    _: Reading,
    Path((instance, task)): Path<(String, u32)>,
) -> Result<Versioned<TaskDetailsView>, Problem> {
    let instance: InstanceId = id(&instance)?;
    let models = state.readers.models();
    let read = move |reader: &mut dyn Reader| {
        let task = TaskRef { instance: instance.0, task };
        let found = details(reader, &models, task, true)?;
        let gone = || Problem::not_found(format_args!("task {} of {instance} that waits", task.task));
        let (_, view) = found.ok_or_else(gone)?;
        let state = readers::state(reader, &AnyKey::Instance(instance))?.ok_or_else(gone)?;
        Ok(Versioned(view, Version::of(&state.encode())))
    };
    state.readers.read(read).await
}

/// Result variables of a task.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Completion {
    /// By name.
    #[serde(default)]
    #[schema(value_type = Object)]
    variables: serde_json::Map<String, serde_json::Value>,
}

/// Complete a user task with result variables.
#[utoipa::path(post, path = "/v1/tasks/{instance}/{task}/completion", tag = "exceptions", params(("instance" = String, Path), ("task" = u32, Path), ("Idempotency-Key" = String, Header)), request_body = Completion,
    responses((status = 200, body = Accepted)))]
async fn complete(
    State(state): State<AppState>,
    caller: Caller,
    Path((instance, task)): Path<(String, u32)>,
    Json(request, bytes): Json<Completion>,
) -> Result<JsonAnswer<Accepted>, Problem> {
    let instance: InstanceId = id(&instance)?;
    let body = Body::CompleteTask { instance, task, variables: variables(request.variables)? };
    Ok(JsonAnswer(accepted(&submit(&state, caller.on(AnyKey::Instance(instance)), &bytes, body).await?)))
}

/// Whom to give a task to.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TaskAssignment {
    /// The person; absent gives it back to all for whom it is.
    #[serde(default)]
    to: Option<String>,
}

/// Claim a user task, give it to somebody, or give it back. Listeners of the task may deny or correct that.
#[utoipa::path(post, path = "/v1/tasks/{instance}/{task}/assignment", tag = "exceptions", params(("instance" = String, Path), ("task" = u32, Path), ("Idempotency-Key" = String, Header)), request_body = TaskAssignment,
    responses((status = 200, body = Accepted)))]
async fn assign(
    State(state): State<AppState>,
    caller: Caller,
    Path((instance, task)): Path<(String, u32)>,
    Json(request, bytes): Json<TaskAssignment>,
) -> Result<JsonAnswer<Accepted>, Problem> {
    let instance: InstanceId = id(&instance)?;
    let body = Body::AssignTask { instance, task, to: request.to.map(Into::into) };
    Ok(JsonAnswer(accepted(&submit(&state, caller.on(AnyKey::Instance(instance)), &bytes, body).await?)))
}

/// What is to be different about a task. What is absent stays; a date that is null is taken away.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TaskUpdate {
    /// Groups of which anybody may do it.
    #[serde(default)]
    candidate_groups: Option<Vec<String>>,
    /// People of whom anybody may do it.
    #[serde(default)]
    candidate_users: Option<Vec<String>>,
    /// By when it is to be done.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    due: Option<Option<Timestamp>>,
    /// When it is to be looked at.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    follow_up: Option<Option<Timestamp>>,
    /// 0 to 100.
    #[serde(default)]
    priority: Option<u8>,
}

/// What is there, be it null.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<Timestamp>>, D::Error> {
    Deserialize::deserialize(deserializer).map(Some)
}

impl TaskUpdate {
    fn changes(self) -> Vec<TaskChange> {
        let texts = |names: Vec<String>| names.into_iter().map(Into::into).collect();
        let groups = self.candidate_groups.map(|groups| TaskChange::CandidateGroups(texts(groups)));
        let users = self.candidate_users.map(|users| TaskChange::CandidateUsers(texts(users)));
        let dates = [self.due.map(TaskChange::Due), self.follow_up.map(TaskChange::FollowUp)];
        let all = [groups, users, self.priority.map(TaskChange::Priority)].into_iter().chain(dates);
        all.flatten().collect()
    }
}

/// Change what a user task carries. Listeners of the task may deny or correct that.
#[utoipa::path(post, path = "/v1/tasks/{instance}/{task}/changes", tag = "exceptions", params(("instance" = String, Path), ("task" = u32, Path), ("Idempotency-Key" = String, Header)), request_body = TaskUpdate,
    responses((status = 200, body = Accepted)))]
async fn change(
    State(state): State<AppState>,
    caller: Caller,
    Path((instance, task)): Path<(String, u32)>,
    Json(request, bytes): Json<TaskUpdate>,
) -> Result<JsonAnswer<Accepted>, Problem> {
    let instance: InstanceId = id(&instance)?;
    let body = Body::UpdateTask { instance, task, changes: request.changes() };
    Ok(JsonAnswer(accepted(&submit(&state, caller.on(AnyKey::Instance(instance)), &bytes, body).await?)))
}
