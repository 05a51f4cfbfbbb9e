//! From text to tree: recursive descent by the precedence of DMN 1.5, 10.3.1.2.

mod bound;
mod function;
mod literal;
mod name;
mod operand;
mod operator;
mod test;
mod types;

use std::collections::BTreeSet;

use units::Text;

use crate::ast::{Kind, Node, Tests};
use crate::declared::Named;
use crate::lexer::{self, Token, Unreadable};
use crate::names::Names;
use crate::{Declared, Mode, ParseError, Position};

use bound::Bound;
pub(crate) use literal::temporal_value;

/// How deep brackets, calls and conditions may be nested.
const MAX_DEPTH: u32 = 120;
/// How many levels a tree may have: a row of filters, say, nests without any bracket around it.
const MAX_HEIGHT: u16 = 300;
/// How long a text may be, in bytes.
const MAX_LENGTH: usize = 200_000;

/// A parsed expression and what it refers to.
pub(crate) struct Outcome {
    pub(crate) root: Node,
    pub(crate) names: Vec<Text>,
    pub(crate) unknown_functions: Vec<Text>,
}

pub(crate) fn expression(text: &str, mode: Mode, declared: &Declared) -> Result<Outcome, ParseError> {
    let mut parser = Parser::new(text, mode, declared)?;
    let root = parser.expression()?;
    parser.end()?;
    let free = parser.uses.iter().filter(|used| used.bound_at.is_none() && !used.in_filter);
    let names = each_once(free.map(|used| &used.name));
    Ok(Outcome { root, names, unknown_functions: each_once(&parser.unknown_functions) })
}

/// Names in the order of their first use.
fn each_once<'a>(names: impl IntoIterator<Item = &'a Text>) -> Vec<Text> {
    let mut seen = BTreeSet::new();
    names.into_iter().filter(|name| seen.insert(*name)).cloned().collect()
}

pub(crate) fn unary_tests(text: &str, mode: Mode, declared: &Declared) -> Result<Tests, ParseError> {
    let start = || {
        let mut parser = Parser::new(text, mode, declared)?;
        parser.bound.push(Text::const_new("?"));
        Ok(parser)
    };
    let mut parser: Parser<'_> = start()?;
    let tests = if parser.token == Token::Mark("-") && parser.peek_is_end() {
        parser.advance()?;
        Tests { negated: false, tests: Vec::new() }
    } else if parser.is_name("not") && parser.peek_mark("(") {
        parser.advance()?;
        parser.advance()?;
        let tests = parser.tests()?;
        parser.expect(")")?;
        if parser.token == Token::End {
            Tests { negated: true, tests }
        } else {
            // it is a condition that begins with the function of this name: `not(is blank(?)) and string length(?) > 3`
            parser = start()?;
            Tests { negated: false, tests: parser.tests()? }
        }
    } else {
        Tests { negated: false, tests: parser.tests()? }
    };
    parser.end()?;
    Ok(tests)
}

struct Parser<'a> {
    text: &'a str,
    mode: Mode,
    /// Names of several words, of which only the standard's mode knows any.
    known: Names,
    types: Vec<Named>,
    /// The token at hand, where it begins, and where it ends.
    token: Token,
    at: usize,
    end: usize,
    depth: u32,
    /// Names that are bound around the place at hand.
    bound: Bound,
    in_filter: bool,
    /// Whether a `[` may close the range whose upper end is at hand, as in `[1..10[`.
    may_close_range: bool,
    uses: Vec<Use>,
    unknown_functions: Vec<Text>,
}

/// A name that is read.
struct Use {
    name: Text,
    /// The place in `bound` that binds it.
    bound_at: Option<usize>,
    in_filter: bool,
}

type Parse<T> = Result<T, ParseError>;

impl<'a> Parser<'a> {
    fn new(text: &'a str, mode: Mode, declared: &Declared) -> Parse<Self> {
        if text.len() > MAX_LENGTH {
            let found = Text::from(format!("{} bytes", text.len()));
            let expected = Text::from(format!("at most {MAX_LENGTH} bytes"));
            return Err(ParseError { position: Position::at(text, 0), expected, found });
        }
        let known = if mode.has_long_names() { Names::of(&declared.names) } else { Names::default() };
        let mut parser = Self {
            text,
            mode,
            known,
            types: declared.types.iter().map(|(name, of)| Named(name.clone(), of.clone())).collect(),
            token: Token::End,
            at: 0,
            end: 0,
            depth: 0,
            bound: Bound::default(),
            in_filter: false,
            may_close_range: false,
            uses: Vec::new(),
            unknown_functions: Vec::new(),
        };
        parser.advance()?;
        Ok(parser)
    }

    fn advance(&mut self) -> Parse<Token> {
        self.at = lexer::skip_blank(self.text, self.end);
        let (mut token, mut end) = lexer::token(self.text, self.at).map_err(|unreadable| self.unreadable(unreadable))?;
        if let Token::Name(_) = token
            && let Some((name, length)) = self.known.longest(self.text.get(self.at..).unwrap_or_default())
        {
            (token, end) = (Token::Name(name.clone()), self.at + length);
        }
        self.end = end;
        Ok(std::mem::replace(&mut self.token, token))
    }

    /// Goes on after `end`, as if everything up to there had been one token.
    fn jump(&mut self, end: usize) -> Parse<()> {
        self.end = end;
        self.advance().map(|_| ())
    }

    fn unreadable(&self, (expected, found): Unreadable) -> ParseError {
        ParseError { position: Position::at(self.text, self.at), expected: expected.into(), found }
    }

    fn wrong(&self, expected: &str) -> ParseError {
        let found = Text::from(self.token.to_string());
        ParseError { position: Position::at(self.text, self.at), expected: expected.into(), found }
    }

    fn is_mark(&self, mark: &str) -> bool {
        matches!(self.token, Token::Mark(found) if found == mark)
    }

    fn is_name(&self, name: &str) -> bool {
        matches!(&self.token, Token::Name(found) if found == name)
    }

    fn take(&mut self, mark: &str) -> Parse<bool> {
        let there = self.is_mark(mark);
        if there {
            self.advance()?;
        }
        Ok(there)
    }

    fn take_name(&mut self, name: &str) -> Parse<bool> {
        let there = self.is_name(name);
        if there {
            self.advance()?;
        }
        Ok(there)
    }

    fn expect(&mut self, mark: &str) -> Parse<()> {
        if self.take(mark)? { Ok(()) } else { Err(self.wrong(&format!("`{mark}`"))) }
    }

    fn expect_name(&mut self, name: &str) -> Parse<()> {
        if self.take_name(name)? { Ok(()) } else { Err(self.wrong(&format!("`{name}`"))) }
    }

    fn end(&mut self) -> Parse<()> {
        if self.token == Token::End { Ok(()) } else { Err(self.wrong("an operator or the end")) }
    }

    fn peek(&self) -> Token {
        let at = lexer::skip_blank(self.text, self.end);
        lexer::token(self.text, at).map_or(Token::End, |(token, _)| token)
    }

    fn peek_mark(&self, mark: &str) -> bool {
        let at = lexer::skip_blank(self.text, self.end);
        self.text.get(at..).is_some_and(|rest| lexer::begins_with_mark(rest, mark))
    }

    fn peek_is_end(&self) -> bool {
        lexer::skip_blank(self.text, self.end) == self.text.len()
    }

    fn node(&self, at: usize, kind: Kind) -> Node {
        Node::new(at, kind)
    }
}

#[cfg(test)]
mod tests {
    use units::Decimal;

    use super::*;
    use crate::Value;

    fn refusal(text: &str) -> String {
        match expression(text, Mode::Camunda, &Declared::default()) {
            Ok(_) => panic!("{text} parses"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn errors_name_place_expectation_and_finding() {
        assert_eq!(refusal("1 + "), "line 1, column 5: expected a value, a name or an opening bracket, found the end");
        assert_eq!(refusal("if a then b"), "line 1, column 12: expected `else`, found the end");
        assert_eq!(refusal("a\n  b"), "line 2, column 3: expected an operator or the end, found `b`");
        assert_eq!(refusal("abs(1, 2)"), "line 1, column 4: expected 1 argument of `abs`, found 2");
        assert_eq!(refusal("\"x"), "line 1, column 1: expected a closing quotation mark, found the end");
    }

    #[test]
    fn deep_nesting_is_refused_and_does_not_overflow_the_stack() {
        for text in ["(".repeat(100_000), "-".repeat(100_000), "[".repeat(100_000), "if ".repeat(50_000)] {
            assert!(refusal(&text).contains("levels of nesting"));
        }
    }

    #[test]
    fn free_names_leave_out_what_is_bound() {
        let outcome =
            expression("for i in list return i + x + count(y[z = item])", Mode::Camunda, &Declared::default()).unwrap();
        assert_eq!(outcome.names, ["list", "x", "y"]);
    }

    #[test]
    fn unknown_functions_are_found() {
        let outcome = expression("cout(list) + (function(f) f(1))(g)", Mode::Camunda, &Declared::default()).unwrap();
        assert_eq!(outcome.unknown_functions, ["cout"]);
        assert_eq!(outcome.names, ["cout", "list", "g"]);
    }

    #[test]
    fn negative_numbers_are_constants() {
        let outcome = expression("-1.5", Mode::Camunda, &Declared::default()).unwrap();
        let Kind::Constant(value) = outcome.root.kind else { panic!("not folded") };
        assert_eq!(value, Value::Number(-Decimal::new(15, 1)));
    }
}
