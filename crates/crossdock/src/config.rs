//! The configuration file: one TOML file, read strictly.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;
use connect::ConnectionsConfig;
use serde::{Deserialize, Serialize};
use server::ServerConfig;

use crate::output::WrongUse;

/// The whole configuration.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
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

/// What the environment says, above the file: what differs from machine to machine while the file is the same.
pub(crate) const ENVIRONMENT: [(&str, &str); 2] = [("CROSSDOCK_DATA", "data"), ("CROSSDOCK_LISTEN", "server.listen")];

/// What the environment says about one of [`ENVIRONMENT`].
pub(crate) fn of_environment(variable: &str) -> Option<String> {
    std::env::var(variable).ok().filter(|value| !value.is_empty())
}

/// This program, to be started for a file that it shall heed alone.
pub(crate) fn product(program: &Path) -> Command {
    let mut command = Command::new(program);
    for (variable, _) in ENVIRONMENT {
        command.env_remove(variable);
    }
    command
}

/// The text of the file.
pub(crate) fn text(path: &Path) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(path);
    let wrong = |error| WrongUse(format!("read the configuration {}: {error}; `crossdock init` writes one", path.display()));
    Ok(text.map_err(wrong)?)
}

/// Secrets in files are looked for beside the configuration.
fn resolve_secrets(config: &mut Config, base: &Path) {
    let of_provider = config.server.oidc.as_mut().and_then(|oidc| oidc.client_secret.as_mut());
    for secret in config.server.secret.iter_mut().chain(of_provider) {
        if let Some(file) = secret.strip_prefix("file:") {
            *secret = format!("file:{}", base.join(file).display());
        }
    }
}

/// What the command line says, above the environment.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct Flags {
    /// Folder of the store, whatever the environment and the file say
    #[arg(long)]
    data: Option<PathBuf>,
    /// Where the API listens, whatever the environment and the file say
    #[arg(long)]
    listen: Option<SocketAddr>,
}

impl Flags {
    /// The flag that says a key's value, if it was given.
    pub(crate) fn of(&self, key: &str) -> Option<&'static str> {
        match key {
            "data" => self.data.as_ref().map(|_| "--data"),
            "server.listen" => self.listen.map(|_| "--listen"),
            _ => None,
        }
    }
}

/// Reads the file, and the environment above it. Errors name line and key.
pub(crate) fn read(path: &Path) -> anyhow::Result<Config> {
    read_below(&Flags::default(), path)
}

/// The same with the command line above both.
pub(crate) fn read_below(flags: &Flags, path: &Path) -> anyhow::Result<Config> {
    let text = text(path)?;
    let mut config: Config = toml::from_str(&text).map_err(|error| WrongUse(format!("{}: {error}", path.display())))?;
    if let Some(listen) = flags.listen {
        config.server.listen = listen;
    } else if let Some(listen) = of_environment("CROSSDOCK_LISTEN") {
        let wrong = |error| WrongUse(format!("CROSSDOCK_LISTEN={listen}: {error}; give an address such as 127.0.0.1:7410"));
        config.server.listen = listen.parse().map_err(wrong)?;
    }
    let base = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    resolve_secrets(&mut config, base);
    let folder = flags.data.clone().or_else(|| of_environment("CROSSDOCK_DATA").map(PathBuf::from));
    if let Some(folder) = folder {
        config.data = folder;
        return Ok(config);
    }
    if config.data.as_os_str().is_empty() {
        return Err(WrongUse(format!("{}: `data` is missing: name the folder of the store", path.display())).into());
    }
    if config.data.is_relative() {
        config.data = base.join(&config.data);
    }
    Ok(config)
}

/// The file of the secret, beside the configuration.
const SECRET: &str = "crossdock.secret";

/// Writes a commented configuration that works as it is, with one key, and beside it the server's secret. One that is there already stays:
/// others know what was derived from it.
pub(crate) fn write_initial(path: &Path, key_hash: &str) -> anyhow::Result<()> {
    let text = include_str!("initial.toml").replace("{key_hash}", key_hash);
    write_new(path, &text, std::fs::OpenOptions::new().write(true))?;
    keep_secret(path)
}

/// Draws the server's secret beside a configuration, unless one is there.
pub(crate) fn keep_secret(path: &Path) -> anyhow::Result<()> {
    let beside = path.with_file_name(SECRET);
    if beside.exists() { Ok(()) } else { write_new(&beside, &crate::keys::generate()?, private().write(true)) }
}

/// Options for a file that nobody else may read.
fn private() -> std::fs::OpenOptions {
    let mut options = std::fs::OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn write_new(path: &Path, text: &str, options: &mut std::fs::OpenOptions) -> anyhow::Result<()> {
    let wrong = |error| WrongUse(format!("write {}: {error}; name another file or move that one away", path.display()));
    let mut file = options.create_new(true).open(path).map_err(wrong)?;
    std::io::Write::write_all(&mut file, text.as_bytes()).with_context(|| format!("write {}", path.display()))
}
