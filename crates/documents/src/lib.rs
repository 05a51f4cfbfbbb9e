//! Formats: bytes in, canonical documents and findings out; pure.
//!
//! A reader never fails as a whole because of one bad record: what is right comes as records, what is wrong as [`Finding`]s with place,
//! cause and mend, and what is no record of the kind asked for is counted by reason. Formats of orders are in [`orders`], of bank
//! statements in [`statements`], of master data in [`master`]; what leaves as an invoice is in [`invoices`]. Everything is limited: bytes,
//! records, findings and fields.

mod amount;
mod csv_table;
mod finding;
pub mod invoices;
pub mod master;
pub mod orders;
pub mod statements;

pub use finding::{Finding, Place, Read, Reason, Severity};

/// Larger documents are refused before they are read.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;
/// Records that are read from one document; what comes after is a finding.
pub const MAX_RECORDS: usize = 500_000;
/// Findings that are listed for one document.
pub const MAX_FINDINGS: usize = 1_000;
/// Bytes of a code, a name or any other field.
pub const MAX_FIELD: usize = 10_000;
