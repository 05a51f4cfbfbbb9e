//! Letters of the fonts that every PDF reader has: their codes (ISO 32000-1, annex D: WinAnsiEncoding) and widths of Helvetica.

/// Widths of the letters from space to tilde, in thousandths of the size.
const WIDTHS: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556,
    556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];

/// A text in the encoding of the fonts. A letter that they do not have is told by the one that it is made from.
pub(super) fn encode(text: &str) -> Vec<u8> {
    text.chars().map(code).collect()
}

/// How wide a text is in that size.
pub(super) fn width(text: &str, size: f32) -> f32 {
    let thousandths: u32 = text.chars().map(|letter| u32::from(letter_width(letter))).sum();
    let whole = u16::try_from(thousandths.min(u32::from(u16::MAX))).unwrap_or(u16::MAX);
    f32::from(whole) * size / 1_000.0
}

fn letter_width(letter: char) -> u16 {
    let base = if letter.is_ascii() { letter } else { plain(letter).unwrap_or('n') };
    usize::try_from(u32::from(base)).ok().and_then(|at| WIDTHS.get(at.wrapping_sub(32))).copied().unwrap_or(556)
}

fn code(letter: char) -> u8 {
    match letter {
        ' '..='~' | '\u{a0}'..='\u{ff}' => u8::try_from(u32::from(letter)).unwrap_or(b'?'),
        '€' => 0x80,
        '…' => 0x85,
        'Š' => 0x8a,
        'Œ' => 0x8c,
        'Ž' => 0x8e,
        '‘' => 0x91,
        '’' => 0x92,
        '“' => 0x93,
        '”' => 0x94,
        '•' => 0x95,
        '–' => 0x96,
        '—' => 0x97,
        'š' => 0x9a,
        'œ' => 0x9c,
        'ž' => 0x9e,
        'Ÿ' => 0x9f,
        other => plain(other).map_or(b'?', |base| u8::try_from(u32::from(base)).unwrap_or(b'?')),
    }
}

/// The letter that a letter with a mark is made from.
fn plain(letter: char) -> Option<char> {
    if letter.is_uppercase() {
        // a mark of its own that comes behind is left out
        return letter
            .to_lowercase()
            .next()
            .map(|small| plain(small).unwrap_or(small).to_ascii_uppercase())
            .filter(char::is_ascii);
    }
    let found = match letter {
        'à'..='æ' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => 'c',
        'ď' | 'đ' | 'ð' => 'd',
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => 'e',
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => 'g',
        'ĥ' | 'ħ' => 'h',
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => 'i',
        'ĵ' => 'j',
        'ķ' => 'k',
        'ĺ' | 'ļ' | 'ľ' | 'ł' => 'l',
        'ñ' | 'ń' | 'ņ' | 'ň' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' | 'œ' => 'o',
        'ŕ' | 'ŗ' | 'ř' => 'r',
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' | 'ß' => 's',
        'ţ' | 'ť' | 'ŧ' | 'ț' => 't',
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => 'u',
        'ŵ' => 'w',
        'ý' | 'ŷ' | 'ÿ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        _ => return None,
    };
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_western_europe_keep_their_marks_and_others_are_told_without() {
        assert_eq!(encode("Ä€1"), [0xc4, 0x80, b'1']);
        assert_eq!(encode("Łódź"), [b'L', 0xf3, b'd', b'z']);
        assert_eq!(encode("日"), *b"?");
    }

    #[test]
    fn digits_are_of_one_width_so_that_amounts_stand_in_columns() {
        assert!((width("12.50", 10.0) - width("98.04", 10.0)).abs() < 0.001);
        assert!((width("W", 1_000.0) - 944.0).abs() < 0.001);
    }
}
