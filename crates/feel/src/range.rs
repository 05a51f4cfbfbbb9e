//! Ranges: everything between two values.

use std::cmp::Ordering;

use crate::Value;
use crate::value::compare;

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
}

impl Range {
    /// Whether a value lies in it; `None` if it cannot be compared with the ends.
    pub fn includes(&self, value: &Value) -> Option<bool> {
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
}
