//! No two types of the API have the same name: of two schemas with one name the contract keeps one, and tells nobody.

use std::collections::BTreeMap;

use anyhow::Context;

use crate::workspace::{Workspace, files_below};

pub(super) fn check(workspace: &Workspace) -> anyhow::Result<Vec<String>> {
    let mut known = BTreeMap::new();
    let mut findings = Vec::new();
    for path in files_below(&workspace.root.join("crates"), ".rs")? {
        let text = std::fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
        let file = path.strip_prefix(&workspace.root).unwrap_or(&path).display();
        for (line, name) in described(&text) {
            let place = format!("{file}:{line}");
            if let Some(first) = known.insert(name.to_owned(), place.clone()) {
                findings.push(format!("{place}: the schema {name} is at {first}, too; name one of them otherwise"));
            }
        }
    }
    Ok(findings)
}

/// The types that derive `ToSchema`, with the lines that their names stand on.
fn described(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut is_described = false;
    for (number, line) in text.lines().enumerate() {
        is_described |= line.starts_with("#[derive(") && line.contains("ToSchema");
        let words = line.trim_start_matches("pub(crate) ").trim_start_matches("pub(super) ").trim_start_matches("pub ");
        let Some(rest) = words.strip_prefix("struct ").or(words.strip_prefix("enum ")) else { continue };
        if std::mem::take(&mut is_described) {
            found.push((number + 1, rest.split(|letter: char| !letter.is_alphanumeric()).next().unwrap_or_default()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_derives_a_schema_is_found_by_its_name() {
        let text =
            "#[derive(Debug, utoipa::ToSchema)]\n#[serde(tag = \"kind\")]\npub(crate) enum Answer {}\nstruct Other;\n";
        assert_eq!(super::described(text), [(3, "Answer")]);
    }
}
