//! State and events of a stock.

use serde::{Deserialize, Serialize};
use units::{Day, Quantity, Text, Timestamp};

use crate::books::Folded;
use crate::ids::*;

/// The stock of one item at one node, in the item's base unit (domain §1.1.1).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Stock {
    /// Physically there.
    pub on_hand: Quantity,
    /// There, but blocked: quality control, damaged.
    pub unavailable: Quantity,
    /// Kept back; never promised.
    pub safety: Quantity,
    /// What is promised, soft and hard, in the order in which it was reserved.
    pub claims: Vec<Claim>,
    /// What is coming.
    pub inbound: Vec<Inbound>,
    /// Committed future and backordered demand without a reservation.
    pub demand: Vec<Demand>,
    /// Units that ever came in less those that were adjusted away; `on_hand + shipped` must equal it.
    pub received: Quantity,
    /// Units that ever left with a shipment.
    pub shipped: Quantity,
    /// What is kept for groups of channels; empty where the stock is open to all (domain §1.1.4).
    #[serde(default)]
    pub quotas: Vec<Quota>,
}

/// What a group of channels may hold of a stock (domain §1.1.4).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Quota {
    /// The group.
    pub group: Text,
    /// Units, those included that its reservations hold.
    pub quantity: Quantity,
}

/// A reservation: units promised to an order line, or to a caller of the availability API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The reservation; unique.
    pub reservation: ReservationId,
    /// For which line; `None` for a reservation made through the API without an order.
    pub line: Option<(OrderId, LineNo)>,
    /// Units.
    pub quantity: Quantity,
    /// Soft or hard.
    pub kind: ClaimKind,
    /// The smaller, the earlier it is served.
    pub priority: u8,
    /// The promised day.
    pub promise: Option<Day>,
    /// When it was made.
    pub at: Timestamp,
    /// When it lapses by itself; `None` for orders.
    pub expires: Option<Timestamp>,
    /// The group of channels whose quota it draws on, if it belongs to one.
    #[serde(default)]
    pub group: Option<Text>,
    /// The order that takes its units over when it is promised; `None` for a reservation that no order has named.
    #[serde(default)]
    pub order: Option<OrderId>,
    /// Whose it is, if it was made without an order.
    #[serde(default)]
    pub owner: Option<ClaimOwner>,
}

/// Whose a reservation is that was made without an order: nobody else may order with it or give it back (domain §1.1.5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClaimOwner {
    /// A customer's: orders of that account may name it, whoever enters them.
    Account(AccountId),
    /// Of whoever made it: a shop's cart before somebody has signed in.
    Actor(Text),
}

/// How firmly units are bound (domain §1.1.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimKind {
    /// A promise; may be moved.
    Soft,
    /// Bound to a warehouse order; moved only after the warehouse agreed.
    Hard,
    /// Picked: touched by nobody but the shipment.
    Picked,
}

/// Supply that is expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inbound {
    /// The purchase order or transfer, unique per stock.
    pub document: Text,
    /// Units still to come.
    pub quantity: Quantity,
    /// When.
    pub eta: Day,
}

/// Demand that waits for supply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Demand {
    /// The order line.
    pub line: (OrderId, LineNo),
    /// Units.
    pub quantity: Quantity,
    /// When they are due; `None` when no supply is in sight.
    pub due: Option<Day>,
    /// The smaller, the earlier it is served.
    pub priority: u8,
    /// Since when it waits.
    pub since: Timestamp,
    /// The group of channels that it belongs to, if it does.
    #[serde(default)]
    pub group: Option<Text>,
}

/// A fact about one stock. Names in the feed: `inventory.reserved`, `inventory.adjusted` …
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum StockEvent {
    /// Units came in.
    Received {
        /// The receipt.
        receipt: Text,
        /// Units.
        quantity: Quantity,
        /// The inbound document that it fulfils, if any; its expected quantity shrinks.
        document: Option<Text>,
    },
    /// Units were found or lost.
    Adjusted {
        /// More (positive) or less.
        on_hand: Quantity,
        /// More or less that is blocked.
        unavailable: Quantity,
        /// Why.
        reason: Text,
        /// The count or damage report.
        document: Text,
    },
    /// The safety stock was set.
    SafetySet {
        /// Units.
        quantity: Quantity,
    },
    /// Supply was announced or changed; quantity zero takes it back.
    InboundSet(Inbound),
    /// Units were reserved, or a reservation was replaced by one with the same id: shrunk, hardened, picked.
    Reserved(Claim),
    /// A reservation ended without shipping.
    ReservationReleased {
        /// Which.
        reservation: ReservationId,
        /// Units that became free.
        quantity: Quantity,
        /// Why.
        reason: Text,
    },
    /// A reservation lapsed.
    ReservationExpired {
        /// Which.
        reservation: ReservationId,
    },
    /// Demand was noted or changed for an order line and a due day; quantity zero takes it back.
    DemandSet(Demand),
    /// Units left with a shipment.
    Shipped {
        /// The shipment.
        shipment: ShipmentId,
        /// The reservation that they were promised under.
        reservation: ReservationId,
        /// Units.
        quantity: Quantity,
    },
    /// The warehouse cannot keep what was promised.
    ShortageDetected {
        /// Units that are missing.
        short: Quantity,
        /// The document that showed it.
        cause: Text,
    },
    /// What a group of channels may hold was set; a quota of nothing ends it.
    QuotaSet(Quota),
}

impl Stock {
    /// Units promised with a certain firmness.
    pub fn claimed(&self, kind: ClaimKind) -> Quantity {
        self.claims.iter().filter(|claim| claim.kind == kind).map(|claim| claim.quantity).sum()
    }

    /// Units promised in any way.
    pub fn reserved(&self) -> Quantity {
        self.claims.iter().map(|claim| claim.quantity).sum()
    }

    /// The reservation with that id.
    pub fn claim(&self, reservation: ReservationId) -> Option<&Claim> {
        self.claims.iter().find(|claim| claim.reservation == reservation)
    }

    /// Available to fulfil: there and promised to nobody; below zero when something was lost (domain §1.1.1).
    pub fn available_to_fulfil(&self) -> Quantity {
        self.on_hand - self.unavailable - self.reserved()
    }

    /// Available to sell now (domain §1.1.1).
    pub fn available_to_sell(&self) -> Quantity {
        (self.available_to_fulfil() - self.safety).or_zero()
    }
}

impl Folded for Stock {
    type Event = StockEvent;

    fn apply(&mut self, event: &StockEvent) {
        match event {
            StockEvent::Received { quantity, document, .. } => {
                self.on_hand += *quantity;
                self.received += *quantity;
                if let Some(document) = document {
                    if let Some(inbound) = self.inbound.iter_mut().find(|inbound| inbound.document == *document) {
                        inbound.quantity = (inbound.quantity - *quantity).or_zero();
                    }
                    self.inbound.retain(|inbound| inbound.quantity.is_positive());
                }
            }
            StockEvent::Adjusted { on_hand, unavailable, .. } => {
                self.on_hand += *on_hand;
                self.received += *on_hand;
                self.unavailable += *unavailable;
            }
            StockEvent::SafetySet { quantity } => self.safety = *quantity,
            StockEvent::InboundSet(inbound) => {
                self.inbound.retain(|old| old.document != inbound.document);
                if inbound.quantity.is_positive() {
                    let at = self.inbound.partition_point(|old| old.eta <= inbound.eta);
                    self.inbound.insert(at, inbound.clone());
                }
            }
            StockEvent::Reserved(claim) => match self.claims.iter_mut().find(|old| old.reservation == claim.reservation) {
                Some(old) => *old = claim.clone(),
                None => self.claims.push(claim.clone()),
            },
            StockEvent::ReservationReleased { reservation, quantity, .. } => self.shrink(*reservation, *quantity),
            StockEvent::ReservationExpired { reservation } => self.claims.retain(|claim| claim.reservation != *reservation),
            StockEvent::DemandSet(demand) => {
                self.demand.retain(|old| (old.line, old.due) != (demand.line, demand.due));
                if demand.quantity.is_positive() {
                    self.demand.push(demand.clone());
                }
            }
            StockEvent::Shipped { reservation, quantity, .. } => {
                self.on_hand -= *quantity;
                self.shipped += *quantity;
                self.use_up(*reservation, *quantity);
                self.shrink(*reservation, *quantity);
            }
            StockEvent::ShortageDetected { .. } => {}
            StockEvent::QuotaSet(quota) => {
                self.quotas.retain(|old| old.group != quota.group);
                if quota.quantity.is_positive() {
                    self.quotas.push(quota.clone());
                }
            }
        }
    }
}

impl Stock {
    /// What leaves is taken from the quota that it was promised of.
    fn use_up(&mut self, reservation: ReservationId, quantity: Quantity) {
        let group = self.claim(reservation).and_then(|claim| claim.group.clone());
        if let Some(quota) = self.quotas.iter_mut().find(|quota| Some(&quota.group) == group.as_ref()) {
            quota.quantity = (quota.quantity - quantity).or_zero();
        }
    }

    fn shrink(&mut self, reservation: ReservationId, quantity: Quantity) {
        if let Some(claim) = self.claims.iter_mut().find(|claim| claim.reservation == reservation) {
            claim.quantity -= quantity;
        }
        self.claims.retain(|claim| claim.quantity.is_positive());
    }
}
