//! Versions stand in one place, and every crate inherits the lints.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Context;
use toml::{Table, Value};

use crate::workspace::{Workspace, files_below};

pub(super) fn check(workspace: &Workspace) -> anyhow::Result<Vec<String>> {
    let root = read(&workspace.root.join("Cargo.toml"))?;
    let mut findings = Vec::new();
    let mut used = BTreeSet::new();
    for path in files_below(&workspace.root, "Cargo.toml")? {
        let place = path.strip_prefix(&workspace.root).unwrap_or(&path).display().to_string();
        if place == "Cargo.toml" {
            continue;
        }
        let manifest = read(&path)?;
        if is_apart(&manifest) {
            continue;
        }
        findings.extend(member(&manifest).into_iter().map(|finding| format!("{place}: {finding}")));
        used.extend(dependencies(&manifest).map(|(name, _)| name.to_owned()));
    }
    findings.extend(unused(&root, &used));
    Ok(findings)
}

fn read(path: &Path) -> anyhow::Result<Table> {
    let text = std::fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?;
    text.parse().with_context(|| format!("read {}", path.display()))
}

fn dependencies(manifest: &Table) -> impl Iterator<Item = (&str, &Value)> {
    let kinds = ["dependencies", "dev-dependencies", "build-dependencies"];
    let tables = kinds.into_iter().filter_map(|kind| manifest.get(kind)?.as_table());
    tables.flatten().map(|(name, value)| (name.as_str(), value))
}

fn inherits(value: &Value) -> bool {
    value.get("workspace").and_then(Value::as_bool) == Some(true)
}

fn member(manifest: &Table) -> Vec<String> {
    let mut findings = Vec::new();
    if !manifest.get("lints").is_some_and(inherits) {
        findings.push("does not inherit the lints: add `[lints] workspace = true`".to_owned());
    }
    for field in ["version", "edition", "rust-version", "license", "publish"] {
        if !manifest.get("package").and_then(|package| package.get(field)).is_some_and(inherits) {
            findings.push(format!("`{field}` has to come from the workspace: `{field}.workspace = true`"));
        }
    }
    for (name, value) in dependencies(manifest) {
        if !inherits(value) {
            findings.push(format!("{name} has to come from the workspace: `{name}.workspace = true`"));
        }
    }
    findings
}

/// Whether it is a workspace of its own, as fuzz targets are, which need another compiler.
fn is_apart(manifest: &Table) -> bool {
    manifest.contains_key("workspace")
}

fn unused(root: &Table, used: &BTreeSet<String>) -> Vec<String> {
    let declared = root.get("workspace").and_then(|workspace| workspace.get("dependencies")).and_then(Value::as_table);
    let names = declared.into_iter().flat_map(Table::keys).filter(|name| !used.contains(*name));
    names.map(|name| format!("Cargo.toml: no crate uses {name}: take it out of [workspace.dependencies]")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "[package]\nname = \"a\"\nversion.workspace = true\nedition.workspace = true\n\
        rust-version.workspace = true\nlicense.workspace = true\npublish.workspace = true\n\
        [dependencies]\nserde.workspace = true\n[lints]\nworkspace = true\n";

    fn findings(manifest: &str) -> Vec<String> {
        member(&manifest.parse().unwrap())
    }

    #[test]
    fn a_manifest_that_inherits_everything_is_good() {
        assert!(findings(GOOD).is_empty());
    }

    #[test]
    fn a_version_in_a_second_place_is_found() {
        let found = findings(&GOOD.replace("serde.workspace = true", "serde = \"1\""));
        assert_eq!(found, ["serde has to come from the workspace: `serde.workspace = true`"]);
    }

    #[test]
    fn a_crate_without_the_lints_is_found() {
        let found = findings(&GOOD.replace("[lints]\nworkspace = true\n", ""));
        assert_eq!(found, ["does not inherit the lints: add `[lints] workspace = true`"]);
    }

    #[test]
    fn a_workspace_of_its_own_is_apart() {
        assert!(is_apart(&"[package]\nname = \"fuzz\"\n[workspace]\n".parse().unwrap()));
        assert!(!is_apart(&GOOD.parse().unwrap()));
    }

    #[test]
    fn a_dependency_that_nobody_uses_is_found() {
        let root: Table = "[workspace.dependencies]\nserde = \"1\"\nlog = \"0.4\"\n".parse().unwrap();
        let found = unused(&root, &BTreeSet::from(["serde".to_owned()]));
        assert_eq!(found, ["Cargo.toml: no crate uses log: take it out of [workspace.dependencies]"]);
    }
}
