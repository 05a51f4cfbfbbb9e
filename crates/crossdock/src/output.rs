//! What commands print: tables for people, JSON for programs, and the exit code.

use std::io::Write;

use serde_json::Value;

/// Whether a check found something: exit code 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finding {
    /// Nothing was found wrong.
    None,
    /// Something was.
    Some,
}

/// The command was used wrongly: exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct WrongUse(pub(crate) String);

/// A server or system could not be reached: exit code 3.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Unreachable(pub(crate) String);

/// 1 a finding or refusal, 2 wrong use, 3 could not reach.
pub(crate) fn exit_code(error: &anyhow::Error) -> u8 {
    if error.is::<WrongUse>() {
        return 2;
    }
    if error.is::<Unreachable>() {
        return 3;
    }
    if let Some(refused) = error.downcast_ref::<crate::api::Refused>() {
        return match refused.status {
            401 => 2,
            503 => 3,
            _ => 1,
        };
    }
    let runtime = match error.downcast_ref::<runtime::RuntimeError>() {
        Some(runtime::RuntimeError::Store(store)) => Some(store),
        _ => None,
    };
    runtime.or_else(|| error.downcast_ref::<store::StoreError>()).map_or(1, of_store)
}

/// A store that is not there, belongs to somebody else or does not answer could not be reached; a damaged one is a finding.
fn of_store(error: &store::StoreError) -> u8 {
    use store::StoreError as E;
    match error {
        E::Folder { .. } | E::Foreign { .. } | E::Newer { .. } | E::Outdated { .. } | E::Older { .. } => 2,
        E::InUse { .. } | E::Full { .. } | E::Busy { .. } | E::Disk { .. } => 3,
        E::Damaged { .. } | E::Gap { .. } | E::Fork { .. } | E::Unfit { .. } => 1,
    }
}

/// Prints a line on standard output. A reader that has gone away is no error.
pub(crate) fn line(text: impl std::fmt::Display) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// Prints JSON, indented.
pub(crate) fn json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    line(serde_json::to_string_pretty(value)?);
    Ok(())
}

/// A value as a person reads it: `12.50 EUR`, `3 EA`, `line L-1, to allocated`.
pub(crate) fn words(value: &Value) -> String {
    let joined =
        |items: Vec<String>, by: &str| items.into_iter().filter(|item| !item.is_empty()).collect::<Vec<_>>().join(by);
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => joined(items.iter().map(words).collect(), " "),
        Value::Object(fields) => {
            let part = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            let is_only = |names: [&str; 2]| fields.keys().all(|name| names.contains(&name.as_str()));
            if fields.contains_key("amount") && is_only(["amount", "currency"]) {
                return joined(vec![part("amount"), part("currency")], " ");
            }
            if fields.contains_key("value") && is_only(["value", "uom"]) {
                return joined(vec![part("value"), part("uom")], " ");
            }
            let told = |(name, value): (&String, &Value)| {
                let value = words(value);
                if value.is_empty() { value } else { format!("{name} {value}") }
            };
            joined(fields.iter().map(told).collect(), ", ")
        }
        other => other.to_string(),
    }
}

/// Prints objects as a table with these columns, which are JSON pointers without the first slash.
pub(crate) fn table(rows: &[Value], columns: &[(&str, &str)]) {
    let cell = |row: &Value, pointer: &str| row.pointer(&format!("/{pointer}")).map(words).unwrap_or_default();
    let cells: Vec<Vec<String>> =
        rows.iter().map(|row| columns.iter().map(|(_, pointer)| cell(row, pointer)).collect()).collect();
    let widths: Vec<usize> = columns
        .iter()
        .enumerate()
        .map(|(index, (title, _))| {
            cells.iter().map(|row| row[index].chars().count()).chain([title.chars().count()]).max().unwrap_or(0).min(60)
        })
        .collect();
    let show = |values: &[String]| {
        let mut text = String::new();
        for (value, width) in values.iter().zip(&widths) {
            let shown: String = value.chars().take(60).collect();
            let pad = width.saturating_sub(shown.chars().count());
            text.push_str(&shown);
            text.push_str(&" ".repeat(pad + 2));
        }
        line(text.trim_end());
    };
    show(&columns.iter().map(|(title, _)| (*title).to_owned()).collect::<Vec<_>>());
    cells.iter().for_each(|row| show(row));
    if rows.is_empty() {
        line("(none)");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::words;

    #[test]
    fn money_quantities_and_facts_are_read_as_words() {
        assert_eq!(words(&json!({ "amount": "12.50", "currency": "EUR" })), "12.50 EUR");
        assert_eq!(words(&json!({ "value": "3", "uom": "EA" })), "3 EA");
        let moved =
            json!({ "line": "L-1", "to": "allocated", "why": null, "quantity": { "value": "3", "uom": "EA" }, "n": 2 });
        assert_eq!(words(&moved), "line L-1, to allocated, quantity 3 EA, n 2");
        assert_eq!(words(&json!([["L-1", { "amount": "1.00", "currency": "EUR" }], ["L-2"]])), "L-1 1.00 EUR L-2");
        assert_eq!(
            words(&json!({ "amount": { "amount": "1.00", "currency": "EUR" }, "by": "ann" })),
            "amount 1.00 EUR, by ann"
        );
    }
}
