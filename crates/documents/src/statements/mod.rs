//! Bank statements: camt.053 and CSV in, the canonical statement document out; and camt.053 out, for systems that send it.

mod camt;
mod csv;
mod entry;
mod remittance;
mod totals;
mod write;
mod xml;

use trade::cash::StatementDocument;
use units::Amount;

use crate::Read;
use crate::finding::text;

pub(crate) use write::escape;
pub use write::write_camt053;

/// Reads bank statements: camt.053 (versions 02 to 08), or CSV with our own columns.
pub fn read(bytes: &[u8], name: &str) -> Read<StatementDocument> {
    let text = match text(bytes, name) {
        Ok(text) => text,
        Err(finding) => return Read::refused(finding),
    };
    if text.trim_start().starts_with('<') { camt::read(text, name) } else { csv::read(text, name) }
}

/// What is wrong with the balances, if anything is.
fn unbalanced(statement: &StatementDocument) -> Option<String> {
    let (opening, closing) = (statement.opening?, statement.closing?);
    let moved: Amount = statement.entries.iter().map(|entry| entry.amount).sum();
    let money = |amount: Amount| amount.to_decimal(statement.currency);
    (opening + moved != closing).then(|| {
        format!(
            "opening {} and entries of {} do not give the closing balance {}",
            money(opening),
            money(moved),
            money(closing)
        )
    })
}
