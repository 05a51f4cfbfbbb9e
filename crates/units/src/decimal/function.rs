//! Remainder, powers, roots, logarithms: each exact or correctly rounded to at least 34 digits, or `None`.

use fastnum::decimal::Sign;
use fastnum::{D128, D256, U128, dec128};

use super::{CONTEXT, Decimal};

/// Its power of e is about 10^6514, beyond every exponent.
const LARGEST_LOGARITHM: Decimal = Decimal(dec128!(15000).with_ctx(CONTEXT));

impl Decimal {
    /// The remainder with the sign of the divisor (FEEL's `modulo`), or `None` for a division by zero.
    ///
    /// Exact, however large the quotient is.
    pub fn checked_modulo(self, divisor: Self) -> Option<Self> {
        let remainder = self.magnitude_remainder(divisor)?;
        match (remainder.is_zero(), self.is_negative() == divisor.is_negative()) {
            (true, _) => Some(Self::ZERO),
            (false, true) => Some(if self.is_negative() { -remainder } else { remainder }),
            (false, false) => {
                let rest = divisor.abs().checked_sub(remainder)?;
                Some(if divisor.is_negative() { -rest } else { rest })
            }
        }
    }

    /// What is left of the size of `self` when the size of the divisor is taken away as often as possible.
    fn magnitude_remainder(self, divisor: Self) -> Option<Self> {
        let (one, two) = (self.normalize(), divisor.normalize());
        let (digits, modulus) = (one.0.digits().to_u128().ok()?, two.0.digits().to_u128().ok()?);
        if modulus == 0 {
            return None;
        }
        let shift = two.scale() - one.scale();
        if shift >= 0 {
            let power = power_modulo(10 % modulus, shift.unsigned_abs(), modulus);
            return Self::of_digits(multiply_modulo(digits % modulus, power, modulus), two.scale());
        }
        // the divisor in the units of the dividend; one that does not fit is larger than it
        let modulus = 10u128.checked_pow(shift.unsigned_abs()).and_then(|power| modulus.checked_mul(power));
        Self::of_digits(modulus.map_or(digits, |modulus| digits % modulus), one.scale())
    }

    fn of_digits(digits: u128, scale: i32) -> Option<Self> {
        let digits = U128::from_u128(digits).ok()?;
        Self::finite(D128::from_parts(digits, -scale, Sign::Plus, CONTEXT))
    }

    /// `self` to the power of `exponent`, or `None` where that is not a finite real number. Anything to the power of zero
    /// is one.
    pub fn checked_pow(self, exponent: Self) -> Option<Self> {
        if exponent.is_zero() {
            return Some(Self::ONE);
        }
        if self.is_zero() {
            return (!exponent.is_negative()).then_some(Self::ZERO);
        }
        if !exponent.is_integer() {
            return self.fractional_pow(exponent);
        }
        let even = exponent.checked_modulo(Self::from(2)).is_some_and(Self::is_zero);
        if self.abs() == Self::ONE {
            return Some(if even { Self::ONE } else { self });
        }
        match exponent.to_i64().map(|whole| u32::try_from(whole.unsigned_abs())) {
            Some(Ok(times)) => self.whole_pow(times, exponent.is_negative()),
            // so far from zero that the result is, too, unless it is none
            _ => ((self.abs() < Self::ONE) != exponent.is_negative()).then_some(Self::ZERO),
        }
    }

    /// By squaring, with twice as many digits, of which the last ones get lost on the way.
    fn whole_pow(self, times: u32, inverse: bool) -> Option<Self> {
        let mut base = self.0.resize::<4>();
        let mut power = D256::ONE.with_ctx(CONTEXT);
        let mut left = times;
        loop {
            if left & 1 == 1 {
                power *= base;
            }
            left >>= 1;
            if left == 0 {
                break;
            }
            base *= base;
        }
        let power = if inverse { D256::ONE.with_ctx(CONTEXT) / power } else { power };
        if power.is_finite() { Self::finite(power.resize::<2>()) } else { None }
    }

    fn fractional_pow(self, exponent: Self) -> Option<Self> {
        let logarithm = exponent.checked_mul(self.ln()?)?;
        if logarithm.abs() > LARGEST_LOGARITHM {
            return logarithm.is_negative().then_some(Self::ZERO);
        }
        Self::finite(self.0.pow(exponent.0))
    }

    /// The square root, or `None` for a negative number.
    pub fn sqrt(self) -> Option<Self> {
        if self.is_negative() {
            return None;
        }
        // an even number of digits is moved out, so that no exponent overflows on the way
        let places = self.scale() / 2 * 2;
        let root = Self::finite(self.shifted(places)?.0.sqrt())?;
        root.shifted(-places / 2)
    }

    /// `self × 10^places`.
    fn shifted(self, places: i32) -> Option<Self> {
        let sign = if self.is_negative() { Sign::Minus } else { Sign::Plus };
        Self::finite(D128::from_parts(self.0.digits(), places - self.scale(), sign, CONTEXT))
    }

    /// The natural logarithm, or `None` for zero and negative numbers.
    pub fn ln(self) -> Option<Self> {
        if self.is_zero() || self.is_negative() { None } else { Self::finite(self.0.ln()) }
    }

    /// Euler's number to the power of `self`, or `None` where that is too large.
    pub fn exp(self) -> Option<Self> {
        if self.abs() > LARGEST_LOGARITHM {
            return self.is_negative().then_some(Self::ZERO);
        }
        Self::finite(self.0.exp())
    }
}

fn add_modulo(one: u128, two: u128, modulus: u128) -> u128 {
    let room = modulus - two;
    if one >= room { one - room } else { one + two }
}

fn multiply_modulo(mut one: u128, mut two: u128, modulus: u128) -> u128 {
    let mut product = 0;
    while two > 0 {
        if two & 1 == 1 {
            product = add_modulo(product, one, modulus);
        }
        one = add_modulo(one, one, modulus);
        two >>= 1;
    }
    product
}

fn power_modulo(mut base: u128, mut exponent: u32, modulus: u128) -> u128 {
    let mut power = 1 % modulus;
    while exponent > 0 {
        if exponent & 1 == 1 {
            power = multiply_modulo(power, base, modulus);
        }
        base = multiply_modulo(base, base, modulus);
        exponent >>= 1;
    }
    power
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Rounding;

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn modulo_has_the_sign_of_the_divisor() {
        for (a, b, wanted) in [("10", "4", "2"), ("-10", "4", "2"), ("10", "-4", "-2"), ("10.1", "4.5", "1.1")] {
            assert_eq!(dec(a).checked_modulo(dec(b)), Some(dec(wanted)), "{a} mod {b}");
        }
    }

    #[test]
    fn modulo_is_exact_where_the_quotient_has_more_digits_than_there_are() {
        for (a, b, wanted) in [
            ("1e40", "3", "1"),
            ("1e6000", "7", "1"),
            ("1e6000", "-7", "-6"),
            ("5", "1e6000", "5"),
            ("1", "3e-6000", "1e-6000"),
            ("123456789012345678901234567891", "7", "1"),
        ] {
            assert_eq!(dec(a).checked_modulo(dec(b)), Some(dec(wanted)), "{a} mod {b}");
        }
        assert_eq!(dec("1").checked_modulo(Decimal::ZERO), None);
    }

    #[test]
    fn powers_and_roots_are_right_to_34_digits() {
        let near = |got: Option<Decimal>, wanted: &str| {
            let (got, wanted) = (got.unwrap(), dec(wanted));
            let error = got.checked_sub(wanted).unwrap().abs();
            assert!(error.checked_div(wanted.abs()).unwrap() < dec("1e-34"), "{got} is not {wanted}");
        };
        near(dec("1.1").checked_pow(dec("200")), "189905276.46046182421218204639541163406");
        near(dec("3").checked_pow(dec("2.5")), "15.588457268119895641747017073552851302");
        near(dec("2").checked_pow(dec("0.1")), "1.0717734625362931642130063250233420229");
        near(dec("2").sqrt(), "1.4142135623730950488016887242096980786");
        near(dec("1e6001").sqrt(), "3.1622776601683793319988935444327185337e3000");
        near(dec("1e-6001").sqrt(), "3.1622776601683793319988935444327185337e-3001");
        near(dec("1").exp(), "2.7182818284590452353602874713526624978");
        near(dec("10").ln(), "2.3025850929940456840179914546843642076");
    }

    #[test]
    fn what_is_too_large_is_none_and_what_is_too_small_is_zero() {
        assert_eq!(dec("1e6144").checked_pow(dec("6")), None);
        assert_eq!(dec("1e6144").checked_mul(dec("10")), None);
        assert_eq!(dec("1e6144").checked_mul(dec("1e6144")), None);
        assert_eq!(dec("1e6000").checked_pow(dec("2.5")), None);
        assert_eq!(dec("2").checked_pow(dec("3000000000")), None);
        assert_eq!(dec("0.5").checked_pow(dec("-3000000000")), None);
        assert_eq!(dec("100000").exp(), None);
        for zero in [
            dec("1e-6000").checked_mul(dec("1e-6000")),
            dec("0.5").checked_pow(dec("3000000000")),
            dec("-100000").exp(),
            dec("1e-6144").checked_div(dec("10")),
        ] {
            assert_eq!(zero, Some(Decimal::ZERO));
        }
    }

    #[test]
    fn powers_of_zero_and_of_one_are_known() {
        assert_eq!(Decimal::ZERO.checked_pow(Decimal::ZERO), Some(Decimal::ONE));
        assert_eq!(Decimal::ZERO.checked_pow(dec("0.5")), Some(Decimal::ZERO));
        assert_eq!(Decimal::ZERO.checked_pow(dec("-1")), None);
        assert_eq!(dec("-1").checked_pow(dec("3000000001")), Some(dec("-1")));
        assert_eq!(dec("-8").checked_pow(dec("0.5")), None);
        assert_eq!(dec("-8").checked_pow(dec("3")), Some(dec("-512")));
    }

    proptest! {
        #[test]
        fn modulo_is_what_division_leaves(a in any::<i64>(), b in any::<i64>()) {
            prop_assume!(b != 0);
            let (a, b) = (i128::from(a), i128::from(b));
            let wanted = ((a % b) + b) % b;
            prop_assert_eq!(Decimal::new(a, 3).checked_modulo(Decimal::new(b, 3)), Some(Decimal::new(wanted, 3)));
        }

        /// Whatever comes out can be written, and read back: it is in journals.
        #[test]
        fn no_operation_panics_and_every_result_reads_back(
            a in any::<i64>(), b in any::<i64>(), one in -6144i32..6144, two in -6144i32..6144,
        ) {
            let (a, b) = (dec(&format!("{a}e{}", one.clamp(-6100, 6100))), dec(&format!("{b}e{}", two.clamp(-6100, 6100))));
            let results = [
                a.checked_add(b), a.checked_sub(b), a.checked_mul(b), a.checked_div(b), a.checked_modulo(b),
                a.checked_pow(b), a.sqrt(), a.ln(), a.exp(), Some(a.round(3, Rounding::HalfEven)), Some(a.normalize()),
            ];
            for result in results.into_iter().flatten() {
                prop_assert_eq!(result.to_string().parse::<Decimal>(), Ok(result));
            }
        }
    }
}
