//! The rules that no compiler knows. Each check gives findings: a place and what is wrong with it.

mod direction;
mod generated;
mod links;
mod manifests;
mod names;

use std::process::ExitCode;

use crate::schema;
use crate::workspace::Workspace;

type Check = fn(&Workspace) -> anyhow::Result<Vec<String>>;

const CHECKS: [(&str, Check); 6] = [
    ("direction of dependency", direction::check),
    ("manifests", manifests::check),
    ("links in Markdown", links::check),
    ("names of schemas", names::check),
    ("generated files", generated::check),
    ("contracts", schema::check),
];

/// Runs all checks; how many findings there are.
pub(crate) fn all(workspace: &Workspace) -> anyhow::Result<usize> {
    let mut count = 0;
    for (name, check) in CHECKS {
        let findings = check(workspace)?;
        eprintln!(
            "{name}: {}",
            if findings.is_empty() { "good".to_owned() } else { format!("{} findings", findings.len()) }
        );
        for finding in &findings {
            eprintln!("  {finding}");
        }
        count += findings.len();
    }
    Ok(count)
}

/// `cargo xtask check`.
pub(crate) fn run(workspace: &Workspace) -> anyhow::Result<ExitCode> {
    Ok(if all(workspace)? == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
