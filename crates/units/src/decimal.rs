//! Exact decimal numbers with at least 34 digits.

mod function;

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::{Add, Mul, Neg, Sub};
use std::str::FromStr;

use fastnum::D128;
use fastnum::decimal::{Context, Sign};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An exact decimal number; a 128-bit coefficient, so at least 38 digits.
///
/// Equality ignores trailing zeros: `2.50 == 2.5`. There is no NaN and no infinity: what would give one is `None` from the
/// checked operations. In JSON it is a string; in FEEL contexts the `feel` crate writes it as a JSON number.
#[derive(Clone, Copy)]
pub struct Decimal(D128);

/// Why a text is not a decimal number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a decimal number")]
pub struct DecimalError(pub String);

/// How a number that lies between two representable ones is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// Half away from zero; the default of the trade core (domain §1, conventions).
    #[default]
    HalfUp,
    /// Half to the even neighbour; the default of FEEL.
    HalfEven,
    /// Half towards zero.
    HalfDown,
    /// Towards zero.
    Down,
    /// Away from zero.
    Up,
    /// Towards minus infinity.
    Floor,
    /// Towards plus infinity.
    Ceiling,
}

impl Rounding {
    /// Whether what is cut off takes the magnitude up by one unit of the last digit kept; `rest` is how the part cut off,
    /// which is not zero, compares with half such a unit.
    fn takes_up(self, rest: Ordering, negative: bool, last_is_odd: bool) -> bool {
        match self {
            Self::HalfUp => rest.is_ge(),
            Self::HalfEven => rest.is_gt() || rest.is_eq() && last_is_odd,
            Self::HalfDown => rest.is_gt(),
            Self::Down => false,
            Self::Up => true,
            Self::Floor => negative,
            Self::Ceiling => !negative,
        }
    }
}

/// Half to even, and what has no value is told by the result: the default context of the library panics.
const CONTEXT: Context = Context::default().without_traps();

impl Decimal {
    /// Zero.
    pub const ZERO: Self = Self(D128::ZERO.with_ctx(CONTEXT));
    /// One.
    pub const ONE: Self = Self(D128::ONE.with_ctx(CONTEXT));
    /// One hundred, the divisor of every percentage.
    pub const HUNDRED: Self = Self(fastnum::dec128!(100).with_ctx(CONTEXT));
    /// The largest magnitude of an exponent that a number may have, as in decimal128.
    const MAX_EXPONENT: i32 = 6_144;

    /// `mantissa × 10^-scale`.
    pub fn new(mantissa: i128, scale: u32) -> Self {
        let digits = fastnum::U128::from_u128(mantissa.unsigned_abs()).unwrap_or(fastnum::U128::MAX);
        let sign = if mantissa < 0 { Sign::Minus } else { Sign::Plus };
        let exponent = i32::try_from(scale).map_or(-Self::MAX_EXPONENT, |scale| -scale);
        Self(D128::from_parts(digits, exponent, sign, CONTEXT))
    }

    /// A number that can be written and read back: not too large; and zero where it is too small.
    fn finite(value: D128) -> Option<Self> {
        if !value.is_finite() {
            return None;
        }
        let scale = i32::from(value.fractional_digits_count());
        // far from the limits, which is nearly always, nothing more has to be looked at
        if scale.abs() < Self::MAX_EXPONENT - 60 { Some(Self(value)) } else { Self::within_limits(value) }
    }

    #[cold]
    fn within_limits(value: D128) -> Option<Self> {
        let reduced = value.reduce();
        match i32::from(reduced.fractional_digits_count()) {
            _ if reduced.is_zero() => Some(Self::ZERO),
            scale if scale < -Self::MAX_EXPONENT => None,
            scale if scale > Self::MAX_EXPONENT => {
                let limit = i16::try_from(Self::MAX_EXPONENT).ok()?;
                Some(Self(reduced).round(limit, Rounding::HalfEven).normalize())
            }
            _ => Some(Self(reduced)),
        }
    }

    /// The sum, or `None` where it has no finite value.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        Self::finite(self.0 + other.0)
    }

    /// The difference, or `None` where it has no finite value.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        Self::finite(self.0 - other.0)
    }

    /// The product, or `None` where it has no finite value.
    pub fn checked_mul(self, other: Self) -> Option<Self> {
        Self::finite(self.0 * other.0)
    }

    /// The quotient, or `None` for a division by zero.
    pub fn checked_div(self, other: Self) -> Option<Self> {
        if other.is_zero() { None } else { Self::finite(self.0 / other.0) }
    }

    /// Rounded to `scale` digits after the point; a negative scale rounds before it.
    ///
    /// All the digits that are cut off count, not the first of them only: `2.01` is `3` by [`Rounding::Up`], and `2.51` is `3`
    /// by [`Rounding::HalfEven`].
    pub fn round(self, scale: i16, rounding: Rounding) -> Self {
        let scale = i32::from(scale);
        let Some(cut @ 1..) = self.scale().checked_sub(scale) else {
            return self;
        };
        let Ok(digits) = self.0.digits().to_u128() else {
            return self;
        };
        // ten to the power of 39 and more is beyond twice of what the digits can be
        let (kept, rest, of_half) = match 10u128.checked_pow(cut.unsigned_abs()) {
            Some(unit) => (digits / unit, digits % unit, (digits % unit).cmp(&(unit / 2))),
            None => (0, digits, Ordering::Less),
        };
        let up = rest != 0 && rounding.takes_up(of_half, self.is_negative(), kept % 2 == 1);
        let sign = if self.is_negative() { Sign::Minus } else { Sign::Plus };
        let rounded = kept + u128::from(up);
        let Ok(digits) = fastnum::U128::from_u128(rounded) else {
            return self;
        };
        if rounded == 0 { Self::ZERO } else { Self(D128::from_parts(digits, -scale, sign, CONTEXT)) }
    }

    /// The number without trailing zeros after the point.
    pub fn normalize(self) -> Self {
        Self(self.0.reduce())
    }

    /// Digits after the point as it is written now; negative for a number such as `1E+5`.
    pub fn scale(self) -> i32 {
        i32::from(self.0.fractional_digits_count())
    }

    /// Whether it is zero.
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// Whether it is less than zero.
    pub fn is_negative(self) -> bool {
        self.0.is_negative() && !self.0.is_zero()
    }

    /// Whether it has no fraction.
    pub fn is_integer(self) -> bool {
        self.0.is_integral()
    }

    /// Without its sign.
    pub fn abs(self) -> Self {
        Self(self.0.abs())
    }

    /// The value as an integer, or `None` if it has a fraction or does not fit.
    pub fn to_i64(self) -> Option<i64> {
        if !self.is_integer() {
            return None;
        }
        i64::try_from(self.mantissa_at(0)?).ok()
    }

    /// The value in units of `10^-scale`, or `None` if that has a fraction or does not fit.
    pub fn mantissa_at(self, scale: u32) -> Option<i128> {
        let shift = i32::try_from(scale).ok()?.checked_sub(self.scale())?;
        let digits = self.0.digits().to_u128().ok()?;
        let power = 10u128.checked_pow(shift.unsigned_abs());
        let magnitude = match (shift >= 0, power) {
            _ if digits == 0 => 0,
            (true, power) => digits.checked_mul(power?)?,
            (false, Some(power)) if digits.is_multiple_of(power) => digits / power,
            (false, _) => return None,
        };
        let signed = i128::try_from(magnitude).ok()?;
        Some(if self.0.is_negative() { -signed } else { signed })
    }
}

impl FromStr for Decimal {
    type Err = DecimalError;

    fn from_str(text: &str) -> Result<Self, DecimalError> {
        let refuse = || DecimalError(text.chars().take(60).collect());
        let (negative, size) = match text.strip_prefix('-') {
            Some(size) => (true, size),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (number, exponent) = match size.split_once(['e', 'E']) {
            Some((number, exponent)) => (number, exponent.parse::<i32>().map_err(|_| refuse())?),
            None => (size, 0),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let digits = || whole.bytes().chain(fraction.bytes());
        if digits().next().is_none() || !digits().all(|digit| digit.is_ascii_digit()) {
            return Err(refuse());
        }
        let places = i32::try_from(fraction.len()).map_err(|_| refuse())?;
        let (digits, dropped) = significant(digits()).ok_or_else(refuse)?;
        let exponent = exponent.checked_sub(places).and_then(|exponent| exponent.checked_add(dropped)).ok_or_else(refuse)?;
        if exponent.unsigned_abs() > Self::MAX_EXPONENT.unsigned_abs() {
            return Err(refuse());
        }
        let digits = fastnum::U128::from_u128(digits).map_err(|_| refuse())?;
        let sign = if negative { Sign::Minus } else { Sign::Plus };
        Ok(Self(D128::from_parts(digits, exponent, sign, CONTEXT)))
    }
}

/// The digits as a number, and how many zeros at the end were left out because they do not fit; `None` if other digits do
/// not fit, either.
fn significant(digits: impl Iterator<Item = u8>) -> Option<(u128, i32)> {
    let (mut number, mut dropped) = (0u128, 0);
    for digit in digits {
        let longer = number.checked_mul(10).and_then(|number| number.checked_add(u128::from(digit - b'0')));
        match longer {
            Some(longer) if dropped == 0 => number = longer,
            _ if digit == b'0' => dropped += 1,
            _ => return None,
        }
    }
    Some((number, dropped))
}

impl fmt::Display for Decimal {
    /// Plain notation without trailing zeros, unless the exponent is so large that nobody could read it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reduced = self.0.reduce();
        let scale = i32::from(reduced.fractional_digits_count());
        if reduced.is_zero() {
            return f.write_str("0");
        }
        if !(-40..=60).contains(&scale) {
            return write!(f, "{reduced:e}");
        }
        let digits = reduced.digits().to_string();
        if reduced.is_negative() {
            f.write_str("-")?;
        }
        if scale <= 0 {
            f.write_str(&digits)?;
            return (0..-scale).try_for_each(|_| f.write_str("0"));
        }
        let point = digits.len() as i64 - i64::from(scale);
        if point > 0 {
            let (whole, fraction) = digits.split_at(point as usize);
            write!(f, "{whole}.{fraction}")
        } else {
            f.write_str("0.")?;
            (0..-point).try_for_each(|_| f.write_str("0"))?;
            f.write_str(&digits)
        }
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Decimal {
    /// The order of two numbers that are apart by more than the digits behind their last one, which a quotient has, could make up for; as
    /// nearly all are that somebody compares. It is a matter of one multiplication, where the library divides until no zero is left.
    fn apart(&self, other: &Self) -> Option<Ordering> {
        let digits = |number: &Self| u64::try_from(number.0.digits().to_u128().ok()?).ok();
        let (one, two) = (u128::from(digits(self)?), u128::from(digits(other)?));
        let shift = self.scale() - other.scale();
        // within 64 bits each, so neither product nor sum can overflow
        let unit = u128::from(10u64.checked_pow(shift.unsigned_abs())?);
        let (fine, coarse) = if shift >= 0 { (one, two * unit) } else { (two, one * unit) };
        let order = match fine {
            _ if self.0.is_negative() != other.0.is_negative() => return None,
            _ if fine < coarse => Ordering::Less,
            _ if fine >= coarse + unit => Ordering::Greater,
            _ => return None,
        };
        Some(if (shift >= 0) == self.0.is_negative() { order.reverse() } else { order })
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.apart(other).is_none() && self.0 == other.0
    }
}

impl Eq for Decimal {}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.apart(other).unwrap_or_else(|| self.0.cmp(&other.0))
    }
}

impl Hash for Decimal {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.to_string().hash(state);
    }
}

impl Default for Decimal {
    fn default() -> Self {
        Self::ZERO
    }
}

impl From<i64> for Decimal {
    fn from(value: i64) -> Self {
        Self(D128::from(value).with_ctx(CONTEXT))
    }
}

impl From<i32> for Decimal {
    fn from(value: i32) -> Self {
        Self(D128::from(value).with_ctx(CONTEXT))
    }
}

impl From<u64> for Decimal {
    fn from(value: u64) -> Self {
        Self(D128::from(value).with_ctx(CONTEXT))
    }
}

impl From<usize> for Decimal {
    fn from(value: usize) -> Self {
        Self(D128::from(value as u64).with_ctx(CONTEXT))
    }
}

impl Add for Decimal {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Decimal {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Mul for Decimal {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Self(self.0 * other.0)
    }
}

impl Neg for Decimal {
    type Output = Self;
    fn neg(self) -> Self {
        if self.is_zero() { self } else { Self(-self.0) }
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Decimal;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a decimal number as a string, such as \"12.50\"")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Decimal, E> {
                text.parse().map_err(E::custom)
            }
            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Decimal, E> {
                Ok(value.into())
            }
            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Decimal, E> {
                Ok(value.into())
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn prints_plainly_without_trailing_zeros() {
        for (given, wanted) in [
            ("12.50", "12.5"),
            ("0", "0"),
            ("-0", "0"),
            ("0.00012", "0.00012"),
            ("100", "100"),
            ("1E+5", "100000"),
            ("-3.10", "-3.1"),
            ("99999999999999999999999999999999999999", "99999999999999999999999999999999999999"),
            ("10000000000000000000000000000000000000000", "10000000000000000000000000000000000000000"),
            ("0.00000000000000000000000000000000000000000000000000", "0"),
        ] {
            assert_eq!(dec(given).to_string(), wanted);
        }
    }

    #[test]
    fn numbers_that_are_apart_have_the_order_that_all_their_digits_give() {
        let third = Decimal::ONE.checked_div(dec("3")).unwrap();
        let quotients =
            [third, -third, third.checked_mul(dec("3")).unwrap(), third.checked_sub(dec("0.33333333333333333333")).unwrap()];
        let texts = [
            "0",
            "-0",
            "0.00",
            "1",
            "1.0",
            "1.000",
            "-1",
            "-1.01",
            "9",
            "10",
            "1E+1",
            "1E+5",
            "99999.9",
            "100000.01",
            "1200.50",
            "1000",
            "1000.00",
            "-1200.50",
            "0.01",
            "-0.01",
            "0.0100",
            "18446744073709551615",
            "18446744073709551616",
            "1.8446744073709551615",
            "1E-30",
            "1E+30",
            "99999999999999999999999999999999999999",
            "0.00000000000000000001",
            "1.00000000000000000001",
        ];
        let all: Vec<Decimal> = texts.into_iter().map(dec).chain(quotients).collect();
        for one in &all {
            for two in &all {
                assert_eq!(one.cmp(two), one.0.cmp(&two.0), "{one} {two}");
                assert_eq!(one == two, one.0 == two.0, "{one} {two}");
            }
        }
        assert_eq!(dec("1200.50").apart(&dec("1000")), Some(Ordering::Greater), "without the library");
        assert_eq!(dec("-1200.50").apart(&dec("-1000")), Some(Ordering::Less));
        assert_eq!(dec("1000").apart(&dec("1000.5")), None, "a digit behind the last one of the former may be a five");
    }

    #[test]
    fn rounds_as_the_mode_says() {
        let cases = [
            (Rounding::HalfUp, ["3", "-3", "2", "4"]),
            (Rounding::HalfEven, ["2", "-2", "2", "4"]),
            (Rounding::HalfDown, ["2", "-2", "2", "3"]),
            (Rounding::Down, ["2", "-2", "2", "3"]),
            (Rounding::Up, ["3", "-3", "3", "4"]),
            (Rounding::Floor, ["2", "-3", "2", "3"]),
            (Rounding::Ceiling, ["3", "-2", "3", "4"]),
        ];
        for (rounding, wanted) in cases {
            let got = ["2.5", "-2.5", "2.4", "3.5"].map(|text| dec(text).round(0, rounding).to_string());
            assert_eq!(got, wanted, "{rounding:?}");
        }
        assert_eq!(dec("1250").round(-2, Rounding::HalfEven).to_string(), "1200");
    }

    #[test]
    fn rounding_looks_at_all_digits_that_are_cut_off() {
        for (rounding, given, scale, wanted) in [
            (Rounding::Ceiling, "2.01", 0, "3"),
            (Rounding::Ceiling, "-2.01", 0, "-2"),
            (Rounding::Ceiling, "0.05", 0, "1"),
            (Rounding::Floor, "-5.01", 0, "-6"),
            (Rounding::Floor, "-0.01", 0, "-1"),
            (Rounding::Floor, "-3400.381", -2, "-3500"),
            (Rounding::Up, "2.001", 0, "3"),
            (Rounding::HalfEven, "2.51", 0, "3"),
            (Rounding::HalfEven, "98.5135", 0, "99"),
            (Rounding::HalfEven, "0.125001", 2, "0.13"),
            (Rounding::HalfEven, "0.125000", 2, "0.12"),
            (Rounding::HalfDown, "2.501", 0, "3"),
            (Rounding::Up, "1E-300", 2, "0.01"),
            (Rounding::HalfUp, "340282366920938463463374607431768211455", -39, "0"),
            (Rounding::HalfUp, "340282366920938463463374607431768211455", -38, "300000000000000000000000000000000000000"),
        ] {
            assert_eq!(dec(given).round(scale, rounding).to_string(), wanted, "{given} to {scale} {rounding:?}");
        }
    }

    #[test]
    fn what_has_no_finite_value_is_none() {
        assert_eq!(Decimal::ONE.checked_div(Decimal::ZERO), None);
        assert_eq!(dec("-1").sqrt(), None);
        assert_eq!(Decimal::ZERO.ln(), None);
    }

    #[test]
    fn refuses_what_is_not_a_number() {
        for text in ["", "abc", "1,5", "NaN", "Infinity", "1e99999", "--1", "1.2.3", "e", "."] {
            assert!(text.parse::<Decimal>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn text_and_mantissa_round_trip(mantissa in any::<i64>(), scale in 0u32..18) {
            let value = Decimal::new(i128::from(mantissa), scale);
            prop_assert_eq!(value.to_string().parse::<Decimal>().unwrap(), value);
            prop_assert_eq!(value.mantissa_at(18), Some(i128::from(mantissa) * 10i128.pow(18 - scale)));
        }

        #[test]
        fn every_mode_gives_the_neighbour_that_its_name_says(
            mantissa in prop_oneof![any::<i64>(), -999_999i64..999_999],
            scale in 0u32..12,
            cut in 1u32..10,
        ) {
            let (value, unit) = (Decimal::new(i128::from(mantissa), scale), 10i128.pow(cut));
            let (below, rest) = (i128::from(mantissa).div_euclid(unit), i128::from(mantissa).rem_euclid(unit));
            let above = below + i128::from(rest != 0);
            let nearest = |at_half: i128| match (2 * rest).cmp(&unit) {
                Ordering::Less => below,
                Ordering::Equal => at_half,
                Ordering::Greater => above,
            };
            let (inner, outer) = if mantissa < 0 { (above, below) } else { (below, above) };
            for (rounding, wanted) in [
                (Rounding::Floor, below),
                (Rounding::Ceiling, above),
                (Rounding::Down, inner),
                (Rounding::Up, outer),
                (Rounding::HalfUp, nearest(outer)),
                (Rounding::HalfDown, nearest(inner)),
                (Rounding::HalfEven, nearest(if below % 2 == 0 { below } else { above })),
            ] {
                let places = scale as i16 - cut as i16;
                let wanted = Decimal::new(wanted * unit, scale);
                prop_assert_eq!(value.round(places, rounding), wanted, "{} to {} {:?}", value, places, rounding);
            }
        }
    }
}
