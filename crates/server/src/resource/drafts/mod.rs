//! Drafts of processes, decision models and forms: written, looked through by another person, in force from a time on.

mod lint;
mod steps;

use axum::Json as JsonAnswer;
use axum::extract::State;
use partition::row::Column;
use partition::{AnyKey, AnyState, Body, Draft, DraftChange, DraftId, DraftStatus, Reply, Resource, Table};
use runtime::Version;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Caller, Created, Json, Path, Query, Reading};
use crate::page::{self, Listed, Page};
use crate::problem::Problem;
use crate::readers;
use crate::resource::decisions::{Decided, Evaluation, environment, evaluated};
use crate::resource::id;
use crate::state::AppState;
use crate::submit::{submit, unexpected};
use crate::version::Versioned;
use lint::LintView;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, begin))
        .routes(routes!(show))
        .routes(routes!(evaluate))
        .merge(lint::routes())
        .merge(steps::routes())
}

/// A draft.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct DraftView {
    /// Its number.
    #[schema(example = "DR-17")]
    id: String,
    /// What it is to change.
    title: String,
    /// The file name; its ending tells what it is.
    resource: String,
    /// What it is a draft of: a process's id, or `dmn:` or `form:` and an id; absent for something new.
    #[serde(skip_serializing_if = "Option::is_none")]
    definition: Option<String>,
    /// The version that it goes out from; 0 for something new.
    base: u32,
    /// `editing`, `submitted`, `approved`, `deployed` or `discarded`.
    status: &'static str,
    /// How often it was saved: whoever saves or approves says which revision is meant.
    revision: u32,
    /// Who has written at it; none of them approves it.
    authors: Vec<String>,
    /// From when on it is in force, once it is approved.
    #[serde(skip_serializing_if = "Option::is_none")]
    effective: Option<String>,
    /// The version that it became.
    #[serde(skip_serializing_if = "Option::is_none")]
    deployed: Option<u32>,
    /// When it was begun.
    begun_at: String,
}

/// Something that was done about a draft.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct DraftStepView {
    /// When.
    at: String,
    /// By whom.
    by: String,
    /// `begun`, `submitted`, `returned`, `approved`, `withdrawn`, `discarded`, `deployed` or `not_deployed`.
    what: String,
    /// Why.
    #[serde(skip_serializing_if = "String::is_empty")]
    note: String,
}

/// A draft with its content.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct DraftDetails {
    /// The draft.
    #[serde(flatten)]
    draft: DraftView,
    /// The file.
    content: String,
    /// What was done about it, the first first; savings left out.
    steps: Vec<DraftStepView>,
    /// The version that is in force now; absent for something new. If it is later than `base`, others have deployed meanwhile.
    #[serde(skip_serializing_if = "Option::is_none")]
    latest: Option<u32>,
    /// What is wrong or doubtful in it.
    findings: Vec<LintView>,
}

fn view(draft: &Draft) -> DraftView {
    DraftView {
        id: draft.id.to_string(),
        title: draft.title.to_string(),
        resource: draft.resource.to_string(),
        definition: (draft.base.version > 0).then(|| draft.base.id.to_string()),
        base: draft.base.version,
        status: draft.status.name(),
        revision: draft.revision,
        authors: draft.authors.iter().map(ToString::to_string).collect(),
        effective: draft.effective.map(|effective| effective.to_string()),
        deployed: draft.deployed.as_ref().map(|deployed| deployed.version),
        begun_at: draft.begun_at.to_string(),
    }
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DraftFilter {
    /// Only those: `editing`, `submitted`, `approved`, `deployed` or `discarded`.
    status: Option<String>,
    /// Only those of this process, decision model or form.
    definition: Option<String>,
    /// `next` of the page before.
    after: Option<String>,
    /// Entries on a page: 1 to 500, 50 unless given.
    limit: Option<usize>,
}

/// List drafts, the newest first.
#[utoipa::path(get, path = "/v1/drafts", tag = "processes", params(DraftFilter), responses((status = 200, body = Page<DraftView>)))]
async fn list(State(state): State<AppState>, _: Reading, Query(filter): Query<DraftFilter>) -> Result<Listed, Problem> {
    page::check_status(filter.status.as_deref(), &DraftStatus::NAMES)?;
    let read = move |reader: &mut dyn store::Reader| {
        let filters = [(Column::Status, filter.status.as_deref())];
        page::read(reader, Table::Draft, &filters, filter.after.as_deref(), filter.limit, |_, _, state| match state {
            AnyState::Draft(draft) => {
                let is_meant = filter.definition.as_deref().is_none_or(|definition| draft.base.id == definition);
                is_meant.then(|| view(&draft))
            }
            _ => None,
        })
    };
    state.readers.list(read).await
}

/// What to begin.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DraftRequest {
    /// What it is to change, in a few words.
    #[schema(example = "Raise the limit for gold customers")]
    title: String,
    /// What is to change: a process's id, or `dmn:` or `form:` and an id; absent for something new.
    #[serde(default)]
    definition: Option<String>,
    /// The file name of something new; its ending tells what it is.
    #[serde(default)]
    resource: String,
    /// The file; what is deployed now unless given.
    #[serde(default)]
    content: Option<String>,
}

/// A draft's number.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct DraftNumber {
    /// Its number.
    #[schema(example = "DR-17")]
    pub(crate) id: String,
}

/// Begin a draft of what is deployed, or of something new. It may be wrong until it is submitted.
#[utoipa::path(post, path = "/v1/drafts", tag = "processes", params(("Idempotency-Key" = String, Header)), request_body = DraftRequest,
    responses((status = 201, body = DraftNumber)))]
async fn begin(
    State(state): State<AppState>,
    caller: Caller,
    Json(request, bytes): Json<DraftRequest>,
) -> Result<Created<DraftNumber>, Problem> {
    let change = DraftChange::Begin {
        title: request.title.into(),
        definition: request.definition.map(Into::into),
        resource: request.resource.into(),
        content: request.content.map(Into::into),
    };
    change_draft(&state, caller, &bytes, None, change).await.map(Created)
}

async fn change_draft(
    state: &AppState,
    caller: Caller,
    content: &[u8],
    draft: Option<DraftId>,
    change: DraftChange,
) -> Result<DraftNumber, Problem> {
    // nobody has seen a version of a draft that is not there yet
    let caller = match draft {
        Some(draft) => caller.on(AnyKey::Draft(draft)),
        None => caller,
    };
    match submit(state, caller, content, Body::ChangeDraft { draft, change }).await? {
        Reply::Draft(id) => Ok(DraftNumber { id: id.to_string() }),
        other => Err(unexpected(&other)),
    }
}

/// Show a draft with its content, what was done about it, and what is wrong in it.
#[utoipa::path(get, path = "/v1/drafts/{draft}", tag = "processes", params(("draft" = String, Path)), responses((status = 200, body = DraftDetails)))]
async fn show(
    State(state): State<AppState>,
    _: Reading,
    Path(draft): Path<String>,
) -> Result<Versioned<DraftDetails>, Problem> {
    let draft: DraftId = id(&draft)?;
    let known = lint::Known::of(&state);
    let read = move |reader: &mut dyn store::Reader| {
        let draft = found(reader, draft)?;
        let version = Version::of(&AnyState::Draft(draft.clone()).encode());
        let latest = match readers::state(reader, &AnyKey::Latest(draft.base.id.clone()))? {
            Some(AnyState::Latest(latest)) if draft.base.version > 0 => Some(latest.version),
            _ => None,
        };
        let resource = Resource { name: draft.resource.clone(), xml: draft.content.clone() };
        let steps = draft.steps.iter().map(|step| DraftStepView {
            at: step.at.to_string(),
            by: step.by.to_string(),
            what: step.what.to_string(),
            note: step.note.to_string(),
        });
        let details = DraftDetails {
            draft: view(&draft),
            content: draft.content.to_string(),
            steps: steps.collect(),
            latest,
            findings: known.lint(reader, &resource)?,
        };
        Ok(Versioned(details, version))
    };
    state.readers.read(read).await
}

fn found(reader: &mut dyn store::Reader, id: DraftId) -> Result<std::sync::Arc<Draft>, Problem> {
    match readers::state(reader, &AnyKey::Draft(id))? {
        Some(AnyState::Draft(draft)) => Ok(draft),
        _ => Err(Problem::not_found(format_args!("draft {id}"))),
    }
}

/// Try a decision of a draft, and say why it gives what it gives. Nothing is changed, so no `Idempotency-Key` is needed.
#[utoipa::path(post, path = "/v1/drafts/{draft}/decisions/{decision}/evaluate", tag = "processes",
    params(("draft" = String, Path), ("decision" = String, Path)), request_body = Evaluation,
    responses((status = 200, body = Decided)))]
async fn evaluate(
    State(state): State<AppState>,
    _: Reading,
    Path((draft, decision)): Path<(String, String)>,
    Json(request, _): Json<Evaluation>,
) -> Result<JsonAnswer<Decided>, Problem> {
    let draft: DraftId = id(&draft)?;
    let now = request.now.unwrap_or(state.now());
    let read = move |reader: &mut dyn store::Reader| {
        let draft = found(reader, draft)?;
        let resource = Resource { name: draft.resource.clone(), xml: draft.content.clone() };
        let imports = lint::decision_models(reader)?;
        let model = resource.decisions(&imports).map_err(|findings| {
            crate::problem::of_refusal("not_deployable", "the draft cannot be read".to_owned(), &findings)
        })?;
        let unknown = || Problem::not_found(format_args!("decision {decision} in {}", draft.id));
        if !model.has_decision(&decision) {
            return Err(unknown());
        }
        evaluated(&model, &draft.base, &decision, request, &environment(reader, now)?).map(JsonAnswer)
    };
    state.readers.read(read).await
}
