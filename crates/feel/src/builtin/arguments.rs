//! Arguments of built-in functions, by type.

use std::sync::Arc;

use units::{Decimal, Text};

use super::{Fault, null};
use crate::evaluate::Evaluator;
use crate::value::{shown, with_article};
use crate::{Budget, Context, Function, Value};

/// The arguments of a call; those that are missing count as null.
pub(crate) trait Arguments {
    fn value(&self, place: usize) -> &Value;

    /// An argument where no list is wanted: a list of one item counts as the item (DMN 1.5, 10.3.2.9.4).
    fn single(&self, place: usize) -> &Value {
        match self.value(place) {
            Value::List(items) if items.len() == 1 => items.first().unwrap_or(&Value::Null),
            other => other,
        }
    }

    fn number(&self, place: usize) -> Result<Decimal, Fault> {
        match self.single(place) {
            Value::Number(number) => Ok(*number),
            other => wrong(place, "a number", other),
        }
    }

    fn integer(&self, place: usize) -> Result<i64, Fault> {
        match self.single(place).as_i64() {
            Some(integer) => Ok(integer),
            None => wrong(place, "a whole number", self.single(place)),
        }
    }

    fn text(&self, place: usize) -> Result<&Text, Fault> {
        match self.single(place) {
            Value::String(text) => Ok(text),
            other => wrong(place, "a string", other),
        }
    }

    fn boolean(&self, place: usize) -> Result<bool, Fault> {
        match self.single(place) {
            Value::Bool(value) => Ok(*value),
            other => wrong(place, "true or false", other),
        }
    }

    fn context(&self, place: usize) -> Result<&Context, Fault> {
        match self.single(place) {
            Value::Context(context) => Ok(context),
            other => wrong(place, "a context", other),
        }
    }

    fn function(&self, place: usize) -> Result<&Function, Fault> {
        match self.single(place) {
            Value::Function(function) => Ok(function),
            other => wrong(place, "a function", other),
        }
    }

    /// A list; what is not one counts as a list of it alone, except null.
    fn list(&self, place: usize) -> Result<Arc<Vec<Value>>, Fault> {
        match self.value(place) {
            Value::List(items) => Ok(items.clone()),
            Value::Null => wrong(place, "a list", &Value::Null),
            single => Ok(Arc::new(vec![single.clone()])),
        }
    }

    /// Whether an argument is there and not null.
    fn has(&self, place: usize) -> bool {
        !self.value(place).is_null()
    }
}

impl Arguments for [Value] {
    fn value(&self, place: usize) -> &Value {
        self.get(place).unwrap_or(&Value::Null)
    }
}

pub(crate) fn wrong<T>(place: usize, expected: &'static str, found: &Value) -> Result<T, Fault> {
    let found = match (found, expected) {
        // its type is not what is wrong with it
        (Value::Number(_), "a whole number") | (Value::String(_), "a duration") => shown(found),
        _ => with_article(found),
    };
    Err(Fault::Argument(place, expected, found.into()))
}

/// Accounts for so many bytes or items that are looked at: one step for each 32 of them.
pub(crate) fn look(call: &mut Evaluator<'_>, size: usize) -> Result<(), Fault> {
    let steps = u32::try_from(size / 32).unwrap_or(u32::MAX);
    Ok(call.spend(Budget { steps, depth: 0, size: 0 })?)
}

/// Accounts for items that are looked at, each for some time.
pub(crate) fn look_at(call: &mut Evaluator<'_>, items: &[Value]) -> Result<(), Fault> {
    look(call, items.len().saturating_mul(8))
}

/// The items of a call that takes a list, or the items as arguments.
pub(crate) fn items(arguments: &[Value]) -> Result<Arc<Vec<Value>>, Fault> {
    if let [_] = arguments { arguments.list(0) } else { Ok(Arc::new(arguments.to_vec())) }
}

/// Every item as a number.
pub(crate) fn numbers(call: &mut Evaluator<'_>, arguments: &[Value]) -> Result<Vec<Decimal>, Fault> {
    let items = items(arguments)?;
    look_at(call, &items)?;
    let number = |item: &Value| match item {
        Value::Number(number) => Ok(*number),
        other => null(format!("every item has to be a number, and one is {}", with_article(other))),
    };
    items.iter().map(number).collect()
}

/// A result of arithmetic that may have overflown.
pub(crate) fn finite(number: Option<Decimal>) -> Result<Value, Fault> {
    number.map_or_else(|| null("the result is no number"), |number| Ok(Value::Number(number)))
}
