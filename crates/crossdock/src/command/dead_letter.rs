//! `crossdock dead-letter`: what could not be delivered to a system, and sending it again.

use serde_json::{Value, json};

use super::look::{field, pages};
use crate::api::{Target, block_on};
use crate::output::{self, Finding, WrongUse, line, table};

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// List dead letters, the newest first
    List(List),
    /// Show a dead letter with its cause and its document
    Show(Show),
    /// Send dead letters again, under the keys that they had: a system that knows one already answers as before
    Replay(Replay),
}

#[derive(Debug, clap::Args)]
pub(crate) struct List {
    /// Only those for this capability, such as wms.release
    #[arg(long)]
    capability: Option<String>,
    /// How many at most
    #[arg(long, default_value_t = 50)]
    limit: usize,
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Show {
    /// Its number, such as EF-17
    id: String,
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crossdock dead-letter replay EF-17\n  \
    crossdock dead-letter replay --all --capability erp.post_invoice --dry-run")]
pub(crate) struct Replay {
    /// Their numbers, such as EF-17 EF-18
    #[arg(required_unless_present = "all", conflicts_with_all = ["all", "capability"])]
    ids: Vec<String>,
    /// All of them, or all for one capability
    #[arg(long)]
    all: bool,
    /// With --all: only those for this capability, such as wms.release
    #[arg(long, requires = "all")]
    capability: Option<String>,
    /// Only say what would be sent
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    target: Target,
}

const COLUMNS: [(&str, &str); 7] = [
    ("dead letter", "id"),
    ("capability", "capability"),
    ("route", "route"),
    ("order", "order"),
    ("requested", "requested_at"),
    ("code", "code"),
    ("cause", "cause"),
];

pub(crate) fn run(command: &Command) -> anyhow::Result<Finding> {
    match command {
        Command::List(arguments) => list(arguments),
        Command::Show(arguments) => show(arguments),
        Command::Replay(arguments) => replay(arguments),
    }
}

/// So many dead letters, of one capability if it is given.
fn read(target: &Target, capability: Option<&str>, limit: usize) -> anyhow::Result<Vec<Value>> {
    let api = target.open()?;
    block_on(pages(&api, "/v1/dead-letters", &[("capability", capability)], limit))
}

fn list(arguments: &List) -> anyhow::Result<Finding> {
    let letters = read(&arguments.target, arguments.capability.as_deref(), arguments.limit)?;
    if arguments.target.json {
        output::json(&letters)?;
    } else {
        table(&letters, &COLUMNS);
    }
    Ok(Finding::None)
}

fn show(arguments: &Show) -> anyhow::Result<Finding> {
    let letters = read(&arguments.target, None, usize::MAX)?;
    let Some(letter) = letters.iter().find(|letter| letter["id"] == arguments.id.as_str()) else {
        anyhow::bail!("there is no dead letter {}; `crossdock dead-letter list` shows all", arguments.id);
    };
    if arguments.target.json {
        output::json(letter)?;
        return Ok(Finding::None);
    }
    for (label, name) in COLUMNS {
        field(label, &letter[name]);
    }
    line("");
    line(serde_json::to_string_pretty(&letter["document"])?);
    Ok(Finding::None)
}

fn replay(arguments: &Replay) -> anyhow::Result<Finding> {
    let mut ids = arguments.ids.clone();
    if arguments.all {
        let letters = read(&arguments.target, arguments.capability.as_deref(), usize::MAX)?;
        ids.extend(letters.iter().filter_map(|letter| letter["id"].as_str().map(str::to_owned)));
    }
    if arguments.target.is_store() && !arguments.dry_run {
        return Err(WrongUse("only a running server sends; ask it with --key, and without --data".to_owned()).into());
    }
    let api = arguments.target.open()?;
    // all or none: a number that is no dead letter is told, and nothing is sent
    let body = json!({ "ids": ids, "dry_run": arguments.dry_run });
    let answer = match ids.is_empty() {
        true => json!({ "result": "there is nothing to send" }),
        false => block_on(api.post("/v1/dead-letters/replay", &crate::keys::generate()?, body.to_string()))?,
    };
    if arguments.target.json {
        output::json(&json!({ "ids": ids, "result": answer["result"] }))?;
    } else {
        ids.iter().for_each(line);
        line(format_args!("{}: {}", ids.len(), answer["result"].as_str().unwrap_or("done")));
    }
    Ok(Finding::None)
}
