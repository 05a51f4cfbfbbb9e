//! Functions that make texts and numbers from other values.

use std::fmt::Write;

use super::arguments::{Arguments, wrong};
use super::written::Written;
use super::{Builtin, Fault, null};
use crate::Value;
use crate::number::{DIGITS, exact};

pub(super) const FUNCTIONS: &[Builtin] = &[
    Builtin::new("string", &[&["from"]], |call, arguments| {
        let text = match arguments.value(0) {
            Value::Null => return Ok(Value::Null),
            Value::String(text) => {
                call.make(text.len())?;
                text.clone()
            }
            other => Written::of(call, |text| write!(text, "{other}").map_err(drop))?,
        };
        Ok(Value::String(text))
    })
    .told("from: Any -> string", "The value as text; what is inside of lists and contexts as FEEL writes it."),
    Builtin::new(
        "number",
        &[&["from"], &["from", "grouping separator"], &["from", "grouping separator", "decimal separator"]],
        |_, arguments| number(arguments),
    )
    .told(
        "from: string, grouping separator: string, decimal separator: string -> number",
        "The number that a string says. Groups are separated by a space, a comma or a point; decimals by a comma or a point.",
    ),
];

fn number(arguments: &[Value]) -> Result<Value, Fault> {
    let separator = |place, allowed: &[&str], expected| match arguments.value(place) {
        Value::Null => Ok(None),
        Value::String(text) if allowed.contains(&text.as_str()) => Ok(Some(text.as_str())),
        Value::String(_) => null(expected),
        other => wrong(place, "a string", other),
    };
    let grouping = separator(1, &[" ", ",", "."], "`grouping separator` has to be a space, a comma or a point")?;
    let decimal = separator(2, &[",", "."], "`decimal separator` has to be a comma or a point")?;
    if grouping.is_some() && grouping == decimal {
        return null("`grouping separator` and `decimal separator` have to differ");
    }
    let from = arguments.text(0)?;
    let mut plain: String = from.chars().take(1_000).collect();
    if let Some(grouping) = grouping {
        plain = plain.replace(grouping, "");
    }
    if let Some(decimal) = decimal {
        plain = plain.replace(decimal, ".");
    }
    match exact(plain.trim()) {
        Some(number) => Ok(Value::Number(number)),
        None => null(format!("`{}` is no number of at most {DIGITS} digits", from.chars().take(60).collect::<String>())),
    }
}
