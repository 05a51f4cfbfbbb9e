//! What reconciliation found.

use std::collections::BTreeMap;

use serde::Serialize;
use units::{Amount, Currency, Text, Timestamp};

use crate::books::Aggregate;
use crate::cash::PaymentStatus;
use crate::context::Role;
use crate::order::Bucket;

/// Breaks, and the totals of the books.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Report {
    /// Records that disagree.
    pub breaks: Vec<Break>,
    /// What there is in all.
    pub totals: Totals,
}

/// Two records that disagree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Break {
    /// Checkpoint, cause and key: the same break has the same id in every run, so one that is missing from the next run is cleared.
    pub id: Text,
    /// The checkpoint: `R4`, or `units` and `money` for conservation.
    pub checkpoint: &'static str,
    /// What it is about.
    pub key: Text,
    /// What disagrees.
    pub what: &'static str,
    /// One side.
    pub left: Text,
    /// The other.
    pub right: Text,
    /// When the record that it is about was made: the break is at most that old. `None` where no record says so.
    pub since: Option<Timestamp>,
    /// What is at stake in minor units: the difference, units at the price of their order.
    pub value: Amount,
    /// Who looks at it.
    pub owner: Role,
    /// Why such a break comes about, as a code.
    pub cause: &'static str,
}

/// What two records are held against each other for, and whose business it is when they disagree.
#[derive(Debug, Clone, Copy)]
pub(super) struct Check {
    pub(super) checkpoint: &'static str,
    pub(super) what: &'static str,
    pub(super) cause: &'static str,
    pub(super) owner: Role,
}

/// Since when, and how much is at stake.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Stake {
    pub(super) since: Option<Timestamp>,
    pub(super) value: Amount,
}

impl Stake {
    pub(super) fn new(since: Option<Timestamp>, value: Amount) -> Self {
        Self { since, value: value.abs() }
    }
}

/// What there is in all. Amounts are minor units.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Totals {
    /// Orders.
    pub orders: u64,
    /// Their lines.
    pub lines: u64,
    /// Units ordered.
    pub units_ordered: i64,
    /// Units shipped.
    pub units_shipped: i64,
    /// Units that wait for supply.
    pub units_backordered: i64,
    /// Units that will never be shipped.
    pub units_cancelled: i64,
    /// Invoices and credit notes.
    pub invoices: u64,
    /// Money by currency: what is in one is never added to what is in another (domain §1.6).
    pub money: BTreeMap<Currency, MoneyTotals>,
}

/// The money of one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct MoneyTotals {
    /// Invoiced less credited.
    pub invoiced: Amount,
    /// Money that came in.
    pub cash_received: Amount,
    /// Of it, what is applied or on account.
    pub cash_matched: Amount,
}

impl Report {
    /// Notes a break if the two sides differ.
    pub(super) fn hold<T: std::fmt::Display + PartialEq>(
        &mut self,
        check: &Check,
        key: impl std::fmt::Display,
        left: T,
        right: T,
        stake: Stake,
    ) {
        if left == right {
            return;
        }
        let Check { checkpoint, what, cause, owner } = *check;
        let key = Text::from(key.to_string());
        self.breaks.push(Break {
            id: compact_str::format_compact!("{checkpoint}:{cause}:{key}"),
            checkpoint,
            key,
            what,
            left: Text::from(left.to_string()),
            right: Text::from(right.to_string()),
            since: stake.since,
            value: stake.value,
            owner,
            cause,
        });
    }
}

impl Totals {
    /// The money of a currency.
    pub fn money_in(&self, currency: Currency) -> MoneyTotals {
        self.money.get(&currency).copied().unwrap_or_default()
    }

    pub(super) fn count(&mut self, aggregate: &Aggregate) {
        match aggregate {
            Aggregate::Order(order) => {
                self.orders += 1;
                self.lines += order.lines.len() as u64;
                self.units_ordered += order.lines.iter().map(|line| line.ordered().0).sum::<i64>();
                self.units_shipped += order.units_in(Bucket::Shipped).0;
                self.units_backordered += order.units_in(Bucket::Backordered).0;
                self.units_cancelled += order.units_in(Bucket::Cancelled).0;
            }
            Aggregate::Invoice(invoice) => {
                self.invoices += 1;
                self.money.entry(invoice.currency).or_default().invoiced +=
                    if invoice.kind.is_credit() { -invoice.gross } else { invoice.gross };
            }
            Aggregate::Payment(payment) if payment.status != PaymentStatus::Reversed => {
                let money = self.money.entry(payment.currency).or_default();
                money.cash_received += payment.amount;
                money.cash_matched += payment.applied() + payment.on_account;
            }
            _ => {}
        }
    }
}
