//! The catalogue: every operation with who answers for it, who may ask, what it costs, and who uses it; every event and document.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use axum::Json as JsonAnswer;
use axum::extract::State;
use connect::SystemHealth;
use partition::webhook::Webhook;
use serde::Serialize;
use trade::Role;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::Reading;
use crate::governance::operation::{OPERATIONS_OF_THE_API, Operation, Permission, owner, version};
use crate::governance::retirement::Retirement;
use crate::governance::usage::Count;
use crate::problem::Problem;
use crate::schema::documents::{self, Document, Way};
use crate::schema::events::{self, EventType};
use crate::state::AppState;
use crate::view::name;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(show))
}

/// Everything that a program can ask for.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Catalogue {
    /// Where the operations are described with their shapes.
    #[schema(example = "/openapi.json")]
    openapi: &'static str,
    /// What a caller may use unless an administrator has said otherwise.
    standard_quota: CallerQuota,
    /// The operations, by path.
    operations: Vec<OperationView>,
    /// Where the events are described with their shapes.
    #[schema(example = "/asyncapi.json")]
    asyncapi: &'static str,
    /// The types of events, by name.
    events: Vec<EventTypeView>,
    /// The canonical documents.
    documents: Vec<DocumentView>,
}

/// A type of event.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct EventTypeView {
    /// Its name, by which webhooks want it.
    #[schema(example = "order.hold_placed")]
    name: &'static str,
    /// `type` of the CloudEvent.
    #[serde(rename = "type")]
    #[schema(example = "com.crossdock.order.hold_placed.v1")]
    kind: String,
    /// What it tells; absent where the name says it.
    #[serde(skip_serializing_if = "str::is_empty")]
    what: &'static str,
    /// Where the schema of its `data` is.
    #[schema(example = "/schemas/events/order.hold_placed")]
    schema: String,
    /// The webhooks that it is sent to; for operations and administrators. Who reads the feed stands at `/v1/events`.
    #[serde(skip_serializing_if = "Option::is_none")]
    webhooks: Option<Vec<String>>,
}

/// A canonical document.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct DocumentView {
    /// Its name.
    #[schema(example = "order")]
    name: &'static str,
    /// `taken`: programs send it; `shown`: the API answers with it; `sent`: connected systems get it.
    way: Way,
    /// Where it is used: an operation, whose consumers use it; or the capabilities of systems.
    #[schema(example = "GET /v1/orders/{order}")]
    used: &'static str,
    /// Where its schema is.
    #[schema(example = "/schemas/documents/order")]
    schema: String,
    /// The systems that get it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    systems: Vec<String>,
}

/// A quota: a request takes its cost from it, and it fills up again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CallerQuota {
    /// How much comes back each second.
    pub(crate) per_second: u32,
    /// How much there is at most: what can be asked for at once.
    pub(crate) burst: u32,
}

impl From<partition::identity::Quota> for CallerQuota {
    fn from(quota: partition::identity::Quota) -> Self {
        Self { per_second: quota.per_second, burst: quota.burst }
    }
}

/// One operation.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct OperationView {
    /// Its name in the description.
    #[schema(example = "post_orders")]
    id: String,
    /// The HTTP method.
    #[schema(example = "POST")]
    method: &'static str,
    /// The path, as a template.
    #[schema(example = "/v1/orders")]
    path: &'static str,
    /// What it does.
    summary: String,
    /// Who answers for it.
    #[schema(example = "sales")]
    owner: &'static str,
    /// The version of the API.
    #[schema(example = "v1")]
    version: &'static str,
    /// Who may ask: `everybody`, `known`, `roles`, or `by_case`: what it is about decides.
    #[schema(example = "roles")]
    permission: &'static str,
    /// The roles that may, if it is by roles; administrators and directors may as well.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    roles: Vec<String>,
    /// What a request takes from the caller's quota.
    cost: u32,
    /// That it goes; absent for what stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    retirement: Option<RetirementView>,
    /// Who has used it since the server's start, and so who still calls what goes; for operations and administrators.
    #[serde(skip_serializing_if = "Option::is_none")]
    consumers: Option<Vec<Consumer>>,
}

/// That an operation goes.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct RetirementView {
    /// Since when nobody should begin to use it.
    deprecated_at: String,
    /// From when on it may no longer answer; absent while that is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    sunset_at: Option<String>,
    /// How to get along without it.
    guide: &'static str,
    /// The path that takes its place; absent if it is not one.
    #[serde(skip_serializing_if = "Option::is_none")]
    successor: Option<&'static str>,
}

impl From<&Retirement> for RetirementView {
    fn from(retirement: &Retirement) -> Self {
        Self {
            deprecated_at: retirement.deprecated.to_string(),
            sunset_at: retirement.sunset.map(|sunset| sunset.to_string()),
            guide: retirement.guide,
            successor: retirement.successor,
        }
    }
}

/// A caller of an operation.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Consumer {
    /// Who.
    caller: String,
    #[serde(flatten)]
    usage: UsageView,
}

/// Requests since the server's start.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct UsageView {
    /// All of them.
    requests: u64,
    /// Those that were refused.
    refused: u64,
    /// Those that failed.
    failed: u64,
    /// When the last one came; absent if none did.
    #[serde(skip_serializing_if = "Option::is_none")]
    last: Option<String>,
}

impl From<Count> for UsageView {
    fn from(count: Count) -> Self {
        let last = (count.requests > 0).then(|| count.last.to_string());
        Self { requests: count.requests, refused: count.refused, failed: count.failed, last }
    }
}

/// What the description says of an operation.
#[derive(Debug, Clone, Default)]
struct Described {
    id: String,
    summary: String,
    tag: String,
}

/// What the description says, by path and method.
static DESCRIBED: LazyLock<BTreeMap<(String, String), Described>> = LazyLock::new(|| {
    let mut api = crate::openapi();
    let mut all = BTreeMap::new();
    for (path, item) in &mut api.paths.paths {
        for (method, operation) in crate::describe::operations(item) {
            let tag = operation.tags.iter().flatten().next().cloned().unwrap_or_default();
            let id = operation.operation_id.clone().unwrap_or_default();
            let summary = operation.summary.clone().unwrap_or_default();
            all.insert((path.clone(), crate::describe::method_name(&method).to_uppercase()), Described { id, summary, tag });
        }
    }
    all
});

/// Show every operation: who answers for it, who may ask, what it costs, and, to operations and administrators, who uses it.
#[utoipa::path(get, path = "/catalogue", tag = "systems", responses((status = 200, body = Catalogue)))]
async fn show(State(state): State<AppState>, reading: Reading) -> Result<JsonAnswer<Catalogue>, Problem> {
    let sees_usage = [Role::Operations, Role::Admin, Role::Director].iter().any(|role| reading.0.has(*role));
    let view = |operation: &'static Operation| {
        let consumers = || state.governance.usage.of(operation).into_iter();
        let consumer = |(caller, count): (units::Text, Count)| Consumer { caller: caller.to_string(), usage: count.into() };
        let retirement = Retirement::find(state.governance.retirements, operation).map(RetirementView::from);
        view(operation, retirement, sees_usage.then(|| consumers().map(consumer).collect()))
    };
    let webhooks = if sees_usage { Some(state.webhooks.list().await?) } else { None };
    let health = state.connections.health();
    Ok(JsonAnswer(Catalogue {
        openapi: "/openapi.json",
        standard_quota: state.governance.standard.into(),
        operations: OPERATIONS_OF_THE_API.iter().map(view).collect(),
        asyncapi: "/asyncapi.json",
        events: events::all().iter().map(|event| event_type(event, webhooks.as_deref())).collect(),
        documents: documents::all().iter().map(|document| document_view(document, &health)).collect(),
    }))
}

fn event_type(event: &'static EventType, webhooks: Option<&[Arc<Webhook>]>) -> EventTypeView {
    let wants = |webhook: &&Arc<Webhook>| webhook.disabled.is_none() && webhook.wants(&event.name);
    EventTypeView {
        name: &event.name,
        kind: event.cloud_type(),
        what: event.what,
        schema: format!("/schemas/events/{}", event.name),
        webhooks: webhooks.map(|all| all.iter().filter(wants).map(|webhook| webhook.id.to_string()).collect()),
    }
}

fn document_view(document: &'static Document, health: &[SystemHealth]) -> DocumentView {
    let gets = |system: &&SystemHealth| {
        document.way == Way::Sent
            && document.used.split(", ").any(|used| system.capabilities.iter().any(|capability| capability == used))
    };
    DocumentView {
        name: document.name,
        way: document.way,
        used: document.used,
        schema: format!("/schemas/documents/{}", document.name),
        systems: health.iter().filter(gets).map(|system| system.name.to_string()).collect(),
    }
}

fn view(
    operation: &'static Operation,
    retirement: Option<RetirementView>,
    consumers: Option<Vec<Consumer>>,
) -> OperationView {
    let key = (operation.path.to_owned(), operation.method.to_owned());
    let Described { id, summary, tag } = DESCRIBED.get(&key).cloned().unwrap_or_default();
    let (permission, roles) = permission(operation.permission);
    OperationView {
        id,
        method: operation.method,
        path: operation.path,
        summary,
        owner: owner(&tag),
        version: version(operation.path),
        permission,
        roles,
        cost: operation.cost,
        retirement,
        consumers,
    }
}

/// A permission in a word, and the roles.
pub(crate) fn permission(permission: Permission) -> (&'static str, Vec<String>) {
    match permission {
        Permission::Everybody => ("everybody", Vec::new()),
        Permission::Known => ("known", Vec::new()),
        Permission::Roles(roles) => ("roles", roles.iter().map(name).collect()),
        Permission::ByCase => ("by_case", Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_has_an_owner_a_version_a_permission_and_a_cost() {
        for operation in OPERATIONS_OF_THE_API {
            let shown = serde_json::to_value(view(operation, None, None)).unwrap();
            for field in ["id", "summary", "owner", "version", "permission"] {
                let is_told = shown[field].as_str().is_some_and(|text| !text.is_empty());
                assert!(is_told, "{} {} has no {field}", operation.method, operation.path);
            }
            assert!(operation.cost > 0, "{} {}", operation.method, operation.path);
        }
    }
}
