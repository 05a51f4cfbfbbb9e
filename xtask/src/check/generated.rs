//! Generated files are committed, and say what their sources say.

use crate::generate;
use crate::workspace::Workspace;

pub(super) fn check(workspace: &Workspace) -> anyhow::Result<Vec<String>> {
    let mut findings = Vec::new();
    for file in generate::files(workspace)? {
        let there = std::fs::read_to_string(workspace.root.join(file.path)).unwrap_or_default();
        if there != file.text {
            findings.push(format!("{}: is stale; run `cargo xtask generate`", file.path));
        }
    }
    Ok(findings)
}
