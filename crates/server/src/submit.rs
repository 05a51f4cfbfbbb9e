//! From a request to the partition and back.

use partition::identity::UserChange;
use partition::{Body, Reply};
use runtime::{Answer, Condition, Request};
use store::StoredDocument;
use tokio::sync::oneshot;
use trade::Actor;
use units::Text;

use crate::extract::Caller;
use crate::problem::{Problem, of_answer};
use crate::state::AppState;

/// Asks the partition under the caller's idempotency key. `content` is what, beside the path, makes the request what it is.
pub(crate) async fn submit(state: &AppState, caller: Caller, content: &[u8], body: Body) -> Result<Reply, Problem> {
    submit_with(state, caller, content, body, Vec::new()).await
}

/// The same for a change of people or programs, which counts for the next request: it is seen through even if whoever asked goes away.
///
/// Its content may hold a password: what stays of it under the idempotency key is a digest that this installation alone can draw.
pub(crate) async fn change_identity(state: &AppState, caller: Caller, content: &[u8], body: Body) -> Result<Reply, Problem> {
    let content = state.identities.sessions.draw(content);
    let state = state.clone();
    seen_through(async move {
        let reply = submit(&state, caller, &content, body).await?;
        state.identities.refresh(&state.readers).await?;
        Ok(reply)
    })
    .await
}

/// The same for what the product finds out about a person while they sign in: under no key, and with why not if it is refused.
pub(crate) async fn change_of_ours(
    state: &AppState,
    actor: Actor,
    user: Text,
    change: UserChange,
) -> Result<Result<(), String>, Problem> {
    let state = state.clone();
    seen_through(async move {
        match state.partition.ask(Request::new(actor, Body::ChangeUser { user, change })).await {
            // one who repeats what is on the record may be ahead of the refresh that it led to
            Answer::Done { .. } => {
                state.identities.refresh(&state.readers).await?;
                Ok(Ok(()))
            }
            Answer::Refused { detail, .. } => Ok(Err(detail.to_string())),
            other => Err(of_answer(other)),
        }
    })
    .await
}

/// Sees work through to its end, even if whoever asked for it goes away: what is on the record would not count else.
pub(crate) async fn seen_through<T: Send + 'static>(
    work: impl Future<Output = Result<T, Problem>> + Send + 'static,
) -> Result<T, Problem> {
    tokio::spawn(work).await.unwrap_or_else(|error| {
        tracing::error!(%error, "a change broke off");
        Err(Problem::new("internal", "the change broke off; the log has it"))
    })
}

/// The same with original documents to keep.
pub(crate) async fn submit_with(
    state: &AppState,
    caller: Caller,
    content: &[u8],
    body: Body,
    documents: Vec<(String, StoredDocument)>,
) -> Result<Reply, Problem> {
    start(state, caller, content, body, documents)?.end().await
}

/// The same if what it is based on has not changed; the caller's own `If-Match` is not possible with it.
pub(crate) async fn submit_if(
    state: &AppState,
    caller: Caller,
    content: &[u8],
    body: Body,
    condition: Option<Condition>,
) -> Result<Reply, Problem> {
    if_match(&caller)?;
    give(state, caller, content, body, Vec::new(), condition).end().await
}

/// A command that the partition has, and whose answer is still to come.
pub(crate) struct Running {
    answer: oneshot::Receiver<Answer>,
    caller: Caller,
}

/// Gives a command to the partition: commands that are started one after the other are decided in that order.
pub(crate) fn start(
    state: &AppState,
    caller: Caller,
    content: &[u8],
    body: Body,
    documents: Vec<(String, StoredDocument)>,
) -> Result<Running, Problem> {
    let condition = if_match(&caller)?;
    Ok(give(state, caller, content, body, documents, condition))
}

fn give(
    state: &AppState,
    caller: Caller,
    content: &[u8],
    body: Body,
    documents: Vec<(String, StoredDocument)>,
    condition: Option<Condition>,
) -> Running {
    let mut request = Request::new(caller.actor.clone(), body).with_key(caller.key.clone(), digest(&caller, content));
    request.documents = documents;
    request.condition = condition;
    request.trace = caller.trace.clone();
    let (sender, answer) = oneshot::channel();
    let told = tracing::enabled!(tracing::Level::INFO).then(|| (caller.clone(), std::time::Instant::now()));
    state.partition.submit(request, move |answer| {
        if let Some((caller, began)) = told {
            log(&caller, &answer, began.elapsed());
        }
        // whoever asked may have gone; the command was carried out all the same
        let _ = sender.send(answer);
    });
    Running { answer, caller }
}

/// Each command with its journal entry, for whoever follows an order through the logs: what changes an order, and what was not carried out,
/// is worth a line in any case, everything else for whoever looks closely.
fn log(caller: &Caller, answer: &Answer, took: std::time::Duration) {
    let (command, outcome) = match answer {
        Answer::Done { position, replayed: false, .. } => (Some(*position), "done"),
        Answer::Done { position, .. } => (Some(*position), "repeated"),
        Answer::Refused { .. } => (None, "refused"),
        Answer::KeyReused | Answer::Stale { .. } => (None, "conflict"),
        Answer::Failed { .. } => (None, "failed"),
    };
    let about = caller.about.as_ref().map(ToString::to_string).unwrap_or_default();
    let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    let order = match answer {
        Answer::Done { reply: Reply::Order(order), .. } => order.to_string(),
        _ => about.strip_prefix("order ").unwrap_or_default().to_owned(),
    };
    let key = caller.key.split_once('\u{1f}').map_or("", |(_, key)| key);
    let (actor, operation) = (&caller.actor.id, caller.target.as_str());
    let traceparent = caller.trace.as_deref();
    if outcome != "repeated" && (!order.is_empty() || outcome != "done") {
        tracing::info!(command, %order, %about, %actor, key, operation, outcome, took_ms, traceparent, "command");
    } else {
        tracing::debug!(command, %order, %about, %actor, key, operation, outcome, took_ms, traceparent, "command");
    }
}

impl Running {
    /// Waits for the answer. Until then no other request gets the caller's key.
    pub(crate) async fn end(self) -> Result<Reply, Problem> {
        self.end_or_repeat().await.map(|(reply, _)| reply)
    }

    /// The same, and whether it had been carried out before under this key.
    pub(crate) async fn end_or_repeat(self) -> Result<(Reply, bool), Problem> {
        let answer = self.answer.await;
        drop(self.caller);
        match answer {
            Ok(Answer::Done { reply, replayed, .. }) => Ok((reply, replayed)),
            Ok(other) => Err(of_answer(other)),
            Err(_) => Err(Problem::new("unavailable", "the partition is shut down")),
        }
    }
}

/// What a key stands for.
pub(crate) fn digest(caller: &Caller, content: &[u8]) -> [u8; 32] {
    runtime::digest(&[caller.target.as_bytes(), content])
}

/// What `If-Match` asks for, if it can be asked here. Where there is no single thing that it could be about, it is refused rather than ignored.
pub(crate) fn if_match(caller: &Caller) -> Result<Option<Condition>, Problem> {
    match (&caller.if_match, &caller.about) {
        (None, _) => Ok(None),
        (Some(versions), Some(about)) => Ok(Some(Condition { key: about.clone(), versions: versions.clone() })),
        (Some(_), None) => Err(Problem::new("malformed", "If-Match is not possible here; leave it out")),
    }
}

/// A reply of another kind than the command gives is a fault of ours.
pub(crate) fn unexpected(reply: &Reply) -> Problem {
    tracing::error!(?reply, "a command gave a reply of another kind");
    Problem::new("internal", "the command gave a reply of another kind; the log has it")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_begun_is_seen_through_though_whoever_asked_has_gone() {
        let (go, wait) = oneshot::channel::<()>();
        let (done, is_done) = oneshot::channel();
        let work = seen_through(async move {
            let _ = wait.await;
            let _ = done.send(());
            Ok(())
        });
        let given_up = tokio::time::timeout(std::time::Duration::ZERO, work).await;
        assert!(given_up.is_err(), "it has not ended yet");
        go.send(()).unwrap();
        assert_eq!(is_done.await, Ok(()));
    }
}
