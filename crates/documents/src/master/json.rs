//! Master data as JSON: one object, or an array of them.

use std::collections::BTreeSet;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use trade::account::{Certificate, Profile};
use trade::master::{
    BillingPolicy, Company, ExchangeRate, Item, Node, PriceBook, Quote, ShipTo, Substitute, TaxRate, Terms,
};
use trade::stock::Count;
use trade::{AccountId, NodeId};
use units::{Amount, Calendar, Decimal, Text};

use super::{CalendarOf, GivenCalendars};
use crate::{Finding, MAX_FIELD, MAX_RECORDS, Place, Read};

/// Fields that are maps or one of several shapes: they are given as a whole.
const WHOLE: [&str; 5] = ["billing", "distance_km", "entries", "transit_days", "uoms"];
/// Decimals that may be left out. Decimals are text, so that no digit is lost, but a plain number is as good.
const OPTIONAL_DECIMALS: [&str; 4] = ["landed_cost", "list_price", "margin_floor", "overdue_percent"];

/// A pointer into the record, and what is wrong there.
type Wrong = (String, String);

pub(super) fn items(text: &str, name: &str) -> Read<Item> {
    let template = Item { tax_category: Text::const_new("standard"), ..Item::default() };
    records(text, name, |mut value| {
        each(&mut value, "substitutes", &Substitute::default())?;
        let item: Item = overlay(&template, value, "")?;
        if item.id.0.is_empty() { Err(("/id".to_owned(), "it is missing or empty".to_owned())) } else { Ok(item) }
    })
}

pub(super) fn accounts(text: &str, name: &str) -> Read<(AccountId, Profile)> {
    let template = Profile { tier: 5, ..Profile::default() };
    records(text, name, |mut value| {
        let id = match value.as_object_mut().and_then(|object| object.remove("id")) {
            Some(Value::String(id)) if !id.trim().is_empty() => AccountId::from(id),
            _ => return Err(("/id".to_owned(), "it is missing or no text".to_owned())),
        };
        each(&mut value, "ship_tos", &ShipTo::default())?;
        each(&mut value, "certificates", &Certificate::default())?;
        let mut profile = overlay(&template, value, "")?;
        if profile.name.is_empty() {
            profile.name = id.0.clone();
        }
        Ok((id, profile))
    })
}

pub(super) fn prices(text: &str, name: &str) -> Read<PriceBook> {
    records(text, name, |value| overlay(&PriceBook::default(), value, ""))
}

pub(super) fn quotes(text: &str, name: &str) -> Read<Quote> {
    records(text, name, |value| {
        let quote: Quote = overlay(&Quote::default(), value, "")?;
        let missing = if quote.number.is_empty() { Some("/number") } else { None };
        let missing = missing.or_else(|| quote.account.0.is_empty().then_some("/account"));
        missing.map_or(Ok(quote), |field| Err((field.to_owned(), "it is missing or empty".to_owned())))
    })
}

pub(super) fn company(text: &str, name: &str) -> Read<Company> {
    let node = node();
    let template = Company { calendar: Calendar::always(), ..Company::default() };
    records(text, name, |mut value| {
        for (at, node) in value.get_mut("nodes").and_then(Value::as_array_mut).into_iter().flatten().enumerate() {
            carrier_calendar(node, &format!("/nodes/{at}"))?;
        }
        each(&mut value, "nodes", &node)?;
        each(&mut value, "taxes", &TaxRate::default())?;
        overlay(&template, value, "")
    })
}

fn node() -> Node {
    Node { calendar: Calendar::always(), cut_off: 24 * 60, tier: 1, ..Node::default() }
}

/// Fills up the calendar of a warehouse's carrier, which the template has not.
fn carrier_calendar(node: &mut Value, pointer: &str) -> Result<(), Wrong> {
    let Some(calendar) = node.get_mut("carrier_calendar").filter(|calendar| !calendar.is_null()) else { return Ok(()) };
    let pointer = format!("{pointer}/carrier_calendar");
    let full: Calendar = overlay(&Calendar::always(), calendar.take(), &pointer)?;
    *calendar = serde_json::to_value(full).map_err(|error| (pointer, error.to_string()))?;
    Ok(())
}

pub(super) fn warehouses(text: &str, name: &str) -> Read<(Node, GivenCalendars)> {
    let template = node();
    records(text, name, |mut value| {
        let own = value.get("calendar").is_some_and(|calendar| !calendar.is_null());
        let given = GivenCalendars { own, carrier: value.get("carrier_calendar").is_some() };
        carrier_calendar(&mut value, "")?;
        let node: Node = overlay(&template, value, "")?;
        if node.id.0.is_empty() { Err(("/id".to_owned(), "it is missing or empty".to_owned())) } else { Ok((node, given)) }
    })
}

pub(super) fn calendars(text: &str, name: &str) -> Read<(CalendarOf, Calendar)> {
    let template = Calendar::always();
    records(text, name, |mut value| {
        let node = take_text(&mut value, "warehouse")?.filter(|node| node != "*").map(NodeId::from);
        let carrier = value.as_object_mut().and_then(|object| object.remove("carrier")).unwrap_or(Value::Bool(false));
        let is_carrier =
            carrier.as_bool().ok_or_else(|| ("/carrier".to_owned(), format!("`{carrier}` is not true or false")))?;
        let whose = CalendarOf::new(node, is_carrier)
            .ok_or_else(|| ("/warehouse".to_owned(), "it is missing, and the calendar is a carrier's".to_owned()))?;
        Ok((whose, overlay(&template, value, "")?))
    })
}

pub(super) fn taxes(text: &str, name: &str) -> Read<TaxRate> {
    records(text, name, |value| {
        let tax: TaxRate = overlay(&TaxRate::default(), value, "")?;
        if tax.rate.is_negative() || tax.rate > Decimal::HUNDRED {
            return Err(("/rate".to_owned(), format!("`{}` is not 0 to 100 per cent", tax.rate)));
        }
        let missing = if tax.jurisdiction.is_empty() { Some("/jurisdiction") } else { None };
        let missing = missing.or_else(|| tax.category.is_empty().then_some("/category"));
        missing.map_or(Ok(tax), |field| Err((field.to_owned(), "it is missing or empty".to_owned())))
    })
}

pub(super) fn rates(text: &str, name: &str) -> Read<ExchangeRate> {
    let mut seen = BTreeSet::new();
    records(text, name, |value| {
        for field in ["currency", "day", "rate", "source"] {
            if value.get(field).is_none_or(Value::is_null) {
                return Err((format!("/{field}"), "it is missing".to_owned()));
            }
        }
        let rate: ExchangeRate = overlay(&ExchangeRate::default(), value, "")?;
        if rate.rate.is_zero() || rate.rate.is_negative() {
            return Err(("/rate".to_owned(), "it is not above zero".to_owned()));
        }
        if !seen.insert((rate.currency, rate.day, rate.source.clone())) {
            let cause = format!("there is a rate of {} on {} of this source already", rate.currency, rate.day);
            return Err(("/rate".to_owned(), cause));
        }
        Ok(rate)
    })
}

pub(super) fn terms(text: &str, name: &str) -> Read<(AccountId, Terms, Option<BillingPolicy>)> {
    records(text, name, |mut value| {
        let account = account(&mut value)?;
        let billing = value.as_object_mut().and_then(|object| object.remove("billing")).filter(|billing| !billing.is_null());
        let billing =
            billing.map(serde_json::from_value).transpose().map_err(|error| ("/billing".to_owned(), error.to_string()))?;
        if value.get("net_days").is_none() {
            return Err(("/net_days".to_owned(), "it is missing".to_owned()));
        }
        Ok((account, overlay(&Terms::default(), value, "")?, billing))
    })
}

pub(super) fn limits(text: &str, name: &str) -> Read<(AccountId, Option<Amount>)> {
    records(text, name, |mut value| {
        let account = account(&mut value)?;
        let object = value.as_object_mut().ok_or_else(|| (String::new(), "it is no object".to_owned()))?;
        let limit = match object.remove("credit_limit") {
            Some(Value::Null) => None,
            Some(limit) => {
                let amount = limit.as_i64().map(Amount).filter(|amount| !amount.is_negative() && *amount <= Amount::LIMIT);
                let cause = || format!("`{limit}` is no amount in minor units, from 0 to 10^15");
                Some(amount.ok_or_else(|| ("/credit_limit".to_owned(), cause()))?)
            }
            None => return Err(("/credit_limit".to_owned(), "it is missing; null takes the limit away".to_owned())),
        };
        match object.keys().next() {
            Some(other) => Err((format!("/{other}"), "there is no such field".to_owned())),
            None => Ok((account, limit)),
        }
    })
}

pub(super) fn stock(text: &str, name: &str) -> Read<Count> {
    records(text, name, |mut value| {
        let node = take_text(&mut value, "warehouse")?
            .ok_or_else(|| ("/warehouse".to_owned(), "it is missing or empty".to_owned()))?;
        if value.get("on_hand").is_none() {
            return Err(("/on_hand".to_owned(), "it is missing".to_owned()));
        }
        let count: Count = overlay(&Count { node: NodeId::from(node), ..Count::default() }, value, "")?;
        if count.item.0.is_empty() { Err(("/item".to_owned(), "it is missing or empty".to_owned())) } else { Ok(count) }
    })
}

/// The account that a record is about.
fn account(value: &mut Value) -> Result<AccountId, Wrong> {
    let account = take_text(value, "account")?;
    account.map(AccountId::from).ok_or_else(|| ("/account".to_owned(), "it is missing or empty".to_owned()))
}

/// Takes a text out of an object; `None` if it is not there, null or empty.
fn take_text(value: &mut Value, field: &str) -> Result<Option<String>, Wrong> {
    match value.as_object_mut().and_then(|object| object.remove(field)) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty())),
        Some(other) => Err((format!("/{field}"), format!("`{other}` is not a text"))),
    }
}

fn records<T>(text: &str, name: &str, mut make: impl FnMut(Value) -> Result<T, Wrong>) -> Read<T> {
    let mut read = Read::default();
    let values = match serde_json::from_str::<Value>(text) {
        Ok(Value::Array(values)) => {
            values.into_iter().enumerate().map(|(at, value)| (format!("/{at}"), value)).collect::<Vec<_>>()
        }
        Ok(value) => vec![(String::new(), value)],
        Err(error) => {
            let place = Place::new(name, format_args!("line {}, column {}", error.line(), error.column()));
            return Read::refused(Finding::error(place, format!("this is no JSON: {error}"), "mend the document"));
        }
    };
    if values.len() > MAX_RECORDS {
        read.find(Finding::error(Place::new(name, ""), format!("it has more than {MAX_RECORDS} records"), "split it"));
    }
    for (base, value) in values.into_iter().take(MAX_RECORDS) {
        match make(value) {
            Ok(record) => read.records.push((Place::new(name, base), record)),
            Err((pointer, cause)) => {
                let place = Place::new(name, format_args!("{base}{pointer}"));
                read.find(Finding::error(place, cause, "see the guide on master data"));
            }
        }
    }
    read
}

/// Fills the objects of a list up with what `template` has.
fn each<T: Serialize + DeserializeOwned>(value: &mut Value, field: &str, template: &T) -> Result<(), Wrong> {
    let Some(list) = value.get_mut(field).and_then(Value::as_array_mut) else { return Ok(()) };
    for (at, entry) in list.iter_mut().enumerate() {
        let full: T = overlay(template, entry.take(), &format!("/{field}/{at}"))?;
        *entry = serde_json::to_value(full).map_err(|error| (format!("/{field}/{at}"), error.to_string()))?;
    }
    Ok(())
}

/// A value of `template` with the fields of `given` in its place. Fields that it does not have are an error.
fn overlay<T: Serialize + DeserializeOwned>(template: &T, given: Value, pointer: &str) -> Result<T, Wrong> {
    let wrong = |error: serde_json::Error| (pointer.to_owned(), error.to_string());
    let mut full = serde_json::to_value(template).map_err(wrong)?;
    let Value::Object(given) = given else { return Err((pointer.to_owned(), "it is no object".to_owned())) };
    lay(&mut full, given, pointer)?;
    serde_json::from_value(full).map_err(wrong)
}

fn lay(onto: &mut Value, given: Map<String, Value>, pointer: &str) -> Result<(), Wrong> {
    for (key, value) in given {
        let pointer = format!("{pointer}/{key}");
        let Some(slot) = onto.get_mut(&key) else { return Err((pointer, "there is no such field".to_owned())) };
        let wanted = match (&*slot, &value) {
            (Value::Object(_), Value::Object(_)) if !WHOLE.contains(&key.as_str()) => None,
            (_, Value::String(text)) if text.len() > MAX_FIELD => Some("short enough"),
            (Value::Bool(_), given) if !given.is_boolean() => Some("true or false"),
            (Value::Number(_), given) if !given.is_number() => Some("a number"),
            (Value::String(_), Value::Number(number)) => {
                *slot = Value::String(number.to_string());
                continue;
            }
            (Value::Null, Value::Number(number)) if OPTIONAL_DECIMALS.contains(&key.as_str()) => {
                *slot = Value::String(number.to_string());
                continue;
            }
            (Value::String(_), given) if !given.is_string() => Some("a text"),
            (Value::Array(_), given) if !given.is_array() => Some("a list"),
            _ => {
                *slot = value;
                continue;
            }
        };
        match (wanted, value) {
            (None, Value::Object(inner)) => lay(slot, inner, &pointer)?,
            (Some(wanted), value) => {
                let given: String = value.to_string().chars().take(40).collect();
                return Err((pointer, format!("`{given}` is not {wanted}")));
            }
            (None, _) => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_field_is_told_by_its_pointer() {
        let one =
            |text: &str| company(text, "c").findings.into_iter().map(|finding| finding.to_string()).collect::<String>();
        let mend = "; see the guide on master data";
        assert_eq!(
            one(r#"{"nodes":[{"id":"E"},{"id":"W","teir":1}]}"#),
            format!("c, /nodes/1/teir: there is no such field{mend}")
        );
        assert_eq!(
            one(r#"{"policy":{"cash":{"write_off_limit":"5"}}}"#),
            format!("c, /policy/cash/write_off_limit: `\"5\"` is not a number{mend}")
        );
        assert_eq!(one("[7]"), format!("c, /0: it is no object{mend}"));
    }

    #[test]
    fn domain_1_4_a_warehouse_may_bring_the_address_that_its_goods_leave_from() {
        let read = warehouses(r#"[{"id":"E","address":{"city":"Leeds","country":"GB"}}]"#, "w");
        assert_eq!((read.findings.len(), read.records[0].1.0.address.city.as_str()), (0, "Leeds"));
        let wrong = warehouses(r#"[{"id":"E","address":{"town":"Leeds"}}]"#, "w").findings;
        assert!(wrong[0].to_string().starts_with("w, /0/address/town: there is no such field"), "{wrong:?}");
    }

    #[test]
    fn a_warehouse_may_bring_the_calendar_of_its_carrier() {
        let week = r#""week":[true,true,true,true,true,false,false]"#;
        let read = warehouses(
            &format!(r#"[{{"id":"E","carrier_calendar":{{{week}}}}},{{"id":"W","carrier_calendar":null}},{{"id":"N"}}]"#),
            "w",
        );
        assert_eq!(read.findings, []);
        let given: Vec<_> =
            read.records.iter().map(|(_, (node, given))| (node.carrier_calendar.is_some(), given.carrier)).collect();
        assert_eq!(given, [(true, true), (false, true), (false, false)]);
        let whole = company(&format!(r#"{{"nodes":[{{"id":"E","carrier_calendar":{{{week}}}}}]}}"#), "c");
        assert_eq!(whole.records[0].1.nodes[0].carrier_calendar, read.records[0].1.0.carrier_calendar);
        let wrong = company(r#"{"nodes":[{"id":"E","carrier_calendar":{"weak":[]}}]}"#, "c").findings;
        assert!(wrong[0].to_string().starts_with("c, /nodes/0/carrier_calendar/weak: there is no such field"), "{wrong:?}");
        let calendars =
            calendars(&format!(r#"[{{"warehouse":"E","carrier":true,{week}}},{{"carrier":true}},{{"carrier":1}}]"#), "c");
        assert_eq!(calendars.records[0].1.0, CalendarOf::Carrier("E".into()));
        let told: Vec<String> = calendars.findings.iter().map(|finding| finding.place.to_string()).collect();
        assert_eq!(told, ["c, /1/warehouse", "c, /2/carrier"]);
    }

    #[test]
    fn decimals_may_be_numbers_or_text() {
        let read = items(r#"[{"id":"X","list_price":9.90},{"id":"Y","list_price":"9.90"}]"#, "i");
        assert_eq!(read.findings, []);
        assert_eq!(read.records[0].1.list_price, read.records[1].1.list_price);
    }
}
