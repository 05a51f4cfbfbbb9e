//! What an order is, and the questions one may ask it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use units::{Amount, Currency, Day, Decimal, Quantity, Text, Timestamp, Uom};

use crate::context::Role;
use crate::ids::*;
use crate::master::{BillingPolicy, Consent, Incoterm, ShipTo, Terms};
use crate::sourcing::{Exclusion, Method};
use crate::tax::TaxScheme;

/// A sales order.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Order {
    /// Our number.
    pub id: OrderId,
    /// The customer's account.
    pub account: AccountId,
    /// The customer's purchase order number; empty if there was none.
    pub purchase_order: Text,
    /// How it reached us.
    pub channel: Channel,
    /// Who submitted it; holds on it are released by somebody else (domain §1.2).
    pub created_by: Text,
    /// The original document, as it was received.
    pub original: Original,
    /// Currency of every amount in the order.
    pub currency: Currency,
    /// Where the goods go.
    pub ship_to: ShipTo,
    /// Payment terms as agreed when the order was received.
    pub terms: Terms,
    /// How it is billed.
    pub billing: BillingPolicy,
    /// Ship everything together or nothing.
    pub ship_complete: bool,
    /// The smaller, the earlier it is served.
    pub priority: u8,
    /// When it was received.
    pub received_at: Timestamp,
    /// When the customer wants it.
    pub requested: Option<Day>,
    /// The lines, in the order of their numbers.
    pub lines: Vec<Line>,
    /// Freight that the customer pays for the whole order, before tax.
    pub freight: Amount,
    /// Discount on the whole order, before tax; not negative.
    pub discount: Amount,
    /// The discount at which the Price hold was released; it is not held for the same again.
    #[serde(default)]
    pub discount_accepted: Amount,
    /// Tax of the whole order as determined at validation.
    pub tax: Amount,
    /// What keeps it from going on. Empty means that nothing does.
    pub holds: Vec<Hold>,
    /// Its items, units and ship-to passed the checks since the last change.
    pub validated: bool,
    /// Somebody, or something, has begun to check it.
    #[serde(default)]
    pub checked: bool,
    /// Why nothing carries it on: its process was ended before it was over.
    #[serde(default)]
    pub failed: Option<Text>,
    /// The order that came before with the same purchase order number, until somebody said that this one is meant.
    pub duplicate_of: Option<OrderId>,
    /// Gross value counted in the account's exposure as open orders, and not yet moved to another bucket.
    pub exposed: Amount,
    /// Quantities, prices or tax changed since the exposure was last valued.
    pub revalue: bool,
    /// When it was approved.
    pub approved_at: Option<Timestamp>,
    /// Warehouse orders made from it.
    pub warehouse_orders: Vec<WarehouseOrderId>,
    /// Shipments made from it.
    pub shipments: Vec<ShipmentId>,
    /// Invoices and credit notes made from it.
    pub invoices: Vec<InvoiceId>,
    /// Freight invoiced so far, less credited.
    pub freight_invoiced: Amount,
    /// Discount granted on invoices so far, less credited.
    pub discount_invoiced: Amount,
    /// Deposit invoiced so far, net of tax.
    pub deposit_invoiced: Amount,
    /// Deposit consumed by later invoices so far, net of tax.
    pub deposit_consumed: Amount,
    /// Open receivables of its invoices; zero when they are paid, credited or written off.
    pub receivable: Amount,
    /// How many changes were accepted.
    pub changes: u32,
    /// Set when the order was rejected; the reason.
    pub rejected: Option<Text>,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// The tax at which a person released the Tax hold; it is not held for the same again.
    pub tax_accepted: Option<Amount>,
    /// The gross value at which a person released the Credit hold, and when.
    pub credit_release: Option<(Amount, Timestamp)>,
    /// How its units were given to nodes the last time that there was something to explain.
    #[serde(default)]
    pub sourcing: Option<Box<Sourcing>>,
    /// When shipped goods that wait for their invoice by policy are looked at again, or an upfront invoice is chased; `None` if no clock
    /// runs.
    #[serde(default)]
    pub bill_at: Option<Timestamp>,
    /// Deposit invoiced so far, tax included, less what was given back: it is owed as a document, and not as an open order.
    #[serde(default)]
    pub deposit_gross: Amount,
    /// Who made the last change that raised its value or pulled its day in; empty if nobody did. They do not release its credit either
    /// (domain §1.2).
    #[serde(default)]
    pub raised_by: Text,
    /// At most so many parts may be delivered after the first; the last one waits for the rest, and with none what is not there at once
    /// is cancelled. `None` for as many as it takes (domain §1.1.7).
    #[serde(default)]
    pub max_backorders: Option<u16>,
    /// Until this day its release waits for the rest, so that it ships together (domain §1.1.7).
    #[serde(default)]
    pub consolidate_until: Option<Day>,
    /// When it is looked at again: it is consolidated until then, or comes within the reservation fence.
    #[serde(default)]
    pub review_at: Option<Timestamp>,
    /// A person has reported the milestone that was agreed with the customer.
    #[serde(default)]
    pub milestone_reported: bool,
    /// The customer agrees to have it earlier than they were told (domain §1.1.3).
    #[serde(default)]
    pub accepts_earlier: bool,
    /// Reservations made before it, such as a cart's, that it takes over when it is promised (domain §1.1.5).
    #[serde(default)]
    pub reserved_before: Vec<(StockKey, ReservationId)>,
    /// Findings of the screening with which a person let it pass; it is not held for the same again.
    #[serde(default)]
    pub cleared: Vec<Clearance>,
    /// The term of delivery; without one, control of the goods passes when they leave.
    #[serde(default)]
    pub incoterm: Option<Incoterm>,
    /// Who accounts for its tax, as determined at validation.
    #[serde(default)]
    pub tax_scheme: TaxScheme,
    /// The node from which its goods were to leave when its tax was determined.
    #[serde(default)]
    pub taxed_from: Option<NodeId>,
    /// The quote by which it was ordered; empty if there was none (domain §1.3).
    #[serde(default)]
    pub quote: Text,
    /// It was closed before and opened again.
    #[serde(default)]
    pub reopened: bool,
    /// It was billed anew since then, and closes by itself once that is paid.
    #[serde(default)]
    pub corrected: bool,
}

/// A finding of the screening with which a person let an order pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clearance {
    /// By which hold it was kept.
    pub kind: HoldKind,
    /// What was found.
    pub finding: Text,
    /// What the order came to before tax when it was let pass, in its currency.
    #[serde(default)]
    pub value: Amount,
}

/// Why units of an order come from where they come: what was found, and which node was left out by which constraint (domain §1.1.7).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sourcing {
    /// How many nodes ship.
    pub shipments: u16,
    /// What their shipments cost in minor units, without penalties.
    pub cost: Amount,
    /// How the plan was found.
    pub method: Method,
    /// Nodes that were left out, and why.
    pub excluded: Vec<Exclusion>,
    /// Units that no node could give at once.
    pub unfilled: Quantity,
    /// When.
    pub at: Timestamp,
    /// How often the company, whose nodes, limits and weights counted, had been set (domain §1, conventions).
    #[serde(default)]
    pub policy_version: u64,
    /// The day by which as much as possible was to be filled.
    #[serde(default)]
    pub requested: Option<Day>,
}

/// The way by which an order came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Our HTTP API.
    #[default]
    Api,
    /// An imported file.
    File,
    /// An EDI document.
    Edi,
    /// The lab's or a customer's shop.
    Shop,
}

/// Where the original document is kept.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Original {
    /// Format: `json`, `csv`, `x12-850` …
    pub format: Text,
    /// SHA-256 of the bytes in hex; the key under which they are kept.
    pub sha256: Text,
    /// Place within the document: line, segment or array index; empty for the whole.
    pub place: Text,
}

/// A line of an order. All quantities are in the item's base unit, all prices per base unit.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Line {
    /// 1, 2, 3 …
    pub no: LineNo,
    /// The item, as we know it.
    pub item: ItemId,
    /// The unit that the customer ordered in.
    pub uom: Uom,
    /// Where the units are; they add up to what was ordered.
    pub buckets: Buckets,
    /// The price that the customer asked for, if they did.
    pub requested_price: Option<Decimal>,
    /// The price that counts, once validated.
    pub price: Decimal,
    /// The rule that gave the price, for explanations.
    pub price_rule: Text,
    /// Tax rate in per cent.
    pub tax_rate: Decimal,
    /// The tax category of the item.
    pub tax_category: Text,
    /// When the last unit will be there, as promised.
    pub promise: Option<Day>,
    /// What the units in `allocated`, `released` and `picked` hold in stock.
    pub allocations: Vec<LineAllocation>,
    /// Where the units in `backordered` wait, and for when.
    pub pegs: Vec<Peg>,
    /// What the customer wrote, as long as we cannot read it; the line's units are then the customer's, rounded up.
    pub unresolved: Option<Unresolved>,
    /// Units invoiced.
    pub invoiced: Quantity,
    /// Units credited.
    pub credited: Quantity,
    /// Units that the customer asked to return.
    pub returned: Quantity,
    /// Net amount invoiced, before header discount and freight.
    pub invoiced_amount: Amount,
    /// Net amount credited, before header discount and freight.
    pub credited_amount: Amount,
    /// The price at which the Price hold was released; it is not held for the same again.
    pub price_accepted: Option<Decimal>,
    /// Lines of the same group are released together or not at all (domain §1.1.7, `ship_complete` by line or group).
    #[serde(default)]
    pub ship_group: Option<Text>,
    /// Units that shipped although their cancellation was under way.
    #[serde(default)]
    pub cancel_failed: Quantity,
    /// What the customer ordered, where the line's item is sent instead of it (domain §1.1.8).
    #[serde(default)]
    pub replaces: Option<Box<Replaced>>,
    /// The customer takes nothing instead of the item.
    #[serde(default)]
    pub no_substitutes: bool,
    /// The day that the customer was told last; it outlives a promise that was lost, so that no later one is earlier (domain §1.1.3).
    #[serde(default)]
    pub confirmed: Option<Day>,
    /// The quote by which it was ordered, if the line names one itself (domain §1.3).
    #[serde(default)]
    pub quote: Text,
    /// Units that were cancelled on their way and are back, some of those that were returned: they are never billed.
    #[serde(default)]
    pub sent_back: Quantity,
    /// Units of which a delivery is proved.
    #[serde(default)]
    pub delivered: Quantity,
    /// Units that left beyond what the customer ordered, within the tolerance (domain §1.10, R3).
    #[serde(default)]
    pub over_shipped: Quantity,
}

/// What was ordered, of a line with a substitute.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Replaced {
    /// The line that it was ordered with; the same one, if all of that was replaced.
    pub line: LineNo,
    /// The item that was ordered.
    pub item: ItemId,
    /// Units of it that were replaced.
    pub quantity: Quantity,
    /// Its price per base unit.
    pub price: Decimal,
    /// The price per base unit of the substitute by the rule that was agreed on; it is not held against our own.
    pub agreed: Decimal,
    /// What the customer had to say to it.
    pub consent: Consent,
    /// When.
    pub at: Timestamp,
}

/// Quantities of a line by where its units are. Every ordered unit is in exactly one bucket (domain §1.5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Buckets {
    /// Will never be shipped.
    pub cancelled: Quantity,
    /// Not promised yet.
    pub open: Quantity,
    /// Waits for supply.
    pub backordered: Quantity,
    /// Softly reserved at a node.
    pub allocated: Quantity,
    /// Released to a warehouse.
    pub released: Quantity,
    /// Picked by a warehouse.
    pub picked: Quantity,
    /// Left a warehouse.
    pub shipped: Quantity,
}

/// The name of a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bucket {
    /// Will never be shipped.
    Cancelled,
    /// Not promised yet.
    Open,
    /// Waits for supply.
    Backordered,
    /// Softly reserved at a node.
    Allocated,
    /// Released to a warehouse.
    Released,
    /// Picked by a warehouse.
    Picked,
    /// Left a warehouse.
    Shipped,
}

/// A line's share of the stock at one node.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LineAllocation {
    /// The reservation in the stock's ledger.
    pub reservation: ReservationId,
    /// Where.
    pub node: NodeId,
    /// How many units it still covers.
    pub quantity: Quantity,
    /// The warehouse order that it was released with; soft until then.
    pub warehouse_order: Option<WarehouseOrderId>,
}

/// Backordered units of a line that wait for the supply of one node.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Peg {
    /// Where; the stock there carries the same units as demand.
    pub node: NodeId,
    /// How many units.
    pub quantity: Quantity,
    /// When the supply is expected; `None` when none is in sight.
    pub due: Option<Day>,
    /// They are committed to that day because they are wanted beyond the reservation fence: nothing is missing of them (domain §1.1.5).
    #[serde(default)]
    pub ahead: bool,
}

/// A line as the customer wrote it, which names an item or unit that we do not know, or no whole number of base units.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Unresolved {
    /// The customer's code of the item.
    pub item: Text,
    /// What the customer calls it.
    pub description: Text,
    /// How many.
    pub quantity: Decimal,
    /// Of which unit.
    pub uom: Uom,
    /// The price per unit that the customer expects, if they said so.
    pub price: Option<Decimal>,
}

/// What keeps an order from going on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hold {
    /// Which check failed.
    pub kind: HoldKind,
    /// In words, with the numbers.
    pub reason: Text,
    /// The lines that it is about; empty for the whole order.
    pub lines: Vec<LineNo>,
    /// The amount at stake: over the limit, below the expected price …
    pub amount: Amount,
    /// Since when.
    pub placed_at: Timestamp,
    /// Its exception.
    pub exception: Option<ExceptionId>,
    /// Who placed it: a person, or the process that checks orders.
    #[serde(default)]
    pub placed_by: Text,
    /// What the screening had found, where a person has placed theirs over it.
    #[serde(default)]
    pub found: Text,
    /// Whose business its exception was when it was placed.
    #[serde(default)]
    pub owner: Option<Role>,
    /// Until when it was to be resolved then.
    #[serde(default)]
    pub due: Option<Timestamp>,
}

impl Hold {
    /// Whether it is about a certificate: it names the lines that one would exempt, which a hold about a tax service's quote does not.
    pub(crate) fn is_of_certificate(&self) -> bool {
        self.kind == HoldKind::Tax && !self.lines.is_empty()
    }
}

/// The kinds of holds (domain §1.5.1); each leads to an exception of the type that `exception::Kind` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldKind {
    /// An item, unit of measure or quantity that we do not know or do not sell.
    Item,
    /// A ship-to that we do not know or do not deliver to.
    Address,
    /// The same purchase order came before.
    Duplicate,
    /// A price outside the tolerance or below the margin floor.
    Price,
    /// Tax that differs from our own computation, or a missing certificate.
    Tax,
    /// Exposure above the limit, overdue items, a blocked account.
    Credit,
    /// Placed by a person.
    Manual,
    /// It may not be the customer's own order.
    Fraud,
    /// The law may forbid to send it there.
    Export,
}

/// The label of an order; derived, never stored (domain §1.5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Received, and not looked at yet.
    Submitted,
    /// Being checked.
    Validating,
    /// A hold keeps it.
    OnHold,
    /// Approved, nothing released yet.
    Approved,
    /// Waits for supply only. What is wanted beyond the reservation fence and committed to its day is approved.
    Backordered,
    /// Released, picked or partly so.
    InFulfilment,
    /// Some units shipped, others to come.
    PartiallyFulfilled,
    /// Everything that is not cancelled has shipped.
    Fulfilled,
    /// Everything shipped is invoiced.
    Invoiced,
    /// Nothing is owed any more.
    Settled,
    /// Done.
    Closed,
    /// Every unit was cancelled.
    Cancelled,
    /// Refused by a person.
    Rejected,
    /// Its process was ended before it was over: nothing carries it on.
    Failed,
}

impl Buckets {
    /// All units in one bucket: open.
    pub fn ordered_now(quantity: Quantity) -> Self {
        Self { open: quantity, ..Self::default() }
    }

    /// Units ordered: the sum of all buckets.
    pub fn ordered(&self) -> Quantity {
        self.cancelled + self.open + self.backordered + self.allocated + self.released + self.picked + self.shipped
    }

    /// Units that no warehouse has been asked to ship yet.
    pub fn waiting(&self) -> Quantity {
        self.open + self.backordered + self.allocated
    }

    /// Units that will still be shipped.
    pub fn to_ship(&self) -> Quantity {
        self.open + self.backordered + self.allocated + self.released + self.picked
    }

    /// The units in one bucket.
    pub fn get(&self, bucket: Bucket) -> Quantity {
        match bucket {
            Bucket::Cancelled => self.cancelled,
            Bucket::Open => self.open,
            Bucket::Backordered => self.backordered,
            Bucket::Allocated => self.allocated,
            Bucket::Released => self.released,
            Bucket::Picked => self.picked,
            Bucket::Shipped => self.shipped,
        }
    }

    /// The units in one bucket, to change them; for appliers only.
    pub(super) fn slot(&mut self, bucket: Bucket) -> &mut Quantity {
        match bucket {
            Bucket::Cancelled => &mut self.cancelled,
            Bucket::Open => &mut self.open,
            Bucket::Backordered => &mut self.backordered,
            Bucket::Allocated => &mut self.allocated,
            Bucket::Released => &mut self.released,
            Bucket::Picked => &mut self.picked,
            Bucket::Shipped => &mut self.shipped,
        }
    }

    /// Whether no bucket is below zero.
    pub fn is_sound(&self) -> bool {
        let all = [self.cancelled, self.open, self.backordered, self.allocated, self.released, self.picked, self.shipped];
        all.iter().all(|quantity| !quantity.is_negative())
    }
}

impl Line {
    /// Units that wait for supply, without those that are committed to a later day: nothing is missing of these (domain §1.1.5).
    pub fn missing(&self) -> Quantity {
        let ahead = self.pegs.iter().filter(|peg| peg.ahead).map(|peg| peg.quantity).sum();
        (self.buckets.backordered - ahead).or_zero()
    }

    /// Units ordered.
    pub fn ordered(&self) -> Quantity {
        self.buckets.ordered()
    }

    /// Units shipped and not invoiced, without those that came back before: a pure function of the ledgers (domain §1.5.1).
    pub fn to_invoice(&self) -> Quantity {
        (self.buckets.shipped - self.sent_back - self.invoiced).or_zero()
    }

    /// Units that are never billed: cancelled, or sent back before their invoice.
    pub fn never_billed(&self) -> Quantity {
        self.buckets.cancelled + self.sent_back
    }

    /// Its soft reservation at a node; there is at most one.
    pub fn soft_at(&self, node: &NodeId) -> Option<&LineAllocation> {
        self.allocations.iter().find(|allocation| allocation.warehouse_order.is_none() && allocation.node == *node)
    }
}

impl Order {
    /// The line with that number.
    pub fn line(&self, no: LineNo) -> Option<&Line> {
        self.position(no).map(|at| &self.lines[at])
    }

    /// Where a line stands; its number says where to look first, so that orders of many lines stay quick.
    pub(super) fn position(&self, no: LineNo) -> Option<usize> {
        let guess = usize::try_from(no.0).unwrap_or(usize::MAX).wrapping_sub(1);
        match self.lines.get(guess) {
            Some(line) if line.no == no => Some(guess),
            _ => self.lines.iter().position(|line| line.no == no),
        }
    }

    /// Whether nothing may happen to it any more: closed, rejected, or every unit cancelled.
    pub fn is_over(&self) -> bool {
        matches!(self.status(), Status::Closed | Status::Rejected | Status::Cancelled)
    }

    /// Whether a hold of that kind is there.
    pub fn is_held_by(&self, kind: HoldKind) -> bool {
        self.holds.iter().any(|hold| hold.kind == kind)
    }

    /// Lines that need not wait for others: for the rest of their ship group, or of the whole order where it ships complete.
    pub fn ready_lines(&self) -> Vec<&Line> {
        let waiting = || self.lines.iter().filter(|line| (line.buckets.open + line.buckets.backordered).is_positive());
        if self.ship_complete && waiting().next().is_some() {
            return Vec::new();
        }
        let groups: BTreeSet<&Text> = waiting().filter_map(|line| line.ship_group.as_ref()).collect();
        let is_ready = |line: &&Line| line.ship_group.as_ref().is_none_or(|group| !groups.contains(group));
        self.lines.iter().filter(is_ready).collect()
    }

    /// The earliest day for which something was promised that has not shipped; the requested day counts where nothing was promised.
    pub fn next_due(&self) -> Option<Day> {
        let open = self.lines.iter().filter(|line| line.buckets.to_ship().is_positive());
        open.filter_map(|line| line.promise.or(self.requested)).min().filter(|_| !self.is_over())
    }

    /// Whether every unit has shipped or was cancelled.
    pub fn is_fulfilled(&self) -> bool {
        self.lines.iter().all(|line| line.buckets.to_ship().is_zero())
    }

    /// Whether every shipped unit is invoiced.
    pub fn is_invoiced(&self) -> bool {
        self.lines.iter().all(|line| line.to_invoice().is_zero())
    }

    /// Units of all lines in one bucket.
    pub fn units_in(&self, bucket: Bucket) -> Quantity {
        self.lines.iter().map(|line| line.buckets.get(bucket)).sum()
    }

    /// The derived label.
    pub fn status(&self) -> Status {
        let units = |bucket| self.units_in(bucket).is_positive();
        let is_missing = self.lines.iter().any(|line| line.missing().is_positive());
        if self.closed_at.is_some() {
            Status::Closed
        } else if self.rejected.is_some() {
            Status::Rejected
        } else if !self.lines.is_empty() && self.lines.iter().all(|line| line.buckets.cancelled == line.ordered()) {
            Status::Cancelled
        } else if self.failed.is_some() && !self.is_fulfilled() {
            Status::Failed
        } else if !self.holds.is_empty() {
            Status::OnHold
        } else if self.approved_at.is_none() {
            if self.checked || self.validated { Status::Validating } else { Status::Submitted }
        } else if self.is_fulfilled() {
            match (self.is_invoiced(), self.receivable.is_zero()) {
                (true, true) => Status::Settled,
                (true, false) => Status::Invoiced,
                (false, _) => Status::Fulfilled,
            }
        } else if units(Bucket::Shipped) {
            Status::PartiallyFulfilled
        } else if units(Bucket::Released) || units(Bucket::Picked) {
            Status::InFulfilment
        } else if is_missing && !units(Bucket::Allocated) && !units(Bucket::Open) {
            Status::Backordered
        } else {
            Status::Approved
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earliest_promise_that_is_not_kept_is_the_next_due_and_the_requested_day_counts_where_nothing_was_promised() {
        let day = |days: i32| Timestamp(0).day().plus_days(days);
        let line = |promise: Option<i32>, shipped: i64| Line {
            promise: promise.map(day),
            buckets: Buckets { allocated: Quantity(2 - shipped), shipped: Quantity(shipped), ..Buckets::default() },
            ..Line::default()
        };
        let order = |lines| Order { requested: Some(day(3)), approved_at: Some(Timestamp(1)), lines, ..Order::default() };
        assert_eq!(order(vec![line(Some(9), 0), line(Some(7), 1)]).next_due(), Some(day(7)));
        assert_eq!(order(vec![line(Some(9), 0), line(Some(7), 2)]).next_due(), Some(day(9)), "it has shipped");
        assert_eq!(order(vec![line(Some(9), 0), line(None, 0)]).next_due(), Some(day(3)));
        assert_eq!(order(vec![line(Some(9), 2)]).next_due(), None);
        let closed = Order { closed_at: Some(Timestamp(1)), ..order(vec![line(Some(9), 0)]) };
        assert_eq!(closed.next_due(), None);
    }
}
