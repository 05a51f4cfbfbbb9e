//! Requests to return goods.

use axum::extract::State;
use partition::row::Column;
use partition::{AnyState, Table};
use serde::Deserialize;
use trade::{Aggregate, Key, Kind};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Path, Query, Reading};
use crate::page::{self, Listed, Page};
use crate::problem::Problem;
use crate::resource::{id, versioned};
use crate::state::AppState;
use crate::version::Versioned;
use crate::view::{self, ReturnView};

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(show))
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
