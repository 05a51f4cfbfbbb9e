//! What one row of the data means.

use trade::order::SubmittedLine;
use trade::returns::ReturnedLine;
use units::{Amount, Currency, Decimal, Quantity, Rounding, Text, Timestamp};

use crate::Reason;

/// The columns, in the order of [`Fields`].
pub(super) const COLUMNS: [&str; 8] =
    ["invoiceno", "stockcode", "description", "quantity", "invoicedate", "unitprice", "customerid", "country"];

/// The fields of a row, trimmed.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a> {
    pub(super) invoice: &'a str,
    pub(super) item: &'a str,
    pub(super) description: &'a str,
    pub(super) quantity: &'a str,
    pub(super) date: &'a str,
    pub(super) price: &'a str,
    pub(super) customer: &'a str,
    pub(super) country: &'a str,
}

/// What a row is.
pub(super) enum Meaning {
    /// A line of an order.
    Ordered(SubmittedLine),
    /// A line of a return.
    Returned(ReturnedLine),
    /// Freight of the whole invoice.
    Freight(Amount),
    /// Discount on the whole invoice.
    Discount(Amount),
    /// Nothing that can be ordered or returned.
    Rejected(Reason),
    /// Something that cannot be read: the column and what it has to be.
    Unreadable(&'static str, &'static str),
}

/// Whether an invoice of that number takes goods or money back.
pub(super) fn cancels(number: &str) -> bool {
    number.starts_with(['C', 'c'])
}

impl Fields<'_> {
    /// The account: customer numbers were exported as decimals, `17850.0`.
    pub(super) fn account(&self) -> Text {
        Text::from(self.customer.strip_suffix(".0").unwrap_or(self.customer))
    }

    /// When the invoice was written; its time zone is not known and taken as UTC.
    pub(super) fn at(&self) -> Option<Timestamp> {
        let (day, time) = self.date.split_once(' ')?;
        format!("{day}T{time}Z").parse().ok()
    }

    pub(super) fn meaning(&self) -> Meaning {
        let Ok(quantity) = self.quantity.parse::<Decimal>() else {
            return Meaning::Unreadable("quantity", "give a number of units");
        };
        let Ok(price) = self.price.parse::<Decimal>() else {
            return Meaning::Unreadable("unitprice", "give a price in pounds");
        };
        let code = self.item.to_ascii_uppercase();
        // adjustments name no customer either, and say more by what they are
        if self.invoice.starts_with(['A', 'a']) || price.is_negative() {
            return Meaning::Rejected(Reason::BadDebtAdjustment);
        }
        if let Some(reason) = no_goods(&code) {
            return Meaning::Rejected(reason);
        }
        if self.customer.is_empty() {
            return Meaning::Rejected(Reason::NoCustomer);
        }
        if matches!(code.as_str(), "POST" | "DOT" | "C2" | "D") {
            return header(&code, quantity, price);
        }
        if price.is_zero() {
            return Meaning::Rejected(Reason::ZeroPrice);
        }
        if cancels(self.invoice) {
            let units = (-quantity).to_i64().filter(|units| *units > 0 && Quantity(*units) <= Quantity::LIMIT);
            let Some(units) = units else {
                return Meaning::Unreadable("quantity", "a cancellation gives whole units below zero");
            };
            return Meaning::Returned(ReturnedLine { item: code.into(), quantity: Quantity(units) });
        }
        if quantity.is_negative() {
            return Meaning::Rejected(Reason::NegativeWithoutCancellation);
        }
        if quantity.is_zero() {
            return Meaning::Unreadable("quantity", "give a number of units");
        }
        let (item, description) = (Text::from(code), Text::from(self.description));
        Meaning::Ordered(SubmittedLine { item, description, quantity, price: Some(price), ..SubmittedLine::default() })
    }
}

/// Why a code is nothing that can be ordered, if it is not.
fn no_goods(code: &str) -> Option<Reason> {
    match code {
        "B" => Some(Reason::BadDebtAdjustment),
        "BANK CHARGES" => Some(Reason::BankCharges),
        "AMAZONFEE" | "CRUK" => Some(Reason::Fees),
        "M" | "ADJUST" | "ADJUST2" => Some(Reason::Manual),
        "S" => Some(Reason::Samples),
        _ => None,
    }
}

/// Postage, carriage and discount concern the whole invoice.
fn header(code: &str, quantity: Decimal, price: Decimal) -> Meaning {
    let total = quantity.checked_mul(price).and_then(|total| Amount::from_decimal(total, Currency::GBP, Rounding::HalfUp));
    match total {
        Some(total) if code == "D" => Meaning::Discount(total.abs()),
        Some(total) => Meaning::Freight(total.abs()),
        None => Meaning::Unreadable("unitprice", "give a price in pounds"),
    }
}
