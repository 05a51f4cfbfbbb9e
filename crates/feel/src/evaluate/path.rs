//! Paths, filters and types.

use units::{Decimal, Text};

use super::{Evaluator, Exhausted, Frame, Step};
use crate::ast::{Kind, Node, Type};
use crate::builtin::property;
use crate::function::Callable;
use crate::temporal::DateTime;
use crate::value::{place_of, with_article};
use crate::{Function, Value};

impl Evaluator<'_> {
    pub(super) fn path(&mut self, at: u32, of: &Value, name: &str) -> Value {
        match of {
            Value::Context(context) => match context.get(name) {
                Some(value) => value.clone(),
                None => self.null(at, format!("the context has no entry `{name}`")),
            },
            Value::List(items) => Value::list(items.iter().map(|item| self.path(at, item, name)).collect::<Vec<_>>()),
            Value::Null => self.null(at, format!("`{name}` of null")),
            other => match property(other, name) {
                Some(value) => value,
                None => self.null(at, format!("{} has no property `{name}`", with_article(other))),
            },
        }
    }

    /// The items for which a condition holds, or the one at an index from 1, or from -1 backwards.
    pub(super) fn filter(&mut self, at: u32, list: &Node, filter: &Node) -> Step {
        let list = self.node(list)?;
        let single = [list.clone()];
        let items: &[Value] = match &list {
            Value::List(items) => items,
            Value::Null => &[],
            _ => &single,
        };
        if let Kind::Constant(Value::Number(index)) = &filter.kind {
            return Ok(self.index(at, items, *index));
        }
        let mut kept = Vec::new();
        for (place, item) in items.iter().enumerate() {
            match self.held_against(item, filter)? {
                Value::Bool(true) => {
                    self.keep(item)?;
                    kept.push(item.clone());
                }
                Value::Bool(false) | Value::Null => {}
                Value::Number(index) if place == 0 => return Ok(self.index(at, items, index)),
                other => {
                    let reason =
                        format!("the filter gives {}, and has to give true, false or an index", with_article(&other));
                    return Ok(self.null(filter.at, reason));
                }
            }
        }
        Ok(Value::from(kept))
    }

    fn held_against(&mut self, item: &Value, filter: &Node) -> Result<Value, Exhausted> {
        let outer = self.frames.len();
        self.hand_over(item);
        self.look_up(item)?;
        self.frames.push(Frame::Binding(Text::const_new("item"), item.clone()));
        if let Value::Context(context) = item {
            self.frames.push(Frame::Open(context.clone()));
        }
        let value = self.node(filter);
        self.frames.truncate(outer);
        value
    }

    fn index(&mut self, at: u32, items: &[Value], index: Decimal) -> Value {
        let place = index.to_i64().and_then(|index| place_of(index, items.len()));
        match place.and_then(|place| items.get(place)) {
            Some(item) => item.clone(),
            None => self.null(at, format!("there is no item {index} in a list of {}", items.len())),
        }
    }

    /// Whether there is a value and it is not null; what is missing on the way is no reason for a warning.
    pub(super) fn is_defined(&mut self, what: &Node) -> Step {
        Ok(Value::Bool(match &what.kind {
            Kind::Name(name) => self.find(name).is_some_and(|value| !value.is_null()),
            Kind::Path(of, name) => match self.is_defined(of)? {
                Value::Bool(true) => match self.node(of)? {
                    Value::Context(context) => context.get(name).is_some_and(|value| !value.is_null()),
                    other => property(&other, name).is_some_and(|value| !value.is_null()),
                },
                _ => false,
            },
            _ => !self.node(what)?.is_null(),
        }))
    }
}

/// Whether a value is of a type. Null is of `Null` and of nothing else, but conforms to any type where it is a part.
pub(crate) fn is_instance(value: &Value, of: &Type) -> bool {
    let part = |value: &Value, of: &Type| value.is_null() || is_instance(value, of);
    match (value, of) {
        (Value::Null, of) => *of == Type::Null,
        (_, Type::Any)
        | (Value::Bool(_), Type::Bool)
        | (Value::Number(_), Type::Number)
        | (Value::String(_), Type::String)
        | (Value::Date(_), Type::Date)
        | (Value::Time(_), Type::Time)
        | (Value::DateTime(_), Type::DateTime)
        | (Value::DaysDuration(_), Type::DaysDuration)
        | (Value::YearsDuration(_), Type::YearsDuration)
        | (Value::Function(_), Type::Function(None)) => true,
        (Value::Function(function), Type::Function(Some((parameters, result)))) => {
            takes(function, parameters) && may_give(function, result)
        }
        (value, Type::Host(named)) => named.1.holds(value),
        (Value::List(items), Type::List(of)) => **of == Type::Any || items.iter().all(|item| part(item, of)),
        (Value::Range(range), Type::Range(of)) => {
            let mut ends = range.start.iter().chain(&range.end);
            ends.all(|end| is_instance(end, of))
        }
        (Value::Context(context), Type::Context(fields)) => fields.iter().all(|(name, of)| {
            let value = context.get(name);
            value.is_some_and(|value| part(value, of))
        }),
        _ => false,
    }
}

/// Whether a function takes what the parameters of a function type give.
fn takes(function: &Function, expected: &[Type]) -> bool {
    match &function.0 {
        Callable::Builtin(builtin) => builtin.takes(expected.len()),
        Callable::Host(host) => host.parameters().len() == expected.len(),
        Callable::Defined(defined) => {
            let mut types = defined.types.iter().zip(expected);
            defined.parameters.len() == expected.len() && types.all(|(of, expected)| *of == Type::Any || of == expected)
        }
    }
}

/// Whether a function may give a value of a type. What it gives is only known when it is called, unless it is constant.
fn may_give(function: &Function, result: &Type) -> bool {
    match &function.0 {
        Callable::Defined(defined) => match &defined.body.kind {
            Kind::Constant(value) => value.is_null() || is_instance(value, result),
            _ => true,
        },
        Callable::Builtin(_) | Callable::Host(_) => true,
    }
}

/// A value as one of a type: itself, the only item of a list, the only item in a list, or the beginning of a day
/// (DMN 1.5, 10.3.2.9.4). `None` if it is of another type.
pub(super) fn conforming(value: &Value, of: &Type) -> Option<Value> {
    if value.is_null() || is_instance(value, of) {
        return Some(value.clone());
    }
    match (value, of) {
        (Value::Date(date), Type::DateTime) => Some(Value::DateTime(DateTime::midnight(*date))),
        (Value::List(items), of) if !matches!(of, Type::List(_)) => match items.as_slice() {
            [single] => conforming(single, of),
            _ => None,
        },
        (value, Type::List(of)) if !matches!(value, Value::List(_)) => Some(Value::list([conforming(value, of)?])),
        _ => None,
    }
}
