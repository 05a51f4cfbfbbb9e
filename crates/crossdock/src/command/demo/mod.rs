//! `crossdock demo`: the whole product at work on one machine, over real HTTP, with real orders.
//!
//! Two programs are started beside this one, both from the same binary: the lab systems and the product. This one feeds
//! orders through the API like any channel, watches through the API like any console, and reads the store for the closing
//! report. If the product dies it is started again, as an operator would; nothing is lost by that.

mod feed;
mod plan;
mod report;
mod watch;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Context;

use crate::api::Api;
use crate::machinery::{Machinery, Setting};
use crate::output::{self, Finding, line};
use plan::Plan;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// How many orders at most; all of the input unless given
    #[arg(long)]
    orders: Option<usize>,
    /// How much faster than life the lab systems are: a day of theirs takes 86,400 seconds divided by this
    #[arg(long, default_value_t = 86_400.0)]
    speed: f64,
    /// End with the report instead of serving until interrupted
    #[arg(long)]
    exit: bool,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
    /// Keep the store and the lab's ledgers in this folder, and go on with what is there
    #[arg(long)]
    data: Option<PathBuf>,
    /// Fixes every decision of the lab systems
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How often the lab systems delay, fail, repeat and reorder
    #[arg(long, default_value = "some", value_parser = ["none", "some", "many"])]
    faults: String,
    /// An Online Retail CSV, plain, .gz or .zst; the sample that ships with the product unless given
    #[arg(long)]
    input: Option<PathBuf>,
    /// Leave every exception to you instead of letting simulated clerks decide on most of them
    #[arg(long)]
    no_clerks: bool,
    /// Port of the API; a free one unless given
    #[arg(long, default_value_t = 0)]
    port: u16,
}

/// Without any progress for so long the demo ends with what it has and says what is stuck.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) fn run(arguments: Arguments) -> anyhow::Result<Finding> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("start the async runtime")?;
    runtime.block_on(demo(arguments))
}

async fn demo(arguments: Arguments) -> anyhow::Result<Finding> {
    let temporary;
    let folder = match &arguments.data {
        Some(folder) => folder.clone(),
        None => {
            temporary = tempfile::tempdir().context("make a folder for the store")?;
            temporary.path().to_owned()
        }
    };
    std::fs::create_dir_all(&folder).with_context(|| format!("make the folder {}", folder.display()))?;
    let plan = Plan::read(arguments.input.as_deref(), arguments.orders, arguments.seed)?;
    let Arguments { speed, seed, port, .. } = arguments;
    let setting = Setting { speed, seed, port, faults: arguments.faults.clone() };
    let mut machinery = Machinery::start(&folder, &setting).await?;
    let api = machinery.api()?;
    say(&arguments, format_args!("product  {}   (key: {})", machinery.url(), machinery.key()));
    for (name, url) in machinery.lab_urls() {
        say(&arguments, format_args!("{name:<8} {url}"));
    }

    let watch = watch::Watch::new(plan.orders(), !arguments.json);
    let fed = feed::feed(&api, &plan, &watch, &mut machinery).await?;
    let stuck = watch.until_idle(&api, &mut machinery, !arguments.no_clerks, arguments.seed, PATIENCE).await?;
    let report = report::read(&folder, machinery.lab_urls(), &fed, watch.running(), machinery.restarts()).await?;
    watch.finish();
    if arguments.json {
        output::json(&report)?;
    } else {
        report.print();
    }
    if let Some(stuck) = stuck {
        say(&arguments, format_args!("not everything came to rest: {stuck}"));
    }
    let sound = report.is_sound();
    if !arguments.exit {
        say(&arguments, format_args!(""));
        say(&arguments, format_args!("the API serves at {} until you press Ctrl-C; try", machinery.url()));
        say(
            &arguments,
            format_args!("  crossdock --help; crossdock exception list --url {} --key {}", machinery.url(), machinery.key()),
        );
        machinery.supervise_until_interrupted().await?;
    }
    machinery.stop().await;
    Ok(if sound { Finding::None } else { Finding::Some })
}

/// Tells people; programs that read JSON get it on standard error.
fn say(arguments: &Arguments, text: std::fmt::Arguments<'_>) {
    if arguments.json {
        eprintln!("{text}");
    } else {
        line(text);
    }
}

/// Whether it may be different in a moment: the product is away, or on its way down.
fn is_passing(error: &anyhow::Error) -> bool {
    let down = error.downcast_ref::<crate::api::Refused>().is_some_and(|refused| refused.status == 503);
    down || error.is::<output::Unreachable>()
}

/// Asks again while the product is being started again.
async fn patiently<T>(mut ask: impl AsyncFnMut() -> anyhow::Result<T>) -> anyhow::Result<T> {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        match ask().await {
            Err(error) if is_passing(&error) && Instant::now() < deadline => {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            other => return other,
        }
    }
}

/// What the demo asks the API for.
async fn post(api: &Api, path: &str, key: &str, body: Vec<u8>) -> anyhow::Result<serde_json::Value> {
    patiently(async || api.post(path, key, body.clone()).await).await
}
