//! What is committed together.

use std::collections::BTreeSet;
use std::sync::Arc;

use partition::{AnyKey, AnyState, Decision, Effect, EffectId, Entry, Head, Row, RowKey, Subject, Table, Timer};
use store::{StoredDocument, StoredEntry, StoredReply};
use units::Text;

use crate::handle::{Answer, Done};

/// Decisions that wait for the disk. What each left is encoded by the committing thread, the last of it alone. The entries already are: the
/// deciding thread has time for that while the disk is busy, and the committing one is what all wait for.
#[derive(Default)]
pub(crate) struct Pending {
    /// Counts batches, from 0; which one an answer waits for is known by it.
    pub(crate) number: u64,
    entries: Vec<Encoded>,
    /// Where entries are encoded, one after the other.
    scratch: Vec<u8>,
    subjects: Vec<(Subject, u64)>,
    /// What each decision left; of equal keys the last one counts.
    changed: Vec<(AnyKey, Option<AnyState>)>,
    timers_set: BTreeSet<Timer>,
    timers_dropped: BTreeSet<Timer>,
    replies: Vec<(String, StoredReply)>,
    documents: Vec<(String, StoredDocument)>,
    notes: Vec<(String, Vec<u8>)>,
    pub(crate) prune_replies_before: Option<i64>,
    /// Effects to deliver once this is on disk.
    pub(crate) effects: Vec<Arc<Effect>>,
    /// Effects to hold back once this is on disk.
    pub(crate) withdrawn: Vec<EffectId>,
    /// Types of jobs that workers may lease once this is on disk.
    pub(crate) offered: BTreeSet<Text>,
    /// Who waits for which answer.
    pub(crate) answers: Vec<(Done, Answer)>,
}

/// An entry of the journal without its place in the chain.
struct Encoded {
    position: u64,
    at: i64,
    data: Vec<u8>,
}

impl Pending {
    /// Takes out what is here; what comes from now on is the next batch.
    pub(crate) fn cut(&mut self) -> Self {
        let scratch = std::mem::take(&mut self.scratch);
        let next = Self { number: self.number + 1, scratch, ..Self::default() };
        std::mem::replace(self, next)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.answers.is_empty() && !self.needs_commit()
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it has anything for the disk; answers to refusals alone do not.
    pub(crate) fn needs_commit(&self) -> bool {
        let Self { entries, replies, documents, notes, .. } = self;
        !(entries.is_empty() && replies.is_empty() && documents.is_empty() && notes.is_empty())
    }

    /// Takes a decision over; the later state of an aggregate replaces the earlier one.
    pub(crate) fn add(&mut self, decision: Decision) {
        let Some(entry) = decision.entry else { return };
        self.subjects.extend(decision.subjects.iter().map(|subject| (*subject, entry.position)));
        let data = self.encoded(&entry);
        self.entries.push(Encoded { position: entry.position, at: entry.command.at.0, data });
        self.changed.extend(decision.changed);
        for timer in decision.timers_dropped {
            if !self.timers_set.remove(&timer) {
                self.timers_dropped.insert(timer);
            }
        }
        for timer in decision.timers_set {
            if !self.timers_dropped.remove(&timer) {
                self.timers_set.insert(timer);
            }
        }
        self.effects.extend(decision.effects);
        self.withdrawn.extend(decision.withdrawn);
        self.offered.extend(decision.offered);
    }

    fn encoded(&mut self, entry: &Entry) -> Vec<u8> {
        self.scratch.clear();
        rmp_serde::encode::write(&mut self.scratch, entry).expect("an entry serialises, and memory does not fail");
        self.scratch.as_slice().to_owned()
    }

    /// Whether answers to idempotency keys are among it.
    pub(crate) fn has_replies(&self) -> bool {
        !self.replies.is_empty()
    }

    pub(crate) fn add_reply(&mut self, key: String, reply: StoredReply) {
        self.replies.push((key, reply));
    }

    pub(crate) fn add_documents(&mut self, documents: Vec<(String, StoredDocument)>) {
        self.documents.extend(documents);
    }

    pub(crate) fn add_notes(&mut self, notes: Vec<(String, Vec<u8>)>) {
        self.notes.extend(notes);
    }

    /// Encodes what was left and chains the entries' hashes.
    pub(crate) fn encode(&mut self, mut head: Head) -> store::Batch {
        let mut entries = Vec::with_capacity(self.entries.len());
        for Encoded { position, at, data } in self.entries.drain(..) {
            head = head.extend(&data);
            entries.push(StoredEntry { position, at, hash: head.hash, data });
        }
        let rows = last_words(std::mem::take(&mut self.changed)).into_iter().map(|(key, state)| {
            let (table, row) = key.row();
            (table, row, state.map(|state| state.to_row(&key)))
        });
        let rows: Vec<(Table, RowKey, Option<Row>)> = rows.collect();
        store::Batch {
            head,
            entries,
            subjects: std::mem::take(&mut self.subjects),
            rows,
            timers_set: std::mem::take(&mut self.timers_set).into_iter().collect(),
            timers_dropped: std::mem::take(&mut self.timers_dropped).into_iter().collect(),
            replies: std::mem::take(&mut self.replies),
            documents: std::mem::take(&mut self.documents),
            meta: std::mem::take(&mut self.notes).into_iter().map(|(name, note)| (name, Some(note))).collect(),
            prune_replies_before: self.prune_replies_before.take(),
        }
    }
}

/// The last state under each key. Only this one is encoded, however often an aggregate changed.
fn last_words(mut changed: Vec<(AnyKey, Option<AnyState>)>) -> Vec<(AnyKey, Option<AnyState>)> {
    // the sort is stable, so of equal keys the last word comes first
    changed.reverse();
    changed.sort_by(|(one, _), (other, _)| one.cmp(other));
    changed.dedup_by(|later, first| later.0 == first.0);
    changed
}
