//! Effects: what another system shall do, written down before it is asked.

use engine::InstanceId;
use serde::{Deserialize, Serialize};
use units::{Text, Timestamp, number_id};

number_id!(
    /// An effect. Its text form is the idempotency key that the other system sees; it is the same for every attempt.
    EffectId,
    "EF"
);

/// A call to another system that is committed and not confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Effect {
    /// Its number.
    pub id: EffectId,
    /// What is asked for: `wms.release`, `tax.quote` …
    pub capability: Text,
    /// The part of the capability that names the system where there are several: the node of a warehouse. May be empty.
    pub route: Text,
    /// The order that it is about, for people.
    pub order: Option<trade::OrderId>,
    /// The aggregate that a confirmation concerns: a warehouse order, an invoice.
    pub subject: Option<trade::Key>,
    /// The process instance and job that wait for the result; `None` for effects that no process waits for.
    pub job: Option<(InstanceId, u32)>,
    /// The document, as JSON.
    pub document: Text,
    /// When it was requested.
    pub requested_at: Timestamp,
    /// Set when it could not be delivered: a dead letter, with code and cause.
    pub dead: Option<(Text, Text)>,
}

impl EffectId {
    /// The effect of a job: there is one per job, so its number needs no counter.
    pub fn of_job(instance: InstanceId, job: u32) -> Self {
        Self(instance.0 << 24 | u64::from(job & 0xff_ffff))
    }
}
