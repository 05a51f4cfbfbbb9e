//! People sign in and programs have keys; who may not is kept out, and the record tells who gave which rights.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use common::{Answer, Ask, Site, code_of, order, step_now};
use serde_json::{Value, json};

const PASSWORD: &str = "correct horse battery";

fn put_user(site: &Site, id: &str, roles: &Value) {
    let answer = site.post("/v1/users", &format!("put-{id}-{roles}"), &json!({ "id": id, "name": id, "roles": roles }));
    assert_eq!(answer.status, 200, "{answer:?}");
}

fn with_password(site: &Site, id: &str, roles: &Value) {
    put_user(site, id, roles);
    let answer = site.post(&format!("/v1/users/{id}/password"), &format!("password-{id}"), &json!({ "password": PASSWORD }));
    assert_eq!(answer.status, 200, "{answer:?}");
}

fn try_to_sign_in(site: &Site, user: &str, password: &str) -> Answer {
    let ask = Ask::new("PUT", "/v1/session").without("authorization");
    site.ask(ask.json(&json!({ "user": user, "password": password })))
}

/// A browser with somebody's cookie.
struct Browser<'a> {
    site: &'a Site,
    cookie: String,
    csrf: String,
}

impl<'a> Browser<'a> {
    fn of(site: &'a Site, user: &str) -> Self {
        let answer = try_to_sign_in(site, user, PASSWORD);
        assert_eq!(answer.status, 200, "{answer:?}");
        let cookie = answer.header("set-cookie").unwrap();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
        let csrf = answer.json()["csrf_token"].as_str().unwrap().to_owned();
        Self { site, cookie: cookie.split(';').next().unwrap().to_owned(), csrf }
    }

    fn get(&self, path: &str) -> Answer {
        self.site.ask(Ask::new("GET", path).without("authorization").header("cookie", &self.cookie))
    }

    fn post_without_token(&self, path: &str, key: &str, body: &Value) -> Ask {
        let ask = Ask::new("POST", path).without("authorization").header("cookie", &self.cookie);
        ask.header("idempotency-key", key).json(body)
    }

    fn post(&self, path: &str, key: &str, body: &Value) -> Answer {
        self.site.ask(self.post_without_token(path, key, body).header("x-csrf-token", &self.csrf))
    }
}

#[test]
fn a_person_acts_in_a_session_under_the_rights_given_and_the_record_says_who() {
    let mut site = Site::start();
    site.fill();
    with_password(&site, "ann", &json!(["sales"]));
    let ann = Browser::of(&site, "ann");
    assert_eq!(ann.get("/v1/session").json()["roles"], json!(["sales"]));
    // a page of somebody else's could make the browser send the cookie, and does not know the token
    let body = order("PO-1", "BRK-100", 2);
    site.ask(ann.post_without_token("/v1/orders", "po-1", &body)).problem(403, "not_allowed");
    let placed = ann.post("/v1/orders", "po-1", &body);
    assert_eq!(placed.status, 201, "{placed:?}");
    let id = placed.json()["id"].as_str().unwrap().to_owned();
    let timeline = site.get(&format!("/v1/orders/{id}/timeline")).json();
    assert_eq!(timeline["events"][0]["actor"], "ann");
    // what is not hers to do
    let receipt = json!({ "item": "BRK-100", "node": "EAST", "quantity": 5, "receipt": "R-1" });
    ann.post("/v1/stock/receipts", "r-1", &receipt).problem(403, "not_allowed");
    ann.get("/v1/users").problem(403, "not_allowed");
    // rights that change count at once
    let rights = site.post("/v1/users/ann/rights", "more", &json!({ "name": "ann", "roles": ["warehouse"] }));
    assert_eq!(rights.status, 200, "{rights:?}");
    assert_eq!(ann.post("/v1/stock/receipts", "r-2", &receipt).status, 200);
    // and so does the end of them
    assert_eq!(site.post("/v1/users/ann/disable", "off", &json!({})).status, 200);
    ann.get("/v1/session").problem(401, "unauthorised");
    try_to_sign_in(&site, "ann", PASSWORD).problem(401, "unauthorised");
    assert!(site.down().success());
    site.is_sound();
}

#[test]
fn nobody_gives_himself_rights_or_shuts_himself_out() {
    let site = Site::start();
    with_password(&site, "ada", &json!(["admin"]));
    let ada = Browser::of(&site, "ada");
    let more = json!({ "name": "ada", "roles": ["admin", "director"] });
    let problem = ada.post("/v1/users/ada/rights", "more", &more).problem(403, "not_allowed");
    assert!(problem["detail"].as_str().unwrap().contains("own rights"), "{problem}");
    ada.post("/v1/users/ada/disable", "off", &json!({})).problem(403, "not_allowed");
    // for others she may, and they may not
    assert_eq!(ada.post("/v1/users", "bob", &json!({ "id": "bob", "roles": ["sales"] })).status, 200);
    let named = ada.post("/v1/clients", "bob-too", &json!({ "id": "bob", "roles": ["sales"] }));
    named.problem(409, "conflict");
    // who is there already is not changed by adding
    let twice = ada.post("/v1/users", "bob-twice", &json!({ "id": "bob", "roles": ["admin"] })).problem(409, "conflict");
    assert!(twice["detail"].as_str().unwrap().contains("there is a user bob already"), "{twice}");
    assert_eq!(site.get("/v1/users/bob").json()["roles"], json!(["sales"]));
    // who decides on what has changed meanwhile looks again
    let seen = site.get("/v1/users/bob").header("etag").unwrap().to_owned();
    let give = |key: &str, roles: Value| {
        let ask = ada.post_without_token("/v1/users/bob/rights", key, &json!({ "roles": roles }));
        site.ask(ask.header("x-csrf-token", &ada.csrf).header("if-match", &seen))
    };
    assert_eq!(give("first", json!(["sales", "warehouse"])).status, 200);
    give("second", json!([])).problem(412, "changed");
    assert_eq!(site.get("/v1/users/bob").json()["roles"], json!(["sales", "warehouse"]));
    ada.post("/v1/users/nobody/rights", "nobody", &json!({ "roles": [] })).problem(404, "not_found");
    ada.post("/v1/users", "system", &json!({ "id": "eve", "roles": ["system"] })).problem(422, "invalid");
    ada.post("/v1/users", "shout", &json!({ "id": "EVE!", "roles": [] })).problem(422, "invalid");
    let short = ada.post("/v1/users/bob/password", "short", &json!({ "password": "short" }));
    assert_eq!(short.problem(422, "invalid")["errors"][0]["pointer"], "/password");
}

#[test]
fn whoever_guesses_passwords_has_to_wait_and_learns_no_names() {
    let site = Site::start();
    with_password(&site, "ann", &json!(["sales"]));
    for name in ["ann", "nobody"] {
        let first = try_to_sign_in(&site, name, "wrong wrong wrong").problem(401, "unauthorised");
        assert_eq!(first["detail"], "the name or the password is wrong");
        for _ in 0..4 {
            try_to_sign_in(&site, name, "wrong wrong wrong").problem(401, "unauthorised");
        }
        let locked = try_to_sign_in(&site, name, PASSWORD);
        locked.problem(429, "too_many_requests");
        assert!(locked.header("retry-after").unwrap().parse::<u64>().unwrap() > 600, "{locked:?}");
    }
}

#[test]
fn a_programs_key_is_shown_once_replaced_in_time_and_revoked_at_once() {
    let mut site = Site::start();
    site.fill();
    let said = site.cli(&["key", "client", "shop", "--name", "Web shop", "--role", "sales"]);
    assert_eq!(said.code, 0, "{said:?}");
    let made = site.cli(&["key", "create", "shop", "--json"]).json();
    let key = made["key"].as_str().unwrap();
    let order_with = |key: &str, number: &str| {
        let ask = Ask::new("POST", "/v1/orders").header("authorization", &format!("Bearer {key}"));
        site.ask(ask.header("idempotency-key", number).json(&order(number, "BRK-100", 1)))
    };
    assert_eq!(order_with(key, "PO-1").status, 201);
    // the next key takes over at once, and the first one ends then
    let next = site.cli(&["key", "create", "shop", "--others-end", "2099-01-01T00:00:00Z", "--json"]).json();
    assert_eq!(order_with(next["key"].as_str().unwrap(), "PO-2").status, 201);
    let shown = site.get("/v1/clients/shop").json();
    assert_eq!(shown["keys"][0]["expires"], "2099-01-01T00:00:00.000Z");
    let listed = site.cli(&["key", "list"]);
    assert!(listed.out.contains("Web shop") && listed.out.contains("accepted"), "{listed:?}");
    let revoked = site.cli(&["key", "revoke", "shop", made["prefix"].as_str().unwrap()]);
    assert_eq!(revoked.code, 0, "{revoked:?}");
    order_with(key, "PO-3").problem(401, "unauthorised");
    // a restart knows the same; secrets and their hashes are in no event
    assert!(site.down().success());
    site.up();
    let again = Ask::new("GET", "/v1/session").header("authorization", &format!("Bearer {}", next["key"].as_str().unwrap()));
    assert_eq!(site.ask(again).json()["id"], "shop");
    with_password(&site, "ann", &json!(["sales"]));
    let feed = site.get("/v1/events?limit=1000").text();
    assert!(feed.contains("com.crossdock.client.key_added.v1") && feed.contains("com.crossdock.user.password_set.v1"));
    assert!(!feed.contains("argon2") && !feed.contains(key), "a secret is in the feed");
    assert!(site.down().success());
    site.is_sound();
}

#[test]
fn a_program_that_runs_wild_is_slowed_down_and_nobody_else_is_and_the_catalogue_tells_who_it_was() {
    let mut site = Site::start();
    site.fill();
    assert_eq!(site.cli(&["key", "client", "shop", "--name", "Web shop", "--role", "sales"]).code, 0);
    let made = site.cli(&["key", "create", "shop", "--json"]).json();
    assert_eq!(site.cli(&["key", "quota", "shop", "--per-second", "1", "--burst", "5"]).code, 0);
    let bearer = format!("Bearer {}", made["key"].as_str().unwrap());
    let ask = |path: &str| site.ask(Ask::new("GET", path).header("authorization", &bearer));
    let first = ask("/v1/company");
    assert_eq!((first.status, first.header("ratelimit-policy")), (200, Some("\"caller\";q=5;w=5")));
    assert!(first.header("ratelimit").unwrap().starts_with("\"caller\";r=4;t="), "{first:?}");
    let refused = (0..1_000).map(|_| ask("/v1/company")).find(|answer| answer.status != 200).unwrap();
    refused.problem(429, "too_many_requests");
    assert!(refused.header("retry-after").unwrap().parse::<u64>().unwrap() >= 1, "{refused:?}");
    let catalogue = site.get("/catalogue").json();
    let company = catalogue["operations"].as_array().unwrap().iter().find(|one| one["path"] == "/v1/company").unwrap();
    assert_eq!((&company["owner"], &company["version"]), (&json!("administration"), &json!("v1")));
    let shop = company["consumers"].as_array().unwrap().iter().find(|one| one["caller"] == "shop").unwrap();
    assert_eq!(shop["refused"], 1);
    assert!(shop["requests"].as_u64().unwrap() > 5 && shop["last"].is_string(), "{shop}");
    // the standard quota is larger, and counts at once
    assert_eq!(site.cli(&["key", "quota", "shop", "--standard"]).code, 0);
    let catalogue = ask("/catalogue");
    assert_eq!(catalogue.status, 200, "{catalogue:?}");
    assert_eq!(catalogue.json()["operations"][0]["consumers"], Value::Null, "who else asks is not for everybody");
    assert!(site.down().success());
    site.is_sound();
}

fn with_code(site: &Site, user: &str, code: &str) -> Answer {
    let ask = Ask::new("PUT", "/v1/session").without("authorization");
    site.ask(ask.json(&json!({ "user": user, "password": PASSWORD, "code": code })))
}

#[test]
fn a_second_factor_is_asked_for_counts_once_and_is_guarded_like_the_password() {
    let mut site = Site::start();
    with_password(&site, "ann", &json!(["sales"]));
    let ann = Browser::of(&site, "ann");
    assert_eq!(ann.get("/v1/session/second-factor").json()["is_on"], false);
    // an open browser is not enough to see the secret
    let set_up = |password: &str| ann.post("/v1/session/second-factor/setup", password, &json!({ "password": password }));
    let refused = set_up("wrong wrong wrong").problem(422, "invalid");
    assert_eq!(refused["errors"][0]["pointer"], "/password", "{refused}");
    let shown = set_up(PASSWORD).json();
    let secret = shown["secret"].as_str().unwrap().to_owned();
    assert!(shown["uri"].as_str().unwrap().contains(&secret) && shown["qr_svg"].as_str().unwrap().contains("<svg"));
    let confirm = |code: &str, key: &str| {
        let body = json!({ "password": PASSWORD, "code": code });
        ann.post("/v1/session/second-factor/confirmation", key, &body)
    };
    confirm("000", "wrong").problem(422, "invalid");
    let confirmation = code_of(&secret, step_now());
    let confirmed = confirm(&confirmation, "right");
    assert_eq!(confirmed.status, 200, "{confirmed:?}");
    assert_eq!(confirm(&confirmation, "right").json(), confirmed.json(), "the same request has the same answer");
    let recovery: Vec<String> = confirmed.json()["recovery_codes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|code| code.as_str().unwrap().to_owned())
        .collect();
    assert_eq!(recovery.len(), 10);
    // whoever sees the request's key in a list of events does not see the codes
    confirm("000000", "right").problem(409, "conflict");
    // from now on the password alone is not enough, and a code counts once: the one that has confirmed it, too
    try_to_sign_in(&site, "ann", PASSWORD).problem(401, "second_factor_required");
    with_code(&site, "ann", &confirmation).problem(401, "unauthorised");
    let code = code_of(&secret, step_now() + 1);
    assert_eq!(with_code(&site, "ann", &code).status, 200);
    with_code(&site, "ann", &code).problem(401, "unauthorised");
    // so does a recovery code, over a restart too; sessions go on
    assert_eq!(with_code(&site, "ann", &recovery[0].to_uppercase()).status, 200);
    let cookie = ann.cookie.clone();
    let alone = ann.post("/v1/users/ann/second-factor/removal", "alone", &json!({}));
    assert!(alone.problem(403, "not_allowed")["detail"].as_str().unwrap().contains("/v1/session"));
    assert!(site.down().success());
    site.up();
    let again = site.ask(Ask::new("GET", "/v1/session").without("authorization").header("cookie", &cookie));
    assert_eq!((again.status, &again.json()["id"]), (200, &json!("ann")), "{again:?}");
    with_code(&site, "ann", &recovery[0]).problem(401, "unauthorised");
    assert_eq!(with_code(&site, "ann", &recovery[1]).status, 200);
    let feed = site.get("/v1/events?limit=1000&type=user.").text();
    assert!(!feed.contains("idempotencykey"), "{feed}");
    assert!(feed.contains("user.second_factor_on") && !feed.contains(&secret) && !feed.contains(&recovery[2]), "{feed}");
    // wrong codes lock the name as wrong passwords do
    for _ in 0..5 {
        with_code(&site, "ann", "aaaa-bbbb-cccc-dddd").problem(401, "unauthorised");
    }
    with_code(&site, "ann", &recovery[2]).problem(429, "too_many_requests");
    // an administrator helps whoever has lost everything
    assert_eq!(site.get("/v1/users/ann").json()["has_second_factor"], true);
    let removed = site.post("/v1/users/ann/second-factor/removal", "help", &json!({}));
    assert_eq!(removed.status, 200, "{removed:?}");
    assert_eq!(site.get("/v1/users/ann").json()["has_second_factor"], false);
    assert!(site.down().success());
    site.is_sound();
}

#[test]
fn whoever_finds_an_open_browser_turns_no_second_factor_on_by_guessing() {
    let site = Site::start();
    with_password(&site, "ann", &json!(["sales"]));
    let ann = Browser::of(&site, "ann");
    let confirm = |password: &str, key: &str| {
        let body = json!({ "password": password, "code": "000000" });
        ann.post("/v1/session/second-factor/confirmation", key, &body)
    };
    let code_alone = ann.post("/v1/session/second-factor/confirmation", "alone", &json!({ "code": "000000" }));
    code_alone.problem(422, "invalid");
    let refused = confirm("wrong wrong wrong", "wrong").problem(422, "invalid");
    assert_eq!(refused["errors"][0]["pointer"], "/password", "{refused}");
    // with the password too, wrong codes are counted with the wrong passwords
    for at in 0..4 {
        let refused = confirm(PASSWORD, &format!("guess-{at}")).problem(422, "invalid");
        assert_eq!(refused["errors"][0]["pointer"], "/code", "{refused}");
    }
    let locked = confirm(PASSWORD, "sixth");
    locked.problem(429, "too_many_requests");
    assert!(locked.header("retry-after").unwrap().parse::<u64>().unwrap() > 600, "{locked:?}");
    try_to_sign_in(&site, "ann", PASSWORD).problem(429, "too_many_requests");
}

#[test]
fn many_who_sign_in_at_once_with_the_right_password_all_come_in() {
    let site = Site::start();
    with_password(&site, "ann", &json!(["sales"]));
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let asked: Vec<_> = (0..8).map(|_| scope.spawn(|| try_to_sign_in(&site, "ann", PASSWORD).status)).collect();
        asked.into_iter().map(|asked| asked.join().unwrap()).collect()
    });
    assert_eq!(statuses, [200; 8]);
}

#[test]
fn nobody_writes_lines_of_their_own_into_the_log() {
    let site = Site::start();
    let forged = "x\n2026-01-01T00:00:00Z  INFO signed in user=admin";
    for _ in 0..6 {
        try_to_sign_in(&site, forged, "wrong wrong wrong");
    }
    let log = site.log();
    assert!(log.contains("locked after too many wrong passwords"), "{log}");
    assert!(!log.contains("\n2026-01-01T00:00:00Z"), "{log}");
}

#[test]
fn a_session_that_was_signed_out_is_over_after_a_restart_too() {
    let mut site = Site::start();
    with_password(&site, "ann", &json!(["sales"]));
    let (kept, ended) = (Browser::of(&site, "ann"), Browser::of(&site, "ann"));
    let out = Ask::new("DELETE", "/v1/session").without("authorization").header("cookie", &ended.cookie);
    assert_eq!(site.ask(out.header("x-csrf-token", &ended.csrf)).status, 204);
    let (kept, ended) = (kept.cookie.clone(), ended.cookie.clone());
    site.kill();
    site.up();
    let ask = |cookie: &str| site.ask(Ask::new("GET", "/v1/session").without("authorization").header("cookie", cookie));
    assert_eq!(ask(&kept).status, 200);
    ask(&ended).problem(401, "unauthorised");
}

#[test]
fn a_worker_that_is_there_for_some_types_of_jobs_gets_no_others() {
    let site = Site::start();
    let said = site.cli(&["key", "client", "packer", "--role", "worker", "--job-type", "pack"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(site.get("/v1/clients/packer").json()["job_types"], json!(["pack"]));
    let key = site.cli(&["key", "create", "packer", "--json"]).json();
    let bearer = format!("Bearer {}", key["key"].as_str().unwrap());
    let activate = |kind: &str| {
        let ask = Ask::new("POST", "/v1/jobs/activate").header("authorization", &bearer).header("idempotency-key", kind);
        site.ask(ask.json(&json!({ "type": kind, "worker": "w", "wait_ms": 0 })))
    };
    assert_eq!(activate("pack").status, 200);
    let refused = activate("weigh").problem(403, "not_allowed");
    assert!(refused["detail"].as_str().unwrap().contains("types pack, and not for weigh"), "{refused}");
}

/// Runs a command as somebody at a terminal of their own, with lines on standard input.
fn at_a_terminal(site: &Site, arguments: &[&str], lines: &str) -> common::Said {
    use std::io::Write;
    let mut command = common::crossdock();
    command.args(arguments).args(["--url", &site.url()]).env("CROSSDOCK_SESSION", site.folder().join("session.json"));
    command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    // a command that reads nothing may have ended
    let _ = child.stdin.take().unwrap().write_all(lines.as_bytes());
    common::Said::of(child.wait_with_output().unwrap())
}

#[test]
fn the_fifty_first_person_and_program_are_known_like_the_first() {
    let site = Site::start();
    for at in 1..=51 {
        put_user(&site, &format!("u{at:02}"), &json!(["sales"]));
        let client = json!({ "id": format!("c{at:02}"), "name": "", "roles": ["sales"] });
        assert_eq!(site.post("/v1/clients", &format!("c{at}"), &client).status, 200);
    }
    assert_eq!(site.post("/v1/users/u51/password", "p", &json!({ "password": PASSWORD })).status, 200);
    assert_eq!(try_to_sign_in(&site, "u51", PASSWORD).status, 200);
    let made = site.post("/v1/clients/c51/keys", "k", &json!({}));
    assert_eq!(made.status, 201, "{made:?}");
    let bearer = format!("Bearer {}", made.json()["key"].as_str().unwrap());
    assert_eq!(site.ask(Ask::new("GET", "/v1/session").header("authorization", &bearer)).json()["id"], "c51");
}

#[test]
fn a_person_signs_in_at_the_command_line_and_needs_no_key() {
    let site = Site::start();
    site.fill();
    with_password(&site, "ann", &json!(["sales"]));
    at_a_terminal(&site, &["order", "list"], "").fails(2, &["crossdock login", "--key"]);
    at_a_terminal(&site, &["login", "ann"], "wrong wrong wrong\n").fails(2, &["the name or the password is wrong"]);
    let said = at_a_terminal(&site, &["login", "ann"], &format!("{PASSWORD}\n"));
    assert!(said.code == 0 && said.out.contains("signed in") && said.out.contains("as ann"), "{said:?}");
    assert_eq!(at_a_terminal(&site, &["order", "list"], "").code, 0);
    // changes too, under the rights that ann has
    at_a_terminal(&site, &["user", "put", "eve", "--role", "admin"], "").fails(1, &["not"]);
    assert_eq!(at_a_terminal(&site, &["logout"], "").code, 0);
    at_a_terminal(&site, &["order", "list"], "").fails(2, &["crossdock login"]);
}

#[test]
fn a_role_that_is_limited_to_another_company_is_none_here() {
    let site = Site::start();
    site.fill();
    let rights = |companies: &str| json!({ "name": "Ann", "roles": ["sales"], "companies": [{ "role": "sales", "companies": [companies] }] });
    with_password(&site, "ann", &json!(["sales"]));
    assert_eq!(site.post("/v1/users/ann/rights", "uk", &rights("ELSEWHERE")).status, 200);
    let ann = Browser::of(&site, "ann");
    // she learns who she is, and sees and does nothing
    assert_eq!(ann.get("/v1/session").json()["roles"], json!([]));
    let refused = ann.get("/v1/orders").problem(403, "not_allowed");
    assert!(refused["detail"].as_str().unwrap().contains("ELSEWHERE"), "{refused}");
    ann.post("/v1/orders", "po-1", &order("PO-1", "BRK-100", 2)).problem(403, "not_allowed");
    // a role that counts everywhere beside it: she reads, and takes no orders
    let mut more = rights("ELSEWHERE");
    more["roles"] = json!(["sales", "warehouse"]);
    assert_eq!(site.post("/v1/users/ann/rights", "more", &more).status, 200);
    assert_eq!(ann.get("/v1/session").json()["roles"], json!(["warehouse"]));
    assert_eq!(ann.get("/v1/orders").status, 200);
    ann.post("/v1/orders", "po-2", &order("PO-2", "BRK-100", 2)).problem(403, "not_allowed");
    // the command line gives it here
    let code = site.get("/v1/company").json()["code"].as_str().unwrap().to_owned();
    let said = site.cli(&["user", "put", "ann", "--role", &format!("sales@{code}"), "--role", "warehouse"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(ann.post("/v1/orders", "po-3", &order("PO-3", "BRK-100", 2)).status, 201);
    let shown = site.cli(&["user", "show", "ann"]);
    assert!(shown.out.contains(&format!("sales only in {code}")), "{shown:?}");
    site.post("/v1/users/ann/rights", "wrong", &json!({ "roles": ["warehouse"], "companies": rights("X")["companies"] }))
        .problem(422, "invalid");
}

#[test]
fn a_key_of_the_configuration_is_limited_to_types_of_jobs_and_companies() {
    let mut site = Site::start();
    site.fill();
    let text = std::fs::read_to_string(site.config()).unwrap();
    let limited =
        "roles = [\"sales\"]\njob_types = [\"labels\"]\ncompanies = [{ role = \"sales\", companies = [\"ELSEWHERE\"] }]\n";
    assert!(text.contains("roles = [\"sales\"]\n"));
    std::fs::write(site.config(), text.replace("roles = [\"sales\"]\n", limited)).unwrap();
    assert!(site.down().success());
    site.up();
    let clerk = |method: &'static str, path: &str| {
        Ask::new(method, path).without("authorization").header("authorization", &format!("Bearer {}", common::CLERK))
    };
    site.ask(clerk("GET", "/v1/orders")).problem(403, "not_allowed");
    assert!(site.down().success());
    let text = std::fs::read_to_string(site.config()).unwrap();
    let worker = "roles = [\"worker\"]\njob_types = [\"labels\"]\n";
    std::fs::write(site.config(), text.replace(limited, worker)).unwrap();
    site.up();
    let lease = |kind: &str| {
        let body = json!({ "type": kind, "worker": "w", "limit": 1, "lease_ms": 1000, "wait_ms": 0 });
        site.ask(clerk("POST", "/v1/jobs/activate").header("idempotency-key", kind).json(&body))
    };
    assert_eq!(lease("labels").status, 200, "{:?}", lease("labels"));
    let refused = lease("invoices").problem(403, "not_allowed");
    assert!(refused["detail"].as_str().unwrap().contains("labels"), "{refused}");
}
