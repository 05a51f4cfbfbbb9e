//! Requests as Prometheus counts them: how many, with which outcome, and how long an answer took to begin.

use std::time::Duration;

use axum::http::StatusCode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use super::operation::Operation;

type Labels = Vec<(&'static str, &'static str)>;
type Durations = Family<Labels, Histogram, fn() -> Histogram>;

/// Upper bounds of the buckets, in seconds: reads take milliseconds, a long poll a minute.
const BUCKETS: [f64; 11] = [0.001, 0.002_5, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0, 10.0, 60.0];

/// What came in since the start.
#[derive(Debug, Clone)]
pub(crate) struct Traffic {
    requests: Family<Labels, Counter>,
    durations: Durations,
}

impl Default for Traffic {
    fn default() -> Self {
        let histogram: fn() -> Histogram = || Histogram::new(BUCKETS);
        Self { requests: Family::default(), durations: Family::new_with_constructor(histogram) }
    }
}

impl Traffic {
    /// Counts a request.
    pub(crate) fn count(&self, operation: &Operation, status: StatusCode, took: Duration) {
        let labels = vec![("method", operation.method), ("path", operation.path)];
        self.durations.get_or_create(&labels).observe(took.as_secs_f64());
        self.requests.get_or_create(&[labels, vec![("outcome", outcome(status))]].concat()).inc();
    }

    /// Puts the figures among others.
    pub(crate) fn register(&self, registry: &mut Registry) {
        registry.register("http_requests", "Requests by operation and outcome", self.requests.clone());
        let help = "From the last byte of a request's head to the first of its answer, by operation";
        registry.register_with_unit("http_request_duration", help, Unit::Seconds, self.durations.clone());
    }
}

/// `done`, `refused` for a fault of the caller, `failed` for one of ours.
fn outcome(status: StatusCode) -> &'static str {
    match status.as_u16() {
        500.. => "failed",
        400.. => "refused",
        _ => "done",
    }
}
