//! The change and cancel matrix of domain §1.5.4, cell by cell: what happens to ten units at each stage.

use units::{Amount, Quantity};

use super::fixture::{Story, at, clerk};
use super::{Bucket, Cancellation, Change, cancel, change, close, release};
use crate::billing::{Rebilling, bill, rebill};
use crate::books::Stop;
use crate::fulfilment::{acknowledge, cancel_answered, pick};
use crate::ids::*;
use crate::master::{ShipTo, Terms};
use crate::refusal::Refusal;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Open,
    Backordered,
    Allocated,
    Released,
    Picked,
    Shipped,
    Invoiced,
    Paid,
    Closed,
}

/// Ten units of X at 10.00, all of them at one stage.
fn at_stage(stage: Stage) -> (Story, OrderId) {
    let mut story = Story::new();
    if stage == Stage::Open {
        let id = story.receive(&story.submission()).unwrap();
        return (story, id);
    }
    if stage != Stage::Backordered {
        story.stock("X", "WH1", 10);
    }
    let id = story.promised(&[("X", 10)]);
    if stage >= Stage::Released {
        let released = release(story.books(), id, &at(2)).unwrap()[0];
        if stage >= Stage::Picked {
            acknowledge(story.books(), released, &at(2)).unwrap();
            pick(story.books(), released, &[(LineNo(1), Quantity(10))], true, &at(2)).unwrap();
        }
        if stage >= Stage::Shipped {
            story.ship(released, &[(1, 10)], "S-1");
        }
    }
    if stage >= Stage::Invoiced {
        bill(story.books(), id, &at(4)).unwrap();
    }
    if stage >= Stage::Paid {
        story.pay(InvoiceId(1), 10_000);
    }
    if stage == Stage::Closed {
        close(story.books(), id, &at(6)).unwrap();
    }
    (story, id)
}

/// What became of a command, in a word or two.
fn told(story: &mut Story, id: OrderId, result: Result<(bool, usize), Stop>) -> String {
    let line = story.order(id).lines[0].clone();
    match result {
        Ok((recheck, asked)) => {
            let cancelled = line.buckets.cancelled;
            let open = line.buckets.open;
            format!("cancelled {cancelled} open {open} asked {asked}{}", if recheck { " recheck" } else { "" })
        }
        Err(Stop::Refused(Refusal::WrongStatus { why, .. })) => format!("refused: {why}"),
        Err(Stop::Refused(Refusal::NotEnough { .. })) => "refused: shipped".to_owned(),
        Err(Stop::Refused(Refusal::Invalid { field, .. })) => format!("refused: {field}"),
        Err(other) => panic!("{other}"),
    }
}

fn changed(stage: Stage, wanted: &Change) -> String {
    let (mut story, id) = at_stage(stage);
    let before = story.books.clone();
    let result = change(story.books(), id, wanted, &clerk("ann", 7)).map(|outcome| (outcome.recheck, outcome.asked.len()));
    if result.is_err() {
        story.books = before;
    }
    let told = told(&mut story, id, result);
    if stage < Stage::Paid {
        story.check();
    }
    told
}

fn quantity(units: i64) -> Change {
    Change { quantities: vec![(LineNo(1), Quantity(units))], ..Change::default() }
}

const ALL_SHIPPED: &str = "refused: everything has shipped: place another order";
const OVER: &str = "refused: it cannot be changed any more";

#[test]
fn domain_1_5_4_a_decrease_at_each_stage() {
    for (stage, expected) in [
        (Stage::Open, "cancelled 4 open 6 asked 0"),
        (Stage::Backordered, "cancelled 4 open 0 asked 0"),
        (Stage::Allocated, "cancelled 4 open 0 asked 0"),
        (Stage::Released, "cancelled 0 open 0 asked 1"),
        (Stage::Picked, "cancelled 0 open 0 asked 1"),
        (Stage::Shipped, ALL_SHIPPED),
        (Stage::Invoiced, ALL_SHIPPED),
        (Stage::Paid, ALL_SHIPPED),
        (Stage::Closed, OVER),
    ] {
        assert_eq!(changed(stage, &quantity(6)), expected, "{stage:?}");
    }
}

#[test]
fn domain_1_5_4_a_quantity_is_what_is_wanted_in_the_end_however_often_it_is_changed_before_the_warehouse_answers() {
    for stage in [Stage::Released, Stage::Picked] {
        // wanted in the end; by the answer yes: cancelled, open and still with the warehouse; by a no: still with the warehouse
        for (wanted, yes, no) in [
            (&[6, 6][..], [4, 0, 6], 10),
            (&[6, 4], [6, 0, 4], 10),
            (&[6, 10], [0, 4, 6], 10),
            (&[6, 8], [2, 2, 6], 10),
            (&[6, 10, 8], [2, 4, 4], 10),
            (&[6, 13], [0, 7, 6], 10),
            (&[0, 10], [0, 10, 0], 10),
        ] {
            for refused in [None, Some("it is packed")] {
                let (mut story, id) = at_stage(stage);
                for units in wanted {
                    change(story.books(), id, &quantity(*units), &clerk("ann", 7)).unwrap();
                }
                let released = story.order(id).warehouse_orders[0];
                answer_all(&mut story, released, refused, 8);
                story.check();
                let buckets = story.order(id).lines[0].buckets;
                let there = buckets.released + buckets.picked;
                let found = [buckets.cancelled.0, buckets.open.0, there.0];
                let added = (wanted.last().unwrap() - 10).max(0);
                let expected = if refused.is_some() { [0, added, no] } else { yes };
                assert_eq!(found, expected, "{stage:?} {wanted:?} {refused:?}");
                if refused.is_none() {
                    assert_eq!(buckets.to_ship().0, *wanted.last().unwrap(), "{stage:?} {wanted:?}");
                }
            }
        }
    }
}

/// The warehouse says yes, or no and why, to each request that is open.
fn answer_all(story: &mut Story, released: WarehouseOrderId, refused: Option<&str>, minute: i64) {
    let requests = story.books().warehouse_order(&released).unwrap().unwrap().requests.clone();
    for request in requests {
        cancel_answered(story.books(), released, Some(request.number), refused, &[], &at(minute)).unwrap();
    }
}

#[test]
fn domain_1_5_4_nothing_below_what_has_shipped_is_wanted_after_a_request_either() {
    let (mut story, id) = at_stage(Stage::Released);
    let released = story.order(id).warehouse_orders[0];
    story.ship(released, &[(1, 3)], "S-1");
    change(story.books(), id, &quantity(5), &clerk("ann", 7)).unwrap();
    let refused = change(story.books(), id, &quantity(2), &clerk("ann", 8));
    let Err(Stop::Refused(Refusal::NotEnough { wanted, available })) = refused else { panic!("{refused:?}") };
    assert_eq!((wanted, available), (Quantity(3), Quantity(2)));
    change(story.books(), id, &quantity(3), &clerk("ann", 9)).unwrap();
    answer_all(&mut story, released, None, 10);
    let buckets = story.order(id).lines[0].buckets;
    assert_eq!((buckets.cancelled, buckets.shipped, buckets.to_ship()), (Quantity(7), Quantity(3), Quantity(0)));
    story.check();
}

#[test]
fn domain_1_5_4_a_cancellation_at_each_stage() {
    for (stage, expected) in [
        (Stage::Open, "cancelled 10 asked 0 too late 0 intercepted 0"),
        (Stage::Backordered, "cancelled 10 asked 0 too late 0 intercepted 0"),
        (Stage::Allocated, "cancelled 10 asked 0 too late 0 intercepted 0"),
        (Stage::Released, "cancelled 0 asked 1 too late 0 intercepted 0"),
        (Stage::Picked, "cancelled 0 asked 1 too late 0 intercepted 0"),
        (Stage::Shipped, "cancelled 0 asked 0 too late 0 intercepted 1"),
        (Stage::Invoiced, "cancelled 0 asked 0 too late 10 intercepted 0"),
        (Stage::Paid, "cancelled 0 asked 0 too late 10 intercepted 0"),
        (Stage::Closed, "refused: nothing is left to cancel"),
    ] {
        let (mut story, id) = at_stage(stage);
        let all = Cancellation { lines: Vec::new(), reason: "not wanted".into() };
        let found = match cancel(story.books(), id, &all, &clerk("ann", 7)) {
            Ok(outcome) => {
                let (cancelled, asked, late) = (outcome.cancelled, outcome.asked.len(), outcome.too_late);
                let intercepted = outcome.intercepted.len();
                format!("cancelled {cancelled} asked {asked} too late {late} intercepted {intercepted}")
            }
            Err(stop) => told(&mut story, id, Err(stop)),
        };
        assert_eq!(found, expected, "{stage:?}");
        // whatever is cancelled at once gives its stock or its place in the queue back
        if stage == Stage::Backordered || stage == Stage::Allocated {
            let stock = story.stock_of("X", "WH1");
            assert!(stock.claims.is_empty() && stock.demand.is_empty(), "{stage:?}");
        }
    }
}

#[test]
fn domain_1_5_4_an_increase_at_each_stage() {
    for (stage, expected) in [
        (Stage::Open, "cancelled 0 open 13 asked 0 recheck"),
        (Stage::Backordered, "cancelled 0 open 3 asked 0 recheck"),
        (Stage::Allocated, "cancelled 0 open 3 asked 0 recheck"),
        (Stage::Released, "cancelled 0 open 3 asked 0 recheck"),
        (Stage::Picked, "cancelled 0 open 3 asked 0 recheck"),
        (Stage::Shipped, ALL_SHIPPED),
        (Stage::Invoiced, ALL_SHIPPED),
        (Stage::Paid, ALL_SHIPPED),
        (Stage::Closed, OVER),
    ] {
        assert_eq!(changed(stage, &quantity(13)), expected, "{stage:?}");
    }
}

#[test]
fn domain_1_5_4_a_price_at_each_stage() {
    let price = Change { prices: vec![(LineNo(1), "9.50".parse().unwrap())], ..Change::default() };
    for (stage, expected) in [
        (Stage::Open, "cancelled 0 open 10 asked 0 recheck"),
        (Stage::Backordered, "cancelled 0 open 0 asked 0 recheck"),
        (Stage::Allocated, "cancelled 0 open 0 asked 0 recheck"),
        (Stage::Released, "cancelled 0 open 0 asked 0 recheck"),
        (Stage::Picked, "cancelled 0 open 0 asked 0 recheck"),
        (Stage::Shipped, "cancelled 0 open 0 asked 0 recheck"),
        (Stage::Invoiced, "refused: prices[0]"),
        (Stage::Paid, "refused: prices[0]"),
        (Stage::Closed, OVER),
    ] {
        assert_eq!(changed(stage, &price), expected, "{stage:?}");
    }
}

#[test]
fn domain_1_5_4_a_price_of_a_line_that_is_invoiced_in_part_is_refused() {
    let mut story = Story::new();
    story.stock("X", "WH1", 4);
    let id = story.promised(&[("X", 10)]);
    story.ship_everything(id);
    bill(story.books(), id, &at(4)).unwrap();
    assert_eq!(story.order(id).units_in(Bucket::Backordered), Quantity(6));
    let price = Change { prices: vec![(LineNo(1), "9.50".parse().unwrap())], ..Change::default() };
    let refused = change(story.books(), id, &price, &clerk("ann", 7)).map(|_| (false, 0));
    assert_eq!(told(&mut story, id, refused), "refused: prices[0]");
}

#[test]
fn domain_1_5_4_an_address_at_each_stage() {
    let address = ShipTo { street: "Street 2".into(), city: "Bonn".into(), country: "DE".into(), ..ShipTo::default() };
    let address = Change { ship_to: Some(address), ..Change::default() };
    for (stage, expected) in [
        (Stage::Open, "asked 0 under way 0"),
        (Stage::Backordered, "asked 0 under way 0"),
        (Stage::Allocated, "asked 0 under way 0"),
        (Stage::Released, "asked 1 under way 0"),
        (Stage::Picked, "asked 1 under way 0"),
        (Stage::Shipped, "asked 0 under way 1"),
        (Stage::Invoiced, ALL_SHIPPED),
        (Stage::Paid, ALL_SHIPPED),
        (Stage::Closed, OVER),
    ] {
        let (mut story, id) = at_stage(stage);
        let found = match change(story.books(), id, &address, &clerk("ann", 7)) {
            // tax and sourcing are looked at again wherever the address counts
            Ok(outcome) if outcome.recheck => {
                format!("asked {} under way {}", outcome.redirected.len(), outcome.under_way.len())
            }
            Ok(_) => "not looked at again".to_owned(),
            Err(stop) => told(&mut story, id, Err(stop)),
        };
        assert_eq!(found, expected, "{stage:?}");
    }
}

#[test]
fn domain_1_5_4_terms_at_each_stage() {
    let terms = Change { terms: Some(Terms { net_days: 60, ..Terms::default() }), ..Change::default() };
    for (stage, expected) in [
        (Stage::Open, "cancelled 0 open 10 asked 0 recheck"),
        (Stage::Backordered, "cancelled 0 open 0 asked 0 recheck"),
        (Stage::Allocated, "cancelled 0 open 0 asked 0 recheck"),
        (Stage::Released, "cancelled 0 open 0 asked 0 recheck"),
        (Stage::Picked, "cancelled 0 open 0 asked 0 recheck"),
        (Stage::Shipped, "cancelled 0 open 0 asked 0 recheck"),
        (Stage::Invoiced, "refused: terms"),
        (Stage::Paid, "refused: terms"),
        (Stage::Closed, OVER),
    ] {
        assert_eq!(changed(stage, &terms), expected, "{stage:?}");
    }
}

#[test]
fn domain_1_5_4_what_is_invoiced_or_paid_is_billed_anew_at_another_price() {
    for (stage, owed) in [(Stage::Invoiced, Some(9_500)), (Stage::Paid, Some(-500)), (Stage::Closed, None)] {
        let (mut story, id) = at_stage(stage);
        let prices = vec![(LineNo(1), "9.50".parse().unwrap())];
        let wanted = Rebilling { prices, reason: "contract".into(), ..Rebilling::default() };
        let rebilled = rebill(story.books(), id, &wanted, &clerk("ann", 8));
        assert_eq!(rebilled.ok().map(|pairs| pairs.len()), owed.map(|_| 1), "{stage:?}");
        assert_eq!(story.order(id).receivable, Amount(owed.unwrap_or_default()), "{stage:?}");
    }
}

#[test]
fn domain_1_5_4_what_is_invoiced_or_paid_is_credited() {
    for (stage, left) in [(Stage::Invoiced, 6_000), (Stage::Paid, -4_000)] {
        let (mut story, id) = at_stage(stage);
        let invoice = story.order(id).invoices[0];
        let lines = [(LineNo(1), Quantity(4))];
        crate::billing::credit_note(story.books(), invoice, None, &lines, "sent back", &clerk("ann", 8)).unwrap();
        // not paid yet: less is owed; paid: the customer has a credit, which nobody pays out by itself
        let account = story.books().account(&"ACME".into()).unwrap().unwrap();
        assert_eq!(account.ledger.receivable(), Amount(left), "{stage:?}");
    }
}
