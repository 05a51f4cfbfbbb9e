//! What a warehouse answers to a request to cancel.

use units::{Quantity, Text};

use super::drop::{complete_if_done, fall_short, warehouse_order};
use super::request::{ANSWER_WITHIN, CancelRequest, RequestLine};
use super::state::{WarehouseOrder, WarehouseOrderEvent};
use crate::books::{Books, Stop};
use crate::context::Context;
use crate::ids::*;

/// What an answer came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answered {
    /// Whether units went back to the order, to be placed again.
    pub reopened: bool,
    /// Units that the warehouse was asked not to ship, and ships.
    pub kept: Vec<RequestLine>,
    /// The documents that show that units of these are missing.
    pub missing_by: Vec<(LineNo, Text)>,
}

/// The warehouse answers: it will not ship what it was asked not to ship, or `refused` says why it does. What has shipped in between
/// has shipped: the shipment wins.
///
/// `request` is the number that came with what it was asked; a yes or no to one says nothing about another, and one to a request that
/// is answered already changes nothing. `ships` are the units by line that it ships in all, those that have left included. That is
/// where the line ends, whatever messages cross on the way: an answer that comes twice, or after a later one, changes nothing, and a
/// pick that tells of fewer units because some were cancelled is not a short pick. Without it the answer stands for everything that was
/// asked with that request; where a pick that was short has crossed it, both tell of the same units.
///
/// Refused for an answer without either, once the warehouse was asked more than once: it may be a late one to an earlier request, and
/// units would be served twice. Source: domain §1.5.4.
pub fn cancel_answered(
    books: &mut dyn Books,
    id: WarehouseOrderId,
    request: Option<u32>,
    refused: Option<&str>,
    ships: &[(LineNo, Quantity)],
    cx: &Context,
) -> Result<Answered, Stop> {
    let mut released = warehouse_order(books, id)?;
    if let Some(request) = request.filter(|number| released.is_attributed_by(*number, refused.is_some())) {
        let (refused, answer_by) = (refused.is_some(), Some(cx.now.plus(ANSWER_WITHIN)));
        books.record(&id, WarehouseOrderEvent::PickAttributed { request, refused, answer_by });
        released = warehouse_order(books, id)?;
    }
    let is_total = !ships.is_empty() && refused.is_none();
    let request = if is_total && request.is_none() { None } else { released.answered(request)? };
    let asked = request.and_then(|number| released.request(number));
    // what it will not ship although it refuses this request, it was asked for with another
    let others = |open: &&CancelRequest| refused.is_some() && Some(open.number) != request;
    let agreed = released.requests.iter().find(others).map_or(request, |open| Some(open.number));
    // where all that ships is told, nothing is left to presume: the oldest are answered first
    let oldest = || released.requests.iter().map(|open| open.number).min();
    let agreed = if is_total { agreed.or_else(oldest) } else { agreed };
    let mut answered = Answered::default();
    let mut drops = false;
    for line in &released.lines {
        let fewer = match (ships.iter().find(|(no, _)| *no == line.line), asked) {
            (Some((_, all)), _) => (line.quantity - line.dropped - *all).min(line.outstanding()),
            (None, Some(asked)) if ships.is_empty() && refused.is_none() => asked.line(line.line).units,
            _ => Quantity::ZERO,
        };
        if fewer.is_positive() {
            answered.reopened |= fall_short(books, id, line, fewer, &Text::const_new("short_pick"), agreed, cx)?;
            drops = true;
        }
    }
    let now = warehouse_order(books, id)?;
    if let Some(left) = request.and_then(|number| now.request(number)) {
        answered.kept.clone_from(&left.lines);
        answered.missing_by = documents(&now, &left.lines);
        let reason = Text::from(refused.unwrap_or("it ships them"));
        books.record(&id, WarehouseOrderEvent::CancelRefused { reason, request });
    }
    if !drops {
        return Ok(answered);
    }
    let nothing_left = now.lines.iter().all(|line| line.outstanding().is_zero());
    if released.shipments.is_empty() && nothing_left && !now.is_done() {
        books.record(&id, WarehouseOrderEvent::Cancelled);
    } else {
        complete_if_done(books, id)?;
    }
    Ok(answered)
}

fn documents(released: &WarehouseOrder, asked: &[RequestLine]) -> Vec<(LineNo, Text)> {
    let missing = asked.iter().filter(|asked| asked.missing.is_positive());
    missing.filter_map(|asked| Some((asked.line, released.line(asked.line)?.missing_by.clone()))).collect()
}

/// Notes which exception asks a warehouse for the answers that it owes, to which requests. Source: domain §1.5.4.
pub fn note_answer_late(books: &mut dyn Books, id: WarehouseOrderId, exception: ExceptionId, requests: Vec<u32>) {
    books.record(&id, WarehouseOrderEvent::AnswerLate { exception, requests });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fulfilment::{Ask, ask, pick};
    use crate::order::fixture::{Story, at, clerk};
    use crate::order::{Cancellation, cancel, release};
    use crate::refusal::Refusal;

    fn less(story: &mut Story, id: OrderId, units: i64, minute: i64) {
        let less = Cancellation { lines: vec![(LineNo(1), Some(Quantity(units)))], reason: "less".into() };
        cancel(story.books(), id, &less, &clerk("ann", minute)).unwrap();
    }

    /// Ten units released, four of them to be cancelled.
    fn case() -> (Story, OrderId, WarehouseOrderId) {
        let mut story = Story::new();
        story.stock("X", "WH1", 10);
        let id = story.promised(&[("X", 10)]);
        let released = release(story.books(), id, &at(2)).unwrap()[0];
        less(&mut story, id, 4, 3);
        (story, id, released)
    }

    /// As [`case`], and three more to be cancelled ten minutes later.
    fn case_of_two() -> (Story, OrderId, WarehouseOrderId) {
        let (mut story, id, released) = case();
        less(&mut story, id, 3, 13);
        (story, id, released)
    }

    fn answer(story: &mut Story, released: WarehouseOrderId, ships: i64) -> bool {
        let ships = [(LineNo(1), Quantity(ships))];
        cancel_answered(story.books(), released, None, None, &ships, &at(5)).unwrap().reopened
    }

    /// A yes or no without the units that are shipped; gives the units that are shipped although they were to be cancelled.
    fn bare(
        story: &mut Story,
        released: WarehouseOrderId,
        request: Option<u32>,
        refused: Option<&str>,
    ) -> Result<i64, Stop> {
        let answered = cancel_answered(story.books(), released, request, refused, &[], &at(5))?;
        story.check();
        Ok(answered.kept.iter().map(|line| line.units.0).sum())
    }

    fn open(story: &mut Story, released: WarehouseOrderId) -> Vec<(u32, i64)> {
        let released = story.books().warehouse_order(&released).unwrap().unwrap();
        assert_eq!(released.cancel_requested, !released.requests.is_empty());
        released.requests.iter().map(|request| (request.number, request.line(LineNo(1)).units.0)).collect()
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
    fn domain_1_5_4_a_yes_to_one_request_is_none_to_another() {
        let (mut story, id, released) = case_of_two();
        assert_eq!(open(&mut story, released), [(1, 4), (2, 3)]);
        bare(&mut story, released, Some(2), None).unwrap();
        assert_eq!((end(&mut story, id), open(&mut story, released)), ([0, 3, 7, 10], vec![(1, 4)]));
        // it comes again, late
        bare(&mut story, released, Some(2), None).unwrap();
        assert_eq!(end(&mut story, id), [0, 3, 7, 10]);
        assert_eq!(bare(&mut story, released, Some(1), Some("it is packed")), Ok(4));
        assert_eq!((end(&mut story, id), open(&mut story, released)), ([0, 3, 7, 10], vec![]));
    }

    #[test]
    fn domain_1_5_4_an_answer_that_names_no_request_counts_only_where_there_was_one() {
        let (mut story, id, released) = case();
        bare(&mut story, released, None, None).unwrap();
        assert_eq!(end(&mut story, id), [0, 4, 6, 10]);
        less(&mut story, id, 3, 13);
        // the first yes may have come once more: it must not answer the second request
        for refused in [None, Some("too late")] {
            let Err(Stop::Refused(refusal)) = bare(&mut story, released, None, refused) else { panic!("it is refused") };
            assert!(refusal.to_string().contains("2 are open"), "{refusal}");
        }
        assert_eq!((end(&mut story, id), open(&mut story, released)), ([0, 4, 6, 10], vec![(2, 3)]));
        assert!(matches!(bare(&mut story, released, Some(3), None), Err(Stop::Refused(Refusal::Invalid { .. }))));
        bare(&mut story, released, Some(2), None).unwrap();
        assert_eq!(bare(&mut story, released, None, None), Ok(0), "nothing waits for it");
        assert_eq!(end(&mut story, id), [0, 7, 3, 10]);
    }

    #[test]
    fn a_request_that_is_agreed_in_part_is_answered() {
        let (mut story, id, released) = case_of_two();
        let ships = [(LineNo(1), Quantity(8))];
        let answered = cancel_answered(story.books(), released, Some(1), None, &ships, &at(5)).unwrap();
        assert_eq!(answered.kept.iter().map(|line| line.units.0).sum::<i64>(), 2);
        assert_eq!((end(&mut story, id), open(&mut story, released)), ([0, 2, 8, 10], vec![(2, 3)]));
    }

    #[test]
    fn what_was_picked_answers_the_oldest_request_first() {
        let (mut story, id, released) = case_of_two();
        picked(&mut story, released, 5);
        assert_eq!((end(&mut story, id), open(&mut story, released)), ([0, 5, 5, 10], vec![(2, 2)]));
        bare(&mut story, released, Some(1), None).unwrap();
        bare(&mut story, released, Some(2), None).unwrap();
        assert_eq!(end(&mut story, id), [0, 7, 3, 10]);
    }

    #[test]
    fn domain_1_5_4_a_bare_yes_that_crosses_a_pick_is_about_the_same_units() {
        let (mut story, id, released) = case_of_two();
        // it has agreed to the second, and picks what is left; the pick is told first
        picked(&mut story, released, 7);
        assert_eq!(open(&mut story, released), [(1, 1), (2, 3)]);
        assert_eq!(bare(&mut story, released, Some(2), None), Ok(0));
        assert_eq!((end(&mut story, id), open(&mut story, released)), ([0, 3, 7, 10], vec![(1, 4)]));
        bare(&mut story, released, Some(2), None).unwrap();
        assert_eq!((end(&mut story, id), open(&mut story, released)), ([0, 3, 7, 10], vec![(1, 4)]));
        bare(&mut story, released, Some(1), None).unwrap();
        assert_eq!(end(&mut story, id), [0, 7, 3, 10]);
    }

    #[test]
    fn a_yes_to_what_was_asked_after_the_pick_or_after_an_answer_in_all_is_about_other_units() {
        for by_pick in [true, false] {
            let (mut story, id, released) = case();
            if by_pick {
                picked(&mut story, released, 6);
            } else {
                answer(&mut story, released, 6);
            }
            less(&mut story, id, 3, 13);
            assert_eq!(open(&mut story, released), [(2, 3)]);
            bare(&mut story, released, Some(2), None).unwrap();
            assert_eq!((end(&mut story, id), open(&mut story, released)), ([0, 7, 3, 10], vec![]), "{by_pick}");
        }
    }

    #[test]
    fn a_request_that_is_open_again_has_a_clock_again() {
        let (mut story, _, released) = case_of_two();
        note_answer_late(story.books(), released, ExceptionId(7), vec![1]);
        picked(&mut story, released, 6);
        assert_eq!(open(&mut story, released), [(2, 3)]);
        bare(&mut story, released, Some(2), None).unwrap();
        let now = story.books().warehouse_order(&released).unwrap().unwrap();
        assert_eq!(now.request(1).and_then(|open| open.answer_by), Some(at(35).now));
    }

    #[test]
    fn a_bare_no_that_crosses_a_pick_leaves_its_units_to_the_other_request() {
        let (mut story, id, released) = case_of_two();
        picked(&mut story, released, 7);
        assert_eq!(bare(&mut story, released, Some(1), Some("it is packed")), Ok(4));
        assert_eq!((end(&mut story, id), open(&mut story, released)), ([0, 3, 7, 10], vec![]));
        assert_eq!(bare(&mut story, released, Some(2), None), Ok(0));
        assert_eq!(end(&mut story, id), [0, 3, 7, 10]);
    }

    #[test]
    fn a_request_that_a_pick_seemed_to_answer_is_open_again_once_it_was_another() {
        let (mut story, id, released) = case_of_two();
        picked(&mut story, released, 6);
        assert_eq!(open(&mut story, released), [(2, 3)]);
        assert_eq!(bare(&mut story, released, Some(2), None), Ok(0));
        assert_eq!((end(&mut story, id), open(&mut story, released)), ([0, 4, 6, 10], vec![(1, 3)]));
    }

    #[test]
    fn units_that_are_stopped_and_then_cancelled_are_asked_for_once() {
        let (mut story, id, released) = case();
        let lines = vec![(LineNo(1), Quantity(6))];
        let stop = Ask { lines, stop: true, missing_by: None, with_last: false };
        ask(story.books(), released, stop, &at(4)).unwrap();
        less(&mut story, id, 6, 5);
        assert_eq!(open(&mut story, released), [(1, 4), (2, 6)]);
        bare(&mut story, released, Some(2), None).unwrap();
        bare(&mut story, released, Some(1), None).unwrap();
        assert_eq!(end(&mut story, id), [0, 10, 0, 10]);
    }

    #[test]
    fn a_warehouse_has_half_an_hour_to_answer_and_no_clock_runs_once_it_has() {
        let (mut story, _, released) = case();
        let due = |story: &mut Story| story.books().warehouse_order(&released).unwrap().unwrap().answer_due();
        assert_eq!(due(&mut story), Some(at(33).now));
        note_answer_late(story.books(), released, ExceptionId(7), vec![1]);
        assert_eq!(due(&mut story), None);
        answer(&mut story, released, 6);
        assert_eq!(due(&mut story), None);
    }

    #[test]
    fn each_request_has_its_own_clock() {
        let (mut story, _, released) = case_of_two();
        let due = |story: &mut Story| story.books().warehouse_order(&released).unwrap().unwrap().answer_due();
        assert_eq!(due(&mut story), Some(at(33).now));
        note_answer_late(story.books(), released, ExceptionId(7), vec![1]);
        assert_eq!(due(&mut story), Some(at(43).now));
        bare(&mut story, released, Some(1), None).unwrap();
        assert_eq!(due(&mut story), Some(at(43).now));
        assert!(story.books().warehouse_order(&released).unwrap().unwrap().has_answered());
    }

    #[test]
    fn a_refusal_after_an_agreement_leaves_what_was_agreed() {
        let (mut story, id, released) = case_of_two();
        let ships = [(LineNo(1), Quantity(6))];
        cancel_answered(story.books(), released, Some(2), Some("too late"), &ships, &at(5)).unwrap();
        answer(&mut story, released, 6);
        assert_eq!((end(&mut story, id), open(&mut story, released)), ([0, 4, 6, 10], vec![]));
    }
}
