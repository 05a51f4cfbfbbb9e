//! What was billed at wrong prices or terms is billed anew (domain §1.5.4: invoiced).

use partition::{Body, Reply};
use trade::LineNo;
use trade::billing::Rebilling;
use trade::master::{BillingPolicy, Terms};
use trade::order::{Change, Status};
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
