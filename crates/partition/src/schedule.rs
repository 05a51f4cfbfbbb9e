//! Schedules: when processes begin by themselves. Only the newest version of a process has one.

use bpmn::{ElementIndex, Repetition};
use serde::{Deserialize, Serialize};
use units::Timestamp;

use crate::definition::DefinitionId;

/// When the timer start events of a process go off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// The version that begins.
    pub definition: DefinitionId,
    /// Its timer start events that still go off.
    pub starts: Vec<ScheduledStart>,
}

/// When a timer start event goes off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduledStart {
    /// The start event.
    pub element: ElementIndex,
    /// When it goes off next.
    pub due: Timestamp,
    /// How often after that: 0 for never, `None` for ever.
    pub repeats: Option<u32>,
    /// For a cycle without a start: from when its intervals count.
    #[serde(default)]
    pub since: Option<Timestamp>,
}

impl ScheduledStart {
    pub(crate) fn new(element: ElementIndex, repetition: Repetition) -> Self {
        Self { element, due: repetition.at, repeats: repetition.repeats, since: repetition.since }
    }

    pub(crate) fn repetition(&self) -> Repetition {
        Repetition { at: self.due, repeats: self.repeats, since: self.since }
    }
}
