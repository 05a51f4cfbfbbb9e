//! When an order is billed, and by what its header amounts are shared (domain §1.6).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use units::{Day, Decimal};

/// When an order is billed (domain §1.6); agreed with the customer, and overridable per order.
///
/// As text `per_shipment`, `on_complete`, `on_complete=14`, `on_complete=14/per_shipment`, `weekly`, `monthly` (of either, per purchase
/// order with `/purchase_order`), `on_delivery`, `on_order`, `deposit=30` and `milestones=approved:20,released:30`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "policy")]
pub enum BillingPolicy {
    /// An invoice per shipment.
    #[default]
    PerShipment,
    /// One invoice when everything has shipped or was cancelled.
    OnComplete {
        /// So many days after the first shipment that is not billed, the rest is waited for no longer; `None` waits for ever.
        #[serde(default)]
        max_wait_days: Option<u16>,
        /// What happens then.
        #[serde(default)]
        then: AfterWait,
    },
    /// A deposit at approval, consumed proportionally by an invoice per shipment.
    Deposit {
        /// Per cent of the order's value.
        percent: Decimal,
    },
    /// One invoice for all that the account's orders shipped in a week or month, when that has ended.
    Consolidated {
        /// Which.
        every: Period,
        /// Which orders share an invoice.
        #[serde(default)]
        per: Together,
    },
    /// An invoice per shipment once its delivery is proved, for terms by which control passes then (DAP, DPU, DDP).
    OnDelivery,
    /// The whole order is billed at approval and released once that is paid; what is added later is billed and paid likewise.
    OnOrder,
    /// Shares of the order's value as it comes along, consumed proportionally by an invoice per shipment, which bills the rest.
    Milestones(Milestones),
}

/// Which share of an order's value is billed when, before anything of it ships. In per cent; together at most 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Milestones {
    /// At approval.
    pub approved: Decimal,
    /// When the first of it is released to a warehouse.
    pub released: Decimal,
    /// When a person reports that what was agreed with the customer is reached, such as drawings that they have approved.
    pub reported: Decimal,
}

impl Milestones {
    /// Its shares, with the names by which texts have them.
    pub fn shares(&self) -> [(&'static str, Decimal); 3] {
        [("approved", self.approved), ("released", self.released), ("reported", self.reported)]
    }

    /// All that is billed before anything ships.
    pub fn total(&self) -> Decimal {
        self.shares().into_iter().fold(Decimal::ZERO, |sum, (_, share)| sum.checked_add(share).unwrap_or(sum))
    }

    fn read(text: &str) -> Option<Self> {
        let mut read = Self::default();
        let mut named = Vec::new();
        for part in text.split(',') {
            let (name, share) = part.split_once(':')?;
            let share: Decimal = share.parse().ok()?;
            let slot = match name {
                "approved" => &mut read.approved,
                "released" => &mut read.released,
                "reported" => &mut read.reported,
                _ => return None,
            };
            if named.contains(&name) || !(Decimal::ZERO < share && share <= Decimal::HUNDRED) {
                return None;
            }
            named.push(name);
            *slot = share;
        }
        Some(read).filter(|read| read.total() <= Decimal::HUNDRED)
    }
}

/// What happens when an order has waited long enough to be complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AfterWait {
    /// A person decides: the exception PARTIAL-BILLING-DECISION.
    #[default]
    Ask,
    /// What has shipped is billed, and the rest as it ships.
    PerShipment,
}

/// Which orders share a consolidated invoice; they have one currency and one set of terms in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Together {
    /// All of the account: the bill-to.
    #[default]
    Account,
    /// Those of one purchase order of the customer.
    PurchaseOrder,
}

/// A span of days for which one invoice is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// Monday to Sunday.
    Week,
    /// A calendar month.
    Month,
}

impl Period {
    /// The first day of the period after that of `day`.
    pub fn next(self, day: Day) -> Day {
        match self {
            Self::Week => day.plus_days(7 - i32::from(day.weekday())),
            Self::Month => day.first_of_next_month(),
        }
    }
}

impl BillingPolicy {
    /// One invoice on completion, however long that takes.
    pub const ON_COMPLETE: Self = Self::OnComplete { max_wait_days: None, then: AfterWait::Ask };

    /// Per cent of the order's value that is billed before anything ships, at approval or later; zero for most policies.
    pub fn upfront(self) -> Decimal {
        match self {
            Self::Deposit { percent } => percent,
            Self::OnOrder => Decimal::HUNDRED,
            Self::Milestones(milestones) => milestones.total(),
            Self::PerShipment | Self::OnComplete { .. } | Self::Consolidated { .. } | Self::OnDelivery => Decimal::ZERO,
        }
    }

    /// Whether shipped goods may have to wait for their invoice although nothing is wrong.
    pub fn bills_later(self) -> bool {
        matches!(self, Self::OnComplete { .. } | Self::Consolidated { .. } | Self::OnDelivery)
    }
}

impl fmt::Display for BillingPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PerShipment => f.write_str("per_shipment"),
            Self::OnComplete { max_wait_days: None, .. } => f.write_str("on_complete"),
            Self::OnComplete { max_wait_days: Some(days), then: AfterWait::Ask } => write!(f, "on_complete={days}"),
            Self::OnComplete { max_wait_days: Some(days), then: AfterWait::PerShipment } => {
                write!(f, "on_complete={days}/per_shipment")
            }
            Self::Deposit { percent } => write!(f, "deposit={percent}"),
            Self::Consolidated { every: Period::Week, per: Together::Account } => f.write_str("weekly"),
            Self::Consolidated { every: Period::Month, per: Together::Account } => f.write_str("monthly"),
            Self::Consolidated { every: Period::Week, per: Together::PurchaseOrder } => f.write_str("weekly/purchase_order"),
            Self::Consolidated { every: Period::Month, per: Together::PurchaseOrder } => {
                f.write_str("monthly/purchase_order")
            }
            Self::OnDelivery => f.write_str("on_delivery"),
            Self::OnOrder => f.write_str("on_order"),
            Self::Milestones(milestones) => {
                let named = milestones.shares().into_iter().filter(|(_, share)| !share.is_zero());
                let named: Vec<String> = named.map(|(name, share)| format!("{name}:{share}")).collect();
                write!(f, "milestones={}", named.join(","))
            }
        }
    }
}

/// A text that names no billing policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", Self::MEND)]
pub struct NoBillingPolicy;

impl NoBillingPolicy {
    /// What would be right.
    pub const MEND: &'static str = "use per_shipment, on_complete, on_complete=14, on_complete=14/per_shipment, weekly, \
                                    weekly/purchase_order, monthly, monthly/purchase_order, on_delivery, on_order, deposit=30 or \
                                    milestones=approved:20,released:30,reported:10";
}

impl FromStr for BillingPolicy {
    type Err = NoBillingPolicy;

    fn from_str(text: &str) -> Result<Self, NoBillingPolicy> {
        if let Some(percent) = text.strip_prefix("deposit=") {
            let percent = percent.parse::<Decimal>().ok().filter(|percent| !percent.is_negative());
            let percent = percent.filter(|percent| *percent <= Decimal::HUNDRED).ok_or(NoBillingPolicy)?;
            return Ok(Self::Deposit { percent });
        }
        if let Some(shares) = text.strip_prefix("milestones=") {
            return Milestones::read(shares).map(Self::Milestones).ok_or(NoBillingPolicy);
        }
        if let Some(wait) = text.strip_prefix("on_complete=") {
            let (days, then) = match wait.strip_suffix("/per_shipment") {
                Some(days) => (days, AfterWait::PerShipment),
                None => (wait, AfterWait::Ask),
            };
            return Ok(Self::OnComplete { max_wait_days: Some(days.parse().map_err(|_| NoBillingPolicy)?), then });
        }
        let consolidated = |every, per| Self::Consolidated { every, per };
        Ok(match text {
            "per_shipment" => Self::PerShipment,
            "on_complete" => Self::ON_COMPLETE,
            "weekly" => consolidated(Period::Week, Together::Account),
            "monthly" => consolidated(Period::Month, Together::Account),
            "weekly/purchase_order" => consolidated(Period::Week, Together::PurchaseOrder),
            "monthly/purchase_order" => consolidated(Period::Month, Together::PurchaseOrder),
            "on_delivery" => Self::OnDelivery,
            "on_order" => Self::OnOrder,
            _ => return Err(NoBillingPolicy),
        })
    }
}

/// By what header amounts are shared over invoices (domain §1.6, proration).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ProrationPolicy {
    /// Freight.
    pub freight: ProrationBasis,
    /// The header discount.
    pub discount: ProrationBasis,
    /// What becomes of the share of cancelled units.
    pub cancelled: CancelledShare,
}

/// By what an amount is shared over lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProrationBasis {
    /// By net value; by quantity where everything is free.
    #[default]
    Value,
    /// By base units.
    Quantity,
    /// By the items' weight; by quantity where nobody knows any.
    Weight,
}

/// What becomes of the share that cancelled units have in a header amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CancelledShare {
    /// It goes with them: nobody is billed for it.
    #[default]
    CarriedAway,
    /// It is spread over what is billed after the cancellation. Where nothing follows that could carry it, nobody is billed for it:
    /// there is no invoice without goods, and what was billed before is not changed.
    Respread,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_policy_is_read_as_it_is_written() {
        for text in [
            "per_shipment",
            "on_complete",
            "on_complete=14",
            "on_complete=14/per_shipment",
            "weekly",
            "monthly",
            "weekly/purchase_order",
            "monthly/purchase_order",
            "on_delivery",
            "on_order",
            "deposit=30",
            "milestones=approved:20,released:30,reported:10",
            "milestones=reported:50",
        ] {
            assert_eq!(text.parse::<BillingPolicy>().unwrap().to_string(), text);
        }
        let wrong =
            ["", "x:1", "approved:0", "approved:101", "approved:60,released:60", "approved:1,approved:1", "approved"];
        for text in wrong {
            assert_eq!(format!("milestones={text}").parse::<BillingPolicy>(), Err(NoBillingPolicy), "{text}");
        }
        for text in ["", "deposit", "deposit=120", "deposit=-1", "on_complete=soon", "on_complete=1/never", "daily"] {
            assert_eq!(text.parse::<BillingPolicy>(), Err(NoBillingPolicy), "{text}");
        }
    }

    #[test]
    fn a_period_ends_where_the_next_week_or_month_begins() {
        let next = |period: Period, day: &str| period.next(day.parse().unwrap()).to_string();
        assert_eq!(next(Period::Week, "2026-03-02"), "2026-03-09");
        assert_eq!(next(Period::Week, "2026-03-08"), "2026-03-09");
        assert_eq!(next(Period::Month, "2026-02-01"), "2026-03-01");
        assert_eq!(next(Period::Month, "2026-12-31"), "2027-01-01");
    }

    #[test]
    fn json_of_before_is_still_read() {
        let read = |json: &str| serde_json::from_str::<BillingPolicy>(json).unwrap();
        assert_eq!(read(r#"{"policy":"on_complete"}"#), BillingPolicy::ON_COMPLETE);
        assert_eq!(read(r#"{"policy":"per_shipment"}"#), BillingPolicy::PerShipment);
        assert_eq!(read(r#"{"policy":"consolidated","every":"week"}"#).to_string(), "weekly");
    }
}
