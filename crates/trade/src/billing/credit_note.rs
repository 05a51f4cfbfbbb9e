//! What was billed is credited: a document of its own, never a change of the first.

use std::sync::Arc;

use compact_str::format_compact;
use units::{Amount, Quantity, Text};

use super::post::{Effects, post, summed};
use super::share::due;
use super::state::{DocumentKind, Invoice, InvoiceLine, TaxLine};
use crate::account::AccountEvent;
use crate::books::{Books, Key, Stop};
use crate::cash::void_deduction;
use crate::context::Context;
use crate::ids::*;
use crate::order::existing;
use crate::refusal::Refusal;
use crate::tax::{self, TaxedLine};

/// The invoice that something is credited of; refused for any other kind of document.
pub(super) fn credited_invoice(books: &mut dyn Books, id: InvoiceId) -> Result<Arc<Invoice>, Stop> {
    let original = books.invoice(&id)?.ok_or(Refusal::NotFound(Key::Invoice(id)))?;
    if original.kind != DocumentKind::Invoice {
        return Err(Refusal::Conflict(Text::from(format!("{} is no invoice", original.number))).into());
    }
    Ok(original)
}

/// Credits units of an invoice at its own prices and rates; no line means everything that is left of it. What is open of the invoice
/// is reduced first; the rest is the customer's credit.
///
/// Refused for documents that are no invoice, for units that it does not bill, for more than is left, and above the actor's limit.
/// Source: domain §1.6.
pub fn credit_note(
    books: &mut dyn Books,
    invoice: InvoiceId,
    lines: &[(LineNo, Quantity)],
    reason: &str,
    cx: &Context,
) -> Result<InvoiceId, Stop> {
    let original = credited_invoice(books, invoice)?;
    let order = existing(books, original.order)?;
    let credits = credits_of(books, &original)?;
    let before = Before::of(&credits);
    let left = |line: &InvoiceLine| line.quantity - before.units(line.line);
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
            return Err(Refusal::invalid(format_compact!("lines[{at}].line"), no.0, "a line of the invoice, once").into());
        };
        if !quantity.is_positive() {
            return Err(Refusal::invalid(format_compact!("lines[{at}].quantity"), quantity, "more than 0").into());
        }
        if *quantity > left(billed) {
            return Err(Refusal::NotEnough { wanted: *quantity, available: left(billed) }.into());
        }
        // a share of what is left, so that the last unit takes all of it
        let net = due(before.left_of(billed), quantity.0, left(billed).0);
        counted.push((*no, -*quantity, -net));
        credited.push(InvoiceLine { quantity: *quantity, net, ..billed.clone() });
    }
    let (goods, part) = (value(&original.lines), value(&credited));
    // by what the units were billed at: a lower price that was credited since took no discount with it
    let gone: Amount = original
        .lines
        .iter()
        .map(|line| {
            let units = before.units(line.line) + units_of(&credited, line.line);
            due(line.net, units.0, line.quantity.0)
        })
        .sum();
    let freight = if lines.is_empty() { original.freight - before.freight } else { Amount::ZERO };
    // a discount of more than the goods was granted on the freight, which may not come back: no note is negative
    let discount = (due(original.discount, gone.0, goods.0) - before.discount).min(part + freight);
    let taxed =
        credited.iter().map(|line| TaxedLine::new(line.tax_rate, line.net, line.price, line.quantity, order.currency));
    let mut taxes = tax::of_parts(original.tax_rounding, &taxed.collect::<Vec<_>>(), freight, discount);
    let is_rest = original.lines.iter().all(|line| left(line) == units_of(&credited, line.line));
    before.keep_within(&original, &mut taxes, is_rest && before.freight + freight == original.freight);
    let draft = summed(Invoice {
        kind: DocumentKind::CreditNote,
        corrects: Some(invoice),
        reason: reason.into(),
        lines: credited,
        freight,
        discount,
        taxes,
        tax_rounding: original.tax_rounding,
        ..Invoice::default()
    });
    within_limit(&credits, &draft, cx)?;
    let effects = Effects { lines: counted, freight: -freight, discount: -discount, ..Effects::default() };
    let note = post(books, &order, draft, effects, cx)?;
    offset(books, &order.account, invoice, note, cx)?;
    Ok(note)
}

/// What earlier credit notes took back of an invoice.
#[derive(Debug, Default)]
pub(super) struct Before {
    lines: Vec<(LineNo, Quantity, Amount)>,
    discount: Amount,
    freight: Amount,
    taxes: Vec<TaxLine>,
}

impl Before {
    /// Of credit notes only: goodwill takes nothing back.
    pub(super) fn of(credits: &[Arc<Invoice>]) -> Self {
        let mut before = Self::default();
        for note in credits.iter().filter(|credit| credit.kind == DocumentKind::CreditNote) {
            before.lines.extend(note.lines.iter().map(|line| (line.line, line.quantity, line.net)));
            before.discount += note.discount;
            before.freight += note.freight;
            before.taxes.extend(&note.taxes);
        }
        before
    }

    /// Units of a line that were credited.
    pub(super) fn units(&self, no: LineNo) -> Quantity {
        self.lines.iter().filter(|(line, ..)| *line == no).map(|(_, units, _)| *units).sum()
    }

    /// What is left of a line's net amount.
    pub(super) fn left_of(&self, billed: &InvoiceLine) -> Amount {
        let credited: Amount = self.lines.iter().filter(|(line, ..)| *line == billed.line).map(|(.., net)| *net).sum();
        billed.net - credited
    }

    /// Keeps the tax of all credit notes within that of the goods, rate by rate; the last one takes what is left of it.
    pub(super) fn keep_within(&self, original: &Invoice, taxes: &mut [TaxLine], is_last: bool) {
        let of_rate =
            |taxes: &[TaxLine], rate| -> Amount { taxes.iter().filter(|tax| tax.rate == rate).map(|tax| tax.tax).sum() };
        let whole = taxes_of(original);
        for tax in taxes {
            let left = of_rate(&whole, tax.rate) - of_rate(&self.taxes, tax.rate);
            tax.tax = if is_last { left } else { tax.tax.min(left) };
        }
    }
}

/// What was given back of an invoice before, in whatever way.
pub(super) fn credits_of(books: &mut dyn Books, original: &Invoice) -> Result<Vec<Arc<Invoice>>, Stop> {
    let mut credits = Vec::new();
    for id in &existing(books, original.order)?.invoices {
        credits.extend(books.invoice(id)?.filter(|note| note.kind.is_credit() && note.corrects == Some(original.id)));
    }
    Ok(credits)
}

/// The tax of an invoice, that included which its deposit paid.
pub(super) fn taxes_of(original: &Invoice) -> Vec<TaxLine> {
    if original.deposit.is_zero() {
        return original.taxes.clone();
    }
    let lines = original.lines.iter();
    let taxed = lines.map(|line| TaxedLine::new(line.tax_rate, line.net, line.price, line.quantity, original.currency));
    tax::of_parts(original.tax_rounding, &taxed.collect::<Vec<_>>(), original.freight, original.discount)
}

fn value(lines: &[InvoiceLine]) -> Amount {
    lines.iter().map(|line| line.net).sum()
}

fn units_of(lines: &[InvoiceLine], no: LineNo) -> Quantity {
    lines.iter().filter(|line| line.line == no).map(|line| line.quantity).sum()
}

/// Refuses a document that gives more away than somebody may, with all that they credited of the same invoice before.
pub(super) fn within_limit(credits: &[Arc<Invoice>], draft: &Invoice, cx: &Context) -> Result<(), Refusal> {
    let own = credits.iter().filter(|credit| credit.posted_by == cx.actor.id);
    let credited = draft.gross + own.map(|credit| credit.gross).sum::<Amount>();
    if cx.actor.limit.is_some_and(|limit| credited > limit) {
        let why = Text::const_new("giving that much away needs more authority");
        return Err(Refusal::NotAllowed { actor: cx.actor.id.clone(), why });
    }
    Ok(())
}

/// A credit note settles what is open of its invoice.
pub(super) fn offset(
    books: &mut dyn Books,
    account: &AccountId,
    invoice: InvoiceId,
    note: InvoiceId,
    cx: &Context,
) -> Result<(), Stop> {
    let ledger = books.account(account)?.map(|account| account.ledger.clone()).unwrap_or_default();
    let open = |id| ledger.item(id).map_or(Amount::ZERO, |item| item.open);
    let amount = open(invoice).min(-open(note)).max(Amount::ZERO);
    if amount.is_positive() {
        if amount == open(invoice) {
            void_deduction(books, account, invoice, cx)?;
        }
        books.record(account, AccountEvent::ItemReduced { invoice, by: amount });
        books.record(account, AccountEvent::ItemReduced { invoice: note, by: -amount });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::bill;
    use crate::order::fixture::{Story, at, clerk, submitted};
    use crate::order::{OrderEvent, Submission, SubmittedLine, approve, promise};

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

    #[test]
    fn domain_1_4_the_tax_of_all_credits_is_that_of_the_invoice() {
        let mut story = Story::new();
        story.stock("X", "WH1", 3);
        let line = SubmittedLine { price: Some("0.55".parse().unwrap()), ..submitted("X", "3") };
        let submission = Submission { lines: vec![line], freight: Amount(100), discount: Amount(10), ..story.submission() };
        let id = story.receive(&submission).unwrap();
        let rates = vec![(LineNo(1), "8.25".parse().unwrap())];
        story.books().record(&id, OrderEvent::TaxDetermined { rates, tax: Amount(21), degraded: false });
        approve(story.books(), id, &at(1)).unwrap();
        promise(story.books(), id, &at(1)).unwrap();
        story.ship_everything(id);
        let invoice = bill(story.books(), id, &at(4)).unwrap()[0];
        let unit = [(LineNo(1), Quantity(1))];
        for units in [&unit[..], &unit[..], &[]] {
            credit_note(story.books(), invoice, units, "damaged", &clerk("ann", 5)).unwrap();
        }
        let account = story.books().account(&"ACME".into()).unwrap().unwrap();
        assert_eq!((account.ledger.receivable(), account.ledger.invoiced_total), (Amount(0), Amount(0)));
        let order = story.order(id);
        assert_eq!((order.receivable, order.freight_invoiced, order.discount_invoiced), (Amount(0), Amount(0), Amount(0)));
        story.check();
    }

    #[test]
    fn a_discount_of_more_than_the_goods_makes_no_credit_note_negative() {
        let mut story = Story::new();
        story.stock("X", "WH1", 10);
        let base = story.submission();
        let id =
            story.receive(&crate::order::Submission { freight: Amount(100), discount: Amount(10_060), ..base }).unwrap();
        crate::order::approve(story.books(), id, &at(1)).unwrap();
        crate::order::promise(story.books(), id, &at(1)).unwrap();
        story.ship_everything(id);
        let invoice = bill(story.books(), id, &at(4)).unwrap()[0];
        assert_eq!(story.books().invoice(&invoice).unwrap().unwrap().gross, Amount(40));
        let note = credit_note(story.books(), invoice, &[(LineNo(1), Quantity(10))], "broken", &clerk("ann", 5)).unwrap();
        let note = story.books().invoice(&note).unwrap().unwrap();
        assert_eq!((note.discount, note.gross), (Amount(10_000), Amount(0)));
        story.check();
    }
}
