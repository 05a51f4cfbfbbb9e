//! What a warehouse answers to a request to cancel.

use units::{Quantity, Text};

use super::drop::{complete_if_done, fall_short, warehouse_order};
use super::state::WarehouseOrderEvent;
use crate::books::{Books, Stop};
use crate::context::Context;
use crate::ids::*;

/// The warehouse answers: it will not ship what it was asked not to ship, or `refused` says why it does. What has shipped in between
/// has shipped: the shipment wins. Says whether units went back to the order, to be placed again.
///
/// `ships` are the units by line that it ships in all, those that have left included. That is where the line ends, whatever messages
/// cross on the way: an answer that comes twice, or after a later one, changes nothing, and a pick that tells of fewer units because
/// some were cancelled is not a short pick. Without it the answer stands for everything that was asked. Source: domain §1.5.4.
pub fn cancel_answered(
    books: &mut dyn Books,
    id: WarehouseOrderId,
    refused: Option<&str>,
    ships: &[(LineNo, Quantity)],
    cx: &Context,
) -> Result<bool, Stop> {
    let released = warehouse_order(books, id)?;
    let is_awaited = released.cancel_requested;
    let (mut drops, mut short) = (false, false);
    for line in &released.lines {
        let fewer = match ships.iter().find(|(no, _)| *no == line.line) {
            Some((_, all)) => (line.quantity - line.dropped - *all).min(line.outstanding()),
            None if ships.is_empty() && refused.is_none() => line.cancelling,
            None => Quantity::ZERO,
        };
        if fewer.is_positive() {
            short |= fall_short(books, id, line, fewer, &Text::const_new("short_pick"), cx)?;
            drops = true;
        }
    }
    if let Some(reason) = refused.filter(|_| is_awaited) {
        books.record(&id, WarehouseOrderEvent::CancelRefused { reason: reason.into() });
    }
    if !drops {
        return Ok(false);
    }
    let now = warehouse_order(books, id)?;
    let nothing_left = now.lines.iter().all(|line| line.outstanding().is_zero());
    if released.shipments.is_empty() && nothing_left && !now.is_done() {
        books.record(&id, WarehouseOrderEvent::Cancelled);
    } else {
        complete_if_done(books, id)?;
    }
    Ok(short)
}

/// Notes which exception asks a warehouse for the answer that it owes. Source: domain §1.5.4.
pub fn note_answer_late(books: &mut dyn Books, id: WarehouseOrderId, exception: ExceptionId) {
    books.record(&id, WarehouseOrderEvent::AnswerLate { exception });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fulfilment::pick;
    use crate::order::fixture::{Story, at, clerk};
    use crate::order::{Cancellation, cancel, release};

    /// Ten units released, four of them to be cancelled.
    fn case() -> (Story, OrderId, WarehouseOrderId) {
        let mut story = Story::new();
        story.stock("X", "WH1", 10);
        let id = story.promised(&[("X", 10)]);
        let released = release(story.books(), id, &at(2)).unwrap()[0];
        let less = Cancellation { lines: vec![(LineNo(1), Some(Quantity(4)))], reason: "less".into() };
        cancel(story.books(), id, &less, &clerk("ann", 3)).unwrap();
        (story, id, released)
    }

    fn answer(story: &mut Story, released: WarehouseOrderId, ships: i64) -> bool {
        cancel_answered(story.books(), released, None, &[(LineNo(1), Quantity(ships))], &at(5)).unwrap()
    }

    fn picked(story: &mut Story, released: WarehouseOrderId, units: i64) {
        pick(story.books(), released, &[(LineNo(1), Quantity(units))], true, &at(4)).unwrap();
    }

    /// Open, cancelled, and still to be shipped; and what is on hand.
    fn end(story: &mut Story, id: OrderId) -> [i64; 4] {
        story.check();
        let buckets = story.order(id).lines[0].buckets;
        let to_ship = buckets.released + buckets.picked;
        [buckets.open.0, buckets.cancelled.0, to_ship.0, story.stock_of("X", "WH1").on_hand.0]
    }

    #[test]
    fn units_cancelled_before_the_pick_are_not_short_in_whatever_order_it_is_told() {
        let (mut story, id, released) = case();
        picked(&mut story, released, 6);
        answer(&mut story, released, 6);
        answer(&mut story, released, 6);
        assert_eq!(end(&mut story, id), [0, 4, 6, 10]);
        let (mut story, id, released) = case();
        answer(&mut story, released, 6);
        picked(&mut story, released, 6);
        assert_eq!(end(&mut story, id), [0, 4, 6, 10]);
    }

    #[test]
    fn units_cancelled_after_a_short_pick_leave_the_missing_ones_to_be_placed_again() {
        let (mut story, id, released) = case();
        picked(&mut story, released, 6);
        // of the six that were found, four stay there
        assert!(answer(&mut story, released, 2));
        assert_eq!(end(&mut story, id), [4, 4, 2, 6]);
        let (mut story, id, released) = case();
        assert!(answer(&mut story, released, 2));
        picked(&mut story, released, 6);
        assert_eq!(end(&mut story, id), [4, 4, 2, 6]);
    }

    #[test]
    fn a_warehouse_has_half_an_hour_to_answer_and_no_clock_runs_once_it_has() {
        let (mut story, _, released) = case();
        let due = |story: &mut Story| story.books().warehouse_order(&released).unwrap().unwrap().answer_by;
        assert_eq!(due(&mut story), Some(at(33).now));
        note_answer_late(story.books(), released, ExceptionId(7));
        assert_eq!(due(&mut story), None);
        let (mut story, _, released) = case();
        answer(&mut story, released, 6);
        assert_eq!(story.books().warehouse_order(&released).unwrap().unwrap().answer_by, None);
    }

    #[test]
    fn a_refusal_after_an_agreement_leaves_what_was_agreed() {
        let (mut story, id, released) = case();
        let more = Cancellation { lines: vec![(LineNo(1), Some(Quantity(3)))], reason: "less".into() };
        cancel(story.books(), id, &more, &clerk("ann", 4)).unwrap();
        cancel_answered(story.books(), released, Some("too late"), &[(LineNo(1), Quantity(6))], &at(5)).unwrap();
        answer(&mut story, released, 6);
        assert_eq!(end(&mut story, id), [0, 4, 6, 10]);
        let released = story.books().warehouse_order(&released).unwrap().unwrap();
        assert_eq!((released.cancel_requested, released.answer_by), (false, None));
    }
}
