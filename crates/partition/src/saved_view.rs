//! What people look at again and again: a page of the console with its filters, under a name of their own.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use units::Text;

/// How many a person may have.
pub const MAX_VIEWS: usize = 100;

/// A page with its filters.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SavedView {
    /// Which page, such as `orders`.
    pub page: Text,
    /// Filters, columns and order, as the page's address has them behind the question mark.
    pub query: Text,
}

/// The saved views of somebody, by page and name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SavedViews {
    /// By name.
    pub views: BTreeMap<Text, SavedView>,
}

/// What shall change about one's saved views.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SavedViewChange {
    /// Add one, or change what is under that name.
    Put(SavedView),
    /// Forget it.
    Remove,
}

impl SavedViews {
    pub(crate) fn apply(&mut self, name: &Text, change: &SavedViewChange) {
        match change {
            SavedViewChange::Put(view) => {
                self.views.insert(name.clone(), view.clone());
            }
            SavedViewChange::Remove => {
                self.views.remove(name);
            }
        }
    }
}
