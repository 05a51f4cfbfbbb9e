//! What is on disk in a test: states and timers, as the decisions so far have left them.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use partition::{AnyKey, AnyState, Command, Decision, Partition, Timer};

/// A store without a file.
#[derive(Default)]
pub(crate) struct Disk {
    pub(crate) states: BTreeMap<AnyKey, AnyState>,
    pub(crate) timers: BTreeSet<Timer>,
    /// How many aggregates were asked for.
    pub(crate) loads: usize,
}

impl Disk {
    /// Decides, loading what is missing from here as the runtime does, and keeps what came of it.
    pub(crate) fn decide(&mut self, partition: &mut Partition, command: Command) -> Decision {
        let Self { states, timers, loads } = self;
        let load = |key: &AnyKey| {
            *loads += 1;
            Ok::<_, Infallible>(states.get(key).cloned())
        };
        let decision = partition.decide(command, load).unwrap();
        for (key, state) in &decision.changed {
            match state {
                Some(state) => drop(states.insert(key.clone(), state.clone())),
                None => drop(states.remove(key)),
            }
        }
        for timer in &decision.timers_dropped {
            timers.remove(timer);
        }
        timers.extend(decision.timers_set.iter().cloned());
        decision
    }
}
