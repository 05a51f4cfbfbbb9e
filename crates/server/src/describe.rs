//! What every operation of the API has in common, put into its description in one place: how it is asked, and what may go wrong.

use serde_json::Value;
use utoipa::openapi::content::Content;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::header::Header;
use utoipa::openapi::path::{HttpMethod, Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{ArrayItems, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::server::ServerBuilder;
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{OpenApi, PathItem, Ref, RefOr};

use crate::governance::retirement::{RETIREMENTS, Retirement};
use crate::problem::{CODES, Problem};

const JSON: &str = "application/problem+json";

/// What may go wrong with a read, and with a change.
const READ: &[u16] = &[400, 401, 403, 404, 422, 429, 500, 503];
const CHANGE: &[u16] = &[400, 401, 403, 404, 408, 409, 412, 413, 415, 422, 429, 500, 503];

/// Changes of one thing that can be read before: they heed `If-Match`.
const CONDITIONAL: &[&str] = &[
    "/v1/orders/{order}/",
    "/v1/exceptions/{exception}/",
    "/v1/payments/{payment}/",
    "/v1/invoices/{invoice}/",
    "/v1/accounts/{account}/",
    "/v1/users/{user}/",
    "/v1/clients/{client}/",
    "/v1/warehouse-orders/{warehouse_order}/",
    "/v1/shipments/{shipment}/",
    "/v1/tasks/{instance}/{task}/",
    "/v1/instances/{instance}/operations",
    "/v1/batches/{batch}/",
    "/v1/drafts/{draft}/",
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
    let named: Vec<String> = components.schemas.keys().cloned().collect();
    for (name, page) in components.schemas.iter_mut().filter(|(name, _)| name.starts_with("Page_")) {
        refer_to_items(name, page, &named);
    }
    for (path, item) in &mut api.paths.paths {
        for (method, operation) in operations(item) {
            describe(path, &method, operation);
        }
    }
    api.tags =
        Some(TAGS.iter().map(|(name, what)| TagBuilder::new().name(*name).description(Some(*what)).build()).collect());
    api.servers = Some(vec![ServerBuilder::new().url("/").description(Some("This installation.")).build()]);
}

/// The description as JSON, the same each time: utoipa has what is told beside the standard in no order, so that comes last, by name.
pub(crate) fn json(api: &OpenApi) -> Value {
    let mut value = serde_json::to_value(api).unwrap_or_default();
    order_extensions(&mut value);
    value
}

fn order_extensions(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            let mut names: Vec<String> = fields.keys().filter(|name| name.starts_with("x-")).cloned().collect();
            names.sort_unstable();
            for name in names {
                if let Some(extension) = fields.shift_remove(&name) {
                    fields.insert(name, extension);
                }
            }
            fields.values_mut().for_each(order_extensions);
        }
        Value::Array(items) => items.iter_mut().for_each(order_extensions),
        _ => {}
    }
}

/// What the operations are about.
const TAGS: [(&str, &str); 14] = [
    ("orders", "Orders from every channel: placing, changing, holding, cancelling, following them."),
    ("imports", "Files of orders and master data."),
    ("stock", "Stock, availability, reservations, and what is kept for whom."),
    ("fulfilment", "Warehouse orders and shipments."),
    ("finance", "Invoices, payments and accounts."),
    ("returns", "Requests to return goods."),
    ("exceptions", "What somebody has to decide, and the tasks of processes."),
    ("processes", "Processes, decisions, forms, and the instances that run."),
    ("jobs", "Work for programs: leasing jobs and answering them, messages and signals."),
    ("reconciliation", "Records that tell the same story, held against each other."),
    ("company", "The company: its nodes, calendars and policies."),
    ("events", "What happened: the feed, and webhooks."),
    ("systems", "Connected systems, and the product itself."),
    ("identity", "People and programs, and what they may do."),
];

/// A page says whose items it has by name, and not once more by shape.
fn refer_to_items(name: &str, page: &mut RefOr<Schema>, named: &[String]) {
    let item = name.trim_start_matches("Page_");
    if let RefOr::T(Schema::Object(page)) = page
        && let Some(RefOr::T(Schema::Array(items))) = page.properties.get_mut("items")
        && named.iter().any(|known| known == item)
    {
        items.items = ArrayItems::RefOrSchema(Box::new(RefOr::Ref(Ref::from_schema_name(item))));
    }
}

/// The operations of a path.
pub(crate) fn operations(item: &mut PathItem) -> impl Iterator<Item = (HttpMethod, &mut Operation)> {
    let get = item.get.as_mut().map(|operation| (HttpMethod::Get, operation));
    let post = item.post.as_mut().map(|operation| (HttpMethod::Post, operation));
    let put = item.put.as_mut().map(|operation| (HttpMethod::Put, operation));
    let delete = item.delete.as_mut().map(|operation| (HttpMethod::Delete, operation));
    get.into_iter().chain(post).chain(put).chain(delete)
}

fn describe(path: &str, method: &HttpMethod, operation: &mut Operation) {
    // names of handlers are alone in their file, and not in the whole API
    operation.operation_id = Some(operation_id(path, method));
    if operation.description.as_deref().unwrap_or_default().is_empty() {
        operation.description.clone_from(&operation.summary);
    }
    govern(path, method, operation);
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response {
            succeed(path, method, status, response, operation.parameters.as_deref().unwrap_or_default());
        }
    }
    let is_open = matches!(path, "/healthz" | "/readyz");
    let statuses = match method {
        _ if is_open => return,
        HttpMethod::Get => READ,
        _ => CHANGE,
    };
    for status in statuses {
        let answer = Ref::from_response_name(name(*status));
        operation.responses.responses.entry(status.to_string()).or_insert(RefOr::Ref(answer));
    }
    // what takes no key changes nothing
    let is_key = |parameter: &RefOr<Parameter>| matches!(parameter, RefOr::T(known) if known.name == "Idempotency-Key");
    let is_change = operation.parameters.iter().flatten().any(is_key);
    if is_change && CONDITIONAL.iter().any(|prefix| path.starts_with(prefix)) {
        let what = "The `ETag` of what the change is based on; if that has changed meanwhile, nothing is done.";
        operation.parameters.get_or_insert_default().push(header("If-Match", what));
    }
    if is_versioned(path, method) {
        let what = "The `ETag` of what is known; if it is still so, the answer is 304 without a body.";
        operation.parameters.get_or_insert_default().push(header("If-None-Match", what));
        let unchanged = ResponseBuilder::new().description("It is still as it was.").header("ETag", text_header(VERSION));
        operation.responses.responses.insert("304".to_owned(), RefOr::T(unchanged.build()));
    }
    for parameter in operation.parameters.iter_mut().flatten() {
        spell(parameter);
    }
}

/// A header holds what can be seen, and no control characters (RFC 9110, section 5.5).
fn spell(parameter: &mut RefOr<Parameter>) {
    if let RefOr::T(parameter) = parameter
        && parameter.parameter_in == ParameterIn::Header
        && let Some(RefOr::T(Schema::Object(text))) = &mut parameter.schema
        && text.pattern.is_none()
    {
        text.pattern = Some("^[ -~]*$".to_owned());
    }
}

/// Who answers for it, who may ask, and what it costs.
fn govern(path: &str, method: &HttpMethod, operation: &mut Operation) {
    let Some(governed) = crate::governance::operation::Operation::find(&method_name(method).to_uppercase(), path) else {
        return;
    };
    let tag = operation.tags.iter().flatten().next().map(String::as_str).unwrap_or_default();
    let (permission, roles) = crate::resource::catalogue::permission(governed.permission);
    let mut extensions = ExtensionsBuilder::new()
        .add("x-owner", crate::governance::operation::owner(tag))
        .add("x-permission", permission)
        .add("x-cost", governed.cost);
    if !governed.wide_with.is_empty() {
        let cost = |parameter: &&'static str| (*parameter, crate::governance::operation::WIDE);
        let costs: std::collections::BTreeMap<_, _> = governed.wide_with.iter().map(cost).collect();
        extensions = extensions.add("x-cost-with", serde_json::json!(costs));
    }
    if !roles.is_empty() {
        extensions = extensions.add("x-roles", roles);
    }
    operation.extensions.get_or_insert_default().merge(extensions.build());
    if Retirement::find(RETIREMENTS, governed).is_some() {
        operation.deprecated = Some(utoipa::openapi::Deprecated::True);
    }
    let is_limited = governed.permission != crate::governance::operation::Permission::Everybody;
    for response in operation.responses.responses.values_mut().filter(|_| is_limited) {
        if let RefOr::T(response) = response {
            response.headers.insert("RateLimit".to_owned(), RefOr::T(text_header(LEFT)));
        }
    }
}

const LEFT: &str = "What is left of the caller's quota (`r`), and in how many seconds all of it is there again (`t`).";
const VERSION: &str = "Names this version of what is shown.";

/// Whether it shows one thing that has a version.
fn is_versioned(path: &str, method: &HttpMethod) -> bool {
    *method == HttpMethod::Get && path.starts_with("/v1") && (path.ends_with('}') || path == "/v1/company")
}

/// What an answer has beside its body.
fn succeed(
    path: &str,
    method: &HttpMethod,
    status: &str,
    response: &mut utoipa::openapi::Response,
    parameters: &[RefOr<Parameter>],
) {
    if response.description.is_empty() {
        response.description = match status {
            "201" => "It was made.",
            "503" => "It cannot work now.",
            _ if *method == HttpMethod::Post => "It was done.",
            _ => "What was asked for.",
        }
        .to_owned();
    }
    if is_versioned(path, method) {
        response.headers.insert("ETag".to_owned(), RefOr::T(text_header(VERSION)));
    }
    let is_page = parameters.iter().any(|parameter| matches!(parameter, RefOr::T(parameter) if parameter.name == "after"));
    if is_page {
        let what = "The address of the next page with `rel=\"next\"`; absent on the last one.";
        response.headers.insert("Link".to_owned(), RefOr::T(text_header(what)));
    }
}

fn text_header(what: &str) -> Header {
    let mut header = Header::new(ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).build());
    header.description = Some(what.to_owned());
    header
}

fn header(name: &str, what: &str) -> RefOr<Parameter> {
    let text = ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).build();
    let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Header).description(Some(what));
    RefOr::T(parameter.schema(Some(text)).build())
}

/// The method in small letters.
pub(crate) fn method_name(method: &HttpMethod) -> &'static str {
    match method {
        HttpMethod::Post => "post",
        HttpMethod::Put => "put",
        HttpMethod::Delete => "delete",
        _ => "get",
    }
}

/// `get_orders_by_order` for `GET /v1/orders/{order}`.
fn operation_id(path: &str, method: &HttpMethod) -> String {
    let mut id = method_name(method).to_owned();
    for segment in path.split(['/', '.']).filter(|segment| !segment.is_empty() && *segment != "v1") {
        match segment.strip_prefix('{').and_then(|segment| segment.strip_suffix('}')) {
            Some(parameter) => id.push_str(&format!("_by_{parameter}")),
            None => id.push_str(&format!("_{}", segment.replace('-', "_"))),
        }
    }
    id
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
    fn the_description_is_the_same_each_time_it_is_made() {
        let text = json(&crate::openapi()).to_string();
        for _ in 0..3 {
            assert_eq!(json(&crate::openapi()).to_string(), text);
        }
        let one = json(&crate::openapi())["paths"]["/v1/orders"]["post"].clone();
        let extensions: Vec<&String> = one.as_object().unwrap().keys().filter(|name| name.starts_with("x-")).collect();
        assert_eq!(extensions, ["x-cost", "x-owner", "x-permission", "x-roles"]);
    }

    #[test]
    fn operations_have_names_of_their_own() {
        let mut seen = std::collections::BTreeSet::new();
        for item in crate::openapi().paths.paths.values_mut() {
            for (_, operation) in operations(item) {
                let id = operation.operation_id.clone().unwrap();
                assert!(seen.insert(id.clone()), "{id} is there twice");
            }
        }
        assert!(seen.contains("get_orders_by_order") && seen.contains("get_openapi_json"));
    }

    #[test]
    fn every_code_has_a_section_in_the_reference() {
        let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/src/reference/problems.md");
        let page = std::fs::read_to_string(page).unwrap();
        let sections: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        let wanted: Vec<&str> = CODES.iter().map(|(code, ..)| *code).collect();
        assert_eq!(sections, wanted);
        for (code, status, title) in CODES {
            let section = page.split_once(&format!("## {code}\n")).unwrap().1;
            let first = section.trim_start().lines().next().unwrap_or_default();
            assert!(first.starts_with(&format!("{status}: {title}.")), "{code}: {first}");
        }
    }

    #[test]
    fn every_code_has_a_status_that_is_described() {
        for (code, status, _) in CODES {
            let known = READ.contains(status) || CHANGE.contains(status) || *code == "unknown_method";
            assert!(known, "{code} has status {status}, which no operation describes");
        }
    }
}
