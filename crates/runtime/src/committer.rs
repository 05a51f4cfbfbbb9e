//! The committing thread: encode, write, sync; then answer and let effects go.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, Sender};
use std::time::Instant;

use store::Store;
use units::Text;

use crate::batch::Pending;
use crate::handle::{Answer, Message};
use crate::offers::Offers;
use crate::options::{EffectSink, Progress};

pub(crate) struct Committer {
    pub(crate) store: Box<dyn Store>,
    pub(crate) sink: Arc<dyn EffectSink>,
    pub(crate) progress: Arc<Progress>,
    pub(crate) offers: Offers,
    pub(crate) writer: Sender<Message>,
}

impl Committer {
    /// Commits what comes until the writer is gone.
    pub(crate) fn run(mut self, batches: &Receiver<Box<Pending>>) {
        while let Ok(pending) = batches.recv() {
            self.commit(*pending);
        }
    }

    fn commit(&mut self, mut pending: Pending) {
        let answers = std::mem::take(&mut pending.answers);
        let effects = std::mem::take(&mut pending.effects);
        let withdrawn = std::mem::take(&mut pending.withdrawn);
        let offered = std::mem::take(&mut pending.offered);
        let began = Instant::now();
        if pending.needs_commit() {
            let batch = pending.encode(self.store.head());
            if let Err(error) = self.store.commit(&batch)
                // the store has looked again: a batch that is there has happened, whatever was said about it
                && self.store.head() != batch.head
            {
                tracing::error!(%error, entries = batch.entries.len(), "the batch was not committed; nothing of it has happened");
                self.progress.commits_failed.fetch_add(1, Ordering::Relaxed);
                self.progress.cannot_write.store(1, Ordering::Relaxed);
                let detail = Text::from(error.to_string());
                for (done, _) in answers {
                    done(Answer::Failed { detail: detail.clone() });
                }
                return self.tell(Message::CommitFailed { detail });
            }
            let micros = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
            self.progress.commits.fetch_add(1, Ordering::Relaxed);
            self.progress.cannot_write.store(0, Ordering::Relaxed);
            self.progress.entries.fetch_add(batch.entries.len() as u64, Ordering::Relaxed);
            self.progress.commit_micros.fetch_add(micros, Ordering::Relaxed);
        }
        let position = self.store.head().position;
        self.progress.position.store(position, Ordering::Relaxed);
        // first of all, so that the next batch is on its way while the callers of this one are answered
        self.tell(Message::Committed { position, number: pending.number });
        for (done, answer) in answers {
            done(answer);
        }
        self.offers.tell(&offered);
        if !effects.is_empty() {
            self.sink.deliver(effects);
        }
        if !withdrawn.is_empty() {
            self.sink.withdraw(&withdrawn);
        }
    }

    /// A writer that is gone needs to know nothing any more.
    fn tell(&self, message: Message) {
        let _ = self.writer.send(message);
    }
}
