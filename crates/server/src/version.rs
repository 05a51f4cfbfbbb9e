//! Versions of what is shown: `ETag`, `If-None-Match`, `If-Match`.

use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use runtime::Version;
use serde::Serialize;

use crate::problem::Problem;

/// A JSON answer that names the version of what it shows.
pub(crate) struct Versioned<T>(pub(crate) T, pub(crate) Version);

impl<T: Serialize> IntoResponse for Versioned<T> {
    fn into_response(self) -> Response {
        let mut response = axum::Json(self.0).into_response();
        if let Ok(tag) = HeaderValue::from_str(&tag(self.1)) {
            response.headers_mut().insert(header::ETAG, tag);
        }
        response
    }
}

/// A version as an entity tag.
pub(crate) fn tag(version: Version) -> String {
    use std::fmt::Write;
    let mut tag = String::with_capacity(18);
    tag.push('"');
    for byte in version.0 {
        // writing to memory does not fail
        let _ = write!(tag, "{byte:02x}");
    }
    tag.push('"');
    tag
}

/// The versions that `If-Match` names: `None` without the header, none in particular for `*`.
pub(crate) fn if_match(headers: &HeaderMap) -> Result<Option<Vec<Version>>, Problem> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let wrong =
        || Problem::new("malformed", "If-Match holds no entity tag of this API: send the ETag of the last answer, or *");
    let value = value.to_str().map_err(|_| wrong())?.trim();
    if value == "*" {
        return Ok(Some(Vec::new()));
    }
    let versions: Option<Vec<Version>> = value.split(',').map(|tag| parse(tag.trim())).collect();
    versions.map(Some).ok_or_else(wrong)
}

fn parse(tag: &str) -> Option<Version> {
    let hex = tag.strip_prefix('"')?.strip_suffix('"')?;
    if hex.len() != 16 || !hex.is_ascii() {
        return None;
    }
    let mut version = [0u8; 8];
    for (index, byte) in version.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hex.get(index * 2..index * 2 + 2)?, 16).ok()?;
    }
    Some(Version(version))
}

/// Leaves the body out if the caller has it already.
pub(crate) fn unless_known(method: &Method, if_none_match: Option<&HeaderValue>, response: Response) -> Response {
    let (Some(known), Some(tag)) = (if_none_match, response.headers().get(header::ETAG)) else { return response };
    let is_known = method == Method::GET
        && known.to_str().is_ok_and(|known| {
            known.trim() == "*"
                || known.split(',').any(|known| known.trim().trim_start_matches("W/").as_bytes() == tag.as_bytes())
        });
    if !is_known {
        return response;
    }
    let mut unchanged = StatusCode::NOT_MODIFIED.into_response();
    unchanged.headers_mut().insert(header::ETAG, tag.clone());
    unchanged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_reads_back_and_rubbish_is_refused() {
        let version = Version([0, 1, 2, 3, 252, 253, 254, 255]);
        assert_eq!(parse(&tag(version)), Some(version));
        for rubbish in ["", "\"\"", "\"0001\"", "0001020304050607", "\"00010203040506é\"", "W/\"0001020304050607\""] {
            assert_eq!(parse(rubbish), None, "{rubbish}");
        }
    }
}
