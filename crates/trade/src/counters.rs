//! The counters behind the ids that we give.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use units::Day;

use crate::books::{Folded, Kind};
use crate::ids::NodeId;

/// The last number taken of each kind, and what nodes with a limit per day were given today.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counters {
    last: BTreeMap<u8, u64>,
    released: BTreeMap<NodeId, (Day, u32)>,
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
    /// Order lines were released to a node that takes only so many per day.
    LinesReleased {
        /// The node.
        node: NodeId,
        /// Its local day.
        day: Day,
        /// How many.
        lines: u32,
    },
}

impl Counters {
    /// The key of the one aggregate of this kind.
    pub const KEY: &'static str = "counters";

    /// The number that would be taken next.
    pub fn next(&self, kind: Kind) -> u64 {
        self.last.get(&(kind as u8)).map_or(1, |last| last + 1)
    }

    /// Order lines released to a node on its local day; counted for nodes that take only so many (domain §1.1.7).
    pub fn lines_released(&self, node: &NodeId, day: Day) -> u32 {
        self.released.get(node).filter(|(counted, _)| *counted == day).map_or(0, |(_, lines)| *lines)
    }
}

impl Folded for Counters {
    type Event = CounterEvent;

    fn apply(&mut self, event: &CounterEvent) {
        match event {
            CounterEvent::Taken { kind, number } => {
                self.last.insert(*kind as u8, *number);
            }
            CounterEvent::LinesReleased { node, day, lines } => {
                let before = self.lines_released(node, *day);
                self.released.insert(node.clone(), (*day, before.saturating_add(*lines)));
            }
        }
    }
}
