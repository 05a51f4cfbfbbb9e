//! How an order may be delivered in parts: backorders at most, consolidation, and what waits for its day (domain §1.1.5, §1.1.7).

use std::collections::BTreeSet;

use units::{Day, Quantity, Text, Timestamp};

use super::cancel::{Cancellation, cancel};
use super::event::OrderEvent;
use super::find::{company, existing};
use super::promise::arrival;
use super::state::Order;
use super::value::line_net;
use crate::books::{Books, Stop};
use crate::context::Context;
use crate::fulfilment::Progress;
use crate::ids::*;
use crate::master::{Company, Item};
use crate::order::Line;
use crate::stock::{Ladder, Waiting, peg};

/// How many days before the day on which supply is needed are looked at, so that a long closure is no endless search.
const LOOK_BACK_DAYS: i32 = 60;

/// Whether a line may not be split over two shipments (domain §1.1.7, `min_split_value`).
pub(crate) fn is_whole(order: &Order, line: &Line, item: Option<&Item>) -> bool {
    let least = item.and_then(|item| item.min_split_value);
    least.is_some_and(|least| line_net(line, order.currency) < least)
}

/// Whether an order waits with its release for units that are not there.
///
/// Until `consolidate_until` it waits for all of them, and is looked at again on that day. A part that is delivered later is a
/// backorder: the last one that is allowed waits for everything that is left. Source: domain §1.1.7.
pub(super) fn awaits_rest(books: &mut dyn Books, order: &Order, cx: &Context) -> Result<bool, Stop> {
    if order.consolidate_until.is_none() && order.max_backorders.is_none() || !waits(order) {
        return Ok(false);
    }
    if let Some(day) = order.consolidate_until {
        let until = company(books)?.calendar.midnight(day);
        if cx.now < until {
            review(books, order.id, order.review_at, until);
            return Ok(true);
        }
    }
    let Some(most) = order.max_backorders else { return Ok(false) };
    Ok(parts(books, order)? >= usize::from(most))
}

fn waits(order: &Order) -> bool {
    order.lines.iter().any(|line| (line.buckets.open + line.buckets.backordered).is_positive())
}

/// How many parts of an order went to warehouses; what a warehouse refused or cancelled is none.
fn parts(books: &mut dyn Books, order: &Order) -> Result<usize, Stop> {
    let mut parts = BTreeSet::new();
    for id in &order.warehouse_orders {
        let released = books.warehouse_order(id)?;
        let counts = |progress| !matches!(progress, Progress::Rejected | Progress::Cancelled);
        if let Some(released) = released.filter(|released| counts(released.progress)) {
            parts.insert(released.released_at);
        }
    }
    Ok(parts.len())
}

/// Cancels what waits of an order of which nothing may be delivered later; lines in `asked` wait for an answer of the customer.
///
/// Gives the units that were cancelled. Source: domain §1.1.7 (`max_backorders`).
pub(super) fn cancel_rest(books: &mut dyn Books, id: OrderId, asked: &[LineNo], cx: &Context) -> Result<Quantity, Stop> {
    let order = existing(books, id)?;
    let company = company(books)?;
    if order.max_backorders != Some(0) || is_far(&company, &order, cx) {
        return Ok(Quantity::ZERO);
    }
    let waiting = order.lines.iter().filter(|line| line.unresolved.is_none() && !asked.contains(&line.no));
    let waiting = waiting.map(|line| (line.no, line.buckets.open + line.buckets.backordered));
    let lines: Vec<(LineNo, Option<Quantity>)> =
        waiting.filter(|(_, units)| units.is_positive()).map(|(no, units)| (no, Some(units))).collect();
    if lines.is_empty() {
        return Ok(Quantity::ZERO);
    }
    let reason = Text::const_new("the customer takes no backorders");
    Ok(cancel(books, id, &Cancellation { lines, reason }, cx)?.cancelled)
}

/// Has an order looked at again; the earliest moment counts, `known` the one that it has.
pub(crate) fn review(books: &mut dyn Books, id: OrderId, known: Option<Timestamp>, at: Timestamp) {
    if known.is_none_or(|known| at < known) {
        books.record(&id, OrderEvent::ReviewScheduled { at: Some(at) });
    }
}

/// The moment at which an order is looked at again has come, or not yet. Says whether it has.
pub fn review_due(books: &mut dyn Books, id: OrderId, cx: &Context) -> Result<bool, Stop> {
    let Some(order) = books.order(&id)? else { return Ok(false) };
    let is_due = order.review_at.is_some_and(|at| at <= cx.now);
    if is_due {
        books.record(&id, OrderEvent::ReviewScheduled { at: None });
    }
    Ok(is_due)
}

/// Whether an order is wanted beyond the reservation fence: no stock is held for it yet. Source: domain §1.1.5.
pub(crate) fn is_far(company: &Company, order: &Order, cx: &Context) -> bool {
    let today = company.calendar.local_day(cx.now);
    order.requested.is_some_and(|requested| requested > fence(company, today))
}

fn fence(company: &Company, today: Day) -> Day {
    today.plus_days(i32::from(company.policy.atp.reservation_fence_days))
}

/// Where units that are wanted beyond the reservation fence are committed, where what nobody can promise for then waits, and when that is
/// looked at again; `None` if they have to leave before.
///
/// They are demand of the day on which they have to leave, so that what is there stays free for whoever comes before, as far as supply
/// until then makes up for it. What nobody can promise for that day waits for supply. Source: domain §1.1.1 (committed future demand),
/// §1.1.5.
pub(crate) fn ahead(
    company: &Company,
    order: &Order,
    nodes: &[usize],
    ladders: &mut [Ladder],
    (quantity, whole): (Quantity, bool),
    cx: &Context,
) -> Option<(Vec<Waiting>, Vec<Waiting>, Timestamp)> {
    let requested = order.requested.filter(|_| is_far(company, order, cx))?;
    let country = &order.ship_to.country;
    let mut leaves: Vec<(usize, Day)> = Vec::with_capacity(nodes.len());
    for place in nodes {
        let node = company.nodes.get(*place)?;
        let in_time = |days: &i32| arrival(node, country, requested.plus_days(-days), cx) <= requested;
        let day = (0..LOOK_BACK_DAYS).find(in_time).map(|days| requested.plus_days(-days));
        leaves.extend(day.filter(|day| *day > fence(company, node.calendar.local_day(cx.now))).map(|day| (*place, day)));
    }
    let first = leaves.iter().map(|(_, day)| *day).min()?;
    let has_all = |(place, day): &(usize, Day)| ladders[*place].promisable(*day) >= quantity;
    let chosen = match leaves.iter().copied().find(has_all) {
        Some(one) => vec![one],
        None if whole => Vec::new(),
        None => leaves,
    };
    let mut committed = Vec::with_capacity(chosen.len());
    let mut left = quantity;
    for (place, day) in chosen {
        let units = ladders[place].promisable(day).min(left);
        if units.is_positive() {
            ladders[place].commit(day, units);
            committed.push((place, units, Some(day)));
            left -= units;
        }
    }
    let mut waiting = Vec::new();
    if left.is_positive() {
        let arrives = |place: usize, day: Day| arrival(&company.nodes[place], country, day, cx);
        waiting = peg(ladders, nodes, arrives, left, whole);
    }
    let before = i32::from(company.policy.atp.reservation_fence_days);
    Some((committed, waiting, company.calendar.midnight(first.plus_days(-before))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fulfilment;
    use crate::master::{Company, Consent, ItemEvent, Substitute};
    use crate::order::fixture::{Story, at, submitted};
    use crate::order::{Bucket, Peg, Status, Submission, approve, promise, release};
    use crate::stock::serve_backorders;
    use units::Amount;

    const DAY: i64 = 1_440;

    fn day(text: &str) -> Option<Day> {
        Some(text.parse().unwrap())
    }

    fn ordered(story: &mut Story, lines: &[(&str, i64)], other: Submission) -> OrderId {
        let lines = lines.iter().map(|(item, units)| submitted(item, &units.to_string())).collect();
        let id = story.receive(&Submission { account: "ACME".into(), lines, ..other }).unwrap();
        approve(story.books(), id, &at(1)).unwrap();
        promise(story.books(), id, &at(1)).unwrap();
        story.check();
        id
    }

    fn comes(story: &mut Story, item: &str, units: i64, minute: i64) {
        story.stock(item, "WH1", units);
        serve_backorders(story.books(), &item.into(), &at(minute)).unwrap();
        story.check();
    }

    fn released(story: &mut Story, id: OrderId, minute: i64) -> usize {
        let made = release(story.books(), id, &at(minute)).unwrap();
        story.check();
        made.len()
    }

    #[test]
    fn domain_1_1_7_consolidate_until_waits_for_the_rest_until_the_day() {
        let wish = || Submission { consolidate_until: day("2026-03-04"), ..Submission::default() };
        let mut story = Story::new();
        story.stock("X", "WH1", 6);
        let id = ordered(&mut story, &[("X", 10)], wish());
        assert_eq!(released(&mut story, id, 2), 0);
        let due = story.order(id).review_at.unwrap();
        assert_eq!(due, "2026-03-04T00:00:00Z".parse().unwrap());
        assert!(!review_due(story.books(), id, &at(3)).unwrap());
        let on_the_day = Context { now: due, ..at(0) };
        assert!(review_due(story.books(), id, &on_the_day).unwrap());
        assert_eq!(release(story.books(), id, &on_the_day).unwrap().len(), 1);
        assert_eq!(story.order(id).units_in(Bucket::Released), Quantity(6));

        // and no longer than for the last unit
        let mut story = Story::new();
        let id = ordered(&mut story, &[("X", 4)], wish());
        comes(&mut story, "X", 4, 3);
        assert_eq!(released(&mut story, id, 4), 1);
    }

    #[test]
    fn domain_1_1_7_the_last_backorder_that_is_allowed_brings_everything() {
        let mut story = Story::new();
        story.stock("X", "WH1", 4);
        let id = ordered(&mut story, &[("X", 10)], Submission { max_backorders: Some(1), ..Submission::default() });
        assert_eq!(released(&mut story, id, 2), 1);
        comes(&mut story, "X", 3, 3);
        assert_eq!(released(&mut story, id, 4), 0);
        comes(&mut story, "X", 3, 5);
        assert_eq!(released(&mut story, id, 6), 1);
        assert_eq!(story.order(id).units_in(Bucket::Released), Quantity(10));
    }

    #[test]
    fn domain_1_1_7_a_release_that_a_warehouse_refused_is_no_part() {
        let mut story = Story::new();
        story.stock("X", "WH1", 4);
        let id = ordered(&mut story, &[("X", 10)], Submission { max_backorders: Some(1), ..Submission::default() });
        let refused = release(story.books(), id, &at(2)).unwrap()[0];
        fulfilment::reject(story.books(), refused, "closed", &at(3)).unwrap();
        story.stock("X", "WH2", 4);
        promise(story.books(), id, &at(4)).unwrap();
        serve_backorders(story.books(), &"X".into(), &at(4)).unwrap();
        assert_eq!(released(&mut story, id, 5), 1);
    }

    #[test]
    fn domain_1_1_7_without_backorders_what_is_not_there_is_cancelled() {
        let wish = || Submission { max_backorders: Some(0), ..Submission::default() };
        let mut story = Story::new();
        story.stock("X", "WH1", 6);
        let id = ordered(&mut story, &[("X", 10), ("Y", 1)], wish());
        let order = story.order(id);
        assert_eq!((order.units_in(Bucket::Allocated), order.units_in(Bucket::Cancelled)), (Quantity(6), Quantity(5)));
        assert_eq!(story.open_orders(), Amount(6_000));
        assert_eq!(released(&mut story, id, 2), 1);
        let id = ordered(&mut story, &[("Y", 1)], wish());
        assert_eq!(story.order(id).status(), Status::Cancelled);
    }

    #[test]
    fn domain_1_1_7_without_backorders_a_customer_is_asked_about_a_substitute_before() {
        let mut story = Story::new();
        story.stock("Y", "WH1", 6);
        let x = (*story.books().item(&"X".into()).unwrap().unwrap()).clone();
        let substitutes = vec![Substitute { item: "Y".into(), consent: Consent::Ask, ..Substitute::default() }];
        story.books().record(&ItemId::from("X"), ItemEvent::Set(Box::new(Item { substitutes, ..x })));
        let id = ordered(&mut story, &[("X", 5)], Submission { max_backorders: Some(0), ..Submission::default() });
        assert_eq!(story.order(id).units_in(Bucket::Backordered), Quantity(5));
        assert_eq!(released(&mut story, id, 2), 0);
        crate::order::refuse_substitutes(story.books(), id, &"X".into()).unwrap();
        promise(story.books(), id, &at(3)).unwrap();
        assert_eq!(story.order(id).status(), Status::Cancelled);
    }

    #[test]
    fn domain_1_1_7_min_split_value_holds_for_what_waits() {
        let mut story = Story::new();
        let x = (*story.books().item(&"X".into()).unwrap().unwrap()).clone();
        let x = Item { min_split_value: Some(Amount(5_000)), ..x };
        story.books().record(&ItemId::from("X"), ItemEvent::Set(Box::new(x)));
        // at 10.00 each, four are worth less than 50.00, and six are not
        let (small, large) = (
            ordered(&mut story, &[("X", 4)], Submission::default()),
            ordered(&mut story, &[("X", 6)], Submission::default()),
        );
        comes(&mut story, "X", 3, 3);
        let allocated = |story: &mut Story, id| story.order(id).units_in(Bucket::Allocated).0;
        assert_eq!((allocated(&mut story, small), allocated(&mut story, large)), (0, 3));
        story.stock("X", "WH2", 3);
        serve_backorders(story.books(), &"X".into(), &at(4)).unwrap();
        assert_eq!((allocated(&mut story, small), allocated(&mut story, large)), (0, 6));
        comes(&mut story, "X", 4, 5);
        assert_eq!(allocated(&mut story, small), 4);
    }

    /// Ten of X are there, and eight are wanted on 30 March.
    fn far() -> (Story, OrderId) {
        let mut story = Story::new();
        story.stock("X", "WH1", 10);
        let id = ordered(&mut story, &[("X", 8)], Submission { requested: day("2026-03-30"), ..Submission::default() });
        (story, id)
    }

    #[test]
    fn domain_1_1_5_no_stock_is_held_beyond_the_fence_but_the_units_are_committed() {
        let (mut story, id) = far();
        let order = story.order(id);
        let peg = Peg { node: "WH1".into(), quantity: Quantity(8), due: day("2026-03-30"), ahead: true };
        assert_eq!((order.units_in(Bucket::Allocated), &order.lines[0].pegs[..]), (Quantity(0), &[peg][..]));
        assert_eq!(order.lines[0].promise, day("2026-03-30"));
        assert_eq!(order.review_at, Some("2026-03-16T00:00:00Z".parse().unwrap()));
        // nobody is promised what they need then, unless supply makes up for it
        let other = story.promised(&[("X", 5)]);
        assert_eq!(story.order(other).units_in(Bucket::Allocated), Quantity(2));
        story.announce("X", "WH1", 8, "2026-03-20");
        let third = story.promised(&[("X", 5)]);
        assert_eq!(story.order(third).units_in(Bucket::Allocated), Quantity(5));
        story.check();
    }

    #[test]
    fn domain_1_1_5_what_is_there_is_not_held_for_later_even_if_it_is_not_enough() {
        let mut story = Story::new();
        story.stock("X", "WH1", 3);
        story.stock("X", "WH2", 2);
        let id = ordered(&mut story, &[("X", 8)], Submission { requested: day("2026-03-30"), ..Submission::default() });
        let order = story.order(id);
        let peg = |node: &str, units, due: Option<Day>| {
            let ahead = due.is_some();
            Peg { node: node.into(), quantity: Quantity(units), due, ahead }
        };
        let expected = [peg("WH1", 3, day("2026-03-30")), peg("WH2", 2, day("2026-03-30")), peg("WH1", 3, None)];
        assert_eq!((order.units_in(Bucket::Allocated), &order.lines[0].pegs[..]), (Quantity(0), &expected[..]));
        assert!(order.review_at.is_some());
        // what nobody can promise is missing
        assert_eq!((order.lines[0].missing(), order.status()), (Quantity(3), Status::Backordered));
    }

    #[test]
    fn an_order_that_is_committed_to_a_later_day_is_approved_and_lacks_nothing() {
        let (mut story, id) = far();
        let order = story.order(id);
        assert_eq!((order.status(), order.lines[0].missing()), (Status::Approved, Quantity(0)));
        assert_eq!(order.units_in(Bucket::Backordered), Quantity(8));
        // the stock is lost, and with it what was committed
        let count = crate::stock::Count {
            item: "X".into(),
            node: "WH1".into(),
            document: "C-1".into(),
            ..crate::stock::Count::default()
        };
        crate::stock::count(story.books(), &count, &at(5)).unwrap();
        serve_backorders(story.books(), &"X".into(), &at(5)).unwrap();
        let order = story.order(id);
        assert_eq!((order.status(), order.lines[0].missing()), (Status::Backordered, Quantity(8)));
    }

    #[test]
    fn domain_1_1_5_at_the_fence_the_units_are_reserved() {
        let (mut story, id) = far();
        // supply before does not bring the reservation forward
        comes(&mut story, "X", 5, DAY);
        assert_eq!(story.order(id).units_in(Bucket::Allocated), Quantity(0));
        let at_the_fence = at(14 * DAY);
        assert!(review_due(story.books(), id, &at_the_fence).unwrap());
        assert_eq!(serve_backorders(story.books(), &"X".into(), &at_the_fence).unwrap(), [id]);
        assert_eq!(story.order(id).units_in(Bucket::Allocated), Quantity(8));
        story.check();
    }

    #[test]
    fn domain_1_1_5_the_company_says_where_the_fence_is() {
        let mut story = Story::new();
        story.stock("X", "WH1", 10);
        let key = Text::const_new(Company::KEY);
        let mut company = (*story.books().company(&key).unwrap().unwrap()).clone();
        company.policy.atp.reservation_fence_days = 28;
        story.books().record(&key, crate::master::CompanyEvent::Set(Box::new(company)));
        let id = ordered(&mut story, &[("X", 8)], Submission { requested: day("2026-03-30"), ..Submission::default() });
        assert_eq!(story.order(id).units_in(Bucket::Allocated), Quantity(8));
    }

    #[test]
    fn domain_1_1_5_a_reservation_that_is_put_off_beyond_the_fence_is_given_up() {
        let mut story = Story::new();
        story.stock("X", "WH1", 10);
        let id = ordered(&mut story, &[("X", 8)], Submission::default());
        assert_eq!(story.order(id).units_in(Bucket::Allocated), Quantity(8));
        let later = crate::order::Change { requested: day("2026-03-30"), ..crate::order::Change::default() };
        crate::order::change(story.books(), id, &later, &at(2)).unwrap();
        promise(story.books(), id, &at(3)).unwrap();
        let order = story.order(id);
        assert_eq!((order.units_in(Bucket::Allocated), order.units_in(Bucket::Backordered)), (Quantity(0), Quantity(8)));
        assert_eq!(story.stock_of("X", "WH1").claims, []);
        story.check();
    }
}
