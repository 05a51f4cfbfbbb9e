//! The company: its nodes, calendars, tax rates and policies.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use units::{Amount, Calendar, Currency, Day, Decimal, Rounding, Text};

use super::billing_policy::ProrationPolicy;
use super::channel_group::ChannelGroup;
use super::escalation::Escalation;
use super::exchange::{ExchangePolicy, ExchangeRate, set_rates};
use super::party::Party;
use super::promotion::Promotion;
use super::screening::ScreeningPolicy;
use super::terms::ShipTo;
use crate::books::Folded;
use crate::context::Role;
use crate::ids::NodeId;
use crate::sourcing::Weights;
use crate::stock::AtpPolicy;

/// One legal entity; a partition has exactly one.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Company {
    /// Name, as documents show it.
    pub name: Text,
    /// Short code in document numbers, such as `CD`.
    pub code: Text,
    /// Country by its ISO 3166 code.
    pub country: Text,
    /// Currency of the books.
    pub currency: Currency,
    /// The company's calendar, for service levels and due dates.
    pub calendar: Calendar,
    /// Warehouses.
    pub nodes: Vec<Node>,
    /// Tax rates.
    pub taxes: Vec<TaxRate>,
    /// Policies.
    pub policy: Policy,
    /// What its invoices say of it beside its name.
    #[serde(default)]
    pub party: Party,
    /// What other currencies are worth, in the order of currency, day and source. Set by [`super::put_rates`].
    #[serde(default)]
    pub rates: Vec<ExchangeRate>,
}

/// A warehouse.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Node {
    /// Its code.
    pub id: NodeId,
    /// Its name.
    pub name: Text,
    /// The smaller, the more preferred.
    pub tier: u8,
    /// When it works, in its local time.
    pub calendar: Calendar,
    /// Minute after local midnight up to which an order still ships on the same working day.
    pub cut_off: u16,
    /// Working days from receipt at the dock to stock that can be picked.
    pub dock_to_stock_days: u16,
    /// Working days of the carrier to a country; the entry `*` is for all others.
    pub transit_days: BTreeMap<Text, u16>,
    /// Distance to a country in kilometres; the entry `*` is for all others.
    pub distance_km: BTreeMap<Text, u32>,
    /// Cost of a shipment in minor units.
    pub cost_per_shipment: Amount,
    /// Cost per kilometre in minor units, times 100.
    pub cost_per_100_km: Amount,
    /// Order lines that it can take per day; `None` without limit.
    pub max_lines_per_day: Option<u32>,
    /// Countries that it does not ship to.
    pub excluded_countries: Vec<Text>,
    /// May store and ship hazardous items.
    pub hazardous: bool,
    /// Longest distance that it ships; `None` without limit.
    pub max_distance_km: Option<u32>,
    /// Closed for new orders.
    pub closed: bool,
    /// Licences that it holds, such as `alcohol`; items that ask for another one are not shipped from here.
    #[serde(default)]
    pub licences: Vec<Text>,
    /// When the carrier works that collects here; `None` as the node does.
    #[serde(default)]
    pub carrier_calendar: Option<Calendar>,
    /// Where goods leave from, as far as taxes, carriers and documents ask; without a country, at the company's own address (domain §1.4).
    #[serde(default)]
    pub address: ShipTo,
}

impl Node {
    /// The calendar that transit counts in (domain §1.1.3).
    pub fn transit_calendar(&self) -> &Calendar {
        self.carrier_calendar.as_ref().unwrap_or(&self.calendar)
    }
}

/// A tax rate from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TaxRate {
    /// Jurisdiction: a country, or a region `US-CA`, a county `US-CA/Los Angeles`, a city `US-CA/Los Angeles/Santa Monica`, a special
    /// district `US-CA:MTA` of it. What all those charge that a place is in is added up.
    pub jurisdiction: Text,
    /// Tax category of items.
    pub category: Text,
    /// In per cent.
    pub rate: Decimal,
    /// First day; `None` since ever.
    pub from: Option<Day>,
}

/// What the company decides in general. Every default is the proposal of `domain.md`, where it is marked as our own.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Policy {
    /// Prices.
    pub price: PricePolicy,
    /// Credit.
    pub credit: CreditPolicy,
    /// Cash application.
    pub cash: CashPolicy,
    /// Who may release what.
    pub authority: Vec<Authority>,
    /// Where tax is rounded; documents keep the one they were posted with.
    pub tax_rounding: TaxRounding,
    /// Which node ships what.
    pub sourcing: SourcingPolicy,
    /// How long late supply and late demand still count.
    pub atp: AtpPolicy,
    /// By what header amounts are shared over invoices.
    pub proration: ProrationPolicy,
    /// What happens where a customer's exemption certificate is missing, expired or not verified.
    pub void_certificate: VoidCertificate,
    /// Groups that scarce stock may be kept for, parents before their parts (domain §1.1.4).
    pub channel_groups: Vec<ChannelGroup>,
    /// Which orders are kept because of suspected fraud or export control.
    pub screening: ScreeningPolicy,
    /// Which exchange rates count.
    pub exchange: ExchangePolicy,
    /// What holds for the tax of single jurisdictions; the narrowest counts.
    pub tax_rules: Vec<TaxRule>,
    /// What is taken off list prices for a while (domain §1.3).
    pub promotions: Vec<Promotion>,
    /// How much more than was released may leave, in per cent, of items that have no tolerance of their own (domain §1.10, R3).
    pub over_ship_percent: Decimal,
    /// Who is told about exceptions of a type, and when, if nobody deals with them in time; at most one entry for each type.
    pub escalation: Vec<Escalation>,
}

/// What happens to an order whose customer has an exemption certificate that does not count on the day (domain §1.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VoidCertificate {
    /// Tax is charged, and somebody is asked to see to the certificate.
    #[default]
    Charge,
    /// The order is held.
    Hold,
}

/// Limits of sourcing that hold for every order, and how plans are compared (domain §1.1.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SourcingPolicy {
    /// What counts how much once the quantities filled are the same.
    pub weights: Weights,
    /// At most so many nodes for an order; `None` without limit.
    pub max_nodes: Option<u16>,
    /// At most so many nodes for a line; `None` without limit.
    pub max_nodes_per_line: Option<u16>,
    /// No node farther away than this, in kilometres; a node's own limit counts if it is tighter.
    pub max_distance_km: Option<u32>,
}

/// Where the tax of a document is rounded (domain §1.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TaxRounding {
    /// Each line's tax.
    Line,
    /// Once per rate, on the sum of the unrounded lines.
    Document,
    /// Once per rate, on the sum of the rounded lines, as EN 16931 asks.
    #[default]
    DocumentFromRoundedLines,
    /// Each line's tax, half to the even neighbour.
    LineHalfEven,
    /// Once per rate on the sum of the unrounded lines, half to the even neighbour.
    DocumentHalfEven,
    /// Once per rate on the sum of the rounded lines, half to the even neighbour.
    DocumentFromRoundedLinesHalfEven,
}

impl TaxRounding {
    /// What becomes of a half: up, unless it says otherwise (domain §1, conventions).
    pub fn half(self) -> Rounding {
        match self {
            Self::Line | Self::Document | Self::DocumentFromRoundedLines => Rounding::HalfUp,
            Self::LineHalfEven | Self::DocumentHalfEven | Self::DocumentFromRoundedLinesHalfEven => Rounding::HalfEven,
        }
    }
}

/// What holds for the tax of a jurisdiction, and of what lies in it unless that has a rule of its own.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TaxRule {
    /// The jurisdiction, as in [`TaxRate`].
    pub jurisdiction: Text,
    /// Where tax is rounded, and how; `None` as the company does.
    pub rounding: Option<TaxRounding>,
    /// Whose taxes are charged; `None` those of the destination.
    pub sourcing: Option<TaxSourcing>,
}

/// Whose taxes are charged (domain §1.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaxSourcing {
    /// Those of the ship-to.
    Destination,
    /// Those of the company's address, for goods that stay in its region.
    Origin,
}

/// Price validation (domain §1.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PricePolicy {
    /// Accepted difference in major units.
    pub absolute_tolerance: Decimal,
    /// Accepted difference in per cent of the expected price.
    pub percent_tolerance: Decimal,
    /// Lowest margin in per cent of the net-net price; `None` checks none.
    pub margin_floor: Option<Decimal>,
    /// A price above the expected one: true takes the lower, expected price; false raises an exception.
    pub accept_lower_when_above: bool,
    /// A price above the expected one is taken as the customer has it, whatever else is set for it.
    pub accept_customers_when_above: bool,
}

impl Default for PricePolicy {
    fn default() -> Self {
        Self {
            absolute_tolerance: Decimal::ZERO,
            percent_tolerance: Decimal::ONE,
            margin_floor: None,
            accept_lower_when_above: true,
            accept_customers_when_above: false,
        }
    }
}

/// Credit checks (domain §1.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CreditPolicy {
    /// Over the limit by so many per cent still passes, with a warning.
    pub tolerance_percent: Decimal,
    /// What on-account credit counts for.
    pub unapplied: UnappliedPolicy,
    /// An item overdue by more days than this …
    pub overdue_days: u16,
    /// … and with more than this open holds the order.
    pub overdue_floor: Amount,
    /// A release holds for so many days.
    pub release_valid_days: u16,
    /// A release holds until the order has grown by more than this per cent.
    pub release_growth_percent: Decimal,
    /// More than this per cent of the receivables past due holds the order, whatever the days; `None` looks at the days only.
    pub overdue_percent: Option<Decimal>,
    /// Backordered units that are promised to be supplied more than so many days from now do not count against the limit until they are
    /// nearer; `None` counts all.
    pub horizon_days: Option<u16>,
    /// The system that limits, blocks and payments come from, by its name in the configuration. While it is down, what credit is decided
    /// by is as old as the outage. `None` where no system does.
    pub source: Option<Text>,
    /// What is decided while that is down.
    pub outage: CreditOutage,
    /// Orders up to this value pass then, with [`CreditOutage::PassSmall`].
    pub outage_floor: Amount,
    /// Credit is looked at when supply comes for what waits, too, and not only at approval and release.
    pub checks_allocation: bool,
}

/// What a credit check decides while the system is down that limits, blocks and payments come from. What fails by our own books fails
/// in any case; every decision is made again when the system is back (domain §1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CreditOutage {
    /// Nothing passes.
    #[default]
    Hold,
    /// Small orders of accounts with nothing past due pass.
    PassSmall,
}

impl Default for CreditPolicy {
    fn default() -> Self {
        Self {
            tolerance_percent: Decimal::ZERO,
            unapplied: UnappliedPolicy::None,
            overdue_days: 30,
            overdue_floor: Amount(10_000),
            release_valid_days: 7,
            release_growth_percent: Decimal::from(10i64),
            overdue_percent: None,
            horizon_days: None,
            source: None,
            outage: CreditOutage::Hold,
            outage_floor: Amount::ZERO,
            checks_allocation: false,
        }
    }
}

/// What on-account credit counts for in the exposure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnappliedPolicy {
    /// Nothing.
    #[default]
    None,
    /// What a person or a reference to our document has confirmed as the customer's: money on account.
    Verified,
    /// That, and money of a payer that we know by name or bank account, and that waits for somebody to say what it is for.
    All,
}

/// Cash application (domain §1.7).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CashPolicy {
    /// Small differences up to this amount …
    pub write_off_limit: Amount,
    /// … and up to this per cent of the invoice are written off, once per payment.
    pub write_off_percent: Decimal,
    /// Days after the last discount day on which the discount is still granted.
    pub discount_grace_days: u16,
    /// The discount is taken on goods only, without tax and freight.
    pub discount_excludes_tax: bool,
    /// At most so many open items take part in the search for combinations.
    pub combination_items: u16,
}

impl Default for CashPolicy {
    fn default() -> Self {
        Self {
            write_off_limit: Amount(500),
            write_off_percent: Decimal::new(5, 1),
            discount_grace_days: 0,
            discount_excludes_tax: false,
            combination_items: 30,
        }
    }
}

/// What a role may release (domain §1.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authority {
    /// The role.
    pub role: Role,
    /// Over the limit by at most so many per cent; `None` without limit.
    pub over_percent: Option<Decimal>,
    /// Over the limit by at most this amount; `None` without limit.
    pub over_amount: Option<Amount>,
}

/// What happens to the company's data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum CompanyEvent {
    /// It was set as a whole.
    Set(Box<Company>),
    /// Exchange rates were added or put right.
    RatesSet(Vec<ExchangeRate>),
}

impl Company {
    /// The key of the one aggregate of this kind.
    pub const KEY: &'static str = "company";

    /// Where it is, as far as taxes depend on it.
    pub fn place(&self) -> ShipTo {
        let Party { street, postcode, city, region, county, district, .. } = self.party.clone();
        let (name, country) = (self.name.clone(), self.country.clone());
        ShipTo { code: Text::default(), name, street, postcode, city, country, region, county, district }
    }

    /// Where goods of a node leave from: its address, or the company's own. Source: domain §1.4 (ship-from).
    pub fn ship_from(&self, node: &NodeId) -> ShipTo {
        let known = self.node(node).filter(|node| !node.address.country.trim().is_empty());
        known.map_or_else(|| self.place(), |node| node.address.clone())
    }

    /// The node with that code.
    pub fn node(&self, id: &NodeId) -> Option<&Node> {
        self.nodes.iter().find(|node| node.id == *id)
    }
}

impl Folded for Company {
    type Event = CompanyEvent;

    fn apply(&mut self, event: &CompanyEvent) {
        match event {
            CompanyEvent::Set(company) => *self = (**company).clone(),
            CompanyEvent::RatesSet(rates) => set_rates(&mut self.rates, rates),
        }
    }
}
