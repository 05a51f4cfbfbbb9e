//! Attribute values that are either plain or a FEEL expression.

use feel::{Environment, Evaluation, Expression, Mode, ParseError, Scope, Value};
use units::Text;

/// A plain value, or an expression, which begins with `=` in the XML.
#[derive(Debug, Clone, PartialEq)]
pub enum Formula {
    /// A plain text.
    Plain(Text),
    /// An expression.
    Expression(Expression),
}

impl Formula {
    /// Reads an attribute's value.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        match text.trim_start().strip_prefix('=') {
            None => Ok(Self::Plain(text.into())),
            Some(expression) => Ok(Self::Expression(Expression::parse(expression, Mode::Camunda)?)),
        }
    }

    /// Its value: the plain text, or what the expression gives, and the first reason if a part of that is null. An error if the
    /// expression came to no end: an assertion does not hold, or it needs more than it may use.
    pub fn evaluate(&self, scope: &dyn Scope, environment: &Environment) -> Result<(Value, Option<Text>), Text> {
        self.evaluate_by(|expression| expression.evaluate(scope, environment))
    }

    /// The same, for whoever evaluates in a way of their own: to count what it costs, say.
    pub fn evaluate_by(&self, evaluate: impl FnOnce(&Expression) -> Evaluation) -> Result<(Value, Option<Text>), Text> {
        match self {
            Self::Plain(text) => Ok((Value::String(text.clone()), None)),
            Self::Expression(expression) => {
                let evaluation = evaluate(expression);
                let why = evaluation.why().map(|why| Text::from(format!("`{}`, {why}", expression.text().trim())));
                match why {
                    Some(why) if evaluation.failed => Err(why),
                    why => Ok((evaluation.value, why)),
                }
            }
        }
    }

    /// Its value, if that needs no variables: the plain text, or that of a constant expression.
    pub fn constant(&self) -> Option<Value> {
        match self {
            Self::Plain(text) => Some(Value::String(text.clone())),
            Self::Expression(expression) => expression.constant().cloned(),
        }
    }

    /// The plain text, if it is one.
    pub fn plain(&self) -> Option<&Text> {
        match self {
            Self::Plain(text) => Some(text),
            Self::Expression(_) => None,
        }
    }
}
