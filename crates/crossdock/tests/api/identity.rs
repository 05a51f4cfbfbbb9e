//! People and programs, and how they come in.

use serde_json::{Value, json};

use crate::common;
use crate::common::Ask;
use crate::described::{Api, text};

/// A request of the browser in which somebody has signed in.
pub(crate) struct Browser {
    pub(crate) cookie: String,
    pub(crate) csrf: String,
}

impl Browser {
    pub(crate) fn sign_in(api: &mut Api<'_>, user: &str, password: &str) -> Self {
        let ask = Ask::new("PUT", "/v1/session").without("authorization");
        let answer = api.ask(&ask.json(&json!({ "user": user, "password": password })));
        assert_eq!(answer.status, 200, "{answer:?}");
        let cookie = answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
        Self { cookie, csrf: text(&answer.json()["csrf_token"]) }
    }

    pub(crate) fn ask(&self, method: &'static str, path: &str) -> Ask {
        Ask::new(method, path).without("authorization").header("cookie", &self.cookie)
    }
}

pub(crate) fn identity(api: &mut Api<'_>) {
    let ann =
        json!({ "id": "ann", "name": "Ann Lee", "roles": ["sales"], "limit": { "amount": "5000.00", "currency": "GBP" } });
    assert_eq!(api.post("/v1/users", &ann)["result"], "done");
    api.post("/v1/users/ann/password", &json!({ "password": "correct horse battery" }));
    assert_eq!(api.show("/v1/users/ann")["limit"]["amount"], "5000.00");
    assert_eq!(api.get("/v1/users").json()["items"][0]["roles"], json!(["sales"]));
    let people = |api: &mut Api<'_>, role: &str| api.get(&format!("/v1/people?role={role}")).json()["items"].clone();
    let name = &ann["name"];
    assert_eq!(people(api, "sales"), json!([{ "id": "ann", "name": name, "roles": ["sales"] }]));
    assert_eq!(people(api, "warehouse"), json!([]));
    let browser = Browser::sign_in(api, "ann", "correct horse battery");
    assert_eq!(api.ask(&browser.ask("GET", "/v1/session")).json()["name"], "Ann Lee");
    let other = json!({ "password": "correct horse battery", "new_password": "another horse battery" });
    let change = browser.ask("POST", "/v1/session/password").header("x-csrf-token", &browser.csrf);
    let changed = api.ask(&change.header("idempotency-key", "own").json(&other));
    assert_eq!(changed.status, 200, "{changed:?}");
    api.ask(&browser.ask("GET", "/v1/session")).problem(401, "unauthorised");
    let browser = Browser::sign_in(api, "ann", "another horse battery");
    second_factor(api, &browser);
    let out = api.ask(&browser.ask("DELETE", "/v1/session").header("x-csrf-token", &browser.csrf));
    assert!(out.status == 204 && out.header("set-cookie").unwrap().contains("Max-Age=0"), "{out:?}");
    api.ask(&browser.ask("GET", "/v1/session")).problem(401, "unauthorised");
    for what in ["disable", "enable", "end-sessions"] {
        api.post(&format!("/v1/users/ann/{what}"), &json!({}));
    }
    api.post("/v1/clients", &json!({ "id": "shop", "name": "Web shop", "roles": ["sales"] }));
    let made = api.post("/v1/clients/shop/keys", &json!({ "expires": "2099-01-01T00:00:00Z" }));
    let prefix = text(&made["prefix"]);
    assert_eq!(api.show("/v1/clients/shop")["keys"][0]["prefix"], prefix.as_str());
    assert_eq!(api.get("/v1/clients").json()["items"][0]["keys"][0]["valid"], true);
    api.post("/v1/clients/shop/rights", &json!({ "name": "Shop", "roles": ["sales"] }));
    api.post("/v1/clients/shop/quota", &json!({ "quota": { "per_second": 50, "burst": 500 } }));
    assert_eq!(api.show("/v1/clients/shop")["quota"]["burst"], 500);
    for path in ["disable", "enable", &format!("keys/{prefix}/revoke")] {
        api.post(&format!("/v1/clients/shop/{path}"), &json!({}));
    }
}

/// A browser is sent there, and taken back with the reason why nobody was signed in.
pub(crate) fn identity_provider(api: &mut Api<'_>) {
    assert_eq!(api.get("/v1/session/provider").json()["name"], "Acme account");
    let sent = api.ask(&Ask::new("GET", "/v1/session/provider/sign-in?return_to=/orders"));
    assert!(sent.status == 303 && sent.header("location").unwrap().contains("code_challenge_method=S256"), "{sent:?}");
    api.ask(&Ask::new("GET", "/v1/session/provider/sign-in?to=/orders")).problem(400, "malformed");
    let back = api.ask(&Ask::new("GET", "/v1/session/provider/callback?code=x&state=y"));
    assert_eq!((back.status, back.header("location")), (303, Some("/?sign_in=expired")));
    api.post("/v1/users/ann/provider", &json!({ "subject": "4711" }));
    let none = json!({ "subject": "" });
    api.ask(&Ask::new("POST", "/v1/users/ann/provider").header("idempotency-key", "none").json(&none))
        .problem(422, "invalid");
}

fn second_factor(api: &mut Api<'_>, browser: &Browser) {
    assert_eq!(api.ask(&browser.ask("GET", "/v1/session/second-factor")).json()["is_on"], false);
    let mut change = |path: &str, body: &Value| {
        let path = format!("/v1/session/second-factor/{path}");
        let ask = browser.ask("POST", &path).header("x-csrf-token", &browser.csrf);
        api.ask(&ask.header("idempotency-key", &path).json(body))
    };
    let shown = change("setup", &json!({ "password": "another horse battery" })).json();
    let code = common::code_of(&text(&shown["secret"]), common::step_now());
    let confirmed = change("confirmation", &json!({ "password": "another horse battery", "code": code }));
    assert_eq!(confirmed.json()["recovery_codes"].as_array().map(Vec::len), Some(10), "{confirmed:?}");
    change("removal", &json!({ "password": "wrong horse battery" })).problem(422, "invalid");
    let removed = api.ask(
        &browser
            .ask("POST", "/v1/session/second-factor/removal")
            .header("x-csrf-token", &browser.csrf)
            .header("idempotency-key", "off")
            .json(&json!({ "password": "another horse battery" })),
    );
    assert_eq!(removed.status, 200, "{removed:?}");
    api.post("/v1/users/ann/second-factor/removal", &json!({}));
    let only = json!([{ "role": "sales", "companies": ["UK"] }]);
    api.post("/v1/users/ann/rights", &json!({ "name": "Ann Lee", "roles": ["sales"], "companies": only }));
    assert_eq!(api.show("/v1/users/ann")["companies"], only);
}
