//! Boxed expressions (DMN 1.5, 10.2): how a decision or a knowledge model comes to its result.

use std::sync::Arc;

use feel::Expression;
use units::Text;

use crate::table::Table;
use crate::types::Type;

/// An expression in a box.
#[derive(Debug)]
pub(crate) enum Boxed {
    /// Nothing is said.
    Null,
    Literal(Expression),
    Table(Table),
    /// Entries that see the earlier ones; one without name is the result.
    Context(Vec<Entry>),
    Function(Arc<FunctionBody>),
    Invocation {
        callee: Box<Boxed>,
        bindings: Vec<(Text, Boxed)>,
    },
    List(Vec<Boxed>),
    /// A list of contexts with the same names.
    Relation {
        columns: Vec<Text>,
        rows: Vec<Vec<Boxed>>,
    },
    /// If, then, else.
    Conditional(Box<[Boxed; 3]>),
    /// A list, and what its items have to meet.
    Filter(Box<[Boxed; 2]>),
    Iteration(Box<Iteration>),
    /// A value that has to be of a type.
    Typed(Box<Boxed>, Arc<Type>),
}

#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) name: Option<Text>,
    pub(crate) of: Arc<Type>,
    pub(crate) value: Boxed,
}

/// A walk over a list.
#[derive(Debug)]
pub(crate) struct Iteration {
    pub(crate) kind: Walk,
    pub(crate) variable: Text,
    pub(crate) over: Boxed,
    /// What is computed, or has to hold, for each item.
    pub(crate) body: Boxed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Walk {
    /// A list of what the body gives.
    For,
    /// Whether the body holds for one item at least.
    Some,
    /// Whether the body holds for every item.
    Every,
}

/// What a function does with its arguments.
#[derive(Debug)]
pub(crate) struct FunctionBody {
    pub(crate) parameters: Vec<Text>,
    /// What the arguments have to be, as many as there are parameters.
    pub(crate) types: Vec<Arc<Type>>,
    pub(crate) body: Boxed,
}
