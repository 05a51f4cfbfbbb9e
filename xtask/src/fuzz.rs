//! Fuzzing: cargo-fuzz with the targets that stand beside the crates.

use std::process::ExitCode;

use anyhow::bail;

use crate::workspace::{Workspace, is_installed, succeeds};

/// A target, and where it is.
struct Target {
    name: &'static str,
    folder: &'static str,
    target: &'static str,
}

const TARGETS: [Target; 3] = [
    Target { name: "feel", folder: "crates/feel/fuzz", target: "expression" },
    Target { name: "dmn", folder: "crates/dmn/fuzz", target: "model" },
    Target { name: "bpmn", folder: "crates/bpmn/fuzz", target: "parse" },
];

/// What, and how long.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// How long each target runs
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// This target only
    #[arg(value_parser = TARGETS.map(|target| target.name))]
    target: Option<String>,
}

/// Runs the targets, each for its time; all of them even if one finds something.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    if !is_installed(workspace.cargo().arg("fuzz")) {
        bail!("cargo-fuzz is missing: install it with `cargo install --locked cargo-fuzz`; it needs a C++ compiler");
    }
    let mut found = false;
    for target in TARGETS.iter().filter(|target| arguments.target.as_ref().is_none_or(|name| name == target.name)) {
        eprintln!("fuzzing {} for {} s", target.name, arguments.seconds);
        found |= !fuzz(workspace, target, arguments.seconds)?;
    }
    if found {
        eprintln!("make an ordinary test of what was found in `artifacts/` beside the target");
    }
    Ok(if found { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Whether nothing was found.
fn fuzz(workspace: &Workspace, target: &Target, seconds: u32) -> anyhow::Result<bool> {
    let folder = workspace.root.join(target.folder);
    let mut command = workspace.cargo();
    // the sanitizer is a feature of the nightly compiler, which this lets the stable one use
    command.env("RUSTC_BOOTSTRAP", "1").args(["fuzz", "run", "--fuzz-dir"]).arg(&folder).arg(target.target);
    let words = folder.join("words.dict");
    command.args(["--", "-rss_limit_mb=2048", "-timeout=20"]).arg(format!("-max_total_time={seconds}"));
    if words.exists() {
        command.arg(format!("-dict={}", words.display()));
    }
    succeeds(&mut command)
}
