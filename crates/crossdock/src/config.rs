//! The configuration file: one TOML file, read strictly.

use std::path::{Path, PathBuf};

use anyhow::Context;
use connect::ConnectionsConfig;
use serde::Deserialize;
use server::ServerConfig;

use crate::output::WrongUse;

/// The whole configuration.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Config {
    /// Folder of the store, relative to this file; must be given.
    pub(crate) data: PathBuf,
    /// The API; see below.
    pub(crate) server: ServerConfig,
    /// The systems of record; see below.
    #[serde(flatten)]
    pub(crate) connections: ConnectionsConfig,
}

/// Reads the file. Errors name line and key.
pub(crate) fn read(path: &Path) -> anyhow::Result<Config> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        WrongUse(format!("read the configuration {}: {error}; `crossdock init` writes one", path.display()))
    })?;
    let mut config: Config = toml::from_str(&text).map_err(|error| WrongUse(format!("{}: {error}", path.display())))?;
    if config.data.as_os_str().is_empty() {
        return Err(WrongUse(format!("{}: `data` is missing: name the folder of the store", path.display())).into());
    }
    if config.data.is_relative() {
        let base = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        config.data = base.join(&config.data);
    }
    Ok(config)
}

/// Writes a commented configuration that works as it is, with one key.
pub(crate) fn write_initial(path: &Path, key_hash: &str) -> anyhow::Result<()> {
    let text = include_str!("initial.toml").replace("{key_hash}", key_hash);
    let mut options = std::fs::OpenOptions::new();
    let file = options.write(true).create_new(true).open(path);
    let mut file = file
        .map_err(|error| WrongUse(format!("write {}: {error}; name another file or move that one away", path.display())))?;
    std::io::Write::write_all(&mut file, text.as_bytes()).with_context(|| format!("write {}", path.display()))
}
