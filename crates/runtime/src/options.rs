//! What a runtime is given, and what it tells about itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use partition::{Effect, EffectId};
use units::Text;

/// How a runtime works.
#[derive(Debug, Clone)]
pub struct Options {
    /// Capabilities that the configured systems offer; deployments are held against them.
    pub capabilities: Vec<Text>,
    /// How many aggregates may stay in memory before those that were not used lately are let go.
    pub resident: usize,
    /// A batch of so many decisions goes to an idle disk although more commands wait, so that deciding and committing overlap.
    /// While the disk is at work a batch grows without bound.
    pub full_batch: usize,
    /// Answers to idempotency keys are kept for so many days.
    pub keep_replies_days: u16,
}

impl Default for Options {
    fn default() -> Self {
        Self { capabilities: Vec::new(), resident: 200_000, full_batch: 128, keep_replies_days: 30 }
    }
}

/// Takes effects that are committed, to deliver them. Called from the committing thread, so it must not wait.
pub trait EffectSink: Send + Sync + 'static {
    /// Delivers effects, in this order where the order matters to a system.
    fn deliver(&self, effects: Vec<Arc<Effect>>);

    /// Holds back effects that nobody wants any more, if they have not gone out; a sink that delivers at once has none.
    fn withdraw(&self, _effects: &[EffectId]) {}
}

/// Figures of a running partition; they only grow, except where noted.
#[derive(Debug, Default)]
pub struct Progress {
    pub(crate) commands: AtomicU64,
    pub(crate) refused: AtomicU64,
    pub(crate) commits: AtomicU64,
    pub(crate) commits_failed: AtomicU64,
    pub(crate) cannot_write: AtomicU64,
    pub(crate) entries: AtomicU64,
    pub(crate) commit_micros: AtomicU64,
    pub(crate) decide_micros: AtomicU64,
    pub(crate) loads: AtomicU64,
    pub(crate) resident: AtomicU64,
    pub(crate) timers: AtomicU64,
    pub(crate) queued: AtomicU64,
    pub(crate) position: AtomicU64,
    pub(crate) halted: AtomicU64,
}

macro_rules! figures {
    ($( $(#[$doc:meta])* $name:ident; )*) => {
        impl Progress {
            $( $(#[$doc])* pub fn $name(&self) -> u64 { self.$name.load(Ordering::Relaxed) } )*
        }
    };
}

figures! {
    /// Commands decided.
    commands;
    /// Commands refused.
    refused;
    /// Transactions committed.
    commits;
    /// Transactions that failed: a full or broken disk. Nothing of them was answered with yes.
    commits_failed;
    /// 1 while the last transaction failed.
    cannot_write;
    /// Journal entries written: durable steps.
    entries;
    /// Time spent in transactions, in microseconds.
    commit_micros;
    /// Time spent deciding, in microseconds.
    decide_micros;
    /// Aggregates read from the store.
    loads;
    /// Aggregates in memory now.
    resident;
    /// Timers set now.
    timers;
    /// Commands that wait to be decided now.
    queued;
    /// The last committed position.
    position;
    /// 1 when a broken invariant has stopped the partition.
    halted;
}
