//! Another item is sent instead of one that cannot be there in time (domain §1.1.8).

use partition::Body;
use trade::exception::{Action, ExceptionKind};
use trade::master::{BillingPolicy, Consent, Item, Substitute};
use trade::order::{Bucket, HoldKind, Order, Status};
use trade::{Key, OrderId};
use units::Quantity;

use crate::world::World;

/// Six of X are there, twenty of Y, and Y may be sent for X.
fn world(consent: Consent) -> World {
    let mut world = World::new(false);
    let substitutes = vec![Substitute { item: "Y".into(), consent, ..Substitute::default() }];
    world.tell(Body::PutItems(vec![Item { substitutes, ..item("X") }]));
    world.stock("X", "EAST", 6);
    world.stock("Y", "EAST", 20);
    world
}

fn item(id: &str) -> Item {
    let price = "10".parse().ok();
    Item { id: id.into(), base_uom: "EA".into(), list_price: price, tax_category: "standard".into(), ..Item::default() }
}

fn ten(world: &mut World) -> OrderId {
    world.order(&[("X", 10)], BillingPolicy::PerShipment)
}

/// Item and released units of each line.
fn released(order: &Order) -> Vec<(String, i64)> {
    order.lines.iter().map(|line| (line.item.to_string(), line.buckets.released.0)).collect()
}

fn both() -> [(String, i64); 2] {
    [("X".to_owned(), 6), ("Y".to_owned(), 4)]
}

#[test]
fn domain_1_1_8_a_customer_who_is_only_told_gets_the_substitute_with_the_rest() {
    let mut world = world(Consent::Notify);
    let id = ten(&mut world);
    assert_eq!(released(&world.state(id)), both());
    let warehouse_order = world.state(id).warehouse_orders[0];
    world.ship(warehouse_order, &[(1, 6), (2, 4)]);
    let order = world.state(id);
    assert_eq!((order.status(), order.invoices.len(), order.receivable.0), (Status::Invoiced, 1, 10_000));
    world.check();
}

#[test]
fn domain_1_1_8_a_customer_who_has_to_be_asked_gets_it_once_they_agree() {
    let mut world = world(Consent::Ask);
    let id = ten(&mut world);
    let asked = world.open(ExceptionKind::Shortage);
    let offered = vec![Action::Wait, Action::Resource, Action::Cancel, Action::Substitute, Action::Reject];
    assert_eq!((asked.len(), &asked[0].actions, asked[0].amount.0), (1, &offered, 4_000));
    assert_eq!(asked[0].subject.key, Some(Key::Item("X".into())));
    assert!(asked[0].reason.contains("ask ACME whether they take 4 of Y instead"), "{}", asked[0].reason);
    assert_eq!(world.state(id).units_in(Bucket::Backordered), Quantity(4));
    world.resolve(ExceptionKind::Shortage, Action::Substitute);
    assert_eq!(released(&world.state(id)), both());
    assert_eq!(world.open(ExceptionKind::Shortage).len(), 0);
    world.check();
}

#[test]
fn domain_1_1_8_a_customer_who_says_no_waits_and_is_not_asked_again() {
    let mut world = world(Consent::Ask);
    let id = ten(&mut world);
    world.resolve(ExceptionKind::Shortage, Action::Reject);
    world.stock("X", "EAST", 1);
    let order = world.state(id);
    assert_eq!((order.lines.len(), order.units_in(Bucket::Backordered)), (1, Quantity(3)));
    assert_eq!(world.open(ExceptionKind::Shortage).len(), 0);
    world.check();
}

#[test]
fn the_question_ends_when_the_original_comes() {
    let mut world = world(Consent::Ask);
    let id = ten(&mut world);
    world.stock("X", "WEST", 4);
    assert_eq!(world.state(id).units_in(Bucket::Released), Quantity(10));
    assert_eq!(world.open(ExceptionKind::Shortage).len(), 0);
    world.check();
}

#[test]
fn a_substitute_below_the_margin_floor_waits_for_whoever_may_release_it() {
    let mut world = world(Consent::Notify);
    world.tell(Body::PutItems(vec![Item { landed_cost: "9.50".parse().ok(), ..item("Y") }]));
    world.set_policy(|policy| policy.price.margin_floor = "15".parse().ok());
    let id = ten(&mut world);
    let order = world.state(id);
    assert_eq!((order.holds[0].kind, order.units_in(Bucket::Released)), (HoldKind::Price, Quantity(0)));
    world.resolve(ExceptionKind::Price, Action::Release);
    assert_eq!(released(&world.state(id)), both());
    world.check();
}

#[test]
fn a_person_sends_a_substitute_that_came_in_later() {
    let mut world = World::new(false);
    let substitutes = vec![Substitute { item: "Y".into(), ..Substitute::default() }];
    world.tell(Body::PutItems(vec![Item { substitutes, ..item("X") }]));
    let id = ten(&mut world);
    world.stock("Y", "WEST", 10);
    world.tell(Body::SubstituteItem { order: id, item: "X".into(), by: None });
    let order = world.state(id);
    assert_eq!((released(&order), order.lines.len()), (vec![("Y".to_owned(), 10)], 1));
    world.check();
}

#[test]
fn domain_1_1_8_a_substitute_that_comes_later_is_sent_and_asked_about_as_at_the_promise() {
    for (consent, asked) in [(Consent::Notify, 0), (Consent::Ask, 1)] {
        let mut world = World::new(false);
        let substitutes = vec![Substitute { item: "Y".into(), consent, ..Substitute::default() }];
        world.tell(Body::PutItems(vec![Item { substitutes, ..item("X") }]));
        let id = ten(&mut world);
        world.stock("Y", "WEST", 10);
        assert_eq!(world.open(ExceptionKind::Shortage).len(), asked);
        if asked == 1 {
            world.resolve(ExceptionKind::Shortage, Action::Substitute);
        }
        assert_eq!(released(&world.state(id)), [("Y".to_owned(), 10)]);
        world.check();
    }
}
