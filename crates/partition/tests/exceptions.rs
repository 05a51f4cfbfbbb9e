//! What an action on an exception leads to, and that nothing waits without one.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod trading;

use feel::{Context as Variables, Value};
use partition::{Body, EffectId, Operation, Reply};
use trade::exception::{Action, ExceptionKind, ExceptionStatus};
use trade::order::{Cancellation, HoldKind};
use trade::{Actor, Refusal, Role};
use trading::{Story, actor, chain, service_task, variables};

fn operator() -> Actor {
    actor("ops", &[Role::Operations])
}

/// A process that asks another system for something which does not come through.
fn undelivered(order: Option<&str>) -> (Story, EffectId) {
    let mut story = Story::new(&["crm.note", "crm.call"]);
    let elements = chain(&[("note", &service_task("note", "crm.note")), ("call", &service_task("call", "crm.call"))]);
    story.deploy("tells", &elements, None);
    let order = order.map_or_else(|| story.order().to_string(), str::to_owned);
    story.start("tells", variables(&[("orderId", &order)]));
    let effect = story.delivered[0].id;
    fail(&mut story, effect);
    (story, effect)
}

fn fail(story: &mut Story, effect: EffectId) {
    story.must(Body::EffectFailed { effect, code: "unavailable".into(), message: "no answer".into() });
}

fn decide(story: &mut Story, action: Action) -> Result<Reply, Refusal> {
    let exception = story.open_exceptions()[0].id;
    story.ask(&operator(), Body::ResolveException { exception, action, reason: "x".into(), details: Variables::default() })
}

#[test]
fn retry_delivers_a_dead_letter_again_and_the_process_goes_on() {
    let (mut story, effect) = undelivered(None);
    assert_eq!(story.open_exceptions().len(), 1);
    decide(&mut story, Action::Retry).unwrap();
    let [first, again] = story.delivered.as_slice() else { panic!() };
    assert_eq!((first.id, again.id), (effect, effect));
    assert!(again.requested_at > first.requested_at, "it has all the time again that one has to be delivered");
    assert_eq!(story.open_exceptions(), []);
    fail(&mut story, effect);
    assert_eq!(story.open_exceptions().len(), 1, "what fails again is asked about again");
    decide(&mut story, Action::Retry).unwrap();
    story.must(Body::EffectSucceeded { effect, response: Variables::default() });
    assert_eq!(story.delivered.last().unwrap().capability, "crm.call");
    story.check();
}

#[test]
fn a_job_is_not_left_waiting_by_acknowledging_that_it_was_not_delivered() {
    let (mut story, _) = undelivered(None);
    let refused = decide(&mut story, Action::Acknowledge);
    assert!(matches!(refused, Err(Refusal::NotOffered { .. })), "{refused:?}");
    assert_eq!(story.open_exceptions().len(), 1);
}

#[test]
fn each_dead_letter_has_an_exception_of_its_own() {
    let mut story = Story::new(&["crm.note"]);
    story.deploy("tells", &chain(&[("note", &service_task("note", "crm.note"))]), None);
    for _ in 0..2 {
        story.start("tells", variables(&[("orderId", "SO-1")]));
    }
    let effects: Vec<EffectId> = story.delivered.iter().map(|effect| effect.id).collect();
    effects.iter().for_each(|effect| fail(&mut story, *effect));
    assert_eq!(story.open_exceptions().len(), 2);
    story.ask(&operator(), Body::ReplayEffects(vec![effects[1]])).unwrap();
    let open: Vec<_> = story.open_exceptions().iter().map(|exception| exception.id.0).collect();
    assert_eq!(open, [1], "the other letter is dead still");
    story.check();
}

#[test]
fn cancelling_a_process_clears_what_was_asked_about_its_dead_letters() {
    let (mut story, _) = undelivered(None);
    let instance = story.instances()[0].id();
    story.must(Body::Operate { instance, operation: Operation::Cancel, reason: "because".into() });
    assert_eq!(story.open_exceptions(), []);
    assert_eq!(story.exceptions()[0].status, ExceptionStatus::Cleared);
    story.check();
}

#[test]
fn an_undelivered_step_of_no_order_ends_with_its_process_when_it_is_cancelled() {
    let (mut story, _) = undelivered(Some("none"));
    decide(&mut story, Action::Cancel).unwrap();
    assert_eq!(story.instances(), []);
    assert_eq!(story.open_exceptions(), []);
    story.check();
}

#[test]
fn the_exception_of_an_incident_ends_with_the_incident() {
    let mut story = Story::new(&[]);
    story.deploy("bills", &chain(&[("bill", &service_task("bill", "trade.bill"))]), None);
    let instance = story.start("bills", variables(&[("orderId", "SO-999")]));
    assert_eq!(story.open_exceptions()[0].kind, ExceptionKind::Integration);
    story.must(Body::Operate { instance, operation: Operation::Cancel, reason: "because".into() });
    assert_eq!(story.open_exceptions(), []);
    story.check();
}

#[test]
fn a_retried_incident_that_fails_again_is_asked_about_again() {
    let mut story = Story::new(&[]);
    story.deploy("bills", &chain(&[("bill", &service_task("bill", "trade.bill"))]), None);
    story.start("bills", variables(&[("orderId", "SO-999")]));
    decide(&mut story, Action::Retry).unwrap();
    let all: Vec<_> = story.exceptions().iter().map(|exception| exception.status).collect();
    assert_eq!(all, [ExceptionStatus::Resolved, ExceptionStatus::Open]);
    story.check();
}

#[test]
fn retry_bills_what_could_not_be_billed_and_asks_again_while_it_cannot() {
    let mut story = Story::new(&[]);
    let order = story.shipped();
    let quote = Variables::from_iter([("tax", Value::from(99i64)), ("rates", Value::from(Vec::<Value>::new()))]);
    story.run(order, &["trade.determine_tax"], Variables::from_iter([("taxQuote", Value::from(quote))]));
    assert!(story.order_now(order).is_held_by(HoldKind::Tax));
    story.bill(order);
    let blocked = |story: &Story| {
        let open = story.open_exceptions();
        open.iter().filter(|exception| exception.kind == ExceptionKind::BillingBlocked).count()
    };
    assert_eq!((blocked(&story), story.invoices().len()), (1, 0));
    let retry = |story: &mut Story| {
        let open = story.open_exceptions();
        let exception = open.iter().find(|exception| exception.kind == ExceptionKind::BillingBlocked).unwrap().id;
        let body =
            Body::ResolveException { exception, action: Action::Retry, reason: "x".into(), details: Variables::default() };
        story.ask(&actor("rita", &[Role::Receivables]), body).unwrap();
    };
    retry(&mut story);
    assert_eq!((blocked(&story), story.invoices().len()), (1, 0), "it is blocked still, so somebody is asked again");
    story.check();
}

#[test]
fn a_called_process_does_not_start_when_its_caller_has_ended_already() {
    let mut story = Story::new(&[]);
    story.deploy("asks", &chain(&[("ask", &trading::user_task("ask", ""))]), None);
    let fork = r#"<bpmn:startEvent id="start"/><bpmn:parallelGateway id="fork"/>
        <bpmn:callActivity id="call"><bpmn:extensionElements><zeebe:calledElement processId="asks"/></bpmn:extensionElements></bpmn:callActivity>
        <bpmn:endEvent id="end"/><bpmn:endEvent id="stop"><bpmn:terminateEventDefinition id="t"/></bpmn:endEvent>
        <bpmn:sequenceFlow id="a" sourceRef="start" targetRef="fork"/><bpmn:sequenceFlow id="b" sourceRef="fork" targetRef="call"/>
        <bpmn:sequenceFlow id="c" sourceRef="call" targetRef="end"/><bpmn:sequenceFlow id="d" sourceRef="fork" targetRef="stop"/>"#;
    story.deploy("forks", fork, None);
    story.start("forks", variables(&[("orderId", "SO-1")]));
    assert_eq!(story.instances(), []);
    assert_eq!(story.open_exceptions(), []);
    story.check();
}

#[test]
fn a_cancelled_order_leaves_no_dead_letter_behind_that_nobody_owns() {
    let (mut story, _) = undelivered(None);
    let order = story.open_exceptions()[0].subject.order.unwrap();
    let cancellation = Cancellation { reason: "not wanted".into(), ..Cancellation::default() };
    story.must(Body::CancelOrder { order, cancellation });
    // the process goes on waiting for its delivery, so the exception stays open
    assert_eq!((story.instances().len(), story.open_exceptions().len()), (1, 1));
    story.check();
}

#[test]
fn a_letter_that_its_job_waits_for_after_the_order_was_cancelled_is_asked_about_again() {
    let (mut story, _) = undelivered(None);
    decide(&mut story, Action::Cancel).unwrap();
    let all: Vec<_> = story.exceptions().iter().map(|exception| exception.status).collect();
    assert_eq!(all, [ExceptionStatus::Resolved, ExceptionStatus::Open], "this process does not end with its order");
    story.check();
}
