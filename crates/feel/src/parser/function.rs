//! Functions: where they are defined, and where they are called.

use std::collections::BTreeSet;

use units::Text;

use super::{Parse, Parser, each_once};
use crate::ast::{Arguments, FunctionNode, Kind, Node, Type};
use crate::builtin::{self, Builtin};
use crate::lexer::{self, Token};
use crate::{ParseError, Position, Value};

impl Parser<'_> {
    pub(super) fn function(&mut self, at: usize) -> Parse<Node> {
        self.advance()?;
        self.expect("(")?;
        let (mut parameters, mut types) = (Vec::new(), Vec::new());
        while !self.is_mark(")") {
            parameters.push(self.declared(&[",", ":", ")"])?);
            types.push(if self.take(":")? { self.type_name()? } else { Type::Any });
            if !self.take(",")? {
                break;
            }
        }
        self.expect(")")?;
        if self.is_name("external") {
            return Err(self.wrong("a body; external functions are not allowed"));
        }
        let (base, first_use) = (self.bound.len(), self.uses.len());
        parameters.iter().for_each(|name| self.bound.push(name.clone()));
        let body = self.expression()?;
        self.bound.truncate(base);
        let around = self.uses.iter().skip(first_use).filter(|used| used.bound_at.is_none_or(|bound| bound < base));
        let free = each_once(around.map(|used| &used.name));
        Ok(self.node(at, Kind::Function(FunctionNode { parameters, types: types.into(), body: body.into(), free })))
    }

    pub(super) fn arguments(&mut self) -> Parse<Arguments> {
        self.expect("(")?;
        let named = matches!(self.token, Token::Name(_) | Token::Escaped(_)) && self.names_argument();
        let mut positional = Vec::new();
        let mut by_name: Vec<(Text, Node)> = Vec::new();
        let mut known = BTreeSet::new();
        while !self.is_mark(")") {
            if named {
                let mut name = self.name()?;
                while let Token::Name(more) = self.token.clone() {
                    self.advance()?;
                    name = Text::from(format!("{name} {more}"));
                }
                self.expect(":")?;
                if !known.insert(name.clone()) {
                    return Err(self.wrong(&format!("each argument once, but `{name}` is given twice")));
                }
                by_name.push((name, self.expression()?));
            } else {
                positional.push(self.expression()?);
            }
            if !self.take(",")? {
                break;
            }
        }
        if !self.is_mark(")") {
            return Err(self.wrong("`,` or `)`"));
        }
        self.advance()?;
        Ok(if named { Arguments::Named(by_name) } else { Arguments::Positional(positional) })
    }

    /// Whether the words at hand are followed by a colon.
    pub(super) fn names_argument(&self) -> bool {
        let mut end = self.end;
        loop {
            let at = lexer::skip_blank(self.text, end);
            match lexer::token(self.text, at) {
                Ok((Token::Name(_), next)) => end = next,
                Ok((Token::Mark(":"), _)) => return true,
                _ => return false,
            }
        }
    }

    pub(super) fn builtin_call(&mut self, at: usize, builtin: &'static Builtin) -> Parse<Node> {
        let start = self.at;
        let mut spreads = false;
        let arguments = match self.arguments()? {
            Arguments::Positional(arguments) => arguments,
            Arguments::Named(named) if builtin.misfit(&named).is_some() => {
                return Ok(self.node(at, Kind::Invalid(builtin.misfit(&named).unwrap_or_default())));
            }
            Arguments::Named(named) => {
                spreads = named.iter().any(|(name, _)| Some(name.as_str()) == builtin.rest);
                match self.by_position(builtin, named, start) {
                    Ok(arguments) => arguments,
                    Err(error) if self.mode.gives_null_for_what_cannot_be() => {
                        let reason = format!("expected {}, found {}", error.expected, error.found);
                        return Ok(self.node(at, Kind::Invalid(reason.into())));
                    }
                    Err(error) => return Err(error),
                }
            }
        };
        if !builtin.takes(arguments.len()) && self.mode.gives_null_for_what_cannot_be() {
            let reason = format!("{} takes {}, not {}", builtin.name, builtin.arity(), arguments.len());
            return Ok(self.node(at, Kind::Invalid(reason.into())));
        }
        if !builtin.takes(arguments.len()) {
            let expected = Text::from(format!("{} of `{}`", builtin.arity(), builtin.name));
            let found = Text::from(arguments.len().to_string());
            return Err(ParseError { position: Position::at(self.text, start), expected, found });
        }
        if builtin.name == "is defined" {
            let argument = arguments.into_iter().next();
            return Ok(self.node(at, argument.map_or(Kind::Constant(Value::Null), |node| Kind::IsDefined(Box::new(node)))));
        }
        // a date, time or duration of a literal is one
        if let [Node { kind: Kind::Constant(Value::String(text)), .. }] = arguments.as_slice()
            && let Some(value) = builtin::constant(builtin, text, self.mode.reads_times_loosely())
        {
            return Ok(self.node(at, Kind::Constant(value)));
        }
        if spreads {
            return Ok(self.node(at, Kind::Spread(builtin, arguments)));
        }
        match builtin::regex::known(builtin, &arguments) {
            Some(pattern) => Ok(self.node(at, Kind::Matching(builtin, arguments, pattern))),
            None => Ok(self.node(at, Kind::Builtin(builtin, arguments))),
        }
    }

    /// Named arguments in the order of the first signature that has all of them.
    pub(super) fn by_position(
        &self,
        builtin: &'static Builtin,
        mut named: Vec<(Text, Node)>,
        start: usize,
    ) -> Parse<Vec<Node>> {
        let fits = |names: &&&[&str]| named.iter().all(|(name, _)| names.contains(&name.as_str()));
        let Some(names) = builtin.signatures.iter().find(fits) else {
            return Err(misnamed(builtin, &named, Position::at(self.text, start)));
        };
        let mut arguments = Vec::new();
        for name in *names {
            match named.iter().position(|(given, _)| given == name) {
                Some(place) => arguments.push(named.swap_remove(place).1),
                None if named.is_empty() => break,
                None => arguments.push(self.node(start, Kind::Constant(Value::Null))),
            }
        }
        Ok(arguments)
    }
}

/// Arguments whose names fit no signature: those that no signature has, or else all, which do not go together.
fn misnamed(builtin: &Builtin, named: &[(Text, Node)], position: Position) -> ParseError {
    let quoted = |names: &[&str]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let is_known = |name: &str| builtin.signatures.iter().any(|names| names.contains(&name));
    let given = || named.iter().map(|(name, _)| name.as_str());
    let unknown: Vec<&str> = given().filter(|name| !is_known(name)).collect();
    let found =
        if unknown.is_empty() { format!("{} together", quoted(&given().collect::<Vec<_>>())) } else { quoted(&unknown) };
    let is_part = |names: &[&str]| builtin.signatures.iter().any(|all| all.len() > names.len() && all.starts_with(names));
    let whole = builtin.signatures.iter().filter(|names| !is_part(names));
    let signatures: Vec<String> = whole.map(|names| quoted(names)).collect();
    let expected = format!("the parameters of `{}`, {}", builtin.name, signatures.join(" or "));
    ParseError { position, expected: expected.into(), found: found.into() }
}
