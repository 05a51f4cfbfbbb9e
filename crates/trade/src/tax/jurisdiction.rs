//! Jurisdictions of a place, and what a company has on file about each (domain §1.4).

use units::{Day, Decimal, Text};

use crate::master::{Company, ShipTo, TaxRule};

/// The jurisdictions of a place, the widest first: `US`, `US-CA`, `US-CA/LOS ANGELES` (county), `US-CA/LOS ANGELES/SANTA MONICA` (city;
/// `US-VA//RICHMOND` where it is in no county) and `US-CA:MTA` (special district). A place without a region is in its country only.
pub(super) fn jurisdictions(place: &ShipTo) -> Vec<Text> {
    let part = |text: &Text| text.trim().to_uppercase();
    let country = part(&place.country);
    let mut found = vec![Text::from(country.as_str())];
    let (region, county, city, district) =
        (part(&place.region), part(&place.county), part(&place.city), part(&place.district));
    if region.is_empty() {
        return found;
    }
    let state = format!("{country}-{region}");
    found.push(state.as_str().into());
    if !county.is_empty() {
        found.push(format!("{state}/{county}").into());
    }
    if !city.is_empty() {
        found.push(format!("{state}/{county}/{city}").into());
    }
    if !district.is_empty() {
        found.push(format!("{state}:{district}").into());
    }
    found
}

/// Whether a jurisdiction is one or lies in it; everything lies in an empty one.
pub(super) fn is_within(jurisdiction: &str, scope: &str) -> bool {
    let scope = scope.trim().to_uppercase();
    let rest = jurisdiction.strip_prefix(scope.as_str());
    scope.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '/', ':']))
}

/// The rate of a category in a jurisdiction on a day, by the company's table.
pub(super) fn rate(company: &Company, jurisdiction: &str, category: &str, day: Day) -> Decimal {
    let of_place = company.taxes.iter().filter(|rate| rate.category == category && is_one(&rate.jurisdiction, jurisdiction));
    let valid = of_place.filter(|rate| rate.from.is_none_or(|from| from <= day));
    valid.max_by_key(|rate| rate.from).map(|rate| rate.rate).unwrap_or_default()
}

/// What is set for the narrowest of these jurisdictions that something is set for.
pub(super) fn rule<'a, T>(company: &'a Company, jurisdictions: &[Text], of: impl Fn(&'a TaxRule) -> Option<T>) -> Option<T> {
    let set = |jurisdiction: &Text| {
        let mut rules = company.policy.tax_rules.iter();
        rules.find_map(|rule| of(rule).filter(|_| is_one(&rule.jurisdiction, jurisdiction)))
    };
    jurisdictions.iter().rev().find_map(set)
}

/// Whether what somebody wrote is a jurisdiction.
fn is_one(written: &str, jurisdiction: &str) -> bool {
    let written = written.trim();
    written.eq_ignore_ascii_case(jurisdiction) || !written.is_ascii() && written.to_uppercase() == jurisdiction
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domain_1_4_a_place_is_in_its_state_county_city_and_district() {
        let santa_monica = ShipTo {
            country: "US".into(),
            region: "ca".into(),
            county: "Los Angeles".into(),
            city: "Santa Monica".into(),
            district: "MTA".into(),
            ..ShipTo::default()
        };
        let all = ["US", "US-CA", "US-CA/LOS ANGELES", "US-CA/LOS ANGELES/SANTA MONICA", "US-CA:MTA"];
        assert_eq!(jurisdictions(&santa_monica), all);
        let richmond = ShipTo { country: "US".into(), region: "VA".into(), city: "Richmond".into(), ..ShipTo::default() };
        assert_eq!(jurisdictions(&richmond), ["US", "US-VA", "US-VA//RICHMOND"]);
        let berlin = ShipTo { country: "DE".into(), city: "Berlin".into(), ..ShipTo::default() };
        assert_eq!(jurisdictions(&berlin), ["DE"]);
    }

    #[test]
    fn a_jurisdiction_lies_in_its_country_region_and_county_and_in_no_other_of_a_longer_name() {
        for (narrow, wide) in [("US-CA:MTA", "us-ca"), ("US-CA/LA/X", "US-CA/La"), ("US-CA", "US"), ("DE", ""), ("DE", "DE")]
        {
            assert!(is_within(narrow, wide), "{narrow} in {wide}");
        }
        for (narrow, wide) in [("US-CALIFORNIA", "US-CA"), ("US", "US-CA"), ("US-CA/LAKE", "US-CA/LA"), ("DE", "FR")] {
            assert!(!is_within(narrow, wide), "{narrow} in {wide}");
        }
    }
}
