//! An OpenID Connect provider for tests: it holds codes against challenges and signs with real keys.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::{Json, Router, routing};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use ring::rand::SystemRandom;
use ring::rsa::PublicKeyComponents;
use ring::signature::{self, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RsaKeyPair};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use units::Timestamp;

pub(super) const CLIENT: &str = "crossdock";
pub(super) const AUDIENCE: &str = "crossdock-api";

/// A private key, and by which name its set has it.
pub(super) struct Signer {
    pub(super) id: String,
    algorithm: &'static str,
    pair: Pair,
}

enum Pair {
    Rsa(Box<RsaKeyPair>),
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl Signer {
    pub(super) fn rsa(id: &str, algorithm: &'static str) -> Self {
        let pair = RsaKeyPair::from_pkcs8(include_bytes!("rsa.pk8")).unwrap();
        Self { id: id.to_owned(), algorithm, pair: Pair::Rsa(Box::new(pair)) }
    }

    pub(super) fn p256(id: &str) -> Self {
        let (how, random) = (&signature::ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
        let document = EcdsaKeyPair::generate_pkcs8(how, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(how, document.as_ref(), &random).unwrap();
        Self { id: id.to_owned(), algorithm: "ES256", pair: Pair::P256(pair) }
    }

    pub(super) fn ed25519(id: &str) -> Self {
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        let pair = Ed25519KeyPair::from_pkcs8(document.as_ref()).unwrap();
        Self { id: id.to_owned(), algorithm: "EdDSA", pair: Pair::Ed25519(pair) }
    }

    pub(super) fn sign(&self, claims: &Value) -> String {
        self.sign_under(&json!({ "alg": self.algorithm, "kid": self.id, "typ": "JWT" }), claims)
    }

    /// Without saying by which key.
    pub(super) fn sign_namelessly(&self, claims: &Value) -> String {
        self.sign_under(&json!({ "alg": self.algorithm }), claims)
    }

    /// With an extension that has to be understood (RFC 7515 §4.1.11).
    pub(super) fn sign_critical(&self, claims: &Value) -> String {
        self.sign_under(&json!({ "alg": self.algorithm, "kid": self.id, "crit": ["b64"], "b64": false }), claims)
    }

    fn sign_under(&self, header: &Value, claims: &Value) -> String {
        let content = content(header, claims);
        let (bytes, random) = (content.as_bytes(), SystemRandom::new());
        let signature = match &self.pair {
            Pair::Rsa(pair) => {
                let how: &dyn signature::RsaEncoding = match self.algorithm {
                    "PS512" => &signature::RSA_PSS_SHA512,
                    _ => &signature::RSA_PKCS1_SHA256,
                };
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(how, &random, bytes, &mut signature).unwrap();
                signature
            }
            Pair::P256(pair) => pair.sign(&random, bytes).unwrap().as_ref().to_vec(),
            Pair::Ed25519(pair) => pair.sign(bytes).as_ref().to_vec(),
        };
        format!("{content}.{}", BASE64.encode(signature))
    }

    fn public(&self) -> Vec<u8> {
        match &self.pair {
            Pair::Rsa(pair) => pair.public_key().as_ref().to_vec(),
            Pair::P256(pair) => pair.public_key().as_ref().to_vec(),
            Pair::Ed25519(pair) => pair.public_key().as_ref().to_vec(),
        }
    }

    fn jwk(&self) -> Value {
        let mut key = json!({ "kid": self.id, "alg": self.algorithm, "use": "sig" });
        let public = self.public();
        let material = match &self.pair {
            Pair::Rsa(pair) => {
                let parts = PublicKeyComponents::<Vec<u8>>::from(pair.public());
                json!({ "kty": "RSA", "n": BASE64.encode(parts.n), "e": BASE64.encode(parts.e) })
            }
            Pair::P256(_) => {
                json!({ "kty": "EC", "crv": "P-256", "x": BASE64.encode(&public[1..33]), "y": BASE64.encode(&public[33..]) })
            }
            Pair::Ed25519(_) => json!({ "kty": "OKP", "crv": "Ed25519", "x": BASE64.encode(public) }),
        };
        put_over(&mut key, material);
        key
    }
}

fn content(header: &Value, claims: &Value) -> String {
    format!("{}.{}", BASE64.encode(header.to_string()), BASE64.encode(claims.to_string()))
}

/// A token that says it needs no signature.
pub(super) fn unsigned(claims: &Value) -> String {
    format!("{}.", content(&json!({ "alg": "none" }), claims))
}

/// A token whose shared secret is the public key, which everybody has: the classical confusion.
pub(super) fn signed_with_public_key(signer: &Signer, claims: &Value) -> String {
    use hmac::{KeyInit, Mac};
    let content = content(&json!({ "alg": "HS256", "kid": signer.id }), claims);
    let mut mac = hmac::Hmac::<Sha256>::new_from_slice(&signer.public()).unwrap();
    mac.update(content.as_bytes());
    format!("{content}.{}", BASE64.encode(mac.finalize().into_bytes()))
}

/// Sets the fields of one object in another; `null` takes one away.
pub(super) fn put_over(object: &mut Value, fields: Value) {
    let (Value::Object(object), Value::Object(fields)) = (object, fields) else { panic!("two objects") };
    for (name, value) in fields {
        if value.is_null() {
            object.remove(&name);
        } else {
            object.insert(name, value);
        }
    }
}

/// What a code stands for.
struct Granted {
    challenge: String,
    redirect: String,
    claims: Value,
}

struct Inner {
    issuer: String,
    now: Timestamp,
    signer: Arc<Signer>,
    codes: BTreeMap<String, Granted>,
    keys: Vec<Value>,
    key_fetches: u32,
    authorisations: Vec<String>,
    mood: Mood,
}

/// What becomes of questions for keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mood {
    Answers,
    Fails,
    Hangs,
}

type Shared = Arc<Mutex<Inner>>;

/// The provider; it ends with the test's runtime.
pub(super) struct TestProvider {
    pub(super) issuer: String,
    inner: Shared,
}

impl TestProvider {
    pub(super) async fn start(now: Timestamp) -> Self {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let issuer = format!("http://{}/realm", listener.local_addr().unwrap());
        let signer = Arc::new(Signer::rsa("first", "RS256"));
        let inner = Inner {
            issuer: issuer.clone(),
            now,
            keys: vec![json!({ "kty": "oct", "k": "c2VjcmV0" }), signer.jwk()],
            signer,
            codes: BTreeMap::new(),
            key_fetches: 0,
            authorisations: Vec::new(),
            mood: Mood::Answers,
        };
        let inner = Arc::new(Mutex::new(inner));
        let routes = Router::new()
            .route("/realm/.well-known/openid-configuration", routing::get(discovery))
            .route("/realm/keys", routing::get(keys))
            .route("/realm/token", routing::post(token))
            .with_state(inner.clone());
        tokio::spawn(crate::serve(listener, routes, crate::HEADERS_WITHIN, std::future::pending()));
        Self { issuer, inner }
    }

    pub(super) fn signer(&self) -> Arc<Signer> {
        self.inner.lock().unwrap().signer.clone()
    }

    /// Signs with no key any more but these.
    pub(super) fn publish(&self, signers: &[&Signer]) {
        self.inner.lock().unwrap().keys = signers.iter().map(|signer| signer.jwk()).collect();
    }

    pub(super) fn falls_into(&self, mood: Mood) {
        self.inner.lock().unwrap().mood = mood;
    }

    pub(super) fn key_fetches(&self) -> u32 {
        self.inner.lock().unwrap().key_fetches
    }

    pub(super) fn authorisations(&self) -> Vec<String> {
        self.inner.lock().unwrap().authorisations.clone()
    }

    /// Somebody has signed in as ann: the code that the browser goes back with.
    pub(super) fn authorise(&self, asked: &BTreeMap<String, String>, claims: Value) -> String {
        let mut inner = self.inner.lock().unwrap();
        let mut all = json!({
            "iss": inner.issuer, "sub": "4711", "aud": asked["client_id"], "nonce": asked["nonce"], "preferred_username": "Ann",
            "iat": inner.now.0 / 1_000, "exp": inner.now.0 / 1_000 + 300,
        });
        put_over(&mut all, claims);
        let code = format!("code-{}", inner.codes.len());
        let (challenge, redirect) = (asked["code_challenge"].clone(), asked["redirect_uri"].clone());
        inner.codes.insert(code.clone(), Granted { challenge, redirect, claims: all });
        code
    }
}

async fn discovery(State(inner): State<Shared>) -> Json<Value> {
    let issuer = inner.lock().unwrap().issuer.clone();
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "end_session_endpoint": format!("{issuer}/logout"),
    }))
}

async fn keys(State(inner): State<Shared>) -> (StatusCode, Json<Value>) {
    let (mood, keys) = {
        let mut inner = inner.lock().unwrap();
        inner.key_fetches += 1;
        (inner.mood, json!({ "keys": inner.keys }))
    };
    match mood {
        Mood::Answers => (StatusCode::OK, Json(keys)),
        Mood::Fails => (StatusCode::INTERNAL_SERVER_ERROR, Json(json!({}))),
        Mood::Hangs => std::future::pending().await,
    }
}

/// A code counts once, for whoever has the verifier of its challenge (RFC 7636 §4.6).
async fn token(State(inner): State<Shared>, headers: HeaderMap, body: String) -> (StatusCode, Json<Value>) {
    let form = reqwest::Url::parse(&format!("form:?{body}")).unwrap();
    let form: BTreeMap<String, String> = form.query_pairs().into_owned().collect();
    let mut inner = inner.lock().unwrap();
    let given = headers.get("authorization").map(|value| value.to_str().unwrap().to_owned());
    inner.authorisations.extend(given);
    let challenge = BASE64.encode(Sha256::digest(&form["code_verifier"]));
    let fits = |granted: &Granted| granted.challenge == challenge && granted.redirect == form["redirect_uri"];
    match inner.codes.remove(&form["code"]).filter(fits) {
        Some(granted) => {
            let token = inner.signer.sign(&granted.claims);
            (StatusCode::OK, Json(json!({ "id_token": token, "access_token": "opaque", "token_type": "Bearer" })))
        }
        None => (StatusCode::BAD_REQUEST, Json(json!({ "error": "invalid_grant" }))),
    }
}
