//! Money is given back that belongs to no units: a goodwill credit, a discount granted afterwards, postage refunded.

use std::sync::Arc;

use units::{Amount, prorate};

use super::credit_note::{credited_invoice, credits_of, offset, taxes_of, within_limit};
use super::post::{Effects, post_all, summed};
use super::state::{DocumentKind, Invoice, InvoicePart};
use crate::books::{Books, Stop};
use crate::context::Context;
use crate::ids::{InvoiceId, OrderId};
use crate::order::existing;
use crate::refusal::Refusal;
use crate::tax;

/// Credits a net amount for an invoice, at that invoice's rates; what is open of it is reduced first. Of an invoice for several orders it
/// is given for the order `of`, or for all of them by what they have to pay.
///
/// It is a document of its own kind, because it takes no units back: they can still be returned and credited. Refused for a document that
/// is no invoice, for an order that it does not bill, for nothing, for more than the invoice's net amount, its deposit included, less all
/// that was credited before, and above the actor's limit. Source: domain §1.6 (goodwill credits are a separate type), §1.4 (original rate).
pub fn goodwill(
    books: &mut dyn Books,
    invoice: InvoiceId,
    of: Option<OrderId>,
    net: Amount,
    reason: &str,
    cx: &Context,
) -> Result<InvoiceId, Stop> {
    let original = credited_invoice(books, invoice)?;
    if let Some(of) = of.filter(|of| !original.orders().any(|order| order == *of)) {
        return Err(Refusal::invalid("order", of, "an order that the invoice bills").into());
    }
    let order = existing(books, of.unwrap_or(original.order))?;
    let parts: Vec<_> = original.parts().into_iter().filter(|part| of.is_none_or(|of| part.order == of)).collect();
    let credits = credits_of(books, &original)?;
    let available = left_of(&original, &credits);
    let given = credits.iter().filter(|credit| credit.kind == DocumentKind::Goodwill);
    let before: Amount = given.map(|credit| credit.net).sum();
    if !net.is_positive() || net > available {
        return Err(Refusal::TooMuchMoney { wanted: net, available }.into());
    }
    let taxes = tax::between(original.tax_rounding, &taxes_of(&original), before, before + net);
    let draft = Invoice {
        kind: DocumentKind::Goodwill,
        corrects: Some(invoice),
        reason: reason.into(),
        freight: net,
        taxes,
        tax_rounding: original.tax_rounding,
        tax_scheme: original.tax_scheme,
        ..Invoice::default()
    };
    // the amount stands in no line, and is no freight of the order either
    let draft = Invoice { freight: Amount::ZERO, ..summed(draft) };
    within_limit(books, &original, &credits, &draft, cx)?;
    let effects = parts.iter().map(|part| (part.order, Effects::default())).collect();
    let draft = Invoice { parts: shares(parts, draft.gross), ..draft };
    let note = post_all(books, &order, draft, effects, cx)?;
    offset(books, &order.account, invoice, note, cx)?;
    Ok(note)
}

/// The largest net amount whose goodwill credit comes to at most so much with its tax: less than asked for by a rounding, if at all.
///
/// Refused for more than what was not credited before.
pub(crate) fn net_of_goodwill(books: &mut dyn Books, original: &Invoice, gross: Amount) -> Result<Amount, Stop> {
    let credits = credits_of(books, original)?;
    let given = credits.iter().filter(|credit| credit.kind == DocumentKind::Goodwill);
    let before: Amount = given.map(|credit| credit.net).sum();
    let rates = taxes_of(original);
    let with_tax = |net: Amount| {
        let taxes = tax::between(original.tax_rounding, &rates, before, before + net);
        summed(Invoice { freight: net, taxes, tax_rounding: original.tax_rounding, ..Invoice::default() }).gross
    };
    let left = left_of(original, &credits);
    let net = largest(left, |net| with_tax(net) <= gross);
    let available = if net.is_positive() { with_tax(net) } else { Amount::ZERO };
    // below what is left only roundings are missing: what was credited of lines has rounded the tax of each rate by a unit at most
    let roundings = Amount(i64::try_from(rates.len()).unwrap_or(i64::MAX).max(1));
    if net >= left && gross - available > roundings {
        return Err(Refusal::TooMuchMoney { wanted: gross, available }.into());
    }
    Ok(net)
}

/// The largest amount up to `most` that fits, by halves; `most` itself is asked about first, because its tax is rounded as the invoice's
/// was and may be less than that of a little less.
fn largest(most: Amount, mut fits: impl FnMut(Amount) -> bool) -> Amount {
    if !most.is_positive() || fits(most) {
        return most.max(Amount::ZERO);
    }
    let (mut fitting, mut beyond) = (Amount::ZERO, most);
    while beyond - fitting > Amount(1) {
        let middle = Amount(fitting.0 + (beyond - fitting).0 / 2);
        if fits(middle) {
            fitting = middle;
        } else {
            beyond = middle;
        }
    }
    fitting
}

/// What of an amount is given for each order of an invoice that bills several, by what they have to pay.
fn shares(parts: Vec<InvoicePart>, gross: Amount) -> Vec<InvoicePart> {
    if parts.len() < 2 {
        return Vec::new();
    }
    let shares = prorate(gross.0, &parts.iter().map(|part| part.gross.0).collect::<Vec<_>>());
    let share = |(part, gross): (InvoicePart, i64)| InvoicePart {
        order: part.order,
        purchase_order: part.purchase_order,
        gross: Amount(gross),
        ..InvoicePart::default()
    };
    parts.into_iter().zip(shares).map(share).collect()
}

/// What may still be given of an invoice, net.
pub(crate) fn left_to_give(books: &mut dyn Books, original: &Invoice) -> Result<Amount, Stop> {
    Ok(left_of(original, &credits_of(books, original)?))
}

/// What the goods and freight of an invoice came to, deposit or not, less what was given back before.
fn left_of(original: &Invoice, credits: &[Arc<Invoice>]) -> Amount {
    original.net + original.deposit - credits.iter().map(|credit| credit.net).sum::<Amount>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::{bill, credit_note, deposit, price_credit};
    use crate::context::Role;
    use crate::ids::LineNo;
    use crate::master::BillingPolicy;
    use crate::order::fixture::{Story, at, billed, billed_with, clerk, submitted};
    use crate::order::{Order, OrderEvent, Submission, SubmittedLine, approve, promise};
    use units::{Decimal, Quantity};

    #[test]
    fn domain_1_3_a_whole_dispute_is_granted_whatever_credits_of_lines_have_rounded_at_each_rate() {
        let mut story = Story::new();
        story.stock("X", "WH1", 6);
        let line = |price: &str| SubmittedLine { price: Some(price.parse().unwrap()), ..submitted("X", "2") };
        let lines = vec![line("0.07"), line("0.05"), line("0.07")];
        let id = story.receive(&Submission { lines, ..story.submission() }).unwrap();
        let rates = [19i64, 7, 5].map(Decimal::from);
        let rates: Vec<_> = (1..).map(LineNo).zip(rates).collect();
        let event = OrderEvent::TaxDetermined {
            rates,
            tax: Amount(5),
            degraded: false,
            scheme: Default::default(),
            basis: Default::default(),
        };
        story.books().record(&id, event);
        approve(story.books(), id, &at(1)).unwrap();
        promise(story.books(), id, &at(1)).unwrap();
        story.ship_everything(id);
        let invoice = bill(story.books(), id, &at(4)).unwrap()[0];
        let each: Vec<_> = (1..=3).map(|no| (LineNo(no), Quantity(1))).collect();
        credit_note(story.books(), invoice, None, &each, "returned", &clerk("ann", 5)).unwrap();
        let open = story.books().account(&"ACME".into()).unwrap().unwrap().ledger.item(invoice).unwrap().open;
        let original = story.books().invoice(&invoice).unwrap().unwrap();
        // 0.38 and a tax of 0.05, of which 0.19 and 0.01 are credited; 0.19 more come to a tax of 0.01 again
        assert_eq!((original.gross, open), (Amount(43), Amount(23)));
        assert_eq!(net_of_goodwill(story.books(), &original, open), Ok(Amount(19)));
        assert!(net_of_goodwill(story.books(), &original, open + Amount(1)).is_err());
    }

    #[test]
    fn domain_1_6_a_goodwill_credit_is_a_document_of_its_own_at_the_original_rate() {
        let (mut story, id, invoice) = billed();
        let note = goodwill(story.books(), invoice, None, Amount(1_000), "late", &clerk("ann", 5)).unwrap();
        let note = story.books().invoice(&note).unwrap().unwrap();
        assert_eq!(
            (note.kind, note.net, note.tax, note.gross),
            (DocumentKind::Goodwill, Amount(1_000), Amount(190), Amount(1_190))
        );
        assert_eq!((note.lines.len(), note.corrects), (0, Some(invoice)));
        assert_eq!(story.order(id).receivable, Amount(11_900 - 1_190));
        // the goods can still come back, all of them
        credit_note(story.books(), invoice, None, &[(LineNo(1), Quantity(10))], "returned", &clerk("ann", 6)).unwrap();
        assert_eq!(story.order(id).receivable, Amount(-1_190));
        story.check();
    }

    #[test]
    fn goods_that_were_paid_in_advance_may_be_made_good_with_their_tax() {
        let billing = BillingPolicy::Deposit { percent: Decimal::HUNDRED };
        let (mut story, id, invoice) = billed_with(Order { billing, ..Order::default() });
        assert_eq!(story.books().invoice(&invoice).unwrap().unwrap().net, Amount(0));
        let note = goodwill(story.books(), invoice, None, Amount(1_000), "late", &clerk("ann", 5)).unwrap();
        let note = story.books().invoice(&note).unwrap().unwrap();
        assert_eq!((note.net, note.tax), (Amount(1_000), Amount(190)));
        assert!(goodwill(story.books(), invoice, None, Amount(9_001), "late", &clerk("ann", 5)).is_err());
        assert_eq!(story.order(id).receivable, Amount(11_900 - 1_190));
        story.check();
    }

    /// 10 × 100,000.00 at 10 %, with a deposit of 300,000.00.
    fn large() -> (Story, InvoiceId) {
        let mut story = Story::new();
        story.stock("X", "WH1", 10);
        let price = Some(Decimal::from(100_000i64));
        let lines = vec![SubmittedLine { price, ..submitted("X", "10") }];
        let id = story.receive(&Submission { lines, ..story.submission() }).unwrap();
        let billing = BillingPolicy::Deposit { percent: Decimal::from(30i64) };
        let order = Order { billing, ..(*story.order(id)).clone() };
        story.books().record(&id, OrderEvent::Received(Box::new(order)));
        let rates = vec![(LineNo(1), Decimal::from(10i64))];
        story.books().record(
            &id,
            OrderEvent::TaxDetermined {
                rates,
                tax: Amount(10_000_000),
                degraded: false,
                scheme: Default::default(),
                basis: Default::default(),
            },
        );
        approve(story.books(), id, &at(1)).unwrap();
        deposit(story.books(), id, &at(1)).unwrap();
        promise(story.books(), id, &at(1)).unwrap();
        story.ship_everything(id);
        let invoice = bill(story.books(), id, &at(4)).unwrap()[0];
        (story, invoice)
    }

    #[test]
    fn the_net_of_a_gross_amount_is_found_however_large_the_deposit_is() {
        let (mut story, invoice) = large();
        let original = story.books().invoice(&invoice).unwrap().unwrap();
        assert_eq!((original.net, original.deposit), (Amount(70_000_000), Amount(30_000_000)));
        for (gross, net) in [(55_000_000, 50_000_000), (11, 10), (77_000_000, 70_000_000), (110_000_000, 100_000_000)] {
            assert_eq!(net_of_goodwill(story.books(), &original, Amount(gross)).unwrap(), Amount(net), "{gross}");
        }
    }

    #[test]
    fn the_largest_amount_that_fits_is_found_in_few_steps() {
        for (most, limit, found) in [(Amount::LIMIT.0, 12_345, 12_345), (10, 10, 10), (10, 11, 10), (0, 5, 0), (9, 0, 0)] {
            let mut asked = 0;
            let largest = largest(Amount(most), |amount| {
                asked += 1;
                amount <= Amount(limit)
            });
            assert_eq!(largest, Amount(found));
            assert!(asked <= 52, "10^15 is halved 50 times: {asked}");
        }
    }

    #[test]
    fn no_goodwill_is_given_for_what_was_credited() {
        let (mut story, _, invoice) = billed();
        credit_note(story.books(), invoice, None, &[(LineNo(1), Quantity(10))], "returned", &clerk("ann", 5)).unwrap();
        let refused = goodwill(story.books(), invoice, None, Amount(1), "late", &clerk("ann", 6));
        assert!(matches!(refused, Err(Stop::Refused(Refusal::TooMuchMoney { available: Amount(0), .. }))), "{refused:?}");
    }

    #[test]
    fn a_limit_holds_for_all_that_somebody_credits_of_an_invoice_however_they_do_it() {
        let (mut story, _, invoice) = billed();
        let small = |name: &str| {
            let mut cx = clerk(name, 5);
            cx.actor.limit = Some(Amount(2_000));
            cx
        };
        let not_allowed = |what: Result<InvoiceId, Stop>| matches!(what, Err(Stop::Refused(Refusal::NotAllowed { .. })));
        let one = [(LineNo(1), Quantity(1))];
        let cheaper = [(LineNo(1), "9".parse().unwrap())];
        goodwill(story.books(), invoice, None, Amount(1_000), "late", &small("bob")).unwrap();
        // 11.90 each
        assert!(not_allowed(goodwill(story.books(), invoice, None, Amount(1_000), "late", &small("bob"))));
        assert!(not_allowed(credit_note(story.books(), invoice, None, &one, "broken", &small("bob"))));
        assert!(not_allowed(price_credit(story.books(), invoice, None, &cheaper, "contract", &small("bob"))));
        credit_note(story.books(), invoice, None, &one, "broken", &small("eva")).unwrap();
    }

    #[test]
    fn no_more_is_given_than_the_invoice_and_nobody_gives_more_than_they_may() {
        let (mut story, _, invoice) = billed();
        let mut small = clerk("bob", 5);
        small.actor.limit = Some(Amount(500));
        small.actor.roles = vec![Role::Receivables];
        let refused = goodwill(story.books(), invoice, None, Amount(1_000), "late", &small);
        assert!(matches!(refused, Err(Stop::Refused(Refusal::NotAllowed { .. }))));
        for (amount, is_given) in [(0, false), (-1, false), (4_000, true), (6_001, false), (6_000, true), (1, false)] {
            let given = goodwill(story.books(), invoice, None, Amount(amount), "late", &clerk("ann", 5));
            assert_eq!(given.is_ok(), is_given, "{amount}");
        }
        assert_eq!(story.books().account(&"ACME".into()).unwrap().unwrap().ledger.receivable(), Amount(0));
        story.check();
    }
}
