//! Operations on many instances: durable, a slice at a time. What is left of a batch is in its state, and its next slice is a timer, so
//! a crash loses nothing of it and does nothing twice.

use std::sync::Arc;

use engine::InstanceId;
use trade::{Context, Refusal};
use units::Text;

use super::txn::{Outcome, Txn, text};
use super::{message, operate};
use crate::batch::{Batch, BatchId, MAX_INSTANCES, PART};
use crate::command::Reply;
use crate::journal::Event;
use crate::key::{AnyKey, AnyState};
use crate::operation::Operation;

/// How many instances one slice deals with: a few milliseconds of work at most.
const SLICE: u32 = 20;

/// Begins a batch; nothing is done to any instance yet.
pub(super) fn begin(
    txn: &mut Txn<'_>,
    instances: &[InstanceId],
    filter: &Text,
    operation: &Operation,
    reason: &Text,
) -> Outcome<Reply> {
    let mut distinct = instances.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    if distinct.is_empty() || distinct.len() > MAX_INSTANCES {
        let wanted = text(format_args!("1 to {MAX_INSTANCES} running instances; change the filter"));
        let given = text(distinct.len());
        return Err(Refusal::Invalid { field: Text::const_new("instances"), given, wanted }.into());
    }
    let id = BatchId(txn.position());
    txn.record_new(Event::BatchBegun {
        id,
        operation: operation.clone(),
        by: txn.cx.actor.clone(),
        reason: reason.clone(),
        filter: filter.clone(),
        instances: distinct,
    });
    Ok(Reply::Batch(id))
}

/// Lets many instances have a signal, a slice at a time. `None` if this decision has begun a batch already: there is one per entry.
pub(super) fn throw(
    txn: &mut Txn<'_>,
    signal: &Text,
    variables: &feel::Context,
    instances: Vec<InstanceId>,
) -> Option<BatchId> {
    let id = BatchId(txn.position());
    if txn.peek(&AnyKey::Batch(id)).flatten().is_some() {
        return None;
    }
    txn.record_new(Event::BatchBegun {
        id,
        operation: Operation::Signal { name: signal.clone(), variables: variables.clone() },
        by: txn.cx.actor.clone(),
        reason: Text::default(),
        filter: text(format_args!("waits for the signal {signal}")),
        instances,
    });
    Some(id)
}

/// Stops a batch; what it has done stays done.
pub(super) fn stop(txn: &mut Txn<'_>, id: BatchId) -> Outcome<Reply> {
    match batch(txn, id)? {
        Some(batch) if batch.is_ended() => Ok(Reply::Repeated),
        Some(_) => {
            txn.record(Event::BatchStopped(id));
            Ok(Reply::Done)
        }
        None => Err(Refusal::Conflict(text(format_args!("there is no batch {id}"))).into()),
    }
}

/// Deals with the next slice. An instance that cannot be changed is noted and holds up none of the others.
pub(super) fn advance(txn: &mut Txn<'_>, id: BatchId) -> Outcome<Reply> {
    let Some(batch) = batch(txn, id)?.filter(|batch| !batch.is_ended()) else { return Ok(Reply::Repeated) };
    let slice = next(txn, &batch)?;
    // all that is not in memory is asked for before anything is done, since the decision runs again for each
    for instance in &slice {
        txn.instance(*instance)?;
    }
    txn.cx = Arc::new(Context { now: txn.now(), actor: batch.by.clone() });
    let mut failures = Vec::new();
    for instance in &slice {
        let done = txn.attempt(|txn| match &batch.operation {
            // whoever does not wait for it any more, or began to after it was thrown, is none of its receivers
            Operation::Signal { name, variables } => message::reach(txn, *instance, name, variables, batch.begun_at),
            operation => operate::operate(txn, *instance, operation),
        });
        if let Err(refusal) = done? {
            failures.push((*instance, text(refusal)));
        }
    }
    let count = u32::try_from(slice.len()).unwrap_or(u32::MAX);
    txn.record(Event::BatchAdvanced(id, count, failures));
    Ok(Reply::Done)
}

fn batch(txn: &mut Txn<'_>, id: BatchId) -> Outcome<Option<Arc<Batch>>> {
    Ok(match txn.get(&AnyKey::Batch(id))? {
        Some(AnyState::Batch(batch)) => Some(batch),
        _ => None,
    })
}

/// The instances of the next slice; all of one part.
fn next(txn: &mut Txn<'_>, batch: &Batch) -> Outcome<Vec<InstanceId>> {
    let (number, from) = (batch.done / PART, batch.done % PART);
    Ok(match txn.get(&AnyKey::BatchPart(batch.id, number))? {
        Some(AnyState::BatchPart(part)) => part.instances.iter().skip(from as usize).take(SLICE as usize).copied().collect(),
        _ => Vec::new(),
    })
}
