//! Functions on truth, presence and identity.

use super::arguments::Arguments;
use super::{Builtin, null};
use crate::Value;

pub(super) const FUNCTIONS: &[Builtin] = &[
    Builtin::new("not", &[&["negand"]], |_, arguments| match arguments.value(0) {
        Value::Null => Ok(Value::Null),
        _ => Ok(Value::Bool(!arguments.boolean(0)?)),
    }),
    // evaluated by the walk itself, which alone knows whether a name exists
    Builtin::new("is defined", &[&["value"]], |_, arguments| Ok(Value::Bool(arguments.has(0)))),
    Builtin::new("get or else", &[&["value", "default"]], |_, arguments| {
        Ok(arguments.value(usize::from(!arguments.has(0))).clone())
    }),
    Builtin::new("assert", &[&["value", "condition"], &["value", "condition", "cause"]], |_, arguments| {
        if arguments.value(1) == &Value::Bool(true) {
            return Ok(arguments.value(0).clone());
        }
        match arguments.value(2) {
            Value::String(cause) => null(cause.clone()),
            _ => null("the condition does not hold"),
        }
    }),
    Builtin::new("is", &[&["value1", "value2"]], |_, arguments| Ok(Value::Bool(arguments.value(0) == arguments.value(1)))),
];
