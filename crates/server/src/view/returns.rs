//! What the API shows of returns.

use serde::Serialize;
use trade::returns::ReturnRequest;

use super::name;

/// A return request.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ReturnView {
    /// Our number.
    pub(crate) id: String,
    /// How far it is.
    pub(crate) status: String,
    /// Who asks.
    pub(crate) account: String,
    /// The order that the goods came with, if it was named or found.
    pub(crate) order: Option<String>,
    /// The customer's reference.
    pub(crate) reference: String,
    /// When it was received.
    pub(crate) requested_at: String,
    /// What shall come back.
    pub(crate) lines: Vec<ReturnLineView>,
    /// A net amount that is asked for besides the goods, in minor units; credited once a person agrees.
    pub(crate) goodwill: i64,
    /// The invoice that it is asked for, if one is as large.
    pub(crate) invoice: Option<String>,
    /// The shipment that was cancelled on its way, and is billed unless its goods come back.
    pub(crate) shipment: Option<String>,
    /// Why, if somebody said so.
    pub(crate) reason: String,
}

/// A line of a return request.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ReturnLineView {
    /// The item.
    pub(crate) item: String,
    /// Units.
    pub(crate) quantity: i64,
    /// The order line that it belongs to, if it was found.
    pub(crate) order_line: Option<String>,
}

/// Shows a return request.
pub(crate) fn return_request(request: &ReturnRequest) -> ReturnView {
    ReturnView {
        id: request.id.to_string(),
        status: name(&request.status),
        account: request.account.to_string(),
        order: request.order.map(|id| id.to_string()),
        reference: request.reference.to_string(),
        requested_at: request.requested_at.to_string(),
        lines: request
            .lines
            .iter()
            .map(|line| ReturnLineView {
                item: line.item.to_string(),
                quantity: line.quantity.0,
                order_line: line.line.map(|(order, line)| format!("{order}/{line}")),
            })
            .collect(),
        goodwill: request.goodwill.0,
        invoice: request.invoice.map(|id| id.to_string()),
        shipment: request.shipment.map(|id| id.to_string()),
        reason: request.reason.to_string(),
    }
}
