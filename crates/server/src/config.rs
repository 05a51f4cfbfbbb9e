//! What the API is configured with.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use partition::identity::{Quota, Rights, RoleCompanies};
use serde::{Deserialize, Serialize};
use trade::Role;
use units::{Amount, Text, Timestamp};

use crate::identity::oidc::OidcConfig;

/// The `[server]` part of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServerConfig {
    /// Where the API listens; `127.0.0.1:7410` unless given.
    pub listen: SocketAddr,
    /// Who may use it; nobody unless given.
    pub keys: Vec<KeyConfig>,
    /// Read connections to the store.
    pub readers: usize,
    /// What the secrets of webhooks are derived from, by reference: `env:NAME` or `file:PATH`, at least 32 characters. Without it there
    /// are no webhooks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// Where spans of requests and of calls of systems, and all metrics, are sent, as OpenTelemetry says (OTLP over HTTP), such as
    /// `http://127.0.0.1:4318`; nowhere unless given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub otlp: Option<String>,
    /// How much of the API a caller may use that has no quota of its own: how much comes back each second, and how much there is at
    /// most. A request takes its cost, as the catalogue tells it; most cost 1.
    pub quota: Quota,
    /// An identity provider for people and programs; none unless given. See below.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oidc: Option<OidcConfig>,
}

/// Far more than people and programs need that work as they should; less than one that runs wild takes from the others.
const QUOTA: Quota = Quota { per_second: 2_000, burst: 20_000 };

/// On this machine alone, unless somebody says otherwise.
const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 7410);

impl Default for ServerConfig {
    fn default() -> Self {
        Self { listen: LISTEN, keys: Vec::new(), readers: 4, secret: None, otlp: None, quota: QUOTA, oidc: None }
    }
}

/// An API key. Only its hash is kept.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyConfig {
    /// Who uses it: a person or a program.
    pub name: Text,
    /// SHA-256 of the key in hex.
    pub sha256: String,
    /// What it may do: `sales`, `warehouse`, `credit_clerk`, `credit_manager`, `director`, `receivables`, `operations`, `admin`, `worker`, `compliance`, `controller`.
    pub roles: Vec<Role>,
    /// Up to which amount it may release holds, approve, write off, and credit of one invoice in all, in minor units; nothing means what
    /// its roles allow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<i64>,
    /// Until when it is valid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
    /// How much of the API it may use; the standard unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota: Option<Quota>,
    /// The types of jobs that a worker may lease and answer; all unless given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub job_types: Vec<Text>,
    /// Roles that count in some companies only, such as `[{ role = "sales", companies = ["CD"] }]`; all count everywhere unless given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub companies: Vec<RoleCompanies>,
}

/// Why the configuration cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A hash is not one.
    #[error(
        "server.keys, key {name}: `{given}` is not a SHA-256 hash of 64 hexadecimal digits; `crossdock key hash` makes one"
    )]
    Hash {
        /// Whose.
        name: Text,
        /// What was given, cut.
        given: String,
    },
    /// Two keys have the same hash.
    #[error(
        "server.keys: {first} and {second} have the same key; give each a key of its own, so that the record tells who acted"
    )]
    Twice {
        /// One.
        first: Text,
        /// The other.
        second: Text,
    },
}

impl KeyConfig {
    pub(crate) fn rights(&self) -> Rights {
        let Self { roles, job_types, companies, .. } = self.clone();
        Rights { roles, limit: self.limit.map(Amount), job_types, companies }
    }
}
