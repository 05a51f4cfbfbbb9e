//! What is decided while another system is down, and when it is back (domain §1.2).

use partition::{Body, DependencyChange};
use trade::exception::ExceptionKind;
use trade::master::{BillingPolicy, CreditOutage};
use trade::order::{HoldKind, Status};
use units::Amount;

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
