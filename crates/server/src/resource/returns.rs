//! Requests to return goods.

use axum::Json as JsonAnswer;
use axum::extract::State;
use partition::row::Column;
use partition::{AnyState, Body, Reply, Table};
use serde::Deserialize;
use trade::returns::UnitsBack;
use trade::{Aggregate, Key, Kind, LineNo, OrderId};
use units::Quantity;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Caller, Json, Path, Query, Reading};
use crate::page::{self, Listed, Page};
use crate::problem::Problem;
use crate::resource::orders::Numbered;
use crate::resource::{id, versioned};
use crate::state::AppState;
use crate::submit::{submit, unexpected};
use crate::version::Versioned;
use crate::view::{self, ReturnView};

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list, ask)).routes(routes!(show))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReturnFilter {
    /// `requested`, `authorised` or `rejected`.
    status: Option<String>,
    /// `next` of the page before.
    after: Option<String>,
    /// Entries on a page: 1 to 500, 50 unless given.
    limit: Option<usize>,
}

/// List return requests, the newest first. They are decided on as exceptions.
#[utoipa::path(get, path = "/v1/returns", tag = "returns", params(ReturnFilter), responses((status = 200, body = Page<ReturnView>)))]
async fn list(State(state): State<AppState>, _: Reading, Query(filter): Query<ReturnFilter>) -> Result<Listed, Problem> {
    page::check_status(filter.status.as_deref(), &["requested", "authorised", "rejected"])?;
    let read = move |reader: &mut dyn store::Reader| {
        let filters = [(Column::Status, filter.status.as_deref())];
        page::counted(
            reader,
            Table::Trade(Kind::ReturnRequest),
            &filters,
            filter.after.as_deref(),
            filter.limit,
            |_, _, state| match state {
                AnyState::Trade(Aggregate::ReturnRequest(request), _) => Some(view::return_request(&request)),
                _ => None,
            },
        )
    };
    state.readers.list(read).await
}

/// What shall come back of an order.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReturnOrder {
    /// The order.
    #[schema(example = "SO-17")]
    order: String,
    /// Units by line.
    lines: Vec<UnitsBackLine>,
    /// Why.
    reason: String,
}

/// Units of a line that shall come back.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UnitsBackLine {
    /// The line.
    line: u64,
    /// Units: at most those that have shipped and are not to come back already.
    quantity: i64,
}

/// Ask to return units of an order. The request waits as an exception until somebody decides on it.
#[utoipa::path(post, path = "/v1/returns", tag = "returns", params(("Idempotency-Key" = String, Header)), request_body = ReturnOrder,
    responses((status = 200, body = Numbered)))]
async fn ask(
    State(state): State<AppState>,
    caller: Caller,
    Json(request, bytes): Json<ReturnOrder>,
) -> Result<JsonAnswer<Numbered>, Problem> {
    let order: OrderId = id(&request.order)?;
    let lines = request.lines.iter().map(|line| (LineNo(line.line), Quantity(line.quantity))).collect();
    let back = UnitsBack { lines, reason: request.reason.into() };
    match submit(&state, caller, &bytes, Body::ReturnUnits { order, back }).await? {
        Reply::Return(id) => Ok(JsonAnswer(Numbered { id: id.to_string() })),
        other => Err(unexpected(&other)),
    }
}

/// Show a return request.
#[utoipa::path(get, path = "/v1/returns/{return}", tag = "returns", params(("return" = String, Path)), responses((status = 200, body = ReturnView)))]
async fn show(
    State(state): State<AppState>,
    _: Reading,
    Path(request): Path<String>,
) -> Result<Versioned<ReturnView>, Problem> {
    match versioned(&state, Key::ReturnRequest(id(&request)?)).await? {
        (Aggregate::ReturnRequest(request), version) => Ok(Versioned(view::return_request(&request), version)),
        _ => Err(Problem::not_found(request)),
    }
}
