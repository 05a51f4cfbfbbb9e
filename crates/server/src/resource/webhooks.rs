//! Where events are sent by themselves.

use axum::Json as JsonAnswer;
use axum::extract::State;
use partition::webhook::{MAX_WEBHOOKS, Webhook, WebhookChange};
use partition::{AnyState, Body};
use runtime::Version;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Caller, Created, Json, Path, Reading};
use crate::problem::Problem;
use crate::resource::stock::{Accepted, accepted};
use crate::resource::warehouse_orders::Nothing;
use crate::state::AppState;
use crate::submit::{digest, if_match, submit};
use crate::version::Versioned;
use crate::webhook::log::Delivery;

/// While a receiver changes over to a new secret, both sign: a day, in milliseconds.
const OVERLAP: i64 = 24 * 3_600 * 1_000;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(put))
        .routes(routes!(show))
        .routes(routes!(deliveries))
        .routes(routes!(rotate))
        .routes(routes!(redeliver))
        .routes(routes!(disable))
        .routes(routes!(enable))
        .routes(routes!(remove))
}

/// Where events are sent.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct WebhookView {
    /// By which it is named.
    #[schema(example = "shop")]
    id: String,
    /// Where.
    #[schema(example = "https://shop.example/hooks/crossdock")]
    url: String,
    /// Types, or what they begin with; all if there are none.
    #[schema(example = json!(["order.", "invoice.released"]))]
    types: Vec<String>,
    /// The journal position up to which everything was delivered.
    delivered: u64,
    /// So many journal entries have come since; in the list. Those that it does not want are counted as delivered now and then.
    #[serde(skip_serializing_if = "Option::is_none")]
    behind: Option<u64>,
    /// Why nothing is sent; absent while it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled: Option<String>,
    /// Until when the secret before is used as well.
    #[serde(skip_serializing_if = "Option::is_none")]
    earlier_secret_until: Option<String>,
    /// When it was added.
    created_at: String,
}

fn view(state: &AppState, webhook: &Webhook) -> WebhookView {
    let now = state.now();
    WebhookView {
        id: webhook.id.to_string(),
        url: webhook.url.to_string(),
        types: webhook.types.iter().map(ToString::to_string).collect(),
        delivered: webhook.delivered,
        behind: None,
        disabled: webhook.disabled.as_ref().map(ToString::to_string),
        earlier_secret_until: webhook.earlier_until.filter(|until| now < *until).map(|until| until.to_string()),
        created_at: webhook.created_at.to_string(),
    }
}

/// All webhooks.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct WebhookList {
    /// By name.
    items: Vec<WebhookView>,
}

/// List webhooks: where events are sent, and how far each is.
#[utoipa::path(get, path = "/v1/webhooks", tag = "events", responses((status = 200, body = WebhookList)))]
async fn list(State(state): State<AppState>, _: Reading) -> Result<JsonAnswer<WebhookList>, Problem> {
    let head = state.partition.progress().position();
    let behind = |webhook: &Webhook| Some(head.saturating_sub(webhook.delivered));
    let listed = state.webhooks.list().await?;
    let items = listed.iter().map(|webhook| WebhookView { behind: behind(webhook), ..view(&state, webhook) }).collect();
    Ok(JsonAnswer(WebhookList { items }))
}

/// Show a webhook.
#[utoipa::path(get, path = "/v1/webhooks/{webhook}", tag = "events", params(("webhook" = String, Path)), responses((status = 200, body = WebhookView)))]
async fn show(
    State(state): State<AppState>,
    _: Reading,
    Path(webhook): Path<String>,
) -> Result<Versioned<WebhookView>, Problem> {
    let found = state.webhooks.find(&webhook).await?;
    let version = Version::of(&AnyState::Webhook(found.clone()).encode());
    Ok(Versioned(view(&state, &found), version))
}

/// Where events shall be sent.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WebhookRequest {
    /// By which it is named: 1 to 60 small letters, digits and .-_
    #[schema(example = "shop")]
    id: String,
    /// Where: an address that begins with https://, or http:// inside one's own network.
    #[schema(example = "https://shop.example/hooks/crossdock")]
    url: String,
    /// Types such as `invoice.released`, or what they begin with, such as `order.`; all if there are none.
    #[serde(default)]
    types: Vec<String>,
}

/// What a receiver checks signatures with.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct WebhookSecret {
    /// Which webhook.
    id: String,
    /// The secret, as *Standard Webhooks* writes it.
    #[schema(example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    secret: String,
}

/// Add a webhook, or change where what is sent. A new one begins with what happens from now on; the answer has the secret that its
/// receiver checks signatures with.
#[utoipa::path(post, path = "/v1/webhooks", tag = "events", params(("Idempotency-Key" = String, Header)), request_body = WebhookRequest,
    responses((status = 201, body = WebhookSecret)))]
async fn put(
    State(state): State<AppState>,
    caller: Caller,
    Json(given, bytes): Json<WebhookRequest>,
) -> Result<Created<WebhookSecret>, Problem> {
    must_sign(&state)?;
    let listed = state.webhooks.list().await?;
    if listed.len() >= MAX_WEBHOOKS && !listed.iter().any(|known| known.id == given.id) {
        let detail = format!("there are {MAX_WEBHOOKS} webhooks, the most there may be; remove one first");
        return Err(Problem::new("conflict", detail));
    }
    let types = given.types.iter().map(|kind| kind.as_str().into()).collect();
    let from = state.partition.progress().position();
    let change = WebhookChange::Put { url: given.url.as_str().into(), types, from };
    let _accepted = change_webhook(&state, caller, &bytes, &given.id, change).await?;
    secret(&state, &given.id).await.map(Created)
}

/// Sign with a new secret; for a day with the one before as well, so that the receiver has time to change over.
#[utoipa::path(post, path = "/v1/webhooks/{webhook}/secret", tag = "events", params(("webhook" = String, Path), ("Idempotency-Key" = String, Header)), request_body = Nothing,
    responses((status = 200, body = WebhookSecret)))]
async fn rotate(
    State(state): State<AppState>,
    caller: Caller,
    Path(webhook): Path<String>,
    Json(_, bytes): Json<Nothing>,
) -> Result<JsonAnswer<WebhookSecret>, Problem> {
    must_sign(&state)?;
    let earlier_until = state.now().plus_millis(OVERLAP);
    let _accepted = change_webhook(&state, caller, &bytes, &webhook, WebhookChange::Rotate { earlier_until }).await?;
    secret(&state, &webhook).await.map(JsonAnswer)
}

fn must_sign(state: &AppState) -> Result<(), Problem> {
    if state.webhooks.master.is_some() {
        return Ok(());
    }
    let detail = "webhooks are signed, and the server has no secret to sign with; set server.secret in the configuration, such as \
                  `secret = \"env:CROSSDOCK_SECRET\"`, and start it anew";
    Err(Problem::new("conflict", detail))
}

async fn secret(state: &AppState, id: &str) -> Result<WebhookSecret, Problem> {
    let webhook = state.webhooks.find(id).await?;
    let master = state.webhooks.master.as_ref().ok_or_else(|| Problem::new("internal", "the secret went away"))?;
    Ok(WebhookSecret { id: id.to_owned(), secret: master.secret(&webhook, webhook.generation) })
}

/// An attempt to deliver an event.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct DeliveryView {
    /// Names this attempt; the receiver has it in the header `Crossdock-Delivery`.
    #[schema(example = "17.3-1-1798322400000")]
    id: String,
    /// Which event; the receiver has it in the header `Webhook-Id`, the same for all attempts.
    #[schema(example = "17.3")]
    event: String,
    /// Of which type.
    #[schema(example = "com.crossdock.order.received.v1")]
    #[serde(rename = "type")]
    kind: String,
    /// The first, second, … attempt.
    attempt: u32,
    /// When it began.
    at: String,
    /// How long it took, in milliseconds.
    took_ms: u64,
    /// Whether the event was taken.
    taken: bool,
    /// The status of the answer; absent if there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl From<Delivery> for DeliveryView {
    fn from(delivery: Delivery) -> Self {
        Self {
            taken: delivery.is_taken(),
            id: delivery.id,
            event: delivery.event,
            kind: delivery.kind,
            attempt: delivery.attempt,
            at: delivery.at.to_string(),
            took_ms: delivery.took_ms,
            status: delivery.status,
            error: delivery.error,
        }
    }
}

/// The last attempts to deliver.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Deliveries {
    /// The newest first, since the server's start.
    items: Vec<DeliveryView>,
}

/// Show the last 200 deliveries of a webhook since the server's start, the newest first.
#[utoipa::path(get, path = "/v1/webhooks/{webhook}/deliveries", tag = "events", params(("webhook" = String, Path)), responses((status = 200, body = Deliveries)))]
async fn deliveries(
    State(state): State<AppState>,
    _: Reading,
    Path(webhook): Path<String>,
) -> Result<JsonAnswer<Deliveries>, Problem> {
    let found = state.webhooks.find(&webhook).await?;
    let items = state.webhooks.deliveries(&found.id).into_iter().map(DeliveryView::from).collect();
    Ok(JsonAnswer(Deliveries { items }))
}

/// An event to send once more.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Redelivery {
    /// Its id.
    #[schema(example = "17.3")]
    event: String,
}

/// Send an event once more, now; the answer says how it went. It has the id that it had, and what waits is not held up.
#[utoipa::path(post, path = "/v1/webhooks/{webhook}/redeliveries", tag = "events", params(("webhook" = String, Path), ("Idempotency-Key" = String, Header)), request_body = Redelivery,
    responses((status = 200, body = DeliveryView)))]
async fn redeliver(
    State(state): State<AppState>,
    caller: Caller,
    Path(webhook): Path<String>,
    Json(given, bytes): Json<Redelivery>,
) -> Result<JsonAnswer<DeliveryView>, Problem> {
    must_sign(&state)?;
    // nothing is changed that has a version
    if_match(&caller)?;
    let found = state.webhooks.find(&webhook).await?;
    let delivery = state.webhooks.redeliver(&found, &given.event, (caller.key.clone(), digest(&caller, &bytes))).await?;
    Ok(JsonAnswer(delivery.into()))
}

/// Why nothing shall be sent any more.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Why {
    /// It goes on the record.
    #[serde(default)]
    reason: String,
}

/// Send nothing any more, until it is enabled again.
#[utoipa::path(post, path = "/v1/webhooks/{webhook}/disable", tag = "events", params(("webhook" = String, Path), ("Idempotency-Key" = String, Header)), request_body = Why,
    responses((status = 200, body = Accepted)))]
async fn disable(
    State(state): State<AppState>,
    caller: Caller,
    Path(webhook): Path<String>,
    Json(given, bytes): Json<Why>,
) -> Result<JsonAnswer<Accepted>, Problem> {
    let reason = given.reason.trim();
    let why =
        if reason.is_empty() { format!("by {}", caller.actor.id) } else { format!("by {}: {reason}", caller.actor.id) };
    change_webhook(&state, caller, &bytes, &webhook, WebhookChange::Disable { why: why.into(), revision: None }).await
}

/// Where to go on.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Onwards {
    /// Leave out what happened up to this journal position, which is the first number of an event's id; nothing unless given.
    after: Option<u64>,
}

/// Go on where it stopped: nothing that happened meanwhile is left out, unless an event that its receiver can never take holds it up.
#[utoipa::path(post, path = "/v1/webhooks/{webhook}/enable", tag = "events", params(("webhook" = String, Path), ("Idempotency-Key" = String, Header)), request_body = Onwards,
    responses((status = 200, body = Accepted)))]
async fn enable(
    State(state): State<AppState>,
    caller: Caller,
    Path(webhook): Path<String>,
    Json(given, bytes): Json<Onwards>,
) -> Result<JsonAnswer<Accepted>, Problem> {
    let head = state.partition.progress().position();
    if given.after.is_some_and(|after| after > head) {
        return Err(Problem::new(
            "invalid",
            format!("after is a position that the journal has not reached: it is at {head}"),
        ));
    }
    change_webhook(&state, caller, &bytes, &webhook, WebhookChange::Enable { after: given.after }).await
}

/// Forget a webhook.
#[utoipa::path(post, path = "/v1/webhooks/{webhook}/remove", tag = "events", params(("webhook" = String, Path), ("Idempotency-Key" = String, Header)), request_body = Nothing,
    responses((status = 200, body = Accepted)))]
async fn remove(
    State(state): State<AppState>,
    caller: Caller,
    Path(webhook): Path<String>,
    Json(_, bytes): Json<Nothing>,
) -> Result<JsonAnswer<Accepted>, Problem> {
    change_webhook(&state, caller, &bytes, &webhook, WebhookChange::Remove).await
}

async fn change_webhook(
    state: &AppState,
    caller: Caller,
    content: &[u8],
    webhook: &str,
    change: WebhookChange,
) -> Result<JsonAnswer<Accepted>, Problem> {
    let reply = submit(state, caller, content, Body::ChangeWebhook { webhook: webhook.into(), change }).await?;
    Ok(JsonAnswer(accepted(&reply)))
}
