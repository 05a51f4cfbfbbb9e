//! Shipments.

use axum::Json as JsonAnswer;
use axum::extract::State;
use partition::row::Column;
use partition::{AnyState, Body, Table};
use serde::Deserialize;
use trade::fulfilment::Delivery;
use trade::{Aggregate, Key, Kind};
use units::Timestamp;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Caller, Json, Path, Query, Reading};
use crate::page::{self, Listed, Page};
use crate::problem::Problem;
use crate::resource::stock::{Accepted, accepted};
use crate::resource::warehouse_orders::OfOrder;
use crate::resource::{id, versioned};
use crate::state::AppState;
use crate::submit::submit;
use crate::version::Versioned;
use crate::view::{self, ShipmentView};

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(deliver))
        .routes(routes!(intercept_answer))
}

/// List shipments, the newest first.
#[utoipa::path(get, path = "/v1/shipments", tag = "fulfilment", params(OfOrder), responses((status = 200, body = Page<ShipmentView>)))]
async fn list(State(state): State<AppState>, _: Reading, Query(filter): Query<OfOrder>) -> Result<Listed, Problem> {
    let read = move |reader: &mut dyn store::Reader| {
        let filters = [(Column::Parent, filter.order.as_deref())];
        page::counted(
            reader,
            Table::Trade(Kind::Shipment),
            &filters,
            filter.after.as_deref(),
            filter.limit,
            |_, _, state| match state {
                AnyState::Trade(Aggregate::Shipment(shipment), _) => Some(view::shipment(&shipment)),
                _ => None,
            },
        )
    };
    state.readers.list(read).await
}

/// Show a shipment.
#[utoipa::path(get, path = "/v1/shipments/{shipment}", tag = "fulfilment", params(("shipment" = String, Path)), responses((status = 200, body = ShipmentView)))]
async fn show(
    State(state): State<AppState>,
    _: Reading,
    Path(shipment): Path<String>,
) -> Result<Versioned<ShipmentView>, Problem> {
    match versioned(&state, Key::Shipment(id(&shipment)?)).await? {
        (Aggregate::Shipment(shipment), version) => Ok(Versioned(view::shipment(&shipment), version)),
        _ => Err(Problem::not_found(shipment)),
    }
}

/// The proof of a delivery.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Delivered {
    /// When the customer took the goods.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Who signed.
    #[serde(default)]
    receiver: String,
    /// What was found wrong, if anything.
    #[serde(default)]
    note: String,
}

/// The customer has the goods. Orders that are billed on delivery are billed now.
#[utoipa::path(post, path = "/v1/shipments/{shipment}/deliveries", tag = "fulfilment", params(("shipment" = String, Path), ("Idempotency-Key" = String, Header)), request_body = Delivered,
    responses((status = 200, body = Accepted)))]
async fn deliver(
    State(state): State<AppState>,
    caller: Caller,
    Path(shipment): Path<String>,
    Json(request, bytes): Json<Delivered>,
) -> Result<JsonAnswer<Accepted>, Problem> {
    let delivery = Delivery { at: request.at, receiver: request.receiver.into(), note: request.note.into() };
    let shipment = id(&shipment)?;
    let body = Body::ShipmentDelivered { shipment, delivery };
    Ok(JsonAnswer(accepted(&submit(&state, caller.on(Key::Shipment(shipment)), &bytes, body).await?)))
}

/// The answer to a request to stop a shipment and to bring it back.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct InterceptAnswer {
    /// Why the customer gets it all the same; absent or null if it comes back.
    #[serde(default)]
    refused: Option<String>,
}

/// The carrier answers a request to stop a shipment that was cancelled on its way. One that it does not stop is billed; of one that comes
/// back the return waits for the goods.
#[utoipa::path(post, path = "/v1/shipments/{shipment}/intercept-answers", tag = "fulfilment", params(("shipment" = String, Path), ("Idempotency-Key" = String, Header)), request_body = InterceptAnswer,
    responses((status = 200, body = Accepted)))]
async fn intercept_answer(
    State(state): State<AppState>,
    caller: Caller,
    Path(shipment): Path<String>,
    Json(request, bytes): Json<InterceptAnswer>,
) -> Result<JsonAnswer<Accepted>, Problem> {
    if request.refused.as_ref().is_some_and(|why| why.trim().is_empty()) {
        return Err(Problem::new("invalid", "refused is empty: say why it does not come back, or leave it out if it does"));
    }
    let shipment = id(&shipment)?;
    let body = Body::CarrierInterceptAnswer { shipment, refused: request.refused.map(Into::into) };
    Ok(JsonAnswer(accepted(&submit(&state, caller.on(Key::Shipment(shipment)), &bytes, body).await?)))
}
