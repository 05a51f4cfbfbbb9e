//! People who may use the product.

use axum::Json as JsonAnswer;
use axum::extract::State;
use partition::identity::{Rights, RoleCompanies, User, UserChange};
use partition::{AnyKey, AnyState, Body};
use runtime::Version;
use serde::{Deserialize, Serialize};
use trade::Role;
use units::{Currency, Money};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Caller, Json, Path, Reading};
use crate::identity::password;
use crate::problem::{FieldError, Problem};
use crate::resource::accounts::{check_currency, currency};
use crate::resource::stock::{Accepted, accepted};
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
        .routes(routes!(remove_second_factor))
        .routes(routes!(link))
        .routes(routes!(show))
        .routes(routes!(set_password))
        .routes(routes!(disable))
        .routes(routes!(enable))
        .routes(routes!(end_sessions))
}

/// A person.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct UserView {
    /// By which the person signs in, and is named on the record.
    #[schema(example = "ann")]
    id: String,
    /// How the person is called.
    name: String,
    /// The roles.
    roles: Vec<String>,
    /// Up to which amount the person may decide; absent without limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<MoneyView>,
    /// Roles that count in some companies only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    companies: Vec<RoleCompaniesView>,
    /// Whether the identity provider has vouched for the person: then they sign in there.
    at_provider: bool,
    /// Whether there is a password.
    has_password: bool,
    /// Whether a second factor is asked for.
    has_second_factor: bool,
    /// Cannot sign in.
    disabled: bool,
    /// When the person was added.
    created_at: String,
}

/// The companies that a role is limited to.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RoleCompaniesView {
    /// The role.
    #[schema(value_type = String, example = "sales")]
    role: Role,
    /// The short codes of the companies.
    #[schema(example = json!(["CD"]))]
    companies: Vec<String>,
}

/// The limits of roles to companies as they are shown.
pub(crate) fn role_companies(rights: &Rights) -> Vec<RoleCompaniesView> {
    let view = |limited: &RoleCompanies| RoleCompaniesView {
        role: limited.role,
        companies: limited.companies.iter().map(ToString::to_string).collect(),
    };
    rights.companies.iter().map(view).collect()
}

fn view(user: &User, currency: Currency) -> UserView {
    UserView {
        id: user.id.to_string(),
        name: user.name.to_string(),
        roles: user.rights.roles.iter().map(name).collect(),
        limit: user.rights.limit.map(|limit| money(limit, currency)),
        companies: role_companies(&user.rights),
        at_provider: user.subject.is_some(),
        has_password: user.password.is_some(),
        has_second_factor: user.second_factor.is_on,
        disabled: user.disabled,
        created_at: user.created_at.to_string(),
    }
}

/// All people.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Users {
    /// By name.
    items: Vec<UserView>,
}

/// Who somebody is, and what they may do.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct IdentityRequest {
    /// By which they are named on the record: 1 to 60 small letters, digits and `.-_@`.
    #[schema(example = "ann")]
    pub(crate) id: String,
    /// How they are called.
    #[serde(default)]
    pub(crate) name: String,
    /// What they may do: `sales`, `warehouse`, `credit_clerk`, `credit_manager`, `director`, `receivables`, `operations`, `admin`, `worker`, `compliance`, `controller`.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub(crate) roles: Vec<Role>,
    /// Up to which amount they may release holds, approve, write off and credit; absent without limit.
    #[serde(default)]
    #[schema(value_type = Option<MoneyView>)]
    pub(crate) limit: Option<Money>,
    /// Of a program: the types of jobs that it may lease and answer; all if there are none.
    #[serde(default)]
    pub(crate) job_types: Vec<String>,
    /// Roles that count in some companies only; the others count in all.
    #[serde(default)]
    pub(crate) companies: Vec<RoleCompaniesView>,
}

/// Name and rights as they shall be.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RightsRequest {
    /// How they are called.
    #[serde(default)]
    name: String,
    /// What they may do: `sales`, `warehouse`, `credit_clerk`, `credit_manager`, `director`, `receivables`, `operations`, `admin`, `worker`, `compliance`, `controller`.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    roles: Vec<Role>,
    /// Up to which amount they may release holds, approve, write off and credit; absent without limit.
    #[serde(default)]
    #[schema(value_type = Option<MoneyView>)]
    limit: Option<Money>,
    /// Of a program: the types of jobs that it may lease and answer; all if there are none.
    #[serde(default)]
    job_types: Vec<String>,
    /// Roles that count in some companies only; the others count in all.
    #[serde(default)]
    companies: Vec<RoleCompaniesView>,
}

impl RightsRequest {
    /// Of whom.
    pub(crate) fn of(self, id: String) -> IdentityRequest {
        let Self { name, roles, limit, job_types, companies } = self;
        IdentityRequest { id, name, roles, limit, job_types, companies }
    }
}

impl IdentityRequest {
    /// The rights that it asks for, in the company's currency.
    pub(crate) async fn rights(&self, state: &AppState) -> Result<Rights, Problem> {
        if let Some(limit) = &self.limit {
            check_currency(state, "/limit", limit).await?;
        }
        let mut roles = self.roles.clone();
        roles.sort_unstable();
        roles.dedup();
        let mut job_types: Vec<units::Text> = self.job_types.iter().map(|kind| kind.as_str().into()).collect();
        job_types.sort_unstable();
        job_types.dedup();
        let sorted = |limited: &RoleCompaniesView| {
            let mut companies: Vec<units::Text> = limited.companies.iter().map(|code| code.as_str().into()).collect();
            companies.sort_unstable();
            companies.dedup();
            RoleCompanies { role: limited.role, companies }
        };
        let mut companies: Vec<RoleCompanies> = self.companies.iter().map(sorted).collect();
        companies.sort_unstable();
        Ok(Rights { roles, limit: self.limit.map(|limit| limit.amount), job_types, companies })
    }
}

/// List people.
#[utoipa::path(get, path = "/v1/users", tag = "identity", responses((status = 200, body = Users)))]
async fn list(State(state): State<AppState>, _: Reading) -> Result<JsonAnswer<Users>, Problem> {
    let currency = currency(&state).await?;
    let items = state.identities.users().iter().map(|user| view(user, currency)).collect();
    Ok(JsonAnswer(Users { items }))
}

/// Show a person.
#[utoipa::path(get, path = "/v1/users/{user}", tag = "identity", params(("user" = String, Path)), responses((status = 200, body = UserView)))]
async fn show(State(state): State<AppState>, _: Reading, Path(user): Path<String>) -> Result<Versioned<UserView>, Problem> {
    let found = state.identities.user(&user).ok_or_else(|| Problem::not_found(format_args!("user {user}")))?;
    let version = Version::of(&AnyState::User(found.clone()).encode());
    Ok(Versioned(view(&found, currency(&state).await?), version))
}

/// Add a person. A name that somebody has already is a conflict.
#[utoipa::path(post, path = "/v1/users", tag = "identity", params(("Idempotency-Key" = String, Header)), request_body = IdentityRequest,
    responses((status = 200, body = Accepted)))]
async fn add(
    State(state): State<AppState>,
    caller: Caller,
    Json(given, bytes): Json<IdentityRequest>,
) -> Result<JsonAnswer<Accepted>, Problem> {
    let rights = of_a_person(given.rights(&state).await?)?;
    let change = UserChange::Add { name: given.name.into(), rights };
    change_user(&state, caller, &bytes, given.id, change).await
}

/// Change a person's name and rights. Nobody changes his own rights. With `If-Match` nobody overwrites what another administrator has
/// changed meanwhile.
#[utoipa::path(post, path = "/v1/users/{user}/rights", tag = "identity", params(("user" = String, Path), ("Idempotency-Key" = String, Header)), request_body = RightsRequest,
    responses((status = 200, body = Accepted)))]
async fn set_rights(
    State(state): State<AppState>,
    caller: Caller,
    Path(user): Path<String>,
    Json(given, bytes): Json<RightsRequest>,
) -> Result<JsonAnswer<Accepted>, Problem> {
    state.identities.user(&user).ok_or_else(|| Problem::not_found(format_args!("user {user}")))?;
    let given = given.of(user);
    let rights = of_a_person(given.rights(&state).await?)?;
    let change = UserChange::Put { name: given.name.into(), rights };
    change_user(&state, caller, &bytes, given.id, change).await
}

/// Let a person sign in without a second factor: the authenticator and the recovery codes are lost.
#[utoipa::path(post, path = "/v1/users/{user}/second-factor/removal", tag = "identity", params(("user" = String, Path), ("Idempotency-Key" = String, Header)), request_body = Nothing,
    responses((status = 200, body = Accepted)))]
async fn remove_second_factor(
    State(state): State<AppState>,
    caller: Caller,
    Path(user): Path<String>,
    Json(_, bytes): Json<Nothing>,
) -> Result<JsonAnswer<Accepted>, Problem> {
    not_oneself(&caller, &user)?;
    change_user(&state, caller, &bytes, user, UserChange::SecondFactorOff).await
}

/// Who somebody is at the identity provider.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProviderAccount {
    /// The provider's own number for them: `sub` in its tokens.
    #[schema(example = "0f3c2a54-7be1-4d3c-9a53-0c3a4e1b7d11")]
    subject: String,
}

/// Say which account of the identity provider is this person, so that they sign in there as well. By name alone only somebody is taken
/// for one who has neither a password nor a second factor here.
#[utoipa::path(post, path = "/v1/users/{user}/provider", tag = "identity", params(("user" = String, Path), ("Idempotency-Key" = String, Header)), request_body = ProviderAccount,
    responses((status = 200, body = Accepted)))]
async fn link(
    State(state): State<AppState>,
    caller: Caller,
    Path(user): Path<String>,
    Json(given, bytes): Json<ProviderAccount>,
) -> Result<JsonAnswer<Accepted>, Problem> {
    let missing = "identity provider; `server.oidc` in the configuration names one";
    let provider = state.identities.provider.as_ref().ok_or_else(|| Problem::not_found(missing))?;
    let known = state.identities.user(&user).ok_or_else(|| Problem::not_found(format_args!("user {user}")))?;
    // as long as a provider may make it (OpenID Connect Core §2)
    if !(1..=255).contains(&given.subject.len()) {
        let (pointer, cause) = ("/subject".to_owned(), "its length".to_owned());
        let error = FieldError { pointer, cause, mend: "give `sub` as the provider shows it, up to 255 bytes".to_owned() };
        return Err(Problem::new("invalid", "the subject is no number of the provider").with_errors(vec![error]));
    }
    let subject = provider.subject(&given.subject);
    if let Some(other) = state.identities.user_of_subject(&subject).filter(|other| other.id != known.id) {
        return Err(Problem::new("conflict", format!("this account of the identity provider is {}", other.id)));
    }
    let change = UserChange::Vouched { subject, name: known.name.clone(), rights: None };
    change_user(&state, caller, &bytes, user, change).await
}

/// What protects oneself is changed with the password, so that nobody does it who finds an open browser.
fn not_oneself(caller: &Caller, user: &str) -> Result<(), Problem> {
    if caller.actor.id != user {
        return Ok(());
    }
    Err(Problem::new("not_allowed", "for yourself this is at /v1/session, with your password"))
}

/// People have tasks, and no jobs.
fn of_a_person(rights: Rights) -> Result<Rights, Problem> {
    if rights.job_types.is_empty() {
        return Ok(rights);
    }
    let (pointer, cause) = ("/job_types".to_owned(), "a person leases no jobs by type".to_owned());
    let error = FieldError { pointer, cause, mend: "leave it out, or add a program instead".to_owned() };
    Err(Problem::new("invalid", "job types are for programs").with_errors(vec![error]))
}

/// A new password.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPassword {
    /// 12 characters or more.
    password: String,
}

/// Set somebody's password; their sessions end.
#[utoipa::path(post, path = "/v1/users/{user}/password", tag = "identity", params(("user" = String, Path), ("Idempotency-Key" = String, Header)), request_body = NewPassword,
    responses((status = 200, body = Accepted)))]
async fn set_password(
    State(state): State<AppState>,
    caller: Caller,
    Path(user): Path<String>,
    Json(given, bytes): Json<NewPassword>,
) -> Result<JsonAnswer<Accepted>, Problem> {
    not_oneself(&caller, &user)?;
    let hash = password::hash(given.password, "/password").await?;
    change_user(&state, caller, &bytes, user, UserChange::Password { hash }).await
}

/// Let a person sign in no longer; their sessions end.
#[utoipa::path(post, path = "/v1/users/{user}/disable", tag = "identity", params(("user" = String, Path), ("Idempotency-Key" = String, Header)), request_body = Nothing,
    responses((status = 200, body = Accepted)))]
async fn disable(
    State(state): State<AppState>,
    caller: Caller,
    Path(user): Path<String>,
    Json(_, bytes): Json<Nothing>,
) -> Result<JsonAnswer<Accepted>, Problem> {
    change_user(&state, caller, &bytes, user, UserChange::Disable).await
}

/// Let a person sign in again.
#[utoipa::path(post, path = "/v1/users/{user}/enable", tag = "identity", params(("user" = String, Path), ("Idempotency-Key" = String, Header)), request_body = Nothing,
    responses((status = 200, body = Accepted)))]
async fn enable(
    State(state): State<AppState>,
    caller: Caller,
    Path(user): Path<String>,
    Json(_, bytes): Json<Nothing>,
) -> Result<JsonAnswer<Accepted>, Problem> {
    change_user(&state, caller, &bytes, user, UserChange::Enable).await
}

/// End all sessions of a person.
#[utoipa::path(post, path = "/v1/users/{user}/end-sessions", tag = "identity", params(("user" = String, Path), ("Idempotency-Key" = String, Header)), request_body = Nothing,
    responses((status = 200, body = Accepted)))]
async fn end_sessions(
    State(state): State<AppState>,
    caller: Caller,
    Path(user): Path<String>,
    Json(_, bytes): Json<Nothing>,
) -> Result<JsonAnswer<Accepted>, Problem> {
    change_user(&state, caller, &bytes, user, UserChange::EndSessions).await
}

async fn change_user(
    state: &AppState,
    caller: Caller,
    content: &[u8],
    user: String,
    change: UserChange,
) -> Result<JsonAnswer<Accepted>, Problem> {
    state.may_name(&user)?;
    // nobody has seen a version of who is not there yet
    let is_new = matches!(change, UserChange::Add { .. });
    let caller = if is_new { caller } else { caller.on(AnyKey::User(user.as_str().into())) };
    let reply = change_identity(state, caller, content, Body::ChangeUser { user: user.into(), change }).await?;
    Ok(JsonAnswer(accepted(&reply)))
}
