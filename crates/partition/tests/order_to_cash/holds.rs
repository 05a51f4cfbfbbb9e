//! Orders that are kept for suspected fraud or export control (domain §1.5.1, §1.12).

use partition::Body;
use trade::exception::{Action, ExceptionKind};
use trade::master::BillingPolicy;
use trade::order::{HoldKind, Status};

use crate::world::World;

#[test]
fn an_order_to_an_embargoed_country_waits_for_leave_and_goes_on_with_it() {
    let mut world = World::new(false);
    world.stock("X", "EAST", 10);
    world.set_policy(|policy| policy.screening.embargoed = vec!["DE".into()]);
    let id = world.order(&[("X", 10)], BillingPolicy::PerShipment);
    assert_eq!((world.state(id).status(), world.state(id).holds[0].kind), (Status::OnHold, HoldKind::Export));
    assert!(world.state(id).warehouse_orders.is_empty());
    world.resolve(ExceptionKind::Export, Action::Release);
    assert_eq!(world.state(id).warehouse_orders.len(), 1);
    assert_eq!(world.open(ExceptionKind::Export).len(), 0);
    world.check();
}

#[test]
fn a_suspicion_that_somebody_enters_by_hand_keeps_an_order_until_it_is_cancelled_or_cleared() {
    for action in [Action::Cancel, Action::Release] {
        let mut world = World::new(false);
        let id = world.order(&[("X", 10)], BillingPolicy::PerShipment);
        world.tell(Body::PlaceHold { order: id, reason: "odd call".into(), kind: HoldKind::Fraud });
        assert_eq!(world.state(id).status(), Status::OnHold);
        world.stock("X", "EAST", 10);
        assert!(world.state(id).warehouse_orders.is_empty());
        world.resolve(ExceptionKind::Fraud, action);
        let order = world.state(id);
        match action {
            Action::Cancel => assert_eq!(order.status(), Status::Rejected),
            _ => assert!(order.holds.is_empty()),
        }
        world.check();
    }
}
