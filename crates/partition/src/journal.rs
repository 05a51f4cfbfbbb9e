//! What is written: events, entries, and the hash chain.

use engine::InstanceId;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use trade::{Actor, Refusal};
use units::{Text, Timestamp};

use crate::batch::BatchId;
use crate::command::{Command, Reply};
use crate::definition::DefinitionId;
use crate::dependency::DependencyChange;
use crate::draft::{DraftEvent, DraftId};
use crate::effect::{Effect, EffectId};
use crate::identity::{ClientChange, UserChange};
use crate::job::{JobId, WorkerJob};
use crate::key::{AnyKey, AnyState, CorrelationKey, Message};
use crate::operation::Operation;
use crate::saved_view::SavedViewChange;
use crate::schedule::Schedule;
use crate::subject::Subject;
use crate::timer::Timer;
use crate::webhook::WebhookChange;

/// A fact in the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// Something happened in the trade core.
    Trade(trade::Event),
    /// A process instance was made.
    InstanceCreated {
        /// Its number.
        id: InstanceId,
        /// The version that it runs on until its end.
        definition: DefinitionId,
        /// The calling instance and call activity.
        parent: Option<(InstanceId, u32)>,
        /// Name and correlation key of the message that began it, if it has a key.
        begun_by: Option<(Text, Text)>,
    },
    /// A process instance made steps.
    Process(InstanceId, Vec<engine::Event>),
    /// A process instance waits for a message.
    Subscribed(CorrelationKey, InstanceId, u32),
    /// It no longer does.
    Unsubscribed(CorrelationKey, InstanceId, u32),
    /// A message found nobody and waits.
    MessageBuffered(CorrelationKey, Message),
    /// A waiting message was delivered or has lapsed.
    MessageGone(CorrelationKey, u64),
    /// Another system shall do something.
    EffectRequested(Box<Effect>),
    /// It did, or the effect is no longer wanted.
    EffectEnded(EffectId),
    /// It could not be delivered, or was refused.
    EffectDied(EffectId, Text, Text),
    /// It could not be delivered, and is tried again after the pause that its process prescribes.
    EffectRested(EffectId),
    /// A dead letter, or what has rested, is delivered again: the same document under the same key.
    EffectReplayed(EffectId),
    /// A version was deployed.
    Deployed {
        /// Which.
        definition: DefinitionId,
        /// Where it came from.
        resource: Text,
        /// The XML.
        xml: Text,
        /// The position at which it was deployed: the same for all that were deployed together.
        deployment: u64,
        /// It ships with the product, which deployed it by itself.
        #[serde(default)]
        shipped: bool,
        /// The decision models that it imports, directly or not, as they were then.
        #[serde(default)]
        imports: Vec<Text>,
    },
    /// An operation on many instances began.
    BatchBegun {
        /// Its number.
        id: BatchId,
        /// What is done to each.
        operation: Operation,
        /// Who began it.
        by: Actor,
        /// Why.
        reason: Text,
        /// How the instances were chosen, for people.
        filter: Text,
        /// The instances.
        instances: Vec<InstanceId>,
    },
    /// So many more instances of it were dealt with, all of one part; these could not be changed.
    BatchAdvanced(BatchId, u32, Vec<(InstanceId, Text)>),
    /// It was stopped before its end.
    BatchStopped(BatchId),
    /// From now on a process begins by itself at these times; at none any more if there are none.
    Scheduled(Schedule),
    /// Something was noticed of a system that others run.
    Dependency(Text, DependencyChange),
    /// A person was added, or something about them changed.
    User(Text, UserChange),
    /// A program was added, or something about it changed.
    Client(Text, ClientChange),
    /// Where events are sent was added, or something about it changed.
    Webhook(Text, WebhookChange),
    /// A job waits for a worker; it is offered unless its instance is suspended.
    JobOffered(Box<WorkerJob>),
    /// A worker has it until then.
    JobLeased {
        /// Which.
        job: JobId,
        /// What the worker calls itself.
        worker: Text,
        /// Who asked for it.
        by: Text,
        /// Until when.
        until: Timestamp,
    },
    /// The worker has it for longer, or shorter: until then.
    LeaseExtended(JobId, Timestamp),
    /// The worker's time is over.
    LeaseEnded(JobId),
    /// Whoever had it has said that it failed: nobody may lease it until its next try.
    JobRested(JobId),
    /// Its instance is suspended or resumed: whether it may be leased.
    JobHeld(JobId, bool),
    /// It is done, or nobody needs it any more.
    JobEnded(JobId),
    /// Something happened to a draft.
    Draft {
        /// Which.
        id: DraftId,
        /// Who did it.
        by: Text,
        /// What.
        event: DraftEvent,
    },
    /// Somebody changed one of his saved views.
    SavedView {
        /// Whose.
        by: Text,
        /// Its name.
        name: Text,
        /// How.
        change: SavedViewChange,
    },
}

/// A command and what came of it; one transaction's worth of history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// 1, 2, 3 … without gaps.
    pub position: u64,
    /// The command.
    pub command: Command,
    /// What happened, in order.
    pub events: Vec<Event>,
    /// For each event of the trade core, in order: which one of its aggregate it is, 1, 2, 3 … without gaps (domain §1.5.2).
    pub sequences: Vec<u64>,
}

impl Entry {
    /// The events, each with its number among those of its aggregate if it is one of the trade core.
    pub fn numbered(&self) -> impl Iterator<Item = (&Event, Option<u64>)> {
        let mut sequences = self.sequences.iter().copied();
        self.events.iter().map(move |event| {
            let sequence = if matches!(event, Event::Trade(_)) { sequences.next() } else { None };
            (event, sequence)
        })
    }
}

impl Event {
    /// The decisions that were made in a step of a process.
    pub fn decisions(&self) -> impl Iterator<Item = &engine::DecisionMade> {
        let events = match self {
            Self::Process(_, events) => events.as_slice(),
            _ => &[],
        };
        events.iter().filter_map(|event| match event {
            engine::Event::Decided(made) => Some(made.as_ref()),
            _ => None,
        })
    }
}

/// What a decision writes to the journal, beside its command.
#[derive(Debug, Default)]
pub(crate) struct Recorded {
    /// What happened, in order.
    pub(crate) events: Vec<Event>,
    /// See [`Entry::sequences`].
    pub(crate) sequences: Vec<u64>,
}

/// Where the journal ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Head {
    /// The last position; 0 for an empty journal.
    pub position: u64,
    /// The hash of the last entry; zeros for an empty journal.
    pub hash: [u8; 32],
}

impl Head {
    /// The head after an entry with those bytes: SHA-256 over the hash before, the position and the bytes.
    #[must_use]
    pub fn extend(self, bytes: &[u8]) -> Self {
        let position = self.position + 1;
        let mut digest = Sha256::new();
        digest.update(self.hash);
        digest.update(position.to_be_bytes());
        digest.update(bytes);
        Self { position, hash: digest.finalize().into() }
    }
}

/// What came of a command.
#[derive(Debug, Clone)]
pub struct Decision {
    /// What to journal; `None` if nothing happened: a refusal, or a repeat that changed nothing.
    pub entry: Option<Entry>,
    /// What to answer.
    pub reply: Result<Reply, Refusal>,
    /// The aggregates that changed, with their new state; `None` where they are gone.
    pub changed: Vec<(AnyKey, Option<AnyState>)>,
    /// Timers that were set.
    pub timers_set: Vec<Timer>,
    /// Timers that are no longer wanted or have fired.
    pub timers_dropped: Vec<Timer>,
    /// Effects to deliver once this is committed.
    pub effects: Vec<std::sync::Arc<Effect>>,
    /// Effects that nobody wants any more, to be held back if they have not gone out yet.
    pub withdrawn: Vec<EffectId>,
    /// Types of jobs that workers may lease now and could not before.
    pub offered: Vec<Text>,
    /// What the entry is about.
    pub subjects: Vec<Subject>,
    /// How often it was decided until all that it needs was in memory.
    pub passes: usize,
}

impl Decision {
    /// A decision that is a reply and nothing else yet.
    pub(crate) fn replied(reply: Result<Reply, Refusal>) -> Self {
        Self {
            entry: None,
            reply,
            changed: Vec::new(),
            timers_set: Vec::new(),
            timers_dropped: Vec::new(),
            effects: Vec::new(),
            withdrawn: Vec::new(),
            offered: Vec::new(),
            subjects: Vec::new(),
            passes: 1,
        }
    }

    /// A refusal: nothing happened.
    pub(crate) fn refused(refusal: Refusal) -> Self {
        Self::replied(Err(refusal))
    }

    /// When the command was accepted, if it is journalled.
    pub fn at(&self) -> Option<Timestamp> {
        self.entry.as_ref().map(|entry| entry.command.at)
    }
}
