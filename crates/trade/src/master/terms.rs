//! What is agreed with a customer and copied onto each order.

use serde::{Deserialize, Serialize};
use units::{Decimal, Text};

/// Payment terms: `2/10 net 30` is `net_days: 30, discount_percent: 2, discount_days: 10`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Days after the invoice date on which it is due.
    pub net_days: u16,
    /// Early-payment discount in per cent.
    pub discount_percent: Decimal,
    /// Days after the invoice date up to which the discount may be taken.
    pub discount_days: u16,
    /// Paid before anything is shipped: held until the money is on account, and no limit counts.
    pub prepayment: bool,
}

impl Default for Terms {
    /// Net 30 days.
    fn default() -> Self {
        Self { net_days: 30, discount_percent: Decimal::ZERO, discount_days: 0, prepayment: false }
    }
}

impl Terms {
    /// Whether a customer has more time than by others, a greater discount or longer for it, or need not pay before anything ships.
    pub fn is_more_generous_than(self, other: Self) -> bool {
        self.net_days > other.net_days
            || self.discount_percent > other.discount_percent
            || self.discount_days > other.discount_days
            || other.prepayment && !self.prepayment
    }
}

/// A place that goods are sent to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ShipTo {
    /// The customer's code for it.
    pub code: Text,
    /// Name on the label.
    pub name: Text,
    /// Street, number and so on.
    pub street: Text,
    /// Postal code.
    pub postcode: Text,
    /// City.
    pub city: Text,
    /// Country by its ISO 3166 code of two letters.
    pub country: Text,
    /// State or province by its ISO 3166-2 code without the country, such as `CA`; where taxes depend on it.
    #[serde(default)]
    pub region: Text,
    /// County, where taxes depend on it.
    #[serde(default)]
    pub county: Text,
    /// Special tax district, where taxes depend on it.
    #[serde(default)]
    pub district: Text,
}
