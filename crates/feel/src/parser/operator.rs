//! Operators, from the loosest to the tightest (DMN 1.5, 10.3.1.2), and what follows an operand.

use units::Text;

use super::{MAX_DEPTH, Parse, Parser};
use crate::Value;
use crate::ast::{Arithmetic, Comparison, Kind, Node, Tests};
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

    pub(super) fn disjunction(&mut self) -> Parse<Node> {
        let mut left = self.conjunction()?;
        while self.is_name("or") {
            let at = self.at;
            self.advance()?;
            let right = self.conjunction()?;
            left = self.node(at, Kind::Or(Box::new([left, right])));
        }
        Ok(left)
    }

    pub(super) fn conjunction(&mut self) -> Parse<Node> {
        let mut left = self.comparison()?;
        while self.is_name("and") {
            let at = self.at;
            self.advance()?;
            let right = self.comparison()?;
            left = self.node(at, Kind::And(Box::new([left, right])));
        }
        Ok(left)
    }

    pub(super) fn comparison(&mut self) -> Parse<Node> {
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

    pub(super) fn product(&mut self) -> Parse<Node> {
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

    pub(super) fn power(&mut self) -> Parse<Node> {
        let mut left = self.negation()?;
        while self.is_mark("**") {
            left = self.arithmetic(Arithmetic::Power, left, Self::negation)?;
        }
        Ok(left)
    }

    pub(super) fn arithmetic(
        &mut self,
        operator: Arithmetic,
        left: Node,
        right: fn(&mut Self) -> Parse<Node>,
    ) -> Parse<Node> {
        let at = self.at;
        self.advance()?;
        let right = right(self)?;
        Ok(self.node(at, Kind::Arithmetic(operator, Box::new([left, right]))))
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
                let mut name = self.name()?;
                if name == "time" && self.take_name("offset")? {
                    name = Text::const_new("time offset");
                }
                left = self.node(at, Kind::Path(Box::new(left), name));
            } else if self.is_mark("[") && !(self.may_close_range && self.closes_range()) {
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
}
