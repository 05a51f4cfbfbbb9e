//! The aggregates of a partition that are in memory, and the way a command is decided on them.

use std::collections::BTreeSet;
use std::sync::Arc;

use units::Text;

use crate::command::Command;
use crate::journal::Decision;
use crate::key::{AnyKey, AnyState};

/// Why a decision did not come to an end. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Halt {
    /// These have to be loaded; then decide again.
    #[error("{} aggregates are not loaded", .0.len())]
    Missing(Vec<AnyKey>),
    /// A rule of the product itself was about to be broken: a bug. Nothing may be committed any more.
    #[error("invariant {name} would be broken by {key}: {what}")]
    Broken {
        /// The invariant's name.
        name: &'static str,
        /// Where.
        key: AnyKey,
        /// How.
        what: Text,
    },
}

/// The working set of one legal entity: a cache of aggregates, and what is decided on it.
///
/// A key that is absent from the cache is unknown, not non-existent: a decision that reads it comes to nothing, and tells the caller
/// what to load. So memory holds what is at work, not everything that ever was.
#[derive(Debug)]
pub struct Partition {
    pub(crate) cache: Cache,
    pub(crate) capabilities: Arc<BTreeSet<Text>>,
    position: u64,
    /// Counts decisions, refusals too: what was used when.
    clock: u64,
}

/// Aggregates by key, with the decision that used each last and the position at which it changed.
///
/// A hash map: nothing depends on its order, and lookups are most of what a decision does.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    #[expect(clippy::disallowed_types, reason = "looked up only; eviction sorts before it chooses")]
    slots: std::collections::HashMap<AnyKey, Slot, std::hash::BuildHasherDefault<KeyHasher>>,
}

#[derive(Debug)]
struct Slot {
    state: Option<AnyState>,
    used: u64,
    changed: u64,
}

/// FNV-1a: short keys, no attacker chooses them in numbers that matter, and the same on every run.
pub(crate) struct KeyHasher(u64);

impl Default for KeyHasher {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl std::hash::Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 29)
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = (self.0 ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23);
    }

    fn write_u8(&mut self, value: u8) {
        self.write_u64(u64::from(value));
    }

    fn write_u32(&mut self, value: u32) {
        self.write_u64(u64::from(value));
    }

    fn write_isize(&mut self, value: isize) {
        self.write_u64(value.unsigned_abs() as u64);
    }
}

impl Cache {
    /// The state under a key: `None` if it is not loaded, `Some(None)` if it does not exist.
    pub(crate) fn get(&self, key: &AnyKey) -> Option<&Option<AnyState>> {
        self.slots.get(key).map(|slot| &slot.state)
    }
}

impl Partition {
    /// An empty working set that continues after `position`. Deployments are held against the `capabilities` that the
    /// configured systems offer.
    pub fn new(position: u64, capabilities: impl IntoIterator<Item = Text>) -> Self {
        Self { cache: Cache::default(), capabilities: Arc::new(capabilities.into_iter().collect()), position, clock: 0 }
    }

    /// The position of the last entry.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// How many aggregates are in memory.
    pub fn resident(&self) -> usize {
        self.cache.slots.len()
    }

    /// The state under a key: `None` if it is not in memory, `Some(None)` if it does not exist.
    pub fn state(&self, key: &AnyKey) -> Option<Option<&AnyState>> {
        self.cache.get(key).map(Option::as_ref)
    }

    /// Puts an aggregate into memory, as it was read from the store; `None` if the store has none.
    pub fn load(&mut self, key: AnyKey, state: Option<AnyState>) {
        let state = state.map(|state| match state {
            AnyState::Definition(definition) => AnyState::Definition(Arc::new((*definition).clone().parsed())),
            other => other,
        });
        self.cache.slots.insert(key, Slot { state, used: self.clock, changed: 0 });
    }

    /// Carries out a command and takes its outcome over. The caller commits the decision, or never uses this partition
    /// again.
    pub fn decide(&mut self, command: Command) -> Result<Decision, Halt> {
        self.clock += 1;
        let decision = crate::decide::decide(&self.cache, &self.capabilities, self.position, command)?;
        if let Some(entry) = &decision.entry {
            self.position = entry.position;
        }
        for (key, state) in &decision.changed {
            let slot = Slot { state: state.clone(), used: self.clock, changed: self.position };
            self.cache.slots.insert(key.clone(), slot);
        }
        for key in &decision.read {
            if let Some(slot) = self.cache.slots.get_mut(key) {
                slot.used = self.clock;
            }
        }
        Ok(decision)
    }

    /// Forgets what the last `kept` decisions did not use and what has not changed after `committed`, which the store may not
    /// have yet. Master data and definitions stay; that something does not exist is no master data.
    pub fn evict(&mut self, kept: u64, committed: u64) -> usize {
        let (count, before) = (self.cache.slots.len(), self.clock.saturating_sub(kept));
        self.cache
            .slots
            .retain(|key, slot| slot.changed > committed || slot.used >= before || (slot.state.is_some() && stays(key)));
        count - self.cache.slots.len()
    }
}

fn stays(key: &AnyKey) -> bool {
    use trade::Key;
    matches!(
        key,
        AnyKey::Definition(_)
            | AnyKey::Latest(_)
            | AnyKey::Trade(Key::Item(_) | Key::PriceBook(_) | Key::Company(_) | Key::Counters(_) | Key::Series(_))
    )
}
