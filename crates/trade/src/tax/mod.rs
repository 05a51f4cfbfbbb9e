//! Tax: our own computation, and the tax service's held against it (domain §1.4).

mod certificate;
mod compute;
mod determine;
mod jurisdiction;
mod scheme;
mod taxation;

pub use certificate::exemptions;
pub use compute::{TaxComputation, TaxedLine, between, of_parts, own};
pub use determine::{TaxQuote, determine};
pub use scheme::TaxScheme;
pub use taxation::ship_from;

pub(crate) use compute::{at_tax_point, by_level, by_rate, of_base, with_header};
pub(crate) use taxation::{LevelRate, Taxation};
