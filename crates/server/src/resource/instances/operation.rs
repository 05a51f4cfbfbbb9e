//! Operations on one instance: cancel, suspend, resume, retry, skip, modify, migrate; each with a dry run.

use std::collections::BTreeMap;

use axum::Json as JsonAnswer;
use axum::extract::State;
use engine::InstanceId;
use partition::{AnyKey, Body, Command, Modification, Operation};
use runtime::{Answer, Version};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::outlook::{self, Change};
use crate::extract::{Caller, Json, Path};
use crate::problem::{Problem, of_answer};
use crate::readers;
use crate::resource::exceptions::variables;
use crate::resource::id;
use crate::state::AppState;
use crate::submit::submit;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(operate))
}

type Object = serde_json::Map<String, serde_json::Value>;

/// Something to do to a running instance.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum OperationRequest {
    /// End it, and what it called.
    Cancel,
    /// Let no token of it and of what it called move. What comes in is taken and kept.
    Suspend,
    /// Let tokens move again.
    Resume,
    /// Try again where it is stuck: its incidents, and what could not be delivered for it.
    Retry {
        /// One incident, by its key; without it all of them, and the dead letters too.
        #[serde(default)]
        incident: Option<u32>,
        /// Variables to set before.
        #[serde(default)]
        #[schema(value_type = Object)]
        variables: Object,
        /// The live elements whose own variables these are, by id or key; without it they are those of the whole instance.
        #[serde(default)]
        scope: Option<String>,
    },
    /// Go on behind what is stuck, as if it were done with these results, and do not try it again.
    Skip {
        /// One incident, by its key; without it all of the instance.
        #[serde(default)]
        incident: Option<u32>,
        /// The results that it is taken to have.
        #[serde(default)]
        #[schema(value_type = Object)]
        variables: Object,
    },
    /// Move tokens and change variables. Elements are named by their ids in the model; a live one also by its key.
    Modify {
        /// Variables of the outermost scope to set, before anything else.
        #[serde(default)]
        #[schema(value_type = Object)]
        variables: Object,
        /// Elements to begin.
        #[serde(default)]
        start: Vec<String>,
        /// Live elements to end, with everything inside of them.
        #[serde(default)]
        end: Vec<String>,
        /// Live elements to end, each with the element that begins in its place.
        #[serde(default, rename = "move")]
        moves: Vec<Move>,
        /// Variables of live elements themselves to set, before anything else.
        #[serde(default)]
        local: Vec<LocalVariables>,
    },
    /// Go on with another version of the process.
    Migrate {
        /// The version; the latest if none is named.
        #[serde(default)]
        version: Option<u32>,
        /// Ids of elements in the old version, each with its id in the new one, where they differ.
        #[serde(default)]
        elements: BTreeMap<String, String>,
    },
    /// Begin elements inside of an ad-hoc sub-process.
    Activate {
        /// The live ad-hoc sub-process, by its id or key.
        ad_hoc: String,
        /// Ids of elements inside of it.
        elements: Vec<String>,
    },
}

/// Variables that a live element itself holds, and that nobody outside of it sees.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LocalVariables {
    /// The live element, by its id or key.
    element: String,
    /// Names and values.
    #[schema(value_type = Object)]
    variables: Object,
}

/// A token that is moved.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Move {
    /// The live element that it leaves.
    from: String,
    /// The element that begins.
    to: String,
}

impl OperationRequest {
    /// The operation as the partition knows it.
    pub(super) fn operation(self) -> Result<Operation, Problem> {
        let texts = |ids: Vec<String>| ids.into_iter().map(Into::into).collect();
        Ok(match self {
            Self::Cancel => Operation::Cancel,
            Self::Suspend => Operation::Suspend,
            Self::Resume => Operation::Resume,
            Self::Retry { incident, variables: set, scope } => {
                Operation::Retry { incident, variables: variables(set)?, scope: scope.map(Into::into) }
            }
            Self::Skip { incident, variables: set } => Operation::Skip { incident, variables: variables(set)? },
            Self::Modify { variables: set, start, end, moves, local } => Operation::Modify(Box::new(Modification {
                variables: variables(set)?,
                start: texts(start),
                end: texts(end),
                moves: moves.into_iter().map(|moved| (moved.from.into(), moved.to.into())).collect(),
                local: local
                    .into_iter()
                    .map(|of| Ok((of.element.into(), variables(of.variables)?)))
                    .collect::<Result<_, Problem>>()?,
            })),
            Self::Migrate { version, elements } => Operation::Migrate {
                version,
                elements: elements.into_iter().map(|(from, to)| (from.into(), to.into())).collect(),
            },
            Self::Activate { ad_hoc, elements } => Operation::Activate { ad_hoc: ad_hoc.into(), elements: texts(elements) },
        })
    }
}

/// What to do to an instance.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OperateRequest {
    /// What.
    operation: OperationRequest,
    /// Why; it goes on the record.
    #[serde(default)]
    reason: String,
    /// Only say what would happen.
    #[serde(default)]
    dry_run: bool,
}

/// What was done, or would be.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct OperateAnswer {
    /// `done`, or `would be done` after a dry run.
    result: &'static str,
    /// What would happen, in order; only after a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<Vec<Change>>,
}

/// Do something to a running instance, or only say what would happen. A refusal says everything that stands in the way.
#[utoipa::path(post, path = "/v1/instances/{instance}/operations", tag = "processes", params(("instance" = String, Path), ("Idempotency-Key" = String, Header)), request_body = OperateRequest,
    responses((status = 200, body = OperateAnswer)))]
async fn operate(
    State(state): State<AppState>,
    caller: Caller,
    Path(instance): Path<String>,
    Json(request, bytes): Json<OperateRequest>,
) -> Result<JsonAnswer<OperateAnswer>, Problem> {
    let instance: InstanceId = id(&instance)?;
    let operation = request.operation.operation()?;
    let body = Body::Operate { instance, operation, reason: request.reason.into() };
    if !request.dry_run {
        submit(&state, caller.on(AnyKey::Instance(instance)), &bytes, body).await?;
        return Ok(JsonAnswer(OperateAnswer { result: "done", changes: None }));
    }
    let expected = caller.if_match.clone().filter(|versions| !versions.is_empty());
    let capabilities = outlook::capabilities(&state.connections);
    let command = Command { at: state.now(), actor: caller.actor.clone(), key: None, body, trace: None };
    let models = state.readers.models();
    let read = move |reader: &mut dyn store::Reader| {
        let now = readers::state(reader, &AnyKey::Instance(instance))?.map(|state| Version::of(&state.encode()));
        if expected.is_some_and(|versions| now.is_none_or(|now| !versions.contains(&now))) {
            return Err(of_answer(Answer::Stale { version: now }));
        }
        outlook::of(reader, models, capabilities, command)
    };
    let changes = state.readers.read(read).await?;
    Ok(JsonAnswer(OperateAnswer { result: "would be done", changes: Some(changes) }))
}
