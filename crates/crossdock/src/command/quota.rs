//! `crossdock stock quota`: what is kept of an item for groups of channels.

use serde_json::{Value, json};

use super::look::{ask, escape};
use crate::api::{Target, block_on};
use crate::output::{self, Finding, WrongUse, line, table};

#[derive(Debug, clap::Subcommand)]
pub(crate) enum QuotaCommand {
    /// Show what is kept of an item for whom
    Show(Show),
    /// Keep units of the pool for a group
    Allocate(Allocate),
    /// Give units that a group has left back to the pool
    Unallocate(Unallocate),
    /// Keep units that a group has left for another one
    Reallocate(Reallocate),
    /// Share a pool by the groups that are a part of it
    Share(Share),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Show {
    /// The item
    item: String,
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Place {
    /// The item
    item: String,
    /// Only at this warehouse
    #[arg(long)]
    node: Option<String>,
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Allocate {
    #[command(flatten)]
    place: Place,
    /// The group
    group: String,
    /// Units
    quantity: i64,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Unallocate {
    #[command(flatten)]
    place: Place,
    /// The group
    group: String,
    /// Units; all, and the end of its quota, unless given
    quantity: Option<i64>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Reallocate {
    #[command(flatten)]
    place: Place,
    /// The group that has them left
    from: String,
    /// The group that gets them
    to: String,
    /// Units
    quantity: i64,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Share {
    #[command(flatten)]
    place: Place,
    /// The group whose quota is shared; the common pool unless given
    #[arg(long)]
    parent: Option<String>,
    /// Units of it; all unless given
    #[arg(long)]
    quantity: Option<i64>,
    /// What a group asks for, as `web=80`; without any, each takes what its weight gives it
    #[arg(long = "request")]
    requests: Vec<String>,
    /// Share by what they ask for, and not by the weights of the groups
    #[arg(long)]
    pro_rata: bool,
}

pub(crate) fn quotas(command: &QuotaCommand) -> anyhow::Result<Finding> {
    match command {
        QuotaCommand::Show(show) => {
            let path = format!("/v1/stock/quotas?item={}", escape(&show.item));
            let answer = block_on(show.target.open()?.get(&path))?;
            print(&answer, show.target.json)
        }
        QuotaCommand::Allocate(Allocate { place, group, quantity }) => {
            change(place, &json!({ "allocate": { "group": group, "quantity": quantity } }))
        }
        QuotaCommand::Unallocate(Unallocate { place, group, quantity }) => {
            change(place, &json!({ "unallocate": { "group": group, "quantity": quantity } }))
        }
        QuotaCommand::Reallocate(Reallocate { place, from, to, quantity }) => {
            change(place, &json!({ "reallocate": { "from": from, "to": to, "quantity": quantity } }))
        }
        QuotaCommand::Share(Share { place, parent, quantity, requests, pro_rata }) => {
            let requests: Vec<Value> = requests.iter().map(|text| request(text)).collect::<Result<_, _>>()?;
            let share = json!({ "parent": parent, "quantity": quantity, "requests": requests, "pro_rata": pro_rata });
            change(place, &json!({ "share": share }))
        }
    }
}

fn change(place: &Place, change: &Value) -> anyhow::Result<Finding> {
    let body = json!({ "item": place.item, "node": place.node, "change": change });
    let answer = ask(&place.target, "/v1/stock/quotas", &body)?;
    print(&answer, place.target.json)
}

fn print(answer: &Value, as_json: bool) -> anyhow::Result<Finding> {
    if as_json {
        output::json(answer)?;
        return Ok(Finding::None);
    }
    let quotas = answer["quotas"].as_array().cloned().unwrap_or_default();
    if quotas.is_empty() {
        line("nothing is kept for any group");
        return Ok(Finding::None);
    }
    table(&quotas, &["node", "group", "quota", "reserved", "left"].map(|name| (name, name)));
    Ok(Finding::None)
}

/// Reads what a group asks for, as it is written on the command line.
fn request(text: &str) -> Result<Value, WrongUse> {
    let wrong = || WrongUse(format!("--request `{text}`: write the group and its units, such as web=80"));
    let (group, units) = text.split_once('=').ok_or_else(wrong)?;
    let units: i64 = units.trim().parse().map_err(|_| wrong())?;
    Ok(json!({ "group": group.trim(), "quantity": units }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_read_as_it_is_written() {
        assert_eq!(request("web=80").ok(), Some(json!({ "group": "web", "quantity": 80 })));
        for wrong in ["web", "web=many"] {
            assert!(request(wrong).is_err_and(|error| error.0.contains(wrong)));
        }
    }
}
