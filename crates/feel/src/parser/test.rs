//! Unary tests: what a cell of a table says, and what stands after `in`.

use super::{Parse, Parser};
use crate::ast::{Node, Test, Tests};

impl Parser<'_> {
    pub(super) fn tests(&mut self) -> Parse<Vec<Test>> {
        let mut tests = vec![self.test()?];
        while self.take(",")? {
            tests.push(self.test()?);
        }
        Ok(tests)
    }

    pub(super) fn test(&mut self) -> Parse<Test> {
        match self.comparison_mark() {
            Some(comparison) => {
                self.advance()?;
                Ok(Test::Compare(comparison, self.sum()?))
            }
            None => {
                let before = self.uses.len();
                let expression = self.expression()?;
                Ok(self.about_input(before, expression))
            }
        }
    }

    /// A test by an expression: a condition if it asks something of the input itself.
    fn about_input(&self, before: usize, expression: Node) -> Test {
        let uses = self.uses.get(before..).unwrap_or_default();
        let asks = uses.iter().any(|used| used.name == "?");
        if asks { Test::Condition(expression) } else { Test::Expression(expression) }
    }

    /// What stands after `in`: a test, tests in parentheses, or neither of these.
    pub(super) fn in_tests(&mut self) -> Parse<Tests> {
        if self.is_name("not") && self.peek_mark("(") {
            self.advance()?;
            return Ok(Tests { negated: true, tests: self.tests_in_parentheses()? });
        }
        let tests = match self.comparison_mark() {
            None if self.is_mark("(") => self.tests_in_parentheses()?,
            None => {
                let before = self.uses.len();
                let sum = self.sum()?;
                vec![self.about_input(before, sum)]
            }
            Some(_) => vec![self.test()?],
        };
        Ok(Tests { negated: false, tests })
    }

    fn tests_in_parentheses(&mut self) -> Parse<Vec<Test>> {
        let at = self.at;
        self.expect("(")?;
        match self.test()? {
            Test::Expression(start) | Test::Condition(start) if self.take("..")? => {
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
}
