//! Figures for Prometheus.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

use crate::problem::Problem;
use crate::state::AppState;

/// Gauges are read off the running parts at each scrape, so nothing has to be kept in step.
pub(crate) async fn show(State(state): State<AppState>) -> Result<Response, Problem> {
    let progress = state.partition.progress();
    let mut registry = Registry::with_prefix("crossdock");
    let figures: [(&str, &str, u64); 9] = [
        ("commands_decided", "Commands decided since the start", progress.commands()),
        ("commands_refused", "Commands refused since the start", progress.refused()),
        ("commits", "Transactions committed since the start", progress.commits()),
        ("journal_entries_written", "Journal entries written since the start", progress.entries()),
        ("commands_queued", "Commands that wait to be decided", progress.queued()),
        ("aggregates_resident", "Aggregates in memory", progress.resident()),
        ("aggregates_loaded", "Aggregates read from the store since the start", progress.loads()),
        ("timers_set", "Timers that are set", progress.timers()),
        ("partition_halted", "1 when a broken invariant has stopped the partition", progress.halted()),
    ];
    for (name, help, value) in figures {
        let gauge: Gauge = Gauge::default();
        gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
        registry.register(name, help, gauge);
    }
    for (name, help, micros) in [
        ("commit", "Time spent in transactions since the start", progress.commit_micros()),
        ("decide", "Time spent deciding since the start", progress.decide_micros()),
    ] {
        let gauge: Gauge<f64, std::sync::atomic::AtomicU64> = Gauge::default();
        gauge.set(std::time::Duration::from_micros(micros).as_secs_f64());
        registry.register_with_unit(name, help, Unit::Seconds, gauge);
    }
    let queued: Family<Vec<(String, String)>, Gauge> = Family::default();
    let open: Family<Vec<(String, String)>, Gauge> = Family::default();
    for system in state.connections.health() {
        let labels = vec![("system".to_owned(), system.name.to_string())];
        queued.get_or_create(&labels).set(i64::try_from(system.queued).unwrap_or(i64::MAX));
        open.get_or_create(&labels).set(i64::from(!system.is_closed()));
    }
    registry.register("system_effects_queued", "Effects that wait for a system", queued);
    registry.register("system_circuit_open", "1 when the circuit to a system is not closed", open);
    let mut text = String::new();
    encode(&mut text, &registry).map_err(|error| Problem::new("internal", error.to_string()))?;
    let media_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, media_type)], text).into_response())
}
