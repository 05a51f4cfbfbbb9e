//! The book: guides, reference and decisions as web pages.

use std::process::ExitCode;

use anyhow::bail;

use crate::workspace::{Workspace, is_installed, succeeds};

/// How.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Show the book in the browser when it is built
    #[arg(long)]
    open: bool,
}

/// Builds the book.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    if !is_installed(&mut workspace.program("mdbook")) {
        bail!("mdBook is missing: install it with `cargo install --locked mdbook`");
    }
    let mut command = workspace.program("mdbook");
    command.args(["build", "docs"]);
    if arguments.open {
        command.arg("--open");
    }
    Ok(if succeeds(&mut command)? { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
