//! Values that have been seen.

use std::collections::BTreeSet;

use units::{Decimal, Text};

use super::Fault;
use super::arguments::look;
use crate::Value;
use crate::evaluate::Evaluator;
use crate::value::equal;

/// Values that have been seen. Numbers and strings are found at once, others by looking through.
#[derive(Default)]
pub(super) struct Seen {
    numbers: BTreeSet<Decimal>,
    texts: BTreeSet<Text>,
    others: Vec<Value>,
}

impl Seen {
    /// Whether a value is seen for the first time.
    pub(super) fn add(&mut self, call: &mut Evaluator<'_>, value: &Value) -> Result<bool, Fault> {
        call.keep(value)?;
        Ok(match value {
            Value::Number(number) => self.numbers.insert(*number),
            Value::String(text) => self.texts.insert(text.clone()),
            other => {
                look(call, self.others.len().saturating_mul(8))?;
                call.walks_over(other, self.others.len())?;
                let new = !self.others.iter().any(|seen| equal(seen, other) == Some(true));
                if new {
                    self.others.push(other.clone());
                }
                new
            }
        })
    }
}
