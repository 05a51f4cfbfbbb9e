//! Orders that are kept for suspected fraud or export control (domain §1.5.1, §1.12).

use feel::{Context as Variables, Value};
use partition::{Body, Operation};
use trade::exception::{Action, ExceptionKind};
use trade::master::{BillingPolicy, PriceTier, Quote, QuotedPrice};
use trade::order::{HoldKind, Status, Submission};
use units::{Decimal, Quantity};

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

#[test]
fn domain_1_3_an_order_waits_for_the_quote_that_it_names_and_goes_on_when_that_is_imported() {
    let mut world = World::new(false);
    world.stock("X", "EAST", 10);
    let id = world.order_with(&[("X", 10)], Submission { quote: "Q-7".into(), ..Submission::default() });
    let reason = world.open(ExceptionKind::Price)[0].reason.to_string();
    assert!(reason.contains("quote Q-7 is unknown"), "{reason}");
    assert!(world.state(id).warehouse_orders.is_empty());
    let tiers = vec![PriceTier { from: Quantity(1), price: Decimal::from(8i64) }];
    let entries = [("X".into(), QuotedPrice { tiers, ..QuotedPrice::default() })].into();
    let quote = Quote { number: "Q-7".into(), account: "ACME".into(), entries, ..Quote::default() };
    world.tell(Body::PutQuote(Box::new(quote)));
    world.resolve(ExceptionKind::Price, Action::Retry);
    let order = world.state(id);
    let line = &order.lines[0];
    assert_eq!((line.price, line.price_rule.as_str()), (Decimal::from(8i64), "quote Q-7"));
    assert_eq!((order.holds.len(), order.warehouse_orders.len()), (0, 1));
    assert!(world.open(ExceptionKind::Price).is_empty());
    world.check();
}

#[test]
fn domain_1_5_1_an_order_whose_process_is_ended_has_failed_until_another_one_carries_it_on() {
    let mut world = World::new(true);
    world.stock("X", "EAST", 10);
    let id = world.order(&[("X", 10)], BillingPolicy::OnOrder);
    let instance = world.instance("order-to-cash");
    world.tell(Body::Operate { instance, operation: Operation::Cancel, reason: "it hangs".into() });
    let order = world.state(id);
    assert_eq!(order.status(), Status::Failed);
    assert!(order.failed.clone().unwrap().contains("has ended, by ann"), "{order:?}");
    let variables = Variables::from_iter([("orderId", Value::from(id.to_string()))]);
    world.tell(Body::StartInstance { process: "order-to-cash".into(), variables });
    assert_eq!(world.state(id).status(), Status::Approved);
    world.check();
}
