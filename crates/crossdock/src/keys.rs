//! API keys: made here, kept elsewhere as hashes only.

use anyhow::Context;

/// A new key: 32 random bytes behind a prefix by which people recognise it.
pub(crate) fn generate() -> anyhow::Result<String> {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).context("ask the system for random bytes")?;
    Ok(bytes.iter().fold(String::from("cd_live_"), |key, byte| key + &format!("{byte:02x}")))
}
