//! A request as a span of its trace.

use std::time::{Duration, SystemTime};

use axum::http::{HeaderMap, HeaderValue, StatusCode};
use connect::{Side, Span};

use super::operation::Operation;

/// The span of a request, and the one of the caller that it is part of.
pub(super) struct Place {
    context: String,
    parent: Option<String>,
}

/// Makes a request a span of its caller's trace, or of a new one: what it leads to is part of it.
pub(super) fn enter(headers: &mut HeaderMap) -> Place {
    let given = crate::extract::trace(headers);
    let context = match &given {
        Some(given) => connect::child(Some(given)),
        // a trace that begins here is one that somebody wants, who has named a collector
        None => connect::child(None).strip_suffix("-00").map(|new| format!("{new}-01")).unwrap_or_default(),
    };
    if let Ok(value) = HeaderValue::from_str(&context) {
        headers.insert("traceparent", value);
    }
    Place { context, parent: given.and_then(|given| given.split('-').nth(2).map(str::to_owned)) }
}

/// The span of a request that was answered.
pub(super) fn of(operation: &Operation, status: StatusCode, place: Place, began: SystemTime, took: Duration) -> Span {
    Span {
        context: place.context,
        parent: place.parent,
        name: format!("{} {}", operation.method, operation.path),
        side: Side::Server,
        began,
        took,
        attributes: vec![
            ("http.request.method", operation.method.into()),
            ("http.route", operation.path.into()),
            ("http.response.status_code", status.as_u16().into()),
        ],
        error: status.is_server_error().then(|| status.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_part_of_its_callers_trace_or_begins_one() {
        let mut headers = HeaderMap::new();
        headers.insert("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap());
        let place = enter(&mut headers);
        assert_eq!(place.parent.as_deref(), Some("00f067aa0ba902b7"));
        assert!(
            place.context.starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-") && headers["traceparent"] == place.context
        );
        let begun = enter(&mut HeaderMap::new());
        assert!(begun.parent.is_none() && begun.context.ends_with("-01"));
    }
}
