//! CSV with a header: delimiter found out, rows by column name, every problem with row and column.

use std::collections::BTreeMap;

use crate::{Finding, Place};

/// A row: its number in the file, from 1 for the header, and its fields by column.
pub(crate) struct Row {
    pub(crate) number: u64,
    fields: BTreeMap<String, String>,
}

impl Row {
    /// The field of a column, trimmed; empty if there is none.
    pub(crate) fn get(&self, column: &str) -> &str {
        self.fields.get(column).map_or("", |field| field.trim())
    }

    pub(crate) fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|(column, field)| (column.as_str(), field.trim()))
    }

    pub(crate) fn place(&self, document: &str) -> Place {
        Place::new(document, format_args!("row {}", self.number))
    }

    pub(crate) fn column(&self, document: &str, column: &str) -> Place {
        Place::new(document, format_args!("row {}, column {column}", self.number))
    }
}

/// The rows of a text whose columns are among `known` and include `needed`.
pub(crate) fn rows(text: &str, document: &str, known: &[&str], needed: &[&str]) -> (Vec<Row>, Vec<Finding>) {
    let header = text.lines().next().unwrap_or_default();
    let delimiter = if header.matches(';').count() > header.matches(',').count() { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
    let mut findings = Vec::new();
    let names: Vec<String> = match reader.headers() {
        Ok(headers) => headers.iter().map(|name| name.trim().to_ascii_lowercase()).collect(),
        Err(error) => {
            findings.push(Finding::error(Place::new(document, "row 1"), error.to_string(), "write a header row"));
            return (Vec::new(), findings);
        }
    };
    for name in names.iter().filter(|name| !known.is_empty() && !known.contains(&name.as_str())) {
        let place = Place::new(document, format_args!("row 1, column {name}"));
        findings.push(Finding::error(place, "this column is not known", format!("known are: {}", known.join(", "))));
    }
    for name in needed.iter().filter(|name| !names.iter().any(|known| known == *name)) {
        findings.push(Finding::error(
            Place::new(document, "row 1"),
            format!("the column {name} is missing"),
            "add it to the header row",
        ));
    }
    if !findings.is_empty() {
        return (Vec::new(), findings);
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        match record {
            Ok(record) => {
                let number = record.position().map_or(0, csv::Position::line);
                if record.len() != names.len() {
                    let cause = format!("the row has {} fields and the header {}", record.len(), names.len());
                    let place = Place::new(document, format_args!("row {number}"));
                    findings.push(Finding::error(place, cause, "quote fields that hold the delimiter"));
                    continue;
                }
                let fields = names.iter().cloned().zip(record.iter().map(str::to_owned)).collect();
                rows.push(Row { number, fields });
            }
            Err(error) => {
                let number = error.position().map_or(0, csv::Position::line);
                let place = Place::new(document, format_args!("row {number}"));
                findings.push(Finding::error(place, error.to_string(), "mend the row"));
            }
        }
    }
    (rows, findings)
}
