//! All systems together.

use std::collections::BTreeMap;
use std::sync::Arc;

use partition::{Dependency, DependencyChange, EffectId};
use reqwest::header::HeaderMap;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use units::Text;

use crate::calls::Call;
use crate::config::{ConnectionsConfig, RetryConfig, SystemConfig};
use crate::health::{SystemHealth, Underway};
use crate::inbound::{Inbound, poll};
use crate::system::{System, offer};
use crate::{Delivery, Outcomes, Telemetry, http};

/// Why the connections cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// A header's value cannot be found or used.
    #[error("system {system}, header {header}: {cause}")]
    Header {
        /// Whose.
        system: Text,
        /// Which.
        header: String,
        /// Why.
        cause: String,
    },
    /// An adapter that does not exist.
    #[error("system {system}: there is no adapter `{adapter}`; use http")]
    Adapter {
        /// Whose.
        system: Text,
        /// What was given.
        adapter: Text,
    },
    /// A base address that cannot be used.
    #[error("system {system}: base_url `{url}` does not begin with http:// or https://")]
    Url {
        /// Whose.
        system: Text,
        /// What was given.
        url: String,
    },
    /// Two systems for the same thing: which of them gets it would be left to chance.
    #[error(
        "systems {first} and {second} both offer `{capability}` with the route `{route}`; give one of them another route, or take the capability out of it"
    )]
    Twice {
        /// What both offer.
        capability: Text,
        /// With which route.
        route: Text,
        /// One of them.
        first: Text,
        /// The other one.
        second: Text,
    },
    /// The client could not be made.
    #[error("make the HTTP client")]
    Client(#[from] reqwest::Error),
}

/// The connected systems.
pub struct Connections {
    systems: Vec<Arc<System>>,
    routes: BTreeMap<(String, String), usize>,
    /// Where outcomes go, and the runtime in which they are told: effects come from threads that have none.
    outcomes: Option<(Arc<dyn Outcomes>, tokio::runtime::Handle)>,
    stop: watch::Sender<bool>,
    tasks: std::sync::Mutex<Vec<JoinHandle<()>>>,
}

impl std::fmt::Debug for Connections {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connections").field("systems", &self.systems.len()).finish_non_exhaustive()
    }
}

/// What keeps systems from being connected to, found without asking them anything.
pub fn check(config: &ConnectionsConfig) -> Vec<ConnectError> {
    let of_systems = config.systems.iter().filter_map(|system| headers(system).err());
    of_systems.chain(http::routes(&config.systems).err()).collect()
}

/// The headers of a system that can be connected to.
fn headers(config: &SystemConfig) -> Result<HeaderMap, ConnectError> {
    let system = config.name.clone();
    if config.adapter != "http" {
        return Err(ConnectError::Adapter { system, adapter: config.adapter.clone() });
    }
    if !config.base_url.starts_with("http://") && !config.base_url.starts_with("https://") {
        return Err(ConnectError::Url { system, url: config.base_url.clone() });
    }
    http::headers(config)
}

impl Connections {
    /// No systems at all: for a server that only reads.
    pub fn none() -> Self {
        let (stop, _) = watch::channel(false);
        Self { systems: Vec::new(), routes: BTreeMap::new(), outcomes: None, stop, tasks: std::sync::Mutex::default() }
    }

    /// Connects to the systems: workers per system, and a poller where something is fetched. `earlier` is what the record has of them.
    /// Calls become spans of `telemetry`.
    /// Within a Tokio runtime.
    pub fn start(
        config: ConnectionsConfig,
        outcomes: Arc<dyn Outcomes>,
        inbound: Arc<dyn Inbound>,
        earlier: &BTreeMap<Text, Dependency>,
        telemetry: &Telemetry,
    ) -> Result<Self, ConnectError> {
        let client = reqwest::Client::builder()
            .pool_max_idle_per_host(64)
            .no_proxy()
            // an answer from elsewhere confirms nothing, and the secrets in the headers are for this system alone
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        let (stop, stopped) = watch::channel(false);
        let routes = http::routes(&config.systems)?;
        let mut systems = Vec::with_capacity(config.systems.len());
        let (notices, noticed) = mpsc::unbounded_channel();
        let mut tasks = vec![tokio::spawn(tell(noticed, outcomes.clone(), stopped.clone()))];
        for config in config.systems {
            let headers = headers(&config)?;
            let known = earlier.get(&config.name).cloned().unwrap_or_default();
            let workers = config.concurrency.clamp(1, 256);
            let system =
                Arc::new(System::new(config.clone(), client.clone(), headers.clone(), &known, notices.clone(), telemetry));
            if let Some(wanted) = config.poll.clone() {
                let polling = poll(client.clone(), config, wanted, headers, inbound.clone(), system.calls.clone());
                let mut stopped = stopped.clone();
                tasks.push(tokio::spawn(async move {
                    tokio::select! {
                        () = polling => {}
                        _ = stopped.changed() => {}
                    }
                }));
            }
            tasks.extend((0..workers).map(|_| tokio::spawn(system.clone().work(outcomes.clone(), stopped.clone()))));
            systems.push(system);
        }
        Ok(Self {
            systems,
            routes,
            outcomes: Some((outcomes, tokio::runtime::Handle::current())),
            stop,
            tasks: std::sync::Mutex::new(tasks),
        })
    }

    /// Takes effects over; each goes to the system that its capability and route name.
    pub fn deliver(&self, batch: Vec<Delivery>) {
        let mut by_system: BTreeMap<usize, Vec<Delivery>> = BTreeMap::new();
        for delivery in batch {
            let (capability, route) = (delivery.capability.to_string(), delivery.route.to_string());
            let found = self
                .routes
                .get(&(capability.clone(), route.clone()))
                .or_else(|| self.routes.get(&(capability, String::new())));
            match found {
                Some(at) => by_system.entry(*at).or_default().push(delivery),
                None => self.nowhere(&delivery, &route),
            }
        }
        for (at, deliveries) in by_system {
            if let Some(system) = self.systems.get(at) {
                system.enqueue(deliveries);
            }
        }
    }

    /// Nobody offers it: it is refused, with the reason.
    fn nowhere(&self, delivery: &Delivery, route: &str) {
        let Some((outcomes, runtime)) = &self.outcomes else { return };
        let what = format!("no system offers {} for {route:?}", delivery.capability);
        let (outcomes, id) = (outcomes.clone(), delivery.id);
        runtime.spawn(async move {
            let told = offer("none", &RetryConfig::default(), || outcomes.failed(id, "rejected", &what)).await;
            if let Err(why) = told {
                tracing::error!(effect = %id, %why, "a failure is refused");
            }
        });
    }

    /// How far an effect is, if one of the systems has it.
    pub fn underway(&self, id: EffectId) -> Option<Underway> {
        self.systems.iter().find_map(|system| system.underway(id))
    }

    /// Nobody wants these effects any more: what has not gone out stays here.
    pub fn withdraw(&self, effects: &[EffectId]) {
        for system in &self.systems {
            effects.iter().for_each(|id| system.withdraw(*id));
        }
    }

    /// How each system is.
    pub fn health(&self) -> Vec<SystemHealth> {
        self.systems.iter().map(|system| system.health()).collect()
    }

    /// The last calls of a system, the newest first, and how many there were since the start; `None` if there is no such system.
    pub fn calls(&self, system: &str) -> Option<(u64, Vec<Call>)> {
        self.systems.iter().find(|known| known.config.name == system).map(|system| system.calls.list())
    }

    /// Stops. What is under way is dropped: it is still in the outbox, and goes out again after the next start.
    pub async fn stop(&self) {
        let _ = self.stop.send(true);
        let tasks = std::mem::take(&mut *self.tasks.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
        for task in tasks {
            let _ = task.await;
        }
    }
}

/// Puts what is noticed of systems on the record, one after the other, until all is stopped.
async fn tell(
    mut noticed: mpsc::UnboundedReceiver<(Text, DependencyChange)>,
    outcomes: Arc<dyn Outcomes>,
    mut stopped: watch::Receiver<bool>,
) {
    loop {
        let next = tokio::select! {
            biased;
            next = noticed.recv() => next,
            _ = stopped.changed() => None,
        };
        let Some((system, change)) = next else { return };
        let retry = RetryConfig::default();
        let told = tokio::select! {
            biased;
            told = offer(&system, &retry, || outcomes.noticed(&system, change.clone())) => told,
            // what cannot be put on the record now is noticed again
            _ = stopped.changed() => return,
        };
        if let Err(why) = told {
            tracing::error!(%system, ?change, %why, "what was noticed is refused");
        }
    }
}
