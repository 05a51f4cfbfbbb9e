//! R6 by day: what documents and payments moved the control account of receivables by, against what the ERP says it moved (domain §1.10).
//!
//! Only days are compared of which the ERP has confirmed all that we sent: what is on its way is no break.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use units::{Amount, Currency, Day, Timestamp};

use super::record::{Reconciliation, ReconciliationEvent};
use super::report::{Check, Report, Stake};
use crate::books::{Aggregate, Books};
use crate::cash::{LedgerAccount, LedgerEntry};
use crate::context::Role;

const BY_DAY: Check = Check {
    checkpoint: "R6",
    what: "moved the control account on the day, by documents and payments, and by the ERP",
    cause: "erp-differs",
    owner: Role::Receivables,
};

/// What the control account of receivables moved by on a day, as the ERP has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ErpMovement {
    /// The day of the entries.
    pub day: Day,
    /// Their currency.
    pub currency: Currency,
    /// Debits less credits.
    pub amount: Amount,
}

/// What an ERP said of its control account: all days of a period, those left out did not move it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ErpControl {
    /// The first day.
    pub from: Day,
    /// The last.
    pub until: Day,
    /// When it was asked: it has what it had confirmed by then, and may have more.
    #[serde(default)]
    pub asked_at: Timestamp,
    /// By day and currency.
    pub movements: Vec<ErpMovement>,
}

/// Takes down what the ERP said, for the next time that records are held against each other.
pub fn note_erp(books: &mut dyn Books, told: ErpControl) {
    books.record(&units::Text::const_new(Reconciliation::KEY), ReconciliationEvent::ErpTold(Box::new(told)));
}

/// Of what the ERP has not confirmed.
const NEVER: Timestamp = Timestamp(i64::MAX);

/// Our side and theirs, by day and currency.
#[derive(Debug, Default)]
pub(super) struct ByDay {
    told: Option<ErpControl>,
    ours: BTreeMap<(Day, Currency), i64>,
    /// When the ERP confirmed the last of what moved on a day; never for what it has not confirmed.
    confirmed: BTreeMap<(Day, Currency), Timestamp>,
    /// Since when the ERP takes what payments come to: before that it cannot have the same.
    posts_since: Option<Day>,
}

impl ByDay {
    pub(super) fn take(&mut self, aggregate: &Aggregate) {
        match aggregate {
            Aggregate::Reconciliation(known) => self.told = known.erp.as_deref().cloned(),
            Aggregate::Invoice(invoice) => {
                let signed = if invoice.kind.is_credit() { -invoice.gross } else { invoice.gross };
                let confirmed = if invoice.erp_reference.is_some() { invoice.confirmed_at } else { Some(NEVER) };
                self.moved(invoice.date, invoice.currency, signed, confirmed);
                self.entries(&invoice.ledger, invoice.currency, None);
            }
            Aggregate::Payment(payment) => {
                let (bookings, confirmed) = payment.bookings;
                if confirmed > 0 {
                    let first = payment.received_at.day();
                    self.posts_since = Some(self.posts_since.map_or(first, |known| known.min(first)));
                }
                let confirmed = if confirmed >= bookings { payment.confirmed_at } else { Some(NEVER) };
                self.entries(&payment.ledger, payment.currency, confirmed);
            }
            _ => {}
        }
    }

    fn entries(&mut self, entries: &[LedgerEntry], currency: Currency, confirmed: Option<Timestamp>) {
        for entry in entries.iter().filter(|entry| entry.ledger == LedgerAccount::Receivables) {
            self.moved(entry.day, currency, entry.amount, confirmed);
        }
    }

    fn moved(&mut self, day: Day, currency: Currency, amount: Amount, confirmed: Option<Timestamp>) {
        *self.ours.entry((day, currency)).or_default() += amount.0;
        let last = self.confirmed.entry((day, currency)).or_default();
        *last = confirmed.map_or(*last, |confirmed| confirmed.max(*last));
    }

    pub(super) fn finish(self, report: &mut Report) {
        let (Some(told), Some(since)) = (self.told, self.posts_since) else { return };
        let mut days: BTreeMap<(Day, Currency), (i64, i64)> =
            self.ours.into_iter().map(|(key, ours)| (key, (ours, 0))).collect();
        for movement in &told.movements {
            days.entry((movement.day, movement.currency)).or_default().1 += movement.amount.0;
        }
        // on the first of its days the ERP has a part
        let is_told = |day: Day| day > since && (told.from..=told.until).contains(&day);
        for ((day, currency), (ours, theirs)) in days {
            let last = self.confirmed.get(&(day, currency)).copied().unwrap_or_default();
            // what was on its way when the ERP was asked may be in its answer, or not
            let in_flight = last != Timestamp::default() && last >= told.asked_at;
            if is_told(day) && !in_flight {
                let stake = Stake::new(Some(day.start()), Amount(ours.saturating_sub(theirs)));
                report.hold(&BY_DAY, format_args!("{day} {currency}"), ours, theirs, stake);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::{Invoice, InvoiceEvent};
    use crate::cash::{Payment, PaymentEvent};
    use crate::ids::*;
    use crate::order::fixture::{Story, at};
    use crate::reconcile::check;

    fn day(ahead: i32) -> Day {
        at(0).now.day().plus_days(ahead)
    }

    /// Documents of a hundred on the second day, of which thirty are paid on the fourth.
    fn books(confirmed: bool) -> Story {
        let mut story = Story::new();
        let invoice = Invoice {
            id: InvoiceId(1),
            date: day(2),
            gross: Amount(100),
            currency: Currency::EUR,
            erp_reference: Some("E-1".into()),
            ..Invoice::default()
        };
        story.books().record(&InvoiceId(1), InvoiceEvent::Posted(Box::new(invoice)));
        let entry = |ledger, amount| LedgerEntry { ledger, amount: Amount(amount), day: day(4), ..LedgerEntry::default() };
        for (id, bookings, ledger) in [
            (1, (1, 1), vec![]),
            (2, (1, u32::from(confirmed)), vec![entry(LedgerAccount::Bank, 30), entry(LedgerAccount::Receivables, -30)]),
        ] {
            let (id, received_at) = (PaymentId(id), at(0).now);
            let payment = Payment { id, bookings, ledger, received_at, currency: Currency::EUR, ..Payment::default() };
            story.books().record(&id, PaymentEvent::Received(Box::new(payment)));
        }
        story
    }

    fn found(story: &mut Story, until: i32, movements: &[(i32, i64)]) -> Vec<(String, String, i64)> {
        let currency = Currency::EUR;
        let movements =
            movements.iter().map(|(ahead, amount)| ErpMovement { day: day(*ahead), currency, amount: Amount(*amount) });
        let (from, until, asked_at) = (day(0), day(until), at(5).now);
        note_erp(story.books(), ErpControl { from, until, asked_at, movements: movements.collect() });
        let breaks = check(story.books.iter(), None).breaks.into_iter().filter(|found| found.cause == "erp-differs");
        breaks.map(|found| (found.key.to_string(), found.right.to_string(), found.value.0)).collect()
    }

    #[test]
    fn what_the_erp_confirmed_after_it_was_asked_is_not_held_against_its_answer() {
        for (minute, differs) in [(4, true), (5, false), (6, false)] {
            let mut story = books(false);
            // its answer lacks the payment
            assert_eq!(found(&mut story, 6, &[(2, 100)]), [], "it is on its way");
            let confirmed = PaymentEvent::ConfirmedByErp { reference: "E-2".into(), at: at(minute).now };
            story.books().record(&PaymentId(2), confirmed);
            assert_eq!(found(&mut story, 6, &[(2, 100)]).is_empty(), !differs, "minute {minute}");
        }
    }

    #[test]
    fn domain_1_10_r6_the_sub_ledger_and_the_erps_control_account_agree_on_each_day() {
        let mut story = books(true);
        assert_eq!(found(&mut story, 6, &[(2, 100), (4, -30)]), []);
        // in all it is the same, and on each day it is not
        let apart = |ahead, theirs: &str, value| (format!("{} EUR", day(ahead)), theirs.to_owned(), value);
        assert_eq!(found(&mut story, 6, &[(2, 70)]), [apart(2, "70", 30), apart(4, "0", 30)]);
        assert_eq!(found(&mut story, 6, &[(2, 100), (4, -30), (5, 7)]), [apart(5, "7", 7)]);
    }

    #[test]
    fn what_is_on_its_way_to_the_erp_and_days_that_it_was_not_asked_about_are_no_breaks() {
        assert_eq!(found(&mut books(false), 6, &[(2, 100)]), []);
        assert_eq!(found(&mut books(true), 3, &[(2, 100)]), []);
    }
}
