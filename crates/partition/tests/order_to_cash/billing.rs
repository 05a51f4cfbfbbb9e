//! Who bills when (domain §1.6).

use partition::Body;
use trade::LineNo;
use trade::exception::{Action, ExceptionKind};
use trade::fulfilment::Delivery;
use trade::master::{AfterWait, BillingPolicy, Period, Together};
use trade::order::{Cancellation, Change, HoldKind, Status};
use trade::reconcile::{Break, OpenBreak};
use units::{Amount, Quantity};

use crate::world::World;

/// Ten of X, four of which are there and ship.
fn partly_shipped(billing: BillingPolicy) -> (World, trade::OrderId) {
    let mut world = World::new(true);
    world.stock("X", "EAST", 4);
    let id = world.order(&[("X", 10)], billing);
    let released = world.state(id).warehouse_orders[0];
    world.ship(released, &[(1, 4)]);
    (world, id)
}

fn cancel_rest(world: &mut World, id: trade::OrderId) {
    let lines = vec![(LineNo(1), Some(Quantity(6)))];
    world.tell(Body::CancelOrder { order: id, cancellation: Cancellation { lines, reason: "no more".into() } });
}

#[test]
fn an_order_that_is_billed_on_completion_is_billed_when_its_rest_is_cancelled() {
    let (mut world, id) = partly_shipped(BillingPolicy::ON_COMPLETE);
    assert_eq!((world.state(id).invoices.len(), world.asked("erp.post_invoice")), (0, 0));
    cancel_rest(&mut world, id);
    assert_eq!((world.state(id).receivable, world.asked("erp.post_invoice")), (Amount(4_000), 1));
    world.check();
}

#[test]
fn what_a_hold_keeps_from_being_billed_is_on_the_backlog_until_the_hold_goes() {
    let mut world = World::new(true);
    world.stock("X", "EAST", 10);
    let id = world.order(&[("X", 10)], BillingPolicy::PerShipment);
    world.tell(Body::PlaceHold { order: id, reason: "the terms are not agreed".into(), kind: HoldKind::Manual });
    let released = world.state(id).warehouse_orders[0];
    world.ship(released, &[(1, 10)]);
    assert_eq!(world.state(id).invoices, []);
    let backlog = world.open(ExceptionKind::BillingBlocked);
    assert!(backlog[0].reason.contains("the terms are not agreed"), "{backlog:?}");
    assert_eq!(backlog[0].amount, Amount(10_000));
    // trying again changes nothing but the entry
    world.resolve(ExceptionKind::BillingBlocked, Action::Retry);
    assert_eq!((world.state(id).invoices.len(), world.open(ExceptionKind::BillingBlocked).len()), (0, 1));
    world.tell(Body::ReleaseHold { order: id, hold: HoldKind::Manual, reason: "agreed".into() });
    assert_eq!((world.state(id).receivable, world.open(ExceptionKind::BillingBlocked).len()), (Amount(10_000), 0));
    assert_eq!(world.asked("erp.post_invoice"), 1);
    world.check();
}

#[test]
fn after_the_longest_wait_a_person_decides_whether_a_part_is_billed() {
    let (mut world, id) = partly_shipped(BillingPolicy::OnComplete { max_wait_days: Some(3), then: AfterWait::Ask });
    assert!(world.let_billing_wait_end(id));
    world.resolve(ExceptionKind::PartialBillingDecision, Action::Wait);
    assert_eq!(world.state(id).invoices, []);
    assert!(world.let_billing_wait_end(id), "the wait began once more");
    world.resolve(ExceptionKind::PartialBillingDecision, Action::Release);
    assert_eq!((world.state(id).receivable, world.asked("erp.post_invoice")), (Amount(4_000), 1));
    assert!(!world.let_billing_wait_end(id));
    world.check();
}

#[test]
fn a_decision_that_events_overtake_is_asked_no_more() {
    let (mut world, id) = partly_shipped(BillingPolicy::OnComplete { max_wait_days: Some(3), then: AfterWait::Ask });
    assert!(world.let_billing_wait_end(id));
    cancel_rest(&mut world, id);
    assert_eq!((world.state(id).receivable, world.open(ExceptionKind::PartialBillingDecision).len()), (Amount(4_000), 0));
    world.check();
}

#[test]
fn after_the_longest_wait_a_part_is_billed_by_itself_if_the_policy_says_so() {
    let then = AfterWait::PerShipment;
    let (mut world, id) = partly_shipped(BillingPolicy::OnComplete { max_wait_days: Some(3), then });
    assert!(world.let_billing_wait_end(id));
    assert_eq!((world.state(id).receivable, world.asked("erp.post_invoice")), (Amount(4_000), 1));
}

#[test]
fn another_way_of_billing_bills_at_once_what_it_no_longer_keeps_back() {
    let (mut world, id) = partly_shipped(BillingPolicy::ON_COMPLETE);
    let change = Change { billing: Some(BillingPolicy::PerShipment), ..Change::default() };
    world.tell(Body::ChangeOrder { order: id, change: Box::new(change) });
    assert_eq!((world.state(id).receivable, world.asked("erp.post_invoice")), (Amount(4_000), 1));
    world.check();
}

#[test]
fn the_proof_of_delivery_bills_what_is_billed_on_delivery() {
    let (mut world, id) = partly_shipped(BillingPolicy::OnDelivery);
    assert_eq!(world.state(id).invoices, []);
    let shipment = world.state(id).shipments[0];
    let delivery = Delivery { at: world.now(), ..Delivery::default() };
    world.tell(Body::ShipmentDelivered { shipment, delivery });
    assert_eq!((world.state(id).receivable, world.asked("erp.post_invoice")), (Amount(4_000), 1));
    world.check();
}

#[test]
fn what_is_paid_on_order_is_released_when_the_money_is_there() {
    let mut world = World::new(true);
    world.stock("X", "EAST", 10);
    let id = world.order(&[("X", 10)], BillingPolicy::OnOrder);
    assert_eq!((world.state(id).warehouse_orders.len(), world.state(id).receivable), (0, Amount(10_000)));
    world.pay(10_000, "CD-2026-000001");
    let released = world.state(id).warehouse_orders[0];
    world.ship(released, &[(1, 10)]);
    let order = world.state(id);
    assert_eq!((order.invoices.len(), order.receivable, order.closed_at.is_some()), (2, Amount(0), true));
    world.check();
}

#[test]
fn domain_1_6_a_prepaid_order_is_chased_when_it_is_not_paid_and_its_units_wait() {
    let mut world = World::new(true);
    world.stock("X", "EAST", 10);
    let id = world.order(&[("X", 10)], BillingPolicy::OnOrder);
    assert!(world.let_billing_wait_end(id));
    let asked = world.open(ExceptionKind::PaymentUnmatched);
    assert_eq!(
        (asked.len(), asked[0].amount, asked[0].actions.as_slice()),
        (1, Amount(10_000), &[Action::Wait, Action::Cancel][..])
    );
    world.resolve(ExceptionKind::PaymentUnmatched, Action::Wait);
    assert!(world.let_billing_wait_end(id), "it is asked about again");
    world.pay(10_000, "CD-2026-000001");
    assert_eq!((world.open(ExceptionKind::PaymentUnmatched).len(), world.state(id).warehouse_orders.len()), (0, 1));
    assert!(!world.let_billing_wait_end(id));
    world.check();
}

#[test]
fn a_prepaid_order_that_is_never_paid_may_be_cancelled_and_owes_nothing() {
    let mut world = World::new(true);
    world.stock("X", "EAST", 10);
    let id = world.order(&[("X", 10)], BillingPolicy::OnOrder);
    assert!(world.let_billing_wait_end(id));
    world.resolve(ExceptionKind::PaymentUnmatched, Action::Cancel);
    assert_eq!((world.state(id).receivable, world.state(id).bill_at), (Amount(0), None));
    world.check();
}

#[test]
fn domain_1_6_what_is_added_to_a_prepaid_order_is_billed_and_paid_before_it_ships() {
    let mut world = World::new(true);
    world.stock("X", "EAST", 30);
    let id = world.order(&[("X", 10)], BillingPolicy::OnOrder);
    world.pay(10_000, "CD-2026-000001");
    let change = Change { quantities: vec![(LineNo(1), Quantity(14))], ..Change::default() };
    world.tell(Body::ChangeOrder { order: id, change: Box::new(change) });
    let order = world.state(id);
    assert_eq!((order.warehouse_orders.len(), order.invoices.len(), order.receivable), (1, 2, Amount(4_000)));
    assert_eq!(world.asked("erp.post_invoice"), 2);
    world.pay(4_000, "CD-2026-000002");
    let released = world.state(id).warehouse_orders.clone();
    assert_eq!(released.len(), 2);
    world.ship(released[0], &[(1, 10)]);
    world.ship(released[1], &[(1, 4)]);
    assert_eq!((world.state(id).receivable, world.state(id).closed_at.is_some()), (Amount(0), true));
    world.check();
}

#[test]
fn domain_1_6_a_consolidated_invoice_is_posted_once_and_its_payment_settles_every_order_of_it() {
    let mut world = World::new(true);
    world.stock("X", "EAST", 10);
    let billing = BillingPolicy::Consolidated { every: Period::Week, per: Together::Account };
    let orders = [3, 4].map(|units| {
        let id = world.order(&[("X", units)], billing);
        let released = world.state(id).warehouse_orders[0];
        world.ship(released, &[(1, units)]);
        id
    });
    assert_eq!(world.asked("erp.post_invoice"), 0);
    assert!(world.let_billing_wait_end(orders[0]));
    assert!(!world.let_billing_wait_end(orders[1]), "it was billed with the first");
    assert_eq!(world.state(orders[0]).invoices, world.state(orders[1]).invoices);
    assert_eq!(world.asked("erp.post_invoice"), 1);
    let (_, posting) = world.asked.iter().find(|(asked, _)| asked == "erp.post_invoice").unwrap();
    assert!(posting.contains("\"gross\":\"70.00\"") && posting.contains("\"orders\":[\"SO-1\",\"SO-2\"]"), "{posting}");
    world.check();
    world.pay(7_000, "CD-2026-000001");
    assert_eq!(orders.map(|id| world.state(id).status()), [Status::Closed; 2]);
    world.check();
}

#[test]
fn an_order_that_is_held_on_the_day_of_a_consolidated_invoice_is_billed_when_the_hold_goes() {
    let mut world = World::new(true);
    world.stock("X", "EAST", 10);
    let billing = BillingPolicy::Consolidated { every: Period::Week, per: Together::Account };
    let orders = [3, 4].map(|units| {
        let id = world.order(&[("X", units)], billing);
        let released = world.state(id).warehouse_orders[0];
        world.ship(released, &[(1, units)]);
        id
    });
    world.tell(Body::PlaceHold { order: orders[0], reason: "the price is disputed".into(), kind: HoldKind::Manual });
    assert!(world.let_billing_wait_end(orders[0]));
    assert_eq!((world.open(ExceptionKind::BillingBlocked).len(), world.state(orders[1]).invoices.len()), (1, 0));
    assert!(world.let_billing_wait_end(orders[1]));
    world.tell(Body::ReleaseHold { order: orders[0], hold: HoldKind::Manual, reason: "agreed".into() });
    assert_eq!(orders.map(|id| world.state(id).receivable), [Amount(3_000), Amount(4_000)]);
    assert_eq!((world.open(ExceptionKind::BillingBlocked).len(), world.asked("erp.post_invoice")), (0, 2));
    world.check();
}

#[test]
fn domain_1_6_what_is_shipped_to_a_customer_who_is_not_billable_waits_with_the_reason_and_is_billed_after_it() {
    let mut world = World::new(false);
    world.stock("X", "EAST", 10);
    world.set_profile(|profile| profile.not_billable = "no VAT number yet".into());
    let id = world.order(&[("X", 10)], BillingPolicy::PerShipment);
    let released = world.state(id).warehouse_orders[0];
    world.ship(released, &[(1, 10)]);
    assert_eq!(world.open(ExceptionKind::BillingBlocked)[0].reason, "nothing is billed to ACME: no VAT number yet");
    world.resolve(ExceptionKind::BillingBlocked, Action::Retry);
    assert!(world.state(id).invoices.is_empty());
    assert_eq!(world.open(ExceptionKind::BillingBlocked).len(), 1);
    world.set_profile(|profile| profile.not_billable = "".into());
    assert_eq!((world.state(id).invoices.len(), world.asked("erp.post_invoice")), (1, 1));
    assert!(world.open(ExceptionKind::BillingBlocked).is_empty());
    world.check();
}

#[test]
fn domain_1_6_an_order_that_is_paid_first_does_not_go_on_while_the_customer_is_not_billable() {
    let mut world = World::new(false);
    world.stock("X", "EAST", 10);
    world.set_profile(|profile| profile.not_billable = "no VAT number yet".into());
    let id = world.order(&[("X", 10)], BillingPolicy::OnOrder);
    let order = world.state(id);
    assert_eq!((order.invoices.len(), order.warehouse_orders.len()), (0, 0));
    let backlog = world.open(ExceptionKind::BillingBlocked);
    assert_eq!(backlog[0].reason, "nothing is billed to ACME: no VAT number yet");
    assert_eq!(backlog[0].amount, Amount(10_000));
    world.set_profile(|profile| profile.not_billable = "".into());
    assert_eq!((world.state(id).invoices.len(), world.state(id).warehouse_orders.len()), (1, 0));
    assert!(world.open(ExceptionKind::BillingBlocked).is_empty());
    world.check();
}

#[test]
fn domain_1_6_an_order_whose_deposit_cannot_be_asked_for_is_not_released_and_goes_on_once_it_is() {
    for billing in [BillingPolicy::Deposit { percent: 30.into() }, "milestones=approved:20,released:30".parse().unwrap()] {
        let mut world = World::new(false);
        world.stock("X", "EAST", 10);
        world.set_profile(|profile| profile.not_billable = "no VAT number yet".into());
        let id = world.order(&[("X", 10)], billing);
        assert_eq!((world.state(id).invoices.len(), world.state(id).warehouse_orders.len()), (0, 0));
        assert_eq!(world.open(ExceptionKind::BillingBlocked).len(), 1);
        world.set_profile(|profile| profile.not_billable = "".into());
        assert_eq!((world.state(id).invoices.is_empty(), world.state(id).warehouse_orders.len()), (false, 1));
        assert!(world.open(ExceptionKind::BillingBlocked).is_empty());
        world.check();
    }
}

#[test]
fn domain_1_6_a_deposit_that_is_kept_back_is_not_asked_for_once_the_order_is_cancelled() {
    let mut world = World::new(false);
    world.set_profile(|profile| profile.not_billable = "no VAT number yet".into());
    let id = world.order(&[("X", 10)], BillingPolicy::Deposit { percent: 30.into() });
    assert_eq!(world.open(ExceptionKind::BillingBlocked).len(), 1);
    world.tell(Body::CancelOrder { order: id, cancellation: Cancellation::default() });
    assert!(world.open(ExceptionKind::BillingBlocked).is_empty());
    world.set_profile(|profile| profile.not_billable = "".into());
    assert_eq!(world.state(id).invoices, []);
    world.check();
}

#[test]
fn domain_1_10_what_is_prepaid_is_asked_for_when_its_break_of_r5_is_gone() {
    let mut world = World::new(true);
    world.stock("X", "EAST", 10);
    let id = world.order(&[("X", 4)], BillingPolicy::OnOrder);
    let found = OpenBreak::from(&Break {
        id: "b".into(),
        checkpoint: "R5",
        key: id.to_string().into(),
        what: "price billed, price of the order",
        left: "9.00".into(),
        right: "10.00".into(),
        since: None,
        value: Amount(1_000),
        owner: trade::Role::Receivables,
        cause: "price-differs",
    });
    world.tell(Body::NoteBreaks(vec![found]));
    let change = Change { quantities: vec![(LineNo(1), Quantity(6))], ..Change::default() };
    world.tell(Body::ChangeOrder { order: id, change: Box::new(change) });
    assert_eq!(world.state(id).invoices.len(), 1);
    assert!(world.open(ExceptionKind::BillingBlocked)[0].reason.starts_with("R5: "));
    world.tell(Body::NoteBreaks(Vec::new()));
    assert_eq!((world.state(id).invoices.len(), world.asked("erp.post_invoice")), (2, 2));
    assert!(world.open(ExceptionKind::BillingBlocked).is_empty());
    world.check();
}
