//! The compact binary form of values, for journals: a tag, then as few bytes as the value needs.

use std::sync::Arc;

use units::Text;

use crate::parser::temporal_value;
use crate::range::{Range, RangeForm};
use crate::{Context, Value};

/// How deep values may be nested; deeper ones are cut off with null when they are written.
const MAX_DEPTH: u32 = 128;

mod tag {
    pub(super) const NULL: u8 = 0;
    pub(super) const FALSE: u8 = 1;
    pub(super) const TRUE: u8 = 2;
    pub(super) const INTEGER: u8 = 3;
    pub(super) const DECIMAL: u8 = 4;
    pub(super) const STRING: u8 = 5;
    pub(super) const LIST: u8 = 6;
    pub(super) const CONTEXT: u8 = 7;
    /// A date, time or duration, as text.
    pub(super) const TEMPORAL: u8 = 8;
    pub(super) const RANGE: u8 = 9;
}

/// Why bytes are no value: they are damaged, or of another version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("byte {at}: {cause}")]
pub struct DecodeError {
    /// Where in the bytes.
    pub at: usize,
    /// What is wrong there.
    pub cause: &'static str,
}

impl Value {
    /// Appends the compact form. Functions are not stored: they become null.
    pub fn encode(&self, bytes: &mut Vec<u8>) {
        encode(self, bytes);
    }

    /// Reads the compact form back.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        decode(bytes)
    }
}

pub(crate) fn encode(value: &Value, bytes: &mut Vec<u8>) {
    write(value, bytes, 0);
}

pub(crate) fn decode(bytes: &[u8]) -> Result<Value, DecodeError> {
    let mut reader = Reader { bytes, at: 0 };
    let value = reader.value(0)?;
    if reader.at == bytes.len() { Ok(value) } else { Err(reader.wrong("nothing more was expected")) }
}

fn write(value: &Value, bytes: &mut Vec<u8>, depth: u32) {
    if depth > MAX_DEPTH {
        bytes.push(tag::NULL);
        return;
    }
    match value {
        Value::Null | Value::Function(_) => bytes.push(tag::NULL),
        Value::Bool(false) => bytes.push(tag::FALSE),
        Value::Bool(true) => bytes.push(tag::TRUE),
        Value::Number(number) => match number.to_i64() {
            Some(integer) => {
                bytes.push(tag::INTEGER);
                varint(zigzag(integer), bytes);
            }
            None => {
                bytes.push(tag::DECIMAL);
                text(&number.to_string(), bytes);
            }
        },
        Value::String(string) => {
            bytes.push(tag::STRING);
            text(string, bytes);
        }
        Value::List(items) => {
            bytes.push(tag::LIST);
            varint(items.len() as u64, bytes);
            for item in items.iter() {
                write(item, bytes, depth + 1);
            }
        }
        Value::Context(context) => {
            bytes.push(tag::CONTEXT);
            varint(context.len() as u64, bytes);
            for (name, value) in context {
                text(name, bytes);
                write(value, bytes, depth + 1);
            }
        }
        Value::Date(_) | Value::Time(_) | Value::DateTime(_) | Value::DaysDuration(_) | Value::YearsDuration(_) => {
            bytes.push(tag::TEMPORAL);
            text(&value.to_string(), bytes);
        }
        Value::Range(range) => {
            bytes.push(tag::RANGE);
            let ends = [(&range.start, range.start_included), (&range.end, range.end_included)];
            for (end, included) in ends {
                bytes.push(u8::from(included) | u8::from(end.is_some()) << 1 | form_bits(range.form));
                if let Some(end) = end {
                    write(end, bytes, depth + 1);
                }
            }
        }
    }
}

fn form_bits(form: RangeForm) -> u8 {
    match form {
        RangeForm::Interval => 0,
        RangeForm::Exactly => 1 << 2,
        RangeForm::Except => 2 << 2,
    }
}

fn text(text: &str, bytes: &mut Vec<u8>) {
    varint(text.len() as u64, bytes);
    bytes.extend_from_slice(text.as_bytes());
}

fn varint(mut number: u64, bytes: &mut Vec<u8>) {
    while number >= 0x80 {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// Small negative numbers become small positive ones.
fn zigzag(integer: i64) -> u64 {
    ((integer << 1) ^ (integer >> 63)) as u64
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn wrong(&self, cause: &'static str) -> DecodeError {
        DecodeError { at: self.at, cause }
    }

    fn byte(&mut self) -> Result<u8, DecodeError> {
        let byte = self.bytes.get(self.at).copied().ok_or_else(|| self.wrong("the value is cut off"))?;
        self.at += 1;
        Ok(byte)
    }

    fn varint(&mut self) -> Result<u64, DecodeError> {
        let mut number = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(self.wrong("the number is too long"))
    }

    /// A length, which cannot be more than what is left.
    fn length(&mut self) -> Result<usize, DecodeError> {
        let length = usize::try_from(self.varint()?).unwrap_or(usize::MAX);
        if length > self.bytes.len() - self.at { Err(self.wrong("the value is cut off")) } else { Ok(length) }
    }

    fn text(&mut self) -> Result<&'a str, DecodeError> {
        let length = self.length()?;
        let bytes = self.bytes.get(self.at..self.at + length).unwrap_or_default();
        let text = std::str::from_utf8(bytes).map_err(|_| self.wrong("the text is not UTF-8"))?;
        self.at += length;
        Ok(text)
    }

    fn value(&mut self, depth: u32) -> Result<Value, DecodeError> {
        if depth > MAX_DEPTH + 1 {
            return Err(self.wrong("the value is nested too deep"));
        }
        Ok(match self.byte()? {
            tag::NULL => Value::Null,
            tag::FALSE => Value::Bool(false),
            tag::TRUE => Value::Bool(true),
            tag::INTEGER => {
                let number = self.varint()?;
                Value::from((number >> 1) as i64 ^ -((number & 1) as i64))
            }
            tag::DECIMAL => Value::Number(self.text()?.parse().map_err(|_| self.wrong("this is no number"))?),
            tag::STRING => Value::from(self.text()?),
            tag::LIST => {
                let length = self.length()?;
                let items: Result<Vec<_>, _> = (0..length).map(|_| self.value(depth + 1)).collect();
                Value::List(Arc::new(items?))
            }
            tag::CONTEXT => {
                let length = self.length()?;
                let mut context = Context::default();
                for _ in 0..length {
                    let name = Text::from(self.text()?);
                    let value = self.value(depth + 1)?;
                    context.push_new(name, value);
                }
                Value::Context(context)
            }
            tag::TEMPORAL => {
                let text = self.text()?;
                temporal_value(text).ok_or_else(|| self.wrong("this is no date, time or duration"))?
            }
            tag::RANGE => {
                let (start, start_included, form) = self.range_end(depth)?;
                let (end, end_included, _) = self.range_end(depth)?;
                Value::Range(Range { start, start_included, end, end_included, form }.into())
            }
            _ => return Err(self.wrong("there is no value of this kind")),
        })
    }

    fn range_end(&mut self, depth: u32) -> Result<(Option<Value>, bool, RangeForm), DecodeError> {
        let flags = self.byte()?;
        let form = match flags >> 2 {
            0 => RangeForm::Interval,
            1 => RangeForm::Exactly,
            2 => RangeForm::Except,
            _ => return Err(self.wrong("there is no range of this kind")),
        };
        let value = if flags & 2 != 0 { Some(self.value(depth + 1)?) } else { None };
        Ok((value, flags & 1 != 0, form))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Environment, Expression, Mode};

    #[test]
    fn values_of_every_kind_read_back_equal() {
        let text = r#"{a: [1, -1, 0, 12.50, 1e30, 9223372036854775807], b: "ä", c: null, d: [true, false],
            e: @"2026-11-23", f: @"10:30:00Z", g: @"2026-11-23T10:30:00.5+01:00", h: @"P1DT2H", i: @"-P3M", j: [1..2), k: (..5],
            l: (= 5), m: (!= 5), n: (> 5), o: @"10:30:00@Etc/UTC", p: @"-999999999-01-01T00:00:00@Europe/Paris",
            q: @"2025-10-26T02:30:00+01:00[Europe/Berlin]"}"#;
        let value = Expression::parse(text, Mode::Camunda)
            .unwrap()
            .evaluate(&Context::EMPTY, &Environment::at(units::Timestamp(0)))
            .value;
        let mut bytes = Vec::new();
        value.encode(&mut bytes);
        assert_eq!(Value::decode(&bytes).unwrap(), value);
        assert_eq!(rmp_serde::from_slice::<Value>(&rmp_serde::to_vec(&value).unwrap()).unwrap(), value);
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_are_a_value_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Value::decode(&bytes);
        }

        #[test]
        fn integers_read_back(integer: i64) {
            let mut bytes = Vec::new();
            Value::from(integer).encode(&mut bytes);
            prop_assert_eq!(Value::decode(&bytes).unwrap(), Value::from(integer));
        }
    }
}
