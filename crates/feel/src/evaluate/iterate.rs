//! `for`, `some` and `every`: nested loops over lists, with a budget.

use std::sync::Arc;

use units::Text;

use super::{Evaluator, Exhausted, Frame, Step};
use crate::ast::{Iterator, Node, Over};
use crate::range::RangeForm;
use crate::value::{shown, with_article};
use crate::{Date, Value};

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
            this.frames.push(Frame::Binding(Text::const_new("partial"), Value::List(results.clone())));
            let value = this.node(body);
            this.frames.pop();
            let value = value?;
            this.keep(&value)?;
            if Arc::strong_count(&results) > 1 {
                // the body kept `partial`, so this list is another one from here on
                this.make(results.len())?;
            }
            Arc::make_mut(&mut results).push(value);
            Ok(Flow::On)
        })?;
        if matches!(flow, Flow::Null) { Ok(Value::Null) } else { self.contained(Value::List(results)) }
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
                    let found = with_article(&other);
                    result = this.null(at, format!("what has to be satisfied is {found}, not true or false"));
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
        for item in items {
            self.hand_over(&item);
            self.frames.push(Frame::Binding(iterator.name.clone(), item));
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
    fn items(&mut self, iterator: &Iterator) -> Result<Option<Items>, Exhausted> {
        let node = match &iterator.over {
            Over::List(node) => node,
            Over::Numbers(from, to) => {
                let (start, end) = (self.node(from)?, self.node(to)?);
                return self.sequence(from.at, &start, &end);
            }
        };
        match self.node(node)? {
            Value::List(items) => Ok(Some(Items::List(items, 0))),
            Value::Null => {
                self.null(node.at, format!("`{}` runs over null", iterator.name));
                Ok(None)
            }
            Value::Range(range) => match (&range.start, &range.end, range.form) {
                (Some(start), Some(end), RangeForm::Interval) => {
                    let items = self.sequence(node.at, start, end)?;
                    Ok(items.map(|items| items.between(range.start_included, range.end_included)))
                }
                _ => {
                    self.null(node.at, "a range without start or end cannot be run over");
                    Ok(None)
                }
            },
            single => Ok(Some(Items::List(Arc::new(vec![single]), 0))),
        }
    }

    /// Whole numbers or days from one to another, downwards if need be.
    fn sequence(&mut self, at: u32, start: &Value, end: &Value) -> Result<Option<Items>, Exhausted> {
        let whole = |value: &Value| value.as_decimal().is_some_and(units::Decimal::is_integer);
        match (start, end) {
            (Value::Date(start), Value::Date(end)) => {
                Ok(Some(Items::sequence(start.days(), end.days(), |day| Date::from_days(day).map(Value::Date))))
            }
            (start, end) if whole(start) && whole(end) => match (start.as_i64(), end.as_i64()) {
                (Some(first), Some(last)) => Ok(Some(Items::sequence(first, last, |number| Some(Value::from(number))))),
                // so far from zero that no budget suffices
                _ => Err(Exhausted("time")),
            },
            _ => {
                let (start, end) = (shown(start), shown(end));
                self.null(at, format!("{start} to {end} cannot be run over: only whole numbers and days have a next one"));
                Ok(None)
            }
        }
    }
}

/// What is run over, one by one: a range is never made as a whole.
enum Items {
    List(Arc<Vec<Value>>, usize),
    /// Whole numbers, or days by their number, both ends included.
    Sequence {
        next: i64,
        left: u64,
        step: i64,
        of: fn(i64) -> Option<Value>,
    },
}

impl Items {
    fn sequence(first: i64, last: i64, of: fn(i64) -> Option<Value>) -> Self {
        let step = if first <= last { 1 } else { -1 };
        Self::Sequence { next: first, left: last.abs_diff(first).saturating_add(1), step, of }
    }

    /// Without the ends that do not belong to a range.
    fn between(self, start_included: bool, end_included: bool) -> Self {
        match self {
            Self::Sequence { next, left, step, of } => {
                let (skipped, cut) = (u64::from(!start_included), u64::from(!end_included));
                let next = if start_included { next } else { next.saturating_add(step) };
                Self::Sequence { next, left: left.saturating_sub(skipped).saturating_sub(cut), step, of }
            }
            list => list,
        }
    }
}

impl std::iter::Iterator for Items {
    type Item = Value;

    fn next(&mut self) -> Option<Value> {
        match self {
            Self::List(items, place) => {
                let item = items.get(*place)?.clone();
                *place += 1;
                Some(item)
            }
            Self::Sequence { next, left, step, of } => {
                *left = left.checked_sub(1)?;
                let item = of(*next);
                *next = next.saturating_add(*step);
                item
            }
        }
    }
}
