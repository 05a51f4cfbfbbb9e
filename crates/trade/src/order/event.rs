//! What can have happened to an order.

use serde::{Deserialize, Serialize};
use units::{Amount, Day, Decimal, Quantity, Text, Timestamp};

use super::state::{Bucket, Hold, HoldKind, LineAllocation, Order, Peg};
use crate::books::Key;
use crate::context::Role;
use crate::ids::*;
use crate::master::{BillingPolicy, ShipTo, TaxRounding, Terms};
use crate::tax::TaxScheme;

/// Which version of a pricing rule gave a price, and on which inputs: what it takes to find it again (domain §1, conventions). The item and
/// the customer are those of the line.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Applied {
    /// What holds the rule: a price book, the item for its list price, the company for promotions and tolerances.
    pub holder: Option<Key>,
    /// How often that had been set.
    pub version: u64,
    /// Units that were priced.
    pub units: Quantity,
    /// The day whose prices count.
    pub day: Option<Day>,
    /// The price that the customer asked for, if they did.
    pub requested: Option<Decimal>,
}

/// What a tax goes back to: rules, their versions and their inputs (domain §1, conventions; §1.5.3, 15). The rules are those of the
/// company, the exemptions those of the account.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TaxBasis {
    /// How often the company had been set.
    pub company_version: u64,
    /// How many changes of the account were known.
    pub account_version: u64,
    /// The day whose rates count.
    pub day: Option<Day>,
    /// Where it was rounded.
    pub mode: TaxRounding,
    /// What each jurisdiction gets of it.
    pub jurisdictions: Vec<(Text, Amount)>,
    /// The exemption certificates that took something off.
    pub certificates: Vec<Text>,
    /// Its own tax if the tax service was asked, whether it was taken or not.
    pub quoted: Option<Amount>,
    /// The node that the goods were to leave from.
    #[serde(default)]
    pub node: Option<NodeId>,
}

/// A check that ran at validation: the rule, the version of the master data that it looked at, and what it looked at (domain §1.5.3, 4).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PassedCheck {
    /// `items`, `ship_to` or `duplicate`.
    pub rule: Text,
    /// What holds the rule; `None` where it is the same for everybody.
    pub holder: Option<Key>,
    /// How often that had been set.
    pub version: u64,
    /// What was looked at.
    pub input: Text,
    /// `passed`: what fails holds the order, until it passes or a person lets it pass.
    pub result: Text,
}

/// A check that an order did not pass at validation.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FailedCheck {
    /// Which: `items`, `ship_to` or `duplicate`.
    pub code: Text,
    /// On which line; `None` for the whole order.
    pub line: Option<LineNo>,
    /// What it takes to pass.
    pub expected: Text,
    /// What was found.
    pub actual: Text,
}

/// A fact about one order. Names in the feed: `order.received`, `order.hold_placed` … (domain §1.5.3).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum OrderEvent {
    /// It was received, every unit in `open`.
    Received(Box<Order>),
    /// It carries a purchase order number that the customer used before.
    DuplicateDetected {
        /// The order that came first.
        first: OrderId,
    },
    /// A price was found for a line.
    LinePriced {
        /// The line.
        line: LineNo,
        /// Per base unit.
        price: Decimal,
        /// The rule that gave it.
        rule: Text,
        /// The tax category of the item.
        tax_category: Text,
        /// Which version of the rule it was, and on which inputs.
        #[serde(default)]
        applied: Applied,
    },
    /// An item, unit or quantity of a line was corrected by a person.
    LineCorrected {
        /// The line.
        line: LineNo,
        /// The item that it stands for.
        item: ItemId,
        /// Units ordered; what differs from before enters or leaves `open`.
        ordered: Quantity,
        /// The price per base unit that the customer asked for, if they did.
        requested_price: Option<Decimal>,
    },
    /// All checks that ran at validation passed, or their holds were released.
    Validated {
        /// What was checked.
        checks: Vec<PassedCheck>,
    },
    /// It did not pass a check at validation; the holds of those follow. Told again only if something else is wrong.
    ValidationFailed {
        /// Every check that failed, line by line.
        failures: Vec<FailedCheck>,
    },
    /// Tax was determined.
    TaxDetermined {
        /// Rate in per cent by line.
        rates: Vec<(LineNo, Decimal)>,
        /// Of the whole order.
        tax: Amount,
        /// True if it is our own computation because the tax service could not be asked.
        degraded: bool,
        /// Who accounts for it.
        #[serde(default)]
        scheme: TaxScheme,
        /// What it goes back to.
        #[serde(default)]
        basis: TaxBasis,
    },
    /// A check failed and keeps the order.
    HoldPlaced(Hold),
    /// A hold no longer keeps it.
    HoldReleased {
        /// Which.
        kind: HoldKind,
        /// By whom.
        by: Text,
        /// Why.
        reason: Text,
        /// The roles that they released it in.
        #[serde(default)]
        authority: Vec<Role>,
        /// Until when that counts; `None` without end.
        #[serde(default)]
        expires: Option<Timestamp>,
    },
    /// It may be promised and shipped.
    Approved {
        /// When.
        at: Timestamp,
        /// By whom.
        by: Text,
        /// Gross value that enters the account's exposure.
        exposed: Amount,
    },
    /// After a change, its value in the account's exposure was brought up to date.
    Revalued {
        /// By how much.
        by: Amount,
    },
    /// A person refused it; every open unit was cancelled before.
    Rejected {
        /// Why.
        reason: Text,
    },
    /// Units went from one bucket to another.
    Moved {
        /// The line.
        line: LineNo,
        /// From.
        from: Bucket,
        /// To.
        to: Bucket,
        /// How many; more than none.
        quantity: Quantity,
    },
    /// A line was given stock, or its share changed.
    Allocated {
        /// The line.
        line: LineNo,
        /// Its share; replaces one of the same reservation, and goes away with quantity zero.
        allocation: LineAllocation,
    },
    /// Backordered units wait for supply.
    Pegged {
        /// The line.
        line: LineNo,
        /// Where and for when; replaces what was there.
        pegs: Vec<Peg>,
    },
    /// A promise was made or changed.
    Promised {
        /// The line.
        line: LineNo,
        /// The day that the customer was told before; `None` if this is the first promise.
        was: Option<Day>,
        /// The day now; `None` if nobody can tell.
        promise: Option<Day>,
        /// Why it changed.
        cause: Text,
    },
    /// A change was accepted.
    Changed {
        /// Units ordered by line, where they differ: what is added enters `open`, what is taken away was moved to `cancelled`.
        ordered: Vec<(LineNo, Quantity)>,
        /// Lines that are new.
        added: Vec<super::state::Line>,
        /// Prices, where they differ.
        prices: Vec<(LineNo, Decimal)>,
        /// A new ship-to.
        ship_to: Option<Box<ShipTo>>,
        /// A new requested date.
        requested: Option<Day>,
        /// Who asked.
        by: Text,
        /// Other payment terms.
        #[serde(default)]
        terms: Option<Terms>,
    },
    /// Part of the exposure went to another bucket of the account.
    ExposureMoved {
        /// How much is no longer counted as an open order.
        amount: Amount,
    },
    /// A warehouse order was made from it.
    Released {
        /// The warehouse order.
        warehouse_order: WarehouseOrderId,
    },
    /// A shipment was recorded.
    Shipped {
        /// The shipment.
        shipment: ShipmentId,
    },
    /// An invoice or credit note was posted.
    Invoiced {
        /// The document.
        invoice: InvoiceId,
        /// Units and net amounts by line; negative for a credit note.
        lines: Vec<(LineNo, Quantity, Amount)>,
        /// Freight on it; negative for a credit note.
        freight: Amount,
        /// Discount on it; negative for a credit note.
        discount: Amount,
        /// Deposit invoiced with it, net.
        deposit: Amount,
        /// Deposit consumed by it, net.
        consumed: Amount,
        /// What the customer owes for it, or is owed (negative).
        receivable: Amount,
    },
    /// What the customer owes for it changed by a payment, a credit or a write-off.
    ReceivableChanged {
        /// Negative when something was paid.
        by: Amount,
    },
    /// The customer asked to return units.
    ReturnRequested {
        /// The line.
        line: LineNo,
        /// How many.
        quantity: Quantity,
    },
    /// A return of units was refused: they may be asked for again.
    ReturnRefused {
        /// The line.
        line: LineNo,
        /// How many.
        quantity: Quantity,
    },
    /// It is done.
    Closed {
        /// When.
        at: Timestamp,
        /// `settled`: all that shipped is paid. `sent_back`: all that shipped came back before it was billed. `cancelled`: nothing shipped.
        #[serde(default)]
        reason: Text,
    },
    /// Its process was ended before it was over: nothing carries it on until another one is started for it.
    Failed {
        /// Why.
        reason: Text,
    },
    /// Another process carries it on.
    Restarted,
    /// A person let it pass in spite of the credit check.
    CreditReleased {
        /// Its gross value then.
        gross: Amount,
        /// When.
        at: Timestamp,
    },
    /// Nodes were found for its units, or left out (domain §1.5.3, 25). Recorded where there is something to explain.
    Sourced(Box<super::state::Sourcing>),
    /// It is billed in another way from now on.
    BillingSet {
        /// How.
        billing: BillingPolicy,
        /// Who decided.
        by: Text,
    },
    /// The clock of shipped goods that wait for their invoice was set, or stopped.
    BillingScheduled {
        /// When they are looked at again.
        at: Option<Timestamp>,
    },
    /// A warehouse ships more than was ordered, within the tolerance: that is ordered from now on (domain §1.10, R3).
    OverShipped {
        /// The line.
        line: LineNo,
        /// Units beyond what was ordered.
        quantity: Quantity,
        /// Tax on them, at the line's rate.
        #[serde(default)]
        tax: Amount,
    },
    /// Units shipped before the warehouse could cancel them (domain §1.5.4: cancel failed – shipped).
    CancelFailed {
        /// Units by line.
        lines: Vec<(LineNo, Quantity)>,
        /// The shipment that they left with.
        shipment: ShipmentId,
    },
    /// Somebody changed it so that more counts against the credit limit, or earlier.
    ExposureRaised {
        /// Who.
        by: Text,
    },
    /// Open units of a line are replaced by another item; the customer is told (domain §1.1.8).
    Substituted {
        /// The line with the substitute, every unit in `open`: the same line, if nothing else is on it, or a new one.
        by: Box<super::state::Line>,
    },
    /// The clock of an order that is to be looked at again was set, or stopped.
    ReviewScheduled {
        /// When.
        at: Option<Timestamp>,
    },
    /// The customer takes nothing instead of a line's item.
    SubstitutesRefused {
        /// The line.
        line: LineNo,
    },
    /// What was agreed with the customer as a milestone of billing is reached (domain §1.6).
    MilestoneReported {
        /// In words.
        what: Text,
        /// Who says so.
        by: Text,
    },
    /// The customer agreed to have it earlier than they were told, or does so no longer (domain §1.1.3).
    EarlierAccepted {
        /// Whether they agree.
        accepts: bool,
        /// Who says so.
        by: Text,
    },
    /// What was reserved before it is its own now, or was given back (domain §1.1.5).
    ReservationsTakenOver {
        /// Of which stocks units were given back: what the order does not bind next is for those who wait.
        #[serde(default)]
        stocks: Vec<StockKey>,
    },
    /// A person let it pass in spite of what the screening found.
    ScreeningCleared {
        /// By which hold it was kept.
        kind: HoldKind,
        /// What was found.
        finding: Text,
        /// What the order came to before tax.
        #[serde(default)]
        value: Amount,
    },
    /// Units that were cancelled on their way are back: they are never billed (domain §1.5.4).
    SentBack {
        /// The shipment that they had left with.
        shipment: ShipmentId,
        /// Units by line.
        lines: Vec<(LineNo, Quantity)>,
    },
    /// What was billed at wrong prices or terms was credited and billed anew (domain §1.5.4).
    Rebilled {
        /// Prices by line, where they differ.
        prices: Vec<(LineNo, Decimal)>,
        /// By line, by how much the invoiced and the credited net amounts change.
        lines: Vec<(LineNo, Amount, Amount)>,
        /// Other payment terms.
        terms: Option<Terms>,
        /// Who decided.
        by: Text,
    },
    /// The customer has the goods of a shipment.
    Delivered {
        /// The shipment.
        shipment: ShipmentId,
        /// Units by line.
        lines: Vec<(LineNo, Quantity)>,
    },
    /// It was closed, and is open again (domain §1.5.4).
    Reopened {
        /// Who decided.
        by: Text,
        /// Why.
        reason: Text,
    },
}
