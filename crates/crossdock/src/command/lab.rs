//! `crossdock lab`: the lab systems alone.

use std::path::PathBuf;

use anyhow::Context;
use lab::{FaultProfile, Lab, LabConfig};
use serde_json::{Value, json};
use units::{Currency, Decimal, Text};

use crate::interrupt::{Starter, interrupted_or_left};
use crate::output::{Finding, WrongUse, line};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Where the product is, for what warehouses report
    #[arg(long, default_value = "http://127.0.0.1:7410")]
    product: String,
    /// API key for the product
    #[arg(long, env = "CROSSDOCK_API_KEY", hide_env_values = true, default_value = "")]
    key: String,
    /// Fixes every decision
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How much faster than life: a day takes 86,400 seconds divided by this
    #[arg(long, default_value_t = 86_400.0, value_parser = super::speed, allow_negative_numbers = true)]
    speed: f64,
    /// How often the systems delay, fail, repeat and reorder
    #[arg(long, default_value = "some", value_parser = ["none", "some", "many"])]
    faults: String,
    /// First port; each system takes the next one. 0 takes free ports
    #[arg(long, default_value_t = 8100)]
    port: u16,
    /// Folder for the systems' logs; without it a restart forgets everything
    #[arg(long)]
    data: Option<PathBuf>,
    /// Warehouses
    #[arg(long, value_delimiter = ',', default_value = "EAST,WEST")]
    nodes: Vec<String>,
    /// Currency of the bank account
    #[arg(long, default_value = "GBP")]
    currency: String,
    /// Tax rates: jurisdiction:category:per cent, such as GB:standard:20 or US-CA/Los Angeles:standard:0.25
    #[arg(long, value_delimiter = ',', default_value = "GB:standard:20")]
    rates: Vec<String>,
    /// Regions that tax goods of their own by where they come from, such as US-TX
    #[arg(long, value_delimiter = ',')]
    origins: Vec<String>,
    /// Print the addresses as one line of JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    starter: Starter,
}

pub(crate) fn run(arguments: Arguments) -> anyhow::Result<Finding> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("start the async runtime")?;
    runtime.block_on(serve(arguments))
}

async fn serve(arguments: Arguments) -> anyhow::Result<Finding> {
    let rate = |text: &String| -> anyhow::Result<(String, String, Decimal)> {
        let wrong = || WrongUse(format!("--rates: `{text}` is not jurisdiction:category:per cent, such as GB:standard:20"));
        // from the end, because a district has a colon in its name
        let mut parts = text.rsplitn(3, ':');
        match (parts.next().and_then(|rate| rate.parse().ok()), parts.next(), parts.next()) {
            (Some(rate), Some(category), Some(place)) => Ok((place.to_owned(), category.to_owned(), rate)),
            _ => Err(wrong().into()),
        }
    };
    let currency: Currency = arguments.currency.parse().map_err(|error| WrongUse(format!("--currency: {error}")))?;
    let config = LabConfig {
        seed: arguments.seed,
        speed: arguments.speed,
        faults: FaultProfile::named(&arguments.faults).unwrap_or(FaultProfile::SOME),
        product: arguments.product,
        key: arguments.key,
        port: arguments.port,
        folder: arguments.data,
        nodes: arguments.nodes.iter().map(Text::from).collect(),
        currency,
        origins: arguments.origins,
        rates: arguments.rates.iter().map(rate).collect::<anyhow::Result<_>>()?,
    };
    let lab = Lab::start(config).await?;
    if arguments.json {
        let systems: serde_json::Map<String, Value> =
            lab.systems().iter().map(|(name, address)| (name.clone(), json!(format!("http://{address}")))).collect();
        line(Value::Object(systems));
    } else {
        for (name, address) in lab.systems() {
            line(format_args!("{name:<10} http://{address}   (its ledger: /ledger, an outage: POST /lab/outage)"));
        }
    }
    interrupted_or_left(&arguments.starter).await;
    Ok(Finding::None)
}
