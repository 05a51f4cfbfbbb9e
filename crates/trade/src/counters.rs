//! The counters behind the ids that we give.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::books::{Folded, Kind};

/// The last number taken of each kind.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counters {
    last: BTreeMap<u8, u64>,
}

/// What happens to the counters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum CounterEvent {
    /// A number was taken.
    Taken {
        /// Of which kind of aggregate.
        kind: Kind,
        /// The number.
        number: u64,
    },
}

impl Counters {
    /// The key of the one aggregate of this kind.
    pub const KEY: &'static str = "counters";

    /// The number that would be taken next.
    pub fn next(&self, kind: Kind) -> u64 {
        self.last.get(&(kind as u8)).map_or(1, |last| last + 1)
    }
}

impl Folded for Counters {
    type Event = CounterEvent;

    fn apply(&mut self, event: &CounterEvent) {
        match event {
            CounterEvent::Taken { kind, number } => {
                self.last.insert(*kind as u8, *number);
            }
        }
    }
}
