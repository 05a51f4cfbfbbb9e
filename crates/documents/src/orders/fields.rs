//! A JSON object whose fields are taken one by one, every problem with its pointer.

use std::str::FromStr;

use serde_json::{Map, Value};
use trade::master::ShipTo;
use trade::order::{Destination, SubmittedLine};
use units::{Amount, Currency, Decimal, Text};

use crate::amount::exact;
use crate::csv_table::short;
use crate::{Finding, MAX_FIELD, MAX_FINDINGS, Place};

/// An object, where it is, and where findings go.
pub(super) struct Fields<'a> {
    object: &'a Map<String, Value>,
    document: &'a str,
    pointer: String,
    findings: &'a mut Vec<Finding>,
}

impl<'a> Fields<'a> {
    /// The fields of an object with fields among `known`; `None` and a finding if it is none.
    pub(super) fn of(
        value: &'a Value,
        document: &'a str,
        pointer: String,
        known: &[&str],
        findings: &'a mut Vec<Finding>,
    ) -> Option<Self> {
        let Some(object) = value.as_object() else {
            if findings.len() <= MAX_FINDINGS {
                let place = Place::new(document, pointer);
                findings.push(Finding::error(place, "this is no object", "see the order in the reference"));
            }
            return None;
        };
        let mut fields = Self { object, document, pointer, findings };
        for field in object.keys().filter(|field| !known.contains(&field.as_str())) {
            fields.wrong(&short(field), "there is no such field".to_owned(), &format!("use {}", known.join(", ")));
        }
        Some(fields)
    }

    fn wrong(&mut self, field: &str, cause: String, mend: &str) {
        // one more than is listed, so that the reader tells that there are more
        if self.findings.len() <= MAX_FINDINGS {
            let place = Place::new(self.document, format_args!("{}/{field}", self.pointer));
            self.findings.push(Finding::error(place, cause, mend));
        }
    }

    /// The value of a field; null is as good as none.
    fn get(&self, field: &str) -> Option<&'a Value> {
        self.object.get(field).filter(|value| !value.is_null())
    }

    /// A text; empty if there is none.
    pub(super) fn text(&mut self, field: &str) -> Text {
        match self.get(field) {
            None => Text::default(),
            Some(Value::String(text)) if text.len() <= MAX_FIELD => text.trim().into(),
            Some(Value::String(_)) => {
                self.wrong(field, format!("the text has more than {MAX_FIELD} bytes"), "give a shorter one");
                Text::default()
            }
            Some(other) => {
                self.wrong(field, format!("`{}` is no text", short(&other.to_string())), "put it in quotation marks");
                Text::default()
            }
        }
    }

    /// A text that has to be there.
    pub(super) fn needed(&mut self, field: &str) -> Text {
        let before = self.findings.len();
        let text = self.text(field);
        if text.is_empty() && self.findings.len() == before {
            self.wrong(field, "it is missing or empty".to_owned(), "give a text");
        }
        text
    }

    /// A text with a meaning of its own, such as a day.
    pub(super) fn parsed<T: FromStr>(&mut self, field: &str, wanted: &str) -> Option<T> {
        let text = self.text(field);
        if text.is_empty() {
            return None;
        }
        let parsed = text.parse().ok();
        if parsed.is_none() {
            self.wrong(field, format!("`{}` cannot be read", short(&text)), &format!("give {wanted}"));
        }
        parsed
    }

    /// True or false.
    pub(super) fn flag(&mut self, field: &str) -> Option<bool> {
        let value = self.get(field)?;
        if !value.is_boolean() {
            self.wrong(field, format!("`{}` is neither true nor false", short(&value.to_string())), "give true or false");
        }
        value.as_bool()
    }

    /// A list of texts that stand for something.
    pub(super) fn list<T: FromStr>(&mut self, field: &str, mend: &str) -> Vec<T> {
        let Some(value) = self.get(field) else { return Vec::new() };
        let Some(values) = value.as_array() else {
            self.wrong(field, format!("`{}` is no list", short(&value.to_string())), mend);
            return Vec::new();
        };
        let mut list = Vec::with_capacity(values.len());
        for (at, value) in values.iter().enumerate() {
            match value.as_str().and_then(|text| text.parse().ok()) {
                Some(entry) => list.push(entry),
                None => self.wrong(&format!("{field}/{at}"), format!("`{}` is none", short(&value.to_string())), mend),
            }
        }
        list
    }

    /// A number, in quotation marks or not.
    fn number(&mut self, field: &str, value: &Value) -> Option<Decimal> {
        let text = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let number = text.parse().ok();
        if number.is_none() {
            self.wrong(field, format!("`{}` is no number", short(&text)), "give a number such as 12.50");
        }
        number
    }

    /// A whole number from 0 to 65,535.
    pub(super) fn count(&mut self, field: &str) -> Option<u16> {
        let value = self.get(field)?;
        let text = match value {
            Value::String(text) => text.trim().to_owned(),
            other => other.to_string(),
        };
        let count = text.parse().ok();
        if count.is_none() {
            self.wrong(field, format!("`{}` is no count", short(&text)), "give a whole number from 0 to 65535");
        }
        count
    }

    /// A number that is not below zero.
    pub(super) fn price(&mut self, field: &str) -> Option<Decimal> {
        let value = self.get(field)?;
        let number = self.number(field, value)?;
        if number.is_negative() {
            self.wrong(field, format!("`{number}` is below zero"), "give the price per unit, or nothing");
        }
        Some(number)
    }

    /// A number above zero that has to be there.
    pub(super) fn quantity(&mut self, field: &str) -> Decimal {
        let mend = "give how many units are ordered";
        let Some(value) = self.get(field) else {
            self.wrong(field, "it is missing".to_owned(), mend);
            return Decimal::ZERO;
        };
        let number = self.number(field, value);
        if let Some(number) = number.filter(|number| number.is_zero() || number.is_negative()) {
            self.wrong(field, format!("`{number}` is not a positive number"), mend);
        }
        number.unwrap_or_default()
    }

    /// The currency of the order: its own field, or that of an amount in it.
    pub(super) fn currency(&mut self, amounts: &[&str]) -> Option<Currency> {
        let named = self.parsed("currency", "an ISO 4217 code such as EUR");
        let of = |field: &&str| self.get(field)?.get("currency")?.as_str()?.parse().ok();
        named.or_else(|| amounts.iter().find_map(of))
    }

    /// An amount that is not below zero: `{"amount": "12.50", "currency": "EUR"}`, or plain in the order's currency.
    pub(super) fn amount(&mut self, field: &str, currency: Option<Currency>) -> Amount {
        let Some(value) = self.get(field) else { return Amount::ZERO };
        let currency = currency.unwrap_or_default();
        let plain = match value {
            Value::Object(money) => {
                if money.keys().any(|key| key != "amount" && key != "currency") {
                    self.wrong(field, "money has `amount` and `currency` only".to_owned(), "take the other fields out");
                }
                if money.get("currency").and_then(Value::as_str) != Some(currency.as_str()) {
                    self.wrong(field, "its currency is not that of the order".to_owned(), &format!("give it in {currency}"));
                }
                money.get("amount").unwrap_or(&Value::Null)
            }
            plain => plain,
        };
        let Some(number) = self.number(field, plain) else { return Amount::ZERO };
        let amount = exact(number, currency).filter(|amount| !amount.is_negative());
        if amount.is_none() {
            let digits = currency.exponent();
            let mend = format!("give an amount from 0 on, with at most {digits} digits after the point, as {currency} has");
            self.wrong(field, format!("`{number}` is no such amount"), &mend);
        }
        amount.unwrap_or_default()
    }

    /// A code, an address, or nothing.
    pub(super) fn destination(&mut self) -> Destination {
        const KNOWN: [&str; 9] = ["code", "name", "street", "postcode", "city", "country", "region", "county", "district"];
        match self.get("ship_to") {
            None => Destination::Default,
            Some(value @ Value::Object(_)) => {
                let pointer = format!("{}/ship_to", self.pointer);
                let Some(mut address) = Fields::of(value, self.document, pointer, &KNOWN, self.findings) else {
                    return Destination::Default;
                };
                Destination::Address(ShipTo {
                    code: address.text("code"),
                    name: address.text("name"),
                    street: address.text("street"),
                    postcode: address.text("postcode"),
                    city: address.text("city"),
                    country: address.text("country"),
                    region: address.text("region"),
                    county: address.text("county"),
                    district: address.text("district"),
                })
            }
            Some(_) => match self.text("ship_to") {
                code if code.is_empty() => Destination::Default,
                code => Destination::Code(code),
            },
        }
    }

    /// The lines of the order, read by `line`.
    pub(super) fn lines(&mut self, known: &[&str], line: impl Fn(Fields<'_>) -> SubmittedLine) -> Vec<SubmittedLine> {
        let Some(lines) = self.get("lines").and_then(Value::as_array).filter(|lines| !lines.is_empty()) else {
            self.wrong("lines", "there are no lines".to_owned(), "give a list with at least one line");
            return Vec::new();
        };
        let mut read = Vec::with_capacity(lines.len());
        for (at, value) in lines.iter().enumerate() {
            let pointer = format!("{}/lines/{at}", self.pointer);
            read.extend(Fields::of(value, self.document, pointer, known, self.findings).map(&line));
        }
        read
    }
}
