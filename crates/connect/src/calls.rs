//! The last calls of a system, as people look at them: request and answer, without secrets and cut to a readable size.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use reqwest::header::{HeaderMap, HeaderValue};
use serde_json::Value;
use units::Text;

/// So many calls are kept of each system, since the start.
pub const CALLS_KEPT: usize = 200;
/// So much of a body is kept, in bytes.
const BODY: usize = 8 * 1024;
/// What stands where a secret was.
const MASK: &str = "***";
/// Parts of names of headers and fields whose values are nobody's business.
const SECRET: [&str; 10] =
    ["authorization", "cookie", "password", "passwd", "secret", "token", "api-key", "api_key", "apikey", "signature"];
/// A header's value shorter than that would be found everywhere.
const SHORTEST_SECRET: usize = 6;

/// A call of a system.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Call {
    /// 1, 2, 3 … since the start.
    pub number: u64,
    /// The effect that it delivers; empty for what is fetched.
    pub effect: Text,
    /// What is asked for; `poll` for what is fetched.
    pub capability: Text,
    /// What it is about, such as `warehouse_order WO-1`; may be empty.
    pub subject: Text,
    /// The order that it belongs to; may be empty.
    pub order: Text,
    /// Which try it was, 1 for the first.
    pub attempt: u32,
    /// When it began, in milliseconds since 1970.
    pub began: i64,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// The method.
    pub method: String,
    /// The address.
    pub url: String,
    /// Headers of the request.
    pub request_headers: Vec<(String, String)>,
    /// Body of the request.
    pub request: Cut,
    /// Status of the answer; `None` if there was none.
    pub status: Option<u16>,
    /// Headers of the answer.
    pub response_headers: Vec<(String, String)>,
    /// Body of the answer.
    pub response: Cut,
    /// What it meant: `done`, `refused`, `again`, `broken` or `down`.
    pub outcome: &'static str,
    /// Why it was not done.
    pub cause: Option<String>,
}

/// A text that may have been cut.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cut {
    /// What is left of it.
    pub text: String,
    /// How long it was, in bytes.
    pub bytes: usize,
    /// Whether some was cut off.
    pub is_cut: bool,
}

/// The last calls.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    kept: Mutex<(u64, VecDeque<Call>)>,
    /// Values of the configured headers that are secret: an answer may repeat them.
    secrets: Vec<String>,
}

impl Calls {
    pub(crate) fn new(headers: &HeaderMap) -> Self {
        let long = |value: &HeaderValue| value.to_str().ok().filter(|text| text.len() >= SHORTEST_SECRET).map(str::to_owned);
        let secret = headers.values().filter(|value| value.is_sensitive());
        Self { kept: Mutex::default(), secrets: secret.filter_map(long).collect() }
    }

    /// Keeps a call; the oldest one makes room.
    pub(crate) fn add(&self, call: Call) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.0 += 1;
        let number = kept.0;
        if kept.1.len() == CALLS_KEPT {
            kept.1.pop_front();
        }
        kept.1.push_back(Call { number, ..call });
    }

    /// How many there were since the start, and the last ones, the newest first.
    pub(crate) fn list(&self) -> (u64, Vec<Call>) {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        (kept.0, kept.1.iter().rev().cloned().collect())
    }

    /// How many there were since the start, and when the last one began.
    pub(crate) fn last(&self) -> (u64, Option<i64>) {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        (kept.0, kept.1.back().map(|call| call.began))
    }

    /// Headers as they may be seen.
    pub(crate) fn headers(&self, headers: &HeaderMap) -> Vec<(String, String)> {
        let shown = |value: &HeaderValue| self.without_secrets(&String::from_utf8_lossy(value.as_bytes()));
        let one = |(name, value): (&reqwest::header::HeaderName, &HeaderValue)| {
            let hidden = value.is_sensitive() || is_secret(name.as_str());
            (name.to_string(), if hidden { MASK.to_owned() } else { shown(value) })
        };
        headers.iter().map(one).collect()
    }

    /// A body as it may be seen.
    pub(crate) fn body(&self, body: &[u8]) -> Cut {
        let text = match serde_json::from_slice::<Value>(body) {
            Ok(mut value) => {
                mask(&mut value);
                value.to_string()
            }
            Err(_) => String::from_utf8_lossy(body).into_owned(),
        };
        let mut text = self.without_secrets(&text);
        let is_cut = text.len() > BODY;
        if is_cut {
            let end = (0..=BODY).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
            text.truncate(end);
        }
        Cut { text, bytes: body.len(), is_cut }
    }

    /// An address as it may be seen: without user and password, and with no secret parameters.
    pub(crate) fn address(&self, url: &str) -> String {
        let Ok(mut parsed) = reqwest::Url::parse(url) else { return self.without_secrets(url) };
        // an address that cannot have a user has none
        let _ = parsed.set_username("");
        let _ = parsed.set_password(None);
        if parsed.query().is_some() {
            let shown = |(name, value): (std::borrow::Cow<'_, str>, std::borrow::Cow<'_, str>)| {
                let hidden = is_secret(&name);
                (name.into_owned(), if hidden { MASK.to_owned() } else { value.into_owned() })
            };
            let pairs: Vec<(String, String)> = parsed.query_pairs().map(shown).collect();
            parsed.query_pairs_mut().clear().extend_pairs(pairs);
        }
        self.without_secrets(parsed.as_str())
    }

    pub(crate) fn without_secrets(&self, text: &str) -> String {
        self.secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), MASK))
    }
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET.iter().any(|part| name.contains(part)) && !name.starts_with("idempotency")
}

/// Hides the values of fields with telling names, at any depth.
fn mask(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                if is_secret(name) && !value.is_null() {
                    *value = Value::String(MASK.to_owned());
                } else {
                    mask(value);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(mask),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calls() -> Calls {
        let mut headers = HeaderMap::new();
        let mut secret = HeaderValue::from_static("Bearer 0123456789");
        secret.set_sensitive(true);
        headers.insert("x-erp", secret);
        Calls::new(&headers)
    }

    #[test]
    fn no_secret_is_kept_wherever_it_stands() {
        let calls = calls();
        let body = calls.body(br#"{"order":"SO-1","login":{"Password":"p","note":"said Bearer 0123456789"},"token":null}"#);
        assert_eq!(body.text, r#"{"order":"SO-1","login":{"Password":"***","note":"said ***"},"token":null}"#);
        assert_eq!(calls.body(b"refused: Bearer 0123456789").text, "refused: ***");
        assert_eq!(calls.address("https://ann:pw@erp.example/a?x=1&api_key=7"), "https://erp.example/a?x=1&api_key=***");
        let mut headers = HeaderMap::new();
        headers.insert("x-erp", {
            let mut value = HeaderValue::from_static("s");
            value.set_sensitive(true);
            value
        });
        headers.insert("set-cookie", HeaderValue::from_static("a=b"));
        headers.insert("idempotency-key", HeaderValue::from_static("EF-1-2"));
        let shown = calls.headers(&headers);
        assert!(
            shown.contains(&("x-erp".to_owned(), "***".to_owned()))
                && shown.contains(&("set-cookie".to_owned(), "***".to_owned()))
        );
        assert!(shown.contains(&("idempotency-key".to_owned(), "EF-1-2".to_owned())));
    }

    #[test]
    fn a_long_body_is_cut_between_letters() {
        let body = calls().body("é".repeat(BODY).as_bytes());
        assert!(body.is_cut && body.text.len() <= BODY && body.bytes == 2 * BODY);
        assert!(!calls().body(b"{}").is_cut);
    }

    #[test]
    fn the_oldest_call_makes_room() {
        let calls = calls();
        (0..CALLS_KEPT + 5).for_each(|_| calls.add(Call::default()));
        let (total, kept) = calls.list();
        assert_eq!((total, kept.len()), (CALLS_KEPT as u64 + 5, CALLS_KEPT));
        assert_eq!((kept[0].number, kept[CALLS_KEPT - 1].number), (205, 6));
    }
}
