//! `crossdock bench`: whole orders on a file-backed store, with connections answered in the process at once.

mod engine;
mod floor;
mod measure;
mod open_orders;
mod order_to_cash;
mod reading;
mod serving;
mod traffic;
mod twelve_steps;

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde::Serialize;

use crate::machinery::{Machinery, Setting};
use crate::output::{self, Finding, line};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// What to measure
    #[arg(long, value_enum, default_value_t = Workload::OrderToCash)]
    workload: Workload,
    /// What to measure, without the option's name
    #[arg(value_enum, value_name = "WORKLOAD", conflicts_with = "workload")]
    what: Option<Workload>,
    /// How many orders or instances; 20,000 unless given, and 100,000 for open-orders
    #[arg(long)]
    orders: Option<u64>,
    /// Lines of each order
    #[arg(long, default_value_t = 4)]
    lines: u64,
    /// How many are under way at the same time
    #[arg(long, default_value_t = 256)]
    inflight: u64,
    /// Requests per second of the workloads serving and reading; 500 and 1,000 unless given
    #[arg(long)]
    rate: Option<u64>,
    /// Seconds of the workloads serving and reading
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// Requests for the same item at the same moment, of the workload serving
    #[arg(long, default_value_t = 10_000)]
    rush: u64,
    /// Open streams of events, of the workload reading
    #[arg(long, default_value_t = 1_000)]
    listeners: u64,
    /// Folder for the store; a temporary one unless given
    #[arg(long)]
    store: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Workload {
    /// Orders from received to matched cash, every step and journal entry included
    OrderToCash,
    /// The process engine alone, in memory, on one core
    Engine,
    /// Instances of twelve trivial steps, each durable before the next begins, beside a bare loop of commits
    TwelveSteps,
    /// Availability and reservations over HTTP while orders flow, and a rush on one item
    Serving,
    /// Mixed reads over HTTP while orders flow and many listen to what happens
    Reading,
    /// Start on an empty folder, and restart after `kill -9` with many open orders
    OpenOrders,
}

/// What a run came to.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    workload: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    orders_per_second: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    instances_per_second: Option<f64>,
    steps_per_second: f64,
    latency_ms: Latency,
    cpu_seconds_per_1000: f64,
    bytes_per_order: u64,
    peak_rss_mib: u64,
    commits: u64,
    mean_batch: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    floor_per_second: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    share_of_floor: Option<f64>,
}

#[derive(Debug, Default, Serialize)]
pub(crate) struct Latency {
    p50: f64,
    p99: f64,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Finding> {
    let temporary = tempfile::tempdir()?;
    let folder = arguments.store.clone().unwrap_or_else(|| temporary.path().join("store"));
    std::fs::create_dir_all(&folder)?;
    let (lines, inflight) = (arguments.lines, arguments.inflight);
    let orders = |usual| arguments.orders.unwrap_or(usual);
    let report = match arguments.what.unwrap_or(arguments.workload) {
        Workload::Engine => return show(&engine::run(orders(200_000))?, arguments),
        Workload::OrderToCash => order_to_cash::run(&folder, orders(20_000), lines, inflight)?,
        Workload::TwelveSteps => twelve_steps::run(&folder, orders(20_000), inflight)?,
        Workload::Serving => {
            let rate = arguments.rate.unwrap_or(500).max(1);
            let run =
                async |product: &Machinery| serving::run(product, rate, arguments.seconds.max(1), arguments.rush).await;
            return show(&beside_the_lab(&folder, run)?, arguments);
        }
        Workload::Reading => {
            let rate = arguments.rate.unwrap_or(1_000).max(1);
            let run =
                async |product: &Machinery| reading::run(product, rate, arguments.seconds.max(1), arguments.listeners).await;
            return show(&beside_the_lab(&folder, run)?, arguments);
        }
        Workload::OpenOrders => return show(&open_orders::run(&folder, orders(100_000), lines, inflight)?, arguments),
    };
    if arguments.json {
        output::json(&report)?;
    } else {
        print(&report);
    }
    Ok(Finding::None)
}

/// Starts product and lab as processes of their own, and measures from this one.
fn beside_the_lab<R>(folder: &Path, run: impl AsyncFnOnce(&Machinery) -> anyhow::Result<R>) -> anyhow::Result<R> {
    let setting = Setting { speed: 86_400.0, seed: 1, faults: "none".to_owned(), port: 0 };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let machinery = Machinery::start(folder, &setting).await?;
        let outcome = run(&machinery).await;
        machinery.stop().await;
        outcome
    })
}

/// Prints a report as it is: a line for each figure.
fn show(report: &impl Serialize, arguments: &Arguments) -> anyhow::Result<Finding> {
    if arguments.json {
        output::json(report)?;
    } else {
        rows("", &serde_json::to_value(report)?);
    }
    Ok(Finding::None)
}

fn rows(above: &str, value: &serde_json::Value) {
    for (name, value) in value.as_object().into_iter().flatten() {
        let name = format!("{above}{}", name.replace('_', " "));
        match value {
            serde_json::Value::Object(_) => rows(&format!("{name}, "), value),
            serde_json::Value::String(text) => line(format_args!("{text}")),
            serde_json::Value::Number(number) if number.is_f64() => {
                line(format_args!("{name:<28}{:>14.2}", number.as_f64().unwrap_or_default()));
            }
            other => line(format_args!("{name:<28}{other:>14}")),
        }
    }
}

fn print(report: &Report) {
    let row = |name: &str, value: String| line(format_args!("{name:<28}{value:>14}"));
    line(report.workload);
    if let Some(rate) = report.orders_per_second {
        row("orders per second", format!("{rate:.0}"));
    }
    if let Some(rate) = report.instances_per_second {
        row("instances per second", format!("{rate:.0}"));
    }
    row("durable steps per second", format!("{:.0}", report.steps_per_second));
    row("latency p50, ms", format!("{:.1}", report.latency_ms.p50));
    row("latency p99, ms", format!("{:.1}", report.latency_ms.p99));
    row("CPU seconds per 1,000", format!("{:.2}", report.cpu_seconds_per_1000));
    row("bytes on disk each", report.bytes_per_order.to_string());
    row("peak memory, MiB", report.peak_rss_mib.to_string());
    row("commits", report.commits.to_string());
    row("mean batch, entries", format!("{:.1}", report.mean_batch));
    if let (Some(floor), Some(share)) = (report.floor_per_second, report.share_of_floor) {
        row("floor per second", format!("{floor:.0}"));
        row("share of floor", format!("{:.0} %", share * 100.0));
    }
}
