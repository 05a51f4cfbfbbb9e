//! Who asks: API keys, kept as hashes, and people in a session.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Request};
use axum::http::header;
use axum::http::request::Parts;
use partition::identity::Quota;
use sha2::{Digest, Sha256};
use trade::Actor;
use units::Timestamp;

use crate::config::{ConfigError, KeyConfig};
use crate::identity::session::{self, Session};
use crate::problem::Problem;
use crate::state::AppState;

/// The keys that are accepted, by hash.
#[derive(Debug, Clone, Default)]
pub struct KeyRing {
    keys: Arc<BTreeMap<[u8; 32], KeyConfig>>,
}

/// The hash under which a key is kept, in hex.
pub fn hash_key(key: &str) -> String {
    hash_bytes(key.as_bytes())
}

/// SHA-256 in hex.
pub fn hash_bytes(bytes: &[u8]) -> String {
    use std::fmt::Write;
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        // writing to memory does not fail
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

impl KeyRing {
    /// The keys of the configuration.
    pub fn new(keys: &[KeyConfig]) -> Result<Self, ConfigError> {
        let mut ring: BTreeMap<[u8; 32], KeyConfig> = BTreeMap::new();
        for key in keys {
            let wrong = || ConfigError::Hash { name: key.name.clone(), given: key.sha256.chars().take(20).collect() };
            let hash = parse_hash(&key.sha256).ok_or_else(wrong)?;
            if let Some(other) = ring.insert(hash, key.clone()) {
                return Err(ConfigError::Twice { first: other.name, second: key.name.clone() });
            }
        }
        Ok(Self { keys: Arc::new(ring) })
    }

    /// Whether somebody of that name has a key.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.keys.values().any(|key| key.name == name)
    }

    /// Whose key it is, and the quota of its own if it has one. Looked up by hash, so the time that it takes tells nothing about other
    /// keys.
    pub fn owner(&self, key: &str, now: Timestamp) -> Option<(Actor, Option<Quota>)> {
        let hash: [u8; 32] = Sha256::digest(key.as_bytes()).into();
        let found = self.keys.get(&hash)?;
        found.expires.is_none_or(|expires| now < expires).then(|| (found.actor(), found.quota))
    }
}

fn parse_hash(text: &str) -> Option<[u8; 32]> {
    let mut hash = [0u8; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (index, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(index * 2..index * 2 + 2)?, 16).ok()?;
    }
    Some(hash)
}

/// Who asks, and in which session if it is a person.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    pub(crate) actor: Actor,
    /// Its quota, if it has one of its own.
    pub(crate) quota: Option<Quota>,
    pub(crate) session: Option<Session>,
}

impl<S: Send + Sync> FromRequestParts<S> for Identity {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(nobody)
    }
}

fn nobody() -> Problem {
    Problem::new("unauthorised", "send the header `Authorization: Bearer <API key>`, or sign in at /v1/session")
}

/// Who a request comes from.
pub(crate) fn identify(state: &AppState, request: &Request) -> Result<Identity, Problem> {
    let now = state.now();
    if let Some(header) = request.headers().get(header::AUTHORIZATION) {
        let key = header.to_str().ok().and_then(|value| value.strip_prefix("Bearer ")).ok_or_else(nobody)?.trim();
        let owner = state.keys.owner(key, now).or_else(|| state.identities.owner_of_key(key, now));
        let unknown = || Problem::new("unauthorised", "the API key is unknown, was revoked, or has expired");
        let (actor, quota) = owner.ok_or_else(unknown)?;
        return Ok(Identity { actor, quota, session: None });
    }
    let token = session::token_of(request.headers()).ok_or_else(nobody)?;
    let sessions = &state.identities.sessions;
    let over = || Problem::new("unauthorised", "the session is over; sign in again");
    let session = sessions.open(token, now).ok_or_else(over)?;
    let user = state.identities.user(&session.user).filter(|user| session.is_of(user)).ok_or_else(over)?;
    if !request.method().is_safe() && !sessions.is_ours(&session, request.headers()) {
        let detail = "a change in a session needs the header `X-CSRF-Token`, which GET /v1/session tells";
        return Err(Problem::new("not_allowed", detail));
    }
    Ok(Identity { actor: user.actor(), quota: None, session: Some(session) })
}

#[cfg(test)]
mod tests {
    use trade::Role;

    use super::*;

    fn key(name: &str, secret: &str) -> KeyConfig {
        KeyConfig { name: name.into(), sha256: hash_key(secret), roles: vec![Role::Sales], ..KeyConfig::default() }
    }

    #[test]
    fn a_key_is_known_by_its_hash_until_it_expires() {
        let mut shop = key("shop", "cd_secret");
        shop.expires = Some(Timestamp(1_000));
        let ring = KeyRing::new(&[shop]).unwrap();
        assert_eq!(ring.owner("cd_secret", Timestamp(999)).unwrap().0.id, "shop");
        assert_eq!(ring.owner("cd_secret", Timestamp(1_000)), None);
        assert_eq!(ring.owner("cd_other", Timestamp(0)), None);
    }

    #[test]
    fn a_wrong_hash_and_a_shared_key_are_told_at_the_start() {
        let wrong = KeyConfig { sha256: "123".into(), ..key("a", "x") };
        assert!(matches!(KeyRing::new(&[wrong]), Err(ConfigError::Hash { .. })));
        assert!(matches!(KeyRing::new(&[key("a", "x"), key("b", "x")]), Err(ConfigError::Twice { .. })));
    }
}
