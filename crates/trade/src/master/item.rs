//! Items.

use serde::{Deserialize, Serialize};
use units::{Day, Decimal, Quantity, Text, Uom, UomFactor};

use crate::books::Folded;
use crate::ids::ItemId;

/// Something that is sold.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Item {
    /// Its stock code.
    pub id: ItemId,
    /// What it is.
    pub description: Text,
    /// The unit in which stock is counted.
    pub base_uom: Uom,
    /// Other units, in base units.
    pub uoms: Vec<(Uom, UomFactor)>,
    /// Codes of others for it: customer part numbers, GTINs.
    pub aliases: Vec<Text>,
    /// Base list price per base unit; `None` if it has none.
    pub list_price: Option<Decimal>,
    /// Landed cost per base unit, for the margin floor; `None` if nobody knows it.
    pub landed_cost: Option<Decimal>,
    /// Tax category: `standard`, `reduced`, `zero` …
    pub tax_category: Text,
    /// Weight of a base unit in grams.
    pub weight_grams: u32,
    /// May only be stored and shipped by nodes with a licence for it.
    pub hazardous: bool,
    /// No longer sold.
    pub discontinued: bool,
    /// Not split over two shipments below this value in minor units (domain §1.1.7, `min_split_value`).
    pub min_split_value: Option<units::Amount>,
    /// The licence that a node needs to ship it, such as `alcohol`; `None` if it needs none.
    #[serde(default)]
    pub licence: Option<Text>,
    /// What may be sent instead, the best first (domain §1.1.8).
    #[serde(default)]
    pub substitutes: Vec<Substitute>,
    /// Under which entry of the export control list it stands; `None` if it may be sent anywhere.
    #[serde(default)]
    pub export_control: Option<Text>,
    /// How much more than was released may leave, in per cent; `None` for as much as the company says (domain §1.10, R3).
    #[serde(default)]
    pub over_ship_percent: Option<Decimal>,
}

/// An item that may be sent instead of another one (domain §1.1.8).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Substitute {
    /// The item that is sent.
    pub item: ItemId,
    /// So many of its base units …
    pub units: u32,
    /// … stand for so many base units of the original.
    pub of: u32,
    /// First day on which it may be sent; `None` since ever.
    pub from: Option<Day>,
    /// Last day on which it may be sent; `None` for good.
    pub to: Option<Day>,
    /// Whether the customer has to be asked.
    pub consent: Consent,
    /// What it costs the customer.
    pub price: SubstitutePrice,
}

/// What a customer has to say to a substitute; the stricter of item and customer counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    /// Nothing: it is sent, and they are told.
    Notify,
    /// A person asks them first.
    #[default]
    Ask,
    /// They take none.
    Never,
}

/// What a substitute costs the customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubstitutePrice {
    /// As much as what it is sent for.
    #[default]
    KeepOriginal,
    /// The lower of the original's price and its own.
    LowerOf,
    /// Its own.
    Substitute,
}

impl Default for Substitute {
    /// One for one; the customer is asked, and pays the price of the original.
    fn default() -> Self {
        Self {
            item: ItemId::default(),
            units: 1,
            of: 1,
            from: None,
            to: None,
            consent: Consent::default(),
            price: SubstitutePrice::default(),
        }
    }
}

impl Substitute {
    /// Whether it may be sent on a day.
    pub fn is_valid_on(&self, day: Day) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }

    /// The most units of the original that `units` of the substitute stand for, no more than `wanted`, and how many of the substitute
    /// those are: whole units of both.
    pub fn covers(&self, wanted: Quantity, units: Quantity) -> (Quantity, Quantity) {
        let (each, of) = (i64::from(self.units.max(1)), i64::from(self.of.max(1)));
        let sets = (wanted.or_zero().0 / of).min(units.or_zero().0 / each);
        // below both, which are within the limits of quantities
        (Quantity(sets * of), Quantity(sets * each))
    }

    /// The price of one of its units at which `of` units of the original cost as much as before; `None` if that is no number.
    pub fn price_for(&self, original: Decimal) -> Option<Decimal> {
        let whole = original.checked_mul(Decimal::from(u64::from(self.of)))?;
        Some(whole.checked_div(Decimal::from(u64::from(self.units)))?.round(6, units::Rounding::HalfUp))
    }
}

/// What happens to an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ItemEvent {
    /// Its master data was set as a whole.
    Set(Box<Item>),
}

impl Item {
    /// How many base units one `uom` holds; `None` if the item is not sold in it. An empty unit means the base unit.
    pub fn factor(&self, uom: &Uom) -> Option<UomFactor> {
        if uom.as_str().is_empty() || *uom == self.base_uom {
            return Some(UomFactor::ONE);
        }
        self.uoms.iter().find(|(name, _)| name == uom).map(|(_, factor)| *factor)
    }
}

impl Folded for Item {
    type Event = ItemEvent;

    fn apply(&mut self, event: &ItemEvent) {
        match event {
            ItemEvent::Set(item) => *self = (**item).clone(),
        }
    }
}
