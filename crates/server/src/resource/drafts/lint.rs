//! What is wrong or doubtful in a file, while somebody works at it.

use std::cell::RefCell;
use std::collections::BTreeSet;

use axum::Json as JsonAnswer;
use axum::extract::State;
use partition::draft::MAX_CONTENT;
use partition::{AnyKey, AnyState, Resource, RowKey, Table};
use serde::{Deserialize, Serialize};
use store::{Reader, RowQuery};
use units::{Severity, Text};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Json, Reading};
use crate::problem::Problem;
use crate::readers;
use crate::resource::instances::capabilities;
use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(lint))
}

/// Something that is wrong or doubtful.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct LintView {
    /// `error` if it keeps the file from being deployed, else `warning`.
    severity: &'static str,
    /// The id of the element; absent where it is about the file as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    element: Option<String>,
    /// The line, from 1.
    line: u32,
    /// What is wrong.
    cause: String,
    /// How to mend it.
    #[serde(skip_serializing_if = "String::is_empty")]
    mend: String,
}

/// A file to look at.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LintRequest {
    /// File name; the ending tells what it is: `.bpmn`, `.dmn` or `.form`.
    #[schema(example = "credit.dmn")]
    name: String,
    /// What is in it.
    content: String,
}

/// What was found in a file.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Lint {
    /// What keeps it from being deployed first.
    findings: Vec<LintView>,
}

/// Say what is wrong or doubtful in a process, decision model or form, element by element. Nothing is changed, so no `Idempotency-Key` is
/// needed.
#[utoipa::path(post, path = "/v1/lint", tag = "processes", request_body = LintRequest, responses((status = 200, body = Lint)))]
async fn lint(
    State(state): State<AppState>,
    _: Reading,
    Json(request, _): Json<LintRequest>,
) -> Result<JsonAnswer<Lint>, Problem> {
    if request.content.len() > MAX_CONTENT {
        let detail = format!("the content is {} bytes; a draft has {MAX_CONTENT} at most", request.content.len());
        return Err(Problem::new("invalid", detail));
    }
    let known = Known::of(&state);
    let resource = Resource { name: request.name.into(), xml: request.content.into() };
    let read = move |reader: &mut dyn Reader| Ok(JsonAnswer(Lint { findings: known.lint(reader, &resource)? }));
    state.readers.read(read).await
}

/// What there is beside the file.
pub(super) struct Known {
    capabilities: BTreeSet<Text>,
}

impl Known {
    pub(super) fn of(state: &AppState) -> Self {
        Self { capabilities: capabilities(&state.connections) }
    }

    pub(super) fn lint(&self, reader: &mut dyn Reader, resource: &Resource) -> Result<Vec<LintView>, Problem> {
        let others = if resource.name.ends_with(".dmn") { decision_models(reader)? } else { Vec::new() };
        let reader = RefCell::new(reader);
        // what cannot be looked up is not said to be missing
        let is_known = |name: &str| {
            let latest = readers::state(&mut **reader.borrow_mut(), &AnyKey::Latest(name.into()));
            !latest.is_ok_and(|latest| latest.is_none())
        };
        let can_be_done = |kind: &str| partition::can_be_done(kind, &self.capabilities);
        let findings = resource.lint(&others, &can_be_done, &is_known);
        Ok(findings.into_iter().map(view).collect())
    }
}

fn view(finding: units::Finding) -> LintView {
    LintView {
        severity: match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        element: (!finding.element.is_empty()).then(|| finding.element.to_string()),
        line: finding.line,
        cause: finding.cause.to_string(),
        mend: finding.mend.to_string(),
    }
}

/// The decision models that are in force, which others may import.
pub(super) fn decision_models(reader: &mut dyn Reader) -> Result<Vec<Resource>, Problem> {
    let mut models = Vec::new();
    for (key, row) in reader.rows(&RowQuery::table(Table::Latest))? {
        let RowKey::Text(name) = &key else { continue };
        if !name.starts_with("dmn:") {
            continue;
        }
        let AnyState::Latest(latest) = readers::decode(Table::Latest, &key, &row.data)? else { continue };
        if let Some(AnyState::Definition(found)) = readers::state(reader, &AnyKey::Definition(latest))? {
            models.push(Resource { name: found.resource.clone(), xml: found.xml.clone() });
        }
    }
    Ok(models)
}
