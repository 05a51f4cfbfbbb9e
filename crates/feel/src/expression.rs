//! Expressions: parsed once, evaluated many times.

use std::fmt;
use std::sync::Arc;

use units::Text;

use crate::ast::Node;
use crate::evaluate::Evaluator;
use crate::{Asked, Budget, Declared, Environment, Mode, ParseError, Scope, Value, Warning};

/// An expression. Cheap to clone, and shared between threads.
#[derive(Clone)]
pub struct Expression(Arc<Parsed>);

struct Parsed {
    text: Text,
    /// Told from the text, so that two expressions at the same moment draw different random numbers.
    salt: u64,
    mode: Mode,
    root: Arc<Node>,
    names: Vec<Text>,
    unknown_functions: Vec<Text>,
}

/// What an evaluation gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// The value; null if there is none.
    pub value: Value,
    /// Why parts of it are null, in the order in which that was found. At most 100 of them.
    pub warnings: Vec<Warning>,
    /// How much of the budget was used up; depth does not count, since it is given back.
    pub used: Budget,
    /// Whether it ended before its end, so that the value is null: an assertion does not hold, or the budget is used up. The first
    /// warning says which.
    pub failed: bool,
}

impl Evaluation {
    /// The first reason why a part of the value is null, with its place; `None` if there was no problem.
    pub fn why(&self) -> Option<&Warning> {
        self.warnings.first()
    }
}

/// A reason as it stands behind a value in a message: in brackets after a space, or nothing if there is none.
pub fn because<T: fmt::Display>(why: Option<T>) -> String {
    why.map(|why| format!(" ({why})")).unwrap_or_default()
}

impl Expression {
    /// Reads an expression.
    pub fn parse(text: &str, mode: Mode) -> Result<Self, ParseError> {
        Self::parse_in(text, mode, &Declared::default())
    }

    /// Reads an expression where something is declared, which [`Mode::Standard`] needs to tell names of several words.
    pub fn parse_in(text: &str, mode: Mode, declared: &Declared) -> Result<Self, ParseError> {
        let outcome = crate::parser::expression(text, mode, declared)?;
        Ok(Self(Arc::new(Parsed {
            text: text.into(),
            salt: salt(text),
            mode,
            root: Arc::new(outcome.root),
            names: outcome.names,
            unknown_functions: outcome.unknown_functions,
        })))
    }

    /// The text it was parsed from.
    pub fn text(&self) -> &Text {
        &self.0.text
    }

    /// The variables that it reads, in order of their first use. Names inside filters are left out, since they may be
    /// entries of the items.
    pub fn names(&self) -> &[Text] {
        &self.0.names
    }

    /// Functions that it calls which are neither built in nor defined in it; a variable has to hold them.
    pub fn unknown_functions(&self) -> &[Text] {
        &self.0.unknown_functions
    }

    /// What its calls of `fromAi` ask for, each with why it cannot be read if so.
    pub fn asked(&self) -> Vec<Result<Asked, Text>> {
        crate::asked::asked(&self.0.root)
    }

    /// Its value, if it is the same in every scope.
    pub fn constant(&self) -> Option<&Value> {
        match &self.0.root.kind {
            crate::ast::Kind::Constant(value) => Some(value),
            _ => None,
        }
    }

    /// Computes its value.
    pub fn evaluate(&self, scope: &dyn Scope, environment: &Environment) -> Evaluation {
        let mut evaluator = Evaluator::new(scope, environment, self.0.mode).salted(self.0.salt ^ scope.salt());
        let value = evaluator.run(&self.0.root);
        let used = evaluator.used();
        let failed = evaluator.has_failed();
        Evaluation { value, warnings: evaluator.into_warnings(&self.0.text), used, failed }
    }
}

/// The hash of a text that Fowler, Noll and Vo found: the same on every machine.
fn salt(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.0.text == other.0.text
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.0.text)
    }
}
