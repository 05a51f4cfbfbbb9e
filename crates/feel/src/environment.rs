//! What an evaluation takes from the world: time, randomness, and how much it may use up.

use units::Timestamp;

/// The surroundings of an evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Environment {
    /// What `now()` and `today()` give.
    pub now: Timestamp,
    /// The offset from UTC, in seconds, in which `now()` and `today()` are expressed.
    pub utc_offset: i32,
    /// From which random numbers are drawn.
    pub seed: u64,
    /// How much may be used up.
    pub budget: Budget,
}

impl Environment {
    /// UTC at `now`, with the default budget.
    pub fn at(now: Timestamp) -> Self {
        Self { now, utc_offset: 0, seed: now.0.unsigned_abs(), budget: Budget::default() }
    }
}

/// How much an evaluation may use up before it ends with null and a warning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Nodes of the tree that are evaluated.
    pub steps: u32,
    /// Nodes that are open at the same time: recursion.
    pub depth: u32,
    /// List items and characters that are made.
    pub size: u32,
}

impl Default for Budget {
    fn default() -> Self {
        Self { steps: 1_000_000, depth: 400, size: 4_000_000 }
    }
}
