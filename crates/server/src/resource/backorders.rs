//! Backorders: scarce stock is confirmed anew, first on paper and then for good.

use axum::Json as JsonAnswer;
use axum::extract::State;
use partition::{Body, Reply};
use serde::{Deserialize, Serialize};
use trade::stock::{BackorderRun, Reconfirmed, Segment, Strategy};
use trade::{AccountId, ItemId, NodeId};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Caller, Json};
use crate::problem::Problem;
use crate::state::AppState;
use crate::submit::{submit, unexpected};
use crate::view::name;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(run))
}

/// What is to be confirmed anew.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RunRequest {
    /// The item.
    #[schema(example = "A-100")]
    item: String,
    /// The warehouse.
    #[schema(example = "EAST")]
    node: String,
    /// The first segment that fits a line counts; a line that fits none keeps what it has and may gain last.
    segments: Vec<SegmentRequest>,
    /// Those who redistribute share what is left pro rata to what they want; otherwise the first is served first.
    #[serde(default)]
    share: bool,
    /// Carry it out; otherwise only say what would change.
    #[serde(default)]
    commit: bool,
}

/// Which lines are treated in which way; an empty list stands for all.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SegmentRequest {
    /// What they may get.
    strategy: StrategyName,
    /// Customers.
    #[serde(default)]
    accounts: Vec<String>,
    /// Tiers of customers, 1 to 9.
    #[serde(default)]
    tiers: Vec<u8>,
    /// Priorities of orders.
    #[serde(default)]
    priorities: Vec<u8>,
}

/// What lines may get out of a run.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StrategyName {
    /// All that they want, before anybody gains.
    Win,
    /// Never less than before; more after those who win.
    Gain,
    /// Never less than before; more after those who gain.
    Improve,
    /// Start from nothing and get what the others leave.
    Redistribute,
    /// Keep at most what they had, of what is left.
    Fill,
    /// Keep at most what they had, of what nobody else wants.
    Lose,
}

impl From<StrategyName> for Strategy {
    fn from(name: StrategyName) -> Self {
        match name {
            StrategyName::Win => Self::Win,
            StrategyName::Gain => Self::Gain,
            StrategyName::Improve => Self::Improve,
            StrategyName::Redistribute => Self::Redistribute,
            StrategyName::Fill => Self::Fill,
            StrategyName::Lose => Self::Lose,
        }
    }
}

/// What a run changes, or would change.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct RunView {
    /// Whether it was carried out.
    committed: bool,
    /// Every line that wants units from there, in the order of service.
    lines: Vec<ReconfirmedView>,
}

/// What a run means for a line.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ReconfirmedView {
    /// The order.
    order: String,
    /// Its line.
    line: u64,
    /// Whose it is.
    account: String,
    /// How it was treated.
    strategy: String,
    /// Units that it wants.
    wanted: i64,
    /// Units confirmed before.
    before: i64,
    /// Units confirmed after.
    after: i64,
    /// The difference.
    change: i64,
}

fn view(line: &Reconfirmed) -> ReconfirmedView {
    ReconfirmedView {
        order: line.order.to_string(),
        line: line.line.0,
        account: line.account.to_string(),
        strategy: name(&line.strategy),
        wanted: line.wanted.0,
        before: line.before.0,
        after: line.after.0,
        change: (line.after - line.before).0,
    }
}

/// Confirm the stock of an item at a warehouse anew. All of it happens or nothing; units at work in the warehouse are left alone.
#[utoipa::path(post, path = "/v1/backorders/runs", tag = "stock", params(("Idempotency-Key" = String, Header)), request_body = RunRequest, responses((status = 200, body = RunView)))]
async fn run(
    State(state): State<AppState>,
    caller: Caller,
    Json(request, bytes): Json<RunRequest>,
) -> Result<JsonAnswer<RunView>, Problem> {
    let committed = request.commit;
    let segments = request.segments.into_iter().map(|segment| Segment {
        strategy: segment.strategy.into(),
        accounts: segment.accounts.into_iter().map(AccountId::from).collect(),
        tiers: segment.tiers,
        priorities: segment.priorities,
    });
    let run = BackorderRun {
        item: ItemId::from(request.item),
        node: NodeId::from(request.node),
        segments: segments.collect(),
        share: request.share,
        commit: committed,
    };
    match submit(&state, caller, &bytes, Body::RunBackorders(run)).await? {
        Reply::Reconfirmed(lines) => Ok(JsonAnswer(RunView { committed, lines: lines.iter().map(view).collect() })),
        other => Err(unexpected(&other)),
    }
}
