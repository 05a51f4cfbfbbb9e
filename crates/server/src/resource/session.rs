//! Signing in and out, and who one is.

use axum::Json as JsonAnswer;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use partition::Body;
use partition::identity::UserChange;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Identity;
use crate::extract::{Caller, Json};
use crate::identity::{password, session};
use crate::problem::Problem;
use crate::resource::accounts::currency;
use crate::resource::stock::{Accepted, accepted};
use crate::state::AppState;
use crate::submit::submit;
use crate::view::{MoneyView, money, name};

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(show, sign_in, sign_out)).routes(routes!(set_password))
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
    if let Some(seconds) = identities.attempts.wait(&given.user, now) {
        let detail = format!("too many wrong passwords for {}; try again in {seconds} s", given.user);
        return Ok(later(Problem::new("too_many_requests", detail), seconds));
    }
    let user = identities.user(&given.user).filter(|user| !user.disabled);
    let hash = user.as_ref().and_then(|user| user.password.clone());
    let is_right = password::is_right(given.password, hash).await?;
    let Some(user) = user.filter(|_| is_right) else {
        if identities.attempts.failed(&given.user, now) {
            tracing::warn!(user = %given.user, "locked after too many wrong passwords");
        }
        return Err(Problem::new("unauthorised", "the name or the password is wrong"));
    };
    identities.attempts.succeeded(&given.user);
    let session = identities.sessions.begin(&user, now)?;
    let token = identities.sessions.token(&session);
    tracing::info!(user = %user.id, "signed in");
    let identity = Identity { actor: user.actor(), quota: None, session: Some(session) };
    Ok(with_cookie(JsonAnswer(who(&state, &identity).await?), Some(&token), &headers))
}

fn with_cookie(answer: impl IntoResponse, token: Option<&str>, headers: &HeaderMap) -> Response {
    let mut response = answer.into_response();
    if let Some(cookie) = session::cookie(token, headers) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

fn later(problem: Problem, seconds: u64) -> Response {
    let mut response = problem.into_response();
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// Show who one is, and what one may do.
#[utoipa::path(get, path = "/v1/session", tag = "identity", responses((status = 200, body = WhoView)))]
async fn show(State(state): State<AppState>, identity: Identity) -> Result<JsonAnswer<WhoView>, Problem> {
    who(&state, &identity).await.map(JsonAnswer)
}

/// Sign out: the session ends, wherever its cookie is.
#[utoipa::path(delete, path = "/v1/session", tag = "identity", responses((status = 204, description = "It has ended.")))]
async fn sign_out(State(state): State<AppState>, headers: HeaderMap, identity: Identity) -> Response {
    if let Some(session) = &identity.session {
        state.identities.sessions.end(session, state.now());
    }
    with_cookie(StatusCode::NO_CONTENT, None, &headers)
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
    let user = identity.session.as_ref().and_then(|session| state.identities.user(&session.user));
    let Some(user) = user else {
        return Err(Problem::new("not_allowed", "only people have passwords: sign in with name and password"));
    };
    if !password::is_right(given.password, user.password.clone()).await? {
        return Err(Problem::new("unauthorised", "the present password is another one"));
    }
    let hash = password::hash(given.new_password, "/new_password").await?;
    let body = Body::ChangeUser { user: user.id.clone(), change: UserChange::Password { hash } };
    let reply = submit(&state, caller, &bytes, body).await?;
    state.identities.refresh(&state.readers).await?;
    Ok(JsonAnswer(accepted(&reply)))
}
