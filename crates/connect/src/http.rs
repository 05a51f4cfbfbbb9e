//! Calls over HTTP, and what their answers mean.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

use crate::Delivery;
use crate::config::{CapabilityConfig, SystemConfig};
use crate::connections::ConnectError;

/// What an answer means.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Verdict {
    /// Done.
    Done(Value),
    /// It will never be done.
    Refused(String),
    /// The system asks for another try, perhaps after a while.
    Again(String, Option<Duration>),
    /// The system was reached and says that it failed: it is broken, or it cannot cope with this document. What else it does tells which.
    Broken(String),
    /// The system cannot be reached.
    Down(String),
}

impl Verdict {
    /// In a word, for people, and why it was not done.
    pub(crate) fn outcome(&self) -> (&'static str, Option<String>) {
        match self {
            Self::Done(_) => ("done", None),
            Self::Refused(cause) => ("refused", Some(cause.clone())),
            Self::Again(cause, _) => ("again", Some(cause.clone())),
            Self::Broken(cause) => ("broken", Some(cause.clone())),
            Self::Down(cause) => ("down", Some(cause.clone())),
        }
    }
}

/// The longest pause that a system may ask for: a typing error of others must not park an effect for years.
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

/// Headers of a system, with the secrets that they refer to.
pub(crate) fn headers(config: &SystemConfig) -> Result<HeaderMap, ConnectError> {
    let mut headers = HeaderMap::new();
    for (name, value) in &config.headers {
        let wrong = |cause: String| ConnectError::Header { system: config.name.clone(), header: name.clone(), cause };
        let secret = crate::secret(value).map_err(wrong)?;
        let header = HeaderName::from_bytes(name.as_bytes()).map_err(|error| wrong(error.to_string()))?;
        let mut secret = HeaderValue::from_str(&secret).map_err(|error| wrong(error.to_string()))?;
        secret.set_sensitive(true);
        headers.insert(header, secret);
    }
    Ok(headers)
}

/// The path of a call: `{field}` stands for a field of the document.
fn path(template: &str, document: &Value) -> Result<String, String> {
    let mut path = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (field, after) = after.split_once('}').ok_or_else(|| format!("`{template}` has a brace without end"))?;
        let value = document.get(field).ok_or_else(|| format!("the document has no field `{field}`"))?;
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        path.push_str(before);
        path.extend(text.chars().map(|c| if c.is_ascii_alphanumeric() || "-._~".contains(c) { c } else { '_' }));
        rest = after;
    }
    path.push_str(rest);
    Ok(path)
}

/// Where an effect goes, or why it cannot go anywhere.
pub(crate) fn url(config: &SystemConfig, capability: &CapabilityConfig, document: &str) -> Result<String, String> {
    let parsed: Value = serde_json::from_str(document).unwrap_or(Value::Null);
    Ok(format!("{}{}", config.base_url.trim_end_matches('/'), path(&capability.path, &parsed)?))
}

/// What came back.
#[derive(Debug, Default)]
pub(crate) struct Answered {
    pub(crate) status: Option<u16>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// Why there is no answer, or none that is whole.
    pub(crate) failure: Option<String>,
}

/// The request that delivers an effect.
pub(crate) fn request(
    client: &reqwest::Client,
    config: &SystemConfig,
    capability: &CapabilityConfig,
    headers: &HeaderMap,
    url: &str,
    delivery: &Delivery,
) -> Result<reqwest::Request, String> {
    let method = if capability.method == "PUT" { reqwest::Method::PUT } else { reqwest::Method::POST };
    let request = client
        .request(method, url)
        .headers(headers.clone())
        .header("idempotency-key", delivery.id.to_string())
        .header("content-type", "application/json")
        .header("traceparent", crate::child(delivery.trace.as_deref()))
        .timeout(Duration::from_millis(config.timeout_ms))
        .body(delivery.document.to_string());
    request.build().map_err(|error| cause(&error))
}

/// Sends a request and reads the whole answer.
pub(crate) async fn send(client: &reqwest::Client, request: reqwest::Request) -> Answered {
    let response = match client.execute(request).await {
        Ok(response) => response,
        Err(error) => return Answered { failure: Some(cause(&error)), ..Answered::default() },
    };
    let (status, headers) = (Some(response.status().as_u16()), response.headers().clone());
    match response.bytes().await {
        Ok(body) => Answered { status, headers, body: body.to_vec(), failure: None },
        Err(error) => Answered { status, headers, body: Vec::new(), failure: Some(cause(&error)) },
    }
}

/// What an answer to an effect means; `shown` is its body as it may be seen.
pub(crate) fn verdict(answered: &Answered, shown: &str) -> Verdict {
    let status = match (&answered.failure, answered.status.map(reqwest::StatusCode::from_u16)) {
        (None, Some(Ok(status))) => status,
        (failure, _) => return Verdict::Down(failure.clone().unwrap_or_else(|| "there is no answer".to_owned())),
    };
    let after = answered.headers.get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
    let after = after.map(|seconds| Duration::from_secs(seconds).min(LONGEST_PAUSE));
    let body = &answered.body;
    if status.is_success() {
        // "accepted" in plain words is a yes all the same: to ask again might do it twice
        return Verdict::Done(serde_json::from_slice(body).unwrap_or_else(|_| Value::Object(serde_json::Map::new())));
    }
    let what = format!("{status}: {}", shown.chars().take(500).collect::<String>());
    match status.as_u16() {
        408 | 409 | 425 | 429 => Verdict::Again(what, after),
        500.. => Verdict::Broken(what),
        _ => Verdict::Refused(what),
    }
}

/// An error with what lies below it: reqwest keeps the telling part there.
pub fn cause(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut below = error.source();
    while let Some(source) = below {
        text = format!("{text}: {source}");
        below = source.source();
    }
    text
}

/// Which system serves a capability and route; an error if two do.
pub(crate) fn routes(systems: &[SystemConfig]) -> Result<BTreeMap<(String, String), usize>, ConnectError> {
    let mut routes = BTreeMap::new();
    for (at, system) in systems.iter().enumerate() {
        for (capability, details) in &system.capabilities {
            let known = routes.insert((capability.to_string(), details.route.to_string()), at);
            if let Some(first) = known.and_then(|known| systems.get(known)) {
                return Err(ConnectError::Twice {
                    capability: capability.clone(),
                    route: details.route.clone(),
                    first: first.name.clone(),
                    second: system.name.clone(),
                });
            }
        }
    }
    Ok(routes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_systems_for_the_same_thing_are_refused() {
        let system = |name: &str, route: &str| {
            let text = format!(
                "name = \"{name}\"\nbase_url = \"http://x\"\n[capabilities.\"wms.release\"]\npath = \"/\"\nroute = \"{route}\""
            );
            toml::from_str::<SystemConfig>(&text).unwrap()
        };
        assert_eq!(routes(&[system("a", "EAST"), system("b", "WEST")]).unwrap().len(), 2);
        let refused = routes(&[system("a", "EAST"), system("b", "EAST")]).unwrap_err().to_string();
        for part in ["a and b", "`wms.release`", "`EAST`", "another route"] {
            assert!(refused.contains(part), "{refused}");
        }
    }

    #[test]
    fn paths_take_fields_of_the_document_and_nothing_that_leaves_the_path() {
        let document = serde_json::json!({ "id": "WO-1", "evil": "../a?b" });
        assert_eq!(path("/releases/{id}/x", &document).unwrap(), "/releases/WO-1/x");
        assert_eq!(path("/{evil}", &document).unwrap(), "/.._a_b");
        assert!(path("/{none}", &document).is_err());
    }
}
