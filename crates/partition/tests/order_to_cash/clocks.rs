//! Clocks that run for what others owe: an answer, a payment.

use partition::{AnyKey, AnyState, Body, TimerOwner};
use trade::account::Aging;
use trade::exception::ExceptionKind;
use trade::master::BillingPolicy;
use trade::order::{Bucket, Cancellation};
use trade::{Aggregate, Key, LineNo};
use units::{Minutes, Quantity};

use crate::world::World;

#[test]
fn domain_1_5_4_a_warehouse_that_does_not_answer_a_cancellation_is_asked_and_the_question_ends_with_the_answer() {
    let mut world = World::new(false);
    world.stock("X", "EAST", 10);
    let id = world.order(&[("X", 10)], BillingPolicy::PerShipment);
    let released = world.state(id).warehouse_orders[0];
    let cancellation = Cancellation { lines: vec![(LineNo(1), Some(Quantity(4)))], reason: "less".into() };
    world.tell(Body::CancelOrder { order: id, cancellation });
    assert_eq!(world.open(ExceptionKind::WmsReject).len(), 0);
    assert!(world.let_end(TimerOwner::CancelAnswer(released)));
    let asked = world.open(ExceptionKind::WmsReject);
    assert!(asked[0].reason.contains("EAST has not answered whether it cancels 4 units"), "{}", asked[0].reason);
    assert!(!world.let_end(TimerOwner::CancelAnswer(released)), "it is asked about once");
    world.tell(Body::WarehouseCancelAnswer { warehouse_order: released, request: None, refused: None, lines: vec![] });
    assert_eq!(world.open(ExceptionKind::WmsReject).len(), 0);
    assert_eq!(world.state(id).units_in(Bucket::Cancelled), Quantity(4));
    world.check();
}

/// Timers of processes run out that are due within so many minutes.
fn wait(world: &mut World, minutes: i64) {
    let until = world.now().plus(Minutes(minutes));
    let due = |world: &World| {
        let timer = world.disk.timers.iter().find(|timer| matches!(timer.owner, TimerOwner::Instance(..)))?;
        (timer.due <= until).then(|| timer.owner.clone())
    };
    while let Some(owner) = due(world) {
        world.let_end(owner);
    }
}

#[test]
fn domain_1_10_a_release_that_nobody_acknowledges_is_sent_once_more_after_half_an_hour_and_then_asked_about() {
    for tier in [1, 2, 3, 9] {
        let mut world = World::new(true);
        world.set_profile(|profile| profile.tier = tier);
        world.stock("X", "EAST", 10);
        world.order(&[("X", 10)], BillingPolicy::PerShipment);
        assert_eq!(world.asked("wms.release"), 1);
        wait(&mut world, 30);
        assert_eq!(world.asked("wms.release"), 2, "tier {tier}");
        wait(&mut world, 31);
        assert_eq!((world.asked("wms.release"), world.open(ExceptionKind::WmsReject).len()), (2, 1), "tier {tier}");
    }
}

#[test]
fn domain_1_5_4_each_of_two_requests_is_sent_asked_about_and_answered_by_its_number() {
    let mut world = World::new(false);
    world.stock("X", "EAST", 10);
    let id = world.order(&[("X", 10)], BillingPolicy::PerShipment);
    let released = world.state(id).warehouse_orders[0];
    for units in [4, 3] {
        let lines = vec![(LineNo(1), Some(Quantity(units)))];
        world.tell(Body::CancelOrder { order: id, cancellation: Cancellation { lines, reason: "less".into() } });
    }
    let sent: Vec<serde_json::Value> = world
        .asked
        .iter()
        .filter(|(asked, _)| asked == "wms.cancel")
        .map(|(_, sent)| serde_json::from_str(sent).unwrap())
        .collect();
    let told = |sent: &serde_json::Value| {
        [&sent["request"], &sent["lines"][0]["quantity"], &sent["lines"][0]["ships"]].map(|part| part.as_i64().unwrap())
    };
    assert_eq!(sent.iter().map(told).collect::<Vec<_>>(), [[1, 4, 6], [2, 3, 3]]);
    assert!(world.let_end(TimerOwner::CancelAnswer(released)));
    let asked = world.open(ExceptionKind::WmsReject);
    assert!(asked[0].reason.contains("4 units (request 1)"), "{}", asked[0].reason);
    let answer = |request, refused: Option<&str>| Body::WarehouseCancelAnswer {
        warehouse_order: released,
        request,
        refused: refused.map(Into::into),
        lines: vec![],
    };
    assert!(world.try_to(answer(None, None)).is_err(), "nobody knows which one it answers");
    world.tell(answer(Some(2), None));
    assert_eq!(world.state(id).units_in(Bucket::Cancelled), Quantity(3));
    assert_eq!(world.open(ExceptionKind::WmsReject).len(), 1, "the first is still to be answered");
    world.tell(answer(Some(1), Some("it is packed")));
    assert_eq!((world.open(ExceptionKind::WmsReject).len(), world.state(id).units_in(Bucket::Cancelled)), (0, Quantity(3)));
    assert!(world.open(ExceptionKind::ShipDiscrepancy)[0].reason.contains("ships 4 units"));
    world.check();
}

#[test]
fn an_answer_in_time_stops_the_clock() {
    let mut world = World::new(false);
    world.stock("X", "EAST", 10);
    let id = world.order(&[("X", 10)], BillingPolicy::PerShipment);
    let released = world.state(id).warehouse_orders[0];
    world.tell(Body::CancelOrder { order: id, cancellation: Cancellation::default() });
    world.tell(Body::WarehouseCancelAnswer { warehouse_order: released, request: None, refused: None, lines: vec![] });
    assert!(!world.let_end(TimerOwner::CancelAnswer(released)));
}

#[test]
fn an_invoice_comes_due_and_gets_older_on_the_clock_of_its_account() {
    let mut world = World::new(false);
    world.stock("X", "EAST", 10);
    let id = world.order(&[("X", 10)], BillingPolicy::PerShipment);
    let released = world.state(id).warehouse_orders[0];
    world.ship(released, &[(1, 10)]);
    let aging = |world: &World| match world.trade(Key::Account("ACME".into())) {
        Some(AnyState::Trade(Aggregate::Account(account), _)) => account.ledger.open_items[0].aging,
        other => panic!("{other:?}"),
    };
    let clock = || TimerOwner::Receivables("ACME".into());
    for step in [Aging::Due, Aging::Days30, Aging::Days60] {
        assert!(world.let_end(clock()));
        assert_eq!(aging(&world), step);
    }
    world.pay(10_000, "");
    // nothing is left that gets older: the clock runs out once more, and stops
    assert!(world.let_end(clock()));
    assert!(!world.let_end(clock()));
    world.check();
}

impl World {
    /// The state of something in the trade.
    fn trade(&self, key: Key) -> Option<&AnyState> {
        self.disk.states.get(&AnyKey::Trade(key))
    }
}
