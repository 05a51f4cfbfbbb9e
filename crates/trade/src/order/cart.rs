//! Reservations that were made before an order, such as a cart's, and that the order takes over (domain §1.1.5).
//!
//! From receipt on they are kept for the order: nobody else can name them or give them back. Until it is promised they still lapse at
//! their time. When it is promised, or is over before that, they are given back, and promising binds the same units at once.

use std::collections::{BTreeMap, BTreeSet};

use units::{Quantity, Text};

use super::event::OrderEvent;
use super::find::{company, existing};
use super::state::Order;
use crate::books::{Books, Stop};
use crate::ids::*;
use crate::refusal::Refusal;
use crate::stock::{Claim, StockEvent};

/// The most reservations that an order may name.
const MAX_RESERVATIONS: usize = 1_000;

/// Where the reservations are that a submission names.
///
/// Refused as not active where one has lapsed, was given back, is an order's, or is not of an item that is ordered. Source: domain
/// §1.1.5 (`reservation_not_active`).
pub(super) fn find(
    books: &mut dyn Books,
    order: &Order,
    named: &[ReservationId],
) -> Result<Vec<(StockKey, ReservationId)>, Stop> {
    if named.len() > MAX_RESERVATIONS {
        return Err(Refusal::invalid("reservations", named.len(), "at most 1,000 reservations").into());
    }
    let mut wanted: BTreeSet<ReservationId> = named.iter().copied().collect();
    let mut found = Vec::with_capacity(wanted.len());
    if wanted.is_empty() {
        return Ok(found);
    }
    let nodes: Vec<NodeId> = company(books)?.nodes.iter().map(|node| node.id.clone()).collect();
    let items: BTreeSet<&ItemId> =
        order.lines.iter().filter(|line| line.unresolved.is_none()).map(|line| &line.item).collect();
    for (item, node) in items.into_iter().flat_map(|item| nodes.iter().map(move |node| (item, node))) {
        let key = StockKey::new(item, node);
        let Some(stock) = books.stock(&key)? else { continue };
        let is_free = |claim: &&Claim| claim.line.is_none() && claim.order.is_none();
        for claim in stock.claims.iter().filter(is_free) {
            if wanted.remove(&claim.reservation) {
                found.push((key.clone(), claim.reservation));
            }
        }
    }
    match wanted.first() {
        Some(missing) => Err(Refusal::ReservationNotActive(*missing).into()),
        None => Ok(found),
    }
}

/// Keeps the reservations for the order that named them.
pub(super) fn hold_for(books: &mut dyn Books, order: &Order) -> Result<(), Stop> {
    for (key, reservation) in &order.reserved_before {
        if let Some(claim) = books.stock(key)?.and_then(|stock| stock.claim(*reservation).cloned()) {
            books.record(key, StockEvent::Reserved(Claim { order: Some(order.id), ..claim }));
        }
    }
    Ok(())
}

/// Those of its reservations that are still active.
fn active(books: &mut dyn Books, order: &Order) -> Result<Vec<(StockKey, Claim)>, Stop> {
    let mut active = Vec::with_capacity(order.reserved_before.len());
    for (key, reservation) in &order.reserved_before {
        let claim = books.stock(key)?.and_then(|stock| stock.claim(*reservation).cloned());
        active.extend(claim.filter(|claim| claim.order == Some(order.id)).map(|claim| (key.clone(), claim)));
    }
    Ok(active)
}

/// Units that are reserved for it from before, by stock.
pub(super) fn units(books: &mut dyn Books, order: &Order) -> Result<BTreeMap<StockKey, Quantity>, Stop> {
    let mut units: BTreeMap<StockKey, Quantity> = BTreeMap::new();
    for (key, claim) in active(books, order)? {
        *units.entry(key).or_default() += claim.quantity;
    }
    Ok(units)
}

/// Gives back what was reserved before the order, because it is promised next or is over; nothing happens if there is nothing.
pub(super) fn take_over(books: &mut dyn Books, id: OrderId) -> Result<(), Stop> {
    let order = existing(books, id)?;
    if order.reserved_before.is_empty() {
        return Ok(());
    }
    let reason = if order.is_over() { "the order is over" } else { "taken over by the order" };
    let active = active(books, &order)?;
    drop(order);
    let mut stocks: Vec<StockKey> = Vec::new();
    for (key, claim) in active {
        let (reservation, quantity, reason) = (claim.reservation, claim.quantity, Text::const_new(reason));
        books.record(&key, StockEvent::ReservationReleased { reservation, quantity, reason });
        if !stocks.contains(&key) {
            stocks.push(key);
        }
    }
    books.record(&id, OrderEvent::ReservationsTakenOver { stocks });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::fixture::{Story, at, clerk, submitted};
    use crate::order::{Cancellation, Submission, approve, cancel, promise, reject};
    use crate::stock::{ReserveLine, ReserveRequest, expire, release_reservation, reserve};

    /// Units of X that a cart has reserved until minute 15.
    fn cart(story: &mut Story, quantity: i64) -> ReservationId {
        let line = ReserveLine { item: "X".into(), quantity: Quantity(quantity), node: None };
        let request = ReserveRequest { lines: vec![line], expires: Some(at(15).now), ..ReserveRequest::default() };
        reserve(story.books(), &request, &at(0)).unwrap()[0].reservation
    }

    fn submission(story: &Story, units: &str, reservations: Vec<ReservationId>) -> Submission {
        Submission { lines: vec![submitted("X", units)], reservations, ..story.submission() }
    }

    fn key() -> StockKey {
        StockKey::new(&"X".into(), &"WH1".into())
    }

    fn promised(story: &mut Story, id: OrderId, minute: i64) -> (i64, i64) {
        approve(story.books(), id, &at(minute)).unwrap();
        promise(story.books(), id, &at(minute)).unwrap();
        story.check();
        let buckets = story.order(id).lines[0].buckets;
        (buckets.allocated.0, buckets.backordered.0)
    }

    #[test]
    fn domain_1_1_1_an_order_may_use_what_it_has_reserved_itself_beside_what_is_free() {
        let mut story = Story::new();
        story.stock("X", "WH1", 10);
        let reservation = cart(&mut story, 6);
        let submission = submission(&story, "10", vec![reservation]);
        let id = story.receive(&submission).unwrap();
        assert_eq!(promised(&mut story, id, 1), (10, 0));
        let claims = story.stock_of("X", "WH1").claims.clone();
        assert_eq!(
            claims.iter().map(|claim| (claim.line, claim.quantity)).collect::<Vec<_>>(),
            [(Some((id, LineNo(1))), Quantity(10))]
        );
        assert!(story.order(id).reserved_before.is_empty());
    }

    #[test]
    fn who_waits_for_the_same_stock_does_not_get_what_a_cart_holds_for_its_order() {
        let mut story = Story::new();
        story.stock("X", "WH1", 6);
        let reservation = cart(&mut story, 6);
        let waiting = story.promised(&[("X", 6)]);
        assert_eq!(story.order(waiting).lines[0].buckets.backordered, Quantity(6));
        let submission = submission(&story, "6", vec![reservation]);
        let id = story.receive(&submission).unwrap();
        assert_eq!(promised(&mut story, id, 2), (6, 0));
    }

    #[test]
    fn what_a_cart_has_reserved_beyond_the_order_is_free_again() {
        let mut story = Story::new();
        story.stock("X", "WH1", 10);
        let reservation = cart(&mut story, 8);
        let submission = submission(&story, "3", vec![reservation, reservation]);
        let id = story.receive(&submission).unwrap();
        assert_eq!(promised(&mut story, id, 1), (3, 0));
        assert_eq!(story.stock_of("X", "WH1").available_to_sell(), Quantity(7));
    }

    #[test]
    fn domain_1_1_5_a_reservation_that_lapsed_or_is_of_another_item_or_order_is_not_active() {
        let mut story = Story::new();
        story.stock("X", "WH1", 10);
        let reservation = cart(&mut story, 6);
        let not_active = Err(Stop::Refused(Refusal::ReservationNotActive(reservation)));
        let of_y = Submission { lines: vec![submitted("Y", "1")], ..submission(&story, "1", vec![reservation]) };
        assert_eq!(story.receive(&of_y), not_active);
        let taken = submission(&story, "6", vec![reservation]);
        story.receive(&taken).unwrap();
        assert_eq!(story.receive(&taken), not_active);
        assert_eq!(
            release_reservation(story.books(), &key(), reservation, &at(2)),
            Err(Stop::Refused(Refusal::ReservationNotActive(reservation)))
        );
        let lapsed = cart(&mut story, 4);
        expire(story.books(), &key(), lapsed, &at(15)).unwrap();
        let late = submission(&story, "4", vec![lapsed]);
        assert_eq!(story.receive(&late), Err(Stop::Refused(Refusal::ReservationNotActive(lapsed))));
    }

    #[test]
    fn domain_1_1_5_a_reservation_that_lapses_before_its_order_is_promised_leaves_it_what_is_there() {
        let mut story = Story::new();
        story.stock("X", "WH1", 6);
        let reservation = cart(&mut story, 6);
        let submission = submission(&story, "6", vec![reservation]);
        let id = story.receive(&submission).unwrap();
        expire(story.books(), &key(), reservation, &at(15)).unwrap();
        let other = story.promised(&[("X", 4)]);
        assert_eq!(story.order(other).lines[0].buckets.allocated, Quantity(4));
        assert_eq!(promised(&mut story, id, 20), (2, 4));
    }

    #[test]
    fn an_order_that_is_over_gives_back_what_was_reserved_for_it() {
        for is_rejected in [false, true] {
            let mut story = Story::new();
            story.stock("X", "WH1", 6);
            let reservation = cart(&mut story, 6);
            let submission = submission(&story, "6", vec![reservation]);
            let id = story.receive(&submission).unwrap();
            if is_rejected {
                reject(story.books(), id, "no", &clerk("ann", 2)).unwrap();
            } else {
                cancel(story.books(), id, &Cancellation::default(), &clerk("ann", 2)).unwrap();
            }
            assert_eq!(story.stock_of("X", "WH1").available_to_sell(), Quantity(6));
            story.check();
        }
    }
}
