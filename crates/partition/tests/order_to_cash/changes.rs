//! Changes and cancellations once goods are with a warehouse (domain §1.5.4).

use partition::{Body, Reply};
use trade::exception::{Action, ExceptionKind};
use trade::fulfilment::ShipConfirm;
use trade::master::{BillingPolicy, ShipTo};
use trade::order::{Bucket, Cancellation, Change};
use trade::{LineNo, OrderId, WarehouseOrderId};
use units::{Amount, Quantity};

use crate::world::World;

/// Ten of X, released.
fn released(redirects: bool) -> (World, OrderId, WarehouseOrderId) {
    let mut world = World::new(redirects);
    world.stock("X", "EAST", 10);
    let id = world.order(&[("X", 10)], BillingPolicy::OnDelivery);
    let released = world.state(id).warehouse_orders[0];
    (world, id, released)
}

fn to_bonn(world: &mut World, order: OrderId) -> Reply {
    let ship_to = ShipTo { street: "Street 2".into(), city: "Bonn".into(), country: "DE".into(), ..ShipTo::default() };
    let change = Box::new(Change { ship_to: Some(ship_to), ..Change::default() });
    world.tell(Body::ChangeOrder { order, change })
}

#[test]
fn a_warehouse_is_asked_for_another_address_and_a_person_intercepts_what_it_does_not_change() {
    let (mut world, id, released) = released(true);
    let Reply::Changed { redirected, .. } = to_bonn(&mut world, id) else { panic!("changed") };
    assert_eq!((redirected, world.asked("wms.redirect")), (vec![released], 1));
    let (_, document) = world.asked.iter().find(|(asked, _)| asked == "wms.redirect").unwrap();
    assert!(document.contains("Bonn"), "{document}");
    assert_eq!(world.open(ExceptionKind::Carrier).len(), 0);
    world.tell(Body::WarehouseRedirectAnswer { warehouse_order: released, refused: Some("it is labelled".into()) });
    assert!(world.open(ExceptionKind::Carrier)[0].reason.contains("it is labelled"));
    // a person has it asked once more
    world.resolve(ExceptionKind::Carrier, Action::Retry);
    assert_eq!(world.asked("wms.redirect"), 2);
    world.tell(Body::WarehouseRedirectAnswer { warehouse_order: released, refused: None });
    assert_eq!(world.open(ExceptionKind::Carrier).len(), 0);
    world.check();
}

#[test]
fn where_no_warehouse_can_be_asked_a_person_intercepts() {
    let (mut world, id, _) = released(false);
    to_bonn(&mut world, id);
    assert_eq!((world.asked("wms.redirect"), world.open(ExceptionKind::Carrier).len()), (0, 1));
}

#[test]
fn freight_that_nobody_can_value_is_asked_about_and_not_taken_for_nothing() {
    for (freight, why) in [
        (["5.00", "EUR"], None),
        (["5.00", "USD"], Some("no rate is known")),
        (["5.00", "euro"], Some("no amount of money")),
    ] {
        let mut world = World::new(true);
        world.freight = freight;
        world.stock("X", "EAST", 10);
        let id = world.order(&[("X", 10)], BillingPolicy::OnDelivery);
        let warehouse_order = world.state(id).warehouse_orders[0];
        world.tell(Body::WarehouseAcknowledged(warehouse_order));
        let lines = vec![(LineNo(1), Quantity(10))];
        world.tell(Body::WarehousePicked { warehouse_order, lines, complete: true });
        assert_eq!(world.asked("tms.book"), 1);
        let asked = world.open(ExceptionKind::Carrier);
        assert_eq!(asked.len(), usize::from(why.is_some()), "{freight:?}");
        assert!(asked.iter().all(|asked| asked.reason.contains(why.unwrap_or_default())), "{asked:?}");
    }
}

#[test]
fn what_is_on_its_way_is_redirected_by_the_carrier() {
    let (mut world, id, released) = released(true);
    let shipment = world.ship(released, &[(1, 10)]);
    let Reply::Changed { under_way, redirected, .. } = to_bonn(&mut world, id) else { panic!("changed") };
    assert_eq!((under_way, redirected), (vec![shipment], vec![]));
    assert!(world.open(ExceptionKind::Carrier)[0].reason.contains("Street 2, Bonn, DE"));
}

#[test]
fn a_warehouse_order_ends_when_what_was_left_of_it_is_cancelled_after_a_part_has_shipped() {
    let mut world = World::new(true);
    world.stock("X", "EAST", 10);
    let id = world.order(&[("X", 10)], BillingPolicy::PerShipment);
    let released = world.state(id).warehouse_orders[0];
    let confirm = ShipConfirm {
        warehouse_order: released,
        reference: "S1".into(),
        shipped_at: world.now(),
        lines: vec![(LineNo(1), Quantity(4))],
        ..ShipConfirm::default()
    };
    world.tell(Body::WarehouseShipped(confirm));
    assert_eq!(world.running("warehouse-order"), 1);
    world.tell(Body::CancelOrder { order: id, cancellation: Cancellation::default() });
    world.tell(Body::WarehouseCancelAnswer { warehouse_order: released, request: None, refused: None, lines: vec![] });
    assert_eq!(world.state(id).units_in(Bucket::Cancelled), Quantity(6));
    assert_eq!(world.running("warehouse-order"), 0);
    world.check();
}

#[test]
fn a_shipment_that_wins_over_a_cancellation_leaves_a_task() {
    let (mut world, id, released) = released(true);
    let cancellation = Cancellation { lines: Vec::new(), reason: "not wanted".into() };
    world.tell(Body::CancelOrder { order: id, cancellation });
    assert_eq!(world.asked("wms.cancel"), 1);
    world.ship(released, &[(1, 10)]);
    assert_eq!(world.state(id).lines[0].cancel_failed, Quantity(10));
    assert!(world.open(ExceptionKind::ShipDiscrepancy)[0].reason.contains("was to cancel"));
    // the answer that comes too late changes nothing
    world.tell(Body::WarehouseCancelAnswer {
        warehouse_order: released,
        request: None,
        refused: Some("gone".into()),
        lines: Vec::new(),
    });
    assert_eq!(world.open(ExceptionKind::ShipDiscrepancy).len(), 1);
    world.check();
}

#[test]
fn a_refused_cancellation_leaves_a_task() {
    let (mut world, id, released) = released(true);
    let cancellation = Cancellation { lines: Vec::new(), reason: "not wanted".into() };
    world.tell(Body::CancelOrder { order: id, cancellation });
    world.tell(Body::WarehouseCancelAnswer {
        warehouse_order: released,
        request: None,
        refused: Some("too late".into()),
        lines: Vec::new(),
    });
    assert!(world.open(ExceptionKind::ShipDiscrepancy)[0].reason.contains("10 units"));
    world.check();
}

/// Ten of X with a warehouse that was asked to stop them, because they shall go to an address that is suspected.
fn stopped() -> (World, OrderId, WarehouseOrderId) {
    let (mut world, id, released) = released(true);
    world.set_policy(|policy| policy.screening.new_address_above = Some(Amount(1)));
    to_bonn(&mut world, id);
    assert_eq!((world.open(ExceptionKind::Fraud).len(), world.asked("wms.cancel"), world.asked("wms.redirect")), (1, 1, 0));
    (world, id, released)
}

fn too_late(world: &mut World, warehouse_order: WarehouseOrderId) {
    world.tell(Body::WarehouseCancelAnswer {
        warehouse_order,
        request: None,
        refused: Some("it is picked".into()),
        lines: Vec::new(),
    });
    assert_eq!(world.open(ExceptionKind::ShipDiscrepancy).len(), 0, "nothing was to be cancelled");
    world.check();
}

#[test]
fn domain_1_5_4_what_a_warehouse_does_not_stop_goes_to_the_new_address_once_nothing_keeps_it_from_there() {
    let (mut world, _, released) = stopped();
    world.resolve(ExceptionKind::Fraud, Action::Release);
    too_late(&mut world, released);
    assert_eq!((world.asked("wms.redirect"), world.open(ExceptionKind::Carrier).len()), (1, 0));
    world.tell(Body::WarehouseRedirectAnswer { warehouse_order: released, refused: Some("it is labelled".into()) });
    assert!(world.open(ExceptionKind::Carrier)[0].reason.contains("it is labelled"));
}

#[test]
fn domain_1_5_4_what_a_warehouse_does_not_stop_is_intercepted_while_it_may_not_go_to_the_new_address() {
    let (mut world, _, released) = stopped();
    too_late(&mut world, released);
    assert_eq!(world.asked("wms.redirect"), 0);
    let asked = &world.open(ExceptionKind::Carrier)[0].reason;
    assert!(asked.contains("Street 2, Bonn, DE") && asked.contains("it is picked"), "{asked}");
}

#[test]
fn whoever_is_asked_about_a_warehouse_order_already_is_told_of_what_comes_after_it() {
    let (mut world, _, warehouse_order) = stopped();
    world.freight = ["5.00", "USD"];
    world.tell(Body::WarehouseAcknowledged(warehouse_order));
    world.tell(Body::WarehousePicked { warehouse_order, lines: vec![(LineNo(1), Quantity(10))], complete: true });
    assert!(world.open(ExceptionKind::Carrier)[0].reason.contains("at a cost that is not recorded"));
    too_late(&mut world, warehouse_order);
    let asked = world.open(ExceptionKind::Carrier);
    assert_eq!(asked.len(), 1);
    let reason = &asked[0].reason;
    assert!(
        reason.contains("at a cost that is not recorded") && reason.contains("have the carrier intercept it"),
        "{reason}"
    );
}

#[test]
fn cancelling_thousands_of_lines_serves_who_waits_and_looks_at_the_order_once() {
    let mut world = World::new(true);
    world.stock("X", "EAST", 2_000);
    // the whole of it is with the warehouse when the other order comes
    let lines = vec![("X", 1); 2_000];
    let id = world.order(&lines, BillingPolicy::PerShipment);
    let other = world.order(&[("X", 2_000)], BillingPolicy::PerShipment);
    assert_eq!(world.state(other).units_in(Bucket::Backordered), Quantity(2_000));
    world.tell(Body::CancelOrder { order: id, cancellation: Cancellation { lines: vec![], reason: "no".into() } });
    let released = world.state(id).warehouse_orders[0];
    world.tell(Body::WarehouseCancelAnswer { warehouse_order: released, request: None, refused: None, lines: Vec::new() });
    assert_eq!(world.state(id).units_in(Bucket::Cancelled), Quantity(2_000));
    assert_eq!(world.state(other).units_in(Bucket::Backordered), Quantity(0));
    world.check();
}
