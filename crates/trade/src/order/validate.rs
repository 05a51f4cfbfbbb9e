//! The checks that need nothing but master data: items, units, ship-to, duplicates.

use compact_str::format_compact;
use units::{Amount, Text};

use super::duplicate;
use super::event::{FailedCheck, OrderEvent, PassedCheck};
use super::find::{company, existing};
use super::hold::{lift, place};
use super::resolve;
use super::state::{HoldKind, Line};
use crate::books::{Books, Key, Stop};
use crate::context::Context;
use crate::ids::*;
use crate::master::{Company, ShipTo, item_named};

/// How many lines a hold's reason spells out.
const SPELLED_OUT: usize = 5;

/// Checks an order against master data; places the Item, Address and Duplicate holds and lifts those whose cause is gone.
///
/// What could not be read before is read again, because an item or address may have been added since. A Duplicate hold that a person
/// released stays released. Asking twice changes nothing. Source: domain §1.5.1, §1.5.3 (4–7), §1.12.
pub fn validate(books: &mut dyn Books, id: OrderId, cx: &Context) -> Result<(), Stop> {
    let order = existing(books, id)?;
    if order.is_over() {
        return Ok(());
    }
    let was_validated = order.validated;
    drop(order);
    read_again(books, id)?;
    find_address(books, id, cx)?;

    let order = existing(books, id)?;
    let company = company(books)?;
    let mut lines = Vec::new();
    let mut reasons = Vec::new();
    let mut failures = Vec::new();
    for line in &order.lines {
        if let Some(reason) = item_problem(books, line)? {
            lines.push(line.no);
            failures.push(failed("items", Some(line.no), &reason));
            if reasons.len() < SPELLED_OUT {
                reasons.push(format_compact!("line {}: {reason}", line.no.0));
            }
        }
    }
    let item = (!lines.is_empty()).then(|| {
        let more = lines.len() - reasons.len();
        let rest = if more > 0 { format_compact!("; and {more} more") } else { Text::default() };
        format_compact!("{}{rest}", reasons.join("; "))
    });
    let address = if order.lines.iter().any(|line| line.buckets.open.is_positive()) {
        address_problem(&company, &order.ship_to)
    } else {
        None
    };
    let duplicate = duplicate::problem(books, &order)?;
    let is_clean = item.is_none() && address.is_none() && duplicate.is_none();
    failures.extend(address.iter().map(|reason| failed("ship_to", None, reason)));
    failures.extend(duplicate.iter().map(|reason| failed("duplicate", None, reason)));
    let findings =
        [(HoldKind::Item, item, lines), (HoldKind::Address, address, vec![]), (HoldKind::Duplicate, duplicate, vec![])];
    let is_known = |(kind, reason, lines): &(HoldKind, Option<Text>, Vec<LineNo>)| {
        let told = order.holds.iter().find(|hold| hold.kind == *kind);
        reason.as_ref().is_none_or(|reason| told.is_some_and(|hold| hold.reason == *reason && hold.lines == *lines))
    };
    let is_news = !findings.iter().all(is_known);
    drop(order);
    if is_news {
        books.record(&id, OrderEvent::ValidationFailed { failures });
    }
    for (kind, reason, lines) in findings {
        match reason {
            Some(reason) => place(books, id, kind, reason, lines, Amount::ZERO, cx)?,
            None => lift(books, id, kind, "the cause is gone", cx)?,
        }
    }
    if is_clean && !(was_validated && existing(books, id)?.validated) {
        let checks = checks(books, id)?;
        books.record(&id, OrderEvent::Validated { checks });
    }
    Ok(())
}

/// A check that failed, with what it takes to pass.
fn failed(code: &'static str, line: Option<LineNo>, actual: &Text) -> FailedCheck {
    let expected = match code {
        "items" => "an item that is sold, in a unit that it is sold by",
        "ship_to" => "a whole address in a country that a warehouse delivers to",
        _ => "a purchase order number that the customer has not used before",
    };
    FailedCheck { code: Text::const_new(code), line, expected: Text::const_new(expected), actual: actual.clone() }
}

/// What was checked of an order that is clean.
fn checks(books: &mut dyn Books, id: OrderId) -> Result<Vec<PassedCheck>, Stop> {
    let order = existing(books, id)?;
    let open = order.lines.iter().filter(|line| line.buckets.open.is_positive()).count();
    let ship_to = &order.ship_to;
    let holder = match ship_to.code.as_str() {
        "" => Key::Company(Text::const_new(Company::KEY)),
        _ => Key::Account(order.account.clone()),
    };
    let passed = |rule: &'static str, holder: Option<Key>, version, input| PassedCheck {
        rule: Text::const_new(rule),
        holder,
        version,
        input,
        result: Text::const_new("passed"),
    };
    let version = books.version(&holder)?;
    let address = [&ship_to.code, &ship_to.street, &ship_to.city, &ship_to.country].map(Text::as_str);
    let address = address.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
    Ok(vec![
        passed("items", None, 0, format_compact!("{open} open lines")),
        passed("ship_to", Some(holder), version, address.into()),
        passed("duplicate", None, 0, order.purchase_order.clone()),
    ])
}

/// Reads lines again that named something unknown.
fn read_again(books: &mut dyn Books, id: OrderId) -> Result<(), Stop> {
    let order = existing(books, id)?;
    let mut corrections = Vec::new();
    for line in &order.lines {
        let Some(written) = line.unresolved.as_ref().filter(|_| line.buckets.open.is_positive()) else { continue };
        let Some(item) = item_named(books, &written.item)? else { continue };
        if let Ok(reading) = resolve::read(&item, &written.uom, written.quantity, written.price) {
            corrections.push(OrderEvent::LineCorrected {
                line: line.no,
                item: item.id.clone(),
                ordered: reading.quantity.max(line.ordered() - line.buckets.open),
                requested_price: reading.price,
            });
        }
    }
    drop(order);
    corrections.into_iter().for_each(|correction| books.record(&id, correction));
    Ok(())
}

/// Takes the address of a ship-to code that the account did not know when the order came.
fn find_address(books: &mut dyn Books, id: OrderId, cx: &Context) -> Result<(), Stop> {
    let order = existing(books, id)?;
    if order.ship_to.code.is_empty() || is_complete(&order.ship_to) {
        return Ok(());
    }
    let Some(account) = books.account(&order.account)? else { return Ok(()) };
    let known = account.ship_to(&order.ship_to.code).filter(|known| **known != order.ship_to).cloned();
    drop(order);
    if known.is_some() {
        let by = cx.actor.id.clone();
        let (ordered, added, prices) = (Vec::new(), Vec::new(), Vec::new());
        books.record(
            &id,
            OrderEvent::Changed { ordered, added, prices, ship_to: known.map(Box::new), requested: None, by, terms: None },
        );
    }
    Ok(())
}

fn item_problem(books: &mut dyn Books, line: &Line) -> Result<Option<Text>, Stop> {
    if !line.buckets.open.is_positive() {
        return Ok(None);
    }
    let code = line.unresolved.as_ref().map_or(&line.item.0, |written| &written.item);
    let Some(item) = item_named(books, code)? else {
        let description = line.unresolved.as_ref().map_or("", |written| written.description.as_str());
        return Ok(Some(match description {
            "" => format_compact!("item {code} is unknown"),
            description => format_compact!("item {code} ({description}) is unknown"),
        }));
    };
    if item.discontinued {
        return Ok(Some(format_compact!("item {code} is no longer sold")));
    }
    Ok(match &line.unresolved {
        Some(written) => resolve::read(&item, &written.uom, written.quantity, written.price).err(),
        None => item.factor(&line.uom).is_none().then(|| format_compact!("{code} is not sold by {}", line.uom)),
    })
}

fn is_complete(ship_to: &ShipTo) -> bool {
    let country = ship_to.country.as_bytes();
    let is_code = country.len() == 2 && country.iter().all(u8::is_ascii_uppercase);
    is_code && !ship_to.street.trim().is_empty() && !ship_to.city.trim().is_empty()
}

/// What is wrong with a ship-to: unknown, incomplete, or in a country that no node serves.
fn address_problem(company: &Company, ship_to: &ShipTo) -> Option<Text> {
    if !is_complete(ship_to) {
        let is_bare = ship_to.street.is_empty() && ship_to.city.is_empty() && ship_to.country.is_empty();
        return Some(match (ship_to.code.as_str(), is_bare) {
            ("", true) => Text::const_new("there is no ship-to"),
            (code, true) => format_compact!("ship-to {code} is unknown"),
            _ => Text::const_new("the ship-to lacks street, city, or a country code of two letters"),
        });
    }
    let serves = |node: &crate::master::Node| !node.excluded_countries.contains(&ship_to.country);
    let is_served = company.nodes.iter().any(serves);
    (!is_served).then(|| format_compact!("no warehouse delivers to {}", ship_to.country))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::AccountEvent;
    use crate::master::{Item, ItemEvent};
    use crate::order::fixture::{Story, clerk, submitted};
    use crate::order::{Destination, Status, Submission};
    use units::Quantity;

    fn kinds(story: &mut Story, id: OrderId) -> Vec<HoldKind> {
        story.order(id).holds.iter().map(|hold| hold.kind).collect()
    }

    #[test]
    fn a_sound_order_is_validated_once() {
        let mut story = Story::new();
        let id = story.receive(&story.submission()).unwrap();
        story.validate(id);
        assert!(story.order(id).validated && story.order(id).holds.is_empty());
        let events = story.books.take_events();
        let checks = events.into_iter().find_map(|event| match event {
            crate::Event::Order(_, OrderEvent::Validated { checks }) => Some(checks),
            _ => None,
        });
        let checks = checks.unwrap();
        assert_eq!(checks.iter().map(|check| check.rule.as_str()).collect::<Vec<_>>(), ["items", "ship_to", "duplicate"]);
        assert_eq!(checks[0].input, "1 open lines");
        let holder = checks[1].holder.clone().unwrap();
        assert_eq!(checks[1].version, story.books().version(&holder).unwrap());
        story.validate(id);
        assert_eq!(story.books.take_events(), []);
    }

    #[test]
    fn domain_1_5_3_what_fails_at_validation_is_told_once_before_its_holds_and_says_who_owns_them_until_when() {
        let mut story = Story::new();
        let lines = vec![submitted("X", "1"), submitted("NEW", "2")];
        let id = story.receive(&Submission { lines, ..story.submission() }).unwrap();
        assert_eq!(story.order(id).status(), Status::Submitted);
        story.books.take_events();
        story.validate(id);
        let events = story.books.take_events();
        let of_order = |event: &crate::Event| match event {
            crate::Event::Order(_, event) => Some(event.clone()),
            _ => None,
        };
        let told: Vec<OrderEvent> = events.iter().filter_map(of_order).collect();
        let [OrderEvent::ValidationFailed { failures }, OrderEvent::HoldPlaced(hold)] = &told[..] else {
            panic!("{told:?}")
        };
        assert_eq!(failures.len(), 1);
        assert_eq!((failures[0].code.as_str(), failures[0].line), ("items", Some(LineNo(2))));
        assert_eq!(failures[0].actual, "item NEW is unknown");
        let asked = story.books().exception(&hold.exception.unwrap()).unwrap().unwrap();
        assert_eq!((hold.owner, hold.due), (Some(asked.owner), Some(asked.resolve_by)));
        assert_eq!(story.order(id).status(), Status::OnHold);
        story.validate(id);
        assert_eq!(story.books.take_events(), []);
    }

    #[test]
    fn an_unknown_item_holds_the_order_until_it_is_known() {
        let mut story = Story::new();
        let lines = vec![submitted("X", "1"), submitted("NEW", "2")];
        let id = story.receive(&Submission { lines, ..story.submission() }).unwrap();
        story.validate(id);
        let held = story.order(id).holds[0].clone();
        assert_eq!(
            (held.kind, held.reason.as_str(), &held.lines[..]),
            (HoldKind::Item, "line 2: item NEW is unknown", &[LineNo(2)][..])
        );

        let item = Item { id: "NEW".into(), base_uom: "EA".into(), ..Item::default() };
        story.books().record(&ItemId::from("NEW"), ItemEvent::Set(Box::new(item)));
        story.validate(id);
        assert_eq!(kinds(&mut story, id), []);
        assert_eq!(story.order(id).lines[1].buckets.open, Quantity(2));
        assert!(story.order(id).lines[1].unresolved.is_none());
    }

    #[test]
    fn broken_quantities_and_unknown_units_hold_the_order() {
        let mut story = Story::new();
        let odd = crate::order::SubmittedLine { uom: "PALLET".into(), ..submitted("X", "1") };
        let id = story.receive(&Submission { lines: vec![submitted("X", "0.5"), odd], ..story.submission() }).unwrap();
        story.validate(id);
        let reason = story.order(id).holds[0].reason.clone();
        assert_eq!(reason, "line 1: 0.5  of X is no whole number of EA; line 2: X is not sold by PALLET");
    }

    #[test]
    fn an_unknown_ship_to_holds_the_order_until_the_account_knows_it() {
        let mut story = Story::new();
        let ship_to = Destination::Code("DOCK-9".into());
        let id = story.receive(&Submission { ship_to, ..story.submission() }).unwrap();
        story.validate(id);
        assert_eq!(story.order(id).holds[0].reason, "ship-to DOCK-9 is unknown");

        let account = story.books().account(&"ACME".into()).unwrap().unwrap();
        let mut profile = account.profile.clone();
        let known = ShipTo { code: "DOCK-9".into(), ..profile.ship_tos[0].clone() };
        profile.ship_tos.push(known.clone());
        story.books().record(&account.id, AccountEvent::ProfileSet { id: account.id.clone(), profile: Box::new(profile) });
        story.validate(id);
        assert_eq!(kinds(&mut story, id), []);
        assert_eq!(story.order(id).ship_to, known);
    }

    #[test]
    fn a_country_that_no_node_serves_holds_the_order() {
        let mut story = Story::new();
        let mut submission = story.submission();
        let account = story.books().account(&"ACME".into()).unwrap().unwrap();
        submission.ship_to = Destination::Address(ShipTo { country: "KP".into(), ..account.profile.ship_tos[0].clone() });
        let id = story.receive(&submission).unwrap();
        story.validate(id);
        assert_eq!(story.order(id).holds[0].reason, "no warehouse delivers to KP");
    }

    #[test]
    fn a_duplicate_hold_that_a_person_released_stays_released() {
        let mut story = Story::new();
        let submission = Submission { purchase_order: "PO-9".into(), ..story.submission() };
        let first = story.receive(&submission).unwrap();
        let second = story.receive(&submission).unwrap();
        story.validate(first);
        story.validate(second);
        assert_eq!((kinds(&mut story, first), kinds(&mut story, second)), (vec![], vec![HoldKind::Duplicate]));
        super::super::release_hold(story.books(), second, HoldKind::Duplicate, "they want both", &clerk("ann", 5)).unwrap();
        story.validate(second);
        assert_eq!(kinds(&mut story, second), []);
    }

    #[test]
    fn a_cancelled_order_does_not_make_the_next_one_a_duplicate() {
        let mut story = Story::new();
        let submission = Submission { purchase_order: "PO-9".into(), ..story.submission() };
        let first = story.receive(&submission).unwrap();
        super::super::reject(story.books(), first, "typing error", &clerk("ann", 1)).unwrap();
        let second = story.receive(&submission).unwrap();
        story.validate(second);
        assert_eq!(kinds(&mut story, second), []);
    }
}
