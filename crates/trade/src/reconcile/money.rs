//! Money: billed, owed, received, matched.

use std::collections::BTreeMap;

use units::{Amount, Currency, Decimal, Quantity, Text, Timestamp};

use super::POSTED_WITHIN;
use super::report::{Check, Report, Stake};
use crate::account;
use crate::billing::{DocumentKind, Invoice};
use crate::books::{Aggregate, Key};
use crate::cash::{Payment, PaymentStatus};
use crate::context::Role;
use crate::ids::*;
use crate::order::Order;

const fn check(checkpoint: &'static str, cause: &'static str, owner: Role, what: &'static str) -> Check {
    Check { checkpoint, what, cause, owner }
}

const LEDGER: Check = check("money", "ledger-unsound", Role::Operations, "the account, sound");
const OWED: Check = check("money", "owed-differs", Role::Receivables, "owed by the order, open in the ledger");
const EXPOSED: Check = check("money", "exposure-differs", Role::CreditClerk, "open orders by the ledger, by orders");
const NUMBERS: Check = check("money", "number-gap", Role::Receivables, "last number, documents: no gaps");
const HEADER: Check = check("R5", "sums-differ", Role::Receivables, "lines and header, net");
const PRICE: Check = check("R5", "price-differs", Role::Receivables, "price billed, price of the order");
const VALUE: Check = check("R5", "value-differs", Role::Receivables, "value billed, units at the price of the order");
const GROSS: Check = check("R6", "tax-differs", Role::Receivables, "net and tax, gross");
const POSTED: Check = check("R6", "ledger-differs", Role::Receivables, "invoiced by the ledger, by documents");
const CONFIRMED: Check = check("R6", "erp-missing", Role::Receivables, "posted in the ERP within 24 hours");
const APPLIED: Check = check("R7", "over-applied", Role::Receivables, "matched at most what came in");
const RECEIVED: Check = check("R7", "received-differs", Role::Receivables, "received by the ledger, by payments");
const WAITS: Check = check("R10", "unconfirmed-differs", Role::Receivables, "unconfirmed by the ledger, by payments");
const MOVED: Check = check("R7", "statement-differs", Role::Receivables, "movements by statements, by payments");

/// Amounts by what they are counted for, on both sides.
#[derive(Debug, Default)]
pub(super) struct Money {
    now: Option<Timestamp>,
    /// R6: account → invoiced by its ledger, and by the documents.
    invoiced: BTreeMap<AccountId, (i64, i64)>,
    /// R7: account → received by its ledger, and by payments.
    received: BTreeMap<AccountId, (i64, i64)>,
    /// R10: account → money that waits for a decision by its ledger, and by payments.
    waits: BTreeMap<AccountId, (i64, i64)>,
    /// R7: our bank account and its currency → movements by statements, and by payments.
    moved: BTreeMap<(Text, Currency), (i64, i64)>,
    /// Order → receivable by the order, and open items of it.
    owed: BTreeMap<OrderId, (i64, i64)>,
    /// Account → open orders by its ledger, and exposure of its orders.
    exposed: BTreeMap<AccountId, (i64, i64)>,
    /// When each order was received.
    orders: BTreeMap<OrderId, Timestamp>,
    /// R5: line of an order → price there, and prices billed.
    prices: BTreeMap<(OrderId, LineNo), Decimal>,
    billed: Vec<Billed>,
    /// R5: units that were credited, by the invoice that they were billed with.
    credited: BTreeMap<(InvoiceId, OrderId, LineNo), Quantity>,
    /// Series → last number, and documents.
    series: BTreeMap<Text, (u64, u64)>,
}

/// A price on an invoice.
#[derive(Debug)]
struct Billed {
    invoice: InvoiceId,
    at: Timestamp,
    line: (OrderId, LineNo),
    price: Decimal,
    quantity: Quantity,
    currency: Currency,
}

impl Money {
    pub(super) fn new(now: Option<Timestamp>) -> Self {
        Self { now, ..Self::default() }
    }

    pub(super) fn take(&mut self, key: &Key, aggregate: &Aggregate, report: &mut Report) {
        match (key, aggregate) {
            (Key::Account(id), Aggregate::Account(state)) => {
                let found = account::check(state).err().unwrap_or_default();
                report.hold(&LEDGER, id, found, Text::default(), Stake::default());
                self.invoiced.entry(id.clone()).or_default().0 += state.ledger.invoiced_total.0;
                self.received.entry(id.clone()).or_default().0 += state.ledger.received_total.0;
                self.waits.entry(id.clone()).or_default().0 += state.ledger.unconfirmed.0;
                self.exposed.entry(id.clone()).or_default().0 += state.ledger.open_orders.0;
                for (order, open) in state.ledger.open_items.iter().flat_map(crate::account::OpenItem::by_order) {
                    self.owed.entry(order).or_default().1 += open.0;
                }
            }
            (Key::Order(id), Aggregate::Order(order)) => self.order(*id, order, report),
            (_, Aggregate::Invoice(invoice)) => self.invoice(invoice, report),
            (_, Aggregate::Payment(payment)) => self.payment(payment, report),
            // entries that were there before are counted with the statement that brought them
            (_, Aggregate::Statement(statement)) => {
                let account = (statement.bank_account.clone(), statement.currency);
                self.moved.entry(account).or_default().0 += statement.movements.0;
            }
            (Key::Series(code), Aggregate::Series(series)) => self.series.entry(code.clone()).or_default().0 += series.last,
            _ => {}
        }
    }

    fn order(&mut self, id: OrderId, order: &Order, report: &mut Report) {
        self.orders.insert(id, order.received_at);
        self.owed.entry(id).or_default().0 += order.receivable.0;
        self.exposed.entry(order.account.clone()).or_default().1 += order.exposed.0;
        for line in &order.lines {
            self.prices.insert((id, line.no), line.price);
            let due = Amount::of(line.price, line.invoiced, order.currency).unwrap_or(Amount::LIMIT);
            let difference = (line.invoiced_amount - due).abs();
            // 0.01 or 0.1 %, whichever is more
            if difference > Amount(1).max(Amount(due.0 / 1_000)) {
                let stake = Stake::new(Some(order.received_at), difference);
                report.hold(&VALUE, format!("{id} line {}", line.no.0), line.invoiced_amount.0, due.0, stake);
            }
        }
    }

    fn payment(&mut self, payment: &Payment, report: &mut Report) {
        self.moved.entry((payment.bank_account.clone(), payment.currency)).or_default().1 += payment.amount.0;
        if payment.status == PaymentStatus::Reversed {
            return;
        }
        let matched = payment.applied() + payment.on_account;
        let most = payment.amount.max(Amount::ZERO);
        if matched > most {
            let stake = Stake::new(Some(payment.received_at), matched - most);
            report.hold(&APPLIED, payment.id, matched.0, most.0, stake);
        }
        if let Some((account, amount)) = crate::cash::waiting(payment) {
            self.waits.entry(account.clone()).or_default().1 += amount.0;
        }
        if let Some(payer) = &payment.account {
            self.received.entry(payer.clone()).or_default().1 += payment.on_account.0;
            for allocation in &payment.allocations {
                self.received.entry(allocation.owner(payer).clone()).or_default().1 += allocation.amount.0;
            }
        }
    }

    fn invoice(&mut self, invoice: &Invoice, report: &mut Report) {
        let signed = if invoice.kind.is_credit() { -invoice.gross } else { invoice.gross };
        self.invoiced.entry(invoice.account.clone()).or_default().1 += signed.0;
        let stake = |difference| Stake::new(Some(invoice.posted_at), difference);
        let sum = invoice.net + invoice.tax;
        report.hold(&GROSS, invoice.id, sum.0, invoice.gross.0, stake(sum - invoice.gross));
        if invoice.kind == DocumentKind::Invoice {
            let goods: Amount = invoice.lines.iter().map(|line| line.net).sum();
            let net = goods + invoice.freight - invoice.discount - invoice.deposit;
            report.hold(&HEADER, invoice.id, net.0, invoice.net.0, stake(net - invoice.net));
            self.billed.extend(invoice.lines.iter().map(|line| Billed {
                invoice: invoice.id,
                at: invoice.posted_at,
                line: (line.order, line.line),
                price: line.price,
                quantity: line.quantity,
                currency: invoice.currency,
            }));
        }
        if let (DocumentKind::CreditNote, Some(corrected)) = (invoice.kind, invoice.corrects) {
            for line in &invoice.lines {
                *self.credited.entry((corrected, line.order, line.line)).or_default() += line.quantity;
            }
        }
        let is_late = self.now.is_some_and(|now| now.millis_since(invoice.posted_at) > POSTED_WITHIN);
        if is_late && invoice.erp_reference.is_none() {
            report.hold(&CONFIRMED, invoice.id, false, true, stake(invoice.gross));
        }
        if let Some((series, _)) = invoice.number.rsplit_once('-') {
            self.series.entry(series.into()).or_default().1 += 1;
        }
    }

    pub(super) fn finish(self, report: &mut Report) {
        let apart = |(left, right): (i64, i64)| Stake::new(None, Amount(left.saturating_sub(right)));
        for (account, sides) in self.invoiced {
            report.hold(&POSTED, account, sides.0, sides.1, apart(sides));
        }
        for (account, sides) in self.received {
            report.hold(&RECEIVED, account, sides.0, sides.1, apart(sides));
        }
        for (account, sides) in self.waits {
            report.hold(&WAITS, account, sides.0, sides.1, apart(sides));
        }
        for ((bank_account, currency), sides) in self.moved {
            report.hold(&MOVED, format_args!("{bank_account} {currency}"), sides.0, sides.1, apart(sides));
        }
        for (order, sides) in self.owed {
            let stake = Stake { since: self.orders.get(&order).copied(), ..apart(sides) };
            report.hold(&OWED, order, sides.0, sides.1, stake);
        }
        for (account, sides) in self.exposed {
            report.hold(&EXPOSED, account, sides.0, sides.1, apart(sides));
        }
        for Billed { invoice, at, line, price, quantity, currency } in self.billed {
            // what was credited whole was not owed, or was billed anew at the price that counts
            let credited = self.credited.get(&(invoice, line.0, line.1)).copied().unwrap_or_default();
            let kept = self.prices.get(&line).filter(|_| credited < quantity);
            if let Some(agreed) = kept.filter(|agreed| **agreed != price) {
                let value = |price| Amount::of(price, quantity, currency).unwrap_or(Amount::LIMIT);
                let stake = Stake::new(Some(at), value(price) - value(*agreed));
                report.hold(&PRICE, format!("{invoice} line {}", line.1.0), price, *agreed, stake);
            }
        }
        for (series, (last, documents)) in self.series {
            report.hold(&NUMBERS, series, last, documents, Stake::default());
        }
    }
}
