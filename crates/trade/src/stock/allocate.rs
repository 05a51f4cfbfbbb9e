//! Scarce stock is kept for groups of channels: allocate, reallocate, unallocate, share (domain §1.1.4).
//!
//! Groups consume their quotas by reserving; `quota` says what that means for everybody else.

use serde::{Deserialize, Serialize};
use units::{Quantity, Text};

use super::fair_share::{Claimant, fair_share};
use super::quota::{GroupStanding, ladder_for, standings};
use super::receive::{in_range, known};
use super::state::{Quota, Stock, StockEvent};
use crate::books::{Books, Key, Stop};
use crate::context::Context;
use crate::ids::*;
use crate::master::{ChannelGroup, Company};
use crate::order::company;
use crate::refusal::Refusal;
use crate::sourcing::in_order_of_preference;

/// A change of what is kept for whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotaChange {
    /// Of which item.
    pub item: ItemId,
    /// Only here; otherwise at all nodes, the preferred first.
    pub node: Option<NodeId>,
    /// What.
    pub verb: QuotaVerb,
}

/// What is done with quotas. Units come from the pool that a group is a part of: its parent's quota, or the common pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuotaVerb {
    /// Units of the pool are kept for a group, beside what it holds already.
    Allocate {
        /// Which.
        group: Text,
        /// How many.
        quantity: Quantity,
    },
    /// Units that a group has left go back to the pool.
    Unallocate {
        /// Which.
        group: Text,
        /// How many; `None` for all, and the end of the quota.
        quantity: Option<Quantity>,
    },
    /// Units that a group has left are kept for another one.
    Reallocate {
        /// Whose they are.
        from: Text,
        /// Whose they will be.
        to: Text,
        /// How many.
        quantity: Quantity,
    },
    /// A pool is shared by the groups that are directly a part of it.
    Share {
        /// Whose quota is shared; `None` for the common pool.
        parent: Option<Text>,
        /// How many units of it; `None` for all.
        quantity: Option<Quantity>,
        /// What the groups ask for, and get at most; a group that is not named gets nothing. Empty if all take what they can get.
        requests: Vec<(Text, Quantity)>,
        /// By what they ask for, and not by their weights.
        pro_rata: bool,
    },
}

/// What a group of channels has of an item at a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupQuota {
    /// Where.
    pub node: NodeId,
    /// Whose.
    pub group: Text,
    /// Units, those included that it holds.
    pub quota: Quantity,
    /// Units that it has reserved.
    pub reserved: Quantity,
    /// Units that only it may still take.
    pub left: Quantity,
}

/// Changes what is kept of an item for whom; gives what each group that has a quota has then, by node.
///
/// Refused for an unknown item, node or group, for quantities out of range, and for more units than there are in the pool or left to a
/// group; units that supply will bring are there too. Whoever calls this serves backorders next. Source: domain §1.1.4; worked example in
/// `domain_1_1_4_a_pool_is_shared_by_the_weights_of_its_groups`.
pub fn change_quotas(books: &mut dyn Books, change: &QuotaChange, cx: &Context) -> Result<Vec<GroupQuota>, Stop> {
    let company = company(books)?;
    if books.item(&change.item)?.is_none() {
        return Err(Refusal::NotFound(Key::Item(change.item.clone())).into());
    }
    let nodes: Vec<NodeId> = match &change.node {
        Some(node) => vec![known(books, &change.item, node)?.node],
        None => in_order_of_preference(&company).into_iter().map(|place| company.nodes[place].id.clone()).collect(),
    };
    let mut keeper = Keeper { books, company: &company, item: &change.item, nodes: &nodes, cx };
    match &change.verb {
        QuotaVerb::Allocate { group, quantity } => {
            let at = keeper.place("group", group)?;
            in_range("quantity", *quantity, 1)?;
            keeper.allocate(at, *quantity)?;
        }
        QuotaVerb::Unallocate { group, quantity } => {
            let at = keeper.place("group", group)?;
            match quantity {
                Some(quantity) => {
                    in_range("quantity", *quantity, 1)?;
                    keeper.take_back(at, *quantity, keeper.parent(at))?;
                }
                None => keeper.end(at)?,
            }
        }
        QuotaVerb::Reallocate { from, to, quantity } => {
            let (from, to) = (keeper.place("from", from)?, keeper.place("to", to)?);
            in_range("quantity", *quantity, 1)?;
            if from == to {
                return Err(Refusal::invalid("to", &company.policy.channel_groups[to].code, "another group").into());
            }
            keeper.take_back(from, *quantity, Some(to))?;
        }
        QuotaVerb::Share { parent, quantity, requests, pro_rata } => {
            let parent = parent.as_ref().map(|parent| keeper.place("parent", parent)).transpose()?;
            keeper.share(parent, *quantity, requests, *pro_rata)?;
        }
    }
    quotas(books, &change.item)
}

/// What each group that has a quota has of an item, by node. Source: domain §1.1.4 (query).
pub fn quotas(books: &mut dyn Books, item: &ItemId) -> Result<Vec<GroupQuota>, Stop> {
    let company = company(books)?;
    let mut quotas = Vec::new();
    for node in &company.nodes {
        if let Some(stock) = books.stock(&StockKey::new(item, &node.id))? {
            quotas.extend(quotas_at(&stock, &node.id, &company.policy.channel_groups));
        }
    }
    Ok(quotas)
}

/// What each group that has a quota has of a stock.
pub fn quotas_at(stock: &Stock, node: &NodeId, groups: &[ChannelGroup]) -> Vec<GroupQuota> {
    let standings = standings(stock, groups).into_iter().zip(groups);
    let has_one = |group: &ChannelGroup| stock.quotas.iter().any(|quota| quota.group == group.code);
    let theirs = standings.filter(|(_, group)| has_one(group)).map(|(standing, group)| GroupQuota {
        node: node.clone(),
        group: group.code.clone(),
        quota: standing.quota,
        reserved: standing.reserved,
        left: standing.left,
    });
    theirs.collect()
}

/// What one change works on.
struct Keeper<'a> {
    books: &'a mut dyn Books,
    company: &'a Company,
    item: &'a ItemId,
    nodes: &'a [NodeId],
    cx: &'a Context,
}

impl Keeper<'_> {
    fn groups(&self) -> &[ChannelGroup] {
        &self.company.policy.channel_groups
    }

    fn place(&self, field: &str, code: &Text) -> Result<usize, Refusal> {
        let place = self.groups().iter().position(|group| group.code == *code);
        place.ok_or_else(|| Refusal::invalid(field, code, "a group of the company's policy.channel_groups"))
    }

    fn parent(&self, at: usize) -> Option<usize> {
        let parent = self.groups().get(at)?.parent.as_ref()?;
        self.groups().iter().position(|group| group.code == *parent)
    }

    fn stock(&mut self, node: &NodeId) -> Result<(StockKey, std::sync::Arc<Stock>), Stop> {
        let key = StockKey::new(self.item, node);
        let stock = self.books.stock(&key)?.unwrap_or_default();
        Ok((key, stock))
    }

    fn standing(&mut self, node: &NodeId, at: usize) -> Result<(StockKey, GroupStanding), Stop> {
        let (key, stock) = self.stock(node)?;
        Ok((key, standings(&stock, self.groups())[at]))
    }

    /// Units that can be kept for a part of a pool at a node: what the parent has left, or what nobody has a right to.
    fn pool_at(&mut self, node: &NodeId, parent: Option<usize>) -> Result<Quantity, Stop> {
        if let Some(parent) = parent {
            return Ok(self.standing(node, parent)?.1.left);
        }
        let (_, stock) = self.stock(node)?;
        let today = self.company.node(node).map_or(self.cx.now.day(), |node| node.calendar.local_day(self.cx.now));
        Ok(ladder_for(&stock, self.groups(), None, today, &self.company.policy.atp).most())
    }

    fn pool(&mut self, parent: Option<usize>) -> Result<Quantity, Stop> {
        let mut pool = Quantity::ZERO;
        for node in self.nodes {
            pool += self.pool_at(node, parent)?;
        }
        Ok(pool)
    }

    fn set(&mut self, key: &StockKey, at: usize, quantity: Quantity) {
        let group = self.groups()[at].code.clone();
        self.books.record(key, StockEvent::QuotaSet(Quota { group, quantity }));
    }

    /// Keeps more for a group, on top of what it holds and waits for.
    fn raise(&mut self, node: &NodeId, at: usize, quantity: Quantity) -> Result<(), Stop> {
        let (key, standing) = self.standing(node, at)?;
        self.set(&key, at, standing.quota.max(standing.reserved + standing.waiting) + quantity);
        Ok(())
    }

    fn lower(&mut self, node: &NodeId, at: usize, quantity: Quantity) -> Result<(), Stop> {
        let (key, standing) = self.standing(node, at)?;
        self.set(&key, at, (standing.quota - quantity).or_zero());
        Ok(())
    }

    fn allocate(&mut self, at: usize, quantity: Quantity) -> Result<(), Stop> {
        let parent = self.parent(at);
        let mut left = quantity;
        for node in self.nodes {
            let units = self.pool_at(node, parent)?.min(left);
            if units.is_positive() {
                if let Some(parent) = parent {
                    // what the group holds beyond its quota is the parent's until then
                    let standing = self.standing(node, at)?.1;
                    let overdrawn = (standing.reserved + standing.waiting - standing.quota).or_zero();
                    let overdrawn = if self.groups()[at].overflow { overdrawn } else { Quantity::ZERO };
                    self.lower(node, parent, units + overdrawn)?;
                }
                self.raise(node, at, units)?;
                left -= units;
            }
        }
        enough(quantity, left)
    }

    /// Units that a group has left go to another one, or to the common pool.
    fn take_back(&mut self, from: usize, quantity: Quantity, to: Option<usize>) -> Result<(), Stop> {
        let mut left = quantity;
        for node in self.nodes {
            let units = self.standing(node, from)?.1.left.min(left);
            if units.is_positive() {
                self.lower(node, from, units)?;
                if let Some(to) = to {
                    self.raise(node, to, units)?;
                }
                left -= units;
            }
        }
        enough(quantity, left)
    }

    /// Ends a group's quota; what is left of it goes back to the pool.
    fn end(&mut self, at: usize) -> Result<(), Stop> {
        for node in self.nodes {
            let (key, standing) = self.standing(node, at)?;
            // what the group holds of its quota is the parent's from then on, where it may draw on that
            let back = if self.groups()[at].overflow { standing.quota } else { standing.left };
            if let Some(parent) = self.parent(at).filter(|_| back.is_positive()) {
                self.raise(node, parent, back)?;
            }
            let code = self.groups()[at].code.clone();
            if self.stock(node)?.1.quotas.iter().any(|quota| quota.group == code) {
                self.set(&key, at, Quantity::ZERO);
            }
        }
        Ok(())
    }

    fn share(
        &mut self,
        parent: Option<usize>,
        quantity: Option<Quantity>,
        requests: &[(Text, Quantity)],
        pro_rata: bool,
    ) -> Result<(), Stop> {
        for (at, (group, request)) in requests.iter().enumerate() {
            let place = self.place(&format!("requests[{at}].group"), group)?;
            in_range(&format!("requests[{at}].quantity"), *request, 0)?;
            if self.parent(place) != parent || requests.iter().take(at).any(|(other, _)| other == group) {
                let wanted = "a group that is directly a part of the pool, named once";
                return Err(Refusal::invalid(format!("requests[{at}].group"), group, wanted).into());
            }
        }
        if pro_rata && requests.is_empty() {
            return Err(Refusal::invalid("requests", "none", "what each group asks for, to share by it").into());
        }
        let there = self.pool(parent)?;
        let pool = quantity.unwrap_or(there);
        if quantity.is_some() {
            in_range("quantity", pool, 1)?;
            enough(pool, (pool - there).or_zero())?;
        }
        let parts: Vec<usize> = (0..self.groups().len()).filter(|at| self.parent(*at) == parent).collect();
        let claimants: Vec<Claimant> =
            parts.iter().map(|at| claimant(&self.groups()[*at], pool, requests, pro_rata)).collect();
        for (at, units) in parts.into_iter().zip(fair_share(pool, &claimants)) {
            if units.is_positive() {
                self.allocate(at, units)?;
            }
        }
        Ok(())
    }
}

fn enough(wanted: Quantity, missing: Quantity) -> Result<(), Stop> {
    if missing.is_positive() {
        return Err(Refusal::NotEnough { wanted, available: wanted - missing }.into());
    }
    Ok(())
}

fn claimant(group: &ChannelGroup, pool: Quantity, requests: &[(Text, Quantity)], pro_rata: bool) -> Claimant {
    let asked = requests.iter().find(|(code, _)| *code == group.code).map(|(_, request)| *request);
    let request = asked.unwrap_or(if requests.is_empty() { pool } else { Quantity::ZERO });
    let weight = if pro_rata { u32::try_from(request.0).unwrap_or(u32::MAX) } else { group.weight };
    Claimant { request, weight }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::master::CompanyEvent;
    use crate::order::fixture::{Story, at, submitted};
    use crate::order::{Bucket, Channel, Submission, approve, promise, release};
    use crate::stock::{ReserveLine, ReserveRequest, reserve, serve_backorders};

    /// The shop, EDI and files, with weights 3, 2 and 1; EDI keeps to its quota.
    fn story(on_hand: i64) -> Story {
        let mut story = Story::new();
        let key = Text::const_new(Company::KEY);
        let mut company = (*story.books().company(&key).unwrap().unwrap()).clone();
        let group = |code: &str, channel, weight, overflow| ChannelGroup {
            code: code.into(),
            channels: vec![channel],
            weight,
            overflow,
            ..ChannelGroup::default()
        };
        company.policy.channel_groups =
            vec![group("A", Channel::Shop, 3, true), group("B", Channel::Edi, 2, false), group("C", Channel::File, 1, true)];
        story.books().record(&key, CompanyEvent::Set(Box::new(company)));
        story.stock("X", "WH1", on_hand);
        story
    }

    fn change(story: &mut Story, verb: QuotaVerb) -> Result<Vec<GroupQuota>, Stop> {
        let changed = change_quotas(story.books(), &QuotaChange { item: "X".into(), node: None, verb }, &at(1));
        serve_backorders(story.books(), &"X".into(), &at(1)).unwrap();
        story.check();
        changed
    }

    fn allocate(story: &mut Story, group: &str, units: i64) {
        change(story, QuotaVerb::Allocate { group: group.into(), quantity: Quantity(units) }).unwrap();
    }

    fn share(requests: &[(&str, i64)], pro_rata: bool) -> QuotaVerb {
        let requests = requests.iter().map(|(group, units)| (Text::from(*group), Quantity(*units))).collect();
        QuotaVerb::Share { parent: None, quantity: None, requests, pro_rata }
    }

    fn left(quotas: &[GroupQuota]) -> Vec<(&str, i64)> {
        quotas.iter().map(|quota| (quota.group.as_str(), quota.left.0)).collect()
    }

    fn ordered(story: &mut Story, channel: Channel, units: i64) -> OrderId {
        let lines = vec![submitted("X", &units.to_string())];
        let id = story.receive(&Submission { channel, lines, ..story.submission() }).unwrap();
        approve(story.books(), id, &at(2)).unwrap();
        promise(story.books(), id, &at(2)).unwrap();
        story.check();
        id
    }

    fn allocated(story: &mut Story, id: OrderId) -> i64 {
        story.order(id).units_in(Bucket::Allocated).0
    }

    #[test]
    fn domain_1_1_4_a_pool_is_shared_by_the_weights_of_its_groups() {
        let shared = |requests: &[(&str, i64)], pro_rata| {
            let quotas = change(&mut story(100), share(requests, pro_rata)).unwrap();
            left(&quotas).into_iter().map(|(_, units)| units).collect::<Vec<_>>()
        };
        assert_eq!(shared(&[("A", 80), ("B", 60), ("C", 20)], false), [50, 33, 17]);
        assert_eq!(shared(&[("A", 80), ("B", 60), ("C", 10)], false), [54, 36, 10]);
        assert_eq!(shared(&[("A", 80), ("B", 60), ("C", 20)], true), [50, 38, 12]);
        assert_eq!(shared(&[], false), [50, 33, 17]);
    }

    #[test]
    fn orders_take_the_quota_of_their_group_and_then_the_common_pool_if_it_overflows() {
        let mut story = story(100);
        allocate(&mut story, "A", 30);
        allocate(&mut story, "B", 40);
        // nobody's order: 30 are in the common pool
        let api = ordered(&mut story, Channel::Api, 25);
        assert_eq!(allocated(&mut story, api), 25);
        // the shop: its own 30, and what is left of the pool
        let shop = ordered(&mut story, Channel::Shop, 50);
        assert_eq!(allocated(&mut story, shop), 35);
        // EDI keeps to its own, and waits without a date for more
        let edi = ordered(&mut story, Channel::Edi, 45);
        assert_eq!(allocated(&mut story, edi), 40);
        assert_eq!(story.order(edi).lines[0].pegs[0].due, None);
    }

    #[test]
    fn supply_serves_those_who_wait_within_their_quotas_and_dates_keep_to_them() {
        let mut story = story(20);
        allocate(&mut story, "B", 20);
        story.announce("X", "WH1", 30, "2026-03-10");
        // stock is there, but not for the shop: it waits for what comes
        let shop = ordered(&mut story, Channel::Shop, 10);
        assert_eq!(story.order(shop).lines[0].pegs[0].due, Some("2026-03-10".parse().unwrap()));
        story.stock("X", "WH1", 4);
        serve_backorders(story.books(), &"X".into(), &at(3)).unwrap();
        assert_eq!(allocated(&mut story, shop), 4);
        // what is given back serves those who wait
        let quotas = change(&mut story, QuotaVerb::Unallocate { group: "B".into(), quantity: Some(Quantity(5)) }).unwrap();
        assert_eq!(left(&quotas), [("B", 15)]);
        assert_eq!(allocated(&mut story, shop), 9);
    }

    #[test]
    fn a_quota_is_used_up_by_what_ships_and_comes_back_with_what_is_cancelled() {
        let mut story = story(50);
        allocate(&mut story, "B", 20);
        let (first, second) = (ordered(&mut story, Channel::Edi, 8), ordered(&mut story, Channel::Edi, 7));
        assert_eq!(left(&quotas(story.books(), &"X".into()).unwrap()), [("B", 5)]);
        let everything = crate::order::Cancellation::default();
        crate::order::cancel(story.books(), second, &everything, &at(3)).unwrap();
        assert_eq!(left(&quotas(story.books(), &"X".into()).unwrap()), [("B", 12)]);
        release(story.books(), first, &at(3)).unwrap();
        let released = story.order(first).warehouse_orders[0];
        story.ship(released, &[(1, 8)], "S-1");
        let quota = &quotas(story.books(), &"X".into()).unwrap()[0];
        assert_eq!((quota.quota, quota.reserved, quota.left), (Quantity(12), Quantity(0), Quantity(12)));
        story.check();
    }

    #[test]
    fn units_go_from_group_to_group_as_far_as_they_are_left() {
        let mut story = story(50);
        allocate(&mut story, "A", 20);
        let move_to_b = |units| QuotaVerb::Reallocate { from: "A".into(), to: "B".into(), quantity: Quantity(units) };
        assert_eq!(left(&change(&mut story, move_to_b(15)).unwrap()), [("A", 5), ("B", 15)]);
        let refused = change(&mut story.clone(), move_to_b(6));
        assert_eq!(refused, Err(Stop::Refused(Refusal::NotEnough { wanted: Quantity(6), available: Quantity(5) })));
        let too_much = QuotaVerb::Allocate { group: "C".into(), quantity: Quantity(31) };
        assert!(matches!(change(&mut story.clone(), too_much), Err(Stop::Refused(Refusal::NotEnough { .. }))));
        let ended = change(&mut story, QuotaVerb::Unallocate { group: "A".into(), quantity: None }).unwrap();
        assert_eq!(left(&ended), [("B", 15)]);
    }

    #[test]
    fn unknown_groups_and_requests_of_other_pools_are_refused_by_their_field() {
        let mut story = story(50);
        let field = |outcome: Result<Vec<GroupQuota>, Stop>| match outcome {
            Err(Stop::Refused(Refusal::Invalid { field, .. })) => field.to_string(),
            other => panic!("{other:?}"),
        };
        let unknown = QuotaVerb::Allocate { group: "Z".into(), quantity: Quantity(1) };
        assert_eq!(field(change(&mut story, unknown)), "group");
        assert_eq!(field(change(&mut story, share(&[("A", 5), ("A", 5)], false))), "requests[1].group");
        assert_eq!(field(change(&mut story, share(&[], true))), "requests");
        let same = QuotaVerb::Reallocate { from: "A".into(), to: "A".into(), quantity: Quantity(1) };
        assert_eq!(field(change(&mut story, same)), "to");
    }

    #[test]
    fn a_reservation_without_an_order_may_name_its_group() {
        let mut story = story(20);
        allocate(&mut story, "B", 15);
        let request = |units, group: Option<&str>| ReserveRequest {
            lines: vec![ReserveLine { item: "X".into(), quantity: Quantity(units), node: None }],
            group: group.map(Into::into),
            ..ReserveRequest::default()
        };
        assert!(reserve(story.clone().books(), &request(6, None), &at(2)).is_err());
        assert!(reserve(story.books(), &request(15, Some("B")), &at(2)).is_ok());
        assert!(reserve(story.books(), &request(1, Some("B")), &at(2)).is_err());
        assert!(reserve(story.books(), &request(5, Some("Z")), &at(2)).is_err());
        assert!(reserve(story.books(), &request(5, Some("A")), &at(2)).is_ok());
    }
}
