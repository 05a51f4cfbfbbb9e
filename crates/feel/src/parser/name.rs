//! Names: of variables where they are read, and where they are declared.

use units::Text;

use super::{Parse, Parser, Use};
use crate::ast::{Kind, Node};
use crate::lexer::Token;
use crate::names;

impl Parser<'_> {
    pub(super) fn named(&mut self, at: usize, name: Text) -> Node {
        let bound_at = self.bound.place(&name);
        self.uses.push(Use { name: name.clone(), bound_at, in_filter: self.in_filter });
        self.node(at, Kind::Name(name))
    }

    /// What stands after a point: the name of an entry, or of a property, of which some have two words.
    pub(super) fn entry(&mut self) -> Parse<Text> {
        let is_name = matches!(self.token, Token::Name(_));
        let first = self.name()?;
        let second = match first.as_str() {
            "time" => "offset",
            "start" | "end" => "included",
            _ => return Ok(first),
        };
        Ok(if is_name && self.take_name(second)? { Text::from(format!("{first} {second}")) } else { first })
    }

    pub(super) fn name(&mut self) -> Parse<Text> {
        match &self.token {
            Token::Name(_) | Token::Escaped(_) => match self.advance()? {
                Token::Name(name) | Token::Escaped(name) => Ok(name),
                _ => Err(self.wrong("a name")),
            },
            _ => Err(self.wrong("a name")),
        }
    }

    /// A name that is declared here, up to one of `ends`. In the standard's mode it may have several words, and is known
    /// from here on.
    pub(super) fn declared(&mut self, ends: &[&str]) -> Parse<Text> {
        if !self.mode.has_long_names() || !matches!(self.token, Token::Name(_)) {
            return self.name();
        }
        let rest = self.text.get(self.at..).unwrap_or_default();
        let near = rest.split(['"', '{', '}', '[', ']', '(', '`']).next().unwrap_or_default();
        let end = ends.iter().filter_map(|end| near.find(end)).min();
        let written = end.and_then(|end| near.get(..end)).unwrap_or_default();
        if written.len() <= self.end - self.at {
            return self.name();
        }
        let name = names::normal(written);
        self.learn(&name);
        self.jump(self.at + written.len())?;
        Ok(name)
    }

    pub(super) fn learn(&mut self, name: &str) {
        if self.mode.has_long_names() {
            self.known.add(name);
        }
    }
}
