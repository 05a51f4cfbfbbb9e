//! Functions on points and ranges: which lies where (DMN 1.5, table 78).
//!
//! A point is a range of itself alone. Each end is a place on the line: a little after its value where a start does not
//! belong to the range, a little before where an end does not. So each relation is a comparison or two of places.

use std::cmp::Ordering::{self, Equal, Greater, Less};

use super::arguments::Arguments;
use super::{Builtin, Fault, null};
use crate::range::RangeForm;
use crate::value::{compare, with_article};
use crate::{Range, Value};

/// Points and ranges, by whatever names a form gives them.
const TYPES: &str = "point: Any, point1: Any, point2: Any, range: range, range1: range, range2: range -> boolean";

pub(super) const FUNCTIONS: &[Builtin] = &[
    Builtin::new(
        "before",
        &[&["point1", "point2"], &["point", "range"], &["range", "point"], &["range1", "range2"]],
        |_, arguments| relation(arguments, Any, Any, |one, two| Ok(one.end.compare(&two.start)? == Less)),
    )
    .told(TYPES, "Whether the first ends before the second begins."),
    Builtin::new(
        "after",
        &[&["point1", "point2"], &["point", "range"], &["range", "point"], &["range1", "range2"]],
        |_, arguments| relation(arguments, Any, Any, |one, two| Ok(one.start.compare(&two.end)? == Greater)),
    )
    .told(TYPES, "Whether the first begins after the second ends."),
    Builtin::new("meets", &[&["range1", "range2"]], |_, arguments| {
        relation(arguments, Interval, Interval, |one, two| one.end.touches(&two.start))
    })
    .told(TYPES, "Whether the first ends exactly where the second begins."),
    Builtin::new("met by", &[&["range1", "range2"]], |_, arguments| {
        relation(arguments, Interval, Interval, |one, two| one.start.touches(&two.end))
    })
    .told(TYPES, "Whether the first begins exactly where the second ends."),
    Builtin::new("overlaps", &[&["range1", "range2"]], |_, arguments| {
        relation(arguments, Interval, Interval, |one, two| {
            Ok(one.start.compare(&two.end)?.is_le() && two.start.compare(&one.end)?.is_le())
        })
    })
    .told(TYPES, "Whether the two have a value in common."),
    Builtin::new("overlaps before", &[&["range1", "range2"]], |_, arguments| {
        relation(arguments, Interval, Interval, overlaps_before)
    })
    .told(TYPES, "Whether the first begins before the second, and ends within it."),
    Builtin::new("overlaps after", &[&["range1", "range2"]], |_, arguments| {
        relation(arguments, Interval, Interval, |one, two| overlaps_before(two, one))
    })
    .told(TYPES, "Whether the first begins within the second, and ends after it."),
    Builtin::new("finishes", &[&["point", "range"], &["range1", "range2"]], |_, arguments| {
        relation(arguments, Any, Interval, finishes)
    })
    .told(TYPES, "Whether the first lies in the second, and ends with it."),
    Builtin::new("finished by", &[&["range", "point"], &["range1", "range2"]], |_, arguments| {
        relation(arguments, Interval, Any, |one, two| finishes(two, one))
    })
    .told(TYPES, "Whether the second lies in the first, and ends with it."),
    Builtin::new("includes", &[&["range", "point"], &["range1", "range2"]], |_, arguments| {
        relation(arguments, Interval, Any, includes)
    })
    .told(TYPES, "Whether the second lies in the first."),
    Builtin::new("during", &[&["point", "range"], &["range1", "range2"]], |_, arguments| {
        relation(arguments, Any, Interval, |one, two| includes(two, one))
    })
    .told(TYPES, "Whether the first lies in the second."),
    Builtin::new("starts", &[&["point", "range"], &["range1", "range2"]], |_, arguments| {
        relation(arguments, Any, Interval, starts)
    })
    .told(TYPES, "Whether the first lies in the second, and begins with it."),
    Builtin::new("started by", &[&["range", "point"], &["range1", "range2"]], |_, arguments| {
        relation(arguments, Interval, Any, |one, two| starts(two, one))
    })
    .told(TYPES, "Whether the second lies in the first, and begins with it."),
    Builtin::new("coincides", &[&["point1", "point2"], &["range1", "range2"]], |_, arguments| {
        let is_range = |place| matches!(arguments.value(place), Value::Range(_));
        if is_range(0) != is_range(1) {
            return null("both arguments have to be ranges, or both points");
        }
        relation(arguments, Any, Any, |one, two| {
            Ok(one.start.compare(&two.start)? == Equal && one.end.compare(&two.end)? == Equal)
        })
    })
    .told(TYPES, "Whether the two are the same."),
];

/// What an argument may be.
#[derive(Clone, Copy, PartialEq)]
enum Shape {
    /// A range, or a point.
    Any,
    /// A range.
    Interval,
}
use Shape::{Any, Interval};

/// A place on the line.
struct Place<'a> {
    /// None for the end of the line.
    value: Option<&'a Value>,
    /// -1 for a little before the value, or the lower end of the line; 1 for after, or the upper end.
    side: i8,
}

struct Span<'a> {
    start: Place<'a>,
    end: Place<'a>,
}

impl Place<'_> {
    fn compare(&self, other: &Self) -> Result<Ordering, Fault> {
        match (self.value, other.value) {
            (Some(one), Some(two)) => match compare(one, two) {
                Some(order) => Ok(order.then(self.side.cmp(&other.side))),
                None => null(format!("{} cannot be compared with {}", with_article(one), with_article(two))),
            },
            (None, None) => Ok(self.side.cmp(&other.side)),
            (None, Some(_)) => Ok(self.side.cmp(&0)),
            (Some(_), None) => Ok(0.cmp(&other.side)),
        }
    }

    /// Whether both are exactly at one value.
    fn touches(&self, other: &Self) -> Result<bool, Fault> {
        Ok(self.compare(other)? == Equal && self.side == 0 && self.value.is_some())
    }
}

fn overlaps_before(one: &Span<'_>, two: &Span<'_>) -> Result<bool, Fault> {
    let begins_before = one.start.compare(&two.start)? == Less;
    Ok(begins_before && two.start.compare(&one.end)?.is_le() && one.end.compare(&two.end)?.is_le())
}

fn finishes(one: &Span<'_>, two: &Span<'_>) -> Result<bool, Fault> {
    Ok(one.end.compare(&two.end)? == Equal && one.start.compare(&two.start)?.is_ge())
}

fn starts(one: &Span<'_>, two: &Span<'_>) -> Result<bool, Fault> {
    Ok(one.start.compare(&two.start)? == Equal && one.end.compare(&two.end)?.is_le())
}

fn includes(one: &Span<'_>, two: &Span<'_>) -> Result<bool, Fault> {
    Ok(one.start.compare(&two.start)?.is_le() && one.end.compare(&two.end)?.is_ge())
}

fn relation(
    arguments: &[Value],
    first: Shape,
    second: Shape,
    holds: fn(&Span<'_>, &Span<'_>) -> Result<bool, Fault>,
) -> Result<Value, Fault> {
    let (one, two) = (span(arguments, 0, first)?, span(arguments, 1, second)?);
    holds(&one, &two).map(Value::Bool)
}

fn span(arguments: &[Value], place: usize, shape: Shape) -> Result<Span<'_>, Fault> {
    match arguments.value(place) {
        Value::Range(range) if range.form == RangeForm::Except => {
            null(format!("argument {} is everything but one value, which has neither start nor end", place + 1))
        }
        Value::Range(range) => Ok(ends(range)),
        Value::Null => null(format!("argument {} has to be a point or a range, and is null", place + 1)),
        other if shape == Interval => {
            null(format!("argument {} has to be a range, and is {}", place + 1, with_article(other)))
        }
        point => {
            let at = || Place { value: Some(point), side: 0 };
            Ok(Span { start: at(), end: at() })
        }
    }
}

fn ends(range: &Range) -> Span<'_> {
    let side = |end: &Option<Value>, included: bool, outside: i8| match end {
        None => -outside,
        Some(_) if included => 0,
        Some(_) => outside,
    };
    Span {
        start: Place { value: range.start.as_ref(), side: side(&range.start, range.start_included, 1) },
        end: Place { value: range.end.as_ref(), side: side(&range.end, range.end_included, -1) },
    }
}
