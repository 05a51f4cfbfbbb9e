//! What an instance waits for.

use bpmn::ElementIndex;
use units::{Text, Timestamp};

use crate::instance::{Instance, InstanceId, Key};

/// Something that an instance waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The job, task, timer, subscription, incident, or calling element.
    pub key: Key,
    /// The element that it holds up, or whose boundary it watches.
    pub element: ElementIndex,
    /// What it is.
    pub what: WaitsFor,
}

/// Kinds of waiting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WaitsFor {
    /// A worker.
    Job {
        /// How often it may still be tried.
        retries: u32,
        /// When it is tried again.
        retry_at: Option<Timestamp>,
    },
    /// A person.
    Task {
        /// Who is to do it.
        assignee: Option<Text>,
        /// Groups of which anybody may do it.
        candidate_groups: Vec<Text>,
        /// By when.
        due: Option<Timestamp>,
    },
    /// A time.
    Timer {
        /// When.
        due: Timestamp,
        /// The event that it sets off.
        target: ElementIndex,
    },
    /// A message.
    Message {
        /// Its name.
        name: Text,
        /// The key that finds the receiver.
        correlation: Text,
        /// The event that it sets off.
        target: ElementIndex,
    },
    /// A called process.
    Child(Option<InstanceId>),
    /// Somebody who mends what is wrong.
    Incident(Text),
    /// Other tokens, at a parallel gateway.
    Tokens,
}

impl Instance {
    /// Everything that it waits for.
    pub fn waiting(&self, process: &bpmn::Process) -> Vec<Waiting> {
        let mut waiting = Vec::new();
        let mut add = |key: Key, owner: Key, what: WaitsFor| {
            if let Some(live) = self.live(owner) {
                waiting.push(Waiting { key, element: live.element, what });
            }
        };
        for job in &self.jobs {
            add(job.key, job.element, WaitsFor::Job { retries: job.retries, retry_at: job.retry_at });
        }
        for task in &self.tasks {
            let (assignee, candidate_groups) = (task.assignee.clone(), task.candidate_groups.clone());
            add(task.key, task.element, WaitsFor::Task { assignee, candidate_groups, due: task.due });
        }
        for timer in &self.timers {
            add(timer.key, timer.element, WaitsFor::Timer { due: timer.due, target: timer.target });
        }
        for open in &self.subscriptions {
            let (name, correlation) = (open.name.clone(), open.correlation.clone());
            add(open.key, open.element, WaitsFor::Message { name, correlation, target: open.target });
        }
        for incident in &self.incidents {
            add(incident.key, incident.element, WaitsFor::Incident(incident.message.clone()));
        }
        for live in &self.elements {
            let calls = matches!(process.element(live.element).kind, bpmn::Kind::Call(_)) && live.multi.is_none();
            if calls && !self.incidents.iter().any(|incident| incident.element == live.key) {
                add(live.key, live.key, WaitsFor::Child(live.child));
            }
        }
        for arrival in &self.arrivals {
            waiting.push(Waiting { key: arrival.scope, element: arrival.gateway, what: WaitsFor::Tokens });
        }
        waiting
    }
}
