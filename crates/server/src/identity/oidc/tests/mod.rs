//! A provider on loopback with keys of its own, and what happens when it, or whoever is in between, does not play by the rules.

mod provider;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use serde_json::{Value, json};
use trade::Role;

use super::*;
use provider::{AUDIENCE, CLIENT, Mood, Signer, TestProvider};

/// When the tests begin: the tokens are made for it.
const NOW: Timestamp = Timestamp(1_800_000_000_000);

fn config(issuer: &str) -> OidcConfig {
    let text = json!({
        "issuer": issuer, "client_id": CLIENT, "public_url": "https://crossdock.example.com", "audience": AUDIENCE,
        "grants": {
            "order-desk": { "roles": ["sales"] },
            "orders:write": { "roles": ["sales"] },
            "warehouse-programs": { "roles": ["warehouse", "worker"], "limit": 500 },
        },
    });
    serde_json::from_value(text).unwrap()
}

/// Ours, and the provider that it knows.
struct World {
    theirs: TestProvider,
    ours: Arc<Provider>,
    sessions: Sessions,
    attempt: Mutex<Attempt>,
}

impl World {
    async fn new() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut OidcConfig)) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let theirs = TestProvider::start(NOW).await;
        let mut config = config(&theirs.issuer);
        change(&mut config);
        let ours = Provider::start(config, Some("s e:cret".to_owned())).unwrap();
        Self { theirs, ours, sessions: Sessions::new().unwrap(), attempt: Mutex::new(Attempt::begin().unwrap()) }
    }

    /// Goes to the provider as a browser does, and comes back with what it says. The claims are those of the ID token beside the usual.
    async fn goes_there(&self, claims: Value) -> Callback {
        let attempt = Attempt::begin().unwrap();
        let address = self.ours.address(&attempt, &self.sessions, NOW).await.unwrap();
        *self.attempt.lock().unwrap() = attempt;
        let asked: BTreeMap<String, String> = address.query_pairs().into_owned().collect();
        assert_eq!(asked["response_type"], "code");
        assert_eq!(asked["code_challenge_method"], "S256");
        assert_eq!(asked["redirect_uri"], "https://crossdock.example.com/v1/session/provider/callback");
        let code = self.theirs.authorise(&asked, claims);
        Callback { code: Some(code), state: Some(asked["state"].clone()), ..Callback::default() }
    }

    async fn person(&self, callback: Callback) -> Result<Person, SignInError> {
        let attempt = self.attempt.lock().unwrap().clone();
        self.ours.person(&attempt, callback, &self.sessions, NOW).await
    }

    async fn signs_in(&self, claims: Value) -> Result<Person, SignInError> {
        let callback = self.goes_there(claims).await;
        self.person(callback).await
    }

    async fn brings(&self, token: &str) -> Result<Program, SignInError> {
        self.ours.program(token, NOW).await
    }
}

/// What an access token of the program `shop` says; `claims` put over it.
fn access(world: &World, claims: Value) -> Value {
    let mut all = json!({
        "iss": world.theirs.issuer, "sub": "shop", "client_id": "shop", "aud": AUDIENCE, "iat": NOW.0 / 1_000,
        "exp": NOW.0 / 1_000 + 300, "scope": "orders:write",
    });
    provider::put_over(&mut all, claims);
    all
}

#[track_caller]
fn refused<T: std::fmt::Debug>(result: Result<T, SignInError>, why: &str) {
    let error = result.unwrap_err();
    assert!(matches!(error, SignInError::Token(_)), "{error:?}");
    assert!(error.to_string().contains(why), "`{why}` is not in: {error}");
}

#[tokio::test]
async fn a_person_comes_in_by_code_and_verifier_with_what_their_groups_are_granted() {
    let world = World::new().await;
    let ann = world.signs_in(json!({ "name": "Ann Lee", "groups": ["order-desk", "everybody"] })).await.unwrap();
    assert_eq!((ann.id.as_str(), ann.name.as_str()), ("ann", "Ann Lee"));
    assert_eq!(ann.subject, format!("{} 4711", world.theirs.issuer));
    assert_eq!(ann.rights.unwrap().roles, [Role::Sales]);
    // the secret went as RFC 6749 §2.3.1 asks, each part encoded on its own
    assert_eq!(world.theirs.authorisations(), ["Basic Y3Jvc3Nkb2NrOnMrZSUzQWNyZXQ="]);
    assert!(world.ours.sign_out_address().unwrap().contains("post_logout_redirect_uri=https%3A%2F%2Fcrossdock"));
}

#[tokio::test]
async fn every_kind_of_key_that_signs_for_itself_is_understood() {
    let world = World::new().await;
    for signer in
        [Signer::rsa("rsa-key", "RS256"), Signer::rsa("pss-key", "PS512"), Signer::p256("ec-key"), Signer::ed25519("ed-key")]
    {
        world.theirs.publish(&[&signer]);
        let fresh = Provider::start(config(&world.theirs.issuer), None).unwrap();
        let claims = access(&world, json!({}));
        let program = fresh.program(&signer.sign(&claims), NOW).await.unwrap();
        assert_eq!((program.id.as_str(), program.rights.unwrap().roles.as_slice()), ("shop", &[Role::Sales][..]));
        // its own signature over other claims is of other claims
        let (token, other) = (signer.sign(&claims), signer.sign(&access(&world, json!({ "scope": "" }))));
        let mixed = format!("{}.{}", token.rsplit_once('.').unwrap().0, other.rsplit_once('.').unwrap().1);
        refused(fresh.program(&mixed, NOW).await, "signature is wrong");
    }
}

#[tokio::test]
async fn a_sign_in_that_this_browser_has_not_begun_is_over() {
    let world = World::new().await;
    let callback = world.goes_there(json!({ "groups": ["order-desk"] })).await;
    let stolen = Callback { state: Some("somebody else's".to_owned()), ..callback };
    assert!(matches!(world.person(stolen).await, Err(SignInError::Expired)));
    let callback = world.goes_there(json!({})).await;
    assert!(matches!(world.person(Callback { state: None, ..callback }).await, Err(SignInError::Expired)));
    // the code of another browser's sign-in: the provider holds the verifier against the challenge
    let callback = world.goes_there(json!({})).await;
    let other = Attempt::begin().unwrap();
    let state = Some(other.draw(&world.sessions, "state"));
    let taken = world.ours.person(&other, Callback { state, ..callback }, &world.sessions, NOW).await;
    refused(taken, "invalid_grant");
}

#[tokio::test]
async fn a_sign_in_is_answered_once_and_made_up_codes_are_not_carried_to_the_provider_one_after_the_other() {
    let world = World::new().await;
    let callback = world.goes_there(json!({ "groups": ["order-desk"] })).await;
    let with = |code: &str| Callback { code: Some(code.to_owned()), state: callback.state.clone(), ..Callback::default() };
    refused(world.person(with("made up")).await, "invalid_grant");
    for number in 0..3 {
        let again = world.person(with(&format!("made up {number}"))).await;
        assert!(matches!(again, Err(SignInError::Expired)), "{again:?}");
    }
    assert_eq!(world.theirs.authorisations().len(), 1);
}

#[tokio::test]
async fn names_that_become_one_in_small_letters_stay_two() {
    let world = World::new().await;
    // U+212A KELVIN SIGN: its small letter is k
    let other = world.signs_in(json!({ "preferred_username": "\u{212a}im", "groups": ["order-desk"] })).await.unwrap();
    assert_ne!(other.id, "kim");
    assert!(!partition::identity::is_id(&other.id));
}

#[tokio::test]
async fn rubbish_makes_us_ask_nobody_and_a_provider_that_fails_is_not_asked_for_each_token() {
    let world = World::new().await;
    let made_up = Signer::ed25519("made up");
    for claims in [json!({ "iss": "https://evil.example" }), json!({ "aud": CLIENT }), json!({ "exp": 1 })] {
        assert!(world.brings(&made_up.sign(&access(&world, claims))).await.is_err());
    }
    for token in [provider::unsigned(&access(&world, json!({}))), "eyJ.eyJ.x".to_owned()] {
        assert!(world.brings(&token).await.is_err());
    }
    assert_eq!(world.theirs.key_fetches(), 0);
    world.theirs.falls_into(Mood::Fails);
    for _ in 0..5 {
        let refused = world.brings(&made_up.sign(&access(&world, json!({})))).await;
        assert!(matches!(refused, Err(SignInError::Unavailable(_))), "{refused:?}");
    }
    assert_eq!(world.theirs.key_fetches(), 1);
}

#[tokio::test]
async fn while_the_provider_hangs_its_keys_from_before_count_at_once() {
    let world = World::new().await;
    let token = world.theirs.signer().sign(&access(&world, json!({ "exp": NOW.0 / 1_000 + 90_000 })));
    assert!(world.brings(&token).await.is_ok());
    world.theirs.falls_into(Mood::Hangs);
    let later = NOW.plus_millis(2 * 60 * 60 * 1_000);
    // the first has waited for a moment, the second finds somebody asking
    for _ in 0..2 {
        let looked = tokio::time::timeout(Duration::from_secs(5), world.ours.program(&token, later)).await;
        assert!(looked.expect("an answer before the provider is given up").is_ok());
    }
    assert_eq!(world.theirs.key_fetches(), 2);
}

#[tokio::test]
async fn a_token_that_names_no_key_counts_under_one_that_is_new() {
    let world = World::new().await;
    let (old, new) = (Signer::ed25519("old"), Signer::ed25519("new"));
    let claims = access(&world, json!({}));
    world.theirs.publish(&[&old]);
    assert!(world.brings(&old.sign_namelessly(&claims)).await.is_ok());
    world.theirs.publish(&[&new]);
    let later = NOW.plus_millis(20_000);
    assert!(world.ours.program(&new.sign_namelessly(&claims), later).await.is_ok());
    refused(world.ours.program(&old.sign_namelessly(&claims), later).await, "no key of the provider has signed it");
}

#[tokio::test]
async fn an_id_token_counts_for_this_sign_in_at_this_place_and_time_alone() {
    let world = World::new().await;
    for (claims, why) in [
        (json!({ "nonce": "of another sign-in" }), "its nonce is not ours"),
        (json!({ "nonce": null }), "`nonce` is missing"),
        (json!({ "iss": "https://evil.example" }), "it comes from https://evil.example"),
        (json!({ "aud": "another-client" }), "it is meant for another-client"),
        (json!({ "aud": [CLIENT, "another-client"] }), "`azp` is missing"),
        (json!({ "aud": [CLIENT, "another-client"], "azp": "another-client" }), "it is meant for another-client"),
        (json!({ "exp": NOW.0 / 1_000 - 61 }), "has expired"),
        (json!({ "iat": NOW.0 / 1_000 + 61 }), "from the future"),
        (json!({ "exp": null }), "`exp` is missing"),
        (json!({ "sub": null }), "`sub` is missing"),
        (json!({ "preferred_username": null }), "`preferred_username` is missing"),
    ] {
        refused(world.signs_in(claims).await, why);
    }
    let within = world.signs_in(json!({ "groups": ["order-desk"], "exp": NOW.0 / 1_000 - 59 })).await;
    assert!(within.is_ok(), "{within:?}");
}

#[tokio::test]
async fn a_token_without_a_signature_of_the_provider_counts_for_nothing() {
    let world = World::new().await;
    let known = Signer::ed25519("known");
    world.theirs.publish(&[&world.theirs.signer(), &known]);
    let claims = access(&world, json!({}));
    assert!(world.brings(&known.sign(&claims)).await.is_ok());
    refused(world.brings(&provider::unsigned(&claims)).await, "algorithm none");
    refused(world.brings(&provider::signed_with_public_key(&world.theirs.signer(), &claims)).await, "algorithm HS256");
    let stranger = Signer::ed25519("a stranger's");
    refused(world.brings(&stranger.sign(&claims)).await, "no key a stranger's");
    refused(world.brings(&Signer::ed25519("known").sign(&claims)).await, "signature is wrong");
    // a name that a key of another kind has is no name for this one
    refused(world.brings(&Signer::ed25519(&world.theirs.signer().id).sign(&claims)).await, "no key first");
    refused(world.brings(&world.theirs.signer().sign_critical(&claims)).await, "extension");
    refused(world.brings("eyJ.eyJ.x").await, "base 64");
}

#[tokio::test]
async fn keys_that_change_are_fetched_when_they_are_met_and_made_up_ones_do_not_make_us_ask_each_time() {
    let world = World::new().await;
    let old = world.theirs.signer();
    assert!(world.brings(&old.sign(&access(&world, json!({})))).await.is_ok());
    assert_eq!(world.theirs.key_fetches(), 1);
    let new = Signer::p256("new");
    world.theirs.publish(&[&new]);
    let claims = access(&world, json!({}));
    // what was fetched a moment ago is not fetched again
    refused(world.brings(&new.sign(&claims)).await, "no key new");
    assert_eq!(world.theirs.key_fetches(), 1);
    let later = NOW.plus_millis(20_000);
    assert!(world.ours.program(&new.sign(&claims), later).await.is_ok());
    assert_eq!(world.theirs.key_fetches(), 2);
    for number in 0..20 {
        let made_up = Signer::ed25519(&format!("made-up-{number}"));
        assert!(world.ours.program(&made_up.sign(&claims), later).await.is_err());
    }
    assert_eq!(world.theirs.key_fetches(), 2);
    // the old one was withdrawn
    assert!(world.ours.program(&old.sign(&claims), later).await.is_err());
}

#[tokio::test]
async fn a_program_has_what_its_scopes_and_roles_are_granted() {
    let world = World::new().await;
    let signer = world.theirs.signer();
    let both = access(&world, json!({ "groups": ["warehouse-programs"] }));
    let rights = world.brings(&signer.sign(&both)).await.unwrap().rights.unwrap();
    assert_eq!(rights.roles, [Role::Sales, Role::Warehouse, Role::Worker]);
    let none = world.brings(&signer.sign(&access(&world, json!({ "scope": "profile" })))).await;
    assert!(matches!(none, Err(SignInError::NoRole(_))), "{none:?}");
    for (claims, why) in [
        (json!({ "aud": CLIENT }), "it is meant for crossdock"),
        (json!({ "sub": "ann" }), "given to a person"),
        (json!({ "exp": NOW.0 / 1_000 - 3_600 }), "has expired"),
        (json!({ "iss": "https://evil.example" }), "it comes from https://evil.example"),
    ] {
        refused(world.brings(&signer.sign(&access(&world, claims))).await, why);
    }
}

#[tokio::test]
async fn an_address_names_a_person_only_once_it_is_verified() {
    let world = World::with(|config| config.user_claim = "email".to_owned()).await;
    let claims =
        |verified: Value| json!({ "email": "Ann@Example.com", "email_verified": verified, "groups": ["order-desk"] });
    refused(world.signs_in(claims(json!(false))).await, "has not verified");
    refused(world.signs_in(claims(Value::Null)).await, "has not verified");
    assert_eq!(world.signs_in(claims(json!(true))).await.unwrap().id, "ann@example.com");
}

#[tokio::test]
async fn what_the_provider_says_no_to_is_told_and_one_that_is_away_is_no_end() {
    let world = World::new().await;
    let callback = world.goes_there(json!({})).await;
    let denied = Callback { code: None, error: Some("access_denied".to_owned()), ..callback };
    assert!(matches!(world.person(denied).await, Err(SignInError::Denied(why)) if why == "access_denied"));
    let callback = world.goes_there(json!({})).await;
    let other = Callback { iss: Some("https://evil.example".to_owned()), ..callback };
    refused(world.person(other).await, "another provider");
    let nobody = Provider::start(config("http://127.0.0.1:9"), None).unwrap();
    assert!(matches!(nobody.look(NOW).await, Err(SignInError::Unavailable(_))));
    // another name than the one it calls itself by
    let slash = Provider::start(config(&format!("{}/", world.theirs.issuer)), None).unwrap();
    let told = slash.look(NOW).await.unwrap_err().to_string();
    assert!(told.contains("letter by letter"), "{told}");
}
