//! `for`, `some` and `every`: nested loops over lists, with a budget.

use std::sync::Arc;

use units::Text;

use super::{Evaluator, Exhausted, Frame, Step};
use crate::Value;
use crate::ast::{Iterator, Node, Over};
use crate::temporal::plus_days;

/// Goes on, or ends the loops.
enum Flow {
    On,
    End,
}

impl Evaluator<'_> {
    pub(super) fn iteration(&mut self, iterators: &[Iterator], body: &Node) -> Step {
        let mut results: Arc<Vec<Value>> = Arc::default();
        self.loops(iterators, &mut |this| {
            this.make(1)?;
            this.frames.push(Frame::Binding(Text::const_new("partial"), Value::List(results.clone())));
            let value = this.node(body);
            this.frames.pop();
            // unless the body kept `partial`, this is the only one that holds the list
            Arc::make_mut(&mut results).push(value?);
            Ok(Flow::On)
        })?;
        Ok(Value::List(results))
    }

    /// `some` is decided by true, `every` by false; null does not decide.
    pub(super) fn quantified(&mut self, at: u32, iterators: &[Iterator], body: &Node, decides: bool) -> Step {
        let mut result = Value::Bool(!decides);
        self.loops(iterators, &mut |this| {
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
        Ok(result)
    }

    fn loops(
        &mut self,
        iterators: &[Iterator],
        body: &mut dyn FnMut(&mut Self) -> Result<Flow, Exhausted>,
    ) -> Result<Flow, Exhausted> {
        let Some((iterator, inner)) = iterators.split_first() else { return body(self) };
        let items = match &iterator.over {
            Over::List(node) => match self.node(node)? {
                Value::List(items) => items,
                Value::Null => {
                    self.null(node.at, format!("`{}` runs over null", iterator.name));
                    return Ok(Flow::On);
                }
                Value::Range(range) => match (&range.start, &range.end) {
                    (Some(start), Some(end)) => {
                        let items = self.numbers(node.at, start, end)?;
                        Arc::new(items.into_iter().filter(|item| range.includes(item) == Some(true)).collect())
                    }
                    _ => {
                        self.null(node.at, "a range without end cannot be run over");
                        return Ok(Flow::On);
                    }
                },
                single => Arc::new(vec![single]),
            },
            Over::Numbers(from, to) => {
                let (start, end) = (self.node(from)?, self.node(to)?);
                Arc::new(self.numbers(from.at, &start, &end)?)
            }
        };
        for item in items.iter() {
            self.frames.push(Frame::Binding(iterator.name.clone(), item.clone()));
            let flow = self.loops(inner, body);
            self.frames.pop();
            if matches!(flow?, Flow::End) {
                return Ok(Flow::End);
            }
        }
        Ok(Flow::On)
    }

    /// Whole numbers or days from one to another, downwards if need be.
    fn numbers(&mut self, at: u32, start: &Value, end: &Value) -> Result<Vec<Value>, Exhausted> {
        if let (Value::Date(start), Value::Date(end)) = (start, end) {
            let count = crate::temporal::days_since_epoch(*end) - crate::temporal::days_since_epoch(*start);
            self.make(count.unsigned_abs() as usize)?;
            let step = count.signum();
            let days = (0..=count.abs()).filter_map(|day| plus_days(*start, day * step));
            return Ok(days.map(Value::Date).collect());
        }
        let (Some(first), Some(last)) = (start.as_i64(), end.as_i64()) else {
            self.null(at, format!("{start} to {end} is not a range of whole numbers or days"));
            return Ok(Vec::new());
        };
        self.make(usize::try_from(first.abs_diff(last)).unwrap_or(usize::MAX))?;
        Ok(if first <= last {
            (first..=last).map(Value::from).collect()
        } else {
            (last..=first).rev().map(Value::from).collect()
        })
    }
}
