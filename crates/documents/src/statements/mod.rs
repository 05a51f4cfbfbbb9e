//! Bank statements: camt.053 and CSV in, the canonical statement document out; and camt.053 out, for systems that send it.

mod camt;
mod csv;
mod write;

use trade::cash::StatementDocument;

use crate::Read;
use crate::finding::text;

pub use write::write_camt053;

/// Reads bank statements: camt.053 (versions 02 to 08), or CSV with our own columns.
pub fn read(bytes: &[u8], name: &str) -> Read<StatementDocument> {
    let text = match text(bytes, name) {
        Ok(text) => text,
        Err(finding) => return Read::refused(finding),
    };
    if text.trim_start().starts_with('<') { camt::read(text, name) } else { csv::read(text, name) }
}
