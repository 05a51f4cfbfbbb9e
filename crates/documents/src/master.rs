//! Master data: items, accounts, price books and the company, as CSV or JSON.
//!
//! The fields are those of the types in `trade`, by their names; what is left out has its default. A field that does not exist is a
//! finding, so a slip of the pen is told. Amounts are in minor units.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use trade::AccountId;
use trade::account::Profile;
use trade::master::{Company, Item, Node, PriceBook, PriceEntry, PriceTier, ShipTo, TaxRate};
use units::{Calendar, Day, Decimal, Quantity, Text};

use crate::csv_table::rows;
use crate::finding::text;
use crate::{Finding, Place, Read};

/// Reads items.
pub fn read_items(bytes: &[u8], name: &str) -> Read<Item> {
    records(bytes, name, |value| overlay(&Item { tax_category: Text::const_new("standard"), ..Item::default() }, value))
}

/// Reads accounts: the profile's fields and `id`.
pub fn read_accounts(bytes: &[u8], name: &str) -> Read<(AccountId, Profile)> {
    records(bytes, name, |mut value| {
        let id =
            value.as_object_mut().and_then(|object| object.remove("id")).and_then(|id| id.as_str().map(AccountId::from));
        let id = id.ok_or_else(|| "`id` is missing: give the account's number".to_owned())?;
        each::<ShipTo>(&mut value, "ship_tos")?;
        let mut profile = overlay(&Profile { tier: 5, ..Profile::default() }, value)?;
        if profile.name.is_empty() {
            profile.name = id.0.clone();
        }
        Ok((id, profile))
    })
}

/// Reads price books: rows of book, item, from which quantity on, price, and from and to which day.
pub fn read_prices(bytes: &[u8], name: &str) -> Read<PriceBook> {
    let text = match text(bytes, name) {
        Ok(text) => text,
        Err(finding) => return Read::refused(finding),
    };
    if text.trim_start().starts_with(['{', '[']) {
        return records(bytes, name, |value| overlay(&PriceBook::default(), value));
    }
    let columns = ["book", "description", "item", "quantity", "price", "from", "to"];
    let (rows, findings) = rows(text, name, &columns, &["book", "item", "price"]);
    let mut read = Read { findings, ..Read::default() };
    let mut books: Vec<PriceBook> = Vec::new();
    for row in rows {
        let quantity = if row.get("quantity").is_empty() { Ok(1) } else { row.get("quantity").parse::<i64>() };
        let day =
            |column: &str| if row.get(column).is_empty() { Ok(None) } else { row.get(column).parse::<Day>().map(Some) };
        let (Ok(quantity), Ok(price), Ok(from), Ok(to)) =
            (quantity, row.get("price").parse::<Decimal>(), day("from"), day("to"))
        else {
            read.findings.push(Finding::error(
                row.place(name),
                "a quantity, price or day cannot be read",
                "write 100, 11.80 and 2026-11-23",
            ));
            continue;
        };
        let at = books.iter().position(|book| book.code == row.get("book")).unwrap_or_else(|| {
            books.push(PriceBook {
                code: row.get("book").into(),
                description: row.get("description").into(),
                ..PriceBook::default()
            });
            books.len() - 1
        });
        let entries = books[at].entries.entry(row.get("item").into()).or_default();
        let entry = entries.iter().position(|entry| (entry.from, entry.to) == (from, to)).unwrap_or_else(|| {
            entries.push(PriceEntry { from, to, ..PriceEntry::default() });
            entries.len() - 1
        });
        entries[entry].tiers.push(PriceTier { from: Quantity(quantity), price });
        entries[entry].tiers.sort_by_key(|tier| tier.from);
    }
    read.records = books.into_iter().map(|book| (Place::new(name, format_args!("book {}", book.code)), book)).collect();
    read
}

/// Reads the company, as JSON.
pub fn read_company(bytes: &[u8], name: &str) -> Read<Company> {
    records(bytes, name, |mut value| {
        if let Some(nodes) = value.get_mut("nodes").and_then(Value::as_array_mut) {
            for (at, node) in nodes.iter_mut().enumerate() {
                let template = Node { calendar: Calendar::always(), cut_off: 24 * 60, tier: 1, ..Node::default() };
                let full: Node = overlay(&template, node.take()).map_err(|error| format!("nodes[{at}]: {error}"))?;
                *node = serde_json::to_value(full).map_err(|error| error.to_string())?;
            }
        }
        each::<TaxRate>(&mut value, "taxes")?;
        overlay(&Company { calendar: Calendar::always(), ..Company::default() }, value)
    })
}

/// Fills the objects of a list up with their defaults.
fn each<T: Default + Serialize + DeserializeOwned>(value: &mut Value, field: &str) -> Result<(), String> {
    let Some(list) = value.get_mut(field).and_then(Value::as_array_mut) else { return Ok(()) };
    for (at, entry) in list.iter_mut().enumerate() {
        let full: T = overlay(&T::default(), entry.take()).map_err(|error| format!("{field}[{at}]: {error}"))?;
        *entry = serde_json::to_value(full).map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// Records of JSON (an object or an array of them) or CSV (a column per field).
fn records<T>(bytes: &[u8], name: &str, make: impl Fn(Value) -> Result<T, String>) -> Read<T> {
    let text = match text(bytes, name) {
        Ok(text) => text,
        Err(finding) => return Read::refused(finding),
    };
    let mut read = Read::default();
    let take = |place: Place, value: Value, read: &mut Read<T>| match make(value) {
        Ok(record) => read.records.push((place, record)),
        Err(cause) => read.findings.push(Finding::error(place, cause, "see the guide on master data")),
    };
    if text.trim_start().starts_with(['{', '[']) {
        match serde_json::from_str::<Value>(text) {
            Ok(Value::Array(values)) => {
                for (at, value) in values.into_iter().enumerate() {
                    take(Place::new(name, format_args!("/{at}")), value, &mut read);
                }
            }
            Ok(value) => take(Place::new(name, ""), value, &mut read),
            Err(error) => {
                let place = Place::new(name, format_args!("line {}, column {}", error.line(), error.column()));
                read.findings.push(Finding::error(place, format!("this is no JSON: {error}"), "mend the document"));
            }
        }
        return read;
    }
    let (rows, findings) = rows(text, name, &[], &["id"]);
    read.findings = findings;
    for row in rows {
        let fields = row.fields().filter(|(_, field)| !field.is_empty());
        let object: Map<String, Value> = fields.map(|(column, field)| (column.to_owned(), Value::from(field))).collect();
        take(row.place(name), Value::Object(object), &mut read);
    }
    read
}

/// A value of `template` with the fields of `given` in its place. Fields that it does not have are an error.
fn overlay<T: Serialize + DeserializeOwned>(template: &T, given: Value) -> Result<T, String> {
    let mut full = serde_json::to_value(template).map_err(|error| error.to_string())?;
    lay(&mut full, given, "")?;
    serde_json::from_value(full).map_err(|error| error.to_string())
}

fn lay(onto: &mut Value, given: Value, path: &str) -> Result<(), String> {
    match (onto, given) {
        // these are one of several shapes, or maps: they are given as a whole
        (onto, given)
            if path.ends_with(".billing")
                || path.ends_with(".transit_days")
                || path.ends_with(".distance_km")
                || path.ends_with(".entries")
                || path.ends_with(".calendar") =>
        {
            *onto = given;
        }
        (Value::Object(onto), Value::Object(given)) => {
            for (key, value) in given {
                let inner = format!("{path}.{key}");
                match onto.get_mut(&key) {
                    Some(slot) => lay(slot, value, &inner)?,
                    None => return Err(format!("there is no field `{}`", inner.trim_start_matches('.'))),
                }
            }
        }
        // a CSV knows only text
        (onto @ Value::Bool(_), Value::String(text)) => *onto = Value::Bool(matches!(text.as_str(), "true" | "yes" | "1")),
        (onto @ Value::Number(_), Value::String(text)) => {
            let number = text
                .parse::<i64>()
                .map_err(|_| format!("`{}` is {text}, and has to be a whole number", path.trim_start_matches('.')))?;
            *onto = Value::from(number);
        }
        (onto @ Value::Null, Value::String(text)) if path.ends_with("_limit") || path.ends_with("_value") => {
            let number = text
                .parse::<i64>()
                .map_err(|_| format!("`{}` is {text}, and has to be minor units", path.trim_start_matches('.')))?;
            *onto = Value::from(number);
        }
        (onto @ Value::Array(_), Value::String(text)) => {
            *onto = text.split('|').map(|part| Value::from(part.trim())).collect();
        }
        (onto, given) => *onto = given,
    }
    Ok(())
}
