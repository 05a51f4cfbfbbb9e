//! What payments come to in the general ledger: bank, discounts, deductions and exchange differences against receivables and money on
//! account (domain §1.7, posting).
//!
//! The entries that a payment should have follow from its state; what is booked is the difference to those that it has. So a match that
//! is taken back, or money that the bank takes back, is booked the other way round by itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use units::{Amount, Day, Text};

use super::post::existing;
use super::state::{Payment, PaymentEvent, PaymentStatus};
use crate::books::{Books, Stop};
use crate::context::Context;
use crate::ids::{AccountId, InvoiceId, PaymentId};
use crate::order::company;

/// An account of the general ledger that cash application posts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LedgerAccount {
    /// Money in the bank.
    #[default]
    Bank,
    /// What customers owe: the control account of their sub-ledgers.
    Receivables,
    /// What lies on customers' accounts without an item.
    OnAccount,
    /// Money that nobody has said yet what it is for.
    Suspense,
    /// Early-payment discounts granted.
    Discount,
    /// Small differences written off.
    WriteOff,
    /// Deductions accepted, by code.
    Deduction,
    /// What exchange rates gained or lost, in the company's currency.
    ExchangeDifference,
    /// What open items are worth more or less at the end of a period. It stands beside the receivables, which stay those of the sub-ledgers.
    Revaluation,
    /// What exchange rates would gain or lose if open items were paid at the end of a period.
    UnrealisedDifference,
}

/// An entry of the general ledger. Debits are above zero, credits below.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LedgerEntry {
    /// Which account of the ledger.
    pub ledger: LedgerAccount,
    /// Whose sub-ledger, where it has any.
    pub account: Option<AccountId>,
    /// The document that it settles or allows of.
    pub invoice: Option<InvoiceId>,
    /// The code of a deduction.
    pub code: Text,
    /// How much, in the currency of the money.
    pub amount: Amount,
    /// How much in the company's currency; nothing while nobody knows the rate.
    pub booked: Amount,
    /// The day that it is of.
    #[serde(default)]
    pub day: Day,
}

type EntryKey = (Day, LedgerAccount, Option<AccountId>, Option<InvoiceId>, Text);

/// Entries by what they are for.
#[derive(Debug, Default)]
struct Entries(BTreeMap<EntryKey, (Amount, Amount)>);

impl Entries {
    fn add(&mut self, key: EntryKey, amount: Amount, booked: Amount) {
        let entry = self.0.entry(key).or_default();
        entry.0 += amount;
        entry.1 += booked;
    }

    /// An entry as that of a day.
    fn take(&mut self, day: Day, entry: &LedgerEntry, sign: i64) {
        let key = (day, entry.ledger, entry.account.clone(), entry.invoice, entry.code.clone());
        self.add(key, Amount(entry.amount.0 * sign), Amount(entry.booked.0 * sign));
    }

    fn into_list(self) -> Vec<LedgerEntry> {
        let left = self.0.into_iter().filter(|(_, (amount, booked))| !amount.is_zero() || !booked.is_zero());
        left.map(|((day, ledger, account, invoice, code), (amount, booked))| LedgerEntry {
            ledger,
            account,
            invoice,
            code,
            amount,
            booked,
            day,
        })
        .collect()
    }
}

/// Entries together with others, those of one kind and day as one.
pub(super) fn merged(entries: &[LedgerEntry], others: &[LedgerEntry]) -> Vec<LedgerEntry> {
    let mut all = Entries::default();
    for entry in entries.iter().chain(others) {
        all.take(entry.day, entry, 1);
    }
    all.into_list()
}

/// Books what became of a payment since it was booked before; nothing if nothing did.
pub(super) fn book(books: &mut dyn Books, id: PaymentId, cx: &Context) -> Result<(), Stop> {
    let payment = existing(books, id)?;
    let mut entries = target(books, &payment)?;
    for entry in &payment.ledger {
        entries.take(Day::default(), entry, -1);
    }
    let mut entries = entries.into_list();
    if !entries.is_empty() {
        let day = company(books)?.calendar.local_day(cx.now);
        entries.iter_mut().for_each(|entry| entry.day = day);
        let number = payment.bookings.0 + 1;
        books.record(&id, PaymentEvent::Booked { number, day, entries });
    }
    Ok(())
}

/// The ERP has posted what was booked of a payment. Source: design §3.5.
pub fn confirm_posting(books: &mut dyn Books, id: PaymentId, reference: &str, cx: &Context) -> Result<(), Stop> {
    existing(books, id)?;
    books.record(&id, PaymentEvent::ConfirmedByErp { reference: reference.into(), at: cx.now });
    Ok(())
}

/// The entries that a payment should have, whatever the day. They balance in the currency of the money, and in the company's.
fn target(books: &mut dyn Books, payment: &Payment) -> Result<Entries, Stop> {
    let mut entries = Entries::default();
    if payment.status == PaymentStatus::Reversed {
        return Ok(entries);
    }
    let is_ours = company(books)?.currency == payment.currency;
    let booked = |amount: Amount| match &payment.rate {
        Some(rate) => rate.booked(amount, payment.currency),
        None if is_ours => amount,
        None => Amount::ZERO,
    };
    let any_day = Day::default();
    let plain = |ledger, account: &Option<AccountId>| (any_day, ledger, account.clone(), None, Text::default());
    entries.add(plain(LedgerAccount::Bank, &None), payment.amount, booked(payment.amount));
    let mut applied = Amount::ZERO;
    for allocation in &payment.allocations {
        let owner = allocation.account.clone().or_else(|| payment.account.clone());
        let invoice = Some(allocation.invoice);
        let received = booked(applied + allocation.amount) - booked(applied);
        applied += allocation.amount;
        // what was written off under the code of a deduction was accepted as one
        let forgiven = if allocation.code.is_empty() { LedgerAccount::WriteOff } else { LedgerAccount::Deduction };
        let (mut settled, mut home) = (allocation.amount, received - allocation.realised);
        for (ledger, amount) in [(LedgerAccount::Discount, allocation.discount), (forgiven, allocation.written_off)] {
            if amount.is_zero() {
                continue;
            }
            let code = if ledger == LedgerAccount::Deduction { allocation.code.clone() } else { Text::default() };
            let at_home = at_documents_rate(books, payment, allocation.invoice, amount)?;
            entries.add((any_day, ledger, owner.clone(), invoice, code), amount, at_home);
            settled += amount;
            home += at_home;
        }
        entries.add(plain(LedgerAccount::ExchangeDifference, &None), Amount::ZERO, -allocation.realised);
        entries.add((any_day, LedgerAccount::Receivables, owner, invoice, Text::default()), -settled, -home);
    }
    for (ledger, amount) in
        [(LedgerAccount::OnAccount, payment.on_account), (LedgerAccount::Suspense, payment.unallocated())]
    {
        let home = booked(applied + amount) - booked(applied);
        applied += amount;
        entries.add(plain(ledger, &payment.account), -amount, -home);
    }
    Ok(entries)
}

/// What is allowed of a document gains and loses nothing: it is booked at the document's rate.
fn at_documents_rate(books: &mut dyn Books, payment: &Payment, invoice: InvoiceId, amount: Amount) -> Result<Amount, Stop> {
    if payment.rate.is_none() {
        return Ok(amount);
    }
    let document = books.invoice(&invoice)?;
    let rate = document.and_then(|document| document.rate.clone());
    Ok(rate.map_or(amount, |rate| rate.booked(amount, payment.currency)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::books::Event;
    use crate::cash::{self, EntryDocument, StatementDocument};
    use crate::order::fixture::{Story, at, billed, clerk};
    use units::Currency;

    /// Accounts of the ledger with their balances; they balance.
    fn balances(story: &mut Story, id: PaymentId) -> Vec<(LedgerAccount, &'static str, i64)> {
        let payment = story.books().payment(&id).unwrap().unwrap();
        let sum = |of: fn(&LedgerEntry) -> Amount| payment.ledger.iter().map(of).sum::<Amount>();
        assert_eq!((sum(|entry| entry.amount), sum(|entry| entry.booked)), (Amount::ZERO, Amount::ZERO));
        let code = |code: &str| ["DMG"].into_iter().find(|known| *known == code).unwrap_or_default();
        payment.ledger.iter().map(|entry| (entry.ledger, code(&entry.code), entry.amount.0)).collect()
    }

    fn statement(reference: &str, amount: i64, remittance: &str) -> StatementDocument {
        let entry = EntryDocument {
            bank_reference: reference.into(),
            amount: Amount(amount),
            remittance: remittance.into(),
            reversal: amount < 0,
            ..EntryDocument::default()
        };
        StatementDocument {
            reference: format!("S{amount}").into(),
            bank_account: "DE99".into(),
            currency: Currency::EUR,
            entries: vec![entry],
            ..StatementDocument::default()
        }
    }

    fn paid(story: &mut Story, amount: i64, remittance: &str) -> PaymentId {
        let id = cash::import(story.books(), &statement("B-1", amount, remittance), &at(5)).unwrap().payments[0];
        cash::apply(story.books(), id, &at(5)).unwrap();
        id
    }

    use LedgerAccount::*;

    #[test]
    fn domain_1_7_posting_debits_bank_and_deductions_and_credits_receivables_and_on_account() {
        let (mut story, _, _) = billed();
        let exact = paid(&mut story, 11_900, "CD-2026-000001");
        assert_eq!(balances(&mut story, exact), [(Bank, "", 11_900), (Receivables, "", -11_900)]);
        let (mut story, _, _) = billed();
        let over = paid(&mut story, 12_000, "CD-2026-000001");
        let wanted = [(Bank, "", 12_000), (Receivables, "", -11_900), (OnAccount, "", -100)];
        assert_eq!(balances(&mut story, over), wanted);
        let (mut story, _, _) = billed();
        let near = paid(&mut story, 11_850, "CD-2026-000001");
        assert_eq!(balances(&mut story, near), [(Bank, "", 11_850), (Receivables, "", -11_900), (WriteOff, "", 50)]);
        let (mut story, _, _) = billed();
        let short = paid(&mut story, 11_000, "CD-2026-000001 damaged");
        assert_eq!(balances(&mut story, short), [(Bank, "", 11_000), (Receivables, "", -11_000)], "the rest is still owed");
        cash::resolve_deduction(story.books(), short, None, "so be it", &clerk("ann", 6)).unwrap();
        let wanted = [(Bank, "", 11_000), (Receivables, "", -11_900), (Deduction, "DMG", 900)];
        assert_eq!(balances(&mut story, short), wanted);
        story.check();
    }

    #[test]
    fn what_is_taken_back_is_booked_the_other_way_round_and_what_does_not_change_is_not_booked_again() {
        let (mut story, _, invoice) = billed();
        let id = paid(&mut story, 11_900, "CD-2026-000001");
        story.books.take_events();
        cash::apply(story.books(), id, &at(6)).unwrap();
        assert_eq!(story.books.take_events(), []);
        cash::unapply(story.books(), id, invoice, "wrong", &clerk("ann", 7)).unwrap();
        let booked = |event: &Event| match event {
            Event::Payment(_, PaymentEvent::Booked { day, entries, .. }) => Some((*day, entries.clone())),
            _ => None,
        };
        let booked: Vec<_> = story.books.take_events().iter().filter_map(booked).collect();
        let [(day, entries)] = booked.as_slice() else { panic!("{booked:?}") };
        assert_eq!(*day, at(7).now.day());
        let told: Vec<_> = entries.iter().map(|entry| (entry.ledger, entry.amount.0)).collect();
        assert_eq!(told, [(Receivables, 11_900), (Suspense, -11_900)]);
        assert_eq!(balances(&mut story, id), [(Bank, "", 11_900), (Suspense, "", -11_900)]);
        let back = cash::import(story.books(), &statement("B-1", -11_900, ""), &at(8)).unwrap();
        assert_eq!((back.payments.len(), balances(&mut story, id)), (0, vec![]));
        story.check();
    }
}
