//! R6: the sub-ledgers of customers against the control account of the general ledger, and what the ERP has of it (domain §1.10).

use std::collections::BTreeMap;

use units::{Amount, Currency, Timestamp};

use super::POSTED_WITHIN;
use super::report::{Check, Report, Stake};
use crate::books::{Aggregate, Key};
use crate::cash::{LedgerAccount, LedgerEntry, Payment, PaymentStatus};
use crate::context::Role;
use crate::ids::*;

const fn check(cause: &'static str, what: &'static str) -> Check {
    Check { checkpoint: "R6", what, cause, owner: Role::Receivables }
}

const CONTROL: Check = check("control-differs", "open in the sub-ledger, in the control account");
const BALANCED: Check = check("entries-unbalanced", "debits and credits of a payment, nothing left");
const BANK: Check = check("bank-differs", "money in the bank by the general ledger, by payments");
const POSTED: Check = check("erp-missing", "entries of the payment posted in the ERP within 24 hours of being booked");

/// Two sides of one amount.
type Sides = (i64, i64);

/// Sub-ledgers and control account.
#[derive(Debug, Default)]
pub(super) struct ControlAccount {
    now: Option<Timestamp>,
    /// Account and currency → open in the sub-ledger, and in the control account. The currency of a sub-ledger is that of its documents.
    receivables: BTreeMap<AccountId, Sides>,
    currencies: BTreeMap<AccountId, Currency>,
    /// Currency → money in the bank by the general ledger, and by payments.
    bank: BTreeMap<Currency, Sides>,
    /// Payments with entries that the ERP has not confirmed in time, by when they were booked.
    late: Vec<(PaymentId, Timestamp, Amount)>,
    /// The ERP takes entries of payments since then: it has confirmed some.
    posts_since: Option<Timestamp>,
    /// Payments are booked since then.
    books_since: Option<Timestamp>,
    /// What payments settled that were never booked, by when they came.
    unbooked: Vec<(Timestamp, AccountId, Amount)>,
}

impl ControlAccount {
    pub(super) fn new(now: Option<Timestamp>) -> Self {
        Self { now, ..Self::default() }
    }

    pub(super) fn take(&mut self, key: &Key, aggregate: &Aggregate, report: &mut Report) {
        match (key, aggregate) {
            (Key::Account(id), Aggregate::Account(account)) => {
                self.receivables.entry(id.clone()).or_default().0 += account.ledger.receivable().0;
            }
            (_, Aggregate::Invoice(invoice)) => {
                let signed = if invoice.kind.is_credit() { -invoice.gross } else { invoice.gross };
                self.receivables.entry(invoice.account.clone()).or_default().1 += signed.0;
                self.currencies.insert(invoice.account.clone(), invoice.currency);
                self.entries(&invoice.ledger);
            }
            (_, Aggregate::Payment(payment)) => self.payment(payment, report),
            _ => {}
        }
    }

    fn entries(&mut self, entries: &[LedgerEntry]) {
        for entry in entries.iter().filter(|entry| entry.ledger == LedgerAccount::Receivables) {
            if let Some(account) = &entry.account {
                self.receivables.entry(account.clone()).or_default().1 += entry.amount.0;
            }
        }
    }

    fn payment(&mut self, payment: &Payment, report: &mut Report) {
        self.entries(&payment.ledger);
        let sum = |of: fn(&LedgerEntry) -> Amount| payment.ledger.iter().map(of).sum::<Amount>();
        let (left, home) = (sum(|entry| entry.amount), sum(|entry| entry.booked));
        let stake = |value| Stake::new(Some(payment.received_at), value);
        report.hold(
            &BALANCED,
            payment.id,
            format_args!("{} and {}", left.0, home.0).to_string(),
            "0 and 0".to_owned(),
            stake(left),
        );
        let in_bank = payment.ledger.iter().filter(|entry| entry.ledger == LedgerAccount::Bank);
        let bank = self.bank.entry(payment.currency).or_default();
        bank.0 += in_bank.map(|entry| entry.amount.0).sum::<i64>();
        // what is only recorded yet is not booked, and what was taken back is not there
        if payment.bookings.0 > 0 && payment.status != PaymentStatus::Reversed {
            bank.1 += payment.amount.0;
        }
        let (bookings, confirmed) = payment.bookings;
        let received = payment.received_at;
        let earliest = |known: Option<Timestamp>, at| Some(known.map_or(at, |known| known.min(at)));
        // somebody may have dealt long afterwards with one that came before payments were booked
        let days = payment.ledger.iter().map(|entry| entry.day);
        let is_booked_at_once = days.clone().min().is_none_or(|day| day <= received.day().plus_days(1));
        if bookings > 0 && is_booked_at_once {
            self.books_since = earliest(self.books_since, received);
        }
        if bookings == 0 {
            self.unbooked.extend(settled(payment).map(|(account, amount)| (received, account, amount)));
        }
        // the day after that of the last entry has begun, so at least all of that time has passed
        let last = days.max().filter(|day| *day > received.day());
        let booked_by = last.map_or(received, |day| day.plus_days(1).start());
        if confirmed > 0 {
            self.posts_since = earliest(self.posts_since, booked_by);
        }
        let is_late = self.now.is_some_and(|now| now.millis_since(booked_by) > POSTED_WITHIN);
        if is_late && confirmed < bookings {
            self.late.push((payment.id, booked_by, payment.amount));
        }
    }

    pub(super) fn finish(mut self, report: &mut Report) {
        // what came before payments were booked at all was settled in the general ledger some other way
        let carried_over = self.unbooked.drain(..).filter(|(at, ..)| self.books_since.is_none_or(|since| *at < since));
        for (_, account, amount) in carried_over {
            self.receivables.entry(account).or_default().1 -= amount.0;
        }
        let apart = |(left, right): Sides| Stake::new(None, Amount(left.saturating_sub(right)));
        for (account, sides) in &self.receivables {
            let currency = self.currencies.get(account).copied().unwrap_or_default();
            report.hold(&CONTROL, format_args!("{account} {currency}"), sides.0, sides.1, apart(*sides));
        }
        for (currency, sides) in self.bank {
            report.hold(&BANK, currency, sides.0, sides.1, apart(sides));
        }
        // an ERP that was connected later was never asked about what was booked before
        let asked = |at: &Timestamp| self.posts_since.is_some_and(|since| since <= *at);
        for (id, booked, amount) in self.late.iter().filter(|(_, booked, _)| asked(booked)) {
            report.hold(&POSTED, *id, false, true, Stake::new(Some(*booked), *amount));
        }
    }
}

/// What a payment settled, by whose document it was.
fn settled(payment: &Payment) -> impl Iterator<Item = (AccountId, Amount)> {
    payment.allocations.iter().filter_map(|allocation| {
        let owner = allocation.account.as_ref().or(payment.account.as_ref())?;
        Some((owner.clone(), allocation.amount + allocation.discount + allocation.written_off))
    })
}
