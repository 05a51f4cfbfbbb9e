//! What a warehouse answers to a request to cancel.

use units::{Quantity, Text};

use super::drop::{complete_if_done, drop_units, warehouse_order};
use super::state::WarehouseOrderEvent;
use crate::books::{Books, Stop};
use crate::context::Context;
use crate::ids::*;
use crate::order::Bucket;

/// The warehouse will not ship what it was asked not to ship. What has shipped in between has shipped: the shipment wins.
///
/// `told` are the units that it has cancelled in all so far, by line, so that an answer which comes twice, or after a later one, changes
/// nothing; none stands for everything that it was asked for. Source: domain §1.5.4.
pub fn cancel_confirmed(
    books: &mut dyn Books,
    id: WarehouseOrderId,
    told: &[(LineNo, Quantity)],
    _cx: &Context,
) -> Result<(), Stop> {
    let released = warehouse_order(books, id)?;
    let mut lines = Vec::new();
    for line in &released.lines {
        let agreed = match told.iter().find(|(no, _)| *no == line.line) {
            Some((_, total)) => *total - line.cancelled,
            None if told.is_empty() => line.cancelling,
            None => Quantity::ZERO,
        };
        let quantity = agreed.min(line.outstanding());
        if quantity.is_positive() {
            let now = warehouse_order(books, id)?;
            drop_units(books, &now, line, quantity, Bucket::Cancelled, &Text::const_new("cancelled"))?;
            lines.push((line.line, quantity));
        }
    }
    if lines.is_empty() && !released.cancel_requested {
        return Ok(());
    }
    books.record(&id, WarehouseOrderEvent::CancelConfirmed { lines });
    let untouched = released.shipments.is_empty();
    let now = warehouse_order(books, id)?;
    let nothing_left = now.lines.iter().all(|line| line.outstanding() == Quantity::ZERO);
    if untouched && nothing_left && !now.is_done() {
        books.record(&id, WarehouseOrderEvent::Cancelled);
    } else {
        complete_if_done(books, id)?;
    }
    Ok(())
}

/// The warehouse ships in spite of the request: it is too late.
pub fn cancel_refused(books: &mut dyn Books, id: WarehouseOrderId, reason: &str, _cx: &Context) -> Result<(), Stop> {
    if warehouse_order(books, id)?.cancel_requested {
        books.record(&id, WarehouseOrderEvent::CancelRefused { reason: reason.into() });
    }
    Ok(())
}
