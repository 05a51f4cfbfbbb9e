//! The built-in functions: one table, one file per kind.

mod aggregate;
mod arguments;
mod boolean;
mod calendar;
mod context;
mod conversion;
mod described;
mod interval;
mod json;
mod list;
mod moment;
mod number;
mod order;
mod property;
mod random;
mod range;
pub(crate) mod regex;
mod set;
mod string;
mod written;

use std::sync::LazyLock;

use units::Text;

use crate::Value;
use crate::ast::{Kind, Node};
use crate::evaluate::{Evaluator, Exhausted};

pub(crate) use described::nearest;
pub use described::{Described, Group, functions};
pub(crate) use moment::constant;
pub(crate) use property::property;

/// A built-in function.
pub(crate) struct Builtin {
    /// Its name, with single spaces.
    pub(crate) name: &'static str,
    /// The names of its parameters, shortest form first; a function of any number of arguments has one form only.
    pub(crate) signatures: &'static [&'static [&'static str]],
    /// Whether it takes any number of arguments.
    pub(crate) variadic: bool,
    /// The parameter that stands for any number of arguments: in a call by names its list is those arguments.
    pub(crate) rest: Option<&'static str>,
    /// The types of its parameters and of its value: `string: string, length: number -> string`.
    pub(crate) types: &'static str,
    /// What it gives, in a sentence.
    pub(crate) help: &'static str,
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
    /// An argument, counted from 0, has to be something else than it is, which is shown: it gives null.
    Argument(usize, &'static str, Text),
    /// The whole evaluation gives null, for this reason.
    Failed(Text),
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
        Self { name, signatures, variadic: false, rest: None, types: "", help: "", run }
    }

    const fn variadic(name: &'static str, signatures: &'static [&'static [&'static str]], run: Run) -> Self {
        Self { name, signatures, variadic: true, rest: None, types: "", help: "", run }
    }

    /// With a parameter that stands for any number of arguments.
    const fn with_rest(self, rest: &'static str) -> Self {
        Self { rest: Some(rest), ..self }
    }

    /// With the types of its parameters and of its value, and what it gives in a sentence.
    const fn told(self, types: &'static str, help: &'static str) -> Self {
        Self { types, help, ..self }
    }

    /// What the parameter at a place is called in a call with so many arguments.
    fn parameter(&self, place: usize, count: usize) -> &'static str {
        let names = self.signatures.iter().find(|names| names.len() == count);
        let names = names.or_else(|| self.signatures.iter().find(|names| place < names.len())).or(self.signatures.last());
        names.and_then(|names| names.get(place).or(names.last())).copied().unwrap_or_default()
    }

    /// Why a call with so many arguments gives null because of one of them.
    pub(crate) fn wrong(&self, place: usize, count: usize, expected: &str, found: &str) -> Text {
        format!("{}: `{}` has to be {expected}, and is {found}", self.name, self.parameter(place, count)).into()
    }

    /// Why named arguments do not fit, as far as they are literals: their parameters are of another type.
    pub(crate) fn misfit(&self, named: &[(Text, Node)]) -> Option<Text> {
        named.iter().find_map(|(name, node)| {
            let of = described::type_of(self, name);
            let scalar = matches!(of, "string" | "number" | "boolean" | "function");
            let found = match &node.kind {
                Kind::List(items) if items.len() != 1 => "list",
                Kind::Constant(Value::List(items)) if items.len() != 1 => "list",
                Kind::Context(_) => "context",
                _ => return None,
            };
            scalar.then(|| format!("{}: `{name}` has to be a {of}, and is a {found}", self.name).into())
        })
    }

    /// Whether it can be called with so many arguments.
    pub(crate) fn takes(&self, count: usize) -> bool {
        (self.variadic && count > 0) || self.signatures.iter().any(|names| names.len() == count)
    }

    /// How a call of it looks.
    pub(crate) fn call(&self) -> String {
        format!("{}({})", self.name, if self.takes(0) { "" } else { "…" })
    }

    /// How many arguments it takes, in words.
    pub(crate) fn arity(&self) -> String {
        let mut counts: Vec<usize> = self.signatures.iter().map(|names| names.len()).collect();
        counts.sort_unstable();
        counts.dedup();
        let plural = if counts == [1] { "" } else { "s" };
        let counts: Vec<String> = counts.iter().map(ToString::to_string).collect();
        if self.variadic { "at least 1 argument".into() } else { format!("{} argument{plural}", counts.join(" or ")) }
    }
}

const TABLES: [(Group, &[Builtin]); 15] = [
    (Group::Boolean, boolean::FUNCTIONS),
    (Group::String, string::FUNCTIONS),
    (Group::String, regex::FUNCTIONS),
    (Group::Number, number::FUNCTIONS),
    (Group::Random, random::FUNCTIONS),
    (Group::List, list::FUNCTIONS),
    (Group::List, order::FUNCTIONS),
    (Group::List, aggregate::FUNCTIONS),
    (Group::Context, context::FUNCTIONS),
    (Group::Conversion, conversion::FUNCTIONS),
    (Group::Conversion, json::FUNCTIONS),
    (Group::Temporal, moment::FUNCTIONS),
    (Group::Temporal, calendar::FUNCTIONS),
    (Group::Range, range::FUNCTIONS),
    (Group::Range, interval::FUNCTIONS),
];

fn all() -> impl Iterator<Item = &'static Builtin> {
    TABLES.iter().flat_map(|(_, functions)| functions.iter())
}

/// All functions by their names: every word of an expression is looked for here.
static BY_NAME: LazyLock<Vec<&'static Builtin>> = LazyLock::new(|| {
    let mut all: Vec<_> = all().collect();
    all.sort_unstable_by_key(|builtin| builtin.name);
    all
});

/// The function of this name.
pub(crate) fn find(name: &str) -> Option<&'static Builtin> {
    let place = BY_NAME.binary_search_by_key(&name, |builtin| builtin.name).ok()?;
    BY_NAME.get(place).copied()
}

/// The functions whose names begin with this letter.
fn beginning_with(first: u8) -> &'static [&'static Builtin] {
    let begins = |builtin: &&Builtin| builtin.name.as_bytes().first().copied().unwrap_or_default();
    let from = BY_NAME.partition_point(|builtin| begins(builtin) < first);
    let to = BY_NAME.partition_point(|builtin| begins(builtin) <= first);
    BY_NAME.get(from..to).unwrap_or_default()
}

/// The function of several words that `text` begins with and calls, and the length of its name as written.
pub(crate) fn spaced(text: &str) -> Option<(&'static Builtin, usize)> {
    // most names are those of variables: the first letter alone rules out nearly all functions
    let candidates = beginning_with(*text.as_bytes().first()?).iter().filter(|builtin| builtin.name.contains(' '));
    let written = candidates.filter_map(|builtin| written_length(text, builtin.name).map(|length| (*builtin, length)));
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
