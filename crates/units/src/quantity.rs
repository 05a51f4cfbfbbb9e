//! Quantities in an item's base unit, and exact conversion from other units of measure.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

use serde::{Deserialize, Serialize};

use crate::{Decimal, code_id};

/// Units of an item in its base unit of measure; an integer (domain §1, conventions).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Quantity(pub i64);

impl Quantity {
    /// None.
    pub const ZERO: Self = Self(0);
    /// The largest quantity that a line may carry.
    pub const LIMIT: Self = Self(1_000_000_000);

    /// Whether it is none.
    pub fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Whether it is more than none.
    pub fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// Whether it is less than none.
    pub fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// Without what is below zero.
    pub fn or_zero(self) -> Self {
        self.max(Self::ZERO)
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Add for Quantity {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Quantity {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Neg for Quantity {
    type Output = Self;
    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

impl AddAssign for Quantity {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for Quantity {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl Sum for Quantity {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, Add::add)
    }
}

code_id!(
    /// A unit of measure by its code: `EA`, `CS`, `KG`.
    Uom
);

/// How many base units one unit of measure holds: an exact ratio, so that a third of a case is an error and not 0.333.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct UomFactor {
    /// Base units.
    pub base: u32,
    /// Units of this measure that hold them.
    pub per: u32,
}

impl UomFactor {
    /// The base unit itself.
    pub const ONE: Self = Self { base: 1, per: 1 };

    /// `value` of this unit in base units, or `None` if that is no whole number, not finite or above [`Quantity::LIMIT`].
    pub fn to_base(self, value: Decimal) -> Option<Quantity> {
        let base = value.checked_mul(Decimal::from(u64::from(self.base)))?;
        let base = base.checked_div(Decimal::from(u64::from(self.per)))?.to_i64()?;
        (base.unsigned_abs() <= Quantity::LIMIT.0.unsigned_abs()).then_some(Quantity(base))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conversion_is_exact_or_refused() {
        let case = UomFactor { base: 12, per: 1 };
        assert_eq!(case.to_base("2.5".parse().unwrap()), Some(Quantity(30)));
        assert_eq!(case.to_base("0.3".parse().unwrap()), None);
        let third = UomFactor { base: 1, per: 3 };
        assert_eq!(third.to_base(Decimal::from(9i64)), Some(Quantity(3)));
        assert_eq!(third.to_base(Decimal::from(10i64)), None);
        assert_eq!(UomFactor::ONE.to_base("1e12".parse().unwrap()), None);
    }
}
