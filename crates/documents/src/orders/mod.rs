//! Orders in every format, as the canonical order document.

mod csv;
mod fields;
mod json;
pub mod online_retail;
pub mod x12;

use std::str::FromStr;

use trade::order::Submission;
use trade::returns::ReturnDocument;

use crate::finding::text;
use crate::{Finding, Place, Read};

/// An order, or a request to take goods of an earlier one back.
#[derive(Debug, Clone, PartialEq)]
pub enum OrderDocument {
    /// An order.
    Order(Box<Submission>),
    /// A return or cancellation of what was shipped.
    Return(ReturnDocument),
}

/// A format of orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Our own columns; rows of one account and purchase order that follow each other are one order.
    Csv,
    /// One object, an array of them, or one per line.
    Json,
    /// X12 850, versions 004010 and 005010.
    X12,
    /// The columns of the UCI *Online Retail* data.
    OnlineRetail,
}

/// A format that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a format: use csv, json, x12 or online-retail")]
pub struct UnknownFormat(String);

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        match name {
            "csv" => Ok(Self::Csv),
            "json" => Ok(Self::Json),
            "x12" => Ok(Self::X12),
            "online-retail" => Ok(Self::OnlineRetail),
            other => Err(UnknownFormat(other.chars().take(40).collect())),
        }
    }
}

/// Reads orders; without a format, by what the text begins with.
pub fn read(bytes: &[u8], format: Option<Format>, name: &str) -> Read<OrderDocument> {
    let text = match text(bytes, name) {
        Ok(text) => text,
        Err(finding) => return Read::refused(finding),
    };
    match format.or_else(|| detect(text)) {
        Some(Format::Csv) => csv::read(text, name),
        Some(Format::Json) => json::read(text, name),
        Some(Format::X12) => x12::read(text, name),
        Some(Format::OnlineRetail) => online_retail::read(text, name),
        None => Read::refused(Finding::error(
            Place::new(name, ""),
            "it is in none of the known formats",
            "name the format: csv, json, x12 or online-retail",
        )),
    }
}

fn detect(text: &str) -> Option<Format> {
    let start = text.trim_start();
    let header = start.lines().next().unwrap_or_default().to_ascii_lowercase();
    if start.starts_with("ISA") {
        Some(Format::X12)
    } else if start.starts_with(['{', '[']) {
        Some(Format::Json)
    } else if header.starts_with("invoiceno") {
        Some(Format::OnlineRetail)
    } else if header.contains("account") && header.contains("item") {
        Some(Format::Csv)
    } else {
        None
    }
}
