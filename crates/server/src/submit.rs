//! From a request to the partition and back.

use partition::{Body, Reply};
use runtime::{Answer, Request};
use store::StoredDocument;

use crate::extract::Caller;
use crate::problem::{Problem, of_answer};
use crate::state::AppState;

/// Asks the partition under the caller's idempotency key. `content` is what, beside the path, makes the request what it is.
pub(crate) async fn submit(state: &AppState, caller: Caller, content: &[u8], body: Body) -> Result<Reply, Problem> {
    submit_with(state, caller, content, body, Vec::new()).await
}

/// The same with original documents to keep.
pub(crate) async fn submit_with(
    state: &AppState,
    caller: Caller,
    content: &[u8],
    body: Body,
    documents: Vec<(String, StoredDocument)>,
) -> Result<Reply, Problem> {
    let digest = runtime::digest(&[caller.target.as_bytes(), content]);
    let mut request = Request::new(caller.actor, body).with_key(caller.key, digest);
    request.documents = documents;
    match state.partition.ask(request).await {
        Answer::Done { reply, .. } => Ok(reply),
        other => Err(of_answer(other)),
    }
}

/// A reply of another kind than the command gives is a fault of ours.
pub(crate) fn unexpected(reply: &Reply) -> Problem {
    tracing::error!(?reply, "a command gave a reply of another kind");
    Problem::new("internal", "the command gave a reply of another kind; the log has it")
}
