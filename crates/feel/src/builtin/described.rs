//! What the built-in functions are, for people: the reference page and the command line are made from this.

use serde::Serialize;
use units::Text;

use super::{Builtin, TABLES, all};

/// What kind of value a function is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// Truth and presence.
    Boolean,
    /// Text.
    String,
    /// Numbers.
    Number,
    /// What is drawn from the seed of the environment.
    Random,
    /// Lists.
    List,
    /// Contexts.
    Context,
    /// Values of one type from others.
    Conversion,
    /// Dates, times and durations.
    Temporal,
    /// Ranges, and which lies where.
    Range,
}

impl Group {
    /// A heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Boolean => "Truth and presence",
            Self::String => "Strings",
            Self::Number => "Numbers",
            Self::Random => "Randomness",
            Self::List => "Lists",
            Self::Context => "Contexts",
            Self::Conversion => "Conversion",
            Self::Temporal => "Dates and times",
            Self::Range => "Ranges",
        }
    }
}

/// A built-in function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Described {
    /// Its name.
    pub name: &'static str,
    /// What it is about.
    pub group: Group,
    /// How it may be called: `contains(string: string, match: string)`.
    pub forms: Vec<String>,
    /// The type of its value.
    pub gives: &'static str,
    /// What it gives, in a sentence or two.
    pub help: &'static str,
}

/// All built-in functions, by group and in the order of their declarations.
pub fn functions() -> Vec<Described> {
    let mut functions = Vec::new();
    for (group, table) in TABLES {
        functions.extend(table.iter().map(|builtin| describe(group, builtin)));
    }
    functions.sort_by_key(|function| function.group);
    functions
}

fn describe(group: Group, builtin: &Builtin) -> Described {
    let (_, gives) = builtin.types.rsplit_once("->").unwrap_or(("", "Any"));
    let mut forms: Vec<String> = builtin.signatures.iter().map(|names| form(builtin, names)).collect();
    forms.dedup();
    Described { name: builtin.name, group, forms, gives: gives.trim(), help: builtin.help }
}

fn form(builtin: &Builtin, names: &[&str]) -> String {
    let parameters: Vec<String> = names.iter().map(|name| format!("{name}: {}", type_of(builtin, name))).collect();
    let more = if builtin.variadic { ", …" } else { "" };
    format!("{}({}{more})", builtin.name, parameters.join(", "))
}

/// The declared type of a parameter.
pub(super) fn type_of(builtin: &Builtin, name: &str) -> &'static str {
    let (parameters, _) = builtin.types.rsplit_once("->").unwrap_or(("", ""));
    let mut declared = parameters.split(", ").filter_map(|parameter| parameter.trim().split_once(": "));
    declared.find(|(known, _)| *known == name).map_or("Any", |(_, of)| of)
}

/// The function whose name comes nearest to one that is none, if one comes near.
pub(crate) fn nearest(name: &str) -> Option<&'static str> {
    let name: Text = name.chars().take(40).flat_map(char::to_lowercase).collect();
    let near = all().map(|builtin| (distance(&name, builtin.name), builtin.name));
    let (distance, nearest) = near.min_by_key(|(distance, _)| *distance)?;
    let joined = nearest.chars().filter(|c| *c != ' ').eq(name.chars().filter(|c| !matches!(c, ' ' | '_')));
    (joined || distance * 3 <= nearest.len()).then_some(nearest)
}

/// Letters that have to be added, taken away or exchanged.
fn distance(one: &str, two: &str) -> usize {
    let two: Vec<char> = two.chars().collect();
    let mut row: Vec<usize> = (0..=two.len()).collect();
    for (place, c) in one.chars().enumerate() {
        let mut before = std::mem::replace(&mut row[0], place + 1);
        for (column, other) in two.iter().enumerate() {
            let exchanged = before + usize::from(c != *other);
            before = row[column + 1];
            row[column + 1] = exchanged.min(before + 1).min(row[column] + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_tells_the_type_of_each_parameter_and_what_it_gives() {
        for builtin in all() {
            assert!(builtin.help.ends_with('.'), "{} has no help", builtin.name);
            assert!(builtin.types.contains("->"), "{} does not say what it gives", builtin.name);
            for name in builtin.signatures.iter().copied().flatten() {
                assert!(builtin.types.contains(&format!("{name}: ")), "{} does not type `{name}`", builtin.name);
            }
        }
    }

    #[test]
    fn a_misspelt_name_finds_its_function() {
        assert_eq!(nearest("cout"), Some("count"));
        assert_eq!(nearest("substrng"), Some("substring"));
        assert_eq!(nearest("toJson"), Some("to json"));
        assert_eq!(nearest("upper_case"), Some("upper case"));
        assert_eq!(nearest("calculateDiscount"), None);
    }

    #[test]
    fn a_form_names_its_parameters_with_their_types() {
        let functions = functions();
        let contains = functions.iter().find(|function| function.name == "contains").unwrap();
        assert_eq!(contains.forms, ["contains(string: string, match: string)"]);
        assert_eq!(contains.gives, "boolean");
    }
}
