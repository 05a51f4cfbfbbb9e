//! Prices: what we expect, and whether what the customer wants is near enough (domain §1.3).

mod applied;
mod expected;
mod judge;
mod margins;
mod promotion;
mod quoted;
mod validate;

pub use expected::{Expected, expected};
pub use margins::{Margin, margins};
pub use validate::{use_expected, validate};
