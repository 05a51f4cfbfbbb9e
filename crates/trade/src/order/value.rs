//! What an order is worth, and what of it counts in the account's exposure (domain §1.2).

use std::collections::BTreeMap;

use units::{Amount, Currency, Day, Quantity};

use super::event::OrderEvent;
use super::find::{company, existing};
use super::state::{Line, Order};
use crate::account::AccountEvent;
use crate::books::{Books, Stop};
use crate::context::Context;
use crate::ids::*;
use crate::master::Company;

/// Net value of so many units of a line, in minor units.
pub fn units_value(line: &Line, units: Quantity, currency: Currency) -> Amount {
    // received lines and prices are bounded, so the limit is reached by a person's price change at most
    Amount::of(line.price, units, currency).unwrap_or(Amount::LIMIT)
}

/// Net value of a line's units that are or will be billed, in minor units, before header discount and freight.
pub fn line_net(line: &Line, currency: Currency) -> Amount {
    units_value(line, line.ordered() - line.never_billed(), currency)
}

/// Net value of an order's lines in minor units, cancelled and sent back units left out, before header discount and freight.
pub fn net(order: &Order) -> Amount {
    order.lines.iter().map(|line| line_net(line, order.currency)).sum()
}

/// What the customer will owe for an order in minor units before tax: lines less discount, and freight.
pub(crate) fn untaxed(order: &Order) -> Amount {
    net(order) - order.discount + order.freight
}

/// What the customer will owe for an order in minor units: lines less discount, freight and tax; never below zero.
pub fn gross(order: &Order) -> Amount {
    (untaxed(order) + order.tax).max(Amount::ZERO)
}

/// What is at stake with an order: [`gross`] in the company's currency, at today's rate. Authority and what waits for people count in that.
pub(crate) fn at_stake(company: &Company, order: &Order, cx: &Context) -> Amount {
    company.valued(gross(order), order.currency, company.calendar.local_day(cx.now))
}

/// The part of [`gross`] that is still to ship, by value, and that no deposit covers.
///
/// A deposit is consumed by value, so its part leaves with the units, and no unit of value is in two places. Source: domain §1.2, §1.6.
pub(crate) fn gross_to_ship(order: &Order) -> Amount {
    let all = Weight::of(order, |line| line.ordered() - line.never_billed());
    let to_ship = Weight::of(order, |line| line.buckets.to_ship());
    let uncovered = (gross(order) - order.deposit_gross).max(Amount::ZERO);
    uncovered - share_gone(uncovered, all, to_ship)
}

/// The part of the order's exposure that goes with units which are shipped or cancelled, by value; the last takes the rest.
///
/// `units` names each line once.
pub(crate) fn leaving(order: &Order, units: &[(LineNo, Quantity)]) -> Amount {
    let before = Weight::of(order, |line| line.buckets.to_ship());
    let mut after = before;
    for (no, quantity) in units {
        if let Some(line) = order.line(*no) {
            let to_ship = line.buckets.to_ship();
            after.value -= units_value(line, to_ship, order.currency).0;
            after.value += units_value(line, to_ship - *quantity, order.currency).0;
            after.units -= quantity.0;
        }
    }
    share_gone(order.exposed, before, after)
}

/// What amounts are shared by: value, or units where everything is free of charge.
#[derive(Debug, Clone, Copy)]
struct Weight {
    value: i64,
    units: i64,
}

impl Weight {
    fn of(order: &Order, quantity: impl Fn(&Line) -> Quantity) -> Self {
        let mut weight = Self { value: 0, units: 0 };
        for line in &order.lines {
            let quantity = quantity(line);
            weight.units = weight.units.saturating_add(quantity.0);
            weight.value = weight.value.saturating_add(units_value(line, quantity, order.currency).0);
        }
        weight
    }
}

/// What of `total` goes when `before` shrinks to `after`: everything with the last unit.
fn share_gone(total: Amount, before: Weight, after: Weight) -> Amount {
    let (before, after) = match (before.value > 0, after.units > 0) {
        (_, false) => return total,
        (true, true) => (before.value, after.value.clamp(0, before.value)),
        (false, true) => (before.units.max(1), after.units.clamp(0, before.units.max(1))),
    };
    let stays = i128::from(total.0) * i128::from(after) / i128::from(before);
    // what stays is at most the total, which came from an i64
    total - Amount(stays as i64)
}

/// Takes an amount out of what counts as open orders; with `shipped` it is counted as shipped and not invoiced from now on.
pub(crate) fn leave_exposure(books: &mut dyn Books, order: OrderId, account: &AccountId, amount: Amount, shipped: bool) {
    if amount.is_zero() {
        return;
    }
    books.record(&order, OrderEvent::ExposureMoved { amount });
    books.record(account, AccountEvent::OpenOrdersChanged { by: -amount });
    if shipped {
        books.record(account, AccountEvent::ShippedChanged { by: amount });
    }
}

/// Brings the exposure of an approved order up to date after quantities, prices or tax changed; nothing for one that is not approved.
pub(crate) fn revalue_approved(books: &mut dyn Books, id: OrderId) -> Result<(), Stop> {
    let order = existing(books, id)?;
    if order.approved_at.is_none() || !order.revalue {
        return Ok(());
    }
    expose(books, &order);
    note_backorders(books, id)
}

/// Notes with the account what of an order waits for supply until which day; nothing unless the company has a credit horizon. Units that
/// nobody can promise count against the limit. Source: domain §1.2 (backorders beyond the credit horizon).
pub(super) fn note_backorders(books: &mut dyn Books, id: OrderId) -> Result<(), Stop> {
    if company(books)?.policy.credit.horizon_days.is_none() {
        return Ok(());
    }
    let order = existing(books, id)?;
    let values = backordered(&order);
    let known = books.account(&order.account)?;
    let known = known.iter().flat_map(|account| &account.ledger.backorders).find(|(known, _)| *known == id);
    if known.map_or(&[][..], |(_, known)| known) != values {
        books.record(&order.account, AccountEvent::BackordersSet { order: id, values });
    }
    Ok(())
}

/// What of the uncovered value of an approved order waits for supply, by day.
fn backordered(order: &Order) -> Vec<(Day, Amount)> {
    let all = Weight::of(order, |line| line.ordered() - line.never_billed()).value;
    let uncovered = (gross(order) - order.deposit_gross).max(Amount::ZERO);
    if order.approved_at.is_none() || all <= 0 {
        return Vec::new();
    }
    let mut values = BTreeMap::<Day, i64>::new();
    for line in &order.lines {
        for peg in &line.pegs {
            let value = i128::from(units_value(line, peg.quantity, order.currency).0);
            // a part of the uncovered value, which came from an i64
            let share = (i128::from(uncovered.0) * value / i128::from(all)) as i64;
            if let Some(due) = peg.due.filter(|_| share > 0) {
                *values.entry(due).or_default() += share;
            }
        }
    }
    values.into_iter().map(|(day, value)| (day, Amount(value))).collect()
}

/// Counts an approved order in its account's exposure by what of it is to ship now.
pub(crate) fn expose(books: &mut dyn Books, order: &Order) {
    let by = gross_to_ship(order) - order.exposed;
    if !by.is_zero() {
        books.record(&order.id, OrderEvent::Revalued { by });
        books.record(&order.account, AccountEvent::OpenOrdersChanged { by });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::Buckets;

    fn order(prices: &[(&str, i64)]) -> Order {
        let lines = prices.iter().zip(1..).map(|((price, units), no)| Line {
            no: LineNo(no),
            price: price.parse().unwrap(),
            buckets: Buckets::ordered_now(Quantity(*units)),
            ..Line::default()
        });
        Order { lines: lines.collect(), currency: Currency::EUR, ..Order::default() }
    }

    #[test]
    fn gross_is_lines_less_discount_and_freight_and_tax() {
        let mut order = order(&[("100.00", 10), ("40.00", 5)]);
        (order.discount, order.freight, order.tax) = (Amount(6_000), Amount(6_000), Amount(12_000));
        assert_eq!((net(&order), gross(&order)), (Amount(120_000), Amount(132_000)));
        order.lines[1].buckets.cancelled = Quantity(5);
        order.lines[1].buckets.open = Quantity(0);
        assert_eq!(net(&order), Amount(100_000));
    }

    #[test]
    fn exposure_leaves_by_value_and_the_last_unit_takes_the_rest() {
        let mut order = order(&[("1.00", 3)]);
        order.exposed = Amount(1_000);
        let mut left = Vec::new();
        for _ in 0..3 {
            let amount = leaving(&order, &[(LineNo(1), Quantity(1))]);
            order.exposed -= amount;
            order.lines[0].buckets.open -= Quantity(1);
            order.lines[0].buckets.shipped += Quantity(1);
            left.push(amount.0);
        }
        assert_eq!(left, [334, 333, 333]);
        assert_eq!(order.exposed, Amount(0));
    }

    #[test]
    fn a_free_order_shares_its_freight_by_units() {
        let mut order = order(&[("0", 4)]);
        order.exposed = Amount(100);
        assert_eq!(leaving(&order, &[(LineNo(1), Quantity(1))]), Amount(25));
    }
}
