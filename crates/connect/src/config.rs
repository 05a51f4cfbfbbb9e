//! How systems are reached.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use units::Text;

/// The connections' part of the configuration.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ConnectionsConfig {
    /// The systems.
    pub systems: Vec<SystemConfig>,
}

/// A system.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SystemConfig {
    /// Its name, for people.
    pub name: Text,
    /// The kind of adapter; `http` is the only one.
    #[serde(default = "http")]
    pub adapter: Text,
    /// Where it is.
    pub base_url: String,
    /// How long an answer may take, in milliseconds.
    #[serde(default = "ten_seconds")]
    pub timeout_ms: u64,
    /// How many calls may be open at a time.
    #[serde(default = "sixteen")]
    pub concurrency: usize,
    /// How calls are repeated; see below.
    #[serde(default)]
    pub retry: RetryConfig,
    /// When it counts as down; see below.
    #[serde(default)]
    pub circuit: CircuitConfig,
    /// Headers of every call. Values `env:NAME` and `file:PATH` are references to secrets.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// What it can do.
    #[serde(default)]
    pub capabilities: BTreeMap<Text, CapabilityConfig>,
    /// What is fetched from it.
    #[serde(default)]
    pub poll: Option<PollConfig>,
}

/// Something that a system can do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CapabilityConfig {
    /// The method: `POST` or `PUT`.
    #[serde(default = "post")]
    pub method: Text,
    /// The path; `{field}` stands for a field of the document.
    pub path: String,
    /// Which of several systems this one is; empty for the only one.
    #[serde(default)]
    pub route: Text,
    /// What happens while the system is down; `"queue"` unless given.
    #[serde(default)]
    pub when_down: WhenDown,
}

/// What happens to effects while a system is down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenDown {
    /// They wait until it is back.
    #[default]
    Queue,
    /// They fail at once with the error `unavailable`, which the process catches: it goes on without, or asks a person.
    Fail,
}

/// How calls are repeated.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RetryConfig {
    /// The first pause, in milliseconds.
    pub initial_ms: u64,
    /// The longest pause, in milliseconds.
    pub max_ms: u64,
    /// How much longer each pause is.
    pub multiplier: f64,
    /// After so many answers that ask for another try, it is given up; a failure (5xx) counts if the system has answered others since the
    /// try before. Outages do not count.
    pub max_attempts: u32,
    /// After so many hours it is given up, whatever the cause.
    pub max_age_hours: u64,
}

impl Default for RetryConfig {
    fn default() -> Self {
        Self { initial_ms: 200, max_ms: 30_000, multiplier: 2.0, max_attempts: 20, max_age_hours: 72 }
    }
}

/// When a system counts as down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CircuitConfig {
    /// After so many failures in a row.
    pub failures: u32,
    /// After so many milliseconds it is tried again, with one call.
    pub open_ms: u64,
}

impl Default for CircuitConfig {
    fn default() -> Self {
        Self { failures: 5, open_ms: 2_000 }
    }
}

/// What is fetched from a system: bank statements.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PollConfig {
    /// The path; `{cursor}` stands for what was fetched last.
    pub path: String,
    /// How often, in milliseconds.
    #[serde(default = "ten_seconds")]
    pub interval_ms: u64,
}

impl ConnectionsConfig {
    /// Everything that the systems can do.
    pub fn capabilities(&self) -> std::collections::BTreeSet<Text> {
        self.systems.iter().flat_map(|system| system.capabilities.keys().cloned()).collect()
    }
}

fn http() -> Text {
    Text::const_new("http")
}

fn post() -> Text {
    Text::const_new("POST")
}

fn ten_seconds() -> u64 {
    10_000
}

fn sixteen() -> usize {
    16
}
