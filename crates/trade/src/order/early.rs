//! What may not leave yet, because it would be there before the customer was told (domain §1.1.3).

use std::collections::BTreeSet;

use units::{Day, Text};

use super::find::company;
use super::splitting::review;
use super::state::{Line, Order};
use crate::books::{Books, Stop};
use crate::context::Context;
use crate::ids::{LineNo, NodeId};
use crate::master::Company;
use crate::sourcing::delivery_day;

/// Of lines that are ready, those that may leave now: of an order that asks for a day, a line that would be there before that day and
/// the day told waits, unless they agreed to have it earlier, and so do the rest of its ship group, and all of an order that ships
/// complete. The order is looked at again on the day on which the first of them may leave. Source: domain §1.1.3 (consent).
pub(super) fn not_early<'a>(
    books: &mut dyn Books,
    order: &'a Order,
    ready: Vec<&'a Line>,
    cx: &Context,
) -> Result<Vec<&'a Line>, Stop> {
    // who asked for no day is told when the goods can be there at the latest, and takes them as soon as they are
    let Some(requested) = order.requested.filter(|_| !order.accepts_earlier) else { return Ok(ready) };
    let company = company(books)?;
    let early: Vec<(&Line, &NodeId, Day)> = ready
        .iter()
        .filter_map(|line| {
            // the day told is the last unit's; those that are there before may come as soon as they are wanted
            let wanted = line.confirmed?.min(requested);
            leaves_later(&company, order, line, wanted, cx).map(|(node, day)| (*line, node, day))
        })
        .collect();
    let moments = early.iter().filter_map(|(_, node, day)| Some(company.node(node)?.calendar.midnight(*day)));
    if let Some(first) = moments.min() {
        review(books, order.id, order.review_at, first);
    }
    if order.ship_complete && !early.is_empty() {
        return Ok(Vec::new());
    }
    let groups: BTreeSet<&Text> = early.iter().filter_map(|(line, ..)| line.ship_group.as_ref()).collect();
    let lines: BTreeSet<LineNo> = early.iter().map(|(line, ..)| line.no).collect();
    let waits =
        |line: &Line| lines.contains(&line.no) || line.ship_group.as_ref().is_some_and(|group| groups.contains(group));
    Ok(ready.into_iter().filter(|line| !waits(line)).collect())
}

/// From where and on which day a line leaves that would be there before `wanted` if it left now; `None` if it may.
fn leaves_later<'a>(
    company: &Company,
    order: &Order,
    line: &'a Line,
    wanted: Day,
    cx: &Context,
) -> Option<(&'a NodeId, Day)> {
    let held = line.allocations.iter().filter(|allocation| allocation.warehouse_order.is_none());
    let leaves = held.filter_map(|allocation| {
        let node = company.node(&allocation.node)?;
        let today = node.calendar.local_day(cx.now);
        let is_early = |day: Day| delivery_day(node, &order.ship_to.country, day, cx.now) < wanted;
        if !is_early(today) {
            return None;
        }
        // what leaves later is there no earlier, and what leaves on the day itself in time
        let (mut first, mut last) = (today.plus_days(1), wanted);
        while first < last {
            let middle = first.plus_days(last.days_since(first) / 2);
            if is_early(middle) {
                first = middle.plus_days(1);
            } else {
                last = middle;
            }
        }
        Some((&allocation.node, last))
    });
    leaves.max_by_key(|(_, day)| *day)
}

#[cfg(test)]
mod tests {
    use units::Quantity;

    use super::*;
    use crate::ids::OrderId;
    use crate::order::fixture::{Story, at, clerk, submitted};
    use crate::order::{Change, Submission, approve, change, promise, release};
    use crate::stock::serve_backorders;

    /// An order for ten of X that were announced for the 10th, within the reservation fence, and came on the 2nd.
    fn came_early(accepts_earlier: bool) -> (Story, OrderId) {
        came_early_for("2026-03-10".parse().ok(), accepts_earlier)
    }

    fn came_early_for(requested: Option<Day>, accepts_earlier: bool) -> (Story, OrderId) {
        let mut story = Story::new();
        story.announce("X", "WH1", 20, "2026-03-10");
        let lines = vec![submitted("X", "10")];
        let accepts_earlier = Some(accepts_earlier);
        let id = story.receive(&Submission { lines, requested, accepts_earlier, ..story.submission() }).unwrap();
        approve(story.books(), id, &at(1)).unwrap();
        promise(story.books(), id, &at(1)).unwrap();
        story.stock("X", "WH1", 10);
        serve_backorders(story.books(), &"X".into(), &at(2)).unwrap();
        assert_eq!(story.order(id).lines[0].buckets.allocated, Quantity(10));
        (story, id)
    }

    #[test]
    fn domain_1_1_3_goods_do_not_leave_before_the_day_that_was_told() {
        let (mut story, id) = came_early(false);
        assert_eq!(release(story.books(), id, &at(3)).unwrap(), []);
        let waits_until = story.order(id).review_at.expect("it is looked at again");
        assert!(waits_until > at(3).now);
        let then = Context { now: waits_until, ..at(0) };
        assert_eq!(release(story.books(), id, &then).unwrap().len(), 1);
        story.check();
    }

    #[test]
    fn goods_that_travel_for_weeks_leave_weeks_before_they_are_wanted() {
        let mut story = Story::new();
        let mut company = (*company(story.books()).unwrap()).clone();
        for node in &mut company.nodes {
            node.transit_days = [("*".into(), 70)].into();
        }
        company.policy.atp.reservation_fence_days = 200;
        story.books().record(&Text::const_new(Company::KEY), crate::master::CompanyEvent::Set(Box::new(company)));
        story.announce("X", "WH1", 10, "2026-03-11");
        let requested = "2026-05-20".parse().ok();
        let id = story.receive(&Submission { lines: vec![submitted("X", "10")], requested, ..story.submission() }).unwrap();
        approve(story.books(), id, &at(1)).unwrap();
        promise(story.books(), id, &at(1)).unwrap();
        story.stock("X", "WH1", 10);
        serve_backorders(story.books(), &"X".into(), &at(2)).unwrap();
        assert_eq!(release(story.books(), id, &at(3)).unwrap(), []);
        let leaves = story.order(id).review_at.expect("it is looked at again");
        assert_eq!(leaves.day(), "2026-03-11".parse().unwrap(), "seventy days before");
    }

    /// Fifty of X wanted for a day, of which thirty are there and twenty come on the 20th.
    fn thirty_and_twenty(requested: &str) -> (Story, OrderId) {
        let mut story = Story::new();
        story.stock("X", "WH1", 30);
        story.announce("X", "WH1", 20, "2026-03-20");
        let (lines, requested) = (vec![submitted("X", "50")], requested.parse().ok());
        let submission = Submission { lines, requested, ..story.submission() };
        let id = story.receive(&submission).unwrap();
        approve(story.books(), id, &at(1)).unwrap();
        promise(story.books(), id, &at(1)).unwrap();
        (story, id)
    }

    #[test]
    fn domain_1_1_2_thirty_leave_now_though_the_customer_was_told_the_day_of_the_other_twenty() {
        let (mut story, id) = thirty_and_twenty("2026-03-02");
        assert_eq!(story.order(id).lines[0].confirmed, "2026-03-20".parse().ok());
        assert_eq!(release(story.books(), id, &at(2)).unwrap().len(), 1);
        assert_eq!(story.order(id).lines[0].buckets.released, Quantity(30));
        // the rest comes on the 5th, and is late for the 2nd
        story.stock("X", "WH1", 20);
        let then = Context { now: at(0).now.plus(units::Minutes(3 * 1_440)), ..at(0) };
        serve_backorders(story.books(), &"X".into(), &then).unwrap();
        assert_eq!(release(story.books(), id, &then).unwrap().len(), 1);
        assert_eq!(story.order(id).lines[0].buckets.released, Quantity(50));
        story.check();
    }

    #[test]
    fn domain_1_1_3_what_is_there_waits_for_the_day_on_which_it_is_wanted() {
        let (mut story, id) = thirty_and_twenty("2026-03-10");
        assert_eq!(release(story.books(), id, &at(2)).unwrap(), []);
        let until: units::Timestamp = "2026-03-10T00:00:00Z".parse().unwrap();
        assert_eq!(story.order(id).review_at, Some(until));
    }

    #[test]
    fn goods_for_no_day_in_particular_leave_as_soon_as_they_are_there() {
        let (mut story, id) = came_early_for(None, false);
        assert_eq!(release(story.books(), id, &at(3)).unwrap().len(), 1);
    }

    #[test]
    fn domain_1_1_3_with_consent_they_leave_at_once() {
        let (mut story, id) = came_early(true);
        assert_eq!(release(story.books(), id, &at(3)).unwrap().len(), 1);
        let (mut story, id) = came_early(false);
        let agreed = Change { accepts_earlier: Some(true), ..Change::default() };
        change(story.books(), id, &agreed, &clerk("ann", 3)).unwrap();
        assert_eq!(release(story.books(), id, &at(4)).unwrap().len(), 1);
    }
}
