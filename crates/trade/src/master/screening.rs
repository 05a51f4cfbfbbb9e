//! Master data by which orders are kept for suspected fraud or export control (domain §1.5.1, holds; §1.12).

use serde::{Deserialize, Serialize};
use units::{Amount, Day, Text};

/// What the company screens orders by. Nothing is screened unless it says so.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ScreeningPolicy {
    /// Countries, by their ISO 3166 codes, to which nothing is sent without somebody's leave.
    pub embargoed: Vec<Text>,
    /// Names of parties with whom nobody may trade: as customers or as those who receive the goods.
    pub denied_parties: Vec<Text>,
    /// An order worth more than this to an address that the account does not have is suspected; `None` suspects none.
    pub new_address_above: Option<Amount>,
}

/// Why somebody looks at orders before they go on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Watch {
    /// In words.
    pub reason: Text,
    /// Codes of the addresses that it is about; empty for all.
    pub ship_tos: Vec<Text>,
}

/// The leave of an authority to send controlled goods to a customer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ExportLicence {
    /// Its number.
    pub number: Text,
    /// The entry of the control list that it is for; empty for all.
    pub control: Text,
    /// The country that it is for; empty for all.
    pub country: Text,
    /// First day; `None` since ever.
    pub from: Option<Day>,
    /// Last day; `None` without end.
    pub until: Option<Day>,
}

impl ExportLicence {
    /// Whether goods under that entry may be sent to that country on a day.
    pub fn covers(&self, control: &str, country: &str, day: Day) -> bool {
        let is_for = |own: &Text, other: &str| own.is_empty() || own.eq_ignore_ascii_case(other);
        let holds = self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day <= until);
        holds && is_for(&self.control, control) && is_for(&self.country, country)
    }
}

impl Watch {
    /// Whether orders to that address are looked at.
    pub fn is_on(&self, ship_to: &str) -> bool {
        self.ship_tos.is_empty() || self.ship_tos.iter().any(|code| code == ship_to)
    }
}
