//! Shipments.

use axum::extract::State;
use partition::row::Column;
use partition::{AnyState, Table};
use trade::{Aggregate, Key, Kind};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Path, Query, Reading};
use crate::page::{self, Listed, Page};
use crate::problem::Problem;
use crate::resource::warehouse_orders::OfOrder;
use crate::resource::{id, versioned};
use crate::state::AppState;
use crate::version::Versioned;
use crate::view::{self, ShipmentView};

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(show))
}

/// List shipments, the newest first.
#[utoipa::path(get, path = "/v1/shipments", tag = "fulfilment", params(OfOrder), responses((status = 200, body = Page<ShipmentView>)))]
async fn list(
    State(state): State<AppState>,
    _: Reading,
    Query(filter): Query<OfOrder>,
) -> Result<Listed<Page<ShipmentView>>, Problem> {
    let read = move |reader: &mut dyn store::Reader| {
        let filters = [(Column::Parent, filter.order.as_deref())];
        page::read(reader, Table::Trade(Kind::Shipment), &filters, filter.after.as_deref(), filter.limit, |_, _, state| {
            match state {
                AnyState::Trade(Aggregate::Shipment(shipment)) => Some(view::shipment(&shipment)),
                _ => None,
            }
        })
    };
    state.readers.read(read).await.map(Listed)
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
