//! What the connections notice of other systems goes on the record.

use units::Text;

use super::credit;
use super::txn::{Outcome, Txn};
use crate::command::Reply;
use crate::dependency::DependencyChange;
use crate::journal::Event;

/// Notes a change; what is known already changes nothing.
pub(super) fn note(txn: &mut Txn<'_>, system: &Text, change: &DependencyChange) -> Outcome<Reply> {
    let known = credit::dependency(txn, system)?;
    if !known.takes(change) {
        return Ok(Reply::Repeated);
    }
    txn.record(Event::Dependency(system.clone(), change.clone()));
    if matches!(change, DependencyChange::Recovered { .. }) {
        credit::source_is_back(txn, &known)?;
    }
    Ok(Reply::Done)
}
