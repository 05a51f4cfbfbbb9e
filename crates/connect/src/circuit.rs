//! Whether a system is up: closed while it answers, open after failures in a row, then one call at a time finds out.

use std::time::{Duration, Instant};

use crate::config::CircuitConfig;
use crate::health::CircuitState;

/// The circuit of a system.
#[derive(Debug)]
pub(crate) struct Circuit {
    config: CircuitConfig,
    state: State,
}

#[derive(Debug)]
enum State {
    Closed {
        failures: u32,
    },
    /// No call goes out before this moment.
    Open {
        until: Instant,
    },
    /// One call is out to see whether the system is back.
    HalfOpen,
}

impl Circuit {
    pub(crate) fn new(config: CircuitConfig) -> Self {
        Self { config, state: State::Closed { failures: 0 } }
    }

    /// The circuit of a system that was down: the first call finds out whether it still is.
    pub(crate) fn open(config: CircuitConfig, until: Instant) -> Self {
        Self { config, state: State::Open { until } }
    }

    pub(crate) fn state(&self) -> CircuitState {
        match self.state {
            State::Closed { .. } => CircuitState::Closed,
            State::Open { .. } => CircuitState::Open,
            State::HalfOpen => CircuitState::HalfOpen,
        }
    }

    /// Whether a call may go out now; otherwise after how long to ask again.
    pub(crate) fn admit(&mut self, now: Instant) -> Result<(), Duration> {
        match self.state {
            State::Closed { .. } => Ok(()),
            State::Open { until } => {
                let wait = until.saturating_duration_since(now);
                if wait.is_zero() {
                    self.state = State::HalfOpen;
                    Ok(())
                } else {
                    Err(wait)
                }
            }
            State::HalfOpen => Err(Duration::from_millis(self.config.open_ms.max(10) / 4)),
        }
    }

    /// What was admitted turned out not to need a call: it says nothing about the system, and another one may find out.
    pub(crate) fn spared(&mut self, now: Instant) {
        if matches!(self.state, State::HalfOpen) {
            self.state = State::Open { until: now };
        }
    }

    /// The system answered. Says whether it had been down.
    pub(crate) fn succeeded(&mut self) -> bool {
        let was_down = !matches!(self.state, State::Closed { .. });
        self.state = State::Closed { failures: 0 };
        was_down
    }

    /// The system did not answer. Says whether it counts as down from now on.
    pub(crate) fn failed(&mut self, now: Instant) -> bool {
        let open = State::Open { until: now + Duration::from_millis(self.config.open_ms) };
        match &mut self.state {
            State::Closed { failures } => {
                *failures += 1;
                let opens = *failures >= self.config.failures;
                if opens {
                    self.state = open;
                }
                opens
            }
            State::HalfOpen | State::Open { .. } => {
                self.state = open;
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_after_failures_in_a_row_and_closes_with_the_first_success() {
        let mut circuit = Circuit::new(CircuitConfig { failures: 2, open_ms: 1_000 });
        let start = Instant::now();
        assert!(!circuit.failed(start));
        assert!(!circuit.succeeded());
        assert!(!circuit.failed(start));
        assert!(circuit.failed(start));
        assert!(circuit.admit(start).is_err());
        let later = start + Duration::from_secs(1);
        assert!(circuit.admit(later).is_ok());
        assert!(circuit.admit(later).is_err(), "one probe at a time");
        circuit.failed(later);
        assert_eq!(circuit.state(), CircuitState::Open);
        assert!(circuit.admit(later + Duration::from_secs(1)).is_ok());
        assert!(circuit.succeeded());
        assert_eq!(circuit.state(), CircuitState::Closed);
    }

    #[test]
    fn what_needs_no_call_leaves_the_probe_to_the_next_one() {
        let mut circuit = Circuit::new(CircuitConfig { failures: 1, open_ms: 1_000 });
        let start = Instant::now();
        circuit.spared(start);
        assert_eq!(circuit.state(), CircuitState::Closed);
        circuit.failed(start);
        let later = start + Duration::from_secs(1);
        assert!(circuit.admit(later).is_ok());
        circuit.spared(later);
        assert_eq!(circuit.state(), CircuitState::Open, "it is not up because of that");
        assert!(circuit.admit(later).is_ok(), "and the next one need not wait");
    }
}
