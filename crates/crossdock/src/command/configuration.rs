//! `crossdock config`: the values that count, and where each comes from.

use std::path::{Path, PathBuf};

use serde_json::Value;
use server::Setting;

use crate::config::{self, Config, ENVIRONMENT, Flags};
use crate::output::{self, Finding, table};

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Show the values that count and where each comes from: a flag, the environment, the file, or the default. Secrets are masked
    Show(Show),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Show {
    /// The configuration file
    #[arg(long, env = "CROSSDOCK_CONFIG", default_value = "crossdock.toml")]
    config: PathBuf,
    #[command(flatten)]
    flags: Flags,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(command: &Command) -> anyhow::Result<Finding> {
    let Command::Show(arguments) = command;
    let config = config::read_below(&arguments.flags, &arguments.config)?;
    let settings = effective(&config, &arguments.config, &arguments.flags)?;
    if arguments.json {
        output::json(&settings)?;
    } else {
        let rows: Vec<Value> = settings.iter().map(serde_json::to_value).collect::<Result<_, _>>()?;
        table(&rows, &[("key", "key"), ("value", "value"), ("from", "from")]);
    }
    Ok(Finding::None)
}

/// The values of a configuration that was read from a file, each with where it comes from.
pub(crate) fn effective(config: &Config, file: &Path, flags: &Flags) -> anyhow::Result<Vec<Setting>> {
    let written: toml::Table = config::text(file)?.parse()?;
    let mut settings = Vec::new();
    collect("", &serde_json::to_value(config)?, Some(&serde_json::to_value(written)?), flags, &mut settings);
    Ok(settings)
}

/// The values below a key, each with where it comes from.
fn collect(key: &str, value: &Value, file: Option<&Value>, flags: &Flags, settings: &mut Vec<Setting>) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (name, value) in fields {
                let key = if key.is_empty() { name.clone() } else { format!("{key}.{name}") };
                collect(&key, value, file.and_then(|file| file.get(name)), flags, settings);
            }
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            for (at, item) in items.iter().enumerate() {
                let name = item["name"].as_str().map_or_else(|| at.to_string(), str::to_owned);
                collect(&format!("{key}[{name}]"), item, file.and_then(|file| file.get(at)), flags, settings);
            }
        }
        _ => {
            settings.push(Setting { key: key.to_owned(), value: masked(key, value), from: source(key, file, flags) });
        }
    }
}

fn source(key: &str, file: Option<&Value>, flags: &Flags) -> String {
    if let Some(flag) = flags.of(key) {
        return format!("flag: {flag}");
    }
    let overridden = ENVIRONMENT.iter().find(|(variable, of)| *of == key && config::of_environment(variable).is_some());
    match (overridden, file) {
        (Some((variable, _)), _) => format!("environment: {variable}"),
        (None, Some(_)) => "file".to_owned(),
        (None, None) => "default".to_owned(),
    }
}

/// Keys whose values are secrets unless they refer to one.
const SECRETS: [&str; 2] = ["server.secret", "server.oidc.client_secret"];

/// A header of a call may be a secret; a reference to one is none. The hash of a key is none either, but nobody has to see it: a weak key
/// can be guessed from it.
fn masked(key: &str, value: &Value) -> Value {
    let is_reference = |text: &str| text.starts_with("env:") || text.starts_with("file:");
    match value.as_str() {
        Some(_) if key.starts_with("server.keys[") && key.ends_with("].sha256") => "********".into(),
        Some(text) if (key.contains(".headers.") || SECRETS.contains(&key)) && !is_reference(text) => "********".into(),
        Some(text) if !is_reference(text) => without_user(text).into(),
        _ => value.clone(),
    }
}

/// An address without the name and password that it may hold.
fn without_user(address: &str) -> String {
    match address.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.split_once('@')?))) {
        Some((scheme, (user, rest))) if !user.contains('/') => format!("{scheme}://********@{rest}"),
        _ => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_say_where_they_come_from_and_secrets_are_masked() {
        let effective = json!({
            "server": { "otlp": "https://me:secret@otel:4318/", "readers": 4, "keys": [{ "name": "owner", "sha256": "8c6976e5" }], "secret": "0123456789abcdef", "oidc": { "client_secret": "hunter2", "client_id": "crossdock" } },
            "systems": [{ "name": "erp", "base_url": "http://me:secret@erp:80/x@y", "timeout_ms": 10, "headers": { "a": "secret", "b": "env:B" } }],
        });
        let file = json!({ "systems": [{ "name": "erp", "headers": { "a": "secret", "b": "env:B" } }] });
        let mut settings = Vec::new();
        collect("", &effective, Some(&file), &Flags::default(), &mut settings);
        let of = |key: &str| {
            let found = settings.iter().find(|setting| setting.key == key).unwrap_or_else(|| panic!("no {key}"));
            (found.value.clone(), json!(found.from))
        };
        assert_eq!(of("server.readers"), (json!(4), json!("default")));
        assert_eq!(of("systems[erp].timeout_ms"), (json!(10), json!("default")));
        assert_eq!(of("systems[erp].headers.a"), (json!("********"), json!("file")));
        assert_eq!(of("server.keys[owner].sha256").0, json!("********"));
        assert_eq!(of("server.secret").0, json!("********"));
        assert_eq!(of("server.oidc.client_secret").0, json!("********"));
        assert_eq!(of("server.oidc.client_id").0, json!("crossdock"));
        assert_eq!(of("server.otlp").0, json!("https://********@otel:4318/"));
        assert_eq!(of("systems[erp].base_url").0, json!("http://********@erp:80/x@y"));
        assert_eq!(of("systems[erp].headers.b"), (json!("env:B"), json!("file")));
    }
}
