//! Connected systems: health, queues, dead letters.

use axum::Json as JsonAnswer;
use axum::extract::State;
use connect::SystemHealth;
use partition::row::Column;
use partition::{AnyState, Body, EffectId, Table};
use serde::{Deserialize, Serialize};
use units::Timestamp;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Caller, Json, Query, Reading};
use crate::page::{self, Listed, Page};
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
    /// One entry a system.
    systems: Vec<SystemView>,
}

/// A connected system: circuit, queue, outages with their recovery times, latencies.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct SystemView {
    /// Its name.
    #[schema(example = "wms-east")]
    name: String,
    /// What it can do.
    capabilities: Vec<String>,
    /// `closed` (up), `open` (down) or `half_open` (a call is out to see whether it is back).
    circuit: CircuitState,
    /// Effects that wait.
    queued: usize,
    /// Calls that are open.
    in_flight: usize,
    /// Effects that it carried out.
    delivered: u64,
    /// Calls that were repeated.
    retried: u64,
    /// Effects that it refused, or that were given up.
    failed: u64,
    /// What went wrong last.
    last_error: Option<String>,
    /// How often it was down, ever.
    outages_total: u64,
    /// Time for which it was down, ever, in milliseconds, the present outage included.
    down_ms: u64,
    /// Mean time from the beginning of an outage to its end, in milliseconds.
    mean_time_to_recovery_ms: Option<u64>,
    /// The last outages, the latest last; at most 20.
    outages: Vec<OutageView>,
    /// Time to answer in milliseconds, of the last calls: the median.
    latency_p50_ms: Option<u64>,
    /// Time to answer in milliseconds, of the last calls: 99 of 100 were quicker.
    latency_p99_ms: Option<u64>,
}

/// A time at which a system was down.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct OutageView {
    /// When it was noticed.
    began_at: String,
    /// When the system answered again.
    ended_at: Option<String>,
    /// When everything that had waited by then was delivered.
    drained_at: Option<String>,
    /// From its beginning to its end, or until now, in milliseconds.
    duration_ms: u64,
    /// From its beginning until everything that had waited was delivered, in milliseconds.
    recovery_ms: Option<u64>,
    /// Effects that waited when the system answered again.
    backlog: usize,
}

fn system(health: SystemHealth, now: Timestamp) -> SystemView {
    let time = |millis: i64| Timestamp(millis).to_string();
    let outages = health.outages.iter().map(|outage| OutageView {
        began_at: time(outage.began),
        ended_at: outage.ended.map(time),
        drained_at: outage.drained.map(time),
        duration_ms: outage.duration_ms(now.0),
        recovery_ms: outage.recovery_ms(),
        backlog: outage.backlog,
    });
    SystemView {
        outages: outages.collect(),
        name: health.name.to_string(),
        capabilities: health.capabilities.iter().map(ToString::to_string).collect(),
        circuit: health.circuit.into(),
        queued: health.queued,
        in_flight: health.in_flight,
        delivered: health.delivered,
        retried: health.retried,
        failed: health.failed,
        last_error: health.last_error,
        outages_total: health.outages_total,
        down_ms: health.down_ms,
        mean_time_to_recovery_ms: health.mean_time_to_recovery_ms,
        latency_p50_ms: health.latency_p50_ms,
        latency_p99_ms: health.latency_p99_ms,
    }
}

/// Whether a system counts as up.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CircuitState {
    /// Up.
    Closed,
    /// Down.
    Open,
    /// Down, and a call is out to see whether it is back.
    HalfOpen,
}

impl From<connect::CircuitState> for CircuitState {
    fn from(state: connect::CircuitState) -> Self {
        match state {
            connect::CircuitState::Closed => Self::Closed,
            connect::CircuitState::Open => Self::Open,
            connect::CircuitState::HalfOpen => Self::HalfOpen,
        }
    }
}

/// Show the health of all connected systems.
#[utoipa::path(get, path = "/v1/systems", tag = "systems", responses((status = 200, body = Systems)))]
async fn list(State(state): State<AppState>, _: Reading) -> JsonAnswer<Systems> {
    let now = state.now();
    let systems = state.connections.health().into_iter().map(|health| system(health, now));
    JsonAnswer(Systems { systems: systems.collect() })
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
pub(crate) struct DeadLetterFilter {
    /// Only those for this capability.
    capability: Option<String>,
    /// `next` of the page before.
    after: Option<String>,
    /// Entries on a page: 1 to 500, 50 unless given.
    limit: Option<usize>,
}

fn dead(reader: &mut dyn store::Reader, filter: &DeadLetterFilter) -> Result<Page<DeadLetter>, Problem> {
    let filters = [(Column::Status, Some("dead")), (Column::Label, filter.capability.as_deref())];
    page::read(reader, Table::Effect, &filters, filter.after.as_deref(), filter.limit, |_, _, state| match state {
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
#[utoipa::path(get, path = "/v1/dead-letters", tag = "systems", params(DeadLetterFilter), responses((status = 200, body = Page<DeadLetter>)))]
async fn dead_letters(
    State(state): State<AppState>,
    _: Reading,
    Query(filter): Query<DeadLetterFilter>,
) -> Result<Listed<Page<DeadLetter>>, Problem> {
    state.readers.read(move |reader| dead(reader, &filter)).await.map(Listed)
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
    responses((status = 200, body = Accepted)))]
async fn replay(
    State(state): State<AppState>,
    caller: Caller,
    Json(request, bytes): Json<ReplayRequest>,
) -> Result<JsonAnswer<Accepted>, Problem> {
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
