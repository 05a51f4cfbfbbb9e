//! What the connections notice of other systems goes on the record.

use std::sync::Arc;

use units::Text;

use super::txn::{Outcome, Txn};
use crate::command::Reply;
use crate::dependency::{Dependency, DependencyChange};
use crate::journal::Event;
use crate::key::{AnyKey, AnyState};

/// Notes a change; what is known already changes nothing.
pub(super) fn note(txn: &mut Txn<'_>, system: &Text, change: &DependencyChange) -> Outcome<Reply> {
    let known = match txn.get(&AnyKey::Dependency(system.clone()))? {
        Some(AnyState::Dependency(known)) => known,
        _ => Arc::<Dependency>::default(),
    };
    if !known.takes(change) {
        return Ok(Reply::Repeated);
    }
    txn.record(Event::Dependency(system.clone(), change.clone()));
    Ok(Reply::Done)
}
