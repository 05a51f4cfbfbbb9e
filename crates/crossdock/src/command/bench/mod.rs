//! `crossdock bench`: whole orders on a file-backed store, with connections answered in the process at once.

mod floor;
mod measure;
mod order_to_cash;
mod twelve_steps;

use std::path::PathBuf;

use clap::ValueEnum;
use serde::Serialize;

use crate::output::{self, Finding, line};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// What to measure
    #[arg(long, value_enum, default_value_t = Workload::OrderToCash)]
    workload: Workload,
    /// How many orders or instances
    #[arg(long, default_value_t = 20_000)]
    orders: u64,
    /// Lines of each order
    #[arg(long, default_value_t = 4)]
    lines: u64,
    /// How many are under way at the same time
    #[arg(long, default_value_t = 256)]
    inflight: u64,
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
    /// Instances of twelve trivial steps, each durable before the next begins, beside a bare loop of commits
    TwelveSteps,
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
    let report = match arguments.workload {
        Workload::OrderToCash => order_to_cash::run(&folder, arguments.orders, arguments.lines, arguments.inflight)?,
        Workload::TwelveSteps => twelve_steps::run(&folder, arguments.orders, arguments.inflight)?,
    };
    if arguments.json {
        output::json(&report)?;
    } else {
        print(&report);
    }
    Ok(Finding::None)
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
