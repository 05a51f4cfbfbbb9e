//! Money is given back that belongs to no units: a goodwill credit, a discount granted afterwards, postage refunded.

use units::{Amount, Text, prorate};

use super::credit_note::{credited_invoice, offset};
use super::post::{Effects, post, summed};
use super::state::{DocumentKind, Invoice, TaxLine};
use crate::books::{Books, Stop};
use crate::context::Context;
use crate::ids::InvoiceId;
use crate::order::existing;
use crate::refusal::Refusal;

/// Credits a net amount for an invoice, at that invoice's rates; what is open of it is reduced first.
///
/// It is a document of its own kind, because it takes no units back: they can still be returned and credited. Refused for a document
/// that is no invoice, for nothing, for more than the invoice's net amount less what was given before, and above the actor's limit.
/// Source: domain §1.6 (goodwill credits are a separate type), §1.4 (original rate).
pub fn goodwill(
    books: &mut dyn Books,
    invoice: InvoiceId,
    net: Amount,
    reason: &str,
    cx: &Context,
) -> Result<InvoiceId, Stop> {
    let original = credited_invoice(books, invoice)?;
    let order = existing(books, original.order)?;
    let mut before = Amount::ZERO;
    for id in &order.invoices {
        let given = books.invoice(id)?.filter(|note| note.kind == DocumentKind::Goodwill && note.corrects == Some(invoice));
        before += given.map_or(Amount::ZERO, |note| note.net);
    }
    let available = original.net - before;
    if !net.is_positive() || net > available {
        return Err(Refusal::TooMuchMoney { wanted: net, available }.into());
    }
    let taxes = taxes(&original, before, before + net);
    let draft = Invoice {
        kind: DocumentKind::Goodwill,
        corrects: Some(invoice),
        reason: reason.into(),
        freight: net,
        taxes,
        tax_rounding: original.tax_rounding,
        ..Invoice::default()
    };
    // the amount stands in no line, and is no freight of the order either
    let draft = Invoice { freight: Amount::ZERO, ..summed(draft) };
    if cx.actor.limit.is_some_and(|limit| draft.gross > limit) {
        let why = Text::const_new("giving that much away needs more authority");
        return Err(Refusal::NotAllowed { actor: cx.actor.id.clone(), why }.into());
    }
    let note = post(books, &order, draft, Effects::default(), cx)?;
    offset(books, &order.account, invoice, note)?;
    Ok(note)
}

/// Tax of what is given between two amounts, cumulatively, so that all of an invoice gives all of its tax back.
fn taxes(original: &Invoice, from: Amount, to: Amount) -> Vec<TaxLine> {
    let weights: Vec<i64> = original.taxes.iter().map(|tax| tax.base.0.max(0)).collect();
    let (before, after) = (prorate(from.0, &weights), prorate(to.0, &weights));
    let line = |((tax, before), after): ((&TaxLine, i64), i64)| TaxLine {
        rate: tax.rate,
        base: Amount(after - before),
        tax: Amount(after).percent(tax.rate) - Amount(before).percent(tax.rate),
    };
    original.taxes.iter().zip(before).zip(after).map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::credit_note;
    use crate::context::Role;
    use crate::ids::LineNo;
    use crate::order::fixture::{billed, clerk};
    use units::Quantity;

    #[test]
    fn domain_1_6_a_goodwill_credit_is_a_document_of_its_own_at_the_original_rate() {
        let (mut story, id, invoice) = billed();
        let note = goodwill(story.books(), invoice, Amount(1_000), "late", &clerk("ann", 5)).unwrap();
        let note = story.books().invoice(&note).unwrap().unwrap();
        assert_eq!(
            (note.kind, note.net, note.tax, note.gross),
            (DocumentKind::Goodwill, Amount(1_000), Amount(190), Amount(1_190))
        );
        assert_eq!((note.lines.len(), note.corrects), (0, Some(invoice)));
        assert_eq!(story.order(id).receivable, Amount(11_900 - 1_190));
        // the goods can still come back, all of them
        credit_note(story.books(), invoice, &[(LineNo(1), Quantity(10))], "returned", &clerk("ann", 6)).unwrap();
        assert_eq!(story.order(id).receivable, Amount(-1_190));
        story.check();
    }

    #[test]
    fn no_more_is_given_than_the_invoice_and_nobody_gives_more_than_they_may() {
        let (mut story, _, invoice) = billed();
        let mut small = clerk("bob", 5);
        small.actor.limit = Some(Amount(500));
        small.actor.roles = vec![Role::Receivables];
        let refused = goodwill(story.books(), invoice, Amount(1_000), "late", &small);
        assert!(matches!(refused, Err(Stop::Refused(Refusal::NotAllowed { .. }))));
        for (amount, is_given) in [(0, false), (-1, false), (4_000, true), (6_001, false), (6_000, true), (1, false)] {
            let given = goodwill(story.books(), invoice, Amount(amount), "late", &clerk("ann", 5));
            assert_eq!(given.is_ok(), is_given, "{amount}");
        }
        assert_eq!(story.books().account(&"ACME".into()).unwrap().unwrap().ledger.receivable(), Amount(0));
        story.check();
    }
}
