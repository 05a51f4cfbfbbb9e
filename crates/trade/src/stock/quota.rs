//! What groups of channels may take of a stock: their quotas, and the common pool (domain §1.1.4).
//!
//! A quota counts the units that its group's reservations hold, and is used up by what ships. What a group holds beyond its quota came
//! from its parent's, or from the common pool. Verbs that set quotas are in `allocate`.

use std::collections::BTreeMap;

use units::{Day, Quantity, Text};

use super::atp::{AtpPolicy, Ladder};
use super::state::{Quota, Stock};
use crate::master::ChannelGroup;

/// What a group of channels has of a stock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct GroupStanding {
    /// Its quota, what it holds included.
    pub quota: Quantity,
    /// Units that it has reserved.
    pub reserved: Quantity,
    /// Units that it waits for, and that supply is expected for.
    pub waiting: Quantity,
    /// Units that it may still take of its quota, and that nobody else may.
    pub left: Quantity,
}

/// What each of the company's groups has of a stock, in their order.
pub fn standings(stock: &Stock, groups: &[ChannelGroup]) -> Vec<GroupStanding> {
    let mut standings = counted(stock, groups);
    let left = left(groups, &standings, true);
    for (standing, left) in standings.iter_mut().zip(left) {
        standing.left = left;
    }
    standings
}

/// What each group has and holds, without what is left: one pass over the stock, however many groups there are.
fn counted(stock: &Stock, groups: &[ChannelGroup]) -> Vec<GroupStanding> {
    let places: BTreeMap<&Text, usize> = groups.iter().enumerate().map(|(at, group)| (&group.code, at)).collect();
    let place = |of: &Option<Text>| of.as_ref().and_then(|code| places.get(code)).copied();
    let mut standings = vec![GroupStanding::default(); groups.len()];
    for quota in &stock.quotas {
        if let Some(at) = places.get(&quota.group) {
            standings[*at].quota += quota.quantity;
        }
    }
    for claim in &stock.claims {
        if let Some(at) = place(&claim.group) {
            standings[at].reserved += claim.quantity;
        }
    }
    for demand in stock.demand.iter().filter(|demand| demand.due.is_some()) {
        if let Some(at) = place(&demand.group) {
            standings[at].waiting += demand.quantity;
        }
    }
    standings
}

/// What is left of the quotas. What a group holds beyond its own is taken from its parent's.
fn left(groups: &[ChannelGroup], standings: &[GroupStanding], with_demand: bool) -> Vec<Quantity> {
    let mut left = vec![Quantity::ZERO; groups.len()];
    let mut overdrawn = vec![Quantity::ZERO; groups.len()];
    // parents stand before their parts
    for (at, standing) in standings.iter().enumerate().rev() {
        let waiting = if with_demand { standing.waiting } else { Quantity::ZERO };
        let balance = standing.quota - standing.reserved - waiting - overdrawn[at];
        left[at] = balance.or_zero();
        if let Some(parent) = parent(groups, at).filter(|_| balance.is_negative() && groups[at].overflow) {
            overdrawn[parent] -= balance;
        }
    }
    left
}

fn parent(groups: &[ChannelGroup], at: usize) -> Option<usize> {
    let parent = groups.get(at)?.parent.as_ref()?;
    groups.iter().position(|group| group.code == *parent)
}

/// The groups whose quotas a group may draw on, its own first, and whether it may draw on the common pool.
fn sources(groups: &[ChannelGroup], group: Option<&Text>) -> (Vec<usize>, bool) {
    let mut sources = Vec::new();
    let mut at = group.and_then(|code| groups.iter().position(|group| group.code == *code));
    while let Some(place) = at {
        sources.push(place);
        if !groups[place].overflow {
            return (sources, false);
        }
        at = parent(groups, place);
    }
    (sources, true)
}

/// What is left of the quotas of a group's parents when so many units of it ship: what its own does not cover came from theirs. Its own
/// is used up where the shipment is applied.
pub(crate) fn used_of_parents(
    stock: &Stock,
    groups: &[ChannelGroup],
    group: Option<&Text>,
    shipped: Quantity,
) -> Vec<Quota> {
    let of = |place: usize| stock.quotas.iter().find(|quota| quota.group == groups[place].code);
    let mut rest = shipped;
    let mut used = Vec::new();
    for (distance, place) in sources(groups, group).0.into_iter().enumerate() {
        let Some(quota) = of(place) else { continue };
        let units = rest.min(quota.quantity);
        rest -= units;
        if distance > 0 && units.is_positive() {
            used.push(Quota { quantity: quota.quantity - units, ..quota.clone() });
        }
    }
    used
}

/// The supply of an item at all nodes, to be promised from step by step, to each group what is its own.
pub(crate) struct Supply<'a> {
    groups: &'a [ChannelGroup],
    nodes: Vec<(Ladder, Vec<Quantity>)>,
}

impl<'a> Supply<'a> {
    pub(crate) fn new(groups: &'a [ChannelGroup]) -> Self {
        Self { groups, nodes: Vec::new() }
    }

    /// Adds a node, as if nobody waited.
    pub(crate) fn add_without_demand(&mut self, stock: &Stock, today: Day, policy: &AtpPolicy) {
        self.nodes.push((Ladder::without_demand(stock, today, policy), self.left_of(stock, false)));
    }

    /// What is left of the quotas of a stock; nothing where it is open to all.
    fn left_of(&self, stock: &Stock, with_demand: bool) -> Vec<Quantity> {
        let has_quota = |group: &ChannelGroup| stock.quotas.iter().any(|quota| quota.group == group.code);
        if stock.quotas.is_empty() || !self.groups.iter().any(has_quota) {
            return Vec::new();
        }
        left(self.groups, &counted(stock, self.groups), with_demand)
    }

    /// What each node can promise to a group, or to those who belong to none.
    pub(crate) fn seen_by(&self, group: Option<&Text>) -> Vec<Ladder> {
        self.nodes.iter().map(|(ladder, left)| seen(ladder.clone(), left, self.groups, group)).collect()
    }

    /// Takes units for a group: out of what is there, or from a day on.
    pub(crate) fn take(&mut self, place: usize, group: Option<&Text>, quantity: Quantity, from: Option<Day>) {
        let Some((ladder, left)) = self.nodes.get_mut(place) else { return };
        match from {
            None => ladder.reserve(quantity),
            Some(day) => ladder.commit(day, quantity),
        }
        let mut rest = quantity;
        for source in sources(self.groups, group).0 {
            let Some(left) = left.get_mut(source) else { continue };
            let units = rest.min(*left);
            *left -= units;
            rest -= units;
        }
    }
}

/// The balance of a stock as a group may use it, all demand counted.
pub(crate) fn ladder_for(
    stock: &Stock,
    groups: &[ChannelGroup],
    group: Option<&Text>,
    today: Day,
    policy: &AtpPolicy,
) -> Ladder {
    let left = Supply::new(groups).left_of(stock, true);
    seen(Ladder::of(stock, today, policy), &left, groups, group)
}

/// From which day on how much of a stock can be promised to a group, today first; each step holds until the next. Ends with `until`.
///
/// Source: domain §1.1.2, §1.1.4.
pub fn atp_steps(
    stock: &Stock,
    groups: &[ChannelGroup],
    group: Option<&Text>,
    (today, until): (Day, Day),
    policy: &AtpPolicy,
) -> Vec<(Day, Quantity)> {
    ladder_for(stock, groups, group, today, policy).promisable_until(until.max(today))
}

fn seen(ladder: Ladder, left: &[Quantity], groups: &[ChannelGroup], group: Option<&Text>) -> Ladder {
    if left.is_empty() {
        return ladder;
    }
    let (sources, may_overflow) = sources(groups, group);
    let own: Quantity = sources.iter().filter_map(|at| left.get(*at)).copied().sum();
    let others = left.iter().copied().sum::<Quantity>() - own;
    ladder.shared(own, others, may_overflow)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::*;
    use crate::stock::{Claim, ClaimKind, Quota};
    use units::Timestamp;

    fn group(code: &str, parent: Option<&str>, overflow: bool) -> ChannelGroup {
        ChannelGroup { code: code.into(), parent: parent.map(Into::into), overflow, ..ChannelGroup::default() }
    }

    fn stock(on_hand: i64, quotas: &[(&str, i64)], claims: &[(&str, i64)]) -> Stock {
        let claim = |(number, (group, units)): (u64, &(&str, i64))| Claim {
            reservation: ReservationId(number),
            line: None,
            quantity: Quantity(*units),
            kind: ClaimKind::Soft,
            priority: 5,
            promise: None,
            at: Timestamp(0),
            expires: None,
            group: Some((*group).into()),
            order: None,
            owner: None,
        };
        let quota = |(group, units): &(&str, i64)| Quota { group: (*group).into(), quantity: Quantity(*units) };
        Stock {
            on_hand: Quantity(on_hand),
            quotas: quotas.iter().map(quota).collect(),
            claims: (1..).zip(claims).map(claim).collect(),
            ..Stock::default()
        }
    }

    fn may_take(stock: &Stock, groups: &[ChannelGroup], group: Option<&str>) -> i64 {
        let group = group.map(Text::from);
        ladder_for(stock, groups, group.as_ref(), Day(0), &AtpPolicy::default()).reservable().0
    }

    #[test]
    fn domain_1_1_4_a_group_takes_its_quota_then_the_common_pool_if_it_overflows() {
        let groups = [group("web", None, true), group("key", None, false)];
        let stock = stock(100, &[("web", 30), ("key", 50)], &[]);
        assert_eq!(may_take(&stock, &groups, Some("web")), 50);
        assert_eq!(may_take(&stock, &groups, Some("key")), 50);
        assert_eq!(may_take(&stock, &groups, None), 20);
    }

    #[test]
    fn what_a_group_holds_is_part_of_its_quota() {
        let groups = [group("web", None, true), group("key", None, false)];
        let stock = stock(100, &[("web", 30), ("key", 50)], &[("web", 40), ("key", 20)]);
        // 40 are free: 30 are kept for the key accounts, and the web has overdrawn already
        assert_eq!(may_take(&stock, &groups, Some("web")), 10);
        assert_eq!(may_take(&stock, &groups, Some("key")), 30);
        assert_eq!(may_take(&stock, &groups, None), 10);
        assert_eq!(standings(&stock, &groups)[1].left, Quantity(30));
    }

    #[test]
    fn a_part_overflows_into_its_parent_first() {
        let groups = [group("web", None, false), group("web-de", Some("web"), true)];
        let stock = stock(100, &[("web", 20), ("web-de", 10)], &[("web-de", 15)]);
        assert_eq!(standings(&stock, &groups)[0].left, Quantity(15));
        assert_eq!(may_take(&stock, &groups, Some("web-de")), 15);
        assert_eq!(may_take(&stock, &groups, Some("web")), 15);
        assert_eq!(may_take(&stock, &groups, None), 70);
    }

    #[test]
    fn quotas_of_more_than_there_is_keep_nobody_from_their_own() {
        let groups = [group("web", None, true), group("key", None, true)];
        let stock = stock(10, &[("web", 20), ("key", 20)], &[]);
        assert_eq!([Some("web"), Some("key"), None].map(|who| may_take(&stock, &groups, who)), [10, 10, 0]);
    }

    #[test]
    fn a_stock_without_quotas_is_open_to_all_and_unknown_groups_keep_nothing() {
        let groups = [group("key", None, false)];
        assert_eq!(may_take(&stock(10, &[], &[]), &groups, Some("key")), 10);
        assert_eq!([None, Some("key")].map(|who| may_take(&stock(10, &[("gone", 8)], &[]), &groups, who)), [10, 10]);
    }

    #[test]
    fn units_that_are_taken_step_by_step_are_taken_of_the_quota_first() {
        let groups = [group("web", None, true), group("key", None, true)];
        let (web, key) = (Text::from("web"), Text::from("key"));
        let mut supply = Supply::new(&groups);
        supply.add_without_demand(&stock(100, &[("web", 30), ("key", 50)], &[]), Day(0), &AtpPolicy::default());
        supply.take(0, Some(&web), Quantity(40), None);
        let left = |supply: &Supply<'_>, who| supply.seen_by(who)[0].reservable().0;
        assert_eq!([left(&supply, Some(&web)), left(&supply, Some(&key)), left(&supply, None)], [10, 60, 10]);
        supply.take(0, Some(&key), Quantity(50), Some(Day(4)));
        assert_eq!([left(&supply, Some(&web)), left(&supply, Some(&key)), left(&supply, None)], [10, 10, 10]);
    }
}
