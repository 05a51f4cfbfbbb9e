//! The console: pages that a browser loads before anybody has signed in, served from inside of the binary.
//!
//! They hold nothing of anybody's: whatever they show they ask the API for, with the key of whoever sits before them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::auth::hash_bytes;

/// Paths that are the API's, with all that is below them.
const OF_THE_API: &[&str] =
    &["/v1", "/asyncapi.json", "/catalogue", "/docs", "/metrics", "/openapi.json", "/schemas", "/healthz", "/readyz"];
/// What the build made of the console, by the path under which it is asked for.
const FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/console.rs"));
/// The page that every address of the console begins with.
const PAGE: &str = "/index.html";
/// Files whose name holds a hash of their content never change.
const HASHED: &str = "/assets/";

/// No script but ours, nothing from elsewhere, in no frame of others. The component library sets styles in place.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
    font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const SECURITY: [(HeaderName, &str); 7] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
];

/// What is shown where the binary was built without the console.
const MISSING: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Crossdock</title>\
    <body style=\"font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:4rem auto;padding:0 1rem\">\
    <h1>This Crossdock was built without its console</h1>\
    <p>The API works. To have the console, install Node 20 or later and build again with <code>cargo xtask demo</code>, or with \
    <code>npm ci</code> and <code>npm run build</code> in the folder <code>console</code> and then \
    <code>cargo build --release</code>.</p></body></html>";

/// A file with its compressed twins.
struct File {
    kind: &'static str,
    tag: HeaderValue,
    plain: &'static [u8],
    brotli: Option<&'static [u8]>,
    gzip: Option<&'static [u8]>,
}

static CONSOLE: LazyLock<BTreeMap<&'static str, File>> = LazyLock::new(|| {
    let all: BTreeMap<&str, &'static [u8]> = FILES.iter().copied().collect();
    let twin = |path: &str, ending: &str| all.get(format!("{path}{ending}").as_str()).copied();
    let files = FILES.iter().filter(|(path, _)| !path.ends_with(".br") && !path.ends_with(".gz"));
    let file = |(path, plain): &(&'static str, &'static [u8])| {
        let tag = format!("\"{}\"", hash_bytes(plain).get(..16).unwrap_or_default());
        // digits of a hash are always a header's value
        let tag = HeaderValue::from_str(&tag).unwrap_or_else(|_| HeaderValue::from_static("\"0\""));
        (*path, File { kind: kind(path), tag, plain, brotli: twin(path, ".br"), gzip: twin(path, ".gz") })
    };
    files.map(file).collect()
});

/// Answers what is the console's: its files, and its page for every other address that a browser opens. The rest goes on to the API.
pub(crate) async fn pages(request: Request, next: Next) -> Response {
    match answer(&CONSOLE, request.method(), request.uri().path(), request.headers()) {
        Some(response) => response,
        None => next.run(request).await,
    }
}

fn answer(files: &BTreeMap<&str, File>, method: &Method, path: &str, headers: &HeaderMap) -> Option<Response> {
    if (method != Method::GET && method != Method::HEAD) || is_of_the_api(path) {
        return None;
    }
    let named = files.get(path).map(|file| (path, file));
    // a script of an earlier build is not there any more: whoever asks for it must not get a page instead
    let wants_page = !path.starts_with(HASHED) && wants_html(headers);
    let (path, file) =
        match named.or_else(|| files.get_key_value(PAGE).filter(|_| wants_page).map(|(path, file)| (*path, file))) {
            Some(found) => found,
            None if wants_page => return Some(secured((StatusCode::NOT_FOUND, html(MISSING)).into_response())),
            None => return None,
        };
    Some(secured(serve(path, file, headers)))
}

fn is_of_the_api(path: &str) -> bool {
    OF_THE_API.iter().any(|own| path.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

/// Browsers say that they want a page; programs that mistype a path of the API do not.
fn wants_html(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|value| value.contains("text/html"))
}

fn html(text: &'static str) -> ([(HeaderName, &'static str); 1], &'static str) {
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], text)
}

fn serve(path: &str, file: &File, headers: &HeaderMap) -> Response {
    let accepts = |coding: &str| {
        let given = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
        given.split(',').any(|one| one.trim().eq_ignore_ascii_case(coding))
    };
    let (coding, bytes) = match file {
        File { brotli: Some(bytes), .. } if accepts("br") => (Some("br"), *bytes),
        File { gzip: Some(bytes), .. } if accepts("gzip") => (Some("gzip"), *bytes),
        File { plain, .. } => (None, *plain),
    };
    let mut response = Body::from(bytes).into_response();
    let out = response.headers_mut();
    if let Some(coding) = coding {
        out.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.kind));
    out.insert(header::ETAG, file.tag.clone());
    out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    let caching = if path.starts_with(HASHED) { "public, max-age=31536000, immutable" } else { "no-cache" };
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    response
}

fn secured(mut response: Response) -> Response {
    for (name, value) in SECURITY {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn kind(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        Some("json") => "application/json",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BROWSER: &[(&str, &str)] = &[("accept", "text/html,*/*;q=0.8"), ("accept-encoding", "gzip, deflate, br, zstd")];

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    fn file(kind: &'static str, plain: &'static [u8]) -> File {
        File { kind, tag: HeaderValue::from_static("\"1\""), plain, brotli: Some(b"br"), gzip: Some(b"gz") }
    }

    fn built() -> BTreeMap<&'static str, File> {
        let page = ("/index.html", file("text/html; charset=utf-8", b"<html>"));
        BTreeMap::from([page, ("/assets/index-1a2b.js", file("text/javascript; charset=utf-8", b"js"))])
    }

    fn get(path: &str, pairs: &[(&'static str, &'static str)]) -> Option<Response> {
        answer(&built(), &Method::GET, path, &headers(pairs))
    }

    fn header_of<'a>(response: &'a Response, name: &str) -> &'a str {
        response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    #[test]
    fn every_address_that_a_browser_opens_gets_the_page_and_is_asked_for_again_each_time() {
        for path in ["/", "/orders/SO-17", "/v1orders"] {
            let response = get(path, BROWSER).unwrap();
            assert_eq!(response.status(), StatusCode::OK, "{path}");
            assert_eq!(header_of(&response, "content-type"), "text/html; charset=utf-8");
            assert_eq!(header_of(&response, "cache-control"), "no-cache");
            assert_eq!(header_of(&response, "etag"), "\"1\"");
        }
    }

    #[test]
    fn paths_of_the_api_and_what_programs_mistype_are_left_to_the_api() {
        for path in ["/v1", "/v1/orders", "/docs/problems/held", "/metrics", "/openapi.json", "/healthz", "/readyz"] {
            assert!(get(path, BROWSER).is_none(), "{path}");
        }
        assert!(get("/orders", &[("accept", "application/json")]).is_none());
        assert!(answer(&built(), &Method::POST, "/", &headers(BROWSER)).is_none());
    }

    #[test]
    fn a_script_of_an_earlier_build_is_no_page() {
        assert!(get("/assets/index-old.js", BROWSER).is_none());
    }

    #[test]
    fn hashed_files_are_kept_for_ever_and_come_compressed_as_the_browser_likes() {
        let response = get("/assets/index-1a2b.js", BROWSER).unwrap();
        assert_eq!(header_of(&response, "cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(header_of(&response, "content-encoding"), "br");
        let gzip = get("/assets/index-1a2b.js", &[("accept-encoding", "gzip")]).unwrap();
        assert_eq!(header_of(&gzip, "content-encoding"), "gzip");
        let plain = get("/assets/index-1a2b.js", &[]).unwrap();
        assert_eq!(header_of(&plain, "content-encoding"), "");
        assert_eq!(header_of(&plain, "vary"), "accept-encoding");
    }

    #[test]
    fn pages_run_no_script_but_ours_and_in_no_frame_of_others() {
        let response = get("/", BROWSER).unwrap();
        let policy = header_of(&response, "content-security-policy");
        assert!(policy.contains("script-src 'self';") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert_eq!(header_of(&response, "x-frame-options"), "DENY");
    }

    #[test]
    fn a_build_without_the_console_says_how_to_build_it() {
        let response = answer(&BTreeMap::new(), &Method::GET, "/", &headers(BROWSER)).unwrap();
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
        assert!(MISSING.contains("cargo xtask demo"));
        assert!(header_of(&response, "content-security-policy").contains("default-src 'none'"));
    }
}
