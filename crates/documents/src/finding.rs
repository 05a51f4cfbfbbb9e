//! What a reader found: records, what is wrong, and what was left out.

use std::collections::BTreeMap;
use std::fmt;

use units::Text;

/// Where in a document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Place {
    /// The document's name.
    pub document: Text,
    /// The place in it: `row 17, column quantity`, `segment 5`, `/lines/2/price`; empty for the whole.
    pub within: Text,
}

impl Place {
    /// A place in a document.
    pub fn new(document: &str, within: impl fmt::Display) -> Self {
        Self { document: document.into(), within: Text::from(within.to_string()) }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.within.is_empty() { f.write_str(&self.document) } else { write!(f, "{}, {}", self.document, self.within) }
    }
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Something was passed over, and the record is right without it.
    Notice,
    /// The record was left out.
    Error,
}

/// Something that is wrong in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where.
    pub place: Place,
    /// What is wrong.
    pub cause: String,
    /// What would be right.
    pub mend: String,
    /// How bad it is.
    pub severity: Severity,
}

impl Finding {
    /// A record that has to be left out.
    pub fn error(place: Place, cause: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { place, cause: cause.into(), mend: mend.into(), severity: Severity::Error }
    }

    /// Something that was passed over.
    pub fn notice(place: Place, cause: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { place, cause: cause.into(), mend: mend.into(), severity: Severity::Notice }
    }

    /// Whether a record was left out for it.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.place, self.cause, self.mend)
    }
}

/// Why rows were counted and not taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Reason {
    /// No customer is named.
    NoCustomer,
    /// The price is zero.
    ZeroPrice,
    /// An adjustment of bad debt.
    BadDebtAdjustment,
    /// Units below zero outside of a cancellation.
    NegativeWithoutCancellation,
    /// Charges of a bank.
    BankCharges,
    /// Fees of a marketplace and the like.
    Fees,
    /// Entered by hand, for no item.
    Manual,
    /// Samples.
    Samples,
    /// Postage or discount that belongs to no order: alone, or taken back by a cancellation.
    NoOrder,
    /// A value that cannot be read.
    Unreadable,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoCustomer => "no_customer",
            Self::ZeroPrice => "zero_price",
            Self::BadDebtAdjustment => "bad_debt_adjustment",
            Self::NegativeWithoutCancellation => "negative_without_cancellation",
            Self::BankCharges => "bank_charges",
            Self::Fees => "fees",
            Self::Manual => "manual",
            Self::Samples => "samples",
            Self::NoOrder => "no_order",
            Self::Unreadable => "unreadable",
        })
    }
}

/// What was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Read<T> {
    /// The records, and where each stands.
    pub records: Vec<(Place, T)>,
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// Rows that are no records, by reason.
    pub rejected: BTreeMap<Reason, u64>,
}

impl<T> Default for Read<T> {
    fn default() -> Self {
        Self { records: Vec::new(), findings: Vec::new(), rejected: BTreeMap::new() }
    }
}

impl<T> Read<T> {
    /// Nothing but one thing that is wrong.
    pub(crate) fn refused(finding: Finding) -> Self {
        Self { findings: vec![finding], ..Self::default() }
    }

    /// Notes a finding. After [`MAX_FINDINGS`](crate::MAX_FINDINGS) only that there are more: whoever mends a file starts
    /// with the first.
    pub(crate) fn find(&mut self, finding: Finding) {
        match self.findings.len().cmp(&crate::MAX_FINDINGS) {
            std::cmp::Ordering::Less => self.findings.push(finding),
            std::cmp::Ordering::Equal => {
                let place = Place { document: finding.place.document, within: Text::default() };
                self.findings.push(Finding::error(
                    place,
                    "more was found than is listed",
                    "mend what is listed and read it again",
                ));
            }
            std::cmp::Ordering::Greater => {}
        }
    }
}

/// The bytes as text; a finding with the place if they are not UTF-8, or too many.
pub(crate) fn text<'a>(bytes: &'a [u8], document: &str) -> Result<&'a str, Finding> {
    if bytes.len() > crate::MAX_BYTES {
        let cause = format!("it has {} bytes", bytes.len());
        return Err(Finding::error(Place::new(document, ""), cause, format!("split it: {} at most", crate::MAX_BYTES)));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|error| {
        let place = Place::new(document, format_args!("byte {}", error.valid_up_to()));
        Finding::error(place, "this is not UTF-8", "save the file as UTF-8")
    })
}
