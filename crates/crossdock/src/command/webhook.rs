//! `crossdock webhook`: where events are sent by themselves.

use serde_json::{Value, json};

use super::look::{escape, get, post};
use crate::api::{Target, block_on};
use crate::keys;
use crate::output::{self, Finding, line, table};

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// List webhooks and how far each is
    List(List),
    /// Add a webhook, or change where what is sent; shows the secret to check signatures with
    #[command(
        after_help = "Example:\n  crossdock webhook put shop https://shop.example/hooks/crossdock --type order. --type invoice.released"
    )]
    Put(Put),
    /// Sign with a new secret and show it; for a day the one before signs as well
    Secret(One),
    /// Show the last deliveries of a webhook
    Deliveries(One),
    /// Send an event once more, now
    #[command(after_help = "Example:\n  crossdock webhook redeliver shop 17.3")]
    Redeliver(Redeliver),
    /// Send nothing any more, until it is enabled again
    Disable(Disable),
    /// Go on where it stopped
    Enable(Enable),
    /// Forget a webhook
    Remove(One),
}

#[derive(Debug, clap::Args)]
pub(crate) struct List {
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, clap::Args)]
pub(crate) struct One {
    /// Its name
    webhook: String,
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Put {
    /// Its name
    webhook: String,
    /// Where events are sent
    address: String,
    /// A type such as invoice.released, or a beginning such as order.; all unless given. Several times for several
    #[arg(long = "type")]
    types: Vec<String>,
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Redeliver {
    /// Its name
    webhook: String,
    /// The id of the event
    event: String,
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Disable {
    /// Its name
    webhook: String,
    /// Why; it goes on the record
    #[arg(long, default_value = "")]
    reason: String,
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Enable {
    /// Its name
    webhook: String,
    /// Leave out what happened up to this journal position: the first number of the id of an event that can never be taken
    #[arg(long)]
    after: Option<u64>,
    #[command(flatten)]
    target: Target,
}

pub(crate) fn run(command: &Command) -> anyhow::Result<Finding> {
    let path = |webhook: &str, what: &str| format!("/v1/webhooks/{}/{what}", escape(webhook));
    match command {
        Command::List(arguments) => {
            let columns = [
                ("webhook", "id"),
                ("address", "url"),
                ("types", "types"),
                ("delivered", "delivered"),
                ("behind", "behind"),
            ];
            list(&arguments.target, "/v1/webhooks", &[&columns[..], &[("disabled", "disabled")]].concat())
        }
        Command::Put(Put { webhook, address, types, target }) => {
            secret(target, "/v1/webhooks", &json!({ "id": webhook, "url": address, "types": types }))
        }
        Command::Secret(One { webhook, target }) => secret(target, &path(webhook, "secret"), &json!({})),
        Command::Deliveries(One { webhook, target }) => {
            let columns = [("at", "at"), ("event", "event"), ("type", "type"), ("attempt", "attempt"), ("ms", "took_ms")];
            list(target, &path(webhook, "deliveries"), &[&columns[..], &[("status", "status"), ("error", "error")]].concat())
        }
        Command::Redeliver(Redeliver { webhook, event, target }) => {
            redeliver(target, &path(webhook, "redeliveries"), &json!({ "event": event }))
        }
        Command::Disable(Disable { webhook, reason, target }) => {
            post(target, &path(webhook, "disable"), &json!({ "reason": reason }))
        }
        Command::Enable(Enable { webhook, after, target }) => {
            post(target, &path(webhook, "enable"), &json!({ "after": after }))
        }
        Command::Remove(One { webhook, target }) => post(target, &path(webhook, "remove"), &json!({})),
    }
}

fn list(target: &Target, path: &str, columns: &[(&str, &str)]) -> anyhow::Result<Finding> {
    let items = get(target, path)?["items"].as_array().cloned().unwrap_or_default();
    if target.json {
        output::json(&items)?;
    } else {
        table(&items, columns);
    }
    Ok(Finding::None)
}

fn ask(target: &Target, path: &str, body: &Value) -> anyhow::Result<Value> {
    let api = target.open()?;
    block_on(api.post(path, &keys::generate()?, body.to_string()))
}

fn secret(target: &Target, path: &str, body: &Value) -> anyhow::Result<Finding> {
    let made = ask(target, path, body)?;
    if target.json {
        output::json(&made)?;
        return Ok(Finding::None);
    }
    line(format_args!("The receiver of `{}` checks signatures with", made["id"].as_str().unwrap_or_default()));
    line(format_args!("  {}", made["secret"].as_str().unwrap_or_default()));
    Ok(Finding::None)
}

/// An event that is not taken is a finding.
fn redeliver(target: &Target, path: &str, body: &Value) -> anyhow::Result<Finding> {
    let delivery = ask(target, path, body)?;
    if target.json {
        output::json(&delivery)?;
    } else {
        let word = |name: &str| output::words(&delivery[name]);
        line(format_args!("{} {}: {} {}", word("event"), word("type"), word("status"), word("error")));
    }
    Ok(if delivery["taken"] == true { Finding::None } else { Finding::Some })
}
