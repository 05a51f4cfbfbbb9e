//! JSON as text: read into values, and written from them.

use super::arguments::Arguments;
use super::written::Written;
use super::{Builtin, null};
use crate::Value;

pub(super) const FUNCTIONS: &[Builtin] = &[
    Builtin::new("from json", &[&["value"]], |call, arguments| {
        let text = arguments.text(0)?;
        call.make(text.len())?;
        match serde_json::from_str::<Value>(text) {
            Ok(value) => Ok(value),
            Err(error) => null(format!("`value` is no JSON: {error}")),
        }
    })
    .told("value: string -> Any", "The value that a JSON text says; a date stays a string."),
    Builtin::new("to json", &[&["value"]], |call, arguments| {
        let text = Written::of(call, |text| serde_json::to_writer(text, arguments.value(0)).map_err(drop))?;
        Ok(Value::String(text))
    })
    .told("value: Any -> string", "The value as JSON; dates, times, durations and ranges as their text."),
];
