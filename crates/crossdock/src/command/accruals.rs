//! `crossdock accruals`: what a period end accrues, on the store, whether or not a server runs on it.

use std::path::PathBuf;

use runtime::Clock;
use serde_json::json;
use trade::billing::{Accrual, Accruals};
use units::Day;

use crate::output::{self, Finding, line};

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  crossdock accruals --data crossdock-data --day 2026-03-31")]
pub(crate) struct AccrualsArguments {
    /// Folder of the store
    #[arg(long, env = "CROSSDOCK_DATA")]
    data: PathBuf,
    /// The last day of the period; today unless given
    #[arg(long)]
    day: Option<Day>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &AccrualsArguments) -> anyhow::Result<Finding> {
    let mut reader = store::Sqlite::open_read_only(&crate::input::store_folder(&arguments.data))?;
    let day = arguments.day.unwrap_or_else(|| runtime::SystemClock.now().day());
    let accruals = runtime::accruals(&mut reader, day)?;
    let sides = [
        ("shipped, not invoiced", &accruals.shipped_not_invoiced),
        ("invoiced, control not passed", &accruals.invoiced_not_passed),
    ];
    if arguments.json {
        let side = |side: &[Accrual]| json!({ "lines": side, "totals": Accruals::totals(side) });
        output::json(&json!({
            "day": day,
            "shipped_not_invoiced": side(&accruals.shipped_not_invoiced),
            "invoiced_not_passed": side(&accruals.invoiced_not_passed),
        }))?;
        return Ok(Finding::None);
    }
    for (what, side) in sides {
        line(format_args!("{what} at the end of {day}"));
        for accrual in side {
            let value = accrual.value.in_currency(accrual.currency);
            let Accrual { account, order, line: no, item, quantity, .. } = accrual;
            line(format_args!("  {account}  {order} line {}  {quantity} of {item}  {value}", no.0));
        }
        for (currency, total) in Accruals::totals(side) {
            line(format_args!("  in all {total} {currency}"));
        }
    }
    Ok(Finding::None)
}
