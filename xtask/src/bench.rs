//! What is measured: expressions and tables by themselves, everything else by the product.

use std::ffi::OsString;
use std::process::ExitCode;

use crate::product;
use crate::workspace::{Workspace, succeeds};

/// `feel` is a bench of the crates, since it needs no product; other arguments are those of `crossdock bench`.
pub(crate) fn run(workspace: &Workspace, arguments: &[OsString]) -> anyhow::Result<ExitCode> {
    match arguments.split_first() {
        Some((what, rest)) if what == "feel" => feel(workspace, rest),
        _ => product::run(workspace, "bench", arguments),
    }
}

fn feel(workspace: &Workspace, arguments: &[OsString]) -> anyhow::Result<ExitCode> {
    let mut bench = workspace.cargo();
    bench.args(["bench", "--locked", "--quiet", "--package", "dmn", "--bench", "feel", "--"]).args(arguments);
    Ok(if succeeds(&mut bench)? { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
