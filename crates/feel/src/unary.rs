//! Unary tests: the cells of decision tables.

use std::fmt;
use std::sync::Arc;

use units::Text;

use crate::ast::{Comparison, Kind, Test, Tests};
use crate::evaluate::Evaluator;
use crate::{Environment, Mode, ParseError, Scope, Value, Warning};

/// What an input has to be: `-`, `"a", "b"`, `> 5`, `[1..10)`, `not(3)`, or a condition on `?`.
#[derive(Clone)]
pub struct UnaryTests(Arc<(Text, Tests)>);

impl UnaryTests {
    /// Reads the text of a cell.
    pub fn parse(text: &str, mode: Mode) -> Result<Self, ParseError> {
        let tests = crate::parser::unary_tests(text, mode)?;
        Ok(Self(Arc::new((text.into(), tests))))
    }

    /// The text it was parsed from.
    pub fn text(&self) -> &Text {
        &self.0.0
    }

    /// Whether everything passes.
    pub fn is_any(&self) -> bool {
        self.0.1.tests.is_empty()
    }

    /// The values that pass, if the tests are a plain list of constants.
    pub fn constants(&self) -> Option<Vec<&Value>> {
        let tests = &self.0.1;
        if tests.negated || tests.tests.is_empty() {
            return None;
        }
        tests.tests.iter().map(constant).collect()
    }

    /// Whether an input passes. A test that gives null is not passed.
    pub fn matches(&self, input: &Value, scope: &dyn Scope, environment: &Environment) -> (bool, Vec<Warning>) {
        if self.is_any() {
            return (true, Vec::new());
        }
        let mut evaluator = Evaluator::new(scope, environment);
        let passed = evaluator.test(input, &self.0.1);
        (passed, evaluator.into_warnings(&self.0.0))
    }
}

/// The value that a test compares with, if it is plain.
fn constant(test: &Test) -> Option<&Value> {
    match test {
        Test::Expression(node) | Test::Compare(Comparison::Equal, node) => match &node.kind {
            Kind::Constant(value @ (Value::Bool(_) | Value::Number(_) | Value::String(_))) => Some(value),
            _ => None,
        },
        Test::Compare(..) => None,
    }
}

impl fmt::Debug for UnaryTests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.0.0)
    }
}
