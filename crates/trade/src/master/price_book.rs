//! Price books: contracts, group prices, lists and promotions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use units::{Currency, Day, Decimal, Quantity, Text};

use crate::books::Folded;
use crate::ids::ItemId;

/// Prices by item. Which books apply to an account, and in which order, stands in its profile.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PriceBook {
    /// Its code, such as `contract:4711` or `list:EU`.
    pub code: Text,
    /// What it is, for explanations.
    pub description: Text,
    /// Entries by item.
    pub entries: BTreeMap<ItemId, Vec<PriceEntry>>,
    /// The currency of its prices; `None` for the company's. It says nothing about orders in another one.
    #[serde(default)]
    pub currency: Option<Currency>,
}

/// A price for a time.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PriceEntry {
    /// First day; `None` since ever.
    pub from: Option<Day>,
    /// Last day; `None` for ever.
    pub to: Option<Day>,
    /// How tiers are used.
    pub tiering: Tiering,
    /// Tiers by ascending quantity; the first starts with 1.
    pub tiers: Vec<PriceTier>,
}

/// A price from a quantity on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PriceTier {
    /// From how many base units on.
    pub from: Quantity,
    /// Per base unit.
    pub price: Decimal,
}

/// How tiers are used (domain §1.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tiering {
    /// The price of the tier that the whole quantity reaches.
    #[default]
    AllUnits,
    /// Each tier's price for the units within it.
    Incremental,
}

/// What happens to a price book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PriceBookEvent {
    /// Entries of some items were replaced.
    Set {
        /// The book's code.
        code: Text,
        /// What it is.
        description: Text,
        /// New entries; an item with none is taken out.
        entries: Vec<(ItemId, Vec<PriceEntry>)>,
        /// The currency of its prices.
        #[serde(default)]
        currency: Option<Currency>,
    },
}

impl Folded for PriceBook {
    type Event = PriceBookEvent;

    fn apply(&mut self, event: &PriceBookEvent) {
        match event {
            PriceBookEvent::Set { code, description, entries, currency } => {
                self.currency = *currency;
                self.code = code.clone();
                self.description = description.clone();
                for (item, prices) in entries {
                    if prices.is_empty() {
                        self.entries.remove(item);
                    } else {
                        self.entries.insert(item.clone(), prices.clone());
                    }
                }
            }
        }
    }
}
