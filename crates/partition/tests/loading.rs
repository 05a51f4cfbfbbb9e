//! How often a large document stops to load what it needs: a few times, and not once for each of its lines.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod trading;

use partition::{AnyKey, Body, Reply};
use trade::cash::{EntryDocument, StatementDocument};
use trade::order::{Submission, SubmittedLine};
use trade::{Key, Role};
use trading::{Story, actor, asks_as, chain, service_task, user_task};
use units::{Amount, Currency, Decimal};

#[test]
fn an_order_of_ten_thousand_unknown_items_stops_a_few_times() {
    let mut story = Story::new(&[]);
    story.deploy("order-to-cash", &chain(&[("validate", &service_task("validate", "trade.validate"))]), None);
    let line = |number: u64| SubmittedLine {
        item: format!("UNKNOWN-{number}").into(),
        quantity: Decimal::from(1i64),
        ..SubmittedLine::default()
    };
    let lines = (0..10_000).map(line).collect();
    let submission = Submission { account: "ACME".into(), lines, ..Submission::default() };
    let (passes, loads) = (story.passes, story.disk.loads);
    let reply = story.ask(&actor("shop", &[Role::Sales]), Body::ReceiveOrder(Box::new(submission))).unwrap();
    assert!(matches!(reply, Reply::Order(_)));
    let (passes, loads) = (story.passes - passes, story.disk.loads - loads);
    assert!(passes <= 8, "{passes} passes");
    assert!((10_000..=40_000).contains(&loads), "{loads} loads");
}

#[test]
fn a_statement_of_five_thousand_unknown_payments_stops_a_few_times() {
    let mut story = Story::new(&[]);
    story.deploy("payment-exception", &chain(&[("decide", &user_task("decide", &asks_as("=exception")))]), None);
    let entry = |number: u32| EntryDocument {
        bank_reference: format!("B-{number}").into(),
        index: number,
        value_date: "2026-03-03".parse().unwrap(),
        amount: Amount(100),
        payer_name: format!("Nobody {number}").into(),
        ..EntryDocument::default()
    };
    let statement = StatementDocument {
        reference: "ST-1".into(),
        bank_account: "DE99".into(),
        currency: Currency::EUR,
        entries: (0..5_000).map(entry).collect(),
        ..StatementDocument::default()
    };
    let passes = story.passes;
    story.must(Body::ImportStatement(Box::new(statement)));
    assert!(story.passes - passes <= 8, "{} passes", story.passes - passes);
    assert_eq!(story.open_exceptions().len(), 5_000);
    assert_eq!(story.instances().len(), 5_000, "each has a number of its own");
    story.check();
}

#[test]
fn what_was_just_numbered_is_not_loaded() {
    let mut story = Story::new(&[]);
    story.order();
    let loads = story.disk.loads;
    let order = story.order();
    assert!(story.disk.states.contains_key(&AnyKey::Trade(Key::Order(order))));
    assert_eq!(story.disk.loads, loads, "a second order of the same needs nothing that the first one did not");
}
