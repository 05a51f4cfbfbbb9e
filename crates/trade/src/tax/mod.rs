//! Tax: our own computation, and the tax service's held against it (domain §1.4).

mod certificate;
mod compute;
mod determine;

pub use compute::{TaxComputation, TaxedLine, between, of_parts, own};
pub use determine::{TaxQuote, determine};

pub(crate) use certificate::exempting;
pub(crate) use compute::{at_tax_point, by_rate, with_header};
