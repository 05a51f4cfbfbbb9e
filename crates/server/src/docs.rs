//! The API for people to read: one page made from its description, without scripts.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::LazyLock;

use axum::body::Bytes;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(show))
}

/// Nothing from elsewhere, no script, in no frame of others.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}\
    summary{cursor:pointer;padding:.2rem 0}code{font-size:.92em}pre{overflow-x:auto;padding:.6rem;border:1px solid #8886}\
    table{border-collapse:collapse}td,th{text-align:left;vertical-align:top;padding:.15rem 1rem .15rem 0}\
    section{margin-bottom:2rem}details>*:not(summary){margin-left:1.2rem}.going{font-weight:600}";

static PAGE: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(page(&crate::describe::json(&crate::openapi()))));

/// Read about this API: every operation with who may ask, what it takes and what it answers.
#[utoipa::path(get, path = "/docs", tag = "systems", responses((status = 200, body = String, content_type = "text/html")))]
async fn show() -> Response {
    let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CONTENT_SECURITY_POLICY, POLICY)];
    (headers, PAGE.clone()).into_response()
}

/// The page of a description. Writing to memory does not fail.
fn page(api: &Value) -> String {
    let title = text(&api["info"]["title"]);
    let mut page = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{title}: API</title><style>{STYLE}</style></head><body><h1>{title}: API</h1><p>{}</p>\
         <p>For programs: <a href=\"/openapi.json\">OpenAPI</a>, <a href=\"/asyncapi.json\">AsyncAPI</a>, \
         <a href=\"/catalogue\">catalogue</a>.</p>",
        text(&api["info"]["description"])
    );
    let mut by_tag: BTreeMap<&str, Vec<(&str, &str, &Value)>> = BTreeMap::new();
    for (path, item) in fields(&api["paths"]) {
        for (method, operation) in fields(item) {
            let tag = operation["tags"][0].as_str().unwrap_or_default();
            by_tag.entry(tag).or_default().push((path, method, operation));
        }
    }
    for tag in api["tags"].as_array().into_iter().flatten() {
        let name = tag["name"].as_str().unwrap_or_default();
        let _ = write!(page, "<section><h2>{}</h2><p>{}</p>", escaped(name), text(&tag["description"]));
        for (path, method, described) in by_tag.remove(name).unwrap_or_default() {
            operation(&mut page, path, method, described);
        }
        page.push_str("</section>");
    }
    page.push_str("<section><h2>Shapes</h2>");
    for (name, schema) in fields(&api["components"]["schemas"]) {
        let name = escaped(name);
        let schema = escaped(&serde_json::to_string_pretty(schema).unwrap_or_default());
        let _ = write!(page, "<details id=\"{name}\"><summary><code>{name}</code></summary><pre>{schema}</pre></details>");
    }
    page.push_str("</section></body></html>");
    page
}

fn operation(page: &mut String, path: &str, method: &str, operation: &Value) {
    let going = if operation["deprecated"] == true { " <span class=\"going\">goes</span>" } else { "" };
    let (id, called) = (text(&operation["operationId"]), escaped(&format!("{} {path}", method.to_uppercase())));
    let summary = text(&operation["summary"]);
    let _ = write!(page, "<details id=\"{id}\"><summary><code>{called}</code>{going} {summary}</summary>");
    let _ = write!(page, "<p>{}</p><table>", text(&operation["description"]));
    let roles: Vec<&str> = operation["x-roles"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let who =
        [&text(&operation["x-permission"]).replace('_', " "), &escaped(&roles.join(", "))].map(String::as_str).join(" ");
    row(page, "Who may ask", &who);
    row(page, "Owner", &text(&operation["x-owner"]));
    row(page, "Takes from the quota", &operation["x-cost"].to_string());
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let needed = if parameter["required"] == true { ", needed" } else { "" };
        let name = format!("<code>{}</code> ({}{needed})", text(&parameter["name"]), text(&parameter["in"]));
        row(page, &name, &text(&parameter["description"]));
    }
    for (media_type, content) in fields(&operation["requestBody"]["content"]) {
        row(page, "Body", &format!("{} {}", escaped(media_type), shape(&content["schema"])));
    }
    for (status, answer) in fields(&operation["responses"]) {
        let refers = answer["$ref"].as_str().and_then(|reference| reference.rsplit('/').next());
        let mut what = refers
            .map_or_else(|| text(&answer["description"]), |_| "a problem: <a href=\"#Problem\">Problem</a>".to_owned());
        for content in fields(&answer["content"]).map(|(_, content)| content) {
            let _ = write!(what, " {}", shape(&content["schema"]));
        }
        row(page, &escaped(status), &what);
    }
    page.push_str("</table></details>");
}

fn row(page: &mut String, name: &str, what: &str) {
    let _ = write!(page, "<tr><th>{name}</th><td>{what}</td></tr>");
}

/// A link to a shape that has a name; the kind of any other.
fn shape(schema: &Value) -> String {
    match schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()) {
        Some(name) => format!("<a href=\"#{0}\">{0}</a>", escaped(name)),
        None => text(&schema["type"]),
    }
}

fn fields(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}

fn text(value: &Value) -> String {
    escaped(value.as_str().unwrap_or_default())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_every_operation_once_and_every_link_leads_somewhere() {
        let api = crate::describe::json(&crate::openapi());
        let page = page(&api);
        for (path, item) in fields(&api["paths"]) {
            for (method, operation) in fields(item) {
                let id = format!("<details id=\"{}\">", operation["operationId"].as_str().unwrap());
                assert_eq!(page.matches(&id).count(), 1, "{method} {path}");
            }
        }
        for link in page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(page.contains(&format!("id=\"{link}\"")), "{link} leads nowhere");
        }
        assert!(!page.contains("<script"));
    }

    #[test]
    fn what_a_description_says_is_text_and_no_markup() {
        let api = serde_json::json!({
            "info": { "title": "<b>&\"" }, "tags": [{ "name": "x" }],
            "paths": { "/x": { "get": { "tags": ["x"], "operationId": "get_x", "summary": "<script>", "deprecated": true } } },
        });
        let page = page(&api);
        assert!(page.contains("&lt;b&gt;&amp;&quot;") && page.contains("&lt;script&gt;") && page.contains("goes"), "{page}");
    }
}
