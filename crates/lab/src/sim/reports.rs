//! What warehouses and carriers report, as commands; and commands in words.

use partition::Body;
use trade::fulfilment::ShipConfirm;
use trade::{LineNo, WarehouseOrderId};
use units::{Quantity, Text};

use crate::model::Message;

/// The command that a message of a warehouse or carrier stands for; `None` if it is none.
pub(super) fn body_of(message: &Message) -> Option<Body> {
    let mut parts = message.path.split('/').skip(3);
    let (id, body) = (parts.next()?, &message.body);
    if message.path.starts_with("/v1/shipments/") {
        let refused = body["refused"].as_str().map(Text::from);
        return Some(Body::CarrierInterceptAnswer { shipment: id.parse().ok()?, refused });
    }
    let id: WarehouseOrderId = id.parse().ok()?;
    let lines = |field: &str| -> Option<Vec<(LineNo, Quantity)>> {
        let lines = body["lines"].as_array()?.iter();
        lines.map(|line| Some((LineNo(line["line"].as_u64()?), Quantity(line[field].as_i64()?)))).collect()
    };
    Some(match parts.next()? {
        "acknowledgements" => Body::WarehouseAcknowledged(id),
        "rejections" => Body::WarehouseRejected { warehouse_order: id, reason: "no capacity".into() },
        "picks" => Body::WarehousePicked { warehouse_order: id, lines: lines("picked")?, complete: true },
        "shipments" => Body::WarehouseShipped(ShipConfirm {
            warehouse_order: id,
            reference: body["reference"].as_str()?.into(),
            shipped_at: body["shipped_at"].as_str()?.parse().ok()?,
            carrier: "lab".into(),
            tracking: Text::default(),
            bill_of_lading: Default::default(),
            complete: body["complete"].as_bool()?,
            sequence: body["sequence"].as_u64().and_then(|sequence| u32::try_from(sequence).ok()),
            lines: lines("quantity")?,
        }),
        "cancel-answers" => {
            let (refused, lines) = (body["refused"].as_str().map(Text::from), lines("ships")?);
            let request = body["request"].as_u64().and_then(|number| u32::try_from(number).ok());
            Body::WarehouseCancelAnswer { warehouse_order: id, request, refused, lines }
        }
        "redirect-answers" => {
            Body::WarehouseRedirectAnswer { warehouse_order: id, refused: body["refused"].as_str().map(Text::from) }
        }
        _ => return None,
    })
}

/// A command in words, for the trace.
pub(super) fn tell_body(body: &Body) -> String {
    match body {
        Body::ReceiveOrder(order) => {
            let lines: Vec<String> = order.lines.iter().map(|line| format!("{} {}", line.quantity, line.item)).collect();
            format!("order {} of {}: {}", order.purchase_order, order.account, lines.join(", "))
        }
        Body::CancelOrder { order, .. } => format!("cancel {order}"),
        Body::ChangeOrder { order, change } => format!("change {order}: {}", units(&change.quantities)),
        Body::ReceiveStock(receipt) => format!("{} {} come in at {}", receipt.quantity.0, receipt.item, receipt.node),
        Body::WarehouseAcknowledged(id) => format!("{id} is acknowledged"),
        Body::WarehouseRejected { warehouse_order, reason } => format!("{warehouse_order} is rejected: {reason}"),
        Body::WarehousePicked { warehouse_order, lines, .. } => format!("{warehouse_order} is picked: {}", units(lines)),
        Body::WarehouseShipped(ship) => {
            let last = if ship.complete { ", the last" } else { "" };
            format!("{} ships {}{last}: {}", ship.warehouse_order, ship.reference, units(&ship.lines))
        }
        Body::WarehouseCancelAnswer { warehouse_order, refused: Some(why), .. } => {
            format!("{warehouse_order} is not cancelled: {why}")
        }
        Body::WarehouseCancelAnswer { warehouse_order, lines, .. } => {
            format!("{warehouse_order} is cancelled, in all it ships {}", units(lines))
        }
        Body::WarehouseRedirectAnswer { warehouse_order, refused: Some(why) } => {
            format!("{warehouse_order} is not redirected: {why}")
        }
        Body::WarehouseRedirectAnswer { warehouse_order, .. } => format!("{warehouse_order} is redirected"),
        Body::CarrierInterceptAnswer { shipment, refused: Some(why) } => format!("{shipment} is not stopped: {why}"),
        Body::CarrierInterceptAnswer { shipment, .. } => format!("{shipment} is stopped"),
        Body::EffectSucceeded { effect, .. } => format!("the answer to effect {effect} comes again"),
        Body::EffectFailed { effect, .. } => format!("the refusal of effect {effect} comes again"),
        other => format!("{other:?}").chars().take(120).collect(),
    }
}

fn units(lines: &[(LineNo, Quantity)]) -> String {
    lines.iter().map(|(line, quantity)| format!("line {} {}", line.0, quantity.0)).collect::<Vec<_>>().join(", ")
}
