//! State and events of a return request.

use serde::{Deserialize, Serialize};
use units::{Amount, Quantity, Text, Timestamp};

use crate::books::Folded;
use crate::ids::*;
use crate::order::Original;

/// A customer's request to return goods, or to cancel what was shipped.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ReturnRequest {
    /// Our number.
    pub id: ReturnId,
    /// Who asks.
    pub account: AccountId,
    /// The order that the goods came with, if it was named or found.
    pub order: Option<OrderId>,
    /// The customer's reference.
    pub reference: Text,
    /// What shall come back.
    pub lines: Vec<ReturnLine>,
    /// The original document.
    pub original: Original,
    /// When it was received.
    pub requested_at: Timestamp,
    /// Its exception.
    pub exception: Option<ExceptionId>,
    /// How far it is.
    pub status: ReturnStatus,
    /// A net amount that is asked for besides the goods: a discount afterwards, postage.
    #[serde(default)]
    pub goodwill: Amount,
    /// The invoice that the amount is asked for: the latest of the account that has as much left.
    #[serde(default)]
    pub invoice: Option<InvoiceId>,
    /// The shipment that was cancelled on its way: once its goods are back, they are never billed.
    #[serde(default)]
    pub shipment: Option<ShipmentId>,
    /// Why, if somebody said so.
    #[serde(default)]
    pub reason: Text,
}

/// A line of a return request.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ReturnLine {
    /// The item.
    pub item: ItemId,
    /// Units.
    pub quantity: Quantity,
    /// The order line that it was found to belong to.
    pub line: Option<(OrderId, LineNo)>,
}

/// How far a return request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnStatus {
    /// Waits for a decision.
    #[default]
    Requested,
    /// The goods may come back.
    Authorised,
    /// They may not.
    Rejected,
}

/// A fact about one return request. Names in the feed: `return.requested`, `return.authorised` …
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReturnEvent {
    /// It was recorded.
    Requested(Box<ReturnRequest>),
    /// A person agreed.
    Authorised {
        /// Who.
        by: Text,
    },
    /// A person did not agree.
    Rejected {
        /// Who.
        by: Text,
        /// Why.
        reason: Text,
    },
}

impl Folded for ReturnRequest {
    type Event = ReturnEvent;

    fn apply(&mut self, event: &ReturnEvent) {
        match event {
            ReturnEvent::Requested(request) => *self = (**request).clone(),
            ReturnEvent::Authorised { .. } => self.status = ReturnStatus::Authorised,
            ReturnEvent::Rejected { .. } => self.status = ReturnStatus::Rejected,
        }
    }
}
