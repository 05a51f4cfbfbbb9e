//! A price was wrong, and the goods stay: the difference is credited.

use compact_str::format_compact;
use units::{Amount, Decimal, Quantity};

use super::credit_note::{Before, credited_invoice, credits_of, offset, part_of, within_limit};
use super::post::{Effects, post, summed};
use super::state::{DocumentKind, Invoice, InvoiceLine};
use crate::books::{Books, Stop};
use crate::context::Context;
use crate::ids::*;
use crate::order::existing;
use crate::refusal::Refusal;
use crate::tax::{self, TaxedLine};

/// Credits what the lines of an invoice cost more than at the right price, for the units that were not credited before.
///
/// The header discount stays as it is. Refused for a document that is no invoice, without the order where it bills several, for a line
/// that it does not bill, for a price that is
/// not below the one billed, and above the actor's limit. Source: domain §1.5.4 (price-only credit), §1.3 (dispute accepted).
pub fn price_credit(
    books: &mut dyn Books,
    invoice: InvoiceId,
    of: Option<OrderId>,
    prices: &[(LineNo, Decimal)],
    reason: &str,
    cx: &Context,
) -> Result<InvoiceId, Stop> {
    let original = credited_invoice(books, invoice)?;
    let order = existing(books, part_of(&original, of)?.order)?;
    let credits = credits_of(books, &original)?;
    let before = Before::of(&credits);
    let mut credited = Vec::with_capacity(prices.len());
    for (at, (no, price)) in prices.iter().enumerate() {
        let billed = original.lines_of(order.id).find(|line| line.line == *no);
        let Some(billed) = billed.filter(|_| !prices.iter().take(at).any(|(other, _)| other == no)) else {
            return Err(Refusal::invalid(format_compact!("prices[{at}].line"), no.0, "a line of the invoice, once").into());
        };
        let net = difference(&original, billed, &before, *price).filter(|net| net.is_positive()).ok_or_else(|| {
            let wanted = "a price from 0 up to less than the one that is billed, for units that are not credited";
            Refusal::invalid(format_compact!("prices[{at}].price"), price, wanted)
        })?;
        credited.push(InvoiceLine { quantity: Quantity::ZERO, price: *price, net, ..billed.clone() });
    }
    if credited.is_empty() {
        return Err(Refusal::invalid("prices", "empty", "at least one line").into());
    }
    let taxed: Vec<TaxedLine> = credited
        .iter()
        .map(|line| TaxedLine { rate: line.tax_rate, net: line.net, exact: Decimal::from(line.net.0) })
        .collect();
    let mut taxes = tax::of_parts(original.tax_rounding, &taxed, Amount::ZERO, Amount::ZERO);
    before.keep_within(&original, &mut taxes, false);
    let counted = credited.iter().map(|line| (line.line, Quantity::ZERO, -line.net)).collect();
    let draft = summed(Invoice {
        kind: DocumentKind::CreditNote,
        corrects: Some(invoice),
        reason: reason.into(),
        lines: credited,
        taxes,
        tax_rounding: original.tax_rounding,
        tax_scheme: original.tax_scheme,
        ..Invoice::default()
    });
    within_limit(books, &original, &credits, &draft, cx)?;
    let note = post(books, &order, draft, Effects { lines: counted, ..Effects::default() }, cx)?;
    offset(books, &order.account, invoice, note, cx)?;
    Ok(note)
}

/// What the units that are left of a line cost more than at `price`.
fn difference(original: &Invoice, billed: &InvoiceLine, before: &Before, price: Decimal) -> Option<Amount> {
    if price.is_negative() || price >= billed.price {
        return None;
    }
    let left = before.left(billed);
    let right = Amount::of(price, left, original.currency)?;
    Some(before.left_of(billed) - right)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::credit_note;
    use crate::master::BillingPolicy;
    use crate::order::Order;
    use crate::order::fixture::{billed, billed_with, clerk};

    fn price(text: &str) -> Vec<(LineNo, Decimal)> {
        vec![(LineNo(1), text.parse().unwrap())]
    }

    #[test]
    fn domain_1_5_4_a_wrong_price_is_credited_and_the_units_stay() {
        let (mut story, id, invoice) = billed();
        let note = price_credit(story.books(), invoice, None, &price("9.50"), "contract", &clerk("ann", 5)).unwrap();
        let note = story.books().invoice(&note).unwrap().unwrap();
        assert_eq!((note.net, note.tax, note.gross), (Amount(500), Amount(95), Amount(595)));
        let line = story.order(id).lines[0].clone();
        assert_eq!((line.credited, line.credited_amount), (Quantity(0), Amount(500)));
        // the units come back for what was paid for them in the end, and nothing is left
        credit_note(story.books(), invoice, None, &[(LineNo(1), Quantity(4))], "returned", &clerk("ann", 6)).unwrap();
        assert_eq!(story.order(id).receivable, Amount(11_900 - 595 - 4_522));
        credit_note(story.books(), invoice, None, &[], "all of it", &clerk("ann", 7)).unwrap();
        assert_eq!(story.order(id).receivable, Amount(0));
        story.check();
    }

    #[test]
    fn a_price_credit_gives_the_tax_back_that_the_deposit_paid() {
        let (mut story, _, invoice) =
            billed_with(Order { billing: BillingPolicy::Deposit { percent: Decimal::HUNDRED }, ..Order::default() });
        assert_eq!(story.books().invoice(&invoice).unwrap().unwrap().tax, Amount(0));
        let note = price_credit(story.books(), invoice, None, &price("9.50"), "contract", &clerk("ann", 5)).unwrap();
        let note = story.books().invoice(&note).unwrap().unwrap();
        assert_eq!((note.net, note.tax, note.gross), (Amount(500), Amount(95), Amount(595)));
    }

    #[test]
    fn a_price_credit_before_a_return_takes_no_discount_from_the_units_that_come_back() {
        let (mut story, id, invoice) = billed_with(Order { discount: Amount(1_000), ..Order::default() });
        price_credit(story.books(), invoice, None, &price("8"), "contract", &clerk("ann", 5)).unwrap();
        let half = [(LineNo(1), Quantity(5))];
        let notes =
            [(); 2].map(|()| credit_note(story.books(), invoice, None, &half, "returned", &clerk("ann", 6)).unwrap());
        let nets = notes.map(|note| story.books().invoice(&note).unwrap().unwrap().net);
        // 5 × 8.00, less 5.00 of the discount of 10.00
        assert_eq!(nets, [Amount(3_500); 2]);
        assert_eq!(story.order(id).receivable, Amount(0));
        story.check();
    }

    #[test]
    fn a_price_that_is_not_lower_or_a_line_that_is_not_billed_is_refused() {
        let (mut story, _, invoice) = billed();
        for prices in [price("10"), price("-1"), Vec::new(), vec![(LineNo(7), Decimal::ONE)]] {
            let refused = price_credit(story.books(), invoice, None, &prices, "?", &clerk("ann", 5));
            assert!(matches!(refused, Err(Stop::Refused(Refusal::Invalid { .. }))), "{prices:?}");
        }
        credit_note(story.books(), invoice, None, &[], "all of it", &clerk("ann", 6)).unwrap();
        assert!(price_credit(story.books(), invoice, None, &price("9"), "late", &clerk("ann", 7)).is_err());
    }
}
