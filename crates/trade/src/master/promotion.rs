//! Promotions: what is taken off the list price for a while (domain §1.3).

use serde::{Deserialize, Serialize};
use units::{Day, Decimal, Quantity, Text};

use crate::ids::{AccountId, ItemId};

/// Something off the list price. Contracts and price books come before it: it does nothing for items that they price.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Promotion {
    /// Its code, as customers claim it.
    pub code: Text,
    /// First day; `None` since ever.
    pub from: Option<Day>,
    /// Last day; `None` for ever.
    pub to: Option<Day>,
    /// Items; empty for all.
    pub items: Vec<ItemId>,
    /// Customers; empty for all.
    pub accounts: Vec<AccountId>,
    /// From how many base units of a line on.
    pub min_quantity: Quantity,
    /// Per cent off the list price.
    pub percent_off: Decimal,
    /// It counts together with the others that stack, one after the other. Without that the best one counts alone.
    pub stacks: bool,
}

impl Promotion {
    /// Whether it counts for a line that is ordered on a day.
    pub fn is_for(&self, account: &AccountId, item: &ItemId, quantity: Quantity, day: Day) -> bool {
        self.from.is_none_or(|from| from <= day)
            && self.to.is_none_or(|to| day <= to)
            && (self.items.is_empty() || self.items.contains(item))
            && (self.accounts.is_empty() || self.accounts.contains(account))
            && self.min_quantity <= quantity
    }
}
