//! The product itself, built in release and run with the arguments that were given.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use anyhow::{Context, bail};

use crate::workspace::{Workspace, succeeds};

/// Builds `crossdock` and runs one of its commands.
pub(crate) fn run(workspace: &Workspace, command: &str, arguments: &[OsString]) -> anyhow::Result<ExitCode> {
    eprintln!("building crossdock in release; the first time takes some minutes");
    if !succeeds(workspace.cargo().args(["build", "--release", "--locked", "--package", "crossdock"]))? {
        bail!("crossdock does not build");
    }
    let name = format!("crossdock{}", std::env::consts::EXE_SUFFIX);
    let program = workspace.target()?.join("release").join(name);
    let mut product = Command::new(&program);
    product.arg(command).args(arguments);
    become_it(product).with_context(|| format!("run {}", program.display()))
}

/// Takes our place, so that signals reach it directly: Ctrl-C ends it in good order.
#[cfg(unix)]
fn become_it(mut product: Command) -> anyhow::Result<ExitCode> {
    use std::os::unix::process::CommandExt;
    Err(product.exec().into())
}

/// Waits for it; the console hands Ctrl-C to both.
#[cfg(not(unix))]
fn become_it(mut product: Command) -> anyhow::Result<ExitCode> {
    let status = product.status()?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
