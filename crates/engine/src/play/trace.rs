//! The trace: what happened to which element, for reading.

use std::collections::BTreeMap;

use bpmn::{ElementIndex, Process};
use serde::Serialize;
use units::{Text, Timestamp};

use crate::event::Event;
use crate::instance::{Instance, InstanceId, Key, ROOT};

/// A line of the trace.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    /// When.
    pub at: Timestamp,
    /// In which instance.
    pub instance: InstanceId,
    /// The id of the element; of the process for what concerns the whole instance.
    pub element: Text,
    /// What happened.
    pub happening: Happening,
    /// More about it: a job's type, a message's name, what is wrong.
    pub detail: Text,
}

/// What can happen to an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Happening {
    /// It began.
    Activated,
    /// A token passed it.
    Passed,
    /// It waits for a worker.
    JobCreated,
    /// It waits for a person.
    TaskCreated,
    /// It waits for a time.
    TimerSet,
    /// It waits for a message or a signal.
    Subscribed,
    /// It threw something.
    Thrown,
    /// Something that it computed is null for a reason, and it went on.
    Warned,
    /// A decision was made for it.
    Decided,
    /// Its job failed, and is tried again.
    JobFailed,
    /// Its job is tried again.
    JobRetried,
    /// Its task was given to somebody, or back to all.
    TaskAssigned,
    /// What its task carries was changed.
    TaskUpdated,
    /// A listener denied a change of its task.
    TaskKept,
    /// It stopped.
    Incident,
    /// The instance goes on with another version of its process.
    Migrated,
    /// It ended as it should.
    Completed,
    /// It was ended by something else.
    Terminated,
    /// The instance failed where it was called.
    Failed,
}

/// The line of an event, if it has one.
pub(super) fn line(
    process: &Process,
    instance: &Instance,
    elements: &BTreeMap<Key, ElementIndex>,
    at: Timestamp,
    event: &Event,
) -> Option<Line> {
    if let Event::Warned(warning) = event {
        let (element, detail) = (warning.element.clone(), Text::from(warning.to_string()));
        return Some(Line { at, instance: instance.id(), element, happening: Happening::Warned, detail });
    }
    if let Event::Decided(made) = event {
        let rules = made.explained.rules();
        let rules = if rules.is_empty() { String::new() } else { format!(" by rule {rules}") };
        let (element, detail) = (made.element.clone(), Text::from(format!("{}{rules}: {}", made.decision, made.result)));
        return Some(Line { at, instance: instance.id(), element, happening: Happening::Decided, detail });
    }
    let of = |key: &Key| if *key == ROOT { Some(ElementIndex(0)) } else { elements.get(key).copied() };
    let owner = |key: &Key| instance.owner(*key).and_then(|element| of(&element));
    let none = Text::default;
    let whole = Some(ElementIndex(0));
    let (element, happening, detail) = match event {
        Event::Started { .. } => (whole, Happening::Activated, none()),
        // not a path of an ad-hoc sub-process, which nobody has drawn
        Event::Activated { key, .. } if !elements.contains_key(key) => return None,
        Event::Activated { element, .. } => (Some(*element), Happening::Activated, none()),
        Event::Passed { element } => (Some(*element), Happening::Passed, none()),
        Event::JobCreated { job, element, kind, .. } => {
            let kind = kind.clone().or_else(|| instance.job_type(process, *job)).unwrap_or_default();
            (of(element), Happening::JobCreated, kind)
        }
        Event::TaskCreated { element, .. } => (of(element), Happening::TaskCreated, none()),
        Event::TimerSet { target, due, .. } => (Some(*target), Happening::TimerSet, Text::from(due.to_string())),
        Event::SubscriptionOpened { target, name, correlation, .. } => {
            (Some(*target), Happening::Subscribed, Text::from(format!("{name} {correlation}").trim_end()))
        }
        Event::MessageThrown { name, element, .. } | Event::SignalThrown { name, element, .. } => {
            (of(element), Happening::Thrown, name.clone())
        }
        Event::Escalated { code, .. } => (whole, Happening::Thrown, code.clone()),
        Event::JobFailed { job, retries, retry_at } => {
            let when = retry_at.map_or_else(|| "at once".to_owned(), |at| format!("at {at}"));
            (owner(job), Happening::JobFailed, Text::from(format!("{retries} retries left, the next one {when}")))
        }
        Event::JobRetried { job } => (owner(job), Happening::JobRetried, none()),
        Event::TaskAssigned { task, assignee } => {
            (owner(task), Happening::TaskAssigned, assignee.clone().unwrap_or(Text::const_new("nobody")))
        }
        Event::TaskUpdated { task, .. } => (owner(task), Happening::TaskUpdated, none()),
        Event::TaskKept { element, why } => (of(element), Happening::TaskKept, why.clone()),
        Event::IncidentRaised { element, message, .. } => (of(element), Happening::Incident, message.clone()),
        Event::Completed { key } => (of(key), Happening::Completed, none()),
        Event::Terminated { key } => (of(key), Happening::Terminated, none()),
        Event::Migrated { version, .. } => (whole, Happening::Migrated, Text::from(format!("version {version}"))),
        Event::InstanceFailed { code, .. } => (whole, Happening::Failed, code.clone()),
        _ => return None,
    };
    let element = Text::from(process.element(element?).id());
    Some(Line { at, instance: instance.id(), element, happening, detail })
}
