//! `crossdock return`: goods that come back. What is asked for is decided on as an exception.

use serde_json::{Value, json};

use super::look::{List, Show, ask, escape, get, list};
use crate::api::Target;
use crate::output::{self, Finding, line, table};

#[derive(Debug, clap::Subcommand)]
pub(crate) enum ReturnCommand {
    /// List return requests, the newest first
    #[command(after_help = "Example:\n  crossdock return list --status requested")]
    List(List),
    /// Show a return request with its lines
    Show(Show),
    /// Ask to return units of an order; somebody decides on it as an exception
    #[command(
        after_help = "Example:\n  crossdock return request SO-17 --line 1=5 --line 3=1 --reason \"damaged on arrival\""
    )]
    Request(Request),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Request {
    /// The order
    order: String,
    /// Units of a line that shall come back
    #[arg(long = "line", value_name = "LINE=UNITS", required = true, value_parser = units_of_line)]
    lines: Vec<(u64, i64)>,
    /// Why; it goes on the record
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    target: Target,
}

fn units_of_line(text: &str) -> Result<(u64, i64), String> {
    let read = |(line, units): (&str, &str)| Some((line.trim().parse().ok()?, units.trim().parse().ok()?));
    text.split_once('=').and_then(read).ok_or_else(|| "write the line and how many units of it, such as 1=5".to_owned())
}

pub(crate) fn run(command: &ReturnCommand) -> anyhow::Result<Finding> {
    match command {
        ReturnCommand::List(arguments) => {
            let columns = ["status", "account", "order", "reference", "requested_at", "reason"].map(|name| (name, name));
            list(arguments, "/v1/returns", &[&[("return", "id")], &columns[..]].concat())
        }
        ReturnCommand::Show(arguments) => {
            let shown = get(&arguments.target, &format!("/v1/returns/{}", escape(&arguments.id)))?;
            if arguments.target.json {
                output::json(&shown)?;
            } else {
                let columns = ["id", "status", "account", "order", "requested_at", "reason"].map(|name| (name, name));
                table(std::slice::from_ref(&shown), &columns);
                let lines = shown["lines"].as_array().cloned().unwrap_or_default();
                table(&lines, &["item", "quantity", "order_line"].map(|name| (name, name)));
            }
            Ok(Finding::None)
        }
        ReturnCommand::Request(request) => {
            let units = |(line, quantity): &(u64, i64)| json!({ "line": line, "quantity": quantity });
            let lines: Vec<Value> = request.lines.iter().map(units).collect();
            let body = json!({ "order": request.order, "lines": lines, "reason": request.reason });
            let answer = ask(&request.target, "/v1/returns", &body)?;
            if request.target.json {
                output::json(&answer)?;
            } else {
                line(answer["id"].as_str().unwrap_or("done"));
            }
            Ok(Finding::None)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_of_a_line_are_read_as_they_are_written() {
        assert_eq!(units_of_line("3=12"), Ok((3, 12)));
        for wrong in ["3", "=1", "3=", "x=1", "-1=1", "1=1.5"] {
            assert!(units_of_line(wrong).is_err_and(|mend| mend.contains("1=5")), "{wrong}");
        }
    }
}
