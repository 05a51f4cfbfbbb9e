//! Rules for texts: patterns as browsers read them, mail addresses, telephone numbers.

use regex::Regex;

/// Whether a text meets a pattern, which is looked for anywhere in it. `None` for a pattern that cannot be held against it: one that is
/// wrong, which no text meets in a browser either, or one that looks ahead or back.
pub(super) fn meets(pattern: &str, text: &str) -> Option<bool> {
    Some(Regex::new(&ours(pattern)).ok()?.is_match(text))
}

/// Why no text can be held against a pattern, if so.
pub(super) fn unusable(pattern: &str) -> Option<String> {
    let error = Regex::new(&ours(pattern)).err()?.to_string();
    let last = error.lines().last().unwrap_or_default();
    Some(last.strip_prefix("error: ").unwrap_or(last).to_owned())
}

/// A pattern of ECMAScript in our notation: digits and letters of words are those of ASCII, and what has a meaning only here has none.
fn ours(pattern: &str) -> String {
    let (mut ours, mut in_class) = (String::with_capacity(pattern.len()), false);
    let mut signs = pattern.chars();
    while let Some(sign) = signs.next() {
        match sign {
            '\\' => match signs.next() {
                Some('d') => ours.push_str("[0-9]"),
                Some('D') => ours.push_str("[^0-9]"),
                Some('w') => ours.push_str("[0-9A-Za-z_]"),
                Some('W') => ours.push_str("[^0-9A-Za-z_]"),
                Some('b') if !in_class => ours.push_str("(?-u:\\b)"),
                Some(other) => ours.extend(['\\', other]),
                None => ours.push('\\'),
            },
            '[' if in_class => ours.push_str("\\["),
            '&' | '~' if in_class => ours.extend(['\\', sign]),
            '[' | ']' => {
                in_class = sign == '[';
                ours.push(sign);
            }
            _ => ours.push(sign),
        }
    }
    ours
}

/// Whether this is a mail address as browsers want it (HTML Living Standard, *valid email address*).
pub(super) fn is_mail_address(text: &str) -> bool {
    let Some((person, domain)) = text.split_once('@') else { return false };
    let is_label = |label: &str| {
        let is_inner = |sign: char| sign.is_ascii_alphanumeric() || sign == '-';
        (1..=63).contains(&label.len()) && label.chars().all(is_inner) && !label.starts_with('-') && !label.ends_with('-')
    };
    let is_sign = |sign: char| sign.is_ascii_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(sign);
    !person.is_empty() && person.chars().all(is_sign) && domain.split('.').all(is_label)
}

/// Whether a text has an international telephone number in it: `+` or `00`, then 6 to 15 digits that do not begin with zero (ITU-T E.164).
pub(super) fn has_phone_number(text: &str) -> bool {
    let numbers = ["+", "00"].into_iter().flat_map(|prefix| text.match_indices(prefix).map(|(at, found)| at + found.len()));
    numbers.filter_map(|at| text.get(at..)).any(|rest| {
        let digits = rest.chars().take_while(char::is_ascii_digit).count();
        (6..=15).contains(&digits) && !rest.starts_with('0')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_what_they_mean_in_a_browser() {
        for (pattern, text, expected) in [
            (r"^\d{5}$", "80331", Some(true)),
            (r"^\d{5}$", "8033", Some(false)),
            (r"^\d$", "٣", Some(false)),
            (r"b+", "abbc", Some(true)),
            (r"^[\w-]+\/[A-Z[]$", "a-b/[", Some(true)),
            (r"^[a-z&&x]+$", "a&x", Some(true)),
            (r"^\bGr", "Grün", Some(true)),
            (r"(?=x)", "x", None),
            (r"(", "x", None),
        ] {
            assert_eq!(meets(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn mail_addresses_and_telephone_numbers_are_told_from_other_texts() {
        for (text, expected) in
            [("a.b+c@x-y.example", true), ("a@b", true), ("@b", false), ("a b@c", false), ("a@-b.c", false), ("a", false)]
        {
            assert_eq!(is_mail_address(text), expected, "{text}");
        }
        for (text, expected) in [
            ("+4930664040900", true),
            ("tel 004930664040900", true),
            ("030664040900", false),
            ("+49 30", false),
            ("+0123456789", false),
        ] {
            assert_eq!(has_phone_number(text), expected, "{text}");
        }
    }
}
