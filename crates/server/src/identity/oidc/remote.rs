//! What is fetched of the provider: what it says of itself (OpenID Connect Discovery 1.0), its keys, and tokens for codes.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Client, RequestBuilder, Response, Url, header};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::{Mutex, Semaphore};
use units::Timestamp;

use super::SignInError;
use super::config::{OidcConfig, OidcConfigError, safe_address};
use super::jws::{self, Key};

/// The provider answers within this time, or counts as away.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// Where there is something from before, nobody waits longer than this for something newer.
const NEWER_WITHIN: Duration = Duration::from_secs(1);
/// So many codes are redeemed at a time; the others wait.
const REDEEMED_AT_ONCE: usize = 8;
/// The longest answer that is read, in bytes.
const LONGEST: usize = 512 * 1024;
/// What was fetched counts for so many milliseconds: a key that was withdrawn is gone after that.
const COUNTS_FOR: i64 = 60 * 60 * 1_000;
/// After a failure, and for the sake of an unknown key, the provider is asked again no sooner than this: whoever makes up tokens does not
/// make us ask each time.
const PAUSE: i64 = 10_000;
/// While the provider is away its keys count for so long.
const COUNTS_AT_MOST: i64 = 24 * 60 * 60 * 1_000;

/// What the provider says of itself, as far as it is used.
#[derive(Debug)]
pub(super) struct Metadata {
    pub(super) authorization: Url,
    token: Url,
    keys: Url,
    pub(super) end_session: Option<Url>,
    /// Its answers name the issuer (RFC 9207).
    pub(super) names_itself: bool,
    /// The secret goes into the body rather than into a header.
    secret_in_body: bool,
}

#[derive(Deserialize)]
struct Told {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    end_session_endpoint: Option<String>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
}

/// The provider, over the network.
#[derive(Debug)]
pub(super) struct Remote {
    issuer: String,
    client_id: String,
    secret: Option<String>,
    client: Client,
    metadata: Kept<Metadata>,
    keys: Kept<Vec<Key>>,
    /// One at a time asks, and the others take what it brings.
    asking: Arc<Mutex<()>>,
    redeeming: Semaphore,
}

/// What was fetched, and when it could not be.
#[derive(Debug)]
struct Kept<T>(RwLock<Tries<T>>);

#[derive(Debug)]
struct Tries<T> {
    fetched: Option<(Timestamp, Arc<T>)>,
    failed: Option<(Timestamp, String)>,
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self(RwLock::new(Tries { fetched: None, failed: None }))
    }
}

impl<T> Kept<T> {
    fn get<R>(&self, look: impl FnOnce(&Tries<T>) -> R) -> R {
        look(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// What was fetched, however long ago.
    fn any(&self) -> Option<Arc<T>> {
        self.younger(Timestamp(0), i64::MAX)
    }

    /// What was fetched less than so many milliseconds ago.
    fn younger(&self, now: Timestamp, than: i64) -> Option<Arc<T>> {
        self.get(|tries| {
            tries.fetched.as_ref().filter(|(at, _)| now.millis_since(*at) < than).map(|(_, value)| value.clone())
        })
    }

    /// Why it could not be fetched a moment ago.
    fn failed_lately(&self, now: Timestamp) -> Option<SignInError> {
        let lately = |(at, why): &(Timestamp, String)| (now.millis_since(*at) < PAUSE).then(|| why.clone());
        self.get(|tries| tries.failed.as_ref().and_then(lately)).map(SignInError::Unavailable)
    }

    /// Takes up how a try has ended that began at `now`. What there was before counts on if it is younger than so many milliseconds.
    fn keep(
        &self,
        tried: Result<T, SignInError>,
        (now, began): (Timestamp, Instant),
        counts_for: i64,
    ) -> Result<Arc<T>, SignInError> {
        let mut tries = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let why = match tried {
            Ok(value) => {
                let value = Arc::new(value);
                *tries = Tries { fetched: Some((now, value.clone())), failed: None };
                return Ok(value);
            }
            Err(why) => why,
        };
        // a provider that hangs has failed when it was given up, not when it was asked
        tries.failed = Some((later(now, began), why.to_string()));
        drop(tries);
        match self.younger(now, counts_for) {
            Some(known) => {
                tracing::warn!(why = ?why.to_string(), "the identity provider is away; what was fetched before counts");
                Ok(known)
            }
            None => Err(why),
        }
    }
}

/// The time, if it was `now` at that instant.
fn later(now: Timestamp, since: Instant) -> Timestamp {
    now.plus_millis(i64::try_from(since.elapsed().as_millis()).unwrap_or(i64::MAX))
}

/// Sees a fetch through even if whoever asked goes away. Where something is known from before, nobody waits for it longer than a moment.
async fn fetched<T: Send + 'static>(
    fetch: impl Future<Output = Result<T, SignInError>> + Send + 'static,
    known: Option<T>,
) -> Result<T, SignInError> {
    let fetch = tokio::spawn(fetch);
    let ended = match known {
        None => fetch.await,
        Some(known) => match tokio::time::timeout(NEWER_WITHIN, fetch).await {
            Ok(ended) => ended,
            Err(_) => return Ok(known),
        },
    };
    ended.unwrap_or_else(|error| Err(away("a fetch broke off", error)))
}

fn away(what: &str, why: impl std::fmt::Display) -> SignInError {
    SignInError::Unavailable(format!("the identity provider: {what}: {why}"))
}

impl Remote {
    pub(super) fn new(config: &OidcConfig, secret: Option<String>) -> Result<Self, OidcConfigError> {
        let client = Client::builder().timeout(ANSWER_WITHIN).redirect(reqwest::redirect::Policy::none()).build();
        let client = client.map_err(|error| OidcConfigError::Wrong {
            key: "issuer",
            cause: format!("make the HTTP client: {error}"),
            mend: "look at the certificates of this machine",
        })?;
        Ok(Self {
            issuer: config.issuer.clone(),
            client_id: config.client_id.clone(),
            secret,
            client,
            metadata: Kept::default(),
            keys: Kept::default(),
            asking: Arc::default(),
            redeeming: Semaphore::new(REDEEMED_AT_ONCE),
        })
    }

    /// What it has said of itself before, however long ago.
    pub(super) fn known(&self) -> Option<Arc<Metadata>> {
        self.metadata.any()
    }

    /// What the provider says of itself. What it said before holds as long as it says nothing else.
    pub(super) async fn metadata(self: &Arc<Self>, now: Timestamp) -> Result<Arc<Metadata>, SignInError> {
        if let Some(metadata) = self.metadata.younger(now, COUNTS_FOR) {
            return Ok(metadata);
        }
        let known = self.metadata.any();
        self.in_turn(now, known, |this, now| async move { this.metadata_in_turn(now).await }).await
    }

    /// Asks the provider when nobody else does, at the time that it is by then. Where others do already, what is known will do.
    async fn in_turn<T, F>(
        self: &Arc<Self>,
        now: Timestamp,
        known: Option<Arc<T>>,
        ask: impl FnOnce(Arc<Self>, Timestamp) -> F,
    ) -> Result<Arc<T>, SignInError>
    where
        T: Send + Sync + 'static,
        F: Future<Output = Result<Arc<T>, SignInError>> + Send + 'static,
    {
        let asked = Instant::now();
        let turn = match &known {
            None => self.asking.clone().lock_owned().await,
            Some(known) => match self.asking.clone().try_lock_owned() {
                Ok(turn) => turn,
                Err(_) => return Ok(known.clone()),
            },
        };
        let answer = ask(self.clone(), later(now, asked));
        let fetch = async move {
            let _turn = turn;
            answer.await
        };
        fetched(fetch, known).await
    }

    async fn metadata_in_turn(&self, now: Timestamp) -> Result<Arc<Metadata>, SignInError> {
        if let Some(metadata) = self.metadata.younger(now, COUNTS_FOR) {
            return Ok(metadata);
        }
        if let Some(why) = self.metadata.failed_lately(now) {
            return self.known().ok_or(why);
        }
        let began = Instant::now();
        let address = format!("{}/.well-known/openid-configuration", self.issuer.trim_end_matches('/'));
        let told = self.read(self.client.get(&address)).await.map_err(|why| away(&address, why));
        self.metadata.keep(told.and_then(|told| self.understand(told)), (now, began), i64::MAX)
    }

    fn understand(&self, told: Value) -> Result<Metadata, SignInError> {
        let told = Told::deserialize(told).map_err(|error| away("what it says of itself", error))?;
        if told.issuer != self.issuer {
            let why = format!("it calls itself {}; give server.oidc.issuer letter by letter", told.issuer);
            return Err(away(&self.issuer, why));
        }
        let safe = |text: &str| safe_address(text).map_err(|why| away("what it says of itself", why));
        let methods = told.token_endpoint_auth_methods_supported;
        Ok(Metadata {
            authorization: safe(&told.authorization_endpoint)?,
            token: safe(&told.token_endpoint)?,
            keys: safe(&told.jwks_uri)?,
            end_session: told.end_session_endpoint.as_deref().map(safe).transpose()?,
            names_itself: told.authorization_response_iss_parameter_supported,
            secret_in_body: methods.is_some_and(|methods| !methods.iter().any(|method| method == "client_secret_basic")),
        })
    }

    /// The provider's keys.
    pub(super) async fn keys(self: &Arc<Self>, now: Timestamp) -> Result<Arc<Vec<Key>>, SignInError> {
        match self.keys.younger(now, COUNTS_FOR) {
            Some(keys) => Ok(keys),
            None => self.fetch_keys(now, COUNTS_FOR, self.keys.younger(now, COUNTS_AT_MOST)).await,
        }
    }

    /// The provider's keys, fetched again unless that was done a moment ago.
    pub(super) async fn newer_keys(self: &Arc<Self>, now: Timestamp) -> Result<Arc<Vec<Key>>, SignInError> {
        self.fetch_keys(now, PAUSE, None).await
    }

    /// Fetches the keys unless they are younger than so many milliseconds. Where others do already, those that are known will do.
    async fn fetch_keys(
        self: &Arc<Self>,
        now: Timestamp,
        unless_younger: i64,
        known: Option<Arc<Vec<Key>>>,
    ) -> Result<Arc<Vec<Key>>, SignInError> {
        self.in_turn(now, known, |this, now| async move { this.keys_in_turn(now, unless_younger).await }).await
    }

    /// Fetches the keys unless they are younger than so many milliseconds.
    async fn keys_in_turn(&self, now: Timestamp, unless_younger: i64) -> Result<Arc<Vec<Key>>, SignInError> {
        if let Some(keys) = self.keys.younger(now, unless_younger) {
            return Ok(keys);
        }
        if let Some(why) = self.keys.failed_lately(now) {
            return self.keys.younger(now, COUNTS_AT_MOST).ok_or(why);
        }
        let began = Instant::now();
        let fetched = match self.metadata_in_turn(now).await {
            Ok(metadata) => {
                let set = self.read(self.client.get(metadata.keys.clone())).await;
                set.map(|set| jws::keys(&set)).map_err(|why| away(metadata.keys.as_str(), why))
            }
            Err(why) => Err(why),
        };
        self.keys.keep(fetched, (now, began), COUNTS_AT_MOST)
    }

    /// The tokens for a code (RFC 6749 §4.1.3).
    pub(super) async fn redeem(&self, metadata: &Metadata, pairs: &[(&str, &str)]) -> Result<Value, SignInError> {
        let mut pairs = pairs.to_vec();
        let mut request = self.client.post(metadata.token.clone());
        match &self.secret {
            Some(secret) if !metadata.secret_in_body => {
                // both parts are encoded as in a form before they are joined (RFC 6749 §2.3.1)
                let joined = format!("{}:{}", escaped(&self.client_id), escaped(secret));
                request = request.header(header::AUTHORIZATION, format!("Basic {}", STANDARD.encode(joined)));
            }
            Some(secret) => pairs.extend([("client_id", self.client_id.as_str()), ("client_secret", secret)]),
            None => pairs.push(("client_id", &self.client_id)),
        }
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(form(&pairs));
        // closed it never is
        let _turn = self.redeeming.acquire().await;
        self.read(request).await.map_err(|why| match why.error.as_str() {
            "invalid_grant" => SignInError::Token(format!("the provider does not take the code: {why}")),
            _ => away(metadata.token.as_str(), why),
        })
    }

    /// The JSON that a request is answered with.
    async fn read(&self, request: RequestBuilder) -> Result<Value, Unread> {
        let response = request.header(header::ACCEPT, "application/json").send().await?;
        let status = response.status();
        let body = all(response).await?;
        let json = serde_json::from_slice::<Value>(&body);
        if !status.is_success() {
            let error = json.ok().and_then(|json| json["error"].as_str().map(str::to_owned)).unwrap_or_default();
            return Err(Unread { text: format!("the answer is {status} {error}").trim_end().to_owned(), error });
        }
        json.map_err(|error| Unread::because(format!("the answer is no JSON: {error}")))
    }
}

/// Why there is no JSON.
struct Unread {
    text: String,
    /// What the provider calls it (RFC 6749 §5.2); empty if it says nothing.
    error: String,
}

impl Unread {
    fn because(text: String) -> Self {
        Self { text, error: String::new() }
    }
}

impl From<reqwest::Error> for Unread {
    fn from(error: reqwest::Error) -> Self {
        Self::because(connect::cause(&error))
    }
}

impl std::fmt::Display for Unread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

async fn all(mut response: Response) -> Result<Vec<u8>, Unread> {
    let mut body = Vec::new();
    while let Some(part) = response.chunk().await? {
        body.extend_from_slice(&part);
        if body.len() > LONGEST {
            return Err(Unread::because("the answer is longer than 512 KiB".to_owned()));
        }
    }
    Ok(body)
}

/// Pairs as a form has them.
fn form(pairs: &[(&str, &str)]) -> String {
    Url::parse_with_params("form:", pairs).ok().and_then(|url| url.query().map(str::to_owned)).unwrap_or_default()
}

/// A text as a form has it.
fn escaped(text: &str) -> String {
    form(&[("", text)]).trim_start_matches('=').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_keep_what_would_part_them() {
        assert_eq!(form(&[("a", "x&y=z"), ("b", "ä /")]), "a=x%26y%3Dz&b=%C3%A4+%2F");
        assert_eq!(escaped("s:e%c"), "s%3Ae%25c");
    }
}
