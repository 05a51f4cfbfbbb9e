//! Unary tests: what a cell of a table says, and what stands after `in`.

use super::{Parse, Parser};
use crate::ast::{Kind, Node, Test, Tests};

/// Where a test stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In a cell, whose input it may call `?`.
    Cell,
    /// After `in`, where a condition may call what stands before it `?`.
    AfterIn,
}

impl Parser<'_> {
    pub(super) fn tests(&mut self) -> Parse<Vec<Test>> {
        let mut tests = vec![self.test(Place::Cell, Self::expression)?];
        while self.take(",")? {
            tests.push(self.test(Place::Cell, Self::expression)?);
        }
        Ok(tests)
    }

    fn test(&mut self, place: Place, operand: fn(&mut Self) -> Parse<Node>) -> Parse<Test> {
        if let Some(comparison) = self.comparison_mark() {
            self.advance()?;
            return Ok(Test::Compare(comparison, self.sum()?));
        }
        let first_use = self.uses.len();
        let node = operand(self)?;
        let is_value = place == Place::AfterIn && is_value(&node);
        Ok(if !is_value && self.asks_input(first_use) { Test::Condition(node) } else { Test::Expression(node) })
    }

    /// Whether what was read since then calls the input `?`; the test binds it.
    fn asks_input(&mut self, first_use: usize) -> bool {
        let (mut asks, place) = (false, self.bound.len());
        for used in self.uses.iter_mut().skip(first_use).filter(|used| used.name == "?") {
            used.bound_at = Some(place);
            asks = true;
        }
        asks
    }

    /// What stands after `in`: a test, tests in parentheses, or neither of these.
    pub(super) fn in_tests(&mut self) -> Parse<Tests> {
        if self.is_name("not") && self.peek_mark("(") {
            self.advance()?;
            return Ok(Tests { negated: true, tests: self.tests_in_parentheses()? });
        }
        let tests =
            if self.is_mark("(") { self.tests_in_parentheses()? } else { vec![self.test(Place::AfterIn, Self::sum)?] };
        Ok(Tests { negated: false, tests })
    }

    fn tests_in_parentheses(&mut self) -> Parse<Vec<Test>> {
        let at = self.at;
        self.expect("(")?;
        match self.test(Place::AfterIn, Self::expression)? {
            Test::Expression(start) if self.take("..")? => {
                Ok(vec![Test::Expression(self.range_end(at, Some(start), false)?)])
            }
            first => {
                let mut tests = vec![first];
                while self.take(",")? {
                    tests.push(self.test(Place::AfterIn, Self::expression)?);
                }
                self.expect(")")?;
                Ok(tests)
            }
        }
    }
}

/// Whether a node is surely no condition: `?`, an entry of it, or a range. After `in` it means the input of the cell around,
/// since what stands before `in` is always equal to itself.
fn is_value(node: &Node) -> bool {
    match &node.kind {
        Kind::Name(name) => name == "?",
        Kind::Path(of, _) => is_value(of),
        Kind::Range(_) => true,
        _ => false,
    }
}
