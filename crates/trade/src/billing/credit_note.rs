//! What was billed is credited: a document of its own, never a change of the first.

use std::collections::BTreeSet;
use std::sync::Arc;

use compact_str::format_compact;
use units::{Amount, Quantity, Text};

use super::post::{Effects, parts_of, post_all, summed};
use super::share::due;
use super::state::{DocumentKind, Invoice, InvoiceLine, InvoicePart, TaxLine};
use crate::account::{settle, settled};
use crate::books::{Books, Key, Stop};
use crate::cash::void_deduction;
use crate::context::Context;
use crate::ids::*;
use crate::order::{company, existing};
use crate::refusal::Refusal;
use crate::tax::{self, TaxedLine};

/// The invoice that something is credited of; refused for any other kind of document.
pub(crate) fn credited_invoice(books: &mut dyn Books, id: InvoiceId) -> Result<Arc<Invoice>, Stop> {
    let original = books.invoice(&id)?.ok_or(Refusal::NotFound(Key::Invoice(id)))?;
    if original.kind != DocumentKind::Invoice {
        return Err(Refusal::Conflict(Text::from(format!("{} is no invoice", original.number))).into());
    }
    Ok(original)
}

/// Credits units of an invoice at its own prices and rates; no line means everything that is left of it, or of the order `of` where it
/// bills several. What is open of the invoice is reduced first; the rest is the customer's credit.
///
/// Refused for documents that are no invoice, for lines without their order where it bills several, for units that it does not bill,
/// for more than is left, and above the actor's limit. Source: domain §1.6.
pub fn credit_note(
    books: &mut dyn Books,
    invoice: InvoiceId,
    of: Option<OrderId>,
    lines: &[(LineNo, Quantity)],
    reason: &str,
    cx: &Context,
) -> Result<InvoiceId, Stop> {
    credit(books, invoice, of, lines, reason, Purpose::Credit, cx)
}

/// Credits all that is left of an invoice of one order, to bill it anew: the order goes on counting the units as invoiced, and what is given
/// away is known only with the new invoice.
pub(super) fn credit_whole(
    books: &mut dyn Books,
    invoice: InvoiceId,
    of: OrderId,
    reason: &str,
    cx: &Context,
) -> Result<InvoiceId, Stop> {
    credit(books, invoice, Some(of), &[], reason, Purpose::Rebill, cx)
}

/// What units are credited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// They are not owed any more.
    Credit,
    /// They are billed anew.
    Rebill,
}

fn credit(
    books: &mut dyn Books,
    invoice: InvoiceId,
    of: Option<OrderId>,
    lines: &[(LineNo, Quantity)],
    reason: &str,
    purpose: Purpose,
    cx: &Context,
) -> Result<InvoiceId, Stop> {
    let original = credited_invoice(books, invoice)?;
    let parts = match (of, lines) {
        (None, []) => original.parts(),
        _ => vec![part_of(&original, of)?],
    };
    let credits = credits_of(books, &original)?;
    let before = Before::of(&credits);
    let mut credited = Vec::with_capacity(parts.len());
    for part in &parts {
        credited.extend(credit_of(&original, part, lines, &before)?);
    }
    let Some(first) = credited.first().map(|credit| credit.part.order) else {
        return Err(Refusal::NotEnough { wanted: Quantity(1), available: Quantity::ZERO }.into());
    };
    let order = existing(books, first)?;
    let rounding = original.tax_rounding;
    let taxed: Vec<TaxedLine> = credited.iter().flat_map(|credit| credit.taxed.iter().copied()).collect();
    let mut taxes = tax::by_rate(rounding, &taxed);
    let now = |line: &InvoiceLine| -> Quantity {
        let lines = credited.iter().flat_map(|credit| &credit.lines);
        lines.filter(|credited| (credited.order, credited.line) == (line.order, line.line)).map(|line| line.quantity).sum()
    };
    let freight: Amount = credited.iter().map(|credit| credit.part.freight).sum();
    let is_rest = original.lines.iter().all(|line| before.left(line) == now(line));
    before.keep_within(&original, &mut taxes, is_rest && before.freight() + freight == original.freight);
    let mut draft = Invoice {
        kind: DocumentKind::CreditNote,
        corrects: Some(invoice),
        reason: reason.into(),
        freight,
        discount: credited.iter().map(|credit| credit.part.discount).sum(),
        taxes,
        tax_rounding: rounding,
        tax_scheme: original.tax_scheme,
        ..Invoice::default()
    };
    let (mut of_orders, mut effects) = (Vec::new(), Vec::new());
    for Credit { part, lines, taxed } in credited {
        let goods: Amount = lines.iter().map(|line| line.net).sum();
        let own_tax = tax::by_rate(rounding, &taxed).iter().map(|tax| tax.tax).sum();
        let counted = match purpose {
            Purpose::Credit => lines.iter().map(|line| (line.line, -line.quantity, -line.net)).collect(),
            Purpose::Rebill => Vec::new(),
        };
        let (freight, discount) = (-part.freight, -part.discount);
        effects.push((part.order, Effects { lines: counted, freight, discount, ..Effects::default() }));
        draft.lines.extend(lines);
        let net = goods + part.freight - part.discount;
        of_orders.push((part, net, own_tax));
    }
    let draft = summed(draft);
    let draft = Invoice { parts: parts_of(of_orders, draft.tax), ..draft };
    if purpose == Purpose::Credit {
        within_limit(books, &original, &credits, &draft, cx)?;
    }
    let note = post_all(books, &order, draft, effects, cx)?;
    offset(books, &order.account, invoice, note, cx)?;
    Ok(note)
}

/// What an invoice bills of the order that lines are named of.
pub(super) fn part_of(original: &Invoice, of: Option<OrderId>) -> Result<InvoicePart, Refusal> {
    let mut parts = original.parts();
    let at = match of {
        None if parts.len() == 1 => Some(0),
        None => None,
        Some(order) => parts.iter().position(|part| part.order == order),
    };
    let given = of.map_or_else(|| Text::const_new("none"), |order| format_compact!("{order}"));
    let wrong =
        || Refusal::invalid("order", given, "one of the orders that the invoice bills: its lines are numbered by order");
    Ok(parts.swap_remove(at.ok_or_else(wrong)?))
}

/// What is credited of one order.
struct Credit {
    part: InvoicePart,
    lines: Vec<InvoiceLine>,
    /// With their shares of freight and discount.
    taxed: Vec<TaxedLine>,
}

/// What of one order is credited by these lines; by none, everything that is left. `None` if nothing is.
fn credit_of(
    original: &Invoice,
    part: &InvoicePart,
    lines: &[(LineNo, Quantity)],
    before: &Before,
) -> Result<Option<Credit>, Refusal> {
    let billed: Vec<&InvoiceLine> = original.lines_of(part.order).collect();
    let wanted: Vec<(LineNo, Quantity)> = if lines.is_empty() {
        billed.iter().map(|line| (line.line, before.left(line))).filter(|(_, units)| units.is_positive()).collect()
    } else {
        lines.to_vec()
    };
    if wanted.is_empty() {
        return Ok(None);
    }
    let mut credited: Vec<InvoiceLine> = Vec::with_capacity(wanted.len());
    for (at, (no, quantity)) in wanted.iter().enumerate() {
        let line =
            billed.iter().find(|line| line.line == *no).filter(|_| !wanted.iter().take(at).any(|(other, _)| other == no));
        let Some(line) = line else {
            return Err(Refusal::invalid(format_compact!("lines[{at}].line"), no.0, "a line of the invoice, once"));
        };
        if !quantity.is_positive() {
            return Err(Refusal::invalid(format_compact!("lines[{at}].quantity"), quantity, "more than 0"));
        }
        let left = before.left(line);
        if *quantity > left {
            return Err(Refusal::NotEnough { wanted: *quantity, available: left });
        }
        // a share of what is left, so that the last unit takes all of it
        let net = due(before.left_of(line), quantity.0, left.0);
        credited.push(InvoiceLine { quantity: *quantity, net, ..(*line).clone() });
    }
    let value = |lines: &mut dyn Iterator<Item = Amount>| -> Amount { lines.sum() };
    let goods = value(&mut billed.iter().map(|line| line.net));
    let net = value(&mut credited.iter().map(|line| line.net));
    // by what the units were billed at: a lower price that was credited since took no discount with it
    let now = |no| -> Quantity { credited.iter().filter(|line| line.line == no).map(|line| line.quantity).sum() };
    let gone = |line: &&InvoiceLine| due(line.net, (before.units(line) + now(line.line)).0, line.quantity.0);
    let gone = value(&mut billed.iter().map(gone));
    let of_header = before.of_order(part.order);
    let freight = if lines.is_empty() { part.freight - of_header.freight } else { Amount::ZERO };
    // a discount of more than the goods was granted on the freight, which may not come back: no note is negative
    let discount = (due(part.discount, gone.0, goods.0) - of_header.discount).min(net + freight);
    let taxed = credited
        .iter()
        .map(|line| TaxedLine::new(line.tax_rate, line.net, line.price, line.quantity, original.currency))
        .collect::<Vec<_>>();
    let taxed = tax::with_header(&taxed, freight, discount);
    let part = InvoicePart { freight, discount, deposit: Amount::ZERO, gross: Amount::ZERO, ..part.clone() };
    Ok(Some(Credit { part, lines: credited, taxed }))
}

/// What earlier credit notes took back of an invoice.
#[derive(Debug, Default)]
pub(super) struct Before {
    lines: Vec<InvoiceLine>,
    parts: Vec<InvoicePart>,
    taxes: Vec<TaxLine>,
}

impl Before {
    /// Of credit notes only: goodwill takes nothing back.
    pub(super) fn of(credits: &[Arc<Invoice>]) -> Self {
        let mut before = Self::default();
        for note in credits.iter().filter(|credit| credit.kind == DocumentKind::CreditNote) {
            before.lines.extend(note.lines.iter().cloned());
            before.parts.extend(note.parts());
            before.taxes.extend(&note.taxes);
        }
        before
    }

    fn lines_of(&self, billed: &InvoiceLine) -> impl Iterator<Item = &InvoiceLine> {
        let of = (billed.order, billed.line);
        self.lines.iter().filter(move |line| (line.order, line.line) == of)
    }

    /// Units of a line that were credited.
    pub(super) fn units(&self, billed: &InvoiceLine) -> Quantity {
        self.lines_of(billed).map(|line| line.quantity).sum()
    }

    /// Units of a line that are left.
    pub(super) fn left(&self, billed: &InvoiceLine) -> Quantity {
        billed.quantity - self.units(billed)
    }

    /// What is left of a line's net amount.
    pub(super) fn left_of(&self, billed: &InvoiceLine) -> Amount {
        billed.net - self.lines_of(billed).map(|line| line.net).sum::<Amount>()
    }

    /// What was credited of the freight.
    fn freight(&self) -> Amount {
        self.parts.iter().map(|part| part.freight).sum()
    }

    /// What was credited of the freight and the discount of one order.
    fn of_order(&self, order: OrderId) -> InvoicePart {
        let parts = || self.parts.iter().filter(|part| part.order == order);
        let (freight, discount) = (parts().map(|part| part.freight).sum(), parts().map(|part| part.discount).sum());
        InvoicePart { order, freight, discount, ..InvoicePart::default() }
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
pub(crate) fn credits_of(books: &mut dyn Books, original: &Invoice) -> Result<Vec<Arc<Invoice>>, Stop> {
    let mut ids = BTreeSet::new();
    // all at once, so that those which are not in memory are loaded together
    for order in original.orders() {
        books.order(&order)?;
    }
    for order in original.orders() {
        ids.extend(existing(books, order)?.invoices.iter().copied());
    }
    let mut credits = Vec::new();
    for id in ids {
        credits.extend(books.invoice(&id)?.filter(|note| note.kind.is_credit() && note.corrects == Some(original.id)));
    }
    Ok(credits)
}

/// The tax of an invoice, that included which its deposit paid.
pub(super) fn taxes_of(original: &Invoice) -> Vec<TaxLine> {
    if original.deposit.is_zero() {
        return original.taxes.clone();
    }
    let mut taxed = Vec::with_capacity(original.lines.len());
    for part in original.parts() {
        let lines = original.lines_of(part.order);
        let lines = lines.map(|line| TaxedLine::new(line.tax_rate, line.net, line.price, line.quantity, original.currency));
        taxed.extend(tax::with_header(&lines.collect::<Vec<_>>(), part.freight, part.discount));
    }
    tax::by_rate(original.tax_rounding, &taxed)
}

/// What somebody has given away of an invoice so far: credited, or written off of what was in dispute.
pub(super) fn given_away(original: &Invoice, credits: &[Arc<Invoice>], by: &Text) -> Amount {
    let credited = credits.iter().filter(|credit| credit.posted_by == *by).map(|credit| credit.gross);
    let written_off = original.written_off.iter().filter(|(who, _)| who == by).map(|(_, amount)| *amount);
    credited.chain(written_off).sum()
}

/// Refuses a document that gives more away than somebody may, with all that they gave away of the same invoice before.
pub(super) fn within_limit(
    books: &mut dyn Books,
    original: &Invoice,
    credits: &[Arc<Invoice>],
    draft: &Invoice,
    cx: &Context,
) -> Result<(), Stop> {
    within(books, original, draft.gross + given_away(original, credits, &cx.actor.id), cx)
}

/// As [`within_limit`], of an amount that is given away of an invoice whose credits are not at hand.
pub(crate) fn may_give_away(books: &mut dyn Books, original: &Invoice, amount: Amount, cx: &Context) -> Result<(), Stop> {
    let credits = credits_of(books, original)?;
    within(books, original, amount + given_away(original, &credits, &cx.actor.id), cx)
}

/// Refuses to give more away of an invoice than somebody may.
pub(super) fn within(books: &mut dyn Books, original: &Invoice, given: Amount, cx: &Context) -> Result<(), Stop> {
    let company = company(books)?;
    let given = company.valued(given, original.currency, company.calendar.local_day(cx.now));
    if cx.actor.limit.is_some_and(|limit| given > limit) {
        let why = Text::const_new("giving that much away needs more authority");
        return Err(Refusal::NotAllowed { actor: cx.actor.id.clone(), why }.into());
    }
    Ok(())
}

/// A credit note settles what is open of its invoice, and of its own order there before that of others.
pub(super) fn offset(
    books: &mut dyn Books,
    account: &AccountId,
    invoice: InvoiceId,
    note: InvoiceId,
    cx: &Context,
) -> Result<(), Stop> {
    let Some(state) = books.account(account)? else { return Ok(()) };
    let (Some(owed), Some(credit)) = (state.ledger.item(invoice), state.ledger.item(note)) else { return Ok(()) };
    let amount = owed.open.min(-credit.open);
    if !amount.is_positive() {
        return Ok(());
    }
    if amount == owed.open {
        void_deduction(books, account, invoice, cx)?;
    }
    let used = settle(books, account, credit, -amount, None);
    let mut of_orders = used.clone();
    let mut owed = owed.clone();
    for (order, used) in used {
        of_orders.extend(settle(books, account, &owed, -used, Some(order)));
        owed = books.account(account)?.and_then(|account| account.ledger.item(invoice).cloned()).unwrap_or(owed);
    }
    settled(books, of_orders);
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
                credit_note(story.books(), invoice, None, &[(LineNo(1), Quantity(1))], "damaged", &clerk("ann", 5)).unwrap();
            amounts.push(story.books().invoice(&note).unwrap().unwrap().gross.0);
        }
        assert_eq!(amounts, [3_333, 3_333, 3_334]);
        assert!(credit_note(story.books(), invoice, None, &[(LineNo(1), Quantity(1))], "again", &clerk("ann", 6)).is_err());
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
        story.books().record(
            &id,
            OrderEvent::TaxDetermined {
                rates,
                tax: Amount(21),
                degraded: false,
                scheme: Default::default(),
                basis: Default::default(),
            },
        );
        approve(story.books(), id, &at(1)).unwrap();
        promise(story.books(), id, &at(1)).unwrap();
        story.ship_everything(id);
        let invoice = bill(story.books(), id, &at(4)).unwrap()[0];
        let unit = [(LineNo(1), Quantity(1))];
        for units in [&unit[..], &unit[..], &[]] {
            credit_note(story.books(), invoice, None, units, "damaged", &clerk("ann", 5)).unwrap();
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
        let note =
            credit_note(story.books(), invoice, None, &[(LineNo(1), Quantity(10))], "broken", &clerk("ann", 5)).unwrap();
        let note = story.books().invoice(&note).unwrap().unwrap();
        assert_eq!((note.discount, note.gross), (Amount(10_000), Amount(0)));
        story.check();
    }
}
