//! Programs that may use the product, and their keys.

use std::sync::Arc;

use axum::Json as JsonAnswer;
use axum::extract::State;
use partition::identity::{ApiKey, Client, ClientChange, Quota};
use partition::{AnyKey, AnyState, Body};
use runtime::Version;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use units::{Currency, Text, Timestamp};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Caller, Created, Json, Path, Reading};
use crate::problem::Problem;
use crate::resource::accounts::currency;
use crate::resource::catalogue::{CallerQuota, UsageView};
use crate::resource::stock::{Accepted, accepted};
use crate::resource::users::{IdentityRequest, RightsRequest, RoleCompaniesView, role_companies};
use crate::resource::warehouse_orders::Nothing;
use crate::state::AppState;
use crate::submit::change_identity;
use crate::version::Versioned;
use crate::view::{MoneyView, money, name};

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(add))
        .routes(routes!(set_rights))
        .routes(routes!(show))
        .routes(routes!(add_key))
        .routes(routes!(revoke_key))
        .routes(routes!(disable))
        .routes(routes!(enable))
        .routes(routes!(set_quota))
}

/// A program.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ClientView {
    /// By which it is named on the record.
    #[schema(example = "shop")]
    id: String,
    /// What it is.
    name: String,
    /// The roles.
    roles: Vec<String>,
    /// Up to which amount it may decide; absent without limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<MoneyView>,
    /// Roles that count in some companies only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    companies: Vec<RoleCompaniesView>,
    /// None of its keys is accepted.
    disabled: bool,
    /// How much of the API it may use; the standard unless there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    quota: Option<CallerQuota>,
    /// The types of jobs that it may lease and answer; all if there are none.
    job_types: Vec<String>,
    /// What it has used since the server's start; in the list.
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<UsageView>,
    /// Its keys, the oldest first.
    keys: Vec<KeyView>,
    /// When it was added.
    created_at: String,
}

/// A key; the key itself is kept by nobody but the program.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct KeyView {
    /// Its beginning.
    #[schema(example = "cd_live_3f9a1c07")]
    prefix: String,
    /// Whether it is accepted now.
    valid: bool,
    /// When it was made.
    created_at: String,
    /// Until when it is accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<String>,
    /// When it was revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<String>,
}

fn key_view(key: &ApiKey, now: Timestamp) -> KeyView {
    KeyView {
        prefix: key.prefix.to_string(),
        valid: key.is_valid(now),
        created_at: key.created_at.to_string(),
        expires: key.expires.map(|expires| expires.to_string()),
        revoked_at: key.revoked_at.map(|revoked| revoked.to_string()),
    }
}

fn view(client: &Client, currency: Currency, now: Timestamp) -> ClientView {
    ClientView {
        id: client.id.to_string(),
        name: client.name.to_string(),
        roles: client.rights.roles.iter().map(name).collect(),
        limit: client.rights.limit.map(|limit| money(limit, currency)),
        companies: role_companies(&client.rights),
        disabled: client.disabled,
        quota: client.quota.map(CallerQuota::from),
        job_types: client.rights.job_types.iter().map(ToString::to_string).collect(),
        usage: None,
        keys: client.keys.iter().map(|key| key_view(key, now)).collect(),
        created_at: client.created_at.to_string(),
    }
}

/// All programs.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Clients {
    /// By name.
    items: Vec<ClientView>,
}

/// List programs with their keys.
#[utoipa::path(get, path = "/v1/clients", tag = "identity", responses((status = 200, body = Clients)))]
async fn list(State(state): State<AppState>, _: Reading) -> Result<JsonAnswer<Clients>, Problem> {
    let (currency, now) = (currency(&state).await?, state.now());
    let usage = |client: &Client| Some(state.governance.usage.by(&client.id).into());
    let listed = |client: &Arc<Client>| ClientView { usage: usage(client), ..view(client, currency, now) };
    let items = state.identities.clients().iter().map(listed).collect();
    Ok(JsonAnswer(Clients { items }))
}

/// Show a program with its keys.
#[utoipa::path(get, path = "/v1/clients/{client}", tag = "identity", params(("client" = String, Path)), responses((status = 200, body = ClientView)))]
async fn show(
    State(state): State<AppState>,
    _: Reading,
    Path(client): Path<String>,
) -> Result<Versioned<ClientView>, Problem> {
    let found = state.identities.client(&client).ok_or_else(|| Problem::not_found(format_args!("client {client}")))?;
    let version = Version::of(&AnyState::Client(found.clone()).encode());
    Ok(Versioned(view(&found, currency(&state).await?, state.now()), version))
}

/// Add a program. A name that somebody has already is a conflict.
#[utoipa::path(post, path = "/v1/clients", tag = "identity", params(("Idempotency-Key" = String, Header)), request_body = IdentityRequest,
    responses((status = 200, body = Accepted)))]
async fn add(
    State(state): State<AppState>,
    caller: Caller,
    Json(given, bytes): Json<IdentityRequest>,
) -> Result<JsonAnswer<Accepted>, Problem> {
    let rights = given.rights(&state).await?;
    let change = ClientChange::Add { name: given.name.into(), rights };
    change_client(&state, caller, &bytes, given.id, change).await
}

/// Change a program's name and rights. With `If-Match` nobody overwrites what another administrator has changed meanwhile.
#[utoipa::path(post, path = "/v1/clients/{client}/rights", tag = "identity", params(("client" = String, Path), ("Idempotency-Key" = String, Header)), request_body = RightsRequest,
    responses((status = 200, body = Accepted)))]
async fn set_rights(
    State(state): State<AppState>,
    caller: Caller,
    Path(client): Path<String>,
    Json(given, bytes): Json<RightsRequest>,
) -> Result<JsonAnswer<Accepted>, Problem> {
    state.identities.client(&client).ok_or_else(|| Problem::not_found(format_args!("client {client}")))?;
    let given = given.of(client);
    let rights = given.rights(&state).await?;
    let change = ClientChange::Put { name: given.name.into(), rights };
    change_client(&state, caller, &bytes, given.id, change).await
}

/// A key to be made.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyRequest {
    /// Until when it is accepted; absent for ever.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "2027-12-31T00:00:00Z")]
    expires: Option<Timestamp>,
    /// When the keys before it end, so that the program has time to change over; absent leaves them alone.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "2026-12-31T00:00:00Z")]
    others_end: Option<Timestamp>,
}

/// A key that was made; it is shown this once.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct NewKey {
    /// The key. Only its hash is kept.
    key: String,
    /// Its beginning, by which it is told from others.
    prefix: String,
}

/// Make a key for a program. Nobody can read it later: the same request again tells it until the server is started anew, and is refused
/// from then on.
#[utoipa::path(post, path = "/v1/clients/{client}/keys", tag = "identity", params(("client" = String, Path), ("Idempotency-Key" = String, Header)), request_body = KeyRequest,
    responses((status = 201, body = NewKey)))]
async fn add_key(
    State(state): State<AppState>,
    caller: Caller,
    Path(client): Path<String>,
    Json(given, bytes): Json<KeyRequest>,
) -> Result<Created<NewKey>, Problem> {
    // drawn by the request, so that the same request has the same answer without anybody keeping the key
    let secret = state.identities.sessions.draw(format!("{client}\n{}", caller.key).as_bytes());
    let key = secret.iter().fold(String::from("cd_live_"), |key, byte| key + &format!("{byte:02x}"));
    let prefix: Text = key.chars().take(16).collect();
    let hash: [u8; 32] = Sha256::digest(key.as_bytes()).into();
    let (expires, others_end) = (given.expires, given.others_end);
    let change = ClientChange::AddKey { prefix: prefix.clone(), hash, expires, others_end };
    let caller = caller.on(AnyKey::Client(client.as_str().into()));
    let body = Body::ChangeClient { client: client.as_str().into(), change };
    change_identity(&state, caller, &bytes, body).await?;
    let client = state.identities.client(&client);
    let is_its_key = client.as_ref().and_then(|client| client.key(&prefix)).is_some_and(|key| key.hash == hash);
    if !is_its_key {
        let detail = "this request has made its key before the server was started anew, and nobody knows it any more; \
                      revoke it and make another under another Idempotency-Key";
        return Err(Problem::new("conflict", detail));
    }
    Ok(Created(NewKey { key, prefix: prefix.to_string() }))
}

/// Accept a key no longer, from now on.
#[utoipa::path(post, path = "/v1/clients/{client}/keys/{prefix}/revoke", tag = "identity", params(("client" = String, Path), ("prefix" = String, Path), ("Idempotency-Key" = String, Header)), request_body = Nothing,
    responses((status = 200, body = Accepted)))]
async fn revoke_key(
    State(state): State<AppState>,
    caller: Caller,
    Path((client, prefix)): Path<(String, String)>,
    Json(_, bytes): Json<Nothing>,
) -> Result<JsonAnswer<Accepted>, Problem> {
    change_client(&state, caller, &bytes, client, ClientChange::RevokeKey { prefix: prefix.into() }).await
}

/// Accept none of a program's keys.
#[utoipa::path(post, path = "/v1/clients/{client}/disable", tag = "identity", params(("client" = String, Path), ("Idempotency-Key" = String, Header)), request_body = Nothing,
    responses((status = 200, body = Accepted)))]
async fn disable(
    State(state): State<AppState>,
    caller: Caller,
    Path(client): Path<String>,
    Json(_, bytes): Json<Nothing>,
) -> Result<JsonAnswer<Accepted>, Problem> {
    change_client(&state, caller, &bytes, client, ClientChange::Disable).await
}

/// Accept a program's keys again.
#[utoipa::path(post, path = "/v1/clients/{client}/enable", tag = "identity", params(("client" = String, Path), ("Idempotency-Key" = String, Header)), request_body = Nothing,
    responses((status = 200, body = Accepted)))]
async fn enable(
    State(state): State<AppState>,
    caller: Caller,
    Path(client): Path<String>,
    Json(_, bytes): Json<Nothing>,
) -> Result<JsonAnswer<Accepted>, Problem> {
    change_client(&state, caller, &bytes, client, ClientChange::Enable).await
}

/// How much of the API a program may use.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClientQuotaRequest {
    /// Its quota; the standard one if there is none.
    quota: Option<CallerQuota>,
}

/// Give a program a quota of its own, or the standard one.
#[utoipa::path(post, path = "/v1/clients/{client}/quota", tag = "identity", params(("client" = String, Path), ("Idempotency-Key" = String, Header)), request_body = ClientQuotaRequest,
    responses((status = 200, body = Accepted)))]
async fn set_quota(
    State(state): State<AppState>,
    caller: Caller,
    Path(client): Path<String>,
    Json(given, bytes): Json<ClientQuotaRequest>,
) -> Result<JsonAnswer<Accepted>, Problem> {
    let quota = given.quota.map(|CallerQuota { per_second, burst }| Quota { per_second, burst });
    change_client(&state, caller, &bytes, client, ClientChange::Quota { quota }).await
}

async fn change_client(
    state: &AppState,
    caller: Caller,
    content: &[u8],
    client: String,
    change: ClientChange,
) -> Result<JsonAnswer<Accepted>, Problem> {
    state.may_name(&client)?;
    // nobody has seen a version of what is not there yet
    let is_new = matches!(change, ClientChange::Add { .. });
    let caller = if is_new { caller } else { caller.on(AnyKey::Client(client.as_str().into())) };
    let reply = change_identity(state, caller, content, Body::ChangeClient { client: client.into(), change }).await?;
    Ok(JsonAnswer(accepted(&reply)))
}
