//! Operators, from the loosest to the tightest (DMN 1.5, 10.3.1.2), and what follows an operand.

use units::Text;

use super::{MAX_DEPTH, MAX_HEIGHT, Parse, Parser};
use crate::Value;
use crate::ast::{Arithmetic, Comparison, Kind, Node, Operation};
use crate::lexer::Token;

impl Parser<'_> {
    pub(super) fn expression(&mut self) -> Parse<Node> {
        self.nested(false)
    }

    /// The upper end of a range, which a `[` may close.
    pub(super) fn range_bound(&mut self) -> Parse<Node> {
        self.nested(true)
    }

    fn nested(&mut self, may_close_range: bool) -> Parse<Node> {
        self.deeper()?;
        let outer = std::mem::replace(&mut self.may_close_range, may_close_range);
        let node = self.disjunction();
        self.may_close_range = outer;
        self.depth -= 1;
        node
    }

    /// Goes one level down, as far as that is allowed: the stack is finite.
    pub(super) fn deeper(&mut self) -> Parse<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err(self.wrong(&format!("at most {MAX_DEPTH} levels of nesting"))) } else { Ok(()) }
    }

    fn disjunction(&mut self) -> Parse<Node> {
        self.row("or", Self::conjunction, Kind::Or)
    }

    fn conjunction(&mut self) -> Parse<Node> {
        self.row("and", Self::comparison, Kind::And)
    }

    /// Operands with one word between them.
    fn row(&mut self, word: &str, operand: fn(&mut Self) -> Parse<Node>, make: fn(Vec<Node>) -> Kind) -> Parse<Node> {
        let first = operand(self)?;
        let at = self.at;
        if !self.is_name(word) {
            return Ok(first);
        }
        let mut operands = vec![first];
        while self.take_name(word)? {
            operands.push(operand(self)?);
        }
        Ok(self.node(at, make(operands)))
    }

    /// A node that holds what stands at its left, which may go on without end.
    fn taller(&self, at: usize, kind: Kind) -> Parse<Node> {
        let node = self.node(at, kind);
        if node.height > MAX_HEIGHT {
            return Err(self.wrong(&format!("at most {MAX_HEIGHT} levels of nesting; split the expression")));
        }
        Ok(node)
    }

    pub(super) fn comparison(&mut self) -> Parse<Node> {
        let mut left = self.sum()?;
        loop {
            let at = self.at;
            if let Some(comparison) = self.comparison_mark() {
                self.advance()?;
                let right = self.sum()?;
                left = self.taller(at, Kind::Compare(comparison, Box::new([left, right])))?;
            } else if self.take_name("between")? {
                let low = self.sum()?;
                self.expect_name("and")?;
                let high = self.sum()?;
                left = self.taller(at, Kind::Between(Box::new([left, low, high])))?;
            } else if self.is_name("in") {
                self.advance()?;
                let tests = self.in_tests()?;
                left = self.taller(at, Kind::In(Box::new(left), tests))?;
            } else if self.is_name("instance") {
                self.advance()?;
                self.expect_name("of")?;
                let of = self.type_name()?;
                left = self.taller(at, Kind::InstanceOf(Box::new(left), of))?;
            } else {
                return Ok(left);
            }
        }
    }

    pub(super) fn comparison_mark(&self) -> Option<Comparison> {
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

    pub(super) fn sum(&mut self) -> Parse<Node> {
        let additive = |token: &Token| match token {
            Token::Mark("+") => Some(Arithmetic::Add),
            Token::Mark("-") => Some(Arithmetic::Subtract),
            _ => None,
        };
        self.operations(additive, Self::product)
    }

    fn product(&mut self) -> Parse<Node> {
        let multiplicative = |token: &Token| match token {
            Token::Mark("*") => Some(Arithmetic::Multiply),
            Token::Mark("/") => Some(Arithmetic::Divide),
            _ => None,
        };
        self.operations(multiplicative, Self::power)
    }

    fn power(&mut self) -> Parse<Node> {
        let power = |token: &Token| matches!(token, Token::Mark("**")).then_some(Arithmetic::Power);
        self.operations(power, Self::negation)
    }

    /// Operands with operators of one precedence between them.
    fn operations(
        &mut self,
        operator: fn(&Token) -> Option<Arithmetic>,
        operand: fn(&mut Self) -> Parse<Node>,
    ) -> Parse<Node> {
        let first = operand(self)?;
        let at = self.at;
        let mut rest = Vec::new();
        while let Some(operator) = operator(&self.token) {
            let at = u32::try_from(self.at).unwrap_or(u32::MAX);
            self.advance()?;
            rest.push(Operation { at, operator, operand: operand(self)? });
        }
        Ok(if rest.is_empty() { first } else { self.node(at, Kind::Arithmetic(Box::new(first), rest)) })
    }

    pub(super) fn negation(&mut self) -> Parse<Node> {
        let at = self.at;
        if !self.take("-")? {
            return self.postfix();
        }
        self.deeper()?;
        let operand = self.negation()?;
        self.depth -= 1;
        Ok(match operand.kind {
            Kind::Constant(Value::Number(number)) => self.node(at, Kind::Constant(Value::Number(-number))),
            _ => self.node(at, Kind::Negate(Box::new(operand))),
        })
    }

    pub(super) fn postfix(&mut self) -> Parse<Node> {
        let mut left = self.primary()?;
        loop {
            let at = self.at;
            if self.take(".")? {
                let name = self.entry()?;
                left = self.taller(at, Kind::Path(Box::new(left), name))?;
            } else if self.is_mark("[") && !(self.may_close_range && self.closes_range()) {
                self.advance()?;
                let outer = std::mem::replace(&mut self.in_filter, true);
                let bound = self.bound.len();
                self.bound.push(Text::const_new("item"));
                let filter = self.expression();
                self.bound.truncate(bound);
                self.in_filter = outer;
                let filter = filter?;
                self.expect("]")?;
                left = self.taller(at, Kind::Filter(Box::new([left, filter])))?;
            } else if self.is_mark("(") {
                let arguments = self.arguments()?;
                left = self.taller(at, Kind::Call(Box::new(left), arguments))?;
            } else {
                return Ok(left);
            }
        }
    }
}
