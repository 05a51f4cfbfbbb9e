//! Every error of the API in one form: problem details (RFC 9457).

use std::any::Any;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::{Path, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use runtime::Answer;
use serde::Serialize;
use store::StoreError;

/// What went wrong, for programs and for people.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// A page that explains the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The code in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened this time, with the values.
    pub detail: String,
    /// A stable code for programs.
    pub code: String,
    /// What is wrong where in the request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// Names this request in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<String>,
    /// The version that is there, as an entity tag.
    #[serde(skip)]
    pub(crate) tag: Option<String>,
    /// After how many seconds to ask again.
    #[serde(skip)]
    pub(crate) retry_after: Option<u64>,
}

/// One thing that is wrong in a request.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct FieldError {
    /// Where: a JSON pointer, a row, a segment.
    pub pointer: String,
    /// What is wrong.
    pub cause: String,
    /// How to mend it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub mend: String,
}

/// Every code: its status and title. Each has a page in the reference.
pub const CODES: &[(&str, u16, &str)] = &[
    ("unauthorised", 401, "nobody who is known"),
    ("second_factor_required", 401, "a second factor is asked for"),
    ("not_allowed", 403, "whoever asks may not do that"),
    ("not_found", 404, "there is no such thing"),
    ("unknown_path", 404, "the API has no such path"),
    ("unknown_method", 405, "the path does not know this method"),
    ("invalid", 422, "a value is not possible"),
    ("malformed", 400, "the request cannot be read"),
    ("too_slow", 408, "the request did not arrive in time"),
    ("too_large", 413, "the request is too large"),
    ("unsupported_media_type", 415, "the content type is not understood"),
    ("idempotency_key_missing", 400, "a POST needs an Idempotency-Key"),
    ("in_progress", 409, "a request with this Idempotency-Key is being worked on"),
    ("changed", 412, "it has changed since it was read"),
    ("idempotency_key_reused", 422, "the Idempotency-Key was used for another request"),
    ("wrong_status", 409, "the order is in a state in which this cannot be done"),
    ("held", 409, "a hold is in the way"),
    ("not_held", 409, "there is no such hold"),
    ("not_enough_stock", 409, "there is not enough stock"),
    ("reservation_not_active", 409, "the reservation is not active"),
    ("too_much_money", 409, "more money than is open"),
    ("action_not_offered", 409, "the exception does not offer this action"),
    ("not_deployable", 422, "a model cannot be deployed"),
    ("not_filled_in", 422, "a form is not filled in as it allows"),
    ("in_the_way", 409, "the instance cannot go on with that version"),
    ("conflict", 409, "the request contradicts what is there"),
    ("too_many_requests", 429, "too many requests"),
    ("unavailable", 503, "the store cannot be written or read now"),
    ("internal", 500, "a fault of ours"),
];

/// What the reference says about every code.
const PAGES: &str = include_str!("../../../docs/src/reference/problems.md");

/// The page that a problem's `type` names: title, meaning and mend of its code, as in the reference. Anybody may read it.
pub(crate) async fn page(Path(code): Path<String>) -> Response {
    let page = CODES.iter().find(|(known, ..)| *known == code).and_then(|(code, ..)| section(code));
    match page {
        Some(page) => ([(header::CONTENT_TYPE, "text/markdown; charset=utf-8")], page).into_response(),
        None => Problem::not_found(format_args!("problem {code}; a problem's `code` names it")).into_response(),
    }
}

/// The part of the reference that is about a code.
fn section(code: &str) -> Option<String> {
    let (_, rest) = PAGES.split_once(&format!("\n## {code}\n"))?;
    let text = rest.split("\n## ").next().unwrap_or(rest).trim();
    Some(format!("# {code}\n\n{text}\n"))
}

/// What mends a refusal of one record of a file, by its code.
pub(crate) fn mend_of(code: &str) -> &'static str {
    match code {
        "not_found" => "import what it names first, or mend the name",
        "invalid" => "mend the value and send the record again",
        "not_allowed" => "ask with a key that has the role for it",
        "conflict" | "wrong_status" => "look at what is there; take the record out if it is done",
        _ => "mend the record and send it again",
    }
}

impl Problem {
    /// A problem of a declared code; an unknown code is a fault of ours and is told as such.
    pub fn new(code: &str, detail: impl Into<String>) -> Self {
        let (code, status, title) =
            CODES.iter().find(|(name, ..)| *name == code).copied().unwrap_or(("internal", 500, "a fault of ours"));
        Self {
            kind: format!("/docs/problems/{code}"),
            title: title.to_owned(),
            status,
            detail: detail.into(),
            code: code.to_owned(),
            errors: Vec::new(),
            trace_id: None,
            tag: None,
            retry_after: None,
        }
    }

    /// With what is wrong where.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<FieldError>) -> Self {
        self.errors = errors;
        self
    }

    /// There is no such thing.
    pub(crate) fn not_found(what: impl std::fmt::Display) -> Self {
        Self::new("not_found", format!("there is no {what}"))
    }
}

impl IntoResponse for Problem {
    fn into_response(mut self) -> Response {
        if self.status >= 500 {
            // a store's words stay in the log (what the caller reads and what the log keeps travel separately)
            tracing::error!(code = self.code, detail = self.detail, "request failed");
        }
        self.trace_id = TRACE.try_with(Clone::clone).ok();
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, axum::Json(&self)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(tag) = self.tag.and_then(|tag| HeaderValue::from_str(&tag).ok()) {
            headers.insert(header::ETAG, tag);
        }
        let soon = (status == StatusCode::SERVICE_UNAVAILABLE || self.code == "in_progress").then_some(1);
        if let Some(seconds) = self.retry_after.or(soon) {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "read the store");
        Self::new("unavailable", "the store could not be read; the log has the cause")
    }
}

impl From<runtime::ReconcileError> for Problem {
    fn from(error: runtime::ReconcileError) -> Self {
        tracing::error!(%error, "hold the records against each other");
        Self::new("unavailable", "the records could not be read; the log has the cause")
    }
}

/// The problem of an answer that is no reply.
pub(crate) fn of_answer(answer: Answer) -> Problem {
    match answer {
        Answer::Done { .. } => Problem::new("internal", "a reply of another kind was expected"),
        Answer::Refused { code, detail, findings } => of_refusal(&code, detail.into(), &findings),
        Answer::KeyReused => {
            Problem::new("idempotency_key_reused", "send another Idempotency-Key, or the same request as before")
        }
        Answer::Stale { version } => {
            let mut problem =
                Problem::new("changed", "If-Match does not name the version that is there; read it again and decide anew");
            problem.tag = version.map(crate::version::tag);
            problem
        }
        Answer::Failed { detail } => Problem::new("unavailable", detail),
    }
}

/// The problem of a refusal, with what is wrong where if it is more than one thing.
pub(crate) fn of_refusal(code: &str, detail: String, findings: &[trade::Finding]) -> Problem {
    if findings.is_empty() {
        return Problem::new(code, detail);
    }
    let many = if findings.len() == 1 { "one thing is" } else { "several things are" };
    Problem::new(code, format!("{many} in the way, and nothing has changed"))
        .with_errors(findings.iter().map(field).collect())
}

/// A finding of the partition at the API.
pub(crate) fn field(finding: &trade::Finding) -> FieldError {
    FieldError { pointer: finding.place.to_string(), cause: finding.cause.to_string(), mend: finding.mend.to_string() }
}

pub(crate) async fn unknown_path(uri: axum::http::Uri) -> Problem {
    Problem::new("unknown_path", format!("{} is not a path of this API; /openapi.json lists all", uri.path()))
}

pub(crate) async fn unknown_method(method: axum::http::Method, uri: axum::http::Uri) -> Problem {
    Problem::new("unknown_method", format!("{method} is not possible on {}", uri.path()))
}

pub(crate) fn from_panic(_: Box<dyn Any + Send>) -> Response {
    Problem::new("internal", "the request ended by a panic; the log has the place").into_response()
}

tokio::task_local! {
    static TRACE: String;
}

static REQUESTS: AtomicU64 = AtomicU64::new(1);

/// Whether it is the id of a trace: 32 lower-case hexadecimal digits, not all of them zero. Source: W3C Trace Context, section 3.2.2.3.
fn is_trace(text: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.len() == 32 && text.bytes().all(is_digit) && text.bytes().any(|byte| byte != b'0')
}

/// An id that no other program draws, nor this one after it was started again.
fn new_trace() -> String {
    let mut bytes = [0; 16];
    // without random bytes its requests are still told apart
    if getrandom::fill(&mut bytes).is_err() {
        bytes = u128::from(REQUESTS.fetch_add(1, Ordering::Relaxed)).to_be_bytes();
    }
    format!("{:032x}", u128::from_be_bytes(bytes))
}

/// Gives the request a name, the caller's if it sent a W3C trace context, and puts it on the answer.
pub(crate) async fn trace(request: Request, next: Next) -> Response {
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let if_none_match = request.headers().get(header::IF_NONE_MATCH).cloned();
    let given =
        request.headers().get("traceparent").and_then(|value| value.to_str().ok()?.split('-').nth(1).map(str::to_owned));
    let trace = given.filter(|trace| is_trace(trace)).unwrap_or_else(new_trace);
    let response = TRACE.scope(trace, next.run(request)).await;
    let mut response = crate::version::unless_known(&method, if_none_match.as_ref(), response);
    crate::page::link(&uri, &mut response);
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_the_id_of_a_trace_is_taken_for_one() {
        assert!(is_trace("0af7651916cd43dd8448eb211c80319c") && is_trace(&new_trace()));
        let others = ["0af7651916cd43dd8448eb211c80319", "0AF7651916CD43DD8448EB211C80319C", "g"];
        for other in others.map(str::to_owned).into_iter().chain(["0".repeat(32), "é".repeat(16)]) {
            assert!(!is_trace(&other), "{other}");
        }
        assert_ne!(new_trace(), new_trace());
    }

    #[test]
    fn every_refusal_has_a_code_of_its_own() {
        for code in
            ["not_found", "invalid", "wrong_status", "held", "not_held", "not_enough_stock", "not_allowed", "conflict"]
        {
            assert_eq!(Problem::new(code, "").code, code);
        }
        assert_eq!(Problem::new("never declared", "").status, 500);
    }
}
