//! What takes the place of a match: text, and groups of the match.

use regex::Captures;
use units::Text;

/// A part of a replacement.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Text(String),
    Group(usize),
}

/// Text in which nothing has a meaning of its own.
pub(super) fn plain(text: &str) -> Vec<Piece> {
    vec![Piece::Text(text.to_owned())]
}

/// Reads `$1`, `\$` and `\\`. Of several digits those count that name a group of the pattern, which has so many of them with
/// the whole match; a group that there is not is empty.
pub(super) fn parse(text: &str, groups: usize) -> Result<Vec<Piece>, Text> {
    let mut pieces = Vec::new();
    let mut written = String::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\\' => match rest.next() {
                Some(escaped) => written.push(escaped),
                None => return Err(Text::const_new("`replacement` ends with a backslash; write two of them for one")),
            },
            '$' => {
                let digit = |c: &char| c.to_digit(10).and_then(|digit| usize::try_from(digit).ok());
                let Some(mut group) = rest.peek().and_then(digit) else {
                    let reason = "`$` in `replacement` has to name a group by its number; write `\\$` for the sign itself";
                    return Err(Text::const_new(reason));
                };
                rest.next();
                while let Some(more) = rest.peek().and_then(digit).map(|next| group * 10 + next)
                    && more < groups
                {
                    group = more;
                    rest.next();
                }
                if !written.is_empty() {
                    pieces.push(Piece::Text(std::mem::take(&mut written)));
                }
                pieces.push(Piece::Group(group));
            }
            other => written.push(other),
        }
    }
    if !written.is_empty() {
        pieces.push(Piece::Text(written));
    }
    Ok(pieces)
}

/// Writes what takes the place of a match.
pub(super) fn write(template: &[Piece], found: &Captures<'_>, text: &mut Text) {
    for piece in template {
        match piece {
            Piece::Text(written) => text.push_str(written),
            Piece::Group(group) => text.push_str(found.get(*group).map_or("", |group| group.as_str())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_name_a_group_as_long_as_there_is_one() {
        let text = |text: &str| Piece::Text(text.to_owned());
        assert_eq!(parse("[$1]", 2), Ok(vec![text("["), Piece::Group(1), text("]")]));
        assert_eq!(parse("$12", 2), Ok(vec![Piece::Group(1), text("2")]));
        assert_eq!(parse("$12", 13), Ok(vec![Piece::Group(12)]));
        assert_eq!(parse(r"\$1 \\", 2), Ok(vec![text(r"$1 \")]));
        assert!(parse("5 $", 1).is_err());
        assert!(parse("\\", 1).is_err());
    }
}
