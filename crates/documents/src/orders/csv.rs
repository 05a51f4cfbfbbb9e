//! Orders as CSV.

use trade::order::{Channel, Destination, Original, Submission, SubmittedLine};
use units::{Day, Decimal};

use super::{OrderDocument, minor};
use crate::csv_table::{Row, rows};
use crate::{Finding, Read};

const COLUMNS: [&str; 12] = [
    "account",
    "purchase_order",
    "item",
    "description",
    "quantity",
    "uom",
    "price",
    "ship_to",
    "requested",
    "freight",
    "discount",
    "ship_complete",
];

pub(super) fn read(text: &str, name: &str) -> Read<OrderDocument> {
    let (rows, findings) = rows(text, name, &COLUMNS, &["account", "item", "quantity"]);
    let mut read = Read { findings, ..Read::default() };
    let mut open: Option<(crate::Place, (String, String), Submission, bool)> = None;
    for row in rows {
        let key = (row.get("account").to_owned(), row.get("purchase_order").to_owned());
        if open.as_ref().is_none_or(|(_, known, _, _)| *known != key || key.1.is_empty()) {
            finish(&mut read, open.take());
            let (submission, sound) = header(&row, name, &mut read.findings);
            open = Some((row.place(name), key, submission, sound));
        }
        if let Some((_, _, submission, sound)) = &mut open {
            match line(&row, name) {
                Ok(line) => submission.lines.push(line),
                Err(finding) => {
                    read.findings.push(*finding);
                    *sound = false;
                }
            }
        }
    }
    finish(&mut read, open);
    read
}

/// An order with a row that cannot be read is left out as a whole: half of an order is another order.
fn finish(read: &mut Read<OrderDocument>, open: Option<(crate::Place, (String, String), Submission, bool)>) {
    if let Some((place, _, submission, true)) = open {
        read.records.push((place, OrderDocument::Order(submission)));
    }
}

fn header(row: &Row, name: &str, findings: &mut Vec<Finding>) -> (Submission, bool) {
    let before = findings.len();
    let mut amount = |column: &str| {
        let text = row.get(column);
        if text.is_empty() {
            return units::Amount::ZERO;
        }
        let value = text.parse::<Decimal>().ok().filter(|value| !value.is_negative()).and_then(minor);
        value.unwrap_or_else(|| {
            findings.push(Finding::error(
                row.column(name, column),
                format!("`{text}` is no amount"),
                "give a number such as 12.50, or nothing",
            ));
            units::Amount::ZERO
        })
    };
    let (freight, discount) = (amount("freight"), amount("discount"));
    let requested = match row.get("requested") {
        "" => None,
        text => match text.parse::<Day>() {
            Ok(day) => Some(day),
            Err(_) => {
                let place = row.column(name, "requested");
                findings.push(Finding::error(place, format!("`{text}` is no day"), "write days as 2026-11-23"));
                None
            }
        },
    };
    let submission = Submission {
        account: row.get("account").into(),
        purchase_order: row.get("purchase_order").into(),
        channel: Channel::File,
        original: Original { format: "csv".into(), place: row.place(name).within, ..Original::default() },
        ship_to: if row.get("ship_to").is_empty() {
            Destination::Default
        } else {
            Destination::Code(row.get("ship_to").into())
        },
        requested,
        ship_complete: match row.get("ship_complete") {
            "" => None,
            text => Some(matches!(text, "true" | "yes" | "1")),
        },
        freight,
        discount,
        ..Submission::default()
    };
    (submission, findings.len() == before)
}

fn line(row: &Row, name: &str) -> Result<SubmittedLine, Box<Finding>> {
    let number = |column: &str, mend: &'static str| -> Result<Decimal, Box<Finding>> {
        let text = row.get(column);
        text.parse::<Decimal>()
            .map_err(|_| Box::new(Finding::error(row.column(name, column), format!("`{text}` is no number"), mend)))
    };
    let quantity = number("quantity", "give how many units are ordered")?;
    if quantity.is_zero() || quantity.is_negative() {
        let cause = format!("`{}` is not a positive number", row.get("quantity"));
        return Err(Box::new(Finding::error(row.column(name, "quantity"), cause, "give how many units are ordered")));
    }
    let price =
        if row.get("price").is_empty() { None } else { Some(number("price", "give the price per unit, or nothing")?) };
    Ok(SubmittedLine {
        item: row.get("item").into(),
        description: row.get("description").into(),
        quantity,
        uom: row.get("uom").into(),
        price,
    })
}
