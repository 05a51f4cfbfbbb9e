//! Who asks.

use axum::{Extension, Json};
use serde::Serialize;
use trade::Actor;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::Reading;
use crate::view;

pub(crate) fn routes() -> OpenApiRouter<crate::state::AppState> {
    OpenApiRouter::new().routes(routes!(me))
}

/// Whose key it is, and what it may do.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct MeView {
    /// The name that goes on the record.
    #[schema(example = "anna")]
    name: String,
    /// What it may do.
    #[schema(example = json!(["sales"]))]
    roles: Vec<String>,
    /// Up to which amount it may release, write off and agree, in minor units of the company's currency; nothing means what its roles
    /// allow.
    #[serde(skip_serializing_if = "Option::is_none")]
    limit_minor: Option<i64>,
}

/// Show who asks, and with which roles.
#[utoipa::path(get, path = "/v1/me", tag = "systems", responses((status = 200, body = MeView)))]
async fn me(_: Reading, Extension(actor): Extension<Actor>) -> Json<MeView> {
    Json(MeView {
        name: actor.id.to_string(),
        roles: actor.roles.iter().map(view::name).collect(),
        limit_minor: actor.limit.map(|limit| limit.0),
    })
}
