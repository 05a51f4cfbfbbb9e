//! Who somebody is to the tax office and the bank, as documents say it.

use serde::{Deserialize, Serialize};
use units::Text;

/// What invoices say of the seller beside its name (EN 16931, BG-4 and BG-17). The country is the company's.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Party {
    /// VAT identifier with its country prefix, such as `GB123456789` (BT-31).
    pub tax_number: Text,
    /// Street and number (BT-35).
    pub street: Text,
    /// Postal code (BT-38).
    pub postcode: Text,
    /// City (BT-37).
    pub city: Text,
    /// The account that customers pay to: an IBAN, or as the bank writes it (BT-84).
    pub bank_account: Text,
    /// State or province by its ISO 3166-2 code without the country (BT-39), where taxes depend on it.
    pub region: Text,
    /// County, where taxes depend on it.
    pub county: Text,
    /// Special tax district, where taxes depend on it.
    pub district: Text,
}
