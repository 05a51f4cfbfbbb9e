//! By which scheme a supply is taxed: as usual, or by the customer themselves (domain §1.4: EU, country and scheme).

use compact_str::format_compact;
use serde::{Deserialize, Serialize};
use units::Text;

use crate::account::Profile;
use crate::master::Company;
use crate::order::Order;

/// Who accounts for the tax of a supply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaxScheme {
    /// The seller.
    #[default]
    Standard,
    /// The customer, in their own country of the EU: nothing is charged (Directive 2006/112/EC, article 138).
    ReverseCharge,
}

/// The member states of the EU.
const EU: [&str; 27] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV", "MT",
    "NL", "PL", "PT", "RO", "SE", "SI", "SK",
];

fn is_in_eu(country: &str) -> bool {
    EU.contains(&country)
}

/// The country that a VAT number is of; Greek ones begin with `EL`.
fn country_of(number: &str) -> Option<String> {
    let prefix: String = number.trim().chars().take(2).collect::<String>().to_ascii_uppercase();
    let country = if prefix == "EL" { "GR".to_owned() } else { prefix };
    is_in_eu(&country).then_some(country)
}

/// By which scheme an order is taxed: goods that leave for another member state, to a customer with a VAT number of another one that
/// somebody has verified, are not taxed here. Beside it why such a number does not count.
pub(super) fn scheme(company: &Company, profile: &Profile, order: &Order) -> (TaxScheme, Option<Text>) {
    let (from, to) = (company.country.as_str(), order.ship_to.country.as_str());
    let leaves = from != to && is_in_eu(from) && is_in_eu(to);
    if !leaves || profile.tax_number.is_empty() {
        return (TaxScheme::Standard, None);
    }
    let number = &profile.tax_number;
    let void = match country_of(number) {
        None => Some(format_compact!("VAT number {number} is of no member state of the EU")),
        Some(country) if country == from => Some(format_compact!("VAT number {number} is of our own country")),
        Some(_) => (!profile.tax_number_verified).then(|| format_compact!("VAT number {number} is not verified")),
    };
    match void {
        None => (TaxScheme::ReverseCharge, None),
        Some(_) => (TaxScheme::Standard, void),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domain_1_4_the_customer_accounts_for_the_tax_of_goods_that_leave_for_another_member_state() {
        let decide = |from: &str, to: &str, number: &str, verified| {
            let company = Company { country: from.into(), ..Company::default() };
            let profile = Profile { tax_number: number.into(), tax_number_verified: verified, ..Profile::default() };
            let mut order = Order::default();
            order.ship_to.country = to.into();
            let (scheme, void) = scheme(&company, &profile, &order);
            (scheme == TaxScheme::ReverseCharge, void.is_some())
        };
        assert_eq!(decide("DE", "FR", "FR12345678901", true), (true, false));
        assert_eq!(decide("DE", "FR", "EL123456789", true), (true, false));
        assert_eq!(decide("DE", "FR", "FR12345678901", false), (false, true));
        assert_eq!(decide("DE", "FR", "DE123456789", true), (false, true));
        assert_eq!(decide("DE", "FR", "GB123456789", true), (false, true));
        assert_eq!(decide("DE", "FR", "", true), (false, false));
        for (from, to) in [("DE", "DE"), ("DE", "GB"), ("GB", "FR"), ("US", "FR")] {
            assert_eq!(decide(from, to, "FR12345678901", true), (false, false), "{from} {to}");
        }
    }
}
