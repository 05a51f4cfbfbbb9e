//! Units and stock: what ties a line's units to reservations and to demand, and what unties them.
//!
//! The order's side and the stock's side change together here and nowhere else before release, so they cannot drift apart (domain §3,
//! lessons 7 and 10 to 12).

use units::{Day, Quantity, Text, Timestamp};

use super::apply::moved;
use super::event::OrderEvent;
use super::find::{channel_group, existing};
use super::state::{Bucket, LineAllocation, Order, Peg};
use super::value::note_backorders;
use crate::books::{Books, Kind, Stop};
use crate::ids::*;
use crate::stock::{Claim, ClaimKind, Demand, StockEvent};

/// Units of a line that are given stock.
pub(crate) struct Binding {
    pub(crate) order: OrderId,
    pub(crate) line: LineNo,
    pub(crate) stock: StockKey,
    pub(crate) quantity: Quantity,
    /// Where the units are now.
    pub(crate) from: Bucket,
    pub(crate) priority: u8,
    pub(crate) promise: Day,
    pub(crate) now: Timestamp,
}

/// Reserves units softly: the line's soft reservation at the node grows, or there is a new one.
pub(crate) fn bind(books: &mut dyn Books, binding: &Binding) -> Result<(), Stop> {
    let order = existing(books, binding.order)?;
    let soft = order.line(binding.line).and_then(|line| line.soft_at(&binding.stock.node)).cloned();
    let group = channel_group(books, &order)?;
    drop(order);
    let held = match &soft {
        Some(soft) => books.stock(&binding.stock)?.and_then(|stock| stock.claim(soft.reservation).cloned()),
        None => None,
    };
    let claim = match held {
        Some(claim) => {
            Claim { quantity: claim.quantity + binding.quantity, promise: claim.promise.max(Some(binding.promise)), ..claim }
        }
        None => Claim {
            reservation: ReservationId(books.next_number(Kind::Stock)?),
            line: Some((binding.order, binding.line)),
            quantity: binding.quantity,
            kind: ClaimKind::Soft,
            priority: binding.priority,
            promise: Some(binding.promise),
            at: binding.now,
            expires: None,
            group,
            order: None,
            owner: None,
        },
    };
    let allocation = LineAllocation {
        reservation: claim.reservation,
        node: binding.stock.node.clone(),
        quantity: claim.quantity,
        warehouse_order: None,
    };
    books.record(&binding.stock, StockEvent::Reserved(claim));
    books.record(&binding.order, OrderEvent::Allocated { line: binding.line, allocation });
    books.record(&binding.order, moved(binding.line, binding.from, Bucket::Allocated, binding.quantity));
    Ok(())
}

/// Gives back units of a line's soft reservations, the latest reservation first; returns how many were there.
pub(crate) fn unbind(
    books: &mut dyn Books,
    id: OrderId,
    line: LineNo,
    quantity: Quantity,
    to: Bucket,
    reason: &Text,
) -> Result<Quantity, Stop> {
    let order = existing(books, id)?;
    let Some(line) = order.line(line) else { return Ok(Quantity::ZERO) };
    let (no, item) = (line.no, line.item.clone());
    let soft = line.allocations.iter().filter(|allocation| allocation.warehouse_order.is_none());
    let mut soft: Vec<LineAllocation> = soft.cloned().collect();
    drop(order);
    soft.sort_by_key(|allocation| std::cmp::Reverse(allocation.reservation));
    let mut left = quantity;
    for allocation in soft {
        let units = allocation.quantity.min(left);
        if units.is_positive() {
            left -= units;
            unbind_at(books, id, no, &item, allocation, units, to, reason);
        }
    }
    Ok(quantity - left)
}

/// Gives back units of one soft reservation.
#[expect(clippy::too_many_arguments, reason = "each is another noun; a struct would be made and taken apart at once")]
pub(crate) fn unbind_at(
    books: &mut dyn Books,
    id: OrderId,
    line: LineNo,
    item: &ItemId,
    allocation: LineAllocation,
    quantity: Quantity,
    to: Bucket,
    reason: &Text,
) {
    let key = StockKey::new(item, &allocation.node);
    let (reservation, reason) = (allocation.reservation, reason.clone());
    books.record(&key, StockEvent::ReservationReleased { reservation, quantity, reason });
    let allocation = LineAllocation { quantity: allocation.quantity - quantity, ..allocation };
    books.record(&id, OrderEvent::Allocated { line, allocation });
    books.record(&id, moved(line, Bucket::Allocated, to, quantity));
}

/// Where the backordered units of a line wait.
pub(crate) struct Backorder {
    pub(crate) order: OrderId,
    pub(crate) line: LineNo,
    pub(crate) item: ItemId,
    pub(crate) pegs: Vec<Peg>,
    pub(crate) priority: u8,
    pub(crate) since: Timestamp,
}

/// Sets where the backordered units of a line wait: on the order and as demand at the nodes.
pub(crate) fn set_backorder(books: &mut dyn Books, backorder: Backorder) -> Result<(), Stop> {
    let Backorder { order: id, line, item, pegs, priority, since } = backorder;
    let pegs = merged(pegs);
    let order = existing(books, id)?;
    let before = order.line(line).map(|line| line.pegs.clone()).unwrap_or_default();
    let group = channel_group(books, &order)?;
    drop(order);
    if before == pegs {
        return Ok(());
    }
    let same = |a: &Peg, b: &Peg| a.node == b.node && a.due == b.due;
    let gone = before.iter().filter(|old| !pegs.iter().any(|new| same(old, new)));
    let gone = gone.map(|old| Peg { quantity: Quantity::ZERO, ..old.clone() });
    let changed = pegs.iter().filter(|new| !before.contains(new)).cloned();
    for peg in gone.chain(changed).collect::<Vec<_>>() {
        let group = group.clone();
        let demand = Demand { line: (id, line), quantity: peg.quantity, due: peg.due, priority, since, group };
        books.record(&StockKey::new(&item, &peg.node), StockEvent::DemandSet(demand));
    }
    books.record(&id, OrderEvent::Pegged { line, pegs });
    note_backorders(books, id)
}

fn merged(pegs: Vec<Peg>) -> Vec<Peg> {
    let mut merged: Vec<Peg> = Vec::with_capacity(pegs.len());
    for peg in pegs.into_iter().filter(|peg| peg.quantity.is_positive()) {
        match merged.iter_mut().find(|old| old.node == peg.node && old.due == peg.due) {
            Some(old) => {
                old.quantity += peg.quantity;
                old.ahead &= peg.ahead;
            }
            None => merged.push(peg),
        }
    }
    merged
}

/// Takes units of a line out of its backorder, those due last first; returns how many were there.
pub(crate) fn unpeg(
    books: &mut dyn Books,
    id: OrderId,
    line: LineNo,
    quantity: Quantity,
    to: Bucket,
) -> Result<Quantity, Stop> {
    let order = existing(books, id)?;
    let Some(found) = order.line(line) else { return Ok(Quantity::ZERO) };
    let since = waiting_since(books, &order, line)?;
    let (item, priority, mut pegs) = (found.item.clone(), order.priority, found.pegs.clone());
    drop(order);
    let mut left = quantity;
    pegs.sort_by_key(|peg| peg.due.unwrap_or(Day(i32::MAX)));
    for peg in pegs.iter_mut().rev() {
        let units = peg.quantity.min(left);
        peg.quantity -= units;
        left -= units;
    }
    let taken = quantity - left;
    if taken.is_positive() {
        set_backorder(books, Backorder { order: id, line, item, pegs, priority, since })?;
        books.record(&id, moved(line, Bucket::Backordered, to, taken));
    }
    Ok(taken)
}

/// Since when a line waits for supply; if it does not, since it was received.
pub(crate) fn waiting_since(books: &mut dyn Books, order: &Order, line: LineNo) -> Result<Timestamp, Stop> {
    let Some(found) = order.line(line) else { return Ok(order.received_at) };
    let Some(peg) = found.pegs.first() else { return Ok(order.received_at) };
    let stock = books.stock(&StockKey::new(&found.item, &peg.node))?;
    let demand = stock.as_ref().and_then(|stock| stock.demand.iter().find(|demand| demand.line == (order.id, line)));
    Ok(demand.map_or(order.received_at, |demand| demand.since))
}
