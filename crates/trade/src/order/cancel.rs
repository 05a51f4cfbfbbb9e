//! Units are cancelled, at whatever stage they are.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use units::{Amount, Quantity, Text};

use super::bind::{unbind, unpeg};
use super::cart;
use super::find::{existing, existing_and_live};
use super::hold::lift_all;
use super::intercept::intercept;
use super::state::{Bucket, Order};
use super::value::{leave_exposure, leaving};
use crate::books::{Books, Stop};
use crate::context::Context;
use crate::fulfilment::{self, Ask, WarehouseLine};
use crate::ids::*;
use crate::refusal::Refusal;
use crate::returns;

/// What to cancel.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Cancellation {
    /// Lines, and how many units of each; `None` for all that are left. No line at all means the whole order.
    pub lines: Vec<(LineNo, Option<Quantity>)>,
    /// Why.
    pub reason: Text,
}

/// What a cancellation came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CancelOutcome {
    /// Units that are cancelled now.
    pub cancelled: Quantity,
    /// Warehouse orders whose warehouse has to be asked; each carries how many units.
    pub asked: Vec<WarehouseOrderId>,
    /// Units that have shipped and that nobody stops: they come back as a return, or not at all.
    pub too_late: Quantity,
    /// The return that was opened for them, except for those that another one waits for.
    pub to_return: Option<ReturnId>,
    /// Shipments whose carrier has to be asked to stop them, and the return that waits for each.
    pub intercepted: Vec<(ShipmentId, ReturnId)>,
}

/// Cancels units by the matrix: open, backordered and softly reserved ones at once, released and picked ones when the warehouse
/// agrees, shipped ones that are not billed when their carrier brings them back; for billed ones a return is opened.
///
/// Refused for an unknown line, a quantity that is not positive or more than was ordered, and when the order is over. Source:
/// domain §1.5.4.
pub fn cancel(books: &mut dyn Books, id: OrderId, cancellation: &Cancellation, cx: &Context) -> Result<CancelOutcome, Stop> {
    let order = existing_and_live(books, id, "nothing is left to cancel")?;
    let mut outcome = CancelOutcome::default();
    let mut late = BTreeMap::new();
    for (no, quantity) in wanted(&order, cancellation)? {
        let shipped = cancel_line(books, id, no, quantity, &cancellation.reason, &mut outcome, cx)?;
        if shipped.is_positive() {
            late.insert(no, shipped);
        }
    }
    drop(order);
    outcome.intercepted = intercept(books, id, &mut late, cx)?;
    outcome.to_return = returns::take_back(books, id, &late, &cancellation.reason, cx)?;
    outcome.too_late = late.into_values().sum();
    if existing(books, id)?.is_over() {
        lift_all(books, id, &cancellation.reason, cx)?;
        cart::take_over(books, id)?;
    }
    Ok(outcome)
}

/// How many units of which line.
fn wanted(order: &Order, cancellation: &Cancellation) -> Result<Vec<(LineNo, Quantity)>, Refusal> {
    if cancellation.lines.is_empty() {
        let lines = order.lines.iter().map(|line| (line.no, line.buckets.to_ship() + line.buckets.shipped));
        return Ok(lines.filter(|(_, quantity)| quantity.is_positive()).collect());
    }
    let mut wanted: Vec<(LineNo, Quantity)> = Vec::with_capacity(cancellation.lines.len());
    for (at, (no, quantity)) in cancellation.lines.iter().enumerate() {
        let field = |name: &str| compact_str::format_compact!("lines[{at}].{name}");
        let line = order.line(*no).ok_or_else(|| Refusal::invalid(field("line"), no.0, "a line of the order"))?;
        if wanted.iter().any(|(known, _)| known == no) {
            return Err(Refusal::invalid(field("line"), no.0, "each line once"));
        }
        let most = line.buckets.to_ship() + line.buckets.shipped;
        let quantity = quantity.unwrap_or(line.buckets.to_ship());
        if quantity.is_negative() || quantity.is_zero() && most.is_positive() && line.buckets.to_ship().is_positive() {
            return Err(Refusal::invalid(field("quantity"), quantity, "more than 0"));
        }
        if quantity > most {
            return Err(Refusal::NotEnough { wanted: quantity, available: most });
        }
        wanted.push((*no, quantity));
    }
    Ok(wanted)
}

/// Cancels units of one line, or asks for them; gives how many of them have shipped.
fn cancel_line(
    books: &mut dyn Books,
    id: OrderId,
    no: LineNo,
    quantity: Quantity,
    reason: &Text,
    outcome: &mut CancelOutcome,
    cx: &Context,
) -> Result<Quantity, Stop> {
    let order = existing(books, id)?;
    let Some(buckets) = order.line(no).map(|line| line.buckets) else { return Ok(Quantity::ZERO) };
    let (account, warehouse_orders) = (order.account.clone(), order.warehouse_orders.clone());
    let at_once = quantity.min(buckets.waiting());
    let amount = if at_once.is_positive() { leaving(&order, &[(no, at_once)]) } else { Amount::ZERO };
    drop(order);
    if at_once.is_positive() {
        leave_exposure(books, id, &account, amount, false);
        let mut left = at_once;
        let open = buckets.open.min(left);
        if open.is_positive() {
            books.record(&id, super::moved(no, Bucket::Open, Bucket::Cancelled, open));
            left -= open;
        }
        left -= unpeg(books, id, no, left, Bucket::Cancelled)?;
        unbind(books, id, no, left, Bucket::Cancelled, reason)?;
    }
    outcome.cancelled += at_once;
    let mut left = quantity - at_once;
    for warehouse_order in warehouse_orders.iter().rev() {
        let released = books.warehouse_order(warehouse_order)?.filter(|released| !released.is_done());
        let there =
            released.as_ref().and_then(|released| released.line(no)).map_or(Quantity::ZERO, WarehouseLine::to_cancel);
        drop(released);
        let units = there.min(left);
        if !units.is_positive() {
            continue;
        }
        let with_last = outcome.asked.contains(warehouse_order);
        let ask = Ask { lines: vec![(no, units)], stop: false, missing_by: None, with_last };
        fulfilment::ask(books, *warehouse_order, ask, cx)?;
        if !with_last {
            outcome.asked.push(*warehouse_order);
        }
        left -= units;
    }
    let asked_before = buckets.released + buckets.picked;
    Ok(left.min(buckets.shipped).min((quantity - at_once - asked_before).or_zero()))
}

/// Asks the warehouses not to ship what they still have of an order that may not be sent as it is now: the units come back to the order.
/// Gives the warehouse orders that each has to be asked about; those of `asked_now` are asked about more at the same time. Source:
/// domain §1.5.4 (released: ask).
pub(super) fn stop(
    books: &mut dyn Books,
    id: OrderId,
    asked_now: &[WarehouseOrderId],
    cx: &Context,
) -> Result<Vec<WarehouseOrderId>, Stop> {
    let mut asked = existing(books, id)?.warehouse_orders.clone();
    for warehouse_order in std::mem::take(&mut asked) {
        let Some(released) = books.warehouse_order(&warehouse_order)?.filter(|released| !released.is_done()) else {
            continue;
        };
        let there = released.lines.iter().map(|line| (line.line, line.outstanding() - line.cancelling));
        let lines: Vec<(LineNo, Quantity)> = there.filter(|(_, units)| units.is_positive()).collect();
        drop(released);
        if lines.is_empty() {
            continue;
        }
        let with_last = asked_now.contains(&warehouse_order);
        fulfilment::ask(books, warehouse_order, Ask { lines, stop: true, missing_by: None, with_last }, cx)?;
        asked.push(warehouse_order);
    }
    Ok(asked)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::fixture::{Story, at, clerk};
    use crate::order::{Status, release};

    fn all() -> Cancellation {
        Cancellation { lines: Vec::new(), reason: "changed mind".into() }
    }

    #[test]
    fn domain_1_5_4_before_release_everything_is_cancelled_at_once() {
        let mut story = Story::new();
        story.stock("X", "WH1", 6);
        let id = story.promised(&[("X", 10)]);
        let outcome = cancel(story.books(), id, &all(), &clerk("ann", 3)).unwrap();
        assert_eq!((outcome.cancelled, outcome.asked.len(), outcome.too_late), (Quantity(10), 0, Quantity(0)));
        assert_eq!(story.order(id).status(), Status::Cancelled);
        assert_eq!(story.open_orders(), Amount(0));
        let stock = story.stock_of("X", "WH1");
        assert_eq!((stock.available_to_sell(), stock.demand.len()), (Quantity(6), 0));
        story.check();
    }

    #[test]
    fn domain_1_5_4_after_release_the_warehouse_is_asked() {
        let mut story = Story::new();
        story.stock("X", "WH1", 10);
        let id = story.promised(&[("X", 10)]);
        let released = release(story.books(), id, &at(2)).unwrap()[0];
        let outcome = cancel(story.books(), id, &all(), &clerk("ann", 3)).unwrap();
        assert_eq!((outcome.cancelled, outcome.asked.as_slice()), (Quantity(0), [released].as_slice()));
        let again = cancel(story.books(), id, &all(), &clerk("ann", 4)).unwrap();
        assert_eq!((again.asked.len(), again.too_late), (0, Quantity(0)));
        fulfilment::cancel_answered(story.books(), released, None, None, &[], &at(5)).unwrap();
        assert_eq!(story.order(id).status(), Status::Cancelled);
        assert_eq!((story.open_orders(), story.stock_of("X", "WH1").available_to_sell()), (Amount(0), Quantity(10)));
        story.check();
    }

    #[test]
    fn a_shipment_that_was_recorded_first_wins_over_the_cancellation() {
        let mut story = Story::new();
        story.stock("X", "WH1", 10);
        let id = story.promised(&[("X", 10)]);
        let released = release(story.books(), id, &at(2)).unwrap()[0];
        cancel(story.books(), id, &all(), &clerk("ann", 3)).unwrap();
        story.ship(released, &[(1, 10)], "S-1");
        fulfilment::cancel_answered(story.books(), released, None, None, &[], &at(5)).unwrap();
        assert_eq!(story.order(id).units_in(Bucket::Shipped), Quantity(10));
        assert_eq!(story.order(id).lines[0].cancel_failed, Quantity(10));
        let late = cancel(story.books(), id, &all(), &clerk("ann", 6)).unwrap();
        // what has left without an invoice its carrier is asked to stop
        assert_eq!((late.too_late, late.intercepted.len()), (Quantity(0), 1));
        story.check();
    }

    #[test]
    fn part_of_a_line_is_cancelled_where_it_hurts_least() {
        let mut story = Story::new();
        story.stock("X", "WH1", 6);
        let id = story.promised(&[("X", 10)]);
        let part = Cancellation { lines: vec![(LineNo(1), Some(Quantity(5)))], reason: "less".into() };
        cancel(story.books(), id, &part, &clerk("ann", 3)).unwrap();
        let buckets = story.order(id).lines[0].buckets;
        assert_eq!((buckets.backordered, buckets.allocated, buckets.cancelled), (Quantity(0), Quantity(5), Quantity(5)));
        let odd = Cancellation { lines: vec![(LineNo(1), Some(Quantity(50)))], reason: "less".into() };
        assert!(matches!(cancel(story.books(), id, &odd, &clerk("ann", 4)), Err(Stop::Refused(Refusal::NotEnough { .. }))));
        story.check();
    }
}
