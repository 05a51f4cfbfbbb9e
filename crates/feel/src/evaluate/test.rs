//! Unary tests: whether an input is, or lies in, what a cell says (DMN 1.5, table 55).

use units::Text;

use super::{Evaluator, Exhausted, Frame, Step, given_up};
use crate::Value;
use crate::ast::{Comparison, Kind, Node, Test, Tests};
use crate::value::{equal, with_article};

impl Evaluator<'_> {
    /// Whether an input passes; not, if the budget does not suffice.
    pub(crate) fn test(&mut self, input: &Value, tests: &Tests) -> bool {
        match self.tests(input, tests) {
            Ok(value) => value == Value::Bool(true),
            Err(Exhausted(what)) => {
                self.fail(0, given_up(what));
                false
            }
        }
    }

    pub(super) fn tests(&mut self, input: &Value, tests: &Tests) -> Step {
        let told = self.warnings.len();
        let mut passed = Some(tests.tests.is_empty());
        for test in &tests.tests {
            match self.one_test(input, test)? {
                Some(true) => {
                    passed = Some(true);
                    break;
                }
                Some(false) => {}
                None => passed = None,
            }
        }
        if passed.is_none() && self.warnings.len() == told {
            let at = tests.tests.first().map_or(0, |test| match test {
                Test::Compare(_, node) | Test::Expression(node) | Test::Condition(node) => node.at,
            });
            self.null(at, format!("{} cannot be compared with what it is tested for", with_article(input)));
        }
        Ok(passed.map_or(Value::Null, |passed| Value::Bool(passed != tests.negated)))
    }

    fn one_test(&mut self, input: &Value, test: &Test) -> Result<Option<bool>, Exhausted> {
        match test {
            Test::Compare(comparison, node) => {
                let right = self.on_input(input, node)?;
                if input.is_null() && !matches!(comparison, Comparison::Equal | Comparison::NotEqual) {
                    return Ok(Some(false));
                }
                Ok(self.compare(node.at, *comparison, input, &right).as_bool())
            }
            Test::Condition(node) => Ok(match self.on_input(input, node)? {
                Value::Bool(holds) => Some(holds),
                // it says by itself what cannot be computed
                Value::Null => None,
                other => {
                    let found = with_article(&other);
                    self.null(node.at, format!("a condition on `?` has to be true or false, and is {found}"));
                    None
                }
            }),
            Test::Expression(node) => {
                let value = self.node(node)?;
                self.walk_over(&value)?;
                Ok(match &value {
                    // there is no such range
                    Value::Null if matches!(node.kind, Kind::Range(_) | Kind::UnaryRange(..)) => None,
                    Value::Null => Some(input.is_null()),
                    Value::Range(_) if !matches!(input, Value::Range(_)) => Some(is_in(input, &value)),
                    Value::List(_) => Some(is_in(input, &value)),
                    // what is written is compared, whatever the input is
                    Value::Bool(holds) if matches!(node.kind, Kind::Constant(_)) => Some(input.as_bool() == Some(*holds)),
                    // a condition on something else, unless the input is itself true or false
                    Value::Bool(holds) if !matches!(input, Value::Bool(_)) => Some(*holds),
                    // what a variable holds is compared
                    Value::Bool(holds) if matches!(node.kind, Kind::Name(_) | Kind::Path(..)) => {
                        Some(input.as_bool() == Some(*holds))
                    }
                    Value::Bool(holds) => Some(*holds),
                    value => equal(input, value),
                })
            }
        }
    }

    /// The value of what may call the input `?`.
    fn on_input(&mut self, input: &Value, node: &Node) -> Step {
        if let Kind::Constant(_) = node.kind {
            return self.node(node);
        }
        self.frames.push(Frame::Binding(Text::const_new("?"), input.clone()));
        let value = self.node(node);
        self.frames.pop();
        value
    }
}

/// Whether an input is equal to a value, lies in a range, or is or lies in an item of a list.
fn is_in(input: &Value, value: &Value) -> bool {
    match value {
        Value::List(items) => equal(input, value) == Some(true) || items.iter().any(|item| is_or_lies_in(input, item)),
        value => is_or_lies_in(input, value),
    }
}

fn is_or_lies_in(input: &Value, value: &Value) -> bool {
    match value {
        Value::Range(range) => range.includes(input) == Some(true) || input == value,
        value => equal(input, value) == Some(true),
    }
}
