//! `crossdock init`: a configuration and a first key.

use std::path::PathBuf;

use crate::output::{Finding, line};
use crate::{config, keys, machinery};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Where to write it
    #[arg(default_value = "crossdock.toml")]
    file: PathBuf,
    /// Connect the systems that `crossdock lab` runs, at its usual ports
    #[arg(long)]
    lab: bool,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Finding> {
    let key = keys::generate()?;
    let systems = if arguments.lab { lab_systems() } else { String::new() };
    config::write_initial(&arguments.file, &server::hash_key(&key), &systems)?;
    line(format_args!("wrote {}", arguments.file.display()));
    line("");
    line("The key of `admin`, shown this once; only its hash is kept:");
    line(format_args!("  export CROSSDOCK_API_KEY={key}"));
    line("");
    line("Next:");
    if arguments.lab {
        line("  crossdock lab      in a terminal of its own, with the same CROSSDOCK_API_KEY");
    }
    line(format_args!("  crossdock serve --config {}", arguments.file.display()));
    Ok(Finding::None)
}

/// The systems of the lab, each at its port.
fn lab_systems() -> String {
    let ports = super::lab::FIRST_PORT..;
    let urls = ports.map(|port| format!("http://127.0.0.1:{port}"));
    super::lab::SYSTEMS.iter().zip(urls).map(|(name, url)| machinery::lab_system(name, &url)).collect()
}
