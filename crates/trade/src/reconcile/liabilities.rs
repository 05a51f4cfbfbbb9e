//! What is owed one way or the other without an invoice: goods that have left and are not billed, deposits, and money on account.

use std::collections::BTreeMap;

use units::{Amount, Timestamp};

use super::report::{Check, Report, Stake};
use crate::billing::{DocumentKind, Invoice};
use crate::books::{Aggregate, Key};
use crate::cash::{Payment, PaymentStatus};
use crate::context::Role;
use crate::fulfilment::Shipment;
use crate::ids::*;

const ACCRUED: Check = Check {
    checkpoint: "R9",
    what: "shipped and not invoiced by the ledger, by shipments",
    cause: "accrual-differs",
    owner: Role::Receivables,
};
const ON_ACCOUNT: Check = Check {
    checkpoint: "R10",
    what: "on account by the ledger, by payments",
    cause: "on-account-differs",
    owner: Role::Receivables,
};
const ASKED: Check = Check {
    checkpoint: "R10",
    what: "deposits asked for by the order, by documents",
    cause: "deposit-differs",
    owner: Role::Receivables,
};
const CONSUMED: Check = Check {
    checkpoint: "R10",
    what: "deposits consumed by the order, by invoices",
    cause: "deposit-consumed-differs",
    owner: Role::Receivables,
};

/// Two sides of one amount.
type Sides = (i64, i64);

/// Liabilities by whom and what they are for.
#[derive(Debug, Default)]
pub(super) struct Liabilities {
    /// R9: account → shipped and not invoiced by its ledger, and by shipments.
    shipped: BTreeMap<AccountId, Sides>,
    /// What shipments wait to be billed for, by order.
    unbilled: Vec<(OrderId, Amount)>,
    /// R10: account → on account by its ledger, and by payments.
    on_account: BTreeMap<AccountId, Sides>,
    /// R10: order → deposits asked for by the order, and by documents.
    asked: BTreeMap<OrderId, Sides>,
    /// R10: order → deposits consumed by the order, and by invoices.
    consumed: BTreeMap<OrderId, Sides>,
    /// Documents that ask for a deposit.
    deposits: BTreeMap<InvoiceId, OrderId>,
    /// What was credited, by the document that it corrects.
    credited: Vec<(InvoiceId, Amount)>,
    orders: BTreeMap<OrderId, (AccountId, Timestamp)>,
}

impl Liabilities {
    pub(super) fn take(&mut self, key: &Key, aggregate: &Aggregate) {
        match (key, aggregate) {
            (Key::Account(id), Aggregate::Account(account)) => {
                self.shipped.entry(id.clone()).or_default().0 += account.ledger.shipped_not_invoiced.0;
                self.on_account.entry(id.clone()).or_default().0 += account.ledger.unapplied.0;
            }
            (Key::Order(id), Aggregate::Order(order)) => {
                self.asked.entry(*id).or_default().0 += order.deposit_invoiced.0;
                self.consumed.entry(*id).or_default().0 += order.deposit_consumed.0;
                self.orders.insert(*id, (order.account.clone(), order.received_at));
            }
            (_, Aggregate::Shipment(shipment)) => self.shipment(shipment),
            (_, Aggregate::Invoice(invoice)) => self.invoice(invoice),
            (_, Aggregate::Payment(payment)) => self.payment(payment),
            _ => {}
        }
    }

    fn shipment(&mut self, shipment: &Shipment) {
        if shipment.lines.iter().any(|line| line.invoiced < line.quantity) {
            self.unbilled.push((shipment.order, shipment.exposed));
        }
    }

    fn invoice(&mut self, invoice: &Invoice) {
        match invoice.kind {
            DocumentKind::Deposit => {
                self.asked.entry(invoice.order).or_default().1 += invoice.net.0;
                self.deposits.insert(invoice.id, invoice.order);
            }
            DocumentKind::Invoice => {
                for part in invoice.parts() {
                    self.consumed.entry(part.order).or_default().1 += part.deposit.0;
                }
            }
            DocumentKind::CreditNote => self.credited.extend(invoice.corrects.map(|corrected| (corrected, invoice.net))),
            DocumentKind::Goodwill => {}
        }
    }

    fn payment(&mut self, payment: &Payment) {
        if let Some(account) = payment.account.as_ref().filter(|_| payment.status != PaymentStatus::Reversed) {
            self.on_account.entry(account.clone()).or_default().1 += payment.on_account.0;
        }
    }

    pub(super) fn finish(mut self, report: &mut Report) {
        for (order, exposed) in &self.unbilled {
            if let Some((account, _)) = self.orders.get(order) {
                self.shipped.entry(account.clone()).or_default().1 += exposed.0;
            }
        }
        for (corrected, net) in &self.credited {
            if let Some(order) = self.deposits.get(corrected) {
                self.asked.entry(*order).or_default().1 -= net.0;
            }
        }
        let apart = |(left, right): Sides| Stake::new(None, Amount(left.saturating_sub(right)));
        for (check, sides) in [(&ACCRUED, self.shipped), (&ON_ACCOUNT, self.on_account)] {
            for (account, sides) in sides {
                report.hold(check, account, sides.0, sides.1, apart(sides));
            }
        }
        for (check, sides) in [(&ASKED, self.asked), (&CONSUMED, self.consumed)] {
            for (order, sides) in sides {
                let since = self.orders.get(&order).map(|(_, received)| *received);
                report.hold(check, order, sides.0, sides.1, Stake { since, ..apart(sides) });
            }
        }
    }
}
