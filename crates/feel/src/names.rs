//! Names of several words: in the standard's FEEL a name may hold spaces and operators, and only whoever knows the names
//! that are declared around a place can tell `a-b`, the name, from `a-b`, the difference (DMN 1.5, 10.3.1.4).

use std::collections::{BTreeMap, BTreeSet};

use units::Text;

use crate::lexer;

/// The names that are known where an expression stands, by the word with which they begin.
#[derive(Debug, Default)]
pub(crate) struct Names(BTreeMap<Text, BTreeSet<Text>>);

impl Names {
    /// Those of `names` that the lexer would not read as one word by itself.
    pub(crate) fn of(names: &[Text]) -> Self {
        let mut known = Self::default();
        names.iter().for_each(|name| known.add(name));
        known
    }

    /// Makes a name known.
    pub(crate) fn add(&mut self, name: &str) {
        let name = normal(name);
        let begins = name.chars().next().is_some_and(lexer::is_name_start);
        if begins && !name.chars().all(lexer::is_name_part) {
            self.0.entry(first_word(&name).into()).or_default().insert(name);
        }
    }

    /// The longest known name with which `text` begins, and how long it is as written.
    pub(crate) fn longest(&self, text: &str) -> Option<(&Text, usize)> {
        let names = self.0.get(first_word(text))?;
        let written = names.iter().filter_map(|name| Some((name, written(text, name)?)));
        written.max_by_key(|(_, length)| *length)
    }
}

/// The word with which a text begins.
fn first_word(text: &str) -> &str {
    text.split(|c| !lexer::is_name_part(c)).next().unwrap_or_default()
}

/// Whether a name of a context may stand without quotation marks.
pub(crate) fn is_plain(name: &str) -> bool {
    let begins = name.chars().next().is_some_and(lexer::is_name_start);
    begins && name.chars().all(|c| lexer::is_name_part(c) || c == ' ') && !name.ends_with(' ')
}

/// A name with one space between its words.
pub(crate) fn normal(name: &str) -> Text {
    let mut normal = Text::default();
    for word in name.split_whitespace() {
        if !normal.is_empty() {
            normal.push(' ');
        }
        normal.push_str(word);
    }
    normal
}

/// How long a name is where `text` begins with it, with any white space between its words.
pub(crate) fn written(text: &str, name: &str) -> Option<usize> {
    let mut rest = text;
    for c in name.chars() {
        if c == ' ' {
            let trimmed = rest.trim_start();
            if trimmed.len() == rest.len() {
                return None;
            }
            rest = trimmed;
        } else {
            rest = rest.strip_prefix(c)?;
        }
    }
    let ends_in_word = name.chars().next_back().is_some_and(lexer::is_name_part);
    let goes_on = rest.chars().next().is_some_and(lexer::is_name_part);
    if ends_in_word && goes_on { None } else { Some(text.len() - rest.len()) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
mod tests {
    use super::*;

    #[test]
    fn the_longest_name_wins_and_ends_where_a_word_ends() {
        let names = Names::of(&["order total".into(), "order  total-net".into(), "plain".into()]);
        assert_eq!(names.longest("order\n total + 1").unwrap(), (&Text::from("order total"), 12));
        assert_eq!(names.longest("order total-net * 2").unwrap(), (&Text::from("order total-net"), 15));
        assert_eq!(names.longest("order totals"), None);
        assert_eq!(names.longest("plain"), None);
    }
}
