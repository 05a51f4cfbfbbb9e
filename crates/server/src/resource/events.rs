//! The event feed over HTTP.

use axum::extract::State;
use serde::Deserialize;
use store::Reader;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Query, Reading};
use crate::feed::{self, EventPage};
use crate::page::Listed;
use crate::problem::Problem;
use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FeedQuery {
    /// `next` of the page before; the start of the journal unless given.
    after: Option<u64>,
    /// Journal entries on a page: 1 to 1,000, 100 unless given. An entry has one event or more.
    limit: Option<usize>,
}

/// Read what happened, from a position on.
#[utoipa::path(get, path = "/v1/events", tag = "events", params(FeedQuery), responses((status = 200, body = EventPage)))]
async fn list(
    State(state): State<AppState>,
    _: Reading,
    Query(query): Query<FeedQuery>,
) -> Result<Listed<EventPage>, Problem> {
    let limit = query.limit.unwrap_or(100);
    if !(1..=1_000).contains(&limit) {
        return Err(Problem::new("invalid", format!("limit is {limit}: a page has 1 to 1000 entries")));
    }
    let after = query.after.unwrap_or(0);
    let read = move |reader: &mut dyn Reader| {
        let entries = reader.entries(after, limit)?;
        feed::page(reader, &entries, after)
    };
    state.readers.read(read).await.map(Listed)
}
