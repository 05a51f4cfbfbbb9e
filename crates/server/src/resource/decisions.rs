//! Decisions: try one, and see why it gives what it gives. Nothing is changed by that.

use axum::Json as JsonAnswer;
use axum::extract::State;
use feel::Environment;
use partition::definition::{DecisionModel, Model};
use partition::{AnyKey, AnyState, DefinitionId};
use serde::{Deserialize, Serialize};
use store::Reader;
use units::Timestamp;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Json, Path, Reading};
use crate::problem::Problem;
use crate::readers;
use crate::readers::company;
use crate::resource::exceptions::variables;
use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(evaluate))
}

/// What to decide on.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Evaluation {
    /// The variables that the decision sees.
    #[serde(default)]
    #[schema(value_type = Object)]
    variables: serde_json::Map<String, serde_json::Value>,
    /// The version of the model that has the decision; the latest unless given.
    #[serde(default)]
    version: Option<u32>,
    /// What `now()` and `today()` give, in the company's offset from UTC; the time of the request unless given.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(crate) now: Option<Timestamp>,
    /// Say for each decision of the graph what it saw, which rules matched, and what it gave.
    #[serde(default)]
    explain: bool,
}

/// What a decision gave.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Decided {
    /// The model that has it, and the version.
    model: String,
    /// The version of the model.
    version: u32,
    /// The result.
    #[schema(value_type = Value)]
    value: serde_json::Value,
    /// Why parts of it are null.
    warnings: Vec<DecisionWarning>,
    /// Every decision of the graph, in the order in which they were made; only if asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    explained: Option<Vec<ExplainedView>>,
}

/// Why a part of a result is null.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct DecisionWarning {
    /// The decision in which that happened.
    decision: String,
    /// Where and why.
    why: String,
}

/// What one decision of the graph saw and gave.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ExplainedView {
    /// The id of the decision.
    decision: String,
    /// Its name.
    name: String,
    /// The inputs of its table.
    inputs: Vec<InputView>,
    /// The rules that matched.
    matched: Vec<RuleView>,
    /// What it gave.
    #[schema(value_type = Value)]
    output: serde_json::Value,
}

/// An input of a table.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct InputView {
    /// Its label, or its expression if it has none.
    label: String,
    /// Its value.
    #[schema(value_type = Value)]
    value: serde_json::Value,
}

/// A rule that matched.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct RuleView {
    /// Its number, from 1.
    number: usize,
    /// Its id.
    id: String,
}

/// Try a decision, and say why it gives what it gives. Nothing is changed, so no `Idempotency-Key` is needed.
#[utoipa::path(post, path = "/v1/decisions/{decision}/evaluate", tag = "processes", params(("decision" = String, Path)), request_body = Evaluation,
    responses((status = 200, body = Decided)))]
async fn evaluate(
    State(state): State<AppState>,
    _: Reading,
    Path(decision): Path<String>,
    Json(request, _): Json<Evaluation>,
) -> Result<JsonAnswer<Decided>, Problem> {
    let now = request.now.unwrap_or(state.now());
    let read = move |reader: &mut dyn Reader| {
        let environment = environment(reader, now)?;
        let definition = found(reader, &decision, request.version)?;
        let Model::Decisions(model) = &definition.model else { return Err(unknown(&decision, request.version)) };
        evaluated(model, &definition.id, &decision, request, &environment).map(JsonAnswer)
    };
    state.readers.read(read).await
}

/// What expressions see of the time: the moment, by the company's clocks.
pub(crate) fn environment(reader: &mut dyn Reader, now: Timestamp) -> Result<Environment, Problem> {
    let minutes = company(reader)?.calendar.utc_offset.0;
    let utc_offset = i32::try_from(minutes.saturating_mul(60)).unwrap_or_default();
    Ok(Environment { utc_offset, ..Environment::at(now) })
}

/// What a decision of a model gives.
pub(crate) fn evaluated(
    model: &DecisionModel,
    id: &DefinitionId,
    decision: &str,
    request: Evaluation,
    environment: &Environment,
) -> Result<Decided, Problem> {
    let given = variables(request.variables)?;
    let outcome = if request.explain {
        model.explain(decision, &given, environment)
    } else {
        model.evaluate(decision, &given, environment)
    };
    let outcome = outcome.map_err(|error| Problem::new("conflict", error.to_string()))?;
    let warning = |(decision, warning): &(units::Text, feel::Warning)| DecisionWarning {
        decision: decision.to_string(),
        why: warning.to_string(),
    };
    let explained = outcome.explained.iter().map(|explained| ExplainedView {
        decision: explained.decision.to_string(),
        name: explained.name.to_string(),
        inputs: explained
            .inputs
            .iter()
            .map(|input| InputView { label: input.label.to_string(), value: input.value.to_json() })
            .collect(),
        matched: explained.matched.iter().map(|(number, id)| RuleView { number: *number, id: id.to_string() }).collect(),
        output: explained.output.to_json(),
    });
    Ok(Decided {
        model: id.id.to_string(),
        version: id.version,
        value: outcome.value.to_json(),
        warnings: outcome.warnings.iter().map(warning).collect(),
        explained: request.explain.then(|| explained.collect()),
    })
}

fn unknown(decision: &str, version: Option<u32>) -> Problem {
    match version {
        None => Problem::not_found(format_args!("decision {decision} that is deployed")),
        Some(version) => Problem::not_found(format_args!("decision {decision} in version {version} of its model")),
    }
}

/// The model that has a decision, by the version that is meant.
fn found(reader: &mut dyn Reader, decision: &str, version: Option<u32>) -> Result<partition::Definition, Problem> {
    let latest = AnyKey::Latest(format!("decision:{decision}").into());
    let Some(AnyState::Latest(latest)) = readers::state(reader, &latest)? else { return Err(unknown(decision, None)) };
    let id = DefinitionId { version: version.unwrap_or(latest.version), ..latest };
    match readers::state(reader, &AnyKey::Definition(id))? {
        Some(AnyState::Definition(definition)) => Ok((*definition).clone().parsed()),
        _ => Err(unknown(decision, version)),
    }
}
