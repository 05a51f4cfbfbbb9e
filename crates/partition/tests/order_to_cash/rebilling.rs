//! What was billed at wrong prices or terms is billed anew (domain §1.5.4: invoiced).

use partition::{Body, Reply};
use trade::billing::Rebilling;
use trade::master::{BillingPolicy, Terms};
use trade::order::{Change, Status};
use trade::{Actor, LineNo, OrderId, Refusal, Role};
use units::Amount;

use crate::world::World;

#[test]
fn domain_1_5_4_credit_note_and_replacement_go_to_the_erp_and_what_is_left_ships_at_the_new_price() {
    let mut world = World::new(true);
    world.stock("X", "EAST", 4);
    let id = world.order(&[("X", 10)], BillingPolicy::PerShipment);
    let released = world.state(id).warehouse_orders[0];
    world.ship(released, &[(1, 4)]);
    assert_eq!(world.asked("erp.post_invoice"), 1);
    let prices = vec![(LineNo(1), "9.90".parse().unwrap())];
    let rebilling = Rebilling { prices, reason: "contract".into(), ..Rebilling::default() };
    let Reply::Rebilled(pairs) = world.tell(Body::RebillOrder { order: id, rebilling }) else { panic!("it is billed anew") };
    assert_eq!((pairs.len(), world.asked("erp.post_invoice")), (1, 3));
    assert_eq!(world.state(id).receivable, Amount(3_960));
    world.stock("X", "EAST", 6);
    let released = *world.state(id).warehouse_orders.last().unwrap();
    world.ship(released, &[(1, 6)]);
    assert_eq!(world.state(id).receivable, Amount(9_900));
    world.pay(9_900, "");
    world.check();
}

#[test]
fn domain_1_5_4_other_terms_before_the_invoice_are_checked_again_and_count_for_it() {
    let mut world = World::new(true);
    world.stock("X", "EAST", 10);
    let id = world.order(&[("X", 10)], BillingPolicy::PerShipment);
    let terms = Terms { net_days: 60, ..Terms::default() };
    world.tell(Body::ChangeOrder { order: id, change: Box::new(Change { terms: Some(terms), ..Change::default() }) });
    assert!(world.state(id).validated && world.state(id).status() == Status::InFulfilment, "{:?}", world.state(id));
    let released = world.state(id).warehouse_orders[0];
    world.ship(released, &[(1, 10)]);
    let invoice = world.state(id).invoices[0];
    let due = world.disk.states.values().find_map(|state| match state {
        partition::AnyState::Trade(trade::Aggregate::Invoice(found), _) if found.id == invoice => {
            Some((found.date, found.due))
        }
        _ => None,
    });
    let (date, due) = due.unwrap();
    assert_eq!(due, date.plus_days(60));
    world.check();
}

/// Ten of X that are shipped, billed, paid and closed.
fn closed() -> (World, OrderId) {
    let mut world = World::new(true);
    world.stock("X", "EAST", 10);
    let id = world.order(&[("X", 10)], BillingPolicy::PerShipment);
    let released = world.state(id).warehouse_orders[0];
    world.ship(released, &[(1, 10)]);
    world.pay(10_000, "CD-2026-000001");
    assert_eq!(world.state(id).status(), Status::Closed);
    (world, id)
}

#[test]
fn domain_1_5_4_a_reopened_order_closes_by_itself_once_its_correction_is_paid() {
    let (mut world, id) = closed();
    world.tell(Body::ReopenOrder { order: id, reason: "wrong price".into() });
    assert_eq!(world.state(id).status(), Status::Settled);
    let prices = vec![(LineNo(1), "11".parse().unwrap())];
    world.tell(Body::RebillOrder { order: id, rebilling: Rebilling { prices, reason: "contract".into(), terms: None } });
    assert_eq!((world.state(id).status(), world.state(id).receivable), (Status::Invoiced, Amount(1_000)));
    world.pay(1_000, "CD-2026-000002");
    assert_eq!(world.state(id).status(), Status::Closed);
    world.check();
}

#[test]
fn a_reopened_order_without_a_correction_is_closed_by_hand_and_no_other_order_is() {
    let (mut world, id) = closed();
    let close = Body::CloseOrder { order: id, reason: "nothing to correct".into() };
    let boss = || Actor { id: "boss".into(), roles: vec![Role::Director], limit: None };
    assert!(matches!(world.ask(boss(), close.clone()), Err(Refusal::Conflict(_))));
    world.tell(Body::ReopenOrder { order: id, reason: "wrong price?".into() });
    world.tell(close);
    assert_eq!(world.state(id).status(), Status::Closed);
    world.check();
}
