//! Master data that the rows imply: what was sold at which price, and to whom in which country.

use std::collections::BTreeMap;

use trade::AccountId;
use trade::account::Profile;
use trade::master::{Item, ShipTo, Terms};
use trade::order::SubmittedLine;
use units::{Day, Decimal, Text};

use super::row::Fields;

/// Items and customers of the order lines that a [`Reader`](super::Reader) has read so far. The same rows give the same data.
#[derive(Debug, Clone, Default)]
pub struct Master {
    items: BTreeMap<Text, Sold>,
    /// The country of each customer's latest line.
    customers: BTreeMap<Text, Text>,
    first: Option<Day>,
}

#[derive(Debug, Clone, Default)]
struct Sold {
    descriptions: BTreeMap<Text, u64>,
    prices: BTreeMap<Decimal, u64>,
}

impl Master {
    pub(super) fn learn(&mut self, fields: &Fields<'_>, line: &SubmittedLine) {
        let sold = self.items.entry(line.item.clone()).or_default();
        if !line.description.is_empty() {
            count(&mut sold.descriptions, &line.description);
        }
        if let Some(price) = &line.price {
            count(&mut sold.prices, price);
        }
        self.customers.insert(fields.account(), fields.country.into());
        if let Some(day) = fields.at().map(units::Timestamp::day) {
            self.first = Some(self.first.map_or(day, |first| first.min(day)));
        }
    }

    /// Day of the earliest order line.
    pub fn first_day(&self) -> Option<Day> {
        self.first
    }

    /// Everything that was ordered, counted in `EA`, with its most frequent description and price; of prices that are equally
    /// frequent the lowest.
    pub fn items(&self) -> Vec<Item> {
        let item = |(id, sold): (&Text, &Sold)| Item {
            id: id.as_str().into(),
            description: most_frequent(&sold.descriptions).unwrap_or_default(),
            base_uom: "EA".into(),
            list_price: most_frequent(&sold.prices),
            tax_category: Text::const_new("standard"),
            ..Item::default()
        };
        self.items.iter().map(item).collect()
    }

    /// Every customer with one ship-to in its country, net 30 days and no credit limit. The data names nobody, so names are made of
    /// the numbers.
    pub fn accounts(&self) -> Vec<(AccountId, Profile)> {
        let account = |(id, country): (&Text, &Text)| {
            let name: Text = format!("Customer {id}").into();
            let ship_to = ShipTo {
                code: "MAIN".into(),
                name: name.clone(),
                country: country_code(country).into(),
                ..ShipTo::default()
            };
            let profile = Profile { name, tier: 5, terms: Terms::default(), ship_tos: vec![ship_to], ..Profile::default() };
            (id.as_str().into(), profile)
        };
        self.customers.iter().map(account).collect()
    }
}

fn count<K: Ord + Clone>(counts: &mut BTreeMap<K, u64>, key: &K) {
    match counts.get_mut(key) {
        Some(count) => *count += 1,
        None => {
            counts.insert(key.clone(), 1);
        }
    }
}

/// The most frequent; of several the least.
fn most_frequent<K: Ord + Clone>(counts: &BTreeMap<K, u64>) -> Option<K> {
    counts.iter().rev().max_by_key(|(_, count)| **count).map(|(key, _)| key.clone())
}

/// The ISO 3166 code of a country as the data names it. The seller is British: a customer without a known country is taken as British too.
fn country_code(name: &str) -> &'static str {
    match name {
        "Australia" => "AU",
        "Austria" => "AT",
        "Bahrain" => "BH",
        "Belgium" => "BE",
        "Brazil" => "BR",
        "Canada" => "CA",
        "Channel Islands" => "JE",
        "Cyprus" => "CY",
        "Czech Republic" => "CZ",
        "Denmark" => "DK",
        "EIRE" => "IE",
        "Finland" => "FI",
        "France" => "FR",
        "Germany" => "DE",
        "Greece" => "GR",
        "Hong Kong" => "HK",
        "Iceland" => "IS",
        "Israel" => "IL",
        "Italy" => "IT",
        "Japan" => "JP",
        "Lebanon" => "LB",
        "Lithuania" => "LT",
        "Malta" => "MT",
        "Netherlands" => "NL",
        "Norway" => "NO",
        "Poland" => "PL",
        "Portugal" => "PT",
        "RSA" => "ZA",
        "Saudi Arabia" => "SA",
        "Singapore" => "SG",
        "Spain" => "ES",
        "Sweden" => "SE",
        "Switzerland" => "CH",
        "USA" => "US",
        "United Arab Emirates" => "AE",
        _ => "GB",
    }
}
