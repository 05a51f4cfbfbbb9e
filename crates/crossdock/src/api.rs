//! Asking Crossdock: over HTTP with a key, or on the store itself when no server runs, and then only to read.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use axum::body::Body;
use serde_json::Value;
use tower::ServiceExt;

use crate::output::{Unreachable, WrongUse};
use crate::session::{self, Session};

/// Where to ask. Shared by all commands that look at or change something.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Target {
    /// Address of a running server
    #[arg(long, env = "CROSSDOCK_URL", default_value = "http://127.0.0.1:7410", global = true)]
    url: String,
    /// API key
    #[arg(long, env = "CROSSDOCK_API_KEY", hide_env_values = true, global = true)]
    key: Option<String>,
    /// Folder of a store that no server runs on; it is only read. Without a key also from CROSSDOCK_DATA
    #[arg(long, global = true)]
    data: Option<PathBuf>,
    /// Print JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// A way to ask.
pub(crate) enum Api {
    Http { client: reqwest::Client, url: String, credential: Credential },
    Store { router: axum::Router, key: String },
}

/// By what a server knows who asks.
pub(crate) enum Credential {
    /// An API key.
    Key(String),
    /// The session of a person who has signed in.
    Session(Box<Session>),
}

impl Credential {
    fn put_on(&self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        match self {
            Self::Key(key) => request.bearer_auth(key),
            Self::Session(session) => request.header("cookie", &session.cookie).header("x-csrf-token", &session.csrf),
        }
    }
}

impl Target {
    /// Whether a store is asked and no server.
    pub(crate) fn is_store(&self) -> bool {
        self.folder().is_some()
    }

    /// Whether there is a key, or a session, to ask a server with.
    pub(crate) fn has_credential(&self) -> bool {
        self.key.is_some() || session::at(&self.url).is_some()
    }

    /// The folder that is asked, if it is a store: the one that is named here, or, where nobody gives a key to ask a server with, that of the
    /// environment.
    fn folder(&self) -> Option<PathBuf> {
        let of_environment = || std::env::var_os("CROSSDOCK_DATA").filter(|folder| !folder.is_empty()).map(PathBuf::from);
        self.data.clone().or_else(|| if self.key.is_none() { of_environment() } else { None })
    }

    /// Connects to the store or to the server.
    pub(crate) fn open(&self) -> anyhow::Result<Api> {
        match (&self.key, self.folder()) {
            (Some(key), None) => {
                let client = reqwest::Client::builder().build().context("make the HTTP client")?;
                let url = self.url.trim_end_matches('/').to_owned();
                Ok(Api::Http { client, url, credential: Credential::Key(key.clone()) })
            }
            (_, Some(folder)) => store_api(&folder),
            (None, None) => {
                let session = session::at(&self.url).ok_or_else(|| {
                    WrongUse(
                        "sign in with `crossdock login`, or name an API key with --key or CROSSDOCK_API_KEY, to ask the server; or a store folder with --data to read it without one".to_owned(),
                    )
                })?;
                let client = reqwest::Client::builder().build().context("make the HTTP client")?;
                Ok(Api::Http { client, url: session.url.clone(), credential: Credential::Session(Box::new(session)) })
            }
        }
    }
}

/// The API's own handlers on a store that is opened for reading.
fn store_api(folder: &std::path::Path) -> anyhow::Result<Api> {
    let reader = store::Sqlite::open_read_only(&crate::input::store_folder(folder))?;
    let key = crate::keys::generate()?;
    let owner = server::KeyConfig {
        name: "command line".into(),
        sha256: server::hash_key(&key),
        roles: vec![trade::Role::Admin],
        ..server::KeyConfig::default()
    };
    let readers = server::Readers::of(vec![Box::new(reader)]);
    let identities = server::Identities::open(&readers, None).map_err(|problem| anyhow::anyhow!("{}", problem.detail))?;
    let partition =
        runtime::Handle::closed("no server runs on this store, so it is only read; start `crossdock serve` and use --key");
    let clock: Arc<dyn runtime::Clock> = Arc::new(runtime::SystemClock);
    let state = server::AppState {
        webhooks: server::Webhooks::idle(partition.clone(), readers.clone(), clock.clone()),
        partition,
        readers,
        keys: server::KeyRing::new(&[owner])?,
        identities,
        connections: Arc::new(connect::Connections::none()),
        governance: server::Governance::new(server::ServerConfig::default().quota),
        live: server::Live::idle(),
        clock,
        telemetry: connect::Telemetry::default(),
        settings: Arc::default(),
        today: server::Today::default(),
        in_flight: server::InFlight::default(),
    };
    Ok(Api::Store { router: server::router(state), key })
}

impl Api {
    /// Reads.
    pub(crate) async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.send("GET", path, None, Vec::new()).await.map(|(value, _)| value)
    }

    /// Asks for something to be done, under an idempotency key; the same key does it once.
    pub(crate) async fn post(&self, path: &str, idempotency_key: &str, body: impl Into<Vec<u8>>) -> anyhow::Result<Value> {
        self.post_or_repeat(path, idempotency_key, body).await.map(|(value, _)| value)
    }

    /// The same, and whether it had been done before under this key.
    pub(crate) async fn post_or_repeat(
        &self,
        path: &str,
        idempotency_key: &str,
        body: impl Into<Vec<u8>>,
    ) -> anyhow::Result<(Value, bool)> {
        self.send("POST", path, Some(idempotency_key), body.into()).await
    }

    /// Reads a file.
    pub(crate) async fn file(&self, path: &str) -> anyhow::Result<Vec<u8>> {
        let (status, _, bytes) = self.exchange("GET", path, None, Vec::new()).await?;
        if (200..300).contains(&status) { Ok(bytes) } else { Err(Refused { status, problem: json_of(&bytes) }.into()) }
    }

    async fn send(
        &self,
        method: &str,
        path: &str,
        idempotency_key: Option<&str>,
        body: Vec<u8>,
    ) -> anyhow::Result<(Value, bool)> {
        let (status, replayed, bytes) = self.exchange(method, path, idempotency_key, body).await?;
        let value = json_of(&bytes);
        if (200..300).contains(&status) { Ok((value, replayed)) } else { Err(Refused { status, problem: value }.into()) }
    }

    async fn exchange(
        &self,
        method: &str,
        path: &str,
        idempotency_key: Option<&str>,
        body: Vec<u8>,
    ) -> anyhow::Result<(u16, bool, Vec<u8>)> {
        Ok(match self {
            Self::Http { client, url, credential } => {
                let method: reqwest::Method = method.parse().context("HTTP method")?;
                let mut request = credential.put_on(client.request(method, format!("{url}{path}"))).body(body);
                if let Some(idempotency_key) = idempotency_key {
                    request = request.header("idempotency-key", idempotency_key);
                }
                let response = request.send().await.map_err(|error| unreachable_at(url, &error))?;
                let status = response.status().as_u16();
                let replayed = response.headers().contains_key(server::REPLAYED);
                let body = response
                    .bytes()
                    .await
                    .map_err(|error| Unreachable(format!("read the answer of {url}: {}", root_cause(&error))))?;
                (status, replayed, body.to_vec())
            }
            Self::Store { router, key } => {
                let mut request =
                    axum::http::Request::builder().method(method).uri(path).header("authorization", format!("Bearer {key}"));
                if let Some(idempotency_key) = idempotency_key {
                    request = request.header("idempotency-key", idempotency_key);
                }
                let response = router.clone().oneshot(request.body(Body::from(body)).context("make the request")?).await?;
                let (status, replayed) = (response.status().as_u16(), response.headers().contains_key(server::REPLAYED));
                let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.context("read the answer")?;
                (status, replayed, body.to_vec())
            }
        })
    }
}

fn json_of(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap_or_else(|_| Value::String(String::from_utf8_lossy(bytes).into_owned()))
}

/// Signs in: who it is now, and the cookie.
pub(crate) async fn sign_in(url: &str, ask: &Value) -> anyhow::Result<(Value, String)> {
    let client = reqwest::Client::builder().build().context("make the HTTP client")?;
    let request = client.put(format!("{url}/v1/session")).header("content-type", "application/json").body(ask.to_string());
    let response = request.send().await.map_err(|error| unreachable_at(url, &error))?;
    let cookie = response.headers().get("set-cookie").and_then(|value| value.to_str().ok()?.split(';').next());
    let cookie = cookie.unwrap_or_default().to_owned();
    Ok((answer(url, response).await?, cookie))
}

/// Signs out.
pub(crate) async fn sign_out(session: &Session) -> anyhow::Result<Value> {
    let client = reqwest::Client::builder().build().context("make the HTTP client")?;
    let request = client.delete(format!("{}/v1/session", session.url));
    let request = Credential::Session(Box::new(session.clone())).put_on(request);
    let response = request.send().await.map_err(|error| unreachable_at(&session.url, &error))?;
    answer(&session.url, response).await
}

fn unreachable_at(url: &str, error: &reqwest::Error) -> Unreachable {
    Unreachable(format!("ask {url}: {}; is `crossdock serve` running there?", root_cause(error)))
}

async fn answer(url: &str, response: reqwest::Response) -> anyhow::Result<Value> {
    let status = response.status().as_u16();
    let body = response.bytes().await.map_err(|error| unreachable_at(url, &error))?;
    let value = json_of(&body);
    if (200..300).contains(&status) { Ok(value) } else { Err(Refused { status, problem: value }.into()) }
}

fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

/// The server's refusal.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) status: u16,
    pub(crate) problem: Value,
}

impl std::error::Error for Refused {}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = |name: &str| self.problem.get(name).and_then(Value::as_str).unwrap_or_default();
        write!(f, "{} ({}): {}", text("title"), self.status, text("detail"))?;
        for error in self.problem.get("errors").and_then(Value::as_array).into_iter().flatten() {
            let part = |name: &str| error.get(name).and_then(Value::as_str).unwrap_or_default();
            match part("pointer") {
                "" => write!(f, "\n  {}", part("cause"))?,
                pointer => write!(f, "\n  {pointer}: {}", part("cause"))?,
            }
            if !part("mend").is_empty() {
                write!(f, "; {}", part("mend"))?;
            }
        }
        Ok(())
    }
}

/// Runs a future on a runtime of its own: commands are short.
pub(crate) fn block_on<T>(future: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("start the async runtime")?
        .block_on(future)
}
