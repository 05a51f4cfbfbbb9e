//! What handlers take from a request, with problems instead of the framework's own errors.

use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Path as AxumPath, Query as AxumQuery, Request};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use trade::Actor;

use crate::problem::{FieldError, Problem};

/// Parameters of the path.
#[derive(Debug)]
pub(crate) struct Path<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match AxumPath::<T>::from_request_parts(parts, state).await {
            Ok(AxumPath(value)) => Ok(Self(value)),
            Err(error) => Err(Problem::new("not_found", error.body_text())),
        }
    }
}

/// Parameters after the question mark; unknown ones are refused.
#[derive(Debug)]
pub(crate) struct Query<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match AxumQuery::<T>::from_request_parts(parts, state).await {
            Ok(AxumQuery(value)) => Ok(Self(value)),
            Err(error) => Err(Problem::new("malformed", format!("query: {}", error.body_text()))),
        }
    }
}

/// The bytes of the body.
#[derive(Debug)]
pub(crate) struct Body(pub(crate) axum::body::Bytes);

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match axum::body::Bytes::from_request(request, state).await {
            Ok(bytes) => Ok(Self(bytes)),
            Err(error) => Err(of_bytes(error)),
        }
    }
}

fn of_bytes(error: BytesRejection) -> Problem {
    let status = error.status();
    if status == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
        let limit = crate::MAX_BODY / 1024 / 1024;
        return Problem::new("too_large", format!("a request may have {limit} MiB; split the file and send the parts"));
    }
    Problem::new("malformed", format!("the body could not be read: {}", error.body_text()))
}

/// A JSON body, and its bytes for the digest of the request.
#[derive(Debug)]
pub(crate) struct Json<T>(pub(crate) T, pub(crate) axum::body::Bytes);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let Body(bytes) = Body::from_request(request, state).await?;
        let text: &[u8] = if bytes.iter().all(u8::is_ascii_whitespace) { b"{}" } else { &bytes };
        match serde_json::from_slice(text) {
            Ok(value) => Ok(Self(value, bytes)),
            Err(error) => Err(of_json(&error)),
        }
    }
}

/// The problem of JSON that cannot be read, or that is not of the expected form.
pub(crate) fn of_json(error: &serde_json::Error) -> Problem {
    let place = format!("line {}, column {}", error.line(), error.column());
    let code = if error.is_data() { "invalid" } else { "malformed" };
    let field = FieldError { pointer: place.clone(), cause: error.to_string(), mend: String::new() };
    Problem::new(code, format!("the body is not what was expected, at {place}")).with_errors(vec![field])
}

/// Who asks, and the idempotency key that every POST carries.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) actor: Actor,
    pub(crate) key: String,
    /// Method and path, which belong to what the key stands for.
    pub(crate) target: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let actor = actor(parts)?;
        let key = parts.headers.get("idempotency-key").and_then(|value| value.to_str().ok()).unwrap_or_default().trim();
        if key.is_empty() || key.len() > 200 {
            let detail = "send the header `Idempotency-Key` with 1 to 200 characters, unique to this request";
            return Err(Problem::new("idempotency_key_missing", detail));
        }
        let target = format!("{} {}", parts.method, parts.uri);
        // keys of different callers do not meet
        Ok(Self { key: format!("{}\u{1f}{key}", actor.id), actor, target })
    }
}

/// Who asks, on reads.
#[derive(Debug, Clone)]
pub(crate) struct Reading;

impl<S: Send + Sync> FromRequestParts<S> for Reading {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        actor(parts).map(|_| Self)
    }
}

fn actor(parts: &Parts) -> Result<Actor, Problem> {
    let actor = parts.extensions.get::<Actor>().cloned();
    actor.ok_or_else(|| Problem::new("unauthorised", "send the header `Authorization: Bearer <API key>`"))
}

/// A JSON answer with status 201.
pub(crate) struct Created<T>(pub(crate) T);

impl<T: serde::Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        (axum::http::StatusCode::CREATED, axum::Json(self.0)).into_response()
    }
}
