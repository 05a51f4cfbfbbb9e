//! What was billed is credited: a document of its own, never a change of the first.

use units::{Amount, Quantity, Text};

use super::post::{Effects, post, summed};
use super::share::due;
use super::state::{DocumentKind, Invoice, InvoiceLine};
use crate::account::AccountEvent;
use crate::books::{Books, Key, Stop};
use crate::context::Context;
use crate::ids::*;
use crate::order::existing;
use crate::refusal::Refusal;
use crate::tax;

/// Credits units of an invoice at its own prices and rates; no line means everything that is left of it. What is open of the invoice
/// is reduced first; the rest is the customer's credit.
///
/// Refused for documents that are no invoice, for units that it does not bill, and for more than is left. Source: domain §1.6.
pub fn credit_note(
    books: &mut dyn Books,
    invoice: InvoiceId,
    lines: &[(LineNo, Quantity)],
    reason: &str,
    cx: &Context,
) -> Result<InvoiceId, Stop> {
    let original = books.invoice(&invoice)?.ok_or_else(|| Refusal::NotFound(Key::Invoice(invoice)))?;
    if original.kind != DocumentKind::Invoice {
        return Err(Refusal::Conflict(Text::from(format!("{} is no invoice", original.number))).into());
    }
    let order = existing(books, original.order)?;
    let before = credited_before(books, &original)?;
    let left =
        |line: &InvoiceLine| line.quantity - before.iter().filter(|(no, _)| *no == line.line).map(|(_, units)| *units).sum();
    let wanted: Vec<(LineNo, Quantity)> = if lines.is_empty() {
        original.lines.iter().map(|line| (line.line, left(line))).filter(|(_, units)| units.is_positive()).collect()
    } else {
        lines.to_vec()
    };
    if wanted.is_empty() {
        return Err(Refusal::NotEnough { wanted: Quantity(1), available: Quantity::ZERO }.into());
    }
    let mut credited = Vec::with_capacity(wanted.len());
    let mut counted = Vec::with_capacity(wanted.len());
    for (at, (no, quantity)) in wanted.iter().enumerate() {
        let billed = original.lines.iter().find(|line| line.line == *no);
        let Some(billed) = billed.filter(|_| !wanted.iter().take(at).any(|(other, _)| other == no)) else {
            return Err(invalid(at, "line", no.0, "a line of the invoice, once").into());
        };
        if !quantity.is_positive() {
            return Err(invalid(at, "quantity", quantity, "more than 0").into());
        }
        if *quantity > left(billed) {
            return Err(Refusal::NotEnough { wanted: *quantity, available: left(billed) }.into());
        }
        // cumulative, so that the last unit takes what is left
        let gone = billed.quantity - left(billed);
        let net = due(billed.net, (gone + *quantity).0, billed.quantity.0) - due(billed.net, gone.0, billed.quantity.0);
        counted.push((*no, -*quantity, -net));
        credited.push(InvoiceLine { quantity: *quantity, net, ..billed.clone() });
    }
    let goods: Amount = original.lines.iter().map(|line| line.net).sum();
    let part: Amount = credited.iter().map(|line| line.net).sum();
    let discount = due(original.discount, part.0, goods.0);
    let freight = if lines.is_empty() && before.is_empty() { original.freight } else { Amount::ZERO };
    let nets: Vec<_> = credited.iter().map(|line| (line.tax_rate, line.net)).collect();
    let draft = summed(Invoice {
        kind: DocumentKind::CreditNote,
        corrects: Some(invoice),
        reason: reason.into(),
        lines: credited,
        freight,
        discount,
        taxes: tax::of_parts(&nets, freight, discount),
        ..Invoice::default()
    });
    let effects = Effects { lines: counted, freight: -freight, discount: -discount, ..Effects::default() };
    let note = post(books, &order, draft, effects, cx)?;
    offset(books, &order.account, invoice, note)?;
    Ok(note)
}

/// Units by line that earlier credit notes took back of an invoice.
fn credited_before(books: &mut dyn Books, original: &Invoice) -> Result<Vec<(LineNo, Quantity)>, Stop> {
    let mut before = Vec::new();
    for id in &existing(books, original.order)?.invoices {
        let note = books.invoice(id)?.filter(|note| note.corrects == Some(original.id));
        if let Some(note) = note {
            before.extend(note.lines.iter().map(|line| (line.line, line.quantity)));
        }
    }
    Ok(before)
}

/// A credit note settles what is open of its invoice.
fn offset(books: &mut dyn Books, account: &AccountId, invoice: InvoiceId, note: InvoiceId) -> Result<(), Stop> {
    let ledger = books.account(account)?.map(|account| account.ledger.clone()).unwrap_or_default();
    let open = |id| ledger.item(id).map_or(Amount::ZERO, |item| item.open);
    let amount = open(invoice).min(-open(note)).max(Amount::ZERO);
    if amount.is_positive() {
        books.record(account, AccountEvent::ItemReduced { invoice, by: amount });
        books.record(account, AccountEvent::ItemReduced { invoice: note, by: -amount });
    }
    Ok(())
}

fn invalid(at: usize, field: &str, given: impl std::fmt::Display, wanted: &'static str) -> Refusal {
    Refusal::Invalid {
        field: compact_str::format_compact!("lines[{at}].{field}"),
        given: compact_str::format_compact!("{given}"),
        wanted: Text::const_new(wanted),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::bill;
    use crate::order::fixture::{Story, at, clerk, submitted};
    use crate::order::{Submission, SubmittedLine, approve, promise};

    #[test]
    fn domain_1_6_one_by_one_the_credits_add_up() {
        let mut story = Story::new();
        story.stock("X", "WH1", 3);
        let line = SubmittedLine { price: Some("33.33333333".parse().unwrap()), ..submitted("X", "3") };
        let id = story.receive(&Submission { lines: vec![line], ..story.submission() }).unwrap();
        approve(story.books(), id, &at(1)).unwrap();
        promise(story.books(), id, &at(1)).unwrap();
        story.ship_everything(id);
        let invoice = bill(story.books(), id, &at(4)).unwrap()[0];
        let mut amounts = Vec::new();
        for _ in 0..3 {
            let note =
                credit_note(story.books(), invoice, &[(LineNo(1), Quantity(1))], "damaged", &clerk("ann", 5)).unwrap();
            amounts.push(story.books().invoice(&note).unwrap().unwrap().gross.0);
        }
        assert_eq!(amounts, [3_333, 3_333, 3_334]);
        assert!(credit_note(story.books(), invoice, &[(LineNo(1), Quantity(1))], "again", &clerk("ann", 6)).is_err());
        let account = story.books().account(&"ACME".into()).unwrap().unwrap();
        assert_eq!((account.ledger.receivable(), account.ledger.open_items.len()), (Amount(0), 0));
        assert_eq!(story.order(id).receivable, Amount(0));
        story.check();
    }
}
