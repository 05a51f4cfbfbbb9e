//! What is open in other currencies at the end of a period: what it is worth then, and the entries that say so for that day only (domain
//! §1.6, multi-currency).

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use units::{Amount, Currency, Day, Text};

use super::ledger::{LedgerAccount, LedgerEntry};
use super::state::Payment;
use crate::billing::Invoice;
use crate::books::{Aggregate, Key};
use crate::ids::{AccountId, InvoiceId, PaymentId};
use crate::master::Company;

/// Open items in other currencies than the company's, at the rates of a day.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Revaluation {
    /// The last day of the period.
    pub day: Day,
    /// The company's currency.
    pub currency: Currency,
    /// What is open, by customer.
    pub items: Vec<Revalued>,
    /// What payments of the period gained in fact; below zero for a loss.
    pub realised: Amount,
    /// Currencies in which something is open that nobody can value.
    pub without_rate: BTreeSet<Currency>,
}

/// A document with its corrections, or money without one, at the rate of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Revalued {
    /// Whose it is, where that is known.
    pub account: Option<AccountId>,
    /// The document.
    pub invoice: Option<InvoiceId>,
    /// Its legal number.
    pub number: Text,
    /// The payment that lies on account, or waits.
    pub payment: Option<PaymentId>,
    /// Its currency.
    pub currency: Currency,
    /// What is open in that; below zero for what is owed to the customer.
    pub open: Amount,
    /// What that was booked with, in the company's currency.
    pub booked: Amount,
    /// What it is worth on the day.
    pub worth: Amount,
}

impl Revalued {
    /// What would be gained if it were paid on the day; below zero for a loss.
    pub fn unrealised(&self) -> Amount {
        self.worth - self.booked
    }
}

impl Revaluation {
    /// What would be gained by all of it.
    pub fn unrealised(&self) -> Amount {
        self.items.iter().map(Revalued::unrealised).sum()
    }

    /// The entries of the day, and those of the day after that reverse them: the next period realises what is paid in it against the rates
    /// of the documents. Both balance.
    pub fn entries(&self) -> [Vec<LedgerEntry>; 2] {
        [(self.day, 1), (self.day.plus_days(1), -1)].map(|(day, sign)| {
            let gaining = self.items.iter().filter(|item| !item.unrealised().is_zero());
            let both = gaining.flat_map(|item| {
                let entry = |ledger, booked| LedgerEntry {
                    ledger,
                    account: item.account.clone(),
                    invoice: item.invoice,
                    booked,
                    day,
                    ..LedgerEntry::default()
                };
                let gain = Amount(item.unrealised().0 * sign);
                [entry(LedgerAccount::Revaluation, gain), entry(LedgerAccount::UnrealisedDifference, -gain)]
            });
            both.collect()
        })
    }
}

/// Values what is open in other currencies at the end of a day, from all aggregates, by the entries up to that day; gains are realised
/// from the day `from` on. Source: domain §1.6 (revaluation at period end is reversible).
pub fn revaluation<'a>(
    aggregates: impl Iterator<Item = (&'a Key, &'a Aggregate)>,
    from: Option<Day>,
    day: Day,
) -> Revaluation {
    let mut open = Open::default();
    for (_, aggregate) in aggregates {
        match aggregate {
            Aggregate::Company(company) => open.company = Some(company),
            Aggregate::Invoice(invoice) if invoice.date <= day => open.invoice(invoice, day),
            Aggregate::Payment(payment) => open.payment(payment, from, day),
            _ => {}
        }
    }
    open.finish(day)
}

#[derive(Default)]
struct Open<'a> {
    company: Option<&'a Company>,
    invoices: BTreeMap<InvoiceId, &'a Invoice>,
    /// What was settled of documents: in their currency, and booked.
    settled: Vec<(InvoiceId, Amount, Amount)>,
    /// Money without a document, below zero: open and booked.
    money: Vec<(&'a Payment, Amount, Amount)>,
    /// By the entries, in which gains are credits.
    realised: Amount,
}

impl<'a> Open<'a> {
    fn invoice(&mut self, invoice: &'a Invoice, day: Day) {
        if invoice.rate.is_some() {
            self.invoices.insert(invoice.id, invoice);
            self.settle(&invoice.ledger, day);
        }
    }

    fn settle(&mut self, entries: &[LedgerEntry], day: Day) {
        let receivables = |entry: &&LedgerEntry| entry.ledger == LedgerAccount::Receivables && entry.day <= day;
        for entry in entries.iter().filter(receivables) {
            self.settled.extend(entry.invoice.map(|invoice| (invoice, entry.amount, entry.booked)));
        }
    }

    fn payment(&mut self, payment: &'a Payment, from: Option<Day>, day: Day) {
        self.settle(&payment.ledger, day);
        let (mut open, mut booked) = (Amount::ZERO, Amount::ZERO);
        for entry in payment.ledger.iter().filter(|entry| entry.day <= day) {
            match entry.ledger {
                LedgerAccount::OnAccount | LedgerAccount::Suspense => {
                    open += entry.amount;
                    booked += entry.booked;
                }
                LedgerAccount::ExchangeDifference if from.is_none_or(|from| entry.day >= from) => {
                    self.realised += entry.booked;
                }
                _ => {}
            }
        }
        if !open.is_zero() {
            self.money.push((payment, open, booked));
        }
    }

    fn finish(self, day: Day) -> Revaluation {
        let mut found = Revaluation { day, realised: -self.realised, ..Revaluation::default() };
        let Some(company) = self.company else { return found };
        found.currency = company.currency;
        // a document counts together with what corrects it, at the same rate
        let mut documents: BTreeMap<InvoiceId, (Amount, Amount)> = BTreeMap::new();
        let first = |id: InvoiceId| {
            let corrected = self.invoices.get(&id).and_then(|invoice| invoice.corrects);
            corrected.filter(|corrected| self.invoices.contains_key(corrected)).unwrap_or(id)
        };
        let posted = self.invoices.values().filter_map(|invoice| {
            let gross = if invoice.kind.is_credit() { -invoice.gross } else { invoice.gross };
            invoice.rate.as_ref().map(|rate| (invoice.id, gross, rate.booked(gross, invoice.currency)))
        });
        for (id, amount, booked) in posted.chain(self.settled.iter().copied()) {
            let document = documents.entry(first(id)).or_default();
            document.0 += amount;
            document.1 += booked;
        }
        let mut value = |item: Revalued| {
            let is_foreign = item.currency != company.currency && !item.open.is_zero();
            match company.rate(item.currency, day) {
                _ if !is_foreign => {}
                // money whose own rate nobody knows yet is booked with nothing: that is no gain
                Some(rate) if !item.booked.is_zero() => {
                    let worth = rate.booked(item.open, item.currency);
                    found.items.push(Revalued { worth, ..item });
                }
                _ => drop(found.without_rate.insert(item.currency)),
            }
        };
        for (id, (open, booked)) in documents {
            let Some(invoice) = self.invoices.get(&id) else { continue };
            value(Revalued {
                account: Some(invoice.account.clone()),
                invoice: Some(id),
                number: invoice.number.clone(),
                payment: None,
                currency: invoice.currency,
                open,
                booked,
                worth: Amount::ZERO,
            });
        }
        for (payment, open, booked) in self.money {
            value(Revalued {
                account: payment.account.clone(),
                invoice: None,
                number: Text::default(),
                payment: Some(payment.id),
                currency: payment.currency,
                open,
                booked,
                worth: Amount::ZERO,
            });
        }
        found.items.sort_by(|one, other| {
            (&one.account, one.invoice, one.payment).cmp(&(&other.account, other.invoice, other.payment))
        });
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cash::exchange::tests::{billed, in_euros, pay};
    use crate::master::{ExchangeRate, put_rates};
    use crate::order::fixture::{Story, at, clerk};

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn put_rate(story: &mut Story, from: &str, rate: &str) {
        let (day, rate) = (day(from), rate.parse().unwrap());
        let rate = ExchangeRate { currency: Currency::EUR, day, rate, source: "ECB".into() };
        put_rates(story.books(), &[rate], &at(9_000)).unwrap();
    }

    fn at_the_end_of(story: &Story, last: &str) -> Revaluation {
        revaluation(story.books.iter(), None, day(last))
    }

    fn told(found: &Revaluation) -> Vec<(i64, i64, i64)> {
        found.items.iter().map(|item| (item.open.0, item.booked.0, item.worth.0)).collect()
    }

    #[test]
    fn domain_1_6_what_is_open_at_a_period_end_is_valued_at_its_rate_and_the_entries_reverse_the_day_after() {
        let mut story = in_euros();
        let (_, invoice) = billed(&mut story, 100);
        // a quarter is paid at 1.08 and booked on the sixth; the period ends at 1.12
        pay(&mut story, invoice, 25_000, Currency::EUR, "B-1");
        put_rate(&mut story, "2026-03-31", "1.12");
        let found = at_the_end_of(&story, "2026-03-31");
        assert_eq!(told(&found), [(75_000, 82_500, 84_000)]);
        assert_eq!((found.unrealised(), found.realised), (Amount(1_500), Amount(-500)));
        let [entries, reversal] = found.entries();
        let of = |entries: &[LedgerEntry]| -> Vec<_> {
            entries.iter().map(|entry| (entry.day.to_string(), entry.ledger, entry.amount.0, entry.booked.0)).collect()
        };
        let wanted = |day: &str, sign| {
            let entry = |ledger, booked: i64| (day.to_owned(), ledger, 0, booked * sign);
            vec![entry(LedgerAccount::Revaluation, 1_500), entry(LedgerAccount::UnrealisedDifference, -1_500)]
        };
        assert_eq!((of(&entries), of(&reversal)), (wanted("2026-03-31", 1), wanted("2026-04-01", -1)));
        let later = revaluation(story.books.iter(), Some(day("2026-03-07")), day("2026-03-31"));
        assert_eq!(later.realised, Amount::ZERO, "the loss is of the days before");
    }

    #[test]
    fn a_day_that_has_passed_is_valued_as_it_was_and_what_is_settled_is_not_valued() {
        let mut story = in_euros();
        let (_, invoice) = billed(&mut story, 100);
        pay(&mut story, invoice, 100_000, Currency::EUR, "B-1");
        // posted on the second, its payment on the sixth
        assert_eq!(told(&at_the_end_of(&story, "2026-03-01")), []);
        assert_eq!(told(&at_the_end_of(&story, "2026-03-04")), [(100_000, 110_000, 110_000)]);
        let paid = at_the_end_of(&story, "2026-03-06");
        assert_eq!((told(&paid), paid.realised), (vec![], Amount(-2_000)));
    }

    #[test]
    fn money_that_lies_on_account_is_owed_and_a_credit_note_counts_with_its_invoice() {
        let mut story = in_euros();
        let (_, invoice) = billed(&mut story, 100);
        let (payment, _) = pay(&mut story, invoice, 100_000, Currency::EUR, "B-1");
        crate::cash::unapply(story.books(), payment, invoice, "wrong", &clerk("ann", 6_000)).unwrap();
        crate::cash::put_on_account(story.books(), payment, &"ACME".into(), &clerk("ann", 6_001)).unwrap();
        crate::billing::credit_note(story.books(), invoice, None, &[], "all of it", &clerk("ann", 6_002)).unwrap();
        put_rate(&mut story, "2026-03-31", "1.12");
        let found = at_the_end_of(&story, "2026-03-31");
        assert_eq!(told(&found), [(-100_000, -108_000, -112_000)]);
        assert_eq!(found.unrealised(), Amount(-4_000));
    }
}
