//! Units that were reserved before an order, and who gets what it gives back (domain §1.1.5).

use partition::{Body, Reply};
use trade::master::BillingPolicy;
use trade::order::{Bucket, Cancellation, Submission};
use trade::stock::{ReserveLine, ReserveRequest};
use trade::{OrderId, ReservationId};
use units::Quantity;

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
