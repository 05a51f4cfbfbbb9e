//! Unary tests: what a cell of a table says, and what stands after `in`.

use super::{Parse, Parser};
use crate::ast::Test;

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

    /// What stands after `in`: a test, or tests in parentheses.
    pub(super) fn in_tests(&mut self) -> Parse<Vec<Test>> {
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
}
