//! What handlers share.

use std::sync::Arc;

use connect::Connections;
use runtime::{Clock, Handle};
use units::Timestamp;

use crate::auth::KeyRing;
use crate::in_flight::InFlight;
use crate::readers::Readers;

/// What handlers share; cheap to clone.
#[derive(Clone)]
pub struct AppState {
    /// The partition.
    pub partition: Handle,
    /// Reads of the store.
    pub readers: Readers,
    /// Who may ask.
    pub keys: KeyRing,
    /// The connected systems, for their health.
    pub connections: Arc<Connections>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Idempotency keys of requests that are being worked on.
    pub in_flight: InFlight,
}

impl std::fmt::Debug for AppState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AppState").finish_non_exhaustive()
    }
}

impl AppState {
    /// The time now.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }
}
