//! What commands read besides their arguments.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::output::WrongUse;

/// The folder of a store that somebody names: itself, or the store within the folder of a demo.
pub(crate) fn store_folder(folder: &Path) -> PathBuf {
    let within = folder.join("store");
    let is_of_demo = !folder.join("crossdock.db").exists() && within.join("crossdock.db").exists();
    if is_of_demo { within } else { folder.to_owned() }
}

/// The text of a file, or of standard input for `-`.
pub(crate) fn text(path: &Path) -> Result<String, WrongUse> {
    if path != Path::new("-") {
        return std::fs::read_to_string(path).map_err(|error| WrongUse(format!("read {}: {error}", path.display())));
    }
    let mut text = String::new();
    match std::io::stdin().read_to_string(&mut text) {
        Ok(_) => Ok(text),
        Err(error) => Err(WrongUse(format!("read standard input: {error}"))),
    }
}
