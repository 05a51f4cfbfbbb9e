//! Promises that a smaller stock cannot keep are taken back, the least important first.

use std::cmp::Reverse;

use units::{Quantity, Text, Timestamp};

use super::state::{Claim, ClaimKind, Stock, StockEvent};
use crate::books::{Books, Stop};
use crate::context::Context;
use crate::ids::*;
use crate::order::{Backorder, Bucket, existing, note_promise, set_backorder, unbind_at, waiting_since};

/// Takes back soft promises until the rest can be kept; gives the orders that lost units.
///
/// Bumped in this order: lowest priority, latest promise, latest reservation. Each bumped unit waits for supply; whoever calls this
/// serves backorders next, which finds units at other nodes. Units that a warehouse is at work on are not touched: it will tell
/// what it cannot find. Source: domain §1.1.6.
pub(super) fn bump(books: &mut dyn Books, key: &StockKey, document: &Text, cx: &Context) -> Result<Vec<OrderId>, Stop> {
    let stock = books.stock(key)?.unwrap_or_default();
    let mut short = (-stock.available_to_fulfil()).or_zero();
    if short.is_zero() {
        return Ok(Vec::new());
    }
    books.record(key, StockEvent::ShortageDetected { short, cause: document.clone() });
    let mut bumped = Vec::new();
    for claim in least_important_first(&stock) {
        let units = claim.quantity.min(short);
        if units.is_zero() {
            break;
        }
        short -= units;
        match claim.line {
            Some((order, line)) => {
                take_back(books, key, &claim, order, line, units, document, cx)?;
                bumped.push(order);
            }
            None => {
                let (reservation, quantity, reason) = (claim.reservation, units, document.clone());
                books.record(key, StockEvent::ReservationReleased { reservation, quantity, reason });
            }
        }
    }
    bumped.sort_unstable();
    bumped.dedup();
    Ok(bumped)
}

fn least_important_first(stock: &Stock) -> Vec<Claim> {
    let mut claims: Vec<Claim> = stock.claims.iter().filter(|claim| claim.kind == ClaimKind::Soft).cloned().collect();
    let late = |claim: &Claim| -> (u8, Option<units::Day>, Timestamp, ReservationId) {
        (claim.priority, claim.promise, claim.at, claim.reservation)
    };
    claims.sort_by_key(|claim| Reverse(late(claim)));
    claims
}

/// Which other orders hold units of a stock, and how many: the most first, then by number. Source: domain §3, lesson 6.
pub fn held_by_others(stock: &Stock, without: OrderId) -> Vec<(OrderId, Quantity)> {
    let mut held: std::collections::BTreeMap<OrderId, Quantity> = std::collections::BTreeMap::new();
    for claim in &stock.claims {
        if let Some((order, _)) = claim.line.filter(|(order, _)| *order != without) {
            *held.entry(order).or_default() += claim.quantity;
        }
    }
    let mut held: Vec<(OrderId, Quantity)> = held.into_iter().collect();
    held.sort_by_key(|(order, quantity)| (Reverse(*quantity), *order));
    held
}

/// Takes units of a soft reservation back from an order's line: they wait for supply at the node.
#[expect(clippy::too_many_arguments, reason = "each is another noun; a struct would be made and taken apart at once")]
pub(super) fn take_back(
    books: &mut dyn Books,
    key: &StockKey,
    claim: &Claim,
    id: OrderId,
    no: LineNo,
    units: Quantity,
    document: &Text,
    cx: &Context,
) -> Result<(), Stop> {
    let order = existing(books, id)?;
    let Some(line) = order.line(no) else { return Ok(()) };
    let Some(share) = line.allocations.iter().find(|share| share.reservation == claim.reservation).cloned() else {
        return Ok(());
    };
    let since = waiting_since(books, &order, no)?;
    let waits = crate::order::Peg { node: key.node.clone(), quantity: units, due: None, ahead: false };
    let pegs = line.pegs.iter().cloned().chain([waits]).collect();
    let (item, priority) = (line.item.clone(), order.priority);
    drop(order);
    unbind_at(books, id, no, &item, share, units, Bucket::Backordered, document);
    set_backorder(books, Backorder { order: id, line: no, item, pegs, priority, since })?;
    note_promise(books, id, no, document, cx)
}
