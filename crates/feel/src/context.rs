//! Contexts: names with values, in the order of insertion.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use units::Text;

use crate::Value;

/// Up to so many entries a walk over them is faster than an index.
const FEW: usize = 32;

/// Names with values, in the order of insertion; cheap to clone, and copied when a shared one is changed.
///
/// Lookup is a walk over the entries: contexts of business documents have a few dozen, where that beats a tree.
#[derive(Clone, Default)]
pub struct Context(Option<Arc<Vec<(Text, Value)>>>);

impl Context {
    /// A context without entries.
    pub const EMPTY: Self = Self(None);

    /// The value under a name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.entries().iter().find(|(key, _)| key.as_str() == name).map(|(_, value)| value)
    }

    /// Whether there is an entry of this name.
    pub fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Sets the value under a name; a new name goes to the end. Gives the value that was there.
    pub fn insert(&mut self, name: impl Into<Text>, value: impl Into<Value>) -> Option<Value> {
        let (name, value) = (name.into(), value.into());
        let entries = self.entries_mut();
        match entries.iter_mut().find(|(key, _)| *key == name) {
            Some((_, old)) => Some(std::mem::replace(old, value)),
            None => {
                entries.push((name, value));
                None
            }
        }
    }

    /// Takes an entry away.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let at = self.entries().iter().position(|(key, _)| key.as_str() == name)?;
        Some(self.entries_mut().remove(at).1)
    }

    /// Sets every entry of `other`.
    pub fn merge(&mut self, other: &Self) {
        if self.is_empty() {
            self.clone_from(other);
            return;
        }
        if other.len() <= FEW {
            other.iter().for_each(|(name, value)| drop(self.insert(name.clone(), value.clone())));
        } else {
            self.set_all(other.iter().cloned());
        }
    }

    /// Sets many entries; above a few of them by an index, since a walk for each would take quadratic time.
    fn set_all(&mut self, new: impl IntoIterator<Item = (Text, Value)>) {
        let mut places: BTreeMap<Text, usize> = BTreeMap::new();
        for (name, value) in new {
            if self.len() <= FEW {
                self.insert(name, value);
                continue;
            }
            if places.is_empty() {
                places = self.iter().enumerate().map(|(place, (name, _))| (name.clone(), place)).collect();
            }
            let entries = self.entries_mut();
            match places.get(&name).and_then(|place| entries.get_mut(*place)) {
                Some((_, old)) => *old = value,
                None => {
                    places.insert(name.clone(), entries.len());
                    entries.push((name, value));
                }
            }
        }
    }

    /// The entries, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, (Text, Value)> {
        self.entries().iter()
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries().len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.entries().is_empty()
    }

    /// Adds an entry whose name is known to be new.
    pub(crate) fn push_new(&mut self, name: Text, value: Value) {
        self.entries_mut().push((name, value));
    }

    fn by_name(&self) -> Vec<&(Text, Value)> {
        let mut entries: Vec<_> = self.iter().collect();
        entries.sort_unstable_by_key(|(name, _)| name);
        entries
    }

    fn entries(&self) -> &[(Text, Value)] {
        self.0.as_deref().map_or(&[], Vec::as_slice)
    }

    fn entries_mut(&mut self) -> &mut Vec<(Text, Value)> {
        Arc::make_mut(self.0.get_or_insert_with(Arc::default))
    }
}

impl PartialEq for Context {
    /// Order does not matter: DMN 1.5 compares contexts by their keys.
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(one), Some(two)) if Arc::ptr_eq(one, two) => true,
            _ if self.len() != other.len() => false,
            // mostly the names come in the same order; where they do not, looking each one up would take quadratic time
            _ if self.iter().zip(other).all(|((one, _), (two, _))| one == two) => self.iter().eq(other),
            _ => self.by_name() == other.by_name(),
        }
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter().map(|(name, value)| (name, value))).finish()
    }
}

impl<N: Into<Text>, V: Into<Value>> FromIterator<(N, V)> for Context {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(entries: I) -> Self {
        let mut context = Self::default();
        context.set_all(entries.into_iter().map(|(name, value)| (name.into(), value.into())));
        context
    }
}

impl<'a> IntoIterator for &'a Context {
    type Item = &'a (Text, Value);
    type IntoIter = std::slice::Iter<'a, (Text, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_copy_leaves_the_original_alone() {
        let original = Context::from_iter([("a", 1)]);
        let mut copy = original.clone();
        copy.insert("a", 2);
        assert_eq!(original.get("a"), Some(&Value::from(1)));
        assert_eq!(copy.get("a"), Some(&Value::from(2)));
    }

    #[test]
    fn many_entries_are_set_as_few_are() {
        let numbered = |range: std::ops::Range<i64>| range.map(|at| (format!("n{at}"), at));
        let twice = Context::from_iter(numbered(0..100).chain([("n7".to_owned(), 700), ("n99".to_owned(), 990)]));
        assert_eq!((twice.len(), twice.get("n7"), twice.get("n99")), (100, Some(&700.into()), Some(&990.into())));
        assert_eq!(twice.iter().nth(7), Some(&("n7".into(), 700.into())), "where it was");
        let mut merged = twice.clone();
        merged.merge(&Context::from_iter(numbered(50..150).map(|(name, at)| (name, -at))));
        assert_eq!((merged.len(), merged.get("n7"), merged.get("n50")), (150, Some(&700.into()), Some(&(-50).into())));
        assert_eq!(merged.iter().nth(149), Some(&("n149".into(), (-149).into())));
        merged.merge(&Context::from_iter([("n7", 1)]));
        assert_eq!((merged.len(), merged.get("n7")), (150, Some(&1.into())));
    }

    #[test]
    fn contexts_are_equal_whatever_the_order() {
        assert_eq!(Context::from_iter([("a", 1), ("b", 2)]), Context::from_iter([("b", 2), ("a", 1)]));
        assert_ne!(Context::from_iter([("a", 1)]), Context::from_iter([("a", 1), ("b", 2)]));
    }
}
