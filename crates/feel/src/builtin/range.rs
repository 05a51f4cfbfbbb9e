//! `range`: the range that a text writes (DMN 1.5, table 69).

use super::arguments::Arguments;
use super::{Builtin, Fault, null};
use crate::ast::{Kind, Node};
use crate::evaluate::Evaluator;
use crate::range::RangeForm;
use crate::{Declared, Mode, Range, Value};

pub(super) const FUNCTIONS: &[Builtin] = &[Builtin::new("range", &[&["from"]], |call, arguments| {
    let text = arguments.text(0)?;
    call.make(text.len())?;
    let outcome = match crate::parser::expression(text, Mode::Standard, &Declared::default()) {
        Ok(outcome) => outcome,
        Err(error) => return null(format!("`{}` is no range: {error}", text.chars().take(60).collect::<String>())),
    };
    let range = match outcome.root.kind {
        Kind::Constant(Value::Range(range)) => (*range).clone(),
        Kind::Range(node) => match (end(call, &node.start)?, end(call, &node.end)?) {
            (Some(start), Some(end)) => Range::between(start, node.start_included, end, node.end_included),
            _ => return null("both ends have to be literals"),
        },
        _ => return null(format!("`{}` is no range", text.chars().take(60).collect::<String>())),
    };
    match range.fault() {
        Some(fault) => null(fault),
        None if range.form == RangeForm::Interval && range.start.is_some() && range.end.is_some() => {
            Ok(Value::Range(range.into()))
        }
        None => null("a range in a text has to have both ends"),
    }
})
.told("from: string -> range", "The range that a text such as `[18..21)` writes.")];

/// The value of an end: a literal, or a date, time or duration that is made from one.
fn end(call: &mut Evaluator<'_>, node: &Option<Node>) -> Result<Option<Value>, Fault> {
    let Some(node) = node else { return Ok(None) };
    match &node.kind {
        Kind::Constant(Value::Null) => Ok(None),
        Kind::Constant(value) => Ok(Some(value.clone())),
        Kind::Builtin(builtin, arguments) if matches!(builtin.name, "date" | "time" | "date and time" | "duration") => {
            match arguments.as_slice() {
                [Node { kind: Kind::Constant(text @ Value::String(_)), .. }] => {
                    (builtin.run)(call, std::slice::from_ref(text)).map(Some)
                }
                _ => Ok(None),
            }
        }
        _ => Ok(None),
    }
}
