//! A tax service: what each jurisdiction of a place charges, rounded once per rate on the whole document. It knows the rates and the states
//! that tax by origin, and is told the rest with each quote.

use serde_json::{Value, json};
use units::{Amount, Currency, Decimal, Rounding, prorate};

use super::{Answer, Chance, Millis, Model, text};

/// The tax service.
#[derive(Debug, Default)]
pub struct Tax {
    quotes: u64,
    /// Jurisdiction, category and rate in per cent.
    rates: Vec<(String, String, Decimal)>,
    /// Regions that tax goods of their own by where they come from.
    origins: Vec<String>,
}

/// What each jurisdiction charges, in per cent.
type Levels = Vec<(String, Decimal)>;

impl Tax {
    /// A service that knows these rates (jurisdiction, category, per cent), and the regions that tax by origin.
    pub fn new(rates: Vec<(String, String, Decimal)>, origins: Vec<String>) -> Self {
        Self { quotes: 0, rates, origins }
    }

    /// What is charged of a category for an order.
    fn levels(&self, quote: &Value, category: &str) -> Levels {
        let exempts = |exemption: &Value, jurisdiction: &str| {
            let (place, kind) = (text(exemption, "jurisdiction").to_uppercase(), text(exemption, "category"));
            let rest = jurisdiction.strip_prefix(place.as_str());
            let lies_in = rest.is_some_and(|rest| place.is_empty() || rest.is_empty() || rest.starts_with(['-', '/', ':']));
            lies_in && (kind.is_empty() || kind == category)
        };
        let exemptions = quote["exemptions"].as_array().map_or(&[][..], Vec::as_slice);
        let mut levels = Levels::new();
        for name in names(self.place(quote)) {
            let is_it = |(of, kind, _): &&(String, String, Decimal)| of.to_uppercase() == name && kind == category;
            let rate = self.rates.iter().find(is_it).map(|(.., rate)| *rate);
            let charged = rate.filter(|rate| !rate.is_zero() && !exemptions.iter().any(|one| exempts(one, &name)));
            levels.extend(charged.map(|rate| (name, rate)));
        }
        levels
    }

    /// The address that counts.
    fn place<'a>(&self, quote: &'a Value) -> &'a Value {
        let region = |place: &Value| format!("{}-{}", text(place, "country"), text(place, "region")).to_uppercase();
        let (to, from) = (&quote["ship_to"], &quote["seller"]);
        let by_origin = region(to) == region(from) && self.origins.iter().any(|origin| origin.to_uppercase() == region(to));
        if by_origin { from } else { to }
    }
}

/// The jurisdictions of an address: country, region, county, city and district.
fn names(place: &Value) -> Vec<String> {
    let part = |field: &str| text(place, field).trim().to_uppercase();
    let (country, region, county, city, district) =
        (part("country"), part("region"), part("county"), part("city"), part("district"));
    let mut names = vec![country.clone()];
    if !region.is_empty() {
        let state = format!("{country}-{region}");
        names.push(state.clone());
        names.extend((!county.is_empty()).then(|| format!("{state}/{county}")));
        names.extend((!city.is_empty()).then(|| format!("{state}/{county}/{city}")));
        names.extend((!district.is_empty()).then(|| format!("{state}:{district}")));
    }
    names
}

/// Whether the customer accounts for the tax: goods for another country, to a customer with a VAT number that somebody found valid.
fn is_reverse_charge(quote: &Value) -> bool {
    const EU: &str = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK";
    let (from, to) = (text(&quote["seller"], "country"), text(&quote["ship_to"], "country"));
    let of = text(quote, "tax_number").get(..2).unwrap_or_default().replace("EL", "GR");
    let is_in_eu = |country: &str| EU.split(' ').any(|member| member == country);
    from != to && [&from, &to, &of].iter().all(|country| is_in_eu(country)) && of != from
}

impl Model for Tax {
    fn request(&mut self, path: &str, body: &Value, _now: Millis, chance: &Chance) -> Answer {
        if path != "/quotes" {
            return Answer::new(404, json!({ "error": "there is no such operation" }));
        }
        self.quotes += 1;
        let currency: Currency = text(body, "currency").parse().unwrap_or_default();
        let amount = |value: &Value| {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let parsed = text.parse::<Decimal>().ok();
            parsed.and_then(|value| Amount::from_decimal(value, currency, Rounding::HalfUp)).unwrap_or_default()
        };
        let is_reverse = is_reverse_charge(body);
        let lines = body["lines"].as_array().cloned().unwrap_or_default();
        let nets: Vec<i64> = lines.iter().map(|line| amount(&line["net"]).0).collect();
        let shares = prorate((amount(&body["freight"]) - amount(&body["discount"])).0, &nets);
        let mut bases: Vec<(Decimal, i64)> = Vec::new();
        let mut weights: Vec<(String, i64)> = Vec::new();
        let mut rates = Vec::new();
        for ((line, net), share) in lines.iter().zip(&nets).zip(shares) {
            let levels = if is_reverse { Levels::new() } else { self.levels(body, &text(line, "category")) };
            let rate = levels.iter().fold(Decimal::ZERO, |sum, (_, rate)| sum.checked_add(*rate).unwrap_or(sum));
            rates.push(json!({ "line": line["line"], "rate": rate.to_string() }));
            match bases.iter_mut().find(|(known, _)| *known == rate) {
                Some((_, base)) => *base += net + share,
                None => bases.push((rate, net + share)),
            }
            for (name, rate) in levels {
                let part = Amount(1_000 * (net + share)).percent(rate).0;
                match weights.iter_mut().find(|(known, _)| *known == name) {
                    Some((_, weight)) => *weight += part,
                    None => weights.push((name, part)),
                }
            }
        }
        let mut tax: Amount = bases.iter().map(|(rate, base)| Amount(*base).percent(*rate)).sum();
        // now and then it is of another opinion
        if chance.hits(chance.faults.rejected, "tax", &text(body, "order")) {
            tax += Amount(500);
        }
        let plain = |amount: Amount| amount.in_currency(currency).plain();
        let parts = prorate(tax.0, &weights.iter().map(|(_, weight)| *weight).collect::<Vec<_>>());
        let levels =
            weights.iter().zip(parts).map(|((name, _), part)| json!({ "jurisdiction": name, "tax": plain(Amount(part)) }));
        let levels: Vec<Value> = levels.collect();
        Answer::new(200, json!({ "rates": rates, "tax": plain(tax), "levels": levels }))
    }

    fn ledger(&self) -> Value {
        json!({ "quotes": self.quotes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::FaultProfile;

    fn quoted(change: impl Fn(&mut Value)) -> (String, Vec<(String, String)>) {
        let rate = |place: &str, rate: &str| (place.to_owned(), "standard".to_owned(), rate.parse().unwrap());
        let rates = vec![
            rate("FR", "20"),
            rate("US-CA", "6"),
            rate("US-CA/Los Angeles", "0.25"),
            rate("US-CA:MTA", "2.25"),
            rate("US-CA/Fresno", "0.5"),
        ];
        let mut tax = Tax::new(rates, vec!["US-CA".to_owned()]);
        let mut quote = json!({
            "order": "SO-1", "currency": "USD", "freight": "0", "discount": "0", "exemptions": [], "tax_number": null,
            "ship_to": { "country": "US", "region": "CA", "county": "Los Angeles", "city": "Santa Monica", "district": "MTA" },
            "seller": { "country": "US", "region": "NV" },
            "lines": [{ "line": 1, "item": "X", "category": "standard", "net": "100.00" }],
        });
        change(&mut quote);
        let chance = Chance { seed: 1, faults: FaultProfile::NONE };
        let answer = tax.request("/quotes", &quote, 0, &chance).body;
        let levels = answer["levels"].as_array().unwrap().iter();
        (text(&answer, "tax"), levels.map(|level| (text(level, "jurisdiction"), text(level, "tax"))).collect())
    }

    #[test]
    fn domain_1_4_each_jurisdiction_of_the_place_charges_its_part() {
        let (tax, levels) = quoted(|_| ());
        let (names, parts): (Vec<_>, Vec<_>) = levels.into_iter().unzip();
        assert_eq!((tax.as_str(), names.join(" ").as_str()), ("8.50", "US-CA US-CA/LOS ANGELES US-CA:MTA"));
        assert_eq!(parts, ["6.00", "0.25", "2.25"]);
    }

    #[test]
    fn domain_1_4_a_certificate_exempts_and_goods_of_the_region_are_taxed_by_origin() {
        let exempt = |place: &str| json!([{ "certificate": "E-1", "jurisdiction": place, "category": "" }]);
        assert_eq!(quoted(|quote| quote["exemptions"] = exempt("US-CA/Los Angeles")).0, "8.25");
        assert_eq!(quoted(|quote| quote["exemptions"] = exempt("US-CA")).0, "0.00");
        assert_eq!(quoted(|quote| quote["exemptions"] = exempt("US-NV")).0, "8.50");
        let fresno = json!({ "country": "US", "region": "CA", "county": "Fresno" });
        assert_eq!(quoted(|quote| quote["seller"] = fresno.clone()).0, "6.50");
    }

    #[test]
    fn domain_1_4_the_customer_accounts_for_the_tax_of_goods_for_another_member_state() {
        let to_france = |number: Option<&str>| {
            quoted(|quote| {
                quote["ship_to"] = json!({ "country": "FR" });
                quote["seller"] = json!({ "country": "DE" });
                quote["tax_number"] = json!(number);
            })
        };
        assert_eq!(to_france(Some("FR12345678901")).0, "0.00");
        assert_eq!(to_france(None).0, "20.00");
        assert_eq!(to_france(Some("DE123456789")).0, "20.00");
    }
}
