//! Functions with regular expressions, and the patterns that they compile.
//!
//! Patterns are those of XPath and XQuery (DMN 1.5, table 77), which `flavour` turns into those of the `regex` crate. That one
//! takes time linear in the text, so no pattern can hang an evaluation; what it cannot do for that reason gives null. A
//! pattern that stands in the expression is compiled when the expression is parsed, any other once for each evaluation.

mod flavour;
mod template;

use std::sync::Arc;

use regex::{Regex, RegexBuilder};
use units::Text;

use super::arguments::{Arguments, look};
use super::{Builtin, Fault, null};
use crate::ast::{Kind, Node};
use crate::evaluate::Evaluator;
use crate::{Budget, Value};

/// How large a compiled pattern may become, in bytes.
const MAX_SIZE: usize = 1 << 20;
/// How many patterns an evaluation keeps.
const KEPT: usize = 16;

pub(super) const FUNCTIONS: &[Builtin] = &[
    Builtin::new("matches", &[&["input", "pattern"], &["input", "pattern", "flags"]], |call, arguments| {
        let (input, pattern) = (arguments.text(0)?, pattern(call, arguments, 1, Some(2))?);
        search(call, input, &pattern)?;
        Ok(Value::Bool(pattern.regex.is_match(input)))
    })
    .told(
        "input: string, pattern: string, flags: string -> boolean",
        "Whether a regular expression matches somewhere in a string. Flags: `s` a dot matches line ends too, `m` `^` and `$` \
         match at lines, `i` case does not matter, `x` white space in the pattern does not count, `q` the pattern is plain text.",
    ),
    Builtin::new(
        "replace",
        &[&["input", "pattern", "replacement"], &["input", "pattern", "replacement", "flags"]],
        |call, arguments| {
            let (input, pattern) = (arguments.text(0)?, pattern(call, arguments, 1, Some(3))?);
            search(call, input, &pattern)?;
            replaced(call, input, &pattern, arguments.text(2)?)
        },
    )
    .told(
        "input: string, pattern: string, replacement: string, flags: string -> string",
        "The string with every match of a regular expression replaced; `$1` is the first group, `$0` the whole match.",
    ),
    Builtin::new("split", &[&["string", "delimiter"]], |call, arguments| {
        let (text, pattern) = (arguments.text(0)?, pattern(call, arguments, 1, None)?);
        search(call, text, &pattern)?;
        call.make(text.len())?;
        listed(call, pattern.regex.split(text))
    })
    .told(
        "string: string, delimiter: string -> list<string>",
        "The parts of a string between the matches of a regular expression.",
    ),
    Builtin::new("extract", &[&["string", "pattern"], &["input", "pattern"]], |call, arguments| {
        let (text, pattern) = (arguments.text(0)?, pattern(call, arguments, 1, None)?);
        search(call, text, &pattern)?;
        call.make(text.len())?;
        listed(call, pattern.regex.find_iter(text).map(|found| found.as_str()))
    })
    .told("string: string, input: string, pattern: string -> list<string>", "All matches of a regular expression in a string."),
];

/// A compiled pattern, and what it was made from.
#[derive(Debug)]
pub(crate) struct Pattern {
    text: Text,
    flags: Text,
    regex: Regex,
    is_plain: bool,
    /// About how many states it has: at the worst, each of them is looked at for each character.
    states: usize,
}

impl Pattern {
    /// Compiles a pattern, or says why it cannot be.
    fn new(text: &Text, flags: &Text) -> Result<Self, Text> {
        if let Some(flag) = flags.chars().find(|flag| !"smixq".contains(*flag)) {
            return Err(Text::from(format!("`flags` may hold `s`, `m`, `i`, `x` and `q`, and holds `{flag}`")));
        }
        let has = |flag| flags.contains(flag);
        let written = if has('q') { regex::escape(text) } else { flavour::translated(text, has('x'), has('s'))? };
        let regex = RegexBuilder::new(&written)
            .case_insensitive(has('i'))
            .multi_line(has('m'))
            .dot_matches_new_line(has('s'))
            .size_limit(MAX_SIZE)
            .dfa_size_limit(MAX_SIZE)
            .nest_limit(50)
            .build()
            .map_err(|error| refusal(text, &error))?;
        let states = if has('q') { text.len() } else { states(text) };
        Ok(Self { text: text.clone(), flags: flags.clone(), regex, is_plain: has('q'), states })
    }

    fn is(&self, text: &str, flags: &str) -> bool {
        self.text == text && self.flags == flags
    }
}

fn refusal(text: &str, error: &regex::Error) -> Text {
    let short: String = text.chars().take(60).collect();
    match error {
        regex::Error::CompiledTooBig(_) => Text::from(format!("the pattern `{short}` is too large")),
        error => {
            let told = error.to_string();
            let why = told.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            Text::from(format!("`{short}` is no regular expression: {why}"))
        }
    }
}

/// The patterns that an evaluation has used.
#[derive(Debug, Default)]
pub(crate) struct Patterns(Vec<Arc<Pattern>>);

impl Patterns {
    /// Keeps a pattern that is compiled already.
    pub(crate) fn keep(&mut self, pattern: &Arc<Pattern>) {
        if self.find(&pattern.text, &pattern.flags).is_none() {
            if self.0.len() >= KEPT {
                self.0.remove(0);
            }
            self.0.push(pattern.clone());
        }
    }

    fn find(&self, text: &str, flags: &str) -> Option<Arc<Pattern>> {
        self.0.iter().find(|kept| kept.is(text, flags)).cloned()
    }
}

/// The pattern of a call, if it stands in the expression and can be compiled.
pub(crate) fn known(builtin: &Builtin, arguments: &[Node]) -> Option<Arc<Pattern>> {
    let flags_at = match builtin.name {
        "matches" => 2,
        "replace" => 3,
        "split" | "extract" => usize::MAX,
        _ => return None,
    };
    let Kind::Constant(Value::String(pattern)) = &arguments.get(1)?.kind else { return None };
    let flags = match arguments.get(flags_at).map(|node| &node.kind) {
        None | Some(Kind::Constant(Value::Null)) => Text::default(),
        Some(Kind::Constant(Value::String(flags))) => flags.clone(),
        Some(_) => return None,
    };
    Pattern::new(pattern, &flags).ok().map(Arc::new)
}

/// The pattern at a place of the arguments, and its flags at another if there are any.
fn pattern(
    call: &mut Evaluator<'_>,
    arguments: &[Value],
    place: usize,
    flags_at: Option<usize>,
) -> Result<Arc<Pattern>, Fault> {
    let text = arguments.text(place)?;
    let flags = match flags_at {
        Some(flags_at) if arguments.has(flags_at) => arguments.text(flags_at)?.clone(),
        _ => Text::default(),
    };
    if let Some(kept) = call.patterns.find(text, &flags) {
        return Ok(kept);
    }
    call.spend(Budget { steps: effort(text), depth: 0, size: 0 })?;
    match Pattern::new(text, &flags) {
        Ok(pattern) => {
            let pattern = Arc::new(pattern);
            call.patterns.keep(&pattern);
            Ok(pattern)
        }
        Err(reason) => null(reason),
    }
}

/// Accounts for a search: the time that it takes at the worst grows with the text and with the pattern.
fn search(call: &mut Evaluator<'_>, text: &str, pattern: &Pattern) -> Result<(), Fault> {
    look(call, text.len().saturating_mul((pattern.states / 4).max(8)))
}

/// About how many states a pattern has: one for each sign or class, as often as it is repeated.
fn states(pattern: &str) -> usize {
    let (mut groups, mut here, mut last) = (Vec::new(), 0_usize, 0_usize);
    let mut signs = pattern.chars();
    while let Some(sign) = signs.next() {
        match sign {
            '(' => {
                groups.push(here);
                (here, last) = (0, 0);
            }
            ')' => {
                last = here;
                here = here.saturating_add(groups.pop().unwrap_or(0));
            }
            '{' => {
                let count: String = signs.by_ref().take_while(|sign| *sign != '}').collect();
                let most = count.split(',').filter_map(|count| count.trim().parse::<usize>().ok()).max();
                here = here.saturating_add(last.saturating_mul(most.unwrap_or(1).saturating_sub(1)));
            }
            '*' | '+' | '?' | '|' => here = here.saturating_add(1),
            _ => {
                match sign {
                    '\\' => drop(signs.next()),
                    '[' => skip_class(&mut signs),
                    _ => {}
                }
                (here, last) = (here.saturating_add(1), 1);
            }
        }
    }
    groups.into_iter().fold(here, usize::saturating_add)
}

/// Goes behind a class such as `[a-z-[aeiou]]`.
fn skip_class(signs: &mut std::str::Chars<'_>) {
    let mut depth = 1;
    while let Some(sign) = signs.next() {
        match sign {
            '\\' => drop(signs.next()),
            '[' => depth += 1,
            ']' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return;
        }
    }
}

/// As how many nodes compiling a pattern counts: it is repetitions within repetitions that make it large.
fn effort(pattern: &str) -> u32 {
    let counts = pattern.split('{').skip(1).filter_map(|rest| {
        let digits = rest.split('}').next().unwrap_or_default().rsplit(',').next().unwrap_or_default();
        digits.trim().parse::<u32>().ok()
    });
    let copies = counts.fold(1_u32, |copies, count| copies.saturating_mul(count.max(1)));
    let length = u32::try_from(pattern.len()).unwrap_or(u32::MAX);
    length.saturating_mul(10).saturating_add(500).saturating_add(copies.saturating_mul(200).min(20_000))
}

fn replaced(call: &mut Evaluator<'_>, input: &str, pattern: &Pattern, replacement: &str) -> Result<Value, Fault> {
    let template = if pattern.is_plain {
        template::plain(replacement)
    } else {
        match template::parse(replacement, pattern.regex.captures_len()) {
            Ok(template) => template,
            Err(reason) => return null(reason),
        }
    };
    let mut text = Text::default();
    let mut end = 0;
    for found in pattern.regex.captures_iter(input) {
        let Some(whole) = found.get(0) else { continue };
        let before = text.len();
        text.push_str(input.get(end..whole.start()).unwrap_or_default());
        template::write(&template, &found, &mut text);
        end = whole.end();
        call.make(text.len() - before + 1)?;
    }
    let rest = input.get(end..).unwrap_or_default();
    call.make(rest.len())?;
    text.push_str(rest);
    Ok(Value::String(text))
}

fn listed<'a>(call: &mut Evaluator<'_>, parts: impl Iterator<Item = &'a str>) -> Result<Value, Fault> {
    let mut items = Vec::new();
    for part in parts {
        call.make(1)?;
        items.push(Value::from(part));
    }
    Ok(Value::from(items))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetitions_count_as_often_as_they_repeat() {
        for (pattern, expected) in [
            ("abc", 3),
            ("a{10}", 10),
            ("(ab{3}){0,5}", 20),
            ("[a-z\\]]{4}", 4),
            ("[a-z-[aeiou]]{4}x", 5),
            ("\\d{8}-\\d{4}", 13),
            ("\\p{L}", 1),
            ("a+|b", 4),
            ("((a", 1),
        ] {
            assert_eq!(states(pattern), expected, "{pattern}");
        }
        assert_eq!(states(&"(a{1000}".repeat(20)), 20_000);
        assert_eq!(states(&format!("{}a{}", "(".repeat(9), "){9999}".repeat(9))), usize::MAX);
    }
}
