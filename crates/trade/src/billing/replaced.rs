//! Invoices that were billed anew lead to the invoices in their place: customers go on naming the number that they know.

use crate::books::{Books, Stop};
use crate::ids::InvoiceId;

/// Invoices and all that were billed in their place since. Source: domain §1.5.4 (linked pair), §1.7 (stage 2).
pub(crate) fn with_replacements(books: &mut dyn Books, mut invoices: Vec<InvoiceId>) -> Result<Vec<InvoiceId>, Stop> {
    let mut at = 0;
    while let Some(invoice) = invoices.get(at) {
        let replaced_by = books.invoice(invoice)?.map(|invoice| invoice.replaced_by.clone()).unwrap_or_default();
        let unknown: Vec<InvoiceId> = replaced_by.into_iter().filter(|by| !invoices.contains(by)).collect();
        invoices.extend(unknown);
        at += 1;
    }
    Ok(invoices)
}

#[cfg(test)]
mod tests {
    use units::{Amount, Currency};

    use crate::billing::{Rebilling, bill, rebill};
    use crate::cash::{Adjustment, EntryDocument, RemittanceLine, StatementDocument, apply, import};
    use crate::fulfilment::ShipConfirm;
    use crate::ids::{InvoiceId, LineNo};
    use crate::order::fixture::{Story, at, clerk};

    /// Pays 90.00 for ten of X that were billed at 10.00, left with a bill of lading, and were billed anew at 9.50 and at 9.00; says what
    /// is owed then.
    fn paid_with(remittance: impl Fn(&mut Story, InvoiceId) -> String) -> Amount {
        paid(9_000, |story, invoice, entry| entry.remittance = remittance(story, invoice).into())
    }

    /// The same, for another amount and with all that the payer says.
    fn paid(amount: i64, say: impl Fn(&mut Story, InvoiceId, &mut EntryDocument)) -> Amount {
        let mut story = Story::new();
        story.stock("X", "WH1", 20);
        let id = story.promised(&[("X", 10)]);
        let released = crate::order::release(story.books(), id, &at(2)).unwrap()[0];
        let confirm = ShipConfirm {
            warehouse_order: released,
            reference: "S-1".into(),
            shipped_at: at(3).now,
            lines: vec![(LineNo(1), units::Quantity(10))],
            bill_of_lading: "BOL-004711".into(),
            ..ShipConfirm::default()
        };
        crate::fulfilment::ship(story.books(), &confirm, &at(3)).unwrap();
        let invoice = bill(story.books(), id, &at(4)).unwrap()[0];
        for price in ["9.50", "9"] {
            let prices = vec![(LineNo(1), price.parse().unwrap())];
            let wanted = Rebilling { prices, reason: "as agreed".into(), ..Rebilling::default() };
            rebill(story.books(), id, &wanted, &clerk("ann", 5)).unwrap();
        }
        // another one that is open and comes to the same
        let other = story.promised(&[("X", 9)]);
        story.ship_everything(other);
        bill(story.books(), other, &at(6)).unwrap();
        assert_eq!(story.order(other).receivable, Amount(9_000));
        let mut entry = EntryDocument {
            bank_reference: "B-1".into(),
            amount: Amount(amount),
            customer_number: "ACME".into(),
            ..EntryDocument::default()
        };
        say(&mut story, invoice, &mut entry);
        let statement = StatementDocument {
            reference: "S-1".into(),
            bank_account: "DE99".into(),
            currency: Currency::EUR,
            entries: vec![entry],
            ..StatementDocument::default()
        };
        let payment = import(story.books(), &statement, &at(7)).unwrap().payments[0];
        apply(story.books(), payment, &at(7)).unwrap();
        story.check();
        story.order(id).receivable
    }

    #[test]
    fn domain_1_7_stage_2_an_invoice_that_was_billed_anew_is_found_by_its_first_number_and_its_bill_of_lading() {
        let number = |story: &mut Story, id| story.books().invoice(&id).unwrap().unwrap().number.to_string();
        assert_eq!(paid_with(number), Amount(0));
        assert_eq!(paid_with(|_, _| "BOL-004711".to_owned()), Amount(0));
        assert_eq!(paid_with(|_, _| "thanks".to_owned()), Amount(9_000));
    }

    #[test]
    fn domain_1_7_stage_5_what_a_line_takes_off_an_invoice_that_was_billed_anew_is_taken_off_the_one_in_its_place() {
        // both are paid by name; five are taken off the one that was billed anew, with a reason
        let open = paid(17_500, |story, invoice, entry| {
            let number = |story: &mut Story, id| story.books().invoice(&id).unwrap().unwrap().number.clone();
            let last = story.books.iter().filter_map(|(_, aggregate)| match aggregate {
                crate::Aggregate::Invoice(invoice) => Some(invoice.id),
                _ => None,
            });
            let other = last.max().unwrap();
            let line = |document, paid, adjustments| RemittanceLine {
                document,
                paid: Amount(paid),
                adjustments,
                ..RemittanceLine::default()
            };
            let damage = Adjustment { amount: Amount(500), reason: "DMG".into() };
            entry.lines = vec![line(number(story, invoice), 8500, vec![damage]), line(number(story, other), 9_000, vec![])];
        });
        assert_eq!(open, Amount(500), "the deduction stays open on its own invoice");
    }
}
