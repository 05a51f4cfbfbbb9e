//! Who asks: API keys, kept as hashes, and people in a session.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use partition::identity::{Client, Quota, Rights, User};
use sha2::{Digest, Sha256};
use trade::Actor;
use units::{Text, Timestamp};

use crate::config::{ConfigError, KeyConfig};
use crate::identity::oidc::{self, Program, SignInError};
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

    /// Whose key it is. Looked up by hash, so the time that it takes tells nothing about other keys.
    pub(crate) fn owner(&self, key: &str, now: Timestamp) -> Option<Holder> {
        let hash: [u8; 32] = Sha256::digest(key.as_bytes()).into();
        let found = self.keys.get(&hash)?;
        let is_valid = found.expires.is_none_or(|expires| now < expires);
        is_valid.then(|| Holder { id: found.name.clone(), rights: found.rights(), quota: found.quota })
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

/// Somebody who is known, with all rights that they have anywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Holder {
    pub(crate) id: Text,
    pub(crate) rights: Rights,
    /// Its quota, if it has one of its own.
    pub(crate) quota: Option<Quota>,
}

impl Holder {
    /// A person.
    pub(crate) fn person(user: &User) -> Self {
        Self { id: user.id.clone(), rights: user.rights.clone(), quota: None }
    }

    /// A program.
    pub(crate) fn program(client: &Client) -> Self {
        Self { id: client.id.clone(), rights: client.rights.clone(), quota: client.quota }
    }

    /// Whoever acts here: with the roles that count in this company. Commands and queries know no others.
    pub(crate) fn at(self, company: &str, session: Option<Session>) -> Identity {
        let Self { id, rights, quota } = self;
        let actor = Actor { id, roles: rights.roles_in(company), limit: rights.limit };
        Identity { actor, rights, quota, session }
    }
}

/// Who asks, and in which session if it is a person.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    pub(crate) actor: Actor,
    /// All rights, those that do not count here included.
    pub(crate) rights: Rights,
    /// Its quota, if it has one of its own.
    pub(crate) quota: Option<Quota>,
    pub(crate) session: Option<Session>,
}

impl Identity {
    /// Whether all roles are limited to other companies: then nothing here is theirs to see or do.
    pub(crate) fn is_of_elsewhere(&self) -> bool {
        self.actor.roles.is_empty() && !self.rights.roles.is_empty()
    }

    /// The companies that they work for, parted by commas.
    pub(crate) fn companies(&self) -> String {
        let all: BTreeSet<&str> =
            self.rights.companies.iter().flat_map(|role| role.companies.iter().map(|code| code.as_str())).collect();
        all.into_iter().collect::<Vec<_>>().join(", ")
    }
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
pub(crate) async fn identify(state: &AppState, method: &Method, headers: &HeaderMap) -> Result<Identity, Problem> {
    let now = state.now();
    if let Some(token) = access_token(headers)
        && let Some(provider) = state.identities.provider.as_ref().filter(|provider| provider.takes_tokens())
    {
        return of_program(state, provider.program(token, now).await);
    }
    if let Some(header) = headers.get(header::AUTHORIZATION) {
        let key = header.to_str().ok().and_then(|value| value.strip_prefix("Bearer ")).ok_or_else(nobody)?.trim();
        let owner = state.keys.owner(key, now).or_else(|| state.identities.owner_of_key(key, now));
        let unknown = || Problem::new("unauthorised", "the API key is unknown, was revoked, or has expired");
        return Ok(owner.ok_or_else(unknown)?.at(&state.identities.company(), None));
    }
    let token = session::token_of(headers).ok_or_else(nobody)?;
    let sessions = &state.identities.sessions;
    let over = || Problem::new("unauthorised", "the session is over; sign in again");
    let session = sessions.open(token, now).ok_or_else(over)?;
    let user = state.identities.user(&session.user).filter(|user| session.is_of(user)).ok_or_else(over)?;
    if !method.is_safe() && !sessions.is_ours(&session, headers) {
        let detail = "a change in a session needs the header `X-CSRF-Token`, which GET /v1/session tells";
        return Err(Problem::new("not_allowed", detail));
    }
    Ok(Holder::person(&user).at(&state.identities.company(), Some(session)))
}

/// The access token that a request carries, if it carries no API key.
fn access_token(headers: &HeaderMap) -> Option<&str> {
    let token = headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")?.trim();
    oidc::is_token(token).then_some(token)
}

/// A program that the identity provider vouches for. What Administration says of it counts as well: its quota, its limit, the types of
/// its jobs, and that it is shut out.
fn of_program(state: &AppState, program: Result<Program, SignInError>) -> Result<Identity, Problem> {
    let Program { id, rights } = program.map_err(|error| match error {
        SignInError::Unavailable(why) => {
            tracing::warn!(%why, "an access token could not be looked at");
            Problem::new("unavailable", "the identity provider is away, so the access token cannot be looked at; try again")
        }
        SignInError::NoRole(_) => Problem::new("not_allowed", error.to_string()),
        error => Problem::new("unauthorised", error.to_string()),
    })?;
    if !partition::identity::is_id(&id) {
        let id: String = id.chars().take(60).collect();
        let detail = format!(
            "the client id {id:?} is no name for the record, which has 1 to 60 letters, digits and .-_@, and not `process`: \
             give the program another one at the identity provider"
        );
        return Err(Problem::new("not_allowed", detail));
    }
    if state.identities.user(&id).is_some() || state.keys.has(&id) {
        let detail = format!("{id} is a person or a key here; give the program another client id at the identity provider");
        return Err(Problem::new("not_allowed", detail));
    }
    let known = state.identities.client(&id);
    if known.as_ref().is_some_and(|known| known.disabled) {
        return Err(Problem::new("unauthorised", format!("the program {id} is shut out; ask an administrator")));
    }
    let own = known.as_ref().map(|known| &known.rights);
    let Some(granted) = rights.as_ref().or(own) else {
        let detail =
            format!("no program {id} is known here; add it in Administration, or grant roles in server.oidc.grants");
        return Err(Problem::new("not_allowed", detail));
    };
    let mut rights = granted.clone();
    if let Some(own) = own {
        rights.limit = [rights.limit, own.limit].into_iter().flatten().min();
        rights.job_types.clone_from(&own.job_types);
    }
    let holder = Holder { id, rights, quota: known.as_ref().and_then(|known| known.quota) };
    Ok(holder.at(&state.identities.company(), None))
}

#[cfg(test)]
mod tests {
    use partition::identity::RoleCompanies;
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
        assert_eq!(ring.owner("cd_secret", Timestamp(999)).unwrap().id, "shop");
        assert_eq!(ring.owner("cd_secret", Timestamp(1_000)), None);
        assert_eq!(ring.owner("cd_other", Timestamp(0)), None);
    }

    #[test]
    fn roles_of_other_companies_count_for_nothing_here() {
        let mut shop = key("shop", "cd_secret");
        shop.companies = vec![RoleCompanies { role: Role::Sales, companies: vec!["UK".into()] }];
        let holder = KeyRing::new(&[shop]).unwrap().owner("cd_secret", Timestamp(0)).unwrap();
        let (here, there) = (holder.clone().at("CD", None), holder.at("UK", None));
        assert!(here.actor.roles.is_empty() && here.is_of_elsewhere());
        assert_eq!((there.actor.roles.as_slice(), there.companies().as_str()), (&[Role::Sales][..], "UK"));
        assert!(!there.is_of_elsewhere());
        let nobody = Holder { id: "x".into(), rights: Rights::default(), quota: None };
        assert!(!nobody.at("CD", None).is_of_elsewhere(), "whoever has no role may read");
    }

    #[test]
    fn a_wrong_hash_and_a_shared_key_are_told_at_the_start() {
        let wrong = KeyConfig { sha256: "123".into(), ..key("a", "x") };
        assert!(matches!(KeyRing::new(&[wrong]), Err(ConfigError::Hash { .. })));
        assert!(matches!(KeyRing::new(&[key("a", "x"), key("b", "x")]), Err(ConfigError::Twice { .. })));
    }
}
