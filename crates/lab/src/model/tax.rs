//! A tax service: rates by country and category, rounded once per rate on the whole document.

use serde_json::{Value, json};
use units::{Amount, Currency, Decimal, Rounding, prorate};

use super::{Answer, Chance, Millis, Model, text};

/// The tax service.
#[derive(Debug, Default)]
pub struct Tax {
    quotes: u64,
    /// Country, category and rate in per cent.
    rates: Vec<(String, String, Decimal)>,
}

impl Tax {
    /// A service that knows these rates: country, category, per cent.
    pub fn new(rates: Vec<(String, String, Decimal)>) -> Self {
        Self { quotes: 0, rates }
    }

    fn rate(&self, country: &str, category: &str) -> Decimal {
        let found = self.rates.iter().find(|(of, kind, _)| of == country && kind == category);
        found.map(|(_, _, rate)| *rate).unwrap_or_default()
    }
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
        let country = text(&body["ship_to"], "country");
        let lines = body["lines"].as_array().cloned().unwrap_or_default();
        let nets: Vec<i64> = lines.iter().map(|line| amount(&line["net"]).0).collect();
        let shares = prorate((amount(&body["freight"]) - amount(&body["discount"])).0, &nets);
        let mut bases: Vec<(Decimal, i64)> = Vec::new();
        let mut rates = Vec::new();
        for ((line, net), share) in lines.iter().zip(&nets).zip(shares) {
            let rate = self.rate(&country, &text(line, "category"));
            rates.push(json!({ "line": line["line"], "rate": rate.to_string() }));
            match bases.iter_mut().find(|(known, _)| *known == rate) {
                Some((_, base)) => *base += net + share,
                None => bases.push((rate, net + share)),
            }
        }
        let mut tax: Amount = bases.iter().map(|(rate, base)| Amount(*base).percent(*rate)).sum();
        // now and then it is of another opinion
        if chance.hits(chance.faults.rejected, "tax", &text(body, "order")) {
            tax += Amount(500);
        }
        Answer::new(200, json!({ "rates": rates, "tax": tax.in_currency(currency).plain() }))
    }

    fn ledger(&self) -> Value {
        json!({ "quotes": self.quotes })
    }
}
