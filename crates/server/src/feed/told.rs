//! Events as they are sent, written once for all who read them.

use std::sync::{Arc, Mutex, PoisonError};

use hashlink::LruCache;
use serde::{Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};
use units::Timestamp;

use super::CloudEvent;
use super::filter::About;
use crate::problem::Problem;

/// How much of what was told is kept, in bytes.
const KEPT: usize = 32 << 20;
/// What an entry and each of its events take beside their text, about.
const BESIDE: usize = 400;

/// An event as it is sent.
#[derive(Debug)]
pub(crate) struct Told {
    /// Journal position and place within the entry.
    pub(crate) place: (u64, u64),
    /// The same as others have it, such as `17.3`.
    pub(crate) id: String,
    /// Its type, whole.
    pub(crate) kind: String,
    /// What decides whether it is wanted.
    pub(crate) about: About,
    /// The trace of the request that led to it.
    pub(crate) traceparent: Option<String>,
    /// All of it.
    pub(crate) json: Box<RawValue>,
}

impl Told {
    pub(super) fn of(event: CloudEvent, at: Timestamp) -> Result<Self, Problem> {
        let json = to_raw_value(&event).map_err(|error| {
            tracing::error!(%error, event = event.id, "write an event");
            Problem::new("internal", format!("event {} could not be written", event.id))
        })?;
        let about = About::of(&event, at);
        let CloudEvent { place, id, kind, traceparent, .. } = event;
        Ok(Self { place, id, kind, about, traceparent, json })
    }
}

impl Serialize for Told {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.json.serialize(serializer)
    }
}

/// The events of a journal entry.
#[derive(Debug)]
pub(super) struct ToldEntry {
    pub(super) position: u64,
    pub(super) events: Vec<Arc<Told>>,
}

impl ToldEntry {
    fn size(&self) -> usize {
        BESIDE + self.events.iter().map(|event| BESIDE + event.json.get().len()).sum::<usize>()
    }
}

/// What was told lately. The journal never changes, and most who read it follow its end: they share what was written once.
#[derive(Debug)]
pub(crate) struct Recent(Mutex<Kept>);

#[derive(Debug)]
struct Kept {
    entries: LruCache<u64, Arc<ToldEntry>>,
    size: usize,
    most: usize,
}

impl Default for Recent {
    fn default() -> Self {
        Self::up_to(KEPT)
    }
}

impl Recent {
    fn up_to(most: usize) -> Self {
        Self(Mutex::new(Kept { entries: LruCache::new_unbounded(), size: 0, most }))
    }

    /// The entry at a position, if it was told lately.
    pub(super) fn get(&self, position: u64) -> Option<Arc<ToldEntry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).entries.get(&position).cloned()
    }

    /// Keeps an entry, in place of those that nobody has asked for the longest.
    pub(super) fn keep(&self, entry: &Arc<ToldEntry>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.size += entry.size();
        if let Some(before) = kept.entries.insert(entry.position, Arc::clone(entry)) {
            kept.size -= before.size();
        }
        while kept.size > kept.most {
            let Some((_, oldest)) = kept.entries.remove_lru() else { break };
            kept.size -= oldest.size();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(position: u64) -> Arc<ToldEntry> {
        Arc::new(ToldEntry { position, events: Vec::new() })
    }

    #[test]
    fn what_nobody_asks_for_makes_room() {
        let recent = Recent::up_to(2 * BESIDE);
        recent.keep(&entry(1));
        recent.keep(&entry(2));
        assert_eq!(recent.get(1).unwrap().position, 1);
        recent.keep(&entry(3));
        assert!(recent.get(2).is_none(), "it was not asked for since the first was");
        assert!(recent.get(1).is_some() && recent.get(3).is_some());
    }

    #[test]
    fn an_entry_that_is_told_twice_counts_once() {
        let recent = Recent::up_to(2 * BESIDE);
        recent.keep(&entry(1));
        for _ in 0..9 {
            recent.keep(&entry(2));
        }
        assert!(recent.get(1).is_some());
    }
}
