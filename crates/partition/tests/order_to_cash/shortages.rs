//! A count finds fewer units than warehouses were told to ship (domain §1.1.6).

use partition::Body;
use trade::exception::{Action, ExceptionKind};
use trade::master::BillingPolicy;
use trade::order::Bucket;
use trade::stock::Count;
use trade::{Key, LineNo, OrderId, StockKey, WarehouseOrderId};
use units::Quantity;

use crate::world::World;

/// Ten of X released to EAST, of which a count there finds four; WEST has so many.
fn counted_short(elsewhere: i64) -> (World, OrderId, WarehouseOrderId) {
    let mut world = World::new(true);
    world.stock("X", "EAST", 10);
    let id = world.order(&[("X", 10)], BillingPolicy::OnDelivery);
    if elsewhere > 0 {
        world.stock("X", "WEST", elsewhere);
    }
    count(&mut world, 4, "C-1");
    let released = world.state(id).warehouse_orders.clone();
    assert_eq!((released.len(), world.asked("wms.cancel"), units(&world, id)), (1, 1, [0, 0, 10]));
    let (_, document) = world.asked.iter().find(|(asked, _)| asked == "wms.cancel").unwrap();
    assert!(document.contains(r#""quantity":"6""#) || document.contains(r#""quantity":6"#), "{document}");
    assert_eq!(world.open(ExceptionKind::Shortage), []);
    (world, id, released[0])
}

fn count(world: &mut World, on_hand: i64, document: &str) {
    let (item, node, on_hand, document) = ("X".into(), "EAST".into(), Quantity(on_hand), document.into());
    world.tell(Body::CountStock(Count { item, node, on_hand, document, ..Count::default() }));
}

fn answer(world: &mut World, warehouse_order: WarehouseOrderId, refused: Option<&str>) {
    let refused = refused.map(Into::into);
    let request = u32::try_from(world.asked("wms.cancel")).ok();
    world.tell(Body::WarehouseCancelAnswer { warehouse_order, request, refused, lines: Vec::new() });
    world.check();
}

/// Units that nobody has a place for, that wait for supply, and that are with warehouses.
fn units(world: &World, id: OrderId) -> [i64; 3] {
    [Bucket::Open, Bucket::Backordered, Bucket::Released].map(|bucket| world.state(id).units_in(bucket).0)
}

#[test]
fn domain_1_1_6_what_a_warehouse_gives_back_is_sourced_elsewhere() {
    let (mut world, id, released) = counted_short(6);
    answer(&mut world, released, None);
    assert_eq!(units(&world, id), [0, 0, 10]);
    let nodes: Vec<String> = world.state(id).lines[0].allocations.iter().map(|share| share.node.to_string()).collect();
    assert_eq!((nodes, world.asked("wms.release")), (vec!["EAST".to_owned(), "WEST".to_owned()], 2));
    assert_eq!(world.open(ExceptionKind::Shortage), []);
}

#[test]
fn domain_1_1_6_what_nobody_else_has_waits_with_one_exception_for_the_line() {
    let (mut world, id, released) = counted_short(4);
    answer(&mut world, released, None);
    assert_eq!(units(&world, id), [0, 2, 8]);
    let asked = world.open(ExceptionKind::Shortage);
    assert_eq!(asked.len(), 1, "{asked:?}");
    let subject = &asked[0].subject;
    let stock = Key::Stock(StockKey::new(&"X".into(), &"EAST".into()));
    assert_eq!((subject.order, subject.line, &subject.key), (Some(id), Some(LineNo(1)), &Some(stock)));
    assert!(asked[0].reason.starts_with("6 of X on line 1 are missing at EAST by C-1"), "{}", asked[0].reason);
    assert_eq!(asked[0].case, "C-1 of X at EAST");
    world.stock("X", "WEST", 2);
    assert_eq!((units(&world, id), world.open(ExceptionKind::Shortage)), ([0, 0, 10], vec![]));
    world.check();
}

#[test]
fn domain_1_1_6_what_a_warehouse_does_not_give_back_is_asked_about() {
    let (mut world, id, released) = counted_short(6);
    answer(&mut world, released, Some("it is packed"));
    assert_eq!((units(&world, id), world.asked("wms.redirect")), ([0, 0, 10], 0));
    let asked = world.open(ExceptionKind::ShipDiscrepancy);
    assert_eq!((asked.len(), &asked[0].subject.key), (1, &Some(Key::WarehouseOrder(released))));
    for part in ["6 of X on line 1", "missing by C-1", "it is packed"] {
        assert!(asked[0].reason.contains(part), "{part} is not in: {}", asked[0].reason);
    }
    world.resolve(ExceptionKind::ShipDiscrepancy, Action::Acknowledge);
    // the next count asks again, and is answered for all that is missing by then
    count(&mut world, 3, "C-2");
    assert_eq!(world.asked("wms.cancel"), 2);
    answer(&mut world, released, None);
    assert_eq!(units(&world, id), [0, 1, 9]);
}

#[test]
fn domain_1_1_6_what_is_picked_is_not_asked_for() {
    let mut world = World::new(true);
    world.stock("X", "EAST", 10);
    let id = world.order(&[("X", 10)], BillingPolicy::OnDelivery);
    let warehouse_order = world.state(id).warehouse_orders[0];
    world.tell(Body::WarehousePicked { warehouse_order, lines: vec![(LineNo(1), Quantity(7))], complete: false });
    count(&mut world, 2, "C-1");
    answer(&mut world, warehouse_order, None);
    assert_eq!((units(&world, id), world.state(id).units_in(Bucket::Picked)), ([0, 3, 0], Quantity(7)));
    let reason = world.open(ExceptionKind::Shortage)[0].reason.to_string();
    assert!(reason.starts_with("3 of X on line 1 are missing"), "{reason}");
}
