//! Units that are missing, come free, or are gone although nobody can book it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod trading;

use feel::Context as Variables;
use partition::{Body, Reply};
use trade::exception::{Action, Exception, ExceptionKind};
use trade::fulfilment::ShipConfirm;
use trade::order::Cancellation;
use trade::stock::{Adjustment, BackorderRun, Count, Receipt, Segment, Strategy};
use trade::{Key, LineNo, OrderId, Refusal, Role};
use trading::{Story, actor};
use units::{Quantity, Text, Timestamp};

const STEPS: [&str; 4] = ["trade.validate", "trade.determine_tax", "trade.approve", "trade.promise"];

fn receive(story: &mut Story, quantity: i64, receipt: &str) {
    let (item, node, quantity) = ("X".into(), "WH1".into(), Quantity(quantity));
    story.must(Body::ReceiveStock(Receipt { item, node, quantity, receipt: receipt.into(), document: None }));
}

/// An order of ten X that was approved and promised.
fn promised(story: &mut Story) -> OrderId {
    let order = story.order();
    story.run(order, &STEPS, Variables::default());
    order
}

/// Reserved and waiting units of an order's only line.
fn units(story: &Story, order: OrderId) -> (i64, i64) {
    let buckets = story.order_now(order).lines[0].buckets;
    (buckets.allocated.0, buckets.backordered.0)
}

fn asked(story: &Story, kind: ExceptionKind) -> Vec<std::sync::Arc<Exception>> {
    story.open_exceptions().into_iter().filter(|exception| exception.kind == kind).collect()
}

fn lose(story: &mut Story, quantity: i64) {
    let (item, node, on_hand) = ("X".into(), "WH1".into(), Quantity(-quantity));
    story.must(Body::AdjustStock(Adjustment { item, node, on_hand, document: "C-1".into(), ..Adjustment::default() }));
}

/// An order of which four units were reserved and then lost.
fn short() -> (Story, OrderId) {
    let mut story = Story::new(&[]);
    receive(&mut story, 10, "R-1");
    let order = promised(&mut story);
    lose(&mut story, 4);
    assert_eq!((units(&story, order), asked(&story, ExceptionKind::Shortage).len()), ((6, 4), 1));
    (story, order)
}

#[test]
fn domain_1_1_6_the_least_important_order_loses_and_its_line_is_asked_about() {
    let mut story = Story::new(&[]);
    receive(&mut story, 40, "R-1");
    let order = |story: &mut Story, quantity: i64, tier: u8| {
        let profile = trade::account::Profile { tier, ..story.account().profile.clone() };
        story.must(Body::PutAccounts(vec![("ACME".into(), profile)]));
        let order = story.order_of(&[quantity]);
        story.run(order, &STEPS, Variables::default());
        order
    };
    let first = order(&mut story, 20, 1);
    story.run(first, &["trade.release"], Variables::default());
    let warehouse_order = story.order_now(first).warehouse_orders[0];
    story.must(Body::WarehousePicked { warehouse_order, lines: vec![(LineNo(1), Quantity(20))], complete: true });
    let (second, third) = (order(&mut story, 10, 1), order(&mut story, 8, 3));
    story.must(Body::CountStock(Count {
        item: "X".into(),
        node: "WH1".into(),
        on_hand: Quantity(30),
        document: "C-1".into(),
        ..Count::default()
    }));
    assert_eq!((units(&story, second), units(&story, third)), ((10, 0), (0, 8)));
    assert_eq!(story.order_now(first).lines[0].buckets.picked, Quantity(20));
    let asked = asked(&story, ExceptionKind::Shortage);
    assert_eq!((asked.len(), asked[0].subject.order, asked[0].subject.line), (1, Some(third), Some(LineNo(1))));
    let reason = asked[0].reason.as_str();
    assert!(reason.starts_with("8 of X on line 1 are missing at WH1 by C-1; the rest is held by "), "{reason}");
    story.check();
}

#[test]
fn domain_1_1_6_each_line_that_lost_units_is_asked_about_and_ends_by_itself() {
    let mut story = Story::new(&[]);
    receive(&mut story, 10, "R-1");
    let order = story.order_of(&[6, 4]);
    story.run(order, &STEPS, Variables::default());
    let lines = |story: &Story| -> Vec<(u64, String)> {
        let asked = asked(story, ExceptionKind::Shortage);
        let told =
            asked.iter().map(|asked| (asked.subject.line.unwrap().0, asked.reason.split(" are").next().unwrap().into()));
        told.collect()
    };
    lose(&mut story, 7);
    assert_eq!(lines(&story), [(1, "3 of X on line 1".into()), (2, "4 of X on line 2".into())]);
    // more of the same line is told with what is known
    let (item, node, on_hand) = ("X".into(), "WH1".into(), Quantity(-1));
    story.must(Body::AdjustStock(Adjustment { item, node, on_hand, document: "C-2".into(), ..Adjustment::default() }));
    assert_eq!(lines(&story).len(), 2);
    let first = asked(&story, ExceptionKind::Shortage)[0].clone();
    assert!(first.reason.contains("; 1 of X on line 1 are missing at WH1 by C-2"), "{}", first.reason);
    // to cancel what one line misses leaves the other as it is
    let (exception, reason) = (first.id, "x".into());
    let body = Body::ResolveException { exception, action: Action::Cancel, reason, details: Variables::default() };
    story.ask(&actor("sue", &[Role::Sales]), body).unwrap();
    let buckets = |line: usize| story.order_now(order).lines[line].buckets;
    assert_eq!((buckets(0).cancelled, buckets(1).backordered), (Quantity(4), Quantity(4)));
    assert_eq!(lines(&story), [(2, "4 of X on line 2".into())]);
    receive(&mut story, 4, "R-2");
    assert_eq!(lines(&story), []);
    story.check();
}

fn decide(story: &mut Story, action: Action) -> Result<Reply, Refusal> {
    let exception = asked(story, ExceptionKind::Shortage)[0].id;
    let body = Body::ResolveException { exception, action, reason: "x".into(), details: Variables::default() };
    story.ask(&actor("sue", &[Role::Sales]), body)
}

#[test]
fn what_one_order_does_not_need_any_more_goes_to_the_next() {
    let mut story = Story::new(&[]);
    receive(&mut story, 10, "R-1");
    let (first, second) = (promised(&mut story), promised(&mut story));
    assert_eq!((units(&story, first), units(&story, second)), ((10, 0), (0, 10)));
    let lines = vec![(LineNo(1), Some(Quantity(3)))];
    story.must(Body::CancelOrder { order: first, cancellation: Cancellation { lines, reason: "less".into() } });
    assert_eq!((units(&story, first), units(&story, second)), ((7, 0), (3, 7)));
    story.must(Body::CancelOrder {
        order: first,
        cancellation: Cancellation { reason: "none".into(), ..Default::default() },
    });
    assert_eq!(units(&story, second), (10, 0));
    story.check();
}

#[test]
fn a_shortage_is_cancelled_without_the_units_that_are_there() {
    let (mut story, order) = short();
    decide(&mut story, Action::Cancel).unwrap();
    let line = story.order_now(order).lines[0].clone();
    assert_eq!((units(&story, order), line.buckets.cancelled), ((6, 0), Quantity(4)));
    assert_eq!(asked(&story, ExceptionKind::Shortage), []);
    story.check();
}

#[test]
fn to_look_for_units_that_nobody_has_is_refused_and_the_question_stays() {
    let (mut story, order) = short();
    assert!(matches!(decide(&mut story, Action::Resource), Err(Refusal::Conflict(_))));
    assert_eq!((units(&story, order), asked(&story, ExceptionKind::Shortage).len()), ((6, 4), 1));
    story.check();
}

#[test]
fn a_shortage_ends_when_its_units_are_cancelled_otherwise() {
    let (mut story, order) = short();
    story.must(Body::CancelOrder { order, cancellation: Cancellation { reason: "none".into(), ..Default::default() } });
    assert_eq!(asked(&story, ExceptionKind::Shortage), []);
    story.check();
}

#[test]
fn a_backorder_run_ends_the_shortage_of_those_who_win() {
    let mut story = Story::new(&[]);
    receive(&mut story, 20, "R-1");
    let first = promised(&mut story);
    // the least important is the first to lose
    let profile = trade::account::Profile { tier: 9, ..story.account().profile.clone() };
    story.must(Body::PutAccounts(vec![("ACME".into(), profile)]));
    let second = promised(&mut story);
    lose(&mut story, 4);
    assert_eq!((units(&story, first), units(&story, second)), ((10, 0), (6, 4)));
    assert_eq!(asked(&story, ExceptionKind::Shortage)[0].subject.order, Some(second));
    let win = Segment { strategy: Strategy::Win, priorities: vec![9], ..Segment::default() };
    let lose = Segment { strategy: Strategy::Lose, ..Segment::default() };
    let (item, node) = ("X".into(), "WH1".into());
    story.must(Body::RunBackorders(BackorderRun { item, node, segments: vec![win, lose], share: false, commit: true }));
    assert_eq!((units(&story, first), units(&story, second)), ((6, 4), (10, 0)));
    assert_eq!(asked(&story, ExceptionKind::Shortage), []);
    story.check();
}

#[test]
fn goods_that_left_and_cannot_be_booked_are_asked_about_with_all_that_was_told() {
    let mut story = Story::new(&[]);
    let order = story.shipped();
    let released = story.order_now(order).warehouse_orders[0];
    let confirm = |reference: &str| ShipConfirm {
        warehouse_order: released,
        reference: reference.into(),
        shipped_at: Timestamp(0),
        carrier: "DPD".into(),
        tracking: Text::const_new("T-77"),
        bill_of_lading: Default::default(),
        complete: true,
        sequence: None,
        lines: vec![(LineNo(1), Quantity(2))],
    };
    for reference in ["S-TWICE", "S-TWICE", "S-THRICE"] {
        let told = story.must(Body::WarehouseShipped(confirm(reference)));
        assert!(matches!(&told, Reply::NotBooked { code, .. } if code == "not_enough_stock"), "{told:?}");
    }
    let asked = asked(&story, ExceptionKind::ShipDiscrepancy);
    assert_eq!((asked.len(), asked[0].subject.key.clone()), (1, Some(Key::WarehouseOrder(released))));
    for part in ["S-TWICE", "S-THRICE", "T-77", "2 of line 1"] {
        assert!(asked[0].reason.contains(part), "{part} is not in: {}", asked[0].reason);
    }
    assert_eq!(asked[0].reason.matches("S-TWICE").count(), 1);
    assert_eq!(story.order_now(order).shipments.len(), 1);
    story.check();
}
