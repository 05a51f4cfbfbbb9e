//! Units that will not come from a warehouse go back to the order, or are gone for good.

use std::sync::Arc;

use units::{Quantity, Text};

use super::state::{WarehouseLine, WarehouseOrder, WarehouseOrderEvent};
use crate::books::{Books, Key, Stop};
use crate::ids::*;
use crate::order::{Bucket, LineAllocation, OrderEvent, existing, leave_exposure, leaving, moved};
use crate::refusal::Refusal;
use crate::stock::StockEvent;

/// The warehouse order, or a refusal if there is none.
pub(super) fn warehouse_order(books: &mut dyn Books, id: WarehouseOrderId) -> Result<Arc<WarehouseOrder>, Stop> {
    books.warehouse_order(&id)?.ok_or_else(|| Refusal::NotFound(Key::WarehouseOrder(id)).into())
}

/// Takes units out of a warehouse order: their reservation ends, and they go to `to`. Units not picked yet go first.
pub(super) fn drop_units(
    books: &mut dyn Books,
    released: &WarehouseOrder,
    line: &WarehouseLine,
    quantity: Quantity,
    to: Bucket,
    reason: &Text,
) -> Result<(), Stop> {
    if !quantity.is_positive() {
        return Ok(());
    }
    let order = existing(books, released.order)?;
    if to == Bucket::Cancelled {
        let amount = leaving(&order, &[(line.line, quantity)]);
        leave_exposure(books, order.id, &order.account, amount, false);
    }
    let stock = StockKey::new(&line.item, &released.node);
    let (reservation, no) = (line.reservation, line.line);
    books.record(&released.id, WarehouseOrderEvent::Dropped { line: no, quantity, reason: reason.clone() });
    books.record(&stock, StockEvent::ReservationReleased { reservation, quantity, reason: reason.clone() });
    shrink(books, order.id, no, reservation, quantity)?;
    let unpicked = quantity.min(line.outstanding() - line.staged());
    for (from, units) in [(Bucket::Released, unpicked), (Bucket::Picked, quantity - unpicked)] {
        if units.is_positive() {
            books.record(&order.id, moved(no, from, to, units));
        }
    }
    Ok(())
}

/// Takes units out of the share that a line holds under a reservation.
pub(super) fn shrink(
    books: &mut dyn Books,
    order: OrderId,
    line: LineNo,
    reservation: ReservationId,
    quantity: Quantity,
) -> Result<(), Stop> {
    let order = existing(books, order)?;
    let found = order.line(line).and_then(|line| line.allocations.iter().find(|share| share.reservation == reservation));
    if let Some(share) = found {
        let allocation = LineAllocation { quantity: share.quantity - quantity, ..share.clone() };
        books.record(&order.id, OrderEvent::Allocated { line, allocation });
    }
    Ok(())
}

/// Takes units out of a warehouse order that will not come: first those that it was asked not to ship, which are cancelled or, if they
/// were only stopped, go back to the order; the rest goes back to the order and out of stock. Says whether any went back.
pub(super) fn fall_short(
    books: &mut dyn Books,
    released: &WarehouseOrder,
    line: &WarehouseLine,
    short: Quantity,
    reason: &Text,
) -> Result<bool, Stop> {
    if !short.is_positive() {
        return Ok(false);
    }
    let asked = short.min(line.cancelling);
    let cancelled = asked.min(line.cancelling - line.stopping);
    if asked.is_positive() {
        books.record(&released.id, WarehouseOrderEvent::CancelConfirmed { lines: vec![(line.line, asked)] });
        drop_units(books, released, line, cancelled, Bucket::Cancelled, &Text::const_new("cancelled"))?;
        let now = warehouse_order(books, released.id)?;
        if let Some(line) = now.line(line.line) {
            drop_units(books, &now, line, asked - cancelled, Bucket::Open, &Text::const_new("stopped"))?;
        }
    }
    let short = short - asked;
    if !short.is_positive() {
        return Ok(asked > cancelled);
    }
    let now = warehouse_order(books, released.id)?;
    if let Some(line) = now.line(line.line) {
        drop_units(books, &now, line, short, Bucket::Open, reason)?;
    }
    // what the warehouse cannot find is not there: otherwise it would be promised again at once
    let stock = StockKey::new(&line.item, &released.node);
    let cause = Text::from(released.id.to_string());
    books.record(&stock, StockEvent::ShortageDetected { short, cause: cause.clone() });
    let there = books.stock(&stock)?.map_or(Quantity::ZERO, |stock| stock.on_hand - stock.unavailable);
    let lost = short.min(there).or_zero();
    if lost.is_positive() {
        let (on_hand, unavailable) = (-lost, Quantity::ZERO);
        books.record(&stock, StockEvent::Adjusted { on_hand, unavailable, reason: reason.clone(), document: cause });
    }
    Ok(true)
}

/// Ends a warehouse order of which nothing more will come.
pub(super) fn complete_if_done(books: &mut dyn Books, id: WarehouseOrderId) -> Result<bool, Stop> {
    let released = warehouse_order(books, id)?;
    let is_empty = released.lines.iter().all(|line| line.outstanding().is_zero());
    if is_empty && !released.is_done() {
        books.record(&id, WarehouseOrderEvent::Completed);
    }
    Ok(is_empty || released.is_done())
}
