//! CSV with a header: delimiter found out, rows by column name, every problem with row and column.

use std::collections::BTreeMap;
use std::str::FromStr;

use units::{Amount, Currency, Decimal};

use crate::amount::exact;
use crate::{Finding, MAX_FIELD, MAX_RECORDS, Place, Read};

/// A row: its number in the file, from 1 for the header, and its fields by column.
pub(crate) struct Row<'a> {
    document: &'a str,
    number: u64,
    fields: BTreeMap<String, String>,
}

impl Row<'_> {
    /// The field of a column, trimmed; empty if there is none.
    pub(crate) fn get(&self, column: &str) -> &str {
        self.fields.get(column).map_or("", |field| field.trim())
    }

    /// The columns that have a value.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|(column, field)| (column.as_str(), field.trim())).filter(|(_, field)| !field.is_empty())
    }

    /// Where the row is.
    pub(crate) fn place(&self) -> Place {
        Place::new(self.document, format_args!("row {}", self.number))
    }

    /// What is wrong with a column of it.
    pub(crate) fn wrong(&self, column: &str, cause: impl Into<String>, mend: &'static str) -> Finding {
        Finding::error(Place::new(self.document, format_args!("row {}, column {column}", self.number)), cause, mend)
    }

    /// The value of a column that has to have one.
    pub(crate) fn needed(&self, column: &str) -> Result<&str, Box<Finding>> {
        let field = self.get(column);
        if field.is_empty() { Err(Box::new(self.wrong(column, "it is empty", "give a value"))) } else { Ok(field) }
    }

    /// The value of a column; `None` if it is empty.
    pub(crate) fn parsed<T: FromStr>(&self, column: &str, mend: &'static str) -> Result<Option<T>, Box<Finding>> {
        let field = self.get(column);
        if field.is_empty() {
            return Ok(None);
        }
        let unreadable = |_| Box::new(self.wrong(column, format!("`{}` cannot be read", short(field)), mend));
        field.parse().map(Some).map_err(unreadable)
    }

    /// The amount of a column in major units of `currency`; `None` if it is empty.
    pub(crate) fn amount(
        &self,
        column: &str,
        currency: Currency,
        mend: &'static str,
    ) -> Result<Option<Amount>, Box<Finding>> {
        let Some(value) = self.parsed::<Decimal>(column, mend)? else { return Ok(None) };
        let beyond =
            || Box::new(self.wrong(column, format!("`{}` is no amount in {currency}", short(self.get(column))), mend));
        exact(value, currency).map(Some).ok_or_else(beyond)
    }

    /// Yes or no; `None` if it is empty.
    pub(crate) fn flag(&self, column: &str) -> Result<Option<bool>, Box<Finding>> {
        match self.get(column).to_ascii_lowercase().as_str() {
            "" => Ok(None),
            "true" | "yes" | "y" | "1" => Ok(Some(true)),
            "false" | "no" | "n" | "0" => Ok(Some(false)),
            other => {
                Err(Box::new(self.wrong(column, format!("`{}` is neither yes nor no", short(other)), "write true or false")))
            }
        }
    }
}

/// The beginning of what was given, for causes.
pub(crate) fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

/// Calls `take` with each row of a text whose columns are among `known` (any, if that is empty) and include `needed`.
///
/// Without a sound header there are no rows: guessing what a column means makes wrong orders. A row that is no row of the table goes
/// to `take` as its finding, because what it belonged to must not be taken without it.
pub(crate) fn rows<'a, T>(
    text: &str,
    document: &'a str,
    known: &[&str],
    needed: &[&str],
    read: &mut Read<T>,
    mut take: impl FnMut(&mut Read<T>, Result<Row<'a>, Finding>),
) {
    let first = text.lines().next().unwrap_or_default();
    let delimiter = if first.matches(';').count() > first.matches(',').count() { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
    let header = match reader.headers() {
        Ok(header) => header.iter().map(|name| name.trim().to_ascii_lowercase()).collect::<Vec<_>>(),
        Err(error) => {
            return read.find(Finding::error(Place::new(document, "row 1"), error.to_string(), "write a header row"));
        }
    };
    let wrong = check(&header, document, known, needed);
    if !wrong.is_empty() {
        return wrong.into_iter().for_each(|finding| read.find(finding));
    }
    for (at, record) in reader.records().enumerate() {
        if at >= MAX_RECORDS {
            let place = Place::new(document, "");
            return take(read, Err(Finding::error(place, format!("it has more than {MAX_RECORDS} rows"), "split it")));
        }
        take(read, record.map_err(|error| unreadable(document, &error)).and_then(|record| row(document, &header, &record)));
    }
}

/// What is wrong with the header.
fn check(header: &[String], document: &str, known: &[&str], needed: &[&str]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, name) in header.iter().enumerate() {
        let place = || Place::new(document, format_args!("row 1, column {}", short(name)));
        if !known.is_empty() && !known.contains(&name.as_str()) {
            findings.push(Finding::error(place(), "this column is not known", format!("known are: {}", known.join(", "))));
        } else if header.iter().take(at).any(|other| other == name) {
            findings.push(Finding::error(place(), "this column stands there twice", "name each column once"));
        }
    }
    for name in needed.iter().filter(|name| !header.iter().any(|known| known == *name)) {
        let cause = format!("the column {name} is missing");
        findings.push(Finding::error(Place::new(document, "row 1"), cause, "add it to the header row"));
    }
    findings
}

fn row<'a>(document: &'a str, header: &[String], record: &csv::StringRecord) -> Result<Row<'a>, Finding> {
    let number = record.position().map_or(0, csv::Position::line);
    let place = || Place::new(document, format_args!("row {number}"));
    if record.len() != header.len() {
        let cause = format!("the row has {} fields and the header {}", record.len(), header.len());
        return Err(Finding::error(place(), cause, "quote fields that hold the delimiter"));
    }
    if record.iter().any(|field| field.len() > MAX_FIELD) {
        return Err(Finding::error(
            place(),
            format!("a field has more than {MAX_FIELD} bytes"),
            "look for a quotation mark that is not closed",
        ));
    }
    let fields = header.iter().cloned().zip(record.iter().map(str::to_owned)).collect();
    Ok(Row { document, number, fields })
}

fn unreadable(document: &str, error: &csv::Error) -> Finding {
    let number = error.position().map_or(0, csv::Position::line);
    Finding::error(Place::new(document, format_args!("row {number}")), error.to_string(), "mend the row")
}
