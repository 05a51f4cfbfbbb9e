//! BPMN 2.0 XML, Camunda 8 dialect, into a checked, indexed, executable model.
//!
//! [`parse`] refuses what cannot run here, with element, line, cause and mend, so that nothing fails later that could have
//! been seen before. Every expression is parsed once, here. A [`Process`] is immutable and holds its elements in one list:
//! element 0 is the process itself, and each element knows its scope, its flows and what is attached to it.

mod formula;
mod kind;
mod listener;
mod model;
mod parse;
mod time;
mod trigger;

pub use formula::Formula;
pub use kind::{AdHoc, Binding, Call, Job, Kind, UserTask};
pub use listener::{Listener, ListensFor};
pub use model::{Element, ElementIndex, Flow, FlowIndex, Mapping, MultiInstance, Process, StartForm};
pub use parse::{Parsed, Read, parse, read};
pub use time::{Cron, Cycle, Interval, Repetition, moment_of};
pub use trigger::{Message, TimerKind, Trigger};
pub use units::{Finding, Severity};
