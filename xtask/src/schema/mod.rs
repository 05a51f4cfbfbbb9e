//! The contracts of the API: what programs of others rely on, held against what was released last.
//!
//! The present contracts are committed, and a test of the product fails when they are stale; the released ones stand in
//! `docs/api/released/`. Adding is free; whatever would break a program that works today is a finding. Start with [`compare`].

mod compare;
mod shape;

use std::fmt::{Display, Formatter};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use serde_json::Value;

use crate::workspace::{Workspace, succeeds};

/// What to do with the contracts.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Fail on a change that breaks programs made for the last release: place, cause and mend of each
    Check,
    /// Write the present contracts again, from the code
    Write,
    /// Take the present contracts for released; part of making a release
    Release,
}

/// Name of the contract, and where its present state is.
const CONTRACTS: [(&str, &str); 3] = [
    ("openapi.json", "console/src/api/openapi.json"),
    ("asyncapi.json", "docs/api/asyncapi.json"),
    ("schemas.json", "docs/api/schemas.json"),
];

const RELEASED: &str = "docs/api/released";

/// A change that breaks somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Breaking {
    /// Where: contract and path in it.
    pub(crate) place: String,
    /// What was changed.
    pub(crate) cause: String,
    /// What to do instead.
    pub(crate) mend: &'static str,
}

impl Display for Breaking {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}; {}", self.place, self.cause, self.mend)
    }
}

/// `cargo xtask schema`.
pub(crate) fn run(workspace: &Workspace, command: &Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Check => {
            let findings = check(workspace)?;
            findings.iter().for_each(|finding| eprintln!("{finding}"));
            eprintln!("contracts: {} breaking changes since the last release", findings.len());
            return Ok(if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
        Command::Write => write(workspace)?,
        Command::Release => release(workspace)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// What breaks programs that were made for the last release.
pub(crate) fn check(workspace: &Workspace) -> anyhow::Result<Vec<String>> {
    let read = |place: PathBuf| -> anyhow::Result<Value> {
        let text = std::fs::read_to_string(&place)
            .with_context(|| format!("read {}; `cargo xtask schema write` and `release` make it", place.display()))?;
        serde_json::from_str(&text).with_context(|| format!("read {}", place.display()))
    };
    let mut findings = Vec::new();
    for (name, present) in CONTRACTS {
        let released = read(workspace.root.join(RELEASED).join(name))?;
        let present = read(workspace.root.join(present))?;
        findings.extend(compare::contract(name, &released, &present).iter().map(ToString::to_string));
    }
    Ok(findings)
}

fn write(workspace: &Workspace) -> anyhow::Result<()> {
    let folder = workspace.target()?.join("contracts");
    let mut describe = workspace.cargo();
    describe.args(["run", "--quiet", "--locked", "--package", "crossdock", "--", "describe", "--out"]).arg(&folder);
    if !succeeds(&mut describe)? {
        bail!("crossdock does not build, or cannot describe itself");
    }
    for (name, present) in CONTRACTS {
        let text = std::fs::read_to_string(folder.join(name)).with_context(|| format!("read {name}"))?;
        std::fs::write(workspace.root.join(present), text).with_context(|| format!("write {present}"))?;
        eprintln!("wrote {present}");
    }
    eprintln!("the console's types follow with `npm run types` in the folder console");
    Ok(())
}

fn release(workspace: &Workspace) -> anyhow::Result<()> {
    for (name, present) in CONTRACTS {
        let to = workspace.root.join(RELEASED).join(name);
        std::fs::copy(workspace.root.join(present), &to).with_context(|| format!("write {}", to.display()))?;
        eprintln!("{RELEASED}/{name} is {present} from now on");
    }
    Ok(())
}
