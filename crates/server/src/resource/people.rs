//! Whom work can be given to. What else is known of people is for administrators.

use axum::Json as JsonAnswer;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use trade::Role;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Query, Reading};
use crate::problem::Problem;
use crate::state::AppState;
use crate::view::name;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PeopleFilter {
    /// Only people with this role.
    #[param(value_type = Option<String>, example = "sales")]
    role: Option<Role>,
}

/// A person whom work can be given to.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct PersonView {
    /// As the record names one.
    #[schema(example = "ann")]
    id: String,
    /// How the person is called.
    name: String,
    /// The roles.
    roles: Vec<String>,
}

/// People whom work can be given to.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct People {
    /// By name.
    items: Vec<PersonView>,
}

/// List the people who can sign in, with their roles.
#[utoipa::path(get, path = "/v1/people", tag = "identity", params(PeopleFilter), responses((status = 200, body = People)))]
async fn list(
    State(state): State<AppState>,
    _: Reading,
    Query(filter): Query<PeopleFilter>,
) -> Result<JsonAnswer<People>, Problem> {
    let people = state.identities.users().into_iter().filter(|user| !user.disabled);
    let company = state.identities.company();
    let people = people.map(|user| (user.rights.roles_in(&company), user)).filter(|(roles, _)| {
        // whoever has roles in other companies only works there
        !roles.is_empty() && filter.role.is_none_or(|role| roles.contains(&role))
    });
    let items = people.map(|(roles, user)| PersonView {
        id: user.id.to_string(),
        name: user.name.to_string(),
        roles: roles.iter().map(name).collect(),
    });
    Ok(JsonAnswer(People { items: items.collect() }))
}
