//! Errors and escalations: who catches them, from the inside out.

use bpmn::{ElementIndex, Kind, Process, Trigger};
use feel::{Context, Value};
use units::Text;

use super::Step;
use crate::event::{Event, Phase};
use crate::instance::{Instance, Key, Live, ROOT};
use crate::interruption::Then;

/// What is thrown.
#[derive(Debug, Clone, Copy)]
pub(super) enum Thrown<'a> {
    /// An error of this code.
    Error(&'a str),
    /// An escalation of this code.
    Escalation(&'a str),
}

/// Who catches what a live element throws: the live element that is interrupted, and the event that goes off.
pub(super) fn handler(
    process: &Process,
    instance: &Instance,
    thrower: Key,
    code: Thrown<'_>,
) -> Option<(Key, ElementIndex)> {
    let mut key = thrower;
    loop {
        let live = instance.live(key)?;
        // a path inside of an ad-hoc sub-process catches nothing itself
        if instance.is_inner(key) {
            key = live.scope;
            continue;
        }
        let element = process.element(live.element);
        // first what is inside of a scope: an event sub-process, unless the error comes out of it
        if element.kind.is_scope() && key != thrower && live.multi.is_none() {
            let starts = element.event_sub_processes.iter().map(|(_, start)| *start);
            if let Some(start) = best(process, starts, code) {
                return Some((key, start));
            }
        }
        if let Some(boundary) = best(process, element.boundaries.iter().copied(), code) {
            return Some((watcher(live), boundary));
        }
        if key == ROOT {
            return None;
        }
        // an event sub-process does not catch what it throws itself: go on around its scope
        let out_of_event_sub_process = matches!(element.kind, Kind::EventSubProcess { .. });
        key = live.scope;
        if out_of_event_sub_process {
            let around = instance.live(key)?;
            let element = process.element(around.element);
            if let Some(boundary) = best(process, element.boundaries.iter().copied(), code) {
                return Some((watcher(around), boundary));
            }
            if key == ROOT {
                return None;
            }
            key = around.scope;
        }
    }
}

/// The live element that has the boundary of another: the items of an element done once per item have none of their own.
fn watcher(live: &Live) -> Key {
    if live.item > 0 { live.scope } else { live.key }
}

/// The event that catches a code: one for this code before one for any.
fn best(process: &Process, events: impl Iterator<Item = ElementIndex> + Clone, thrown: Thrown<'_>) -> Option<ElementIndex> {
    let catches = |index: &ElementIndex, exact: bool| {
        let trigger = match &process.element(*index).kind {
            Kind::Boundary { trigger, .. } | Kind::Start(trigger) => trigger,
            _ => return false,
        };
        match (trigger, thrown) {
            (Trigger::Error(Some(wanted)), Thrown::Error(code)) => exact && wanted == code,
            (Trigger::Escalation(Some(wanted)), Thrown::Escalation(code)) => exact && wanted == code,
            (Trigger::Error(None), Thrown::Error(_)) | (Trigger::Escalation(None), Thrown::Escalation(_)) => !exact,
            _ => false,
        }
    };
    events.clone().find(|index| catches(index, true)).or_else(|| events.clone().find(|index| catches(index, false)))
}

impl Step<'_, '_> {
    /// An element throws an error. Uncaught, it ends a called instance and is thrown where that was called, if it may leave it;
    /// otherwise it is an incident.
    pub(super) fn throw(&mut self, thrower: Key, code: &Text, message: &Text, variables: Context) {
        if let Some((key, event)) = handler(self.process, self.instance, thrower, Thrown::Error(code)) {
            let variables = self.with_told(event, variables, &[("errorCode", code), ("errorMessage", message)]);
            self.trigger(key, event, variables);
        } else if self.instance.parent.is_some() && self.cx.errors_leave {
            self.fail(code.clone(), message.clone());
        } else {
            let jobs: Vec<Key> =
                self.instance.jobs.iter().filter(|open| open.element == thrower).map(|open| open.key).collect();
            let phase = jobs.first().map_or(Phase::Working, |job| self.phase_of(*job));
            for job in jobs {
                self.emit(Event::JobCancelled { job });
            }
            let message = Text::from(format!("nobody catches the error {code}: {message}"));
            self.incident(thrower, phase, message);
        }
    }

    /// The instance ends with an error that nobody in it catches.
    pub(super) fn fail(&mut self, code: Text, message: Text) {
        if self.asks_before(ROOT, true, || Then::Fail { code: code.clone(), message: message.clone() }) {
            return;
        }
        self.terminate_inside(ROOT);
        self.close_all_doomed();
        self.close(ROOT);
        self.queue.clear();
        self.emptied.clear();
        self.emit(Event::Terminated { key: ROOT });
        self.emit(Event::InstanceFailed { code, message });
    }

    /// What a caught event carries, and for its output mappings what was thrown; without mappings nothing of that is a variable.
    fn with_told(&self, event: ElementIndex, mut variables: Context, told: &[(&str, &Text)]) -> Context {
        if !self.process.element(event).outputs.is_empty() {
            for (name, text) in told {
                if variables.get(name).is_none() {
                    variables.insert(Text::from(*name), Value::String((*text).clone()));
                }
            }
        }
        variables
    }

    /// An element throws an escalation. Uncaught, it leaves a called instance, and otherwise nothing happens.
    pub(super) fn escalate(&mut self, thrower: Key, code: &Text, variables: Context) {
        if let Some((key, event)) = handler(self.process, self.instance, thrower, Thrown::Escalation(code)) {
            let variables = self.with_told(event, variables, &[("escalationCode", code)]);
            self.trigger(key, event, variables);
        } else if self.instance.parent.is_some() {
            self.emit(Event::Escalated { code: code.clone(), variables });
        }
    }
}
