//! What is declared around an expression, by whoever brings it.

use std::fmt;
use std::sync::Arc;

use units::Text;

use crate::Value;

/// Names and types that an expression of [`Mode::Standard`](crate::Mode::Standard) may refer to.
#[derive(Clone, Default)]
pub struct Declared {
    /// Names of variables and entries; only those that hold spaces or operators have to be told.
    pub names: Vec<Text>,
    /// Types for `instance of`, by name.
    pub types: Vec<(Text, Arc<dyn HostType>)>,
}

/// A type that is defined outside of FEEL: an item definition of a decision model.
pub trait HostType: Send + Sync {
    /// Whether a value, which is not null, is of this type.
    fn holds(&self, value: &Value) -> bool;
}

/// A [`HostType`] where an expression names it.
#[derive(Clone)]
pub(crate) struct Named(pub(crate) Text, pub(crate) Arc<dyn HostType>);

impl PartialEq for Named {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.1, &other.1)
    }
}

impl fmt::Debug for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Declared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let types: Vec<&Text> = self.types.iter().map(|(name, _)| name).collect();
        f.debug_struct("Declared").field("names", &self.names).field("types", &types).finish()
    }
}
