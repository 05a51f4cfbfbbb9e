//! Signing in and out, and who one is.

use std::sync::Arc;

use axum::Json as JsonAnswer;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use partition::Body;
use partition::identity::{User, UserChange};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::{Holder, Identity};
use crate::extract::{Caller, Json};
use crate::identity::attempts::Attempt;
use crate::identity::{password, session, totp};
use crate::problem::{FieldError, Problem};
use crate::resource::accounts::currency;
use crate::resource::stock::{Accepted, accepted};
use crate::state::AppState;
use crate::submit::{change_identity, change_of_ours};
use crate::view::{MoneyView, money, name};

/// No name is longer (bytes).
const MAX_NAME: usize = 256;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(show, sign_in, sign_out))
        .routes(routes!(set_password))
        .routes(routes!(second_factor))
        .routes(routes!(set_up_second_factor))
        .routes(routes!(confirm_second_factor))
        .routes(routes!(remove_second_factor))
}

/// Name and password.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignIn {
    /// The user.
    #[schema(example = "ann")]
    user: String,
    /// The password.
    password: String,
    /// The second factor, if one has it: a code of the authenticator, or a recovery code.
    #[serde(default)]
    code: Option<String>,
}

/// Who one is, and what one may do.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct WhoView {
    /// As the record names one.
    #[schema(example = "ann")]
    id: String,
    /// How one is called.
    name: String,
    /// `user`, or `client` for a program.
    kind: &'static str,
    /// The roles.
    roles: Vec<String>,
    /// Up to which amount one may decide; absent without limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<MoneyView>,
    /// Send it as `X-CSRF-Token` with each change; only sessions have one.
    #[serde(skip_serializing_if = "Option::is_none")]
    csrf_token: Option<String>,
    /// When the session ends; only sessions have one.
    #[serde(skip_serializing_if = "Option::is_none")]
    ends_at: Option<String>,
    /// Where a browser goes after it has signed out here, to sign out at the identity provider as well; only where that has let one in.
    #[serde(skip_serializing_if = "Option::is_none")]
    sign_out_at: Option<String>,
}

async fn who(state: &AppState, identity: &Identity) -> Result<WhoView, Problem> {
    let currency = currency(state).await?;
    let actor = &identity.actor;
    let user = identity.session.as_ref().and_then(|session| state.identities.user(&session.user));
    let client = state.identities.client(&actor.id);
    let called = user.as_ref().map(|user| user.name.clone()).or_else(|| client.map(|client| client.name.clone()));
    Ok(WhoView {
        id: actor.id.to_string(),
        name: called.unwrap_or_else(|| actor.id.clone()).to_string(),
        kind: if user.is_some() { "user" } else { "client" },
        roles: actor.roles.iter().map(name).collect(),
        limit: actor.limit.map(|limit| money(limit, currency)),
        csrf_token: identity.session.as_ref().map(|session| state.identities.sessions.csrf(session)),
        ends_at: identity.session.as_ref().map(|session| session.ends.to_string()),
        sign_out_at: identity.session.as_ref().filter(|session| session.by_provider).and_then(|_| {
            let provider = state.identities.provider.as_ref()?;
            provider.sign_out_address()
        }),
    })
}

/// Sign in with name and password. The answer sets a cookie; five wrong passwords in a row lock the name for a quarter of an hour.
#[utoipa::path(put, path = "/v1/session", tag = "identity", request_body = SignIn, security(), responses((status = 200, body = WhoView)))]
async fn sign_in(
    State(state): State<AppState>,
    headers: HeaderMap,
    Json(given, _): Json<SignIn>,
) -> Result<Response, Problem> {
    let (identities, now) = (&state.identities, state.now());
    let wrong = || Problem::new("unauthorised", "the name or the password is wrong");
    // nobody has such a name, and nothing of it is kept
    if given.user.len() > MAX_NAME || given.password.len() > password::LONGEST {
        return Err(wrong());
    }
    let attempt = identities.attempts.begin(&given.user, now).await.map_err(|seconds| too_many(&given.user, seconds))?;
    let user = identities.user(&given.user).filter(|user| !user.disabled);
    let hash = user.as_ref().and_then(|user| user.password.clone());
    let is_right = password::is_right(given.password, hash).await?;
    let Some(user) = user.filter(|_| is_right) else {
        if attempt.failed(now) {
            tracing::warn!(user = ?shown(&given.user, 100), "locked after too many wrong passwords");
        }
        return Err(wrong());
    };
    if user.second_factor.is_on {
        match given.code.as_deref().map(str::trim).filter(|code| !code.is_empty()) {
            // neither right nor wrong
            None => {
                return Err(Problem::new(
                    "second_factor_required",
                    "send a code of the authenticator, or a recovery code, as `code`",
                ));
            }
            Some(code) if passes(&state, &user, code).await? => {}
            Some(_) => {
                if attempt.failed(now) {
                    tracing::warn!(user = %user.id, "locked after too many wrong codes");
                }
                return Err(Problem::new("unauthorised", "the code is wrong, or was used before"));
            }
        }
    }
    attempt.succeeded();
    let session = identities.sessions.begin(&user, now)?;
    let token = identities.sessions.token(&session);
    tracing::info!(user = %user.id, "signed in");
    let identity = Holder::person(&user).at(&identities.company(), Some(session));
    Ok(with_cookie(JsonAnswer(who(&state, &identity).await?), Some(&token), identities.is_secure(&headers)))
}

/// The beginning of what somebody unknown has sent, for the log; by `{:?}`, so that nobody writes lines of their own there.
pub(crate) fn shown(given: &str, letters: usize) -> String {
    given.chars().take(letters).collect()
}

/// Whether a code of the second factor is right. One that is counts once.
async fn passes(state: &AppState, user: &User, code: &str) -> Result<bool, Problem> {
    if state.identities.takes_code(user, code, state.now()) {
        return Ok(true);
    }
    let code = totp::recovery_hash(code);
    if !user.second_factor.recovery.contains(&code) {
        return Ok(false);
    }
    let actor = Holder::person(user).at(&state.identities.company(), None).actor;
    match change_of_ours(state, actor, user.id.clone(), UserChange::RecoveryUsed { code }).await? {
        Ok(_) => Ok(true),
        // somebody else was quicker
        Err(_) => Ok(false),
    }
}

fn with_cookie(answer: impl IntoResponse, token: Option<&str>, is_secure: bool) -> Response {
    let mut response = answer.into_response();
    if let Some(cookie) = session::cookie(token, is_secure) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

fn too_many(user: &str, seconds: u64) -> Problem {
    let detail = format!("too many wrong passwords or codes for {user}; try again in {seconds} s");
    Problem { retry_after: Some(seconds), ..Problem::new("too_many_requests", detail) }
}

/// Show who one is, and what one may do.
#[utoipa::path(get, path = "/v1/session", tag = "identity", responses((status = 200, body = WhoView)))]
async fn show(State(state): State<AppState>, identity: Identity) -> Result<JsonAnswer<WhoView>, Problem> {
    who(&state, &identity).await.map(JsonAnswer)
}

/// Sign out: the session ends, wherever its cookie is.
#[utoipa::path(delete, path = "/v1/session", tag = "identity", responses((status = 204, description = "It has ended.")))]
async fn sign_out(State(state): State<AppState>, headers: HeaderMap, identity: Identity) -> Response {
    if let Some(session) = identity.session {
        let (sessions, now) = (state.identities.sessions.clone(), state.now());
        if let Err(error) = tokio::task::spawn_blocking(move || sessions.end(&session, now)).await {
            tracing::error!(%error, "a session was not ended");
        }
    }
    with_cookie(StatusCode::NO_CONTENT, None, state.identities.is_secure(&headers))
}

/// The password as it was, and as it shall be.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordChange {
    /// The present one.
    password: String,
    /// The new one: 12 characters or more.
    new_password: String,
}

/// Change one's own password. All sessions end, this one too.
#[utoipa::path(post, path = "/v1/session/password", tag = "identity", params(("Idempotency-Key" = String, Header)), request_body = PasswordChange,
    responses((status = 200, body = Accepted)))]
async fn set_password(
    State(state): State<AppState>,
    identity: Identity,
    caller: Caller,
    Json(given, bytes): Json<PasswordChange>,
) -> Result<JsonAnswer<Accepted>, Problem> {
    let user = who_knows_the_password(&state, &identity, given.password).await?;
    let hash = password::hash(given.new_password, "/new_password").await?;
    let body = Body::ChangeUser { user: user.id.clone(), change: UserChange::Password { hash } };
    let reply = change_identity(&state, caller, &bytes, body).await?;
    Ok(JsonAnswer(accepted(&reply)))
}

/// Whoever is signed in.
fn person(state: &AppState, identity: &Identity) -> Result<Arc<User>, Problem> {
    let user = identity.session.as_ref().and_then(|session| state.identities.user(&session.user));
    user.ok_or_else(|| Problem::new("not_allowed", "only people have passwords: sign in with name and password"))
}

/// Who is signed in, if they still know their password: what protects them is changed by nobody who finds an open browser, nor guesses it
/// there.
async fn who_knows_the_password(state: &AppState, identity: &Identity, given: String) -> Result<Arc<User>, Problem> {
    let (user, attempt) = begin_with_password(state, identity, given).await?;
    attempt.succeeded();
    Ok(user)
}

/// The same where more is asked for than the password; the attempt is not over before that is looked at.
async fn begin_with_password(state: &AppState, identity: &Identity, given: String) -> Result<(Arc<User>, Attempt), Problem> {
    let (user, now) = (person(state, identity)?, state.now());
    let begun = state.identities.attempts.begin(&user.id, now).await;
    let attempt = begun.map_err(|seconds| too_many(&user.id, seconds))?;
    if password::is_right(given, user.password.clone()).await? {
        return Ok((user, attempt));
    }
    attempt.failed(now);
    Err(is_another("/password", "the password is another one", "give the one that you sign in with"))
}

fn is_another(pointer: &str, detail: &str, mend: &str) -> Problem {
    let error = FieldError { pointer: pointer.to_owned(), cause: detail.to_owned(), mend: mend.to_owned() };
    Problem::new("invalid", detail).with_errors(vec![error])
}

/// One's second factor.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct SecondFactorView {
    /// Whether it is asked for.
    is_on: bool,
    /// Recovery codes that were not used.
    recovery_codes_left: usize,
}

/// What to give to an authenticator. Nothing is asked for until a code confirms that it was.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct SecondFactorSetup {
    /// The secret in base 32, to be typed in.
    secret: String,
    /// The same as an address that authenticators open.
    uri: String,
    /// The same as a QR code: an SVG image.
    qr_svg: String,
}

/// Show whether a second factor is asked for when one signs in.
#[utoipa::path(get, path = "/v1/session/second-factor", tag = "identity", responses((status = 200, body = SecondFactorView)))]
async fn second_factor(State(state): State<AppState>, identity: Identity) -> Result<JsonAnswer<SecondFactorView>, Problem> {
    let user = person(&state, &identity)?;
    let factor = &user.second_factor;
    Ok(JsonAnswer(SecondFactorView { is_on: factor.is_on, recovery_codes_left: factor.recovery.len() }))
}

/// The password, since an unlocked screen is not enough.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct KnownPassword {
    /// The password.
    password: String,
}

/// Show how to set up a second factor: by scanning or typing the secret, and confirming it with a code. Nothing is changed, so no
/// `Idempotency-Key` is needed.
#[utoipa::path(post, path = "/v1/session/second-factor/setup", tag = "identity", request_body = KnownPassword,
    responses((status = 200, body = SecondFactorSetup)))]
async fn set_up_second_factor(
    State(state): State<AppState>,
    identity: Identity,
    Json(given, _): Json<KnownPassword>,
) -> Result<JsonAnswer<SecondFactorSetup>, Problem> {
    let user = who_knows_the_password(&state, &identity, given.password).await?;
    if user.second_factor.is_on {
        return Err(already_on());
    }
    let secret = totp::Secret::of(&state.identities.sessions, &user.id, user.second_factor.generation + 1);
    let uri = secret.uri(&user.id);
    let qr_svg = totp::qr_svg(&uri).unwrap_or_default();
    Ok(JsonAnswer(SecondFactorSetup { secret: secret.text(), uri, qr_svg }))
}

fn already_on() -> Problem {
    Problem::new("conflict", "a second factor is asked for already; remove it before setting up another")
}

/// The password, and a code of the authenticator.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SecondFactorCode {
    /// The password.
    password: String,
    /// Six digits.
    #[schema(example = "287082")]
    code: String,
}

/// Codes for when the authenticator is lost.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct RecoveryCodes {
    /// Each counts once. They are shown this once; only their hashes are kept.
    recovery_codes: Vec<String>,
}

/// Ask for a second factor from now on: the authenticator was set up, as a code of it shows. Wrong codes count like wrong passwords.
#[utoipa::path(post, path = "/v1/session/second-factor/confirmation", tag = "identity", params(("Idempotency-Key" = String, Header)), request_body = SecondFactorCode,
    responses((status = 200, body = RecoveryCodes)))]
async fn confirm_second_factor(
    State(state): State<AppState>,
    identity: Identity,
    caller: Caller,
    Json(given, bytes): Json<SecondFactorCode>,
) -> Result<JsonAnswer<RecoveryCodes>, Problem> {
    let (user, attempt) = begin_with_password(&state, &identity, given.password).await?;
    let factor = &user.second_factor;
    let generation = if factor.is_on { factor.generation } else { factor.generation + 1 };
    let secret = totp::Secret::of(&state.identities.sessions, &user.id, generation);
    if secret.step_of(&given.code, state.now()).is_none() {
        attempt.failed(state.now());
        if factor.is_on {
            return Err(already_on());
        }
        let mend = "give the six digits that the authenticator shows, and check the clock of its device";
        return Err(is_another("/code", "the code is not the one that counts now", mend));
    }
    attempt.succeeded();
    if factor.is_on {
        // the same request again has the same answer, as long as its code counts
        let codes = totp::recovery_codes(&state.identities.sessions, &user, generation, &caller.key);
        let are_his = codes.iter().any(|code| factor.recovery.contains(&totp::recovery_hash(code)));
        return if are_his { Ok(JsonAnswer(RecoveryCodes { recovery_codes: codes })) } else { Err(already_on()) };
    }
    let recovery_codes = totp::recovery_codes(&state.identities.sessions, &user, generation, &caller.key);
    let recovery = recovery_codes.iter().map(|code| totp::recovery_hash(code)).collect();
    let body = Body::ChangeUser { user: user.id.clone(), change: UserChange::SecondFactorOn { recovery } };
    change_identity(&state, caller, &bytes, body).await?;
    // the code that has confirmed it signs nobody in
    if let Some(user) = state.identities.user(&user.id) {
        state.identities.takes_code(&user, &given.code, state.now());
    }
    Ok(JsonAnswer(RecoveryCodes { recovery_codes }))
}

/// Ask for no second factor any more.
#[utoipa::path(post, path = "/v1/session/second-factor/removal", tag = "identity", params(("Idempotency-Key" = String, Header)), request_body = KnownPassword,
    responses((status = 200, body = Accepted)))]
async fn remove_second_factor(
    State(state): State<AppState>,
    identity: Identity,
    caller: Caller,
    Json(given, bytes): Json<KnownPassword>,
) -> Result<JsonAnswer<Accepted>, Problem> {
    let user = who_knows_the_password(&state, &identity, given.password).await?;
    let body = Body::ChangeUser { user: user.id.clone(), change: UserChange::SecondFactorOff };
    let reply = change_identity(&state, caller, &bytes, body).await?;
    Ok(JsonAnswer(accepted(&reply)))
}
