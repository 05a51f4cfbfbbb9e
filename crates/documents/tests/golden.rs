//! Real files of others, read as a whole: what is understood stands in the snapshots, and changes of it are seen.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fmt::{Debug, Write};

use documents::orders::x12;
use documents::{Read, orders, statements};
use proptest::prelude::*;
use units::Timestamp;

const ORDER: &[u8] = include_bytes!("data/x12-850.edi");
const INVOICE: &[u8] = include_bytes!("data/x12-810.edi");
const CAMT: [&[u8]; 3] =
    [include_bytes!("data/camt053-v2.xml"), include_bytes!("data/camt053-v8.xml"), include_bytes!("data/camt053-v2-fi.xml")];

fn shown<T: Debug>(read: &Read<T>) -> String {
    let mut text = String::new();
    for (place, record) in &read.records {
        writeln!(text, "{place}\n{record:#?}").unwrap();
    }
    for finding in &read.findings {
        writeln!(text, "{:?}: {finding}", finding.severity).unwrap();
    }
    text
}

#[test]
fn a_purchase_order_of_a_retailer() {
    insta::assert_snapshot!(shown(&orders::read(ORDER, None, "850.edi")));
}

#[test]
fn an_invoice_is_no_order_and_is_answered_so() {
    let examined = x12::examine(INVOICE, "810.edi");
    let answer = x12::acknowledge(&examined.interchanges[0], 1, Timestamp(0));
    insta::assert_snapshot!(format!("{}{answer}", shown(&examined.read)));
}

#[test]
fn a_statement_of_version_02() {
    insta::assert_snapshot!(shown(&statements::read(CAMT[0], "v2.xml")));
}

#[test]
fn a_statement_of_version_08() {
    insta::assert_snapshot!(shown(&statements::read(CAMT[1], "v8.xml")));
}

#[test]
fn a_statement_with_batches() {
    insta::assert_snapshot!(shown(&statements::read(CAMT[2], "fi.xml")));
}

/// A file with some of its bytes changed, taken out or doubled.
fn mutated(original: &[u8], changes: &[(prop::sample::Index, u8, u8)]) -> Vec<u8> {
    let mut bytes = original.to_vec();
    for (at, byte, kind) in changes {
        if bytes.is_empty() {
            break;
        }
        let at = at.index(bytes.len());
        match kind % 3 {
            0 => bytes[at] = *byte,
            1 => bytes.truncate(at.max(bytes.len() / 2)),
            _ => {
                let copy = bytes[at..].iter().copied().take(usize::from(*byte)).collect::<Vec<_>>();
                bytes.splice(at..at, copy);
            }
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn no_reader_panics_on_damaged_files(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), any::<u8>()), 1..6),
        which in 0usize..3,
    ) {
        let examined = x12::examine(&mutated(ORDER, &changes), "f");
        for interchange in &examined.interchanges {
            x12::acknowledge(interchange, 1, Timestamp(0));
        }
        // whatever is wrong, it is told
        prop_assert!(!examined.read.records.is_empty() || !examined.read.findings.is_empty());
        let read = statements::read(&mutated(CAMT[which], &changes), "f");
        prop_assert!(!read.records.is_empty() || !read.findings.is_empty());
    }
}
