//! Asking a partition from outside.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Sender;

use partition::{AnyKey, Body, Reply};
use serde::{Deserialize, Serialize};
use store::StoredDocument;
use trade::{Actor, Finding};
use units::{Text, Timestamp};

use crate::offers::Offers;
use crate::options::Progress;

/// A command on its way in.
#[derive(Debug, Clone)]
pub struct Request {
    /// Who asks.
    pub actor: Actor,
    /// The idempotency key and the digest of what was asked under it; see [`crate::digest`].
    pub key: Option<(Text, [u8; 32])>,
    /// What is asked.
    pub body: Body,
    /// Original documents to keep with it: SHA-256 in hex, and the document.
    pub documents: Vec<(String, StoredDocument)>,
    /// When it was accepted; `None` takes the clock.
    pub at: Option<Timestamp>,
    /// What the caller believes to be there; if it has changed, nothing is done.
    pub condition: Option<Condition>,
    /// Notes to keep with it under their names, such as how far a source was read. Written with what it leads to, and, if it changes
    /// nothing because it was done before, all the same; not if it is refused.
    pub notes: Vec<(String, Vec<u8>)>,
    /// The caller's trace, as its W3C `traceparent` has it.
    pub trace: Option<Text>,
}

/// An aggregate and the version of it that the caller has seen, or nothing for any version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// Which aggregate.
    pub key: AnyKey,
    /// The versions that will do; empty means that it only has to exist.
    pub versions: Vec<Version>,
}

/// Names a state of an aggregate; equal states have equal versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version(pub [u8; 8]);

impl Version {
    /// The version of a state by its stored bytes.
    pub fn of(bytes: &[u8]) -> Self {
        let digest = crate::digest(&[bytes]);
        let mut version = [0; 8];
        version.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        Self(version)
    }
}

impl Request {
    /// A request without idempotency key.
    pub fn new(actor: Actor, body: Body) -> Self {
        Self { actor, key: None, body, documents: Vec::new(), at: None, condition: None, notes: Vec::new(), trace: None }
    }

    /// With an idempotency key; `digest` is of everything that makes the request what it is.
    #[must_use]
    pub fn with_key(mut self, key: impl Into<Text>, digest: [u8; 32]) -> Self {
        self.key = Some((key.into(), digest));
        self
    }
}

/// What came of a request. Given only after it is on disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    /// It was carried out.
    Done {
        /// The answer.
        reply: Reply,
        /// The position of its journal entry; the last one if nothing changed.
        position: u64,
        /// It was carried out before, under the same idempotency key; this time nothing has changed.
        #[serde(default)]
        replayed: bool,
    },
    /// It was understood and is not carried out; nothing has changed.
    Refused {
        /// Stable code of the refusal.
        code: Text,
        /// In words, with the numbers.
        detail: Text,
        /// What is wrong where, if it is more than one thing.
        #[serde(default)]
        findings: Vec<Finding>,
    },
    /// The idempotency key was used for another request before.
    KeyReused,
    /// The caller's condition does not hold: nothing has changed.
    Stale {
        /// The version that is there now; `None` if there is nothing.
        version: Option<Version>,
    },
    /// It could not be committed; nothing has changed, and it may be tried again.
    Failed {
        /// Why.
        detail: Text,
    },
}

impl Answer {
    /// The reply, or in words why there is none.
    pub fn into_reply(self) -> Result<Reply, String> {
        match self {
            Self::Done { reply, .. } => Ok(reply),
            Self::Refused { code, detail, .. } => Err(format!("{code}: {detail}")),
            Self::KeyReused => Err("the idempotency key was used for another request".to_owned()),
            Self::Stale { .. } => Err("what it was based on has changed".to_owned()),
            Self::Failed { detail } => Err(detail.into()),
        }
    }
}

/// Called with the answer, on the committing thread: it must not wait.
pub(crate) type Done = Box<dyn FnOnce(Answer) + Send>;

pub(crate) enum Message {
    Ask(Box<Request>, Done),
    Committed { position: u64, number: u64 },
    CommitFailed { detail: Text },
    Stop,
}

/// A way to ask a partition; cheap to clone, usable from anywhere.
#[derive(Clone)]
pub struct Handle {
    pub(crate) sender: Sender<Message>,
    pub(crate) progress: Arc<Progress>,
    pub(crate) offers: Offers,
}

impl std::fmt::Debug for Handle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Handle").finish_non_exhaustive()
    }
}

impl Handle {
    /// A handle to nothing: every request fails with `why`. For readers of a store that no partition runs on.
    pub fn closed(why: &'static str) -> Self {
        let (sender, receiver) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            while let Ok(message) = receiver.recv() {
                if let Message::Ask(_, done) = message {
                    done(Answer::Failed { detail: Text::const_new(why) });
                }
            }
        });
        Self { sender, progress: Arc::default(), offers: Offers::default() }
    }

    /// Asks, and calls `done` with the answer once it is durable. `done` must not wait.
    pub fn submit(&self, request: Request, done: impl FnOnce(Answer) + Send + 'static) {
        self.progress.queued.fetch_add(1, Ordering::Relaxed);
        let message = Message::Ask(Box::new(request), Box::new(done));
        if let Err(unsent) = self.sender.send(message)
            && let Message::Ask(_, done) = unsent.0
        {
            done(Answer::Failed { detail: Text::const_new("the partition is shut down") });
        }
    }

    /// Asks, and waits for the answer without blocking the thread.
    pub async fn ask(&self, request: Request) -> Answer {
        let (sender, receiver) = tokio::sync::oneshot::channel();
        self.submit(request, move |answer| {
            // whoever asked may have gone; the command was carried out all the same
            let _ = sender.send(answer);
        });
        receiver.await.unwrap_or(Answer::Failed { detail: Text::const_new("the partition is shut down") })
    }

    /// Asks, and blocks the thread until the answer is there. Not for use inside an async runtime.
    pub fn ask_blocking(&self, request: Request) -> Answer {
        let (sender, receiver) = std::sync::mpsc::sync_channel(1);
        self.submit(request, move |answer| {
            let _ = sender.send(answer);
        });
        receiver.recv().unwrap_or(Answer::Failed { detail: Text::const_new("the partition is shut down") })
    }

    /// Where workers wait for jobs.
    pub fn offers(&self) -> &Offers {
        &self.offers
    }

    /// Figures of the partition.
    pub fn progress(&self) -> &Progress {
        &self.progress
    }
}
