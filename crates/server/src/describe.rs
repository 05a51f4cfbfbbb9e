//! What every operation of the API has in common, put into its description in one place: how it is asked, and what may go wrong.

use utoipa::openapi::content::Content;
use utoipa::openapi::path::{HttpMethod, Operation, ParameterBuilder, ParameterIn};
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{OpenApi, PathItem, Ref, RefOr};

use crate::problem::{CODES, Problem};

const JSON: &str = "application/problem+json";

/// What may go wrong with a read, and with a change.
const READ: &[u16] = &[400, 401, 404, 422, 500, 503];
const CHANGE: &[u16] = &[400, 401, 403, 404, 409, 412, 413, 415, 422, 500, 503];

/// Changes of one thing that can be read before: they heed `If-Match`.
const CONDITIONAL: &[&str] = &[
    "/v1/orders/{order}/",
    "/v1/exceptions/{exception}/",
    "/v1/payments/{payment}/",
    "/v1/invoices/{invoice}/",
    "/v1/accounts/{account}/",
];

/// Completes the description that was made from the handlers.
pub(crate) fn complete(api: &mut OpenApi) {
    let components = api.components.get_or_insert_default();
    components.schemas.entry("Problem".to_owned()).or_insert_with(<Problem as utoipa::PartialSchema>::schema);
    if let Some(RefOr::T(Schema::Object(problem))) = components.schemas.get_mut("Problem") {
        let codes = CODES.iter().map(|(code, ..)| *code);
        let code = ObjectBuilder::new()
            .schema_type(SchemaType::new(Type::String))
            .description(Some("A stable code for programs."))
            .enum_values(Some(codes))
            .build();
        problem.properties.insert("code".to_owned(), code.into());
    }
    for status in READ.iter().chain(CHANGE) {
        components.responses.insert(name(*status), RefOr::T(response(*status)));
    }
    for (path, item) in &mut api.paths.paths {
        for (method, operation) in operations(item) {
            describe(path, &method, operation);
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (HttpMethod, &mut Operation)> {
    let get = item.get.as_mut().map(|operation| (HttpMethod::Get, operation));
    let post = item.post.as_mut().map(|operation| (HttpMethod::Post, operation));
    get.into_iter().chain(post)
}

fn describe(path: &str, method: &HttpMethod, operation: &mut Operation) {
    let is_open = matches!(path, "/healthz" | "/readyz");
    let statuses = match method {
        _ if is_open => return,
        HttpMethod::Post => CHANGE,
        _ => READ,
    };
    for status in statuses {
        let answer = Ref::from_response_name(name(*status));
        operation.responses.responses.entry(status.to_string()).or_insert(RefOr::Ref(answer));
    }
    if *method == HttpMethod::Post && CONDITIONAL.iter().any(|prefix| path.starts_with(prefix)) {
        let if_match = ParameterBuilder::new()
            .name("If-Match")
            .parameter_in(ParameterIn::Header)
            .description(Some("The `ETag` of what the change is based on; if that has changed meanwhile, nothing is done."))
            .schema(Some(ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).build()))
            .build();
        operation.parameters.get_or_insert_default().push(RefOr::T(if_match));
    }
}

fn name(status: u16) -> String {
    format!("Problem{status}")
}

fn response(status: u16) -> utoipa::openapi::Response {
    let codes: Vec<String> =
        CODES.iter().filter(|(_, of, _)| *of == status).map(|(code, _, title)| format!("`{code}`: {title}")).collect();
    ResponseBuilder::new()
        .description(codes.join("; "))
        .content(JSON, Content::new(Some(Ref::from_schema_name("Problem"))))
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_status_that_is_described() {
        for (code, status, _) in CODES {
            let known = READ.contains(status) || CHANGE.contains(status) || *code == "unknown_method";
            assert!(known, "{code} has status {status}, which no operation describes");
        }
    }
}
