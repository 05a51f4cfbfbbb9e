//! Promises that a smaller stock cannot keep are taken back, the least important first.

use std::cmp::Reverse;

use units::{Quantity, Text, Timestamp};

use super::state::{Claim, ClaimKind, Stock, StockEvent};
use crate::books::{Books, Stop};
use crate::context::Context;
use crate::fulfilment::{self, Ask};
use crate::ids::*;
use crate::order::{Backorder, Bucket, LineAllocation, existing, note_promise, set_backorder, unbind_at, waiting_since};

/// What a smaller stock takes from orders.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bumped {
    /// Units by order line that wait for supply now.
    pub lines: Vec<(OrderId, LineNo, Quantity)>,
    /// Warehouse orders whose warehouse has to be asked for units; each carries how many.
    pub asked: Vec<WarehouseOrderId>,
}

/// Takes back promises until the rest can be kept.
///
/// Soft ones first, then what was released and nobody has picked; of each, bumped in this order: lowest priority, latest promise, latest
/// reservation. Each unit that was bumped waits for supply; whoever calls this serves backorders next, which finds units at other nodes.
/// For released units the warehouse is asked, and they wait once it has given them back; what it has picked is not touched. Whom the same
/// message made us ask before, for another item, is asked once for both. Source: domain §1.1.6.
pub(crate) fn bump(
    books: &mut dyn Books,
    key: &StockKey,
    document: &Text,
    before: &[WarehouseOrderId],
    cx: &Context,
) -> Result<Bumped, Stop> {
    let stock = books.stock(key)?.unwrap_or_default();
    let mut short = (-stock.available_to_fulfil()).or_zero();
    let mut bumped = Bumped::default();
    if short.is_zero() {
        return Ok(bumped);
    }
    books.record(key, StockEvent::ShortageDetected { short, cause: document.clone() });
    for claim in least_important_first(&stock, |kind| kind == ClaimKind::Soft) {
        let units = claim.quantity.min(short);
        if units.is_zero() {
            break;
        }
        short -= units;
        match claim.line {
            Some((order, line)) => {
                take_back(books, key, &claim, (order, line), units, document, cx)?;
                bumped.lines.push((order, line, units));
            }
            None => {
                let (reservation, quantity, reason) = (claim.reservation, units, document.clone());
                books.record(key, StockEvent::ReservationReleased { reservation, quantity, reason });
            }
        }
    }
    if short.is_positive() {
        bumped.asked = ask_back(books, &stock, short, document, before, cx)?;
    }
    Ok(bumped)
}

/// Asks warehouses to give back units that are not there. What they were asked not to ship before, for whatever reason, comes free too.
fn ask_back(
    books: &mut dyn Books,
    stock: &Stock,
    short: Quantity,
    document: &Text,
    before: &[WarehouseOrderId],
    cx: &Context,
) -> Result<Vec<WarehouseOrderId>, Stop> {
    let mut short = short;
    let mut released = Vec::new();
    for claim in least_important_first(stock, |kind| kind != ClaimKind::Soft) {
        let Some((order, no)) = claim.line else { continue };
        let of_claim = |share: &&LineAllocation| share.reservation == claim.reservation;
        let order = existing(books, order)?;
        let share = order.line(no).and_then(|line| line.allocations.iter().find(of_claim));
        let Some(id) = share.and_then(|share| share.warehouse_order) else { continue };
        if let Some(line) = books.warehouse_order(&id)?.and_then(|released| released.line(no).cloned()) {
            short -= line.cancelling;
            released.push((id, no, line.unpicked()));
        }
    }
    let mut asked: Vec<WarehouseOrderId> = Vec::new();
    for (id, no, unpicked) in released {
        let units = unpicked.min(short);
        if !units.is_positive() {
            continue;
        }
        short -= units;
        let with_last = asked.contains(&id) || before.contains(&id);
        let ask = Ask { lines: vec![(no, units)], stop: true, missing_by: Some(document.clone()), with_last };
        fulfilment::ask(books, id, ask, cx)?;
        if !with_last {
            asked.push(id);
        }
    }
    Ok(asked)
}

fn least_important_first(stock: &Stock, of_kind: impl Fn(ClaimKind) -> bool) -> Vec<Claim> {
    let mut claims: Vec<Claim> = stock.claims.iter().filter(|claim| of_kind(claim.kind)).cloned().collect();
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
pub(super) fn take_back(
    books: &mut dyn Books,
    key: &StockKey,
    claim: &Claim,
    (id, no): (OrderId, LineNo),
    units: Quantity,
    document: &Text,
    cx: &Context,
) -> Result<(), Stop> {
    let order = existing(books, id)?;
    let Some(line) = order.line(no) else { return Ok(()) };
    let Some(share) = line.allocations.iter().find(|share| share.reservation == claim.reservation).cloned() else {
        return Ok(());
    };
    let item = line.item.clone();
    drop(order);
    unbind_at(books, id, no, &item, share, units, Bucket::Backordered, document);
    wait_for_supply(books, key, (id, no), units, document, cx)
}

/// Units of an order's line that are backordered by now wait for supply at the node that has lost them.
pub(crate) fn wait_for_supply(
    books: &mut dyn Books,
    key: &StockKey,
    (id, no): (OrderId, LineNo),
    units: Quantity,
    document: &Text,
    cx: &Context,
) -> Result<(), Stop> {
    let order = existing(books, id)?;
    let Some(line) = order.line(no) else { return Ok(()) };
    let since = waiting_since(books, &order, no)?;
    let waits = crate::order::Peg { node: key.node.clone(), quantity: units, due: None, ahead: false };
    let pegs = line.pegs.iter().cloned().chain([waits]).collect();
    let (item, priority) = (line.item.clone(), order.priority);
    drop(order);
    set_backorder(books, Backorder { order: id, line: no, item, pegs, priority, since })?;
    note_promise(books, id, no, document, cx)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fulfilment::{self, WarehouseLine};
    use crate::order::fixture::{Story, at, clerk};
    use crate::order::{Cancellation, cancel, release};
    use crate::stock::{Count, count};

    fn counted(story: &mut Story, on_hand: i64, document: &str) -> Bumped {
        let (item, node, on_hand, document) = ("X".into(), "WH1".into(), Quantity(on_hand), document.into());
        count(story.books(), &Count { item, node, on_hand, document, ..Count::default() }, &at(5)).unwrap()
    }

    /// An order of so many X, and what the warehouse is to ship of it.
    fn released(story: &mut Story, quantity: i64) -> (OrderId, WarehouseOrderId) {
        let id = story.promised(&[("X", quantity)]);
        (id, release(story.books(), id, &at(2)).unwrap()[0])
    }

    fn line(story: &mut Story, id: WarehouseOrderId) -> WarehouseLine {
        story.books().warehouse_order(&id).unwrap().unwrap().lines[0].clone()
    }

    fn asked(story: &mut Story, id: WarehouseOrderId) -> i64 {
        line(story, id).missing.0
    }

    /// The warehouse answers all that it was asked, one after the other.
    fn answer(story: &mut Story, id: WarehouseOrderId, refused: Option<&str>) -> bool {
        let open = story.books().warehouse_order(&id).unwrap().unwrap().requests.clone();
        let answered = open.iter().map(|request| {
            let number = Some(request.number);
            fulfilment::cancel_answered(story.books(), id, number, refused, &[], &at(6)).unwrap().reopened
        });
        answered.fold(false, |any, reopened| any | reopened)
    }

    /// Units of an order that wait, are with the warehouse, and are picked.
    fn units(story: &mut Story, id: OrderId) -> [i64; 3] {
        story.check();
        [Bucket::Backordered, Bucket::Released, Bucket::Picked].map(|bucket| story.order(id).units_in(bucket).0)
    }

    #[test]
    fn domain_1_1_6_soft_promises_go_first_and_then_the_warehouse_is_asked_for_what_it_has_not_picked() {
        let mut story = Story::new();
        story.stock("X", "WH1", 30);
        let (first, at_work) = released(&mut story, 10);
        fulfilment::pick(story.books(), at_work, &[(LineNo(1), Quantity(4))], false, &at(3)).unwrap();
        let (second, waiting) = released(&mut story, 10);
        let third = story.promised(&[("X", 10)]);
        // twenty are missing: ten that are only promised, and of those that were released the later ones first
        let bumped = counted(&mut story, 10, "C-1");
        assert_eq!(bumped, Bumped { lines: vec![(third, LineNo(1), Quantity(10))], asked: vec![waiting] });
        assert_eq!((asked(&mut story, at_work), asked(&mut story, waiting)), (0, 10));
        // five more: the order before, but not what is picked of it
        assert_eq!(counted(&mut story, 5, "C-2"), Bumped { lines: Vec::new(), asked: vec![at_work] });
        assert_eq!((asked(&mut story, at_work), asked(&mut story, waiting)), (5, 10));
        assert_eq!(counted(&mut story, 2, "C-3"), Bumped { lines: Vec::new(), asked: vec![at_work] });
        assert_eq!((asked(&mut story, at_work), line(&mut story, at_work).missing_by.as_str()), (6, "C-2, C-3"));
        assert!(answer(&mut story, waiting, None));
        assert!(answer(&mut story, at_work, None));
        assert_eq!((units(&mut story, first), units(&mut story, second)), ([6, 0, 4], [10, 0, 0]));
        assert_eq!((units(&mut story, third), story.order(second).lines[0].pegs[0].quantity), ([10, 0, 0], Quantity(10)));
        // the four that are picked are there or will be found
        assert_eq!(story.stock_of("X", "WH1").available_to_fulfil(), Quantity(-2));
    }

    #[test]
    fn what_a_warehouse_does_not_give_back_stays_with_it() {
        let mut story = Story::new();
        story.stock("X", "WH1", 10);
        let (id, released) = released(&mut story, 10);
        counted(&mut story, 7, "C-1");
        assert!(!answer(&mut story, released, Some("it is packed")));
        assert_eq!((units(&mut story, id), asked(&mut story, released)), ([0, 10, 0], 0));
        // it is asked anew by the next count only
        assert_eq!(counted(&mut story, 6, "C-2").asked, [released]);
        assert_eq!((asked(&mut story, released), line(&mut story, released).missing_by.as_str()), (4, "C-2"));
    }

    #[test]
    fn units_that_are_asked_for_and_leave_are_no_failed_cancellation() {
        let mut story = Story::new();
        story.stock("X", "WH1", 10);
        let (id, released) = released(&mut story, 10);
        counted(&mut story, 7, "C-1");
        story.ship(released, &[(1, 10)], "S-1");
        assert_eq!(
            (story.order(id).units_in(Bucket::Shipped), story.order(id).lines[0].cancel_failed),
            (Quantity(10), Quantity(0))
        );
        assert!(!answer(&mut story, released, None));
        story.check();
    }

    #[test]
    fn what_a_customer_cancels_comes_free_and_is_not_asked_for_twice() {
        let mut story = Story::new();
        story.stock("X", "WH1", 10);
        let (id, released) = released(&mut story, 10);
        let less = Cancellation { lines: vec![(LineNo(1), Some(Quantity(4)))], reason: "less".into() };
        cancel(story.books(), id, &less, &clerk("ann", 3)).unwrap();
        assert_eq!(counted(&mut story, 7, "C-1"), Bumped::default());
        assert_eq!(counted(&mut story, 5, "C-2").asked, [released]);
        assert_eq!((asked(&mut story, released), line(&mut story, released).cancelling), (1, Quantity(5)));
        // a missing unit may be cancelled as well as any other
        let more = Cancellation { lines: vec![(LineNo(1), Some(Quantity(6)))], reason: "none".into() };
        cancel(story.books(), id, &more, &clerk("ann", 4)).unwrap();
        assert_eq!(asked(&mut story, released), 0);
        answer(&mut story, released, None);
        assert_eq!(story.order(id).units_in(Bucket::Cancelled), Quantity(10));
        story.check();
    }
}
