//! Ranges: everything between two values.

use std::cmp::Ordering;
use std::fmt;

use crate::Value;
use crate::ast::Comparison;
use crate::value::{compare, equal, shown};

/// Everything between two values, of which one may be missing.
#[derive(Debug, Clone, PartialEq)]
pub struct Range {
    /// The lower end; `None` if it is open downwards.
    pub start: Option<Value>,
    /// Whether the lower end belongs to it.
    pub start_included: bool,
    /// The upper end; `None` if it is open upwards.
    pub end: Option<Value>,
    /// Whether the upper end belongs to it.
    pub end_included: bool,
    /// How the ends are meant.
    pub form: RangeForm,
}

/// How the ends of a range are meant. The standard tells the ranges of one value from those between two equal ones
/// (DMN 1.5, table 53).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RangeForm {
    /// What lies between them: `[1..10)`, `(< 10)`.
    #[default]
    Interval,
    /// The one value that both ends are: `(= 10)`.
    Exactly,
    /// Everything but the one value that both ends are: `(!= 10)`.
    Except,
}

impl Range {
    /// What lies between two values.
    pub fn between(start: Value, start_included: bool, end: Value, end_included: bool) -> Self {
        Self { start: Some(start), start_included, end: Some(end), end_included, form: RangeForm::Interval }
    }

    /// What compares like this with a value: `(< 10)`.
    pub fn comparing(comparison: Comparison, value: Value) -> Self {
        let included = matches!(comparison, Comparison::LessOrEqual | Comparison::GreaterOrEqual | Comparison::Equal);
        let form = match comparison {
            Comparison::Equal => RangeForm::Exactly,
            Comparison::NotEqual => RangeForm::Except,
            _ => RangeForm::Interval,
        };
        let [below, above] = match comparison {
            Comparison::Less | Comparison::LessOrEqual => [None, Some(value)],
            Comparison::Greater | Comparison::GreaterOrEqual => [Some(value), None],
            Comparison::Equal | Comparison::NotEqual => [Some(value.clone()), Some(value)],
        };
        let (start_included, end_included) = (included && below.is_some(), included && above.is_some());
        Self { start: below, start_included, end: above, end_included, form }
    }

    /// Whether a value lies in it; `None` if it cannot be compared with the ends.
    pub fn includes(&self, value: &Value) -> Option<bool> {
        if self.form == RangeForm::Except {
            return self.start.as_ref().and_then(|except| equal(value, except)).map(|equal| !equal);
        }
        let above = match &self.start {
            None => true,
            Some(start) => match compare(value, start)? {
                Ordering::Less => false,
                Ordering::Equal => self.start_included,
                Ordering::Greater => true,
            },
        };
        let below = match &self.end {
            None => true,
            Some(end) => match compare(value, end)? {
                Ordering::Less => true,
                Ordering::Equal => self.end_included,
                Ordering::Greater => false,
            },
        };
        Some(above && below)
    }

    /// What makes it no range: ends that have no order, or the wrong one.
    pub(crate) fn fault(&self) -> Option<String> {
        let ends = self.start.iter().chain(&self.end);
        if let Some(end) = ends.clone().find(|end| compare(end, end).is_none()) {
            return (self.form == RangeForm::Interval).then(|| format!("a {} cannot be an end of a range", end.type_name()));
        }
        let (Some(start), Some(end)) = (&self.start, &self.end) else { return None };
        match compare(start, end) {
            None => Some(format!("a range from a {} to a {} has no order", start.type_name(), end.type_name())),
            Some(Ordering::Greater) => {
                Some(format!("the range begins at {}, after its end at {}", shown(start), shown(end)))
            }
            Some(_) => None,
        }
    }
}

impl fmt::Display for Range {
    /// As FEEL reads it: `[1..10)`, `(< 10)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or_equal = |included: bool| if included { "=" } else { "" };
        match (&self.start, &self.end, self.form) {
            (Some(value), _, RangeForm::Exactly) => write!(f, "(= {value})"),
            (Some(value), _, RangeForm::Except) => write!(f, "(!= {value})"),
            (None, Some(end), _) => write!(f, "(<{} {end})", or_equal(self.end_included)),
            (Some(start), None, _) => write!(f, "(>{} {start})", or_equal(self.start_included)),
            (Some(start), Some(end), RangeForm::Interval) => {
                let (opens, closes) =
                    (if self.start_included { "[" } else { "(" }, if self.end_included { "]" } else { ")" });
                write!(f, "{opens}{start}..{end}{closes}")
            }
            (None, None, _) => f.write_str("(..)"),
        }
    }
}
