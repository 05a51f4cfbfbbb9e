//! Who asks: API keys, kept as hashes.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use trade::{Actor, Role};
use units::Timestamp;

use crate::config::{ConfigError, KeyConfig};
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

    /// Whose key it is. Looked up by hash, so the time that it takes tells nothing about other keys.
    pub fn owner(&self, key: &str, now: Timestamp) -> Option<Actor> {
        let hash: [u8; 32] = Sha256::digest(key.as_bytes()).into();
        let found = self.keys.get(&hash)?;
        found.expires.is_none_or(|expires| now < expires).then(|| found.actor())
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

/// Lets only requests with a valid key through, and tells the handlers whose it is.
pub(crate) async fn require_key(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let header = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let key = header.and_then(|value| value.strip_prefix("Bearer "));
    let Some(key) = key else {
        return Problem::new("unauthorised", "send the header `Authorization: Bearer <API key>`").into_response();
    };
    match state.keys.owner(key.trim(), state.now()) {
        Some(actor) => {
            request.extensions_mut().insert(actor);
            next.run(request).await
        }
        None => Problem::new("unauthorised", "the API key is unknown or has expired").into_response(),
    }
}

/// Refuses who has none of the roles. Directors may do what every role may.
pub(crate) fn require(actor: &Actor, roles: &[Role]) -> Result<(), Problem> {
    let allowed = actor.has(Role::Admin) || actor.has(Role::Director) || roles.iter().any(|role| actor.has(*role));
    if allowed {
        return Ok(());
    }
    let names: Vec<String> = roles.iter().map(crate::view::name).collect();
    Err(Problem::new("not_allowed", format!("{} needs one of the roles {}", actor.id, names.join(", "))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str, secret: &str) -> KeyConfig {
        KeyConfig { name: name.into(), sha256: hash_key(secret), roles: vec![Role::Sales], limit: None, expires: None }
    }

    #[test]
    fn a_key_is_known_by_its_hash_until_it_expires() {
        let mut shop = key("shop", "cd_secret");
        shop.expires = Some(Timestamp(1_000));
        let ring = KeyRing::new(&[shop]).unwrap();
        assert_eq!(ring.owner("cd_secret", Timestamp(999)).unwrap().id, "shop");
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
