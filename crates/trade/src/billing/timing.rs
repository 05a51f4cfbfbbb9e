//! Which shipments of an order its policy bills now, and when the others are looked at again.

use std::sync::Arc;

use compact_str::format_compact;
use units::{Amount, Calendar, Minutes, Text, Timestamp};

use super::bill::{bill, in_the_way, invoice, unbilled};
use super::consolidated::{self, by_period};
use super::upfront::{chased_again, is_chased, overdue};
use crate::books::{Books, Stop};
use crate::context::Context;
use crate::fulfilment::{Shipment, UNDER_WAY};
use crate::ids::{InvoiceId, OrderId};
use crate::master::{AfterWait, BillingPolicy};
use crate::order::{Order, OrderEvent, company, existing};
use crate::refusal::Refusal;

const DAY: Minutes = Minutes(1_440);

/// What is billed now, an invoice for each group, and when to look again.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Timing {
    pub(super) groups: Vec<Vec<Arc<Shipment>>>,
    pub(super) next: Option<Timestamp>,
}

/// By the order's policy. Source: domain §1.6 (policies).
pub(super) fn timing(order: &Order, calendar: &Calendar, unbilled: Vec<Arc<Shipment>>, now: Timestamp) -> Timing {
    let each = |shipments: Vec<Arc<Shipment>>| shipments.into_iter().map(|shipment| vec![shipment]).collect();
    match order.billing {
        BillingPolicy::PerShipment => Timing { groups: each(unbilled), next: None },
        // the clock chases the upfront invoice, whatever ships meanwhile
        BillingPolicy::Deposit { .. } | BillingPolicy::OnOrder | BillingPolicy::Milestones(_) => {
            Timing { groups: each(unbilled), next: order.bill_at }
        }
        BillingPolicy::OnDelivery => {
            let (delivered, on_its_way): (Vec<_>, Vec<_>) =
                unbilled.into_iter().partition(|shipment| shipment.delivered.is_some());
            // a clock that runs is not put back; what is lost sight of already was asked about
            let running = order.bill_at.filter(|at| *at > now && !on_its_way.is_empty());
            let lost = on_its_way.iter().filter_map(|shipment| shipment.lost_sight_of_at()).filter(|lost| *lost > now);
            Timing { next: running.or(lost.min()), groups: each(delivered) }
        }
        BillingPolicy::OnComplete { .. } if order.is_fulfilled() => {
            Timing { groups: if unbilled.is_empty() { Vec::new() } else { vec![unbilled] }, next: None }
        }
        BillingPolicy::OnComplete { max_wait_days, .. } => {
            let first = unbilled.iter().map(|shipment| shipment.shipped_at).min();
            let wait = max_wait_days.map(|days| Minutes(DAY.0 * i64::from(days)));
            // whoever was asked and waits on has a clock of their own, which is not put back
            let next = first.zip(wait).map(|(first, wait)| first.plus(wait).max(order.bill_at.unwrap_or(first)));
            Timing { groups: Vec::new(), next }
        }
        BillingPolicy::Consolidated { every, .. } => {
            let mut timing = Timing::default();
            for (end, shipments) in by_period(every, calendar, unbilled) {
                if end <= now {
                    timing.groups.push(shipments);
                } else {
                    timing.next = timing.next.or(Some(end));
                }
            }
            timing
        }
    }
}

/// Sets or stops the clock of what waits for its invoice.
pub(super) fn schedule(books: &mut dyn Books, order: &Order, at: Option<Timestamp>) -> Result<(), Stop> {
    let is_consolidated = matches!(order.billing, BillingPolicy::Consolidated { .. });
    // whatever waited before may have waited for another policy
    if is_consolidated || order.bill_at.is_some() {
        consolidated::note(books, order, is_consolidated && at.is_some())?;
    }
    if order.bill_at != at {
        books.record(&order.id, OrderEvent::BillingScheduled { at });
    }
    Ok(())
}

fn reschedule(books: &mut dyn Books, id: OrderId, cx: &Context) -> Result<(), Stop> {
    let order = existing(books, id)?;
    let waiting = unbilled(books, &order)?;
    let next = timing(&order, &company(books)?.calendar, waiting, cx.now).next;
    schedule(books, &order, next)
}

/// What became of an order whose wait was over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WaitOver {
    /// It was not, or nothing waits any more.
    Nothing,
    /// What has shipped was billed, or is kept back by a hold and billed when that goes.
    Billed(Vec<InvoiceId>),
    /// A person has to say whether what has shipped is billed; in words.
    Ask(Text),
    /// A person has to see that an upfront invoice is paid; in words, and how much is open.
    Chase(Text, Amount),
}

/// The clock of an order that waits to be billed, or for the payment of what was billed upfront, has run out. Source: domain §1.6
/// (max-wait; consolidated; on order).
pub fn wait_over(books: &mut dyn Books, id: OrderId, cx: &Context) -> Result<WaitOver, Stop> {
    let order = existing(books, id)?;
    if order.bill_at.is_none_or(|at| at > cx.now) {
        return Ok(WaitOver::Nothing);
    }
    schedule(books, &order, None)?;
    if !order.billing.upfront().is_zero() {
        return Ok(overdue(books, id, cx)?.map_or(WaitOver::Nothing, |(reason, open)| WaitOver::Chase(reason, open)));
    }
    let waiting = unbilled(books, &order)?.len();
    let lost = lost_sight_of(books, &order, cx)?.len();
    match order.billing {
        _ if waiting == 0 => Ok(WaitOver::Nothing),
        BillingPolicy::OnComplete { max_wait_days: Some(days), then: AfterWait::Ask } if !order.is_fulfilled() => {
            let reason = "have waited to be billed with the rest of the order for";
            Ok(WaitOver::Ask(format_compact!("{waiting} shipments of {id} {reason} {days} days")))
        }
        // what was delivered meanwhile is billed with its proof, or when the hold goes that keeps it back
        BillingPolicy::OnDelivery if lost > 0 => {
            reschedule(books, id, cx)?;
            let days = UNDER_WAY.0 / DAY.0;
            let reason = "have been on their way, and nobody says that they were delivered, for";
            Ok(WaitOver::Ask(format_compact!("{lost} shipments of {id} {reason} {days} days")))
        }
        BillingPolicy::OnComplete { then: AfterWait::PerShipment, .. } if !order.is_fulfilled() => {
            bill_per_shipment(books, id, cx).map(WaitOver::Billed)
        }
        _ => bill(books, id, cx).map(WaitOver::Billed),
    }
}

/// The unbilled shipments of which nobody knows any more where they are.
fn lost_sight_of(books: &mut dyn Books, order: &Order, cx: &Context) -> Result<Vec<Arc<Shipment>>, Stop> {
    let mut lost = unbilled(books, order)?;
    lost.retain(|shipment| shipment.lost_sight_of_at().is_some_and(|at| at <= cx.now));
    Ok(lost)
}

/// A person has what waited for too long billed: what was lost sight of, if a proof of delivery is waited for, and otherwise what has
/// shipped, and the rest as it ships. Source: domain §1.6 (max-wait; control passes with the delivery).
///
/// Refused while something is in the way, since nobody would think of it once that has gone.
pub fn bill_waiting(books: &mut dyn Books, id: OrderId, cx: &Context) -> Result<Vec<InvoiceId>, Stop> {
    let order = existing(books, id)?;
    if order.billing != BillingPolicy::OnDelivery {
        return bill_per_shipment(books, id, cx);
    }
    if let Some(why) = in_the_way(books, &order)? {
        return Err(Refusal::Conflict(format_compact!("{id} cannot be billed yet: {why}")).into());
    }
    let lost = lost_sight_of(books, &order, cx)?;
    drop(order);
    let one_each = lost.into_iter().map(|shipment| invoice(books, &[(id, vec![shipment])], cx));
    let posted = one_each.collect::<Result<_, _>>()?;
    reschedule(books, id, cx)?;
    Ok(posted)
}

/// Bills what has shipped, and the rest as it ships. Source: domain §1.6 (switch to per shipment).
fn bill_per_shipment(books: &mut dyn Books, id: OrderId, cx: &Context) -> Result<Vec<InvoiceId>, Stop> {
    let billing = BillingPolicy::PerShipment;
    books.record(&id, OrderEvent::BillingSet { billing, by: cx.actor.id.clone() });
    bill(books, id, cx)
}

/// A person lets the rest be waited for once more, as long as the policy says; an unpaid upfront invoice for another week.
pub fn wait_again(books: &mut dyn Books, id: OrderId, cx: &Context) -> Result<(), Stop> {
    if is_chased(books, id)? {
        let order = existing(books, id)?;
        return schedule(books, &order, Some(chased_again(cx)));
    }
    let order = existing(books, id)?;
    let wait = match order.billing {
        BillingPolicy::OnComplete { max_wait_days: Some(days), .. } => Minutes(DAY.0 * i64::from(days.max(1))),
        BillingPolicy::OnDelivery => UNDER_WAY,
        _ => return Ok(()),
    };
    if !unbilled(books, &order)?.is_empty() {
        return schedule(books, &order, Some(cx.now.plus(wait)));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::blocked;
    use crate::fulfilment::{Delivery, deliver};
    use crate::ids::{LineNo, WarehouseOrderId};
    use crate::master::{Period, Together};
    use crate::order::fixture::{Story, at, clerk, submitted};
    use crate::order::{Submission, approve, promise, release};

    const HOUR: i64 = 60;

    /// Four of X from one warehouse and six of Y from another, all at 10.00, billed as `policy` says.
    fn case(policy: BillingPolicy) -> (Story, OrderId, Vec<WarehouseOrderId>) {
        let mut story = Story::new();
        story.stock("X", "WH1", 4);
        story.stock("Y", "WH2", 6);
        let lines = vec![submitted("X", "4"), submitted("Y", "6")];
        let id = story.receive(&Submission { lines, billing: Some(policy), ..story.submission() }).unwrap();
        approve(story.books(), id, &at(1)).unwrap();
        promise(story.books(), id, &at(1)).unwrap();
        let released = release(story.books(), id, &at(2)).unwrap();
        (story, id, released)
    }

    fn gross(story: &mut Story, posted: &[InvoiceId]) -> Vec<i64> {
        posted.iter().map(|id| story.books().invoice(id).unwrap().unwrap().gross.0).collect()
    }

    #[test]
    fn domain_1_6_after_the_longest_wait_a_person_is_asked_and_may_wait_again() {
        let (mut story, id, released) = case(BillingPolicy::OnComplete { max_wait_days: Some(3), then: AfterWait::Ask });
        story.ship(released[0], &[(1, 4)], "A");
        assert_eq!(bill(story.books(), id, &at(4)).unwrap(), []);
        let due = story.order(id).bill_at.unwrap();
        assert_eq!(due, at(3).now.plus(Minutes(3 * 1_440)));
        assert_eq!(wait_over(story.books(), id, &at(4)).unwrap(), WaitOver::Nothing);
        let late = at(3 + 3 * 24 * HOUR);
        assert!(matches!(wait_over(story.books(), id, &late).unwrap(), WaitOver::Ask(_)));
        assert_eq!(story.order(id).bill_at, None);
        wait_again(story.books(), id, &late).unwrap();
        assert_eq!(story.order(id).bill_at, Some(late.now.plus(Minutes(3 * 1_440))));
        // looking at it meanwhile does not put the clock back
        bill(story.books(), id, &late).unwrap();
        assert_eq!(story.order(id).bill_at, Some(late.now.plus(Minutes(3 * 1_440))));
        let posted = bill_waiting(story.books(), id, &clerk("ann", 9_000)).unwrap();
        assert_eq!(gross(&mut story, &posted), [4_000]);
        assert_eq!((story.order(id).bill_at, story.order(id).billing), (None, BillingPolicy::PerShipment));
        story.ship(released[1], &[(2, 6)], "B");
        let posted = bill(story.books(), id, &at(9_001)).unwrap();
        assert_eq!(gross(&mut story, &posted), [6_000]);
        story.check();
    }

    #[test]
    fn domain_1_6_after_the_longest_wait_it_is_billed_per_shipment_by_policy() {
        let then = AfterWait::PerShipment;
        let (mut story, id, released) = case(BillingPolicy::OnComplete { max_wait_days: Some(3), then });
        story.ship(released[0], &[(1, 4)], "A");
        bill(story.books(), id, &at(4)).unwrap();
        let WaitOver::Billed(posted) = wait_over(story.books(), id, &at(3 + 3 * 24 * HOUR)).unwrap() else {
            panic!("it is billed");
        };
        assert_eq!(gross(&mut story, &posted), [4_000]);
        story.check();
    }

    #[test]
    fn domain_1_6_an_order_that_is_complete_in_time_has_one_invoice_and_no_clock() {
        let (mut story, id, released) = case(BillingPolicy::OnComplete { max_wait_days: Some(3), then: AfterWait::Ask });
        story.ship(released[0], &[(1, 4)], "A");
        bill(story.books(), id, &at(4)).unwrap();
        story.ship(released[1], &[(2, 6)], "B");
        let posted = bill(story.books(), id, &at(5)).unwrap();
        assert_eq!(gross(&mut story, &posted), [10_000]);
        assert_eq!(story.order(id).bill_at, None);
    }

    #[test]
    fn domain_1_6_a_week_of_shipments_is_one_invoice() {
        let (mut story, id, released) = case(BillingPolicy::Consolidated { every: Period::Week, per: Together::Account });
        story.ship(released[0], &[(1, 4)], "A");
        story.ship(released[1], &[(2, 6)], "B");
        assert_eq!(bill(story.books(), id, &at(4)).unwrap(), []);
        // the story begins on Monday, 2 March, at 10:00: the week ends seven days later at midnight
        let end = story.order(id).bill_at.unwrap();
        assert_eq!(end.to_string(), "2026-03-09T00:00:00.000Z");
        let WaitOver::Billed(posted) = wait_over(story.books(), id, &Context { now: end, ..at(0) }).unwrap() else {
            panic!("it is billed");
        };
        assert_eq!(gross(&mut story, &posted), [10_000]);
        assert_eq!(story.order(id).bill_at, None);
        story.check();
    }

    #[test]
    fn domain_1_6_control_passes_on_delivery_and_so_does_the_invoice() {
        let (mut story, id, released) = case(BillingPolicy::OnDelivery);
        let first = story.ship(released[0], &[(1, 4)], "A");
        story.ship(released[1], &[(2, 6)], "B");
        assert_eq!(bill(story.books(), id, &at(4)).unwrap(), []);
        let delivery = Delivery { at: at(50).now, receiver: "Mr Doe".into(), note: Text::default() };
        assert!(deliver(story.books(), first, &delivery, &at(60)).unwrap());
        let posted = bill(story.books(), id, &at(60)).unwrap();
        assert_eq!(gross(&mut story, &posted), [4_000]);
        story.check();
    }

    #[test]
    fn goods_that_nobody_says_were_delivered_are_asked_about_and_billed_when_somebody_says_so() {
        let (mut story, id, released) = case(BillingPolicy::OnDelivery);
        story.ship(released[0], &[(1, 4)], "A");
        bill(story.books(), id, &at(4)).unwrap();
        let due = Context { now: story.order(id).bill_at.unwrap(), ..at(0) };
        assert_eq!(due.now, at(3).now.plus(UNDER_WAY));
        assert!(matches!(wait_over(story.books(), id, &due).unwrap(), WaitOver::Ask(_)));
        wait_again(story.books(), id, &due).unwrap();
        assert_eq!(story.order(id).bill_at, Some(due.now.plus(UNDER_WAY)));
        let posted = bill_waiting(story.books(), id, &clerk("ann", 90_000)).unwrap();
        assert_eq!((gross(&mut story, &posted), story.order(id).bill_at), (vec![4_000], None));
        assert_eq!(story.order(id).billing, BillingPolicy::OnDelivery, "one lost proof changes no terms");
        story.check();
    }

    #[test]
    fn a_hold_on_what_was_delivered_keeps_nobody_from_asking_about_what_was_not() {
        let (mut story, id, released) = case(BillingPolicy::OnDelivery);
        let first = story.ship(released[0], &[(1, 4)], "A");
        let (kind, reason) = (crate::order::HoldKind::Manual, "call first".into());
        crate::order::place_hold(story.books(), id, kind, reason, vec![], Amount(1), &clerk("ann", 4)).unwrap();
        let delivery = Delivery { at: at(50).now, receiver: "Mr Doe".into(), note: Text::default() };
        deliver(story.books(), first, &delivery, &at(60)).unwrap();
        let second = story.ship(released[1], &[(2, 6)], "B");
        bill(story.books(), id, &at(60)).unwrap();
        let lost = story.books().shipment(&second).unwrap().unwrap().lost_sight_of_at().unwrap();
        assert_eq!(story.order(id).bill_at, Some(lost));
        let due = Context { now: lost, ..at(0) };
        let WaitOver::Ask(reason) = wait_over(story.books(), id, &due).unwrap() else { panic!("somebody is asked") };
        assert!(reason.starts_with("1 shipments"), "{reason}");
        // a clock that has run out is not set again, and nothing is billed behind the hold's back
        assert_eq!(story.order(id).bill_at, None);
        assert!(bill_waiting(story.books(), id, &clerk("bob", 90_000)).is_err());
        crate::order::release_hold(story.books(), id, kind, "called", &due).unwrap();
        assert_eq!(bill(story.books(), id, &due).unwrap().len(), 1);
        assert_eq!(bill_waiting(story.books(), id, &due).unwrap().len(), 1);
        story.check();
    }

    #[test]
    fn what_is_not_due_yet_is_not_held_back_by_a_hold() {
        let (mut story, id, released) = case(BillingPolicy::Consolidated { every: Period::Week, per: Together::Account });
        story.ship(released[0], &[(1, 4)], "A");
        let (kind, reason) = (crate::order::HoldKind::Manual, "call first".into());
        crate::order::place_hold(story.books(), id, kind, reason, vec![], Amount(1), &clerk("ann", 4)).unwrap();
        assert_eq!((bill(story.books(), id, &at(5)).unwrap(), blocked(story.books(), id, &at(5)).unwrap()), (vec![], None));
        let end = Context { now: story.order(id).bill_at.unwrap(), ..at(0) };
        assert_eq!(wait_over(story.books(), id, &end).unwrap(), WaitOver::Billed(vec![]));
        assert!(blocked(story.books(), id, &end).unwrap().is_some());
    }

    #[test]
    fn domain_1_6_what_is_paid_on_order_is_billed_whole_and_its_deliveries_ask_for_nothing() {
        let mut story = Story::new();
        story.stock("X", "WH1", 4);
        story.stock("Y", "WH2", 6);
        let lines = vec![submitted("X", "4"), submitted("Y", "6")];
        let submission = Submission { lines, billing: Some(BillingPolicy::OnOrder), ..story.submission() };
        let id = story.receive(&submission).unwrap();
        approve(story.books(), id, &at(1)).unwrap();
        let upfront = crate::billing::deposit(story.books(), id, &at(1)).unwrap().unwrap();
        assert_eq!(gross(&mut story, &[upfront]), [10_000]);
        promise(story.books(), id, &at(1)).unwrap();
        assert_eq!(release(story.books(), id, &at(2)).unwrap(), []);
        story.pay(upfront, 10_000);
        story.ship_everything(id);
        let posted = bill(story.books(), id, &at(9)).unwrap();
        assert_eq!(gross(&mut story, &posted), [0, 0]);
        let order = story.order(id);
        assert_eq!((order.deposit_consumed, order.receivable), (Amount(10_000), Amount(0)));
        story.check();
    }

    #[test]
    fn the_order_may_be_billed_otherwise_than_the_account() {
        let (story, id, _) = case(BillingPolicy::ON_COMPLETE);
        let mut story = story;
        assert_eq!(story.order(id).billing, BillingPolicy::ON_COMPLETE);
        let agreed = story.receive(&story.submission()).unwrap();
        assert_eq!(story.order(agreed).billing, BillingPolicy::PerShipment);
        let odd = BillingPolicy::Deposit { percent: "101".parse().unwrap() };
        assert!(story.receive(&Submission { billing: Some(odd), ..story.submission() }).is_err());
        assert_eq!(story.order(id).line(LineNo(1)).unwrap().cancel_failed, units::Quantity(0));
    }
}
