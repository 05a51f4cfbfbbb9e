//! Running process instances: list them, ask why they wait, and do something to one or to many.

mod batches;
mod filter;
mod history;
mod list;
mod messages;
pub(crate) mod models;
mod operation;
mod outlook;
mod tokens;
pub(crate) mod waiting;

pub(crate) use outlook::capabilities;

use utoipa_axum::router::OpenApiRouter;

use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .merge(list::routes())
        .merge(history::routes())
        .merge(tokens::routes())
        .merge(waiting::routes())
        .merge(operation::routes())
        .merge(batches::routes())
        .merge(messages::routes())
}
