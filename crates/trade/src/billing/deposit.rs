//! A deposit is asked for before anything ships.

use units::{Amount, prorate};

use super::post::{Effects, post, summed};
use super::state::{DocumentKind, Invoice, TaxLine};
use crate::books::{Books, Stop};
use crate::context::Context;
use crate::ids::*;
use crate::master::TaxRounding;
use crate::order::{existing, expose, line_net, net};
use crate::tax::{self, TaxedLine};

/// Bills the deposit of an approved order, or all of it, once; `None` if none is agreed or it is billed. Source: domain §1.6 (upfront, on
/// order).
pub fn deposit(books: &mut dyn Books, id: OrderId, cx: &Context) -> Result<Option<InvoiceId>, Stop> {
    let order = existing(books, id)?;
    let percent = order.billing.upfront();
    let asked = (net(&order) - order.discount + order.freight).percent(percent);
    if order.approved_at.is_none() || order.is_over() || !order.deposit_invoiced.is_zero() || !asked.is_positive() {
        return Ok(None);
    }
    let taxed = order.lines.iter().map(|line| {
        let units = line.ordered() - line.buckets.cancelled;
        TaxedLine::new(line.tax_rate, line_net(line, order.currency), line.price, units, order.currency)
    });
    // there is no line in this document, so there is one way to round it: once per rate
    let of_all = tax::of_parts(TaxRounding::default(), &taxed.collect::<Vec<_>>(), order.freight, order.discount);
    let shares = prorate(asked.0, &of_all.iter().map(|tax| tax.base.0).collect::<Vec<_>>());
    let taxes = of_all.iter().zip(shares).map(|(tax, share)| {
        let base = Amount(share);
        TaxLine { rate: tax.rate, base, tax: base.percent(tax.rate) }
    });
    // what is asked for stands in no line: as freight it would be shared again, so it is a line-less net amount
    let draft = Invoice { kind: DocumentKind::Deposit, taxes: taxes.collect(), ..Invoice::default() };
    let draft = summed(draft);
    let draft = Invoice { net: asked, gross: asked + draft.tax, ..draft };
    let effects = Effects { deposit: asked, ..Effects::default() };
    let posted = post(books, &order, draft, effects, cx)?;
    // what it asks for is a receivable from now on, and no open order any more
    let order = existing(books, id)?;
    expose(books, &order);
    Ok(Some(posted))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::bill;
    use crate::credit::{Decision, check, exposure};
    use crate::master::BillingPolicy;
    use crate::order::fixture::{Story, at};
    use crate::order::{Order, OrderEvent, approve, promise, release};
    use units::Decimal;

    /// Ten of X for 100.00 in all, approved, with so many per cent as a deposit.
    fn approved(percent: i64, prepayment: bool) -> (Story, OrderId) {
        let mut story = Story::new();
        story.stock("X", "WH1", 10);
        let id = story.receive(&story.submission()).unwrap();
        let mut order =
            Order { billing: BillingPolicy::Deposit { percent: Decimal::from(percent) }, ..(*story.order(id)).clone() };
        order.terms.prepayment = prepayment;
        story.books().record(&id, OrderEvent::Received(Box::new(order)));
        approve(story.books(), id, &at(1)).unwrap();
        (story, id)
    }

    fn exposed(story: &mut Story) -> Amount {
        let company = crate::order::company(story.books()).unwrap();
        let account = story.books().account(&"ACME".into()).unwrap().unwrap();
        exposure(&account, &company).total()
    }

    #[test]
    fn a_deposit_is_counted_once_against_the_limit_from_posting_to_billing() {
        let (mut story, id) = approved(30, false);
        assert_eq!(exposed(&mut story), Amount(10_000));
        let asked = deposit(story.books(), id, &at(2)).unwrap().unwrap();
        assert_eq!((exposed(&mut story), story.open_orders()), (Amount(10_000), Amount(7_000)));
        story.check();
        promise(story.books(), id, &at(2)).unwrap();
        let released = release(story.books(), id, &at(3)).unwrap()[0];
        story.ship(released, &[(1, 4)], "A");
        assert_eq!((exposed(&mut story), story.open_orders()), (Amount(10_000), Amount(4_200)));
        bill(story.books(), id, &at(4)).unwrap();
        assert_eq!(exposed(&mut story), Amount(10_000));
        story.pay(asked, 3_000);
        assert_eq!(exposed(&mut story), Amount(7_000));
        story.ship(released, &[(1, 6)], "B");
        bill(story.books(), id, &at(6)).unwrap();
        assert_eq!((exposed(&mut story), story.open_orders()), (Amount(7_000), Amount(0)));
        story.check();
    }

    #[test]
    fn an_order_is_not_held_by_its_own_deposit() {
        let (mut story, id) = approved(50, false);
        crate::account::set_limit(story.books(), &"ACME".into(), Some(Amount(10_000)), &at(1)).unwrap();
        deposit(story.books(), id, &at(2)).unwrap().unwrap();
        promise(story.books(), id, &at(2)).unwrap();
        assert_eq!(release(story.books(), id, &at(3)).unwrap().len(), 1);
    }

    #[test]
    fn a_prepaid_order_goes_on_when_its_deposit_is_paid() {
        let (mut story, id) = approved(100, true);
        let asked = deposit(story.books(), id, &at(2)).unwrap().unwrap();
        assert!(matches!(check(story.books(), id, &at(3)).unwrap(), Decision::Hold { code: "CR-PREPAYMENT", .. }));
        story.pay(asked, 10_000);
        assert_eq!(check(story.books(), id, &at(6)).unwrap(), Decision::Pass);
    }
}
