//! Open items: how what is paid, credited and taken back falls on the orders that a document is for.

use std::collections::BTreeMap;

use units::Amount;

use super::aging::watch_due;
use super::state::{AccountEvent, OpenItem};
use crate::books::{Books, Stop};
use crate::ids::{AccountId, OrderId};
use crate::order::OrderEvent;

impl OpenItem {
    /// Whether it bills that order, among others or alone.
    pub fn is_of(&self, order: OrderId) -> bool {
        self.owed_by(order).is_some()
    }

    /// What of it is open for that order; `None` if it does not bill it.
    pub fn owed_by(&self, order: OrderId) -> Option<Amount> {
        if self.shares.is_empty() {
            return (self.order == order).then_some(self.open);
        }
        self.shares.iter().find(|share| share.order == order).map(|share| share.open)
    }

    /// What is open by order.
    pub fn by_order(&self) -> Vec<(OrderId, Amount)> {
        if self.shares.is_empty() {
            return vec![(self.order, self.open)];
        }
        self.shares.iter().map(|share| (share.order, share.open)).collect()
    }

    /// How a change of what is open falls on its orders: what settles is for the order `of` first, and then for the others from the first
    /// on; what is opened again is so from the last on. Nothing for a document of one order.
    fn divided(&self, by: Amount, of: Option<OrderId>) -> Vec<(OrderId, Amount)> {
        let sign = if self.amount.is_negative() { -1 } else { 1 };
        let settles = by.0 * sign > 0;
        let mut left = by.0.abs();
        let mut shares: Vec<_> = self.shares.iter().collect();
        if !settles {
            shares.reverse();
        }
        shares.sort_by_key(|share| Some(share.order) != of);
        let mut parts = Vec::new();
        for share in shares {
            let (open, amount) = (share.open.0 * sign, share.amount.0 * sign);
            let room = if settles { open } else { amount - open };
            let part = left.min(room.max(0));
            left -= part;
            if part > 0 {
                parts.push((share.order, Amount(part * by.0.signum())));
            }
        }
        parts
    }

    /// How what was settled falls on its orders when it is open again: on those that it was settled of, and what nobody noted that of
    /// from the last order on. Nothing for a document of one order.
    fn taken_back(&self, settled: Amount, of: &[(OrderId, Amount)]) -> Vec<(OrderId, Amount)> {
        let mut item = self.clone();
        let mut parts = Vec::new();
        let mut left = settled;
        for (order, part) in of {
            let Some(share) = item.shares.iter_mut().find(|share| share.order == *order) else { continue };
            let room = share.amount - share.open;
            let part = if part.is_negative() { (*part).max(room).max(left) } else { (*part).min(room).min(left) };
            share.open += part;
            left -= part;
            parts.push((*order, -part));
        }
        parts.extend(item.divided(-left, None));
        parts
    }

    /// An item that was settled, open again by so much, of the orders that this was settled of.
    fn reopened(self, by: Amount, of: &[(OrderId, Amount)]) -> Self {
        let settled = self.shares.iter().map(|share| super::ItemShare { open: Amount::ZERO, ..share.clone() }).collect();
        let mut item = Self { open: by, shares: settled, ..self };
        let mut closed = item.clone();
        closed.open = Amount::ZERO;
        for (order, part) in closed.taken_back(by, of) {
            for share in item.shares.iter_mut().filter(|share| share.order == order) {
                share.open -= part;
            }
        }
        item
    }
}

/// Settles an item by so much. Gives what that is of each of its orders. What is settled of
/// the order `of` is so before the others.
pub(crate) fn settle(
    books: &mut dyn Books,
    account: &AccountId,
    item: &OpenItem,
    by: Amount,
    of: Option<OrderId>,
) -> Vec<(OrderId, Amount)> {
    let shares = item.divided(by, of);
    let parts = if item.shares.is_empty() { vec![(item.order, by)] } else { shares.clone() };
    books.record(account, AccountEvent::ItemReduced { invoice: item.invoice, by, shares });
    parts
}

/// Opens an item that is open in part by so much more, of the orders that this was settled of. Gives what that is of each of its orders,
/// as [`settle`] does: below zero.
pub(crate) fn take_back(
    books: &mut dyn Books,
    account: &AccountId,
    item: &OpenItem,
    by: Amount,
    of: &[(OrderId, Amount)],
) -> Vec<(OrderId, Amount)> {
    let shares = item.taken_back(by, of);
    let parts = if item.shares.is_empty() { vec![(item.order, -by)] } else { shares.clone() };
    books.record(account, AccountEvent::ItemReduced { invoice: item.invoice, by: -by, shares });
    parts
}

/// Opens an item again that is settled, by so much, of the orders that this was settled of. Gives what that is of each of its orders, as
/// [`settle`] does: below zero.
pub(crate) fn reopen(
    books: &mut dyn Books,
    account: &AccountId,
    settled: OpenItem,
    by: Amount,
    of: &[(OrderId, Amount)],
) -> Result<Vec<(OrderId, Amount)>, Stop> {
    let item = settled.reopened(by, of);
    let parts = item.by_order().into_iter().map(|(order, open)| (order, -open)).collect();
    books.record(account, AccountEvent::ItemReopened(item.clone()));
    watch_due(books, account, &item)?;
    Ok(parts)
}

/// Notes on orders what was settled of what they owe.
pub(crate) fn settled(books: &mut dyn Books, parts: impl IntoIterator<Item = (OrderId, Amount)>) {
    let mut by_order: BTreeMap<OrderId, Amount> = BTreeMap::new();
    for (order, by) in parts {
        *by_order.entry(order).or_default() += by;
    }
    for (order, by) in by_order.into_iter().filter(|(_, by)| !by.is_zero()) {
        books.record(&order, OrderEvent::ReceivableChanged { by: -by });
    }
}

#[cfg(test)]
mod tests {
    use super::super::ItemShare;
    use super::*;

    fn item(amounts: &[i64], open: &[i64]) -> OpenItem {
        let share = |(at, (amount, open)): (usize, (&i64, &i64))| ItemShare {
            order: OrderId(1 + at as u64),
            amount: Amount(*amount),
            open: Amount(*open),
            ..ItemShare::default()
        };
        OpenItem {
            amount: Amount(amounts.iter().sum()),
            open: Amount(open.iter().sum()),
            shares: amounts.iter().zip(open).enumerate().map(share).collect(),
            ..OpenItem::default()
        }
    }

    fn divided(item: &OpenItem, by: i64, of: Option<u64>) -> Vec<(u64, i64)> {
        item.divided(Amount(by), of.map(OrderId)).into_iter().map(|(order, by)| (order.0, by.0)).collect()
    }

    #[test]
    fn money_settles_the_first_orders_first_and_what_comes_back_opens_the_last() {
        let open = item(&[100, 50, 30], &[100, 50, 30]);
        assert_eq!(divided(&open, 120, None), [(1, 100), (2, 20)]);
        let partly = item(&[100, 50, 30], &[0, 30, 30]);
        assert_eq!(divided(&partly, -40, None), [(2, -20), (1, -20)]);
    }

    #[test]
    fn a_credit_of_one_order_settles_that_order_first() {
        let open = item(&[100, 50, 30], &[100, 50, 30]);
        assert_eq!(divided(&open, 40, Some(2)), [(2, 40)]);
        assert_eq!(divided(&open, 60, Some(2)), [(2, 50), (1, 10)]);
    }

    #[test]
    fn a_credit_note_of_several_orders_is_used_up_likewise() {
        let note = item(&[-100, -50], &[-100, -50]);
        assert_eq!(divided(&note, -120, None), [(1, -100), (2, -20)]);
        assert_eq!(divided(&item(&[-100, -50], &[0, -30]), 70, None), [(2, 20), (1, 50)]);
    }

    #[test]
    fn an_item_that_is_open_again_says_for_which_orders() {
        let again = item(&[100, 50, 30], &[0, 0, 0]).reopened(Amount(60), &[]);
        assert_eq!(
            (again.open, again.by_order()),
            (Amount(60), vec![(OrderId(1), Amount(0)), (OrderId(2), Amount(30)), (OrderId(3), Amount(30))])
        );
    }

    #[test]
    fn what_is_taken_back_opens_the_orders_that_it_was_settled_of() {
        let back = |item: &OpenItem, by: i64, of: &[(u64, i64)]| -> Vec<(u64, i64)> {
            let of: Vec<_> = of.iter().map(|(order, part)| (OrderId(*order), Amount(*part))).collect();
            item.taken_back(Amount(by), &of).into_iter().map(|(order, by)| (order.0, by.0)).collect()
        };
        // the first payment settled the first order, the second one the others
        let settled = item(&[100, 50, 30], &[0, 0, 0]);
        assert_eq!(back(&settled, 100, &[(1, 100)]), [(1, -100)]);
        // of what was allowed later nobody noted the order
        assert_eq!(back(&settled, 110, &[(1, 100)]), [(1, -100), (3, -10)]);
        let note = item(&[-100, -50], &[0, 0]);
        assert_eq!(back(&note, -100, &[(1, -100)]), [(1, 100)]);
        let again = settled.reopened(Amount(100), &[(OrderId(1), Amount(100))]);
        assert_eq!(again.by_order()[0], (OrderId(1), Amount(100)));
    }
}
