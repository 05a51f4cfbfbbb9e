//! The aggregates of a partition that are in memory, and the way a command is decided on them.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::Arc;

use units::Text;

use crate::command::Command;
use crate::decide::Pass;
use crate::journal::{Decision, Entry, Recorded};
use crate::key::{AnyKey, AnyState};

/// How often one command may stop to load what turned out to be missing: far above what any command needs, since each pass finds
/// all that it can.
const MAX_PASSES: usize = 1_000;

/// Why a command cannot be decided. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Halt<E = Infallible> {
    /// What it needs cannot be loaded.
    #[error("{0}")]
    Load(E),
    /// A rule of the product itself was about to be broken: a bug. Nothing may be committed any more.
    #[error("{0}")]
    Broken(Broken),
    /// Whatever was loaded, it asked for more.
    #[error("this command leads from record to record without an end")]
    Endless,
}

/// A rule of the product itself that a decision was about to break.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invariant {name} would be broken by {key}: {what}")]
pub struct Broken {
    /// The invariant's name.
    pub name: &'static str,
    /// Where.
    pub key: AnyKey,
    /// How.
    pub what: Text,
}

/// The working set of one legal entity: a cache of aggregates, and what is decided on it.
///
/// A key that is absent from the cache is unknown, not non-existent: before a decision counts, the caller has loaded what it read. So
/// memory holds what is at work, not everything that ever was.
#[derive(Debug)]
pub struct Partition {
    pub(crate) cache: Cache,
    pub(crate) capabilities: Arc<BTreeSet<Text>>,
    position: u64,
}

/// Aggregates by key, with the decision that used each last and the position at which it changed.
///
/// A hash map: nothing depends on its order, and lookups are most of what a decision does.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    #[expect(clippy::disallowed_types, reason = "looked up only; eviction sorts before it chooses")]
    slots: std::collections::HashMap<AnyKey, Slot, std::hash::BuildHasherDefault<KeyHasher>>,
    /// Counts decisions, refusals too: what was used when.
    clock: u64,
}

#[derive(Debug)]
struct Slot {
    state: Option<AnyState>,
    used: Cell<u64>,
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
        let slot = self.slots.get(key)?;
        slot.used.set(self.clock);
        Some(&slot.state)
    }

    fn put(&mut self, key: AnyKey, state: Option<AnyState>, changed: u64) {
        self.slots.insert(key, Slot { state, used: Cell::new(self.clock), changed });
    }
}

impl Partition {
    /// An empty working set that continues after `position`. Deployments are held against the `capabilities` that the
    /// configured systems offer.
    pub fn new(position: u64, capabilities: impl IntoIterator<Item = Text>) -> Self {
        Self { cache: Cache::default(), capabilities: Arc::new(capabilities.into_iter().collect()), position }
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

    /// The state under a key, as the decisions so far have left it; loaded if it is not in memory.
    pub fn look<E>(
        &mut self,
        key: &AnyKey,
        mut load: impl FnMut(&AnyKey) -> Result<Option<AnyState>, E>,
    ) -> Result<Option<&AnyState>, E> {
        if self.cache.get(key).is_none() {
            let state = load(key)?;
            self.put_loaded(key.clone(), state);
        }
        Ok(self.state(key).flatten())
    }

    fn put_loaded(&mut self, key: AnyKey, state: Option<AnyState>) {
        let state = state.map(|state| match state {
            AnyState::Definition(definition) => AnyState::Definition(Arc::new((*definition).clone().parsed())),
            other => other,
        });
        self.cache.put(key, state, 0);
    }

    /// Decides on a command and takes its outcome over. The caller commits the decision, or never uses this partition again.
    ///
    /// What is not in memory is asked of `load`, which gives what is committed, or `None` where there is nothing. Deciding itself stays
    /// pure: it takes what it misses for something that does not exist, and says so. Mostly it is right, since new documents and messages
    /// that nobody waits for are what is looked up in vain; only if something was there after all is the command decided again.
    pub fn decide<E>(
        &mut self,
        command: Command,
        mut load: impl FnMut(&AnyKey) -> Result<Option<AnyState>, E>,
    ) -> Result<Decision, Halt<E>> {
        self.cache.clock += 1;
        for passes in 1..=MAX_PASSES {
            let Pass { assumed, outcome } = crate::decide::decide(&self.cache, &self.capabilities, self.position, &command);
            let mut wrong = false;
            for key in assumed {
                let state = load(&key).map_err(Halt::Load)?;
                wrong |= state.is_some();
                self.put_loaded(key, state);
            }
            let Some(outcome) = outcome.filter(|_| !wrong) else { continue };
            let (mut decision, Recorded { events, sequences }) = outcome.map_err(Halt::Broken)?;
            decision.passes = passes;
            if !events.is_empty() {
                self.position += 1;
                decision.entry = Some(Entry { position: self.position, command, events, sequences });
            }
            for (key, state) in &decision.changed {
                self.cache.put(key.clone(), state.clone(), self.position);
            }
            return Ok(decision);
        }
        Err(Halt::Endless)
    }

    /// Forgets what the last `kept` decisions did not use and what has not changed after `committed`, which the store may not
    /// have yet. Master data and definitions stay; that something does not exist is no master data.
    pub fn evict(&mut self, kept: u64, committed: u64) -> usize {
        let (count, before) = (self.cache.slots.len(), self.cache.clock.saturating_sub(kept));
        self.cache.slots.retain(|key, slot| {
            slot.changed > committed || slot.used.get() >= before || (slot.state.is_some() && stays(key))
        });
        count - self.cache.slots.len()
    }
}

fn stays(key: &AnyKey) -> bool {
    use trade::Key;
    matches!(
        key,
        AnyKey::Definition(_)
            | AnyKey::Latest(_)
            | AnyKey::Begins(_)
            | AnyKey::Trade(Key::Item(_) | Key::PriceBook(_) | Key::Company(_) | Key::Counters(_) | Key::Series(_))
    )
}
