//! Money: an amount in the minor unit of a currency.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{Decimal, Quantity, Rounding};

/// An amount of money in the minor unit of a currency that the surrounding document names: cents, pence, yen.
///
/// Sums saturate instead of wrapping; documents are refused long before that ([`Amount::LIMIT`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Amount(pub i64);

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The largest amount that a document may carry: 10^15 minor units.
    pub const LIMIT: Self = Self(1_000_000_000_000_000);

    /// `value` (in major units) rounded to the minor unit, or `None` beyond [`Amount::LIMIT`].
    pub fn from_decimal(value: Decimal, currency: Currency, rounding: Rounding) -> Option<Self> {
        let exponent = currency.exponent();
        let minor = value.round(exponent as i16, rounding).mantissa_at(exponent)?;
        let minor = i64::try_from(minor).ok()?;
        (minor.unsigned_abs() <= Self::LIMIT.0.unsigned_abs()).then_some(Self(minor))
    }

    /// `price × quantity` rounded half up to the minor unit, or `None` beyond [`Amount::LIMIT`].
    pub fn of(price: Decimal, quantity: Quantity, currency: Currency) -> Option<Self> {
        Self::from_decimal(price.checked_mul(Decimal::from(quantity.0))?, currency, Rounding::HalfUp)
    }

    /// The amount in major units.
    pub fn to_decimal(self, currency: Currency) -> Decimal {
        Decimal::new(i128::from(self.0), currency.exponent())
    }

    /// `percent` per cent of the amount, rounded half up to the minor unit.
    pub fn percent(self, percent: Decimal) -> Self {
        let scaled = Decimal::from(self.0) * percent * Decimal::new(1, 2);
        Self(scaled.round(0, Rounding::HalfUp).to_i64().unwrap_or(i64::MAX))
    }

    /// Without its sign.
    pub fn abs(self) -> Self {
        Self(self.0.saturating_abs())
    }

    /// Whether it is nothing.
    pub fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Whether it is more than nothing.
    pub fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// Whether it is less than nothing.
    pub fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// The amount with its currency.
    pub fn in_currency(self, currency: Currency) -> Money {
        Money { amount: self, currency }
    }
}

impl Add for Amount {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Amount {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Neg for Amount {
    type Output = Self;
    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

impl AddAssign for Amount {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for Amount {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, Add::add)
    }
}

/// A currency by its ISO 4217 code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

/// Why a text is not a currency code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a currency code of three capital letters, such as EUR")]
pub struct CurrencyError(pub String);

impl Currency {
    /// Pound sterling.
    pub const GBP: Self = Self(*b"GBP");
    /// Euro.
    pub const EUR: Self = Self(*b"EUR");
    /// United States dollar.
    pub const USD: Self = Self(*b"USD");

    /// Digits after the point in amounts of this currency (ISO 4217: JPY 0, KWD 3, most 2).
    pub fn exponent(self) -> u32 {
        match &self.0 {
            b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG" | b"RWF" | b"UGX" | b"UYI"
            | b"VND" | b"VUV" | b"XAF" | b"XOF" | b"XPF" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            b"CLF" | b"UYW" => 4,
            _ => 2,
        }
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }
}

impl Default for Currency {
    fn default() -> Self {
        Self::EUR
    }
}

impl FromStr for Currency {
    type Err = CurrencyError;
    fn from_str(text: &str) -> Result<Self, CurrencyError> {
        match <[u8; 3]>::try_from(text.as_bytes()) {
            Ok(code) if code.iter().all(u8::is_ascii_uppercase) => Ok(Self(code)),
            _ => Err(CurrencyError(text.chars().take(20).collect())),
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// An amount with its currency, as the edge shows it: `{"amount":"12.50","currency":"EUR"}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Money {
    /// In the minor unit of `currency`.
    pub amount: Amount,
    /// The currency.
    pub currency: Currency,
}

impl fmt::Display for Money {
    /// With all digits of the currency: `12.50 EUR`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.plain(), self.currency)
    }
}

impl Money {
    /// The amount with all digits of the currency and without its code: `12.50`.
    pub fn plain(&self) -> String {
        let exponent = self.currency.exponent() as usize;
        let sign = if self.amount.is_negative() { "-" } else { "" };
        let digits = format!("{:0>width$}", self.amount.0.unsigned_abs(), width = exponent + 1);
        let (whole, fraction) = digits.split_at(digits.len() - exponent);
        if exponent == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut fields = serializer.serialize_struct("Money", 2)?;
        fields.serialize_field("amount", &self.plain())?;
        fields.serialize_field("currency", &self.currency)?;
        fields.end()
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Wire {
            amount: Decimal,
            currency: Currency,
        }
        let wire = Wire::deserialize(deserializer)?;
        let minor = wire.amount.mantissa_at(wire.currency.exponent()).and_then(|minor| i64::try_from(minor).ok());
        let minor = minor.filter(|minor| minor.unsigned_abs() <= Amount::LIMIT.0.unsigned_abs()).ok_or_else(|| {
            de::Error::custom(format_args!(
                "{} is too large or has more than {} digits after the point, which is all that {} has",
                wire.amount,
                wire.currency.exponent(),
                wire.currency
            ))
        })?;
        Ok(Self { amount: Amount(minor), currency: wire.currency })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_shows_every_digit_of_its_currency() {
        let jpy: Currency = "JPY".parse().unwrap();
        let kwd: Currency = "KWD".parse().unwrap();
        assert_eq!(Amount(1250).in_currency(Currency::EUR).to_string(), "12.50 EUR");
        assert_eq!(Amount(-5).in_currency(Currency::EUR).to_string(), "-0.05 EUR");
        assert_eq!(Amount(101).in_currency(jpy).to_string(), "101 JPY");
        assert_eq!(Amount(1).in_currency(kwd).to_string(), "0.001 KWD");
    }

    #[test]
    fn money_is_strings_in_json_and_refuses_lost_digits() {
        let money = Amount(1250).in_currency(Currency::EUR);
        assert_eq!(serde_json::to_string(&money).unwrap(), r#"{"amount":"12.50","currency":"EUR"}"#);
        assert_eq!(serde_json::from_str::<Money>(r#"{"amount":"12.5","currency":"EUR"}"#).unwrap(), money);
        assert!(serde_json::from_str::<Money>(r#"{"amount":"12.505","currency":"EUR"}"#).is_err());
        assert!(serde_json::from_str::<Money>(r#"{"amount":"1e30","currency":"EUR"}"#).is_err());
    }

    #[test]
    fn price_times_quantity_rounds_half_up_to_the_minor_unit() {
        let price = "0.125".parse().unwrap();
        assert_eq!(Amount::of(price, Quantity(1), Currency::EUR), Some(Amount(13)));
        assert_eq!(Amount::of(price, Quantity(-1), Currency::EUR), Some(Amount(-13)));
        assert_eq!(Amount::of("1e20".parse().unwrap(), Quantity(1), Currency::EUR), None);
    }
}
