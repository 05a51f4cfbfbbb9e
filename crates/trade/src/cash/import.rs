//! A bank statement is imported.

use std::collections::BTreeMap;

use compact_str::format_compact;
use units::{Amount, Text};

use super::document::{EntryDocument, StatementDocument};
use super::reverse::reverse;
use super::state::{Payment, PaymentEvent, PaymentStatus, Statement, StatementEvent};
use crate::books::{Books, Key, Kind, Stop};
use crate::context::Context;
use crate::ids::*;
use crate::order::company;
use crate::reference::{point, pointed};
use crate::refusal::Refusal;

/// What an import came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Imported {
    /// New payments, in the order of the statement. Those that the bank took back at once are not among them.
    pub payments: Vec<PaymentId>,
    /// Entries that were there already.
    pub repeated: u32,
    /// What is missing between this statement and the one before, in words.
    pub out_of_sequence: Option<Text>,
}

/// Within which the latest statement of a bank account is known, by its currency.
const LATEST: &str = "latest-statement";

/// Within which entries are known, by our bank account and its currency.
fn entries(document: &StatementDocument) -> Text {
    format_compact!("entry:{}", document.holding())
}

/// Records the entries of a statement that are new; whatever was imported before is only counted.
///
/// An entry that takes an earlier one back reverses it. Refused when opening balance and entries do not give the closing balance.
/// Source: domain §1.7, stage 0 and control checks.
pub fn import(books: &mut dyn Books, document: &StatementDocument, cx: &Context) -> Result<Imported, Stop> {
    let movements: Amount = document.entries.iter().map(|entry| entry.amount).sum();
    if let (Some(opening), Some(closing)) = (document.opening, document.closing)
        && opening + movements != closing
    {
        let money = |amount: Amount| amount.to_decimal(document.currency);
        return Err(Refusal::Invalid {
            field: Text::const_new("closing"),
            given: format_compact!("{}", money(closing)),
            wanted: format_compact!(
                "{}: the opening balance {} and the entries",
                money(opening + movements),
                money(opening)
            ),
        }
        .into());
    }
    let within = entries(document);
    let mut imported = Imported::default();
    let mut all = Vec::with_capacity(document.entries.len());
    let mut new = Amount::ZERO;
    let mut equal: BTreeMap<Text, u32> = BTreeMap::new();
    for entry in &document.entries {
        let identity = identity(document, entry);
        let number = equal.entry(identity.clone()).and_modify(|number| *number += 1).or_default();
        let name = format_compact!("{identity}|{number}");
        if pointed(books, &within, &name)?.is_some() {
            imported.repeated += 1;
            continue;
        }
        let id = record(books, document, entry, cx)?;
        point(books, &within, &name, Some(Key::Payment(id)))?;
        all.push(id);
        new += entry.amount;
        let taken_back = if entry.reversal { find(books, document, entry)? } else { None };
        match taken_back {
            Some(original) => reverse(books, original, id, cx)?,
            None => imported.payments.push(id),
        }
        if is_reference(&entry.bank_reference) {
            point(books, &by_reference(document), &entry.bank_reference, Some(Key::Payment(id)))?;
        }
    }
    let reference = document.key();
    let known = books.statement(&reference)?;
    if let Some(known) = known.filter(|_| !all.is_empty()) {
        // the bank reports more under a reference that it gave before
        let payments = known.payments.iter().copied().chain(all).collect();
        let statement = Statement {
            payments,
            movements: known.movements + new,
            closing: document.closing.unwrap_or(known.closing + new),
            ..(*known).clone()
        };
        books.record(&reference, StatementEvent::Imported(Box::new(statement)));
    } else if books.statement(&reference)?.is_none() {
        let statement = Statement {
            bank_account: document.bank_account.clone(),
            opening: document.opening.unwrap_or_default(),
            closing: document.closing.unwrap_or(document.opening.unwrap_or_default() + movements),
            payments: all,
            repeated: imported.repeated,
            movements: new,
            imported_at: cx.now,
            sequence: document.sequence,
            currency: document.currency,
        };
        imported.out_of_sequence = out_of_sequence(books, document)?;
        books.record(&reference, StatementEvent::Imported(Box::new(statement)));
    }
    Ok(imported)
}

/// By what an entry is known when it comes again, in whichever statement and at whichever place; equal ones are numbered.
///
/// The bank's reference makes an entry the same in every statement. Without one, nothing says that equal entries of two statements
/// are one, and money must not vanish: they are two. Source: domain §1.7, stage 0.
fn identity(document: &StatementDocument, entry: &EntryDocument) -> Text {
    let (reference, date, amount) = (&entry.bank_reference, entry.value_date, entry.amount.0);
    if is_reference(reference) {
        return format_compact!("{reference}|{date}|{amount}");
    }
    let (statement, payer, text) = (&document.reference, &entry.payer_account, &entry.remittance);
    format_compact!("|{date}|{amount}|{statement}|{payer}|{text}")
}

/// Whether the bank gave a reference; some write that they gave none.
fn is_reference(reference: &str) -> bool {
    !matches!(reference, "" | "NONREF" | "NOTPROVIDED")
}

/// What is missing between the account's latest statement and this one, in words; `None` if it follows, or if the bank does not
/// number its statements. The one with the highest number is the latest, whatever order they come in. Source: domain §1.7 (control
/// checks: statement sequence continuity).
fn out_of_sequence(books: &mut dyn Books, document: &StatementDocument) -> Result<Option<Text>, Stop> {
    let Some(sequence) = document.sequence else { return Ok(None) };
    let (account, holding) = (&document.bank_account, document.holding());
    let latest = match pointed(books, LATEST, &holding)? {
        Some(Key::Statement(latest)) => books.statement(&latest)?,
        _ => None,
    };
    let last = latest.as_ref().and_then(|latest| latest.sequence);
    if last.is_none_or(|last| last < sequence) {
        point(books, LATEST, &holding, Some(Key::Statement(document.key())))?;
    }
    let (Some(latest), Some(last)) = (latest, last) else { return Ok(None) };
    let money = |amount: Amount| amount.to_decimal(document.currency);
    Ok(match document.opening {
        _ if sequence > last + 1 => Some(format_compact!(
            "statement {sequence} of {account} follows {last}: {} between them did not come",
            sequence - last - 1
        )),
        Some(opening) if sequence == last + 1 && opening != latest.closing => Some(format_compact!(
            "statement {sequence} of {account} opens with {}, and {last} closed with {}",
            money(opening),
            money(latest.closing)
        )),
        _ => None,
    })
}

fn by_reference(document: &StatementDocument) -> Text {
    format_compact!("bank-reference:{}", document.holding())
}

fn record(
    books: &mut dyn Books,
    document: &StatementDocument,
    entry: &EntryDocument,
    cx: &Context,
) -> Result<PaymentId, Stop> {
    let id = PaymentId(books.next_number(Kind::Payment)?);
    let company = company(books)?;
    let rate = company.rate(document.currency, entry.value_date).filter(|_| document.currency != company.currency);
    let payment = Payment {
        id,
        bank_account: document.bank_account.clone(),
        bank_reference: entry.bank_reference.clone(),
        value_date: entry.value_date,
        received_at: cx.now,
        amount: entry.amount,
        currency: document.currency,
        payer_name: entry.payer_name.clone(),
        payer_account: entry.payer_account.clone(),
        references: entry.references.clone(),
        remittance: entry.remittance.clone(),
        customer_number: entry.customer_number.clone(),
        lines: entry.lines.clone(),
        rate,
        ..Payment::default()
    };
    books.record(&id, PaymentEvent::Received(Box::new(payment)));
    Ok(id)
}

/// The payment that an entry takes back: named by its bank reference, of the opposite amount, and not taken back before.
fn find(books: &mut dyn Books, document: &StatementDocument, entry: &EntryDocument) -> Result<Option<PaymentId>, Stop> {
    let names = entry
        .references
        .iter()
        .map(Text::as_str)
        .chain(entry.remittance.split_whitespace())
        .chain([entry.bank_reference.as_str()])
        .filter(|name| is_reference(name));
    for name in names {
        if let Some(Key::Payment(id)) = pointed(books, &by_reference(document), name)?
            && books.payment(&id)?.is_some_and(|payment| {
                let opposite = payment.amount == -entry.amount && payment.currency == document.currency;
                opposite && payment.status != PaymentStatus::Reversed
            })
        {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::books::MemoryBooks;
    use crate::order::fixture::at;
    use units::Currency;

    fn statement(closing: i64) -> StatementDocument {
        let entry = |index, amount| EntryDocument {
            bank_reference: "B-1".into(),
            index,
            amount: Amount(amount),
            ..EntryDocument::default()
        };
        StatementDocument {
            reference: "S-1".into(),
            bank_account: "DE99".into(),
            opening: Some(Amount(100)),
            closing: Some(Amount(closing)),
            entries: vec![entry(0, 50), entry(1, 50)],
            ..StatementDocument::default()
        }
    }

    #[test]
    fn equal_entries_of_one_statement_stay_two_and_come_only_once() {
        let mut memory = MemoryBooks::new();
        let books: &mut dyn Books = &mut memory;
        let first = import(books, &statement(200), &at(0)).unwrap();
        assert_eq!((first.payments.len(), first.repeated), (2, 0));
        let again = import(books, &statement(200), &at(1)).unwrap();
        assert_eq!((again.payments.len(), again.repeated), (0, 2));
    }

    /// A statement of entries: bank reference, amount, text.
    fn entries_of(reference: &str, entries: &[(&str, i64, &str)]) -> StatementDocument {
        let entry = |(index, (reference, amount, text)): (u32, &(&str, i64, &str))| EntryDocument {
            bank_reference: (*reference).into(),
            index,
            amount: Amount(*amount),
            remittance: (*text).into(),
            ..EntryDocument::default()
        };
        StatementDocument {
            reference: reference.into(),
            bank_account: "DE99".into(),
            entries: (0..).zip(entries).map(entry).collect(),
            ..StatementDocument::default()
        }
    }

    #[test]
    fn an_entry_that_comes_again_at_another_place_is_known() {
        let mut memory = MemoryBooks::new();
        let books: &mut dyn Books = &mut memory;
        let all = entries_of("S-1", &[("B-1", 50, ""), ("B-2", 70, ""), ("B-2", 70, "")]);
        assert_eq!(import(books, &all, &at(0)).unwrap().payments.len(), 3);
        let overlapping = entries_of("S-2", &[("B-2", 70, ""), ("B-2", 70, ""), ("B-3", 50, "")]);
        let again = import(books, &overlapping, &at(1)).unwrap();
        assert_eq!((again.payments.len(), again.repeated), (1, 2));
    }

    #[test]
    fn domain_1_10_statements_that_overlap_or_grow_agree_with_their_payments() {
        let mut memory = MemoryBooks::new();
        let books: &mut dyn Books = &mut memory;
        import(books, &entries_of("S-1", &[("B-1", 50, "")]), &at(0)).unwrap();
        import(books, &entries_of("S-2", &[("B-1", 50, ""), ("B-2", 70, "")]), &at(1)).unwrap();
        import(books, &entries_of("S-2", &[("B-1", 50, ""), ("B-2", 70, ""), ("B-3", 30, "")]), &at(2)).unwrap();
        let key = entries_of("S-2", &[]).key();
        assert_eq!(books.statement(&key).unwrap().unwrap().payments.len(), 2);
        let report = crate::reconcile::check(memory.iter(), None);
        assert!(report.breaks.is_empty(), "{:#?}", report.breaks);
    }

    #[test]
    fn statements_of_one_account_in_two_currencies_are_two_and_no_entry_of_either_is_dropped() {
        let mut memory = MemoryBooks::new();
        let books: &mut dyn Books = &mut memory;
        let of = |currency, opening: i64| StatementDocument {
            currency,
            sequence: Some(1),
            opening: Some(Amount(opening)),
            ..entries_of("S-1", &[("B-1", 50, "")])
        };
        let all = [of(Currency::EUR, 100), of(Currency::USD, 900)];
        for document in &all {
            let imported = import(books, document, &at(0)).unwrap();
            assert_eq!((imported.payments.len(), imported.repeated, imported.out_of_sequence), (1, 0, None));
        }
        let next = StatementDocument { sequence: Some(2), reference: "S-2".into(), ..of(Currency::EUR, 150) };
        assert_eq!(import(books, &next, &at(1)).unwrap().out_of_sequence, None, "it follows the one in its currency");
        let closing = |document: &StatementDocument, books: &mut dyn Books| {
            let statement = books.statement(&document.key()).unwrap().unwrap();
            (statement.currency, statement.closing)
        };
        assert_eq!(closing(&all[0], books), (Currency::EUR, Amount(150)));
        assert_eq!(closing(&all[1], books), (Currency::USD, Amount(950)));
    }

    #[test]
    fn equal_entries_without_a_reference_in_two_statements_stay_two() {
        let mut memory = MemoryBooks::new();
        let books: &mut dyn Books = &mut memory;
        for reference in ["S-1", "S-2"] {
            let statement = entries_of(reference, &[("", 50, "rent"), ("NONREF", 50, "fee"), ("", 50, "rent")]);
            let first = import(books, &statement, &at(0)).unwrap();
            assert_eq!((first.payments.len(), first.repeated), (3, 0));
            let again = import(books, &statement, &at(1)).unwrap();
            assert_eq!((again.payments.len(), again.repeated), (0, 3));
        }
    }

    #[test]
    fn money_that_is_taken_back_twice_is_taken_back_once() {
        let mut memory = MemoryBooks::new();
        let books: &mut dyn Books = &mut memory;
        let back = |reference: &str| {
            let mut statement = entries_of(reference, &[(reference, -50, "B-1")]);
            statement.entries[0].reversal = true;
            statement
        };
        let paid = import(books, &entries_of("S-1", &[("B-1", 50, "")]), &at(0)).unwrap().payments[0];
        assert_eq!(import(books, &back("B-2"), &at(1)).unwrap().payments, []);
        assert_eq!(books.payment(&paid).unwrap().unwrap().status, PaymentStatus::Reversed);
        let second = import(books, &back("B-3"), &at(2)).unwrap().payments;
        assert_eq!(second.len(), 1, "the second time is money that somebody has to decide on");
        assert_eq!(books.payment(&second[0]).unwrap().unwrap().status, PaymentStatus::Received);
    }

    #[test]
    fn domain_1_7_a_statement_that_is_missing_or_does_not_follow_on_is_noticed() {
        let mut memory = MemoryBooks::new();
        let mut noticed = |sequence: u64, opening: i64| {
            let document = StatementDocument {
                reference: format_compact!("S-{sequence}"),
                sequence: Some(sequence),
                opening: Some(Amount(opening)),
                closing: Some(Amount(opening + 100)),
                entries: vec![EntryDocument {
                    bank_reference: format_compact!("B-{sequence}"),
                    amount: Amount(100),
                    ..EntryDocument::default()
                }],
                ..statement(200)
            };
            import(&mut memory as &mut dyn Books, &document, &at(0)).unwrap().out_of_sequence.unwrap_or_default()
        };
        assert_eq!(noticed(7, 100), "");
        assert_eq!(noticed(8, 200), "");
        assert_eq!(noticed(8, 200), "", "the same once more is no news");
        assert!(noticed(11, 500).contains("2 between them did not come"));
        assert_eq!(noticed(9, 300), "", "a late one fills the gap");
        assert!(noticed(12, 700).contains("opens with 7, and 11 closed with 6"));
    }

    #[test]
    fn a_statement_whose_balances_do_not_fit_is_refused() {
        let mut memory = MemoryBooks::new();
        let refused = import(&mut memory as &mut dyn Books, &statement(201), &at(0));
        assert!(matches!(refused, Err(Stop::Refused(Refusal::Invalid { .. }))));
        assert_eq!(memory.take_events(), []);
    }
}
