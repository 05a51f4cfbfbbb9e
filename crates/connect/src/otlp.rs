//! Spans and metrics for OpenTelemetry, over OTLP/HTTP in its JSON encoding (OpenTelemetry Protocol 1.x, `POST /v1/traces`, `/v1/metrics`).
//!
//! Off unless an address is configured. Nobody waits for it: spans are collected in a bounded queue, sent a batch at a time, and dropped
//! where the collector does not take them; it says so once for each time that it fails.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use tokio::sync::mpsc;

/// Spans that may wait; beyond that they are dropped.
const WAITING: usize = 4_096;
/// Spans that are sent together, and how long one waits for others.
const BATCH: usize = 512;
const PAUSE: Duration = Duration::from_secs(1);
/// How long a collector may take.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// Where spans and metrics go; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Telemetry {
    spans: Option<mpsc::Sender<Span>>,
    metrics: Option<Arc<Collector>>,
}

/// A path of the collector.
#[derive(Debug)]
struct Collector {
    client: reqwest::Client,
    url: String,
    /// What is sent to it, for the log.
    what: &'static str,
    /// The last attempt failed, and the log has it.
    fails: AtomicBool,
}

/// Which side of a call it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// A request that came in.
    Server,
    /// A call that went out.
    Client,
}

/// A piece of work with its place in a trace.
#[derive(Debug, Clone)]
pub struct Span {
    /// Its own `traceparent`: the trace, itself, and whether anybody wants it recorded.
    pub context: String,
    /// The span that it is part of, in hex; `None` for the first one.
    pub parent: Option<String>,
    /// What was done, such as `POST /v1/orders`.
    pub name: String,
    /// Which side.
    pub side: Side,
    /// When it began.
    pub began: SystemTime,
    /// How long it took.
    pub took: Duration,
    /// What there is to know, under the names of OpenTelemetry's conventions.
    pub attributes: Vec<(&'static str, Value)>,
    /// Why it failed.
    pub error: Option<String>,
}

impl Telemetry {
    /// Sends to the collector at this address, such as `http://127.0.0.1:4318`. Within a Tokio runtime.
    ///
    /// The error says why there can be no HTTP client.
    pub fn start(endpoint: &str) -> Result<Self, String> {
        if !endpoint.starts_with("http://") && !endpoint.starts_with("https://") {
            return Err(format!("`{endpoint}` does not begin with http:// or https://"));
        }
        let client = reqwest::Client::builder().no_proxy().timeout(ANSWER_WITHIN).build();
        let client = client.map_err(|error| format!("make the HTTP client of spans and metrics: {error}"))?;
        let (sender, spans) = mpsc::channel(WAITING);
        let collector = |path: &str, what| {
            let (client, url) = (client.clone(), format!("{}/v1/{path}", endpoint.trim_end_matches('/')));
            Collector { client, url, what, fails: AtomicBool::new(false) }
        };
        tokio::spawn(export(collector("traces", "spans"), spans));
        Ok(Self { spans: Some(sender), metrics: Some(Arc::new(collector("metrics", "metrics"))) })
    }

    /// Whether spans and metrics go anywhere.
    pub fn is_on(&self) -> bool {
        self.spans.is_some()
    }

    /// Sends metrics, each as the message `Metric` has it, and waits until the collector has taken them or has not.
    pub async fn send_metrics(&self, metrics: &[Value]) {
        let Some(collector) = &self.metrics else { return };
        let scope = json!([{ "scope": { "name": "crossdock" }, "metrics": metrics }]);
        let body = json!({ "resourceMetrics": [{ "resource": resource(), "scopeMetrics": scope }] });
        collector.send(&body).await;
    }

    /// Hands a span over, unless its trace is not to be recorded.
    pub fn record(&self, span: impl FnOnce() -> Span) {
        let Some(sender) = &self.spans else { return };
        let span = span();
        if is_sampled(&span.context) {
            // a collector that is too slow must not slow us down
            let _ = sender.try_send(span);
        }
    }
}

/// Whether a trace is to be recorded: bit 0 of the flags (W3C Trace Context, section 3.2.2.5).
fn is_sampled(traceparent: &str) -> bool {
    let flags = traceparent.rsplit('-').next().unwrap_or_default();
    u8::from_str_radix(flags, 16).is_ok_and(|flags| flags & 1 == 1)
}

impl Collector {
    async fn send(&self, body: &Value) {
        let Self { client, url, what, fails } = self;
        let sent = client.post(url).header("content-type", "application/json").body(body.to_string()).send().await;
        let failure = match sent {
            Ok(response) if response.status().is_success() => None,
            Ok(response) => Some(response.status().to_string()),
            Err(error) => Some(crate::http::cause(&error)),
        };
        let failed_before = fails.swap(failure.is_some(), Ordering::Relaxed);
        if let (Some(cause), false) = (failure, failed_before) {
            tracing::warn!(%url, %cause, "{what} are dropped until the collector takes them again");
        }
    }
}

async fn export(collector: Collector, mut spans: mpsc::Receiver<Span>) {
    let mut batch = Vec::with_capacity(BATCH);
    while spans.recv_many(&mut batch, BATCH).await > 0 {
        if batch.len() < BATCH {
            tokio::time::sleep(PAUSE).await;
            while batch.len() < BATCH
                && let Ok(span) = spans.try_recv()
            {
                batch.push(span);
            }
        }
        let body = traces(&batch);
        batch.clear();
        collector.send(&body).await;
    }
}

/// The message `ExportTraceServiceRequest`.
fn traces(spans: &[Span]) -> Value {
    let spans: Vec<Value> = spans.iter().filter_map(span).collect();
    json!({ "resourceSpans": [{ "resource": resource(), "scopeSpans": [{ "scope": { "name": "crossdock" }, "spans": spans }] }] })
}

/// Who tells.
fn resource() -> Value {
    json!({ "attributes": attributes(&[
        ("service.name", "crossdock".into()),
        ("service.version", env!("CARGO_PKG_VERSION").into()),
    ]) })
}

fn span(span: &Span) -> Option<Value> {
    let mut parts = span.context.split('-').skip(1);
    let (trace, id) = (parts.next()?, parts.next()?);
    let began = span.began.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Some(json!({
        "traceId": trace,
        "spanId": id,
        "parentSpanId": span.parent.as_deref().unwrap_or_default(),
        "name": span.name,
        "kind": match span.side { Side::Server => 2, Side::Client => 3 },
        "startTimeUnixNano": began.as_nanos().to_string(),
        "endTimeUnixNano": (began + span.took).as_nanos().to_string(),
        "attributes": attributes(&span.attributes),
        "status": match &span.error { Some(message) => json!({ "code": 2, "message": message }), None => json!({}) },
    }))
}

fn attributes(all: &[(&'static str, Value)]) -> Vec<Value> {
    let value = |value: &Value| match value {
        // 64-bit integers are texts in this encoding
        Value::Number(number) => json!({ "intValue": number.to_string() }),
        Value::Bool(is) => json!({ "boolValue": is }),
        Value::String(text) => json!({ "stringValue": text }),
        other => json!({ "stringValue": other.to_string() }),
    };
    all.iter()
        .filter(|(_, known)| !known.is_null())
        .map(|(key, known)| json!({ "key": key, "value": value(known) }))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(flags: &str) -> Span {
        Span {
            context: format!("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-{flags}"),
            parent: Some("b7ad6b7169203331".to_owned()),
            name: "POST /v1/orders".to_owned(),
            side: Side::Server,
            began: SystemTime::UNIX_EPOCH + Duration::from_millis(1_500),
            took: Duration::from_millis(20),
            attributes: vec![("http.response.status_code", 201.into()), ("crossdock.order", Value::Null)],
            error: None,
        }
    }

    #[test]
    fn a_span_is_written_as_the_protocol_has_it() {
        let written = traces(&[sample("01")]);
        let span = &written["resourceSpans"][0]["scopeSpans"][0]["spans"][0];
        assert_eq!(span["traceId"], "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!((&span["spanId"], &span["parentSpanId"]), (&json!("00f067aa0ba902b7"), &json!("b7ad6b7169203331")));
        assert_eq!((&span["startTimeUnixNano"], &span["endTimeUnixNano"]), (&json!("1500000000"), &json!("1520000000")));
        assert_eq!(span["attributes"], json!([{ "key": "http.response.status_code", "value": { "intValue": "201" } }]));
        assert_eq!(written["resourceSpans"][0]["resource"]["attributes"][0]["value"]["stringValue"], "crossdock");
    }

    #[test]
    fn what_nobody_wants_recorded_is_not() {
        let (sender, mut spans) = mpsc::channel(4);
        let telemetry = Telemetry { spans: Some(sender), metrics: None };
        telemetry.record(|| sample("00"));
        assert!(spans.try_recv().is_err());
        telemetry.record(|| sample("01"));
        assert_eq!(spans.try_recv().unwrap().name, "POST /v1/orders");
        assert!(!Telemetry::default().is_on());
    }
}
