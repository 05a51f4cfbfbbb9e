//! What handlers share.

use std::sync::Arc;

use connect::Connections;
use runtime::{Clock, Handle};
use units::Timestamp;

use crate::auth::KeyRing;
use crate::day::Today;
use crate::feed::live::Live;
use crate::governance::Governance;
use crate::identity::Identities;
use crate::in_flight::InFlight;
use crate::problem::Problem;
use crate::readers::Readers;
use crate::resource::settings::Setting;
use crate::webhook::Webhooks;

/// What handlers share; cheap to clone.
#[derive(Clone)]
pub struct AppState {
    /// The partition.
    pub partition: Handle,
    /// Reads of the store.
    pub readers: Readers,
    /// Who may ask.
    pub keys: KeyRing,
    /// People and programs that are on the record.
    pub identities: Identities,
    /// The connected systems, for their health.
    pub connections: Arc<Connections>,
    /// Quotas and usage of those who ask.
    pub governance: Governance,
    /// What happens, for those who listen.
    pub live: Arc<Live>,
    /// Where events are sent by themselves.
    pub webhooks: Arc<Webhooks>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where spans of requests go.
    pub telemetry: connect::Telemetry,
    /// What the product was started with.
    pub settings: Arc<[Setting]>,
    /// What has happened today.
    pub today: Today,
    /// Idempotency keys of requests that are being worked on.
    pub in_flight: InFlight,
}

impl std::fmt::Debug for AppState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AppState").finish_non_exhaustive()
    }
}

impl AppState {
    /// Refuses a name that a key of the configuration has: on the record nobody could tell the two apart.
    pub(crate) fn may_name(&self, name: &str) -> Result<(), Problem> {
        if self.keys.has(name) {
            let detail = format!("{name} is a key in the configuration; take another name, or take the key out there");
            return Err(Problem::new("conflict", detail));
        }
        Ok(())
    }

    /// The time now.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }
}
