//! Engine and trade as one decision: a command in, a journal entry out; and the fold.
//!
//! A [`Partition`] holds the aggregates of one legal entity that are in memory. [`Partition::decide`] carries out one
//! [`Command`]: the trade core, the process engine and what follows from both run to the end inside it. What comes out is a
//! [`Decision`]: the events, the reply, and which aggregates changed. Nothing here touches a clock, a socket or a disk; what
//! a decision reads and is not in memory is asked of the caller.
//!
//! Start with [`command`] for what can be asked, [`journal`] for what is written, and `decide/` for how.

pub mod batch;
pub mod command;
mod content;
mod decide;
pub mod definition;
pub mod dependency;
pub mod document;
pub mod draft;
pub mod effect;
mod fold;
mod form;
pub mod identity;
pub mod instance;
pub mod job;
pub mod journal;
pub mod key;
pub mod operation;
mod partition;
mod property;
pub mod row;
pub mod saved_view;
pub mod schedule;
mod subject;
pub mod timer;
pub mod webhook;

pub use batch::{Batch, BatchId, BatchPart};
pub use command::{Body, Command, JobAnswer, Reply, TaskChange};
pub use content::{forms_beside, read_form};
pub use decide::{CAPABILITIES, CONTROL_ACCOUNT, POST_PAYMENT, can_be_done};
pub use definition::{Definition, DefinitionId, Resource};
pub use dependency::{Dependency, DependencyChange};
pub use draft::{Draft, DraftChange, DraftEvent, DraftId, DraftStatus};
pub use effect::{Effect, EffectId};
pub use fold::{Fold, Misnumbered};
pub use job::{JobId, WorkerJob};
pub use journal::{Decision, Entry, Event, Head};
pub use key::{AnyKey, AnyState, Correlation, CorrelationKey, Trigger};
pub use operation::{Modification, Operation};
pub use partition::{Broken, Halt, Partition};
pub use row::{Row, RowKey, Table};
pub use saved_view::{SavedView, SavedViewChange, SavedViews};
pub use schedule::{Schedule, ScheduledStart};
pub use subject::{Subject, orders_of, subjects};
pub use timer::{Timer, TimerOwner};
