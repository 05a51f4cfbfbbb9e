//! Segments: where one ends is told by the interchange that it stands in.

use crate::{Finding, MAX_FIELD, Place};

/// A segment and its number in the file, from 1.
#[derive(Clone, Copy)]
pub(super) struct Segment<'a> {
    pub(super) number: usize,
    text: &'a str,
    element: char,
}

impl<'a> Segment<'a> {
    /// Its name, such as `PO1`.
    pub(super) fn name(&self) -> &'a str {
        self.get(0)
    }

    /// An element by its number, trimmed; empty if there is none. 0 is the name.
    pub(super) fn get(&self, at: usize) -> &'a str {
        self.text.split(self.element).nth(at).map_or("", str::trim)
    }

    /// How many elements it has, with the name.
    pub(super) fn len(&self) -> usize {
        self.text.split(self.element).count()
    }

    /// Where it is.
    pub(super) fn place(&self, document: &str) -> Place {
        let name: String = self.name().chars().take(3).collect();
        Place::new(document, format_args!("segment {} ({name})", self.number))
    }
}

/// The segments of a text, one after the other. Each interchange brings its own delimiters (domain §2.1).
pub(super) struct Segments<'a> {
    rest: &'a str,
    document: &'a str,
    number: usize,
    /// Between elements, and after a segment.
    delimiters: Option<(char, char)>,
}

impl<'a> Segments<'a> {
    pub(super) fn of(text: &'a str, document: &'a str) -> Self {
        Self { rest: text, document, number: 0, delimiters: None }
    }

    fn refuse(&mut self, cause: &'static str) -> Finding {
        self.number += 1;
        let place = Place::new(self.document, format_args!("segment {}", self.number));
        // the next interchange can be read whatever is wrong with this one
        self.rest = self.rest.get(3..).and_then(|rest| rest.find("ISA").and_then(|at| rest.get(at..))).unwrap_or_default();
        Finding::error(place, cause, "an interchange begins with an ISA segment of 106 characters")
    }
}

impl<'a> Iterator for Segments<'a> {
    type Item = Result<Segment<'a>, Finding>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            self.rest = self.rest.trim_start();
            if self.rest.is_empty() {
                return None;
            }
            if self.rest.starts_with("ISA") {
                self.delimiters = delimiters(self.rest);
                if self.delimiters.is_none() {
                    return Some(Err(self.refuse("the interchange header is cut off")));
                }
            }
            let Some((element, terminator)) = self.delimiters else {
                return Some(Err(self.refuse("this is no X12 interchange")));
            };
            let (text, rest) = self.rest.split_once(terminator).unwrap_or((self.rest, ""));
            self.rest = rest;
            let text = text.trim();
            if !text.is_empty() {
                self.number += 1;
                if text.len() > MAX_FIELD {
                    let place = Place::new(self.document, format_args!("segment {}", self.number));
                    let cause = format!("the segment has more than {MAX_FIELD} bytes");
                    return Some(Err(Finding::error(place, cause, "end segments with the terminator of the header")));
                }
                return Some(Ok(Segment { number: self.number, text, element }));
            }
        }
    }
}

/// The delimiters of an interchange header: the character after `ISA` stands between elements, and the one after the sixteenth element,
/// which is one character, ends segments. Counting elements also reads headers whose elements are not filled up with spaces.
fn delimiters(text: &str) -> Option<(char, char)> {
    let element = text.chars().nth(3).filter(|element| element.is_ascii() && !element.is_ascii_alphanumeric())?;
    let (last, _) = text.match_indices(element).nth(15)?;
    let mut rest = text.get(last..)?.chars().skip(2);
    let terminator = rest.next().filter(|terminator| !terminator.is_alphanumeric() && *terminator != element)?;
    Some((element, terminator))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "ISA*00*          *00*          *ZZ*A*ZZ*B*260302*1000*U*00401*000000001*0*P*>";

    fn names(text: &str) -> Vec<String> {
        Segments::of(text, "f")
            .map(|segment| segment.map_or_else(|finding| finding.to_string(), |it| it.name().to_owned()))
            .collect()
    }

    #[test]
    fn each_interchange_brings_its_own_delimiters() {
        let other = HEADER.replace('*', "|");
        assert_eq!(
            names(&format!("{HEADER}~GS*X~\r\nIEA*1~\n{other}\nGS|X\nIEA|1")),
            ["ISA", "GS", "IEA", "ISA", "GS", "IEA"]
        );
    }

    #[test]
    fn a_torn_interchange_does_not_hide_the_next() {
        let found = names(&format!("rubbish ISA*00*~ {HEADER}~IEA*1~"));
        assert!(found[0].contains("this is no X12 interchange"), "{found:?}");
        assert_eq!(found.last().map(String::as_str), Some("IEA"));
    }
}
