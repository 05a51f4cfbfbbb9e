//! `crossdock verify` and `crossdock reconcile`: on the store, whether or not a server runs on it.

use std::path::PathBuf;

use indicatif::{ProgressBar, ProgressStyle};
use runtime::Clock;
use serde_json::json;

use crate::output::{self, Finding, line};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  crossdock verify --data crossdock-data\n\nExit code 1: something differs, and the first difference is named."
)]
pub(crate) struct VerifyArguments {
    /// Folder of the store
    #[arg(long, env = "CROSSDOCK_DATA")]
    data: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  crossdock reconcile --data crossdock-data\n\nExit code 1: something does not agree, and each break is listed."
)]
pub(crate) struct ReconcileArguments {
    /// Folder of the store
    #[arg(long, env = "CROSSDOCK_DATA")]
    data: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// A bar on standard error, and only on a terminal.
fn bar(what: &'static str) -> ProgressBar {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{msg} {bar:40} {pos}/{len} {per_sec}") {
        bar.set_style(style);
    }
    bar.with_message(what)
}

pub(crate) fn verify(arguments: &VerifyArguments) -> anyhow::Result<Finding> {
    let mut reader = store::Sqlite::open_read_only(&crate::input::store_folder(&arguments.data))?;
    let bar = bar("fold");
    let result = runtime::verify(&mut reader, |done, of| {
        bar.set_length(of);
        bar.set_position(done);
    })?;
    bar.finish_and_clear();
    if arguments.json {
        output::json(&json!({
            "entries": result.entries,
            "aggregates": result.aggregates,
            "timers": result.timers,
            "originals": result.originals,
            "replies": result.replies,
            "timeline_entries": result.subjects,
            "verify": if result.difference.is_none() { "ok" } else { "different" },
            "difference": result.difference.as_ref().map(ToString::to_string),
        }))?;
    } else {
        line(format_args!("journal entries folded   {}", result.entries));
        line(format_args!("aggregates compared      {}", result.aggregates));
        line(format_args!("timers compared          {}", result.timers));
        line(format_args!("timeline entries held    {}", result.subjects));
        line(format_args!("original documents held  {}", result.originals));
        line(format_args!("answers under keys held  {}", result.replies));
        match &result.difference {
            None => line("journal, hashes, stored state, timelines, originals and answers agree"),
            Some(difference) => line(format_args!("first difference: {difference}")),
        }
    }
    Ok(if result.difference.is_none() { Finding::None } else { Finding::Some })
}

/// How old a break may be, in words.
fn age(millis: i64) -> String {
    match millis / 3_600_000 {
        hours @ ..48 => format!("{} h old", hours.max(0)),
        hours => format!("{} days old", hours / 24),
    }
}

pub(crate) fn reconcile(arguments: &ReconcileArguments) -> anyhow::Result<Finding> {
    let mut reader = store::Sqlite::open_read_only(&crate::input::store_folder(&arguments.data))?;
    let now = runtime::SystemClock.now();
    let report = runtime::reconcile(&mut reader, Some(now))?;
    if arguments.json {
        output::json(&report)?;
    } else {
        for found in &report.breaks {
            let age = found.since.map_or_else(|| "of unknown age".to_owned(), |since| age(now.millis_since(since)));
            line(format_args!(
                "{}  {}: {} against {}  ({:?}, {age}, worth {} minor units)",
                found.id, found.what, found.left, found.right, found.owner, found.value.0
            ));
        }
        line(format_args!("{} breaks", report.breaks.len()));
    }
    Ok(if report.breaks.is_empty() { Finding::None } else { Finding::Some })
}
