//! What the caller may do, told beforehand: each decision is tried on what is committed, exactly as it would be taken, and nothing comes
//! of it.

use axum::Json as JsonAnswer;
use axum::extract::State;
use feel::Context as Variables;
use partition::{Body, Command};
use runtime::Preview;
use serde::Serialize;
use store::Reader;
use trade::{Actor, Aggregate, ExceptionId, Key, OrderId};
use units::Text;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Path, Reading};
use crate::problem::Problem;
use crate::resource::instances::capabilities;
use crate::resource::{aggregate, id};
use crate::state::AppState;
use crate::view::name;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(holds)).routes(routes!(actions))
}

/// Something that may be done, or not by the caller.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Authority {
    /// The hold that is released, or the action on an exception.
    #[schema(example = "credit")]
    what: String,
    /// Why the caller may not; absent if they may.
    #[schema(example = "the amount at stake is above their limit")]
    why_not: Option<String>,
}

/// What the caller may do.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct AuthorityView {
    /// One by one.
    items: Vec<Authority>,
}

/// Tell which holds of an order the caller may release, and why not the others.
#[utoipa::path(get, path = "/v1/orders/{order}/holds", tag = "orders", params(("order" = String, Path)), responses((status = 200, body = AuthorityView)))]
async fn holds(
    State(state): State<AppState>,
    Reading(actor): Reading,
    Path(order): Path<String>,
) -> Result<JsonAnswer<AuthorityView>, Problem> {
    let order: OrderId = id(&order)?;
    let Aggregate::Order(found) = aggregate(&state, Key::Order(order)).await? else {
        return Err(Problem::not_found(order));
    };
    let release =
        |hold: &trade::order::Hold| (name(&hold.kind), Body::ReleaseHold { order, hold: hold.kind, reason: REASON.into() });
    tried(&state, actor, found.holds.iter().map(release).collect()).await
}

/// Tell which actions on an exception the caller may take, and why not the others.
#[utoipa::path(get, path = "/v1/exceptions/{exception}/actions", tag = "exceptions", params(("exception" = String, Path)), responses((status = 200, body = AuthorityView)))]
async fn actions(
    State(state): State<AppState>,
    Reading(actor): Reading,
    Path(exception): Path<String>,
) -> Result<JsonAnswer<AuthorityView>, Problem> {
    let exception: ExceptionId = id(&exception)?;
    let Aggregate::Exception(found) = aggregate(&state, Key::Exception(exception)).await? else {
        return Err(Problem::not_found(exception));
    };
    let resolve = |action: &trade::exception::Action| {
        let details = Variables::default();
        (name(action), Body::ResolveException { exception, action: *action, reason: REASON.into(), details })
    };
    tried(&state, actor, found.actions.iter().map(resolve).collect()).await
}

/// A decision is refused without a reason; nobody sees this one.
const REASON: &str = "tried";

async fn tried(state: &AppState, actor: Actor, bodies: Vec<(String, Body)>) -> Result<JsonAnswer<AuthorityView>, Problem> {
    let (capabilities, now) = (capabilities(&state.connections), state.now());
    let read = move |reader: &mut dyn Reader| {
        let mut items = Vec::new();
        for (what, body) in bodies {
            let command = Command { at: now, actor: actor.clone(), key: None, body, trace: None };
            // each on its own: what one would change is not there for the next
            let mut preview = Preview::new(reader, capabilities.iter().cloned()).map_err(fault)?;
            let decision = preview.decide(command).map_err(fault)?;
            // what else it lacks, such as the items that a payment pays, is asked for when it is done
            let why_not = decision.reply.err().filter(|refusal| refusal.code() == "not_allowed").map(|why| why.to_string());
            items.push(Authority { what, why_not });
        }
        Ok(AuthorityView { items })
    };
    state.readers.read(read).await.map(JsonAnswer)
}

fn fault(why: Text) -> Problem {
    tracing::error!(%why, "a decision could not be tried");
    Problem::new("internal", "what may be done could not be found out; the log has the cause")
}
