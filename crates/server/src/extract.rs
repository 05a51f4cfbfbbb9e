//! What handlers take from a request, with problems instead of the framework's own errors.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Bytes, HttpBody};
use axum::extract::{FromRequest, FromRequestParts, Path as AxumPath, Query as AxumQuery, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use partition::AnyKey;
use runtime::Version;
use serde::de::DeserializeOwned;
use trade::Actor;

use crate::auth::Identity;
use crate::in_flight::Claim;
use crate::problem::{FieldError, Problem};
use crate::state::AppState;
use crate::version::if_match;

/// So much of a body that is too large is read and thrown away, because most clients listen only after they have sent all of it.
const MAX_DRAINED: usize = 4 * crate::MAX_BODY;
/// And no longer than this.
/// A body has to be there within this time; whoever sends it byte by byte would hold a place for nothing.
const BODY_WITHIN: Duration = Duration::from_secs(60);
const DRAIN_TIME: Duration = Duration::from_secs(10);

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
pub(crate) struct Body(pub(crate) Bytes);

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        if let Some(encoding) = text(&parts.headers, header::CONTENT_ENCODING).filter(|encoding| *encoding != "identity") {
            let detail = format!("the body is encoded with {encoding}; send it as it is");
            return Err(Problem::new("unsupported_media_type", detail));
        }
        if text(&parts.headers, header::CONTENT_TYPE).is_some_and(|given| given.starts_with("multipart/")) {
            let detail =
                "a form with parts is not understood; send the file itself as the body, such as `curl --data-binary @FILE`";
            return Err(Problem::new("unsupported_media_type", detail));
        }
        let read = tokio::time::timeout(BODY_WITHIN, read(&parts.headers, body)).await;
        let slow = || Problem::new("too_slow", format!("the body was not there within {} s", BODY_WITHIN.as_secs()));
        read.map_err(|_| slow())?.map(Self)
    }
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim)
}

fn too_large() -> Problem {
    let limit = crate::MAX_BODY / 1024 / 1024;
    Problem::new("too_large", format!("a request may have {limit} MiB; split the file and send the parts"))
}

async fn read(headers: &HeaderMap, mut body: axum::body::Body) -> Result<Bytes, Problem> {
    let announced = text(headers, header::CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok());
    if announced.is_some_and(|length| length > crate::MAX_BODY as u64) {
        // who asks first whether to go on has sent nothing yet
        if !headers.contains_key(header::EXPECT) {
            drain(&mut body, 0).await;
        }
        return Err(too_large());
    }
    let mut first = Bytes::new();
    let mut all = Vec::new();
    while let Some(data) = next(&mut body).await? {
        if first.is_empty() {
            first = data;
            continue;
        }
        if all.is_empty() {
            all.extend_from_slice(&first);
        }
        if all.len() + data.len() > crate::MAX_BODY {
            drain(&mut body, all.len()).await;
            return Err(too_large());
        }
        all.extend_from_slice(&data);
    }
    let bytes = if all.is_empty() { first } else { Bytes::from(all) };
    if bytes.len() > crate::MAX_BODY { Err(too_large()) } else { Ok(bytes) }
}

/// The next piece of a body; trailers are passed over.
async fn next(body: &mut axum::body::Body) -> Result<Option<Bytes>, Problem> {
    loop {
        match poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await {
            None => return Ok(None),
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data()
                    && !data.is_empty()
                {
                    return Ok(Some(data));
                }
            }
            Some(Err(error)) => return Err(Problem::new("malformed", format!("the body could not be read: {error}"))),
        }
    }
}

async fn drain(body: &mut axum::body::Body, read: usize) {
    let mut read = read;
    let all = async {
        while let Ok(Some(data)) = next(body).await {
            read += data.len();
            if read > MAX_DRAINED {
                break;
            }
        }
    };
    // whoever sends for longer gets the answer in the middle of it
    let _ = tokio::time::timeout(DRAIN_TIME, all).await;
}

/// A JSON body, and its bytes for the digest of the request.
#[derive(Debug)]
pub(crate) struct Json<T>(pub(crate) T, pub(crate) Bytes);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        is_json(request.headers())?;
        let Body(bytes) = Body::from_request(request, state).await?;
        let text: &[u8] = if bytes.iter().all(u8::is_ascii_whitespace) { b"{}" } else { &bytes };
        match serde_json::from_slice(text) {
            Ok(value) => Ok(Self(value, bytes)),
            Err(error) => Err(of_json::<T>(&error, text)),
        }
    }
}

/// Refuses bodies that say that they are something else than JSON; to say nothing is fine.
pub(crate) fn is_json(headers: &HeaderMap) -> Result<(), Problem> {
    let Some(given) = text(headers, header::CONTENT_TYPE) else { return Ok(()) };
    let kind = given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if kind == "application/json" || kind.starts_with("application/") && kind.ends_with("+json") {
        return Ok(());
    }
    let detail = format!("the body is said to be {kind}; send JSON with the header `Content-Type: application/json`");
    Err(Problem::new("unsupported_media_type", detail))
}

/// The problem of JSON that cannot be read, or that is not of the expected form.
fn of_json<T: DeserializeOwned>(error: &serde_json::Error, text: &[u8]) -> Problem {
    let place = format!("line {}, column {}", error.line(), error.column());
    let (code, pointer, mend) = if error.is_data() {
        ("invalid", pointer_of::<T>(text), "hold it against the schema of this path in /openapi.json")
    } else {
        // what is no JSON has no values to point at
        ("malformed", place.clone(), "send one JSON object in UTF-8")
    };
    let field = FieldError { pointer, cause: error.to_string(), mend: mend.to_owned() };
    Problem::new(code, format!("the body is not what was expected, at {place}")).with_errors(vec![field])
}

/// Where in a body the value stands that is not of the expected form, as a JSON pointer (RFC 6901). Only for a body that has been refused: to
/// know the place costs more than to read.
fn pointer_of<T: DeserializeOwned>(text: &[u8]) -> String {
    use serde_path_to_error::Segment;
    let mut pointer = String::new();
    let Err(error) = serde_path_to_error::deserialize::<_, T>(&mut serde_json::Deserializer::from_slice(text)) else {
        return pointer;
    };
    for segment in error.path() {
        let step = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } => key.replace('~', "~0").replace('/', "~1"),
            Segment::Enum { .. } | Segment::Unknown => continue,
        };
        pointer.push('/');
        pointer.push_str(&step);
    }
    pointer
}

/// Who asks, and the idempotency key that every POST carries. As long as it or a clone lives, no other request has the key.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) actor: Actor,
    pub(crate) key: String,
    /// Method and path, which belong to what the key stands for.
    pub(crate) target: String,
    /// The versions that `If-Match` names, and of which aggregate they are.
    pub(crate) if_match: Option<Vec<Version>>,
    pub(crate) about: Option<AnyKey>,
    /// The trace that the request belongs to.
    pub(crate) trace: Option<units::Text>,
    _claim: Arc<Claim>,
}

impl Caller {
    /// Says which aggregate the request changes: what `If-Match` is about.
    pub(crate) fn on(mut self, about: impl Into<AnyKey>) -> Self {
        self.about = Some(about.into());
        self
    }

    /// The same caller with a key for one of several commands of a request.
    pub(crate) fn part(&self, index: usize) -> Self {
        Self { key: format!("{}\u{1f}{index}", self.key), ..self.clone() }
    }
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let actor = actor(parts)?;
        let key = parts.headers.get("idempotency-key").and_then(|value| value.to_str().ok()).unwrap_or_default().trim();
        if key.is_empty() || key.len() > 200 {
            let detail = "send the header `Idempotency-Key` with 1 to 200 characters, unique to this request";
            return Err(Problem::new("idempotency_key_missing", detail));
        }
        // keys of different callers do not meet
        let key = format!("{}\u{1f}{key}", actor.id);
        let claim = state.in_flight.claim(&key).ok_or_else(|| {
            Problem::new("in_progress", "a request with this Idempotency-Key is being worked on; ask again in a moment")
        })?;
        let target = format!("{} {}", parts.method, parts.uri.path());
        let (if_match, trace) = (if_match(&parts.headers)?, trace(&parts.headers));
        Ok(Self { key, actor, target, if_match, about: None, trace, _claim: Arc::new(claim) })
    }
}

/// The trace that a request belongs to (W3C Trace Context, `traceparent`); one that cannot be read counts as none, as the standard asks.
pub(crate) fn trace(headers: &HeaderMap) -> Option<units::Text> {
    let given = headers.get("traceparent")?.to_str().ok()?.trim();
    let mut parts = given.split('-');
    let mut part = |digits: usize| {
        let is_hex = |text: &&str| text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        parts.next().filter(|text| text.len() == digits).filter(is_hex)
    };
    let (version, trace, span, _flags) = (part(2)?, part(32)?, part(16)?, part(2)?);
    let is_zero = |text: &str| text.bytes().all(|byte| byte == b'0');
    // later versions may append parts; the present one has none
    let has_more = parts.next().is_some();
    let is_wrong = version == "ff" || is_zero(trace) || is_zero(span) || version == "00" && has_more;
    (!is_wrong).then(|| given.chars().take(55).collect())
}

/// Who asks, on reads.
#[derive(Debug, Clone)]
pub(crate) struct Reading(pub(crate) Actor);

impl<S: Send + Sync> FromRequestParts<S> for Reading {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        actor(parts).map(Self)
    }
}

fn actor(parts: &Parts) -> Result<Actor, Problem> {
    let identity = parts.extensions.get::<Identity>();
    identity.map(|identity| identity.actor.clone()).ok_or_else(|| Problem::new("unauthorised", "nobody is known here"))
}

/// A JSON answer with status 201.
pub(crate) struct Created<T>(pub(crate) T);

impl<T: serde::Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        (axum::http::StatusCode::CREATED, axum::Json(self.0)).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_of_another_form_is_pointed_at_as_rfc_6901_has_it() {
        #[derive(Debug, serde::Deserialize)]
        struct Line {
            #[expect(dead_code, reason = "only whether it can be read matters")]
            quantity: i64,
        }
        type Order = std::collections::BTreeMap<String, Vec<Line>>;
        for (body, pointer) in [
            (r#"{"lines": [{"quantity": 1}, {"quantity": "two"}]}"#, "/lines/1/quantity"),
            (r#"{"a/b~c": 1}"#, "/a~1b~0c"),
            (r#"{"lines": [{}]}"#, "/lines/0"),
            ("[]", ""),
        ] {
            let error = serde_json::from_str::<Order>(body).unwrap_err();
            let problem = of_json::<Order>(&error, body.as_bytes());
            assert_eq!((problem.status, problem.errors[0].pointer.as_str()), (422, pointer), "{body}");
        }
    }

    fn traced(value: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert("traceparent", value.parse().unwrap());
        trace(&headers).map(|trace| trace.to_string())
    }

    #[test]
    fn a_trace_is_taken_over_as_it_is_and_one_that_cannot_be_read_is_ignored() {
        let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assert_eq!(traced(good).as_deref(), Some(good));
        assert_eq!(
            traced("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more").map(|trace| trace.len()),
            Some(55)
        );
        for bad in [
            "",
            "00",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ] {
            assert_eq!(traced(bad), None, "{bad}");
        }
    }
}
