//! Units that will not come from a warehouse go back to the order, or are gone for good.

use std::sync::Arc;

use units::{Quantity, Text};

use super::state::{WarehouseLine, WarehouseOrder, WarehouseOrderEvent};
use crate::books::{Books, Key, Stop};
use crate::context::Context;
use crate::ids::*;
use crate::order::{Bucket, LineAllocation, OrderEvent, existing, leave_exposure, leaving, moved};
use crate::refusal::Refusal;
use crate::stock::{StockEvent, wait_for_supply};

/// The warehouse order, or a refusal if there is none.
pub(super) fn warehouse_order(books: &mut dyn Books, id: WarehouseOrderId) -> Result<Arc<WarehouseOrder>, Stop> {
    books.warehouse_order(&id)?.ok_or_else(|| Refusal::NotFound(Key::WarehouseOrder(id)).into())
}

/// A line of a warehouse order as it is now.
pub(super) fn line_of(books: &mut dyn Books, id: WarehouseOrderId, no: LineNo) -> Result<Option<WarehouseLine>, Stop> {
    Ok(warehouse_order(books, id)?.line(no).cloned())
}

/// Takes units out of a line of a warehouse order: their reservation ends, and they go to `to`. Units not picked yet go first.
pub(super) fn drop_units(
    books: &mut dyn Books,
    id: WarehouseOrderId,
    no: LineNo,
    quantity: Quantity,
    to: Bucket,
    reason: &Text,
) -> Result<(), Stop> {
    if !quantity.is_positive() {
        return Ok(());
    }
    let released = warehouse_order(books, id)?;
    let Some(line) = released.line(no).cloned() else { return Ok(()) };
    let (order, stock) = (released.order, StockKey::new(&line.item, &released.node));
    // whoever still reads an order or a release while it changes pays for a copy of all its lines
    drop(released);
    if to == Bucket::Cancelled {
        let (account, amount) = {
            let order = existing(books, order)?;
            (order.account.clone(), leaving(&order, &[(no, quantity)]))
        };
        leave_exposure(books, order, &account, amount, false);
    }
    let reservation = line.reservation;
    books.record(&id, WarehouseOrderEvent::Dropped { line: no, quantity, reason: reason.clone() });
    books.record(&stock, StockEvent::ReservationReleased { reservation, quantity, reason: reason.clone() });
    shrink(books, order, no, reservation, quantity)?;
    let unpicked = quantity.min(line.outstanding() - line.staged());
    for (from, units) in [(Bucket::Released, unpicked), (Bucket::Picked, quantity - unpicked)] {
        if units.is_positive() {
            books.record(&order, moved(no, from, to, units));
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
    let found = existing(books, order)?
        .line(line)
        .and_then(|line| line.allocations.iter().find(|share| share.reservation == reservation))
        .cloned();
    if let Some(share) = found {
        let allocation = LineAllocation { quantity: share.quantity - quantity, ..share };
        books.record(&order, OrderEvent::Allocated { line, allocation });
    }
    Ok(())
}

/// Takes units out of a warehouse order that will not come: first those that it was asked not to ship, which are cancelled or, if they
/// were only stopped, go back to the order, and wait for supply if they are known to be missing; the rest goes back to the order and out
/// of stock. `request` is the one that the warehouse has answered, if it is that. Says whether any went back.
pub(super) fn fall_short(
    books: &mut dyn Books,
    id: WarehouseOrderId,
    line: &WarehouseLine,
    short: Quantity,
    reason: &Text,
    request: Option<u32>,
    cx: &Context,
) -> Result<bool, Stop> {
    if !short.is_positive() {
        return Ok(false);
    }
    let asked = short.min(line.cancelling);
    let cancelled = asked.min(line.cancelling - line.stopping);
    let missing = (asked - cancelled).min(line.missing);
    let others = asked - missing;
    if others.is_positive() {
        let lines = vec![(line.line, others)];
        books.record(&id, WarehouseOrderEvent::CancelConfirmed { lines, missing_by: None, request });
        drop_units(books, id, line.line, cancelled, Bucket::Cancelled, &Text::const_new("cancelled"))?;
        drop_units(books, id, line.line, others - cancelled, Bucket::Open, &Text::const_new("stopped"))?;
    }
    give_back(books, id, line, missing, request, cx)?;
    let short = short - asked;
    if !short.is_positive() {
        return Ok(asked > cancelled);
    }
    drop_units(books, id, line.line, short, Bucket::Open, reason)?;
    // what the warehouse cannot find is not there: otherwise it would be promised again at once
    let stock = StockKey::new(&line.item, &warehouse_order(books, id)?.node);
    let cause = Text::from(id.to_string());
    books.record(&stock, StockEvent::ShortageDetected { short, cause: cause.clone() });
    let there = books.stock(&stock)?.map_or(Quantity::ZERO, |stock| stock.on_hand - stock.unavailable);
    let lost = short.min(there).or_zero();
    if lost.is_positive() {
        let (on_hand, unavailable) = (-lost, Quantity::ZERO);
        books.record(&stock, StockEvent::Adjusted { on_hand, unavailable, reason: reason.clone(), document: cause });
    }
    Ok(true)
}

/// The warehouse gives units back that are not there: they wait for supply (domain §1.1.6).
fn give_back(
    books: &mut dyn Books,
    id: WarehouseOrderId,
    line: &WarehouseLine,
    missing: Quantity,
    request: Option<u32>,
    cx: &Context,
) -> Result<(), Stop> {
    if !missing.is_positive() {
        return Ok(());
    }
    let (lines, document) = (vec![(line.line, missing)], &line.missing_by);
    books.record(&id, WarehouseOrderEvent::CancelConfirmed { lines, missing_by: Some(document.clone()), request });
    drop_units(books, id, line.line, missing, Bucket::Backordered, document)?;
    let released = warehouse_order(books, id)?;
    let (order, stock) = (released.order, StockKey::new(&line.item, &released.node));
    drop(released);
    wait_for_supply(books, &stock, (order, line.line), missing, document, cx)
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
