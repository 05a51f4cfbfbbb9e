//! The event feed over HTTP.

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::sse::{KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use units::Timestamp;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Query, Reading};
use crate::feed::filter::Filter;
use crate::feed::live::Since;
use crate::feed::{self, EventPage, Feed};
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
    /// Journal entries on a page: 1 to 1,000, 100 unless given. An entry has one event or more; a page ends early where they have many. With
    /// a filter, about so many events.
    limit: Option<usize>,
    /// Only what is about this, such as `order SO-17`, `SO-17` or `user ann`; an order finds everything that belongs to it.
    subject: Option<String>,
    /// Only what this one asked for.
    actor: Option<String>,
    /// Only this type, such as `order.hold_placed`, or those that begin so, such as `order.`
    #[serde(rename = "type")]
    #[param(rename = "type")]
    kind: Option<String>,
    /// Only what happened at this time or later.
    #[param(value_type = Option<String>, example = "2026-03-06T14:30:00Z")]
    from: Option<Timestamp>,
    /// Only what happened at this time or earlier.
    #[param(value_type = Option<String>, example = "2026-03-06T15:30:00Z")]
    to: Option<Timestamp>,
}

impl FeedQuery {
    fn filter(&self) -> Filter {
        let Self { subject, actor, kind, from, to, .. } = self;
        Filter { subject: subject.clone(), actor: actor.clone(), kind: kind.clone(), from: *from, to: *to }
    }
}

/// Read what happened, from a position on. With `Accept: text/event-stream` the answer does not end: what happens is sent as it does,
/// each event under its id; `Last-Event-ID`, `after` or `from` says where to go on, else it begins now. Filters hold for both; with one, a
/// page says whether it is `complete`, or has to be gone on from.
#[utoipa::path(get, path = "/v1/events", tag = "events", params(FeedQuery, ("Last-Event-ID" = Option<String>, Header, description = "The last event that is known, such as `17.3`.")),
    responses((status = 200, content((EventPage = "application/json"), (String = "text/event-stream")))))]
async fn list(
    State(state): State<AppState>,
    _: Reading,
    headers: HeaderMap,
    Query(query): Query<FeedQuery>,
) -> Result<Response, Problem> {
    if wants_stream(&headers) {
        let since = since(&state, &headers, &query).await?;
        let events = state.live.listen(state.readers.clone(), since, query.filter());
        return Ok(Sse::new(events).keep_alive(KeepAlive::default()).into_response());
    }
    let limit = query.limit.unwrap_or(100);
    if !(1..=1_000).contains(&limit) {
        return Err(Problem::new("invalid", format!("limit is {limit}: a page has 1 to 1000 entries")));
    }
    let after = query.after.unwrap_or(0);
    let filter = query.filter();
    let read = move |mut feed: Feed<'_>| {
        let page = if filter.is_open() { feed.page(after, limit) } else { feed.search(after, limit, &filter) };
        page.map(|page| Listed::of(&page))
    };
    state.readers.feed(read).await.map(IntoResponse::into_response)
}

fn wants_stream(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.split(',').any(|kind| kind.split(';').next().is_some_and(|kind| kind.trim() == "text/event-stream"))
}

/// Where a stream goes on.
async fn since(state: &AppState, headers: &HeaderMap, query: &FeedQuery) -> Result<Since, Problem> {
    if let Some(id) = headers.get("last-event-id") {
        let since = id.to_str().ok().and_then(Since::event);
        return since.ok_or_else(|| Problem::new("malformed", "Last-Event-ID is not the id of an event, such as 17.3"));
    }
    let position = match (query.after, query.from) {
        (Some(after), _) => after,
        (None, Some(from)) => state.readers.read(move |reader| feed::before(reader, from)).await?,
        (None, None) => state.partition.progress().position(),
    };
    Ok(Since::after(position))
}
