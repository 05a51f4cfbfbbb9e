//! Short words for finding one's way in XML, by local names: banks differ in namespaces.

use roxmltree::Node;
use units::{Amount, Currency, Decimal};

use crate::amount::exact;

pub(super) type Xml<'a> = Node<'a, 'a>;

/// The children of that name.
pub(super) fn children<'a>(node: Xml<'a>, name: &'static str) -> impl Iterator<Item = Xml<'a>> {
    node.children().filter(move |child| child.tag_name().name() == name)
}

/// The first child along a path of names.
pub(super) fn child<'a>(node: Xml<'a>, names: &[&'static str]) -> Option<Xml<'a>> {
    names.iter().try_fold(node, |node, name| children(node, name).next())
}

/// The text at the end of a path, trimmed.
pub(super) fn path<'a>(node: Xml<'a>, names: &[&'static str]) -> Option<&'a str> {
    child(node, names)?.text().map(str::trim)
}

/// An amount as it is written, in minor units.
pub(super) fn minor(text: &str, currency: Currency) -> Option<Amount> {
    exact(text.trim().parse::<Decimal>().ok()?, currency)
}

/// Where lines end. The parser counts them anew for each question, which takes its time in a long document.
pub(super) struct Lines(Vec<usize>);

impl Lines {
    pub(super) fn of(text: &str) -> Self {
        Self(text.match_indices('\n').map(|(at, _)| at).collect())
    }

    /// The line, from 1, of a byte.
    pub(super) fn row(&self, at: usize) -> usize {
        self.0.partition_point(|end| *end < at) + 1
    }
}

/// Whether elements are nested deeper than that. Counted roughly before parsing, because a parser may need stack for each level:
/// comments and text with angle brackets can only make it more.
pub(super) fn deeper_than(text: &str, limit: usize) -> bool {
    let mut depth = 0usize;
    for piece in text.split('<').skip(1) {
        if piece.starts_with('/') {
            depth = depth.saturating_sub(1);
        } else if !piece.starts_with(['?', '!']) && !piece.split('>').next().is_some_and(|tag| tag.ends_with('/')) {
            depth += 1;
            if depth > limit {
                return true;
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_count_from_one() {
        let lines = Lines::of("ab\nc\n");
        assert_eq!([0, 2, 3, 5].map(|at| lines.row(at)), [1, 1, 2, 3]);
    }

    #[test]
    fn depth_is_what_is_open_at_once() {
        assert!(!deeper_than(&"<a><b/></a><!-- c -->".repeat(10), 2));
        assert!(deeper_than(&"<a>".repeat(3), 2));
    }
}
