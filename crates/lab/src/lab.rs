//! The lab as a whole: all systems, each on its own port.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use units::{Currency, Decimal, Text};

use crate::faults::FaultProfile;
use crate::model::{Bank, Carrier, Chance, Erp, Model, Tax, Wms};
use crate::service::{LabClock, Service, Shared};

/// What the lab is made of.
#[derive(Debug, Clone)]
pub struct LabConfig {
    /// Fixes every decision.
    pub seed: u64,
    /// How much faster than ours lab time passes.
    pub speed: f64,
    /// How much goes wrong.
    pub faults: FaultProfile,
    /// Where the product is.
    pub product: String,
    /// The key with which the lab uses the product's API.
    pub key: String,
    /// The first port; each system takes the next. Zero takes free ones.
    pub port: u16,
    /// Where the systems keep their logs; without it a restart forgets everything.
    pub folder: Option<PathBuf>,
    /// Warehouses, one system each.
    pub nodes: Vec<Text>,
    /// Currency of the bank account.
    pub currency: Currency,
    /// Jurisdiction, category and rate in per cent, for the tax service.
    pub rates: Vec<(String, String, Decimal)>,
    /// Regions that tax goods of their own by where they come from, such as `US-TX`.
    pub origins: Vec<String>,
}

/// Why the lab cannot start.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    /// A port is in use.
    #[error("listen on port {port} for {system}")]
    Listen {
        /// Which system.
        system: String,
        /// Where.
        port: u16,
        /// Why not.
        source: std::io::Error,
    },
    /// A log cannot be read or written.
    #[error("open the log of {system}")]
    Log {
        /// Which system.
        system: String,
        /// Why not.
        source: std::io::Error,
    },
    /// The client could not be made.
    #[error("make the HTTP client")]
    Client(#[from] reqwest::Error),
}

/// The systems that run. They stop when the runtime does.
#[derive(Debug)]
pub struct Lab {
    systems: Vec<(String, SocketAddr)>,
}

impl Lab {
    /// Starts all systems on loopback. Within a Tokio runtime.
    pub async fn start(config: LabConfig) -> Result<Self, LabError> {
        let shared = Shared {
            chance: Chance { seed: config.seed, faults: config.faults },
            clock: LabClock::new(config.speed),
            product: config.product,
            key: config.key,
            client: reqwest::Client::builder().no_proxy().pool_max_idle_per_host(32).build()?,
        };
        let mut models: Vec<(String, Box<dyn Model>)> = vec![
            ("erp".into(), Box::new(Erp::default())),
            ("bank".into(), Box::new(Bank::new(config.currency))),
            ("carrier".into(), Box::new(Carrier::default())),
            ("tax".into(), Box::new(Tax::new(config.rates.clone(), config.origins.clone()))),
        ];
        models.extend(config.nodes.iter().map(|node| {
            let wms: Box<dyn Model> = Box::new(Wms::new(node));
            (format!("wms-{}", node.to_lowercase()), wms)
        }));
        let mut services = Vec::with_capacity(models.len());
        for (name, model) in models {
            let folder = config.folder.as_deref();
            let opened = Service::open(&name, model, &shared, folder);
            services.push(opened.map_err(|source| LabError::Log { system: name.clone(), source })?);
        }
        let bank = services.iter().find(|service| service.name == "bank").cloned();
        if let (Some(erp), Some(bank)) = (services.first(), bank) {
            erp.know("bank", &bank);
        }
        let mut systems = Vec::with_capacity(services.len());
        for (at, service) in services.iter().enumerate() {
            let port = if config.port == 0 { 0 } else { config.port + u16::try_from(at).unwrap_or(0) };
            let address = listen(service, port).await?;
            systems.push((service.name.clone(), address));
        }
        Ok(Self { systems })
    }

    /// The systems and where each is.
    pub fn systems(&self) -> &[(String, SocketAddr)] {
        &self.systems
    }
}

async fn listen(service: &Arc<Service>, port: u16) -> Result<SocketAddr, LabError> {
    let wrong = |source| LabError::Listen { system: service.name.clone(), port, source };
    let listener = tokio::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], port))).await.map_err(wrong)?;
    let address = listener.local_addr().map_err(wrong)?;
    let router = service.router();
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router.into_make_service()).await {
            tracing::error!(%error, "a lab system stopped");
        }
    });
    tokio::spawn(service.clone().run());
    Ok(address)
}
