//! Everything that a partition keeps, by key: the trade's aggregates and the process engine's.

use std::collections::BTreeSet;
use std::sync::Arc;

use engine::{Instance, InstanceId};
use feel::Context as Variables;
use serde::{Deserialize, Serialize};
use trade::{Aggregate, Key};
use units::{Text, Timestamp};

use crate::batch::{Batch, BatchId, BatchPart};
use crate::definition::{Definition, DefinitionId};
use crate::dependency::Dependency;
use crate::draft::{Draft, DraftId};
use crate::effect::{Effect, EffectId};
use crate::identity::{Client, User};
use crate::job::{JobId, WorkerJob};
use crate::saved_view::SavedViews;
use crate::schedule::Schedule;
use crate::webhook::Webhook;

/// Which thing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum AnyKey {
    /// An aggregate of the trade core.
    Trade(Key),
    /// A process instance.
    Instance(InstanceId),
    /// Where a message and its receivers find each other.
    Correlation(CorrelationKey),
    /// An effect that is not confirmed.
    Effect(EffectId),
    /// A version of a process or decision model.
    Definition(DefinitionId),
    /// Which version of a process or decision is the latest.
    Latest(Text),
    /// An operation on many instances.
    Batch(BatchId),
    /// Some of the instances of a batch.
    BatchPart(BatchId, u32),
    /// When a process begins by itself.
    Schedule(Text),
    /// A system that others run.
    Dependency(Text),
    /// A person who may use the product.
    User(Text),
    /// A program that may use the product.
    Client(Text),
    /// Where events are sent.
    Webhook(Text),
    /// A job that waits for a worker.
    Job(JobId),
    /// The processes that a message or signal begins.
    Begins(Trigger),
    /// A draft of a process, decision model or form.
    Draft(DraftId),
    /// What somebody looks at again and again.
    SavedViews(Text),
}

impl From<Key> for AnyKey {
    fn from(key: Key) -> Self {
        Self::Trade(key)
    }
}

impl std::fmt::Display for AnyKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Trade(key) => key.fmt(f),
            Self::Instance(id) => write!(f, "instance {id}"),
            Self::Correlation(key) => write!(f, "correlation {key}"),
            Self::Effect(id) => write!(f, "effect {id}"),
            Self::Definition(id) => write!(f, "definition {id}"),
            Self::Latest(id) => write!(f, "latest {id}"),
            Self::Batch(id) => write!(f, "batch {id}"),
            Self::BatchPart(id, part) => write!(f, "part {part} of batch {id}"),
            Self::Schedule(id) => write!(f, "schedule of {id}"),
            Self::Dependency(system) => write!(f, "system {system}"),
            Self::User(id) => write!(f, "user {id}"),
            Self::Client(id) => write!(f, "client {id}"),
            Self::Webhook(id) => write!(f, "webhook {id}"),
            Self::Job(id) => write!(f, "job {id}"),
            Self::Begins(trigger) => write!(f, "processes begun by the {trigger}"),
            Self::Draft(id) => write!(f, "draft {id}"),
            Self::SavedViews(user) => write!(f, "saved views of {user}"),
        }
    }
}

/// The state under a key; cheap to clone.
#[derive(Debug, Clone, PartialEq)]
pub enum AnyState {
    /// An aggregate of the trade core, and how many events have made it.
    Trade(Aggregate, u64),
    /// A process instance.
    Instance(Arc<Instance>),
    /// Where a message and its receivers find each other.
    Correlation(Arc<Correlation>),
    /// An effect that is not confirmed.
    Effect(Arc<Effect>),
    /// A version of a process or decision model.
    Definition(Arc<Definition>),
    /// Which version is the latest.
    Latest(DefinitionId),
    /// An operation on many instances.
    Batch(Arc<Batch>),
    /// Some of the instances of a batch.
    BatchPart(Arc<BatchPart>),
    /// When a process begins by itself.
    Schedule(Arc<Schedule>),
    /// A system that others run.
    Dependency(Arc<Dependency>),
    /// A person who may use the product.
    User(Arc<User>),
    /// A program that may use the product.
    Client(Arc<Client>),
    /// Where events are sent.
    Webhook(Arc<Webhook>),
    /// A job that waits for a worker.
    Job(Arc<WorkerJob>),
    /// The ids of the processes whose latest version a message or signal begins, in their order.
    Begins(Arc<BTreeSet<Text>>),
    /// A draft of a process, decision model or form.
    Draft(Arc<Draft>),
    /// What somebody looks at again and again.
    SavedViews(Arc<SavedViews>),
}

/// In how many rows those are kept that wait for a signal: with 50,000 of them, one who begins to wait writes 5 kB.
pub const SIGNAL_ROWS: u8 = 128;

/// Where those who wait and what they wait for find each other. Names are anybody's to choose, so what they name is not told by them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum CorrelationKey {
    /// A message and its receivers.
    Message {
        /// Its name.
        name: Text,
        /// The correlation key.
        key: Text,
    },
    /// A signal and those that wait for it, in so many rows that none becomes large.
    Signal {
        /// Its name.
        name: Text,
        /// Below [`SIGNAL_ROWS`].
        row: u8,
    },
    /// The one instance of a process that a message began for a key, and the messages that wait for its end.
    Begun {
        /// The process.
        process: Text,
        /// The message's name.
        message: Text,
        /// The correlation key.
        key: Text,
    },
}

impl CorrelationKey {
    /// Where a message and its receivers find each other.
    pub fn message(name: impl Into<Text>, key: impl Into<Text>) -> Self {
        Self::Message { name: name.into(), key: key.into() }
    }

    /// Where a signal and an instance that waits for it find each other.
    pub fn signal(name: impl Into<Text>, instance: InstanceId) -> Self {
        // numbers count within an entry above the positions of entries
        let row = (instance.0 ^ instance.0 >> 20) % u64::from(SIGNAL_ROWS);
        Self::Signal { name: name.into(), row: u8::try_from(row).unwrap_or_default() }
    }

    /// Where a subscription of a process is found.
    pub(crate) fn of_subscription(instance: InstanceId, name: &Text, correlation: &Text, signal: bool) -> Self {
        match signal {
            true => Self::signal(name.clone(), instance),
            false => Self::message(name.clone(), correlation.clone()),
        }
    }

    /// The key of its row: no two are the same, whatever is in the names.
    pub(crate) fn row(&self) -> String {
        let sized = |text: &Text| format!("\u{1f}{}\u{1f}{text}", text.len());
        match self {
            Self::Message { name, key } => format!("message{}{}", sized(name), sized(key)),
            Self::Signal { name, row } => format!("signal{}\u{1f}{row}", sized(name)),
            Self::Begun { process, message, key } => format!("begun{}{}{}", sized(process), sized(message), sized(key)),
        }
    }
}

impl std::fmt::Display for CorrelationKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Message { name, key } => write!(f, "message {name}/{key}"),
            Self::Signal { name, row } => write!(f, "signal {name}, row {row}"),
            Self::Begun { process, message, key } => write!(f, "{process} begun by {message}/{key}"),
        }
    }
}

/// What begins processes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Trigger {
    /// A message of this name.
    Message(Text),
    /// A signal of this name.
    Signal(Text),
}

impl std::fmt::Display for Trigger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Message(name) => write!(f, "message {name}"),
            Self::Signal(name) => write!(f, "signal {name}"),
        }
    }
}

/// Who waits for a message, and messages that wait for somebody. Never both for long: they are brought together at once.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Correlation {
    /// Open subscriptions, the oldest first.
    pub waiting: Vec<(InstanceId, u32)>,
    /// Messages with time to live, the oldest first.
    pub buffered: Vec<Message>,
    /// Number of the last buffered message.
    pub last: u64,
}

/// A message that waits for a receiver.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Number within its correlation.
    pub number: u64,
    /// When it lapses.
    pub expires: Timestamp,
    /// What it carries.
    pub variables: Variables,
}
