//! Items.

use serde::{Deserialize, Serialize};
use units::{Decimal, Text, Uom, UomFactor};

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
