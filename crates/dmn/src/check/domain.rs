//! What an input can be, split into the pieces on which no cell of its column changes its mind.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use feel::{Comparison, Range, TestShape, UnaryTests, Value};

use crate::table::{Cell, Input, Table};
use crate::types::Type;

/// How surely a cell holds on a piece; a rule holds as surely as the least sure of its cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Holds {
    Never,
    Perhaps,
    Always,
}

/// A part of a domain on which every cell of the column is constant.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Piece {
    /// One value.
    Value(Value),
    /// What lies between two values, of which either may be missing.
    Between(Option<Value>, Option<Value>),
    /// All values that no cell names.
    Others,
    /// No value.
    Null,
}

impl std::fmt::Display for Piece {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Value(value) => value.fmt(f),
            Self::Null => f.write_str("null"),
            Self::Between(None, None) | Self::Others => f.write_str("anything else"),
            Self::Between(Some(low), None) => write!(f, "> {low}"),
            Self::Between(None, Some(high)) => write!(f, "< {high}"),
            Self::Between(Some(low), Some(high)) => write!(f, "({low}..{high})"),
        }
    }
}

/// The pieces of a column, null being the last; or why it has none.
pub(super) fn pieces(table: &Table, column: usize, input: &Input) -> Result<Vec<Piece>, String> {
    let mut named: Vec<Value> = Vec::new();
    let mut ordered = matches!(input.of.base(), Type::Number);
    for rule in &table.rules {
        match rule.inputs.get(column).unwrap_or(&Cell::Any) {
            Cell::Any => {}
            Cell::OneOf(values) => named.extend(values.iter().cloned()),
            Cell::Tests(tests, _) => ordered |= points(tests, &mut named),
        }
    }
    named.retain(|value| !value.is_null());
    let types: BTreeSet<&str> = named.iter().map(Value::type_name).collect();
    if types.len() > 1 {
        let types: Vec<&str> = types.into_iter().collect();
        return Err(format!("its cells compare it with values of several types ({})", types.join(", ")));
    }
    let constraints: Vec<&UnaryTests> = input.allowed.iter().chain(input.of.constraints()).collect();
    let kind = named.first().map_or("number", Value::type_name);
    let is_bool = matches!(named.first(), Some(Value::Bool(_))) || matches!(input.of.base(), Type::Bool);
    ordered |= named.first().is_some_and(|value| matches!(value, Value::Number(_)));
    let mut pieces = if is_bool {
        vec![Piece::Value(Value::Bool(true)), Piece::Value(Value::Bool(false))]
    } else if ordered {
        for tests in &constraints {
            points(tests, &mut named);
        }
        // of another type than what the cells name: that is told with the cell
        named.retain(|value| value.type_name() == kind);
        let mut pieces =
            between(named).ok_or_else(|| "its cells compare it with values that have no order among them".to_owned())?;
        pieces.retain(|piece| constraints.iter().all(|tests| passes_tests(tests, piece)));
        pieces
    } else {
        listed(named, input)
    };
    pieces.push(Piece::Null);
    Ok(pieces)
}

/// Adds the values that tests name; whether they look at the order of values.
fn points(tests: &UnaryTests, named: &mut Vec<Value>) -> bool {
    let mut ordered = false;
    for shape in tests.shapes().map(|(_, shapes)| shapes).unwrap_or_default() {
        match shape {
            TestShape::Compare(comparison, value) => {
                ordered |= !matches!(comparison, Comparison::Equal | Comparison::NotEqual);
                named.push(value.clone());
            }
            TestShape::Range(range) => {
                ordered = true;
                named.extend(range.start.iter().chain(&range.end).cloned());
            }
        }
    }
    ordered
}

/// Points and what lies between them.
fn between(mut points: Vec<Value>) -> Option<Vec<Piece>> {
    if !feel::sort(&mut points) {
        return None;
    }
    points.dedup_by(|one, two| order(one, two) == Some(Ordering::Equal));
    let mut pieces = vec![Piece::Between(None, points.first().cloned())];
    for (at, point) in points.iter().enumerate() {
        pieces.push(Piece::Value(point.clone()));
        let next = points.get(at + 1);
        if !next.is_some_and(|next| adjoin(point, next)) {
            pieces.push(Piece::Between(Some(point.clone()), next.cloned()));
        }
    }
    Some(pieces)
}

/// Whether nothing lies between two values, as between a day and the next one.
fn adjoin(one: &Value, two: &Value) -> bool {
    match (one, two) {
        (Value::Date(one), Value::Date(two)) => one.next_day() == Some(*two),
        (Value::YearsDuration(one), Value::YearsDuration(two)) => one.months() + 1 == two.months(),
        _ => false,
    }
}

/// The values that are named or allowed, and all others unless only these are allowed.
fn listed(mut values: Vec<Value>, input: &Input) -> Vec<Piece> {
    let from_tests = |tests: &UnaryTests| tests.constants().map(|values| values.into_iter().cloned().collect::<Vec<_>>());
    let allowed = input.allowed.as_ref().and_then(from_tests).or_else(|| input.of.allowed());
    if let Some(allowed) = &allowed {
        values.clone_from(allowed);
    }
    // equal values are written in the same way
    let mut seen = BTreeSet::new();
    values.retain(|value| seen.insert(value.to_string()));
    let mut pieces: Vec<Piece> = values.into_iter().map(Piece::Value).collect();
    if allowed.is_none() {
        pieces.push(Piece::Others);
    }
    pieces
}

/// How much work it is to hold a cell against a piece.
pub(super) fn weight(cell: &Cell) -> usize {
    match cell {
        Cell::Any => 1,
        Cell::OneOf(values) => values.len().max(1),
        Cell::Tests(tests, _) => tests.shapes().map_or(1, |(_, shapes)| 4 * shapes.len().max(1)),
    }
}

/// Whether what a cell says is known only when it is evaluated.
pub(super) fn is_computed(cell: &Cell) -> bool {
    matches!(cell, Cell::Tests(tests, _) if tests.shapes().is_none() && tests.impossible().is_none())
}

/// Whether a cell holds on a piece.
pub(super) fn holds(cell: &Cell, piece: &Piece) -> Holds {
    let sure = |holds: bool| if holds { Holds::Always } else { Holds::Never };
    match (cell, piece) {
        (Cell::Any, _) => Holds::Always,
        (Cell::OneOf(values), Piece::Value(value)) => sure(values.contains(value)),
        (Cell::OneOf(_), _) => Holds::Never,
        (Cell::Tests(tests, _), piece) => match tests.shapes() {
            Some(_) => sure(passes_tests(tests, piece)),
            None if is_computed(cell) => Holds::Perhaps,
            None => Holds::Never,
        },
    }
}

/// Whether a piece passes tests; one that has to be computed may always be passed.
fn passes_tests(tests: &UnaryTests, piece: &Piece) -> bool {
    tests.is_any()
        || tests.shapes().is_none_or(|(negated, shapes)| shapes.iter().any(|shape| passes(shape, piece)) != negated)
}

fn passes(shape: &TestShape<'_>, piece: &Piece) -> bool {
    match shape {
        TestShape::Range(range) => in_range(range, piece),
        TestShape::Compare(comparison, value) => {
            let relation = relation(piece, value);
            match comparison {
                Comparison::Equal => relation == Some(Ordering::Equal),
                Comparison::NotEqual => relation != Some(Ordering::Equal),
                Comparison::Less => relation == Some(Ordering::Less),
                Comparison::LessOrEqual => matches!(relation, Some(Ordering::Less | Ordering::Equal)),
                Comparison::Greater => relation == Some(Ordering::Greater),
                Comparison::GreaterOrEqual => matches!(relation, Some(Ordering::Greater | Ordering::Equal)),
            }
        }
    }
}

/// How everything in a piece lies to a value that is one of the points of the column.
fn relation(piece: &Piece, value: &Value) -> Option<Ordering> {
    match piece {
        Piece::Value(point) if point == value => Some(Ordering::Equal),
        Piece::Value(point) => order(point, value),
        Piece::Between(low, high) => {
            let above = low.as_ref().and_then(|low| order(low, value)).is_some_and(Ordering::is_ge);
            let below = high.as_ref().and_then(|high| order(high, value)).is_some_and(Ordering::is_le);
            if above {
                Some(Ordering::Greater)
            } else if below {
                Some(Ordering::Less)
            } else {
                None
            }
        }
        Piece::Null => value.is_null().then_some(Ordering::Equal),
        Piece::Others => None,
    }
}

fn in_range(range: &Range, piece: &Piece) -> bool {
    let above = range.start.as_ref().is_none_or(|start| match relation(piece, start) {
        Some(Ordering::Greater) => true,
        Some(Ordering::Equal) => range.start_included,
        _ => false,
    });
    let below = range.end.as_ref().is_none_or(|end| match relation(piece, end) {
        Some(Ordering::Less) => true,
        Some(Ordering::Equal) => range.end_included,
        _ => false,
    });
    above && below
}

/// The order of two values of one type, as ranges see it.
fn order(one: &Value, two: &Value) -> Option<Ordering> {
    let is = |comparison| Range::comparing(comparison, two.clone()).includes(one);
    Some(match (is(Comparison::Less)?, is(Comparison::LessOrEqual)?) {
        (true, _) => Ordering::Less,
        (false, true) => Ordering::Equal,
        (false, false) => Ordering::Greater,
    })
}
