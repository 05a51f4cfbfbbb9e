//! Functions on strings. Positions count characters, from 1.

use units::Text;

use super::arguments::Arguments;
use super::{Builtin, Fault, null};
use crate::Value;
use crate::evaluate::Evaluator;

pub(super) const FUNCTIONS: &[Builtin] = &[
    Builtin::new(
        "substring",
        &[&["string", "start position"], &["string", "start position", "length"]],
        |call, arguments| {
            let text = arguments.text(0)?;
            let count = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
            let start = match arguments.integer(1)? {
                0 => return null("positions begin at 1"),
                start @ 1.. => start - 1,
                start => (count + start).max(0),
            };
            let length = if arguments.has(2) { arguments.integer(2)?.max(0) } else { count };
            let [start, length] = [start, length].map(|number| usize::try_from(number).unwrap_or(usize::MAX));
            made(call, text.chars().skip(start).take(length).collect())
        },
    ),
    Builtin::new("string length", &[&["string"]], |_, arguments| Ok(Value::from(arguments.text(0)?.chars().count()))),
    Builtin::new("upper case", &[&["string"]], |call, arguments| made(call, arguments.text(0)?.to_uppercase())),
    Builtin::new("lower case", &[&["string"]], |call, arguments| made(call, arguments.text(0)?.to_lowercase())),
    Builtin::new("substring before", &[&["string", "match"]], |call, arguments| {
        let (text, sought) = (arguments.text(0)?, arguments.text(1)?);
        made(call, text.split_once(sought.as_str()).map(|(before, _)| before.into()).unwrap_or_default())
    }),
    Builtin::new("substring after", &[&["string", "match"]], |call, arguments| {
        let (text, sought) = (arguments.text(0)?, arguments.text(1)?);
        made(call, text.split_once(sought.as_str()).map(|(_, after)| after.into()).unwrap_or_default())
    }),
    Builtin::new("contains", &[&["string", "match"]], |_, arguments| {
        Ok(Value::Bool(arguments.text(0)?.contains(arguments.text(1)?.as_str())))
    }),
    Builtin::new("starts with", &[&["string", "match"]], |_, arguments| {
        Ok(Value::Bool(arguments.text(0)?.starts_with(arguments.text(1)?.as_str())))
    }),
    Builtin::new("ends with", &[&["string", "match"]], |_, arguments| {
        Ok(Value::Bool(arguments.text(0)?.ends_with(arguments.text(1)?.as_str())))
    }),
    Builtin::new("trim", &[&["string"]], |call, arguments| made(call, arguments.text(0)?.trim().into())),
    Builtin::new("is blank", &[&["string"]], |_, arguments| Ok(Value::Bool(arguments.text(0)?.trim().is_empty()))),
    Builtin::new(
        "string join",
        &[&["list"], &["list", "delimiter"], &["list", "delimiter", "prefix", "suffix"]],
        |call, arguments| {
            let optional = |place| if arguments.has(place) { arguments.text(place).cloned() } else { Ok(Text::default()) };
            let (delimiter, prefix, suffix) = (optional(1)?, optional(2)?, optional(3)?);
            let mut joined = prefix;
            let items = arguments.list(0)?;
            for (place, item) in items.iter().filter(|item| !item.is_null()).enumerate() {
                let Value::String(item) = item else {
                    return null(format!("every item has to be a string, and one is {}", item.type_name()));
                };
                call.make(delimiter.len() + item.len())?;
                if place > 0 {
                    joined.push_str(&delimiter);
                }
                joined.push_str(item);
            }
            joined.push_str(&suffix);
            Ok(Value::String(joined))
        },
    ),
];

fn made(call: &mut Evaluator<'_>, text: Text) -> Result<Value, Fault> {
    call.make(text.len())?;
    Ok(Value::String(text))
}
