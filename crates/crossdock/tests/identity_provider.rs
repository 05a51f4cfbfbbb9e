//! People sign in at an identity provider and programs bring its tokens; each is one on the record, whichever way they come in.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::collections::BTreeMap;

use common::provider::{TestProvider, times};
use common::{Answer, Ask, Site, configuration, nobody, order, run};
use reqwest::Url;
use serde_json::{Value, json};

fn with_provider(provider: &TestProvider) -> String {
    configuration("127.0.0.1:0", &nobody()) + &provider.configuration()
}

fn started(provider: &TestProvider) -> Site {
    let mut site = Site::prepare(&with_provider(provider));
    site.up();
    site
}

/// What a browser gets at an address, with a cookie and nothing else.
fn browse(site: &Site, address: &str, cookie: &str) -> Answer {
    site.ask(Ask::new("GET", address).without("authorization").header("cookie", cookie))
}

fn kept(answer: &Answer) -> String {
    answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned()
}

/// Goes to the provider and back as somebody with these claims; gives what the browser is answered with in the end.
fn signs_in(site: &Site, provider: &TestProvider, claims: Value) -> Answer {
    let sent = browse(site, "/v1/session/provider/sign-in?return_to=/orders", "");
    assert_eq!(sent.status, 303, "{sent:?}");
    let cookie = sent.header("set-cookie").unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    // browsers come by public_url, which is TLS
    assert!(cookie.ends_with("; Secure"), "{cookie}");
    let address = Url::parse(sent.header("location").unwrap()).unwrap();
    let asked: BTreeMap<String, String> = address.query_pairs().into_owned().collect();
    let (issued, expires) = times();
    let mut all = json!({
        "iss": provider.issuer, "aud": "crossdock", "nonce": asked["nonce"], "iat": issued, "exp": expires, "sub": "4711",
        "preferred_username": "ann", "name": "Ann Lee",
    });
    all.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
    *provider.claims.lock().unwrap() = all;
    browse(site, &format!("/v1/session/provider/callback?code=x&state={}&session_state=9", asked["state"]), &kept(&sent))
}

#[test]
fn a_person_signs_in_at_the_provider_acts_under_what_it_grants_and_signs_out_of_both() {
    let provider = TestProvider::start();
    let mut site = started(&provider);
    site.fill();
    assert_eq!(browse(&site, "/v1/session/provider", "").json()["name"], "Acme account");
    let back = signs_in(&site, &provider, json!({ "groups": ["order-desk"] }));
    assert_eq!((back.status, back.header("location")), (303, Some("/orders")), "{}", site.log());
    let cookie = kept(&back);
    let who = browse(&site, "/v1/session", &cookie).json();
    assert_eq!((&who["id"], &who["name"], &who["roles"]), (&json!("ann"), &json!("Ann Lee"), &json!(["sales"])));
    assert!(who["sign_out_at"].as_str().unwrap().starts_with(&format!("{}/logout?", provider.issuer)), "{who}");
    let csrf = who["csrf_token"].as_str().unwrap();
    let ask = Ask::new("POST", "/v1/orders").without("authorization").header("cookie", &cookie);
    let placed =
        site.ask(ask.header("x-csrf-token", csrf).header("idempotency-key", "o").json(&order("PO-1", "BRK-100", 2)));
    assert_eq!(placed.status, 201, "{placed:?}");
    // signed out, the cookie opens nothing any more
    let ask = Ask::new("DELETE", "/v1/session").without("authorization").header("cookie", &cookie);
    assert_eq!(site.ask(ask.header("x-csrf-token", csrf)).status, 204);
    browse(&site, "/v1/session", &cookie).problem(401, "unauthorised");
    // the provider takes the group away
    let back = signs_in(&site, &provider, json!({ "groups": ["order-desk"] }));
    let cookie = kept(&back);
    let back = signs_in(&site, &provider, json!({ "groups": [] }));
    assert_eq!(back.header("location"), Some("/?sign_in=no_role"));
    // what she had by them is gone, and so are her sessions
    browse(&site, "/v1/session", &cookie).problem(401, "unauthorised");
    assert_eq!(site.get("/v1/users/ann").json()["roles"], json!([]));
    let back = signs_in(&site, &provider, json!({ "groups": ["order-desk"] }));
    assert_eq!(browse(&site, "/v1/session", &kept(&back)).json()["roles"], json!(["sales"]));
    assert!(site.down().success());
    site.is_sound();
}

#[test]
fn whoever_gets_the_name_of_somebody_with_a_password_does_not_become_them_until_an_administrator_says_so() {
    let provider = TestProvider::start();
    let site = started(&provider);
    let added = site.post("/v1/users", "ann", &json!({ "id": "ann", "name": "Ann", "roles": ["admin"] }));
    assert_eq!(added.status, 200, "{added:?}");
    let password = json!({ "password": "correct horse battery" });
    assert_eq!(site.post("/v1/users/ann/password", "password", &password).status, 200);
    for name in ["ann", "Ann", "\u{212a}im"] {
        let back = signs_in(&site, &provider, json!({ "groups": ["owners"], "preferred_username": name }));
        assert_eq!(back.header("location"), Some("/?sign_in=not_admitted"));
    }
    let log = site.log();
    assert!(log.contains("crossdock user link ann --subject"), "{log}");
    assert!(log.contains("small letters, digits"), "{log}");
    let linked = site.cli(&["user", "link", "ann", "--subject", "4711"]);
    assert_eq!(linked.code, 0, "{linked:?}");
    let back = signs_in(&site, &provider, json!({ "groups": ["owners"] }));
    assert_eq!(browse(&site, "/v1/session", &kept(&back)).json()["id"], "ann");
    // one account there is one person here
    assert_eq!(site.post("/v1/users", "bob", &json!({ "id": "bob", "name": "Bob", "roles": [] })).status, 200);
    site.post("/v1/users/bob/provider", "bob", &json!({ "subject": "4711" })).problem(409, "conflict");
}

#[test]
fn a_program_acts_under_no_name_that_means_somebody_else() {
    let provider = TestProvider::start();
    let site = started(&provider);
    for id in ["process", "shop\u{1f}k", "two words", ""] {
        let bearer = format!("Bearer {}", provider.access_token(id, "orders:write"));
        let answer = site.ask(Ask::new("GET", "/v1/session").without("authorization").header("authorization", &bearer));
        assert!(answer.status == 403 || id.is_empty() && answer.status == 401, "{id:?}: {answer:?}");
    }
}

#[test]
fn the_fifty_first_program_that_is_shut_out_stays_out_whatever_its_token_grants() {
    let provider = TestProvider::start();
    let site = started(&provider);
    for at in 1..=51 {
        let client = json!({ "id": format!("c{at:02}"), "name": "", "roles": [] });
        assert_eq!(site.post("/v1/clients", &format!("c{at}"), &client).status, 200);
    }
    assert_eq!(site.post("/v1/clients/c51/disable", "off", &json!({})).status, 200);
    let bearer = format!("Bearer {}", provider.access_token("c51", "orders:write"));
    let answer = site.ask(Ask::new("GET", "/v1/session").without("authorization").header("authorization", &bearer));
    answer.problem(401, "unauthorised");
}

#[test]
fn whoever_signs_in_with_a_password_or_at_the_provider_is_one_person() {
    let provider = TestProvider::start();
    let site = started(&provider);
    let added = site.post("/v1/users", "ann", &json!({ "id": "ann", "name": "Ann", "roles": ["warehouse"] }));
    assert_eq!(added.status, 200, "{added:?}");
    let back = signs_in(&site, &provider, json!({ "groups": ["owners"] }));
    assert_eq!(back.header("location"), Some("/orders"), "{}", site.log());
    let users = site.get("/v1/users").json();
    assert_eq!(users["items"].as_array().unwrap().len(), 1, "{users}");
    assert_eq!(users["items"][0]["roles"], json!(["admin"]));
    // an administrator by the provider's word changes her own rights no more than any other
    let cookie = kept(&back);
    let csrf = browse(&site, "/v1/session", &cookie).json()["csrf_token"].as_str().unwrap().to_owned();
    let ask = Ask::new("POST", "/v1/users/ann/rights").without("authorization").header("cookie", &cookie);
    let ask = ask.header("x-csrf-token", &csrf).header("idempotency-key", "r");
    site.ask(ask.json(&json!({ "name": "Ann Lee", "roles": ["admin", "director"] }))).problem(403, "not_allowed");
    // renamed there, she is still herself; somebody else who gets her name there does not become her
    let back = signs_in(&site, &provider, json!({ "groups": ["owners"], "preferred_username": "ann.lee" }));
    assert_eq!(browse(&site, "/v1/session", &kept(&back)).json()["id"], "ann");
    let back = signs_in(&site, &provider, json!({ "groups": ["owners"], "sub": "4712" }));
    assert_eq!(back.header("location"), Some("/?sign_in=not_admitted"));
    // shut out here, she is out, whatever the provider says
    assert_eq!(site.post("/v1/users/ann/disable", "off", &json!({})).status, 200);
    let back = signs_in(&site, &provider, json!({ "groups": ["owners"] }));
    assert_eq!(back.header("location"), Some("/?sign_in=not_admitted"));
    let told = site.get("/v1/events?type=user.vouched_for").json();
    assert_eq!(told["events"].as_array().or(told["items"].as_array()).unwrap().len(), 1, "{told}");
}

#[test]
fn what_the_provider_sends_counts_for_the_browser_that_asked_and_says_so() {
    let provider = TestProvider::start();
    let site = started(&provider);
    let sent = browse(&site, "/v1/session/provider/sign-in?return_to=//evil.example", "");
    let forged = browse(&site, "/v1/session/provider/callback?code=x&state=forged", &kept(&sent));
    assert_eq!(forged.header("location"), Some("/?sign_in=expired"));
    let without = browse(&site, "/v1/session/provider/callback?code=x&state=forged", "");
    assert_eq!(without.header("location"), Some("/?sign_in=expired"));
    let replayed = signs_in(&site, &provider, json!({ "groups": ["order-desk"], "nonce": "of another sign-in" }));
    assert_eq!(replayed.header("location"), Some("/?sign_in=token"));
    assert!(site.log().contains("its nonce is not ours"), "{}", site.log());
    let denied = browse(&site, "/v1/session/provider/sign-in", "");
    let state = Url::parse(denied.header("location").unwrap()).unwrap();
    let state = state.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    let address = format!("/v1/session/provider/callback?error=access_denied&state={state}");
    assert_eq!(browse(&site, &address, &kept(&denied)).header("location"), Some("/?sign_in=denied"));
}

#[test]
fn a_program_brings_the_providers_token_and_has_the_quota_that_administration_gives_it() {
    let provider = TestProvider::start();
    let site = started(&provider);
    site.fill();
    let bearer = |token: &str, key: &str| {
        let ask =
            Ask::new("POST", "/v1/orders").without("authorization").header("authorization", &format!("Bearer {token}"));
        site.ask(ask.header("idempotency-key", key).json(&order(key, "BRK-100", 1)))
    };
    let token = provider.access_token("shop", "orders:write");
    let placed = bearer(&token, "PO-1");
    assert_eq!(placed.status, 201, "{placed:?}");
    let id = placed.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(site.get(&format!("/v1/orders/{id}/timeline")).json()["events"][0]["actor"], "shop");
    bearer(&provider.access_token("shop", "profile"), "PO-2").problem(403, "not_allowed");
    bearer(&format!("{token}x"), "PO-3").problem(401, "unauthorised");
    let added = site.post("/v1/clients", "shop", &json!({ "id": "shop", "name": "Shop", "roles": [] }));
    assert_eq!(added.status, 200, "{added:?}");
    let quota = json!({ "quota": { "per_second": 2, "burst": 7 } });
    assert_eq!(site.post("/v1/clients/shop/quota", "quota", &quota).status, 200);
    assert_eq!(bearer(&token, "PO-4").header("ratelimit-policy"), Some("\"caller\";q=7;w=4"));
    assert_eq!(site.post("/v1/clients/shop/disable", "off", &json!({})).status, 200);
    bearer(&token, "PO-5").problem(401, "unauthorised");
}

#[test]
fn doctor_and_config_show_know_the_provider() {
    let provider = TestProvider::start();
    let site = Site::prepare(&with_provider(&provider));
    let config = site.config();
    let config = config.to_str().unwrap();
    let doctor = run(&["doctor", "--config", config, "--json"]).json();
    let of = |found: &Value| found.as_array().unwrap().iter().find(|check| check["what"] == "provider").cloned().unwrap();
    assert_eq!(of(&doctor)["state"], "good", "{doctor}");
    let text = std::fs::read_to_string(config).unwrap();
    std::fs::write(config, text.replace(&provider.issuer, "http://127.0.0.1:9")).unwrap();
    assert_eq!(of(&run(&["doctor", "--config", config, "--json"]).json())["state"], "wrong");
    let shown = run(&["config", "show", "--config", config]).out;
    assert!(shown.contains("server.oidc.client_secret") && !shown.contains("hunter2"), "{shown}");
    let insecure = text.replace(&provider.issuer, "http://login.example.com");
    std::fs::write(config, insecure).unwrap();
    run(&["serve", "--config", config]).fails(2, &["server.oidc.issuer", "not protected by TLS"]);
}
