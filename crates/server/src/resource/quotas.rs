//! Quotas: what is kept of an item for groups of channels.

use axum::Json as JsonAnswer;
use axum::extract::State;
use partition::{AnyState, Body, Reply, Table, row::Column};
use serde::{Deserialize, Serialize};
use store::{Reader, RowQuery};
use trade::stock::{GroupQuota, QuotaChange, QuotaVerb, quotas_at};
use trade::{Aggregate, ItemId, Kind, NodeId};
use units::{Quantity, Text};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Caller, Json, Query, Reading};
use crate::problem::Problem;
use crate::readers::company;
use crate::readers::decode;
use crate::resource::stock::key_of;
use crate::state::AppState;
use crate::submit::{submit, unexpected};

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(show, change))
}

/// A change of what is kept for whom.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuotaRequest {
    /// The item.
    #[schema(example = "A-100")]
    item: String,
    /// Only at this warehouse; otherwise at all, the preferred first.
    #[serde(default)]
    node: Option<String>,
    /// What.
    change: QuotaChangeRequest,
}

/// What is done with quotas. A pool is the quota of the group that a group is a part of, or what nobody has a right to.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum QuotaChangeRequest {
    /// Keep units of the pool for a group, beside what it holds.
    Allocate(AllocateRequest),
    /// Give units that a group has left back to the pool.
    Unallocate(UnallocateRequest),
    /// Keep units that a group has left for another one.
    Reallocate(ReallocateRequest),
    /// Share a pool by the groups that are directly a part of it.
    Share(ShareRequest),
}

/// Units for a group.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AllocateRequest {
    /// The group.
    group: String,
    /// Units.
    quantity: i64,
}

/// Units that go back.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UnallocateRequest {
    /// The group.
    group: String,
    /// Units; all, and the end of its quota, unless given.
    #[serde(default)]
    quantity: Option<i64>,
}

/// Units that go from group to group.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReallocateRequest {
    /// The group that has them left.
    from: String,
    /// The group that gets them.
    to: String,
    /// Units.
    quantity: i64,
}

/// A pool that is shared.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShareRequest {
    /// The group whose quota is shared; the common pool unless given.
    #[serde(default)]
    parent: Option<String>,
    /// Units of it; all unless given.
    #[serde(default)]
    quantity: Option<i64>,
    /// What the groups ask for; a group that is not named gets nothing. Without any, each takes what its weight gives it.
    #[serde(default)]
    requests: Vec<AllocateRequest>,
    /// Share by what they ask for, and not by the weights of the groups.
    #[serde(default)]
    pro_rata: bool,
}

impl From<QuotaChangeRequest> for QuotaVerb {
    fn from(request: QuotaChangeRequest) -> Self {
        match request {
            QuotaChangeRequest::Allocate(AllocateRequest { group, quantity }) => {
                Self::Allocate { group: group.into(), quantity: Quantity(quantity) }
            }
            QuotaChangeRequest::Unallocate(UnallocateRequest { group, quantity }) => {
                Self::Unallocate { group: group.into(), quantity: quantity.map(Quantity) }
            }
            QuotaChangeRequest::Reallocate(ReallocateRequest { from, to, quantity }) => {
                Self::Reallocate { from: from.into(), to: to.into(), quantity: Quantity(quantity) }
            }
            QuotaChangeRequest::Share(share) => Self::Share {
                parent: share.parent.map(Text::from),
                quantity: share.quantity.map(Quantity),
                requests: share
                    .requests
                    .into_iter()
                    .map(|request| (Text::from(request.group), Quantity(request.quantity)))
                    .collect(),
                pro_rata: share.pro_rata,
            },
        }
    }
}

/// What is kept of an item.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct QuotasView {
    /// The item.
    item: String,
    /// By warehouse and group.
    quotas: Vec<QuotaView>,
}

/// What is kept for a group at a warehouse.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct QuotaView {
    /// The warehouse.
    node: String,
    /// The group.
    group: String,
    /// Its quota, what it holds included; what ships is taken off.
    quota: i64,
    /// Units that it has reserved.
    reserved: i64,
    /// Units that only it may still take.
    left: i64,
}

fn view(quota: GroupQuota) -> QuotaView {
    QuotaView {
        node: quota.node.to_string(),
        group: quota.group.to_string(),
        quota: quota.quota.0,
        reserved: quota.reserved.0,
        left: quota.left.0,
    }
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct QuotaQuery {
    /// The item.
    item: String,
}

/// Show what is kept of an item for which groups of channels.
#[utoipa::path(get, path = "/v1/stock/quotas", tag = "stock", params(QuotaQuery), responses((status = 200, body = QuotasView)))]
async fn show(
    State(state): State<AppState>,
    _: Reading,
    Query(query): Query<QuotaQuery>,
) -> Result<JsonAnswer<QuotasView>, Problem> {
    let read = move |reader: &mut dyn Reader| {
        let table = Table::Trade(Kind::Stock);
        let rows = reader.rows(&RowQuery::table(table).is(Column::Parent, query.item.as_str()).limit(1_000))?;
        if rows.is_empty() {
            return Err(Problem::not_found(format_args!("stock of item {}", query.item)));
        }
        let groups = &company(reader)?.policy.channel_groups;
        let mut quotas = Vec::new();
        for (key, row) in &rows {
            if let AnyState::Trade(Aggregate::Stock(stock), _) = decode(table, key, &row.data)? {
                quotas.extend(quotas_at(&stock, &key_of(key).node, groups).into_iter().map(view));
            }
        }
        Ok(QuotasView { item: query.item.clone(), quotas })
    };
    state.readers.read(read).await.map(JsonAnswer)
}

/// Change what is kept of an item for which groups of channels. Those who wait are served at once from what became free.
#[utoipa::path(post, path = "/v1/stock/quotas", tag = "stock", params(("Idempotency-Key" = String, Header)), request_body = QuotaRequest, responses((status = 200, body = QuotasView)))]
async fn change(
    State(state): State<AppState>,
    caller: Caller,
    Json(request, bytes): Json<QuotaRequest>,
) -> Result<JsonAnswer<QuotasView>, Problem> {
    let item = request.item.clone();
    let change =
        QuotaChange { item: ItemId::from(request.item), node: request.node.map(NodeId::from), verb: request.change.into() };
    match submit(&state, caller, &bytes, Body::ChangeQuotas(change)).await? {
        Reply::Quotas(quotas) => Ok(JsonAnswer(QuotasView { item, quotas: quotas.into_iter().map(view).collect() })),
        other => Err(unexpected(&other)),
    }
}
