//! Idempotency keys of requests that are being worked on: a second request under one of them is told to wait.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

/// The keys of requests that are being worked on; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct InFlight {
    keys: Arc<Mutex<BTreeSet<String>>>,
}

/// A key that is taken until this is dropped.
#[derive(Debug)]
pub(crate) struct Claim {
    in_flight: InFlight,
    key: String,
}

impl InFlight {
    /// Takes a key; `None` if another request has it.
    pub(crate) fn claim(&self, key: &str) -> Option<Claim> {
        let is_new = self.keys.lock().unwrap_or_else(PoisonError::into_inner).insert(key.to_owned());
        is_new.then(|| Claim { in_flight: self.clone(), key: key.to_owned() })
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.in_flight.keys.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_taken_until_its_request_has_ended() {
        let keys = InFlight::default();
        let first = keys.claim("a");
        assert!(first.is_some() && keys.claim("a").is_none() && keys.claim("b").is_some());
        drop(first);
        assert!(keys.claim("a").is_some());
    }
}
