//! In how many parts an order is delivered, and what waits for its day (domain §1.1.5, §1.1.7).

use partition::Body;
use trade::order::{Bucket, Change, Status, Submission};
use trade::{LineNo, OrderId};
use units::Quantity;

use crate::world::World;

fn units(world: &World, id: OrderId) -> (i64, i64, i64) {
    let order = world.state(id);
    let units = |bucket| order.units_in(bucket).0;
    (units(Bucket::Backordered), units(Bucket::Allocated), units(Bucket::Released))
}

#[test]
fn domain_1_1_7_on_its_day_a_consolidated_order_ships_what_is_there() {
    let mut world = World::new(false);
    world.stock("X", "EAST", 6);
    let consolidate_until = "2026-03-04".parse().ok();
    let id = world.order_with(&[("X", 10)], Submission { consolidate_until, ..Submission::default() });
    assert_eq!(units(&world, id), (4, 6, 0));
    assert!(world.let_review_wait_end(id));
    assert_eq!(units(&world, id), (4, 0, 6));
    assert!(!world.let_review_wait_end(id));
    world.check();
}

#[test]
fn domain_1_1_7_a_consolidated_order_ships_before_its_day_once_everything_is_there() {
    let mut world = World::new(false);
    world.stock("X", "EAST", 6);
    let consolidate_until = "2026-03-04".parse().ok();
    let id = world.order_with(&[("X", 10)], Submission { consolidate_until, ..Submission::default() });
    world.stock("X", "EAST", 4);
    assert_eq!(units(&world, id), (0, 0, 10));
    world.check();
}

#[test]
fn domain_1_1_7_an_order_without_backorders_is_done_with_what_was_there() {
    let mut world = World::new(false);
    world.stock("X", "EAST", 6);
    let id = world.order_with(&[("X", 10)], Submission { max_backorders: Some(0), ..Submission::default() });
    let released = world.state(id).warehouse_orders[0];
    world.ship(released, &[(1, 6)]);
    let order = world.state(id);
    assert_eq!((order.status(), order.units_in(Bucket::Cancelled)), (Status::Invoiced, Quantity(4)));
    let none = world.order_with(&[("Y", 1)], Submission { max_backorders: Some(0), ..Submission::default() });
    assert_eq!(world.state(none).status(), Status::Cancelled);
    world.check();
}

#[test]
fn domain_1_1_5_at_the_fence_an_order_is_reserved_and_leaves_for_the_day_that_was_told() {
    let mut world = World::new(false);
    world.stock("X", "EAST", 10);
    let requested = "2026-03-30".parse().ok();
    let id = world.order_with(&[("X", 8)], Submission { requested, ..Submission::default() });
    assert_eq!(units(&world, id), (8, 0, 0));
    // what is committed to it is not given to others
    let other = world.order_with(&[("X", 8)], Submission::default());
    assert_eq!(units(&world, other), (6, 0, 2));
    assert!(world.let_review_wait_end(id));
    assert_eq!(units(&world, id), (0, 8, 0));
    // nobody expects it two weeks early
    assert!(world.let_review_wait_end(id));
    assert_eq!(units(&world, id), (0, 0, 8));
    world.check();
}

#[test]
fn an_order_that_is_wanted_sooner_is_reserved_at_once() {
    let mut world = World::new(false);
    world.stock("X", "EAST", 10);
    let requested = "2026-03-30".parse().ok();
    let id = world.order_with(&[("X", 8)], Submission { requested, ..Submission::default() });
    let change =
        Change { requested: "2026-03-06".parse().ok(), quantities: vec![(LineNo(1), Quantity(9))], ..Change::default() };
    world.tell(Body::ChangeOrder { order: id, change: Box::new(change) });
    assert_eq!(units(&world, id), (0, 0, 9));
    world.check();
}
