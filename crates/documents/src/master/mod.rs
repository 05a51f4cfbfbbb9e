//! Master data: items, accounts, price books and the company, as CSV or JSON.
//!
//! In JSON the fields are those of the types in `trade`, by their names; what is left out has its default. A field that does not exist
//! is a finding, so a slip of the pen is told. The columns of CSV are listed at each reader. Amounts are in minor units, prices in
//! major units.

mod accounts;
mod items;
mod json;
mod prices;

use trade::AccountId;
use trade::account::Profile;
use trade::master::{Company, Item, PriceBook};

use crate::finding::text;
use crate::{Finding, Place, Read};

/// Reads items from JSON or CSV.
///
/// Columns: `id` (needed), `description`, `base_uom`, `uoms` (such as `CS=12|PAL=480`, in base units), `aliases` (separated by a
/// vertical bar), `list_price`, `landed_cost`, `tax_category` (`standard` unless given), `weight_grams`, `hazardous`, `discontinued`,
/// `min_split_value`.
pub fn read_items(bytes: &[u8], name: &str) -> Read<Item> {
    read(bytes, name, json::items, items::read)
}

/// Reads accounts from JSON (the profile's fields and `id`) or CSV.
///
/// Columns: `id` (needed), `name`, `aliases`, `tier` (5 unless given), `net_days`, `discount_percent`, `discount_days`, `prepayment`,
/// `billing` (`per_shipment`, `on_complete` or `deposit=30` for a deposit of 30 %), `credit_limit`, `secured`, `blocked`,
/// `bank_accounts`, `price_books`, `ship_complete`, `exemption` and `exemption_until`, and one address in `ship_to` (its code),
/// `ship_to_name`, `ship_to_street`, `ship_to_postcode`, `ship_to_city`, `ship_to_country`. Further rows of an account that follow
/// its first add addresses. Lists are separated by a vertical bar.
pub fn read_accounts(bytes: &[u8], name: &str) -> Read<(AccountId, Profile)> {
    read(bytes, name, json::accounts, accounts::read)
}

/// Reads price books from JSON or CSV.
///
/// Columns: `book` (needed), `description`, `item` (needed), `quantity` from which the price applies (1 unless given), `price` per base
/// unit (needed), `from` and `to` (days).
pub fn read_prices(bytes: &[u8], name: &str) -> Read<PriceBook> {
    read(bytes, name, json::prices, prices::read)
}

/// Reads the company from JSON.
pub fn read_company(bytes: &[u8], name: &str) -> Read<Company> {
    let no_csv = |_: &str, name: &str| {
        Read::refused(Finding::error(Place::new(name, ""), "it does not begin with `{`", "give the company as JSON"))
    };
    read(bytes, name, json::company, no_csv)
}

fn read<T>(bytes: &[u8], name: &str, json: impl Fn(&str, &str) -> Read<T>, csv: impl Fn(&str, &str) -> Read<T>) -> Read<T> {
    match text(bytes, name) {
        Err(finding) => Read::refused(finding),
        Ok(text) if text.trim_start().starts_with(['{', '[']) => json(text, name),
        Ok(text) => csv(text, name),
    }
}
