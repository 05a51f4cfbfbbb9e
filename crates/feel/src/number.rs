//! Numbers from text, exactly or not at all.

use units::Decimal;

/// How many digits every number may have; some have one more.
pub(crate) const DIGITS: usize = 38;

/// The number that a text says, if it fits with all of its digits.
pub(crate) fn exact(text: &str) -> Option<Decimal> {
    let number: Decimal = text.parse().ok()?;
    let digits = text.split(['e', 'E']).next().unwrap_or_default().chars().filter(char::is_ascii_digit);
    let written: String = digits.skip_while(|digit| *digit == '0').collect();
    let written = written.trim_end_matches('0');
    if written.len() <= DIGITS {
        return Some(number);
    }
    // the one digit more may fit, or have been rounded away
    let shown = format!("{number}");
    let shown: String = shown.split(['e', 'E']).next().unwrap_or_default().chars().filter(char::is_ascii_digit).collect();
    (shown.trim_matches('0') == written).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_kept_with_every_digit_or_refused() {
        for text in ["12345678901234567890123456789012345678", "0.10", "-1.5e-10", "1e6000", "0", "000.000100"] {
            assert!(exact(text).is_some(), "{text}");
        }
        for text in [
            "123456789012345678901234567890123456789012345",
            "0.1234567890123456789012345678901234567890123",
            "1e99999999999",
            "x",
        ] {
            assert!(exact(text).is_none(), "{text}: {:?}", exact(text));
        }
    }
}
