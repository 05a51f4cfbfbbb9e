//! The HTTP API: identity, idempotency, problems, OpenAPI, metrics.
//!
//! A handler parses, asks the partition or a reader, and answers; it decides nothing. Reads come from the store, which is
//! never behind: what was acknowledged is there. Conventions: problem details for every error, `Idempotency-Key` on every
//! POST, an API key on every request but health, money and quantities as strings and integers, cursors for pages.
//!
//! One file per resource under `resource/`; start with [`router`].

#![allow(
    clippy::result_large_err,
    reason = "a problem is made once per refused request; boxing it would cost more words than it saves"
)]

mod auth;
mod bisect;
mod config;
mod console;
mod cursor;
mod day;
mod describe;
mod docs;
mod extract;
mod feed;
mod governance;
mod identity;
mod in_flight;
mod latency;
mod metrics;
mod page;
mod problem;
mod readers;
mod resource;
mod schema;
mod serve;
mod sort;
mod state;
mod submit;
mod version;
mod view;
mod webhook;

pub use auth::{KeyRing, hash_bytes, hash_key};
pub use config::{ConfigError, KeyConfig, ServerConfig};
pub use day::Today;
pub use feed::live::Live;
pub use governance::Governance;
pub use identity::Identities;
pub use identity::oidc::{GrantConfig, OidcConfig, OidcConfigError, Provider, SignInError};
pub use in_flight::InFlight;
pub use metrics::export as export_metrics;
pub use problem::{CODES, FieldError, Problem};
pub use readers::{Readers, dependencies};
pub use resource::imports::REPLAYED;
pub use resource::settings::Setting;
pub use schema::{Contracts, contracts};
pub use serve::{HEADERS_WITHIN, serve};
pub use state::AppState;
pub use webhook::Webhooks;

use axum::Router;
use axum::middleware;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

/// The largest request body, in bytes.
pub const MAX_BODY: usize = 16 * 1024 * 1024;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Crossdock",
        description = "Carries every order from every channel to matched cash, across sales, warehouse and finance systems.",
        contact(name = "Whoever runs this installation"),
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    modifiers(&Security),
    security(("api_key" = []))
)]
struct Api;

struct Security;

impl utoipa::Modify for Security {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("cd_…").build();
        api.components.get_or_insert_default().add_security_scheme("api_key", SecurityScheme::Http(scheme));
    }
}

fn resources() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(Api::openapi())
        .merge(resource::orders::routes())
        .merge(resource::rebillings::routes())
        .merge(resource::reopenings::routes())
        .merge(resource::imports::routes())
        .merge(resource::master::routes())
        .merge(resource::stock::routes())
        .merge(resource::backorders::routes())
        .merge(resource::quotas::routes())
        .merge(resource::reconciliations::routes())
        .merge(resource::exceptions::routes())
        .merge(resource::tasks::routes())
        .merge(resource::warehouse_orders::routes())
        .merge(resource::fulfilment::routes())
        .merge(resource::shipments::routes())
        .merge(resource::invoices::routes())
        .merge(resource::invoice_documents::routes())
        .merge(resource::payments::routes())
        .merge(resource::accounts::routes())
        .merge(resource::company::routes())
        .merge(resource::returns::routes())
        .merge(resource::events::routes())
        .merge(resource::audit::routes())
        .merge(resource::systems::routes())
        .merge(resource::processes::routes())
        .merge(resource::passages::routes())
        .merge(resource::process_map::routes())
        .merge(resource::decisions::routes())
        .merge(resource::drafts::routes())
        .merge(resource::saved_views::routes())
        .merge(resource::instances::routes())
        .merge(resource::jobs::routes())
        .merge(resource::progress::routes())
        .merge(resource::session::routes())
        .merge(resource::provider::routes())
        .merge(resource::users::routes())
        .merge(resource::people::routes())
        .merge(resource::names::routes())
        .merge(resource::clients::routes())
        .merge(resource::catalogue::routes())
        .merge(resource::schemas::routes())
        .merge(resource::webhooks::routes())
        .merge(resource::settings::routes())
        .merge(resource::authority::routes())
        .merge(resource::day::routes())
        .merge(resource::items::routes())
        .merge(resource::margins::routes())
        .merge(metrics::routes())
        .merge(description())
        .merge(docs::routes())
}

/// The description of the API at its own path; made once, when it is first asked for.
fn description() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(utoipa_axum::routes!(describe_api))
}

static DESCRIPTION: std::sync::LazyLock<axum::body::Bytes> =
    std::sync::LazyLock::new(|| axum::body::Bytes::from(describe::json(&openapi()).to_string()));

/// Describe this API.
#[utoipa::path(get, path = "/openapi.json", tag = "systems", responses((status = 200, body = Object, content_type = "application/json")))]
async fn describe_api() -> impl axum::response::IntoResponse {
    ([(axum::http::header::CONTENT_TYPE, "application/json")], DESCRIPTION.clone())
}

/// The description of the API, as it is served at `/openapi.json`.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut api = resource::health::routes().merge(resources()).into_openapi();
    let ours = Api::openapi();
    (api.info, api.security) = (ours.info, ours.security);
    describe::complete(&mut api);
    api
}

/// The whole API and the console, ready to serve. Without a key there is nothing of the API but health and the pages about problems, not
/// even the news which paths there are.
pub fn router(state: AppState) -> Router {
    let (guarded, _) = resources().split_for_parts();
    let guarded = guarded
        .fallback(problem::unknown_path)
        .method_not_allowed_fallback(problem::unknown_method)
        .layer(middleware::from_fn_with_state(state.clone(), governance::guard));
    let (open, _) = resource::health::routes().split_for_parts();
    open.route("/docs/problems/{code}", axum::routing::get(problem::page))
        .method_not_allowed_fallback(problem::unknown_method)
        .merge(guarded)
        .layer(middleware::from_fn(console::pages))
        .layer(middleware::from_fn(problem::trace))
        .layer(tower_http::catch_panic::CatchPanicLayer::custom(problem::from_panic))
        .with_state(state)
}
