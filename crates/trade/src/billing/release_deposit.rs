//! The deposit of units that will not come is given back.

use units::Amount;

use super::credit_note::offset;
use super::deposit::reached;
use super::post::{Effects, post};
use super::state::{DocumentKind, Invoice};
use super::upfront::{Asked, Total, documents};
use crate::books::{Books, Stop};
use crate::context::Context;
use crate::ids::*;
use crate::master::BillingPolicy;
use crate::order::{Order, existing};
use crate::tax;

/// Credits what of a deposit belongs to cancelled units, by value, and once nothing more will be billed all that was not consumed; one
/// note for each upfront invoice, the latest first. Of an order that is billed on order it is all that the order will not come to.
///
/// It settles what is open of the deposit; what was paid already is the customer's credit, never refunded by itself. Source: domain
/// §1.5.4 (deposit), §1.6.
pub fn release_deposit(books: &mut dyn Books, id: OrderId, cx: &Context) -> Result<Vec<InvoiceId>, Stop> {
    let order = existing(books, id)?;
    if order.deposit_invoiced <= order.deposit_consumed {
        return Ok(Vec::new());
    }
    let asked = documents(books, &order)?;
    let mut released = order.deposit_invoiced - keep(books, &order)?.max(order.deposit_consumed);
    drop(order);
    let mut noted = Vec::new();
    for asked in asked.iter().rev() {
        let part = released.min(asked.document.net - asked.given_back());
        if part.is_positive() {
            noted.push(give_back(books, id, asked, part, cx)?);
            released -= part;
        }
    }
    Ok(noted)
}

/// How much of what was asked for is still to be consumed, or has been: what would be asked for of the order as it is by now.
fn keep(books: &mut dyn Books, order: &Order) -> Result<Amount, Stop> {
    if order.is_fulfilled() && order.is_invoiced() {
        return Ok(Amount::ZERO);
    }
    let whole = Total::of(books, order)?.net;
    let kept = if order.billing == BillingPolicy::OnOrder { whole } else { whole.percent(reached(order)) };
    Ok(kept.min(order.deposit_invoiced))
}

/// A note over `part` of an upfront invoice.
fn give_back(books: &mut dyn Books, id: OrderId, asked: &Asked, part: Amount, cx: &Context) -> Result<InvoiceId, Stop> {
    let order = existing(books, id)?;
    let (deposit, before) = (&asked.document, asked.given_back());
    let taxes = tax::between(deposit.tax_rounding, &deposit.taxes, before, before + part);
    let tax = taxes.iter().map(|line| line.tax).sum();
    let draft = Invoice {
        kind: DocumentKind::CreditNote,
        corrects: Some(deposit.id),
        reason: "deposit for what will not come".into(),
        taxes,
        tax_rounding: deposit.tax_rounding,
        tax_scheme: deposit.tax_scheme,
        net: part,
        tax,
        gross: part + tax,
        ..Invoice::default()
    };
    let effects = Effects { deposit: -part, ..Effects::default() };
    let note = post(books, &order, draft, effects, cx)?;
    offset(books, &order.account, deposit.id, note, cx)?;
    Ok(note)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::{bill, deposit};
    use crate::master::BillingPolicy;
    use crate::order::fixture::{Story, at, clerk, submitted};
    use crate::order::{Cancellation, OrderEvent, Submission, SubmittedLine, approve, cancel, promise};
    use units::{Decimal, Quantity};

    /// A 10 × 100 that is there and B 5 × 40 that is not, 10 % tax, a deposit of 30 %: 360 and 36 tax.
    fn case() -> (Story, OrderId, InvoiceId) {
        let mut story = Story::new();
        story.stock("X", "WH1", 10);
        let line =
            |item, quantity, price: &str| SubmittedLine { price: Some(price.parse().unwrap()), ..submitted(item, quantity) };
        let submission = Submission { lines: vec![line("X", "10", "100"), line("Y", "5", "40")], ..story.submission() };
        let id = story.receive(&submission).unwrap();
        let billing = BillingPolicy::Deposit { percent: Decimal::from(30i64) };
        let order = Order { billing, ..(*story.order(id)).clone() };
        story.books().record(&id, OrderEvent::Received(Box::new(order)));
        let ten = Decimal::from(10i64);
        let rates = vec![(LineNo(1), ten), (LineNo(2), ten)];
        story.books().record(
            &id,
            OrderEvent::TaxDetermined {
                rates,
                tax: Amount(12_000),
                degraded: false,
                scheme: Default::default(),
                basis: Default::default(),
            },
        );
        approve(story.books(), id, &at(1)).unwrap();
        let asked = deposit(story.books(), id, &at(1)).unwrap().unwrap();
        promise(story.books(), id, &at(1)).unwrap();
        (story, id, asked)
    }

    fn cancel_line(story: &mut Story, id: OrderId, line: u64, units: i64) {
        let lines = vec![(LineNo(line), Some(Quantity(units)))];
        cancel(story.books(), id, &Cancellation { lines, reason: "less".into() }, &clerk("ann", 3)).unwrap();
    }

    fn receivable(story: &mut Story) -> Amount {
        story.books().account(&"ACME".into()).unwrap().unwrap().ledger.receivable()
    }

    #[test]
    fn domain_1_5_4_a_cancellation_releases_the_unused_deposit_pro_rata() {
        let (mut story, id, _) = case();
        cancel_line(&mut story, id, 2, 2);
        // 80 of 1,200 will not come: 24 of the deposit of 360
        let note = release_deposit(story.books(), id, &at(4)).unwrap()[0];
        let note = story.books().invoice(&note).unwrap().unwrap();
        assert_eq!((note.net, note.tax, note.gross), (Amount(2_400), Amount(240), Amount(2_640)));
        assert_eq!(receivable(&mut story), Amount(39_600 - 2_640));
        assert_eq!(release_deposit(story.books(), id, &at(5)).unwrap(), []);
        story.check();
    }

    #[test]
    fn what_is_left_when_everything_is_billed_is_given_back_to_the_cent() {
        let (mut story, id, _) = case();
        story.ship_everything(id);
        let invoice = bill(story.books(), id, &at(4)).unwrap()[0];
        assert_eq!(story.books().invoice(&invoice).unwrap().unwrap().deposit, Amount(30_000));
        for units in [1, 4] {
            cancel_line(&mut story, id, 2, units);
            assert_eq!(release_deposit(story.books(), id, &at(5)).unwrap().len(), 1);
        }
        let order = story.order(id);
        assert_eq!(order.deposit_invoiced, order.deposit_consumed);
        // goods of 1,000 and 10 % tax, whatever was asked for before
        assert_eq!(receivable(&mut story), Amount(110_000));
        story.check();
    }

    #[test]
    fn an_order_that_is_cancelled_whole_owes_nothing() {
        let (mut story, id, _) = case();
        cancel(story.books(), id, &Cancellation { lines: Vec::new(), reason: "none".into() }, &clerk("ann", 3)).unwrap();
        assert_eq!(release_deposit(story.books(), id, &at(4)).unwrap().len(), 1);
        assert_eq!((receivable(&mut story), story.order(id).receivable), (Amount(0), Amount(0)));
        story.check();
    }
}
