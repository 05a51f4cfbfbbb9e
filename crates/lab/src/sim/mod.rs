//! The simulator: the product's partition and the lab's systems in virtual time, from a seed.
//!
//! Messages are lost, repeated, late and reordered, systems are away for hours, stock is counted, a new version of the processes is
//! deployed, and the product dies between any two steps: before a commit, after it, and when nobody expects it. After every entry of
//! the journal the invariants of `invariants.rs` hold; at the end the fold of the journal is the stored state, records agree, and so do
//! the ledgers of the systems. No clock, no IO, no randomness but what is drawn from the seed: a failing seed replays exactly, and a
//! trace of it can be read. Start with [`simulate`].

mod check;
mod invariants;
mod prepare;
mod product;
mod reports;
mod world;

use partition::Resource;
use units::Timestamp;

pub use check::Outcome;

/// A simulation went wrong: what the product must never do, or never comes to rest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("seed {seed}, {at}: {what}; replay it with `cargo xtask simulate --seed {seed}`")]
pub struct Failure {
    /// The seed.
    pub seed: u64,
    /// When, in virtual time.
    pub at: Timestamp,
    /// What.
    pub what: String,
}

/// What a simulation is made of.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Fixes everything.
    pub seed: u64,
    /// Orders that come in.
    pub orders: u64,
    /// Which systems are away for how many first hours; drawn from the seed if it is not said.
    pub away: Option<(&'static [&'static str], i64)>,
    /// How often the product dies, at most; the seed says when.
    pub crashes: u32,
}

impl Plan {
    /// So many orders, and everything else from the seed.
    pub fn new(seed: u64, orders: u64) -> Self {
        Self { seed, orders, away: None, crashes: 12 }
    }
}

/// Takes the lines of a trace: when, and what happened.
pub type Trace<'a> = &'a mut dyn FnMut(Timestamp, String);

/// Runs one simulation with these processes until everything has come to rest, and checks what it came to. With a trace, every step
/// is told.
pub fn simulate(plan: Plan, processes: &[Resource], trace: Option<Trace<'_>>) -> Result<Outcome, Failure> {
    let mut world = world::World::new(plan, trace);
    world.prepare(processes)?;
    world.run()?;
    world.check()
}
