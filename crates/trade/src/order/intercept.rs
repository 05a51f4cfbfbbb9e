//! What was cancelled after it had shipped: the carrier stops it, or it is too late.

use std::collections::BTreeMap;

use units::Quantity;

use super::find::existing;
use crate::books::{Books, Stop};
use crate::context::Context;
use crate::fulfilment::ShipmentEvent;
use crate::ids::*;
use crate::returns;

/// Has the carrier asked to stop shipments of which everything is to be cancelled, the latest first, and opens a return for each. Takes
/// what is stopped, now or before, off the units that have shipped; what is left is too late.
///
/// A carrier stops parcels, not units, and what is billed, delivered or asked back by the customer goes the way of a return. Source:
/// domain §1.5.4 (shipped not invoiced: carrier intercept, return to sender).
pub(super) fn intercept(
    books: &mut dyn Books,
    id: OrderId,
    late: &mut BTreeMap<LineNo, Quantity>,
    cx: &Context,
) -> Result<Vec<(ShipmentId, ReturnId)>, Stop> {
    let mut asked = Vec::new();
    if late.is_empty() {
        return Ok(asked);
    }
    let order = existing(books, id)?;
    let kept = |no| order.line(no).map_or(Quantity::ZERO, |line| line.buckets.shipped - line.returned);
    let mut kept: BTreeMap<LineNo, Quantity> = late.keys().map(|no| (*no, kept(*no))).collect();
    for shipment_id in order.shipments.iter().rev() {
        let Some(shipment) = books.shipment(shipment_id)? else { continue };
        let within = |of: &BTreeMap<LineNo, Quantity>| {
            shipment.lines.iter().all(|line| of.get(&line.line).is_some_and(|units| *units >= line.quantity))
        };
        if !within(late) {
            continue;
        }
        if !shipment.is_intercepted() {
            if !shipment.may_be_intercepted(cx.now) || !within(&kept) {
                continue;
            }
            let waiting = returns::await_back(books, &shipment, cx)?;
            books.record(shipment_id, ShipmentEvent::InterceptRequested { return_request: waiting });
            asked.push((*shipment_id, waiting));
            take(&mut kept, &shipment);
        }
        take(late, &shipment);
    }
    Ok(asked)
}

fn take(from: &mut BTreeMap<LineNo, Quantity>, shipment: &crate::fulfilment::Shipment) {
    for line in &shipment.lines {
        if let Some(units) = from.get_mut(&line.line) {
            *units -= line.quantity;
        }
    }
}
