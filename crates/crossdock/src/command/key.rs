//! `crossdock key`: programs that may use the product, and their keys.

use serde_json::{Value, json};

use super::look::{escape, get, post};
use super::user::Identity;
use crate::api::{Target, block_on};
use crate::keys;
use crate::output::{self, Finding, WrongUse, line, table};

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// List programs with their keys
    List(List),
    /// Add a program, or change name and rights
    #[command(after_help = "Example:\n  crossdock key client shop --name \"Web shop\" --role sales")]
    Client(Identity),
    /// Make a key for a program; it is shown this once
    #[command(after_help = "Examples:\n  crossdock key create shop --expires 2027-12-31T00:00:00Z\n  \
        crossdock key create shop --others-end 2026-12-31T00:00:00Z     the keys before it end then")]
    Create(Create),
    /// Give a program a quota of its own, or the standard one
    #[command(
        after_help = "Examples:\n  crossdock key quota shop --per-second 50 --burst 500\n  crossdock key quota shop --standard"
    )]
    Quota(QuotaOf),
    /// Accept a key no longer
    #[command(after_help = "Example:\n  crossdock key revoke shop cd_live_3f9a1c07")]
    Revoke(Revoke),
    /// Make a key for the configuration file and print it with its hash; no server is asked
    New,
    /// Print the hash of a key read from standard input; no server is asked
    Hash,
}

#[derive(Debug, clap::Args)]
pub(crate) struct List {
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Create {
    /// The program
    client: String,
    /// Until when it is accepted; for ever unless given
    #[arg(long)]
    expires: Option<String>,
    /// When the program's other keys end; they are left alone unless given
    #[arg(long)]
    others_end: Option<String>,
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, clap::Args)]
pub(crate) struct QuotaOf {
    /// The program
    client: String,
    /// How much comes back each second; most requests cost 1
    #[arg(long, required_unless_present = "standard", requires = "burst")]
    per_second: Option<u32>,
    /// How much can be asked for at once
    #[arg(long, requires = "per_second")]
    burst: Option<u32>,
    /// What everybody has who has no quota of their own
    #[arg(long, conflicts_with_all = ["per_second", "burst"])]
    standard: bool,
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Revoke {
    /// The program
    client: String,
    /// The beginning of the key, as the list shows it
    prefix: String,
    #[command(flatten)]
    target: Target,
}

pub(crate) fn run(command: &Command) -> anyhow::Result<Finding> {
    match command {
        Command::List(arguments) => list(&arguments.target),
        Command::Client(arguments) => super::user::put(arguments, "/v1/clients"),
        Command::Create(arguments) => create(arguments),
        Command::Quota(arguments) => {
            let own = arguments.per_second.zip(arguments.burst);
            let quota = own.map(|(per_second, burst)| json!({ "per_second": per_second, "burst": burst }));
            post(&arguments.target, &format!("/v1/clients/{}/quota", escape(&arguments.client)), &json!({ "quota": quota }))
        }
        Command::Revoke(arguments) => {
            let (client, prefix) = (escape(&arguments.client), escape(&arguments.prefix));
            post(&arguments.target, &format!("/v1/clients/{client}/keys/{prefix}/revoke"), &json!({}))
        }
        Command::New => {
            let key = keys::generate()?;
            line(format_args!("key     {key}"));
            line(format_args!("sha256  {}", server::hash_key(&key)));
            Ok(Finding::None)
        }
        Command::Hash => {
            let mut key = String::new();
            std::io::stdin().read_line(&mut key)?;
            if key.trim().is_empty() {
                return Err(WrongUse("give the key on standard input".to_owned()).into());
            }
            line(server::hash_key(key.trim()));
            Ok(Finding::None)
        }
    }
}

fn list(target: &Target) -> anyhow::Result<Finding> {
    let clients = get(target, "/v1/clients")?["items"].as_array().cloned().unwrap_or_default();
    if target.json {
        output::json(&clients)?;
        return Ok(Finding::None);
    }
    let rows: Vec<Value> = clients.iter().flat_map(rows).collect();
    let columns = [("program", "id"), ("name", "name"), ("roles", "roles"), ("key", "prefix"), ("state", "state")];
    table(&rows, &[&columns[..], &[("made", "created_at"), ("expires", "expires")]].concat());
    Ok(Finding::None)
}

/// A row a key; a program without keys has one too.
fn rows(client: &Value) -> Vec<Value> {
    let row = |key: &Value| {
        let state = match () {
            () if key.is_null() => "no key",
            () if client["disabled"] == true => "disabled",
            () if key["revoked_at"].is_string() => "revoked",
            () if key["valid"] == true => "accepted",
            () => "expired",
        };
        json!({
            "id": client["id"], "name": client["name"], "roles": client["roles"], "prefix": key["prefix"], "state": state,
            "created_at": key["created_at"], "expires": key["expires"],
        })
    };
    match client["keys"].as_array() {
        Some(keys) if !keys.is_empty() => keys.iter().map(row).collect(),
        _ => vec![row(&Value::Null)],
    }
}

fn create(arguments: &Create) -> anyhow::Result<Finding> {
    let api = arguments.target.open()?;
    let body = json!({ "expires": arguments.expires, "others_end": arguments.others_end });
    let path = format!("/v1/clients/{}/keys", escape(&arguments.client));
    let made = block_on(api.post(&path, &keys::generate()?, body.to_string()))?;
    if arguments.target.json {
        output::json(&made)?;
        return Ok(Finding::None);
    }
    line(format_args!("The key of `{}`, shown this once; only its hash is kept:", arguments.client));
    line(format_args!("  {}", made["key"].as_str().unwrap_or_default()));
    Ok(Finding::None)
}
