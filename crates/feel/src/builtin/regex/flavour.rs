//! From the regular expressions of XPath and XQuery to those of the `regex` crate.

use std::iter::Peekable;
use std::str::Chars;

use units::Text;

/// White space as XML and Java have it; a space is written as its number.
const BLANK: &str = r"\t-\r\x20";
/// What a name of XML may begin with, and what it may hold.
const NAME_START: &str = r"_:\p{L}";
const NAME: &str = r"\-._:\p{L}\p{M}\p{N}";
/// How deep classes may be nested.
const MAX_DEPTH: u32 = 20;

/// Blocks of characters that patterns name, as in `\p{IsGreek}`.
const BLOCKS: [(&str, &str); 17] = [
    ("BasicLatin", r"\x{0}-\x{7F}"),
    ("Latin-1Supplement", r"\x{80}-\x{FF}"),
    ("LatinExtended-A", r"\x{100}-\x{17F}"),
    ("LatinExtended-B", r"\x{180}-\x{24F}"),
    ("Greek", r"\x{370}-\x{3FF}"),
    ("GreekandCoptic", r"\x{370}-\x{3FF}"),
    ("Cyrillic", r"\x{400}-\x{4FF}"),
    ("Hebrew", r"\x{590}-\x{5FF}"),
    ("Arabic", r"\x{600}-\x{6FF}"),
    ("Thai", r"\x{E00}-\x{E7F}"),
    ("GeneralPunctuation", r"\x{2000}-\x{206F}"),
    ("CurrencySymbols", r"\x{20A0}-\x{20CF}"),
    ("Hiragana", r"\x{3040}-\x{309F}"),
    ("Katakana", r"\x{30A0}-\x{30FF}"),
    ("CJKUnifiedIdeographs", r"\x{4E00}-\x{9FFF}"),
    ("HangulSyllables", r"\x{AC00}-\x{D7A3}"),
    ("PrivateUseArea", r"\x{E000}-\x{F8FF}"),
];

type Rest<'a> = Peekable<Chars<'a>>;

/// The same pattern for the `regex` crate, or why there is none. `loose` leaves out white space outside of classes; with
/// `dot_all` a dot matches line ends too.
pub(super) fn translated(pattern: &str, loose: bool, dot_all: bool) -> Result<String, Text> {
    let squeezed = if loose { squeezed(pattern) } else { pattern.to_owned() };
    let mut rest = squeezed.chars().peekable();
    let mut out = String::with_capacity(squeezed.len() + 8);
    while let Some(c) = rest.next() {
        match c {
            '\\' => match escape(&mut rest)? {
                Escape::Single(written) => out.push_str(&written),
                Escape::Set { negated, inside } => out.push_str(&bracketed(negated, &inside)),
            },
            '[' => out.push_str(&class(&mut rest, 0)?),
            '.' if !dot_all => out.push_str(r"[^\n\r]"),
            '(' => {
                refuse_looking_around(&rest)?;
                out.push('(');
            }
            other => out.push(other),
        }
    }
    Ok(out)
}

/// Without white space outside of classes; a backslash belongs to what comes after it.
fn squeezed(pattern: &str) -> String {
    let (mut depth, mut escaped) = (0_u32, false);
    let mut out = String::with_capacity(pattern.len());
    for c in pattern.chars() {
        if depth == 0 && matches!(c, ' ' | '\t' | '\n' | '\r') {
            continue;
        }
        match c {
            '[' if !escaped => depth += 1,
            ']' if !escaped => depth = depth.saturating_sub(1),
            _ => {}
        }
        escaped = c == '\\' && !escaped;
        out.push(c);
    }
    out
}

fn refuse_looking_around(rest: &Rest<'_>) -> Result<(), Text> {
    let next: String = rest.clone().take(3).collect();
    if ["?=", "?!", "?<=", "?<!", "?>"].iter().any(|begin| next.starts_with(begin)) {
        return Err(Text::const_new("look-ahead, look-behind and atomic groups are not supported"));
    }
    Ok(())
}

/// What stands behind a backslash.
enum Escape {
    Single(String),
    Set { negated: bool, inside: String },
}

fn escape(rest: &mut Rest<'_>) -> Result<Escape, Text> {
    let set = |negated, inside: &str| Ok(Escape::Set { negated, inside: inside.to_owned() });
    let Some(c) = rest.next() else { return Err(Text::const_new("the pattern ends with a backslash")) };
    match c {
        '0'..='9' | 'k' => Err(Text::from(format!("back-references such as `\\{c}` are not supported"))),
        's' => set(false, BLANK),
        'S' => set(true, BLANK),
        'i' => set(false, NAME_START),
        'I' => set(true, NAME_START),
        'c' => set(false, NAME),
        'C' => set(true, NAME),
        'd' | 'w' => set(false, &format!("\\{c}")),
        'D' | 'W' => set(true, &format!("\\{}", c.to_ascii_lowercase())),
        'p' | 'P' => set(c == 'P', &property(rest)?),
        // the crate gives these a meaning of their own
        '<' | '>' => Ok(Escape::Single(c.to_string())),
        other => Ok(Escape::Single(format!("\\{other}"))),
    }
}

/// A category such as `{Lu}`, or a block such as `{IsGreek}`.
fn property(rest: &mut Rest<'_>) -> Result<String, Text> {
    if rest.peek() != Some(&'{') {
        return Ok(rest.next().map_or_else(String::new, |short| format!(r"\p{short}")));
    }
    rest.next();
    let mut name = String::new();
    loop {
        match rest.next() {
            Some('}') => break,
            Some(c) => name.push(c),
            None => return Err(Text::const_new("`\\p{` is not closed")),
        }
    }
    let block = name.strip_prefix("Is").and_then(|name| BLOCKS.iter().find(|(known, _)| *known == name));
    Ok(block
        .map_or_else(|| format!(r"\p{{{}}}", name.strip_prefix("Is").unwrap_or(&name)), |(_, range)| (*range).to_owned()))
}

fn bracketed(negated: bool, inside: &str) -> String {
    format!("[{}{inside}]", if negated { "^" } else { "" })
}

/// A class up to its closing bracket; the opening one is taken already.
fn class(rest: &mut Rest<'_>, depth: u32) -> Result<String, Text> {
    if depth > MAX_DEPTH {
        return Err(Text::const_new("the classes of the pattern are nested too deep"));
    }
    let negated = rest.next_if_eq(&'^').is_some();
    let mut inside = String::new();
    // whether the last item may begin a range, and whether a range is open
    let (mut begins, mut open) = (false, false);
    loop {
        let Some(c) = rest.next() else { return Err(Text::const_new("a class of the pattern is not closed")) };
        let single = match c {
            ']' if !inside.is_empty() => return Ok(bracketed(negated, &inside)),
            '-' if rest.peek() == Some(&'[') => {
                rest.next();
                let without = class(rest, depth + 1)?;
                return match rest.next() {
                    Some(']') => Ok(format!("[{}--{without}]", bracketed(negated, &inside))),
                    _ => Err(Text::const_new("a class ends after what is subtracted from it")),
                };
            }
            '-' if begins && !open && rest.peek().is_some_and(|next| *next != ']') => {
                inside.push('-');
                open = true;
                continue;
            }
            '[' => {
                inside.push_str(&class(rest, depth + 1)?);
                begins = false;
                continue;
            }
            '\\' => match escape(rest)? {
                Escape::Single(written) => written,
                Escape::Set { negated: false, inside: set } => {
                    inside.push_str(&set);
                    begins = false;
                    continue;
                }
                Escape::Set { negated: true, inside: set } => {
                    inside.push_str(&bracketed(true, &set));
                    begins = false;
                    continue;
                }
            },
            // the crate would take two of these for an operator
            '-' | '&' | '~' | '^' | ']' => format!("\\{c}"),
            other => other.to_string(),
        };
        inside.push_str(&single);
        (begins, open) = (!open, false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn becomes(pattern: &str, expected: &str) {
        assert_eq!(translated(pattern, false, false).as_deref(), Ok(expected), "{pattern}");
    }

    #[test]
    fn classes_are_written_as_the_crate_has_them() {
        becomes("[A-Z-[OI]]", "[[A-Z]--[OI]]");
        becomes("[^A-Z-[OI]]", "[[^A-Z]--[OI]]");
        becomes("[0-9-.]", r"[0-9\-.]");
        becomes("[a&&b~~c--d]", r"[a\&\&b\~\~c-\-d]");
        becomes(r"[\s\S\d]", r"[\t-\r\x20[^\t-\r\x20]\d]");
        becomes(r"\p{IsBasicLatin}+\P{Lu}", r"[\x{0}-\x{7F}]+[^\p{Lu}]");
        becomes(r"a.\i\.\<", r"a[^\n\r][_:\p{L}]\.<");
    }

    #[test]
    fn white_space_counts_inside_of_classes_only_where_it_is_loose() {
        assert_eq!(translated(r" a b[ ]\ s\[ ", true, true).as_deref(), Ok(r"ab[ ][\t-\r\x20]\["));
    }

    #[test]
    fn what_cannot_be_done_in_linear_time_says_so() {
        for (pattern, why) in [
            (r"(a)\1", "back-references"),
            (r"[\1]", "back-references"),
            ("a(?=b)", "look-ahead"),
            ("(?<!a)b", "look-behind"),
            ("[a", "not closed"),
            ("a\\", "backslash"),
        ] {
            let refused = translated(pattern, false, false).unwrap_err();
            assert!(refused.contains(why), "{pattern}: {refused}");
        }
        assert!(translated(&"[".repeat(100_000), false, false).is_err());
    }
}
