//! Functions on contexts.

use units::Text;

use super::arguments::Arguments;
use super::{Builtin, Fault, null};
use crate::{Context, Value};

pub(super) const FUNCTIONS: &[Builtin] = &[
    Builtin::new("get value", &[&["context", "key"], &["context", "keys"]], |_, arguments| {
        let mut value = Value::Context(arguments.context(0)?.clone());
        for key in keys(arguments.value(1))? {
            let found = value.as_context().and_then(|context| context.get(&key)).cloned();
            value = match found {
                Some(found) => found,
                None => return null(format!("there is no entry `{key}`")),
            };
        }
        Ok(value)
    }),
    Builtin::new("get entries", &[&["context"]], |_, arguments| {
        let entries = arguments.context(0)?.iter();
        let entry = |(key, value): &(Text, Value)| {
            Value::Context(Context::from_iter([("key", Value::from(key)), ("value", value.clone())]))
        };
        Ok(Value::list(entries.map(entry)))
    }),
    Builtin::new("context put", &[&["context", "key", "value"], &["context", "keys", "value"]], |_, arguments| {
        let keys = keys(arguments.value(1))?;
        Ok(Value::Context(put(arguments.context(0)?, &keys, arguments.value(2))?))
    }),
    Builtin::variadic("context merge", &[&["contexts"]], |_, arguments| {
        let contexts = super::arguments::items(arguments)?;
        let mut merged = Context::default();
        for context in contexts.iter() {
            match context {
                Value::Context(context) => merged.merge(context),
                other => return null(format!("every item has to be a context, and one is {}", other.type_name())),
            }
        }
        Ok(Value::Context(merged))
    }),
    Builtin::new("context", &[&["entries"]], |_, arguments| {
        let mut context = Context::default();
        for entry in arguments.list(0)?.iter() {
            let entry = entry.as_context();
            let key = entry.and_then(|entry| entry.get("key")).and_then(Value::as_str);
            let value = entry.and_then(|entry| entry.get("value"));
            match (key, value) {
                (Some(key), Some(value)) if !context.contains(key) => {
                    context.insert(key, value.clone());
                }
                (Some(key), Some(_)) => return null(format!("there are two entries `{key}`")),
                _ => return null("every item has to be a context with `key` and `value`"),
            }
        }
        Ok(Value::Context(context))
    }),
];

/// One name, or the names on the way to an inner entry.
fn keys(value: &Value) -> Result<Vec<Text>, Fault> {
    let key = |value: &Value| match value {
        Value::String(key) => Ok(key.clone()),
        other => null(format!("a key has to be a string, and is {}", other.type_name())),
    };
    match value {
        Value::List(keys) => keys.iter().map(key).collect(),
        single => Ok(vec![key(single)?]),
    }
}

fn put(context: &Context, keys: &[Text], value: &Value) -> Result<Context, Fault> {
    let Some((key, inner)) = keys.split_first() else { return null("there is no key") };
    let mut changed = context.clone();
    if inner.is_empty() {
        changed.insert(key.clone(), value.clone());
        return Ok(changed);
    }
    let nested = match context.get(key) {
        Some(Value::Context(nested)) => nested.clone(),
        _ => Context::default(),
    };
    changed.insert(key.clone(), put(&nested, inner, value)?);
    Ok(changed)
}
