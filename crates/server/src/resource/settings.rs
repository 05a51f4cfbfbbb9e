//! The configuration that counts, for those who look after the installation.

use std::sync::Arc;

use axum::Json as JsonAnswer;
use axum::extract::State;
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::Reading;
use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list))
}

/// A value that the product was started with. Secrets are masked.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Setting {
    /// Its key in the configuration.
    #[schema(example = "server.readers")]
    pub key: String,
    /// What it is.
    #[schema(value_type = Value)]
    pub value: serde_json::Value,
    /// Where it comes from: `environment: NAME`, `file` or `default`.
    pub from: String,
}

/// What the product was started with.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Settings {
    /// The values, as the configuration has them.
    #[schema(value_type = Vec<Setting>)]
    items: Arc<[Setting]>,
}

/// List the values that the product was started with, and where each comes from. Secrets are masked.
#[utoipa::path(get, path = "/v1/settings", tag = "systems", responses((status = 200, body = Settings)))]
async fn list(State(state): State<AppState>, _: Reading) -> JsonAnswer<Settings> {
    JsonAnswer(Settings { items: state.settings })
}
