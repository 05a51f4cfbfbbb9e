//! The figures for Prometheus as OpenTelemetry has metrics (OTLP in its JSON encoding, *opentelemetry/proto/metrics/v1*): the same names, the
//! same labels, so that a dashboard serves both.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::state::AppState;

/// How often they are sent: as often as OpenTelemetry's own exporters do.
const EVERY: Duration = Duration::from_secs(60);

/// Sends all figures to the collector, at once and every minute, until the server stops; at once over where no collector is configured.
pub async fn export(state: AppState) {
    if !state.telemetry.is_on() {
        return;
    }
    let live = state.live.clone();
    let began = SystemTime::now();
    let send = async {
        loop {
            match super::text(&state).await {
                Ok(text) => state.telemetry.send_metrics(&metrics(&text, began, SystemTime::now())).await,
                Err(problem) => tracing::warn!(?problem, "the figures could not be gathered for the collector"),
            }
            tokio::time::sleep(EVERY).await;
        }
    };
    tokio::select! {
        () = send => {}
        () = live.stopping() => {}
    }
}

/// What OpenMetrics says of a figure before its values.
#[derive(Debug, Default)]
struct Family<'t> {
    help: &'t str,
    kind: &'t str,
    unit: &'t str,
    /// Name, labels and number of each value.
    values: Vec<(&'t str, Labels, f64)>,
}

type Labels = BTreeMap<String, String>;

/// Figures in the text of OpenMetrics as OTLP has metrics.
fn metrics(text: &str, began: SystemTime, now: SystemTime) -> Vec<Value> {
    let times = Times { began: nanos(began), now: nanos(now) };
    families(text).iter().map(|(name, family)| metric(name, family, &times)).collect()
}

struct Times {
    began: String,
    now: String,
}

fn nanos(time: SystemTime) -> String {
    time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_nanos().to_string()
}

fn families(text: &str) -> BTreeMap<&str, Family<'_>> {
    let mut families: BTreeMap<&str, Family<'_>> = BTreeMap::new();
    // values stand behind what is said of them
    let mut current = "";
    for line in text.lines() {
        if let Some(said) = line.strip_prefix("# ") {
            let mut parts = said.splitn(3, ' ');
            let (Some(what), Some(name)) = (parts.next(), parts.next()) else { continue };
            let rest = parts.next().unwrap_or_default();
            current = name;
            let family = families.entry(name).or_default();
            match what {
                "HELP" => family.help = rest,
                "TYPE" => family.kind = rest,
                "UNIT" => family.unit = rest,
                _ => {}
            }
        } else if let (Some(family), Some(value)) = (families.get_mut(current), value(line)) {
            family.values.push(value);
        }
    }
    families
}

/// `name{label="text",…} 5`.
fn value(line: &str) -> Option<(&str, Labels, f64)> {
    let Some((name, rest)) = line.split_once('{') else {
        let (name, number) = line.split_once(' ')?;
        return Some((name, Labels::new(), number.trim().parse().ok()?));
    };
    let (mut labels, mut rest) = (Labels::new(), rest);
    while !rest.starts_with('}') {
        let (label, text) = rest.trim_start_matches(',').split_once("=\"")?;
        let (mut said, mut end, mut is_escaped) = (String::new(), None, false);
        for (at, letter) in text.char_indices() {
            match (std::mem::take(&mut is_escaped), letter) {
                (false, '\\') => is_escaped = true,
                (false, '"') => {
                    end = Some(at + 1);
                    break;
                }
                (true, 'n') => said.push('\n'),
                _ => said.push(letter),
            }
        }
        labels.insert(label.to_owned(), said);
        rest = text.get(end?..)?;
    }
    let number = rest.get(1..)?.split_whitespace().next()?;
    Some((name, labels, number.parse().ok()?))
}

fn metric(name: &str, family: &Family<'_>, times: &Times) -> Value {
    let unit = if family.unit == "seconds" { "s" } else { family.unit };
    let mut metric = json!({ "name": name, "description": family.help, "unit": unit });
    let points = |values: &[(&str, Labels, f64)]| -> Vec<Value> {
        let point = |(_, labels, number): &(&str, Labels, f64)| {
            json!({
                "attributes": attributes(labels),
                "startTimeUnixNano": times.began,
                "timeUnixNano": times.now,
                "asDouble": number,
            })
        };
        values.iter().map(point).collect()
    };
    // 2 is cumulative
    let (kind, data) = match family.kind {
        "counter" => {
            let data = json!({ "aggregationTemporality": 2, "isMonotonic": true, "dataPoints": points(&family.values) });
            ("sum", data)
        }
        "histogram" => ("histogram", json!({ "aggregationTemporality": 2, "dataPoints": histograms(name, family, times) })),
        _ => ("gauge", json!({ "dataPoints": points(&family.values) })),
    };
    if let Some(fields) = metric.as_object_mut() {
        fields.insert(kind.to_owned(), data);
    }
    metric
}

/// What of a histogram belongs to the same labels.
#[derive(Default)]
struct Histogram {
    sum: f64,
    count: f64,
    /// Upper bounds, and how many are no greater.
    buckets: Vec<(f64, f64)>,
}

fn histograms(name: &str, family: &Family<'_>, times: &Times) -> Vec<Value> {
    let mut all: BTreeMap<Labels, Histogram> = BTreeMap::new();
    for (value, labels, number) in &family.values {
        let mut labels = labels.clone();
        let bound = labels.remove("le");
        let histogram = all.entry(labels).or_default();
        match (value.strip_prefix(name), bound) {
            (Some("_sum"), _) => histogram.sum = *number,
            (Some("_count"), _) => histogram.count = *number,
            (_, Some(bound)) => {
                let bound = if bound == "+Inf" { f64::INFINITY } else { bound.parse().unwrap_or(f64::NAN) };
                histogram.buckets.push((bound, *number));
            }
            _ => {}
        }
    }
    let point = |(labels, mut histogram): (Labels, Histogram)| {
        histogram.buckets.sort_by(|(bound, _), (other, _)| bound.total_cmp(other));
        let bounds: Vec<f64> = histogram.buckets.iter().map(|(bound, _)| *bound).filter(|bound| bound.is_finite()).collect();
        // Prometheus counts in each bucket those of the ones below, too
        let below = std::iter::once(0.0).chain(histogram.buckets.iter().map(|(_, count)| *count));
        let counts: Vec<String> =
            histogram.buckets.iter().zip(below).map(|((_, count), below)| (count - below).to_string()).collect();
        json!({
            "attributes": attributes(&labels),
            "startTimeUnixNano": times.began,
            "timeUnixNano": times.now,
            "count": histogram.count.to_string(),
            "sum": histogram.sum,
            "bucketCounts": counts,
            "explicitBounds": bounds,
        })
    };
    all.into_iter().map(point).collect()
}

fn attributes(labels: &Labels) -> Vec<Value> {
    labels.iter().map(|(label, text)| json!({ "key": label, "value": { "stringValue": text } })).collect()
}

#[cfg(test)]
mod tests {
    use prometheus_client::encoding::text::encode;
    use prometheus_client::metrics::counter::Counter;
    use prometheus_client::metrics::family::Family;
    use prometheus_client::metrics::gauge::Gauge;
    use prometheus_client::registry::{Registry, Unit};

    use super::*;

    fn told(fill: impl FnOnce(&mut Registry)) -> Vec<Value> {
        let mut registry = Registry::with_prefix("crossdock");
        fill(&mut registry);
        let mut text = String::new();
        encode(&mut text, &registry).unwrap();
        metrics(&text, SystemTime::UNIX_EPOCH, SystemTime::UNIX_EPOCH + Duration::from_secs(3))
    }

    #[test]
    fn a_gauge_and_a_counter_keep_their_names_labels_and_units() {
        let told = told(|registry| {
            let orders: Family<Vec<(&str, &str)>, Gauge> = Family::default();
            orders.get_or_create(&vec![("status", "on \"hold\", or\\so")]).set(7);
            registry.register("orders", "Orders", orders);
            let requests: Counter = Counter::default();
            requests.inc_by(4);
            registry.register_with_unit("busy", "Time", Unit::Seconds, requests);
        });
        let named = |name: &str| told.iter().find(|metric| metric["name"] == name).unwrap();
        let orders = &named("crossdock_orders")["gauge"]["dataPoints"][0];
        let label = json!([{ "key": "status", "value": { "stringValue": "on \"hold\", or\\so" } }]);
        assert_eq!((&orders["asDouble"], &orders["attributes"]), (&json!(7.0), &label));
        let busy = named("crossdock_busy_seconds");
        assert_eq!((&busy["unit"], &busy["sum"]["isMonotonic"]), (&json!("s"), &json!(true)));
        let point = &busy["sum"]["dataPoints"][0];
        assert_eq!((&point["asDouble"], &point["timeUnixNano"]), (&json!(4.0), &json!("3000000000")));
    }

    #[test]
    fn a_histogram_counts_each_value_in_one_bucket() {
        let told = told(|registry| {
            let histogram = prometheus_client::metrics::histogram::Histogram::new([0.5, 1.0]);
            [0.1, 0.2, 0.7, 9.0].into_iter().for_each(|value| histogram.observe(value));
            registry.register("took", "Time", histogram);
        });
        let point = &told[0]["histogram"]["dataPoints"][0];
        assert_eq!(point["explicitBounds"], json!([0.5, 1.0]));
        assert_eq!(point["bucketCounts"], json!(["2", "1", "1"]));
        assert_eq!((&point["count"], &point["sum"]), (&json!("4"), &json!(10.0)));
    }
}
