//! Open items less what was credited of them: the early-payment discount shrinks with what is owed (domain §1.7).

use std::sync::Arc;

use units::{Amount, prorate};

use crate::account::{Account, OpenItem};
use crate::billing::credits_of;
use crate::books::{Books, Stop};

/// The account with its items as [`less_credits`] has them.
pub(super) fn account_less_credits(books: &mut dyn Books, account: Arc<Account>) -> Result<Arc<Account>, Stop> {
    if !account.ledger.open_items.iter().any(is_reduced) {
        return Ok(account);
    }
    let mut account = (*account).clone();
    let items = std::mem::take(&mut account.ledger.open_items);
    account.ledger.open_items = items.into_iter().map(|item| less_credits(books, item)).collect::<Result<_, _>>()?;
    Ok(Arc::new(account))
}

/// An item of which nothing was paid, as if it had been billed without what was credited or written off of it: what is open is its
/// amount, and the discount is the same part of that. Others stay as they are.
pub(super) fn less_credits(books: &mut dyn Books, item: OpenItem) -> Result<OpenItem, Stop> {
    let Some((discount, last)) = item.discount.filter(|_| is_reduced(&item)) else { return Ok(item) };
    let Some(document) = books.invoice(&item.invoice)? else { return Ok(item) };
    let Some(account) = books.account(&document.account)? else { return Ok(item) };
    let mut gone: Amount = document.written_off.iter().map(|(_, amount)| *amount).sum();
    for note in credits_of(books, &document)? {
        let unused = account.ledger.item(note.id).map(|note| note.open).unwrap_or_default();
        gone += note.gross + unused;
    }
    if item.open != item.amount - gone {
        return Ok(item);
    }
    let left = prorate(discount.0, &[item.open.0, gone.0]).first().map_or(Amount::ZERO, |left| Amount(*left));
    Ok(OpenItem { amount: item.open, discount: Some((left, last)), ..item })
}

/// Whether an item with a discount is open in part only.
fn is_reduced(item: &OpenItem) -> bool {
    item.discount.is_some() && item.open != item.amount && item.open.is_positive()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::credit_note;
    use crate::cash::{self, Outcome};
    use crate::ids::*;
    use crate::master::Terms;
    use crate::order::Order;
    use crate::order::fixture::{Story, at, billed_with, clerk};
    use units::Quantity;

    /// An invoice of 119.00 with 2 % for ten days, of which two units of ten were credited.
    fn credited() -> (Story, InvoiceId) {
        let terms = Terms { discount_percent: "2".parse().unwrap(), discount_days: 10, ..Terms::default() };
        let (mut story, _, invoice) = billed_with(Order { terms, ..Order::default() });
        credit_note(story.books(), invoice, None, &[(LineNo(1), Quantity(2))], "returned", &clerk("ann", 5)).unwrap();
        (story, invoice)
    }

    fn pay(story: &mut Story, amount: i64) -> (Outcome, Amount) {
        let entry = cash::EntryDocument {
            bank_reference: "B-9".into(),
            amount: Amount(amount),
            value_date: at(5).now.day(),
            remittance: "CD-2026-000001".into(),
            ..Default::default()
        };
        let entries = vec![entry];
        let statement = cash::StatementDocument { reference: "S-9".into(), entries, ..Default::default() };
        let id = cash::import(story.books(), &statement, &at(5)).unwrap().payments[0];
        let outcome = cash::apply(story.books(), id, &at(5)).unwrap().outcome;
        let payment = story.books().payment(&id).unwrap().unwrap();
        (outcome, payment.allocations.first().map(|of| of.discount).unwrap_or_default())
    }

    #[test]
    fn domain_1_7_the_discount_of_an_invoice_that_was_credited_in_part_is_that_of_the_rest() {
        let (mut story, invoice) = credited();
        let open = story.books().account(&"ACME".into()).unwrap().unwrap().ledger.item(invoice).unwrap().open;
        assert_eq!(open, Amount(9_520));
        let (outcome, discount) = pay(&mut story, 9_520 - 190);
        assert_eq!((outcome, discount), (Outcome::Applied, Amount(190)));
        story.check();
    }

    #[test]
    fn what_was_paid_in_part_has_no_discount_any_more() {
        let (mut story, invoice) = credited();
        story.pay(invoice, 1_000);
        let (outcome, discount) = pay(&mut story, 8_520 - 170);
        assert_eq!((outcome, discount), (Outcome::Deduction, Amount::ZERO));
        story.check();
    }
}
