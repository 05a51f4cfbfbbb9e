//! Decision tables (DMN 1.5, chapter 8).

use std::sync::Arc;

use feel::{Comparison, Expression, Range, TestShape, UnaryTests, Value};
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
    /// What the input has to be: looked at by the static checks, and what is something else is told.
    pub(crate) of: Arc<Type>,
    /// Whether a text is read as the date, time or duration that `of` is, since JSON has none of these; or as a number, where
    /// the column has one of Camunda 7's types of numbers, which read texts.
    pub(crate) reads_text: bool,
    /// Values that the input may have, and no others.
    pub(crate) allowed: Option<UnaryTests>,
}

impl Input {
    /// Its label, or its expression if it has none.
    pub(crate) fn title(&self) -> &Text {
        if self.label.is_empty() { self.expression.text() } else { &self.label }
    }
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
    /// Anything else, and its quick form if it has one.
    Tests(UnaryTests, Option<Quick>),
}

/// Tests of constants, which need no evaluation.
#[derive(Debug)]
pub(crate) struct Quick {
    negated: bool,
    tests: Vec<QuickTest>,
}

#[derive(Debug)]
enum QuickTest {
    Compare(Comparison, Value),
    Range(Range),
}

impl Quick {
    fn of(tests: &UnaryTests) -> Option<Self> {
        let (negated, shapes) = tests.shapes()?;
        let tests = shapes.into_iter().map(|shape| match shape {
            TestShape::Compare(comparison, value) => QuickTest::Compare(comparison, value.clone()),
            TestShape::Range(range) => QuickTest::Range(range.clone()),
        });
        Some(Self { negated, tests: tests.collect() })
    }

    /// Whether an input passes; nothing if the types are not those that are compared here, so that the evaluation has to
    /// say what it gives, and why.
    pub(crate) fn passes(&self, input: &Value) -> Option<bool> {
        let mut passed = false;
        for test in &self.tests {
            passed |= match test {
                QuickTest::Range(range) => match input {
                    Value::Number(_) | Value::String(_) => range.includes(input)?,
                    _ => return None,
                },
                QuickTest::Compare(comparison, value) => {
                    let order = match (input, value) {
                        (Value::Number(input), Value::Number(value)) => input.cmp(value),
                        (Value::String(input), Value::String(value)) => input.cmp(value),
                        _ => return None,
                    };
                    match comparison {
                        Comparison::Equal => order.is_eq(),
                        Comparison::NotEqual => order.is_ne(),
                        Comparison::Less => order.is_lt(),
                        Comparison::LessOrEqual => order.is_le(),
                        Comparison::Greater => order.is_gt(),
                        Comparison::GreaterOrEqual => order.is_ge(),
                    }
                }
            };
        }
        Some(passed != self.negated)
    }
}

impl Cell {
    pub(crate) fn of(tests: UnaryTests) -> Self {
        if tests.is_any() {
            return Self::Any;
        }
        let constants = tests.constants().map(|values| values.into_iter().cloned().collect::<Vec<_>>());
        match constants {
            Some(constants) => Self::OneOf(constants),
            None => {
                let quick = Quick::of(&tests);
                Self::Tests(tests, quick)
            }
        }
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
            Self::Tests(tests, _) => f.write_str(tests.text().trim()),
        }
    }
}
