//! `crossdock init`: a configuration and a first key.

use std::path::PathBuf;

use crate::output::{Finding, line};
use crate::{config, keys};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Where to write it
    #[arg(default_value = "crossdock.toml")]
    file: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Finding> {
    let key = keys::generate()?;
    config::write_initial(&arguments.file, &server::hash_key(&key))?;
    line(format_args!("wrote {}, and beside it crossdock.secret, which webhooks are signed with", arguments.file.display()));
    line("");
    line("The key of `admin`, shown this once; only its hash is kept:");
    line(format_args!("  export CROSSDOCK_API_KEY={key}"));
    line("");
    line("Next:");
    line(format_args!("  crossdock serve --config {}", arguments.file.display()));
    line("  crossdock lab            in another terminal: the simulated systems that the configuration names");
    line("  crossdock order list");
    Ok(Finding::None)
}
