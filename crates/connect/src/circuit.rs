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
    Open {
        since: Instant,
    },
    /// One call is out to see whether the system is back.
    HalfOpen,
}

impl Circuit {
    pub(crate) fn new(config: CircuitConfig) -> Self {
        Self { config, state: State::Closed { failures: 0 } }
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
            State::Open { since } => {
                let wait = Duration::from_millis(self.config.open_ms).saturating_sub(now.duration_since(since));
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

    /// The system answered. Says whether it had been down.
    pub(crate) fn succeeded(&mut self) -> bool {
        let was_down = !matches!(self.state, State::Closed { .. });
        self.state = State::Closed { failures: 0 };
        was_down
    }

    /// The system did not answer. Says whether it counts as down from now on.
    pub(crate) fn failed(&mut self, now: Instant) -> bool {
        match &mut self.state {
            State::Closed { failures } => {
                *failures += 1;
                let opens = *failures >= self.config.failures;
                if opens {
                    self.state = State::Open { since: now };
                }
                opens
            }
            State::HalfOpen | State::Open { .. } => {
                self.state = State::Open { since: now };
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
}
