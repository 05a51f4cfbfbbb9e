//! Adapters to systems, and what keeps them resilient.
//!
//! An effect is durable in the partition before it comes here, and stays there until its outcome is durable too; so nothing in
//! here has to survive a crash. Per system there is one queue, a limit of calls at a time, time-outs, retries with backoff and
//! jitter, and a circuit that opens when the system is down: then effects wait, and everything catches up;
//! what is about the same thing keeps its order. The other
//! direction, documents that are fetched, is in [`Inbound`].

mod backoff;
mod calls;
mod circuit;
mod config;
mod connections;
mod health;
mod http;
mod inbound;
mod otlp;
mod queue;
mod secret;
mod system;
mod trace;

use std::future::Future;
use std::pin::Pin;

use partition::{DependencyChange, EffectId};
use units::{Text, Timestamp};

pub use calls::{CALLS_KEPT, Call, Cut};
pub use config::{CapabilityConfig, CircuitConfig, ConnectionsConfig, PollConfig, RetryConfig, SystemConfig, WhenDown};
pub use connections::{ConnectError, Connections, check};
pub use health::{CircuitState, Outage, SystemHealth, Underway};
pub use http::cause;
pub use inbound::Inbound;
pub use otlp::{Side, Span, Telemetry};
pub use secret::secret;
pub use trace::child;

/// A future on the heap, for traits that are objects.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// An effect to deliver.
#[derive(Debug, Clone, Default)]
pub struct Delivery {
    /// Its id; the text form is the idempotency key that the system sees.
    pub id: EffectId,
    /// What is asked for.
    pub capability: Text,
    /// Which of several systems that offer it; may be empty.
    pub route: Text,
    /// What it is about, such as a warehouse order: effects about the same thing go to a system one after the other. May be
    /// empty.
    pub subject: Text,
    /// The order that it belongs to; may be empty.
    pub order: Text,
    /// The document, as JSON.
    pub document: Text,
    /// When it was requested.
    pub requested_at: Timestamp,
    /// Those of a higher number go out first.
    pub priority: i32,
    /// The trace that it belongs to (W3C `traceparent`), if there is one.
    pub trace: Option<Text>,
}

/// Takes the outcomes of effects. Its futures end when the outcome is durable.
pub trait Outcomes: Send + Sync + 'static {
    /// The system did it.
    fn succeeded(&self, effect: EffectId, response: serde_json::Value) -> BoxFuture<'static, Result<(), SubmitError>>;

    /// The system will not do it, or could not be reached in time.
    fn failed(&self, effect: EffectId, code: &str, message: &str) -> BoxFuture<'static, Result<(), SubmitError>>;

    /// A system went down, came back, or has what it had missed.
    fn noticed(&self, system: &str, change: DependencyChange) -> BoxFuture<'static, Result<(), SubmitError>>;
}

/// Why an outcome was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SubmitError {
    /// It never will be.
    #[error("{0}")]
    Refused(String),
    /// Not now; it has to be offered again.
    #[error("{0}")]
    Unavailable(String),
}

impl SubmitError {
    /// It never will be taken.
    pub fn refused(why: String) -> Self {
        Self::Refused(why)
    }

    /// It cannot be taken now.
    pub fn unavailable(why: String) -> Self {
        Self::Unavailable(why)
    }
}
