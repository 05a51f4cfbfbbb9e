//! Breaks on the record: each is told when it is found and when it is gone (domain §1.10, §1.5.3, 48).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use units::{Amount, Text, Timestamp};

use super::block::blocked_by;
use super::erp::ErpControl;
use super::report::Break;
use crate::books::{Books, Folded, Key, Stop};
use crate::context::{Context, Role};
use crate::ids::{OrderId, Reference};

/// More breaks than this are one fault of the whole, and not so many of single records.
const MAX_BREAKS: usize = 1_000;

/// The breaks that are open. There is one such record, with the key `reconciliation`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Reconciliation {
    /// The last time that the records were held against each other.
    pub compared_at: Option<Timestamp>,
    /// What disagreed then, by id.
    pub open: Vec<OpenBreak>,
    /// How many breaks were found since ever.
    pub detected: u64,
    /// How many of them are gone.
    pub cleared: u64,
    /// What the ERP said last of its control account.
    #[serde(default)]
    pub erp: Option<Box<ErpControl>>,
}

/// A break that is open. Amounts are minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenBreak {
    /// The same for the same break in every run.
    pub id: Text,
    /// The checkpoint: `R4`, or `units` and `money` for conservation.
    pub checkpoint: Text,
    /// What it is about.
    pub about: Text,
    /// What disagrees.
    pub what: Text,
    /// One side.
    pub left: Text,
    /// The other.
    pub right: Text,
    /// What is at stake.
    pub value: Amount,
    /// Who looks at it.
    pub owner: Role,
    /// Why such a break comes about, as a code.
    pub cause: Text,
    /// When the record that it is about was made; `None` where no record says so.
    pub since: Option<Timestamp>,
    /// When it was found.
    pub detected_at: Timestamp,
    /// The orders whose invoices it keeps from being posted.
    #[serde(default)]
    pub blocks: Vec<OrderId>,
}

impl From<&Break> for OpenBreak {
    fn from(found: &Break) -> Self {
        Self {
            id: found.id.clone(),
            checkpoint: Text::const_new(found.checkpoint),
            about: found.key.clone(),
            what: Text::const_new(found.what),
            left: found.left.clone(),
            right: found.right.clone(),
            value: found.value,
            owner: found.owner,
            cause: Text::const_new(found.cause),
            since: found.since,
            detected_at: Timestamp::default(),
            blocks: Vec::new(),
        }
    }
}

impl OpenBreak {
    /// What its exception is about.
    pub fn key(&self) -> Key {
        Key::Reference(Reference { within: Text::const_new(Reconciliation::KEY), reference: self.id.clone() })
    }
}

/// A fact about reconciliation. Names in the feed: `reconciliation.break_detected` …
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReconciliationEvent {
    /// The records were held against each other.
    Compared {
        /// When.
        at: Timestamp,
        /// How many breaks there are.
        breaks: u32,
    },
    /// Two records disagree that did not before.
    BreakDetected(Box<OpenBreak>),
    /// The ERP said what its control account moved by.
    ErpTold(Box<ErpControl>),
    /// Two records agree that did not before, without anybody saying so.
    BreakCleared {
        /// Which break it was.
        id: Text,
        /// The checkpoint.
        checkpoint: Text,
        /// What was at stake.
        value: Amount,
        /// When it was found.
        detected_at: Timestamp,
        /// When it was found to be gone.
        at: Timestamp,
    },
}

impl Reconciliation {
    /// The key of the one aggregate of this kind.
    pub const KEY: &'static str = "reconciliation";
}

impl Folded for Reconciliation {
    type Event = ReconciliationEvent;

    fn apply(&mut self, event: &ReconciliationEvent) {
        match event {
            ReconciliationEvent::Compared { at, .. } => self.compared_at = Some(*at),
            ReconciliationEvent::BreakDetected(found) => {
                self.detected += 1;
                self.open.push((**found).clone());
            }
            ReconciliationEvent::ErpTold(told) => self.erp = Some(told.clone()),
            ReconciliationEvent::BreakCleared { id, .. } => {
                self.cleared += 1;
                self.open.retain(|open| open.id != *id);
            }
        }
    }
}

/// What has changed since the records were held against each other before.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Compared {
    /// Breaks that were not there.
    pub detected: Vec<OpenBreak>,
    /// Breaks that are gone.
    pub cleared: Vec<OpenBreak>,
}

/// Puts on record what [`super::check`] has found: what is new, and what is gone. Of very many breaks the first thousand are kept.
///
/// Source: domain §1.10.
pub fn note_breaks(books: &mut dyn Books, found: &[OpenBreak], cx: &Context) -> Result<Compared, Stop> {
    let key = Text::const_new(Reconciliation::KEY);
    let known = books.reconciliation(&key)?.unwrap_or_default();
    let ids: BTreeSet<&Text> = found.iter().map(|found| &found.id).collect();
    let breaks = u32::try_from(found.len()).unwrap_or(u32::MAX);
    books.record(&key, ReconciliationEvent::Compared { at: cx.now, breaks });
    let mut compared = Compared::default();
    for gone in known.open.iter().filter(|open| !ids.contains(&open.id)) {
        let OpenBreak { id, checkpoint, value, detected_at, .. } = gone.clone();
        books.record(&key, ReconciliationEvent::BreakCleared { id, checkpoint, value, detected_at, at: cx.now });
        compared.cleared.push(gone.clone());
    }
    let mut seen: BTreeSet<&Text> = known.open.iter().map(|open| &open.id).collect();
    let mut room = MAX_BREAKS.saturating_sub(known.open.len() - compared.cleared.len());
    for new in found {
        if room > 0 && seen.insert(&new.id) {
            room -= 1;
            let blocks = blocked_by(books, new)?;
            let new = OpenBreak { detected_at: cx.now, blocks, ..new.clone() };
            books.record(&key, ReconciliationEvent::BreakDetected(Box::new(new.clone())));
            compared.detected.push(new);
        }
    }
    Ok(compared)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::fixture::{Story, at};

    fn found(ids: &[&str]) -> Vec<OpenBreak> {
        let found = |id: &&str| Break {
            id: (*id).into(),
            checkpoint: "R4",
            key: "SH-1".into(),
            what: "units shipped and invoiced",
            left: "5".into(),
            right: "3".into(),
            since: None,
            value: Amount(200),
            owner: Role::Receivables,
            cause: "unbilled",
        };
        ids.iter().map(found).map(|found| OpenBreak::from(&found)).collect()
    }

    fn ids(breaks: &[OpenBreak]) -> Vec<&str> {
        breaks.iter().map(|open| open.id.as_str()).collect()
    }

    #[test]
    fn a_break_is_told_once_when_it_is_found_and_once_when_it_is_gone() {
        let mut story = Story::new();
        let first = note_breaks(story.books(), &found(&["a", "b", "a"]), &at(1)).unwrap();
        assert_eq!((ids(&first.detected), ids(&first.cleared)), (vec!["a", "b"], vec![]));
        let second = note_breaks(story.books(), &found(&["b", "c"]), &at(2)).unwrap();
        assert_eq!((ids(&second.detected), ids(&second.cleared)), (vec!["c"], vec!["a"]));
        assert_eq!(second.cleared[0].detected_at, at(1).now);
        let state = story.books().reconciliation(&Reconciliation::KEY.into()).unwrap().unwrap();
        assert_eq!((ids(&state.open), state.detected, state.cleared), (vec!["b", "c"], 3, 1));
        assert_eq!(state.compared_at, Some(at(2).now));
    }
}
