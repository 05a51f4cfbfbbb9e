//! From text to tokens, on demand: multi-word names are only known to the parser.

use units::{Decimal, Text};

/// A piece of an expression.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Token {
    Number(Decimal),
    String(Text),
    Name(Text),
    /// A name in backticks, which is never a keyword.
    Escaped(Text),
    /// An operator or a bracket.
    Mark(&'static str),
    End,
}

impl std::fmt::Display for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => write!(f, "the number {number}"),
            Self::String(text) => write!(f, "the text \"{}\"", text.chars().take(40).collect::<String>()),
            Self::Name(name) | Self::Escaped(name) => write!(f, "`{}`", name.chars().take(40).collect::<String>()),
            Self::Mark(mark) => write!(f, "`{mark}`"),
            Self::End => f.write_str("the end"),
        }
    }
}

/// Why there is no token: what was expected, and what was found.
pub(crate) type Unreadable = (&'static str, Text);

/// Longest first, so that `..` is not read as two marks.
const MARKS: [&str; 24] = [
    "..", "**", "<=", ">=", "!=", "->", "+", "-", "*", "/", "=", "<", ">", "(", ")", "[", "]", "{", "}", ",", ":", ".", "@",
    "?",
];

/// What other languages write, longest first, and what FEEL has instead.
const FOREIGN: [(&str, &str); 9] = [
    ("&&", "`and`"),
    ("||", "`or`"),
    ("&", "`and`, or `+` between texts"),
    ("|", "`or`"),
    ("!", "the function `not(…)`"),
    ("%", "the function `modulo(…, …)`"),
    ("^", "`**`"),
    ("'", "a text in double quotation marks"),
    ("’", "a text in double quotation marks"),
];

/// Pairs of marks that other languages write as one, and what FEEL has instead.
const FOREIGN_PAIRS: [(&str, &str); 4] = [("==", "`=`"), ("<>", "`!=`"), ("=>", "`>=`"), ("=<", "`<=`")];

/// If the mark at `at` makes, with the one right before it, an operator of another language: what FEEL has instead, and that
/// operator.
pub(crate) fn foreign_pair(text: &str, at: usize) -> Option<Unreadable> {
    let pair = text.get(at.checked_sub(1)?..at + 1)?;
    let (pair, instead) = FOREIGN_PAIRS.iter().find(|(foreign, _)| *foreign == pair)?;
    Some((instead, Text::from(format!("`{pair}`"))))
}

/// Skips white space and comments.
pub(crate) fn skip_blank(text: &str, mut at: usize) -> usize {
    loop {
        let rest = text.get(at..).unwrap_or_default();
        // a byte order mark is blank, too (rule 61)
        let trimmed = rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{180e}'));
        at += rest.len() - trimmed.len();
        if trimmed.starts_with("//") {
            at += trimmed.find('\n').unwrap_or(trimmed.len());
        } else if let Some(end) = trimmed.strip_prefix("/*").and_then(|comment| comment.find("*/")) {
            at += end + 4;
        } else {
            return at;
        }
    }
}

/// The token at `at`, which is not blank, and where it ends.
pub(crate) fn token(text: &str, at: usize) -> Result<(Token, usize), Unreadable> {
    let rest = text.get(at..).unwrap_or_default();
    let Some(first) = rest.chars().next() else { return Ok((Token::End, at)) };
    if first.is_ascii_digit() || first == '.' && rest.chars().nth(1).is_some_and(|c| c.is_ascii_digit()) {
        return number(rest).map(|(number, length)| (Token::Number(number), at + length));
    }
    if rest.starts_with("/*") {
        return Err(("`*/`, the end of the comment", Text::const_new("the end")));
    }
    if first == '"' {
        return string(rest).map(|(text, length)| (Token::String(text), at + length));
    }
    if first == '`' {
        let inner = rest.get(1..).unwrap_or_default();
        let end = inner.find('`').ok_or_else(|| ("a closing backtick", Text::const_new("the end")))?;
        return Ok((Token::Escaped(inner.get(..end).unwrap_or_default().into()), at + end + 2));
    }
    if is_name_start(first) {
        let end = rest.find(|c| !is_name_part(c)).unwrap_or(rest.len());
        return Ok((Token::Name(rest.get(..end).unwrap_or_default().into()), at + end));
    }
    match MARKS.iter().find(|mark| rest.starts_with(**mark)) {
        Some(mark) => Ok((Token::Mark(mark), at + mark.len())),
        None => match FOREIGN.iter().find(|(foreign, _)| rest.starts_with(foreign)) {
            Some((foreign, instead)) => Err((instead, Text::from(format!("`{foreign}`")))),
            None => Err(("an expression", Text::from(format!("`{first}`")))),
        },
    }
}

/// Whether a text begins with this mark, and not with a longer one.
pub(crate) fn begins_with_mark(text: &str, mark: &str) -> bool {
    MARKS.iter().find(|known| text.starts_with(**known)).is_some_and(|found| *found == mark)
}

/// Whether a name may begin with this character (DMN 1.5, 10.3.1.2, rule 28), or is written with `$` as in Camunda.
pub(crate) fn is_name_start(c: char) -> bool {
    c.is_alphabetic()
        || matches!(c, '_' | '$' | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}' | '\u{2c00}'..='\u{2fef}')
        || matches!(c, '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
        || matches!(c, '\u{10000}'..='\u{effff}')
}

/// Whether a name may go on with this character (rules 29 and 30).
pub(crate) fn is_name_part(c: char) -> bool {
    is_name_start(c) || c.is_alphanumeric() || matches!(c, '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

fn number(rest: &str) -> Result<(Decimal, usize), Unreadable> {
    let digits = |from: usize| {
        let tail = rest.get(from..).unwrap_or_default();
        from + tail.find(|c: char| !c.is_ascii_digit()).unwrap_or(tail.len())
    };
    let mut end = digits(0);
    let tail = rest.get(end..).unwrap_or_default();
    if tail.starts_with('.') && tail.chars().nth(1).is_some_and(|c| c.is_ascii_digit()) {
        end = digits(end + 1);
    }
    let tail = rest.get(end..).unwrap_or_default();
    if let Some(exponent) = tail.strip_prefix(['e', 'E']) {
        let sign = usize::from(exponent.starts_with(['+', '-']));
        if exponent.chars().nth(sign).is_some_and(|c| c.is_ascii_digit()) {
            end = digits(end + 1 + sign);
        }
    }
    let written = rest.get(..end).unwrap_or_default();
    match written.parse() {
        Ok(number) => Ok((number, end)),
        Err(_) => Err(("a number of at most 38 digits", written.chars().take(60).collect())),
    }
}

fn string(rest: &str) -> Result<(Text, usize), Unreadable> {
    let unclosed = || ("a closing quotation mark", Text::const_new("the end"));
    let mut text = Text::default();
    let mut chars = rest.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Ok((text, at + 1)),
            '\\' => {
                let (at, escaped) = chars.next().ok_or_else(unclosed)?;
                match escaped {
                    'n' => text.push('\n'),
                    't' => text.push('\t'),
                    'r' => text.push('\r'),
                    '"' | '\\' | '/' | '\'' => text.push(escaped),
                    'u' | 'U' => {
                        let width = if escaped == 'u' { 4 } else { 6 };
                        let (decoded, length) = unicode(rest, at + 1, width)?;
                        text.push(decoded);
                        for _ in 0..length {
                            chars.next();
                        }
                    }
                    // anything else, as in a regular expression, stands for itself
                    other => {
                        text.push('\\');
                        text.push(other);
                    }
                }
            }
            other => text.push(other),
        }
    }
    Err(unclosed())
}

/// The character of a `\u` escape, a surrogate pair being one, and how many characters the digits took.
fn unicode(rest: &str, at: usize, width: usize) -> Result<(char, usize), Unreadable> {
    let hex = |at: usize| {
        let digits = rest.get(at..at + width)?;
        if digits.bytes().all(|byte| byte.is_ascii_hexdigit()) { u32::from_str_radix(digits, 16).ok() } else { None }
    };
    let wrong = || ("hexadecimal digits of a character", rest.get(at..).unwrap_or_default().chars().take(width).collect());
    let first = hex(at).ok_or_else(wrong)?;
    if let Some(c) = char::from_u32(first) {
        return Ok((c, width));
    }
    let second = rest.get(at + width..).filter(|tail| tail.starts_with("\\u")).and_then(|_| hex(at + width + 2));
    let pair = [u16::try_from(first), u16::try_from(second.unwrap_or_default())];
    if let [Ok(high), Ok(low)] = pair
        && let Some(Ok(c)) = char::decode_utf16([high, low]).next()
    {
        return Ok((c, 2 * width + 2));
    }
    Err(wrong())
}
