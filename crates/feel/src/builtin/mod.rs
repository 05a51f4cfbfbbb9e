//! The built-in functions: one table, one file per kind.

mod arguments;
mod boolean;
mod calendar;
mod context;
mod conversion;
mod interval;
mod list;
mod moment;
mod number;
mod property;
mod range;
mod string;

use units::Text;

use crate::Value;
use crate::evaluate::{Evaluator, Exhausted};

pub(crate) use property::property;

/// A built-in function.
pub(crate) struct Builtin {
    /// Its name, with single spaces.
    pub(crate) name: &'static str,
    /// The names of its parameters, shortest form first; a function of any number of arguments has one form only.
    pub(crate) signatures: &'static [&'static [&'static str]],
    /// Whether it takes any number of arguments.
    pub(crate) variadic: bool,
    pub(crate) run: Run,
}

impl std::fmt::Debug for Builtin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// The body of a built-in function.
pub(crate) type Run = fn(&mut Evaluator<'_>, &[Value]) -> Result<Value, Fault>;

/// Why a function gives no value.
pub(crate) enum Fault {
    /// It gives null, for this reason.
    Null(Text),
    /// The budget is used up.
    Exhausted(Exhausted),
}

impl From<Exhausted> for Fault {
    fn from(exhausted: Exhausted) -> Self {
        Self::Exhausted(exhausted)
    }
}

/// Null, for this reason.
pub(crate) fn null<T>(reason: impl Into<Text>) -> Result<T, Fault> {
    Err(Fault::Null(reason.into()))
}

impl Builtin {
    const fn new(name: &'static str, signatures: &'static [&'static [&'static str]], run: Run) -> Self {
        Self { name, signatures, variadic: false, run }
    }

    const fn variadic(name: &'static str, signatures: &'static [&'static [&'static str]], run: Run) -> Self {
        Self { name, signatures, variadic: true, run }
    }

    /// Whether it can be called with so many arguments.
    pub(crate) fn takes(&self, count: usize) -> bool {
        (self.variadic && count > 0) || self.signatures.iter().any(|names| names.len() == count)
    }

    /// How many arguments it takes, in words.
    pub(crate) fn arity(&self) -> String {
        let mut counts: Vec<usize> = self.signatures.iter().map(|names| names.len()).collect();
        counts.dedup();
        let plural = if counts == [1] { "" } else { "s" };
        let counts: Vec<String> = counts.iter().map(ToString::to_string).collect();
        if self.variadic { "at least 1 argument".into() } else { format!("{} argument{plural}", counts.join(" or ")) }
    }
}

const TABLES: [&[Builtin]; 10] = [
    boolean::FUNCTIONS,
    calendar::FUNCTIONS,
    context::FUNCTIONS,
    conversion::FUNCTIONS,
    interval::FUNCTIONS,
    list::FUNCTIONS,
    moment::FUNCTIONS,
    number::FUNCTIONS,
    range::FUNCTIONS,
    string::FUNCTIONS,
];

fn all() -> impl Iterator<Item = &'static Builtin> {
    TABLES.iter().copied().flatten()
}

/// The function of this name.
pub(crate) fn find(name: &str) -> Option<&'static Builtin> {
    all().find(|builtin| builtin.name == name)
}

/// The function of several words that `text` begins with and calls, and the length of its name as written.
pub(crate) fn spaced(text: &str) -> Option<(&'static Builtin, usize)> {
    let candidates = all().filter(|builtin| builtin.name.contains(' '));
    let written = candidates.filter_map(|builtin| written_length(text, builtin.name).map(|length| (builtin, length)));
    written.max_by_key(|(_, length)| *length)
}

/// How long a name of several words is as `text` writes it, if a call of it stands there.
fn written_length(text: &str, name: &str) -> Option<usize> {
    let mut rest = text;
    for (place, word) in name.split(' ').enumerate() {
        let trimmed = rest.trim_start();
        if place > 0 && trimmed.len() == rest.len() {
            return None;
        }
        rest = trimmed.strip_prefix(word)?;
    }
    let length = text.len() - rest.len();
    rest.trim_start().starts_with('(').then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_function_is_declared_twice() {
        let mut names: Vec<&str> = all().map(|builtin| builtin.name).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn spaced_names_may_be_written_with_any_white_space() {
        let (builtin, length) = spaced("date  and\ntime (x)").unwrap();
        assert_eq!((builtin.name, length), ("date and time", 14));
        assert!(spaced("date and time").is_none());
        assert!(spaced("date and timer(x)").is_none());
    }
}
