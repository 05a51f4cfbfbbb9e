//! Payments that find their invoices, stage by stage.

use super::*;
use crate::account::{AccountEvent, Profile};
use crate::books::{Kind, MemoryBooks};
use crate::cash::references::numbers as names_of;
use crate::cash::{Allocation, EntryDocument, StatementDocument};
use crate::fulfilment::ShipConfirm;
use crate::order::fixture::{Story, at};
use crate::reference::point;
use crate::refusal::Refusal;
use units::{Currency, Day};

pub(in crate::cash) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// An account with open items of these amounts, numbered from 1.
pub(in crate::cash) fn books(amounts: &[i64], discount: Option<(i64, &str)>) -> MemoryBooks {
    let mut memory = MemoryBooks::new();
    let books: &mut dyn Books = &mut memory;
    let id = AccountId::from("ACME");
    let profile =
        Profile { name: "Acme Ltd".into(), bank_accounts: vec!["DE02 1234".into()], tier: 3, ..Profile::default() };
    crate::account::set_profile(books, &id, &profile, &at(0)).unwrap();
    for (amount, number) in amounts.iter().zip(1..) {
        let invoice = InvoiceId(number);
        let item = OpenItem {
            invoice,
            number: format!("CD-2026-{number:06}").into(),
            date: day("2026-03-01"),
            due: day("2026-03-31"),
            amount: Amount(*amount),
            open: Amount(*amount),
            discount: discount.map(|(amount, last)| (Amount(amount), day(last))),
            ..OpenItem::default()
        };
        for name in names_of(&item.number) {
            point(books, NUMBER, &name, Some(Key::Invoice(invoice))).unwrap();
        }
        books.record(&id, AccountEvent::ItemOpened(item));
    }
    memory
}

fn pay(books: &mut MemoryBooks, amount: i64, remittance: &str, paid: &str) -> (Outcome, Payment) {
    let books: &mut dyn Books = books;
    let id = PaymentId(books.next_number(Kind::Payment).unwrap());
    let payment = Payment {
        id,
        amount: Amount(amount),
        currency: Currency::EUR,
        value_date: day(paid),
        payer_account: "DE021234".into(),
        remittance: remittance.into(),
        ..Payment::default()
    };
    books.record(&id, PaymentEvent::Received(Box::new(payment)));
    let applied = apply(books, id, &at(0)).unwrap();
    crate::account::check(&books.account(&"ACME".into()).unwrap().unwrap()).unwrap();
    (applied.outcome, (*books.payment(&id).unwrap().unwrap()).clone())
}

#[test]
fn domain_1_7_an_ambiguous_payment_is_never_posted() {
    let mut memory = books(&[200_000, 135_000, 400_000, 335_000], None);
    let (outcome, payment) = pay(&mut memory, 735_000, "thank you", "2026-03-10");
    assert_eq!(outcome, Outcome::Unmatched { ambiguous: true });
    assert_eq!((payment.allocations.len(), payment.candidates.len()), (0, 2));
    // what is oldest is what a person is shown first
    assert_eq!(payment.candidates[0].invoices, [InvoiceId(1), InvoiceId(2), InvoiceId(3)]);
    assert_eq!(payment.candidates[0].evidence, "the oldest first");
}

#[test]
fn domain_1_7_early_payment_discount_in_time_late_and_with_grace() {
    let terms = Some((10_000, "2026-03-11"));
    let (outcome, payment) = pay(&mut books(&[500_000], terms), 490_000, "CD-2026-000001", "2026-03-10");
    assert_eq!((outcome, payment.allocations[0].discount), (Outcome::Applied, Amount(10_000)));
    let (outcome, payment) = pay(&mut books(&[500_000], terms), 490_000, "CD-2026-000001", "2026-03-12");
    assert_eq!((outcome, payment.allocations[0].code.as_str()), (Outcome::Deduction, "UD"));
    assert_eq!(payment.allocations[0].deduction, Amount(10_000));
}

/// Money, discount, written off, deducted and its code, by item.
fn told(payment: &Payment) -> Vec<(i64, i64, i64, i64, &str)> {
    let told = |of: &Allocation| (of.amount.0, of.discount.0, of.written_off.0, of.deduction.0);
    let all = payment.allocations.iter().map(|of| (told(of), of.code.as_str()));
    all.map(|((paid, discount, written_off, deduction), code)| (paid, discount, written_off, deduction, code)).collect()
}

#[test]
fn domain_1_7_a_discount_taken_in_time_is_granted_whatever_else_is_missing() {
    let terms = Some((274, "2026-03-11"));
    let paying = |amount, text: &str| {
        let (_, payment) = pay(&mut books(&[13_680], terms), amount, &format!("CD-2026-000001 {text}"), "2026-03-10");
        payment
    };
    // a cent off is written off, and a reason is the code of the rest only
    assert_eq!(told(&paying(13_405, "")), [(13_405, 274, 1, 0, "")]);
    assert_eq!(told(&paying(13_407, "")), [(13_407, 273, 0, 0, "")]);
    assert_eq!(told(&paying(13_679, "")), [(13_679, 0, 1, 0, "")]);
    // the discount of what was paid: 2 % of 120.00 where 16.80 are missing
    assert_eq!(told(&paying(11_760, "damaged")), [(11_760, 240, 0, 1_680, "DMG")]);
    assert_eq!(told(&paying(13_500, "damaged")), [(13_500, 0, 0, 180, "DMG")]);
    // whoever pays next to nothing in time earns next to nothing
    assert_eq!(told(&paying(100, "")), [(100, 2, 0, 13_578, "UNK")]);
}

#[test]
fn domain_1_7_of_several_items_those_in_time_have_their_discount_and_only_the_others_are_unearned() {
    let mut memory = books(&[10_000, 20_000], Some((200, "2026-03-11")));
    let item = OpenItem {
        invoice: InvoiceId(3),
        number: "CD-2026-000003".into(),
        amount: Amount(30_000),
        open: Amount(30_000),
        discount: Some((Amount(600), day("2026-03-01"))),
        ..OpenItem::default()
    };
    for name in names_of(&item.number) {
        point(&mut memory, NUMBER, &name, Some(Key::Invoice(item.invoice))).unwrap();
    }
    (&mut memory as &mut dyn Books).record(&AccountId::from("ACME"), AccountEvent::ItemOpened(item));
    let all = "CD-2026-000001 CD-2026-000002 CD-2026-000003";
    let (_, payment) = pay(&mut memory.clone(), 59_000, all, "2026-03-10");
    assert_eq!(told(&payment), [(9_800, 200, 0, 0, ""), (19_800, 200, 0, 0, ""), (29_400, 0, 0, 600, "UD")]);
    let (_, payment) = pay(&mut memory.clone(), 59_600, all, "2026-03-10");
    assert_eq!(told(&payment), [(9_800, 200, 0, 0, ""), (19_800, 200, 0, 0, ""), (30_000, 0, 0, 0, "")]);
    // all of them late, and the discount of all taken, to the cent and nearly
    let (_, payment) = pay(&mut memory.clone(), 59_000, all, "2026-03-20");
    assert_eq!(told(&payment), [(9_800, 0, 0, 200, "UD"), (19_800, 0, 0, 200, "UD"), (29_400, 0, 0, 600, "UD")]);
    let (_, payment) = pay(&mut memory, 58_998, all, "2026-03-20");
    assert_eq!(told(&payment)[2], (29_398, 0, 0, 602, "UD"));
}

#[test]
fn references_amounts_and_combinations_are_applied_in_this_order() {
    let mut memory = books(&[10_000, 20_000, 30_500], None);
    let (outcome, payment) = pay(&mut memory, 20_000, "CD-2026-2", "2026-03-10");
    assert_eq!((outcome, payment.allocations[0].invoice), (Outcome::Applied, InvoiceId(2)));
    let (outcome, payment) = pay(&mut memory, 40_500, "", "2026-03-10");
    assert_eq!((outcome, payment.allocations.len()), (Outcome::Applied, 2));
}

#[test]
fn small_differences_are_written_off_and_larger_ones_stay_open() {
    let (outcome, payment) = pay(&mut books(&[100_000], None), 99_700, "CD-2026-000001", "2026-03-10");
    assert_eq!((outcome, payment.allocations[0].written_off), (Outcome::Applied, Amount(300)));
    let mut memory = books(&[100_000], None);
    let (outcome, payment) = pay(&mut memory, 90_000, "CD-2026-000001", "2026-03-10");
    assert_eq!((outcome, payment.allocations[0].code.as_str()), (Outcome::Deduction, "UNK"));
    let books: &mut dyn Books = &mut memory;
    let account = books.account(&"ACME".into()).unwrap().unwrap();
    assert_eq!((account.ledger.receivable(), account.ledger.open_items[0].disputed), (Amount(10_000), Amount(10_000)));
}

#[test]
fn domain_1_7_the_tolerance_is_that_of_one_invoice_and_not_of_all_that_are_paid() {
    // 0.5 % of 200.00 are 1.00, and of both invoices 1.50
    let (outcome, payment) = pay(&mut books(&[10_000, 20_000], None), 29_900, "CD-2026-000001 CD-2026-000002", "2026-03-10");
    assert_eq!((outcome, written_off(&payment)), (Outcome::Applied, vec![0, 100]));
    let (outcome, payment) = pay(&mut books(&[10_000, 20_000], None), 29_899, "CD-2026-000001 CD-2026-000002", "2026-03-10");
    assert_eq!((outcome, payment.allocations[1].deduction), (Outcome::Deduction, Amount(101)));
}

fn written_off(payment: &Payment) -> Vec<i64> {
    payment.allocations.iter().map(|allocation: &Allocation| allocation.written_off.0).collect()
}

#[test]
fn domain_1_7_stage_7_a_combination_within_the_tolerance_is_applied_and_the_difference_written_off_once() {
    let (outcome, payment) = pay(&mut books(&[10_000, 20_000, 70_000], None), 29_950, "", "2026-03-10");
    assert_eq!((outcome, written_off(&payment)), (Outcome::Applied, vec![0, 50]));
    // the third invoice would tolerate as much, and is not among those paid
    let (outcome, payment) = pay(&mut books(&[10_000, 20_000, 70_000], None), 29_899, "", "2026-03-10");
    assert_eq!((outcome, payment.allocations.len()), (Outcome::Unmatched { ambiguous: false }, 0));
    // one invoice by itself is a combination too
    let (outcome, payment) = pay(&mut books(&[10_000, 20_000], None), 19_900, "", "2026-03-10");
    assert_eq!((outcome, written_off(&payment)), (Outcome::Applied, vec![100]));
    // what is paid too much is the customer's, however little
    let (outcome, payment) = pay(&mut books(&[10_000, 20_000], None), 30_001, "", "2026-03-10");
    assert_eq!((outcome, payment.on_account, payment.allocations.len()), (Outcome::OnAccount, Amount(1), 2));
}

#[test]
fn domain_1_7_two_combinations_within_the_tolerance_are_ambiguous_though_one_is_exact() {
    let mut memory = books(&[10_000, 20_000, 29_950, 40_000], None);
    let (outcome, payment) = pay(&mut memory, 30_000, "", "2026-03-10");
    assert_eq!(outcome, Outcome::Unmatched { ambiguous: true });
    assert_eq!((payment.allocations.len(), payment.candidates.len()), (0, 2));
    // an invoice that has the amount to the cent is found one stage earlier
    let (outcome, payment) = pay(&mut memory, 29_950, "", "2026-03-10");
    assert_eq!((outcome, payment.allocations[0].invoice), (Outcome::Applied, InvoiceId(3)));
}

#[test]
fn what_is_paid_too_much_lies_on_account() {
    let mut memory = books(&[100_000], None);
    let (outcome, payment) = pay(&mut memory, 100_250, "CD-2026-000001", "2026-03-10");
    assert_eq!((outcome, payment.on_account, payment.unallocated()), (Outcome::OnAccount, Amount(250), Amount(0)));
}

#[test]
fn an_unknown_payer_is_suspense_unless_the_documents_say_whose_it_is() {
    let mut memory = books(&[100_000], None);
    let books: &mut dyn Books = &mut memory;
    let id = PaymentId(9);
    let payment = Payment { id, amount: Amount(5), payer_name: "Nobody".into(), ..Payment::default() };
    books.record(&id, PaymentEvent::Received(Box::new(payment)));
    assert_eq!(apply(books, id, &at(0)).unwrap().outcome, Outcome::Suspense);
}

#[test]
fn domain_1_7_stage_9_money_of_a_known_payer_that_pays_nothing_known_lies_on_their_account() {
    let mut memory = books(&[10_000, 10_000], None);
    let (outcome, payment) = pay(&mut memory, 7_700, "thank you", "2026-03-10");
    assert_eq!((outcome, payment.status), (Outcome::Unmatched { ambiguous: false }, PaymentStatus::OnAccount));
    // what may be one or the other waits for whoever decides
    let (outcome, payment) = pay(&mut memory, 10_000, "thank you", "2026-03-10");
    assert_eq!((outcome, payment.status), (Outcome::Unmatched { ambiguous: true }, PaymentStatus::Unmatched));
    let account = (&mut memory as &mut dyn Books).account(&"ACME".into()).unwrap().unwrap();
    assert_eq!((account.ledger.unapplied, account.ledger.unconfirmed), (Amount(7_700), Amount(10_000)));
}

#[test]
fn domain_1_2_money_that_names_an_order_to_be_paid_beforehand_lets_it_go_on() {
    let mut story = Story::new();
    let id = story.receive(&story.submission()).unwrap();
    let mut order = (*story.order(id)).clone();
    order.terms.prepayment = true;
    story.books().record(&id, crate::order::OrderEvent::Received(Box::new(order)));
    crate::credit::check(story.books(), id, &at(1)).unwrap();
    assert!(story.order(id).is_held_by(crate::order::HoldKind::Credit));
    let pay = |story: &mut Story, remittance: &str| {
        let payment = Payment {
            id: PaymentId(9),
            amount: Amount(10_000),
            currency: Currency::EUR,
            customer_number: "ACME".into(),
            remittance: remittance.into(),
            ..Payment::default()
        };
        story.books().record(&PaymentId(9), PaymentEvent::Received(Box::new(payment)));
        apply(story.books(), PaymentId(9), &at(2)).unwrap()
    };
    let item = OpenItem { invoice: InvoiceId(77), amount: Amount(10_000), open: Amount(10_000), ..OpenItem::default() };
    let mut owing = story.clone();
    owing.books().record(&AccountId::from("ACME"), AccountEvent::ItemOpened(item));
    // what is owed has the amount as well, and it is not what is named
    let applied = pay(&mut owing, &format!("deposit {id}"));
    assert_eq!(applied.outcome, Outcome::OnAccount);
    assert_eq!(pay(&mut owing, "thank you").outcome, Outcome::Applied);
    let applied = pay(&mut story, &format!("for {id}"));
    assert_eq!(applied.reason, format!("{id} is named, which is to be paid before anything ships"));
    assert_eq!(crate::credit::recheck(story.books(), &"ACME".into(), &at(3)).unwrap(), [id]);
    assert!(story.order(id).holds.is_empty());
}

#[test]
fn domain_1_7_a_parent_that_names_the_order_of_a_child_prepays_it() {
    let mut story = Story::new();
    let acme = AccountId::from("ACME");
    let parent = AccountId::from("PARENT");
    let profile = Profile { name: "Parent".into(), tier: 3, ..Profile::default() };
    crate::account::set_profile(story.books(), &parent, &profile, &at(0)).unwrap();
    let id = story.receive(&story.submission()).unwrap();
    let mut order = (*story.order(id)).clone();
    order.terms.prepayment = true;
    story.books().record(&id, crate::order::OrderEvent::Received(Box::new(order)));
    crate::credit::check(story.books(), id, &at(1)).unwrap();
    let pay = |story: &mut Story, number: u64| {
        let payment = Payment {
            id: PaymentId(number),
            amount: Amount(10_000),
            currency: Currency::EUR,
            customer_number: "PARENT".into(),
            remittance: format!("for {id}").into(),
            ..Payment::default()
        };
        story.books().record(&PaymentId(number), PaymentEvent::Received(Box::new(payment)));
        apply(story.books(), PaymentId(number), &at(2)).unwrap()
    };
    // whoever does not pay for the account says nothing about its orders
    let applied = pay(&mut story, 8);
    assert_eq!((applied.account, applied.outcome), (Some(parent.clone()), Outcome::Unmatched { ambiguous: false }));
    assert_eq!(crate::credit::recheck(story.books(), &acme, &at(2)).unwrap(), []);
    let profile = story.books().account(&acme).unwrap().unwrap().profile.clone();
    let paid_for = Profile { payer: Some(parent.clone()), ..profile };
    crate::account::set_profile(story.books(), &acme, &paid_for, &at(2)).unwrap();
    let applied = pay(&mut story, 9);
    assert_eq!((applied.account, applied.outcome), (Some(acme.clone()), Outcome::OnAccount));
    assert_eq!(applied.reason, format!("{id} is named, which is to be paid before anything ships"));
    assert_eq!(crate::credit::recheck(story.books(), &acme, &at(3)).unwrap(), [id]);
    // once it has another payer, its orders are that one's business
    let profile = Profile { payer: None, ..paid_for };
    crate::account::set_profile(story.books(), &acme, &profile, &at(3)).unwrap();
    assert_eq!(story.books().account(&parent).unwrap().unwrap().ledger.pays_for, []);
}

#[test]
fn domain_1_7_prepaid_orders_of_two_children_are_asked_about_when_one_payment_names_both() {
    let mut story = Story::new();
    let parent = AccountId::from("PARENT");
    let profile = Profile { name: "Parent".into(), tier: 3, ..Profile::default() };
    crate::account::set_profile(story.books(), &parent, &profile, &at(0)).unwrap();
    let profile = story.books().account(&"ACME".into()).unwrap().unwrap().profile.clone();
    let paid_for = Profile { payer: Some(parent.clone()), ..profile };
    let orders = ["ACME", "BETA"].map(|name| {
        crate::account::set_profile(story.books(), &name.into(), &paid_for, &at(0)).unwrap();
        let submission =
            crate::order::Submission { account: name.into(), purchase_order: name.into(), ..story.submission() };
        let id = story.receive(&submission).unwrap();
        let mut order = (*story.order(id)).clone();
        order.terms.prepayment = true;
        story.books().record(&id, crate::order::OrderEvent::Received(Box::new(order)));
        crate::credit::check(story.books(), id, &at(1)).unwrap();
        id
    });
    let payment = Payment {
        id: PaymentId(9),
        amount: Amount(20_000),
        currency: Currency::EUR,
        customer_number: "PARENT".into(),
        remittance: format!("for {} and {}", orders[0], orders[1]).into(),
        ..Payment::default()
    };
    story.books().record(&PaymentId(9), PaymentEvent::Received(Box::new(payment)));
    let applied = apply(story.books(), PaymentId(9), &at(2)).unwrap();
    assert_eq!((applied.account, applied.outcome), (Some(parent), Outcome::Unmatched { ambiguous: false }));
    assert_eq!(
        applied.reason,
        format!("{} of ACME and {} of BETA are named: somebody has to say what each gets", orders[0], orders[1])
    );
}

#[test]
fn domain_1_7_a_parent_that_names_the_order_of_a_child_pays_its_upfront_invoice() {
    let mut story = Story::new();
    let acme = AccountId::from("ACME");
    let parent = AccountId::from("PARENT");
    let profile = Profile { name: "Parent".into(), tier: 3, ..Profile::default() };
    crate::account::set_profile(story.books(), &parent, &profile, &at(0)).unwrap();
    let profile = story.books().account(&acme).unwrap().unwrap().profile.clone();
    let paid_for = Profile { payer: Some(parent.clone()), ..profile };
    crate::account::set_profile(story.books(), &acme, &paid_for, &at(0)).unwrap();
    let billing = Some(crate::master::BillingPolicy::OnOrder);
    let id = story.receive(&crate::order::Submission { billing, ..story.submission() }).unwrap();
    crate::order::approve(story.books(), id, &at(1)).unwrap();
    crate::billing::deposit(story.books(), id, &at(1)).unwrap().unwrap();
    let payment = Payment {
        id: PaymentId(9),
        amount: Amount(10_000),
        currency: Currency::EUR,
        customer_number: "PARENT".into(),
        remittance: format!("for {id}").into(),
        ..Payment::default()
    };
    story.books().record(&PaymentId(9), PaymentEvent::Received(Box::new(payment)));
    assert_eq!(apply(story.books(), PaymentId(9), &at(2)).unwrap().outcome, Outcome::Applied);
    assert!(!crate::order::awaits_payment(&story.order(id)));
}

#[test]
fn money_in_another_currency_settles_nothing_at_par() {
    let mut memory = books(&[10_000], None);
    let books: &mut dyn Books = &mut memory;
    let id = PaymentId(9);
    let payment = Payment {
        id,
        amount: Amount(10_000),
        currency: "USD".parse().unwrap(),
        payer_account: "DE021234".into(),
        remittance: "CD-2026-000001".into(),
        ..Payment::default()
    };
    books.record(&id, PaymentEvent::Received(Box::new(payment)));
    let applied = apply(books, id, &at(0)).unwrap();
    assert_eq!(applied.outcome, Outcome::Suspense);
    assert!(applied.reason.contains("USD") && applied.reason.contains("EUR"), "{}", applied.reason);
    let by_hand = crate::cash::match_manually(books, id, &[(InvoiceId(1), Amount(10_000))], false, &at(1));
    assert!(matches!(by_hand, Err(Stop::Refused(Refusal::Conflict(_)))), "{by_hand:?}");
    let on_account = crate::cash::put_on_account(books, id, &"ACME".into(), &at(1));
    assert!(matches!(on_account, Err(Stop::Refused(Refusal::Conflict(_)))), "{on_account:?}");
}

#[test]
fn a_credit_note_that_settled_other_items_is_not_taken_back_alone() {
    let mut memory = books(&[100_000, -30_000], None);
    let (outcome, payment) = pay(&mut memory, 70_000, "CD-2026-000001 CD-2026-000002", "2026-03-10");
    assert_eq!((outcome, payment.allocations.len()), (Outcome::Applied, 2));
    let books: &mut dyn Books = &mut memory;
    let refused = crate::cash::unapply(books, payment.id, InvoiceId(2), "wrong", &at(1));
    let wanted = Refusal::TooMuchMoney { wanted: Amount(100_000), available: Amount(70_000) };
    assert_eq!(refused, Err(Stop::Refused(wanted)));
}

#[test]
fn an_item_with_its_discount_and_a_combination_in_full_are_ambiguous() {
    let mut memory = books(&[10_000, 5_000, 4_800], Some((200, "2026-03-11")));
    let (outcome, payment) = pay(&mut memory, 9_800, "thank you", "2026-03-10");
    assert_eq!(outcome, Outcome::Unmatched { ambiguous: true });
    let evidence: Vec<&str> = payment.candidates.iter().map(|candidate| candidate.evidence.as_str()).collect();
    assert_eq!(evidence, ["amount, with the discount taken in time", "combination"]);
    let mut memory = books(&[10_000, 5_000, 4_900], Some((200, "2026-03-11")));
    let (outcome, payment) = pay(&mut memory, 9_800, "thank you", "2026-03-10");
    assert_eq!((outcome, payment.allocations[0].invoice), (Outcome::Applied, InvoiceId(1)));
}

#[test]
fn domain_1_7_three_days_of_grace_allow_a_late_discount() {
    let terms = Some((10_000, "2026-03-11"));
    let mut memory = books(&[500_000], terms);
    let grace = CashPolicy { discount_grace_days: 3, ..CashPolicy::default() };
    let mut company = crate::master::Company::default();
    company.policy.cash = grace;
    let event = crate::master::CompanyEvent::Set(Box::new(company));
    (&mut memory as &mut dyn Books).record(&Text::const_new(crate::master::Company::KEY), event);
    let (outcome, payment) = pay(&mut memory, 490_000, "CD-2026-000001", "2026-03-12");
    assert_eq!((outcome, payment.allocations[0].discount), (Outcome::Applied, Amount(10_000)));
    let mut late = memory_of(&memory, 500_000);
    let (outcome, payment) = pay(&mut late, 490_000, "CD-2026-000009", "2026-03-15");
    assert_eq!((outcome, payment.allocations[0].code.as_str()), (Outcome::Deduction, "UD"));
}

/// The same books with one more item, of number 9 and the terms of the first.
fn memory_of(before: &MemoryBooks, amount: i64) -> MemoryBooks {
    let mut memory = before.clone();
    let books: &mut dyn Books = &mut memory;
    let item = OpenItem {
        invoice: InvoiceId(9),
        number: "CD-2026-000009".into(),
        amount: Amount(amount),
        open: Amount(amount),
        discount: Some((Amount(10_000), day("2026-03-11"))),
        ..OpenItem::default()
    };
    for name in names_of(&item.number) {
        point(books, NUMBER, &name, Some(Key::Invoice(InvoiceId(9)))).unwrap();
    }
    books.record(&AccountId::from("ACME"), AccountEvent::ItemOpened(item));
    memory
}

#[test]
fn one_payment_settles_a_thousand_items() {
    let amounts: Vec<i64> = (1..=1_000).map(|number| 100 + number).collect();
    let mut memory = books(&amounts, None);
    let numbers: Vec<String> = (1..=1_000).map(|number| format!("CD-2026-{number:06}")).collect();
    let (outcome, payment) = pay(&mut memory, amounts.iter().sum(), &numbers.join(" "), "2026-03-10");
    assert_eq!((outcome, payment.allocations.len(), payment.unallocated()), (Outcome::Applied, 1_000, Amount(0)));
    let books: &mut dyn Books = &mut memory;
    assert_eq!(books.account(&"ACME".into()).unwrap().unwrap().ledger.open_items, []);
}

#[test]
fn a_structured_creditor_reference_counts_only_with_right_check_digits() {
    let reference = |text: &str| {
        let mut memory = books(&[10_000, 10_000], None);
        let books: &mut dyn Books = &mut memory;
        for name in names_of("INV10042") {
            point(books, NUMBER, &name, Some(Key::Invoice(InvoiceId(2)))).unwrap();
        }
        let id = PaymentId(books.next_number(Kind::Payment).unwrap());
        let payment = Payment {
            id,
            amount: Amount(10_000),
            payer_account: "DE021234".into(),
            references: vec![text.into()],
            ..Payment::default()
        };
        books.record(&id, PaymentEvent::Received(Box::new(payment)));
        apply(books, id, &at(0)).unwrap().outcome
    };
    assert_eq!(reference("RF33INV10042"), Outcome::Applied);
    // without the reference two items have the amount, and nothing says which one is meant
    assert_eq!(reference("RF34INV10042"), Outcome::Unmatched { ambiguous: true });
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 24, failure_persistence: None, ..Default::default() })]

    #[test]
    fn domain_1_7_one_payment_settles_however_many_items_it_names(count in 1i64..=1_000, seed in 0i64..1_000) {
        let amounts: Vec<i64> = (1..=count).map(|number| 1 + (number * 7_919 + seed) % 10_000).collect();
        let mut memory = books(&amounts, None);
        let numbers: Vec<String> = (1..=count).map(|number| format!("CD-2026-{number:06}")).collect();
        let (outcome, payment) = pay(&mut memory, amounts.iter().sum(), &numbers.join(" "), "2026-03-10");
        proptest::prop_assert_eq!((outcome, payment.unallocated()), (Outcome::Applied, Amount(0)));
        proptest::prop_assert_eq!(payment.allocations.len(), amounts.len());
        let mut paid: Vec<InvoiceId> = payment.allocations.iter().map(|allocation| allocation.invoice).collect();
        paid.sort_unstable();
        paid.dedup();
        proptest::prop_assert_eq!(paid.len(), amounts.len(), "each once");
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn no_payment_settles_more_than_it_is_nor_than_is_open(
        amounts in proptest::collection::vec(1i64..5_000, 1..12),
        paid in 1i64..20_000,
        named in proptest::collection::vec(1usize..13, 0..6),
        discount in proptest::option::of(1i64..50),
    ) {
        let terms = discount.map(|discount| (discount, "2026-03-11"));
        let mut memory = books(&amounts, terms);
        let numbers: Vec<String> = named.iter().map(|number| format!("CD-2026-{number:06}")).collect();
        let (_, payment) = pay(&mut memory, paid, &numbers.join(" "), "2026-03-10");
        proptest::prop_assert!(payment.applied() + payment.on_account <= payment.amount);
        for allocation in &payment.allocations {
            let open = amounts[allocation.invoice.0 as usize - 1];
            let settled = allocation.amount + allocation.discount + allocation.written_off;
            proptest::prop_assert!(settled.0 <= open && allocation.amount.is_positive(), "{allocation:?} of {open}");
        }
    }
}

/// A parent whose bank account is known, two children that it pays for, and a stranger, each with an invoice of 100.00 and of its own
/// number.
fn family() -> MemoryBooks {
    let mut memory = books(&[10_000], None);
    let books: &mut dyn Books = &mut memory;
    for (name, payer, number) in [("NORTH", true, 2), ("SOUTH", true, 3), ("STRANGER", false, 4)] {
        let id = AccountId::from(name);
        let payer = payer.then(|| AccountId::from("ACME"));
        let profile = Profile { name: name.into(), tier: 3, payer, ..Profile::default() };
        crate::account::set_profile(books, &id, &profile, &at(0)).unwrap();
        let document = crate::billing::Invoice {
            id: InvoiceId(number),
            number: format!("CD-2026-{number:06}").into(),
            account: id.clone(),
            gross: Amount(10_000),
            ..Default::default()
        };
        for name in names_of(&document.number) {
            point(books, NUMBER, &name, Some(Key::Invoice(document.id))).unwrap();
        }
        books.record(&id, AccountEvent::ItemOpened(crate::billing::open_item(&document)));
        books.record(&document.id, crate::billing::InvoiceEvent::Posted(Box::new(document.clone())));
    }
    let own = crate::billing::Invoice { id: InvoiceId(1), account: "ACME".into(), ..Default::default() };
    books.record(&own.id.clone(), crate::billing::InvoiceEvent::Posted(Box::new(own)));
    memory
}

fn receivable(books: &mut MemoryBooks, account: &str) -> i64 {
    let books: &mut dyn Books = books;
    let account = books.account(&account.into()).unwrap().unwrap();
    crate::account::check(&account).unwrap();
    account.ledger.receivable().0
}

#[test]
fn domain_1_7_a_parent_pays_for_its_children_where_it_names_their_invoices() {
    let mut memory = family();
    let (outcome, payment) = pay(&mut memory, 30_000, "CD-2026-000001 CD-2026-000002 CD-2026-000003", "2026-03-10");
    assert_eq!((outcome, payment.account), (Outcome::Applied, Some("ACME".into())));
    let paid = ["ACME", "NORTH", "SOUTH", "STRANGER"].map(|account| receivable(&mut memory, account));
    assert_eq!(paid, [0, 0, 0, 10_000]);
    let report = crate::reconcile::check(memory.iter(), None);
    assert!(!report.breaks.iter().any(|found| found.cause == "received-differs"), "{:#?}", report.breaks);
    crate::cash::unapply(&mut memory as &mut dyn Books, payment.id, InvoiceId(2), "not theirs", &at(1)).unwrap();
    assert_eq!(["NORTH", "SOUTH"].map(|account| receivable(&mut memory, account)), [10_000, 0]);
}

#[test]
fn what_a_parent_pays_too_much_lies_on_its_own_account_and_a_stranger_is_not_paid_for() {
    let mut memory = family();
    let (outcome, _) = pay(&mut memory, 12_000, "CD-2026-000002", "2026-03-10");
    assert_eq!(outcome, Outcome::OnAccount);
    let books: &mut dyn Books = &mut memory;
    assert_eq!(books.account(&"ACME".into()).unwrap().unwrap().ledger.unapplied, Amount(2_000));
    assert_eq!(["ACME", "NORTH"].map(|account| receivable(&mut memory, account)), [10_000, 0]);
    let (outcome, _) = pay(&mut memory, 9_000, "CD-2026-000004", "2026-03-10");
    assert_eq!(outcome, Outcome::Unmatched { ambiguous: false });
    assert_eq!(receivable(&mut memory, "STRANGER"), 10_000);
}

#[test]
fn a_document_that_is_named_and_not_open_is_not_exchanged_for_another_of_its_amount() {
    let mut memory = family();
    // somebody else's: the own invoice of the amount is offered and not paid
    let (outcome, payment) = pay(&mut memory, 10_000, "CD-2026-000004", "2026-03-10");
    assert_eq!(outcome, Outcome::Unmatched { ambiguous: false });
    let evidence = "CD-2026-000001: the only open item of the payer with this amount";
    let offered = Candidate { invoices: vec![InvoiceId(1)], evidence: evidence.into() };
    assert_eq!((payment.allocations.len(), payment.candidates), (0, vec![offered]));
    assert_eq!(
        reason(&mut memory, 10_000, "CD-2026-000004"),
        "CD-2026-000004 belongs to STRANGER, for which ACME does not pay"
    );
    // paid, and paid again by name
    let (outcome, _) = pay(&mut memory, 10_000, "CD-2026-000002", "2026-03-10");
    assert_eq!(outcome, Outcome::Applied);
    assert_eq!(reason(&mut memory, 10_000, "CD-2026-000002"), "CD-2026-000002 is settled already");
    assert_eq!(["ACME", "NORTH", "SOUTH"].map(|account| receivable(&mut memory, account)), [10_000, 0, 10_000]);
    // with one that is open among them, that one is paid
    let (outcome, payment) = pay(&mut memory, 10_000, "CD-2026-000002 CD-2026-000001", "2026-03-10");
    assert_eq!((outcome, payment.allocations[0].invoice), (Outcome::Applied, InvoiceId(1)));
}

/// Why nothing is applied of a payment.
fn reason(books: &mut MemoryBooks, amount: i64, remittance: &str) -> String {
    books.take_events();
    let (outcome, payment) = pay(books, amount, remittance, "2026-03-10");
    assert!(payment.allocations.is_empty(), "{outcome:?}");
    let reason = |event: crate::books::Event| match event {
        crate::books::Event::Payment(_, PaymentEvent::Unmatched { reason, .. }) => Some(reason.into()),
        _ => None,
    };
    books.take_events().into_iter().find_map(reason).unwrap()
}

#[test]
fn whoever_names_a_settled_document_with_its_order_does_not_pay_what_else_the_order_owes() {
    let (mut story, order, first) = crate::order::fixture::billed();
    story.pay(first, 11_900);
    let number = order.to_string();
    let mut item = crate::billing::open_item(&story.books().invoice(&first).unwrap().unwrap());
    (item.invoice, item.number) = (InvoiceId(77), "CD-2026-000077".into());
    story.books().record(&AccountId::from("ACME"), AccountEvent::ItemOpened(item));
    let name = |remittance: String| {
        let id = PaymentId(90);
        let payment = Payment {
            id,
            amount: Amount(11_900),
            currency: Currency::EUR,
            customer_number: "ACME".into(),
            remittance: remittance.into(),
            ..Payment::default()
        };
        let mut books = story.books.clone();
        let books: &mut dyn Books = &mut books;
        books.record(&id, PaymentEvent::Received(Box::new(payment)));
        apply(books, id, &at(9)).unwrap()
    };
    let applied = name(format!("CD-2026-000001 {number}"));
    assert_eq!(
        (applied.outcome, applied.reason.as_str()),
        (Outcome::Unmatched { ambiguous: false }, "CD-2026-000001 is settled already")
    );
    assert_eq!(name(number).outcome, Outcome::Applied);
}

#[test]
fn a_number_in_a_text_that_happens_to_be_a_purchase_order_posts_nothing() {
    let mut memory = books(&[10_000, 10_000], None);
    let books: &mut dyn Books = &mut memory;
    let item = OpenItem {
        invoice: InvoiceId(3),
        number: "CD-2026-000003".into(),
        purchase_order: "2".into(),
        amount: Amount(20_000),
        open: Amount(20_000),
        ..OpenItem::default()
    };
    books.record(&AccountId::from("ACME"), AccountEvent::ItemOpened(item));
    let paid = |amount, text: &str| {
        let (outcome, payment) = pay(&mut memory.clone(), amount, text, "2026-03-10");
        (outcome, payment.allocations.first().map(|of| of.invoice.0))
    };
    assert_eq!(paid(7_000, "instalment 2 of 3").1, None);
    assert_eq!(paid(7_000, "for PO 2"), (Outcome::Deduction, Some(3)));
    // two others have the amount together, and the number says which is meant
    assert_eq!(paid(20_000, "2"), (Outcome::Applied, Some(3)));
    assert_eq!(paid(20_000, ""), (Outcome::Unmatched { ambiguous: true }, None));
}

#[test]
fn money_from_nowhere_that_names_invoices_of_one_family_is_the_parents() {
    let mut memory = family();
    let books: &mut dyn Books = &mut memory;
    let invoices = [2, 3].map(InvoiceId);
    let unknown = Payment::default();
    let (payer, _) = payer(books, &unknown, &invoices).unwrap().unwrap();
    assert_eq!(payer.as_str(), "ACME");
    assert_eq!(super::payer(books, &unknown, &[InvoiceId(2), InvoiceId(4)]).unwrap(), None);
}

#[test]
fn a_person_applies_a_parents_money_to_its_children_and_not_to_others() {
    let mut memory = family();
    let (_, payment) = pay(&mut memory, 15_000, "thank you", "2026-03-10");
    let books: &mut dyn Books = &mut memory;
    let to =
        |items: &[u64]| -> Vec<(InvoiceId, Amount)> { items.iter().map(|id| (InvoiceId(*id), Amount(5_000))).collect() };
    let refused = crate::cash::match_manually(books, payment.id, &to(&[2, 4]), false, &at(1));
    assert!(matches!(refused, Err(Stop::Refused(Refusal::Conflict(_)))));
    crate::cash::match_manually(books, payment.id, &to(&[1, 2, 3]), false, &at(1)).unwrap();
    assert_eq!(["ACME", "NORTH", "SOUTH"].map(|account| receivable(&mut memory, account)), [5_000; 3]);
}

/// Two orders of 100.00 that left with one bill of lading, billed apart, and what becomes of a payment.
fn paid_by_bill_of_lading(amount: i64, remittance: &str) -> (Applied, [Amount; 2]) {
    paid_by("ACME", amount, remittance)
}

fn paid_by(customer_number: &str, amount: i64, remittance: &str) -> (Applied, [Amount; 2]) {
    let mut story = Story::new();
    story.stock("X", "WH1", 20);
    let orders = [10, 10].map(|units| {
        let id = story.promised(&[("X", units)]);
        let released = crate::order::release(story.books(), id, &at(2)).unwrap()[0];
        let confirm = ShipConfirm {
            warehouse_order: released,
            reference: format!("S-{}", released.0).into(),
            shipped_at: at(3).now,
            lines: vec![(LineNo(1), units::Quantity(units))],
            bill_of_lading: "BOL-004711".into(),
            ..ShipConfirm::default()
        };
        crate::fulfilment::ship(story.books(), &confirm, &at(3)).unwrap();
        crate::billing::bill(story.books(), id, &at(4)).unwrap();
        id
    });
    let entry = EntryDocument {
        bank_reference: "B-1".into(),
        amount: Amount(amount),
        remittance: remittance.into(),
        customer_number: customer_number.into(),
        ..EntryDocument::default()
    };
    let statement = StatementDocument {
        reference: "S-1".into(),
        bank_account: "DE99".into(),
        currency: Currency::EUR,
        entries: vec![entry],
        ..StatementDocument::default()
    };
    let id = crate::cash::import(story.books(), &statement, &at(5)).unwrap().payments[0];
    let applied = apply(story.books(), id, &at(5)).unwrap();
    story.check();
    (applied, orders.map(|id| story.order(id).receivable))
}

#[test]
fn domain_1_7_stage_2_a_bill_of_lading_names_the_invoices_of_all_that_left_with_it() {
    for text in ["your b/l BOL-004711", "BOL 4711", "bol-oo4711"] {
        let (applied, open) = paid_by_bill_of_lading(20_000, text);
        assert_eq!((applied.outcome, open), (Outcome::Applied, [Amount::ZERO; 2]), "{text}");
        let why = "CD-2026-000001, CD-2026-000002: named, and the amount is theirs (found by bill of lading)";
        assert_eq!(applied.reason, why);
    }
    let (applied, open) = paid_by_bill_of_lading(10_000, "BOL-004712");
    assert_eq!((applied.outcome, open), (Outcome::Unmatched { ambiguous: true }, [Amount(10_000); 2]));
    let (applied, open) = paid_by_bill_of_lading(19_000, "BOL-004711");
    assert_eq!((applied.outcome, open), (Outcome::Deduction, [Amount::ZERO, Amount(1_000)]));
}

#[test]
fn domain_1_7_stage_2_an_order_that_is_named_is_meant_and_not_all_that_left_with_its_bill_of_lading() {
    let (applied, open) = paid_by_bill_of_lading(10_000, "SO-2 with BOL-004711");
    assert_eq!((applied.outcome, open), (Outcome::Applied, [Amount(10_000), Amount::ZERO]), "{}", applied.reason);
    assert_eq!(applied.reason, "CD-2026-000002: named, and the amount is theirs (found by order number)");
}

#[test]
fn an_unknown_payer_who_names_a_bill_of_lading_is_known_only_if_the_amount_is_that_of_what_left_with_it() {
    let (applied, open) = paid_by("NOBODY", 20_000, "BOL-004711");
    assert_eq!((applied.outcome, open), (Outcome::Applied, [Amount::ZERO; 2]));
    let (applied, open) = paid_by("NOBODY", 19_000, "BOL-004711");
    assert_eq!((applied.outcome, open), (Outcome::Suspense, [Amount(10_000); 2]));
}

#[test]
fn domain_1_7_stage_1_a_lockbox_knows_the_payer_by_the_customer_number() {
    let mut memory = books(&[2_000, 1_350], None);
    let books: &mut dyn Books = &mut memory;
    let pay = |books: &mut dyn Books, reference: &str, number: &str| {
        let entry = EntryDocument {
            bank_reference: reference.into(),
            amount: Amount(2_000),
            payer_name: "nobody".into(),
            customer_number: number.into(),
            ..EntryDocument::default()
        };
        let statement = StatementDocument {
            reference: reference.into(),
            bank_account: "DE99".into(),
            currency: Currency::EUR,
            entries: vec![entry],
            ..StatementDocument::default()
        };
        let id = crate::cash::import(books, &statement, &at(5)).unwrap().payments[0];
        (apply(books, id, &at(5)).unwrap(), books.payment(&id).unwrap().unwrap().evidence.clone())
    };
    let (stranger, _) = pay(books, "B-1", "NOBODY");
    assert_eq!(stranger.outcome, Outcome::Suspense);
    let (applied, evidence) = pay(books, "B-2", " ACME ");
    assert_eq!((applied.account, applied.outcome), (Some("ACME".into()), Outcome::Applied));
    assert_eq!(evidence, "customer number");
}
