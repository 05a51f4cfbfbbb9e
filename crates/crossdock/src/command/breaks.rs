//! `crossdock break`: records that disagree, as they are on the record.

use serde_json::{Value, json};

use super::look::ask;
use crate::api::{Target, block_on};
use crate::output::{self, Finding, line, table};

#[derive(Debug, clap::Subcommand)]
pub(crate) enum BreakCommand {
    /// List what disagreed when the records were held against each other the last time
    List(Arguments),
    /// Hold the records against each other now; what is new gets an exception, and that of what is gone ends
    Find(Arguments),
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Exit code 1: something does not agree.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    target: Target,
}

pub(crate) fn breaks(command: &BreakCommand) -> anyhow::Result<Finding> {
    let (answer, as_json) = match command {
        BreakCommand::List(Arguments { target }) => (block_on(target.open()?.get("/v1/reconciliations"))?, target.json),
        BreakCommand::Find(Arguments { target }) => (ask(target, "/v1/reconciliations", &json!({}))?, target.json),
    };
    let open = answer["open"].as_array().cloned().unwrap_or_default();
    if as_json {
        output::json(&answer)?;
    } else {
        print(&answer, &open);
    }
    Ok(if open.is_empty() { Finding::None } else { Finding::Some })
}

fn print(answer: &Value, open: &[Value]) {
    match answer["compared_at"].as_str() {
        Some(at) => line(format_args!("{} breaks, compared at {at}", open.len())),
        None => line("the records were not held against each other yet: `crossdock break find`"),
    }
    if !open.is_empty() {
        let columns = ["checkpoint", "about", "what", "left", "right", "owner", "detected_at"];
        table(open, &columns.map(|name| (name, name)));
    }
}
