//! `crossdock doctor`: looks at everything that an installation needs, and says what to do next.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use tokio::net::TcpStream;

use crate::api::{Target, block_on};
use crate::config::{self, Config};
use crate::output::{self, Finding, line};

/// A system that is there answers a connection within this time.
const CONNECT_WITHIN: Duration = Duration::from_secs(3);

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The configuration file
    #[arg(long, env = "CROSSDOCK_CONFIG", default_value = "crossdock.toml")]
    config: PathBuf,
    #[command(flatten)]
    target: Target,
}

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Good,
    /// It works, but not as it should, or not yet.
    Note,
    Wrong,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Check {
    what: &'static str,
    state: State,
    found: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    mend: String,
}

impl Check {
    fn good(what: &'static str, found: impl Into<String>) -> Self {
        Self { what, state: State::Good, found: found.into(), mend: String::new() }
    }

    fn note(what: &'static str, found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { what, state: State::Note, found: found.into(), mend: mend.into() }
    }

    fn wrong(what: &'static str, found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { what, state: State::Wrong, found: found.into(), mend: mend.into() }
    }
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Finding> {
    let checks = block_on(async { Ok(look(arguments).await) })?;
    if arguments.target.json {
        output::json(&checks)?;
    } else {
        show(&checks);
    }
    let is_wrong = checks.iter().any(|check| check.state == State::Wrong);
    Ok(if is_wrong { Finding::Some } else { Finding::None })
}

fn show(checks: &[Check]) {
    for Check { what, state, found, mend } in checks {
        let state = match state {
            State::Good => "good ",
            State::Note => "note ",
            State::Wrong => "WRONG",
        };
        line(format_args!("{state}  {what:<14} {found}"));
        if !mend.is_empty() {
            line(format_args!("                      {mend}"));
        }
    }
    line("");
    line(match checks.iter().filter(|check| check.state == State::Wrong).count() {
        0 => "Nothing is wrong.".to_owned(),
        1 => "One thing is wrong.".to_owned(),
        count => format!("{count} things are wrong."),
    });
}

async fn look(arguments: &Arguments) -> Vec<Check> {
    let mut checks = Vec::new();
    match config::read(&arguments.config) {
        Ok(config) => {
            checks.push(Check::good("configuration", format!("{} can be read", arguments.config.display())));
            checks.push(keys(&config));
            checks.push(secret(&config));
            checks.extend(provider(&config).await);
            checks.push(store(&config.data));
            checks.push(address(config.server.listen).await);
            checks.extend(connections(&config).await);
        }
        Err(error) => checks.push(Check::wrong("configuration", format!("{error:#}"), "the rest of it was not looked at")),
    }
    checks.extend(server(&arguments.target).await);
    checks
}

/// Who may use it.
fn keys(config: &Config) -> Check {
    let administers = |key: &server::KeyConfig| key.roles.contains(&trade::Role::Admin);
    match server::KeyRing::new(&config.server.keys) {
        Err(error) => Check::wrong("keys", error.to_string(), ""),
        Ok(_) if !config.server.keys.iter().any(administers) => Check::note(
            "keys",
            "no key of the configuration has the role admin",
            "give one the role, or nobody can add the first person or program",
        ),
        Ok(_) => Check::good("keys", format!("{} in the configuration", config.server.keys.len())),
    }
}

/// What webhooks are signed with.
fn secret(config: &Config) -> Check {
    let make = "`openssl rand -hex 32` makes one";
    match config.server.secret.as_deref().map(connect::secret) {
        None => Check::note("secret", "server.secret is not set, so there are no webhooks", make),
        Some(Err(error)) => Check::wrong("secret", format!("server.secret: {error}"), make),
        Some(Ok(secret)) if secret.len() < 32 => Check::wrong("secret", "server.secret is shorter than 32 characters", make),
        Some(Ok(_)) => Check::good("secret", "webhooks can be signed"),
    }
}

/// Whether people can sign in at the identity provider, if the configuration names one.
async fn provider(config: &Config) -> Option<Check> {
    const WHAT: &str = "provider";
    let oidc = config.server.oidc.clone()?;
    let (issuer, grants_nothing) = (oidc.issuer.clone(), oidc.grants.is_empty());
    let secret = match oidc.client_secret.as_deref().map(connect::secret).transpose() {
        Ok(secret) => secret,
        Err(error) => {
            return Some(Check::wrong(WHAT, format!("server.oidc.client_secret: {error}"), "put the secret there"));
        }
    };
    let provider = match server::Provider::start(oidc, secret) {
        Ok(provider) => provider,
        Err(error) => return Some(Check::wrong(WHAT, error.to_string(), "")),
    };
    Some(match provider.look(runtime::Clock::now(&runtime::SystemClock)).await {
        Err(error) => {
            Check::wrong(WHAT, error.to_string(), "people with passwords and programs with keys go on; look at the address")
        }
        Ok(()) if grants_nothing => Check::note(
            WHAT,
            format!("{issuer} answers, and server.oidc.grants is empty"),
            "so only people that Administration knows come in; grant roles to groups to let others in",
        ),
        Ok(()) => Check::good(WHAT, format!("{issuer} answers")),
    })
}

/// Whether the store can be opened; a server may run on it meanwhile.
fn store(folder: &Path) -> Check {
    let shown = folder.display();
    if !folder.exists() {
        let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        return match std::fs::metadata(parent) {
            Ok(parent) if parent.permissions().readonly() => Check::wrong(
                "store",
                format!("{shown} is not there and cannot be made"),
                "make it, or name another folder with `data`",
            ),
            _ => Check::note("store", format!("{shown} is not there yet"), "`crossdock serve` makes it"),
        };
    }
    let opened = store::Sqlite::open_read_only(folder);
    match opened.and_then(|mut reader| store::Reader::head(&mut reader)) {
        Ok(head) => {
            Check::good("store", format!("{shown} has {} journal entries; `crossdock verify` checks them", head.position))
        }
        Err(error) => Check::wrong("store", error.to_string(), ""),
    }
}

/// Whether the address is free, or Crossdock listens there already.
async fn address(listen: SocketAddr) -> Check {
    if tokio::net::TcpListener::bind(listen).await.is_ok() {
        return Check::note("address", format!("nobody listens at {listen}"), "`crossdock serve` starts the product");
    }
    let alive = async { reqwest::get(format!("http://{listen}/healthz")).await?.error_for_status() };
    match tokio::time::timeout(CONNECT_WITHIN, alive).await {
        Ok(Ok(_)) => Check::good("address", format!("a server lives at {listen}")),
        _ => Check::wrong(
            "address",
            format!("{listen} is taken by something that is no Crossdock, or cannot be had"),
            "stop that, or change server.listen",
        ),
    }
}

/// Whether systems can be connected to and are there.
async fn connections(config: &Config) -> Vec<Check> {
    let systems = &config.connections.systems;
    if systems.is_empty() {
        let mend = "orders will wait at the first step that needs one; `crossdock init` writes an example";
        return vec![Check::note("systems", "the configuration names none", mend)];
    }
    let mut checks: Vec<Check> =
        connect::check(&config.connections).iter().map(|error| Check::wrong("systems", error.to_string(), "")).collect();
    for system in systems {
        let found = format!("{} at {}", system.name, system.base_url);
        checks.push(match reach(&system.base_url).await {
            Ok(()) => Check::good("systems", found),
            Err(why) => Check::note("systems", format!("{found}: {why}"), "what is meant for it waits until it is back"),
        });
    }
    checks
}

async fn reach(url: &str) -> Result<(), String> {
    let url = reqwest::Url::parse(url).map_err(|error| error.to_string())?;
    let host = url.host_str().ok_or("the address names no host")?;
    let port = url.port_or_known_default().ok_or("the address names no port")?;
    let connected = tokio::time::timeout(CONNECT_WITHIN, TcpStream::connect((host, port))).await;
    let connected = connected.map_err(|_| format!("no connection within {} s", CONNECT_WITHIN.as_secs()))?;
    connected.map(drop).map_err(|error| error.to_string())
}

/// The server that commands ask, as whoever holds the key.
async fn server(target: &Target) -> Vec<Check> {
    if target.is_store() || !target.has_credential() {
        let mend = "sign in with `crossdock login`, set CROSSDOCK_API_KEY, or give --key, to have commands ask the server";
        return vec![Check::note("command line", "nobody is signed in, and there is no API key", mend)];
    }
    let api = match target.open() {
        Ok(api) => api,
        Err(error) => return vec![Check::wrong("command line", format!("{error:#}"), "")],
    };
    let session = match api.get("/v1/session").await {
        Ok(session) => session,
        Err(error) => return vec![Check::wrong("command line", format!("{error:#}"), "")],
    };
    let roles: Vec<&str> = session["roles"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let who = format!("the server knows you as {}: {}", session["id"].as_str().unwrap_or_default(), roles.join(", "));
    let mut checks = vec![Check::good("command line", who)];
    checks.push(match api.get("/readyz").await {
        Ok(ready) if ready["store"] == "ok" && ready["partition"] == "ok" => Check::good("server", "it can work"),
        Ok(ready) => {
            Check::wrong("server", format!("{}; {}", output::words(&ready["store"]), output::words(&ready["partition"])), "")
        }
        Err(error) => Check::wrong("server", format!("it cannot work: {error:#}"), "its log has the cause"),
    });
    match api.get("/v1/systems").await {
        Ok(found) => checks.extend(found["systems"].as_array().into_iter().flatten().filter_map(in_trouble)),
        Err(error) => checks.push(Check::wrong("server", format!("{error:#}"), "")),
    }
    checks
}

/// What the server says of a system that is down or gets behind.
fn in_trouble(system: &Value) -> Option<Check> {
    let (name, queued) = (system["name"].as_str().unwrap_or_default(), system["queued"].as_u64().unwrap_or_default());
    (system["circuit"] != "closed").then(|| {
        let found = format!("{name} does not answer; {queued} documents wait for it");
        Check::wrong("server", found, format!("`crossdock system show {name}` tells since when and why"))
    })
}
