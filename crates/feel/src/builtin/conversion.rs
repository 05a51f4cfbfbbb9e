//! Functions that make texts and numbers from other values.

use super::arguments::Arguments;
use super::{Builtin, null};
use crate::Value;

pub(super) const FUNCTIONS: &[Builtin] = &[
    Builtin::new("string", &[&["from"]], |call, arguments| {
        let text = match arguments.value(0) {
            Value::Null => return Ok(Value::Null),
            Value::String(text) => text.clone(),
            other => units::Text::from(other.to_string()),
        };
        call.make(text.len())?;
        Ok(Value::String(text))
    }),
    Builtin::new(
        "number",
        &[&["from"], &["from", "grouping separator"], &["from", "grouping separator", "decimal separator"]],
        |_, arguments| {
            let mut text = arguments.text(0)?.clone();
            if arguments.has(1) {
                text = text.replace(arguments.text(1)?.as_str(), "").into();
            }
            if arguments.has(2) {
                text = text.replace(arguments.text(2)?.as_str(), ".").into();
            }
            match text.parse() {
                Ok(number) => Ok(Value::Number(number)),
                Err(error) => null(error.to_string()),
            }
        },
    ),
];
