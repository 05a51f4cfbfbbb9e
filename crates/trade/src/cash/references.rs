//! References in payments: which documents a text names, in spite of what people and scanners do to numbers.

use units::Text;

/// Within which document numbers are known.
pub(crate) const NUMBER: &str = "document-number";

/// The names under which a document number is known: in one piece, and as groups without leading zeros.
pub(crate) fn numbers(number: &str) -> [Text; 2] {
    [compact(number), grouped(number)]
}

/// The names that a payment's references and text may mean, in the order in which they stand there.
pub(super) fn named(references: &[Text], remittance: &str) -> Vec<Text> {
    let mut names: Vec<Text> = Vec::new();
    let mut add = |name: Text| {
        if name.len() >= 4 && !names.contains(&name) {
            names.push(name);
        }
    };
    for reference in references {
        let inner = creditor_reference(reference).unwrap_or_else(|| reference.clone());
        add(compact(&inner));
        add(grouped(&inner));
    }
    let words: Vec<&str> = remittance.split([' ', ',', ';', '\n', '\t', '+', '|']).filter(|word| !word.is_empty()).collect();
    for (at, word) in words.iter().enumerate() {
        let inner = creditor_reference(word).unwrap_or_else(|| Text::from(*word));
        add(compact(&inner));
        add(grouped(&inner));
        // a number that was torn apart: two to four words that follow each other
        for count in 2..=4 {
            if let Some(torn) = words.get(at..at + count) {
                add(compact(&torn.concat()));
                add(grouped(&torn.join("-")));
            }
        }
    }
    names
}

/// The reference inside of an ISO 11649 creditor reference, if the check digits are right: `RF18539007547034` holds `539007547034`.
pub(super) fn creditor_reference(text: &str) -> Option<Text> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase).collect();
    let inner = text.strip_prefix("RF")?;
    let (check, inner) = inner.split_at_checked(2)?;
    if inner.is_empty() || inner.len() > 21 || !inner.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let turned = format!("{inner}RF{check}");
    let mut remainder = 0u32;
    for c in turned.chars() {
        let digit = c.to_digit(36)?;
        remainder = (remainder * if digit > 9 { 100 } else { 10 } + digit) % 97;
    }
    (remainder == 1).then(|| inner.into())
}

/// In one piece: capital letters and digits, with the letters that are taken for digits.
fn compact(number: &str) -> Text {
    number.chars().filter(|c| c.is_ascii_alphanumeric()).map(canonical).collect()
}

/// As groups: where letters, digits and separators meet, digits without leading zeros.
fn grouped(number: &str) -> Text {
    let mut groups: Vec<String> = Vec::new();
    let mut digits = None;
    for c in number.chars() {
        if !c.is_ascii_alphanumeric() {
            digits = None;
            continue;
        }
        let c = canonical(c);
        if digits != Some(c.is_ascii_digit()) {
            groups.push(String::new());
            digits = Some(c.is_ascii_digit());
        }
        if let Some(group) = groups.last_mut() {
            group.push(c);
        }
    }
    let groups: Vec<&str> =
        groups.iter().map(|group| group.trim_start_matches('0')).filter(|group| !group.is_empty()).collect();
    if groups.len() < 2 { Text::default() } else { groups.join(".").into() }
}

/// Capital, and `O` and `I` as the digits that they are taken for.
fn canonical(c: char) -> char {
    match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(remittance: &str) -> bool {
        let known = numbers("CD-2026-000017");
        named(&[], remittance).iter().any(|name| known.contains(name))
    }

    #[test]
    fn numbers_are_found_whatever_is_done_to_them() {
        for text in [
            "CD-2026-000017",
            "invoice cd 2026 000017 thanks",
            "Rg. CD2026000017",
            "CD-2026-0OOO17",
            "CD-2026-17",
            "cd-2o26-oooo17",
            "pay CD-2026-00017, CD-2026-18",
        ] {
            assert!(finds(text), "{text}");
        }
        let of_branch = numbers("CD-N1-2026-000017");
        assert!(named(&[], "invoice CD N1 2026 000017").iter().any(|name| of_branch.contains(name)));
        for text in ["CD-2026-000018", "2026", "17", "", "CD-2025-000017"] {
            assert!(!finds(text), "{text}");
        }
    }

    #[test]
    fn creditor_references_need_right_check_digits() {
        assert_eq!(creditor_reference("RF18 5390 0754 7034").as_deref(), Some("539007547034"));
        assert_eq!(creditor_reference("RF33INV10042").as_deref(), Some("INV10042"));
        assert_eq!(creditor_reference("RF34INV10042"), None);
        assert_eq!(creditor_reference("INV10042"), None);
    }
}
