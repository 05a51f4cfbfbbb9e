//! Literals of more than one token: dates, times and durations, and ranges. What consists of constants is a constant.

use super::{Parse, Parser};
use crate::Value;
use crate::ast::{Comparison, Kind, Node, RangeNode};
use crate::lexer::Token;
use crate::range::{Range, RangeForm};
use crate::temporal;

impl Parser<'_> {
    pub(super) fn temporal(&mut self, at: usize) -> Parse<Node> {
        self.advance()?;
        let Token::String(text) = &self.token else { return Err(self.wrong("a date, time or duration in quotation marks")) };
        let kind = match temporal_value(text) {
            Some(value) => Kind::Constant(value),
            None if self.mode.gives_null_for_what_cannot_be() => {
                let shown: String = text.chars().take(60).collect();
                Kind::Invalid(format!("`{shown}` is no date, time or duration as ISO 8601 writes it").into())
            }
            None => return Err(self.wrong("a date, time or duration as ISO 8601 writes it")),
        };
        self.advance()?;
        Ok(self.node(at, kind))
    }

    /// `(< 10)`, from the comparison on.
    pub(super) fn unary_range(&mut self, at: usize, comparison: Comparison) -> Parse<Node> {
        self.advance()?;
        let value = self.sum()?;
        self.expect(")")?;
        Ok(match value.kind {
            Kind::Constant(value) if !value.is_null() => {
                let range = Range::comparing(comparison, value);
                self.node(at, Kind::Constant(Value::Range(range.into())))
            }
            _ => self.node(at, Kind::UnaryRange(comparison, Box::new(value))),
        })
    }

    /// Whether the `[` at hand closes a range: nothing follows that a filter could begin with.
    pub(super) fn closes_range(&self) -> bool {
        match self.peek() {
            Token::Number(_) | Token::String(_) | Token::Escaped(_) => false,
            Token::Mark(mark) => !matches!(mark, "(" | "[" | "{" | "-" | "@" | "?"),
            Token::Name(name) => goes_on(&name),
            Token::End => true,
        }
    }

    /// Whether the token at hand can be nothing but the beginning of an operand.
    pub(super) fn begins_operand(&self) -> bool {
        match &self.token {
            Token::Number(_) | Token::String(_) | Token::Escaped(_) | Token::Mark("@" | "?" | "{") => true,
            Token::Name(name) => !goes_on(name),
            Token::Mark(_) | Token::End => false,
        }
    }

    pub(super) fn range_end(&mut self, at: usize, start: Option<Node>, start_included: bool) -> Parse<Node> {
        let closes = self.is_mark(")") || self.is_mark("]") || self.is_mark("[") && self.closes_range();
        let end = if closes { None } else { Some(self.range_bound()?) };
        let end_included = self.is_mark("]");
        if !end_included && !self.is_mark(")") && !self.is_mark("[") {
            return Err(self.wrong("`]` or `)`, the end of the range"));
        }
        if start.is_none() && end.is_none() {
            return Err(self.wrong("at least one end of the range"));
        }
        self.advance()?;
        Ok(self.node(at, folded_range(RangeNode { start, start_included, end, end_included })))
    }
}

/// Whether a word goes on an expression that stands before it.
fn goes_on(word: &str) -> bool {
    matches!(word, "and" | "or" | "then" | "else" | "return" | "satisfies" | "instance" | "in" | "between")
}

/// The value of a temporal literal.
pub(crate) fn temporal_value(text: &str) -> Option<Value> {
    if let Some(duration) = temporal::duration(text) {
        return Some(duration.into());
    }
    // a region has a `T` in its name, too
    if text.split(['@', '[']).next().is_some_and(|clock| clock.contains('T')) {
        return temporal::date_time(text).map(Value::DateTime);
    }
    temporal::date(text).map(Value::Date).or_else(|| temporal::time(text).map(Value::Time))
}

/// A list of constants is a constant.
pub(super) fn folded_list(items: Vec<Node>) -> Kind {
    if !items.iter().all(|item| matches!(item.kind, Kind::Constant(_))) {
        return Kind::List(items);
    }
    let values = items.into_iter().filter_map(|item| match item.kind {
        Kind::Constant(value) => Some(value),
        _ => None,
    });
    Kind::Constant(Value::list(values))
}

/// A range between constants is a constant, unless there is no such range.
fn folded_range(node: RangeNode) -> Kind {
    let constant = |end: &Option<Node>| match end {
        None => Some(None),
        Some(Node { kind: Kind::Constant(value), .. }) if !value.is_null() => Some(Some(value.clone())),
        Some(_) => None,
    };
    if let (Some(start), Some(end)) = (constant(&node.start), constant(&node.end)) {
        let (start_included, end_included) = (node.start_included, node.end_included);
        let range = Range { start, start_included, end, end_included, form: RangeForm::Interval };
        if range.fault().is_none() {
            return Kind::Constant(Value::Range(range.into()));
        }
    }
    Kind::Range(Box::new(node))
}
