//! `crossdock demo`: the whole product at work on one machine, over real HTTP, with real orders.
//!
//! Two programs are started beside this one, both from the same binary: the lab systems and the product. This one feeds
//! orders through the API like any channel, watches through the API like any console, and reads the store for the closing
//! report. If the product dies it is started again, as an operator would; nothing is lost by that.

mod feed;
mod plan;
mod report;
mod watch;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context;

use crate::api::Api;
use crate::machinery::{Machinery, Setting, VIEWER};
use crate::output::{self, Finding, line};
use plan::Plan;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  crossdock demo --orders 200 --faults many --exit\n  crossdock demo --data demo-data --input online_retail.csv.gz"
)]
pub(crate) struct Arguments {
    /// How many orders at most; all of the input unless given
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    orders: Option<usize>,
    /// How much faster than life the lab systems are: a day of theirs takes 86,400 seconds divided by this
    #[arg(long, value_name = "FACTOR", default_value_t = 86_400.0, value_parser = super::speed, allow_negative_numbers = true)]
    speed: f64,
    /// End with the report instead of serving until interrupted
    #[arg(long)]
    exit: bool,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
    /// Keep the store and the lab's ledgers in this folder, and go on with what is there
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// Fixes every decision of the lab systems
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How often the lab systems delay, fail, repeat and reorder
    #[arg(long, default_value = "some", value_parser = ["none", "some", "many"])]
    faults: String,
    /// An Online Retail CSV, plain, .gz or .zst; the sample that ships with the product unless given
    #[arg(long, value_name = "FILE")]
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
    // before anything is made: an input that cannot be read leaves no folder
    let plan = Plan::read(arguments.input.as_deref(), arguments.orders, arguments.seed)?;
    let temporary;
    let folder = match &arguments.data {
        Some(folder) => folder.clone(),
        None => {
            temporary = tempfile::tempdir().context("make a folder for the store")?;
            temporary.path().to_owned()
        }
    };
    std::fs::create_dir_all(&folder).with_context(|| format!("make the folder {}", folder.display()))?;
    let Arguments { speed, seed, port, .. } = arguments;
    let setting = Setting { speed, seed, port, faults: arguments.faults.clone() };
    let mut machinery = Machinery::start(&folder, &setting).await?;
    let watch = watch::Watch::new(plan.orders(), !arguments.json);
    let shown = tokio::select! {
        biased;
        () = crate::interrupt::interrupted() => None,
        shown = show(&arguments, &folder, &plan, &watch, &mut machinery) => Some(shown),
    };
    watch.finish();
    let served = match &shown {
        Some(Ok(_)) if !arguments.exit => keep_serving(&arguments, &mut machinery).await,
        _ => Ok(()),
    };
    machinery.stop().await;
    match shown {
        Some(finding) => served.and(finding),
        None => {
            say(&arguments, format_args!("interrupted before everything came to rest, so there is no report"));
            if let Some(data) = &arguments.data {
                say(
                    &arguments,
                    format_args!("the same command with --data {} goes on where this one stopped", data.display()),
                );
            }
            Ok(Finding::Some)
        }
    }
}

/// Serves on after the report, until somebody ends it.
async fn keep_serving(arguments: &Arguments, machinery: &mut Machinery) -> anyhow::Result<()> {
    let (url, key) = (machinery.url().to_owned(), machinery.key().to_owned());
    say(arguments, format_args!("\nopen {url} in a browser for the console, and sign in there with the API key {key}"));
    say(arguments, format_args!("the API serves at the same address until you press Ctrl-C; in another terminal, try"));
    say(arguments, format_args!("  export CROSSDOCK_URL={url} CROSSDOCK_API_KEY={key}"));
    say(arguments, format_args!("  {} exception list --status open", machinery.program()));
    say(arguments, format_args!("  {} order timeline SO-1", machinery.program()));
    machinery.supervise_until_interrupted().await
}

/// Feeds, watches and reports.
async fn show(
    arguments: &Arguments,
    folder: &Path,
    plan: &Plan,
    watch: &watch::Watch,
    machinery: &mut Machinery,
) -> anyhow::Result<Finding> {
    let (api, import) = (machinery.api(VIEWER)?, machinery.api("import")?);
    say(arguments, format_args!("product  {}   (key: {})", machinery.url(), machinery.key()));
    for (name, url) in machinery.lab_urls() {
        say(arguments, format_args!("{name:<8} {url}"));
    }

    let fed = feed::feed(&import, plan, watch, machinery).await?;
    let stuck = watch.until_idle(&api, machinery, !arguments.no_clerks, arguments.seed, PATIENCE).await?;
    let report = report::read(folder, machinery.lab_urls(), &fed, watch.running(), machinery.restarts()).await?;
    watch.finish();
    if arguments.json {
        output::json(&report)?;
    } else {
        report.print();
    }
    if let Some(stuck) = &stuck {
        say(arguments, format_args!("not everything came to rest: {stuck}"));
    }
    let is_well = report.is_sound() && stuck.is_none();
    Ok(if is_well { Finding::None } else { Finding::Some })
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("give a whole number of 1 or more".to_owned()),
        Ok(count) => Ok(count),
    }
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
