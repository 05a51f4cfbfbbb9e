//! From text to tree: recursive descent by the precedence of DMN 1.5, 10.3.1.2.

use units::Text;

use crate::ast::{
    Arguments, Arithmetic, Comparison, FunctionNode, Iterator, Kind, Node, Over, RangeNode, Test, Tests, Type,
};
use crate::builtin::{self, Builtin};
use crate::declared::Named;
use crate::lexer::{self, Token, Unreadable};
use crate::names::{self, Names};
use crate::range::Range;
use crate::temporal;
use crate::{Declared, Mode, ParseError, Position, Value};

/// How deep brackets, calls and conditions may be nested.
const MAX_DEPTH: u32 = 120;
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
    let mut names: Vec<Text> = Vec::new();
    for used in parser.uses {
        if used.bound_at.is_none() && !used.in_filter && !names.contains(&used.name) {
            names.push(used.name);
        }
    }
    Ok(Outcome { root, names, unknown_functions: parser.unknown_functions })
}

pub(crate) fn unary_tests(text: &str, mode: Mode, declared: &Declared) -> Result<Tests, ParseError> {
    let mut parser = Parser::new(text, mode, declared)?;
    parser.bound.push(Text::const_new("?"));
    let tests = if parser.token == Token::Mark("-") && parser.peek_is_end() {
        parser.advance()?;
        Tests { negated: false, tests: Vec::new() }
    } else if parser.is_name("not") && parser.peek_mark("(") {
        parser.advance()?;
        parser.advance()?;
        let tests = parser.tests()?;
        parser.expect(")")?;
        Tests { negated: true, tests }
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
    bound: Vec<Text>,
    in_filter: bool,
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
        let known = if mode == Mode::Standard { Names::of(&declared.names) } else { Names::default() };
        let mut parser = Self {
            text,
            mode,
            known,
            types: declared.types.iter().map(|(name, of)| Named(name.clone(), of.clone())).collect(),
            token: Token::End,
            at: 0,
            end: 0,
            depth: 0,
            bound: Vec::new(),
            in_filter: false,
            uses: Vec::new(),
            unknown_functions: Vec::new(),
        };
        parser.advance()?;
        Ok(parser)
    }

    // tokens

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
        matches!(self.peek(), Token::Mark(found) if found == mark)
    }

    fn peek_is_end(&self) -> bool {
        lexer::skip_blank(self.text, self.end) == self.text.len()
    }

    fn node(&self, at: usize, kind: Kind) -> Node {
        Node { at: u32::try_from(at).unwrap_or(u32::MAX), kind }
    }

    // expressions, loosest first

    fn expression(&mut self) -> Parse<Node> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.wrong(&format!("at most {MAX_DEPTH} levels of nesting")));
        }
        let node = self.disjunction();
        self.depth -= 1;
        node
    }

    fn disjunction(&mut self) -> Parse<Node> {
        let mut left = self.conjunction()?;
        while self.is_name("or") {
            let at = self.at;
            self.advance()?;
            let right = self.conjunction()?;
            left = self.node(at, Kind::Or(Box::new([left, right])));
        }
        Ok(left)
    }

    fn conjunction(&mut self) -> Parse<Node> {
        let mut left = self.comparison()?;
        while self.is_name("and") {
            let at = self.at;
            self.advance()?;
            let right = self.comparison()?;
            left = self.node(at, Kind::And(Box::new([left, right])));
        }
        Ok(left)
    }

    fn comparison(&mut self) -> Parse<Node> {
        let mut left = self.sum()?;
        loop {
            let at = self.at;
            if let Some(comparison) = self.comparison_mark() {
                self.advance()?;
                let right = self.sum()?;
                left = self.node(at, Kind::Compare(comparison, Box::new([left, right])));
            } else if self.take_name("between")? {
                let low = self.sum()?;
                self.expect_name("and")?;
                let high = self.sum()?;
                left = self.node(at, Kind::Between(Box::new([left, low, high])));
            } else if self.is_name("in") {
                self.advance()?;
                let tests = self.in_tests()?;
                left = self.node(at, Kind::In(Box::new(left), Tests { negated: false, tests }));
            } else if self.is_name("instance") {
                self.advance()?;
                self.expect_name("of")?;
                let of = self.type_name()?;
                left = self.node(at, Kind::InstanceOf(Box::new(left), of));
            } else {
                return Ok(left);
            }
        }
    }

    fn comparison_mark(&self) -> Option<Comparison> {
        let Token::Mark(mark) = self.token else { return None };
        Some(match mark {
            "=" => Comparison::Equal,
            "!=" => Comparison::NotEqual,
            "<" => Comparison::Less,
            "<=" => Comparison::LessOrEqual,
            ">" => Comparison::Greater,
            ">=" => Comparison::GreaterOrEqual,
            _ => return None,
        })
    }

    fn sum(&mut self) -> Parse<Node> {
        let mut left = self.product()?;
        loop {
            let operator = match self.token {
                Token::Mark("+") => Arithmetic::Add,
                Token::Mark("-") => Arithmetic::Subtract,
                _ => return Ok(left),
            };
            left = self.arithmetic(operator, left, Self::product)?;
        }
    }

    fn product(&mut self) -> Parse<Node> {
        let mut left = self.power()?;
        loop {
            let operator = match self.token {
                Token::Mark("*") => Arithmetic::Multiply,
                Token::Mark("/") => Arithmetic::Divide,
                _ => return Ok(left),
            };
            left = self.arithmetic(operator, left, Self::power)?;
        }
    }

    fn power(&mut self) -> Parse<Node> {
        let mut left = self.negation()?;
        while self.is_mark("**") {
            left = self.arithmetic(Arithmetic::Power, left, Self::negation)?;
        }
        Ok(left)
    }

    fn arithmetic(&mut self, operator: Arithmetic, left: Node, right: fn(&mut Self) -> Parse<Node>) -> Parse<Node> {
        let at = self.at;
        self.advance()?;
        let right = right(self)?;
        Ok(self.node(at, Kind::Arithmetic(operator, Box::new([left, right]))))
    }

    fn negation(&mut self) -> Parse<Node> {
        let at = self.at;
        if !self.take("-")? {
            return self.postfix();
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.wrong(&format!("at most {MAX_DEPTH} levels of nesting")));
        }
        let operand = self.negation()?;
        self.depth -= 1;
        Ok(match operand.kind {
            Kind::Constant(Value::Number(number)) => self.node(at, Kind::Constant(Value::Number(-number))),
            _ => self.node(at, Kind::Negate(Box::new(operand))),
        })
    }

    fn postfix(&mut self) -> Parse<Node> {
        let mut left = self.primary()?;
        loop {
            let at = self.at;
            if self.take(".")? {
                let mut name = self.name()?;
                if name == "time" && self.take_name("offset")? {
                    name = Text::const_new("time offset");
                }
                left = self.node(at, Kind::Path(Box::new(left), name));
            } else if self.is_mark("[") {
                self.advance()?;
                let outer = std::mem::replace(&mut self.in_filter, true);
                self.bound.push(Text::const_new("item"));
                let filter = self.expression();
                self.bound.pop();
                self.in_filter = outer;
                let filter = filter?;
                self.expect("]")?;
                left = self.node(at, Kind::Filter(Box::new([left, filter])));
            } else if self.is_mark("(") {
                let arguments = self.arguments()?;
                left = self.node(at, Kind::Call(Box::new(left), arguments));
            } else {
                return Ok(left);
            }
        }
    }

    // operands

    fn primary(&mut self) -> Parse<Node> {
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
            _ => Err(self.wrong("a value, a name or an opening bracket")),
        }
    }

    /// A word: a keyword, a function, or a name.
    fn worded(&mut self, at: usize, name: Text) -> Parse<Node> {
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
        if self.is_mark("(") && !self.bound.contains(&name) {
            match builtin::find(&name) {
                Some(builtin) => return self.builtin_call(at, builtin),
                None if !self.unknown_functions.contains(&name) => self.unknown_functions.push(name.clone()),
                None => {}
            }
        } else if !self.bound.contains(&name)
            && let Some(builtin) = builtin::find(&name)
            && builtin.is_value()
        {
            let function = crate::Function(crate::function::Callable::Builtin(builtin));
            return Ok(self.node(at, Kind::Constant(Value::Function(function))));
        }
        Ok(self.named(at, name))
    }

    fn named(&mut self, at: usize, name: Text) -> Node {
        let bound_at = self.bound.iter().rposition(|bound| *bound == name);
        self.uses.push(Use { name: name.clone(), bound_at, in_filter: self.in_filter });
        self.node(at, Kind::Name(name))
    }

    /// A built-in function whose name has several words, if one begins here and is called; and where its name ends.
    fn spaced_builtin(&self, at: usize) -> Option<(&'static Builtin, usize)> {
        let rest = self.text.get(at..)?;
        builtin::spaced(rest).map(|(builtin, length)| (builtin, at + length))
    }

    fn name(&mut self) -> Parse<Text> {
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
    fn declared(&mut self, ends: &[&str]) -> Parse<Text> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let end = ends.iter().filter_map(|end| rest.find(end)).min();
        let written = end.and_then(|end| rest.get(..end)).unwrap_or_default();
        let is_name = matches!(self.token, Token::Name(_)) && !written.contains(['"', '{', '}', '[', ']', '(', '`']);
        if self.mode != Mode::Standard || !is_name || written.len() <= self.end - self.at {
            return self.name();
        }
        let name = names::normal(written);
        self.learn(&name);
        self.jump(self.at + written.len())?;
        Ok(name)
    }

    fn learn(&mut self, name: &str) {
        if self.mode == Mode::Standard {
            self.known.add(name);
        }
    }

    fn temporal(&mut self, at: usize) -> Parse<Node> {
        self.advance()?;
        let Token::String(text) = &self.token else { return Err(self.wrong("a date, time or duration in quotation marks")) };
        let value = temporal_value(text);
        let Some(value) = value else { return Err(self.wrong("a date, time or duration as ISO 8601 writes it")) };
        self.advance()?;
        Ok(self.node(at, Kind::Constant(value)))
    }

    fn range_end(&mut self, at: usize, start: Option<Node>, start_included: bool) -> Parse<Node> {
        let closes = self.is_mark(")") || self.is_mark("]") || self.is_mark("[");
        let end = if closes { None } else { Some(self.expression()?) };
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

    fn list(&mut self, at: usize) -> Parse<Node> {
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

    fn context(&mut self, at: usize) -> Parse<Node> {
        self.advance()?;
        let mut entries: Vec<(Text, Node)> = Vec::new();
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
            if entries.iter().any(|(known, _)| *known == name) {
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

    fn conditional(&mut self, at: usize) -> Parse<Node> {
        self.advance()?;
        let condition = self.expression()?;
        self.expect_name("then")?;
        let then = self.expression()?;
        self.expect_name("else")?;
        let otherwise = self.expression()?;
        Ok(self.node(at, Kind::If(Box::new([condition, then, otherwise]))))
    }

    fn iterators(&mut self) -> Parse<Vec<Iterator>> {
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

    fn iteration(&mut self, at: usize) -> Parse<Node> {
        self.advance()?;
        let outer = self.bound.len();
        let iterators = self.iterators()?;
        self.expect_name("return")?;
        self.bound.push(Text::const_new("partial"));
        let body = self.expression()?;
        self.bound.truncate(outer);
        Ok(self.node(at, Kind::For(iterators, Box::new(body))))
    }

    fn quantified(&mut self, at: usize, every: bool) -> Parse<Node> {
        self.advance()?;
        let outer = self.bound.len();
        let iterators = self.iterators()?;
        self.expect_name("satisfies")?;
        let body = Box::new(self.expression()?);
        self.bound.truncate(outer);
        Ok(self.node(at, if every { Kind::Every(iterators, body) } else { Kind::Some(iterators, body) }))
    }

    fn function(&mut self, at: usize) -> Parse<Node> {
        self.advance()?;
        self.expect("(")?;
        let mut parameters = Vec::new();
        while !self.is_mark(")") {
            parameters.push(self.declared(&[",", ":", ")"])?);
            if self.take(":")? {
                // parameter types are checked where a value is used
                self.type_name()?;
            }
            if !self.take(",")? {
                break;
            }
        }
        self.expect(")")?;
        if self.is_name("external") {
            return Err(self.wrong("a body; external functions are not allowed"));
        }
        let (base, first_use) = (self.bound.len(), self.uses.len());
        self.bound.extend(parameters.iter().cloned());
        let body = self.expression()?;
        self.bound.truncate(base);
        let mut free: Vec<Text> = Vec::new();
        for used in self.uses.iter().skip(first_use) {
            if used.bound_at.is_none_or(|bound| bound < base) && !free.contains(&used.name) {
                free.push(used.name.clone());
            }
        }
        Ok(self.node(at, Kind::Function(FunctionNode { parameters, body: body.into(), free })))
    }

    // calls

    fn arguments(&mut self) -> Parse<Arguments> {
        self.expect("(")?;
        let named = matches!(self.token, Token::Name(_) | Token::Escaped(_)) && self.names_argument();
        let mut positional = Vec::new();
        let mut by_name: Vec<(Text, Node)> = Vec::new();
        while !self.is_mark(")") {
            if named {
                let mut name = self.name()?;
                while let Token::Name(more) = self.token.clone() {
                    self.advance()?;
                    name = Text::from(format!("{name} {more}"));
                }
                self.expect(":")?;
                if by_name.iter().any(|(known, _)| *known == name) {
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
    fn names_argument(&self) -> bool {
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

    fn builtin_call(&mut self, at: usize, builtin: &'static Builtin) -> Parse<Node> {
        let start = self.at;
        let arguments = match self.arguments()? {
            Arguments::Positional(arguments) => arguments,
            Arguments::Named(named) if builtin.misfit(&named).is_some() => {
                return Ok(self.node(at, Kind::Invalid(builtin.misfit(&named).unwrap_or_default())));
            }
            Arguments::Named(named) => match self.by_position(builtin, named, start) {
                Ok(arguments) => arguments,
                Err(error) if self.mode == Mode::Standard => {
                    let reason = format!("{} has no parameters {}", builtin.name, error.found);
                    return Ok(self.node(at, Kind::Invalid(reason.into())));
                }
                Err(error) => return Err(error),
            },
        };
        if !builtin.takes(arguments.len()) && self.mode == Mode::Standard {
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
        match builtin::regex::known(builtin, &arguments) {
            Some(pattern) => Ok(self.node(at, Kind::Matching(builtin, arguments, pattern))),
            None => Ok(self.node(at, Kind::Builtin(builtin, arguments))),
        }
    }

    /// Named arguments in the order of the first signature that has all of them.
    fn by_position(&self, builtin: &'static Builtin, mut named: Vec<(Text, Node)>, start: usize) -> Parse<Vec<Node>> {
        let fits = |names: &&&[&str]| named.iter().all(|(name, _)| names.contains(&name.as_str()));
        let Some(names) = builtin.signatures.iter().find(fits) else {
            let given: Vec<&str> = named.iter().map(|(name, _)| name.as_str()).collect();
            return Err(ParseError {
                position: Position::at(self.text, start),
                expected: Text::from(format!("parameters of `{}`", builtin.name)),
                found: Text::from(given.join(", ")),
            });
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

    // tests

    fn tests(&mut self) -> Parse<Vec<Test>> {
        let mut tests = vec![self.test()?];
        while self.take(",")? {
            tests.push(self.test()?);
        }
        Ok(tests)
    }

    fn test(&mut self) -> Parse<Test> {
        match self.comparison_mark() {
            Some(comparison) => {
                self.advance()?;
                Ok(Test::Compare(comparison, self.sum()?))
            }
            None => Ok(Test::Expression(self.expression()?)),
        }
    }

    /// What stands after `in`: a test, or tests in parentheses.
    fn in_tests(&mut self) -> Parse<Vec<Test>> {
        let at = self.at;
        if !self.is_mark("(") {
            return match self.comparison_mark() {
                Some(_) => Ok(vec![self.test()?]),
                None => Ok(vec![Test::Expression(self.sum()?)]),
            };
        }
        self.advance()?;
        let first = self.test()?;
        match first {
            Test::Expression(start) if self.take("..")? => {
                Ok(vec![Test::Expression(self.range_end(at, Some(start), false)?)])
            }
            first => {
                let mut tests = vec![first];
                while self.take(",")? {
                    tests.push(self.test()?);
                }
                self.expect(")")?;
                Ok(tests)
            }
        }
    }

    // types

    fn type_name(&mut self) -> Parse<Type> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.wrong(&format!("at most {MAX_DEPTH} levels of nesting")));
        }
        let found = self.type_inner();
        self.depth -= 1;
        found
    }

    fn type_inner(&mut self) -> Parse<Type> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let written = self.types.iter().filter_map(|of| Some((names::written(rest, &of.0)?, of)));
        if let Some((length, named)) = written.max_by_key(|(length, _)| *length) {
            let of = Type::Host(named.clone());
            self.jump(self.at + length)?;
            return Ok(of);
        }
        let name = self.name()?;
        Ok(match name.as_str() {
            "Any" => Type::Any,
            "Null" | "null" => Type::Null,
            "boolean" => Type::Bool,
            "number" => Type::Number,
            "string" => Type::String,
            "time" => Type::Time,
            "date" if self.take_name("and")? => {
                self.expect_name("time")?;
                Type::DateTime
            }
            "date" => Type::Date,
            "days" => {
                self.expect_name("and")?;
                self.expect_name("time")?;
                self.expect_name("duration")?;
                Type::DaysDuration
            }
            "years" => {
                self.expect_name("and")?;
                self.expect_name("months")?;
                self.expect_name("duration")?;
                Type::YearsDuration
            }
            "list" => Type::List(Box::new(self.type_argument()?)),
            "range" => Type::Range(Box::new(self.type_argument()?)),
            "context" => {
                let mut fields = Vec::new();
                if self.take("<")? {
                    loop {
                        let name = self.name()?;
                        self.expect(":")?;
                        fields.push((name, self.type_name()?));
                        if !self.take(",")? {
                            break;
                        }
                    }
                    self.expect(">")?;
                }
                Type::Context(fields)
            }
            "function" => {
                if self.take("<")? {
                    while !self.is_mark(">") {
                        self.type_name()?;
                        if !self.take(",")? {
                            break;
                        }
                    }
                    self.expect(">")?;
                    self.expect("->")?;
                    self.type_name()?;
                }
                Type::Function
            }
            _ => return Err(self.wrong(&format!("a type, and `{name}` is none"))),
        })
    }

    fn type_argument(&mut self) -> Parse<Type> {
        if !self.take("<")? {
            return Ok(Type::Any);
        }
        let argument = self.type_name()?;
        self.expect(">")?;
        Ok(argument)
    }
}

/// The value of a temporal literal.
pub(crate) fn temporal_value(text: &str) -> Option<Value> {
    if let Some(duration) = temporal::duration(text) {
        return Some(match duration {
            temporal::Duration::Days(duration) => Value::DaysDuration(duration),
            temporal::Duration::Years(duration) => Value::YearsDuration(duration),
        });
    }
    if text.contains('T') {
        return temporal::date_time(text).map(Value::DateTime);
    }
    temporal::date(text).map(Value::Date).or_else(|| temporal::time(text).map(Value::Time))
}

/// A list of constants is a constant.
fn folded_list(items: Vec<Node>) -> Kind {
    if !items.iter().all(|item| matches!(item.kind, Kind::Constant(_))) {
        return Kind::List(items);
    }
    let values = items.into_iter().filter_map(|item| match item.kind {
        Kind::Constant(value) => Some(value),
        _ => None,
    });
    Kind::Constant(Value::list(values))
}

/// A range between constants is a constant.
fn folded_range(range: RangeNode) -> Kind {
    let constant = |node: &Option<Node>| match node {
        None => Some(None),
        Some(Node { kind: Kind::Constant(value), .. }) if !value.is_null() => Some(Some(value.clone())),
        Some(_) => None,
    };
    match (constant(&range.start), constant(&range.end)) {
        (Some(start), Some(end)) => {
            let (start_included, end_included) = (range.start_included, range.end_included);
            Kind::Constant(Value::Range(Range { start, start_included, end, end_included }.into()))
        }
        _ => Kind::Range(Box::new(range)),
    }
}

#[cfg(test)]
mod tests {
    use units::Decimal;

    use super::*;

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
