//! What the tables of the language have in common: an expression, and what it gives in both dialects.

#![allow(dead_code, reason = "no topic needs all of them")]

use feel::{Context, Declared, Environment, Evaluation, Expression, Mode, Value};
use units::Timestamp;

pub(crate) const MODES: [Mode; 2] = [Mode::Camunda, Mode::Standard];

/// 2026-11-23T10:00:00Z.
pub(crate) fn environment() -> Environment {
    Environment::at(Timestamp(1_795_428_000_000))
}

pub(crate) fn evaluate(expression: &str, mode: Mode) -> Evaluation {
    let parsed = Expression::parse_in(expression, mode, &Declared::default());
    let parsed = parsed.unwrap_or_else(|error| panic!("{expression}: {error}"));
    parsed.evaluate(&Context::EMPTY, &environment())
}

/// Each expression gives this, as FEEL writes it, in both dialects.
pub(crate) fn table(rows: &[(&str, &str)]) {
    for (expression, expected) in rows {
        for mode in MODES {
            let evaluation = evaluate(expression, mode);
            assert_eq!(evaluation.value.to_string(), *expected, "{mode:?} {expression}: {:?}", evaluation.warnings);
        }
    }
}

/// Each expression gives null in both dialects, and the first warning has these words.
pub(crate) fn nulls(rows: &[(&str, &str)]) {
    for (expression, why) in rows {
        for mode in MODES {
            let evaluation = evaluate(expression, mode);
            assert_eq!(evaluation.value, Value::Null, "{mode:?} {expression}");
            let first = evaluation.warnings.first().map(|warning| warning.reason.to_string()).unwrap_or_default();
            assert!(first.contains(why), "{mode:?} {expression}: `{first}` does not tell `{why}`");
        }
    }
}

/// No text parses, and the message is this, place included.
pub(crate) fn refusals(mode: Mode, rows: &[(&str, &str)]) {
    for (text, message) in rows {
        match Expression::parse(text, mode) {
            Ok(_) => panic!("{text} parses"),
            Err(error) => assert_eq!(error.to_string(), *message, "{text}"),
        }
    }
}
