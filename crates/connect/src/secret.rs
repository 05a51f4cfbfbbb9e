//! Secrets by reference, so that the configuration holds none.

/// The value that a reference means: `env:NAME` a variable, `file:PATH` a file without the blank space around it. Anything else means
/// itself. Errors say which variable or file, and why not.
pub fn secret(reference: &str) -> Result<String, String> {
    match reference.split_once(':') {
        Some(("env", variable)) => std::env::var(variable).map_err(|error| format!("variable {variable}: {error}")),
        Some(("file", path)) => {
            let text = std::fs::read_to_string(path).map_err(|error| format!("file {path}: {error}"))?;
            Ok(text.trim().to_owned())
        }
        _ => Ok(reference.to_owned()),
    }
}
