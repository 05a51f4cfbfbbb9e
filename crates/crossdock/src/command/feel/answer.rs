//! A question to FEEL, and its answer.

use feel::{Context, Declared, Environment, Expression, Mode, ParseError, UnaryTests, Value, Warning};
use units::Text;

/// How many names of a context are told to the parser.
const MAX_NAMES: usize = 10_000;

/// An expression or unary tests, and all that they are evaluated with.
pub(super) struct Question<'a> {
    pub(super) text: &'a str,
    /// The variables; of unary tests it may be the input itself.
    pub(super) context: Value,
    pub(super) mode: Mode,
    pub(super) unary: bool,
    pub(super) environment: Environment,
}

pub(super) struct Answer {
    pub(super) value: Value,
    pub(super) warnings: Vec<Warning>,
}

impl Question<'_> {
    /// The text without the `=` that marks an expression in a model.
    pub(super) fn expression(&self) -> &str {
        let marked = if self.unary || self.mode == Mode::Standard { None } else { self.text.trim_start().strip_prefix('=') };
        marked.unwrap_or(self.text)
    }

    /// Parses and evaluates.
    pub(super) fn answer(&self) -> Result<Answer, ParseError> {
        let mut names = Vec::new();
        learn(&self.context, &mut names);
        let declared = Declared { names, ..Declared::default() };
        let empty = Context::EMPTY;
        let scope = self.context.as_context().unwrap_or(&empty);
        if !self.unary {
            let parsed = Expression::parse_in(self.expression(), self.mode, &declared)?;
            let evaluation = parsed.evaluate(scope, &self.environment);
            return Ok(Answer { value: evaluation.value, warnings: evaluation.warnings });
        }
        let tests = UnaryTests::parse_in(self.text, self.mode, &declared)?;
        let mut warnings = Vec::new();
        let input = match &self.context {
            Value::Context(context) => context.get("?").or_else(|| context.get("input")).cloned().unwrap_or_else(|| {
                let reason = "the input is null: the context has neither `?` nor `input`".into();
                warnings.push(Warning { position: feel::Position { offset: 0, line: 1, column: 1 }, reason });
                Value::Null
            }),
            input => input.clone(),
        };
        let evaluation = tests.evaluate(&input, scope, &self.environment);
        warnings.extend(evaluation.warnings);
        Ok(Answer { value: evaluation.value, warnings })
    }
}

/// Names of variables and of entries in them: in the standard's dialect they may hold spaces.
fn learn(value: &Value, names: &mut Vec<Text>) {
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match value {
            Value::Context(context) => {
                for (name, value) in context {
                    if names.len() < MAX_NAMES && name.contains(|c: char| !c.is_alphanumeric()) {
                        names.push(name.clone());
                    }
                    open.push(value);
                }
            }
            Value::List(items) => open.extend(items.iter()),
            _ => {}
        }
    }
}

/// A value as JSON. What JSON has no type for is text as FEEL writes it.
pub(super) fn json(value: &Value) -> serde_json::Value {
    match value {
        Value::Function(_) => serde_json::Value::String(value.to_string()),
        Value::List(items) => items.iter().map(json).collect(),
        Value::Context(context) => {
            serde_json::Value::Object(context.iter().map(|(name, value)| (name.to_string(), json(value))).collect())
        }
        other => other.to_json(),
    }
}
