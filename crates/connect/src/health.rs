//! How a system is, for people and monitors.

use serde::Serialize;
use units::Text;

/// How a system is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SystemHealth {
    /// Its name.
    pub name: Text,
    /// What it can do.
    pub capabilities: Vec<Text>,
    /// Whether it counts as up.
    pub circuit: CircuitState,
    /// Effects that wait.
    pub queued: usize,
    /// Calls that are open.
    pub in_flight: usize,
    /// Effects that it carried out.
    pub delivered: u64,
    /// Calls that were repeated.
    pub retried: u64,
    /// Effects that it refused, or that were given up.
    pub failed: u64,
    /// What went wrong last.
    pub last_error: Option<String>,
    /// Times at which it was down, the latest last; at most 20.
    pub outages: Vec<Outage>,
    /// Time to answer in milliseconds, of the last calls: the median.
    pub latency_p50_ms: Option<u64>,
    /// Time to answer in milliseconds, of the last calls: 99 of 100 were quicker.
    pub latency_p99_ms: Option<u64>,
}

impl SystemHealth {
    /// Whether it counts as up.
    pub fn is_closed(&self) -> bool {
        self.circuit == CircuitState::Closed
    }

    /// Effects that wait.
    pub fn queued(&self) -> usize {
        self.queued
    }
}

/// Whether a system counts as up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CircuitState {
    /// Up.
    Closed,
    /// Down.
    Open,
    /// Down, and a call is out to see whether it is back.
    HalfOpen,
}

/// A time at which a system was down. Times are milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Outage {
    /// When it was noticed.
    pub began: i64,
    /// When the system answered again.
    pub ended: Option<i64>,
    /// When everything that had waited was delivered: the recovery.
    pub drained: Option<i64>,
}
