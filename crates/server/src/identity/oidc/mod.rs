//! The identity provider: people sign in there (OpenID Connect Core 1.0, authorisation code with PKCE), and programs bring its access
//! tokens (RFC 6749 §4.4, RFC 9068).
//!
//! `config` is what an administrator says, `remote` what is fetched of the provider, `jws` and `claims` what makes a token count.
//! Nothing is kept of a sign-in that is under way: state, nonce and verifier are drawn from a number in the browser's cookie.

mod claims;
mod config;
mod jws;
mod remote;
mod spent;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use partition::identity::Rights;
use reqwest::Url;
use serde_json::Value;
use sha2::{Digest, Sha256};
use units::{Text, Timestamp};

use super::session::{Sessions, random};
use crate::problem::Problem;
use claims::Unfit;
use jws::{Token, Unsigned};
use remote::Remote;
use spent::Spent;

pub use config::{GrantConfig, OidcConfig, OidcConfigError};

/// The provider that the configuration names.
#[derive(Debug)]
pub struct Provider {
    config: OidcConfig,
    remote: Arc<Remote>,
    /// Sign-ins that were answered.
    spent: Spent,
}

/// Why nobody is signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The provider did not let the person in.
    #[error("the provider says {0}")]
    Denied(String),
    /// The answer belongs to no sign-in that this browser began, or to one that is over.
    #[error("this browser has begun no such sign-in, or too long ago")]
    Expired,
    /// The provider is not there, or its answers cannot be used.
    #[error("{0}")]
    Unavailable(String),
    /// What the provider sent does not count.
    #[error("the token does not count: {0}")]
    Token(String),
    /// Nothing here is granted to the person.
    #[error("{0} has none of the groups that a role is granted for")]
    NoRole(String),
    /// The person is not known here, and may not come in without.
    #[error("{0}")]
    NotAdmitted(String),
}

impl SignInError {
    /// In a word, for the page where people sign in.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Denied(_) => "denied",
            Self::Expired => "expired",
            Self::Unavailable(_) => "unavailable",
            Self::Token(_) => "token",
            Self::NoRole(_) => "no_role",
            Self::NotAdmitted(_) => "not_admitted",
        }
    }
}

impl From<Unsigned> for SignInError {
    fn from(why: Unsigned) -> Self {
        Self::Token(why.to_string())
    }
}

impl From<Unfit> for SignInError {
    fn from(why: Unfit) -> Self {
        Self::Token(why.to_string())
    }
}

/// A person, as the provider vouches for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Person {
    /// Never given to anybody else by the provider: issuer and subject.
    pub(crate) subject: Text,
    /// By which the record names somebody who comes for the first time.
    pub(crate) id: Text,
    /// How the person is called.
    pub(crate) name: Text,
    /// What is granted, which may be no role at all; `None` where the configuration grants nothing to anybody, so that Administration says
    /// it.
    pub(crate) rights: Option<Rights>,
}

/// A program, as its access token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Program {
    /// By which the record names it.
    pub(crate) id: Text,
    /// What is granted, a role at least; `None` as for a person.
    pub(crate) rights: Option<Rights>,
}

/// A sign-in that is under way, as the browser's cookie has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attempt {
    number: String,
}

/// What the provider sends a browser back with.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Callback {
    pub(crate) code: Option<String>,
    pub(crate) state: Option<String>,
    pub(crate) error: Option<String>,
    pub(crate) error_description: Option<String>,
    pub(crate) iss: Option<String>,
}

impl Attempt {
    /// A new one.
    pub(crate) fn begin() -> Result<Self, Problem> {
        Ok(Self { number: BASE64.encode(random()?) })
    }

    /// The one with that number.
    pub(crate) fn of(number: &str) -> Self {
        Self { number: number.to_owned() }
    }

    pub(crate) fn number(&self) -> &str {
        &self.number
    }

    /// What only this installation can say of it; different for each purpose.
    fn draw(&self, sessions: &Sessions, purpose: &str) -> String {
        BASE64.encode(sessions.draw(format!("oidc\n{purpose}\n{}", self.number).as_bytes()))
    }
}

impl Provider {
    /// Looks through the configuration, and makes itself acquainted with the provider meanwhile. Nothing waits for it: where it is away,
    /// people with passwords and programs with keys go on.
    ///
    /// # Errors
    /// What is configured cannot be used, or the secret is not there.
    pub fn start(config: OidcConfig, secret: Option<String>) -> Result<Arc<Self>, OidcConfigError> {
        config.check()?;
        let remote = Arc::new(Remote::new(&config, secret)?);
        Ok(Arc::new(Self { config, remote, spent: Spent::default() }))
    }

    /// Fetches what the provider says of itself.
    ///
    /// # Errors
    /// It is not there, or says something else than the configuration.
    pub async fn look(&self, now: Timestamp) -> Result<(), SignInError> {
        self.remote.metadata(now).await.map(drop)
    }

    /// How people know it.
    pub(crate) fn name(&self) -> &str {
        &self.config.name
    }

    /// Whether browsers reach us by TLS.
    pub(crate) fn is_reached_by_tls(&self) -> bool {
        self.config.public_url.starts_with("https:")
    }

    /// Whoever has that number at the provider, as the record has it.
    pub(crate) fn subject(&self, number: &str) -> Text {
        format!("{} {number}", self.config.issuer).into()
    }

    /// Whether programs may bring access tokens.
    pub(crate) fn takes_tokens(&self) -> bool {
        self.config.audience.is_some()
    }

    /// Where a browser goes to sign in.
    pub(crate) async fn address(&self, attempt: &Attempt, sessions: &Sessions, now: Timestamp) -> Result<Url, SignInError> {
        let metadata = self.remote.metadata(now).await?;
        let challenge = BASE64.encode(Sha256::digest(attempt.draw(sessions, "verifier")));
        let mut address = metadata.authorization.clone();
        address
            .query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.config.client_id)
            .append_pair("redirect_uri", &self.config.callback())
            .append_pair("scope", &self.config.scopes.join(" "))
            .append_pair("state", &attempt.draw(sessions, "state"))
            .append_pair("nonce", &attempt.draw(sessions, "nonce"))
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        Ok(address)
    }

    /// Where a browser goes after it has signed out here, to sign out there as well; known once the provider was asked for anything.
    pub(crate) fn sign_out_address(&self) -> Option<String> {
        let mut address = self.remote.known()?.end_session.clone()?;
        address
            .query_pairs_mut()
            .append_pair("client_id", &self.config.client_id)
            .append_pair("post_logout_redirect_uri", &self.config.public_url);
        Some(address.into())
    }

    /// Who has signed in, once the provider has sent the browser back.
    pub(crate) async fn person(
        &self,
        attempt: &Attempt,
        callback: Callback,
        sessions: &Sessions,
        now: Timestamp,
    ) -> Result<Person, SignInError> {
        if callback.state.is_none_or(|state| state != attempt.draw(sessions, "state")) {
            return Err(SignInError::Expired);
        }
        // an answer of another provider is not ours to redeem here (RFC 9207)
        let is_other = callback.iss.as_ref().is_some_and(|issuer| *issuer != self.config.issuer);
        let metadata = self.remote.metadata(now).await?;
        if is_other || callback.iss.is_none() && metadata.names_itself {
            return Err(SignInError::Token("the answer comes from another provider".to_owned()));
        }
        if let Some(error) = callback.error {
            let more = callback.error_description.map(|more| format!(": {more}")).unwrap_or_default();
            return Err(SignInError::Denied(format!("{error}{more}")));
        }
        let code = callback.code.ok_or_else(|| SignInError::Denied("nothing: there is no code".to_owned()))?;
        // a code is made up as quickly as it is sent, and each costs a request to the provider
        if !self.spent.spend(&attempt.number, now) {
            return Err(SignInError::Expired);
        }
        let verifier = attempt.draw(sessions, "verifier");
        let pairs = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", &self.config.callback()),
            ("code_verifier", &verifier),
        ];
        let answer = self.remote.redeem(&metadata, &pairs).await?;
        let token = answer["id_token"].as_str().ok_or_else(|| SignInError::Token("there is no ID token".to_owned()))?;
        let claims = self.verified(token, &self.config.client_id, now).await?;
        claims::check_party(&claims, &self.config.client_id)?;
        if claims::text(&claims, "nonce")? != attempt.draw(sessions, "nonce") {
            return Err(Unfit::Nonce.into());
        }
        self.read(&claims)
    }

    /// The person that an ID token is about.
    fn read(&self, claims: &Value) -> Result<Person, SignInError> {
        let subject = self.subject(claims::text(claims, "sub")?);
        // of other letters than these, two may become one
        let id = claims::text(claims, &self.config.user_claim)?.to_ascii_lowercase();
        if self.config.user_claim == "email" && claims.get("email_verified") != Some(&Value::Bool(true)) {
            return Err(SignInError::Token(format!("the provider has not verified the address {id}")));
        }
        let rights = self.granted(&claims::held(claims, &self.config.roles_claim));
        let name = claims::text(claims, "name").unwrap_or(&id).chars().take(200).collect();
        Ok(Person { subject, name, id: id.into(), rights })
    }

    /// What is granted to whoever holds these groups, roles or scopes: no role if none of them is named.
    fn granted(&self, held: &BTreeSet<String>) -> Option<Rights> {
        (!self.config.grants.is_empty()).then(|| self.config.rights(held).unwrap_or_default())
    }

    /// Which program brings an access token, and what it may do.
    pub(crate) async fn program(&self, token: &str, now: Timestamp) -> Result<Program, SignInError> {
        let closed = || SignInError::Token("access tokens are not accepted here".to_owned());
        let audience = self.config.audience.as_deref().ok_or_else(closed)?;
        let claims = self.verified(token, audience, now).await?;
        let id = claims::program(&claims)?.to_ascii_lowercase();
        let mut held = claims::held(&claims, &self.config.roles_claim);
        held.extend(claims::held(&claims, "roles"));
        held.extend(claims::scopes(&claims));
        let rights = self.granted(&held);
        if rights.as_ref().is_some_and(|rights| rights.roles.is_empty()) {
            return Err(SignInError::NoRole(id));
        }
        Ok(Program { id: id.into(), rights })
    }

    /// What a token says, if the provider has signed it for that audience and it is in time.
    async fn verified(&self, token: &str, audience: &str, now: Timestamp) -> Result<Value, SignInError> {
        let token = Token::read(token)?;
        let check = |claims: &Value| claims::check(claims, &self.config.issuer, audience, now, self.config.leeway_seconds);
        // for what would not count under any key nobody is asked
        check(token.unverified())?;
        let keys = self.remote.keys(now).await?;
        let claims = match token.verified(&keys) {
            // the provider may have changed its keys since
            Err(Unsigned::UnknownKey(_) | Unsigned::Nobodys) => token.verified(&self.remote.newer_keys(now).await?)?,
            known => known?,
        };
        Ok(claims)
    }
}

/// Whether a bearer token is an access token rather than an API key.
pub(crate) fn is_token(text: &str) -> bool {
    text.starts_with("eyJ") && text.matches('.').count() == 2
}
