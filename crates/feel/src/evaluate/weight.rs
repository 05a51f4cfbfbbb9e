//! How much a value weighs. A list that holds another one twice is small in memory and large to whoever walks over it;
//! so what is made is weighed as a walk would find it, and what nests too deep for a walk is not made at all.

use super::{Evaluator, Exhausted, Step};
use crate::Value;
use crate::function::Callable;

/// How deep values may be nested; less than what can be stored.
const MAX_NESTING: u32 = 100;
/// How many parts of a value are walked over in the time of one step.
const PARTS_OF_STEP: u32 = 32;

impl Evaluator<'_> {
    /// A list or context that was made: no heavier than the whole budget allows, and not nested too deep.
    pub(super) fn contained(&mut self, value: Value) -> Step {
        self.walk_over(&value)?;
        Ok(value)
    }

    /// Accounts for the time of a walk over a value.
    pub(super) fn walk_over(&mut self, value: &Value) -> Result<(), Exhausted> {
        if !is_container(value) {
            return Ok(());
        }
        let whole = self.environment.budget.size;
        let mut left = whole;
        weigh(value, &mut left, MAX_NESTING)?;
        self.steps = self.steps.saturating_add((whole - left) / PARTS_OF_STEP);
        if self.steps > self.environment.budget.steps { Err(Exhausted("time")) } else { Ok(()) }
    }

    /// Accounts for a value that is kept in a list, a context or a parameter: texts are copied.
    pub(super) fn keep(&mut self, value: &Value) -> Result<(), Exhausted> {
        match value {
            Value::String(text) => self.make(text.len().max(1)),
            _ => self.make(1),
        }
    }
}

fn is_container(value: &Value) -> bool {
    matches!(value, Value::List(_) | Value::Context(_) | Value::Function(_) | Value::Range(_))
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
