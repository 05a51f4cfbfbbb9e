//! Functions on truth, presence and identity.

use super::arguments::Arguments;
use super::{Builtin, Fault};
use crate::Value;

pub(super) const FUNCTIONS: &[Builtin] = &[
    Builtin::new("not", &[&["negand"]], |_, arguments| match arguments.value(0) {
        Value::Null => Ok(Value::Null),
        _ => Ok(Value::Bool(!arguments.boolean(0)?)),
    })
    .told("negand: boolean -> boolean", "True for false, and false for true."),
    // evaluated by the walk itself, which alone knows whether a name exists
    Builtin::new("is defined", &[&["value"]], |_, arguments| Ok(Value::Bool(arguments.has(0))))
        .told("value: Any -> boolean", "Whether a variable, an entry or a value is there and not null."),
    Builtin::new("get or else", &[&["value", "default"]], |_, arguments| {
        Ok(arguments.value(usize::from(!arguments.has(0))).clone())
    })
    .told("value: Any, default: Any -> Any", "The value, or another one if it is null."),
    Builtin::new("assert", &[&["value", "condition"], &["value", "condition", "cause"]], |_, arguments| {
        if arguments.value(1) == &Value::Bool(true) {
            return Ok(arguments.value(0).clone());
        }
        Err(Fault::Failed(match arguments.value(2) {
            Value::String(cause) => cause.clone(),
            _ => "the condition does not hold".into(),
        }))
    })
    .told(
        "value: Any, condition: boolean, cause: string -> Any",
        "The value, if a condition holds. Otherwise the whole evaluation gives null, for the given cause.",
    ),
    Builtin::new("is", &[&["value1", "value2"]], |call, arguments| {
        call.walk_over(arguments.value(0))?;
        Ok(Value::Bool(arguments.value(0) == arguments.value(1)))
    })
    .told("value1: Any, value2: Any -> boolean", "Whether two values are the same one, zones of times included."),
    Builtin::new(
        "fromAi",
        &[
            &["value"],
            &["value", "description"],
            &["value", "description", "type"],
            &["value", "description", "type", "schema"],
            &["value", "description", "type", "schema", "options"],
        ],
        |_, arguments| Ok(arguments.value(0).clone()),
    )
    .told(
        "value: Any, description: string, type: string, schema: context, options: context -> Any",
        "The value as it is; the others tell a connector what it is to be made of.",
    ),
];
