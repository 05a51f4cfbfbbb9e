//! Money has an owner at every moment: a match, an account, or an exception.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod trading;

use feel::Context as Variables;
use partition::Body;
use trade::cash::PaymentStatus;
use trade::exception::{Action, Exception, ExceptionKind};
use trade::{Actor, Key, PaymentId, Refusal, Role};
use trading::{Story, actor, asks_as, chain, user_task, variables};
use units::Amount;

/// An order of 100.00 that was billed.
fn billed() -> (Story, trade::InvoiceId, String) {
    let mut story = Story::new(&[]);
    let asks = r#"<zeebe:properties><zeebe:property name="crossdock:exception" value="=exception"/>
        <zeebe:property name="crossdock:amount" value="=amount"/>
        <zeebe:property name="crossdock:owner" value="=owner"/></zeebe:properties>"#;
    story.deploy("payment-exception", &chain(&[("decide", &user_task("decide", asks))]), None);
    let order = story.shipped();
    let invoice = story.bill(order).pop().unwrap();
    (story, invoice.id, invoice.number.to_string())
}

fn clerk(limit: Option<i64>) -> Actor {
    Actor { limit: limit.map(Amount), ..actor("rita", &[Role::Receivables]) }
}

fn asked_about(story: &Story, payment: PaymentId) -> Vec<std::sync::Arc<Exception>> {
    let about = |exception: &std::sync::Arc<Exception>| exception.subject.key == Some(Key::Payment(payment));
    story.open_exceptions().into_iter().filter(about).collect()
}

#[test]
fn money_that_is_taken_off_an_invoice_has_somebody_who_decides_on_it() {
    let (mut story, invoice, number) = billed();
    let payment = story.pay("B-1", 10_000, &number, false);
    assert_eq!(story.payment(payment).status, PaymentStatus::Applied);
    story.ask(&clerk(None), Body::UnapplyPayment { payment, invoice, reason: "wrong invoice".into() }).unwrap();
    let asked = asked_about(&story, payment);
    assert_eq!(asked.len(), 1);
    assert_eq!((asked[0].kind, asked[0].amount), (ExceptionKind::PaymentUnmatched, Amount(10_000)));
    story
        .ask(&clerk(None), Body::MatchPayment { payment, items: vec![(invoice, Amount(10_000))], write_off: false })
        .unwrap();
    assert_eq!(asked_about(&story, payment), []);
    story.check();
}

#[test]
fn money_that_leaves_twice_has_somebody_who_decides_on_the_second_time() {
    let (mut story, _, number) = billed();
    let payment = story.pay("B-1", 10_000, &number, false);
    let first = story.pay("B-2", -10_000, "return of B-1", true);
    assert_eq!(story.payment(payment).status, PaymentStatus::Reversed);
    assert_eq!(story.payment(first).status, PaymentStatus::Reversed);
    let second = story.pay("B-3", -10_000, "return of B-1", true);
    assert_eq!(story.payment(second).status, PaymentStatus::Suspense);
    assert_eq!(asked_about(&story, second).len(), 1);
    story.check();
}

#[test]
fn a_deduction_is_written_off_within_the_limit_of_whoever_decides() {
    let (mut story, invoice, number) = billed();
    let payment = story.pay("B-1", 9_000, &number, false);
    assert_eq!(story.payment(payment).status, PaymentStatus::Applied);
    let exception = asked_about(&story, payment)[0].clone();
    assert_eq!(exception.kind, ExceptionKind::Deduction);
    let write_off = |story: &mut Story, limit| {
        let reason = "damaged in transit".into();
        let (exception, action, details) = (exception.id, Action::WriteOff, Variables::default());
        story.ask(&clerk(limit), Body::ResolveException { exception, action, reason, details })
    };
    let refused = write_off(&mut story, Some(999));
    assert!(matches!(refused, Err(Refusal::NotAllowed { .. })), "{refused:?}");
    assert_eq!(story.account().ledger.item(invoice).unwrap().open, Amount(1_000));
    write_off(&mut story, Some(1_000)).unwrap();
    assert_eq!(story.account().ledger.item(invoice), None);
    assert_eq!(story.open_exceptions(), []);
    assert!(story.order_now(story.invoices()[0].order).receivable.is_zero());
    story.check();
}

#[test]
fn what_is_asked_about_a_payment_ends_with_what_became_of_it() {
    let (mut story, invoice, number) = billed();
    let short = story.pay("B-1", 9_000, &number, false);
    assert_eq!(asked_about(&story, short)[0].kind, ExceptionKind::Deduction);
    // the rest comes after all
    story.pay("B-2", 1_000, &number, false);
    assert_eq!((asked_about(&story, short), story.account().ledger.item(invoice)), (vec![], None));
    story.check();
}

#[test]
fn a_payment_that_the_bank_takes_back_is_asked_about_no_more() {
    let (mut story, invoice, number) = billed();
    let short = story.pay("B-1", 9_000, &number, false);
    assert_eq!(asked_about(&story, short).len(), 1);
    story.pay("B-2", -9_000, "return of B-1", true);
    assert_eq!(asked_about(&story, short), []);
    assert_eq!(story.account().ledger.item(invoice).unwrap().open, Amount(10_000));
    story.check();
}

#[test]
fn money_taken_off_one_invoice_leaves_the_deduction_of_another_to_its_owner() {
    let (mut story, first, number) = billed();
    let order = story.shipped();
    let second = story.bill(order).pop().unwrap();
    let payment = story.pay("B-1", 19_000, &format!("{number} {} damaged", second.number), false);
    let deducted = asked_about(&story, payment);
    assert_eq!((deducted.len(), deducted[0].kind, deducted[0].owner), (1, ExceptionKind::Deduction, Role::Warehouse));
    story.ask(&clerk(None), Body::UnapplyPayment { payment, invoice: first, reason: "wrong invoice".into() }).unwrap();
    let mut asked = asked_about(&story, payment);
    asked.sort_by_key(|exception| exception.id);
    let kinds: Vec<_> = asked.iter().map(|exception| (exception.kind, exception.owner, exception.amount)).collect();
    let (deduction, waits) =
        ((ExceptionKind::Deduction, Role::Warehouse), (ExceptionKind::PaymentUnmatched, Role::Receivables));
    assert_eq!(kinds, [(deduction.0, deduction.1, Amount(1_000)), (waits.0, waits.1, Amount(10_000))]);
    // a match that is decided on is a match, although something was deducted elsewhere
    let (exception, action, details) = (asked[1].id, Action::PutOnAccount, Variables::default());
    let reason = "for the next one".into();
    story.ask(&clerk(None), Body::ResolveException { exception, action, reason, details }).unwrap();
    assert_eq!(asked_about(&story, payment).len(), 1);
    let (exception, action, details) = (asked[0].id, Action::WriteOff, Variables::default());
    let reason = "damaged in transit".into();
    story.ask(&actor("walt", &[Role::Warehouse]), Body::ResolveException { exception, action, reason, details }).unwrap();
    assert_eq!((asked_about(&story, payment), story.account().ledger.item(second.id)), (vec![], None));
    story.check();
}

#[test]
fn of_a_payment_only_what_leads_on_is_offered() {
    let (mut story, _, number) = billed();
    let offered = |story: &Story, payment| asked_about(story, payment)[0].actions.clone();
    let unknown = story.pay("B-1", 4_000, "thank you", false);
    assert_eq!(offered(&story, unknown), [Action::Match, Action::PutOnAccount, Action::WriteOff]);
    let fee = story.pay("B-2", -500, "fee", false);
    assert_eq!(offered(&story, fee), [Action::Match, Action::Acknowledge]);
    let short = story.pay("B-3", 9_000, &number, false);
    assert_eq!(offered(&story, short), [Action::WriteOff, Action::Reject]);
    // what is asked for is not there: no money can be matched
    story.deploy("chases", &chain(&[("chase", &user_task("chase", &asks_as("PAYMENT-UNMATCHED")))]), None);
    story.start("chases", variables(&[("orderId", "SO-1")]));
    let chase = story.open_exceptions().pop().unwrap();
    assert_eq!((chase.kind, chase.actions.as_slice()), (ExceptionKind::PaymentUnmatched, [Action::Wait].as_slice()));
    story.check();
}

#[test]
fn domain_1_10_r6_the_erp_is_asked_about_its_control_account_and_what_cannot_be_read_is_somebodys_business() {
    let known = |story: &Story| {
        let key = partition::AnyKey::Trade(Key::Reconciliation(trade::reconcile::Reconciliation::KEY.into()));
        match story.disk.states.get(&key) {
            Some(partition::AnyState::Trade(trade::Aggregate::Reconciliation(known), _)) => known.erp.as_deref().cloned(),
            other => panic!("{other:?}"),
        }
    };
    let mut nobody = Story::new(&[]);
    nobody.must(Body::NoteBreaks(Vec::new()));
    assert!(nobody.delivered.is_empty());
    let mut story = Story::new(&[partition::CONTROL_ACCOUNT]);
    let answer = |story: &mut Story, movements: &str| {
        story.must(Body::NoteBreaks(Vec::new()));
        let asked = story.delivered.last().unwrap().clone();
        assert_eq!(asked.capability.as_str(), partition::CONTROL_ACCOUNT);
        let asked_for: serde_json::Value = serde_json::from_str(&asked.document).unwrap();
        assert_eq!(asked_for, serde_json::json!({ "from": "2025-12-29", "until": "2026-02-28" }));
        let answer = format!(r#"{{"from": "2025-12-29", "until": "2026-02-28", "movements": {movements}}}"#);
        let answer = feel::Value::from_json(&serde_json::from_str(&answer).unwrap()).unwrap();
        let response = answer.as_context().unwrap().clone();
        story.must(Body::EffectSucceeded { effect: asked.id, response });
    };
    answer(&mut story, r#"[{"date": "2026-02-27", "currency": "EUR", "amount": "-12.50"}]"#);
    let told = known(&story).unwrap();
    assert_eq!((told.until.to_string(), told.movements[0].amount), ("2026-02-28".to_owned(), Amount(-1_250)));
    assert!(story.open_exceptions().is_empty());
    answer(&mut story, r#"[{"date": "yesterday", "currency": "EUR", "amount": "1"}]"#);
    assert_eq!(known(&story), Some(told), "what was told before stays");
    assert_eq!(story.open_exceptions().iter().map(|asked| asked.kind).collect::<Vec<_>>(), [ExceptionKind::Integration]);
    answer(&mut story, "[]");
    assert!(story.open_exceptions().is_empty(), "it can be read again");
    story.check();
}
