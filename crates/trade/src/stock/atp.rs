//! Time-phased availability: what a stock can promise, and from which day on (domain §1.1.2).

use serde::{Deserialize, Serialize};
use units::{Day, Quantity};

use super::state::Stock;

/// How long late supply and late demand still count (domain §1.1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AtpPolicy {
    /// Supply that is later than this many days is no longer counted on.
    pub past_due_supply_days: u16,
    /// Demand that has been due for longer than this many days no longer keeps stock from others.
    pub past_due_demand_days: u16,
    /// No stock is held for orders that have to leave later than this many days from now: they are demand of that day until then
    /// (domain §1.1.5).
    pub reservation_fence_days: u16,
}

impl Default for AtpPolicy {
    fn default() -> Self {
        Self { past_due_supply_days: 7, past_due_demand_days: 7, reservation_fence_days: 14 }
    }
}

/// Units of the item that can be promised on `day`, in its base unit; never negative.
///
/// Looks ahead, so that a later commitment is not robbed. Late supply counts as arriving today, late demand as due today, both
/// within the policy's days. Source: domain §1.1.2; worked example in `domain_1_1_2_atp_protects_later_commitments`.
pub fn available_to_promise(stock: &Stock, day: Day, today: Day, policy: &AtpPolicy) -> Quantity {
    Ladder::of(stock, today, policy).promisable(day)
}

/// The balance `A(t)` of a stock as a staircase, to be promised from step by step within one decision.
#[derive(Debug, Clone)]
pub(crate) struct Ladder {
    /// From which day on the balance is what; ascending, the first is today.
    steps: Vec<(Day, i64)>,
    /// There, unblocked, promised to nobody and above the safety stock; below zero when too much is promised.
    free: i64,
}

impl Ladder {
    /// The balance with all demand.
    pub(crate) fn of(stock: &Stock, today: Day, policy: &AtpPolicy) -> Self {
        let mut ladder = Self::without_demand(stock, today, policy);
        for demand in &stock.demand {
            let Some(due) = demand.due else { continue };
            if today.days_since(due) <= i32::from(policy.past_due_demand_days) {
                ladder.change(due.max(today), -demand.quantity.0);
            }
        }
        ladder
    }

    /// The balance as if nobody waited.
    pub(crate) fn without_demand(stock: &Stock, today: Day, policy: &AtpPolicy) -> Self {
        let free = (stock.available_to_fulfil() - stock.safety).0;
        let mut ladder = Self { steps: vec![(today, free)], free };
        for inbound in &stock.inbound {
            if today.days_since(inbound.eta) <= i32::from(policy.past_due_supply_days) {
                ladder.change(inbound.eta.max(today), inbound.quantity.0);
            }
        }
        ladder
    }

    /// Changes the balance from `day` on, which is not before today.
    fn change(&mut self, day: Day, by: i64) {
        let at = self.steps.partition_point(|(from, _)| *from < day);
        if self.steps.get(at).is_none_or(|(from, _)| *from != day) {
            let before = at.checked_sub(1).map_or(0, |before| self.steps[before].1);
            self.steps.insert(at, (day, before));
        }
        for (_, balance) in &mut self.steps[at..] {
            *balance = balance.saturating_add(by);
        }
    }

    /// `A(t)`: the balance on a day.
    #[cfg(test)]
    pub(crate) fn balance(&self, day: Day) -> Quantity {
        let at = self.steps.partition_point(|(from, _)| *from <= day);
        Quantity(self.steps[at.saturating_sub(1)].1)
    }

    /// `ATP(t)`: the lowest balance from that day on, never below zero.
    pub(crate) fn promisable(&self, day: Day) -> Quantity {
        let at = self.steps.partition_point(|(from, _)| *from <= day).saturating_sub(1);
        Quantity(self.steps[at..].iter().map(|(_, balance)| *balance).min().unwrap_or(0)).or_zero()
    }

    /// From which day on how much can be promised, up to a day that is not before today.
    pub(super) fn promisable_until(&self, until: Day) -> Vec<(Day, Quantity)> {
        self.days().filter(|day| *day <= until).map(|day| (day, self.promisable(day))).collect()
    }

    /// The balance as somebody sees it of whom `own` units are, if there are that many, and others `others`; without `may_overflow` no
    /// more than those.
    pub(super) fn shared(mut self, own: Quantity, others: Quantity, may_overflow: bool) -> Self {
        let share = |balance: i64| {
            let seen = balance.min(own.0).max(balance.saturating_sub(others.0));
            if may_overflow { seen } else { seen.min(own.0) }
        };
        self.free = share(self.free);
        for (_, balance) in &mut self.steps {
            *balance = share(*balance);
        }
        self
    }

    /// What can be reserved at once: promisable today, and physically there.
    pub(crate) fn reservable(&self) -> Quantity {
        self.promisable(self.steps[0].0).min(Quantity(self.free)).or_zero()
    }

    /// The first day on which that many units can be promised.
    pub(crate) fn earliest(&self, quantity: Quantity) -> Option<Day> {
        let mut earliest = None;
        // backwards, the lowest balance so far is the promisable quantity, which never grows towards today
        for (day, balance) in self.steps.iter().rev() {
            if *balance < quantity.0 {
                break;
            }
            earliest = Some(*day);
        }
        earliest
    }

    /// The most that can be promised for any day.
    pub(crate) fn most(&self) -> Quantity {
        Quantity(self.steps.last().map_or(0, |(_, balance)| *balance)).or_zero()
    }

    /// Takes units out of what is there.
    pub(crate) fn reserve(&mut self, quantity: Quantity) {
        self.free = self.free.saturating_sub(quantity.0);
        let today = self.steps[0].0;
        self.change(today, -quantity.0);
    }

    /// Commits units from a day on.
    pub(crate) fn commit(&mut self, day: Day, quantity: Quantity) {
        let today = self.steps[0].0;
        self.change(day.max(today), -quantity.0);
    }

    /// The days on which the balance changes, today first.
    pub(crate) fn days(&self) -> impl Iterator<Item = Day> + '_ {
        self.steps.iter().map(|(day, _)| *day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::*;
    use crate::stock::{Claim, ClaimKind, Demand, Inbound};
    use units::Timestamp;

    fn claim(number: u64, quantity: i64, kind: ClaimKind) -> Claim {
        Claim {
            reservation: ReservationId(number),
            line: None,
            quantity: Quantity(quantity),
            kind,
            priority: 5,
            promise: None,
            at: Timestamp(0),
            expires: None,
            group: None,
            order: None,
            owner: None,
        }
    }

    fn inbound(document: &str, quantity: i64, eta: i32) -> Inbound {
        Inbound { document: document.into(), quantity: Quantity(quantity), eta: Day(eta) }
    }

    fn demand(order: u64, quantity: i64, due: i32) -> Demand {
        Demand {
            line: (OrderId(order), LineNo(1)),
            quantity: Quantity(quantity),
            due: Some(Day(due)),
            priority: 5,
            since: Timestamp(0),
            group: None,
        }
    }

    fn example() -> Stock {
        Stock {
            on_hand: Quantity(100),
            unavailable: Quantity(5),
            safety: Quantity(10),
            claims: vec![claim(1, 20, ClaimKind::Hard), claim(2, 15, ClaimKind::Soft)],
            inbound: vec![inbound("PO-1", 60, 10), inbound("PO-2", 40, 20)],
            demand: vec![demand(9, 80, 12)],
            ..Stock::default()
        }
    }

    #[test]
    fn domain_1_1_2_atp_protects_later_commitments() {
        let (stock, policy) = (example(), AtpPolicy::default());
        let mut ladder = Ladder::of(&stock, Day(0), &policy);
        let balances: Vec<i64> = [0, 10, 12, 20].map(|day| ladder.balance(Day(day)).0).to_vec();
        assert_eq!(balances, [50, 110, 30, 70]);
        let promisable = [0, 10, 12, 20].map(|day| available_to_promise(&stock, Day(day), Day(0), &policy).0);
        assert_eq!(promisable, [30, 30, 30, 70]);

        // a request for 50 is promised 30 now and 20 on d20
        assert_eq!(ladder.reservable(), Quantity(30));
        ladder.reserve(Quantity(30));
        assert_eq!(ladder.balance(Day(20)), Quantity(40));
        assert_eq!(ladder.earliest(Quantity(20)), Some(Day(20)));
    }

    #[test]
    fn late_supply_counts_for_some_days_only_and_is_not_there() {
        let stock = Stock { inbound: vec![inbound("PO-1", 10, 0)], ..Stock::default() };
        let policy = AtpPolicy::default();
        let ladder = Ladder::of(&stock, Day(7), &policy);
        assert_eq!(ladder.promisable(Day(7)), Quantity(10));
        assert_eq!(ladder.reservable(), Quantity(0));
        assert_eq!(available_to_promise(&stock, Day(8), Day(8), &policy), Quantity(0));
    }

    #[test]
    fn demand_that_is_overdue_for_too_long_frees_its_stock() {
        let stock = Stock { on_hand: Quantity(10), demand: vec![demand(1, 10, 0)], ..Stock::default() };
        let policy = AtpPolicy::default();
        assert_eq!(available_to_promise(&stock, Day(7), Day(7), &policy), Quantity(0));
        assert_eq!(available_to_promise(&stock, Day(8), Day(8), &policy), Quantity(10));
    }

    #[test]
    fn safety_stock_is_never_promised() {
        let stock = Stock { on_hand: Quantity(10), safety: Quantity(15), ..Stock::default() };
        assert_eq!(available_to_promise(&stock, Day(0), Day(0), &AtpPolicy::default()), Quantity(0));
        assert_eq!(Ladder::of(&stock, Day(0), &AtpPolicy::default()).most(), Quantity(0));
    }
}
