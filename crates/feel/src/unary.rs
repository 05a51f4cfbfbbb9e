//! Unary tests: the cells of decision tables.

use std::fmt;
use std::sync::Arc;

use units::Text;

use crate::ast::{Kind, Node, Test, Tests};
use crate::evaluate::Evaluator;
use crate::{Declared, Environment, Evaluation, Mode, ParseError, Range, RangeForm, Scope, Value, Warning};

pub use crate::ast::Comparison;

/// What an input has to be: `-`, `"a", "b"`, `> 5`, `[1..10)`, `not(3)`, or a condition on `?`.
#[derive(Clone)]
pub struct UnaryTests(Arc<Parsed>);

struct Parsed {
    text: Text,
    tests: Tests,
    mode: Mode,
}

impl UnaryTests {
    /// Reads the text of a cell.
    pub fn parse(text: &str, mode: Mode) -> Result<Self, ParseError> {
        Self::parse_in(text, mode, &Declared::default())
    }

    /// Reads a cell where something is declared, which [`Mode::Standard`] needs to tell names of several words.
    pub fn parse_in(text: &str, mode: Mode, declared: &Declared) -> Result<Self, ParseError> {
        let tests = crate::parser::unary_tests(text, mode, declared)?;
        Ok(Self(Arc::new(Parsed { text: text.into(), tests, mode })))
    }

    /// The text it was parsed from.
    pub fn text(&self) -> &Text {
        &self.0.text
    }

    /// Whether everything passes.
    pub fn is_any(&self) -> bool {
        self.0.tests.tests.is_empty()
    }

    /// The values that pass, if the tests are a plain list of constants.
    pub fn constants(&self) -> Option<Vec<&Value>> {
        let tests = &self.0.tests;
        if tests.negated || tests.tests.is_empty() {
            return None;
        }
        tests.tests.iter().map(constant).collect()
    }

    /// Whether an input passes. A test that gives null is not passed.
    pub fn matches(&self, input: &Value, scope: &dyn Scope, environment: &Environment) -> (bool, Vec<Warning>) {
        let evaluation = self.evaluate(input, scope, environment);
        (evaluation.value == Value::Bool(true), evaluation.warnings)
    }

    /// As [`UnaryTests::matches`], with what it used up; the value is true or false.
    pub fn evaluate(&self, input: &Value, scope: &dyn Scope, environment: &Environment) -> Evaluation {
        let mut evaluator = Evaluator::new(scope, environment, self.0.mode);
        let passed = self.is_any() || evaluator.test(input, &self.0.tests);
        let used = evaluator.used();
        let failed = evaluator.has_failed();
        Evaluation { value: Value::Bool(passed), warnings: evaluator.into_warnings(&self.0.text), used, failed }
    }

    /// Why nothing can pass, if that is known without evaluating: every test is a range that is none, such as `[10..1]`.
    pub fn impossible(&self) -> Option<String> {
        let mut faults = self.0.tests.tests.iter().map(fault);
        let first = faults.next()??;
        faults.all(|fault| fault.is_some()).then_some(first)
    }

    /// Whether the tests are negated, and what each is held against, if all of that is known without evaluating;
    /// for static checks of tables. Not for `-`, see [`UnaryTests::is_any`].
    pub fn shapes(&self) -> Option<(bool, Vec<TestShape<'_>>)> {
        let shapes = self.0.tests.tests.iter().map(shape).collect::<Option<Vec<_>>>()?;
        Some((self.0.tests.negated, shapes))
    }
}

/// A test whose operands are constants.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TestShape<'a> {
    /// The input has to compare like this with a value.
    Compare(Comparison, &'a Value),
    /// The input has to lie in a range.
    Range(&'a Range),
}

fn shape(test: &Test) -> Option<TestShape<'_>> {
    match test {
        Test::Compare(comparison, node) => match &node.kind {
            Kind::Constant(value) => Some(TestShape::Compare(*comparison, value)),
            _ => None,
        },
        Test::Expression(node) => match &node.kind {
            Kind::Constant(Value::Range(range)) => match (&range.start, range.form) {
                (_, RangeForm::Interval) => Some(TestShape::Range(range)),
                (Some(value), RangeForm::Exactly) => Some(TestShape::Compare(Comparison::Equal, value)),
                (Some(value), RangeForm::Except) => Some(TestShape::Compare(Comparison::NotEqual, value)),
                (None, _) => None,
            },
            Kind::Constant(Value::List(_) | Value::Function(_)) => None,
            Kind::Constant(value) => Some(TestShape::Compare(Comparison::Equal, value)),
            _ => None,
        },
        Test::Condition(_) => None,
    }
}

/// What makes a range of constants none.
fn fault(test: &Test) -> Option<String> {
    let Test::Expression(Node { kind: Kind::Range(range), .. }) = test else { return None };
    let end = |node: &Option<Node>| match node.as_ref().map(|node| &node.kind) {
        None => Some(None),
        Some(Kind::Constant(value)) => Some(Some(value.clone())),
        Some(_) => None,
    };
    let (start, end) = (end(&range.start)?, end(&range.end)?);
    if start.iter().chain(&end).any(Value::is_null) {
        return Some("an end of the range is null".into());
    }
    let (start_included, end_included) = (range.start_included, range.end_included);
    Range { start, start_included, end, end_included, form: RangeForm::Interval }.fault()
}

/// The value that a test compares with, if it is plain.
fn constant(test: &Test) -> Option<&Value> {
    match test {
        Test::Expression(node) | Test::Compare(Comparison::Equal, node) => match &node.kind {
            Kind::Constant(value @ (Value::Bool(_) | Value::Number(_) | Value::String(_))) => Some(value),
            _ => None,
        },
        Test::Compare(..) | Test::Condition(_) => None,
    }
}

impl fmt::Debug for UnaryTests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.0.text)
    }
}
