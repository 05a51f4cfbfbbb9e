//! Names that are bound around a place in the text.

use std::collections::BTreeMap;

use units::Text;

/// The names that are bound around the place at hand, innermost last; found without looking at all of them, since a context
/// binds a name with each of its entries.
#[derive(Default)]
pub(super) struct Bound {
    names: Vec<Text>,
    places: BTreeMap<Text, Vec<usize>>,
}

impl Bound {
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    pub(super) fn push(&mut self, name: Text) {
        self.places.entry(name.clone()).or_default().push(self.names.len());
        self.names.push(name);
    }

    /// Forgets all but the outermost ones.
    pub(super) fn truncate(&mut self, length: usize) {
        for name in self.names.drain(length.min(self.names.len())..) {
            if let Some(places) = self.places.get_mut(&name) {
                places.pop();
            }
        }
    }

    /// The innermost place where a name is bound.
    pub(super) fn place(&self, name: &str) -> Option<usize> {
        self.places.get(name)?.last().copied()
    }
}
