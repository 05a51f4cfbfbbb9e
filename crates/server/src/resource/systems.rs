//! Connected systems: health, queues, dead letters.

use axum::Json as JsonAnswer;
use axum::extract::State;
use partition::row::Column;
use partition::{AnyState, Body, EffectId, Table};
use serde::{Deserialize, Serialize};
use trade::Role;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::require;
use crate::extract::{Caller, Json, Query, Reading};
use crate::page::{self, Page};
use crate::problem::Problem;
use crate::resource::id;
use crate::resource::stock::{Accepted, accepted};
use crate::state::AppState;
use crate::submit::submit;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(dead_letters)).routes(routes!(replay))
}

/// The connected systems.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Systems {
    /// One entry a system: circuit, queue, outages with their recovery times, latencies.
    #[schema(value_type = Vec<Object>)]
    systems: Vec<connect::SystemHealth>,
}

/// Show the health of all connected systems.
#[utoipa::path(get, path = "/v1/systems", tag = "systems", responses((status = 200, body = Systems), (status = "4XX", body = Problem)))]
async fn list(State(state): State<AppState>, _: Reading) -> JsonAnswer<Systems> {
    JsonAnswer(Systems { systems: state.connections.health() })
}

/// An effect that could not be delivered.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct DeadLetter {
    /// Its number.
    id: String,
    /// What was asked for.
    capability: String,
    /// The part of it that names the system where there are several.
    route: String,
    /// The order that it is about.
    order: Option<String>,
    /// A code.
    code: String,
    /// Why it could not be delivered.
    cause: String,
    /// When it was requested.
    requested_at: String,
    /// The document.
    #[schema(value_type = Object)]
    document: serde_json::Value,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Paging {
    /// `next` of the page before.
    after: Option<String>,
    /// Entries on a page: 1 to 500, 50 unless given.
    limit: Option<usize>,
}

fn dead(reader: &mut dyn store::Reader, after: Option<&str>, limit: Option<usize>) -> Result<Page<DeadLetter>, Problem> {
    page::read(reader, Table::Effect, &[(Column::Status, Some("dead"))], after, limit, |_, _, state| match state {
        AnyState::Effect(effect) => {
            let (code, cause) = effect.dead.clone().unwrap_or_default();
            Some(DeadLetter {
                id: effect.id.to_string(),
                capability: effect.capability.to_string(),
                route: effect.route.to_string(),
                order: effect.order.map(|order| order.to_string()),
                code: code.to_string(),
                cause: cause.to_string(),
                requested_at: effect.requested_at.to_string(),
                document: serde_json::from_str(&effect.document).unwrap_or_default(),
            })
        }
        _ => None,
    })
}

/// List dead letters, the newest first.
#[utoipa::path(get, path = "/v1/dead-letters", tag = "systems", params(Paging), responses((status = 200, body = Page<DeadLetter>), (status = "4XX", body = Problem)))]
async fn dead_letters(
    State(state): State<AppState>,
    _: Reading,
    Query(paging): Query<Paging>,
) -> Result<JsonAnswer<Page<DeadLetter>>, Problem> {
    state.readers.read(move |reader| dead(reader, paging.after.as_deref(), paging.limit)).await.map(JsonAnswer)
}

/// Which dead letters to send again.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReplayRequest {
    /// Their numbers.
    ids: Vec<String>,
    /// Only say what would be sent.
    #[serde(default)]
    dry_run: bool,
}

/// Send dead letters again, under the keys that they had.
#[utoipa::path(post, path = "/v1/dead-letters/replay", tag = "systems", params(("Idempotency-Key" = String, Header)), request_body = ReplayRequest,
    responses((status = 200, body = Accepted), (status = "4XX", body = Problem)))]
async fn replay(
    State(state): State<AppState>,
    caller: Caller,
    Json(request, bytes): Json<ReplayRequest>,
) -> Result<JsonAnswer<Accepted>, Problem> {
    require(&caller.actor, &[Role::Operations])?;
    let ids = request.ids.iter().map(|text| id::<EffectId>(text)).collect::<Result<Vec<_>, _>>()?;
    if request.dry_run {
        let wanted = ids.clone();
        let check = move |reader: &mut dyn store::Reader| {
            for id in wanted {
                match crate::readers::state(reader, &partition::AnyKey::Effect(id))? {
                    Some(AnyState::Effect(effect)) if effect.dead.is_some() => {}
                    _ => return Err(Problem::not_found(format_args!("dead letter {id}"))),
                }
            }
            Ok(())
        };
        state.readers.read(check).await?;
        return Ok(JsonAnswer(Accepted { result: "would be sent" }));
    }
    Ok(JsonAnswer(accepted(&submit(&state, caller, &bytes, Body::ReplayEffects(ids)).await?)))
}
