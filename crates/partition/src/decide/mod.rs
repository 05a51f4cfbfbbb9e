//! How a command is decided: the verb, then everything that follows from it, to the end.

mod answer;
mod batch;
mod billing;
mod cash;
mod command;
mod credit;
mod definition;
mod dependency;
mod deployed;
mod document;
mod draft;
mod exception;
mod follow_up;
mod form;
mod identity;
mod message;
mod operate;
mod overlay;
mod react;
mod saved_view;
mod schedule;
mod shortage;
mod substitution;
mod task;
mod txn;
mod user_task;
mod webhook;
mod worker;

use std::collections::BTreeSet;

use units::Text;

pub use document::{CAPABILITIES, CONTROL_ACCOUNT, POST_PAYMENT};
pub use worker::can_be_done;

use crate::command::Command;
use crate::journal::{Decision, Recorded};
use crate::key::{AnyKey, AnyState};
use crate::partition::{Broken, Cache};
use txn::{Txn, TxnStop};

/// One pass over a command.
pub(crate) struct Pass {
    /// What it read and is not in memory. It took that for something that does not exist.
    pub(crate) assumed: Vec<AnyKey>,
    /// What comes of the command if that is so: the decision without its entry, and what goes into the entry. `None` if the pass could not
    /// go on without knowing.
    pub(crate) outcome: Option<Result<(Decision, Recorded), Broken>>,
}

/// Decides on a command against the cached states. Changes nothing; a refusal is a decision too.
pub(crate) fn decide(cache: &Cache, capabilities: &BTreeSet<Text>, position: u64, command: &Command) -> Pass {
    let mut txn = Txn::new(cache, capabilities, position + 1, command);
    let outcome = command::carry_out(&mut txn, &command.body).and_then(|reply| txn.settle().map(|()| reply));
    let subjects = if outcome.is_ok() { txn.subjects() } else { Vec::new() };
    let mut assumed = txn.missing();
    let outcome = match outcome {
        Ok(reply) => Some(txn.finish(reply, subjects)),
        Err(TxnStop::Refused(refusal)) => Some(Ok((Decision::refused(refusal), Recorded::default()))),
        Err(TxnStop::Missing(keys)) => {
            assumed.extend(keys);
            None
        }
    };
    Pass { assumed, outcome }
}

/// Refuses to go on where a state breaks a rule of the product itself.
fn check(key: &AnyKey, state: &AnyState) -> Result<(), Broken> {
    let AnyState::Trade(aggregate, _) = state else { return Ok(()) };
    command::invariant(aggregate).map_err(|(name, what)| Broken { name, key: key.clone(), what })
}
