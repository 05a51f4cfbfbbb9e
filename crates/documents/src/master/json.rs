//! Master data as JSON: one object, or an array of them.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use trade::AccountId;
use trade::account::Profile;
use trade::master::{Company, Item, Node, PriceBook, ShipTo, TaxRate};
use units::{Calendar, Text};

use crate::{Finding, MAX_FIELD, MAX_RECORDS, Place, Read};

/// Fields that are maps or one of several shapes: they are given as a whole.
const WHOLE: [&str; 5] = ["billing", "distance_km", "entries", "transit_days", "uoms"];
/// Decimals that may be left out. Decimals are text, so that no digit is lost, but a plain number is as good.
const OPTIONAL_DECIMALS: [&str; 3] = ["landed_cost", "list_price", "margin_floor"];

/// A pointer into the record, and what is wrong there.
type Wrong = (String, String);

pub(super) fn items(text: &str, name: &str) -> Read<Item> {
    let template = Item { tax_category: Text::const_new("standard"), ..Item::default() };
    records(text, name, |value| {
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

pub(super) fn company(text: &str, name: &str) -> Read<Company> {
    let node = Node { calendar: Calendar::always(), cut_off: 24 * 60, tier: 1, ..Node::default() };
    let template = Company { calendar: Calendar::always(), ..Company::default() };
    records(text, name, |mut value| {
        each(&mut value, "nodes", &node)?;
        each(&mut value, "taxes", &TaxRate::default())?;
        overlay(&template, value, "")
    })
}

fn records<T>(text: &str, name: &str, make: impl Fn(Value) -> Result<T, Wrong>) -> Read<T> {
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
    fn decimals_may_be_numbers_or_text() {
        let read = items(r#"[{"id":"X","list_price":9.90},{"id":"Y","list_price":"9.90"}]"#, "i");
        assert_eq!(read.findings, []);
        assert_eq!(read.records[0].1.list_price, read.records[1].1.list_price);
    }
}
