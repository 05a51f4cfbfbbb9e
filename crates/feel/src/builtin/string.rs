//! Functions on strings. Positions count characters, from 1.

use units::{Rounding, Text};

use super::arguments::{Arguments, look, look_at};
use super::{Builtin, Fault, null};
use crate::Value;
use crate::evaluate::Evaluator;
use crate::value::with_article;

const ONE: &[&[&str]] = &[&["string"]];
const MATCH: &[&[&str]] = &[&["string", "match"]];

pub(super) const FUNCTIONS: &[Builtin] = &[
    Builtin::new(
        "substring",
        &[&["string", "start position"], &["string", "start position", "length"]],
        |call, arguments| {
            let text = arguments.text(0)?;
            look(call, text.len())?;
            let count = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
            let start = match whole(arguments, 1)? {
                0 => return null("positions begin at 1, and at -1 from the end"),
                start @ 1.. => start - 1,
                start => count.saturating_add(start).max(0),
            };
            let length = if arguments.has(2) { whole(arguments, 2)?.max(0) } else { count };
            let [start, length] = [start, length].map(|number| usize::try_from(number).unwrap_or(usize::MAX));
            made(call, text.chars().skip(start).take(length).collect())
        },
    )
    .told(
        "string: string, start position: number, length: number -> string",
        "The part from a position on, from the end if it is negative; all of the rest, or so many characters.",
    ),
    Builtin::new("string length", ONE, |call, arguments| {
        look(call, arguments.text(0)?.len())?;
        Ok(Value::from(arguments.text(0)?.chars().count()))
    })
    .told("string: string -> number", "How many characters there are."),
    Builtin::new("upper case", ONE, |call, arguments| made(call, arguments.text(0)?.to_uppercase()))
        .told("string: string -> string", "In capital letters."),
    Builtin::new("lower case", ONE, |call, arguments| made(call, arguments.text(0)?.to_lowercase()))
        .told("string: string -> string", "In small letters."),
    Builtin::new("substring before", MATCH, |call, arguments| {
        let (text, sought) = (arguments.text(0)?, arguments.text(1)?);
        look(call, text.len())?;
        made(call, text.split_once(sought.as_str()).map(|(before, _)| before.into()).unwrap_or_default())
    })
    .told("string: string, match: string -> string", "What stands before the first match; empty if there is none."),
    Builtin::new("substring after", MATCH, |call, arguments| {
        let (text, sought) = (arguments.text(0)?, arguments.text(1)?);
        look(call, text.len())?;
        made(call, text.split_once(sought.as_str()).map(|(_, after)| after.into()).unwrap_or_default())
    })
    .told("string: string, match: string -> string", "What stands after the first match; empty if there is none."),
    Builtin::new("contains", MATCH, |call, arguments| {
        let (text, sought) = (arguments.text(0)?, arguments.text(1)?);
        look(call, text.len())?;
        Ok(Value::Bool(text.contains(sought.as_str())))
    })
    .told("string: string, match: string -> boolean", "Whether a string holds another one."),
    Builtin::new("starts with", MATCH, |_, arguments| {
        Ok(Value::Bool(arguments.text(0)?.starts_with(arguments.text(1)?.as_str())))
    })
    .told("string: string, match: string -> boolean", "Whether a string begins with another one."),
    Builtin::new("ends with", MATCH, |_, arguments| {
        Ok(Value::Bool(arguments.text(0)?.ends_with(arguments.text(1)?.as_str())))
    })
    .told("string: string, match: string -> boolean", "Whether a string ends with another one."),
    Builtin::new("trim", ONE, |call, arguments| made(call, arguments.text(0)?.trim().into()))
        .told("string: string -> string", "Without white space at both ends."),
    Builtin::new("is blank", ONE, |call, arguments| {
        look(call, arguments.text(0)?.len())?;
        Ok(Value::Bool(arguments.text(0)?.trim().is_empty()))
    })
    .told("string: string -> boolean", "Whether there is nothing but white space."),
    Builtin::new("to base64", &[&["value"]], |call, arguments| {
        let bytes = arguments.text(0)?.as_bytes();
        call.make(bytes.len().div_ceil(3).saturating_mul(4))?;
        Ok(Value::String(base64(bytes)))
    })
    .told("value: string -> string", "The bytes of the string in UTF-8, written as Base64 (RFC 4648)."),
    Builtin::new(
        "string join",
        &[&["list"], &["list", "delimiter"], &["list", "delimiter", "prefix", "suffix"]],
        |call, arguments| {
            let optional = |place| if arguments.has(place) { arguments.text(place).cloned() } else { Ok(Text::default()) };
            let (delimiter, prefix, suffix) = (optional(1)?, optional(2)?, optional(3)?);
            call.make(prefix.len() + suffix.len())?;
            let mut joined = prefix;
            let items = arguments.list(0)?;
            look_at(call, &items)?;
            for (place, item) in items.iter().filter(|item| !item.is_null()).enumerate() {
                let Value::String(item) = item else {
                    return null(format!("every item has to be a string, and one is {}", with_article(item)));
                };
                call.make(delimiter.len() + item.len() + 1)?;
                if place > 0 {
                    joined.push_str(&delimiter);
                }
                joined.push_str(item);
            }
            joined.push_str(&suffix);
            Ok(Value::String(joined))
        },
    )
    .told(
        "list: list<string>, delimiter: string, prefix: string, suffix: string -> string",
        "The strings of a list as one; null is left out.",
    ),
];

/// A position or a length; a fraction is cut off.
fn whole(arguments: &[Value], place: usize) -> Result<i64, Fault> {
    let number = arguments.number(place)?.round(0, Rounding::Down);
    Ok(number.to_i64().unwrap_or(if number.is_negative() { i64::MIN } else { i64::MAX }))
}

fn made(call: &mut Evaluator<'_>, text: Text) -> Result<Value, Fault> {
    call.make(text.len())?;
    Ok(Value::String(text))
}

fn base64(bytes: &[u8]) -> Text {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = Text::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let group =
            three.iter().enumerate().fold(0_u32, |group, (place, byte)| group | u32::from(*byte) << (16 - 8 * place));
        for place in 0..4_usize {
            let digit = DIGITS[(group >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= three.len() { char::from(digit) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_filled_up_to_four_digits() {
        for (bytes, written) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("FEEL", "RkVFTA=="), ("é", "w6k=")]
        {
            assert_eq!(base64(bytes.as_bytes()), written, "{bytes}");
        }
    }
}
