//! Signing in at the identity provider.

use axum::Json as JsonAnswer;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use partition::identity::{Rights, User, UserChange};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use trade::{Actor, Role};
use units::Text;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::Query;
use crate::identity::oidc::{Attempt, Callback, Person, Provider, SignInError};
use crate::identity::session::{self, Session};
use crate::problem::Problem;
use crate::resource::session::shown;
use crate::state::AppState;
use crate::submit::change_of_ours;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(show)).routes(routes!(sign_in)).routes(routes!(callback))
}

/// Where people can sign in beside name and password.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ProviderView {
    /// How people know it; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Company account")]
    name: Option<String>,
    /// Where a browser goes to sign in there; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/v1/session/provider/sign-in")]
    sign_in_at: Option<&'static str>,
}

/// Show whether there is an identity provider to sign in at.
#[utoipa::path(get, path = "/v1/session/provider", tag = "identity", security(), responses((status = 200, body = ProviderView)))]
async fn show(State(state): State<AppState>) -> JsonAnswer<ProviderView> {
    let provider = state.identities.provider.as_ref();
    JsonAnswer(ProviderView {
        name: provider.map(|provider| provider.name().to_owned()),
        sign_in_at: provider.map(|_| "/v1/session/provider/sign-in"),
    })
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SignInQuery {
    /// The page of this installation to go on with, such as `/orders`; the first one unless given.
    return_to: Option<String>,
}

/// Send a browser to the identity provider to sign in there.
#[utoipa::path(get, path = "/v1/session/provider/sign-in", tag = "identity", security(), params(SignInQuery),
    responses((status = 303, description = "Sign in there.", headers(("Location" = String, description = "Where to sign in.")))))]
async fn sign_in(
    State(state): State<AppState>,
    headers: HeaderMap,
    Query(query): Query<SignInQuery>,
) -> Result<Response, Problem> {
    let provider = provider(&state)?;
    let (sessions, now) = (&state.identities.sessions, state.now());
    let attempt = Attempt::begin()?;
    let address = match provider.address(&attempt, sessions, now).await {
        Ok(address) => address,
        Err(error) => return Ok(refused(&error, &headers)),
    };
    let return_to = query.return_to.as_deref().filter(|path| is_ours(path)).unwrap_or("/");
    let token = sessions.attempt_token(attempt.number(), return_to, now);
    let mut response = see(address.as_str());
    add_cookie(&mut response, session::attempt_cookie(Some(&token), state.identities.is_secure(&headers)));
    Ok(response)
}

/// Take a browser back from the identity provider: whoever may come in has a session, and anybody else is told why not.
///
/// Parameters that nobody here knows are passed over, as the standard asks (RFC 6749 §4.1.2).
#[utoipa::path(get, path = "/v1/session/provider/callback", tag = "identity", security(),
    params(
        ("code" = Option<String>, Query, description = "What the provider gives for the person's token."),
        ("state" = Option<String>, Query, description = "Which sign-in it answers."),
        ("error" = Option<String>, Query, description = "Why there is no code."),
        ("error_description" = Option<String>, Query, description = "The same for people."),
        ("iss" = Option<String>, Query, description = "Which provider answers (RFC 9207)."),
    ),
    responses((status = 303, description = "Go on.", headers(("Location" = String, description = "The page to go on with; `/?sign_in=…` says why nobody was signed in.")))))]
async fn callback(
    State(state): State<AppState>,
    headers: HeaderMap,
    Query(callback): Query<Callback>,
) -> Result<Response, Problem> {
    let (provider, is_secure) = (provider(&state)?, state.identities.is_secure(&headers));
    let mut response = match admit(&state, provider, callback, &headers).await {
        Ok((session, return_to)) => {
            tracing::info!(user = %session.user, "signed in at the identity provider");
            let mut response = see(&return_to);
            add_cookie(&mut response, session::cookie(Some(&state.identities.sessions.token(&session)), is_secure));
            response
        }
        Err(error) => refused(&error, &headers),
    };
    // it counts once
    add_cookie(&mut response, session::attempt_cookie(None, is_secure));
    Ok(response)
}

async fn admit(
    state: &AppState,
    provider: &Provider,
    callback: Callback,
    headers: &HeaderMap,
) -> Result<(Session, String), SignInError> {
    let (sessions, now) = (&state.identities.sessions, state.now());
    let begun = session::attempt_of(headers).and_then(|token| sessions.open_attempt(token, now));
    let (number, return_to) = begun.ok_or(SignInError::Expired)?;
    let person = provider.person(&Attempt::of(&number), callback, sessions, now).await?;
    let user = known(state, person).await?;
    let mut session = sessions.begin(&user, now).map_err(|problem| SignInError::Unavailable(problem.detail))?;
    session.by_provider = true;
    Ok((session, return_to))
}

/// The person as the record has them, after it has taken up what the provider says. Whoever was vouched for once is the same person
/// ever after, whatever they are called there.
async fn known(state: &AppState, person: Person) -> Result<Arc<User>, SignInError> {
    let Person { subject, id, name, rights } = person;
    let not_admitted = SignInError::NotAdmitted;
    let known = state.identities.user_of_subject(&subject);
    if rights.as_ref().is_some_and(|rights| rights.roles.is_empty()) {
        if let Some(user) = &known {
            lose_all(state, user, subject, name).await?;
        }
        return Err(SignInError::NoRole(id.to_string()));
    }
    let id = known.map_or(id, |user| user.id.clone());
    if state.identities.user(&id).is_some_and(|user| user.disabled) {
        return Err(not_admitted(format!("{id} may not sign in")));
    }
    state.may_name(&id).map_err(|problem| not_admitted(problem.detail))?;
    vouch(state, &id, UserChange::Vouched { subject, name, rights }).await?;
    let user = state.identities.user(&id).filter(|user| !user.disabled);
    user.ok_or_else(|| not_admitted(format!("{id} may not sign in")))
}

/// Takes the rights of somebody whom the provider grants none any more, and ends their sessions. The rights go last: as long as they are
/// there it is done again.
async fn lose_all(state: &AppState, user: &User, subject: Text, name: Text) -> Result<(), SignInError> {
    let rights = Rights::default();
    if user.rights == rights {
        return Ok(());
    }
    vouch(state, &user.id, UserChange::EndSessions).await?;
    vouch(state, &user.id, UserChange::Vouched { subject, name, rights: Some(rights) }).await
}

/// Puts on the record what the provider says.
async fn vouch(state: &AppState, user: &Text, change: UserChange) -> Result<(), SignInError> {
    // the space is in no name, so it is nobody else on the record
    let actor = Actor { id: Text::const_new("identity provider"), roles: vec![Role::System], limit: None };
    let answer = change_of_ours(state, actor, user.clone(), change).await;
    answer.map_err(|problem| SignInError::Unavailable(problem.detail))?.map_err(SignInError::NotAdmitted)
}

fn provider(state: &AppState) -> Result<&Provider, Problem> {
    let provider = state.identities.provider.as_deref();
    provider.ok_or_else(|| Problem::not_found("identity provider; `server.oidc` in the configuration names one"))
}

/// Whether it is a page of this installation: a path, and nothing that a browser would take for another site.
fn is_ours(path: &str) -> bool {
    let is_path = path.starts_with('/') && !path.starts_with("//") && !path.contains('\\');
    is_path && path.len() <= 2_000 && path.bytes().all(|byte| (0x21..0x7f).contains(&byte))
}

/// Back to the page where people sign in, which has a sentence for each code. The log has the rest: it is not for whoever made up the link.
fn refused(error: &SignInError, headers: &HeaderMap) -> Response {
    let from = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let (why, from) = (shown(&error.to_string(), 600), shown(from, 100));
    tracing::warn!(error = ?why, ?from, "nobody was signed in at the identity provider");
    see(&format!("/?sign_in={}", error.code()))
}

fn see(address: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(address) = HeaderValue::from_str(address) {
        response.headers_mut().insert(header::LOCATION, address);
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn add_cookie(response: &mut Response, cookie: Option<HeaderValue>) {
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_to_another_site_after_signing_in() {
        for ours in ["/", "/orders?status=held", "/orders/7#lines"] {
            assert!(is_ours(ours), "{ours}");
        }
        for other in ["", "orders", "//evil.example", "/\\evil.example", "https://evil.example", "/a\r\nb", "/a b"] {
            assert!(!is_ours(other), "{other}");
        }
    }
}
