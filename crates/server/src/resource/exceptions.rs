//! Exceptions: what people decide on. The user tasks among them are in [`super::tasks`].

use axum::Json as JsonAnswer;
use axum::extract::State;
use feel::Context as Variables;
use partition::row::Column;
use partition::{AnyState, Body, Table};
use serde::Deserialize;
use trade::exception::Action;
use trade::{Aggregate, ExceptionId, Key, Kind};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Caller, Json, Path, Query, Reading};
use crate::page::{self, Listed, Page};
use crate::problem::Problem;
use crate::resource::stock::{Accepted, accepted};
use crate::resource::{id, versioned};
use crate::sort::{self, Sort};
use crate::state::AppState;
use crate::submit::submit;
use crate::version::Versioned;
use crate::view::{self, ExceptionView};

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(show)).routes(routes!(assign)).routes(routes!(resolve))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExceptionFilter {
    /// `open`, `claimed`, `resolved` or `cleared`.
    status: Option<String>,
    /// Only exceptions of this type, such as `CREDIT`.
    kind: Option<String>,
    /// Only exceptions of this order.
    order: Option<String>,
    /// Only exceptions of this case: of one root cause.
    case: Option<String>,
    /// `value` by what is at stake or `due` by when they should be resolved, upwards; `-value` or `-due` downwards. The newest first unless
    /// given.
    sort: Option<String>,
    /// `next` of the page before.
    after: Option<String>,
    /// Entries on a page: 1 to 500, 50 unless given.
    limit: Option<usize>,
}

fn read(
    reader: &mut dyn store::Reader,
    filter: &ExceptionFilter,
    sort: Option<Sort>,
) -> Result<Page<ExceptionView>, Problem> {
    let filters = [
        (Column::Status, filter.status.as_deref()),
        (Column::Parent, filter.order.as_deref()),
        (Column::Label, filter.kind.as_deref()),
    ];
    let query = page::filtered(Table::Trade(Kind::Exception), &filters);
    let shown = |state| match state {
        AnyState::Trade(Aggregate::Exception(exception), _) => {
            let is_meant = filter.case.as_ref().is_none_or(|case| exception.case == case.as_str());
            is_meant.then(|| view::exception(&exception))
        }
        _ => None,
    };
    let (after, limit) = (filter.after.as_deref(), filter.limit);
    let is_counted = filter.case.is_none();
    match sort {
        Some(sort) => sort::page(reader, query, sort, (after, limit), is_counted, shown),
        None if is_counted => page::counted_rows(reader, query, after, limit, |_, _, state| shown(state)),
        None => page::rows(reader, query, after, limit, |_, _, state| shown(state)),
    }
}

/// List exceptions, the newest first.
#[utoipa::path(get, path = "/v1/exceptions", tag = "exceptions", params(ExceptionFilter), responses((status = 200, body = Page<ExceptionView>)))]
async fn list(State(state): State<AppState>, _: Reading, Query(filter): Query<ExceptionFilter>) -> Result<Listed, Problem> {
    page::check_status(filter.status.as_deref(), crate::resource::progress::EXCEPTION)?;
    let kinds: Vec<String> = trade::exception::ExceptionKind::ALL.iter().map(view::name).collect();
    page::check_word("kind", filter.kind.as_deref(), &kinds.iter().map(String::as_str).collect::<Vec<_>>())?;
    let sort = Sort::of(filter.sort.as_deref(), &[sort::VALUE, sort::DUE])?;
    state.readers.list(move |reader| read(reader, &filter, sort)).await
}

/// Show an exception.
#[utoipa::path(get, path = "/v1/exceptions/{exception}", tag = "exceptions", params(("exception" = String, Path)), responses((status = 200, body = ExceptionView)))]
async fn show(
    State(state): State<AppState>,
    _: Reading,
    Path(exception): Path<String>,
) -> Result<Versioned<ExceptionView>, Problem> {
    match versioned(&state, Key::Exception(id(&exception)?)).await? {
        (Aggregate::Exception(exception), version) => Ok(Versioned(view::exception(&exception), version)),
        _ => Err(Problem::not_found(exception)),
    }
}

/// Whom to give an exception to.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Assignment {
    /// The person; absent gives it back to its role.
    #[serde(default)]
    to: Option<String>,
}

/// Claim an exception, give it to somebody, or give it back.
#[utoipa::path(post, path = "/v1/exceptions/{exception}/assignment", tag = "exceptions", params(("exception" = String, Path), ("Idempotency-Key" = String, Header)), request_body = Assignment,
    responses((status = 200, body = Accepted)))]
async fn assign(
    State(state): State<AppState>,
    caller: Caller,
    Path(exception): Path<String>,
    Json(request, bytes): Json<Assignment>,
) -> Result<JsonAnswer<Accepted>, Problem> {
    let exception: ExceptionId = id(&exception)?;
    let body = Body::AssignException { exception, to: request.to.map(Into::into) };
    let caller = caller.on(Key::Exception(exception));
    Ok(JsonAnswer(accepted(&submit(&state, caller, &bytes, body).await?)))
}

/// What a person decided.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Resolution {
    /// One of the exception's actions.
    #[schema(value_type = String, example = "release")]
    action: Action,
    /// Why; it goes on the record.
    reason: String,
    /// What the action needs, such as `{"invoices": ["IN-7"]}`.
    #[serde(default)]
    #[schema(value_type = Object)]
    details: serde_json::Map<String, serde_json::Value>,
}

/// Decide on an exception. The waiting process goes on.
#[utoipa::path(post, path = "/v1/exceptions/{exception}/resolution", tag = "exceptions", params(("exception" = String, Path), ("Idempotency-Key" = String, Header)), request_body = Resolution,
    responses((status = 200, body = Accepted)))]
async fn resolve(
    State(state): State<AppState>,
    caller: Caller,
    Path(exception): Path<String>,
    Json(request, bytes): Json<Resolution>,
) -> Result<JsonAnswer<Accepted>, Problem> {
    let exception: ExceptionId = id(&exception)?;
    let caller = caller.on(Key::Exception(exception));
    let body = Body::ResolveException {
        exception,
        action: request.action,
        reason: request.reason.into(),
        details: variables(request.details)?,
    };
    Ok(JsonAnswer(accepted(&submit(&state, caller, &bytes, body).await?)))
}

/// JSON as process variables.
pub(crate) fn variables(json: serde_json::Map<String, serde_json::Value>) -> Result<Variables, Problem> {
    feel::Value::from_json(&serde_json::Value::Object(json))
        .ok()
        .and_then(|value| value.as_context().cloned())
        .ok_or_else(|| Problem::new("invalid", "the variables hold a number that is too large"))
}
