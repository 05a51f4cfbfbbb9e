//! `crossdock backorder`: scarce stock is confirmed anew, first on paper and then for good.

use serde_json::{Value, json};

use super::look::ask;
use crate::api::Target;
use crate::output::{self, Finding, WrongUse, line, table};

#[derive(Debug, clap::Subcommand)]
pub(crate) enum BackorderCommand {
    /// Say what a run would change, without changing anything
    Plan(Run),
    /// Carry a run out: all of it or nothing
    Commit(Run),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Run {
    /// The item
    item: String,
    /// The warehouse
    #[arg(long)]
    node: String,
    /// A segment, as `win:account=C1,C2`, `gain:tier=1,2`, `lose:priority=7` or just `redistribute`; the first that fits a line counts
    #[arg(long = "segment", required = true)]
    segments: Vec<String>,
    /// Those who redistribute share what is left pro rata to what they want
    #[arg(long)]
    share: bool,
    #[command(flatten)]
    target: Target,
}

pub(crate) fn backorders(command: &BackorderCommand) -> anyhow::Result<Finding> {
    let (run, commit) = match command {
        BackorderCommand::Plan(run) => (run, false),
        BackorderCommand::Commit(run) => (run, true),
    };
    let segments: Vec<Value> = run.segments.iter().map(|text| segment(text)).collect::<Result<_, _>>()?;
    let body = json!({ "item": run.item, "node": run.node, "segments": segments, "share": run.share, "commit": commit });
    let answer = ask(&run.target, "/v1/backorders/runs", &body)?;
    if run.target.json {
        output::json(&answer)?;
        return Ok(Finding::None);
    }
    let lines = answer["lines"].as_array().cloned().unwrap_or_default();
    if lines.is_empty() {
        line("no line wants units from there");
        return Ok(Finding::None);
    }
    let columns = ["order", "line", "account", "strategy", "wanted", "before", "after", "change"];
    table(&lines, &columns.map(|name| (name, name)));
    Ok(Finding::None)
}

/// Reads a segment as it is written on the command line.
fn segment(text: &str) -> Result<Value, WrongUse> {
    let wrong = |cause: &str| {
        WrongUse(format!("--segment `{text}`: {cause}; write strategy:field=value,value such as win:account=C1,C2"))
    };
    let (strategy, fields) = text.split_once(':').unwrap_or((text, ""));
    let mut segment = json!({ "strategy": strategy });
    for field in fields.split(';').map(str::trim).filter(|field| !field.is_empty()) {
        let (name, values) = field.split_once('=').ok_or_else(|| wrong("a field has no value"))?;
        let values = values.split(',').map(str::trim).filter(|value| !value.is_empty());
        let numbers = |values: Vec<&str>| -> Result<Value, WrongUse> {
            let numbers: Option<Vec<u8>> = values.iter().map(|value| value.parse().ok()).collect();
            numbers.map(Value::from).ok_or_else(|| wrong("a number from 0 to 255 is needed"))
        };
        match name.trim() {
            "account" => segment["accounts"] = values.collect(),
            "tier" => segment["tiers"] = numbers(values.collect())?,
            "priority" => segment["priorities"] = numbers(values.collect())?,
            _ => return Err(wrong("the fields are account, tier and priority")),
        }
    }
    Ok(segment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_is_read_as_it_is_written() {
        assert_eq!(segment("redistribute").ok(), Some(json!({ "strategy": "redistribute" })));
        let expected = json!({ "strategy": "win", "accounts": ["C1", "C2"], "tiers": [1, 2] });
        assert_eq!(segment("win:account=C1,C2; tier=1,2").ok(), Some(expected));
        for wrong in ["win:account", "win:tier=x", "win:colour=red"] {
            assert!(segment(wrong).is_err_and(|error| error.0.contains(wrong)));
        }
    }
}
