//! `crossdock serve`: the product, from one configuration file.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use partition::{Body, DependencyChange, Effect, EffectId, Reply};
use runtime::{Answer, Clock, EffectSink, Handle, Options, Request, Runtime, SystemClock};
use tokio::net::{TcpListener, TcpSocket};
use trade::Actor;
use units::Text;

use crate::config::{self, Config};
use crate::interrupt::{Starter, interrupted_or_left};
use crate::output::{Finding, WrongUse};
use crate::processes;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The configuration file
    #[arg(long, env = "CROSSDOCK_CONFIG", default_value = "crossdock.toml")]
    config: PathBuf,
    #[command(flatten)]
    flags: config::Flags,
    #[command(flatten)]
    starter: Starter,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Finding> {
    let config = config::read_below(&arguments.flags, &arguments.config)?;
    let settings = super::configuration::effective(&config, &arguments.config, &arguments.flags)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("start the async runtime")?;
    runtime.block_on(serve(config, settings.into(), arguments.starter.clone()))
}

/// Takes effects from the partition to the connections, which are made after it.
#[derive(Default)]
struct Wire {
    connections: std::sync::OnceLock<Arc<connect::Connections>>,
    early: std::sync::Mutex<Vec<Arc<Effect>>>,
}

impl EffectSink for Wire {
    fn deliver(&self, effects: Vec<Arc<Effect>>) {
        let mut early = self.early.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match self.connections.get() {
            Some(connections) => connections.deliver(effects.iter().map(|effect| delivery(effect)).collect()),
            None => early.extend(effects),
        }
    }

    fn withdraw(&self, effects: &[EffectId]) {
        let mut early = self.early.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match self.connections.get() {
            Some(connections) => connections.withdraw(effects),
            None => early.retain(|effect| !effects.contains(&effect.id)),
        }
    }
}

impl Wire {
    /// From here on effects go to these connections; those that came before go first.
    fn connect(&self, connections: &Arc<connect::Connections>) {
        let mut early = self.early.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let waiting = std::mem::take(&mut *early);
        connections.deliver(waiting.iter().map(|effect| delivery(effect)).collect());
        // set once, by the one caller
        let _ = self.connections.set(connections.clone());
    }
}

fn delivery(effect: &Effect) -> connect::Delivery {
    connect::Delivery {
        id: effect.id,
        capability: effect.capability.clone(),
        route: effect.route.clone(),
        subject: effect.subject.as_ref().map(|key| Text::from(key.to_string())).unwrap_or_default(),
        order: effect.order.map(|order| Text::from(order.to_string())).unwrap_or_default(),
        document: effect.document.clone(),
        requested_at: effect.requested_at,
        priority: effect.priority,
        trace: effect.trace.clone(),
    }
}

/// Results of effects, as commands.
struct Results(Handle);

impl Results {
    fn tell(&self, body: Body) -> connect::BoxFuture<'static, Result<(), connect::SubmitError>> {
        let handle = self.0.clone();
        Box::pin(async move {
            match handle.ask(Request::new(Actor::system(), body)).await {
                Answer::Done { .. } => Ok(()),
                Answer::Refused { code, detail, .. } => Err(connect::SubmitError::refused(format!("{code}: {detail}"))),
                Answer::KeyReused => Err(connect::SubmitError::refused("key reused".to_owned())),
                Answer::Stale { .. } => {
                    Err(connect::SubmitError::refused("nothing was assumed, so nothing can be stale".to_owned()))
                }
                Answer::Failed { detail } => Err(connect::SubmitError::unavailable(detail.to_string())),
            }
        })
    }
}

impl connect::Outcomes for Results {
    fn succeeded(
        &self,
        effect: EffectId,
        response: serde_json::Value,
    ) -> connect::BoxFuture<'static, Result<(), connect::SubmitError>> {
        let response =
            feel::Value::from_json(&response).ok().and_then(|value| value.as_context().cloned()).unwrap_or_default();
        self.tell(Body::EffectSucceeded { effect, response })
    }

    fn failed(
        &self,
        effect: EffectId,
        code: &str,
        message: &str,
    ) -> connect::BoxFuture<'static, Result<(), connect::SubmitError>> {
        self.tell(Body::EffectFailed { effect, code: code.into(), message: message.into() })
    }

    fn noticed(
        &self,
        system: &str,
        change: DependencyChange,
    ) -> connect::BoxFuture<'static, Result<(), connect::SubmitError>> {
        self.tell(Body::NoteDependency { system: system.into(), change })
    }
}

async fn serve(config: Config, settings: Arc<[server::Setting]>, starter: Starter) -> anyhow::Result<Finding> {
    let listener = listen(config.server.listen).map_err(|error| {
        let mend = match error.kind() {
            std::io::ErrorKind::AddrInUse => "is another crossdock running there? stop it, or change server.listen",
            std::io::ErrorKind::PermissionDenied => "ports below 1024 need a privilege; change server.listen",
            _ => "change server.listen to an address of this machine",
        };
        WrongUse(format!("listen on {}: {error}; {mend}", config.server.listen))
    })?;
    let address = listener.local_addr().context("ask for the address")?;
    let keys = server::KeyRing::new(&config.server.keys).map_err(|error| WrongUse(error.to_string()))?;
    std::fs::create_dir_all(&config.data)
        .map_err(|error| WrongUse(format!("make the folder {}: {error}", config.data.display())))?;
    let store = store::Sqlite::open(&config.data)?;
    let readers = server::Readers::open(&store, config.server.readers)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let wire = Arc::new(Wire::default());
    let options = Options { capabilities: capabilities(&config), ..Options::default() };
    let partition = Runtime::start(Box::new(store), options, wire.clone(), clock.clone())?;
    let handle = partition.handle();
    deploy(&handle).await?;
    let inbound = Arc::new(super::inbound::Statements::new(handle.clone(), readers.clone()));
    let earlier = server::dependencies(&readers).map_err(|problem| anyhow::anyhow!("{}", problem.detail))?;
    let identities =
        server::Identities::open(&readers, Some(&config.data)).map_err(|problem| anyhow::anyhow!("{}", problem.detail))?;
    let identities = identities.with_provider(provider(config.server.oidc.clone(), clock.clone())?);
    let telemetry = config.server.otlp.as_deref().map(connect::Telemetry::start).transpose();
    let telemetry = telemetry.map_err(|error| WrongUse(format!("server.otlp: {error}")))?.unwrap_or_default();
    let results = Arc::new(Results(handle.clone()));
    let connections = connect::Connections::start(config.connections, results, inbound, &earlier, &telemetry)
        .map_err(|error| WrongUse(format!("[[systems]]: {error}")))?;
    let connections = Arc::new(connections);
    wire.connect(&connections);
    let live = server::Live::follow(handle.clone(), readers.clone());
    let secret = config.server.secret.as_deref().map(connect::secret).transpose();
    let secret = secret.map_err(|error| WrongUse(format!("server.secret: {error}")))?;
    let webhooks =
        server::Webhooks::start(handle.clone(), readers.clone(), clock.clone(), secret.as_deref()).map_err(WrongUse)?;
    let state = server::AppState {
        webhooks: webhooks.clone(),
        partition: handle,
        readers,
        keys,
        identities,
        connections: connections.clone(),
        governance: server::Governance::new(config.server.quota),
        live: live.clone(),
        clock,
        telemetry,
        settings,
        today: server::Today::default(),
        in_flight: server::InFlight::default(),
    };
    tracing::info!(%address, data = %config.data.display(), "serving");
    let figures = tokio::spawn(server::export_metrics(state.clone()));
    let asked = interrupted_or_left(&starter);
    let stop = async {
        asked.await;
        // their answers would never end
        live.stop();
    };
    server::serve(listener, server::router(state), server::HEADERS_WITHIN, stop).await;
    tracing::info!("stopping: what was acknowledged is on disk");
    connections.stop().await;
    // it ends with the server, and reads the store until then
    figures.await.context("stop sending metrics")?;
    // nobody reads the store any more when it is closed: the last one to close it tidies it up
    webhooks.stop().await;
    drop(webhooks);
    tokio::task::spawn_blocking(move || partition.shutdown()).await.context("stop the partition")?;
    Ok(Finding::None)
}

/// The identity provider, if the configuration names one. It is asked at once what it says of itself, so that a slip of the pen is in the
/// log before the first person comes; nothing waits for it.
fn provider(config: Option<server::OidcConfig>, clock: Arc<dyn Clock>) -> anyhow::Result<Option<Arc<server::Provider>>> {
    let Some(config) = config else { return Ok(None) };
    let secret = config.client_secret.as_deref().map(connect::secret).transpose();
    let secret = secret.map_err(|error| WrongUse(format!("server.oidc.client_secret: {error}")))?;
    let provider = server::Provider::start(config, secret).map_err(|error| WrongUse(error.to_string()))?;
    let looking = provider.clone();
    tokio::spawn(async move {
        if let Err(error) = looking.look(clock.now()).await {
            tracing::warn!(%error, "people cannot sign in at the identity provider yet; it is asked again when somebody tries");
        }
    });
    Ok(Some(provider))
}

/// What processes may ask for. What the shipped ones need is always among it: the product starts before its systems are
/// configured, and what cannot go anywhere yet is put before a person, who lets it be sent again once it can.
fn capabilities(config: &Config) -> Vec<Text> {
    let mut capabilities = config.connections.capabilities();
    for needed in partition::CAPABILITIES.map(Text::const_new) {
        if capabilities.insert(needed.clone()) {
            tracing::warn!(capability = %needed, "no system offers it: what needs it is refused and put before a person; configure one under [[systems]]");
        }
    }
    capabilities.into_iter().collect()
}

/// Listens with room for thousands who come at the same moment; the system may allow fewer.
fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    const WAITING: u32 = 16_384;
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // after a restart the address is ours again at once
    socket.set_reuseaddr(cfg!(unix))?;
    socket.bind(address)?;
    socket.listen(WAITING)
}

/// Deploys what ships with the product. What was deployed before in the same words, and what others have replaced, gets no new version.
pub(crate) async fn deploy(handle: &Handle) -> anyhow::Result<()> {
    let answer = handle.ask(Request::new(Actor::system(), Body::DeployShipped(processes::shipped()))).await;
    let reply = answer.into_reply().map_err(|why| anyhow::anyhow!("deploy the shipped processes: {why}"))?;
    if let Reply::Shipped { kept, .. } = reply {
        for (id, version) in kept {
            tracing::warn!(%id, version, "this release ships a new version, and yours stays in force; `crossdock deploy --shipped` takes the shipped ones");
        }
    }
    Ok(())
}
