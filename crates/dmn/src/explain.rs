//! Why a decision came out as it did.

use feel::Value;
use serde::Serialize;
use units::Text;

/// What one decision of the graph saw and gave.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explained {
    /// The decision's id.
    pub decision: Text,
    /// The decision's name.
    pub name: Text,
    /// The inputs of its table; none if it is not a table.
    pub inputs: Vec<ExplainedInput>,
    /// The rules that matched: their number from 1, and their id.
    pub matched: Vec<(usize, Text)>,
    /// What it gave.
    pub output: Value,
}

/// An input of a table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExplainedInput {
    /// Its label, or its expression if it has none.
    pub label: Text,
    /// Its value.
    pub value: Value,
}
