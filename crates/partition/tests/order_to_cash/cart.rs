//! Units that were reserved before an order, and who gets what it gives back (domain §1.1.5).

use partition::{Body, Reply, TimerOwner};
use trade::master::BillingPolicy;
use trade::order::{Bucket, Cancellation, Submission};
use trade::stock::{ReserveLine, ReserveRequest};
use trade::{OrderId, Refusal, ReservationId, StockKey};
use units::{Quantity, Timestamp};

use crate::world::World;

/// Eight of X, all of them in a cart, and somebody who waits for five.
fn case() -> (World, ReservationId, OrderId) {
    let mut world = World::new(true);
    world.stock("X", "EAST", 8);
    let line = ReserveLine { item: "X".into(), quantity: Quantity(8), node: None };
    let reply = world.tell(Body::Reserve(ReserveRequest {
        lines: vec![line],
        account: Some("ACME".into()),
        ..ReserveRequest::default()
    }));
    let Reply::Reserved(units) = reply else { panic!("{reply:?}") };
    let waiting = world.order(&[("X", 5)], BillingPolicy::OnDelivery);
    assert_eq!(world.state(waiting).units_in(Bucket::Backordered), Quantity(5));
    (world, units[0].reservation, waiting)
}

fn of_cart(reservation: ReservationId) -> Submission {
    Submission { reservations: vec![reservation], ..Submission::default() }
}

#[test]
fn what_a_cart_held_beyond_its_order_serves_whoever_waits() {
    let (mut world, reservation, waiting) = case();
    let id = world.order_with(&[("X", 3)], of_cart(reservation));
    assert_eq!(world.state(id).units_in(Bucket::Released), Quantity(3));
    assert_eq!(world.state(waiting).units_in(Bucket::Backordered), Quantity(0));
    world.check();
}

#[test]
fn what_a_cart_held_for_an_order_that_is_cancelled_serves_whoever_waits() {
    let (mut world, reservation, waiting) = case();
    // it is held before it is promised
    world.set_policy(|policy| policy.screening.embargoed = vec!["DE".into()]);
    let id = world.order_with(&[("X", 8)], of_cart(reservation));
    assert_eq!(world.state(id).units_in(Bucket::Open), Quantity(8));
    world.tell(Body::CancelOrder { order: id, cancellation: Cancellation::default() });
    assert_eq!(world.state(waiting).units_in(Bucket::Backordered), Quantity(0));
    world.check();
}

/// Three of X in a cart whose time is a quarter of an hour, and where they are.
fn lapsing() -> (World, ReservationId, TimerOwner) {
    let mut world = World::new(true);
    world.stock("X", "EAST", 3);
    let line = ReserveLine { item: "X".into(), quantity: Quantity(3), node: None };
    let expires = Some(Timestamp(world.now().0 + 15 * 60_000));
    let request = ReserveRequest { lines: vec![line], expires, account: Some("ACME".into()), ..ReserveRequest::default() };
    let reply = world.tell(Body::Reserve(request));
    let Reply::Reserved(units) = reply else { panic!("{reply:?}") };
    let reservation = units[0].reservation;
    (world, reservation, TimerOwner::Reservation(StockKey::new(&"X".into(), &"EAST".into()), reservation))
}

#[test]
fn domain_1_1_5_of_expiry_and_order_the_one_that_comes_first_wins_and_the_other_is_told() {
    // the cart's time is over first: the order that names it is refused, and so is whoever gives it back
    let (mut world, reservation, timer) = lapsing();
    assert!(world.let_end(timer.clone()));
    let not_active = Err(Refusal::ReservationNotActive(reservation));
    assert_eq!(world.try_order(&[("X", 3)], of_cart(reservation)), not_active);
    let stock = StockKey::new(&"X".into(), &"EAST".into());
    let given_back = world.try_to(Body::ReleaseReservation { stock: stock.clone(), reservation });
    assert_eq!(given_back, Err(Refusal::ReservationNotActive(reservation)));
    let id = world.order(&[("X", 3)], BillingPolicy::OnDelivery);
    assert_eq!(world.state(id).units_in(Bucket::Released), Quantity(3));
    world.check();
    // the order comes first: a second one is refused, and the timer that was on its way ends nothing
    let (mut world, reservation, timer) = lapsing();
    let id = world.order_with(&[("X", 3)], of_cart(reservation));
    assert_eq!(world.try_order(&[("X", 3)], of_cart(reservation)), Err(Refusal::ReservationNotActive(reservation)));
    assert!(!world.let_end(timer.clone()), "nobody waits any more for a reservation to lapse that an order has taken over");
    world.pass(20 * 60_000);
    world.tell(Body::FireTimer { owner: timer });
    assert_eq!(world.state(id).units_in(Bucket::Released), Quantity(3));
    assert_eq!(world.available("X", "EAST"), Quantity::ZERO);
    world.check();
}

#[test]
fn domain_1_1_5_a_timer_that_comes_early_ends_no_reservation() {
    let (mut world, reservation, timer) = lapsing();
    world.tell(Body::FireTimer { owner: timer });
    assert_eq!(world.available("X", "EAST"), Quantity::ZERO);
    let id = world.order_with(&[("X", 3)], of_cart(reservation));
    assert_eq!(world.state(id).units_in(Bucket::Released), Quantity(3));
}
