//! References of others to our documents: how a duplicate is recognised.

use serde::{Deserialize, Serialize};

use crate::books::Folded;
use crate::ids::OrderId;

/// The document that a reference led to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ReferenceEntry {
    /// The first order that came with this reference.
    pub order: Option<OrderId>,
    /// How often it came again.
    pub repeats: u32,
}

/// What happens to a reference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReferenceEvent {
    /// It came for the first time.
    Registered {
        /// The order that it led to.
        order: OrderId,
    },
    /// It came for the first time, and what it is about is known from where it is kept: a goods receipt of a stock.
    Seen,
    /// It came again.
    Repeated,
}

impl Folded for ReferenceEntry {
    type Event = ReferenceEvent;

    fn apply(&mut self, event: &ReferenceEvent) {
        match event {
            ReferenceEvent::Registered { order } => self.order = Some(*order),
            ReferenceEvent::Seen => {}
            ReferenceEvent::Repeated => self.repeats += 1,
        }
    }
}
