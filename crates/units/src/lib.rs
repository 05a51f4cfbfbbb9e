//! The vocabulary of numbers and names: decimal, amount of money, quantity, unit of measure, time, calendar, typed ids; and
//! what is wrong with a model.
//!
//! Every other crate takes these from here, so that money is invented once. Nothing in this crate reads a clock, and no
//! binary floating point takes part in anything. Start with [`Decimal`] for exact arithmetic, [`Amount`] for booked money
//! and [`Quantity`] for units of an item.

mod calendar;
mod decimal;
mod finding;
mod id;
mod money;
mod prorate;
mod quantity;
mod time;

pub use calendar::{Calendar, OpeningHours};
pub use decimal::{Decimal, DecimalError, Rounding};
pub use finding::{Finding, Severity};
pub use id::IdError;
pub use money::{Amount, Currency, CurrencyError, Money};
pub use prorate::{prorate, prorate_capped};
pub use quantity::{Quantity, Uom, UomFactor};
pub use time::{Day, Minutes, TimeError, Timestamp};

/// A short string that lives inline up to 24 bytes: names, codes and references.
pub use compact_str::CompactString as Text;
