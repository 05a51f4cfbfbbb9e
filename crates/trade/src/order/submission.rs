//! An order as it is submitted, whatever the channel: the canonical order document.

use serde::{Deserialize, Serialize};
use units::{Amount, Currency, Day, Decimal, Text, Uom};

use super::state::{Channel, Original};
use crate::ids::*;
use crate::master::{BillingPolicy, Incoterm, ShipTo};

/// An order before we have looked at it. Codes, units and quantities are the customer's own.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Submission {
    /// The customer's account.
    pub account: AccountId,
    /// The customer's purchase order number; empty if there is none, and then no duplicate is recognised.
    pub purchase_order: Text,
    /// How it came.
    pub channel: Channel,
    /// The document that it was read from.
    pub original: Original,
    /// Currency of its prices; `None` means the company's.
    pub currency: Option<Currency>,
    /// Where the goods go: a code that the account knows, or a full address.
    pub ship_to: Destination,
    /// When the customer wants it.
    pub requested: Option<Day>,
    /// Everything together or nothing; `None` takes the account's rule.
    pub ship_complete: Option<bool>,
    /// Freight that the customer pays, net.
    pub freight: Amount,
    /// Discount on the whole order, net, not negative.
    pub discount: Amount,
    /// The lines.
    pub lines: Vec<SubmittedLine>,
    /// How it is billed; `None` takes what is agreed with the account.
    #[serde(default)]
    pub billing: Option<BillingPolicy>,
    /// At most so many parts are delivered after the first; `None` takes the account's rule.
    #[serde(default)]
    pub max_backorders: Option<u16>,
    /// Until this day the release waits for the rest, so that everything ships together.
    #[serde(default)]
    pub consolidate_until: Option<Day>,
    /// The customer agrees to have it earlier than they were told; `None` takes the account's rule.
    #[serde(default)]
    pub accepts_earlier: Option<bool>,
    /// Reservations of its items that were made before, such as a cart's: the order takes their units over.
    #[serde(default)]
    pub reservations: Vec<ReservationId>,
    /// The term of delivery; `None` takes what is agreed with the account.
    #[serde(default)]
    pub incoterm: Option<Incoterm>,
    /// The quote by which it was ordered; empty if there was none.
    #[serde(default)]
    pub quote: Text,
    /// By what the record of a file is known when it comes again in another; empty if nothing tells that it is the same.
    #[serde(default)]
    pub record: Text,
}

/// Where the goods go.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Destination {
    /// The account's first ship-to.
    #[default]
    Default,
    /// A code that the account knows.
    Code(Text),
    /// A full address.
    Address(ShipTo),
}

/// A line as it is submitted.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct SubmittedLine {
    /// Stock code, customer part number or GTIN.
    pub item: Text,
    /// What the customer calls it; for exceptions.
    pub description: Text,
    /// How many.
    pub quantity: Decimal,
    /// Of which unit; empty means the item's base unit.
    pub uom: Uom,
    /// The price per unit that the customer expects, if they say so.
    pub price: Option<Decimal>,
    /// Lines of the same group are released together or not at all; a line alone in its group is released whole.
    #[serde(default)]
    pub ship_group: Option<Text>,
    /// The quote by which it was ordered; empty takes that of the order.
    #[serde(default)]
    pub quote: Text,
}
