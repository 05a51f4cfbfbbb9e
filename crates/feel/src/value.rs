//! The values of FEEL.

use std::cmp::Ordering;
use std::fmt::{self, Write as _};
use std::sync::Arc;

use units::{Decimal, Text};

use crate::temporal::{Date, DateTime, DaysDuration, Duration, Time, YearsDuration};
use crate::{Context, Function, Range, names};

/// A value. Cheap to clone: what is large is shared.
#[derive(Clone, Default, PartialEq)]
pub enum Value {
    /// Nothing, or nothing that could be computed.
    #[default]
    Null,
    /// True or false.
    Bool(bool),
    /// A number.
    Number(Decimal),
    /// Text.
    String(Text),
    /// Values in order.
    List(Arc<Vec<Value>>),
    /// Names with values.
    Context(Context),
    /// A day.
    Date(Date),
    /// A time of day.
    Time(Time),
    /// A day and a time of day.
    DateTime(DateTime),
    /// A duration in days and seconds.
    DaysDuration(DaysDuration),
    /// A duration in years and months.
    YearsDuration(YearsDuration),
    /// Everything between two values.
    Range(Arc<Range>),
    /// A function.
    Function(Function),
}

// every evaluation moves values about; a larger one would slow down all of them
const _: () = assert!(std::mem::size_of::<Value>() <= 32);

impl Value {
    /// The boolean, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(value) = self { Some(*value) } else { None }
    }

    /// The number, if it is one.
    pub fn as_decimal(&self) -> Option<Decimal> {
        if let Self::Number(value) = self { Some(*value) } else { None }
    }

    /// The whole number, if it is one.
    pub fn as_i64(&self) -> Option<i64> {
        self.as_decimal().and_then(Decimal::to_i64)
    }

    /// The text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(value) = self { Some(value) } else { None }
    }

    /// The items, if it is a list.
    pub fn as_list(&self) -> Option<&[Self]> {
        if let Self::List(items) = self { Some(items) } else { None }
    }

    /// The context, if it is one.
    pub fn as_context(&self) -> Option<&Context> {
        if let Self::Context(context) = self { Some(context) } else { None }
    }

    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The name of its type as FEEL calls it.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Number(_) => "number",
            Self::String(_) => "string",
            Self::List(_) => "list",
            Self::Context(_) => "context",
            Self::Date(_) => "date",
            Self::Time(_) => "time",
            Self::DateTime(_) => "date and time",
            Self::DaysDuration(_) => "days and time duration",
            Self::YearsDuration(_) => "years and months duration",
            Self::Range(_) => "range",
            Self::Function(_) => "function",
        }
    }

    /// The date, time or duration that a text says as ISO 8601 writes it: what `@"…"` is.
    pub fn temporal(text: &str) -> Option<Self> {
        crate::parser::temporal_value(text)
    }

    /// A list.
    pub fn list(items: impl IntoIterator<Item = Self>) -> Self {
        Self::List(Arc::new(items.into_iter().collect()))
    }
}

/// The place of an item in a list, by its index: from 1 forwards, from -1 backwards. `None` if there is none.
pub fn place_of(index: i64, length: usize) -> Option<usize> {
    let place = match index {
        0 => return None,
        1.. => usize::try_from(index - 1).ok()?,
        _ => length.checked_sub(usize::try_from(index.unsigned_abs()).ok()?)?,
    };
    (place < length).then_some(place)
}

/// A value as a message shows it: short.
pub(crate) fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => format!("\"{}\"", text.chars().take(40).collect::<String>()),
        Value::List(_) | Value::Context(_) | Value::Range(_) | Value::Function(_) => format!("a {}", value.type_name()),
        other => other.to_string(),
    }
}

/// The type of a value as a message names it: `a number`, but `null`.
pub(crate) fn with_article(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        other => format!("a {}", other.type_name()),
    }
}

/// The order of two values of one type; `None` for values that have none.
pub(crate) fn compare(one: &Value, two: &Value) -> Option<Ordering> {
    match (one, two) {
        (Value::Number(one), Value::Number(two)) => Some(one.cmp(two)),
        (Value::String(one), Value::String(two)) => Some(one.cmp(two)),
        (Value::Date(one), Value::Date(two)) => Some(one.cmp(two)),
        (Value::Time(one), Value::Time(two)) => one.compare(*two),
        (Value::DateTime(one), Value::DateTime(two)) => one.compare(*two),
        (Value::DaysDuration(one), Value::DaysDuration(two)) => Some(one.cmp(two)),
        (Value::YearsDuration(one), Value::YearsDuration(two)) => Some(one.cmp(two)),
        _ => None,
    }
}

/// Sorts values; false, and nothing is sorted, if they cannot all be compared with each other.
///
/// Whether they can is asked first: values that can be compared with one and the same are of one kind. A sort by an order that has
/// holes is one that the standard library ends by a panic.
pub fn sort(values: &mut [Value]) -> bool {
    let Some(first) = values.first() else { return true };
    let is_ordered = values.iter().all(|value| compare(first, value).is_some());
    if is_ordered {
        values.sort_by(|one, two| compare(one, two).unwrap_or(Ordering::Equal));
    }
    is_ordered
}

/// Whether two values are equal; `None` if they are of types that are never equal, which is a mistake worth a warning.
pub(crate) fn equal(one: &Value, two: &Value) -> Option<bool> {
    match (one, two) {
        (Value::Null, Value::Null) => Some(true),
        (Value::Null, _) | (_, Value::Null) => Some(false),
        (Value::Time(_), Value::Time(_)) | (Value::DateTime(_), Value::DateTime(_)) => {
            Some(compare(one, two).map_or_else(|| one == two, |order| order == Ordering::Equal))
        }
        _ if std::mem::discriminant(one) == std::mem::discriminant(two) => Some(one == two),
        _ => None,
    }
}

impl fmt::Display for Value {
    /// As FEEL writes it: `[1, "a", {b: true}]`; dates and durations as ISO 8601 does.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => value.fmt(f),
            Self::Number(value) => value.normalize().fmt(f),
            Self::String(value) => quoted(f, value),
            Self::List(items) => {
                f.write_str("[")?;
                for (at, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if at > 0 { ", " } else { "" })?;
                }
                f.write_str("]")
            }
            Self::Context(context) => {
                f.write_str("{")?;
                for (at, (name, value)) in context.iter().enumerate() {
                    f.write_str(if at > 0 { ", " } else { "" })?;
                    if names::is_plain(name) {
                        f.write_str(name)?
                    } else {
                        quoted(f, name)?
                    }
                    write!(f, ": {value}")?;
                }
                f.write_str("}")
            }
            Self::Date(value) => value.fmt(f),
            Self::Time(value) => value.fmt(f),
            Self::DateTime(value) => value.fmt(f),
            Self::DaysDuration(value) => value.fmt(f),
            Self::YearsDuration(value) => value.fmt(f),
            Self::Range(range) => range.fmt(f),
            Self::Function(function) => write!(f, "{function:?}"),
        }
    }
}

/// As a literal, which reads back equal.
fn quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_str("\"")?;
    for c in text.chars() {
        match c {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            other => f.write_char(other)?,
        }
    }
    f.write_str("\"")
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

macro_rules! from {
    ($($type:ty => |$value:ident| $make:expr;)*) => {$(
        impl From<$type> for Value {
            fn from($value: $type) -> Self {
                $make
            }
        }
    )*};
}

from! {
    bool => |value| Self::Bool(value);
    Decimal => |value| Self::Number(value);
    i32 => |value| Self::Number(Decimal::from(value));
    i64 => |value| Self::Number(Decimal::from(value));
    u64 => |value| Self::Number(Decimal::from(value));
    usize => |value| Self::Number(Decimal::from(value));
    &str => |value| Self::String(value.into());
    String => |value| Self::String(value.into());
    Text => |value| Self::String(value);
    &Text => |value| Self::String(value.clone());
    Vec<Value> => |value| Self::List(Arc::new(value));
    Context => |value| Self::Context(value);
    Date => |value| Self::Date(value);
    DateTime => |value| Self::DateTime(value);
    Duration => |value| match value {
        Duration::Days(duration) => Self::DaysDuration(duration),
        Duration::Years(duration) => Self::YearsDuration(duration),
    };
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
