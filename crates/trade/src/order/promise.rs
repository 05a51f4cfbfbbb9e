//! An order is promised: stock is reserved for what can be served now, and the rest waits for the supply that comes first.

use std::collections::BTreeSet;
use std::sync::Arc;

use units::{Day, Quantity, Text};

use super::bind::{Backorder, Binding, bind, set_backorder, unbind};
use super::cart;
use super::event::OrderEvent;
use super::find::{channel_group, company, existing, refused_nodes};
use super::splitting::{ahead, cancel_rest, is_far, is_whole, review};
use super::state::{Bucket, Line, Order, Peg, Sourcing};
use super::substitute::{Replacements, replace_late};
use crate::account::Account;
use crate::books::{Books, Key, Stop};
use crate::context::Context;
use crate::counters::Counters;
use crate::ids::*;
use crate::master::{Company, Item, Node};
use crate::refusal::Refusal;
use crate::sourcing::{self, Eligibility, Plan, Request, RequestLine};
use crate::stock::{Ladder, Waiting, ladder_for, peg};

/// What a promise came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Promised {
    /// Units that were reserved now.
    pub allocated: Quantity,
    /// Units that wait for supply from now on.
    pub backordered: Quantity,
    /// When the last unit of the order will be there; `None` if nobody can tell.
    pub promise: Option<Day>,
    /// Which node ships what, and why others do not.
    pub plan: Plan,
    /// What is sent instead of units that cannot be there in time, and what the customer has to be asked about.
    pub replaced: Replacements,
}

/// Promises the open units of an order: reserves softly what the network has, in the same transaction, and pegs the rest to supply.
///
/// Units for which no node may ship at all stay open. What cannot be there on the day on which it is wanted is replaced by a substitute
/// that is there sooner, if the item has one and the customer need not be asked. Promising an order again of which nothing waits changes
/// nothing. Refused while a hold is there and before approval. Source: domain §1.1.2, §1.1.3, §1.1.7, §1.1.8.
pub fn promise(books: &mut dyn Books, id: OrderId, cx: &Context) -> Result<Promised, Stop> {
    let order = existing(books, id)?;
    if let Some(hold) = order.holds.first().filter(|_| !order.is_over()) {
        return Err(Refusal::Held(hold.kind).into());
    }
    if order.approved_at.is_none() && !order.is_over() {
        return Err(super::find::wrong_status(&order, "it is not approved yet").into());
    }
    let company = company(books)?;
    let own = if order.is_over() { Vec::new() } else { usable(books, &company, &order, cx)? };
    cart::take_over(books, id)?;
    let committed = if is_far(&company, &order, cx) { commit_ahead(books, &company, &order, cx)? } else { Quantity::ZERO };
    let order = if committed.is_positive() { existing(books, id)? } else { order };
    let open: Vec<&Line> =
        order.lines.iter().filter(|line| line.buckets.open.is_positive() && line.unresolved.is_none()).collect();
    if open.is_empty() || order.is_over() {
        let waits = !order.is_over() && order.units_in(Bucket::Backordered).is_positive();
        let mut promised = Promised { backordered: committed, ..Promised::default() };
        if waits {
            settle_rest(books, &order, &mut promised, cx)?;
        }
        promised.promise = latest(existing(books, id)?.lines.iter());
        return Ok(promised);
    }
    let account = books.account(&order.account)?.unwrap_or_default();
    let refused = refused_nodes(books, &order)?;
    let wanted = eligibility(&company, &order, &account, &refused, None);
    let mut network = Network::read(books, &company, open.iter().map(|line| &line.item))?;
    network.own = if committed.is_positive() { Vec::new() } else { own };
    let plan = plan(books, &order, &open, &network, &wanted, cx)?;
    explain(books, &order, &plan, cx)?;
    let lines: Vec<LineNo> = open.iter().map(|line| line.no).collect();
    let mut promised = Promised { backordered: committed, ..Promised::default() };
    for assignment in &plan.assignments {
        let Some(line) = order.line(assignment.line) else { continue };
        let Some(node) = company.node(&assignment.node) else { continue };
        let today = node.calendar.local_day(cx.now);
        let binding = Binding {
            order: id,
            line: line.no,
            stock: StockKey::new(&line.item, &assignment.node),
            quantity: assignment.quantity,
            from: Bucket::Open,
            priority: order.priority,
            promise: sourcing::delivery_day(node, &order.ship_to.country, today, cx.now),
            now: cx.now,
        };
        bind(books, &binding)?;
        promised.allocated += assignment.quantity;
    }
    for (no, quantity) in &plan.unfilled {
        let Some(line) = order.line(*no) else { continue };
        let item = books.item(&line.item)?;
        let whole = is_whole(&order, line, item.as_deref());
        let wanted = eligibility(&company, &order, &account, &refused, item.as_deref());
        let Some(pegs) = network.peg(books, &order, line, &wanted, (*quantity, whole), cx)? else { continue };
        let since = super::bind::waiting_since(books, &order, *no)?;
        let pegs = line.pegs.iter().cloned().chain(pegs).collect();
        let (item, priority) = (line.item.clone(), order.priority);
        set_backorder(books, Backorder { order: id, line: *no, item, pegs, priority, since })?;
        books.record(&id, super::moved(*no, Bucket::Open, Bucket::Backordered, *quantity));
        promised.backordered += *quantity;
    }
    drop(order);
    for no in lines {
        note_promise(books, id, no, &Text::const_new("promised"), cx)?;
    }
    if !plan.unfilled.is_empty() {
        let order = existing(books, id)?;
        settle_rest(books, &order, &mut promised, cx)?;
    }
    promised.promise = latest(existing(books, id)?.lines.iter());
    promised.plan = plan;
    Ok(promised)
}

/// What cannot be there in time is replaced, and cancelled if nothing may be delivered later.
fn settle_rest(books: &mut dyn Books, order: &Order, promised: &mut Promised, cx: &Context) -> Result<(), Stop> {
    promised.replaced = replace_late(books, order, None, cx)?;
    for done in &promised.replaced.done {
        promised.allocated += done.units;
        promised.backordered = (promised.backordered - done.quantity).or_zero();
    }
    if order.max_backorders == Some(0) {
        let asked: Vec<LineNo> = promised.replaced.to_ask.iter().map(|offer| offer.line).collect();
        let cancelled = cancel_rest(books, order.id, &asked, cx)?;
        promised.backordered = (promised.backordered - cancelled).or_zero();
    }
    Ok(())
}

/// What an order may use of the stocks that it has reserved units of before: what anybody could, and its own. Others that wait for the
/// same stock do not come before it because it gives its reservation back first. Source: domain §1.1.1.
fn usable(books: &mut dyn Books, company: &Company, order: &Order, cx: &Context) -> Result<Vec<(StockKey, Quantity)>, Stop> {
    let (group, groups) = (channel_group(books, order)?, &company.policy.channel_groups);
    let mut usable = Vec::new();
    for (key, own) in cart::units(books, order)? {
        let (Some(node), Some(stock)) = (company.node(&key.node), books.stock(&key)?) else { continue };
        let today = node.calendar.local_day(cx.now);
        let free = ladder_for(&stock, groups, group.as_ref(), today, &company.policy.atp).reservable();
        usable.push((key, free + own));
    }
    Ok(usable)
}

/// Commits an order's units to the day on which they have to leave, if that is beyond the reservation fence, and gives up what was
/// reserved for it. What no node can promise for then stays open. Gives how many units were committed. Source: domain §1.1.5.
fn commit_ahead(books: &mut dyn Books, company: &Arc<Company>, order: &Order, cx: &Context) -> Result<Quantity, Stop> {
    if order.is_over() {
        return Ok(Quantity::ZERO);
    }
    let (account, refused) = (books.account(&order.account)?.unwrap_or_default(), refused_nodes(books, order)?);
    let mut committed = Quantity::ZERO;
    for line in order.lines.iter().filter(|line| line.unresolved.is_none()) {
        let quantity = line.buckets.open + line.buckets.allocated;
        if !quantity.is_positive() {
            continue;
        }
        unbind(books, order.id, line.no, line.buckets.allocated, Bucket::Open, &Text::const_new("wanted later"))?;
        let item = books.item(&line.item)?;
        let nodes = serving(company, &eligibility(company, order, &account, &refused, item.as_deref()));
        let mut ladders = ladders(books, company, order, &line.item, cx)?;
        let units = (quantity, is_whole(order, line, item.as_deref()));
        let Some((planned, waiting, at)) = ahead(company, order, &nodes, &mut ladders, units, cx) else { continue };
        let ahead = pegs(company, planned, true).chain(pegs(company, waiting, false));
        let since = super::bind::waiting_since(books, order, line.no)?;
        let pegs = line.pegs.iter().cloned().chain(ahead).collect();
        let (item, priority) = (line.item.clone(), order.priority);
        set_backorder(books, Backorder { order: order.id, line: line.no, item, pegs, priority, since })?;
        books.record(&order.id, super::moved(line.no, Bucket::Open, Bucket::Backordered, quantity));
        let known = existing(books, order.id)?.review_at;
        review(books, order.id, known, at);
        note_promise(books, order.id, line.no, &Text::const_new("promised"), cx)?;
        committed += quantity;
    }
    Ok(committed)
}

/// What the stocks of an item at all nodes can promise to an order, as they are now.
fn ladders(
    books: &mut dyn Books,
    company: &Company,
    order: &Order,
    item: &ItemId,
    cx: &Context,
) -> Result<Vec<Ladder>, Stop> {
    let (group, groups) = (channel_group(books, order)?, &company.policy.channel_groups);
    let mut ladders = Vec::with_capacity(company.nodes.len());
    for node in &company.nodes {
        let stock = books.stock(&StockKey::new(item, &node.id))?.unwrap_or_default();
        let today = node.calendar.local_day(cx.now);
        ladders.push(ladder_for(&stock, groups, group.as_ref(), today, &company.policy.atp));
    }
    Ok(ladders)
}

/// What a node has to be able to do for units of an order: of one item, or of the order as a whole.
pub(crate) fn eligibility<'a>(
    company: &Company,
    order: &'a Order,
    account: &'a Account,
    refused: &'a BTreeSet<NodeId>,
    item: Option<&'a Item>,
) -> Eligibility<'a> {
    Eligibility {
        country: order.ship_to.country.as_str(),
        hazardous: item.is_some_and(|item| item.hazardous),
        licence: item.and_then(|item| item.licence.as_ref()),
        excluded: &account.profile.excluded_nodes,
        refused,
        max_distance_km: company.policy.sourcing.max_distance_km,
    }
}

/// Keeps with the order why its units come from where they come: if a node was left out, or several ship.
fn explain(books: &mut dyn Books, order: &Order, plan: &Plan, cx: &Context) -> Result<(), Stop> {
    let sourcing = Sourcing {
        shipments: u16::try_from(plan.shipments).unwrap_or(u16::MAX),
        cost: plan.cost,
        method: plan.method,
        excluded: plan.excluded.clone(),
        unfilled: plan.unfilled.iter().map(|(_, quantity)| *quantity).sum(),
        at: cx.now,
        policy_version: books.version(&Key::Company(Text::const_new(Company::KEY)))?,
        requested: order.requested,
    };
    if !sourcing.excluded.is_empty() || sourcing.shipments > 1 {
        books.record(&order.id, OrderEvent::Sourced(Box::new(sourcing)));
    }
    Ok(())
}

/// The latest promise of lines that are still to ship; `None` if one of them has none.
fn latest<'a>(lines: impl Iterator<Item = &'a Line>) -> Option<Day> {
    let mut latest = None;
    for line in lines.filter(|line| line.buckets.to_ship().is_positive()) {
        latest = latest.max(Some(line.promise?));
    }
    latest
}

pub(super) fn plan(
    books: &mut dyn Books,
    order: &Order,
    open: &[&Line],
    network: &Network,
    wanted: &Eligibility<'_>,
    cx: &Context,
) -> Result<Plan, Stop> {
    let policy = network.company.policy.sourcing;
    let mut lines = Vec::with_capacity(open.len());
    for line in open {
        let item = books.item(&line.item)?;
        let whole = is_whole(order, line, item.as_deref());
        let (hazardous, licence) = item.map(|item| (item.hazardous, item.licence.clone())).unwrap_or_default();
        let (no, item, quantity) = (line.no, line.item.clone(), line.buckets.open);
        lines.push(RequestLine { line: no, item, quantity, hazardous, licence, whole });
    }
    let (group, groups) = (channel_group(books, order)?, &network.company.policy.channel_groups);
    let counters = books.counters(&Text::const_new(Counters::KEY))?;
    let mut candidates = Vec::with_capacity(network.company.nodes.len());
    for (place, node) in network.company.nodes.iter().enumerate() {
        let day = node.calendar.local_day(cx.now);
        let taken = counters.as_ref().map_or(0, |counters| counters.lines_released(&node.id, day));
        let mut candidate = sourcing::candidate(node, wanted, taken, cx.now);
        for (item, stocks) in &network.items {
            let policy = &network.company.policy.atp;
            let promisable = |stock: &Arc<_>| ladder_for(stock, groups, group.as_ref(), day, policy).reservable();
            let there = stocks.get(place).map(promisable).unwrap_or_default();
            candidate.available.insert(item.clone(), there.max(network.own(item, &node.id)));
        }
        candidates.push(candidate);
    }
    let request = Request {
        lines,
        requested: order.requested,
        max_nodes: policy.max_nodes.map(usize::from),
        max_nodes_per_line: policy.max_nodes_per_line.map(usize::from),
        max_distance_km: policy.max_distance_km,
    };
    Ok(sourcing::plan(&request, &candidates, &policy.weights))
}

/// The stocks of some items at all nodes, as they were when the decision began.
pub(super) struct Network {
    company: Arc<Company>,
    items: Vec<(ItemId, Vec<Arc<crate::stock::Stock>>)>,
    /// What the order may use where it had reserved units before.
    own: Vec<(StockKey, Quantity)>,
}

impl Network {
    pub(super) fn read<'a>(
        books: &mut dyn Books,
        company: &Arc<Company>,
        items: impl Iterator<Item = &'a ItemId>,
    ) -> Result<Self, Stop> {
        let mut network = Self { company: company.clone(), items: Vec::new(), own: Vec::new() };
        for item in items {
            if network.items.iter().any(|(known, _)| known == item) {
                continue;
            }
            let mut stocks = Vec::with_capacity(company.nodes.len());
            for node in &company.nodes {
                stocks.push(books.stock(&StockKey::new(item, &node.id))?.unwrap_or_default());
            }
            network.items.push((item.clone(), stocks));
        }
        Ok(network)
    }

    fn own(&self, item: &ItemId, node: &NodeId) -> Quantity {
        let own = self.own.iter().find(|(key, _)| key.item == *item && key.node == *node);
        own.map_or(Quantity::ZERO, |(_, quantity)| *quantity)
    }

    /// Where units of a line wait; `None` if no node may ship them. Supply that an earlier line was given is not given again.
    fn peg(
        &self,
        books: &mut dyn Books,
        order: &Order,
        line: &Line,
        wanted: &Eligibility<'_>,
        (quantity, whole): (Quantity, bool),
        cx: &Context,
    ) -> Result<Option<Vec<Peg>>, Stop> {
        let nodes = serving(&self.company, wanted);
        if nodes.is_empty() {
            return Ok(None);
        }
        // read again: lines before this one may have been pegged in this very decision
        let mut ladders = ladders(books, &self.company, order, &line.item, cx)?;
        let arrives = |place: usize, day: Day| arrival(&self.company.nodes[place], wanted.country, day, cx);
        let waiting = peg(&mut ladders, &nodes, arrives, quantity, whole);
        Ok(Some(pegs(&self.company, waiting, false).collect()))
    }
}

/// Units that wait at nodes by their places, as an order has them; `ahead` for what is committed to its day.
pub(crate) fn pegs(company: &Company, waiting: Vec<Waiting>, ahead: bool) -> impl Iterator<Item = Peg> + '_ {
    let peg = move |(place, quantity, due): Waiting| Peg { node: company.nodes[place].id.clone(), quantity, due, ahead };
    waiting.into_iter().map(peg)
}

/// The places of the nodes that may ship what is wanted, the preferred first.
pub(crate) fn serving(company: &Company, wanted: &Eligibility<'_>) -> Vec<usize> {
    let places = sourcing::in_order_of_preference(company).into_iter();
    places.filter(|place| sourcing::barrier(&company.nodes[*place], wanted).is_none()).collect()
}

/// When supply of a day at a node reaches the customer (domain §1.1.3).
pub(crate) fn arrival(node: &Node, country: &str, supply: Day, cx: &Context) -> Day {
    let ready = node.calendar.plus_working_days(supply, node.dock_to_stock_days);
    sourcing::delivery_day(node, country, ready, cx.now)
}

/// When the last unit of a line will be there, from what it holds and waits for; `None` if nobody can tell.
pub(crate) fn promised_day(books: &mut dyn Books, id: OrderId, no: LineNo, cx: &Context) -> Result<Option<Day>, Stop> {
    let order = existing(books, id)?;
    let company = company(books)?;
    let Some(line) = order.line(no) else { return Ok(None) };
    if line.buckets.open.is_positive() {
        return Ok(None);
    }
    let mut last = None;
    for allocation in &line.allocations {
        let stock = books.stock(&StockKey::new(&line.item, &allocation.node))?;
        last = last.max(stock.and_then(|stock| stock.claim(allocation.reservation).and_then(|claim| claim.promise)));
    }
    for peg in &line.pegs {
        let (Some(due), Some(node)) = (peg.due, company.node(&peg.node)) else { return Ok(None) };
        last = last.max(Some(arrival(node, &order.ship_to.country, due, cx)));
    }
    Ok(last)
}

/// Brings the promise of a line up to date with what it holds and waits for; each change is told with the day before and the reason.
///
/// It never becomes earlier than the customer was told, unless they agreed to that. Source: domain §1.1.3.
pub(crate) fn note_promise(books: &mut dyn Books, id: OrderId, no: LineNo, cause: &Text, cx: &Context) -> Result<(), Stop> {
    let possible = promised_day(books, id, no, cx)?;
    let order = existing(books, id)?;
    let Some(line) = order.line(no) else { return Ok(()) };
    let kept = line.confirmed.filter(|_| !order.accepts_earlier);
    let promise = possible.map(|day| kept.map_or(day, |told| day.max(told)));
    if promise != line.promise {
        let was = line.promise.or(line.confirmed);
        // whoever still reads the order while it changes pays for a copy of all its lines
        drop(order);
        books.record(&id, OrderEvent::Promised { line: no, was, promise, cause: cause.clone() });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::books::{Aggregate, Event, Key, MemoryBooks, Missing};
    use crate::order::fixture::{Story, at, clerk, submitted};
    use crate::order::{Cancellation, Change, Submission, approve, cancel, change};
    use crate::sourcing::Barrier;
    use crate::stock::Receipt;

    #[test]
    fn what_is_there_is_reserved_and_the_rest_waits() {
        let mut story = Story::new();
        story.stock("X", "WH1", 6);
        let id = story.promised(&[("X", 10)]);
        let order = story.order(id);
        let line = &order.lines[0];
        assert_eq!((line.buckets.allocated, line.buckets.backordered), (Quantity(6), Quantity(4)));
        assert_eq!(line.promise, None);
        assert_eq!(story.stock_of("X", "WH1").available_to_sell(), Quantity(0));
        story.check();
    }

    #[test]
    fn announced_supply_gives_the_backorder_a_date() {
        let mut story = Story::new();
        story.announce("X", "WH1", 20, "2026-03-06");
        let id = story.promised(&[("X", 10)]);
        let order = story.order(id);
        assert_eq!(order.lines[0].pegs[0].due, Some("2026-03-06".parse().unwrap()));
        assert!(order.lines[0].promise.is_some());
        story.check();
    }

    /// An order for ten of X, for which twenty are announced, and what it was promised.
    fn awaiting(eta: &str, accepts_earlier: bool) -> (Story, OrderId, Day) {
        let mut story = Story::new();
        story.announce("X", "WH1", 20, eta);
        let lines = vec![submitted("X", "10")];
        let id = story.receive(&Submission { lines, accepts_earlier: Some(accepts_earlier), ..story.submission() }).unwrap();
        approve(story.books(), id, &at(1)).unwrap();
        let promised = promise(story.books(), id, &at(1)).unwrap().promise.unwrap();
        story.books.take_events();
        (story, id, promised)
    }

    /// What the customer was told since: the day before, the day now, and why.
    fn told(story: &mut Story) -> Vec<(Option<Day>, Option<Day>, String)> {
        let told = |event| match event {
            Event::Order(_, OrderEvent::Promised { was, promise, cause, .. }) => Some((was, promise, cause.to_string())),
            _ => None,
        };
        story.books.take_events().into_iter().filter_map(told).collect()
    }

    #[test]
    fn domain_1_1_3_a_promise_is_never_earlier_than_the_customer_was_told_without_consent() {
        let (mut story, id, confirmed) = awaiting("2026-03-20", false);
        story.stock("X", "WH1", 10);
        crate::stock::serve_backorders(story.books(), &"X".into(), &at(2)).unwrap();
        let line = story.order(id).lines[0].clone();
        assert_eq!((line.buckets.allocated, line.promise), (Quantity(10), Some(confirmed)));
        assert_eq!(told(&mut story), []);
        story.check();
    }

    #[test]
    fn domain_1_1_3_with_consent_a_promise_becomes_earlier_and_the_customer_is_told() {
        let (mut story, id, confirmed) = awaiting("2026-03-20", true);
        story.stock("X", "WH1", 10);
        crate::stock::serve_backorders(story.books(), &"X".into(), &at(2)).unwrap();
        let promise = story.order(id).lines[0].promise.unwrap();
        assert!(promise < confirmed);
        assert_eq!(told(&mut story), [(Some(confirmed), Some(promise), "supply".to_owned())]);
    }

    #[test]
    fn whoever_agrees_later_is_promised_what_is_there_by_then() {
        let (mut story, id, confirmed) = awaiting("2026-03-20", false);
        story.stock("X", "WH1", 10);
        crate::stock::serve_backorders(story.books(), &"X".into(), &at(2)).unwrap();
        let agreed = Change { accepts_earlier: Some(true), ..Change::default() };
        change(story.books(), id, &agreed, &clerk("ann", 3)).unwrap();
        let promise = story.order(id).lines[0].promise.unwrap();
        assert!(promise < confirmed);
        let cause = "the customer agreed to have it earlier".to_owned();
        assert_eq!(told(&mut story), [(Some(confirmed), Some(promise), cause)]);
        change(story.books(), id, &agreed, &clerk("ann", 4)).unwrap();
        assert_eq!(told(&mut story), []);
    }

    #[test]
    fn domain_1_1_3_a_later_promise_is_told_with_the_day_before_and_the_reason() {
        let (mut story, id, confirmed) = awaiting("2026-03-20", false);
        let later =
            crate::stock::Inbound { document: "PO-1".into(), quantity: Quantity(20), eta: "2026-03-27".parse().unwrap() };
        crate::stock::announce(story.books(), &StockKey::new(&"X".into(), &"WH1".into()), &later, &at(2)).unwrap();
        crate::stock::serve_backorders(story.books(), &"X".into(), &at(2)).unwrap();
        let promise = story.order(id).lines[0].promise.unwrap();
        assert!(promise > confirmed);
        assert_eq!(told(&mut story), [(Some(confirmed), Some(promise), "supply".to_owned())]);
    }

    #[test]
    fn a_promise_that_was_lost_and_found_is_not_earlier_than_the_customer_was_told() {
        let (mut story, id, confirmed) = awaiting("2026-03-20", false);
        let key = StockKey::new(&"X".into(), &"WH1".into());
        let gone =
            crate::stock::Inbound { document: "PO-1".into(), quantity: Quantity::ZERO, eta: "2026-03-20".parse().unwrap() };
        crate::stock::announce(story.books(), &key, &gone, &at(2)).unwrap();
        crate::stock::serve_backorders(story.books(), &"X".into(), &at(2)).unwrap();
        assert_eq!(told(&mut story), [(Some(confirmed), None, "supply".to_owned())]);
        story.stock("X", "WH1", 10);
        crate::stock::serve_backorders(story.books(), &"X".into(), &at(3)).unwrap();
        assert_eq!(story.order(id).lines[0].promise, Some(confirmed));
        assert_eq!(told(&mut story), [(Some(confirmed), Some(confirmed), "supply".to_owned())]);
    }

    #[test]
    fn a_day_that_the_customer_asks_for_themselves_is_promised_anew() {
        let (mut story, id, confirmed) = awaiting("2026-03-20", false);
        let sooner = Change { requested: Some("2026-03-05".parse().unwrap()), ..Change::default() };
        change(story.books(), id, &sooner, &clerk("ann", 2)).unwrap();
        story.stock("X", "WH1", 10);
        crate::stock::serve_backorders(story.books(), &"X".into(), &at(3)).unwrap();
        assert!(story.order(id).lines[0].promise.unwrap() < confirmed);
    }

    #[test]
    fn stock_is_never_promised_twice() {
        let mut story = Story::new();
        story.stock("X", "WH1", 10);
        let first = story.promised(&[("X", 7)]);
        let second = story.promised(&[("X", 7)]);
        assert_eq!(story.order(first).units_in(Bucket::Allocated), Quantity(7));
        assert_eq!(story.order(second).units_in(Bucket::Allocated), Quantity(3));
        story.check();
    }

    #[test]
    fn one_node_that_has_everything_is_preferred_to_two() {
        let mut story = Story::new();
        story.stock("X", "WH1", 5);
        story.stock("X", "WH2", 5);
        story.stock("Y", "WH2", 5);
        let id = story.promised(&[("X", 5), ("Y", 5)]);
        let nodes: BTreeSet<_> =
            story.order(id).lines.iter().flat_map(|line| line.allocations.clone()).map(|a| a.node).collect();
        assert_eq!(nodes, [NodeId::from("WH2")].into());
    }

    /// Books that count how often an order is changed while somebody reads it: each time all its lines are copied.
    #[derive(Default)]
    struct Counting {
        books: MemoryBooks,
        copies: usize,
    }

    impl Books for Counting {
        fn find(&mut self, key: &Key) -> Result<Option<Aggregate>, Missing> {
            self.books.find(key)
        }

        fn version(&mut self, key: &Key) -> Result<u64, Missing> {
            self.books.version(key)
        }

        fn emit(&mut self, event: Event) {
            let key = event.key();
            let changed = self.books.iter().find(|(known, _)| **known == key);
            let is_read = matches!(changed, Some((_, Aggregate::Order(order))) if Arc::strong_count(order) > 1);
            self.copies += usize::from(is_read);
            self.books.emit(event);
        }
    }

    /// How often an order of so many lines is copied while it is promised, served, released, told short and cancelled.
    fn copies(lines: i64) -> usize {
        let mut story = Story::new();
        story.stock("X", "WH1", lines / 2);
        let ordered = (0..lines).map(|_| submitted("X", "1")).collect();
        let id = story.receive(&Submission { lines: ordered, ..story.submission() }).unwrap();
        approve(story.books(), id, &at(1)).unwrap();
        let mut counting = Counting { books: std::mem::take(&mut story.books), copies: 0 };
        promise(&mut counting, id, &at(1)).unwrap();
        crate::order::release(&mut counting, id, &at(2)).unwrap();
        let supply = Receipt {
            item: "X".into(),
            node: "WH1".into(),
            quantity: Quantity(lines / 4),
            receipt: "more".into(),
            document: None,
        };
        crate::stock::receive(&mut counting, &supply, &at(3)).unwrap();
        crate::stock::serve_backorders(&mut counting, &"X".into(), &at(3)).unwrap();
        let released = existing(&mut counting, id).unwrap().warehouse_orders[0];
        let all = Cancellation::default();
        cancel(&mut counting, id, &all, &clerk("ann", 4)).unwrap();
        crate::fulfilment::cancel_answered(&mut counting, released, None, None, &[], &at(5)).unwrap();
        assert!(existing(&mut counting, id).unwrap().is_over());
        counting.copies
    }

    #[test]
    fn an_order_is_not_copied_for_each_of_its_lines() {
        assert_eq!(copies(80), copies(8));
    }

    #[test]
    fn promising_twice_changes_nothing() {
        let mut story = Story::new();
        story.stock("X", "WH1", 6);
        let id = story.promised(&[("X", 10)]);
        story.books.take_events();
        promise(story.books(), id, &at(9)).unwrap();
        assert_eq!(story.books.take_events(), []);
    }

    /// Changes the company's policy of sourcing, and the master data of node WH1, account ACME and item X.
    fn changed(story: &mut Story, change: impl FnOnce(&mut Company, &mut Account, &mut Item)) {
        let key = Text::const_new(Company::KEY);
        let mut company = (*story.books().company(&key).unwrap().unwrap()).clone();
        let mut account = (*story.books().account(&"ACME".into()).unwrap().unwrap()).clone();
        let mut item = (*story.books().item(&"X".into()).unwrap().unwrap()).clone();
        change(&mut company, &mut account, &mut item);
        story.books().record(&key, crate::master::CompanyEvent::Set(Box::new(company)));
        let (id, profile) = (account.id.clone(), Box::new(account.profile));
        story.books().record(&id, crate::account::AccountEvent::ProfileSet { id: id.clone(), profile });
        story.books().record(&item.id.clone(), crate::master::ItemEvent::Set(Box::new(item)));
    }

    fn left_out(story: &mut Story, id: OrderId) -> Vec<(String, Option<LineNo>, Barrier)> {
        let sourcing = story.order(id).sourcing.clone().expect("there is something to explain");
        sourcing.excluded.iter().map(|left| (left.node.to_string(), left.line, left.barrier)).collect()
    }

    #[test]
    fn an_order_says_which_constraint_kept_which_node_from_it() {
        let mut story = Story::new();
        story.stock("X", "WH1", 10);
        story.stock("X", "WH2", 10);
        changed(&mut story, |_, account, _| account.profile.excluded_nodes = vec!["WH1".into()]);
        let id = story.promised(&[("X", 5)]);
        assert_eq!(left_out(&mut story, id), [("WH1".to_owned(), None, Barrier::Customer)]);
        assert_eq!(story.order(id).lines[0].allocations[0].node, NodeId::from("WH2"));
        story.check();
    }

    #[test]
    fn an_item_with_a_licence_waits_for_a_node_that_holds_it() {
        let mut story = Story::new();
        story.stock("X", "WH1", 10);
        changed(&mut story, |company, _, item| {
            item.licence = Some("alcohol".into());
            company.nodes[1].licences = vec!["alcohol".into()];
        });
        let id = story.promised(&[("X", 5)]);
        assert_eq!(left_out(&mut story, id)[0], ("WH1".to_owned(), Some(LineNo(1)), Barrier::Licence));
        assert_eq!(story.order(id).lines[0].pegs[0].node, NodeId::from("WH2"));
        // supply at the node without the licence serves nobody, and at the other one it does
        story.stock("X", "WH1", 10);
        assert_eq!(crate::stock::serve_backorders(story.books(), &"X".into(), &at(2)).unwrap(), []);
        story.stock("X", "WH2", 5);
        assert_eq!(crate::stock::serve_backorders(story.books(), &"X".into(), &at(3)).unwrap(), [id]);
        story.check();
    }

    #[test]
    fn the_company_says_from_how_many_nodes_an_order_may_come() {
        let mut story = Story::new();
        story.stock("X", "WH1", 5);
        story.stock("Y", "WH2", 4);
        changed(&mut story, |company, _, _| company.policy.sourcing.max_nodes = Some(1));
        let id = story.promised(&[("X", 5), ("Y", 4)]);
        let order = story.order(id);
        assert_eq!((order.units_in(Bucket::Allocated), order.units_in(Bucket::Backordered)), (Quantity(5), Quantity(4)));
        assert_eq!(order.sourcing, None);
        story.check();
    }

    #[test]
    fn the_company_says_how_far_its_nodes_ship() {
        let mut story = Story::new();
        story.stock("X", "WH1", 5);
        changed(&mut story, |company, _, _| {
            company.nodes[0].distance_km = [("*".into(), 900)].into();
            company.policy.sourcing.max_distance_km = Some(800);
        });
        let id = story.promised(&[("X", 5)]);
        assert_eq!(left_out(&mut story, id)[0], ("WH1".to_owned(), None, Barrier::Distance));
        assert_eq!(story.order(id).lines[0].pegs[0].node, NodeId::from("WH2"));
    }

    #[test]
    fn the_company_says_for_how_long_late_supply_counts() {
        let promise_by = |days| {
            let mut story = Story::new();
            story.announce("X", "WH1", 5, "2026-02-27");
            changed(&mut story, |company, _, _| company.policy.atp.past_due_supply_days = days);
            let id = story.promised(&[("X", 5)]);
            story.order(id).lines[0].promise
        };
        assert_eq!(promise_by(2), None);
        assert!(promise_by(3).is_some());
    }
}
