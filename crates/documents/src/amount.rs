//! Amounts as documents write them.

use units::{Amount, Currency, Decimal, Rounding};

/// `value` (in major units) as minor units; `None` if the currency has fewer digits, or beyond [`Amount::LIMIT`]. Rounding here would
/// change what the other side wrote.
pub(crate) fn exact(value: Decimal, currency: Currency) -> Option<Amount> {
    Amount::from_decimal(value, currency, Rounding::HalfUp).filter(|amount| amount.to_decimal(currency) == value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_not_rounded() {
        let exact = |text: &str, currency: &str| exact(text.parse().unwrap(), currency.parse().unwrap());
        assert_eq!(exact("12.500", "EUR"), Some(Amount(1_250)));
        assert_eq!(exact("12.505", "EUR"), None);
        assert_eq!(exact("12.5", "JPY"), None);
        assert_eq!(exact("1e30", "EUR"), None);
    }
}
