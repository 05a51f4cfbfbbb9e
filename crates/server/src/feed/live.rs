//! The feed as it happens: one task reads what was committed, and all who listen get it, each at a moment of its own.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::response::sse;
use futures_util::Stream;
use futures_util::stream::unfold;
use runtime::Handle;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::{broadcast, watch};

use super::filter::Filter;
use super::{Part, Told};
use crate::latency::Latencies;
use crate::problem::Problem;
use crate::readers::Readers;

/// How often is looked whether something was committed.
const PAUSE: Duration = Duration::from_millis(50);
/// Entries that are read at a time.
const ENTRIES: usize = 200;
/// Batches that a listener may be behind before it reads the store again.
const BEHIND: usize = 64;

/// Within how many milliseconds all who listen have been told. If a thousand were told at once, everybody who asks for something else would
/// wait until the last of them was written to.
const ROUND: usize = 100;
/// How far apart in the round those are told who came one after the other; it has no factor in common with the round.
const STRIDE: usize = 61;
/// So many are told at once: they hold up nobody.
const AT_ONCE: usize = 10;

/// What was committed between two looks: everything after `from`, up to `to`.
#[derive(Debug)]
struct Batch {
    to: u64,
    events: Vec<Arc<Told>>,
}

/// Where listeners get what happens.
#[derive(Debug)]
pub struct Live {
    sender: broadcast::Sender<Arc<Batch>>,
    /// True once nobody is to be served any longer.
    stop: watch::Sender<bool>,
    /// How long the business takes, for those who ask.
    pub(crate) latencies: Latencies,
}

/// From where somebody listens: the last event that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Since {
    position: u64,
    /// The place within the entry of the last event that is known; `None` if all of it are.
    index: Option<u64>,
}

impl Since {
    /// After all events of that entry.
    pub(crate) fn after(position: u64) -> Self {
        Self { position, index: None }
    }

    /// After the event of that id, such as `17.3`.
    pub(crate) fn event(id: &str) -> Option<Self> {
        let (position, index) = id.trim().split_once('.')?;
        Some(Self { position: position.parse().ok()?, index: Some(index.parse().ok()?) })
    }

    fn knows(self, (position, index): (u64, u64)) -> bool {
        position < self.position || position == self.position && self.index.is_none_or(|known| index <= known)
    }

    /// After which entry the store is read.
    fn entry(self) -> u64 {
        if self.index.is_some() { self.position.saturating_sub(1) } else { self.position }
    }
}

/// The next entries after a position, as they are sent, and where they end.
async fn read(readers: &Readers, after: u64) -> Result<Batch, Problem> {
    let Part { events, to, .. } = readers.feed(move |mut feed| feed.behind(after, ENTRIES)).await?;
    Ok(Batch { to, events })
}

impl Live {
    /// Nothing happens: for a store that is only read.
    pub fn idle() -> Arc<Self> {
        Arc::new(Self::with(1))
    }

    fn with(behind: usize) -> Self {
        let (sender, stop) = (broadcast::channel(behind).0, watch::channel(false).0);
        Self { sender, stop, latencies: Latencies::default() }
    }

    /// Follows what the partition commits. Within a Tokio runtime.
    pub fn follow(partition: Handle, readers: Readers) -> Arc<Self> {
        let this = Arc::new(Self::with(BEHIND));
        let (sender, mut stopped) = (this.sender.clone(), this.stop.subscribe());
        tokio::spawn(async move {
            let follow = follow(partition, readers, sender);
            tokio::select! {
                () = follow => {}
                _ = stopped.changed() => {}
            }
        });
        this
    }

    /// Ends all that listen.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Ready once nobody is to be served any longer.
    pub(crate) async fn stopping(&self) {
        let mut stopped = self.stop.subscribe();
        // the other end lives as long as this
        let _ = stopped.wait_for(|stopped| *stopped).await;
    }

    /// What happened after `since` and what happens from now on, of what is wanted, until the server stops.
    pub(crate) fn listen(
        &self,
        readers: Readers,
        since: Since,
        wanted: Filter,
    ) -> impl Stream<Item = Result<sse::Event, Infallible>> + Send + 'static + use<> {
        let moment = moment(self.sender.receiver_count());
        let listener = Listener {
            batches: self.sender.subscribe(),
            stopped: self.stop.subscribe(),
            readers,
            known: since,
            wanted,
            caught_up: false,
            ready: VecDeque::new(),
            moment,
        };
        unfold(listener, |mut listener| async move {
            let told = listener.next().await?;
            Some((Ok(event(&told)), listener))
        })
    }
}

fn event(told: &Told) -> sse::Event {
    sse::Event::default().id(&told.id).event(&told.kind).data(told.json.get())
}

/// When in a round one is told beside whom that many listen: at once where they are few, and neighbours far apart.
fn moment(others: usize) -> Duration {
    let place = if others < AT_ONCE { 0 } else { others.wrapping_mul(STRIDE) % ROUND };
    Duration::from_millis(place as u64)
}

async fn follow(partition: Handle, readers: Readers, sender: broadcast::Sender<Arc<Batch>>) {
    let mut at = partition.progress().position();
    loop {
        tokio::time::sleep(PAUSE).await;
        let head = partition.progress().position();
        if sender.receiver_count() == 0 {
            at = head;
        }
        while at < head {
            match read(&readers, at).await {
                Ok(batch) if batch.to > at => {
                    at = batch.to;
                    // whoever listened may have gone meanwhile
                    let _ = sender.send(Arc::new(batch));
                }
                // tried again after the pause
                _ => break,
            }
        }
    }
}

/// Somebody who listens.
struct Listener {
    batches: broadcast::Receiver<Arc<Batch>>,
    stopped: watch::Receiver<bool>,
    readers: Readers,
    /// What was sent, or is ready to be.
    known: Since,
    wanted: Filter,
    /// Whether everything that the store has had was read: what comes from now on is in the batches.
    caught_up: bool,
    ready: VecDeque<Arc<Told>>,
    /// How long after the others hear of something it is told.
    moment: Duration,
}

impl Listener {
    /// The next event; `None` at the end.
    async fn next(&mut self) -> Option<Arc<Told>> {
        loop {
            if *self.stopped.borrow() {
                return None;
            }
            if let Some(told) = self.ready.pop_front() {
                return Some(told);
            }
            if self.caught_up { self.wait().await? } else { self.catch_up().await? }
        }
    }

    async fn catch_up(&mut self) -> Option<()> {
        let after = self.known.entry();
        // a store that cannot be read ends it: the listener comes back with the id of the last event
        let batch = read(&self.readers, after).await.ok()?;
        self.caught_up = batch.to == after;
        self.take(&batch);
        Some(())
    }

    /// Until something is told, and then all of it up to its moment, so that it is written once.
    async fn wait(&mut self) -> Option<()> {
        let received = tokio::select! {
            received = self.batches.recv() => received,
            _ = self.stopped.changed() => return None,
        };
        self.hear(received)?;
        if self.ready.is_empty() {
            return Some(());
        }
        tokio::select! {
            () = tokio::time::sleep(self.moment) => {}
            _ = self.stopped.changed() => return None,
        }
        while self.caught_up {
            match self.batches.try_recv() {
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
                Err(TryRecvError::Lagged(missed)) => self.hear(Err(RecvError::Lagged(missed)))?,
                Ok(batch) => self.hear(Ok(batch))?,
            }
        }
        Some(())
    }

    fn hear(&mut self, received: Result<Arc<Batch>, RecvError>) -> Option<()> {
        match received {
            Ok(batch) => self.take(&batch),
            Err(RecvError::Lagged(_)) => self.caught_up = false,
            Err(RecvError::Closed) => return None,
        }
        Some(())
    }

    fn take(&mut self, batch: &Batch) {
        let known = self.known;
        let is_wanted = |told: &&Arc<Told>| !known.knows(told.place) && self.wanted.takes(&told.about);
        self.ready.extend(batch.events.iter().filter(is_wanted).cloned());
        if batch.to >= known.position {
            self.known = Since::after(batch.to);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_comes_back_with_the_id_of_the_last_event_gets_the_next_one() {
        let since = Since::event("17.3").unwrap();
        assert_eq!(since.entry(), 16, "the rest of the entry is read again");
        assert!(since.knows((16, 9)) && since.knows((17, 3)));
        assert!(!since.knows((17, 4)) && !since.knows((18, 0)));
    }

    #[test]
    fn whoever_begins_after_a_position_gets_nothing_of_that_entry() {
        let since = Since::after(17);
        assert_eq!(since.entry(), 17);
        assert!(since.knows((17, 9)) && !since.knows((18, 0)));
    }

    #[test]
    fn a_thousand_who_listen_are_told_one_after_the_other_and_a_few_at_once() {
        assert!((0..10).all(|others| moment(others).is_zero()) && !moment(10).is_zero());
        let mut moments: Vec<Duration> = (0..1_000).map(moment).collect();
        moments.sort();
        let at_once = moments.chunk_by(|one, other| one == other).map(<[_]>::len).max();
        assert_eq!(at_once, Some(19), "ten in each millisecond of the round, and the first ten at its beginning");
    }

    #[test]
    fn an_id_that_is_none_is_not_taken_for_one() {
        for id in ["", "17", "17.", ".3", "x.3", "17.x"] {
            assert_eq!(Since::event(id), None, "{id}");
        }
    }
}
