//! The token engine: instance and input in, events out; pure.
//!
//! [`step`] takes an [`Instance`] of a [`bpmn::Process`] one [`Input`] further, until every token waits or is gone, and writes
//! down what happened as [`Event`]s. It changes the instance through [`apply`] alone, so folding the events again gives the
//! same instance. What the world has to do about it (jobs, timers, messages, calls) is in the events; see [`Event`].
//!
//! Semantics are those of BPMN 2.0 as Camunda 8 runs it. Element by element they are in `step/`; a step is bounded, so a
//! model that goes round in a circle ends in an incident and not in a hang.

mod apply;
mod check;
mod decision;
mod doomed;
mod event;
mod input;
mod instance;
mod interruption;
mod migrate;
mod overview;
pub mod play;
mod reach;
mod schedule;
mod step;
mod task;
mod time;
mod variables;
mod waiting;

pub use apply::apply;
pub use check::{Broken, check};
pub use decision::{DecisionMade, Explained, ExplainedDecision};
pub use event::{Event, Phase, Warning, Work};
pub use input::{AdHocLead, Cx, Decided, Decisions, Input, Limits, Modification, NoDecisions, Refusal};
pub use instance::{Instance, InstanceId, Key, Parent};
pub use interruption::{Interruption, Then};
pub use migrate::{Migration, Obstacle, migrate};
pub use schedule::{first_start, next_start};
pub use step::{catches_error, preview, step};
pub use task::{TaskAnswer, TaskChanges, TaskDetails};
pub use waiting::{Waiting, WaitsFor};
