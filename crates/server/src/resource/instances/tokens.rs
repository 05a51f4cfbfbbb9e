//! Where the tokens of a version stand: all running instances counted, not those of one page.

use std::collections::BTreeMap;

use axum::Json as JsonAnswer;
use axum::extract::State;
use partition::instance::{State as Standing, state};
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::filter::{Found, InstanceFilter};
use crate::extract::{Path, Reading};
use crate::problem::Problem;
use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(tokens))
}

/// Where the tokens of a version stand.
#[derive(Debug, Default, Serialize, utoipa::ToSchema)]
pub(crate) struct TokensView {
    /// Instances that have not ended.
    instances: u64,
    /// Of these, stuck.
    incidents: u64,
    /// Of these, suspended.
    suspended: u64,
    /// The elements at which tokens stand.
    elements: Vec<TokenView>,
}

/// The tokens at one element.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct TokenView {
    /// Its id in the model.
    element: String,
    /// Instances with a token at it.
    instances: u64,
    /// Of these, stuck somewhere.
    incidents: u64,
}

/// Count where the tokens of all running instances of a version stand.
#[utoipa::path(get, path = "/v1/processes/{process}/versions/{version}/tokens", tag = "processes", params(("process" = String, Path), ("version" = u32, Path)),
    responses((status = 200, body = TokensView)))]
async fn tokens(
    State(app): State<AppState>,
    _: Reading,
    Path((process, version)): Path<(String, u32)>,
) -> Result<JsonAnswer<TokensView>, Problem> {
    let filter = InstanceFilter { process: Some(process), version: Some(version), ..InstanceFilter::default() };
    let (mut view, elements) = filter.gather(&app.readers, Counted::default(), count).await?;
    let elements = elements.into_iter();
    view.elements = elements.map(|(element, (instances, incidents))| TokenView { element, instances, incidents }).collect();
    Ok(JsonAnswer(view))
}

/// What was counted, and by element how many instances are there, and how many of these are stuck.
type Counted = (TokensView, BTreeMap<String, (u64, u64)>);

fn count((view, elements): &mut Counted, found: Found) -> bool {
    let standing = state(&found.instance);
    let is_stuck = u64::from(standing == Standing::Incident);
    view.instances += 1;
    view.incidents += is_stuck;
    view.suspended += u64::from(standing == Standing::Suspended);
    for element in super::list::active(&found) {
        let (instances, incidents) = elements.entry(element).or_default();
        *instances += 1;
        *incidents += is_stuck;
    }
    true
}
