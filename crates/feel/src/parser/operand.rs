//! What operators work on: literals, names, lists, contexts, conditions and loops.

use std::collections::BTreeSet;

use units::Text;

use super::literal::folded_list;
use super::{Parse, Parser};
use crate::ast::{Iterator, Kind, Node, Over};
use crate::builtin::{self, Builtin};
use crate::lexer::{self, Token};
use crate::{ParseError, Position, Value};

impl Parser<'_> {
    pub(super) fn primary(&mut self) -> Parse<Node> {
        let at = self.at;
        match self.token.clone() {
            Token::Number(number) => {
                self.advance()?;
                Ok(self.node(at, Kind::Constant(Value::Number(number))))
            }
            Token::String(text) => {
                self.advance()?;
                Ok(self.node(at, Kind::Constant(Value::String(text))))
            }
            Token::Escaped(name) => {
                self.advance()?;
                Ok(self.named(at, name))
            }
            Token::Name(name) => self.worded(at, name),
            Token::Mark("?") => {
                self.advance()?;
                Ok(self.named(at, Text::const_new("?")))
            }
            Token::Mark("@") => self.temporal(at),
            Token::Mark("(") => {
                self.advance()?;
                if let Some(comparison) = self.comparison_mark() {
                    return self.unary_range(at, comparison);
                }
                if self.take("..")? {
                    return self.range_end(at, None, false);
                }
                let inner = self.expression()?;
                if self.take("..")? {
                    return self.range_end(at, Some(inner), false);
                }
                self.expect(")")?;
                Ok(inner)
            }
            Token::Mark("]") => {
                self.advance()?;
                let start = self.expression()?;
                self.expect("..")?;
                self.range_end(at, Some(start), false)
            }
            Token::Mark("[") => self.list(at),
            Token::Mark("{") => self.context(at),
            _ => match lexer::foreign_pair(self.text, self.at) {
                Some((instead, found)) => {
                    let position = Position::at(self.text, self.at - 1);
                    Err(ParseError { position, expected: instead.into(), found })
                }
                None => Err(self.wrong("a value, a name or an opening bracket")),
            },
        }
    }

    /// A word: a keyword, a function, or a name.
    pub(super) fn worded(&mut self, at: usize, name: Text) -> Parse<Node> {
        if let Some((builtin, end)) = self.spaced_builtin(at) {
            self.jump(end)?;
            return self.builtin_call(at, builtin);
        }
        match name.as_str() {
            "true" | "false" => {
                self.advance()?;
                return Ok(self.node(at, Kind::Constant(Value::Bool(name == "true"))));
            }
            "null" => {
                self.advance()?;
                return Ok(self.node(at, Kind::Constant(Value::Null)));
            }
            "if" => return self.conditional(at),
            "for" => return self.iteration(at),
            "some" | "every" => return self.quantified(at, name == "every"),
            "function" if self.peek_mark("(") => return self.function(at),
            // here they can be nothing but the functions
            "and" | "or" if self.peek_mark("(") => {}
            "and" | "or" | "between" | "in" | "then" | "else" | "return" | "satisfies" => {
                return Err(self.wrong("a value, a name or an opening bracket"));
            }
            _ => {}
        }
        self.advance()?;
        if name == "not" && self.begins_operand() {
            return Err(self.wrong("`(`, since `not` is a function: `not(…)`"));
        }
        if self.is_mark("(") && self.bound.place(&name).is_none() {
            match builtin::find(&name) {
                Some(builtin) => return self.builtin_call(at, builtin),
                None => self.unknown_functions.push(name.clone()),
            }
        }
        Ok(self.named(at, name))
    }

    /// A built-in function whose name has several words, if one begins here and is called; and where its name ends.
    pub(super) fn spaced_builtin(&self, at: usize) -> Option<(&'static Builtin, usize)> {
        let rest = self.text.get(at..)?;
        builtin::spaced(rest).map(|(builtin, length)| (builtin, at + length))
    }

    pub(super) fn list(&mut self, at: usize) -> Parse<Node> {
        self.advance()?;
        if self.take("..")? {
            return self.range_end(at, None, true);
        }
        let mut items = Vec::new();
        if !self.is_mark("]") {
            items.push(self.expression()?);
            if self.take("..")? {
                let start = items.pop();
                return self.range_end(at, start, true);
            }
            while self.take(",")? {
                items.push(self.expression()?);
            }
        }
        if !self.is_mark("]") {
            return Err(self.wrong("`,` or `]`"));
        }
        self.advance()?;
        Ok(self.node(at, folded_list(items)))
    }

    pub(super) fn context(&mut self, at: usize) -> Parse<Node> {
        self.advance()?;
        let mut entries: Vec<(Text, Node)> = Vec::new();
        let mut known = BTreeSet::new();
        let outer = self.bound.len();
        while !self.is_mark("}") {
            let name = match &self.token {
                Token::String(text) => {
                    let text = text.clone();
                    self.advance()?;
                    text
                }
                _ => self.declared(&[":"])?,
            };
            if !known.insert(name.clone()) {
                return Err(self.wrong(&format!("entries of different names, but there are two of `{name}`")));
            }
            self.expect(":")?;
            let value = self.expression()?;
            self.learn(&name);
            self.bound.push(name.clone());
            entries.push((name, value));
            if !self.take(",")? {
                break;
            }
        }
        self.bound.truncate(outer);
        if !self.is_mark("}") {
            return Err(self.wrong("`,` or `}`"));
        }
        self.advance()?;
        Ok(self.node(at, Kind::Context(entries)))
    }

    pub(super) fn conditional(&mut self, at: usize) -> Parse<Node> {
        self.advance()?;
        let condition = self.expression()?;
        self.expect_name("then")?;
        let then = self.expression()?;
        self.expect_name("else")?;
        let otherwise = self.expression()?;
        Ok(self.node(at, Kind::If(Box::new([condition, then, otherwise]))))
    }

    pub(super) fn iterators(&mut self) -> Parse<Vec<Iterator>> {
        let mut iterators = Vec::new();
        loop {
            let name = self.declared(&[" in ", "\nin "])?;
            self.expect_name("in")?;
            let first = self.expression()?;
            let over = if self.take("..")? { Over::Numbers(first, self.expression()?) } else { Over::List(first) };
            self.bound.push(name.clone());
            iterators.push(Iterator { name, over });
            if !self.take(",")? {
                return Ok(iterators);
            }
        }
    }

    pub(super) fn iteration(&mut self, at: usize) -> Parse<Node> {
        self.advance()?;
        let outer = self.bound.len();
        let iterators = self.iterators()?;
        self.expect_name("return")?;
        self.bound.push(Text::const_new("partial"));
        let body = self.expression()?;
        self.bound.truncate(outer);
        Ok(self.node(at, Kind::For(iterators, Box::new(body))))
    }

    pub(super) fn quantified(&mut self, at: usize, every: bool) -> Parse<Node> {
        self.advance()?;
        let outer = self.bound.len();
        let iterators = self.iterators()?;
        self.expect_name("satisfies")?;
        let body = Box::new(self.expression()?);
        self.bound.truncate(outer);
        Ok(self.node(at, if every { Kind::Every(iterators, body) } else { Kind::Some(iterators, body) }))
    }
}
