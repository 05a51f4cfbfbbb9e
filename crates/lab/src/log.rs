//! What happened to a service, as lines of JSON: read back at the start, so that a restart forgets nothing.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Something that happened.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Entry {
    /// A request was carried out.
    Request {
        /// Its idempotency key.
        key: String,
        /// Its path.
        path: String,
        /// Its body.
        body: Value,
        /// When, in milliseconds of lab time.
        at: i64,
    },
    /// A scheduled action was carried out.
    Due {
        /// Which.
        action: String,
        /// When.
        at: i64,
    },
    /// A message was delivered.
    Sent {
        /// Which.
        message: String,
    },
}

/// The log of one service; without a folder nothing is kept.
pub(crate) struct Log {
    file: Option<File>,
}

impl Log {
    /// Opens the log, and gives what is in it. A last line that was cut off is left out.
    pub(crate) fn open(folder: Option<&Path>, name: &str) -> std::io::Result<(Self, Vec<Entry>)> {
        let Some(folder) = folder else { return Ok((Self { file: None }, Vec::new())) };
        std::fs::create_dir_all(folder)?;
        let path = folder.join(format!("{name}.jsonl"));
        let mut entries = Vec::new();
        if path.exists() {
            for line in BufReader::new(File::open(&path)?).lines() {
                match serde_json::from_str(&line?) {
                    Ok(entry) => entries.push(entry),
                    Err(_) => break,
                }
            }
        }
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok((Self { file: Some(file) }, entries))
    }

    pub(crate) fn write(&mut self, entry: &Entry) {
        let Some(file) = &mut self.file else { return };
        if let Ok(mut line) = serde_json::to_vec(entry) {
            line.push(b'\n');
            if let Err(error) = file.write_all(&line) {
                tracing::error!(%error, "the lab's log cannot be written");
            }
        }
    }
}
