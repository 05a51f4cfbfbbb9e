//! References of others to our documents: how a duplicate is recognised.

use serde::{Deserialize, Serialize};

use crate::books::{Folded, Key};
use crate::ids::OrderId;

/// How many orders with the same reference are kept: some write the same on each order.
const LATER: usize = 50;

/// The document that a reference led to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ReferenceEntry {
    /// The first order that came with this reference.
    pub order: Option<OrderId>,
    /// The orders that came with it later, in their order; of many the last.
    #[serde(default)]
    pub later: Vec<OrderId>,
    /// How often it came again.
    pub repeats: u32,
    /// What it points to, where that is not an order; `None` if nothing, or more than one thing.
    pub target: Option<Key>,
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
    /// Another order came with it.
    Followed {
        /// The order that it led to.
        order: OrderId,
    },
    /// It points to something else from now on; `None` to nothing.
    Pointed {
        /// To what.
        target: Option<Key>,
    },
}

/// What a name within something points to.
pub(crate) fn pointed(
    books: &mut dyn crate::books::Books,
    within: &str,
    name: &str,
) -> Result<Option<Key>, crate::books::Missing> {
    let reference = crate::ids::Reference { within: within.into(), reference: name.into() };
    Ok(books.reference(&reference)?.and_then(|entry| entry.target.clone()))
}

/// Lets a name within something point to `target`; nothing is recorded if it does already.
pub(crate) fn point(
    books: &mut dyn crate::books::Books,
    within: &str,
    name: &str,
    target: Option<Key>,
) -> Result<(), crate::books::Missing> {
    if pointed(books, within, name)? != target {
        let reference = crate::ids::Reference { within: within.into(), reference: name.into() };
        books.record(&reference, ReferenceEvent::Pointed { target });
    }
    Ok(())
}

impl Folded for ReferenceEntry {
    type Event = ReferenceEvent;

    fn apply(&mut self, event: &ReferenceEvent) {
        match event {
            ReferenceEvent::Registered { order } => self.order = Some(*order),
            ReferenceEvent::Seen => {}
            ReferenceEvent::Repeated => self.repeats += 1,
            ReferenceEvent::Followed { order } => {
                self.later.push(*order);
                if self.later.len() > LATER {
                    self.later.remove(0);
                }
            }
            ReferenceEvent::Pointed { target } => self.target = target.clone(),
        }
    }
}
