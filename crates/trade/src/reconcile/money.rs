//! Money: billed, owed, received, matched.

use std::collections::BTreeMap;

use units::{Amount, Text};

use super::report::Report;
use crate::account;
use crate::billing::{DocumentKind, Invoice};
use crate::books::{Aggregate, Key};
use crate::cash::PaymentStatus;
use crate::ids::*;

/// Amounts by what they are counted for, on both sides.
#[derive(Debug, Default)]
pub(super) struct Money {
    /// R6: account → invoiced by its ledger, and by the documents.
    invoiced: BTreeMap<AccountId, (i64, i64)>,
    /// R7: account → received by its ledger, and by payments.
    received: BTreeMap<AccountId, (i64, i64)>,
    /// R7: our bank account → movements by statements, and by payments.
    moved: BTreeMap<Text, (i64, i64)>,
    /// Order → receivable by the order, and open items of it.
    owed: BTreeMap<OrderId, (i64, i64)>,
    /// Account → open orders by its ledger, and exposure of its orders.
    exposed: BTreeMap<AccountId, (i64, i64)>,
    /// R5: line of an order → price there, and prices billed.
    prices: BTreeMap<(OrderId, LineNo), units::Decimal>,
    billed: Vec<(InvoiceId, OrderId, LineNo, units::Decimal)>,
    /// Series → last number, and documents.
    series: BTreeMap<Text, (u64, u64)>,
}

impl Money {
    pub(super) fn take(&mut self, key: &Key, aggregate: &Aggregate, report: &mut Report) {
        match (key, aggregate) {
            (Key::Account(id), Aggregate::Account(state)) => {
                if let Err(what) = account::check(state) {
                    report.hold("money", id, "account", what, "sound");
                }
                self.invoiced.entry(id.clone()).or_default().0 += state.ledger.invoiced_total.0;
                self.received.entry(id.clone()).or_default().0 += state.ledger.received_total.0;
                self.exposed.entry(id.clone()).or_default().0 += state.ledger.open_orders.0;
                for item in &state.ledger.open_items {
                    self.owed.entry(item.order).or_default().1 += item.open.0;
                }
            }
            (Key::Order(id), Aggregate::Order(order)) => {
                self.owed.entry(*id).or_default().0 += order.receivable.0;
                self.exposed.entry(order.account.clone()).or_default().1 += order.exposed.0;
                self.prices.extend(order.lines.iter().map(|line| ((*id, line.no), line.price)));
            }
            (_, Aggregate::Invoice(invoice)) => self.invoice(invoice, report),
            (_, Aggregate::Payment(payment)) => {
                self.moved.entry(payment.bank_account.clone()).or_default().1 += payment.amount.0;
                if payment.status == PaymentStatus::Reversed {
                    return;
                }
                let matched = payment.applied() + payment.on_account;
                report.hold(
                    "R7",
                    payment.id,
                    "matched at most what came in",
                    matched <= payment.amount.max(Amount::ZERO),
                    true,
                );
                if let Some(account) = &payment.account {
                    self.received.entry(account.clone()).or_default().1 += matched.0;
                }
            }
            // entries that were there before are counted with the statement that brought them
            (_, Aggregate::Statement(statement)) if statement.repeated == 0 => {
                self.moved.entry(statement.bank_account.clone()).or_default().0 += statement.movements.0;
            }
            (Key::Series(code), Aggregate::Series(series)) => self.series.entry(code.clone()).or_default().0 += series.last,
            _ => {}
        }
    }

    fn invoice(&mut self, invoice: &Invoice, report: &mut Report) {
        let is_credit = invoice.kind == DocumentKind::CreditNote;
        let signed = if is_credit { -invoice.gross } else { invoice.gross };
        self.invoiced.entry(invoice.account.clone()).or_default().1 += signed.0;
        report.hold("R6", invoice.id, "net and tax are gross", (invoice.net + invoice.tax).0, invoice.gross.0);
        if invoice.kind == DocumentKind::Invoice {
            let goods: Amount = invoice.lines.iter().map(|line| line.net).sum();
            let net = goods + invoice.freight - invoice.discount - invoice.deposit;
            report.hold("R5", invoice.id, "lines and header are net", net.0, invoice.net.0);
            self.billed.extend(invoice.lines.iter().map(|line| (invoice.id, invoice.order, line.line, line.price)));
        }
        if let Some((series, _)) = invoice.number.rsplit_once('-') {
            self.series.entry(series.into()).or_default().1 += 1;
        }
    }

    pub(super) fn finish(self, report: &mut Report) {
        for (account, (ledger, documents)) in self.invoiced {
            report.hold("R6", account, "invoiced by the ledger, by documents", ledger, documents);
        }
        for (account, (ledger, payments)) in self.received {
            report.hold("R7", account, "received by the ledger, by payments", ledger, payments);
        }
        for (bank_account, (statements, payments)) in self.moved {
            report.hold("R7", bank_account, "movements by statements, by payments", statements, payments);
        }
        for (order, (receivable, open)) in self.owed {
            report.hold("money", order, "owed by the order, open in the ledger", receivable, open);
        }
        for (account, (ledger, orders)) in self.exposed {
            report.hold("money", account, "open orders by the ledger, by orders", ledger, orders);
        }
        for (invoice, order, line, billed) in self.billed {
            if let Some(price) = self.prices.get(&(order, line)) {
                report.hold("R5", format!("{invoice} line {}", line.0), "price billed, price of the order", billed, *price);
            }
        }
        for (series, (last, documents)) in self.series {
            report.hold("money", series, "last number, documents: no gaps", last, documents);
        }
    }
}
