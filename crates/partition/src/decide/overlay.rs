//! What a decision has made of the states so far, and the way back to where it was.

use std::collections::BTreeMap;
use std::collections::btree_map::IntoIter;

use crate::key::{AnyKey, AnyState};

/// The states that a decision has touched. While a mark is open, how each was before is kept at its first touch: a mark costs what
/// happens after it, however much the decision has done before.
#[derive(Default)]
pub(super) struct Overlay {
    states: BTreeMap<AnyKey, Option<AnyState>>,
    /// Per open mark, how the states were that were touched since; nothing for those that had not been touched at all.
    marks: Vec<BTreeMap<AnyKey, Option<Option<AnyState>>>>,
}

impl Overlay {
    pub(super) fn get(&self, key: &AnyKey) -> Option<&Option<AnyState>> {
        self.states.get(key)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&AnyKey, &Option<AnyState>)> {
        self.states.iter()
    }

    /// The place of a state that may be changed there; what `otherwise` gives if it was not touched before.
    pub(super) fn place(&mut self, key: AnyKey, otherwise: impl FnOnce() -> Option<AnyState>) -> &mut Option<AnyState> {
        self.keep_before(&key);
        self.states.entry(key).or_insert_with(otherwise)
    }

    pub(super) fn insert(&mut self, key: AnyKey, state: Option<AnyState>) {
        self.keep_before(&key);
        self.states.insert(key, state);
    }

    fn keep_before(&mut self, key: &AnyKey) {
        if let Some(mark) = self.marks.last_mut()
            && !mark.contains_key(key)
        {
            mark.insert(key.clone(), self.states.get(key).cloned());
        }
    }

    /// Opens a mark, which one of the following two closes.
    pub(super) fn mark(&mut self) {
        self.marks.push(BTreeMap::new());
    }

    /// Closes the last mark: what was done since stands, unless an earlier one is taken back.
    pub(super) fn keep(&mut self) {
        let Some(closed) = self.marks.pop() else { return };
        if let Some(earlier) = self.marks.last_mut() {
            for (key, before) in closed {
                earlier.entry(key).or_insert(before);
            }
        }
    }

    /// Closes the last mark: what was done since is taken back.
    pub(super) fn take_back(&mut self) {
        for (key, before) in self.marks.pop().unwrap_or_default() {
            match before {
                Some(state) => self.states.insert(key, state),
                None => self.states.remove(&key),
            };
        }
    }
}

impl IntoIterator for Overlay {
    type Item = (AnyKey, Option<AnyState>);
    type IntoIter = IntoIter<AnyKey, Option<AnyState>>;

    fn into_iter(self) -> Self::IntoIter {
        self.states.into_iter()
    }
}
