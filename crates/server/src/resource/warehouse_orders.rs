//! Warehouse orders: what warehouses report.

use axum::Json as JsonAnswer;
use axum::extract::State;
use partition::row::Column;
use partition::{AnyState, Body, Reply};
use serde::Deserialize;
use trade::fulfilment::ShipConfirm;
use trade::{Aggregate, Key, LineNo, WarehouseOrderId};
use units::{Quantity, Timestamp};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Caller, Json, Path, Query, Reading};
use crate::page::{self, Listed, Page};
use crate::problem::Problem;
use crate::resource::fulfilment::{self, Standing, TABLE};
use crate::resource::orders::{LineQuantity, Numbered};
use crate::resource::stock::{Accepted, accepted};
use crate::resource::{id, versioned};
use crate::sort::{self, EARLIEST_FIRST};
use crate::state::AppState;
use crate::submit::{submit, unexpected};
use crate::version::Versioned;
use crate::view::{self, WarehouseOrderView};

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(acknowledge))
        .routes(routes!(reject))
        .routes(routes!(pick))
        .routes(routes!(ship))
        .routes(routes!(cancel_answer))
        .routes(routes!(redirect_answer))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct OfOrder {
    /// Only those of this order.
    pub(crate) order: Option<String>,
    /// `next` of the page before.
    pub(crate) after: Option<String>,
    /// Entries on a page: 1 to 500, 50 unless given.
    pub(crate) limit: Option<usize>,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct WarehouseOrderFilter {
    /// Only those of this order.
    order: Option<String>,
    /// Only those of this warehouse.
    node: Option<String>,
    /// Only those that are so far: `created`, `sent`, `acknowledged`, `picked`, `completed`, `rejected` or `cancelled`.
    progress: Option<String>,
    /// Only those that stand so: `open`, `unacknowledged`, `late` or `short`, see `/v1/fulfilment`. The longest with the warehouse first, unless
    /// it is `short`. Those that are `unacknowledged` are not counted, and a page may have fewer than there is room for: go on at `next`.
    standing: Option<String>,
    /// `next` of the page before.
    after: Option<String>,
    /// Entries on a page: 1 to 500, 50 unless given.
    limit: Option<usize>,
}

/// List warehouse orders, the newest first.
#[utoipa::path(get, path = "/v1/warehouse-orders", tag = "fulfilment", params(WarehouseOrderFilter), responses((status = 200, body = Page<WarehouseOrderView>)))]
async fn list(
    State(state): State<AppState>,
    _: Reading,
    Query(filter): Query<WarehouseOrderFilter>,
) -> Result<Listed, Problem> {
    page::check_word("progress", filter.progress.as_deref(), fulfilment::PROGRESS)?;
    let standing = Standing::of(filter.standing.as_deref())?;
    let now = state.now();
    let read = move |reader: &mut dyn store::Reader| {
        let filters = [
            (Column::Parent, filter.order.as_deref()),
            (Column::Label, filter.node.as_deref()),
            (Column::Status, filter.progress.as_deref()),
        ];
        let mut query = page::filtered(TABLE, &filters);
        if let Some(standing) = standing {
            query = standing.limits(query, fulfilment::midnight(reader, now)?);
        }
        let shown = |state| match state {
            AnyState::Trade(Aggregate::WarehouseOrder(order), _) => {
                let is_meant = standing != Some(Standing::Unacknowledged) || order.is_unacknowledged();
                is_meant.then(|| view::warehouse_order(&order))
            }
            _ => None,
        };
        let place = (filter.after.as_deref(), filter.limit);
        match standing {
            Some(Standing::Short) | None => page::counted_rows(reader, query, place.0, place.1, |_, _, state| shown(state)),
            Some(standing) => sort::page(reader, query, EARLIEST_FIRST, place, standing != Standing::Unacknowledged, shown),
        }
    };
    state.readers.list(read).await
}

/// Show a warehouse order.
#[utoipa::path(get, path = "/v1/warehouse-orders/{warehouse_order}", tag = "fulfilment", params(("warehouse_order" = String, Path)), responses((status = 200, body = WarehouseOrderView)))]
async fn show(
    State(state): State<AppState>,
    _: Reading,
    Path(order): Path<String>,
) -> Result<Versioned<WarehouseOrderView>, Problem> {
    match versioned(&state, Key::WarehouseOrder(id(&order)?)).await? {
        (Aggregate::WarehouseOrder(order), version) => Ok(Versioned(view::warehouse_order(&order), version)),
        _ => Err(Problem::not_found(order)),
    }
}

async fn tell(
    state: &AppState,
    caller: Caller,
    bytes: &[u8],
    order: WarehouseOrderId,
    body: Body,
) -> Result<JsonAnswer<Accepted>, Problem> {
    Ok(JsonAnswer(accepted(&submit(state, caller.on(Key::WarehouseOrder(order)), bytes, body).await?)))
}

/// Nothing to say.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

/// The warehouse will do it.
#[utoipa::path(post, path = "/v1/warehouse-orders/{warehouse_order}/acknowledgements", tag = "fulfilment", params(("warehouse_order" = String, Path), ("Idempotency-Key" = String, Header)), request_body = Nothing,
    responses((status = 200, body = Accepted)))]
async fn acknowledge(
    State(state): State<AppState>,
    caller: Caller,
    Path(order): Path<String>,
    Json(_, bytes): Json<Nothing>,
) -> Result<JsonAnswer<Accepted>, Problem> {
    let order = id(&order)?;
    tell(&state, caller, &bytes, order, Body::WarehouseAcknowledged(order)).await
}

/// Why a warehouse refuses.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rejection {
    /// In words.
    reason: String,
}

/// The warehouse refuses. Its units go back to the order.
#[utoipa::path(post, path = "/v1/warehouse-orders/{warehouse_order}/rejections", tag = "fulfilment", params(("warehouse_order" = String, Path), ("Idempotency-Key" = String, Header)), request_body = Rejection,
    responses((status = 200, body = Accepted)))]
async fn reject(
    State(state): State<AppState>,
    caller: Caller,
    Path(order): Path<String>,
    Json(request, bytes): Json<Rejection>,
) -> Result<JsonAnswer<Accepted>, Problem> {
    let warehouse_order = id(&order)?;
    let body = Body::WarehouseRejected { warehouse_order, reason: request.reason.into() };
    tell(&state, caller, &bytes, warehouse_order, body).await
}

/// What was picked.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pick {
    /// Picked in all so far, by line.
    lines: Vec<PickedLine>,
    /// Nothing more will be picked: what is missing was not there.
    #[serde(default)]
    complete: bool,
}

/// Picked units of a line.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PickedLine {
    /// The order line.
    line: u64,
    /// Picked in all so far.
    picked: i64,
}

/// The warehouse picked.
#[utoipa::path(post, path = "/v1/warehouse-orders/{warehouse_order}/picks", tag = "fulfilment", params(("warehouse_order" = String, Path), ("Idempotency-Key" = String, Header)), request_body = Pick,
    responses((status = 200, body = Accepted)))]
async fn pick(
    State(state): State<AppState>,
    caller: Caller,
    Path(order): Path<String>,
    Json(request, bytes): Json<Pick>,
) -> Result<JsonAnswer<Accepted>, Problem> {
    let lines = request.lines.iter().map(|line| (LineNo(line.line), Quantity(line.picked))).collect();
    let warehouse_order = id(&order)?;
    let body = Body::WarehousePicked { warehouse_order, lines, complete: request.complete };
    tell(&state, caller, &bytes, warehouse_order, body).await
}

/// What left.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShipConfirmation {
    /// The warehouse's number of the shipment; a second one of the same number changes nothing.
    reference: String,
    /// When it left.
    #[schema(value_type = String, format = DateTime)]
    shipped_at: Timestamp,
    /// The carrier.
    #[serde(default)]
    carrier: String,
    /// The carrier's tracking number.
    #[serde(default)]
    tracking: String,
    /// Nothing more comes of this warehouse order.
    #[serde(default)]
    complete: bool,
    /// Which shipment of the warehouse order it is, from 1; by it a last shipment that overtakes an earlier one is known.
    #[serde(default)]
    sequence: Option<u32>,
    /// The number of the bill of lading that it left with; customers may name it when they pay.
    #[serde(default)]
    bill_of_lading: String,
    /// What is in it.
    lines: Vec<LineQuantity>,
}

/// The warehouse shipped. The shipment is billed by the order's policy at once. One that cannot be booked, because more left than is
/// outstanding or nothing was to leave any more, is refused, and a person is asked about it.
#[utoipa::path(post, path = "/v1/warehouse-orders/{warehouse_order}/shipments", tag = "fulfilment", params(("warehouse_order" = String, Path), ("Idempotency-Key" = String, Header)), request_body = ShipConfirmation,
    responses((status = 200, body = Numbered)))]
async fn ship(
    State(state): State<AppState>,
    caller: Caller,
    Path(order): Path<String>,
    Json(request, bytes): Json<ShipConfirmation>,
) -> Result<JsonAnswer<Numbered>, Problem> {
    let warehouse_order: WarehouseOrderId = id(&order)?;
    let confirm = ShipConfirm {
        warehouse_order,
        reference: request.reference.into(),
        shipped_at: request.shipped_at,
        carrier: request.carrier.into(),
        tracking: request.tracking.into(),
        bill_of_lading: request.bill_of_lading.into(),
        complete: request.complete,
        sequence: request.sequence,
        lines: request.lines.iter().map(|line| (LineNo(line.line), Quantity(line.quantity))).collect(),
    };
    let caller = caller.on(Key::WarehouseOrder(warehouse_order));
    match submit(&state, caller, &bytes, Body::WarehouseShipped(confirm)).await? {
        Reply::Shipment(id) => Ok(JsonAnswer(Numbered { id: id.to_string() })),
        // the goods are gone: a person is asked, and the warehouse is told that its message and our books differ
        Reply::NotBooked { code, why } => Err(Problem::new(&code, why.to_string())),
        other => Err(unexpected(&other)),
    }
}

/// The answer to a request to cancel.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CancelAnswer {
    /// The `request` that came with what was asked. Give it or the lines once you were asked twice about the same warehouse order:
    /// without both nobody can tell which request is meant, and the answer is refused.
    #[serde(default)]
    request: Option<u32>,
    /// Why it is too late; absent or null if it was cancelled.
    #[serde(default)]
    refused: Option<String>,
    /// Units that it ships in all, by line, those that have left included; absent for doing all that it was asked for with that request. Tell them,
    /// and no harm is done by an answer that comes twice or late, or by a pick that crosses it.
    #[serde(default)]
    lines: Vec<LineShips>,
}

/// Where a line of a warehouse order ends.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LineShips {
    /// The line of the order.
    line: u64,
    /// Units that are shipped of it in all.
    ships: i64,
}

/// The warehouse answers a request to cancel.
#[utoipa::path(post, path = "/v1/warehouse-orders/{warehouse_order}/cancel-answers", tag = "fulfilment", params(("warehouse_order" = String, Path), ("Idempotency-Key" = String, Header)), request_body = CancelAnswer,
    responses((status = 200, body = Accepted)))]
async fn cancel_answer(
    State(state): State<AppState>,
    caller: Caller,
    Path(order): Path<String>,
    Json(request, bytes): Json<CancelAnswer>,
) -> Result<JsonAnswer<Accepted>, Problem> {
    let warehouse_order = id(&order)?;
    let body = Body::WarehouseCancelAnswer {
        warehouse_order,
        request: request.request,
        refused: request.refused.map(Into::into),
        lines: request.lines.iter().map(|line| (LineNo(line.line), Quantity(line.ships))).collect(),
    };
    tell(&state, caller, &bytes, warehouse_order, body).await
}

/// The answer to a request to ship to another address.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RedirectAnswer {
    /// Why it ships to the old address; absent or null if it ships to the new one.
    #[serde(default)]
    refused: Option<String>,
}

/// The warehouse answers a request to ship to another address.
#[utoipa::path(post, path = "/v1/warehouse-orders/{warehouse_order}/redirect-answers", tag = "fulfilment", params(("warehouse_order" = String, Path), ("Idempotency-Key" = String, Header)), request_body = RedirectAnswer,
    responses((status = 200, body = Accepted)))]
async fn redirect_answer(
    State(state): State<AppState>,
    caller: Caller,
    Path(order): Path<String>,
    Json(request, bytes): Json<RedirectAnswer>,
) -> Result<JsonAnswer<Accepted>, Problem> {
    let warehouse_order = id(&order)?;
    let body = Body::WarehouseRedirectAnswer { warehouse_order, refused: request.refused.map(Into::into) };
    tell(&state, caller, &bytes, warehouse_order, body).await
}
