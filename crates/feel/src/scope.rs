//! Where an evaluation finds its variables.

use crate::{Context, Value};

/// Something that has variables: a [`Context`], or the chain of scopes of a process instance.
pub trait Scope {
    /// The value of a variable; `None` if there is no such variable.
    fn lookup(&self, name: &str) -> Option<Value>;

    /// What tells this scope from others at the same moment: random numbers are drawn from it, besides the seed.
    fn salt(&self) -> u64 {
        0
    }
}

impl Scope for Context {
    fn lookup(&self, name: &str) -> Option<Value> {
        self.get(name).cloned()
    }
}

impl<S: Scope + ?Sized> Scope for &S {
    fn lookup(&self, name: &str) -> Option<Value> {
        (**self).lookup(name)
    }

    fn salt(&self) -> u64 {
        (**self).salt()
    }
}
