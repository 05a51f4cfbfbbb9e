//! `crossdock revaluation`: what is open in other currencies at a period end, on the store, whether or not a server runs on it.

use std::path::PathBuf;

use runtime::Clock;
use serde_json::{Value, json};
use trade::cash::LedgerEntry;
use units::{Amount, Day};

use crate::output::{self, Finding, line};

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  crossdock revaluation --data crossdock-data --from 2026-03-01 --day 2026-03-31")]
pub(crate) struct RevaluationArguments {
    /// Folder of the store
    #[arg(long, env = "CROSSDOCK_DATA")]
    data: PathBuf,
    /// The first day of the period, for what was realised; the first of all unless given
    #[arg(long)]
    from: Option<Day>,
    /// The last day of the period; today unless given
    #[arg(long)]
    day: Option<Day>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &RevaluationArguments) -> anyhow::Result<Finding> {
    let mut reader = store::Sqlite::open_read_only(&crate::input::store_folder(&arguments.data))?;
    let day = arguments.day.unwrap_or_else(|| runtime::SystemClock.now().day());
    let found = runtime::revaluation(&mut reader, arguments.from, day)?;
    let own = |amount: Amount| amount.in_currency(found.currency);
    let [entries, reversal] = found.entries();
    if arguments.json {
        let items = found.items.iter().map(|item| {
            json!({
                "account": item.account,
                "invoice": item.invoice,
                "number": item.number,
                "payment": item.payment,
                "currency": item.currency,
                "open": item.open.to_decimal(item.currency),
                "booked": item.booked.to_decimal(found.currency),
                "worth": item.worth.to_decimal(found.currency),
                "unrealised": item.unrealised().to_decimal(found.currency),
            })
        });
        let posting = |entries: &[LedgerEntry]| -> Vec<Value> {
            let entries = entries.iter().map(|entry| {
                json!({
                    "date": entry.day,
                    "ledger": entry.ledger,
                    "account": entry.account,
                    "invoice": entry.invoice,
                    "booked": entry.booked.to_decimal(found.currency),
                })
            });
            entries.collect()
        };
        output::json(&json!({
            "day": day,
            "currency": found.currency,
            "items": items.collect::<Vec<_>>(),
            "realised": found.realised.to_decimal(found.currency),
            "unrealised": found.unrealised().to_decimal(found.currency),
            "without_rate": found.without_rate,
            "entries": posting(&entries),
            "reversal": posting(&reversal),
        }))?;
        return Ok(Finding::None);
    }
    line(format_args!("open in other currencies at the end of {day}"));
    for item in &found.items {
        let whose = item.account.as_ref().map_or("unknown", trade::AccountId::as_str);
        let what = item.payment.map_or_else(|| item.number.to_string(), |payment| payment.to_string());
        let open = item.open.in_currency(item.currency);
        let (booked, worth, gain) = (own(item.booked), own(item.worth), own(item.unrealised()));
        line(format_args!("  {whose}  {what}  {open}  booked with {booked}, worth {worth}: {gain}"));
    }
    line(format_args!("unrealised {}, reversed on {}", own(found.unrealised()), day.plus_days(1)));
    line(format_args!("realised {}", own(found.realised)));
    for currency in &found.without_rate {
        line(format_args!("{currency}: no rate by {day}; import `rates`"));
    }
    Ok(Finding::None)
}
