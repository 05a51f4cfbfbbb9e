//! The deciding thread: one command after the other, in memory; what is missing is loaded.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, channel, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use partition::row::Column;
use partition::{AnyState, Body, Command, Decision, Effect, Halt, Partition, Table, Timer};
use store::{Reader, RowQuery, Store, StoreError};
use trade::Actor;
use units::{Text, Timestamp};

use crate::batch::Pending;
use crate::clock::Clock;
use crate::committer::Committer;
use crate::handle::{Answer, Condition, Done, Handle, Message, Request, Version};
use crate::idempotency::{Answers, Known};
use crate::offers::Offers;
use crate::options::{EffectSink, Options, Progress};
use crate::view::View;

/// The longest sleep without looking at the timers.
const NAP: Duration = Duration::from_millis(250);
/// After a failed commit no timer is carried out for so long, twice as long after each further one: what is due stays due, and would
/// fail again at once.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// After so long a timer that could not be carried out is tried again, in milliseconds.
const TIMER_RETRY_MILLIS: i64 = 60_000;
const DAY_MILLIS: i64 = 86_400_000;

/// Why a partition cannot work.
#[derive(Debug, thiserror::Error)]
pub enum RuntimeError {
    /// The store failed.
    #[error("open the partition: {0}")]
    Store(#[from] StoreError),
    /// What the store holds cannot be read.
    #[error("open the partition: {0}")]
    Decode(#[from] partition::row::DecodeError),
    /// A thread could not be made.
    #[error("start the partition's threads: {0}")]
    Thread(#[from] std::io::Error),
}

/// A partition at work. Dropping it without [`Runtime::shutdown`] is like a crash: safe, and nothing is lost.
#[derive(Debug)]
pub struct Runtime {
    handle: Handle,
    threads: Vec<JoinHandle<()>>,
}

impl Runtime {
    /// Takes a store over and goes on where it stands: timers are set, and effects that were not confirmed are delivered
    /// again, under the same keys.
    pub fn start(
        store: Box<dyn Store>,
        options: Options,
        sink: Arc<dyn EffectSink>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, RuntimeError> {
        let progress = Arc::new(Progress::default());
        let (sender, receiver) = channel();
        let (batches, batch_receiver) = sync_channel(1);
        let position = store.head().position;
        progress.position.store(position, Ordering::Relaxed);
        let mut reader = store.reader()?;
        let timers = read_timers(reader.as_mut())?;
        let mut unconfirmed = read_effects(reader.as_mut())?;
        // in the order in which they were asked for: a cancellation comes after what it cancels
        unconfirmed.sort_by_key(|effect| effect.turn());
        let offers = Offers::default();
        let handle = Handle { sender: sender.clone(), progress: progress.clone(), offers: offers.clone() };
        let committer = Committer { store, sink: sink.clone(), progress: progress.clone(), offers, writer: sender };
        let writer = Writer {
            partition: Partition::new(position, options.capabilities.iter().cloned()),
            view: View::new(reader),
            timers,
            answers: Answers::default(),
            pending: Box::default(),
            syncing: false,
            committed: position,
            last_at: Timestamp::default(),
            stopping: false,
            failures: 0,
            timers_rest_until: None,
            batches,
            clock,
            progress,
            options,
        };
        let threads = vec![
            std::thread::Builder::new().name("commit".into()).spawn(move || committer.run(&batch_receiver))?,
            std::thread::Builder::new().name("decide".into()).spawn(move || writer.run(&receiver))?,
        ];
        if !unconfirmed.is_empty() {
            tracing::info!(effects = unconfirmed.len(), "deliver again what was not confirmed");
            sink.deliver(unconfirmed);
        }
        Ok(Self { handle, threads })
    }

    /// A way to ask it.
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Ends it after what was asked so far is carried out and committed.
    pub fn shutdown(self) {
        // a thread that is gone has nothing left to commit
        let _ = self.handle.sender.send(Message::Stop);
        for thread in self.threads.into_iter().rev() {
            if thread.join().is_err() {
                tracing::error!("a thread of the partition ended by a panic");
            }
        }
    }
}

fn read_timers(reader: &mut dyn Reader) -> Result<BTreeSet<Timer>, StoreError> {
    let mut timers = BTreeSet::new();
    let mut after: Option<Timer> = None;
    loop {
        let page = reader.timers(after.as_ref(), 10_000)?;
        let Some(last) = page.last() else { return Ok(timers) };
        after = Some(last.clone());
        timers.extend(page);
    }
}

fn read_effects(reader: &mut dyn Reader) -> Result<Vec<Arc<Effect>>, RuntimeError> {
    let mut effects = Vec::new();
    let mut query = RowQuery::table(Table::Effect).is(Column::Status, "pending").limit(1_000);
    loop {
        let page = reader.rows(&query)?;
        let Some((last, _)) = page.last() else { return Ok(effects) };
        query = query.after(last.clone());
        for (key, row) in &page {
            if let AnyState::Effect(effect) = AnyState::decode(Table::Effect, key, &row.data)? {
                effects.push(effect);
            }
        }
    }
}

struct Writer {
    partition: Partition,
    view: View,
    timers: BTreeSet<Timer>,
    answers: Answers,
    pending: Box<Pending>,
    /// A batch is on its way to the disk.
    syncing: bool,
    committed: u64,
    last_at: Timestamp,
    /// What was asked is carried out still; timers wait for the next start.
    stopping: bool,
    /// Commits that failed in a row.
    failures: u32,
    timers_rest_until: Option<Instant>,
    batches: SyncSender<Box<Pending>>,
    clock: Arc<dyn Clock>,
    progress: Arc<Progress>,
    options: Options,
}

impl Writer {
    fn run(mut self, messages: &Receiver<Message>) {
        loop {
            let first = match messages.recv_timeout(self.sleep()) {
                Ok(message) => Some(message),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return,
            };
            let began = Instant::now();
            let mut next = first;
            while let Some(message) = next.take() {
                self.take(message);
                // a full batch does not grow further while the disk could work on it
                if self.pending.len() < self.options.full_batch || self.syncing {
                    next = messages.try_recv().ok();
                }
            }
            self.fire_timers();
            self.hand_over();
            self.view.refresh();
            self.progress
                .decide_micros
                .fetch_add(u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
            if self.stopping && !self.syncing && self.pending.is_empty() {
                return;
            }
        }
    }

    fn sleep(&self) -> Duration {
        let Some(timer) = self.timers.first().filter(|_| !self.timers_rest()) else { return NAP };
        let millis = timer.due.millis_since(self.clock.now()).clamp(0, 250);
        Duration::from_millis(millis.unsigned_abs())
    }

    fn timers_rest(&self) -> bool {
        self.stopping || self.timers_rest_until.is_some_and(|until| Instant::now() < until)
    }

    fn take(&mut self, message: Message) {
        match message {
            Message::Ask(request, done) => {
                self.progress.queued.fetch_sub(1, Ordering::Relaxed);
                self.ask(*request, done);
            }
            Message::Committed { position, number } => {
                self.syncing = false;
                self.failures = 0;
                self.answers.committed(number);
                self.committed = position;
                self.view.refresh();
                self.make_room();
            }
            Message::CommitFailed { detail } => self.start_over(&detail),
            Message::Stop => self.stopping = true,
        }
    }

    /// Time never runs backwards in a journal, whatever the machine's clock does.
    fn now(&mut self) -> Timestamp {
        self.last_at = self.last_at.max(self.clock.now());
        self.last_at
    }

    fn ask(&mut self, request: Request, done: Done) {
        let at = request.at.unwrap_or_else(|| self.now());
        if let Some((key, digest)) = &request.key {
            match self.answers.look_up(&mut self.view, key, digest) {
                Ok(Known::New) => {}
                // an answer that is not on disk yet leaves with the batch that it is in
                Ok(Known::Answered(answer)) => return self.pending.answers.push((done, answer)),
                Ok(Known::Reused) => return done(Answer::KeyReused),
                Err(error) => return done(Answer::Failed { detail: error.to_string().into() }),
            }
        }
        if let Some(condition) = &request.condition {
            match self.meets(condition) {
                Ok(None) => {}
                Ok(Some(stale)) => return self.pending.answers.push((done, stale)),
                Err(detail) => return done(Answer::Failed { detail }),
            }
        }
        let key = request.key.as_ref().map(|(key, _)| key.clone());
        let command = Command { at, actor: request.actor, key, body: request.body, trace: request.trace };
        let answer = match self.decide(command) {
            Ok(decision) => self.accept(decision),
            Err(detail) => return done(Answer::Failed { detail }),
        };
        if let Some((key, digest)) = request.key {
            let reply = self.answers.remember(key.clone(), digest, &answer, at, self.pending.number);
            self.pending.add_reply(key.into(), reply);
        }
        if matches!(answer, Answer::Done { .. }) {
            self.pending.add_documents(request.documents);
            self.pending.add_notes(request.notes);
        }
        self.pending.answers.push((done, answer));
    }

    /// Whether what the caller has seen is what is there; otherwise the answer that it is not.
    fn meets(&mut self, condition: &Condition) -> Result<Option<Answer>, Text> {
        let view = &mut self.view;
        let state = self.partition.look(&condition.key, |key| view.state(key))?;
        let version = state.map(|state| Version::of(&state.encode()));
        let holds = version.is_some_and(|version| condition.versions.is_empty() || condition.versions.contains(&version));
        Ok((!holds).then_some(Answer::Stale { version }))
    }

    fn accept(&mut self, decision: Decision) -> Answer {
        self.progress.commands.fetch_add(1, Ordering::Relaxed);
        for timer in &decision.timers_dropped {
            self.timers.remove(timer);
        }
        self.timers.extend(decision.timers_set.iter().cloned());
        let answer = match &decision.reply {
            Ok(reply) => Answer::Done { reply: reply.clone(), position: self.partition.position(), replayed: false },
            Err(refusal) => {
                self.progress.refused.fetch_add(1, Ordering::Relaxed);
                Answer::Refused {
                    code: Text::const_new(refusal.code()),
                    detail: refusal.to_string().into(),
                    findings: refusal.findings().to_vec(),
                }
            }
        };
        self.pending.add(decision);
        answer
    }

    /// Decides, and loads what turns out to be missing.
    fn decide(&mut self, command: Command) -> Result<Decision, Text> {
        if self.progress.halted() == 1 {
            return Err(Text::const_new(
                "the partition is halted: an invariant was about to be broken; run crossdock verify",
            ));
        }
        let (view, progress) = (&mut self.view, &self.progress);
        let decided = self.partition.decide(command, |key| {
            progress.loads.fetch_add(1, Ordering::Relaxed);
            view.state(key)
        });
        decided.map_err(|halt| {
            if let Halt::Broken(broken) = &halt {
                progress.halted.store(1, Ordering::Relaxed);
                tracing::error!(%broken, "halt the partition");
            }
            halt.to_string().into()
        })
    }

    fn fire_timers(&mut self) {
        if self.timers_rest() {
            return;
        }
        let now = self.now();
        while let Some(timer) = self.timers.first().filter(|timer| timer.due <= now).cloned() {
            self.timers.remove(&timer);
            let body = Body::FireTimer { owner: timer.owner.clone() };
            let command = Command { at: now, actor: Actor::system(), key: None, body, trace: None };
            let fired = self.decide(command).map(|decision| self.accept(decision));
            match fired {
                Ok(Answer::Done { .. }) => {}
                other => {
                    tracing::error!(?timer, ?other, "a timer could not be carried out; it is tried again");
                    self.timers.insert(Timer { due: now.plus_millis(TIMER_RETRY_MILLIS), ..timer });
                }
            }
            if self.pending.len() >= self.options.full_batch {
                break;
            }
        }
        self.progress.timers.store(self.timers.len() as u64, Ordering::Relaxed);
    }

    fn hand_over(&mut self) {
        if self.syncing || self.pending.is_empty() {
            return;
        }
        self.syncing = true;
        if self.pending.has_replies() {
            let kept = i64::from(self.options.keep_replies_days) * DAY_MILLIS;
            self.pending.prune_replies_before = Some(self.last_at.plus_millis(-kept).0);
        }
        let pending = Box::new(self.pending.cut());
        // the committing thread lives as long as its channel, which this end holds
        if self.batches.send(pending).is_err() {
            tracing::error!("the committing thread is gone; nothing can be committed any more");
            self.progress.halted.store(1, Ordering::Relaxed);
        }
    }

    fn make_room(&mut self) {
        let resident = self.partition.resident();
        if resident > self.options.resident {
            // a decision uses about a dozen aggregates, so that at least the younger half stays
            let evicted = self.partition.evict(self.options.resident as u64 / 16, self.committed);
            tracing::debug!(resident, evicted, "made room");
        }
        self.progress.resident.store(self.partition.resident() as u64, Ordering::Relaxed);
    }

    /// The last batch is not on disk: forget what it did, and everything that was decided on top of it.
    fn start_over(&mut self, detail: &Text) {
        self.syncing = false;
        self.timers_rest_until = Some(Instant::now() + pause_after(self.failures));
        self.failures += 1;
        for (done, _) in self.pending.cut().answers {
            done(Answer::Failed { detail: detail.clone() });
        }
        self.answers.forget();
        self.partition = Partition::new(self.committed, self.options.capabilities.iter().cloned());
        self.view.refresh();
        match self.view.look().and_then(read_timers) {
            Ok(timers) => self.timers = timers,
            Err(error) => tracing::error!(%error, "the timers could not be read again; the present ones stay"),
        }
    }
}

/// How long timers rest after a commit that failed, so many before it having failed too.
fn pause_after(failures: u32) -> Duration {
    FIRST_PAUSE.saturating_mul(1 << failures.min(16)).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests;
