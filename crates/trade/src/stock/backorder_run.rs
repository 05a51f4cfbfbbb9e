//! A backorder processing run: the stock of an item at a node is confirmed anew to those who want it (domain §1.1.9).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use units::{Quantity, Text, Timestamp};

use super::atp::Ladder;
use super::bump::take_back;
use super::quota::Supply;
use super::receive::known;
use super::reconfirm::{Requirement, Strategy, reconfirm};
use super::state::{Claim, ClaimKind};
use crate::books::{Books, Stop};
use crate::context::{Actor, Context};
use crate::credit;
use crate::ids::*;
use crate::master::Company;
use crate::order::{
    Backorder, Binding, Bucket, Peg, bind, channel_group, company, eligibility, existing, is_whole, note_promise,
    refused_nodes, serving, set_backorder, waiting_since,
};
use crate::refusal::Refusal;
use crate::sourcing;

/// Which requirements are treated in which way. An empty list stands for all.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Segment {
    /// What they may get.
    pub strategy: Strategy,
    /// Customers.
    pub accounts: Vec<AccountId>,
    /// Tiers of customers.
    pub tiers: Vec<u8>,
    /// Priorities of orders.
    pub priorities: Vec<u8>,
}

/// What is to be confirmed anew.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BackorderRun {
    /// The item.
    pub item: ItemId,
    /// The node.
    pub node: NodeId,
    /// The first segment that fits a requirement counts; one that fits none improves.
    pub segments: Vec<Segment>,
    /// Those who redistribute share what is left; otherwise the first is served first.
    pub share: bool,
    /// Carry it out; otherwise only say what would change.
    pub commit: bool,
}

/// What a run means for a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reconfirmed {
    /// The order.
    pub order: OrderId,
    /// Its line.
    pub line: LineNo,
    /// Whose it is.
    pub account: AccountId,
    /// How it was treated.
    pub strategy: Strategy,
    /// Units that it wants from the node.
    pub wanted: Quantity,
    /// Units confirmed to it before.
    pub before: Quantity,
    /// Units confirmed to it after.
    pub after: Quantity,
}

/// Confirms the units of an item at a node anew, by segments; gives every line that wants some, in the order of service.
///
/// Units that a warehouse is at work on are not touched. Within a strategy lines are served by priority, then by the age of their
/// order. With `commit`, all of it happens in this decision or nothing; whoever loses units waits for supply, and whoever calls this
/// serves backorders next, which gives dates and finds units at other nodes. Refused for an unknown item or node, and without
/// segments. Source: domain §1.1.9; nobody gains what is kept for another group of channels (domain §1.1.4).
pub fn run_backorders(books: &mut dyn Books, run: &BackorderRun, cx: &Context) -> Result<Vec<Reconfirmed>, Stop> {
    let key = known(books, &run.item, &run.node)?;
    if run.segments.is_empty() {
        return Err(Refusal::invalid("segments", "none", "at least one segment with a strategy").into());
    }
    let mut lines = Vec::new();
    for (at, (confirmed, waiting)) in candidates(books, &key)? {
        lines.extend(line(books, run, at, confirmed, waiting, cx)?);
    }
    lines.sort_by_key(|(rank, ..)| *rank);
    let whole: Vec<bool> = lines.iter().map(|(.., whole)| *whole).collect();
    let mut result: Vec<Reconfirmed> = lines.into_iter().map(|(_, line, _)| line).collect();
    let available = free(books, &key, cx)? + result.iter().map(|line| line.before).sum();
    let requirements: Vec<Requirement> = result
        .iter()
        .map(|line| Requirement { strategy: line.strategy, wanted: line.wanted, confirmed: line.before })
        .collect();
    let confirmed = reconfirm(available, &requirements, run.share);
    for ((line, after), whole) in result.iter_mut().zip(confirmed).zip(&whole) {
        line.after = if *whole { unsplit(line, after) } else { after };
    }
    keep_quotas(books, &key, result.iter_mut().zip(whole).collect(), cx)?;
    if run.commit {
        // units have to be there before they are given
        result.iter().try_for_each(|line| lose(books, &key, line, cx))?;
        result.iter().try_for_each(|line| gain(books, &key, line, cx))?;
    }
    Ok(result)
}

/// What a line that may not be split keeps of what a run gives it: everything, what it had, or nothing (domain §1.1.7,
/// `min_split_value`). What is left over is for whoever is served next.
fn unsplit(line: &Reconfirmed, after: Quantity) -> Quantity {
    if after >= line.wanted {
        line.wanted
    } else if after >= line.before {
        line.before
    } else {
        Quantity::ZERO
    }
}

/// Nobody gains more than their group of channels may take; those who win come first, as in the run, and what they may not take stays
/// with those who had it. Source: domain §1.1.4.
fn keep_quotas(
    books: &mut dyn Books,
    key: &StockKey,
    mut lines: Vec<(&mut Reconfirmed, bool)>,
    cx: &Context,
) -> Result<(), Stop> {
    let company = company(books)?;
    let groups = &company.policy.channel_groups;
    let stock = books.stock(key)?.unwrap_or_default();
    if groups.is_empty() || stock.quotas.is_empty() {
        return Ok(());
    }
    let mut stock = (*stock).clone();
    for (line, _) in &lines {
        let mut lost = (line.before - line.after).or_zero();
        for claim in stock.claims.iter_mut().filter(|claim| is_of(claim, line)) {
            let units = claim.quantity.min(lost);
            claim.quantity -= units;
            lost -= units;
        }
    }
    let today = company.node(&key.node).map_or(cx.now.day(), |node| node.calendar.local_day(cx.now));
    let mut supply = Supply::new(groups);
    supply.add_without_demand(&stock, today, &company.policy.atp);
    lines.sort_by_key(|(line, _)| line.strategy);
    let mut cut = Quantity::ZERO;
    for (line, whole) in lines.iter_mut().filter(|(line, _)| line.after > line.before) {
        let order = existing(books, line.order)?;
        let group = channel_group(books, &order)?;
        let may_take = supply.seen_by(group.as_ref()).first().map_or(Quantity::ZERO, Ladder::reservable);
        let (wished, after) = (line.after, line.after.min(line.before + may_take));
        line.after = if *whole { unsplit(line, after) } else { after };
        supply.take(0, group.as_ref(), line.after - line.before, None);
        cut += wished - line.after;
    }
    for (line, whole) in lines.iter_mut().filter(|(line, _)| line.after < line.before) {
        let kept = (line.before - line.after).min(cut);
        if !*whole || line.after + kept == line.before {
            line.after += kept;
            cut -= kept;
        }
    }
    Ok(())
}

/// Whether a reservation is what a line holds softly.
fn is_of(claim: &Claim, line: &Reconfirmed) -> bool {
    claim.kind == ClaimKind::Soft && claim.line == Some((line.order, line.line))
}

/// By line: units held, units waited for.
type Candidates = BTreeMap<(OrderId, LineNo), (Quantity, Quantity)>;

/// What lines hold softly at the node, and what they wait for anywhere.
fn candidates(books: &mut dyn Books, key: &StockKey) -> Result<Candidates, Stop> {
    let mut lines = Candidates::new();
    for node in &company(books)?.nodes {
        let stock = books.stock(&StockKey::new(&key.item, &node.id))?.unwrap_or_default();
        for demand in &stock.demand {
            lines.entry(demand.line).or_default().1 += demand.quantity;
        }
        let soft = stock.claims.iter().filter(|claim| claim.kind == ClaimKind::Soft && node.id == key.node);
        for claim in soft {
            if let Some(line) = claim.line {
                lines.entry(line).or_default().0 += claim.quantity;
            }
        }
    }
    Ok(lines)
}

/// How early a line is served: priority, age, order, line.
type Rank = (u8, Timestamp, OrderId, LineNo);

/// A line as the run sees it, and whether it may not be split; `None` if it neither holds units here nor may be served from here.
fn line(
    books: &mut dyn Books,
    run: &BackorderRun,
    (id, no): (OrderId, LineNo),
    before: Quantity,
    waiting: Quantity,
    cx: &Context,
) -> Result<Option<(Rank, Reconfirmed, bool)>, Stop> {
    let order = existing(books, id)?;
    let company = company(books)?;
    let account = books.account(&order.account)?.unwrap_or_default();
    let refused = refused_nodes(books, &order)?;
    let item = books.item(&run.item)?;
    let served = serving(&company, &eligibility(&company, &order, &account, &refused, item.as_deref()));
    let is_served = waiting.is_positive() && served.into_iter().any(|place| company.nodes[place].id == run.node);
    let may_gain = is_served && order.holds.is_empty() && suffices(books, &company, run, id, cx)?;
    let wanted = before + if may_gain { waiting } else { Quantity::ZERO };
    if wanted.is_zero() {
        return Ok(None);
    }
    let fits = |segment: &&Segment| {
        let is_one_of = |list: &[u8], value| list.is_empty() || list.contains(&value);
        (segment.accounts.is_empty() || segment.accounts.contains(&order.account))
            && is_one_of(&segment.tiers, account.profile.tier)
            && is_one_of(&segment.priorities, order.priority)
    };
    let whole = order.line(no).is_some_and(|line| is_whole(&order, line, item.as_deref()));
    let strategy = run.segments.iter().find(fits).map(|segment| segment.strategy).unwrap_or_default();
    let account = order.account.clone();
    let line = Reconfirmed { order: id, line: no, account, strategy, wanted, before, after: before };
    Ok(Some(((order.priority, order.received_at, id, no), line, whole)))
}

/// Whether the credit of an order suffices for what it may gain, where the company asks that; otherwise a run that is carried out holds it.
/// Source: domain §1.2 (gates: allocation).
fn suffices(books: &mut dyn Books, company: &Company, run: &BackorderRun, id: OrderId, cx: &Context) -> Result<bool, Stop> {
    if !company.policy.credit.checks_allocation {
        Ok(true)
    } else if run.commit {
        // whoever runs it places no hold: the check does
        credit::may_ship(books, id, &Context { actor: Actor::system(), now: cx.now })
    } else {
        credit::would_ship(books, id, cx)
    }
}

/// Units at the node that nobody holds, above the safety stock.
fn free(books: &mut dyn Books, key: &StockKey, cx: &Context) -> Result<Quantity, Stop> {
    let company = company(books)?;
    let stock = books.stock(key)?.unwrap_or_default();
    let today = company.node(&key.node).map_or(cx.now.day(), |node| node.calendar.local_day(cx.now));
    Ok(Ladder::without_demand(&stock, today, &company.policy.atp).reservable())
}

fn cause() -> Text {
    Text::const_new("backorder run")
}

/// Takes from a line what it does not keep.
fn lose(books: &mut dyn Books, key: &StockKey, line: &Reconfirmed, cx: &Context) -> Result<(), Stop> {
    let mut lost = (line.before - line.after).or_zero();
    let stock = books.stock(key)?.unwrap_or_default();
    let claims: Vec<Claim> = stock.claims.iter().filter(|claim| is_of(claim, line)).cloned().collect();
    drop(stock);
    for claim in claims {
        let units = claim.quantity.min(lost);
        if units.is_positive() {
            lost -= units;
            take_back(books, key, &claim, (line.order, line.line), units, &cause(), cx)?;
        }
    }
    Ok(())
}

/// Gives a line what it has gained, out of what it waits for: what is due last first.
fn gain(books: &mut dyn Books, key: &StockKey, line: &Reconfirmed, cx: &Context) -> Result<(), Stop> {
    let gained = line.after - line.before;
    if !gained.is_positive() {
        return Ok(());
    }
    let (id, no) = (line.order, line.line);
    let order = existing(books, id)?;
    let since = waiting_since(books, &order, no)?;
    let mut pegs: Vec<Peg> = order.line(no).map(|line| line.pegs.clone()).unwrap_or_default();
    pegs.sort_by_key(|peg| std::cmp::Reverse(peg.due.unwrap_or(units::Day(i32::MAX))));
    let mut left = gained;
    for peg in &mut pegs {
        let units = peg.quantity.min(left);
        peg.quantity -= units;
        left -= units;
    }
    let (priority, country) = (order.priority, order.ship_to.country.clone());
    drop(order);
    set_backorder(books, Backorder { order: id, line: no, item: key.item.clone(), pegs, priority, since })?;
    let company = company(books)?;
    let Some(node) = company.node(&key.node) else { return Ok(()) };
    let promise = sourcing::delivery_day(node, &country, node.calendar.local_day(cx.now), cx.now);
    let (stock, from) = (key.clone(), Bucket::Backordered);
    bind(books, &Binding { order: id, line: no, stock, quantity: gained, from, priority, promise, now: cx.now })?;
    note_promise(books, id, no, &cause(), cx)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::{Profile, set_profile};
    use crate::order::fixture::{Story, at, submitted};
    use crate::order::{Submission, approve, promise};
    use crate::refusal::Refusal;

    /// An order of X by a customer of its own.
    fn order(story: &mut Story, account: &str, quantity: i64, minute: i64) -> OrderId {
        let acme = story.books().account(&"ACME".into()).unwrap().unwrap();
        let profile = Profile { name: account.into(), ..acme.profile.clone() };
        set_profile(story.books(), &account.into(), &profile, &at(0)).unwrap();
        let lines = vec![submitted("X", &quantity.to_string())];
        let id = story.receive(&Submission { account: account.into(), lines, ..story.submission() }).unwrap();
        approve(story.books(), id, &at(minute)).unwrap();
        promise(story.books(), id, &at(minute)).unwrap();
        id
    }

    fn segment(account: &str, strategy: Strategy) -> Segment {
        Segment { strategy, accounts: vec![account.into()], ..Segment::default() }
    }

    /// The worked example: A was confirmed 8,000, B 4,000 of 6,000, C none of 5,000.
    fn example() -> (Story, [OrderId; 3], BackorderRun) {
        let mut story = Story::new();
        story.stock("X", "WH1", 12_000);
        let ids = [order(&mut story, "A", 8_000, 1), order(&mut story, "B", 6_000, 2), order(&mut story, "C", 5_000, 3)];
        let run = BackorderRun {
            item: "X".into(),
            node: "WH1".into(),
            segments: vec![segment("C", Strategy::Win), segment("B", Strategy::Gain), segment("A", Strategy::Lose)],
            ..BackorderRun::default()
        };
        (story, ids, run)
    }

    fn allocated(story: &mut Story, ids: &[OrderId]) -> Vec<i64> {
        ids.iter().map(|id| story.order(*id).units_in(Bucket::Allocated).0).collect()
    }

    #[test]
    fn domain_1_1_9_a_run_is_simulated_and_then_carried_out() {
        let (mut story, ids, run) = example();
        assert_eq!(allocated(&mut story, &ids), [8_000, 4_000, 0]);
        story.books.take_events();
        let simulated = run_backorders(story.books(), &run, &at(4)).unwrap();
        let changes: Vec<_> = simulated.iter().map(|line| (line.order, line.before.0, line.after.0)).collect();
        assert_eq!(changes, [(ids[0], 8_000, 1_000), (ids[1], 4_000, 6_000), (ids[2], 0, 5_000)]);
        assert_eq!(story.books.take_events(), []);
        let run = BackorderRun { commit: true, ..run };
        assert_eq!(run_backorders(story.books(), &run, &at(5)).unwrap(), simulated);
        assert_eq!(allocated(&mut story, &ids), [1_000, 6_000, 5_000]);
        assert_eq!(story.order(ids[0]).units_in(Bucket::Backordered), Quantity(7_000));
        story.check();
    }

    #[test]
    fn who_lost_units_is_promised_again_from_what_comes() {
        let (mut story, ids, run) = example();
        story.announce("X", "WH1", 7_000, "2026-03-20");
        run_backorders(story.books(), &BackorderRun { commit: true, ..run }, &at(5)).unwrap();
        super::super::serve_backorders(story.books(), &"X".into(), &at(5)).unwrap();
        assert_eq!(story.order(ids[0]).lines[0].promise, Some("2026-03-20".parse().unwrap()));
        story.check();
    }

    #[test]
    fn units_at_a_warehouse_and_orders_on_hold_are_left_alone() {
        let (mut story, ids, run) = example();
        crate::order::release(story.books(), ids[0], &at(1)).unwrap();
        let cx = crate::order::fixture::clerk("ann", 2);
        let manual = crate::order::HoldKind::Manual;
        crate::order::place_hold(story.books(), ids[2], manual, "wait".into(), vec![], units::Amount(0), &cx).unwrap();
        let changes = run_backorders(story.books(), &run, &at(4)).unwrap();
        let changes: Vec<_> = changes.iter().map(|line| (line.order, line.before.0, line.after.0)).collect();
        assert_eq!(changes, [(ids[1], 4_000, 4_000)]);
    }

    #[test]
    fn domain_1_2_a_run_gives_nothing_to_an_order_whose_credit_no_longer_suffices() {
        let (mut story, ids, run) = example();
        let key = Text::const_new(Company::KEY);
        let mut company = (*story.books().company(&key).unwrap().unwrap()).clone();
        company.policy.credit.checks_allocation = true;
        story.books().record(&key, crate::master::CompanyEvent::Set(Box::new(company)));
        let c = AccountId::from("C");
        let profile = Profile { blocked: true, ..story.books().account(&c).unwrap().unwrap().profile.clone() };
        set_profile(story.books(), &c, &profile, &crate::order::fixture::clerk("eve", 3)).unwrap();
        let after = |changes: Vec<Reconfirmed>| changes.iter().map(|line| (line.order, line.after.0)).collect::<Vec<_>>();
        let is_held = |story: &mut Story| story.order(ids[2]).is_held_by(crate::order::HoldKind::Credit);
        let simulated = after(run_backorders(story.books(), &run, &at(4)).unwrap());
        assert_eq!(simulated, [(ids[0], 6_000), (ids[1], 6_000)]);
        assert!(!is_held(&mut story), "a simulation changes nothing");
        let run = BackorderRun { commit: true, ..run };
        assert_eq!(after(run_backorders(story.books(), &run, &at(5)).unwrap()), simulated);
        assert!(is_held(&mut story));
        story.check();
    }

    #[test]
    fn a_run_without_segments_or_for_an_unknown_item_is_refused() {
        let (mut story, _, run) = example();
        let refused = run_backorders(story.books(), &BackorderRun { segments: vec![], ..run.clone() }, &at(4));
        assert!(matches!(refused, Err(Stop::Refused(Refusal::Invalid { .. }))));
        let refused = run_backorders(story.books(), &BackorderRun { item: "NONE".into(), ..run }, &at(4));
        assert!(matches!(refused, Err(Stop::Refused(Refusal::NotFound(_)))));
    }

    #[test]
    fn domain_1_1_7_a_run_splits_no_line_below_its_value() {
        let mut story = Story::new();
        story.stock("X", "WH1", 4);
        let x = (*story.books().item(&"X".into()).unwrap().unwrap()).clone();
        let x = crate::master::Item { min_split_value: Some(units::Amount(5_000)), ..x };
        story.books().record(&ItemId::from("X"), crate::master::ItemEvent::Set(Box::new(x)));
        let (first, second) = (order(&mut story, "A", 4, 1), order(&mut story, "B", 3, 2));
        let win = Segment { strategy: Strategy::Win, accounts: vec!["B".into()], ..Segment::default() };
        let lose = Segment { strategy: Strategy::Lose, ..Segment::default() };
        let (item, node) = ("X".into(), "WH1".into());
        let run = BackorderRun { item, node, segments: vec![win, lose], share: false, commit: true };
        let lines = run_backorders(story.books(), &run, &at(5)).unwrap();
        let after = |id| lines.iter().find(|line| line.order == id).map(|line| line.after.0);
        // the one that is left of A's four is not sent alone
        assert_eq!((after(first), after(second)), (Some(0), Some(3)));
        story.check();
    }

    #[test]
    fn domain_1_1_4_a_run_gives_nobody_what_is_kept_for_another_group() {
        let mut story = Story::new();
        let key = Text::const_new(crate::master::Company::KEY);
        let mut company = (*story.books().company(&key).unwrap().unwrap()).clone();
        let group = |code: &str, account: &str| crate::master::ChannelGroup {
            code: code.into(),
            accounts: vec![account.into()],
            overflow: false,
            ..crate::master::ChannelGroup::default()
        };
        company.policy.channel_groups = vec![group("few", "C1"), group("many", "C2")];
        story.books().record(&key, crate::master::CompanyEvent::Set(Box::new(company)));
        story.stock("X", "WH1", 10);
        let free = order(&mut story, "C3", 6, 1);
        for (group, units) in [("few", 1), ("many", 3)] {
            let verb = crate::stock::QuotaVerb::Allocate { group: group.into(), quantity: Quantity(units) };
            let change = crate::stock::QuotaChange { item: "X".into(), node: None, verb };
            crate::stock::change_quotas(story.books(), &change, &at(2)).unwrap();
        }
        let (few, many) = (order(&mut story, "C1", 5, 3), order(&mut story, "C2", 5, 4));
        let segment = |strategy, account: &str| Segment { strategy, accounts: vec![account.into()], ..Segment::default() };
        let run = BackorderRun {
            item: "X".into(),
            node: "WH1".into(),
            segments: vec![segment(Strategy::Win, "C1"), segment(Strategy::Lose, "C3")],
            share: false,
            commit: true,
        };
        let lines = run_backorders(story.books(), &run, &at(5)).unwrap();
        let after = |id| lines.iter().find(|line| line.order == id).map(|line| line.after.0);
        assert_eq!([after(free), after(few), after(many)], [Some(6), Some(1), Some(3)]);
        story.check();
    }
}
