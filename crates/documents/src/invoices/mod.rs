//! Invoices and credit notes as customers get them: UBL 2.1 after EN 16931, and PDF.
//!
//! [`Bill`] is the semantic model of EN 16931 as far as our invoices use it. It is made of what was posted, and nothing is computed
//! anew: [`check`] holds it against the rules of the standard, so that what leaves adds up for whoever receives it. [`Letter`] tells what became of a dispute.

mod bill;
mod glyphs;
mod letter;
mod pdf;
mod rules;
mod sheets;
mod ubl;

pub use bill::{Bill, Category, Header, Kind, Line, Tax};
pub use letter::{Letter, write_letter};
pub use pdf::write_pdf;
pub use rules::check;
pub use ubl::write_ubl;
