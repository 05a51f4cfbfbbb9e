//! Figures for Prometheus, and the same for a collector of OpenTelemetry.

mod collector;

pub use collector::export;

use std::collections::BTreeMap;
use std::sync::atomic::AtomicU64;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use connect::SystemHealth;
use partition::Table;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};
use trade::Kind;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::problem::Problem;
use crate::resource::progress::{self, counts, open_exceptions};
use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(show))
}

/// Figures for Prometheus.
///
/// They are read off the running parts at each scrape, so nothing has to be kept in step.
#[utoipa::path(get, path = "/metrics", tag = "systems", responses((status = 200, body = String, content_type = "application/openmetrics-text")))]
async fn show(State(state): State<AppState>) -> Result<Response, Problem> {
    let media_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, media_type)], text(&state).await?).into_response())
}

/// All figures as OpenMetrics has them.
async fn text(state: &AppState) -> Result<String, Problem> {
    let progress = state.partition.progress();
    let mut registry = Registry::with_prefix("crossdock");
    let figures: [(&str, &str, u64); 11] = [
        ("commands_decided", "Commands decided since the start", progress.commands()),
        ("commands_refused", "Commands refused since the start", progress.refused()),
        ("commits", "Transactions committed since the start", progress.commits()),
        ("commits_failed", "Transactions that failed since the start: a full or broken disk", progress.commits_failed()),
        ("store_cannot_write", "1 while the last transaction failed", progress.cannot_write()),
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
        let gauge: Gauge<f64, AtomicU64> = Gauge::default();
        gauge.set(std::time::Duration::from_micros(micros).as_secs_f64());
        registry.register_with_unit(name, help, Unit::Seconds, gauge);
    }
    systems(&mut registry, &state.connections.health());
    state.governance.traffic.register(&mut registry);
    let live = state.live.clone();
    live.latencies.register(&mut registry);
    state.live.latencies.begin(&state.partition, &state.readers, async move { live.stopping().await });
    // while the store cannot be read the figures of the process itself are all the more wanted
    match state.readers.read(business).await {
        Ok(figures) => count(&mut registry, figures),
        Err(problem) => tracing::warn!(?problem, "the store could not be counted for the metrics"),
    }
    let mut text = String::new();
    encode(&mut text, &registry).map_err(|error| Problem::new("internal", error.to_string()))?;
    Ok(text)
}

/// What the business looks at: how many of each thing there are, by how far they are.
type Business = Vec<(&'static str, &'static str, &'static str, BTreeMap<String, u64>)>;

fn business(reader: &mut dyn store::Reader) -> Result<Business, Problem> {
    let table = Table::Trade;
    let open = open_exceptions(reader)?;
    let mut each = |table, labels| every(reader, table, labels);
    Ok(vec![
        ("orders", "status", "Orders", each(table(Kind::Order), progress::ORDER)?),
        ("exceptions", "status", "Exceptions", each(table(Kind::Exception), progress::EXCEPTION)?),
        ("exceptions_open", "type", "Exceptions that somebody has to deal with", open),
        ("invoices", "kind", "Invoices and credit notes", each(table(Kind::Invoice), progress::INVOICE)?),
        ("payments", "status", "Payments", each(table(Kind::Payment), progress::PAYMENT)?),
        ("effects", "status", "Effects that are not confirmed", each(Table::Effect, progress::EFFECT)?),
    ])
}

/// How many rows have each label, none too: a figure that comes and goes cannot be told from one that is not gathered.
fn every(reader: &mut dyn store::Reader, table: Table, labels: &[&str]) -> Result<BTreeMap<String, u64>, Problem> {
    let mut counts = counts(reader, table, labels)?;
    for label in labels {
        counts.entry((*label).to_owned()).or_default();
    }
    Ok(counts)
}

fn count(registry: &mut Registry, figures: Business) {
    for (name, label, help, counts) in figures {
        let family: Family<Vec<(String, String)>, Gauge> = Family::default();
        for (value, count) in counts {
            let labels = vec![(label.to_owned(), value)];
            family.get_or_create(&labels).set(i64::try_from(count).unwrap_or(i64::MAX));
        }
        registry.register(name, help, family);
    }
}

/// How the connected systems are: what waits, and how long the last outage and the recovery from it took.
fn systems(registry: &mut Registry, systems: &[SystemHealth]) {
    type By<M> = Family<Vec<(String, String)>, M>;
    let [queued, open, outages, calls, delivered, retried, failed]: [By<Gauge>; 7] = Default::default();
    let [down, last, recovery, mean, median, slow, slowest]: [By<Gauge<f64, AtomicU64>>; 7] = Default::default();
    for system in systems {
        let labels = vec![("system".to_owned(), system.name.to_string())];
        let count = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        queued.get_or_create(&labels).set(count(system.queued as u64));
        open.get_or_create(&labels).set(i64::from(!system.is_closed()));
        outages.get_or_create(&labels).set(count(system.outages_total));
        calls.get_or_create(&labels).set(count(system.calls_total));
        delivered.get_or_create(&labels).set(count(system.delivered));
        retried.get_or_create(&labels).set(count(system.retried));
        failed.get_or_create(&labels).set(count(system.failed));
        down.get_or_create(&labels).set(system.down_ms as f64 / 1000.0);
        let figures = [
            (&mean, system.mean_time_to_recovery_ms),
            (&last, system.last_outage_ms()),
            (&recovery, system.last_recovery_ms()),
            (&median, system.latency_p50_ms),
            (&slow, system.latency_p95_ms),
            (&slowest, system.latency_p99_ms),
        ];
        for (family, millis) in figures {
            if let Some(millis) = millis {
                family.get_or_create(&labels).set(millis as f64 / 1000.0);
            }
        }
    }
    registry.register("system_effects_queued", "Effects that wait for a system", queued);
    registry.register("system_circuit_open", "1 when the circuit to a system is not closed", open);
    registry.register("system_outages", "Outages of a system since the start", outages);
    registry.register("system_calls", "Calls of a system since the start, what is fetched included", calls);
    registry.register("system_effects_delivered", "Effects that a system has carried out since the start", delivered);
    registry.register("system_effects_retried", "Calls of a system that were repeated since the start", retried);
    registry.register(
        "system_effects_failed",
        "Effects that a system has refused, or that were given up, since the start",
        failed,
    );
    let seconds = |registry: &mut Registry, name: &str, help: &str, family: By<Gauge<f64, AtomicU64>>| {
        registry.register_with_unit(name, help, Unit::Seconds, family);
    };
    seconds(registry, "system_down", "Time for which a system was down since the start", down);
    seconds(registry, "system_latency_p50", "Half of the last calls of a system were answered within", median);
    seconds(registry, "system_latency_p95", "95 of 100 of the last calls of a system were answered within", slow);
    seconds(registry, "system_latency_p99", "99 of 100 of the last calls of a system were answered within", slowest);
    seconds(registry, "system_last_outage", "How long the last outage of a system took", last);
    let help = "From the beginning of the last outage until everything that had waited was delivered";
    seconds(registry, "system_last_recovery", help, recovery);
    seconds(registry, "system_mean_time_to_recovery", "Mean time from the beginning of an outage to its end", mean);
}
