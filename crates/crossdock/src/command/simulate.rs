//! `crossdock simulate`: whole worlds in virtual time, from their seeds.

use lab::sim::{Failure, Outcome, Plan};
use units::Timestamp;

use crate::output::{self, Finding, WrongUse, line};
use crate::processes;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The seed of the world, or a range such as 0..100; one world is told step by step
    #[arg(long, default_value = "1")]
    seed: String,
    /// Orders that come in
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    orders: u64,
    /// Do not tell the steps of a single world
    #[arg(long)]
    quiet: bool,
    /// Print what each world came to as JSON, without the steps
    #[arg(long)]
    json: bool,
}

/// The seeds from the first to before the last.
fn seeds(text: &str) -> Result<std::ops::Range<u64>, WrongUse> {
    let wrong = || WrongUse(format!("--seed {text}: give a number such as 17, or a range such as 0..100"));
    let range = match text.split_once("..") {
        Some((from, to)) => from.parse().ok().zip(to.parse().ok()).map(|(from, to)| from..to),
        None => text.parse().ok().and_then(|seed: u64| Some(seed..seed.checked_add(1)?)),
    };
    range.filter(|range| !range.is_empty()).ok_or_else(wrong)
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Finding> {
    let seeds = seeds(&arguments.seed)?;
    let is_told = !arguments.quiet && !arguments.json && seeds.end - seeds.start == 1;
    let mut outcomes = Vec::new();
    let mut failures: Vec<Failure> = Vec::new();
    let processes = processes::shipped();
    for seed in seeds {
        let mut tell = |at: Timestamp, what: String| line(format_args!("{at}  {what}"));
        let trace: Option<lab::sim::Trace<'_>> = if is_told { Some(&mut tell) } else { None };
        match lab::sim::simulate(Plan::new(seed, arguments.orders), &processes, trace) {
            Ok(outcome) => {
                if !arguments.json {
                    show(&outcome);
                }
                outcomes.push(outcome);
            }
            Err(failure) => {
                eprintln!("crossdock: {failure}");
                failures.push(failure);
            }
        }
    }
    if arguments.json {
        let failures: Vec<_> = failures
            .iter()
            .map(|failure| serde_json::json!({ "seed": failure.seed, "at": failure.at.to_string(), "what": failure.what }))
            .collect();
        output::json(&serde_json::json!({ "worlds": outcomes, "failures": failures }))?;
    }
    Ok(if failures.is_empty() { Finding::None } else { Finding::Some })
}

fn show(outcome: &Outcome) {
    line(format_args!(
        "seed {}: {} orders, {} units shipped, {} invoices, {} received; {} crashes; {} steps and {} journal entries in {} hours of \
         virtual time; nothing is lost or doubled",
        outcome.seed,
        outcome.orders,
        outcome.units_shipped,
        outcome.invoices,
        units::Amount(outcome.cash_received_minor).in_currency(units::Currency::GBP).plain(),
        outcome.crashes,
        outcome.steps,
        outcome.entries,
        outcome.hours,
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_a_number_or_a_range() {
        assert_eq!(seeds("17").unwrap(), 17..18);
        assert_eq!(seeds("0..100").unwrap(), 0..100);
        for wrong in ["", "x", "5..5", "9..1", "-1"] {
            assert!(seeds(wrong).is_err(), "{wrong}");
        }
    }
}
