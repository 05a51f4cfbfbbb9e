//! Connected systems: health, queues, dead letters.

use axum::Json as JsonAnswer;
use axum::extract::State;
use connect::{Call, Cut, SystemHealth};
use partition::row::Column;
use partition::{AnyState, Body, EffectId, Table};
use serde::{Deserialize, Serialize};
use units::Timestamp;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Caller, Json, Path, Query, Reading};
use crate::page::{self, Listed, Page};
use crate::problem::Problem;
use crate::resource::id;
use crate::resource::stock::{Accepted, accepted};
use crate::state::AppState;
use crate::submit::submit;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(calls)).routes(routes!(dead_letters)).routes(routes!(replay))
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
    /// Time to answer in milliseconds, of the last calls: 95 of 100 were quicker.
    latency_p95_ms: Option<u64>,
    /// Time to answer in milliseconds, of the last calls: 99 of 100 were quicker.
    latency_p99_ms: Option<u64>,
    /// Calls since the start of the server, what is fetched included. While there are none, nobody knows how the system is.
    calls_total: u64,
    /// When the last call began.
    last_call_at: Option<String>,
    /// When the oldest effect that waits was asked for.
    oldest_queued_at: Option<String>,
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
        latency_p95_ms: health.latency_p95_ms,
        latency_p99_ms: health.latency_p99_ms,
        calls_total: health.calls_total,
        last_call_at: health.last_call.map(time),
        oldest_queued_at: health.oldest_queued.map(time),
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

/// The last calls of a system.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct CallList {
    /// The newest first; the last 200 since the start of the server are kept.
    items: Vec<CallView>,
    /// How many there were since the start of the server.
    total: u64,
}

/// A call of a system, with secrets masked and long bodies cut.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct CallView {
    /// 1, 2, 3 … since the start of the server.
    number: u64,
    /// The effect that it delivers; absent for what is fetched.
    #[serde(skip_serializing_if = "str::is_empty")]
    #[schema(example = "EF-1048577-3")]
    effect: String,
    /// What is asked for; `poll` for what is fetched.
    #[schema(example = "wms.release")]
    capability: String,
    /// What it is about.
    #[serde(skip_serializing_if = "str::is_empty")]
    #[schema(example = "warehouse_order WO-1")]
    subject: String,
    /// The order that it belongs to.
    #[serde(skip_serializing_if = "str::is_empty")]
    #[schema(example = "SO-17")]
    order: String,
    /// Which try it was.
    attempt: u32,
    /// When it began.
    began_at: String,
    /// How long it took, in milliseconds.
    took_ms: u64,
    /// `done`, `refused`, `again` (the system asks for another try), `broken` (it failed) or `down` (it cannot be reached).
    outcome: &'static str,
    /// Why it was not done.
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<String>,
    /// What was sent.
    request: CallRequest,
    /// What came back; absent if nothing did.
    #[serde(skip_serializing_if = "Option::is_none")]
    response: Option<CallResponse>,
}

/// What was sent to a system.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct CallRequest {
    /// The method.
    method: String,
    /// The address.
    url: String,
    /// The headers; a secret is `***`.
    headers: Vec<HeaderView>,
    /// The body.
    body: BodyView,
}

/// What a system has answered.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct CallResponse {
    /// The HTTP status.
    status: u16,
    /// The headers; a secret is `***`.
    headers: Vec<HeaderView>,
    /// The body.
    body: BodyView,
}

/// A header.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct HeaderView {
    name: String,
    value: String,
}

/// A body as text.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct BodyView {
    /// The text, cut after 8 kB; values of secret fields are `***`.
    text: String,
    /// How long it was, in bytes.
    bytes: usize,
    /// Whether some was cut off.
    is_cut: bool,
}

impl From<Cut> for BodyView {
    fn from(Cut { text, bytes, is_cut }: Cut) -> Self {
        Self { text, bytes, is_cut }
    }
}

fn call_view(call: Call) -> CallView {
    let headers = |all: Vec<(String, String)>| all.into_iter().map(|(name, value)| HeaderView { name, value }).collect();
    CallView {
        number: call.number,
        effect: call.effect.to_string(),
        capability: call.capability.to_string(),
        subject: call.subject.to_string(),
        order: call.order.to_string(),
        attempt: call.attempt,
        began_at: Timestamp(call.began).to_string(),
        took_ms: call.took_ms,
        outcome: call.outcome,
        cause: call.cause,
        request: CallRequest {
            method: call.method,
            url: call.url,
            headers: headers(call.request_headers),
            body: call.request.into(),
        },
        response: call.status.map(|status| CallResponse {
            status,
            headers: headers(call.response_headers),
            body: call.response.into(),
        }),
    }
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CallFilter {
    /// Only calls that came out so: `done`, `refused`, `again`, `broken` or `down`.
    outcome: Option<String>,
    /// Only calls for this capability; `poll` for what is fetched.
    capability: Option<String>,
    /// Only calls that deliver this effect.
    effect: Option<String>,
}

/// Show the last calls of a system: request and answer of each, the newest first.
#[utoipa::path(get, path = "/v1/systems/{system}/calls", tag = "systems", params(("system" = String, Path), CallFilter),
    responses((status = 200, body = CallList)))]
async fn calls(
    State(state): State<AppState>,
    _: Reading,
    Path(system): Path<String>,
    Query(filter): Query<CallFilter>,
) -> Result<JsonAnswer<CallList>, Problem> {
    page::check_word("outcome", filter.outcome.as_deref(), &["done", "refused", "again", "broken", "down"])?;
    let (total, calls) =
        state.connections.calls(&system).ok_or_else(|| Problem::not_found(format_args!("system {system}")))?;
    let is = |wanted: &Option<String>, value: &str| wanted.as_deref().is_none_or(|wanted| wanted == value);
    let fits = |call: &Call| {
        is(&filter.outcome, call.outcome) && is(&filter.capability, &call.capability) && is(&filter.effect, &call.effect)
    };
    Ok(JsonAnswer(CallList { items: calls.into_iter().filter(fits).map(call_view).collect(), total }))
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
    page::counted(reader, Table::Effect, &filters, filter.after.as_deref(), filter.limit, |_, _, state| match state {
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
) -> Result<Listed, Problem> {
    state.readers.list(move |reader| dead(reader, &filter)).await
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
