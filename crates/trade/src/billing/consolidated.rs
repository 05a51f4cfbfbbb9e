//! Consolidated invoices: what the orders of an account, or of one of its purchase orders, shipped in a week or month is one document.

use std::collections::BTreeMap;
use std::sync::Arc;

use units::{Calendar, Timestamp};

use super::bill::{in_the_way, invoice, unbilled};
use super::timing::{schedule, timing};
use crate::account::AccountEvent;
use crate::books::{Books, Stop};
use crate::context::Context;
use crate::fulfilment::Shipment;
use crate::ids::{InvoiceId, OrderId};
use crate::master::{BillingPolicy, Period, Together};
use crate::order::{Order, company, existing};
use crate::tax::Taxation;

/// At most so many orders are in one invoice, so that people and systems can still read it.
const MOST_ORDERS: usize = 1_000;

type Shipments = Vec<Arc<Shipment>>;

/// Shipments by the end of the period in which they left, the earliest first.
pub(super) fn by_period(every: Period, calendar: &Calendar, shipments: Shipments) -> BTreeMap<Timestamp, Shipments> {
    let mut periods: BTreeMap<Timestamp, Shipments> = BTreeMap::new();
    for shipment in shipments {
        let end = calendar.midnight(every.next(calendar.local_day(shipment.shipped_at)));
        periods.entry(end).or_default().push(shipment);
    }
    periods
}

/// Bills what of an order, and of those that share its invoices, was shipped in periods that have ended: one invoice for each period.
/// An order that a hold keeps from being billed is left out; it is billed when that goes.
///
/// Source: domain §1.6 (consolidated per week or month, per bill-to or purchase order).
pub(super) fn bill(books: &mut dyn Books, first: &Order, every: Period, cx: &Context) -> Result<Vec<InvoiceId>, Stop> {
    let company = company(books)?;
    let (calendar, account) = (&company.calendar, books.account(&first.account)?.unwrap_or_default());
    let taxed = |order: &Order| (order.tax_scheme, Taxation::determined(&company, &account.profile, order).rounding);
    let mut due: BTreeMap<Timestamp, Vec<(OrderId, Shipments)>> = BTreeMap::new();
    let mut looked_at = Vec::new();
    let ids = together(books, first)?;
    // all at once, so that those which are not in memory are loaded together
    for id in &ids {
        books.order(id)?;
    }
    for id in ids {
        let order = existing(books, id)?;
        if in_the_way(books, &order)?.is_some() || !shares_invoices(first, &order) || taxed(first) != taxed(&order) {
            continue;
        }
        let waiting = unbilled(books, &order)?;
        for (end, shipments) in by_period(every, calendar, waiting) {
            if end <= cx.now {
                due.entry(end).or_default().push((id, shipments));
            }
        }
        looked_at.push(id);
    }
    let mut posted = Vec::new();
    for orders in due.values().flat_map(|orders| orders.chunks(MOST_ORDERS)) {
        posted.push(invoice(books, orders, cx)?);
    }
    if !posted.is_empty() {
        looked_at.into_iter().try_for_each(|id| look_again(books, id, calendar, cx))?;
    }
    Ok(posted)
}

/// The order, and the others of its account of which something waits for its day.
fn together(books: &mut dyn Books, first: &Order) -> Result<Vec<OrderId>, Stop> {
    let account = books.account(&first.account)?;
    let mut ids = account.map(|account| account.ledger.to_consolidate.clone()).unwrap_or_default();
    if let Err(at) = ids.binary_search(&first.id) {
        ids.insert(at, first.id);
    }
    Ok(ids)
}

/// Whether two orders may be on one invoice: it has one currency, one due date and one discount.
fn shares_invoices(one: &Order, other: &Order) -> bool {
    let is_of_one_purchase = match one.billing {
        BillingPolicy::Consolidated { per: Together::PurchaseOrder, .. } => one.purchase_order == other.purchase_order,
        _ => true,
    };
    one.id == other.id
        || is_of_one_purchase && (one.billing, one.currency, one.terms) == (other.billing, other.currency, other.terms)
}

/// Sets the clock of what an order shipped since anew.
fn look_again(books: &mut dyn Books, id: OrderId, calendar: &Calendar, cx: &Context) -> Result<(), Stop> {
    let order = existing(books, id)?;
    let waiting = unbilled(books, &order)?;
    let next = timing(&order, calendar, waiting, cx.now).next;
    schedule(books, &order, next)
}

/// Notes whether an order waits for the day of a consolidated invoice, so that the others of its account find it.
pub(super) fn note(books: &mut dyn Books, order: &Order, waits: bool) -> Result<(), Stop> {
    let account = books.account(&order.account)?;
    let is_noted = account.is_some_and(|account| account.ledger.to_consolidate.binary_search(&order.id).is_ok());
    if is_noted != waits {
        books.record(&order.account, AccountEvent::ConsolidationChanged { order: order.id, waits });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use units::{Amount, Quantity};

    use super::*;
    use crate::billing::{WaitOver, bill, blocked, credit_note, goodwill, price_credit, wait_over};
    use crate::cash::unapply;
    use crate::ids::LineNo;
    use crate::order::fixture::{Story, at, clerk, submitted};
    use crate::order::{HoldKind, OrderEvent, Submission, approve, place_hold, promise, release_hold};
    use crate::refusal::Refusal;

    const WEEKLY: BillingPolicy = BillingPolicy::Consolidated { every: Period::Week, per: Together::Account };

    /// Orders of so many units of X at 10.00 each, with these purchase orders, shipped in the first week.
    fn shipped(billing: BillingPolicy, orders: &[(&str, i64)]) -> (Story, Vec<OrderId>) {
        let mut story = Story::new();
        story.stock("X", "WH1", 100);
        let mut ids = Vec::new();
        for (purchase_order, units) in orders {
            let lines = vec![submitted("X", &units.to_string())];
            let purchase_order = (*purchase_order).into();
            let id =
                story.receive(&Submission { lines, purchase_order, billing: Some(billing), ..story.submission() }).unwrap();
            approve(story.books(), id, &at(1)).unwrap();
            promise(story.books(), id, &at(1)).unwrap();
            story.ship_everything(id);
            assert_eq!(bill(story.books(), id, &at(4)).unwrap(), []);
            ids.push(id);
        }
        (story, ids)
    }

    /// The clock of an order runs out.
    fn ends(story: &mut Story, id: OrderId) -> Vec<InvoiceId> {
        let now = story.order(id).bill_at.expect("a clock runs");
        match wait_over(story.books(), id, &Context { now, ..at(0) }).unwrap() {
            WaitOver::Billed(posted) => posted,
            other => panic!("{other:?}"),
        }
    }

    fn gross(story: &mut Story, posted: &[InvoiceId]) -> Vec<i64> {
        posted.iter().map(|id| story.books().invoice(id).unwrap().unwrap().gross.0).collect()
    }

    #[test]
    fn domain_1_6_a_week_of_an_account_is_one_invoice() {
        let (mut story, ids) = shipped(WEEKLY, &[("A", 1), ("B", 2), ("B", 3)]);
        let posted = ends(&mut story, ids[0]);
        assert_eq!(gross(&mut story, &posted), [6_000]);
        let invoice = story.books().invoice(&posted[0]).unwrap().unwrap();
        assert_eq!((invoice.number.as_str(), invoice.purchase_order.as_str()), ("CD-2026-000001", ""));
        assert_eq!(invoice.orders().collect::<Vec<_>>(), ids);
        for (id, owed) in ids.iter().zip([1_000, 2_000, 3_000]) {
            let order = story.order(*id);
            assert_eq!((order.bill_at, order.receivable, order.is_invoiced()), (None, Amount(owed), true));
        }
        assert_eq!(story.books().account(&"ACME".into()).unwrap().unwrap().ledger.to_consolidate, []);
        story.check();
    }

    #[test]
    fn domain_1_6_or_one_for_each_of_its_purchase_orders() {
        let per_purchase_order = BillingPolicy::Consolidated { every: Period::Month, per: Together::PurchaseOrder };
        let (mut story, ids) = shipped(per_purchase_order, &[("A", 1), ("B", 2), ("B", 3)]);
        let first = ends(&mut story, ids[0]);
        let second = ends(&mut story, ids[1]);
        assert_eq!((gross(&mut story, &first), gross(&mut story, &second)), (vec![1_000], vec![5_000]));
        assert_eq!(story.books().invoice(&second[0]).unwrap().unwrap().purchase_order, "B");
        story.check();
    }

    #[test]
    fn orders_of_other_terms_have_an_invoice_of_their_own() {
        let (mut story, ids) = shipped(WEEKLY, &[("A", 1), ("B", 2)]);
        let mut order = (*story.order(ids[1])).clone();
        order.terms.net_days = 60;
        story.books().record(&ids[1], OrderEvent::Received(Box::new(order)));
        let (first, second) = (ends(&mut story, ids[0]), ends(&mut story, ids[1]));
        assert_eq!((gross(&mut story, &first), gross(&mut story, &second)), (vec![1_000], vec![2_000]));
    }

    #[test]
    fn an_order_that_is_held_keeps_no_other_from_being_billed_and_is_billed_later() {
        let (mut story, ids) = shipped(WEEKLY, &[("A", 1), ("B", 2)]);
        let why = "the price is disputed".into();
        place_hold(story.books(), ids[0], HoldKind::Manual, why, Vec::new(), Amount(0), &clerk("bob", 5)).unwrap();
        let end = Context { now: story.order(ids[0]).bill_at.unwrap(), ..at(0) };
        assert_eq!(wait_over(story.books(), ids[0], &end).unwrap(), WaitOver::Billed(Vec::new()));
        assert!(blocked(story.books(), ids[0], &end).unwrap().is_some());
        let posted = ends(&mut story, ids[1]);
        assert_eq!(gross(&mut story, &posted), [2_000]);
        release_hold(story.books(), ids[0], HoldKind::Manual, "agreed", &Context { now: end.now, ..clerk("ann", 0) })
            .unwrap();
        let posted = bill(story.books(), ids[0], &end).unwrap();
        assert_eq!(gross(&mut story, &posted), [1_000]);
        story.check();
    }

    /// Tax of a document is rounded once and falls on its orders without a cent lost: three times 0.55 at 8.25 %.
    #[test]
    fn domain_1_4_the_tax_of_the_document_is_shared_by_its_orders_to_the_cent() {
        let (mut story, ids) = shipped(WEEKLY, &[("A", 1), ("B", 1), ("C", 1)]);
        for id in &ids {
            let mut order = (*story.order(*id)).clone();
            order.lines[0].price = "0.55".parse().unwrap();
            order.lines[0].tax_rate = "8.25".parse().unwrap();
            story.books().record(id, OrderEvent::Received(Box::new(order)));
        }
        let posted = ends(&mut story, ids[0]);
        let invoice = story.books().invoice(&posted[0]).unwrap().unwrap();
        assert_eq!((invoice.tax, invoice.gross), (Amount(14), Amount(179)));
        let owed: Vec<i64> = ids.iter().map(|id| story.order(*id).receivable.0).collect();
        assert_eq!(owed, [60, 60, 59]);
    }

    #[test]
    fn freight_of_one_order_is_taxed_with_its_own_goods() {
        let (mut story, ids) = shipped(WEEKLY, &[("A", 1), ("B", 1)]);
        for (id, freight, rate) in [(ids[0], 1_000, "20"), (ids[1], 0, "0")] {
            let mut order = (*story.order(id)).clone();
            order.freight = Amount(freight);
            order.lines[0].tax_rate = rate.parse().unwrap();
            story.books().record(&id, OrderEvent::Received(Box::new(order)));
        }
        let posted = ends(&mut story, ids[0]);
        let invoice = story.books().invoice(&posted[0]).unwrap().unwrap();
        assert_eq!((invoice.freight, invoice.tax), (Amount(1_000), Amount(400)));
        assert_eq!((story.order(ids[0]).receivable, story.order(ids[1]).receivable), (Amount(2_400), Amount(1_000)));
    }

    #[test]
    fn domain_1_7_a_payment_settles_the_orders_of_a_consolidated_invoice_from_the_first_on() {
        let (mut story, ids) = shipped(WEEKLY, &[("A", 1), ("B", 2)]);
        let posted = ends(&mut story, ids[0]);
        let owed = |story: &mut Story| [story.order(ids[0]).receivable.0, story.order(ids[1]).receivable.0];
        let payment = story.pay(posted[0], 1_500);
        assert_eq!(owed(&mut story), [0, 1_500]);
        story.check();
        unapply(story.books(), payment, posted[0], "wrong", &clerk("ann", 6)).unwrap();
        assert_eq!(owed(&mut story), [1_000, 2_000]);
        story.check();
        let payment = story.pay(posted[0], 3_000);
        assert_eq!(owed(&mut story), [0, 0]);
        unapply(story.books(), payment, posted[0], "wrong", &clerk("ann", 7)).unwrap();
        assert_eq!(owed(&mut story), [1_000, 2_000]);
        story.check();
    }

    #[test]
    fn a_payment_that_is_taken_back_opens_the_orders_that_it_had_paid() {
        let (mut story, ids) = shipped(WEEKLY, &[("A", 1), ("B", 2)]);
        let posted = ends(&mut story, ids[0]);
        let owed = |story: &mut Story| [story.order(ids[0]).receivable.0, story.order(ids[1]).receivable.0];
        let first = story.pay(posted[0], 1_000);
        story.pay(posted[0], 2_000);
        assert_eq!(owed(&mut story), [0, 0]);
        unapply(story.books(), first, posted[0], "wrong", &clerk("ann", 6)).unwrap();
        assert_eq!(owed(&mut story), [1_000, 0]);
        story.check();
    }

    #[test]
    fn goodwill_for_one_order_of_a_consolidated_invoice_is_its_own() {
        let (mut story, ids) = shipped(WEEKLY, &[("A", 1), ("B", 2)]);
        let posted = ends(&mut story, ids[0])[0];
        let foreign = goodwill(story.books(), posted, Some(OrderId(99)), Amount(600), "late", &clerk("ann", 7));
        assert!(matches!(foreign, Err(Stop::Refused(Refusal::Invalid { .. }))), "{foreign:?}");
        let note = goodwill(story.books(), posted, Some(ids[1]), Amount(600), "late", &clerk("ann", 7)).unwrap();
        assert_eq!((story.order(ids[0]).receivable, story.order(ids[1]).receivable), (Amount(1_000), Amount(1_400)));
        assert_eq!(story.books().invoice(&note).unwrap().unwrap().order, ids[1]);
        story.check();
    }

    #[test]
    fn a_credit_note_is_of_one_order_or_of_all_that_the_invoice_bills() {
        let (mut story, ids) = shipped(WEEKLY, &[("A", 1), ("B", 2), ("C", 3)]);
        let posted = ends(&mut story, ids[0])[0];
        let owed = |story: &mut Story| -> Vec<i64> { ids.iter().map(|id| story.order(*id).receivable.0).collect() };
        let one = [(LineNo(1), Quantity(1))];
        let unnamed = credit_note(story.books(), posted, None, &one, "damaged", &clerk("ann", 5));
        assert!(matches!(unnamed, Err(Stop::Refused(Refusal::Invalid { .. }))), "{unnamed:?}");
        let foreign = credit_note(story.books(), posted, Some(OrderId(99)), &one, "damaged", &clerk("ann", 5));
        assert!(matches!(foreign, Err(Stop::Refused(Refusal::Invalid { .. }))), "{foreign:?}");
        credit_note(story.books(), posted, Some(ids[1]), &one, "damaged", &clerk("ann", 5)).unwrap();
        assert_eq!(owed(&mut story), [1_000, 1_000, 3_000]);
        price_credit(story.books(), posted, Some(ids[2]), &[(LineNo(1), "9".parse().unwrap())], "list", &clerk("ann", 6))
            .unwrap();
        assert_eq!(owed(&mut story), [1_000, 1_000, 2_700]);
        story.check();
        goodwill(story.books(), posted, None, Amount(600), "late", &clerk("ann", 7)).unwrap();
        assert_eq!(owed(&mut story).iter().sum::<i64>(), 4_100);
        story.check();
        let rest = credit_note(story.books(), posted, None, &[], "all of it", &clerk("ann", 8)).unwrap();
        assert_eq!(gross(&mut story, &[rest]), [4_700]);
        // goodwill was given of what is gone now: it is the customer's
        let account = story.books().account(&"ACME".into()).unwrap().unwrap();
        assert_eq!(account.ledger.receivable(), Amount(-600));
        assert_eq!(owed(&mut story).iter().sum::<i64>(), -600);
        story.check();
    }
}
