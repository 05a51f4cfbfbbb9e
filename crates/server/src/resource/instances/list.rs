//! Lists of instances, and one of them.

use std::collections::BTreeSet;

use axum::extract::State;
use engine::InstanceId;
use partition::instance::{business_key, state};
use partition::{AnyKey, AnyState};
use runtime::Version;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::filter::{Found, InstanceFilter};
use super::models::Models;
use super::waiting::{self, WaitView, WarningView};
use crate::extract::{Path, Query, Reading};
use crate::page::{Listed, Page};
use crate::problem::Problem;
use crate::readers;
use crate::resource::id;
use crate::state::AppState;
use crate::version::Versioned;

/// How many entries a page has at most.
const MAX_LIMIT: usize = 500;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(show))
}

/// A running process instance.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct InstanceView {
    /// Its number.
    #[schema(example = "PI-69636")]
    id: String,
    /// The id of its process.
    #[schema(example = "order-to-cash")]
    process: String,
    /// The version of the process.
    version: u32,
    /// `running`, `suspended` or `incident`.
    state: &'static str,
    /// What it is about, such as an order number.
    business_key: Option<String>,
    /// When it began.
    started_at: Option<String>,
    /// The instance that called it.
    called_by: Option<String>,
    /// The ids of the elements that are active.
    active: Vec<String>,
}

/// A running process instance with its variables, and what it waits for.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct InstanceDetails {
    /// The instance.
    #[serde(flatten)]
    instance: InstanceView,
    /// The variables of its outermost scope.
    #[schema(value_type = Object)]
    variables: serde_json::Value,
    /// What each token waits for, the longest wait first.
    waiting: Vec<WaitView>,
    /// Why something is null that its expressions and decisions gave: it went on with that.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<WarningView>,
    /// The last decisions that it made, the oldest first: which rules matched on which inputs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    decisions: Vec<waiting::DecisionView>,
}

/// The ids of the elements that are active, each once.
pub(super) fn active(found: &Found) -> BTreeSet<String> {
    let process = found.definition.as_ref().and_then(|definition| definition.process());
    let live = found.instance.live_elements().skip(1);
    live.filter_map(|(_, index)| process.map(|process| process.element(index).id().to_owned())).collect()
}

pub(super) fn view(found: &Found) -> InstanceView {
    let instance = &found.instance;
    let process = found.definition.as_ref().and_then(|definition| definition.process());
    let active = instance.live_elements().skip(1);
    let active = active.filter_map(|(_, index)| process.map(|process| process.element(index).id().to_owned()));
    let mut active: Vec<String> = active.collect();
    active.dedup();
    InstanceView {
        id: instance.id().to_string(),
        process: instance.process_id().to_string(),
        version: instance.version(),
        state: state(instance).name(),
        business_key: business_key(instance).map(Into::into),
        started_at: instance.started_at().map(|at| at.to_string()),
        called_by: instance.parent().map(|parent| parent.instance.to_string()),
        active,
    }
}

/// The instance that runs, or the problem that there is none.
pub(super) fn running(reader: &mut dyn store::Reader, models: &Models, id: InstanceId) -> Result<Found, Problem> {
    match readers::state(reader, &AnyKey::Instance(id))? {
        Some(AnyState::Instance(instance)) => {
            let definition = models.of(reader, &instance)?;
            Ok(Found { instance, definition })
        }
        _ => Err(Problem::not_found(format_args!("process instance {id}; it has ended or never was"))),
    }
}

/// Which instances a list has; the fields of [`InstanceFilter`], and the page.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Listing {
    /// The id of the process.
    process: Option<String>,
    /// The version of the process.
    version: Option<u32>,
    /// `running`, `suspended` or `incident`.
    state: Option<String>,
    /// The id of an element that is active.
    element: Option<String>,
    /// Words of an open incident, in any case.
    incident: Option<String>,
    /// What it is about, such as an order number.
    business_key: Option<String>,
    /// Begun at this moment or later.
    started_after: Option<String>,
    /// Begun before this moment.
    started_before: Option<String>,
    /// `next` of the page before.
    after: Option<String>,
    /// Entries on a page: 1 to 500, 50 unless given.
    limit: Option<usize>,
}

/// List running process instances, the newest first.
///
/// Where few are meant, a page may have fewer than `limit` and still a `next`.
#[utoipa::path(get, path = "/v1/instances", tag = "processes", params(Listing), responses((status = 200, body = Page<InstanceView>)))]
async fn list(State(state): State<AppState>, _: Reading, Query(listing): Query<Listing>) -> Result<Listed, Problem> {
    let Listing { process, version, state: status, element, incident, business_key, .. } = listing;
    let (started_after, started_before) = (listing.started_after, listing.started_before);
    let filter =
        InstanceFilter { process, version, state: status, element, incident, business_key, started_after, started_before };
    let limit = listing.limit.unwrap_or(50);
    if limit == 0 || limit > MAX_LIMIT {
        return Err(Problem::new("invalid", format!("limit is {limit}: a page has 1 to {MAX_LIMIT} entries")));
    }
    let below = match &listing.after {
        Some(after) => Some(cursor(after)?),
        None => None,
    };
    let models = state.readers.models();
    let read = move |reader: &mut dyn store::Reader| {
        let (found, next) = filter.page(reader, &models, below, limit)?;
        let next = next.map(|next| crate::cursor::sealed(LIST, &next.to_string()));
        Ok(Page::of(found.iter().map(view).collect(), next))
    };
    state.readers.list(read).await
}

/// What its cursors are sealed for.
const LIST: &str = "instances";

fn cursor(after: &str) -> Result<InstanceId, Problem> {
    id(crate::cursor::opened(LIST, after)?)
}

/// Show a running process instance: its variables, and what it waits for.
#[utoipa::path(get, path = "/v1/instances/{instance}", tag = "processes", params(("instance" = String, Path)), responses((status = 200, body = InstanceDetails)))]
async fn show(
    State(state): State<AppState>,
    _: Reading,
    Path(instance): Path<String>,
) -> Result<Versioned<InstanceDetails>, Problem> {
    let instance: InstanceId = id(&instance)?;
    let known = waiting::Known::of(&state);
    let read = move |reader: &mut dyn store::Reader| {
        let found = running(reader, &known.models, instance)?;
        let version = Version::of(&AnyState::Instance(found.instance.clone()).encode());
        let variables = feel::Value::from(found.instance.root_variables()).to_json();
        let waiting = waiting::of(reader, &known, &found, 0)?;
        let (warnings, decisions) = (waiting::warnings(&found), waiting::decisions(&found));
        Ok(Versioned(InstanceDetails { instance: view(&found), variables, waiting, warnings, decisions }, version))
    };
    state.readers.read(read).await
}
