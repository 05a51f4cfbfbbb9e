//! Functions on contexts.

use units::Text;

use super::arguments::{Arguments, items, look};
use super::{Builtin, Fault, Run, null};
use crate::value::with_article;
use crate::{Context, Mode, Value};

pub(super) const FUNCTIONS: &[Builtin] = &[
    Builtin::new("get value", &[&["m", "key"], &["context", "key"], &["context", "keys"]], |call, arguments| {
        let mut value = Value::Context(arguments.context(0)?.clone());
        for key in keys(arguments.value(1))? {
            look(call, value.as_context().map_or(0, Context::len))?;
            let found = value.as_context().and_then(|context| context.get(&key)).cloned();
            value = match found {
                Some(found) => found,
                None => return null(format!("there is no entry `{key}`")),
            };
        }
        Ok(value)
    })
    .told(
        "m: context, context: context, key: string, keys: list<string> -> Any",
        "The value of an entry, or the one at the end of a path of names.",
    ),
    Builtin::new("get entries", &[&["m"], &["context"]], |call, arguments| {
        let context = arguments.context(0)?;
        call.copy(values(context))?;
        let entry = |(key, value): &(Text, Value)| {
            Value::Context(Context::from_iter([("key", Value::from(key)), ("value", value.clone())]))
        };
        Ok(Value::list(context.iter().map(entry)))
    })
    .told("m: context, context: context -> list<context>", "The entries as a list of contexts with `key` and `value`."),
    Builtin::new("context put", &[&["context", "key", "value"], &["context", "keys", "value"]], PUT).told(
        "context: context, key: string, keys: list<string>, value: Any -> context",
        "The context with an entry set, or one at the end of a path of names.",
    ),
    Builtin::new("put", &[&["context", "key", "value"]], PUT)
        .told("context: context, key: string, value: Any -> context", "The older name of `context put`."),
    Builtin::variadic("context merge", &[&["contexts"]], MERGE).told(
        "contexts: list<context> -> context",
        "All entries of several contexts; of two with the same name the later one counts.",
    ),
    Builtin::variadic("put all", &[&["contexts"]], MERGE)
        .told("contexts: list<context> -> context", "The older name of `context merge`."),
    Builtin::new("context", &[&["entries"]], |call, arguments| {
        let mut context = Context::default();
        for entry in arguments.list(0)?.iter() {
            let entry = entry.as_context();
            let key = entry.and_then(|entry| entry.get("key")).and_then(Value::as_str);
            let value = entry.and_then(|entry| entry.get("value"));
            look(call, context.len())?;
            call.copy(value)?;
            match (key, value) {
                (Some(key), Some(value)) if !context.contains(key) || call.mode == Mode::Camunda => {
                    context.insert(key, value.clone());
                }
                (Some(key), Some(_)) => return null(format!("there are two entries `{key}`")),
                _ => return null("every item has to be a context with `key` and `value`"),
            }
        }
        Ok(Value::Context(context))
    })
    .told("entries: list<context> -> context", "A context of entries that are contexts with `key` and `value`."),
];

const PUT: Run = |call, arguments| {
    let keys = keys(arguments.value(1))?;
    call.copy(values(arguments.context(0)?).chain([arguments.value(2)]))?;
    Ok(Value::Context(put(arguments.context(0)?, &keys, arguments.value(2))?))
};

const MERGE: Run = |call, arguments| {
    let contexts = items(arguments)?;
    let mut merged = Context::default();
    for context in contexts.iter() {
        match context {
            Value::Context(context) => {
                call.copy(values(context))?;
                look(call, merged.len().saturating_add(context.len()).saturating_mul(8))?;
                merged.merge(context);
            }
            other => return null(format!("every item has to be a context, and one is {}", with_article(other))),
        }
    }
    Ok(Value::Context(merged))
};

fn values(context: &Context) -> impl Iterator<Item = &Value> {
    context.iter().map(|(_, value)| value)
}

/// One name, or the names on the way to an inner entry.
fn keys(value: &Value) -> Result<Vec<Text>, Fault> {
    let key = |value: &Value| match value {
        Value::String(key) => Ok(key.clone()),
        other => null(format!("a key has to be a string, and is {}", with_article(other))),
    };
    match value {
        Value::List(keys) if keys.is_empty() => null("there is no key"),
        Value::List(keys) => keys.iter().map(key).collect(),
        single => Ok(vec![key(single)?]),
    }
}

/// What is not there on the way is made; what is there and no context stops it.
fn put(context: &Context, keys: &[Text], value: &Value) -> Result<Context, Fault> {
    let Some((last, above)) = keys.split_last() else { return null("there is no key") };
    let mut path = vec![context.clone()];
    for key in above {
        let inner = match path.last().and_then(|context| context.get(key)) {
            Some(Value::Context(nested)) => nested.clone(),
            None => Context::default(),
            Some(other) => return null(format!("`{key}` is {} and has no entries", with_article(other))),
        };
        path.push(inner);
    }
    let mut value = value.clone();
    for (mut context, key) in path.into_iter().rev().zip(above.iter().chain([last]).rev()) {
        context.insert(key.clone(), value);
        value = Value::Context(context);
    }
    match value {
        Value::Context(context) => Ok(context),
        _ => null("there is no key"),
    }
}
