//! The session of a person at the command line: signed in once with `crossdock login`, and kept in a file that nobody else may read.

use std::path::PathBuf;

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::output::WrongUse;

/// A session at a server.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Session {
    /// Where.
    pub(crate) url: String,
    /// Whose.
    pub(crate) user: String,
    /// The cookie, name and value.
    pub(crate) cookie: String,
    /// What a change has to carry beside it.
    pub(crate) csrf: String,
    /// When it ends by itself.
    pub(crate) ends_at: String,
}

/// Where it is kept: `CROSSDOCK_SESSION`, or the folder of the user's configuration.
fn file() -> anyhow::Result<PathBuf> {
    let named = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(file) = named("CROSSDOCK_SESSION") {
        return Ok(file);
    }
    let folder =
        named("XDG_CONFIG_HOME").or_else(|| named("HOME").map(|home| home.join(".config"))).or_else(|| named("APPDATA"));
    let missing = || WrongUse("there is no home to keep the session in; name a file in CROSSDOCK_SESSION".to_owned());
    Ok(folder.ok_or_else(missing)?.join("crossdock").join("session.json"))
}

/// The session at that server, if there is one.
pub(crate) fn at(url: &str) -> Option<Session> {
    let text = std::fs::read_to_string(file().ok()?).ok()?;
    // one of another release counts as none: signing in writes it anew
    let session: Session = serde_json::from_str(&text).ok()?;
    (session.url == url.trim_end_matches('/')).then_some(session)
}

/// Keeps it.
pub(crate) fn keep(session: &Session) -> anyhow::Result<()> {
    let file = file()?;
    let what = || format!("write {}; name another file in CROSSDOCK_SESSION", file.display());
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).with_context(what)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&file).with_context(what)?;
    serde_json::to_writer(written, session).with_context(what)
}

/// Forgets it.
pub(crate) fn forget() -> anyhow::Result<()> {
    let file = file()?;
    match std::fs::remove_file(&file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("delete {}", file.display()))
        }
        _ => Ok(()),
    }
}
