//! What is wrong with a model, and where.

use std::fmt;

use crate::Text;

/// Whether a finding prevents the use of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The model can be used.
    Warning,
    /// The model is refused.
    Error,
}

/// Something that is wrong with a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// The id of the element, if it has one.
    pub element: Text,
    /// The name of the element, if it has one.
    pub name: Text,
    /// The line in the XML, from 1.
    pub line: u32,
    /// What is wrong.
    pub cause: Text,
    /// What would be right.
    pub mend: Text,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if !self.element.is_empty() {
            write!(f, ", {}", self.element)?;
        }
        if !self.name.is_empty() {
            write!(f, " \"{}\"", self.name)?;
        }
        write!(f, ": {}; {}", self.cause, self.mend)
    }
}
