//! What is decided while another system is down, and when it is back (domain §1.2).

use partition::{AnyKey, Body, DependencyChange};
use trade::LineNo;
use trade::exception::ExceptionKind;
use trade::fulfilment::ShipConfirm;
use trade::master::{BillingPolicy, CreditOutage};
use trade::order::{Bucket, HoldKind, Status};
use units::{Amount, Quantity};

use crate::world::World;

fn note(world: &mut World, change: DependencyChange) {
    world.tell(Body::NoteDependency { system: "erp".into(), change });
}

/// Credit depends on an ERP that is down; orders up to 50.00 pass meanwhile.
fn outage() -> World {
    let mut world = World::new(true);
    world.set_policy(|policy| {
        policy.credit.source = Some("erp".into());
        (policy.credit.outage, policy.credit.outage_floor) = (CreditOutage::PassSmall, Amount(5_000));
    });
    note(&mut world, DependencyChange::Degraded { cause: "503".into() });
    world
}

#[test]
fn domain_1_2_an_order_that_nobody_could_decide_on_goes_on_when_the_erp_is_back() {
    let mut world = outage();
    world.stock("X", "EAST", 20);
    let small = world.order(&[("X", 5)], BillingPolicy::PerShipment);
    let large = world.order(&[("X", 6)], BillingPolicy::PerShipment);
    assert_eq!(world.state(small).status(), Status::InFulfilment);
    let asked = world.open(ExceptionKind::Credit);
    assert!(asked.len() == 1 && asked[0].reason.contains("erp is down since"), "{asked:?}");
    // a payment changes nothing about what nobody knows
    world.pay(100, "on account");
    assert!(world.state(large).is_held_by(HoldKind::Credit));
    note(&mut world, DependencyChange::Recovered { backlog: 0 });
    assert_eq!((world.state(large).status(), world.open(ExceptionKind::Credit).len()), (Status::InFulfilment, 0));
    let next = world.order(&[("X", 6)], BillingPolicy::PerShipment);
    assert_eq!(world.state(next).status(), Status::InFulfilment);
    world.check();
}

#[test]
fn domain_1_2_what_passed_in_an_outage_is_held_when_the_erp_is_back_and_says_that_it_should_not_have() {
    let mut world = outage();
    let small = world.order(&[("X", 5)], BillingPolicy::PerShipment);
    assert_eq!(world.state(small).status(), Status::Backordered);
    world.tell(Body::SetCreditLimit { account: "ACME".into(), limit: Some(Amount(1_000)) });
    assert!(world.state(small).holds.is_empty(), "the limit is another system's");
    note(&mut world, DependencyChange::Recovered { backlog: 0 });
    assert!(world.state(small).is_held_by(HoldKind::Credit));
    assert_eq!(world.open(ExceptionKind::Credit).len(), 1);
    world.check();
}

#[test]
fn domain_1_10_a_release_that_could_not_be_sent_is_taken_back_once_everything_of_it_has_shipped() {
    let mut world = World::new(true);
    world.stock("X", "EAST", 10);
    world.down = Some("wms.release");
    let id = world.order(&[("X", 10)], BillingPolicy::PerShipment);
    let warehouse_order = world.state(id).warehouse_orders[0];
    let release = world.held[0].id;
    let shipped = |world: &mut World, reference: &str, units: i64| {
        let lines = vec![(LineNo(1), Quantity(units))];
        let shipped_at = world.now();
        let confirm =
            ShipConfirm { warehouse_order, reference: reference.into(), shipped_at, lines, ..ShipConfirm::default() };
        world.tell(Body::WarehouseShipped(confirm));
        (world.disk.states.contains_key(&AnyKey::Effect(release)), world.state(id).invoices.len())
    };
    // the rest of it is still to be sent
    assert_eq!(shipped(&mut world, "S1", 4), (true, 0));
    assert_eq!(shipped(&mut world, "S2", 6), (false, 2), "each shipment is billed");
    assert_eq!((world.held.len(), world.state(id).units_in(Bucket::Shipped)), (1, Quantity(10)));
    world.check();
}
