//! Orders as JSON: one object, an array, or one object per line.

use serde::Deserialize;
use serde_json::Value;
use trade::master::ShipTo;
use trade::order::{Channel, Destination, Original, Submission, SubmittedLine};
use units::{Amount, Currency, Day, Decimal};

use super::{OrderDocument, minor};
use crate::{Finding, Place, Read};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OrderJson {
    account: String,
    #[serde(default)]
    purchase_order: String,
    #[serde(default)]
    currency: Option<Currency>,
    #[serde(default)]
    ship_to: Option<Value>,
    #[serde(default)]
    requested: Option<Day>,
    #[serde(default)]
    ship_complete: Option<bool>,
    #[serde(default)]
    freight: Option<Value>,
    #[serde(default)]
    discount: Option<Value>,
    lines: Vec<LineJson>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LineJson {
    item: String,
    #[serde(default)]
    description: String,
    quantity: Value,
    #[serde(default)]
    uom: String,
    #[serde(default)]
    price: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
struct AddressJson {
    code: String,
    name: String,
    street: String,
    postcode: String,
    city: String,
    country: String,
}

pub(super) fn read(text: &str, name: &str) -> Read<OrderDocument> {
    let mut read = Read::default();
    let values = match serde_json::from_str::<Value>(text) {
        Ok(Value::Array(values)) => values,
        Ok(value) => vec![value],
        Err(error) if text.trim_start().starts_with('{') && text.trim().lines().count() > 1 => {
            return lines(text, name, &error);
        }
        Err(error) => return Read::refused(syntax(name, &error)),
    };
    let many = values.len() > 1;
    for (at, value) in values.into_iter().enumerate() {
        let base = if many { format!("/{at}") } else { String::new() };
        take(&mut read, name, &base, value);
    }
    read
}

/// One object per line; a line that cannot be read does not stop the others.
fn lines(text: &str, name: &str, whole: &serde_json::Error) -> Read<OrderDocument> {
    let mut read = Read::default();
    let mut understood = 0;
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        match serde_json::from_str::<Value>(line) {
            Ok(value) => {
                understood += 1;
                take(&mut read, name, &format!("line {}", at + 1), value);
            }
            Err(error) => {
                let place = Place::new(name, format_args!("line {}, column {}", at + 1, error.column()));
                read.findings.push(Finding::error(place, format!("this is no JSON: {error}"), "mend the line"));
            }
        }
    }
    if understood == 0 { Read::refused(syntax(name, whole)) } else { read }
}

fn syntax(name: &str, error: &serde_json::Error) -> Finding {
    let place = Place::new(name, format_args!("line {}, column {}", error.line(), error.column()));
    Finding::error(place, format!("this is no JSON: {error}"), "mend the document")
}

fn take(read: &mut Read<OrderDocument>, name: &str, base: &str, value: Value) {
    let parsed = serde_json::from_value::<OrderJson>(value);
    let outcome = match parsed {
        Ok(order) => submission(order, base),
        Err(error) => Err((base.to_owned(), error.to_string(), "see the order in the API's documentation")),
    };
    match outcome {
        Ok(submission) => read.records.push((Place::new(name, base), OrderDocument::Order(submission))),
        Err((pointer, cause, mend)) => read.findings.push(Finding::error(Place::new(name, pointer), cause, mend)),
    }
}

type Wrong = (String, String, &'static str);

fn submission(order: OrderJson, base: &str) -> Result<Submission, Wrong> {
    let amount = |value: Option<&Value>, field: &str| -> Result<Amount, Wrong> {
        let Some(value) = value else { return Ok(Amount::ZERO) };
        let decimal = decimal(value, &format!("{base}/{field}"))?;
        let wrong =
            || (format!("{base}/{field}"), format!("{decimal} is no amount"), "give an amount that is not below zero");
        minor(decimal).filter(|amount| !amount.is_negative()).ok_or_else(wrong)
    };
    let (freight, discount) = (amount(order.freight.as_ref(), "freight")?, amount(order.discount.as_ref(), "discount")?);
    let mut lines = Vec::with_capacity(order.lines.len());
    for (at, line) in order.lines.into_iter().enumerate() {
        let price = line.price.as_ref().map(|price| decimal(price, &format!("{base}/lines/{at}/price"))).transpose()?;
        lines.push(SubmittedLine {
            item: line.item.into(),
            description: line.description.into(),
            quantity: decimal(&line.quantity, &format!("{base}/lines/{at}/quantity"))?,
            uom: line.uom.into(),
            price,
        });
    }
    Ok(Submission {
        account: order.account.into(),
        purchase_order: order.purchase_order.into(),
        channel: Channel::Api,
        original: Original { format: "json".into(), place: base.into(), ..Original::default() },
        currency: order.currency,
        ship_to: destination(order.ship_to, base)?,
        requested: order.requested,
        ship_complete: order.ship_complete,
        freight,
        discount,
        lines,
    })
}

fn destination(value: Option<Value>, base: &str) -> Result<Destination, Wrong> {
    match value {
        None | Some(Value::Null) => Ok(Destination::Default),
        Some(Value::String(code)) => Ok(Destination::Code(code.into())),
        Some(value) => {
            let wrong =
                |error: serde_json::Error| (format!("{base}/ship_to"), error.to_string(), "give a code or an address");
            let address: AddressJson = serde_json::from_value(value).map_err(wrong)?;
            let AddressJson { code, name, street, postcode, city, country } = address;
            Ok(Destination::Address(ShipTo {
                code: code.into(),
                name: name.into(),
                street: street.into(),
                postcode: postcode.into(),
                city: city.into(),
                country: country.into(),
            }))
        }
    }
}

/// A number, or a number in quotation marks; every digit counts.
fn decimal(value: &Value, pointer: &str) -> Result<Decimal, Wrong> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    text.parse().map_err(|_| {
        (pointer.to_owned(), format!("`{}` is no number", text.chars().take(40).collect::<String>()), "give a number")
    })
}
