//! What reconciliation found.

use serde::Serialize;
use units::{Amount, Text};

use crate::billing::DocumentKind;
use crate::books::Aggregate;
use crate::cash::PaymentStatus;
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
    /// The checkpoint: `R4`, or `units` and `money` for conservation.
    pub checkpoint: &'static str,
    /// What it is about.
    pub key: Text,
    /// What disagrees.
    pub what: Text,
    /// One side.
    pub left: Text,
    /// The other.
    pub right: Text,
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
    /// Invoiced less credited.
    pub invoiced: Amount,
    /// Money that came in.
    pub cash_received: Amount,
    /// Of it, what is applied or on account.
    pub cash_matched: Amount,
}

impl Report {
    pub(super) fn hold(
        &mut self,
        checkpoint: &'static str,
        key: impl std::fmt::Display,
        what: &str,
        left: impl std::fmt::Display + PartialEq,
        right: impl std::fmt::Display + PartialEq,
    ) {
        let (left, right) = (Text::from(left.to_string()), Text::from(right.to_string()));
        if left != right {
            self.breaks.push(Break { checkpoint, key: Text::from(key.to_string()), what: what.into(), left, right });
        }
    }
}

impl Totals {
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
                self.invoiced += if invoice.kind == DocumentKind::CreditNote { -invoice.gross } else { invoice.gross };
            }
            Aggregate::Payment(payment) if payment.status != PaymentStatus::Reversed => {
                self.cash_received += payment.amount;
                self.cash_matched += payment.applied() + payment.on_account;
            }
            _ => {}
        }
    }
}
