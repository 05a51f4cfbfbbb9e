//! `for`, `some` and `every`: nested loops over lists, with a budget.

use std::sync::Arc;

use units::Text;

use super::{Evaluator, Exhausted, Frame, Step};
use crate::Value;
use crate::ast::{Iterator, Node, Over};
use crate::range::RangeForm;

/// Goes on, or ends the loops.
enum Flow {
    On,
    End,
    /// There is nothing to run over, which makes all of it null.
    Null,
}

impl Evaluator<'_> {
    pub(super) fn iteration(&mut self, iterators: &[Iterator], body: &Node) -> Step {
        let mut results: Arc<Vec<Value>> = Arc::default();
        let flow = self.loops(iterators, &mut |this| {
            this.make(1)?;
            this.frames.push(Frame::Binding(Text::const_new("partial"), Value::List(results.clone())));
            let value = this.node(body);
            this.frames.pop();
            // unless the body kept `partial`, this is the only one that holds the list
            Arc::make_mut(&mut results).push(value?);
            Ok(Flow::On)
        })?;
        Ok(if matches!(flow, Flow::Null) { Value::Null } else { Value::List(results) })
    }

    /// `some` is decided by true, `every` by false; null does not decide.
    pub(super) fn quantified(&mut self, at: u32, iterators: &[Iterator], body: &Node, decides: bool) -> Step {
        let mut result = Value::Bool(!decides);
        let flow = self.loops(iterators, &mut |this| {
            match this.node(body)? {
                Value::Bool(value) if value == decides => {
                    result = Value::Bool(decides);
                    return Ok(Flow::End);
                }
                Value::Bool(_) => {}
                Value::Null => result = Value::Null,
                other => {
                    result =
                        this.null(at, format!("what has to be satisfied is a {}, not true or false", other.type_name()));
                }
            }
            Ok(Flow::On)
        })?;
        Ok(if matches!(flow, Flow::Null) { Value::Null } else { result })
    }

    fn loops(
        &mut self,
        iterators: &[Iterator],
        body: &mut dyn FnMut(&mut Self) -> Result<Flow, Exhausted>,
    ) -> Result<Flow, Exhausted> {
        let Some((iterator, inner)) = iterators.split_first() else { return body(self) };
        let Some(items) = self.items(iterator)? else { return Ok(Flow::Null) };
        for item in items.iter() {
            self.frames.push(Frame::Binding(iterator.name.clone(), item.clone()));
            let flow = self.loops(inner, body);
            self.frames.pop();
            match flow? {
                Flow::On => {}
                end => return Ok(end),
            }
        }
        Ok(Flow::On)
    }

    /// What an iterator runs over; none, with a warning, if that cannot be run over.
    fn items(&mut self, iterator: &Iterator) -> Result<Option<Arc<Vec<Value>>>, Exhausted> {
        let node = match &iterator.over {
            Over::List(node) => node,
            Over::Numbers(from, to) => {
                let (start, end) = (self.node(from)?, self.node(to)?);
                return Ok(self.sequence(from.at, &start, &end)?.map(Arc::new));
            }
        };
        match self.node(node)? {
            Value::List(items) => Ok(Some(items)),
            Value::Null => {
                self.null(node.at, format!("`{}` runs over null", iterator.name));
                Ok(None)
            }
            Value::Range(range) => match (&range.start, &range.end, range.form) {
                (Some(start), Some(end), RangeForm::Interval) => {
                    let Some(mut items) = self.sequence(node.at, start, end)? else { return Ok(None) };
                    items.retain(|item| range.includes(item) == Some(true));
                    Ok(Some(Arc::new(items)))
                }
                _ => {
                    self.null(node.at, "a range without start or end cannot be run over");
                    Ok(None)
                }
            },
            single => Ok(Some(Arc::new(vec![single]))),
        }
    }

    /// Whole numbers or days from one to another, downwards if need be.
    fn sequence(&mut self, at: u32, start: &Value, end: &Value) -> Result<Option<Vec<Value>>, Exhausted> {
        if let (Value::Date(start), Value::Date(end)) = (start, end) {
            let count = end.days() - start.days();
            self.make(usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX))?;
            let days = (0..=count.abs()).filter_map(|day| start.plus_days(day * count.signum()));
            return Ok(Some(days.map(Value::Date).collect()));
        }
        let (Some(first), Some(last)) = (start.as_i64(), end.as_i64()) else {
            let beyond = |value: &Value| value.as_decimal().is_some_and(units::Decimal::is_integer);
            if beyond(start) && beyond(end) {
                // whole numbers so far from zero that no budget suffices
                return Err(Exhausted("memory"));
            }
            self.null(at, format!("{start} to {end} cannot be run over: only whole numbers and days have a next one"));
            return Ok(None);
        };
        self.make(usize::try_from(first.abs_diff(last)).unwrap_or(usize::MAX))?;
        Ok(Some(if first <= last {
            (first..=last).map(Value::from).collect()
        } else {
            (last..=first).rev().map(Value::from).collect()
        }))
    }
}
