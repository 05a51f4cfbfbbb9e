//! How a command is decided: the verb, then everything that follows from it, to the end.

mod batch;
mod billing;
mod command;
mod definition;
mod document;
mod exception;
mod follow_up;
mod message;
mod operate;
mod react;
mod schedule;
mod task;
mod txn;

use std::collections::BTreeSet;

use units::Text;

pub use document::CAPABILITIES;

use crate::command::Command;
use crate::journal::Decision;
use crate::key::{AnyKey, AnyState};
use crate::partition::{Cache, Halt};
use txn::{Txn, TxnStop};

/// Decides on a command against the cached states. Changes nothing; a refusal is a decision too.
pub(crate) fn decide(
    cache: &Cache,
    capabilities: &BTreeSet<Text>,
    position: u64,
    command: Command,
) -> Result<Decision, Halt> {
    let mut txn = Txn::new(cache, capabilities, position + 1, &command);
    let outcome = command::carry_out(&mut txn, &command.body).and_then(|reply| txn.settle().map(|()| reply));
    // whatever came of it was decided on a blank: load what is missing, and decide again
    if let Some(missing) = txn.missing() {
        return Err(Halt::Missing(missing));
    }
    match outcome {
        Ok(reply) => txn.finish(command, reply),
        Err(TxnStop::Refused(refusal)) => Ok(Decision::refused(refusal)),
        Err(TxnStop::Halt(halt)) => Err(halt),
    }
}

/// Refuses to go on where a state breaks a rule of the product itself.
fn check(key: &AnyKey, state: &AnyState) -> Result<(), Halt> {
    let AnyState::Trade(aggregate) = state else { return Ok(()) };
    command::invariant(aggregate).map_err(|(name, what)| Halt::Broken { name, key: key.clone(), what })
}
