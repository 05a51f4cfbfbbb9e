//! Processes: deploy, list, start.

use std::cell::RefCell;

use axum::extract::State;
use partition::{AnyKey, AnyState, Body, Reply, Resource, Table};
use serde::{Deserialize, Serialize};
use trade::Finding;
use units::Text;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Caller, Created, Json, Path, Query, Reading};
use crate::page::{self, Listed, Page};
use crate::problem::{FieldError, Problem};
use crate::resource::exceptions::variables;
use crate::resource::forms::{self, FormView};
use crate::resource::orders::Numbered;
use crate::state::AppState;
use crate::submit::{submit, unexpected};
use crate::version::Versioned;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(deploy, list)).routes(routes!(versions)).routes(routes!(show)).routes(routes!(start))
}

/// Files to deploy together.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Deployment {
    /// The files; all are deployed or none.
    resources: Vec<DeployedFile>,
}

/// A BPMN, DMN or form file.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeployedFile {
    /// File name; the ending tells what it is: `.bpmn`, `.dmn` or `.form`.
    name: String,
    /// What is in it: XML, or the JSON of a form.
    xml: String,
}

/// A version of a process, decision model or form.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct VersionView {
    /// The process's id, or `dmn:` and the model's, or `form:` and the form's.
    id: String,
    /// 1, 2, 3 …
    version: u32,
    /// The file that it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<String>,
    /// When it was deployed.
    #[serde(skip_serializing_if = "Option::is_none")]
    deployed_at: Option<String>,
    /// What is doubtful in it, but runs; only when it is deployed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<FieldError>,
}

/// Deploy processes and decisions. What cannot run is refused with element, line and reason.
#[utoipa::path(post, path = "/v1/processes", tag = "processes", params(("Idempotency-Key" = String, Header)), request_body = Deployment,
    responses((status = 201, body = Vec<VersionView>)))]
async fn deploy(
    State(state): State<AppState>,
    caller: Caller,
    Json(request, bytes): Json<Deployment>,
) -> Result<Created<Vec<VersionView>>, Problem> {
    let resources = request.resources.into_iter().map(|file| Resource { name: file.name.into(), xml: file.xml.into() });
    let resources: Vec<Resource> = resources.collect();
    let versions = match submit(&state, caller, &bytes, Body::Deploy(resources.clone())).await? {
        Reply::Deployed(versions) => versions,
        other => return Err(unexpected(&other)),
    };
    let mut doubts = doubts(&state, resources).await?;
    let view = |(id, version): (Text, u32)| {
        // those of a file with several processes are told once
        let of_file = doubts.iter_mut().find(|(ids, _)| ids.contains(&id));
        let warnings = of_file.map(|(_, warnings)| std::mem::take(warnings)).unwrap_or_default();
        let warnings = warnings.iter().map(crate::problem::field).collect();
        VersionView { id: id.to_string(), version, resource: None, deployed_at: None, warnings }
    };
    Ok(Created(versions.into_iter().map(view).collect()))
}

/// What is doubtful in files that were deployed, with the ids of each; what they call and nobody has deployed is told too.
async fn doubts(state: &AppState, resources: Vec<Resource>) -> Result<Vec<(Vec<Text>, Vec<Finding>)>, Problem> {
    let read = move |reader: &mut dyn store::Reader| {
        let reader = RefCell::new(reader);
        // what cannot be looked up is not said to be missing
        let is_known = |name: &str| {
            let latest = crate::readers::state(&mut **reader.borrow_mut(), &AnyKey::Latest(name.into()));
            !latest.is_ok_and(|latest| latest.is_none())
        };
        Ok(resources.iter().map(|resource| resource.warnings(&resources, &is_known)).collect())
    };
    state.readers.read(read).await
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Paging {
    /// `next` of the page before.
    after: Option<String>,
    /// Entries on a page: 1 to 500, 50 unless given.
    limit: Option<usize>,
}

/// List deployed versions.
#[utoipa::path(get, path = "/v1/processes", tag = "processes", params(Paging), responses((status = 200, body = Page<VersionView>)))]
async fn list(State(state): State<AppState>, _: Reading, Query(paging): Query<Paging>) -> Result<Listed, Problem> {
    let read = move |reader: &mut dyn store::Reader| {
        page::read(reader, Table::Definition, &[], paging.after.as_deref(), paging.limit, |_, _, state| match state {
            AnyState::Definition(definition) => Some(view(&definition)),
            _ => None,
        })
    };
    state.readers.list(read).await
}

/// A version with its source.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct VersionDetails {
    /// The version.
    #[serde(flatten)]
    version: VersionView,
    /// The tag that the modeller gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    version_tag: Option<String>,
    /// The position in the journal at which it was deployed; the same for all that were deployed together.
    deployment: u64,
    /// The file as it was deployed.
    xml: String,
    /// Whether somebody can start an instance of it by hand: it is a process with a plain start event.
    starts_by_hand: bool,
    /// The form that they fill in; what is filled in are the variables to start with.
    #[serde(skip_serializing_if = "Option::is_none")]
    start_form: Option<FormView>,
}

fn view(definition: &partition::Definition) -> VersionView {
    VersionView {
        id: definition.id.id.to_string(),
        version: definition.id.version,
        resource: Some(definition.resource.to_string()),
        deployed_at: Some(definition.deployed_at.to_string()),
        warnings: Vec::new(),
    }
}

fn version(reader: &mut dyn store::Reader, id: &str, version: u32) -> Result<Option<partition::Definition>, Problem> {
    let id = partition::DefinitionId { id: id.into(), version };
    Ok(match crate::readers::state(reader, &AnyKey::Definition(id))? {
        Some(AnyState::Definition(definition)) => Some((*definition).clone()),
        _ => None,
    })
}

/// List the versions of a process, decision model or form, the newest first.
#[utoipa::path(get, path = "/v1/processes/{process}/versions", tag = "processes", params(("process" = String, Path)), responses((status = 200, body = Vec<VersionView>)))]
async fn versions(
    State(state): State<AppState>,
    _: Reading,
    Path(process): Path<String>,
) -> Result<axum::Json<Vec<VersionView>>, Problem> {
    let read = move |reader: &mut dyn store::Reader| {
        let latest = match crate::readers::state(reader, &AnyKey::Latest(process.as_str().into()))? {
            Some(AnyState::Latest(latest)) if latest.id == process => latest.version,
            _ => return Err(Problem::not_found(format_args!("process, decision model or form {process}"))),
        };
        let mut found = Vec::new();
        for number in (1..=latest).rev() {
            found.extend(version(reader, &process, number)?.as_ref().map(view));
        }
        Ok(axum::Json(found))
    };
    state.readers.read(read).await
}

/// Show a version with the file as it was deployed.
#[utoipa::path(get, path = "/v1/processes/{process}/versions/{version}", tag = "processes", params(("process" = String, Path), ("version" = u32, Path)), responses((status = 200, body = VersionDetails)))]
async fn show(
    State(state): State<AppState>,
    _: Reading,
    Path((process, number)): Path<(String, u32)>,
) -> Result<Versioned<VersionDetails>, Problem> {
    let read = move |reader: &mut dyn store::Reader| {
        let Some(definition) = version(reader, &process, number)? else {
            return Err(Problem::not_found(format_args!("version {number} of {process}")));
        };
        let tag = runtime::Version::of(definition.xml.as_bytes());
        let definition = definition.parsed();
        let version_tag = definition.process().and_then(|process| process.version_tag().map(str::to_owned));
        let (version, deployment, xml) = (view(&definition), definition.deployment, definition.xml.to_string());
        let starts_by_hand = definition.process().is_some_and(|process| process.has_plain_start());
        let start_form = forms::of_start(reader, &definition)?;
        Ok(Versioned(VersionDetails { version, version_tag, deployment, xml, starts_by_hand, start_form }, tag))
    };
    state.readers.read(read).await
}

/// Variables to start with.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StartRequest {
    /// By name.
    #[serde(default)]
    #[schema(value_type = Object)]
    variables: serde_json::Map<String, serde_json::Value>,
}

/// Start an instance of the latest version of a process.
#[utoipa::path(post, path = "/v1/processes/{process}/instances", tag = "processes", params(("process" = String, Path), ("Idempotency-Key" = String, Header)), request_body = StartRequest,
    responses((status = 201, body = Numbered)))]
async fn start(
    State(state): State<AppState>,
    caller: Caller,
    Path(process): Path<String>,
    Json(request, bytes): Json<StartRequest>,
) -> Result<Created<Numbered>, Problem> {
    let body = Body::StartInstance { process: process.into(), variables: variables(request.variables)? };
    match submit(&state, caller, &bytes, body).await? {
        Reply::Instance(id) => Ok(Created(Numbered { id: id.to_string() })),
        other => Err(unexpected(&other)),
    }
}
