//! What a script can do.

use feel::Context;
use serde::Deserialize;
use units::{Text, Timestamp};

use super::{PlayError, World};
use crate::input::{AdHocLead, Input};
use crate::task::TaskAnswer;
use crate::waiting::WaitsFor;

/// A step of a script. Elements are named by id; of several that wait, the oldest is meant.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// A job, a user task, or a call of a process that is not at play is done.
    Complete {
        /// The element.
        element: Text,
        /// The results.
        #[serde(default)]
        variables: Context,
    },
    /// A job fails.
    Fail {
        /// The element.
        element: Text,
        /// Why.
        message: Text,
        /// How often it may still be tried.
        #[serde(default)]
        retries: u32,
    },
    /// A job, or a call of a process that is not at play, throws an error.
    Throw {
        /// The element.
        element: Text,
        /// The error's code.
        code: Text,
        /// What went wrong.
        #[serde(default)]
        message: Text,
        /// What the error's handler gets to know.
        #[serde(default)]
        variables: Context,
    },
    /// A message comes in.
    Publish {
        /// Its name.
        message: Text,
        /// Its correlation key.
        #[serde(default)]
        key: Text,
        /// What it carries.
        #[serde(default)]
        variables: Context,
    },
    /// A signal goes out.
    Signal {
        /// Its name.
        name: Text,
        /// What it carries.
        #[serde(default)]
        variables: Context,
    },
    /// Time passes, and timers go off as they come due.
    Wait(Text),
    /// Somebody has mended what stopped an element.
    Resolve {
        /// The element.
        element: Text,
        /// Variables to set in the outermost scope before.
        #[serde(default)]
        variables: Context,
    },
    /// A user task is given to somebody, or back to all.
    Assign {
        /// The user task.
        element: Text,
        /// Who is to do it.
        #[serde(default)]
        to: Option<Text>,
    },
    /// The listener of a user task denies a change.
    Deny {
        /// The user task.
        element: Text,
        /// Why.
        #[serde(default)]
        reason: Text,
    },
    /// The worker that leads an ad-hoc sub-process decides.
    Lead {
        /// The ad-hoc sub-process.
        element: Text,
        /// What is to begin.
        #[serde(default)]
        activate: Vec<Text>,
        /// Whether it is enough, and what is still active ends.
        #[serde(default)]
        fulfilled: bool,
    },
    /// Elements inside of an ad-hoc sub-process are to begin.
    Activate {
        /// The ad-hoc sub-process.
        element: Text,
        /// What is to begin.
        inside: Vec<Text>,
    },
    /// The first instance is cancelled.
    Cancel,
}

impl World<'_> {
    /// Does a step of a script, and all that follows from it.
    pub fn act(&mut self, action: &Action) -> Result<(), PlayError> {
        match action {
            Action::Complete { element, variables } => self.answer(element, |key, what| match what {
                WaitsFor::Job { .. } => Some(Input::CompleteJob { job: key, variables: variables.clone() }),
                WaitsFor::Task { .. } => Some(Input::CompleteTask { task: key, variables: variables.clone() }),
                WaitsFor::Child(None) => Some(Input::CompleteChild { element: key, variables: variables.clone() }),
                _ => None,
            }),
            Action::Fail { element, message, retries } => self.answer(element, |key, what| match what {
                WaitsFor::Job { .. } => {
                    Some(Input::FailJob { job: key, retries: *retries, message: message.clone(), retry_at: None })
                }
                _ => None,
            }),
            Action::Throw { element, code, message, variables } => self.answer(element, |key, what| {
                let (code, message, variables) = (code.clone(), message.clone(), variables.clone());
                match what {
                    WaitsFor::Job { .. } => Some(Input::ThrowError { job: key, code, message, variables }),
                    WaitsFor::Child(None) => Some(Input::FailChild { element: key, code, message }),
                    _ => None,
                }
            }),
            Action::Publish { message, key, variables } => {
                if self.deliver(message, key, variables) {
                    return self.settle();
                }
                let (name, key, waiting) = (message.clone(), key.clone(), self.names());
                Err(PlayError::NotAwaited { name, key, waiting })
            }
            Action::Signal { name, variables } => {
                self.broadcast(name, variables);
                self.settle()
            }
            Action::Wait(duration) => self.wait(duration),
            Action::Resolve { element, variables } => {
                let place = self.find(element, |_, what| matches!(what, WaitsFor::Incident(_)).then_some(()));
                let (place, ()) = place.ok_or_else(|| self.not_waiting(element))?;
                if !variables.is_empty() {
                    self.inputs.push_back((place, Input::SetVariables { scope: 1, variables: variables.clone() }));
                    self.settle()?;
                }
                self.answer(element, |key, what| match what {
                    WaitsFor::Incident(_) => Some(Input::ResolveIncident { incident: key }),
                    _ => None,
                })
            }
            Action::Activate { element, inside } => self.answer(element, |key, what| match what {
                WaitsFor::AdHoc => Some(Input::Activate { scope: key, elements: inside.clone() }),
                _ => None,
            }),
            Action::Assign { element, to } => self.answer(element, |key, what| match what {
                WaitsFor::Task { .. } => Some(Input::AssignTask { task: key, assignee: to.clone() }),
                _ => None,
            }),
            Action::Deny { element, reason } => self.answer(element, |key, what| match what {
                WaitsFor::Job { .. } => {
                    Some(Input::AnswerTaskListener { job: key, answer: TaskAnswer::Deny(reason.clone()) })
                }
                _ => None,
            }),
            Action::Lead { element, activate, fulfilled } => self.answer(element, |key, what| match what {
                WaitsFor::Job { .. } => {
                    let activate = activate.iter().map(|id| (id.clone(), Context::default())).collect();
                    let lead = AdHocLead { activate, fulfilled: *fulfilled, cancel_remaining: *fulfilled };
                    Some(Input::LeadAdHoc { job: key, variables: Context::default(), lead })
                }
                _ => None,
            }),
            Action::Cancel => {
                self.inputs.push_back((0, Input::Cancel));
                self.settle()
            }
        }
    }

    fn answer(&mut self, element: &Text, input: impl Fn(u32, &WaitsFor) -> Option<Input>) -> Result<(), PlayError> {
        let (place, input) = self.find(element, input).ok_or_else(|| self.not_waiting(element))?;
        self.inputs.push_back((place, input));
        self.settle()
    }

    fn find<T>(&self, element: &str, wanted: impl Fn(u32, &WaitsFor) -> Option<T>) -> Option<(usize, T)> {
        for (place, played) in self.instances.iter().enumerate().filter(|(_, played)| !played.instance.is_ended()) {
            for waiting in played.instance.waiting(played.process) {
                if played.element_of(&waiting).id() == element
                    && let Some(found) = wanted(waiting.key, &waiting.what)
                {
                    return Some((place, found));
                }
            }
        }
        None
    }

    fn not_waiting(&self, element: &Text) -> PlayError {
        PlayError::NotWaiting { element: element.clone(), waiting: self.names() }
    }

    fn names(&self) -> Text {
        let names: Vec<&str> = self.waiting().into_iter().map(|(element, _)| element.id()).collect();
        if names.is_empty() { Text::const_new("nothing") } else { names.join(", ").into() }
    }

    /// Lets time pass: timers go off in the order in which they come due.
    fn wait(&mut self, duration: &Text) -> Result<(), PlayError> {
        let end = crate::time::later(self.now, &feel::Value::String(duration.clone()));
        let end = end.filter(|end| *end >= self.now).ok_or_else(|| PlayError::NoDuration(duration.clone()))?;
        for _ in 0..super::MAX_STEPS {
            let running = self.instances.iter().enumerate().filter(|(_, played)| !played.instance.is_ended());
            let timers =
                running.flat_map(|(place, played)| played.instance.timers().map(move |(timer, due)| (due, place, timer)));
            let next: Option<(Timestamp, usize, u32)> = timers.min().filter(|(due, _, _)| *due <= end);
            let begins = self.next_scheduled().filter(|at| *at <= end);
            if begins.is_some_and(|at| next.is_none_or(|(due, _, _)| at <= due)) {
                self.begin_scheduled()?;
                continue;
            }
            let Some((due, place, timer)) = next else {
                self.now = end;
                return Ok(());
            };
            self.now = self.now.max(due);
            self.inputs.push_back((place, Input::FireTimer { timer }));
            self.settle()?;
        }
        Err(PlayError::Endless)
    }
}
