//! The UCI *Online Retail* data: one row per line of an invoice (Chen 2015, CC BY 4.0).

use std::collections::BTreeMap;

use trade::order::{Channel, Original, Submission, SubmittedLine};
use trade::returns::{ReturnDocument, ReturnedLine};
use units::{Amount, Decimal, Quantity, Text, Uom};

use super::{OrderDocument, minor};
use crate::csv_table::{Row, rows};
use crate::{Place, Read, Reason};

const COLUMNS: [&str; 8] =
    ["invoiceno", "stockcode", "description", "quantity", "invoicedate", "unitprice", "customerid", "country"];

/// What a row is.
enum Meaning {
    Line(SubmittedLine),
    Freight(Amount),
    Discount(Amount),
    Returned(ReturnedLine),
    Rejected(Reason),
}

#[derive(Default)]
struct Invoice {
    place: Place,
    account: Text,
    lines: Vec<SubmittedLine>,
    returned: Vec<ReturnedLine>,
    freight: Amount,
    discount: Amount,
    /// Rows of postage and discount, which count only with goods.
    headers: u64,
}

pub(super) fn read(text: &str, name: &str) -> Read<OrderDocument> {
    let (rows, findings) = rows(text, name, &COLUMNS, &COLUMNS);
    let mut read = Read { findings, ..Read::default() };
    let mut order: Vec<Text> = Vec::new();
    let mut invoices: BTreeMap<Text, Invoice> = BTreeMap::new();
    for row in rows {
        let number = Text::from(row.get("invoiceno"));
        let invoice = invoices.entry(number.clone()).or_insert_with(|| {
            order.push(number.clone());
            Invoice { place: row.place(name), ..Invoice::default() }
        });
        match meaning(&row, number.starts_with('C')) {
            Meaning::Rejected(reason) => {
                read.reject(reason);
                continue;
            }
            Meaning::Line(line) => invoice.lines.push(line),
            Meaning::Returned(line) => invoice.returned.push(line),
            Meaning::Freight(amount) => {
                invoice.freight += amount;
                invoice.headers += 1;
            }
            Meaning::Discount(amount) => {
                invoice.discount += amount;
                invoice.headers += 1;
            }
        }
        invoice.account = account(&row);
    }
    for number in order {
        if let Some(invoice) = invoices.remove(&number) {
            finish(&mut read, &number, invoice);
        }
    }
    read
}

fn finish(read: &mut Read<OrderDocument>, number: &Text, invoice: Invoice) {
    let Invoice { place, account, lines, returned, freight, discount, headers } = invoice;
    let original = Original { format: "online-retail".into(), place: place.within.clone(), ..Original::default() };
    if !lines.is_empty() {
        let submission = Submission {
            account: account.as_str().into(),
            purchase_order: number.clone(),
            channel: Channel::Shop,
            original,
            freight,
            discount,
            lines,
            ..Submission::default()
        };
        read.records.push((place, OrderDocument::Order(submission)));
    } else if !returned.is_empty() {
        if headers > 0 {
            *read.rejected.entry(Reason::HeaderWithoutGoods).or_default() += headers;
        }
        let document =
            ReturnDocument { account: account.as_str().into(), reference: number.clone(), original, lines: returned };
        read.records.push((place, OrderDocument::Return(document)));
    } else if headers > 0 {
        *read.rejected.entry(Reason::HeaderWithoutGoods).or_default() += headers;
    }
}

/// Customer numbers were exported as decimals.
fn account(row: &Row) -> Text {
    row.get("customerid").trim_end_matches(".0").into()
}

fn meaning(row: &Row, is_return: bool) -> Meaning {
    let quantity = row.get("quantity").parse::<Decimal>();
    let price = row.get("unitprice").parse::<Decimal>();
    let (Ok(quantity), Ok(price)) = (quantity, price) else { return Meaning::Rejected(Reason::Unreadable) };
    let code = row.get("stockcode").to_ascii_uppercase();
    if row.get("invoiceno").starts_with('A') || code == "B" || price.is_negative() {
        return Meaning::Rejected(Reason::BadDebtAdjustment);
    }
    if row.get("customerid").is_empty() {
        return Meaning::Rejected(Reason::NoCustomer);
    }
    match code.as_str() {
        "BANK CHARGES" => return Meaning::Rejected(Reason::BankCharges),
        "AMAZONFEE" | "CRUK" => return Meaning::Rejected(Reason::Fees),
        "M" | "ADJUST" => return Meaning::Rejected(Reason::Manual),
        "S" => return Meaning::Rejected(Reason::Samples),
        _ => {}
    }
    let total = quantity.checked_mul(price).map(Decimal::abs).and_then(minor);
    match (code.as_str(), total) {
        ("POST" | "DOT" | "C2", Some(total)) => return Meaning::Freight(total),
        ("D", Some(total)) => return Meaning::Discount(total),
        _ => {}
    }
    if price.is_zero() {
        return Meaning::Rejected(Reason::ZeroPrice);
    }
    if is_return {
        let Some(units) = quantity.abs().to_i64().filter(|units| *units > 0) else {
            return Meaning::Rejected(Reason::Unreadable);
        };
        return Meaning::Returned(ReturnedLine { item: code.as_str().into(), quantity: Quantity(units) });
    }
    if quantity.is_negative() || quantity.is_zero() {
        return Meaning::Rejected(Reason::NegativeWithoutCancellation);
    }
    let (item, description) = (Text::from(code), Text::from(row.get("description")));
    Meaning::Line(SubmittedLine { item, description, quantity, uom: Uom::default(), price: Some(price) })
}
