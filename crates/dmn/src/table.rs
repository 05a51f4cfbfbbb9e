//! Decision tables (DMN 1.5, chapter 8).

use std::sync::Arc;

use feel::{Expression, UnaryTests, Value};
use serde::Serialize;
use units::Text;

use crate::index::Index;
use crate::types::Type;

/// What happens when several rules match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HitPolicy {
    /// No two may.
    Unique,
    /// The first counts.
    First,
    /// Any counts, since all say the same.
    Any,
    /// The one whose outputs come first in the lists of allowed outputs counts.
    Priority,
    /// All count, in the order of the rules.
    RuleOrder,
    /// All count, in the order of the lists of allowed outputs.
    OutputOrder,
    /// All count, in any order, or aggregated.
    Collect(Option<Aggregation>),
}

/// What is made of the outputs of all rules that match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Aggregation {
    /// Their sum.
    Sum,
    /// The least.
    Min,
    /// The greatest.
    Max,
    /// How many they are.
    Count,
}

#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) policy: HitPolicy,
    pub(crate) inputs: Vec<Input>,
    pub(crate) outputs: Vec<Output>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) index: Index,
    /// Its id and the line in the XML where it stands, for findings.
    pub(crate) id: Text,
    pub(crate) line: u32,
}

#[derive(Debug)]
pub(crate) struct Input {
    pub(crate) label: Text,
    pub(crate) expression: Expression,
    /// What the input has to be; only looked at by the static checks.
    pub(crate) of: Arc<Type>,
    /// Values that the input may have, and no others.
    pub(crate) allowed: Option<UnaryTests>,
}

#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) name: Text,
    pub(crate) of: Arc<Type>,
    /// Allowed values, the most important first.
    pub(crate) allowed: Vec<Value>,
    pub(crate) default: Option<Expression>,
}

#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) id: Text,
    pub(crate) line: u32,
    pub(crate) inputs: Vec<Cell>,
    pub(crate) outputs: Vec<Expression>,
}

/// An input cell, in the cheapest form that tests it.
#[derive(Debug)]
pub(crate) enum Cell {
    /// `-`.
    Any,
    /// Plain values, of which the input has to be one.
    OneOf(Vec<Value>),
    /// Anything else.
    Tests(UnaryTests),
}

impl Cell {
    pub(crate) fn of(tests: UnaryTests) -> Self {
        if tests.is_any() {
            return Self::Any;
        }
        let constants = tests.constants().map(|values| values.into_iter().cloned().collect::<Vec<_>>());
        constants.map_or(Self::Tests(tests), Self::OneOf)
    }
}

impl std::fmt::Display for Cell {
    /// As it could be written.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Any => f.write_str("-"),
            Self::OneOf(values) => {
                for (at, value) in values.iter().enumerate() {
                    write!(f, "{}{value}", if at > 0 { ", " } else { "" })?;
                }
                Ok(())
            }
            Self::Tests(tests) => f.write_str(tests.text().trim()),
        }
    }
}
