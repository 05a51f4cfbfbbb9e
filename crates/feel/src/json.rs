//! JSON in and out. Numbers keep every digit; dates and durations become their ISO 8601 text.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use units::Decimal;

use crate::number::exact;
use crate::{Context, Value, codec};

/// How deep JSON may be nested.
const MAX_DEPTH: u32 = 100;

/// Why a JSON value is no value of FEEL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// A number with more digits or a larger exponent than there are.
    #[error("the number {0} has too many digits or too large an exponent")]
    Number(String),
    /// Too many levels.
    #[error("more than {MAX_DEPTH} levels of nesting")]
    Depth,
}

impl Value {
    /// From JSON. Text stays text, also where it looks like a date.
    pub fn from_json(json: &serde_json::Value) -> Result<Self, JsonError> {
        from_json(json, 0)
    }

    /// As JSON; a range and a function become null and text.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Null | Self::Function(_) => serde_json::Value::Null,
            Self::Bool(value) => serde_json::Value::Bool(*value),
            Self::Number(number) => number_to_json(*number),
            Self::String(text) => serde_json::Value::String(text.to_string()),
            Self::List(items) => serde_json::Value::Array(items.iter().map(Self::to_json).collect()),
            Self::Context(context) => context.to_json(),
            Self::Date(_)
            | Self::Time(_)
            | Self::DateTime(_)
            | Self::DaysDuration(_)
            | Self::YearsDuration(_)
            | Self::Range(_) => serde_json::Value::String(self.to_string()),
        }
    }
}

impl Context {
    /// As a JSON object.
    pub fn to_json(&self) -> serde_json::Value {
        let entries = self.iter().map(|(name, value)| (name.to_string(), value.to_json()));
        serde_json::Value::Object(entries.collect())
    }
}

fn from_json(json: &serde_json::Value, depth: u32) -> Result<Value, JsonError> {
    if depth > MAX_DEPTH {
        return Err(JsonError::Depth);
    }
    Ok(match json {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(value) => Value::Bool(*value),
        serde_json::Value::Number(number) => number_from_json(number)?,
        serde_json::Value::String(text) => Value::from(text.as_str()),
        serde_json::Value::Array(items) => {
            let items: Result<Vec<_>, _> = items.iter().map(|item| from_json(item, depth + 1)).collect();
            Value::from(items?)
        }
        serde_json::Value::Object(entries) => {
            let mut context = Context::default();
            for (name, value) in entries {
                // names of a JSON object are unique already
                context.push_new(name.as_str().into(), from_json(value, depth + 1)?);
            }
            Value::Context(context)
        }
    })
}

fn number_from_json(number: &serde_json::Number) -> Result<Value, JsonError> {
    if let Some(integer) = number.as_i64() {
        return Ok(Value::from(integer));
    }
    let text = number.to_string();
    exact(&text).map(Value::Number).ok_or_else(|| JsonError::Number(text.chars().take(60).collect()))
}

fn number_to_json(number: Decimal) -> serde_json::Value {
    if let Some(integer) = number.to_i64() {
        return integer.into();
    }
    let text = number.normalize().to_string();
    serde_json::from_str(&text).unwrap_or(serde_json::Value::String(text))
}

impl Serialize for Value {
    /// Natural JSON for formats that people read, and the compact form for others.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !serializer.is_human_readable() {
            let mut bytes = Vec::with_capacity(32);
            codec::encode(self, &mut bytes);
            return serializer.serialize_bytes(&bytes);
        }
        match self {
            Self::Null | Self::Function(_) => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(number) => match number.to_i64() {
                Some(integer) => serializer.serialize_i64(integer),
                None => number_to_json(*number).serialize(serializer),
            },
            Self::String(text) => serializer.serialize_str(text),
            Self::List(items) => {
                let mut sequence = serializer.serialize_seq(Some(items.len()))?;
                for item in items.iter() {
                    sequence.serialize_element(item)?;
                }
                sequence.end()
            }
            Self::Context(context) => context.serialize(serializer),
            other => serializer.collect_str(other),
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            let json = serde_json::Value::deserialize(deserializer)?;
            Self::from_json(&json).map_err(de::Error::custom)
        } else {
            deserializer.deserialize_bytes(Encoded)
        }
    }
}

impl Serialize for Context {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !serializer.is_human_readable() {
            return Value::Context(self.clone()).serialize(serializer);
        }
        let mut map = serializer.serialize_map(Some(self.len()))?;
        for (name, value) in self {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Context {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = if deserializer.is_human_readable() {
            deserializer.deserialize_map(Entries)?
        } else {
            Value::deserialize(deserializer)?
        };
        match value {
            Value::Context(context) => Ok(context),
            other => Err(de::Error::custom(format_args!("expected a context, found a {}", other.type_name()))),
        }
    }
}

/// Reads the compact form.
struct Encoded;

impl<'de> Visitor<'de> for Encoded {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an encoded value")
    }

    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Value, E> {
        codec::decode(bytes).map_err(E::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Value, A::Error> {
        let mut bytes = Vec::new();
        while let Some(byte) = sequence.next_element()? {
            bytes.push(byte);
        }
        codec::decode(&bytes).map_err(de::Error::custom)
    }
}

/// Reads an object as a context.
struct Entries;

impl<'de> Visitor<'de> for Entries {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Value, A::Error> {
        // of two entries with one name the later counts, and finding that out takes no time that grows with their number
        let object = serde_json::Map::deserialize(de::value::MapAccessDeserializer::new(map))?;
        Value::from_json(&serde_json::Value::Object(object)).map_err(de::Error::custom)
    }
}
