//! Supply came or went: those who wait are served in their order, and the others get a new date.

use std::sync::Arc;

use units::{Quantity, Text, Timestamp};

use super::peg::peg;
use super::quota::Supply;
use crate::books::{Books, Stop};
use crate::context::Context;
use crate::credit;
use crate::ids::*;
use crate::master::Company;
use crate::order::{
    Backorder, Binding, Bucket, HoldKind, Order, Peg, ahead, arrival, bind, channel_group, company, eligibility, existing,
    is_whole, note_promise, pegs, refused_nodes, review, serving, set_backorder,
};
use crate::sourcing;

/// A line that waits, in the order of service.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Waiting {
    priority: u8,
    since: Timestamp,
    order: OrderId,
    line: LineNo,
}

/// Serves the backorders of an item from what is free at all nodes, by priority and then by age; promises the rest again.
///
/// Each group of channels gets what is its own. A line that may not be split gets all that it waits for from one node, or nothing; one that
/// is wanted beyond the reservation fence stays committed to its day. Gives the orders that got units. Source: domain §1.1.2, §1.1.4 to
/// §1.1.7.
pub fn serve_backorders(books: &mut dyn Books, item: &ItemId, cx: &Context) -> Result<Vec<OrderId>, Stop> {
    let company = company(books)?;
    let mut waiting: Vec<Waiting> = Vec::new();
    let mut supply = Supply::new(&company.policy.channel_groups);
    for node in &company.nodes {
        let stock = books.stock(&StockKey::new(item, &node.id))?.unwrap_or_default();
        for demand in &stock.demand {
            let (order, line) = demand.line;
            waiting.push(Waiting { priority: demand.priority, since: demand.since, order, line });
        }
        supply.add_without_demand(&stock, node.calendar.local_day(cx.now), &company.policy.atp);
    }
    waiting.sort_unstable();
    waiting.dedup_by_key(|waiting| (waiting.order, waiting.line));
    let mut served = Vec::new();
    for waiting in waiting {
        if serve(books, &company, &mut supply, item, &waiting, cx)? {
            served.push(waiting.order);
        }
    }
    served.sort_unstable();
    served.dedup();
    Ok(served)
}

/// Gives one line what is free, and the rest a date. Says whether it got units.
fn serve(
    books: &mut dyn Books,
    company: &Arc<Company>,
    supply: &mut Supply<'_>,
    item: &ItemId,
    waiting: &Waiting,
    cx: &Context,
) -> Result<bool, Stop> {
    let order = existing(books, waiting.order)?;
    let Some(line) = order.line(waiting.line) else { return Ok(false) };
    let quantity: Quantity = line.pegs.iter().map(|peg| peg.quantity).sum();
    let refused = refused_nodes(books, &order)?;
    let account = books.account(&order.account)?.unwrap_or_default();
    let known = books.item(item)?;
    let country = order.ship_to.country.clone();
    let nodes = serving(company, &eligibility(company, &order, &account, &refused, known.as_deref()));
    // what it finds is its own until it is taken from the supply of all
    let group = channel_group(books, &order)?;
    let ladders = &mut supply.seen_by(group.as_ref())[..];
    let is_there = nodes.iter().any(|place| ladders[*place].reservable().is_positive());
    if is_there && company.policy.credit.checks_allocation && !may_have(books, &order, cx)? {
        return Ok(false);
    }
    let mut shares = Vec::new();
    let mut left = quantity;
    let whole = is_whole(&order, line, known.as_deref());
    let planned = ahead(company, &order, &nodes, ladders, (quantity, whole), cx);
    for place in &nodes {
        let units = ladders[*place].reservable().min(left);
        if units.is_positive() && planned.is_none() && (!whole || units == quantity) {
            ladders[*place].reserve(units);
            shares.push((*place, units));
            left -= units;
        }
    }
    let arrives = |place: usize, day| arrival(&company.nodes[place], &country, day, cx);
    let mut review_at = None;
    let (committed, rest) = match planned {
        Some((committed, waiting, at)) => {
            review_at = Some(at);
            (committed, waiting)
        }
        None if left.is_positive() => (Vec::new(), peg(ladders, &nodes, arrives, left, whole)),
        None => (Vec::new(), Vec::new()),
    };
    for (place, units) in &shares {
        supply.take(*place, group.as_ref(), *units, None);
    }
    for (place, units, due) in committed.iter().chain(&rest) {
        if due.is_some() {
            supply.take(*place, group.as_ref(), *units, *due);
        }
    }
    // no node may ship it any more: it waits where it waited
    let pegs = if committed.is_empty() && rest.is_empty() && left.is_positive() {
        line.pegs.iter().map(|peg| Peg { due: None, ahead: false, ..peg.clone() }).collect()
    } else {
        pegs(company, committed, true).chain(pegs(company, rest, false)).collect()
    };
    let (priority, known) = (order.priority, order.review_at);
    drop(order);
    let (id, no) = (waiting.order, waiting.line);
    if let Some(at) = review_at {
        review(books, id, known, at);
    }
    set_backorder(books, Backorder { order: id, line: no, item: item.clone(), pegs, priority, since: waiting.since })?;
    for (place, units) in &shares {
        let node = &company.nodes[*place];
        let today = node.calendar.local_day(cx.now);
        let binding = Binding {
            order: id,
            line: no,
            stock: StockKey::new(item, &node.id),
            quantity: *units,
            from: Bucket::Backordered,
            priority,
            promise: sourcing::delivery_day(node, &country, today, cx.now),
            now: cx.now,
        };
        bind(books, &binding)?;
    }
    note_promise(books, id, no, &Text::const_new("supply"), cx)?;
    Ok(!shares.is_empty())
}

/// Whether the credit of an order still suffices for what came for it. Source: domain §1.2 (gates: allocation).
fn may_have(books: &mut dyn Books, order: &Order, cx: &Context) -> Result<bool, Stop> {
    Ok(!order.is_held_by(HoldKind::Credit) && credit::may_ship(books, order.id, cx)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::fixture::{Story, at};

    #[test]
    fn who_waited_longest_is_served_first_and_the_rest_gets_a_date() {
        let mut story = Story::new();
        let first = story.promised(&[("X", 5)]);
        let second = story.promised(&[("X", 5)]);
        story.announce("X", "WH1", 10, "2026-03-10");
        story.stock("X", "WH1", 7);
        assert_eq!(serve_backorders(story.books(), &"X".into(), &at(5)).unwrap(), [first, second]);
        assert_eq!(story.order(first).units_in(Bucket::Allocated), Quantity(5));
        let waits = story.order(second);
        assert_eq!((waits.units_in(Bucket::Allocated), waits.units_in(Bucket::Backordered)), (Quantity(2), Quantity(3)));
        assert_eq!(waits.lines[0].pegs[0].due, Some("2026-03-10".parse().unwrap()));
        story.check();
    }

    #[test]
    fn domain_1_2_what_came_goes_to_others_where_credit_no_longer_suffices_and_allocation_is_a_gate() {
        for is_gate in [false, true] {
            let mut story = Story::new();
            let key = Text::const_new(Company::KEY);
            let mut company = (*story.books().company(&key).unwrap().unwrap()).clone();
            company.policy.credit.checks_allocation = is_gate;
            story.books().record(&key, crate::master::CompanyEvent::Set(Box::new(company)));
            let id = story.promised(&[("X", 5)]);
            let account = AccountId::from("ACME");
            let mut profile = story.books().account(&account).unwrap().unwrap().profile.clone();
            profile.blocked = true;
            crate::account::set_profile(story.books(), &account, &profile, &at(3)).unwrap();
            story.stock("X", "WH1", 5);
            let served = serve_backorders(story.books(), &"X".into(), &at(5)).unwrap();
            assert_eq!((served.is_empty(), story.order(id).is_held_by(HoldKind::Credit)), (is_gate, is_gate));
            // asked again while it is held, nothing more is said
            story.books.take_events();
            assert_eq!(serve_backorders(story.books(), &"X".into(), &at(6)).unwrap(), []);
            assert_eq!(story.books.take_events(), []);
            story.check();
        }
    }

    #[test]
    fn serving_again_changes_nothing() {
        let mut story = Story::new();
        story.promised(&[("X", 5)]);
        story.stock("X", "WH1", 3);
        serve_backorders(story.books(), &"X".into(), &at(5)).unwrap();
        story.books.take_events();
        assert_eq!(serve_backorders(story.books(), &"X".into(), &at(6)).unwrap(), []);
        assert_eq!(story.books.take_events(), []);
    }
}
