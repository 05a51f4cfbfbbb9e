//! `crossdock verify` and `crossdock reconcile`: on the store, whether or not a server runs on it.

use std::path::PathBuf;

use indicatif::{ProgressBar, ProgressStyle};
use partition::{AnyKey, AnyState, Table};
use serde_json::json;
use store::{Reader, RowQuery};

use crate::output::{self, Finding, line};

#[derive(Debug, clap::Args)]
pub(crate) struct VerifyArguments {
    /// Folder of the store
    #[arg(long, env = "CROSSDOCK_DATA")]
    data: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
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
    let mut reader = store::Sqlite::open_read_only(&arguments.data)?;
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
            "verify": if result.difference.is_none() { "ok" } else { "different" },
            "difference": result.difference.as_ref().map(ToString::to_string),
        }))?;
    } else {
        line(format_args!("journal entries folded   {}", result.entries));
        line(format_args!("aggregates compared      {}", result.aggregates));
        line(format_args!("timers compared          {}", result.timers));
        match &result.difference {
            None => line("journal, hashes and stored state agree"),
            Some(difference) => line(format_args!("first difference: {difference}")),
        }
    }
    Ok(if result.difference.is_none() { Finding::None } else { Finding::Some })
}

/// Reads every aggregate of the store and holds the records against each other.
pub(crate) fn check(reader: &mut dyn Reader) -> anyhow::Result<trade::reconcile::Report> {
    let mut aggregates = Vec::new();
    for table in Table::all().filter(|table| matches!(table, Table::Trade(_))) {
        let mut query = RowQuery::table(table).limit(1_000);
        loop {
            let page = reader.rows(&query)?;
            let Some((last, _)) = page.last() else { break };
            query = query.after(last.clone());
            for (row_key, row) in &page {
                if let AnyState::Trade(aggregate) = AnyState::decode(table, row_key, &row.data)?
                    && let Some(key) = AnyKey::of_trade_row(table, row_key)
                {
                    aggregates.push((key, aggregate));
                }
            }
        }
    }
    Ok(trade::reconcile::check(aggregates.iter().map(|(key, aggregate)| (key, aggregate))))
}

pub(crate) fn reconcile(arguments: &ReconcileArguments) -> anyhow::Result<Finding> {
    let mut reader = store::Sqlite::open_read_only(&arguments.data)?;
    let report = check(&mut reader)?;
    if arguments.json {
        output::json(&report)?;
    } else {
        for found in &report.breaks {
            line(format_args!(
                "{}  {}  {}: {} against {}",
                found.checkpoint, found.key, found.what, found.left, found.right
            ));
        }
        line(format_args!("{} breaks", report.breaks.len()));
    }
    Ok(if report.breaks.is_empty() { Finding::None } else { Finding::Some })
}
