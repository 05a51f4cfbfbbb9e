//! Batches: one operation on many instances, a slice at a time, so that nothing else has to wait.

use engine::InstanceId;
use serde::{Deserialize, Serialize};
use trade::Actor;
use units::{Text, Timestamp, number_id};

use crate::operation::Operation;

number_id!(
    /// A batch.
    BatchId,
    "BT"
);

/// How many instances a part holds. Parts are rows of their own, so that progress rewrites a small one.
pub const PART: u32 = 500;

/// How many instances one batch may have.
pub const MAX_INSTANCES: usize = 100_000;

/// An operation on many instances: what it is, and how far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Batch {
    /// Its number.
    pub id: BatchId,
    /// What is done to each.
    pub operation: Operation,
    /// Who began it; each instance is changed by that authority.
    pub by: Actor,
    /// Why.
    pub reason: Text,
    /// How the instances were chosen, for people.
    pub filter: Text,
    /// When it began.
    pub begun_at: Timestamp,
    /// How many instances there are.
    pub total: u32,
    /// How many of them have been dealt with, failures included.
    pub done: u32,
    /// How many could not be changed.
    pub failed: u32,
    /// When the next slice is due.
    pub next_at: Timestamp,
    /// When the last slice was done, or the batch was stopped.
    pub ended_at: Option<Timestamp>,
}

/// Some instances of a batch, in the order in which they are dealt with.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct BatchPart {
    /// The instances.
    pub instances: Vec<InstanceId>,
    /// Those that could not be changed, and why.
    pub failures: Vec<(InstanceId, Text)>,
}

impl Batch {
    /// Whether nothing more will be done.
    pub fn is_ended(&self) -> bool {
        self.ended_at.is_some()
    }

    /// `running`, `done`, or `stopped` before its end.
    pub fn status(&self) -> &'static str {
        match self.ended_at {
            None => "running",
            Some(_) if self.done < self.total => "stopped",
            Some(_) => "done",
        }
    }

    /// How many parts there are.
    pub fn parts(&self) -> u32 {
        self.total.div_ceil(PART)
    }
}
