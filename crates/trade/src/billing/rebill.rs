//! What was billed at wrong prices or terms is credited and billed anew: two documents that name the first, which stays as it was posted.

use std::collections::BTreeSet;
use std::sync::Arc;

use compact_str::format_compact;
use serde::{Deserialize, Serialize};
use units::{Amount, Decimal, Text, prorate};

use super::credit_note::{Before, credit_whole, credits_of, given_away, offset, within};
use super::post::{Effects, post, summed};
use super::state::{DocumentKind, Invoice, InvoiceEvent, InvoiceLine};
use crate::books::{Books, Stop};
use crate::context::Context;
use crate::ids::*;
use crate::master::{Terms, is_price};
use crate::order::{HoldKind, Order, OrderEvent, existing, existing_and_live, units_value};
use crate::refusal::Refusal;
use crate::tax::{self, TaxedLine};

/// What shall be different of an order of which something is billed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Rebilling {
    /// The right prices per base unit, by line; they count for what is not billed yet, too.
    pub prices: Vec<(LineNo, Decimal)>,
    /// Other payment terms.
    pub terms: Option<Terms>,
    /// Why.
    pub reason: Text,
}

/// An invoice that was credited and billed anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rebilled {
    /// The first invoice.
    pub invoice: InvoiceId,
    /// The credit note over what was left of it.
    pub credit_note: InvoiceId,
    /// The invoice in its place.
    pub replacement: InvoiceId,
}

/// Credits what is left of each invoice that bills a line whose price changes, or of all of them where the terms do, and bills the same
/// units anew at the original rates. What was paid of the first pays the second; only what is more is the customer's credit.
///
/// Of an invoice for several orders it is the part of this order. Refused for an order that is over, without a reason, for a price that is
/// out of range or as it was, where nothing is left that is billed, at a higher price or on more generous terms while credit holds the
/// order, and above the actor's limit by what the customer has to pay less; terms that are more generous take a role of credit. Source:
/// domain §1.2 (every exposure-increasing transition), §1.5.4 (invoiced: credit and re-bill, linked pair).
pub fn rebill(books: &mut dyn Books, id: OrderId, wanted: &Rebilling, cx: &Context) -> Result<Vec<Rebilled>, Stop> {
    let order = existing_and_live(books, id, "reopen it before it is billed anew")?;
    let terms = wanted.terms.filter(|terms| *terms != order.terms);
    check(&order, wanted, terms, cx)?;
    differs(books, &order, wanted)?;
    let mut pairs = Vec::new();
    for invoice in &order.invoices {
        let Some(original) = books.invoice(invoice)?.filter(|invoice| invoice.kind == DocumentKind::Invoice) else {
            continue;
        };
        let before = Before::of(&credits_of(books, &original)?);
        let is_meant = |line: &InvoiceLine| terms.is_some() || wanted.prices.iter().any(|(no, _)| *no == line.line);
        if !original.lines_of(id).any(|line| before.left(line).is_positive() && is_meant(line)) {
            continue;
        }
        let note = credit_whole(books, *invoice, id, &wanted.reason, cx)?;
        let note = books.invoice(&note)?.unwrap_or_default();
        let draft = draft(&order, &original, &note, &wanted.prices)?;
        let dearer = terms.map_or(Decimal::ZERO, |terms| terms.discount_percent - order.terms.discount_percent);
        let given = note.gross - draft.gross + draft.gross.percent(dearer).max(Amount::ZERO);
        let before = given_before(books, &original, note.id, &cx.actor.id)?;
        within(books, &original, before + given, cx)?;
        pairs.push((original, note, draft));
    }
    if pairs.is_empty() {
        let why = format_compact!("nothing of {id} that this is about is billed: change the order instead");
        return Err(Refusal::Conflict(why).into());
    }
    let is_dearer = pairs.iter().any(|(_, note, draft)| draft.gross > note.gross);
    let is_longer = terms.is_some_and(|terms| terms.is_more_generous_than(order.terms));
    if order.is_held_by(HoldKind::Credit) && (is_dearer || is_longer) {
        let what = if is_dearer { "at a higher price" } else { "on more generous terms" };
        let why = format_compact!("{id} is held for credit: it is billed anew {what} once that is released");
        return Err(Refusal::Conflict(why).into());
    }
    let lines = ledger(&order, &wanted.prices, pairs.iter().map(|(_, note, draft)| (&**note, draft)));
    drop(order);
    let by = cx.actor.id.clone();
    books.record(&id, OrderEvent::Rebilled { prices: wanted.prices.clone(), lines, terms, by });
    let mut rebilled = Vec::with_capacity(pairs.len());
    for (original, note, mut draft) in pairs {
        let order = existing(books, id)?;
        for shipment in &original.shipments {
            if books.shipment(shipment)?.is_some_and(|shipment| shipment.order == id) {
                draft.shipments.push(*shipment);
            }
        }
        let effects = Effects { freight: draft.freight, discount: draft.discount, ..Effects::default() };
        let replacement = post(books, &order, draft, effects, cx)?;
        books.record(&original.id, InvoiceEvent::Replaced { by: replacement });
        offset(books, &order.account, replacement, note.id, cx)?;
        rebilled.push(Rebilled { invoice: original.id, credit_note: note.id, replacement });
    }
    Ok(rebilled)
}

fn check(order: &Order, wanted: &Rebilling, terms: Option<Terms>, cx: &Context) -> Result<(), Refusal> {
    if wanted.reason.trim().is_empty() {
        return Err(Refusal::invalid("reason", "empty", "why it is billed anew"));
    }
    if wanted.prices.is_empty() && terms.is_none() {
        return Err(Refusal::invalid("prices", "empty", "a price or terms that differ"));
    }
    for (at, (no, price)) in wanted.prices.iter().enumerate() {
        let field = |name: &str| format_compact!("prices[{at}].{name}");
        if order.line(*no).is_none() || wanted.prices.iter().take(at).any(|(other, _)| other == no) {
            return Err(Refusal::invalid(field("line"), no.0, "a line of the order, once"));
        }
        if !is_price(*price) {
            return Err(Refusal::invalid(field("price"), price, "0 to 1,000,000,000"));
        }
    }
    terms.map_or(Ok(()), |terms| terms.check_granted(order.terms, &cx.actor))
}

/// Refuses a price at which all of its line is billed already.
fn differs(books: &mut dyn Books, order: &Order, wanted: &Rebilling) -> Result<(), Stop> {
    for (at, (no, price)) in wanted.prices.iter().enumerate() {
        let mut billed = BTreeSet::new();
        for invoice in &order.invoices {
            let invoice = books.invoice(invoice)?.filter(|invoice| invoice.kind == DocumentKind::Invoice);
            let Some(invoice) = invoice else { continue };
            let before = Before::of(&credits_of(books, &invoice)?);
            let left = invoice.lines_of(order.id).filter(|line| line.line == *no && before.left(line).is_positive());
            billed.extend(left.map(|line| line.price == *price));
        }
        if billed.contains(&true) && !billed.contains(&false) {
            let wanted = "another price than the line is billed at";
            return Err(Refusal::invalid(format_compact!("prices[{at}].price"), price, wanted).into());
        }
    }
    Ok(())
}

/// What somebody gave away of an invoice before it is billed anew with this note, and of those that it was itself billed anew for: many small
/// steps are one large one.
fn given_before(books: &mut dyn Books, original: &Arc<Invoice>, note: InvoiceId, by: &Text) -> Result<Amount, Stop> {
    let mut given = Amount::ZERO;
    let (mut of, mut note) = (Arc::clone(original), note);
    loop {
        let mut credits = credits_of(books, &of)?;
        credits.retain(|credit| credit.id != note);
        given += given_away(&of, &credits, by);
        let (Some(first), Some(rebilled)) = (of.corrects, of.rebills) else { return Ok(given) };
        let (Some(first), Some(credited)) = (books.invoice(&first)?, books.invoice(&rebilled)?) else { return Ok(given) };
        if of.posted_by == *by {
            given += credited.gross - of.gross;
        }
        (of, note) = (first, rebilled);
    }
}

/// The invoice in place of what a note has credited: the same units, freight, discount and rates.
fn draft(order: &Order, original: &Invoice, note: &Invoice, prices: &[(LineNo, Decimal)]) -> Result<Invoice, Refusal> {
    let currency = original.currency;
    let mut lines = Vec::with_capacity(note.lines.len());
    for line in &note.lines {
        let line = match prices.iter().find(|(no, _)| *no == line.line) {
            Some((_, price)) => {
                let net = Amount::of(*price, line.quantity, currency);
                let net = net.ok_or_else(|| Refusal::invalid("prices", price, "a price of which the units come to less"))?;
                InvoiceLine { price: *price, net, ..line.clone() }
            }
            None => line.clone(),
        };
        lines.push(line);
    }
    let goods: Amount = lines.iter().map(|line| line.net).sum();
    let discount = note.discount.min(goods + note.freight);
    let taxed: Vec<TaxedLine> = lines
        .iter()
        .map(|line| match Amount::of(line.price, line.quantity, currency) {
            Some(net) if net == line.net => TaxedLine::new(line.tax_rate, net, line.price, line.quantity, currency),
            // a lower price was credited before
            _ => TaxedLine { rate: line.tax_rate, net: line.net, exact: Decimal::from(line.net.0) },
        })
        .collect();
    let taxes = tax::by_rate(original.tax_rounding, &tax::with_header(&taxed, note.freight, discount));
    let draft = summed(Invoice {
        corrects: Some(original.id),
        rebills: Some(note.id),
        reason: note.reason.clone(),
        lines,
        freight: note.freight,
        discount,
        taxes,
        tax_rounding: original.tax_rounding,
        tax_scheme: if note.tax.is_zero() { original.tax_scheme } else { super::bill::scheme_of(order, note.tax) },
        ..Invoice::default()
    });
    let levels = prorate(draft.tax.0, &original.tax_levels.iter().map(|(_, amount)| amount.0).collect::<Vec<_>>());
    let levels = original.tax_levels.iter().zip(levels).map(|((name, _), share)| (name.clone(), Amount(share)));
    Ok(Invoice { tax_levels: levels.collect(), ..draft })
}

/// How the value ledger of each line with another price changes: what is invoiced, and what is credited. All units of a line are invoiced at
/// its price, so that the next invoice takes no difference with it; together the two change by what the documents do.
fn ledger<'a>(
    order: &Order,
    prices: &[(LineNo, Decimal)],
    pairs: impl Iterator<Item = (&'a Invoice, &'a Invoice)> + Clone,
) -> Vec<(LineNo, Amount, Amount)> {
    let lines = prices.iter().filter_map(|(no, price)| Some((order.line(*no)?, price)));
    let change = |(line, price): (&crate::order::Line, &Decimal)| {
        let of = |document: &Invoice| -> Amount {
            document.lines_of(order.id).filter(|billed| billed.line == line.no).map(|billed| billed.net).sum()
        };
        let billed: Amount = pairs.clone().map(|(note, draft)| of(draft) - of(note)).sum();
        let repriced = crate::order::Line { price: *price, ..line.clone() };
        let invoiced = units_value(&repriced, line.invoiced, order.currency) - line.invoiced_amount;
        (line.no, invoiced, invoiced - billed)
    };
    lines.map(change).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::{bill, credit_note, price_credit};
    use crate::context::Role;
    use crate::order::fixture::{Story, at, billed, clerk};
    use crate::order::{Status, close, place_hold};
    use units::Quantity;

    fn to(price: &str) -> Rebilling {
        Rebilling { prices: vec![(LineNo(1), price.parse().unwrap())], reason: "contract".into(), ..Rebilling::default() }
    }

    fn document(story: &mut Story, id: InvoiceId) -> Invoice {
        (*story.books().invoice(&id).unwrap().unwrap()).clone()
    }

    /// What the customer owes of each document.
    fn open(story: &mut Story, pair: Rebilled) -> [i64; 3] {
        let account = story.books().account(&"ACME".into()).unwrap().unwrap();
        [pair.invoice, pair.credit_note, pair.replacement].map(|id| account.ledger.item(id).map_or(0, |item| item.open.0))
    }

    #[test]
    fn domain_1_5_4_an_invoice_is_credited_and_billed_anew_at_a_price_below_or_above() {
        for (price, net, gross) in [("9.50", 9_500, 11_305), ("10.50", 10_500, 12_495)] {
            let (mut story, id, invoice) = billed();
            let before = document(&mut story, invoice);
            let pair = rebill(story.books(), id, &to(price), &clerk("ann", 5)).unwrap()[0];
            let after = document(&mut story, invoice);
            assert_eq!(after.replaced_by, [pair.replacement]);
            assert_eq!(Invoice { replaced_by: Vec::new(), ..after }, before, "what is posted is never edited");
            let (note, replacement) = (document(&mut story, pair.credit_note), document(&mut story, pair.replacement));
            assert_eq!((note.kind, note.gross, note.corrects), (DocumentKind::CreditNote, before.gross, Some(invoice)));
            assert_eq!(
                (replacement.kind, replacement.net, replacement.gross),
                (DocumentKind::Invoice, Amount(net), Amount(gross))
            );
            assert_eq!((replacement.corrects, replacement.rebills), (Some(invoice), Some(note.id)));
            assert_eq!(open(&mut story, pair), [0, 0, gross]);
            let order = story.order(id);
            let line = &order.lines[0];
            assert_eq!((line.invoiced, line.credited), (Quantity(10), Quantity(0)));
            assert_eq!(
                (line.invoiced_amount, line.credited_amount, order.receivable),
                (Amount(net), Amount(0), Amount(gross))
            );
            story.check();
        }
    }

    #[test]
    fn domain_1_2_an_order_that_is_held_for_credit_is_not_billed_higher() {
        let (mut story, id, _) = billed();
        place_hold(story.books(), id, HoldKind::Credit, "over the limit".into(), Vec::new(), Amount(1), &at(4)).unwrap();
        let terms = Rebilling {
            terms: Some(Terms { net_days: 90, ..Terms::default() }),
            reason: "asked".into(),
            ..Rebilling::default()
        };
        for wanted in [to("10.50"), terms] {
            let refused = rebill(&mut story.books.clone(), id, &wanted, &clerk("ann", 5));
            assert!(
                matches!(&refused, Err(Stop::Refused(Refusal::Conflict(why))) if why.contains("held for credit")),
                "{refused:?}"
            );
        }
        rebill(story.books(), id, &to("9.50"), &clerk("ann", 5)).unwrap();
        story.check();
    }

    #[test]
    fn domain_1_5_4_what_was_paid_pays_the_new_invoice_and_the_rest_is_the_customers_credit() {
        let (mut story, id, invoice) = billed();
        story.pay(invoice, 11_900);
        let pair = rebill(story.books(), id, &to("9.50"), &clerk("ann", 6)).unwrap()[0];
        assert_eq!(open(&mut story, pair), [0, -595, 0]);
        let pair = rebill(story.books(), id, &to("11"), &clerk("ann", 7)).unwrap()[0];
        // 130.90, of which 113.05 is paid
        assert_eq!((pair.invoice, open(&mut story, pair)), (InvoiceId(3), [0, 0, 13_090 - 11_305]));
        assert_eq!(story.order(id).receivable, Amount(13_090 - 11_900));
        story.check();
    }

    #[test]
    fn domain_1_5_4_other_terms_are_of_the_new_invoice_and_the_amounts_stay() {
        let (mut story, id, invoice) = billed();
        let terms = Terms { net_days: 60, ..Terms::default() };
        let wanted = Rebilling { terms: Some(terms), reason: "as agreed".into(), ..Rebilling::default() };
        let mut cashier = clerk("cash", 5);
        cashier.actor.roles = vec![Role::Receivables];
        assert!(matches!(
            rebill(&mut story.books.clone(), id, &wanted, &cashier),
            Err(Stop::Refused(Refusal::NotAllowed { .. }))
        ));
        let pair = rebill(story.books(), id, &wanted, &clerk("ann", 5)).unwrap()[0];
        let (before, now) = (document(&mut story, invoice), document(&mut story, pair.replacement));
        assert_eq!((now.net, now.tax, now.gross), (before.net, before.tax, before.gross));
        assert_eq!(now.due, now.date.plus_days(60));
        assert!(matches!(rebill(story.books(), id, &wanted, &clerk("ann", 6)), Err(Stop::Refused(Refusal::Invalid { .. }))));
        story.check();
    }

    #[test]
    fn what_was_credited_before_is_not_billed_anew_and_the_documents_come_to_what_is_owed() {
        let (mut story, id, invoice) = billed();
        credit_note(story.books(), invoice, None, &[(LineNo(1), Quantity(4))], "returned", &clerk("ann", 5)).unwrap();
        price_credit(story.books(), invoice, None, &to("9").prices, "contract", &clerk("ann", 6)).unwrap();
        let pair = rebill(story.books(), id, &to("8"), &clerk("ann", 7)).unwrap()[0];
        let replacement = document(&mut story, pair.replacement);
        assert_eq!((replacement.lines[0].quantity, replacement.net), (Quantity(6), Amount(4_800)));
        let order = story.order(id);
        let line = &order.lines[0];
        // 10 − 4 units at 8.00, whatever the way there was
        assert_eq!(line.invoiced_amount - line.credited_amount, Amount(4_800));
        assert_eq!((line.credited, order.receivable), (Quantity(4), replacement.gross));
        assert!(credit_note(story.books(), invoice, None, &[], "again", &clerk("ann", 8)).is_err());
        credit_note(story.books(), pair.replacement, None, &[], "all back", &clerk("ann", 8)).unwrap();
        assert_eq!(story.order(id).receivable, Amount(0));
        story.check();
    }

    #[test]
    fn what_ships_after_the_price_has_changed_is_billed_at_the_new_one() {
        let mut story = Story::new();
        story.stock("X", "WH1", 10);
        let id = story.promised(&[("X", 10)]);
        let released = crate::order::release(story.books(), id, &at(2)).unwrap()[0];
        story.ship(released, &[(1, 4)], "A");
        let invoice = bill(story.books(), id, &at(3)).unwrap()[0];
        let pairs = rebill(story.books(), id, &to("9.99"), &clerk("ann", 4)).unwrap();
        assert_eq!((pairs.len(), pairs[0].invoice), (1, invoice));
        story.ship(released, &[(1, 6)], "B");
        let next = bill(story.books(), id, &at(5)).unwrap()[0];
        assert_eq!(document(&mut story, next).net, Amount(5_994));
        assert_eq!(story.order(id).lines[0].invoiced_amount, Amount(9_990));
        // both invoices at once
        assert_eq!(rebill(story.books(), id, &to("9"), &clerk("ann", 6)).unwrap().len(), 2);
        assert_eq!(story.order(id).receivable, Amount(9_000));
        story.check();
    }

    #[test]
    fn nobody_gives_more_away_by_a_new_price_than_they_may_and_nothing_is_billed_anew_without_a_reason_or_after_the_end() {
        let (mut story, id, invoice) = billed();
        let small = |limit| {
            let mut cx = clerk("bob", 5);
            cx.actor.limit = Some(Amount(limit));
            cx
        };
        // 5.95 less
        let refused = rebill(&mut story.books.clone(), id, &to("9.50"), &small(594));
        assert!(matches!(refused, Err(Stop::Refused(Refusal::NotAllowed { .. }))), "{refused:?}");
        rebill(&mut story.books.clone(), id, &to("9.50"), &small(595)).unwrap();
        rebill(&mut story.books.clone(), id, &to("10.50"), &small(0)).unwrap();
        let mut steps = story.books.clone();
        rebill(&mut steps, id, &to("9.50"), &small(1_000)).unwrap();
        let refused = rebill(&mut steps, id, &to("9"), &small(1_000));
        assert!(
            matches!(refused, Err(Stop::Refused(Refusal::NotAllowed { .. }))),
            "two steps are one of 11.90: {refused:?}"
        );
        let discount = Terms { discount_percent: "10".parse().unwrap(), discount_days: 60, ..Terms::default() };
        let early = Rebilling { terms: Some(discount), reason: "as agreed".into(), ..Rebilling::default() };
        let refused = rebill(&mut story.books.clone(), id, &early, &small(1_189));
        assert!(
            matches!(refused, Err(Stop::Refused(Refusal::NotAllowed { .. }))),
            "a discount is given away, too: {refused:?}"
        );
        rebill(&mut story.books.clone(), id, &early, &small(1_190)).unwrap();
        for wanted in [to("10"), to("-1"), Rebilling { reason: " ".into(), ..to("9") }, Rebilling::default()] {
            let refused = rebill(story.books(), id, &wanted, &clerk("ann", 5));
            assert!(matches!(refused, Err(Stop::Refused(Refusal::Invalid { .. }))), "{wanted:?}");
        }
        story.pay(invoice, 11_900);
        close(story.books(), id, &at(7)).unwrap();
        assert_eq!(story.order(id).status(), Status::Closed);
        assert!(matches!(
            rebill(story.books(), id, &to("9"), &clerk("ann", 8)),
            Err(Stop::Refused(Refusal::WrongStatus { .. }))
        ));
    }

    #[test]
    fn an_order_of_which_nothing_is_billed_is_changed_and_not_billed_anew() {
        let mut story = Story::new();
        story.stock("X", "WH1", 10);
        let id = story.promised(&[("X", 10)]);
        assert!(matches!(rebill(story.books(), id, &to("9"), &clerk("ann", 5)), Err(Stop::Refused(Refusal::Conflict(_)))));
    }
}
