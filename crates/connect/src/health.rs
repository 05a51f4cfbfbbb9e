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
    /// How often it was down.
    pub outages_total: u64,
    /// How long it was down, in milliseconds, the present outage included.
    pub down_ms: u64,
    /// Mean time from the beginning of an outage to its end, in milliseconds.
    pub mean_time_to_recovery_ms: Option<u64>,
    /// Time to answer in milliseconds, of the last calls: the median.
    pub latency_p50_ms: Option<u64>,
    /// Time to answer in milliseconds, of the last calls: 95 of 100 were quicker.
    pub latency_p95_ms: Option<u64>,
    /// Time to answer in milliseconds, of the last calls: 99 of 100 were quicker.
    pub latency_p99_ms: Option<u64>,
    /// Calls since the start, what is fetched included.
    pub calls_total: u64,
    /// When the last call began, in milliseconds since 1970; `None` if nobody has called it since the start.
    pub last_call: Option<i64>,
    /// When the oldest effect that waits was requested, in milliseconds since 1970.
    pub oldest_queued: Option<i64>,
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

    /// How long the last outage that is over took, in milliseconds.
    pub fn last_outage_ms(&self) -> Option<u64> {
        let last = self.outages.iter().rev().find_map(|outage| outage.ended.map(|ended| (outage, ended)));
        last.map(|(outage, ended)| outage.duration_ms(ended))
    }

    /// How long the last recovery took that is complete, in milliseconds.
    pub fn last_recovery_ms(&self) -> Option<u64> {
        self.outages.iter().rev().find_map(Outage::recovery_ms)
    }
}

/// How far an effect is that a system has not confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Underway {
    /// The system.
    pub system: Text,
    /// Whether that counts as up.
    pub circuit: CircuitState,
    /// How often it was tried since the start of the server.
    pub attempts: u32,
    /// What went wrong last at that system.
    pub last_error: Option<String>,
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
    /// When everything that had waited by then was delivered: the recovery.
    pub drained: Option<i64>,
    /// Effects that waited when the system answered again.
    pub backlog: usize,
}

impl From<&partition::dependency::Outage> for Outage {
    fn from(outage: &partition::dependency::Outage) -> Self {
        Self {
            began: outage.began.0,
            ended: outage.ended.map(|ended| ended.0),
            drained: outage.drained.map(|drained| drained.0),
            backlog: usize::try_from(outage.backlog).unwrap_or(usize::MAX),
        }
    }
}

impl Outage {
    /// From its beginning to its end, or until `now`, in milliseconds.
    pub fn duration_ms(&self, now: i64) -> u64 {
        u64::try_from(self.ended.unwrap_or(now) - self.began).unwrap_or(0)
    }

    /// From its beginning until everything that had waited was delivered, in milliseconds.
    pub fn recovery_ms(&self) -> Option<u64> {
        self.drained.map(|drained| u64::try_from(drained - self.began).unwrap_or(0))
    }
}
