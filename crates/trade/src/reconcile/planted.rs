//! Each check finds the break that it is for: one is planted, and listed with id, age, value, owner and cause.

use units::{Amount, Quantity, Text, Timestamp};

use super::{Break, check};
use crate::account::AccountEvent;
use crate::billing::{self, Invoice, InvoiceEvent, SeriesEvent};
use crate::books::{Key, Kind};
use crate::cash::{Payment, PaymentEvent, Statement, StatementEvent};
use crate::context::Role;
use crate::fulfilment::{Shipment, ShipmentEvent, WarehouseOrder, WarehouseOrderEvent};
use crate::ids::*;
use crate::order::fixture::{Story, at};
use crate::order::{Bucket, Order, OrderEvent, release};
use crate::stock::{ClaimKind, StockEvent};

/// An order of ten X for 10.00 each, of which so many are in stock at WH1.
fn promised(units: i64) -> (Story, OrderId) {
    let mut story = Story::new();
    story.stock("X", "WH1", units);
    let id = story.promised(&[("X", 10)]);
    (story, id)
}

/// The same, shipped and billed.
fn billed() -> (Story, OrderId, InvoiceId) {
    let (mut story, id) = promised(10);
    story.ship_everything(id);
    let invoice = billing::bill(story.books(), id, &at(4)).unwrap()[0];
    (story, id, invoice)
}

fn breaks(story: &Story, now: Option<Timestamp>) -> Vec<Break> {
    check(story.books.iter(), now).breaks
}

/// The break of that cause; whatever else the planted event upset may be listed beside it.
fn found(story: &Story, cause: &str) -> Break {
    let breaks = breaks(story, None);
    breaks.iter().find(|found| found.cause == cause).unwrap_or_else(|| panic!("{cause} is not among {breaks:#?}")).clone()
}

fn about(found: &Break) -> (&str, &str, i64, Role) {
    (found.checkpoint, found.key.as_str(), found.value.0, found.owner)
}

fn with_order(story: &mut Story, id: OrderId, change: impl FnOnce(&mut Order)) {
    let mut order = (*story.order(id)).clone();
    change(&mut order);
    story.books().record(&id, OrderEvent::Received(Box::new(order)));
}

fn with_invoice(story: &mut Story, id: InvoiceId, change: impl FnOnce(&mut Invoice)) {
    let mut invoice = (*story.books().invoice(&id).unwrap().unwrap()).clone();
    change(&mut invoice);
    story.books().record(&id, InvoiceEvent::Posted(Box::new(invoice)));
}

fn with_shipment(story: &mut Story, id: OrderId, change: impl FnOnce(&mut Shipment)) {
    let shipment = story.order(id).shipments[0];
    let mut state = (*story.books().shipment(&shipment).unwrap().unwrap()).clone();
    change(&mut state);
    story.books().record(&shipment, ShipmentEvent::Confirmed(Box::new(state)));
}

fn with_warehouse_order(story: &mut Story, id: WarehouseOrderId, change: impl FnOnce(&mut WarehouseOrder)) {
    let mut state = (*story.books().warehouse_order(&id).unwrap().unwrap()).clone();
    change(&mut state);
    story.books().record(&id, WarehouseOrderEvent::Created(Box::new(state)));
}

#[test]
fn sound_books_have_no_breaks() {
    let (story, _, _) = billed();
    assert_eq!(breaks(&story, None), []);
}

#[test]
fn r2_a_release_that_the_warehouse_order_does_not_know() {
    let (mut story, id) = promised(10);
    let released = release(story.books(), id, &at(2)).unwrap()[0];
    with_warehouse_order(&mut story, released, |order| order.lines[0].quantity = Quantity(7));
    let found = found(&story, "release-differs");
    assert_eq!(about(&found), ("R2", "SO-1 line 1", 3_000, Role::Warehouse));
    assert_eq!((found.left.as_str(), found.right.as_str()), ("10", "7"));
    assert_eq!((found.id.as_str(), found.since), ("R2:release-differs:SO-1 line 1", Some(at(0).now)));
}

#[test]
fn r2_a_release_without_an_answer_is_a_break_after_half_an_hour() {
    let (mut story, id) = promised(10);
    let released = release(story.books(), id, &at(2)).unwrap()[0];
    assert_eq!(breaks(&story, Some(at(32).now)), []);
    let late = breaks(&story, Some(at(33).now));
    assert_eq!((late.len(), late[0].cause, late[0].since), (1, "release-unanswered", Some(at(2).now)));
    story.books().record(&released, WarehouseOrderEvent::Acknowledged);
    assert_eq!(breaks(&story, Some(at(33).now)), []);
}

#[test]
fn r3_a_shipment_that_the_order_does_not_count() {
    let (mut story, id, _) = billed();
    let back = OrderEvent::Moved { line: LineNo(1), from: Bucket::Shipped, to: Bucket::Open, quantity: Quantity(4) };
    story.books().record(&id, back);
    for cause in ["ship-differs", "shipment-missing"] {
        assert_eq!(about(&found(&story, cause)), ("R3", "SO-1 line 1", 4_000, Role::Warehouse));
    }
}

#[test]
fn r3_more_shipped_than_released() {
    let (mut story, id, _) = billed();
    let released = story.order(id).warehouse_orders[0];
    with_warehouse_order(&mut story, released, |order| order.lines[0].shipped = Quantity(11));
    let found = found(&story, "over-shipped");
    assert_eq!((found.checkpoint, found.left.as_str(), found.right.as_str()), ("R3", "11", "10"));
}

#[test]
fn r4_a_shipment_that_is_billed_in_part() {
    let (mut story, id, _) = billed();
    with_shipment(&mut story, id, |shipment| shipment.lines[0].invoiced = Quantity(8));
    assert_eq!(about(&found(&story, "bill-differs")), ("R4", "SO-1 line 1", 2_000, Role::Receivables));
}

#[test]
fn r4_more_billed_than_shipped() {
    let (mut story, id, _) = billed();
    with_order(&mut story, id, |order| order.lines[0].invoiced = Quantity(12));
    assert_eq!(about(&found(&story, "billed-unshipped")), ("R4", "SO-1 line 1", 2_000, Role::Receivables));
}

#[test]
fn r4_a_shipment_that_nobody_bills_is_a_break_after_a_day() {
    let (mut story, id) = promised(10);
    story.ship_everything(id);
    let shipped = at(3).now;
    let day = 24 * 3_600_000;
    assert_eq!(breaks(&story, Some(shipped.plus_millis(day))), []);
    let late = breaks(&story, Some(shipped.plus_millis(day + 1)));
    assert_eq!(late.iter().map(|late| late.cause).collect::<Vec<_>>(), ["billing-backlog"]);
    assert_eq!((late[0].value, late[0].since), (Amount(10_000), Some(shipped)));
    // on complete: what has shipped waits for the rest, and that is no break
    let (mut story, id) = promised(6);
    with_order(&mut story, id, |order| order.billing = crate::master::BillingPolicy::ON_COMPLETE);
    story.ship_everything(id);
    assert_eq!(breaks(&story, Some(shipped.plus_millis(day + 1))), []);
}

#[test]
fn r5_a_price_that_was_not_agreed() {
    let (mut story, id, _) = billed();
    with_order(&mut story, id, |order| order.lines[0].price = "9.50".parse().unwrap());
    assert_eq!(about(&found(&story, "price-differs")), ("R5", "IN-1 line 1", 500, Role::Receivables));
    assert_eq!(about(&found(&story, "value-differs")), ("R5", "SO-1 line 1", 500, Role::Receivables));
}

#[test]
fn r5_a_document_whose_sum_is_not_its_lines() {
    let (mut story, _, invoice) = billed();
    with_invoice(&mut story, invoice, |invoice| invoice.lines[0].net = Amount(9_000));
    let found = found(&story, "sums-differ");
    assert_eq!((about(&found), found.since), (("R5", "IN-1", 1_000, Role::Receivables), Some(at(4).now)));
}

#[test]
fn r6_a_document_that_the_ledger_does_not_have() {
    let (mut story, _, invoice) = billed();
    with_invoice(&mut story, invoice, |invoice| invoice.gross = Amount(10_100));
    assert_eq!(about(&found(&story, "ledger-differs")), ("R6", "ACME", 100, Role::Receivables));
    assert_eq!(about(&found(&story, "tax-differs")), ("R6", "IN-1", 100, Role::Receivables));
}

#[test]
fn r6_a_document_that_the_erp_has_not_posted_is_a_break_after_a_day() {
    let (mut story, _, invoice) = billed();
    let late = at(4).now.plus_millis(24 * 3_600_000 + 1);
    let found = breaks(&story, Some(late));
    assert_eq!(found.iter().map(|found| found.cause).collect::<Vec<_>>(), ["erp-missing"]);
    billing::confirm_by_erp(story.books(), invoice, "E-1", &at(5)).unwrap();
    assert_eq!(breaks(&story, Some(late)), []);
}

/// A statement of one entry of 100.00, which ACME has paid for its invoice.
fn paid(story: &mut Story, invoice: InvoiceId) -> PaymentId {
    let id = PaymentId(story.books().next_number(Kind::Payment).unwrap());
    let account = Text::from("DE1");
    let payment =
        Payment { id, bank_account: account.clone(), amount: Amount(10_000), received_at: at(6).now, ..Payment::default() };
    story.books().record(&id, PaymentEvent::Received(Box::new(payment)));
    let statement =
        Statement { bank_account: account, payments: vec![id], movements: Amount(10_000), ..Statement::default() };
    let reference = Reference { within: "DE1".into(), reference: "1".into() };
    story.books().record(&reference, StatementEvent::Imported(Box::new(statement)));
    crate::cash::match_manually(story.books(), id, &[(invoice, Amount(10_000))], false, &at(6)).unwrap();
    id
}

fn with_payment(story: &mut Story, id: PaymentId, change: impl FnOnce(&mut Payment)) {
    let mut payment = (*story.books().payment(&id).unwrap().unwrap()).clone();
    change(&mut payment);
    story.books().record(&id, PaymentEvent::Received(Box::new(payment)));
}

#[test]
fn r6_a_sub_ledger_that_differs_from_its_control_account() {
    let (mut story, _, invoice) = billed();
    let id = paid(&mut story, invoice);
    with_payment(&mut story, id, |payment| {
        payment.ledger.iter_mut().for_each(|entry| (entry.amount, entry.booked) = (Amount(0), Amount(0)));
    });
    assert_eq!(about(&found(&story, "control-differs")), ("R6", "ACME EUR", 10_000, Role::Receivables));
    assert_eq!(about(&found(&story, "bank-differs")), ("R6", "EUR", 10_000, Role::Receivables));
}

#[test]
fn r6_entries_of_a_payment_that_do_not_balance() {
    let (mut story, _, invoice) = billed();
    let id = paid(&mut story, invoice);
    with_payment(&mut story, id, |payment| payment.ledger[0].amount = Amount(10_007));
    assert_eq!(about(&found(&story, "entries-unbalanced")), ("R6", "PY-1", 7, Role::Receivables));
}

#[test]
fn r6_a_payment_that_the_erp_has_not_posted_is_a_break_after_a_day_where_it_posts_payments() {
    let (mut story, _, invoice) = billed();
    billing::confirm_by_erp(story.books(), invoice, "E-1", &at(5)).unwrap();
    let first = paid(&mut story, invoice);
    let late = Some(at(6).now.plus_millis(24 * 3_600_000 + 1));
    assert_eq!(breaks(&story, late), [], "nobody said that an ERP posts payments");
    let second = story.pay(invoice, 0);
    crate::cash::confirm_posting(story.books(), second, "E-2", &at(7)).unwrap();
    let found: Vec<Break> = breaks(&story, late).into_iter().filter(|found| found.cause == "erp-missing").collect();
    assert_eq!(found.iter().map(about).collect::<Vec<_>>(), [("R6", "PY-1", 10_000, Role::Receivables)]);
    crate::cash::confirm_posting(story.books(), first, "E-3", &at(7)).unwrap();
    assert!(!breaks(&story, late).iter().any(|found| found.cause == "erp-missing"));
}

#[test]
fn r6_the_erp_has_a_day_from_the_booking_on_and_is_not_asked_about_what_was_booked_before_it_was_connected() {
    let (mut story, _, invoice) = billed();
    billing::confirm_by_erp(story.books(), invoice, "E-1", &at(5)).unwrap();
    let id = paid(&mut story, invoice);
    let days = |days: i64| Some(at(6).now.plus_millis(days * 24 * 3_600_000 + 1));
    let is_missing = |story: &Story, now| breaks(story, now).iter().any(|found| found.cause == "erp-missing");
    // taken back and booked again a week later
    with_payment(&mut story, id, |payment| {
        payment.bookings = (2, 1);
        payment.ledger.iter_mut().for_each(|entry| entry.day = at(6).now.day().plus_days(7));
    });
    assert!(!is_missing(&story, days(8)));
    assert!(is_missing(&story, days(9)));
    // the only one that was confirmed came later than this
    with_payment(&mut story, id, |payment| payment.bookings = (2, 0));
    let later = Payment { id: PaymentId(9), received_at: days(20).unwrap(), bookings: (1, 1), ..Payment::default() };
    story.books().record(&PaymentId(9), PaymentEvent::Received(Box::new(later)));
    assert!(!is_missing(&story, days(30)));
}

#[test]
fn r6_payments_of_a_store_from_before_they_were_booked_are_no_breaks_and_a_later_one_that_is_not_booked_is() {
    let (mut story, _, invoice) = billed();
    let id = paid(&mut story, invoice);
    with_payment(&mut story, id, |payment| {
        payment.bookings = (0, 0);
        payment.ledger.clear();
    });
    assert_eq!(breaks(&story, None), []);
    let booked = |story: &mut Story, received_at| {
        let booked = Payment { id: PaymentId(9), received_at, bookings: (1, 0), ..Payment::default() };
        story.books().record(&PaymentId(9), PaymentEvent::Received(Box::new(booked)));
    };
    booked(&mut story, at(7).now);
    assert_eq!(breaks(&story, None), []);
    booked(&mut story, at(5).now);
    assert_eq!(about(&found(&story, "control-differs")), ("R6", "ACME EUR", 10_000, Role::Receivables));
}

#[test]
fn r7_a_payment_that_no_statement_has() {
    let (mut story, _, invoice) = billed();
    paid(&mut story, invoice);
    assert_eq!(breaks(&story, None), []);
    let stray = Payment { id: PaymentId(9), bank_account: "DE1".into(), amount: Amount(500), ..Payment::default() };
    story.books().record(&PaymentId(9), PaymentEvent::Received(Box::new(stray)));
    assert_eq!(about(&found(&story, "statement-differs")), ("R7", "DE1 EUR", 500, Role::Receivables));
}

#[test]
fn r7_money_that_is_applied_twice() {
    let (mut story, _, invoice) = billed();
    let id = paid(&mut story, invoice);
    story.books().record(&id, PaymentEvent::PutOnAccount { amount: Amount(300), reason: "again".into() });
    let applied = found(&story, "over-applied");
    assert_eq!((about(&applied), applied.since), (("R7", "PY-1", 300, Role::Receivables), Some(at(6).now)));
    assert_eq!(about(&found(&story, "received-differs")), ("R7", "ACME", 300, Role::Receivables));
}

#[test]
fn r12_a_reservation_that_no_line_has() {
    let (mut story, _) = promised(10);
    let stock = StockKey::new(&"X".into(), &"WH1".into());
    let claim = story.stock_of("X", "WH1").claims[0].clone();
    assert_eq!(claim.kind, ClaimKind::Soft);
    let (reservation, quantity) = (claim.reservation, Quantity(2));
    story.books().record(&stock, StockEvent::ReservationReleased { reservation, quantity, reason: "lost".into() });
    let found = found(&story, "reservation-differs");
    assert_eq!((found.checkpoint, found.value, found.since), ("R12", Amount(2_000), Some(at(0).now)));
    assert_eq!((found.left.as_str(), found.right.as_str(), found.owner), ("8", "10", Role::Operations));
}

#[test]
fn r12_demand_that_no_line_has() {
    let (mut story, id) = promised(4);
    with_order(&mut story, id, |order| order.lines[0].pegs.clear());
    let found = found(&story, "demand-differs");
    assert_eq!((found.checkpoint, found.left.as_str(), found.right.as_str()), ("R12", "6", "0"));
    assert_eq!(found.value, Amount(6_000));
}

#[test]
fn units_that_left_without_a_shipment() {
    let (mut story, id, _) = billed();
    with_shipment(&mut story, id, |shipment| shipment.lines[0].quantity = Quantity(9));
    assert_eq!(found(&story, "stock-left").key, "X@WH1");
}

#[test]
fn money_that_the_order_and_the_ledger_tell_differently() {
    let (mut story, id, _) = billed();
    story.books().record(&id, OrderEvent::ReceivableChanged { by: Amount(-700) });
    assert_eq!(about(&found(&story, "owed-differs")), ("money", "SO-1", 700, Role::Receivables));
    story.books().record(&AccountId::from("ACME"), AccountEvent::OpenOrdersChanged { by: Amount(900) });
    assert_eq!(about(&found(&story, "exposure-differs")), ("money", "ACME", 900, Role::CreditClerk));
    story.books().record(&AccountId::from("ACME"), AccountEvent::MoneyReceived { amount: Amount(1) });
    assert_eq!(found(&story, "ledger-unsound").checkpoint, "money");
}

#[test]
fn a_gap_in_the_numbers() {
    let (mut story, _, _) = billed();
    let series = Text::from("CD-2026");
    assert!(story.books.iter().any(|(key, _)| *key == Key::Series(series.clone())));
    story.books().record(&series, SeriesEvent::NumberTaken { number: 2, date: at(4).now.day() });
    let found = found(&story, "number-gap");
    assert_eq!((found.left.as_str(), found.right.as_str()), ("2", "1"));
}

#[test]
fn an_order_or_stock_that_is_unsound_in_itself() {
    let (mut story, id) = promised(10);
    with_order(&mut story, id, |order| order.lines[0].buckets.allocated = Quantity(9));
    assert_eq!(found(&story, "order-unsound").key, "SO-1");
    let stock = StockKey::new(&"X".into(), &"WH1".into());
    let mut claim = story.stock_of("X", "WH1").claims[0].clone();
    claim.quantity = Quantity(-1);
    story.books().record(&stock, StockEvent::Reserved(claim));
    assert_eq!(found(&story, "stock-unsound").key, "X@WH1");
}

#[test]
fn a_hold_that_nobody_is_asked_about_is_found() {
    let (mut story, id) = promised(10);
    let cx = crate::order::fixture::clerk("ann", 1);
    crate::order::place_hold(story.books(), id, crate::order::HoldKind::Manual, "call".into(), vec![], Amount(700), &cx)
        .unwrap();
    story.check();
    let exception = story.order(id).holds[0].exception.unwrap();
    crate::exception::clear(story.books(), exception, "by mistake", &cx).unwrap();
    let found = found(&story, "hold-without-exception");
    assert_eq!((found.owner, found.value, found.since), (Role::Operations, Amount(700), Some(cx.now)));
    assert_eq!(found.key, format!("{id} Manual"));
}

#[test]
fn r10_money_that_waits_and_that_the_ledger_does_not_count() {
    let (mut story, _, _) = billed();
    story.books().record(&AccountId::from("ACME"), AccountEvent::UnconfirmedChanged { by: Amount(500) });
    assert_eq!(about(&found(&story, "unconfirmed-differs")), ("R10", "ACME", 500, Role::Receivables));
}

#[test]
fn r9_shipped_and_not_invoiced_differs_from_the_shipments() {
    let (mut story, id) = promised(10);
    story.ship_everything(id);
    assert_eq!(breaks(&story, None), []);
    story.books().record(&AccountId::from("ACME"), AccountEvent::ShippedChanged { by: Amount(-2_500) });
    assert_eq!(about(&found(&story, "accrual-differs")), ("R9", "ACME", 2_500, Role::Receivables));
}

#[test]
fn r10_money_on_account_that_no_payment_left_there() {
    let (mut story, _, _) = billed();
    story.books().record(&AccountId::from("ACME"), AccountEvent::UnappliedChanged { by: Amount(700) });
    assert_eq!(about(&found(&story, "on-account-differs")), ("R10", "ACME", 700, Role::Receivables));
}

#[test]
fn r10_deposits_that_documents_do_not_ask_for_or_consume() {
    let (mut story, id, _) = billed();
    with_order(&mut story, id, |order| {
        order.deposit_invoiced = Amount(3_000);
        order.deposit_consumed = Amount(1_000);
    });
    assert_eq!(about(&found(&story, "deposit-differs")), ("R10", "SO-1", 3_000, Role::Receivables));
    assert_eq!(about(&found(&story, "deposit-consumed-differs")), ("R10", "SO-1", 1_000, Role::Receivables));
}
