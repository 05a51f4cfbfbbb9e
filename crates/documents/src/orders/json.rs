//! Orders as JSON, in the shape of the API: one object, an array, or one object per line.
//!
//! ```json
//! { "account": "ACME", "purchase_order": "4711", "currency": "EUR", "requested": "2026-11-30", "ship_complete": false,
//!   "ship_to": "DOCK-1", "freight": { "amount": "12.50", "currency": "EUR" }, "discount": "3.00",
//!   "lines": [ { "item": "X-1", "description": "Widget", "quantity": 12, "uom": "EA", "price": "2.50" } ] }
//! ```
//!
//! Only `account`, `lines`, `item` and `quantity` are needed. `ship_to` is the code of an address of the account or an object with `code`,
//! `name`, `street`, `postcode`, `city` and `country`; `billing` is a policy such as `on_complete=14`. Lines with the same `ship_group` are
//! released together or not at all; `max_backorders` is how many parts may be delivered after the first, and until the day
//! `consolidate_until` the release waits for the rest; `incoterm` is the term of delivery. With `accepts_earlier` it may come before the
//! day that the customer was told; `reservations` of its items that were made before are taken over. `quote` of the order, or of a line, is
//! the quote by which it was ordered. Numbers may stand in quotation marks; every digit counts.

use serde_json::{Map, Value};
use trade::master::{NoBillingPolicy, NoIncoterm};
use trade::order::{Channel, Original, Submission, SubmittedLine};

use super::OrderDocument;
use super::fields::Fields;
use crate::{Finding, MAX_RECORDS, Place, Read};

const ORDER: [&str; 16] = [
    "account",
    "purchase_order",
    "currency",
    "ship_to",
    "requested",
    "ship_complete",
    "freight",
    "discount",
    "billing",
    "max_backorders",
    "consolidate_until",
    "accepts_earlier",
    "reservations",
    "incoterm",
    "quote",
    "lines",
];
const LINE: [&str; 7] = ["item", "description", "quantity", "uom", "price", "ship_group", "quote"];

pub(super) fn read(text: &str, name: &str) -> Read<OrderDocument> {
    let mut read = Read::default();
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Array(values)) => {
            for (at, value) in values.iter().take(MAX_RECORDS).enumerate() {
                take(&mut read, name, &format!("/{at}"), value);
            }
            if values.len() > MAX_RECORDS {
                read.find(Finding::error(
                    Place::new(name, ""),
                    format!("it has more than {MAX_RECORDS} orders"),
                    "split it",
                ));
            }
            read
        }
        Ok(value) => {
            take(&mut read, name, "", &value);
            read
        }
        Err(_) if is_lines(text) => lines(text, name),
        Err(error) => Read::refused(syntax(name, error.line(), &error)),
    }
}

/// Whether the first line is an object of its own.
fn is_lines(text: &str) -> bool {
    let first = text.lines().find(|line| !line.trim().is_empty());
    first.is_some_and(|first| serde_json::from_str::<Map<String, Value>>(first).is_ok())
}

/// One object per line; a line that cannot be read does not stop the others.
fn lines(text: &str, name: &str) -> Read<OrderDocument> {
    let mut read = Read::default();
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        if read.records.len() >= MAX_RECORDS {
            read.find(Finding::error(Place::new(name, ""), format!("it has more than {MAX_RECORDS} orders"), "split it"));
            break;
        }
        match serde_json::from_str::<Value>(line) {
            Ok(value) => take(&mut read, name, &format!("line {}", at + 1), &value),
            Err(error) => read.find(syntax(name, at + 1, &error)),
        }
    }
    read
}

fn syntax(name: &str, line: usize, error: &serde_json::Error) -> Finding {
    let place = Place::new(name, format_args!("line {line}, column {}", error.column()));
    Finding::error(place, format!("this is no JSON: {error}"), "mend the document")
}

fn take(read: &mut Read<OrderDocument>, name: &str, base: &str, value: &Value) {
    let mut findings = Vec::new();
    let submission = Fields::of(value, name, base.to_owned(), &ORDER, &mut findings).map(|fields| order(fields, base));
    if let Some(submission) = submission.filter(|_| findings.is_empty()) {
        read.records.push((Place::new(name, base), OrderDocument::Order(Box::new(submission))));
    }
    findings.into_iter().for_each(|finding| read.find(finding));
}

fn order(mut fields: Fields<'_>, base: &str) -> Submission {
    let currency = fields.currency(&["freight", "discount"]);
    Submission {
        account: fields.needed("account").as_str().into(),
        purchase_order: fields.text("purchase_order"),
        channel: Channel::Api,
        original: Original { format: "json".into(), place: base.into(), ..Original::default() },
        currency,
        ship_to: fields.destination(),
        requested: fields.parsed("requested", "a day such as 2026-11-30"),
        ship_complete: fields.flag("ship_complete"),
        freight: fields.amount("freight", currency),
        discount: fields.amount("discount", currency),
        billing: fields.parsed("billing", NoBillingPolicy::MEND),
        max_backorders: fields.count("max_backorders"),
        consolidate_until: fields.parsed("consolidate_until", "a day such as 2026-11-30"),
        accepts_earlier: fields.flag("accepts_earlier"),
        reservations: fields.list("reservations", "give numbers of reservations such as RS-12"),
        incoterm: fields.parsed("incoterm", NoIncoterm::MEND),
        quote: fields.text("quote"),
        lines: fields.lines(&LINE, line),
        ..Submission::default()
    }
}

fn line(mut fields: Fields<'_>) -> SubmittedLine {
    SubmittedLine {
        item: fields.needed("item"),
        description: fields.text("description"),
        quantity: fields.quantity("quantity"),
        uom: fields.text("uom").as_str().into(),
        price: fields.price("price"),
        ship_group: Some(fields.text("ship_group")).filter(|group| !group.is_empty()),
        quote: fields.text("quote"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(text: &str) -> Vec<String> {
        read(text, "f").findings.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn everything_wrong_in_an_order_is_told_at_once() {
        let text = r#"{"acount":"A","requested":"soon","freight":"1.005","lines":[{"item":"X","quantity":0},{"item":"","quantity":1,"price":-1}]}"#;
        let pointers: Vec<String> =
            read(text, "f").findings.iter().map(|finding| finding.place.within.to_string()).collect();
        let wanted =
            ["/acount", "/account", "/requested", "/freight", "/lines/0/quantity", "/lines/1/item", "/lines/1/price"];
        assert_eq!(pointers, wanted);
    }

    #[test]
    fn an_order_says_how_it_may_be_split_and_by_which_quote_it_was_placed() {
        let text = r#"{"account":"A","max_backorders":1,"consolidate_until":"2026-11-30","incoterm":"DAP","quote":"Q-1","lines":[{"item":"X","quantity":1,"quote":"Q-2"}]}"#;
        let OrderDocument::Order(order) = read(text, "f").records.remove(0).1 else { panic!("an order") };
        let day = "2026-11-30".parse().ok();
        assert_eq!((order.max_backorders, order.consolidate_until), (Some(1), day));
        assert_eq!(order.incoterm, Some(trade::master::Incoterm::Dap));
        assert_eq!((order.quote.as_str(), order.lines[0].quote.as_str()), ("Q-1", "Q-2"));
        for odd in ["-1", "1.5", "70000", "\"some\""] {
            let text = format!(r#"{{"account":"A","max_backorders":{odd},"lines":[{{"item":"X","quantity":1}}]}}"#);
            assert!(findings(&text)[0].contains("give a whole number from 0 to 65535"), "{odd}");
        }
    }

    #[test]
    fn money_has_the_currency_of_the_order() {
        let order = |freight: &str| {
            format!(r#"{{"account":"A","currency":"USD","freight":{freight},"lines":[{{"item":"X","quantity":1}}]}}"#)
        };
        assert!(findings(&order(r#"{"amount":"1.50","currency":"USD"}"#)).is_empty());
        assert_eq!(
            findings(&order(r#"{"amount":"1.50","currency":"EUR"}"#)),
            ["f, /freight: its currency is not that of the order; give it in USD"]
        );
    }

    #[test]
    fn a_broken_line_does_not_stop_the_others() {
        let one = r#"{"account":"A","lines":[{"item":"X","quantity":1}]}"#;
        let read = read(&format!("{one}\n\nrubbish\n{one}\n"), "f");
        assert_eq!(read.records.len(), 2);
        assert_eq!(read.records[1].0.to_string(), "f, line 4");
        assert!(read.findings[0].to_string().starts_with("f, line 3, column 1: this is no JSON"));
    }
}
