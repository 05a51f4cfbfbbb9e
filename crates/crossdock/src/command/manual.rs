//! `crossdock manual`: manual pages, one for each command.

use std::path::PathBuf;

use anyhow::Context;
use clap::CommandFactory;

use crate::output::{Finding, line};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The folder that they are written into, such as /usr/local/share/man/man1
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Finding> {
    let folder = arguments.out.display();
    std::fs::create_dir_all(&arguments.out).with_context(|| format!("make the folder {folder}"))?;
    let written = clap_mangen::generate_to(crate::Arguments::command(), &arguments.out);
    written.with_context(|| format!("write manual pages into {folder}"))?;
    line(format_args!("wrote the manual pages into {folder}; `man crossdock` finds them in the folders of MANPATH"));
    Ok(Finding::None)
}
