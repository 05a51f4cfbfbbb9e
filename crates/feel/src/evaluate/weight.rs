//! How much a value weighs. A list that holds another one twice is small in memory and large to whoever walks over it;
//! so what is made is weighed as a walk would find it, and what nests too deep for a walk is not made at all.

use super::{Evaluator, Exhausted, Step};
use crate::function::Callable;
use crate::range::RangeForm;
use crate::{Context, Value};

/// How deep values may be nested; less than what can be stored.
const MAX_NESTING: u32 = 100;
/// How many parts of a value are weighed in the time of one step.
const WEIGHED: usize = 32;
/// How many parts of a value are compared in the time of one step.
const COMPARED: usize = 8;
/// How many bytes of a text are copied in the time of one step.
const COPIED: usize = 1024;

impl Evaluator<'_> {
    /// A list or context that was made: no heavier than the whole budget allows, and not nested too deep.
    pub(super) fn contained(&mut self, value: Value) -> Step {
        self.weigh(&value, WEIGHED)?;
        Ok(value)
    }

    /// Accounts for the time of a walk over a value that compares its parts.
    pub(crate) fn walk_over(&mut self, value: &Value) -> Result<(), Exhausted> {
        self.walks_over(value, 1)
    }

    /// Accounts for so many walks over a value that compare its parts.
    pub(crate) fn walks_over(&mut self, value: &Value, count: usize) -> Result<(), Exhausted> {
        let parts = usize::try_from(self.parts(value)?).unwrap_or(usize::MAX);
        self.take(parts.saturating_mul(count) / COMPARED)
    }

    fn weigh(&mut self, value: &Value, parts_of_step: usize) -> Result<(), Exhausted> {
        let parts = usize::try_from(self.parts(value)?).unwrap_or(usize::MAX);
        self.take(parts / parts_of_step)
    }

    /// Accounts for so much time.
    fn take(&mut self, steps: usize) -> Result<(), Exhausted> {
        self.steps = self.steps.saturating_add(u32::try_from(steps).unwrap_or(u32::MAX));
        if self.steps > self.environment.budget.steps { Err(Exhausted("time")) } else { Ok(()) }
    }

    /// How many parts a walk over a value finds; none in what holds no others.
    fn parts(&self, value: &Value) -> Result<u32, Exhausted> {
        if !is_container(value) {
            return Ok(0);
        }
        let whole = self.environment.budget.size;
        let mut left = whole;
        weigh(value, &mut left, MAX_NESTING)?;
        Ok(whole - left)
    }

    /// Accounts for the time in which the text of a value is copied, if it is one: it is the only value that is not shared.
    pub(super) fn hand_over(&mut self, value: &Value) {
        if let Value::String(text) = value {
            self.steps = self.steps.saturating_add(u32::try_from(text.len() / COPIED).unwrap_or(u32::MAX));
        }
    }

    /// Accounts for the time in which an entry of a context is found: it is a walk over the entries.
    pub(super) fn look_up(&mut self, value: &Value) -> Result<(), Exhausted> {
        self.take(value.as_context().map_or(0, Context::len) / WEIGHED)
    }

    /// Accounts for values that are copied into a list or context that is made of them.
    pub(crate) fn copy<'v>(&mut self, values: impl IntoIterator<Item = &'v Value>) -> Result<(), Exhausted> {
        values.into_iter().try_for_each(|value| self.keep(value))
    }

    /// Accounts for a value that is kept in a list, a context or a parameter: texts are copied.
    pub(crate) fn keep(&mut self, value: &Value) -> Result<(), Exhausted> {
        match value {
            Value::String(text) => self.make(text.len().max(1)),
            _ => self.make(1),
        }
    }
}

fn is_container(value: &Value) -> bool {
    match value {
        Value::List(_) | Value::Context(_) | Value::Function(_) => true,
        // what lies between two ends has an order, which no container has
        Value::Range(range) => range.form != RangeForm::Interval,
        _ => false,
    }
}

fn weigh(value: &Value, left: &mut u32, levels: u32) -> Result<(), Exhausted> {
    let mut parts = |count: usize, parts: &mut dyn Iterator<Item = &Value>| {
        *left = u32::try_from(count).ok().and_then(|count| left.checked_sub(count)).ok_or(Exhausted("memory"))?;
        for part in parts.filter(|part| is_container(part)) {
            weigh(part, left, levels.checked_sub(1).ok_or(Exhausted("nesting of values"))?)?;
        }
        Ok(())
    };
    match value {
        Value::List(items) => parts(items.len(), &mut items.iter()),
        Value::Context(context) => parts(context.len(), &mut context.iter().map(|(_, value)| value)),
        Value::Range(range) => parts(2, &mut range.start.iter().chain(&range.end)),
        Value::Function(function) => match &function.0 {
            Callable::Defined(defined) => {
                parts(defined.captured.len(), &mut defined.captured.iter().map(|(_, value)| value))
            }
            Callable::Builtin(_) | Callable::Host(_) => Ok(()),
        },
        _ => Ok(()),
    }
}
