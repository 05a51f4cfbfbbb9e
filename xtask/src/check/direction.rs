//! A crate knows only crates above it: the table in `ARCHITECTURE.md` against the edges in `cargo metadata`.

use std::collections::BTreeSet;

use anyhow::{Context, bail};

use crate::workspace::{Package, Workspace};

/// What a pure crate must not use: clocks, IO, async and randomness come with these.
const IMPURE: &[&str] = &["axum", "getrandom", "rand", "reqwest", "rusqlite", "tokio", "tracing"];

/// A row of the table.
#[derive(Debug, Default, PartialEq, Eq)]
struct Row {
    name: String,
    is_pure: bool,
    knows: BTreeSet<String>,
    in_tests: BTreeSet<String>,
}

pub(super) fn check(workspace: &Workspace) -> anyhow::Result<Vec<String>> {
    let path = workspace.root.join("ARCHITECTURE.md");
    let text = std::fs::read_to_string(&path).context("read ARCHITECTURE.md")?;
    let rows = table(&text)?;
    Ok(compare(&rows, &workspace.packages()?))
}

/// The rows of the table between `<!-- crates -->` and `<!-- /crates -->`: name, pure or not, knows, knows in tests, one line.
fn table(text: &str) -> anyhow::Result<Vec<Row>> {
    let Some((_, rest)) = text.split_once("<!-- crates -->") else {
        bail!("ARCHITECTURE.md has no table after <!-- crates -->");
    };
    let Some((table, _)) = rest.split_once("<!-- /crates -->") else {
        bail!("ARCHITECTURE.md does not close its table with <!-- /crates -->");
    };
    let mut rows = Vec::new();
    for line in table.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, name, pure, knows, in_tests, ..] = cells.as_slice() else {
            bail!("ARCHITECTURE.md: too few cells in {line}");
        };
        let Some(name) = names(name).pop_first() else { bail!("ARCHITECTURE.md: no crate is named in {line}") };
        rows.push(Row { name, is_pure: *pure == "pure", knows: names(knows), in_tests: names(in_tests) });
    }
    Ok(rows)
}

/// The words in back quotes.
fn names(cell: &str) -> BTreeSet<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn compare(rows: &[Row], packages: &[Package]) -> Vec<String> {
    let mut findings = Vec::new();
    let ours: BTreeSet<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    for (at, row) in rows.iter().enumerate() {
        let Some(package) = packages.iter().find(|package| package.name == row.name) else {
            findings.push(format!("ARCHITECTURE.md lists {}, which is no package here", row.name));
            continue;
        };
        let above: BTreeSet<&str> = rows.iter().take(at).map(|row| row.name.as_str()).collect();
        for known in row.knows.iter().filter(|known| !above.contains(known.as_str())) {
            findings.push(format!("ARCHITECTURE.md: {} knows {known}, which is not above it in the table", row.name));
        }
        let in_tests: Vec<String> =
            package.uses_in_tests.iter().filter(|name| !package.uses.contains(name)).cloned().collect();
        findings.extend(edges(&row.name, "", &row.knows, &package.uses, &ours));
        findings.extend(edges(&row.name, " in tests", &row.in_tests, &in_tests, &ours));
        if row.is_pure {
            let impure = package.uses.iter().filter(|name| IMPURE.contains(&name.as_str()));
            findings.extend(impure.map(|name| format!("{} is pure and uses {name}", row.name)));
        }
    }
    let listed = |package: &&Package| package.name == "xtask" || rows.iter().any(|row| row.name == package.name);
    for package in packages.iter().filter(|package| !listed(package)) {
        findings.push(format!("ARCHITECTURE.md does not list {}", package.name));
    }
    findings
}

fn edges(name: &str, when: &str, written: &BTreeSet<String>, used: &[String], ours: &BTreeSet<&str>) -> Vec<String> {
    let used: BTreeSet<&str> = used.iter().map(String::as_str).filter(|used| ours.contains(used)).collect();
    let written: BTreeSet<&str> = written.iter().map(String::as_str).collect();
    let new =
        used.difference(&written).map(|other| format!("{name} uses {other}{when}, which ARCHITECTURE.md does not list"));
    let gone = written.difference(&used).map(|other| format!("ARCHITECTURE.md: {name} no longer uses {other}{when}"));
    new.chain(gone).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "intro\n<!-- crates -->\n| crate | | knows | in tests also | |\n|---|---|---|---|---|\n\
        | `units` | pure | – | – | numbers |\n| `store` | rim | `units` | – | disk |\n<!-- /crates -->\n| `other` | | | | |";

    fn package(name: &str, uses: &[&str], uses_in_tests: &[&str]) -> Package {
        let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Package { name: name.to_owned(), uses: list(uses), uses_in_tests: list(uses_in_tests) }
    }

    fn findings(packages: &[Package]) -> Vec<String> {
        compare(&table(TABLE).unwrap(), packages)
    }

    #[test]
    fn a_table_that_tells_the_truth_has_no_findings() {
        assert!(
            findings(&[package("units", &["serde"], &[]), package("store", &["units", "rusqlite"], &["units"])]).is_empty()
        );
    }

    #[test]
    fn an_edge_against_the_direction_is_found() {
        let found = findings(&[package("units", &["store"], &[]), package("store", &["units"], &[])]);
        assert_eq!(found, ["units uses store, which ARCHITECTURE.md does not list"]);
    }

    #[test]
    fn a_row_cannot_allow_what_is_below_it() {
        let upside_down = TABLE.replace("| pure | – |", "| pure | `store` |");
        let packages = [package("units", &["store"], &[]), package("store", &["units"], &[])];
        let found = compare(&table(&upside_down).unwrap(), &packages);
        assert_eq!(found, ["ARCHITECTURE.md: units knows store, which is not above it in the table"]);
    }

    #[test]
    fn edges_of_tests_are_held_against_their_own_column() {
        let found = findings(&[package("units", &[], &["store"]), package("store", &["units"], &[])]);
        assert_eq!(found, ["units uses store in tests, which ARCHITECTURE.md does not list"]);
    }

    #[test]
    fn a_stale_edge_a_missing_crate_and_an_impure_one_are_found() {
        let found = findings(&[package("units", &["tokio"], &[]), package("store", &[], &[]), package("new", &[], &[])]);
        assert_eq!(
            found,
            [
                "units is pure and uses tokio",
                "ARCHITECTURE.md: store no longer uses units",
                "ARCHITECTURE.md does not list new"
            ]
        );
    }
}
