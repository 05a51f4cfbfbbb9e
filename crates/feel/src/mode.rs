//! The two dialects, and all that tells one from the other.

/// The dialect of an expression.
///
/// | | [`Mode::Camunda`] | [`Mode::Standard`] |
/// |---|---|---|
/// | names | letters, digits and `_`; others in backticks | may hold spaces and operators, as far as they are declared |
/// | a call with wrong arguments, an `@"…"` that is no date | a parse error | null, and a warning |
/// | the bare name of a built-in function | a variable | the function, unless there is such a variable |
/// | `time("10:30")`, `time("T10:30:00")` | a time | null: a time has seconds, and no `T` |
/// | equality of times | exact | to the second (DMN 1.5, table 53) |
///
/// Everything else is the same in both: each understands the built-in functions and the literals of the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Mode {
    /// As Camunda 8 reads it.
    #[default]
    Camunda,
    /// As DMN 1.5 has it.
    Standard,
}

impl Mode {
    /// Whether names may hold spaces and operators.
    pub(crate) fn has_long_names(self) -> bool {
        self == Self::Standard
    }

    /// Whether what is seen to be wrong before evaluating gives null, and is no parse error.
    pub(crate) fn gives_null_for_what_cannot_be(self) -> bool {
        self == Self::Standard
    }

    /// Whether the name of a built-in function is the function itself, to be handed to another.
    pub(crate) fn has_builtins_as_values(self) -> bool {
        self == Self::Standard
    }

    /// Whether times may be written without their seconds, and after a `T`.
    pub(crate) fn reads_times_loosely(self) -> bool {
        self == Self::Camunda
    }

    /// Whether times that differ by less than a second are equal.
    pub(crate) fn compares_whole_seconds(self) -> bool {
        self == Self::Standard
    }
}
