//! X12 850 purchase orders, versions 004010 and 005010, and the 997 that answers them.
//!
//! Delimiters come from each interchange header. Control numbers and counts are checked (domain §2.1): a transaction that is broken is
//! left out, and the others are read. Envelopes that do not agree with what is in them are told, and change nothing else.

mod acknowledge;
mod envelope;
mod order;
mod segment;

use crate::finding::text;
use crate::{Finding, Place, Read};

use super::OrderDocument;

pub use acknowledge::acknowledge;
pub use envelope::{Fault, Group, Interchange, Party, Transaction};

/// What an X12 file held: orders, and the envelopes that they came in.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Examined {
    /// The orders and findings.
    pub read: Read<OrderDocument>,
    /// The interchanges, with the fate of each transaction.
    pub interchanges: Vec<Interchange>,
}

/// Reads X12 with its envelopes, which are needed to acknowledge it.
pub fn examine(bytes: &[u8], name: &str) -> Examined {
    match text(bytes, name) {
        Ok(text) => envelope::examine(text, name),
        Err(finding) => Examined { read: Read::refused(finding), ..Examined::default() },
    }
}

pub(super) fn read(text: &str, name: &str) -> Read<OrderDocument> {
    let Examined { mut read, interchanges } = envelope::examine(text, name);
    if interchanges.is_empty() && read.findings.is_empty() {
        read.find(Finding::error(Place::new(name, ""), "there is no interchange in it", "send a file that begins with ISA"));
    }
    read
}
