//! Unary tests: what a cell of a table says, and what stands after `in`.

use super::{Parse, Parser};
use crate::ast::{Test, Tests};

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
            None => Ok(Test::Expression(self.expression()?)),
        }
    }

    /// What stands after `in`: a test, tests in parentheses, or neither of these.
    pub(super) fn in_tests(&mut self) -> Parse<Tests> {
        if self.is_name("not") && self.peek_mark("(") {
            self.advance()?;
            return Ok(Tests { negated: true, tests: self.tests_in_parentheses()? });
        }
        let tests = match self.comparison_mark() {
            None if self.is_mark("(") => self.tests_in_parentheses()?,
            None => vec![Test::Expression(self.sum()?)],
            Some(_) => vec![self.test()?],
        };
        Ok(Tests { negated: false, tests })
    }

    fn tests_in_parentheses(&mut self) -> Parse<Vec<Test>> {
        let at = self.at;
        self.expect("(")?;
        match self.test()? {
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
}
