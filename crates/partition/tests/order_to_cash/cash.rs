//! Money that needs a person (domain §1.7), and credits that are asked for (domain §1.6).

use feel::{Context as Variables, Value};
use partition::{Body, Reply};
use trade::cash::{Settlement, StatementDocument};
use trade::exception::{Action, ExceptionKind};
use trade::master::BillingPolicy;
use trade::returns::ReturnDocument;
use trade::{InvoiceId, OrderId, Role};
use units::{Amount, Currency};

use crate::world::World;

/// An invoice of 100.00.
fn billed() -> (World, OrderId) {
    let mut world = World::new(true);
    world.stock("X", "EAST", 10);
    let id = world.order(&[("X", 10)], BillingPolicy::PerShipment);
    let released = world.state(id).warehouse_orders[0];
    world.ship(released, &[(1, 10)]);
    (world, id)
}

#[test]
fn a_deduction_goes_to_whom_its_code_concerns_and_is_written_off_or_insisted_on() {
    for (action, left) in [(Action::WriteOff, 0), (Action::Reject, 1_000)] {
        let (mut world, id) = billed();
        world.pay(9_000, "CD-2026-000001 less damaged goods");
        let deduction = &world.open(ExceptionKind::Deduction)[0];
        assert_eq!((deduction.owner, deduction.amount), (Role::Warehouse, Amount(1_000)));
        world.resolve(ExceptionKind::Deduction, action);
        assert_eq!((world.state(id).receivable, world.open(ExceptionKind::Deduction).len()), (Amount(left), 0));
        world.check();
    }
}

#[test]
fn domain_1_7_stage_9_money_that_pays_nothing_known_lies_on_account_and_somebody_says_what_it_is_for() {
    for (action, left) in [(Action::PutOnAccount, 10_000), (Action::Match, 2_300)] {
        let (mut world, id) = billed();
        world.pay(7_700, "thank you");
        let asked = &world.open(ExceptionKind::PaymentUnmatched)[0];
        assert_eq!((asked.amount, world.asked(partition::POST_PAYMENT)), (Amount(7_700), 1));
        let (_, first) = posted(&world).remove(0);
        assert_eq!(first, entries(&[("bank", "77.00"), ("on_account", "-77.00")]));
        let invoices = vec![Value::from(world.state(id).invoices[0].to_string())];
        let details = Variables::from_iter([("invoices", Value::from(invoices))]);
        let (exception, reason) = (asked.id, "it says so".into());
        world.tell(Body::ResolveException { exception, action, reason, details });
        assert_eq!(world.open(ExceptionKind::PaymentUnmatched).len(), 0);
        assert_eq!(world.state(id).receivable, Amount(left));
        world.check();
    }
}

/// An invoice of 100.00, of which 60.00 are disputed over a promotion.
fn disputed() -> (World, OrderId, InvoiceId) {
    let (mut world, id) = billed();
    let invoice = world.state(id).invoices[0];
    let (code, reason) = ("PRM".into(), "spring promotion".into());
    world.tell_by("sue", Body::OpenDispute { invoice, amount: Amount(6_000), code, reason });
    (world, id, invoice)
}

#[test]
fn domain_1_3_a_dispute_is_split_and_its_credit_note_goes_to_the_erp() {
    let (mut world, id, invoice) = disputed();
    let asked = &world.open(ExceptionKind::Deduction)[0];
    assert_eq!((asked.owner, asked.amount), (Role::Sales, Amount(6_000)));
    let settlement = Settlement { granted: Amount(2_000), written_off: Amount(500) };
    let reply = world.tell(Body::SettleDispute { invoice, settlement, reason: "half of it".into() });
    let Reply::Settled(settled) = reply else { panic!("{reply:?}") };
    assert_eq!((settled.granted, settled.written_off, settled.refused), (Amount(2_000), Amount(500), Amount(3_500)));
    assert_eq!((world.state(id).receivable, world.asked("erp.post_invoice")), (Amount(7_500), 2));
    assert_eq!(world.open(ExceptionKind::Deduction).len(), 0);
    world.check();
}

#[test]
fn whoever_answers_the_exception_about_a_dispute_decides_it_in_parts_or_refuses_it() {
    let amount = |text: &str| Value::from(text);
    let split = Variables::from_iter([("granted", amount("20.00")), ("amount", amount("5.00"))]);
    let cases = [
        (Action::Reject, Variables::default(), 10_000),
        (Action::WriteOff, Variables::default(), 4_000),
        (Action::WriteOff, split, 7_500),
    ];
    for (action, details, left) in cases {
        let (mut world, id, _) = disputed();
        let exception = world.open(ExceptionKind::Deduction)[0].id;
        world.tell(Body::ResolveException { exception, action, reason: "decided".into(), details });
        assert_eq!((world.state(id).receivable, world.open(ExceptionKind::Deduction).len()), (Amount(left), 0));
        world.check();
    }
}

#[test]
fn what_a_payment_deducted_is_split_like_any_dispute() {
    let (mut world, id) = billed();
    world.pay(9_000, "CD-2026-000001 less damaged goods");
    let invoice = world.state(id).invoices[0];
    let settlement = Settlement { granted: Amount(400), written_off: Amount(100) };
    world.tell(Body::SettleDispute { invoice, settlement, reason: "some were damaged".into() });
    assert_eq!((world.state(id).receivable, world.open(ExceptionKind::Deduction).len()), (Amount(500), 0));
    world.check();
}

#[test]
fn an_amount_that_is_asked_for_waits_for_a_person_and_is_credited_then() {
    let (mut world, id) = billed();
    let asked = ReturnDocument {
        account: "ACME".into(),
        reference: "C8".into(),
        goodwill: Amount(2_750),
        ..ReturnDocument::default()
    };
    assert!(matches!(world.tell(Body::RequestReturn(asked)), Reply::Return(_)));
    let exception = &world.open(ExceptionKind::ReturnDiscrepancy)[0];
    assert_eq!(exception.amount, Amount(2_750));
    assert!(exception.reason.contains("27.5"), "{}", exception.reason);
    world.resolve(ExceptionKind::ReturnDiscrepancy, Action::Authorise);
    assert_eq!((world.state(id).receivable, world.asked("erp.post_invoice")), (Amount(7_250), 2));
    world.check();
}

#[test]
fn a_missing_statement_is_put_before_a_person() {
    let mut world = World::new(true);
    let mut import = |sequence: u64| {
        let statement = StatementDocument {
            reference: format!("S{sequence}").into(),
            bank_account: "DE99".into(),
            currency: Currency::EUR,
            sequence: Some(sequence),
            ..StatementDocument::default()
        };
        world.tell(Body::ImportStatement(Box::new(statement)));
        world.open(ExceptionKind::ReconBreak).len()
    };
    assert_eq!([import(1), import(2), import(4)], [0, 0, 1]);
}

/// What the ERP was asked to post of money: the posting, and ledger and amount of each entry.
fn posted(world: &World) -> Vec<(String, Vec<(String, String)>)> {
    let asked = world.asked.iter().filter(|(capability, _)| capability == partition::POST_PAYMENT);
    let read = |(_, document): &(String, String)| {
        let document: serde_json::Value = serde_json::from_str(document).unwrap();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let entries = document["entries"].as_array().unwrap().iter();
        let entries = entries.map(|entry| (text(&entry["ledger"]), text(&entry["amount"]))).collect();
        (text(&document["posting"]), entries)
    };
    asked.map(read).collect()
}

fn entries(of: &[(&str, &str)]) -> Vec<(String, String)> {
    of.iter().map(|(ledger, amount)| ((*ledger).to_owned(), (*amount).to_owned())).collect()
}

#[test]
fn domain_1_7_the_erp_gets_the_entries_of_a_payment_once_and_what_changes_of_it_later() {
    let (mut world, id) = billed();
    let payment = world.pay(9_000, "CD-2026-000001 less damaged goods");
    let first = ("PY-1/1".to_owned(), entries(&[("bank", "90.00"), ("receivables", "-90.00")]));
    assert_eq!(posted(&world), [first]);
    world.resolve(ExceptionKind::Deduction, Action::WriteOff);
    let second = ("PY-1/2".to_owned(), entries(&[("receivables", "-10.00"), ("deduction", "10.00")]));
    assert_eq!(posted(&world)[1..], [second]);
    let invoice = world.state(id).invoices[0];
    world.tell(Body::UnapplyPayment { payment, invoice, reason: "wrong".into() });
    let third = entries(&[("receivables", "100.00"), ("suspense", "-90.00"), ("deduction", "-10.00")]);
    assert_eq!(posted(&world)[2..], [("PY-1/3".to_owned(), third)]);
    world.check();
}

#[test]
fn what_is_written_off_of_a_dispute_without_a_payment_reaches_the_erp_too() {
    let (mut world, _, invoice) = disputed();
    let settlement = Settlement { granted: Amount::ZERO, written_off: Amount(500) };
    world.tell(Body::SettleDispute { invoice, settlement, reason: "a little".into() });
    let all = posted(&world);
    let [(posting, written_off)] = all.as_slice() else { panic!("{all:?}") };
    assert!(posting.starts_with(&format!("{invoice}/")), "{posting}");
    assert_eq!(*written_off, entries(&[("receivables", "-5.00"), ("deduction", "5.00")]));
    world.check();
}

#[test]
fn domain_1_6_money_that_waits_for_a_rate_is_applied_when_it_comes_and_nobody_is_asked_any_more() {
    let mut world = World::new(true);
    let statement = StatementDocument {
        reference: "S-1".into(),
        bank_account: "DE99".into(),
        currency: "USD".parse().unwrap(),
        entries: vec![trade::cash::EntryDocument {
            bank_reference: "B-1".into(),
            value_date: "2026-03-01".parse().unwrap(),
            amount: Amount(700),
            payer_account: "DE03".into(),
            ..Default::default()
        }],
        ..StatementDocument::default()
    };
    let rate = |day: &str| trade::master::ExchangeRate {
        currency: "USD".parse().unwrap(),
        day: day.parse().unwrap(),
        rate: "0.95".parse().unwrap(),
        source: "ECB".into(),
    };
    // kept in dollars since a rate was there; that of the day of the money is not
    world.tell(Body::PutRates(vec![rate("2026-03-02")]));
    let profile = trade::account::Profile {
        name: "Dollar Inc".into(),
        tier: 3,
        bank_accounts: vec!["DE03".into()],
        currency: Some("USD".parse().unwrap()),
        ..Default::default()
    };
    world.tell(Body::PutAccounts(vec![("DOLLAR".into(), profile)]));
    world.tell(Body::ImportStatement(Box::new(statement)));
    let asked = world.open(ExceptionKind::PaymentUnmatched);
    assert!(asked[0].reason.contains("no rate of USD"), "{}", asked[0].reason);
    // what 7.00 are worth today is no emergency
    assert_eq!((asked[0].amount, asked[0].severity), (Amount(665), trade::exception::Severity::Low));
    world.tell(Body::PutRates(vec![rate("2026-03-01")]));
    let asked = world.open(ExceptionKind::PaymentUnmatched);
    assert_eq!(asked.len(), 1);
    assert!(asked[0].reason.contains("no open items of the payer have the amount"), "{}", asked[0].reason);
    world.check();
}
