//! What must hold after every step.

use std::collections::BTreeMap;

use proptest::prelude::*;
use trade::cash::PaymentStatus;
use trade::fulfilment::InterceptStatus;
use trade::order::Order;
use trade::{AccountId, Aggregate, Key, LineNo, OrderId, StockKey, reconcile};

use crate::world::World;

impl World {
    fn order_of(&self, id: OrderId) -> Option<&Order> {
        self.books.iter().find_map(|(key, aggregate)| match aggregate {
            Aggregate::Order(order) if *key == Key::Order(id) => Some(&**order),
            _ => None,
        })
    }

    /// Everything that must hold now.
    pub(crate) fn check(&self) -> Result<(), TestCaseError> {
        let report = reconcile::check(self.books.iter(), None);
        prop_assert!(report.breaks.is_empty(), "{:#?}", report.breaks);
        let mut invoiced = BTreeMap::<AccountId, i64>::new();
        let mut settled = BTreeMap::<AccountId, i64>::new();
        let mut shipped = BTreeMap::<StockKey, i64>::new();
        let mut unbilled = BTreeMap::<AccountId, i64>::new();
        let mut sent_back = BTreeMap::<(OrderId, LineNo), i64>::new();
        for (_, aggregate) in self.books.iter() {
            match aggregate {
                Aggregate::Invoice(invoice) => {
                    let sign = if invoice.kind.is_credit() { -1 } else { 1 };
                    *invoiced.entry(invoice.account.clone()).or_default() += sign * invoice.gross.0;
                    prop_assert!(!invoice.gross.is_negative(), "{} is {:?}", invoice.id, invoice.gross);
                }
                Aggregate::Payment(payment) => {
                    let Some(account) = payment.account.clone() else {
                        prop_assert!(payment.allocations.is_empty());
                        continue;
                    };
                    let allowed = payment.allocations.iter().map(|share| share.amount + share.discount + share.written_off);
                    *settled.entry(account).or_default() += allowed.map(|amount| amount.0).sum::<i64>();
                    let is_open = payment.status != PaymentStatus::Reversed && payment.amount.is_positive();
                    let is_within = payment.applied() + payment.on_account <= payment.amount;
                    prop_assert!(!is_open || is_within, "{} is over-applied", payment.id);
                    let is_applied = payment.status == PaymentStatus::Applied;
                    prop_assert!(!is_applied || payment.unallocated().is_zero(), "{} is not applied", payment.id);
                }
                Aggregate::Stock(stock) => prop_assert!(!stock.on_hand.is_negative(), "{stock:?}"),
                Aggregate::Shipment(shipment) => {
                    let is_back = shipment.intercept.as_ref().is_some_and(|of| of.status == InterceptStatus::CameBack);
                    prop_assert!(!shipment.is_intercepted() || shipment.invoices.is_empty(), "{} is billed", shipment.id);
                    if shipment.invoices.is_empty()
                        && let Some(order) = self.order_of(shipment.order)
                    {
                        *unbilled.entry(order.account.clone()).or_default() += shipment.exposed.0;
                    }
                    for line in shipment.lines.iter().filter(|_| is_back) {
                        *sent_back.entry((shipment.order, line.line)).or_default() += line.quantity.0;
                    }
                    for line in &shipment.lines {
                        *shipped.entry(StockKey::new(&line.item, &shipment.node)).or_default() += line.quantity.0;
                    }
                }
                _ => {}
            }
        }
        for (key, aggregate) in self.books.iter() {
            match (key, aggregate) {
                (Key::Account(id), Aggregate::Account(account)) => {
                    let due = invoiced.get(id).copied().unwrap_or_default() - settled.get(id).copied().unwrap_or_default();
                    prop_assert_eq!(account.ledger.receivable().0, due, "receivables of {}", id);
                    let exposed = unbilled.get(id).copied().unwrap_or_default();
                    prop_assert_eq!(account.ledger.shipped_not_invoiced.0, exposed, "shipped and not invoiced by {}", id);
                }
                (Key::Order(id), Aggregate::Order(order)) => {
                    for line in &order.lines {
                        let back = sent_back.get(&(*id, line.no)).copied().unwrap_or_default();
                        prop_assert_eq!(line.sent_back.0, back, "sent back of {} line {}", id, line.no.0);
                    }
                }
                (Key::Stock(id), Aggregate::Stock(stock)) => {
                    let left = shipped.get(id).copied().unwrap_or_default();
                    prop_assert_eq!(stock.on_hand.0 + left, stock.received.0, "units of {}", id);
                }
                _ => {}
            }
        }
        Ok(())
    }
}
