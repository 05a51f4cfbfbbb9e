//! What commands read besides their arguments.

use std::io::Read as _;
use std::path::Path;

use crate::output::WrongUse;

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
