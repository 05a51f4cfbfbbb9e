//! What is fetched of the provider: what it says of itself (OpenID Connect Discovery 1.0), its keys, and tokens for codes.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Client, RequestBuilder, Response, Url, header};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex;
use units::Timestamp;

use super::SignInError;
use super::config::{OidcConfig, OidcConfigError, safe_address};
use super::jws::{self, Key};

/// The provider answers within this time, or counts as away.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// The longest answer that is read, in bytes.
const LONGEST: usize = 512 * 1024;
/// What was fetched counts for so many milliseconds: a key that was withdrawn is gone after that.
const COUNTS_FOR: i64 = 60 * 60 * 1_000;
/// Keys are fetched again for the sake of an unknown one at most this often: whoever makes up tokens does not make us ask each time.
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
    metadata: RwLock<Option<(Timestamp, Arc<Metadata>)>>,
    keys: RwLock<Option<Fetched>>,
    /// One at a time asks, and the others take what it brings.
    asking: Mutex<()>,
}

#[derive(Debug, Clone)]
struct Fetched {
    /// When they were fetched.
    at: Timestamp,
    /// When they were asked for last, with or without success.
    tried: Timestamp,
    keys: Arc<Vec<Key>>,
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
            metadata: RwLock::default(),
            keys: RwLock::default(),
            asking: Mutex::default(),
        })
    }

    /// What was fetched before, however long ago.
    pub(super) fn known(&self) -> Option<Arc<Metadata>> {
        let kept = self.metadata.read().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref().map(|(_, metadata)| metadata.clone())
    }

    fn fresh(&self, now: Timestamp) -> Option<Arc<Metadata>> {
        let kept = self.metadata.read().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref().filter(|(at, _)| now.millis_since(*at) < COUNTS_FOR).map(|(_, metadata)| metadata.clone())
    }

    /// What the provider says of itself.
    pub(super) async fn metadata(&self, now: Timestamp) -> Result<Arc<Metadata>, SignInError> {
        if let Some(metadata) = self.fresh(now) {
            return Ok(metadata);
        }
        let _turn = self.asking.lock().await;
        self.metadata_in_turn(now).await
    }

    async fn metadata_in_turn(&self, now: Timestamp) -> Result<Arc<Metadata>, SignInError> {
        if let Some(metadata) = self.fresh(now) {
            return Ok(metadata);
        }
        let address = format!("{}/.well-known/openid-configuration", self.issuer.trim_end_matches('/'));
        let metadata = match self.read(self.client.get(&address)).await {
            Ok(told) => Arc::new(self.understand(told)?),
            // what it said before holds as long as it says nothing else
            Err(why) => return self.known().ok_or_else(|| away(&address, why)),
        };
        *self.metadata.write().unwrap_or_else(PoisonError::into_inner) = Some((now, metadata.clone()));
        Ok(metadata)
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
    pub(super) async fn keys(&self, now: Timestamp) -> Result<Arc<Vec<Key>>, SignInError> {
        match self.kept() {
            Some(kept) if now.millis_since(kept.at) < COUNTS_FOR => Ok(kept.keys),
            _ => self.fetch_keys(now, COUNTS_FOR).await,
        }
    }

    /// The provider's keys, fetched again unless that was done a moment ago.
    pub(super) async fn newer_keys(&self, now: Timestamp) -> Result<Arc<Vec<Key>>, SignInError> {
        self.fetch_keys(now, PAUSE).await
    }

    fn kept(&self) -> Option<Fetched> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep(&self, fetched: Fetched) {
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Some(fetched);
    }

    /// Fetches the keys unless they are younger than so many milliseconds.
    async fn fetch_keys(&self, now: Timestamp, unless_younger: i64) -> Result<Arc<Vec<Key>>, SignInError> {
        let _turn = self.asking.lock().await;
        let kept = self.kept();
        if let Some(kept) = &kept
            && (now.millis_since(kept.at) < unless_younger || now.millis_since(kept.tried) < PAUSE)
        {
            return Ok(kept.keys.clone());
        }
        let metadata = self.metadata_in_turn(now).await?;
        match (self.read(self.client.get(metadata.keys.clone())).await, kept) {
            (Ok(set), _) => {
                let keys = Arc::new(jws::keys(&set));
                self.keep(Fetched { at: now, tried: now, keys: keys.clone() });
                Ok(keys)
            }
            (Err(why), Some(kept)) if now.millis_since(kept.at) < COUNTS_AT_MOST => {
                tracing::warn!(%why, "the keys of the identity provider could not be fetched; those from before count");
                let keys = kept.keys.clone();
                self.keep(Fetched { tried: now, ..kept });
                Ok(keys)
            }
            (Err(why), _) => Err(away(metadata.keys.as_str(), why)),
        }
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
        self.read(request).await.map_err(|why| away(metadata.token.as_str(), why))
    }

    /// The JSON that a request is answered with.
    async fn read(&self, request: RequestBuilder) -> Result<Value, String> {
        let response = request.header(header::ACCEPT, "application/json").send().await.map_err(told)?;
        let status = response.status();
        let body = all(response).await?;
        let json = serde_json::from_slice::<Value>(&body);
        if !status.is_success() {
            let error = json.ok().and_then(|json| json["error"].as_str().map(str::to_owned)).unwrap_or_default();
            return Err(format!("the answer is {status} {error}").trim_end().to_owned());
        }
        json.map_err(|error| format!("the answer is no JSON: {error}"))
    }
}

async fn all(mut response: Response) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    while let Some(part) = response.chunk().await.map_err(told)? {
        body.extend_from_slice(&part);
        if body.len() > LONGEST {
            return Err("the answer is longer than 512 KiB".to_owned());
        }
    }
    Ok(body)
}

/// An error with its causes: the outermost one says least.
fn told(error: reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(why) = cause {
        text = format!("{text}: {why}");
        cause = why.source();
    }
    text
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
