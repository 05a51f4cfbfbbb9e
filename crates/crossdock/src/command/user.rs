//! `crossdock user`: people who may use the product.

use std::collections::BTreeMap;
use std::io::IsTerminal;

use anyhow::Context;
use serde_json::{Value, json};

use super::look::{escape, field, get, post};
use crate::api::Target;
use crate::output::{self, Finding, WrongUse, table};

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// List people
    List(List),
    /// Show a person
    Show(One),
    /// Add a person, or change name and rights
    #[command(
        after_help = "Examples:\n  crossdock user put ann --name \"Ann Lee\" --role sales --role credit_clerk --limit \"5000.00 EUR\"\n  \
            crossdock user put bob --role sales@CD --role sales@UK --role warehouse     sales in these companies alone"
    )]
    Put(Identity),
    /// Set a password, asked for on a terminal or read from standard input; sessions end
    Password(One),
    /// Let a person sign in no longer; sessions end
    Disable(One),
    /// Let a person sign in again
    Enable(One),
    /// End all sessions of a person
    EndSessions(One),
    /// Let a person sign in without a second factor: the authenticator and the recovery codes are lost
    RemoveSecondFactor(One),
    /// Say which account of the identity provider is this person, so that they sign in there as well
    Link(Link),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Link {
    /// By which the person is named on the record
    id: String,
    /// The provider's own number for them: `sub` in its tokens
    #[arg(long)]
    subject: String,
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, clap::Args)]
pub(crate) struct List {
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, clap::Args)]
pub(crate) struct One {
    /// By which the person signs in
    id: String,
    #[command(flatten)]
    target: Target,
}

/// Who somebody is, and what they may do.
#[derive(Debug, clap::Args)]
pub(crate) struct Identity {
    /// By which they are named on the record: small letters, digits and .-_@
    pub(super) id: String,
    /// How they are called
    #[arg(long, default_value = "")]
    name: String,
    /// What they may do: sales, warehouse, credit_clerk, credit_manager, director, receivables, operations, admin, worker, compliance, controller;
    /// with @CODE only in the company with that code
    #[arg(long = "role", value_name = "ROLE[@COMPANY]")]
    roles: Vec<String>,
    /// Up to which amount they may decide, such as "5000.00 EUR"; without limit unless given
    #[arg(long)]
    limit: Option<String>,
    /// Of a program: the types of jobs that it may lease and answer; all unless given
    #[arg(long = "job-type")]
    job_types: Vec<String>,
    #[command(flatten)]
    pub(super) target: Target,
}

impl Identity {
    /// The roles, and the companies that some are limited to. A role that is given without a company as well is given for all.
    fn roles(&self) -> (Vec<&str>, Vec<Value>) {
        let mut given: BTreeMap<&str, Option<Vec<&str>>> = BTreeMap::new();
        for role in &self.roles {
            let (role, company) = role.split_once('@').map_or((role.as_str(), None), |(role, code)| (role, Some(code)));
            let known = given.entry(role).or_insert_with(|| Some(Vec::new()));
            match company {
                Some(code) => known.iter_mut().for_each(|codes| codes.push(code)),
                None => *known = None,
            }
        }
        let limited = |(role, codes): (&&str, &Option<Vec<&str>>)| {
            codes.as_ref().map(|codes| json!({ "role": role, "companies": codes }))
        };
        (given.keys().copied().collect(), given.iter().filter_map(limited).collect())
    }

    /// As the API takes it.
    pub(super) fn body(&self) -> anyhow::Result<Value> {
        let limit = match self.limit.as_deref().map(|limit| limit.trim().rsplit_once(' ')) {
            None => Value::Null,
            Some(Some((amount, currency))) => json!({ "amount": amount.trim(), "currency": currency }),
            Some(None) => {
                return Err(WrongUse("--limit: give an amount and a currency, such as \"5000.00 EUR\"".to_owned()).into());
            }
        };
        let (roles, companies) = self.roles();
        Ok(json!({
            "id": self.id, "name": self.name, "roles": roles, "limit": limit, "job_types": self.job_types, "companies": companies,
        }))
    }
}

pub(crate) fn run(command: &Command) -> anyhow::Result<Finding> {
    match command {
        Command::List(arguments) => {
            let users = get(&arguments.target, "/v1/users")?["items"].as_array().cloned().unwrap_or_default();
            if arguments.target.json {
                output::json(&users)?;
            } else {
                let columns = [("user", "id"), ("name", "name"), ("roles", "roles"), ("limit", "limit")];
                table(&users, &[&columns[..], &[("password", "has_password"), ("disabled", "disabled")]].concat());
            }
            Ok(Finding::None)
        }
        Command::Show(arguments) => {
            let user = get(&arguments.target, &path(arguments, ""))?;
            if arguments.target.json {
                output::json(&user)?;
            } else {
                for (label, name) in [("user", "id"), ("name", "name"), ("roles", "roles"), ("limit", "limit")] {
                    field(label, &user[name]);
                }
                for limited in user["companies"].as_array().into_iter().flatten() {
                    let (role, companies) = (output::words(&limited["role"]), output::words(&limited["companies"]));
                    field("limited to", &json!(format!("{role} only in {companies}")));
                }
                for (label, name) in [("password", "has_password"), ("disabled", "disabled"), ("added", "created_at")] {
                    field(label, &user[name]);
                }
            }
            Ok(Finding::None)
        }
        Command::Put(arguments) => put(arguments, "/v1/users"),
        Command::Password(arguments) => {
            let password = read_password()?;
            post(&arguments.target, &path(arguments, "/password"), &json!({ "password": password }))
        }
        Command::Disable(arguments) => post(&arguments.target, &path(arguments, "/disable"), &json!({})),
        Command::Enable(arguments) => post(&arguments.target, &path(arguments, "/enable"), &json!({})),
        Command::EndSessions(arguments) => post(&arguments.target, &path(arguments, "/end-sessions"), &json!({})),
        Command::RemoveSecondFactor(arguments) => {
            post(&arguments.target, &path(arguments, "/second-factor/removal"), &json!({}))
        }
        Command::Link(Link { id, subject, target }) => {
            post(target, &format!("/v1/users/{}/provider", escape(id)), &json!({ "subject": subject }))
        }
    }
}

/// Adds whoever is not there yet, and gives the rights to whoever is.
pub(super) fn put(arguments: &Identity, list: &str) -> anyhow::Result<Finding> {
    let mut body = arguments.body()?;
    let known = get(&arguments.target, list)?;
    let is_there = known["items"].as_array().into_iter().flatten().any(|one| one["id"] == arguments.id.as_str());
    if !is_there {
        return post(&arguments.target, list, &body);
    }
    if let Some(fields) = body.as_object_mut() {
        fields.remove("id");
    }
    post(&arguments.target, &format!("{list}/{}/rights", escape(&arguments.id)), &body)
}

fn path(arguments: &One, what: &str) -> String {
    format!("/v1/users/{}{what}", escape(&arguments.id))
}

/// Asked for twice on a terminal, and not shown there; else the first line of standard input.
fn read_password() -> anyhow::Result<String> {
    let mut password = String::new();
    if std::io::stdin().is_terminal() {
        password = rpassword::prompt_password("New password: ").context("ask for the password")?;
        let again = rpassword::prompt_password("Again: ").context("ask for the password")?;
        if again != password {
            return Err(WrongUse("the two are not the same; nothing was changed".to_owned()).into());
        }
    } else {
        std::io::stdin().read_line(&mut password).context("read the password")?;
    }
    Ok(password.trim_end_matches(['\r', '\n']).to_owned())
}
