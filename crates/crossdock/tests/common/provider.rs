//! An OpenID Connect provider on loopback, as far as a product talks to it.

use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::extract::State;
use axum::{Json, Router, routing};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};

/// The provider; it serves until the test's process ends.
pub(crate) struct TestProvider {
    pub(crate) issuer: String,
    pair: Ed25519KeyPair,
    /// What the next ID token says.
    pub(crate) claims: Mutex<Value>,
}

impl TestProvider {
    pub(crate) fn start() -> Arc<Self> {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let document = Ed25519KeyPair::generate_pkcs8(&ring::rand::SystemRandom::new()).unwrap();
        let this = Arc::new(Self {
            issuer: format!("http://{}", listener.local_addr().unwrap()),
            pair: Ed25519KeyPair::from_pkcs8(document.as_ref()).unwrap(),
            claims: Mutex::new(json!({})),
        });
        let routes = Router::new()
            .route("/.well-known/openid-configuration", routing::get(discovery))
            .route("/keys", routing::get(keys))
            .route("/token", routing::post(token))
            .with_state(this.clone());
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                axum::serve(listener, routes).await.unwrap();
            });
        });
        this
    }

    /// The part of the configuration that names it.
    pub(crate) fn configuration(&self) -> String {
        format!(
            "\n[server.oidc]\nissuer = \"{}\"\nname = \"Acme account\"\nclient_id = \"crossdock\"\nclient_secret = \"hunter2-hunter2\"\n\
             public_url = \"https://crossdock.example.com\"\naudience = \"crossdock-api\"\n\
             [server.oidc.grants.order-desk]\nroles = [\"sales\"]\n[server.oidc.grants.owners]\nroles = [\"admin\"]\n\
             [server.oidc.grants.\"orders:write\"]\nroles = [\"sales\"]\n",
            self.issuer
        )
    }

    fn sign(&self, claims: &Value) -> String {
        let header = json!({ "alg": "EdDSA", "kid": "one" });
        let content = format!("{}.{}", BASE64.encode(header.to_string()), BASE64.encode(claims.to_string()));
        format!("{content}.{}", BASE64.encode(self.pair.sign(content.as_bytes())))
    }

    pub(crate) fn access_token(&self, client: &str, scope: &str) -> String {
        let (issued, expires) = times();
        self.sign(&json!({
            "iss": self.issuer, "sub": client, "client_id": client, "aud": "crossdock-api", "scope": scope, "iat": issued, "exp": expires,
        }))
    }
}

/// Now and five minutes later, in seconds.
pub(crate) fn times() -> (u64, u64) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    (now, now + 300)
}

async fn discovery(State(this): State<Arc<TestProvider>>) -> Json<Value> {
    let issuer = &this.issuer;
    Json(json!({
        "issuer": issuer, "authorization_endpoint": format!("{issuer}/authorize"), "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"), "end_session_endpoint": format!("{issuer}/logout"),
    }))
}

async fn keys(State(this): State<Arc<TestProvider>>) -> Json<Value> {
    let x = BASE64.encode(this.pair.public_key().as_ref());
    Json(json!({ "keys": [{ "kid": "one", "kty": "OKP", "crv": "Ed25519", "x": x }] }))
}

async fn token(State(this): State<Arc<TestProvider>>) -> Json<Value> {
    let token = this.sign(&this.claims.lock().unwrap());
    Json(json!({ "id_token": token, "token_type": "Bearer" }))
}
