//! No order waits without somebody being asked: while its checks wait for the tax service as well (domain §1.12, invariant 8).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use partition::{AnyKey, AnyState, Body, Command, EffectId, Partition, Reply, Resource, TimerOwner};
use std::convert::Infallible;
use trade::exception::{Action, Exception, ExceptionKind, ExceptionStatus};
use trade::order::{HoldKind, Order, Submission, SubmittedLine};
use trade::{Actor, Aggregate, Key, OrderId, Role};
use units::{Decimal, Text, Timestamp};

/// Monday, 2 March 2026, 10:00 UTC.
const START: i64 = 1_772_445_600_000;
const MINUTE: i64 = 60_000;

fn shipped_processes() -> Vec<Resource> {
    let shipped: &[(&str, &str)] = include!("../../../processes/shipped.rs");
    shipped.iter().map(|(name, xml)| Resource { name: (*name).into(), xml: (*xml).into() }).collect()
}

/// A partition that keeps everything in memory, and the time.
struct Product {
    partition: Partition,
    now: i64,
    effects: Vec<(EffectId, Text)>,
    timers: Vec<partition::Timer>,
}

impl Product {
    fn new() -> Self {
        let capabilities = ["tax.quote", "wms.release", "wms.cancel", "tms.book", "erp.post_invoice"].map(Text::from);
        let partition = Partition::new(0, capabilities);
        let mut product = Self { partition, now: START, effects: Vec::new(), timers: Vec::new() };
        product.must(Body::Deploy(shipped_processes()));
        let company = br#"{ "code": "CD", "country": "GB", "currency": "GBP", "nodes": [{ "id": "EAST" }],
            "taxes": [{ "jurisdiction": "GB", "category": "standard", "rate": "20" }] }"#;
        let (_, company) = documents::master::read_company(company, "c").records.remove(0);
        product.must(Body::PutCompany(Box::new(company)));
        product.put_item("A");
        let account = br#"{ "id": "ACME", "name": "Acme", "tier": 3, "ship_tos": [{ "code": "M", "name": "x", "street": "1",
            "postcode": "1", "city": "London", "country": "GB" }] }"#;
        let accounts = documents::master::read_accounts(account, "a").records;
        product.must(Body::PutAccounts(accounts.into_iter().map(|(_, account)| account).collect()));
        product
    }

    fn put_item(&mut self, id: &str) {
        let item = format!(r#"{{ "id": "{id}", "list_price": "9.90", "tax_category": "standard" }}"#);
        let items = documents::master::read_items(item.as_bytes(), "i").records;
        self.must(Body::PutItems(items.into_iter().map(|(_, item)| item).collect()));
    }

    fn decide(&mut self, actor: Actor, body: Body) -> Result<Reply, trade::Refusal> {
        let command = Command { at: Timestamp(self.now), actor, key: None, body, trace: None };
        let decision = self.partition.decide(command, |_| Ok::<_, Infallible>(None)).unwrap();
        self.effects.extend(decision.effects.iter().map(|effect| (effect.id, effect.capability.clone())));
        self.timers.retain(|timer| !decision.timers_dropped.contains(timer));
        self.timers.extend(decision.timers_set);
        decision.reply
    }

    fn must(&mut self, body: Body) -> Reply {
        self.decide(Actor::system(), body).unwrap()
    }

    fn clerk(&mut self, body: Body) {
        let roles = vec![Role::Director, Role::Sales, Role::Operations];
        self.decide(Actor { id: "ann".into(), roles, limit: None }, body).unwrap();
    }

    fn receive(&mut self, item: &str) -> OrderId {
        let line = SubmittedLine {
            item: item.into(),
            quantity: Decimal::from(5i64),
            price: "9.90".parse().ok(),
            ..SubmittedLine::default()
        };
        let submission = Submission { account: "ACME".into(), lines: vec![line], ..Submission::default() };
        match self.must(Body::ReceiveOrder(Box::new(submission))) {
            Reply::Order(id) => id,
            other => panic!("{other:?}"),
        }
    }

    fn order(&self, id: OrderId) -> std::sync::Arc<Order> {
        match self.partition.state(&AnyKey::Trade(Key::Order(id))) {
            Some(Some(AnyState::Trade(Aggregate::Order(order), _))) => order.clone(),
            other => panic!("{other:?}"),
        }
    }

    /// All exceptions so far, in the order in which they were raised.
    fn exceptions(&self) -> Vec<std::sync::Arc<Exception>> {
        let found = |number| match self.partition.state(&AnyKey::Trade(Key::Exception(trade::ExceptionId(number)))) {
            Some(Some(AnyState::Trade(Aggregate::Exception(exception), _))) => Some(exception.clone()),
            _ => None,
        };
        (1..).map_while(found).collect()
    }

    fn open(&self) -> Vec<ExceptionKind> {
        self.exceptions().iter().filter(|exception| exception.is_open()).map(|exception| exception.kind).collect()
    }

    /// Time passes, and timers go off.
    fn wait(&mut self, minutes: i64) {
        let until = self.now + minutes * MINUTE;
        while let Some(timer) = self.timers.iter().filter(|timer| timer.due.0 <= until).min().cloned() {
            self.now = self.now.max(timer.due.0);
            self.timers.retain(|other| *other != timer);
            let owner: TimerOwner = timer.owner;
            self.must(Body::FireTimer { owner });
        }
        self.now = until;
    }

    /// The tax service answers the first quote that was asked for.
    fn quote(&mut self, tax: &str) {
        let place = self.effects.iter().position(|(_, capability)| capability == "tax.quote").unwrap();
        let (effect, _) = self.effects.remove(place);
        let answer = format!(r#"{{ "rates": [{{ "line": 1, "rate": "20" }}], "tax": "{tax}" }}"#);
        let answer = feel::Value::from_json(&serde_json::from_str(&answer).unwrap()).unwrap();
        self.must(Body::EffectSucceeded { effect, response: answer.as_context().unwrap().clone() });
    }
}

#[test]
fn a_hold_is_asked_about_while_the_tax_service_is_still_silent() {
    let mut product = Product::new();
    let id = product.receive("UNKNOWN");
    assert!(product.order(id).is_held_by(HoldKind::Item));
    assert_eq!(product.open(), [ExceptionKind::ItemXref]);
    let asked = product.exceptions()[0].clone();
    assert_eq!((asked.task, product.order(id).holds[0].exception), (None, Some(asked.id)));
    // when the quote is there, the process waits for the same exception
    product.quote("9.90");
    let now = product.exceptions()[0].clone();
    assert!(now.id == asked.id && now.is_open() && now.task.is_some());
    assert_eq!(product.open().iter().filter(|kind| **kind == ExceptionKind::ItemXref).count(), 1);
}

#[test]
fn what_is_put_right_before_the_quote_comes_is_not_asked_about_again() {
    let mut product = Product::new();
    let id = product.receive("UNKNOWN");
    let asked = product.exceptions()[0].id;
    product.put_item("UNKNOWN");
    let (action, reason) = (Action::Correct, Text::from("it is in the catalogue now"));
    product.clerk(Body::ResolveException { exception: asked, action, reason, details: feel::Context::default() });
    assert!(product.order(id).holds.is_empty());
    assert_eq!(product.open(), []);
    product.quote("9.90");
    assert_eq!(product.open(), []);
    assert!(product.order(id).approved_at.is_some());
}

#[test]
fn an_answer_that_mends_nothing_leaves_the_hold_with_another_exception() {
    let mut product = Product::new();
    let id = product.receive("UNKNOWN");
    let asked = product.exceptions()[0].id;
    let (action, reason) = (Action::Retry, Text::from("try again"));
    product.clerk(Body::ResolveException { exception: asked, action, reason, details: feel::Context::default() });
    assert_eq!(product.open(), [ExceptionKind::ItemXref]);
    assert_ne!(product.order(id).holds[0].exception, Some(asked));
}

#[test]
fn an_order_that_waits_for_the_tax_service_beyond_its_service_level_is_an_integration_exception() {
    let mut product = Product::new();
    let id = product.receive("A");
    product.wait(29);
    assert_eq!(product.open(), []);
    product.wait(1);
    assert_eq!(product.open(), [ExceptionKind::Integration]);
    let late = product.exceptions()[0].clone();
    assert_eq!((late.subject.order, late.owner), (Some(id), Role::Operations));
    assert!(!late.actions.is_empty() && late.resolve_by > Timestamp(product.now));
    product.quote("9.90");
    assert_eq!(product.open(), []);
    assert_eq!(product.exceptions()[0].status, ExceptionStatus::Cleared);
    assert!(product.order(id).approved_at.is_some());
}

#[test]
fn a_hold_by_hand_on_an_order_that_is_under_way_is_asked_about_and_its_release_goes_on() {
    let mut product = Product::new();
    let id = product.receive("A");
    product.quote("9.90");
    product.clerk(Body::PlaceHold { order: id, reason: "the customer calls back".into(), kind: HoldKind::Manual });
    assert_eq!(product.open(), [ExceptionKind::PolicyOverride]);
    let receipt = trade::stock::Receipt {
        item: "A".into(),
        node: "EAST".into(),
        quantity: units::Quantity(5),
        receipt: "R-1".into(),
        document: None,
    };
    product.must(Body::ReceiveStock(receipt));
    assert!(product.order(id).warehouse_orders.is_empty());
    product.clerk(Body::ReleaseHold { order: id, hold: HoldKind::Manual, reason: "they called".into() });
    assert_eq!(product.open(), []);
    assert_eq!(product.order(id).warehouse_orders.len(), 1);
}
