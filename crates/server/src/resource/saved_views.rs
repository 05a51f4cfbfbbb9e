//! Saved views: pages of the console with their filters, each person's own.

use axum::Json as JsonAnswer;
use axum::extract::State;
use partition::{AnyKey, AnyState, Body, SavedView, SavedViewChange};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Caller, Json, Path, Reading};
use crate::problem::Problem;
use crate::readers;
use crate::resource::stock::{Accepted, accepted};
use crate::resource::warehouse_orders::Nothing;
use crate::state::AppState;
use crate::submit::submit;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list, put)).routes(routes!(remove))
}

/// A page with its filters, under a name.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SavedViewBody {
    /// Its name.
    #[schema(example = "Held, more than 10,000")]
    name: String,
    /// The page of the console.
    #[schema(example = "orders")]
    page: String,
    /// Filters, columns and order, as the page's address has them behind the question mark.
    #[serde(default)]
    #[schema(example = "status=held&sort=-value")]
    query: String,
}

/// The saved views of whoever asks.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct SavedViewList {
    /// By name.
    items: Vec<SavedViewBody>,
}

/// List one's own saved views.
#[utoipa::path(get, path = "/v1/views", tag = "identity", responses((status = 200, body = SavedViewList)))]
async fn list(State(state): State<AppState>, Reading(actor): Reading) -> Result<JsonAnswer<SavedViewList>, Problem> {
    let read = move |reader: &mut dyn store::Reader| {
        let views = match readers::state(reader, &AnyKey::SavedViews(actor.id))? {
            Some(AnyState::SavedViews(known)) => known.views.clone(),
            _ => Default::default(),
        };
        let view = |(name, view): (units::Text, SavedView)| SavedViewBody {
            name: name.to_string(),
            page: view.page.to_string(),
            query: view.query.to_string(),
        };
        Ok(JsonAnswer(SavedViewList { items: views.into_iter().map(view).collect() }))
    };
    state.readers.read(read).await
}

/// Save a view under a name, or change what is under it.
#[utoipa::path(post, path = "/v1/views", tag = "identity", params(("Idempotency-Key" = String, Header)), request_body = SavedViewBody,
    responses((status = 200, body = Accepted)))]
async fn put(
    State(state): State<AppState>,
    caller: Caller,
    Json(given, bytes): Json<SavedViewBody>,
) -> Result<JsonAnswer<Accepted>, Problem> {
    let view = SavedView { page: given.page.into(), query: given.query.into() };
    let body = Body::ChangeSavedView { name: given.name.into(), change: SavedViewChange::Put(view) };
    Ok(JsonAnswer(accepted(&submit(&state, caller, &bytes, body).await?)))
}

/// Forget a saved view.
#[utoipa::path(post, path = "/v1/views/{view}/remove", tag = "identity", params(("view" = String, Path), ("Idempotency-Key" = String, Header)), request_body = Nothing,
    responses((status = 200, body = Accepted)))]
async fn remove(
    State(state): State<AppState>,
    caller: Caller,
    Path(view): Path<String>,
    Json(_, bytes): Json<Nothing>,
) -> Result<JsonAnswer<Accepted>, Problem> {
    let body = Body::ChangeSavedView { name: view.into(), change: SavedViewChange::Remove };
    Ok(JsonAnswer(accepted(&submit(&state, caller, &bytes, body).await?)))
}
