//! What is agreed with a customer and copied onto each order.

use serde::{Deserialize, Serialize};
use units::{Decimal, Rounding, Text};

use crate::context::{Actor, Role};
use crate::refusal::Refusal;

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

impl Terms {
    /// What it costs to pay on the last day instead of taking the discount, as interest for a year of so many days, in per cent to one
    /// decimal; `None` where there is no discount, or no time is gained. Source: domain §1.7 (2/10 net 30: 37.2 % of 365 days, 36.7 % of 360).
    pub fn cost_of_no_discount(&self, days_of_year: u16) -> Option<Decimal> {
        let gained = self.net_days.checked_sub(self.discount_days).filter(|days| *days > 0)?;
        let paid = Decimal::HUNDRED - self.discount_percent;
        if self.discount_percent.is_zero() || paid <= Decimal::ZERO {
            return None;
        }
        let whole = |days: u16| Decimal::from(i64::from(days));
        let interest = self.discount_percent.checked_mul(whole(days_of_year))?.checked_mul(Decimal::HUNDRED)?;
        Some(interest.checked_div(paid.checked_mul(whole(gained))?)?.round(1, Rounding::HalfUp))
    }

    /// Refuses a discount that is none.
    pub(crate) fn check(self) -> Result<(), Refusal> {
        if self.discount_percent.is_negative() || self.discount_percent > Decimal::HUNDRED {
            return Err(Refusal::invalid("terms.discount_percent", self.discount_percent, "0 to 100"));
        }
        Ok(())
    }

    /// Refuses terms in place of others that an actor may not grant: those that are more generous are credit (domain §1.5.4).
    pub(crate) fn check_granted(self, before: Self, actor: &Actor) -> Result<(), Refusal> {
        self.check()?;
        let grants_credit = [Role::CreditClerk, Role::CreditManager, Role::Director].iter().any(|role| actor.has(*role));
        if self.is_more_generous_than(before) && !grants_credit {
            let why = Text::const_new("terms that are more generous are granted by whoever grants credit");
            return Err(Refusal::NotAllowed { actor: actor.id.clone(), why });
        }
        Ok(())
    }

    /// Whether a customer has more time than by others, a greater discount or longer for it, or need not pay before anything ships.
    pub fn is_more_generous_than(self, other: Self) -> bool {
        self.net_days > other.net_days
            || self.discount_percent > other.discount_percent
            || self.discount_days > other.discount_days
            || other.prepayment && !self.prepayment
    }
}

impl Default for Terms {
    /// Net 30 days.
    fn default() -> Self {
        Self { net_days: 30, discount_percent: Decimal::ZERO, discount_days: 0, prepayment: false }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domain_1_7_two_per_cent_in_ten_days_or_net_in_thirty_cost_whoever_waits_37_per_cent_a_year() {
        let terms = |percent: &str, days, net| Terms {
            net_days: net,
            discount_percent: percent.parse().unwrap(),
            discount_days: days,
            prepayment: false,
        };
        let cost = |terms: Terms, days| terms.cost_of_no_discount(days).map(|cost| cost.to_string());
        assert_eq!(cost(terms("2", 10, 30), 365).as_deref(), Some("37.2"));
        assert_eq!(cost(terms("2", 10, 30), 360).as_deref(), Some("36.7"));
        for none in [terms("0", 10, 30), terms("2", 30, 30), terms("2", 40, 30), terms("100", 10, 30)] {
            assert_eq!(cost(none, 365), None, "{none:?}");
        }
    }
}
