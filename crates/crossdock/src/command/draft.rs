//! `crossdock draft`: the way of a change to a process, a decision model or a form, from its beginning to its roll-back.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::look::{escape, get};
use crate::api::{Target, block_on};
use crate::keys;
use crate::output::{self, Finding, WrongUse, line, table};

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// List drafts, the newest first
    List(List),
    /// Show a draft: who did what about it, and what is wrong in it
    Show(One),
    /// Begin a draft of what is deployed, with the content of a file if one is given
    #[command(
        after_help = "Example:\n  crossdock draft begin dmn:credit --title \"Higher limit for gold\" --file credit.dmn"
    )]
    Begin(Begin),
    /// Save a file as the content of a draft
    Save(Save),
    /// Ask another person for approval
    Submit(Noted),
    /// Approve what others wrote: it is in force at once, or from the time that is given
    #[command(after_help = "Example:\n  crossdock draft approve DR-17 --revision 3 --effective 2026-12-01T00:00:00Z")]
    Approve(Approve),
    /// Give a draft back to those who wrote it
    Return(Noted),
    /// Take a draft back that is submitted, or approved and not in force yet
    Withdraw(Noted),
    /// Let a draft come to nothing
    Discard(Noted),
    /// Bring an earlier version back: what it holds is deployed as a new version
    #[command(after_help = "Example:\n  crossdock draft roll-back dmn:credit 3 --reason \"held every order\"")]
    RollBack(RollBack),
}

#[derive(Debug, clap::Args)]
pub(crate) struct List {
    /// Only those: editing, submitted, approved, deployed or discarded
    #[arg(long)]
    status: Option<String>,
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, clap::Args)]
pub(crate) struct One {
    /// The draft
    draft: String,
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Begin {
    /// What is to change: a process's id, or dmn: or form: and an id
    definition: String,
    /// What it is to change, in a few words
    #[arg(long)]
    title: String,
    /// The content; what is deployed unless given
    #[arg(long)]
    file: Option<PathBuf>,
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Save {
    /// The draft
    draft: String,
    /// The content
    file: PathBuf,
    /// The revision that it was written on, as `draft show` tells it; what others have saved since is not written over
    #[arg(long)]
    revision: u64,
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Noted {
    /// The draft
    draft: String,
    /// Why; it goes on the record
    #[arg(long, default_value = "")]
    note: String,
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Approve {
    /// The draft
    draft: String,
    /// The revision that was looked at, as `draft show` tells it
    #[arg(long)]
    revision: u64,
    /// From when on it is in force; at once unless given
    #[arg(long)]
    effective: Option<String>,
    /// It goes on the record
    #[arg(long, default_value = "")]
    note: String,
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, clap::Args)]
pub(crate) struct RollBack {
    /// What is to go back: a process's id, or dmn: or form: and an id
    definition: String,
    /// The earlier version
    version: u32,
    /// Why; it goes on the record
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    target: Target,
}

pub(crate) fn run(command: &Command) -> anyhow::Result<Finding> {
    match command {
        Command::List(arguments) => list(arguments),
        Command::Show(arguments) => show(arguments),
        Command::Begin(Begin { definition, title, file, target }) => {
            let content = file.as_ref().map(read).transpose()?;
            tell(target, "/v1/drafts", &json!({ "title": title, "definition": definition, "content": content }))
        }
        Command::Save(Save { draft, file, revision, target }) => {
            tell(target, &path(draft, "content"), &json!({ "content": read(file)?, "revision": revision }))
        }
        Command::Submit(arguments) => noted(arguments, "submission"),
        Command::Return(arguments) => noted(arguments, "return"),
        Command::Withdraw(arguments) => noted(arguments, "withdrawal"),
        Command::Discard(arguments) => noted(arguments, "discard"),
        Command::Approve(Approve { draft, revision, effective, note, target }) => {
            let body = json!({ "revision": revision, "effective": effective, "note": note });
            tell(target, &path(draft, "approval"), &body)
        }
        Command::RollBack(RollBack { definition, version, reason, target }) => {
            let path = format!("/v1/processes/{}/rollback", escape(definition));
            tell(target, &path, &json!({ "version": version, "reason": reason }))
        }
    }
}

fn path(draft: &str, step: &str) -> String {
    format!("/v1/drafts/{}/{step}", escape(draft))
}

fn noted(Noted { draft, note, target }: &Noted, step: &str) -> anyhow::Result<Finding> {
    tell(target, &path(draft, step), &json!({ "note": note }))
}

fn read(file: &PathBuf) -> Result<String, WrongUse> {
    std::fs::read_to_string(file).map_err(|error| WrongUse(format!("read {}: {error}", file.display())))
}

fn tell(target: &Target, path: &str, body: &Value) -> anyhow::Result<Finding> {
    let api = target.open()?;
    let answer = block_on(api.post(path, &keys::generate()?, body.to_string()))?;
    if target.json {
        output::json(&answer)?;
    } else {
        line(answer["id"].as_str().unwrap_or_default());
    }
    Ok(Finding::None)
}

fn list(List { status, target }: &List) -> anyhow::Result<Finding> {
    let filter = status.as_ref().map(|status| format!("&status={}", escape(status))).unwrap_or_default();
    let page = get(target, &format!("/v1/drafts?limit=500{filter}"))?;
    let items = page["items"].as_array().cloned().unwrap_or_default();
    if target.json {
        output::json(&items)?;
    } else {
        let columns = [("draft", "id"), ("of", "definition"), ("from version", "base"), ("status", "status")];
        table(&items, &[&columns[..], &[("authors", "authors"), ("title", "title")]].concat());
    }
    Ok(Finding::None)
}

/// What is wrong in a draft is a finding.
fn show(One { draft, target }: &One) -> anyhow::Result<Finding> {
    let found = get(target, &format!("/v1/drafts/{}", escape(draft)))?;
    let array = |name: &str| found[name].as_array().cloned().unwrap_or_default();
    if target.json {
        output::json(&found)?;
    } else {
        let word = |name: &str| output::words(&found[name]);
        line(format_args!(
            "{} {}: {} ({}, revision {})",
            word("id"),
            word("definition"),
            word("title"),
            word("status"),
            word("revision")
        ));
        table(&array("steps"), &[("at", "at"), ("by", "by"), ("what", "what"), ("note", "note")]);
        table(&array("findings"), &[("finding", "severity"), ("element", "element"), ("cause", "cause"), ("mend", "mend")]);
    }
    let is_wrong = array("findings").iter().any(|finding| finding["severity"] == "error");
    Ok(if is_wrong { Finding::Some } else { Finding::None })
}
