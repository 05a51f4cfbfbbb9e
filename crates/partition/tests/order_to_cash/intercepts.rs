//! What is cancelled on its way is stopped by its carrier, or is billed (domain §1.5.4: shipped not invoiced).

use partition::{Body, Reply};
use trade::exception::{Action, ExceptionKind};
use trade::fulfilment::Delivery;
use trade::master::BillingPolicy;
use trade::order::{Cancellation, Status};
use trade::{OrderId, ShipmentId};
use units::{Amount, Quantity, Text};

use crate::world::World;

/// Ten of X that are billed on completion; four have shipped, and all of it is cancelled.
fn cancelled(has_system: bool) -> (World, OrderId, ShipmentId) {
    let mut world = World::new(has_system);
    world.stock("X", "EAST", 4);
    let id = world.order(&[("X", 10)], BillingPolicy::ON_COMPLETE);
    let released = world.state(id).warehouse_orders[0];
    let shipment = world.ship(released, &[(1, 4)]);
    let cancellation = Cancellation { lines: Vec::new(), reason: "not wanted".into() };
    let reply = world.tell(Body::CancelOrder { order: id, cancellation });
    let expected = Reply::Cancelled {
        order: id,
        cancelled: Quantity(6),
        asked: Vec::new(),
        too_late: Quantity(0),
        intercepted: vec![shipment],
        to_return: None,
    };
    assert_eq!(reply, expected);
    // the order is complete now, and what its carrier shall bring back is not billed
    assert_eq!((world.state(id).status(), world.state(id).invoices.len()), (Status::Fulfilled, 0));
    (world, id, shipment)
}

#[test]
fn domain_1_5_4_what_is_cancelled_after_its_invoice_waits_for_a_person_as_a_return() {
    let mut world = World::new(true);
    world.stock("X", "EAST", 10);
    let id = world.order(&[("X", 10)], BillingPolicy::PerShipment);
    let released = world.state(id).warehouse_orders[0];
    world.ship(released, &[(1, 10)]);
    assert_eq!(world.state(id).invoices.len(), 1);
    let mut cancel = || {
        let cancellation = Cancellation { lines: Vec::new(), reason: "not wanted".into() };
        let reply = world.tell(Body::CancelOrder { order: id, cancellation });
        let Reply::Cancelled { too_late, to_return, .. } = reply else { panic!("{reply:?}") };
        let waiting = world.open(ExceptionKind::ReturnDiscrepancy);
        assert_eq!((too_late, waiting.len()), (Quantity(10), 1));
        to_return.inspect(|id| assert!(waiting[0].reason.contains(&id.to_string()), "{waiting:?}")).is_some()
    };
    assert_eq!([cancel(), cancel()], [true, false]);
    world.resolve(ExceptionKind::ReturnDiscrepancy, Action::Reject);
    assert_eq!(world.state(id).lines[0].returned, Quantity(0));
    world.check();
}

fn answer(world: &mut World, shipment: ShipmentId, refused: Option<&str>) {
    world.tell(Body::CarrierInterceptAnswer { shipment, refused: refused.map(Text::from) });
}

#[test]
fn domain_1_5_4_a_carrier_that_stops_what_was_cancelled_leaves_nothing_to_bill() {
    let (mut world, id, shipment) = cancelled(true);
    assert_eq!(world.asked("tms.intercept"), 1);
    assert!(world.asked.iter().any(|(_, document)| document.contains(&format!("\"shipment\":\"{shipment}\""))));
    answer(&mut world, shipment, None);
    let waiting = world.open(ExceptionKind::ReturnDiscrepancy);
    assert!(waiting[0].reason.contains(&shipment.to_string()), "{waiting:?}");
    world.resolve(ExceptionKind::ReturnDiscrepancy, Action::Authorise);
    let order = world.state(id);
    assert_eq!((order.status(), order.invoices.len(), order.lines[0].sent_back), (Status::Closed, 0, Quantity(4)));
    world.check();
}

#[test]
fn goods_that_count_as_back_and_were_delivered_are_looked_for() {
    let (mut world, _, shipment) = cancelled(true);
    answer(&mut world, shipment, None);
    assert_eq!(world.open(ExceptionKind::ReturnDiscrepancy)[0].amount, Amount(4_000), "what is at stake");
    world.resolve(ExceptionKind::ReturnDiscrepancy, Action::Authorise);
    assert_eq!(world.open(ExceptionKind::ShipDiscrepancy), []);
    let delivery = Delivery { at: world.now(), receiver: "Doe".into(), ..Delivery::default() };
    world.tell(Body::ShipmentDelivered { shipment, delivery });
    let asked = world.open(ExceptionKind::ShipDiscrepancy);
    assert!(asked[0].reason.contains("counts as back and is not billed, but it was delivered"), "{asked:?}");
    world.check();
}

#[test]
fn domain_1_5_4_what_a_carrier_does_not_stop_is_billed_and_somebody_sees_to_the_customer() {
    let (mut world, id, shipment) = cancelled(true);
    answer(&mut world, shipment, Some("it is out for delivery"));
    assert_eq!(world.open(ExceptionKind::ReturnDiscrepancy), []);
    assert!(world.open(ExceptionKind::ShipDiscrepancy)[0].reason.contains("it is out for delivery"));
    assert_eq!((world.state(id).receivable, world.asked("erp.post_invoice")), (Amount(4_000), 1));
    answer(&mut world, shipment, Some("it is out for delivery"));
    assert_eq!((world.state(id).receivable, world.open(ExceptionKind::ShipDiscrepancy).len()), (Amount(4_000), 1));
    world.check();
}

#[test]
fn domain_1_5_4_without_a_system_the_person_who_waits_for_the_goods_has_them_stopped() {
    let (mut world, id, shipment) = cancelled(false);
    assert_eq!(world.asked("tms.intercept"), 0);
    assert!(world.open(ExceptionKind::ReturnDiscrepancy)[0].reason.contains(&format!("Have the carrier stop {shipment}")));
    world.resolve(ExceptionKind::ReturnDiscrepancy, Action::Reject);
    assert_eq!((world.state(id).receivable, world.state(id).lines[0].returned), (Amount(4_000), Quantity(0)));
    world.check();
}

#[test]
fn domain_1_5_4_a_proof_of_delivery_ends_the_waiting() {
    let (mut world, id, shipment) = cancelled(true);
    answer(&mut world, shipment, None);
    let delivery = Delivery { at: world.now(), receiver: "Doe".into(), ..Delivery::default() };
    world.tell(Body::ShipmentDelivered { shipment, delivery });
    assert_eq!(world.open(ExceptionKind::ReturnDiscrepancy), []);
    assert_eq!(world.state(id).receivable, Amount(4_000));
    world.check();
}
