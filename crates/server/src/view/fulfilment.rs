//! What the API shows of warehouse orders and shipments.

use serde::Serialize;
use trade::fulfilment::{CancelRequest, Shipment, WarehouseOrder};

use super::{name, texts};

/// Units of an order line.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct UnitsView {
    /// The order line.
    pub(crate) line: u64,
    /// The item.
    pub(crate) item: String,
    /// Units.
    pub(crate) quantity: i64,
    /// Of these, picked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) picked: Option<i64>,
    /// Of these, shipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) shipped: Option<i64>,
    /// Of these, never to come from here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) dropped: Option<i64>,
    /// Of these, invoiced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) invoiced: Option<i64>,
}

/// A warehouse order.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct WarehouseOrderView {
    /// Our number.
    pub(crate) id: String,
    /// The order that it serves.
    pub(crate) order: String,
    /// The warehouse.
    pub(crate) node: String,
    /// How far it is.
    pub(crate) progress: String,
    /// When it was made.
    pub(crate) released_at: String,
    /// The warehouse was asked to cancel and has not answered.
    pub(crate) cancel_requested: bool,
    /// What it was asked not to ship and has not answered.
    pub(crate) cancel_requests: Vec<CancelRequestView>,
    /// The carrier's booking.
    pub(crate) booking: Option<String>,
    /// What it shall ship.
    pub(crate) lines: Vec<UnitsView>,
    /// Its shipments.
    pub(crate) shipments: Vec<String>,
    /// Whether it goes to another address than it was released for: `asked`, `agreed` or `refused`.
    pub(crate) redirect: Option<String>,
}

/// What a warehouse was asked not to ship.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct CancelRequestView {
    /// Its number, which the answer gives back.
    pub(crate) request: u32,
    /// Until when the warehouse has time to answer; null once somebody was asked to look after it.
    pub(crate) answer_by: Option<String>,
    /// The units.
    pub(crate) lines: Vec<UnitsView>,
}

/// Shows a warehouse order.
pub(crate) fn warehouse_order(order: &WarehouseOrder) -> WarehouseOrderView {
    let lines = order.lines.iter().map(|line| UnitsView {
        line: line.line.0,
        item: line.item.to_string(),
        quantity: line.quantity.0,
        picked: Some(line.picked.0),
        shipped: Some(line.shipped.0),
        dropped: Some(line.dropped.0),
        invoiced: None,
    });
    WarehouseOrderView {
        id: order.id.to_string(),
        order: order.order.to_string(),
        node: order.node.to_string(),
        progress: name(&order.progress),
        released_at: order.released_at.to_string(),
        cancel_requested: order.cancel_requested,
        cancel_requests: order.requests.iter().map(|request| cancel_request(order, request)).collect(),
        booking: order.booking.as_ref().map(|booking| format!("{} {}", booking.carrier, booking.reference)),
        lines: lines.collect(),
        shipments: texts(&order.shipments),
        redirect: order.redirect.as_ref().map(|redirect| name(&redirect.status)),
    }
}

fn cancel_request(order: &WarehouseOrder, request: &CancelRequest) -> CancelRequestView {
    let lines = request.lines.iter().map(|asked| UnitsView {
        line: asked.line.0,
        item: order.line(asked.line).map(|line| line.item.to_string()).unwrap_or_default(),
        quantity: asked.units.0,
        picked: None,
        shipped: None,
        dropped: None,
        invoiced: None,
    });
    let answer_by = request.answer_by.map(|by| by.to_string());
    CancelRequestView { request: request.number, answer_by, lines: lines.collect() }
}

/// A shipment.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ShipmentView {
    /// Our number.
    pub(crate) id: String,
    /// The warehouse's number.
    pub(crate) reference: String,
    /// The order.
    pub(crate) order: String,
    /// The warehouse order.
    pub(crate) warehouse_order: String,
    /// The warehouse.
    pub(crate) node: String,
    /// When it left.
    pub(crate) shipped_at: String,
    /// The carrier.
    pub(crate) carrier: String,
    /// The carrier's tracking number.
    pub(crate) tracking: String,
    /// The number of the bill of lading that it left with.
    pub(crate) bill_of_lading: String,
    /// What is in it.
    pub(crate) lines: Vec<UnitsView>,
    /// The invoices that bill it.
    pub(crate) invoices: Vec<String>,
    /// When the customer took it, as far as that is proved.
    pub(crate) delivered_at: Option<String>,
    /// Whether it was cancelled on its way: `asked`, `agreed` (its carrier brings it back), `came_back`, or `refused` (the customer has it).
    pub(crate) intercept: Option<String>,
    /// The return that waits for it then.
    pub(crate) return_request: Option<String>,
}

/// Shows a shipment.
pub(crate) fn shipment(shipment: &Shipment) -> ShipmentView {
    let lines = shipment.lines.iter().map(|line| UnitsView {
        line: line.line.0,
        item: line.item.to_string(),
        quantity: line.quantity.0,
        picked: None,
        shipped: None,
        dropped: None,
        invoiced: Some(line.invoiced.0),
    });
    ShipmentView {
        id: shipment.id.to_string(),
        reference: shipment.reference.to_string(),
        order: shipment.order.to_string(),
        warehouse_order: shipment.warehouse_order.to_string(),
        node: shipment.node.to_string(),
        shipped_at: shipment.shipped_at.to_string(),
        carrier: shipment.carrier.to_string(),
        tracking: shipment.tracking.to_string(),
        bill_of_lading: shipment.bill_of_lading.to_string(),
        lines: lines.collect(),
        invoices: texts(&shipment.invoices),
        delivered_at: shipment.delivered.as_ref().map(|delivery| delivery.at.to_string()),
        intercept: shipment.intercept.as_ref().map(|intercept| name(&intercept.status)),
        return_request: shipment.intercept.as_ref().map(|intercept| intercept.return_request.to_string()),
    }
}
