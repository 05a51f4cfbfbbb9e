//! Master data: items, accounts with their terms and limits, price books, quotes, and the company with its warehouses, calendars and tax codes,
//! as CSV or JSON.
//!
//! In JSON the fields are those of the types in `trade`, by their names; what is left out has its default. A field that does not exist
//! is a finding, so a slip of the pen is told. The columns of CSV are listed at each reader. Amounts are in minor units, prices in
//! major units.

mod accounts;
mod agreements;
mod company;
mod items;
mod json;
mod prices;
mod quotes;
mod rates;
mod stock;

use trade::account::Profile;
use trade::master::{BillingPolicy, Company, ExchangeRate, Item, Node, PriceBook, Quote, TaxRate, Terms};
use trade::stock::Count;
use trade::{AccountId, NodeId};
use units::{Amount, Calendar};

use crate::finding::text;
use crate::{Finding, Place, Read};

/// Reads items from JSON or CSV.
///
/// Columns: `id` (needed), `description`, `base_uom`, `uoms` (such as `CS=12|PAL=480`, in base units), `aliases` (separated by a vertical
/// bar), `list_price`, `landed_cost`, `tax_category` (`standard` unless given), `weight_grams`, `hazardous`, `discontinued`,
/// `min_split_value`, `licence` (that a warehouse needs to ship it), `export_control` (its entry of the control list), `over_ship_percent`
/// (how much more than was released may leave), `substitutes` (such as `X-2|X-3=3/2 notify lower_of 2026-01-01..2026-06-30`: three of X-3
/// for two, the customer is told, the lower price, from and to which day).
pub fn read_items(bytes: &[u8], name: &str) -> Read<Item> {
    read(bytes, name, json::items, items::read)
}

/// Reads accounts from JSON (the profile's fields and `id`) or CSV.
///
/// Columns: `id` (needed), `name`, `aliases`, `tier` (5 unless given), `net_days`, `discount_percent`, `discount_days`, `prepayment`,
/// `billing` (`per_shipment`, `on_complete` or `deposit=30` for a deposit of 30 %), `credit_limit`, `secured`, `insurance_limit`,
/// `blocked`, `bank_accounts`, `price_books`, `ship_complete`, `exemption` and `exemption_until`, and one address in `ship_to` (its code),
/// `ship_to_name`, `ship_to_street`, `ship_to_postcode`, `ship_to_city`, `ship_to_country`, `ship_to_region`, `ship_to_county`,
/// `ship_to_district`; `tax_number` (its VAT number) and `tax_number_verified` (somebody has asked the tax authority); `freight_allowance`
/// (per cent); `credit_parent` (the account whose limit it shares, which comes before it), `excluded_nodes`, `substitutes` (`notify`, `ask`
/// or `never`) and `max_backorders`, `accepts_earlier`, `watch` (why somebody looks at its orders before they go on), `watched_ship_tos`,
/// `incoterm` and `currency` (in which it is kept; the company's unless given, and its limits are in that in any case), `not_billable` (why
/// it is not billable, while it is not) and `branch` (of ours that serves it, and numbers its documents). Further rows of an
/// account that follow its first add addresses. Lists are separated by a vertical bar.
pub fn read_accounts(bytes: &[u8], name: &str) -> Read<(AccountId, Profile)> {
    read(bytes, name, json::accounts, accounts::read)
}

/// Reads price books from JSON or CSV.
///
/// Columns: `book` (needed), `description`, `currency` (the company's unless given), `item` (needed), `quantity` from which the price
/// applies (1 unless given), `price` per base unit (needed), `from` and `to` (days).
pub fn read_prices(bytes: &[u8], name: &str) -> Read<PriceBook> {
    read(bytes, name, json::prices, prices::read)
}

/// Reads quotes from JSON or CSV, each as a whole: one with a wrong row is left out.
///
/// Columns: `quote` and `account` (needed), `description`, `currency` (that of the account unless given), `from` and `to` (days), which all
/// concern the whole quote and may stand in its first row alone; `item` (needed), `quantity` from which the price applies (1 unless given)
/// and `price` per base unit (needed).
pub fn read_quotes(bytes: &[u8], name: &str) -> Read<Quote> {
    read(bytes, name, json::quotes, quotes::read)
}

/// Reads the company from JSON.
pub fn read_company(bytes: &[u8], name: &str) -> Read<Company> {
    let no_csv = |_: &str, name: &str| {
        Read::refused(Finding::error(Place::new(name, ""), "it does not begin with `{`", "give the company as JSON"))
    };
    read(bytes, name, json::company, no_csv)
}

/// Whose a calendar is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CalendarOf {
    /// The company's.
    Company,
    /// A warehouse's.
    Warehouse(NodeId),
    /// That of the carrier which collects at a warehouse.
    Carrier(NodeId),
}

impl CalendarOf {
    /// A carrier's calendar has to name the warehouse.
    fn new(node: Option<NodeId>, is_carrier: bool) -> Option<Self> {
        match (node, is_carrier) {
            (None, false) => Some(Self::Company),
            (None, true) => None,
            (Some(node), false) => Some(Self::Warehouse(node)),
            (Some(node), true) => Some(Self::Carrier(node)),
        }
    }
}

/// Which calendars a warehouse of a file brings; those that it does not bring stay as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct GivenCalendars {
    /// Its own.
    pub own: bool,
    /// The carrier's, be it that it has none of its own any more.
    pub carrier: bool,
}

/// Reads warehouses from JSON or CSV, and which calendars each brings.
///
/// Columns: `id` (needed), `name`, `tier` (1 unless given; the lower, the sooner it is asked), `cut_off` (such as `15:30`; the end of
/// the day unless given), `dock_to_stock_days`, `transit_days` and `distance_km` by country (such as `GB=1|*=5`),
/// `cost_per_shipment`, `cost_per_100_km`, `max_lines_per_day`, `max_distance_km`, `excluded_countries`, `hazardous`, `closed`, `licences`,
/// and the address that goods leave from, if it is not the company's own: `street`, `postcode`, `city`, `country`, `region`, `county`,
/// `district`.
pub fn read_warehouses(bytes: &[u8], name: &str) -> Read<(Node, GivenCalendars)> {
    read(bytes, name, json::warehouses, company::warehouses)
}

/// Reads calendars from JSON (the calendar's fields, `warehouse` and `carrier`) or CSV, and whose each is.
///
/// Columns: `warehouse` (empty for the company), `carrier` (yes for the calendar of the carrier that collects there), `week` (`mon-fri`, or `mon|wed|fri`), `opens` and `closes` (such as `08:00`; round
/// the clock unless given), `utc_offset` (minutes ahead of UTC), `holidays` (days, separated by a vertical bar).
pub fn read_calendars(bytes: &[u8], name: &str) -> Read<(CalendarOf, Calendar)> {
    read(bytes, name, json::calendars, company::calendars)
}

/// Reads tax codes from JSON or CSV: `jurisdiction` (a country `DE`, or a region `US-CA`, a county `US-CA/Los Angeles`, a city
/// `US-CA/Los Angeles/Santa Monica` or a special district `US-CA:MTA` of it), `category`, `rate` in per cent, and `from` which day on.
pub fn read_taxes(bytes: &[u8], name: &str) -> Read<TaxRate> {
    read(bytes, name, json::taxes, company::taxes)
}

/// Reads exchange rates from JSON or CSV: `currency`, `day` from which it counts, `rate` (what one of it is worth in the company's
/// currency) and `source`, all needed.
pub fn read_rates(bytes: &[u8], name: &str) -> Read<ExchangeRate> {
    read(bytes, name, json::rates, rates::read)
}

/// Reads terms of accounts from JSON or CSV: `account` and `net_days` (both needed), `discount_percent`, `discount_days`,
/// `prepayment`, `billing` (as in [`read_accounts`]; what is agreed stays if it is empty).
pub fn read_terms(bytes: &[u8], name: &str) -> Read<(AccountId, Terms, Option<BillingPolicy>)> {
    read(bytes, name, json::terms, agreements::read_terms)
}

/// Reads credit limits of accounts from JSON or CSV: `account`, `credit_limit` (empty or null for none).
pub fn read_limits(bytes: &[u8], name: &str) -> Read<(AccountId, Option<Amount>)> {
    read(bytes, name, json::limits, agreements::read_limits)
}

/// Reads stock that was counted, from JSON or CSV: `item`, `warehouse` and `on_hand` (needed), `unavailable` of these, `document` (the
/// count's number) and `reason`.
pub fn read_stock(bytes: &[u8], name: &str) -> Read<Count> {
    read(bytes, name, json::stock, stock::read)
}

fn read<T>(bytes: &[u8], name: &str, json: impl Fn(&str, &str) -> Read<T>, csv: impl Fn(&str, &str) -> Read<T>) -> Read<T> {
    match text(bytes, name) {
        Err(finding) => Read::refused(finding),
        Ok(text) if text.trim_start().starts_with(['{', '[']) => json(text, name),
        Ok(text) => csv(text, name),
    }
}
