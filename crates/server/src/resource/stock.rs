//! Stock and availability: what is there, what can be promised, and reservations without an order.

use axum::Json as JsonAnswer;
use axum::extract::State;
use partition::row::Column;
use partition::{AnyState, Body, Reply, RowKey, Table};
use serde::{Deserialize, Serialize};
use store::{Reader, RowQuery};
use trade::stock::{Adjustment, Count, Inbound, Receipt, ReserveLine, ReserveRequest, Stock};
use trade::{AccountId, Aggregate, ItemId, Kind, NodeId, ReservationId, StockKey};
use units::{Day, Quantity, Text};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Caller, Created, Json, Path, Query, Reading};
use crate::page::{self, Listed, Page};
use crate::problem::Problem;
use crate::readers::{company, decode};
use crate::resource::id;
use crate::state::AppState;
use crate::submit::{submit, unexpected};

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(availability))
        .routes(routes!(reserve))
        .routes(routes!(give_back))
        .routes(routes!(list))
        .routes(routes!(receive))
        .routes(routes!(count))
        .routes(routes!(adjust))
        .routes(routes!(announce))
        .routes(routes!(safety))
}

/// The stock of an item at a node; all quantities in the item's base unit.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct StockView {
    /// The item.
    item: String,
    /// The node.
    node: String,
    /// Physically there.
    on_hand: i64,
    /// There, but blocked.
    unavailable: i64,
    /// Kept back.
    safety: i64,
    /// Softly reserved.
    soft: i64,
    /// Bound to warehouse orders, picked units included.
    hard: i64,
    /// Available to sell now.
    available: i64,
    /// Units of orders that wait for supply.
    backordered: i64,
    /// What is coming.
    inbound: Vec<InboundView>,
    /// What is kept for groups of channels: quotas, less what has shipped.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    quotas: Vec<StockQuotaView>,
}

/// What is kept for a group of channels.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct StockQuotaView {
    /// The group.
    group: String,
    /// Units, what it holds included.
    quota: i64,
}

/// Supply that is expected.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct InboundView {
    /// The purchase order or transfer.
    document: String,
    /// Units still to come.
    quantity: i64,
    /// When.
    eta: String,
}

fn view(key: &StockKey, stock: &Stock) -> StockView {
    use trade::stock::ClaimKind;
    StockView {
        item: key.item.to_string(),
        node: key.node.to_string(),
        on_hand: stock.on_hand.0,
        unavailable: stock.unavailable.0,
        safety: stock.safety.0,
        soft: stock.claimed(ClaimKind::Soft).0,
        hard: (stock.claimed(ClaimKind::Hard) + stock.claimed(ClaimKind::Picked)).0,
        available: stock.available_to_sell().0,
        backordered: stock.demand.iter().map(|demand| demand.quantity.0).sum(),
        inbound: stock
            .inbound
            .iter()
            .map(|inbound| InboundView {
                document: inbound.document.to_string(),
                quantity: inbound.quantity.0,
                eta: inbound.eta.to_string(),
            })
            .collect(),
        quotas: stock
            .quotas
            .iter()
            .map(|quota| StockQuotaView { group: quota.group.to_string(), quota: quota.quantity.0 })
            .collect(),
    }
}

pub(crate) fn key_of(row: &RowKey) -> StockKey {
    let text = match row {
        RowKey::Text(text) => text.as_str(),
        RowKey::Number(_) => "",
    };
    let (item, node) = text.split_once('\u{1f}').unwrap_or((text, ""));
    StockKey { item: ItemId::from(item), node: NodeId::from(node) }
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct StockFilter {
    /// Only stocks of this item.
    item: Option<String>,
    /// `next` of the page before.
    after: Option<String>,
    /// Entries on a page: 1 to 500, 50 unless given.
    limit: Option<usize>,
}

/// List stocks by item and node.
#[utoipa::path(get, path = "/v1/stock", tag = "stock", params(StockFilter), responses((status = 200, body = Page<StockView>)))]
async fn list(State(state): State<AppState>, _: Reading, Query(filter): Query<StockFilter>) -> Result<Listed, Problem> {
    let read = move |reader: &mut dyn Reader| {
        let filters = [(Column::Parent, filter.item.as_deref())];
        page::counted(reader, Table::Trade(Kind::Stock), &filters, filter.after.as_deref(), filter.limit, |key, _, state| {
            match state {
                AnyState::Trade(Aggregate::Stock(stock), _) => Some(view(&key_of(key), &stock)),
                _ => None,
            }
        })
    };
    state.readers.list(read).await
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AvailabilityQuery {
    /// The item.
    item: String,
    /// Up to which day; 365 days from today unless given.
    #[serde(default)]
    #[param(value_type = Option<String>, format = Date)]
    until: Option<Day>,
    /// How many units: the answer then says when they can be promised.
    #[serde(default)]
    quantity: Option<i64>,
    /// To which group of channels; without one, what is kept for groups is left out.
    #[serde(default)]
    group: Option<String>,
}

/// What of an item can be promised, when, and where.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct AvailabilityView {
    /// The item.
    item: String,
    /// Available to sell now, over all nodes.
    available: i64,
    /// By node.
    nodes: Vec<NodeAvailability>,
    /// The first day on which the asked quantity can be promised from one node.
    #[serde(skip_serializing_if = "Option::is_none")]
    promise: Option<String>,
}

/// Available to promise at one node.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct NodeAvailability {
    /// The node.
    node: String,
    /// Available to sell now.
    available: i64,
    /// From which day on how much can be promised; each step holds until the next.
    steps: Vec<AvailabilityStep>,
}

/// Available to promise from a day on.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct AvailabilityStep {
    /// The day.
    from: String,
    /// Units.
    atp: i64,
}

/// Ask what can be promised. Looks ahead, so that later commitments are not robbed.
#[utoipa::path(get, path = "/v1/availability", tag = "stock", params(AvailabilityQuery), responses((status = 200, body = AvailabilityView)))]
async fn availability(
    State(state): State<AppState>,
    _: Reading,
    Query(query): Query<AvailabilityQuery>,
) -> Result<JsonAnswer<AvailabilityView>, Problem> {
    let now = state.now();
    let read = move |reader: &mut dyn Reader| {
        let rows = RowQuery::table(Table::Trade(Kind::Stock)).is(Column::Parent, query.item.as_str()).limit(1_000);
        let rows = reader.rows(&rows)?;
        if rows.is_empty() {
            return Err(Problem::not_found(format_args!("stock of item {}", query.item)));
        }
        let company = company(reader)?;
        let groups = &company.policy.channel_groups;
        let group = query.group.as_deref().map(Text::from);
        if let Some(unknown) = group.as_ref().filter(|code| !groups.iter().any(|group| group.code == **code)) {
            return Err(Problem::not_found(format_args!("group of channels {unknown}")));
        }
        let mut nodes = Vec::with_capacity(rows.len());
        let mut promise: Option<Day> = None;
        for (key, row) in &rows {
            let AnyState::Trade(Aggregate::Stock(stock), _) = decode(Table::Trade(Kind::Stock), key, &row.data)? else {
                continue;
            };
            let node = key_of(key).node;
            // as promising has it: the day that it is there
            let today = company.node(&node).map_or(now.day(), |node| node.calendar.local_day(now));
            let until = query.until.unwrap_or(today.plus_days(365));
            let days = (today, until);
            let steps = trade::stock::atp_steps(&stock, groups, group.as_ref(), days, &company.policy.atp);
            // where units are kept for groups, what is there is not for everybody
            let now = steps.first().filter(|_| !stock.quotas.is_empty()).map(|(_, atp)| *atp);
            if let Some(wanted) = query.quantity {
                let first = steps.iter().find(|(_, atp)| atp.0 >= wanted).map(|(day, _)| *day);
                promise = match (promise, first) {
                    (Some(before), Some(day)) => Some(before.min(day)),
                    (before, day) => before.or(day),
                };
            }
            nodes.push(NodeAvailability {
                node: node.to_string(),
                available: now.map_or(stock.available_to_sell(), |now| now.min(stock.available_to_sell())).0,
                steps: steps.iter().map(|(day, atp)| AvailabilityStep { from: day.to_string(), atp: atp.0 }).collect(),
            });
        }
        let available = nodes.iter().map(|node| node.available).sum();
        Ok(AvailabilityView { item: query.item.clone(), available, nodes, promise: promise.map(|day| day.to_string()) })
    };
    state.readers.read(read).await.map(JsonAnswer)
}

/// Units to reserve without an order.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReservationRequest {
    /// What; all lines are reserved or none, unless partials are allowed.
    lines: Vec<ReservationLine>,
    /// Reserve what is there, even if it is less.
    #[serde(default)]
    allow_partial: bool,
    /// After so many seconds the reservation lapses; 900 unless given.
    #[serde(default)]
    ttl_seconds: Option<u32>,
    /// The group of channels whose quota it draws on; without one, what is kept for groups is left alone.
    #[serde(default)]
    group: Option<String>,
    /// The customer whose reservation it is: their orders may name it, whoever enters them. Without one, only orders of the caller may.
    #[serde(default)]
    account: Option<String>,
}

/// A line to reserve.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReservationLine {
    /// The item.
    item: String,
    /// Units, in the item's base unit.
    quantity: i64,
    /// Only at this node.
    #[serde(default)]
    node: Option<String>,
}

/// What was reserved.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ReservationResult {
    /// The reservations; a line may have several.
    reservations: Vec<ReservationView>,
}

/// A reservation.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ReservationView {
    /// Index of the request's line.
    line: usize,
    /// Its number.
    reservation: String,
    /// The item.
    item: String,
    /// Where.
    node: String,
    /// Units.
    quantity: i64,
}

/// Reserve stock without an order. An atomic check and decrement: never more than there is.
#[utoipa::path(post, path = "/v1/availability/reservations", tag = "stock", params(("Idempotency-Key" = String, Header)), request_body = ReservationRequest,
    responses((status = 201, body = ReservationResult)))]
async fn reserve(
    State(state): State<AppState>,
    caller: Caller,
    Json(request, bytes): Json<ReservationRequest>,
) -> Result<Created<ReservationResult>, Problem> {
    let ttl = i64::from(request.ttl_seconds.unwrap_or(900)) * 1_000;
    let lines = request.lines.into_iter().map(|line| ReserveLine {
        item: ItemId::from(line.item),
        quantity: Quantity(line.quantity),
        node: line.node.map(NodeId::from),
    });
    let request = ReserveRequest {
        lines: lines.collect(),
        allow_partial: request.allow_partial,
        expires: Some(state.now().plus_millis(ttl)),
        group: request.group.map(Text::from),
        account: request.account.map(AccountId::from),
    };
    match submit(&state, caller, &bytes, Body::Reserve(request)).await? {
        Reply::Reserved(units) => Ok(Created(ReservationResult {
            reservations: units
                .into_iter()
                .map(|units| ReservationView {
                    line: units.line,
                    reservation: units.reservation.to_string(),
                    item: units.item.to_string(),
                    node: units.node.to_string(),
                    quantity: units.quantity.0,
                })
                .collect(),
        })),
        other => Err(unexpected(&other)),
    }
}

/// Where a reservation is.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReservationPlace {
    /// The item.
    item: String,
    /// The node.
    node: String,
}

/// Nothing more to say.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Accepted {
    /// `done`, or `repeated` if it had been done before.
    pub(crate) result: &'static str,
}

/// The answer to a command that has nothing to tell.
pub(crate) fn accepted(reply: &Reply) -> Accepted {
    Accepted { result: if *reply == Reply::Repeated { "repeated" } else { "done" } }
}

/// Give a reservation back.
#[utoipa::path(post, path = "/v1/availability/reservations/{reservation}/release", tag = "stock", params(("reservation" = String, Path), ("Idempotency-Key" = String, Header)), request_body = ReservationPlace,
    responses((status = 200, body = Accepted)))]
async fn give_back(
    State(state): State<AppState>,
    caller: Caller,
    Path(reservation): Path<String>,
    Json(place, bytes): Json<ReservationPlace>,
) -> Result<JsonAnswer<Accepted>, Problem> {
    let reservation: ReservationId = id(&reservation)?;
    let stock = StockKey { item: ItemId::from(place.item), node: NodeId::from(place.node) };
    let reply = submit(&state, caller, &bytes, Body::ReleaseReservation { stock, reservation }).await?;
    Ok(JsonAnswer(accepted(&reply)))
}

/// Goods that came in.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReceiptRequest {
    /// The item.
    item: String,
    /// The node.
    node: String,
    /// Units.
    quantity: i64,
    /// The receipt's number; a second one of the same number changes nothing.
    receipt: String,
    /// The announced document that it fulfils.
    #[serde(default)]
    document: Option<String>,
}

/// Record goods that came in. Backorders are served at once.
#[utoipa::path(post, path = "/v1/stock/receipts", tag = "stock", params(("Idempotency-Key" = String, Header)), request_body = ReceiptRequest, responses((status = 200, body = Accepted)))]
async fn receive(
    State(state): State<AppState>,
    caller: Caller,
    Json(request, bytes): Json<ReceiptRequest>,
) -> Result<JsonAnswer<Accepted>, Problem> {
    let receipt = Receipt {
        item: ItemId::from(request.item),
        node: NodeId::from(request.node),
        quantity: Quantity(request.quantity),
        receipt: request.receipt.into(),
        document: request.document.map(Into::into),
    };
    Ok(JsonAnswer(accepted(&submit(&state, caller, &bytes, Body::ReceiveStock(receipt)).await?)))
}

/// A stock count.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CountRequest {
    /// The item.
    item: String,
    /// The node.
    node: String,
    /// Units found.
    on_hand: i64,
    /// Of these, blocked.
    #[serde(default)]
    unavailable: i64,
    /// The count's number.
    document: String,
    /// Why it was counted.
    #[serde(default)]
    reason: String,
}

/// Record a count. What can no longer be kept is taken from the least important promises.
#[utoipa::path(post, path = "/v1/stock/counts", tag = "stock", params(("Idempotency-Key" = String, Header)), request_body = CountRequest, responses((status = 200, body = Accepted)))]
async fn count(
    State(state): State<AppState>,
    caller: Caller,
    Json(request, bytes): Json<CountRequest>,
) -> Result<JsonAnswer<Accepted>, Problem> {
    let count = Count {
        item: ItemId::from(request.item),
        node: NodeId::from(request.node),
        on_hand: Quantity(request.on_hand),
        unavailable: Quantity(request.unavailable),
        document: request.document.into(),
        reason: request.reason.into(),
    };
    Ok(JsonAnswer(accepted(&submit(&state, caller, &bytes, Body::CountStock(count)).await?)))
}

/// Stock that was found or lost.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AdjustmentRequest {
    /// The item.
    item: String,
    /// The node.
    node: String,
    /// More (positive) or less.
    #[serde(default)]
    on_hand: i64,
    /// More or less that is blocked.
    #[serde(default)]
    unavailable: i64,
    /// The document's number.
    document: String,
    /// Why.
    reason: String,
}

/// Record stock that was found or lost.
#[utoipa::path(post, path = "/v1/stock/adjustments", tag = "stock", params(("Idempotency-Key" = String, Header)), request_body = AdjustmentRequest, responses((status = 200, body = Accepted)))]
async fn adjust(
    State(state): State<AppState>,
    caller: Caller,
    Json(request, bytes): Json<AdjustmentRequest>,
) -> Result<JsonAnswer<Accepted>, Problem> {
    let adjustment = Adjustment {
        item: ItemId::from(request.item),
        node: NodeId::from(request.node),
        on_hand: Quantity(request.on_hand),
        unavailable: Quantity(request.unavailable),
        document: request.document.into(),
        reason: request.reason.into(),
    };
    Ok(JsonAnswer(accepted(&submit(&state, caller, &bytes, Body::AdjustStock(adjustment)).await?)))
}

/// Supply that is expected.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SupplyRequest {
    /// The item.
    item: String,
    /// The node.
    node: String,
    /// The purchase order or transfer.
    document: String,
    /// Units still to come; 0 takes it back.
    quantity: i64,
    /// When.
    #[schema(value_type = String, format = Date)]
    eta: Day,
}

/// Announce supply. Backorders get new promise dates at once.
#[utoipa::path(post, path = "/v1/stock/inbound", tag = "stock", params(("Idempotency-Key" = String, Header)), request_body = SupplyRequest, responses((status = 200, body = Accepted)))]
async fn announce(
    State(state): State<AppState>,
    caller: Caller,
    Json(request, bytes): Json<SupplyRequest>,
) -> Result<JsonAnswer<Accepted>, Problem> {
    let stock = StockKey { item: ItemId::from(request.item), node: NodeId::from(request.node) };
    let inbound = Inbound { document: request.document.into(), quantity: Quantity(request.quantity), eta: request.eta };
    Ok(JsonAnswer(accepted(&submit(&state, caller, &bytes, Body::AnnounceSupply { stock, inbound }).await?)))
}

/// What is kept back.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SafetyRequest {
    /// The item.
    item: String,
    /// The node.
    node: String,
    /// Units.
    quantity: i64,
}

/// Set the safety stock.
#[utoipa::path(post, path = "/v1/stock/safety", tag = "stock", params(("Idempotency-Key" = String, Header)), request_body = SafetyRequest, responses((status = 200, body = Accepted)))]
async fn safety(
    State(state): State<AppState>,
    caller: Caller,
    Json(request, bytes): Json<SafetyRequest>,
) -> Result<JsonAnswer<Accepted>, Problem> {
    let stock = StockKey { item: ItemId::from(request.item), node: NodeId::from(request.node) };
    let body = Body::SetSafetyStock { stock, quantity: Quantity(request.quantity) };
    Ok(JsonAnswer(accepted(&submit(&state, caller, &bytes, body).await?)))
}
