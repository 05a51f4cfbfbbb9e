//! What a script can do.

use std::collections::BTreeMap;

use bpmn::{ElementIndex, Process};
use feel::Context;
use serde::Deserialize;
use units::{Text, Timestamp};

use super::{PlayError, Played, World};
use crate::input::{AdHocLead, Cx, Input, Modification, Refusal};
use crate::migrate::{Migration, migrate};
use crate::task::{TaskAnswer, TaskChanges};
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
        /// Which one of several items, from 1.
        #[serde(default)]
        item: Option<u32>,
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
        /// Which one of several items, from 1.
        #[serde(default)]
        item: Option<u32>,
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
        /// Which one of several items, from 1.
        #[serde(default)]
        item: Option<u32>,
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
    /// What is stuck is taken as done, with these results.
    Skip {
        /// The element.
        element: Text,
        /// The results.
        #[serde(default)]
        variables: Context,
    },
    /// The first instance goes on with another version of its process, which is at play too.
    Migrate {
        /// The id of the process to go on with; without it the other one of the same id.
        #[serde(default)]
        to: Option<Text>,
        /// Ids of elements in the old version, each with its id in the new one, where they differ.
        #[serde(default)]
        elements: BTreeMap<Text, Text>,
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
        /// Its results.
        #[serde(default)]
        variables: Context,
        /// Whether it is enough.
        #[serde(default)]
        fulfilled: bool,
        /// Whether what is still active ends then; it does if nothing is said.
        #[serde(default)]
        cancel_remaining: Option<bool>,
    },
    /// Elements inside of an ad-hoc sub-process are to begin.
    Activate {
        /// The ad-hoc sub-process.
        element: Text,
        /// What is to begin.
        inside: Vec<Text>,
    },
    /// The listener of a user task corrects the change that it is asked for.
    Correct {
        /// The user task.
        element: Text,
        /// What is to be different.
        changes: Changes,
    },
    /// Somebody changes what a user task carries.
    Update {
        /// The user task.
        element: Text,
        /// What is to be different.
        changes: Changes,
    },
    /// A called process that is not at play throws an escalation, and goes on.
    Escalate {
        /// The call activity.
        element: Text,
        /// The escalation's code.
        code: Text,
        /// What it carries.
        #[serde(default)]
        variables: Context,
    },
    /// Somebody moves tokens: elements begin, and others end, with the tokens that wait at them.
    Modify {
        /// What begins.
        #[serde(default)]
        start: Vec<Text>,
        /// What ends.
        #[serde(default)]
        end: Vec<Text>,
        /// Variables to set in the outermost scope before.
        #[serde(default)]
        variables: Context,
    },
    /// No token of the first instance moves until it is resumed.
    Suspend,
    /// The tokens of the first instance move again.
    Resume,
    /// The first instance is cancelled.
    Cancel,
}

/// What is to be different in a user task. What is not named stays.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Changes {
    /// Who is to do it; nobody if it is empty.
    #[serde(default)]
    pub assignee: Option<Text>,
    /// Groups of which anybody may do it.
    #[serde(default)]
    pub candidate_groups: Option<Vec<Text>>,
    /// People of whom anybody may do it.
    #[serde(default)]
    pub candidate_users: Option<Vec<Text>>,
    /// By when it is to be done.
    #[serde(default)]
    pub due: Option<Timestamp>,
    /// When it is to be looked at.
    #[serde(default)]
    pub follow_up: Option<Timestamp>,
    /// 0 to 100.
    #[serde(default)]
    pub priority: Option<u8>,
}

impl From<Changes> for TaskChanges {
    fn from(changes: Changes) -> Self {
        let Changes { assignee, candidate_groups, candidate_users, due, follow_up, priority } = changes;
        let assignee = assignee.map(|assignee| Some(assignee).filter(|assignee| !assignee.is_empty()));
        Self { assignee, candidate_groups, candidate_users, due: due.map(Some), follow_up: follow_up.map(Some), priority }
    }
}

impl World<'_> {
    /// Does a step of a script, and all that follows from it, timers that are due at once included.
    pub fn act(&mut self, action: &Action) -> Result<(), PlayError> {
        self.take(action)?;
        self.pass_to(self.now)
    }

    fn take(&mut self, action: &Action) -> Result<(), PlayError> {
        match action {
            Action::Complete { element, variables, item } => self.answer_item(element, *item, |key, what| match what {
                WaitsFor::Job { .. } => Some(Input::CompleteJob { job: key, variables: variables.clone() }),
                WaitsFor::Task { .. } => Some(Input::CompleteTask { task: key, variables: variables.clone() }),
                WaitsFor::Child(None) => Some(Input::CompleteChild { element: key, variables: variables.clone() }),
                _ => None,
            }),
            Action::Fail { element, message, retries, item } => self.answer_item(element, *item, |key, what| match what {
                WaitsFor::Job { .. } => {
                    Some(Input::FailJob { job: key, retries: *retries, message: message.clone(), retry_at: None })
                }
                _ => None,
            }),
            Action::Throw { element, code, message, variables, item } => self.answer_item(element, *item, |key, what| {
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
            Action::Skip { element, variables } => self.answer(element, |key, what| match what {
                WaitsFor::Incident(_) => Some(Input::SkipIncident { incident: key, variables: variables.clone() }),
                _ => None,
            }),
            Action::Migrate { to, elements } => self.migrate(to.as_ref(), elements),
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
            Action::Correct { element, changes } => self.answer(element, |key, what| match what {
                WaitsFor::Job { .. } => {
                    Some(Input::AnswerTaskListener { job: key, answer: TaskAnswer::Correct(changes.clone().into()) })
                }
                _ => None,
            }),
            Action::Update { element, changes } => self.answer(element, |key, what| match what {
                WaitsFor::Task { .. } => Some(Input::UpdateTask { task: key, changes: changes.clone().into() }),
                _ => None,
            }),
            Action::Lead { element, activate, variables, fulfilled, cancel_remaining } => {
                self.answer(element, |key, what| match what {
                    WaitsFor::Job { .. } => {
                        let activate = activate.iter().map(|id| (id.clone(), Context::default())).collect();
                        let cancel_remaining = cancel_remaining.unwrap_or(*fulfilled);
                        let lead = AdHocLead { activate, fulfilled: *fulfilled, cancel_remaining };
                        Some(Input::LeadAdHoc { job: key, variables: variables.clone(), lead })
                    }
                    _ => None,
                })
            }
            Action::Escalate { element, code, variables } => self.answer(element, |key, what| match what {
                WaitsFor::Child(None) => {
                    Some(Input::Escalate { element: key, code: code.clone(), variables: variables.clone() })
                }
                _ => None,
            }),
            Action::Modify { start, end, variables } => self.modify(start, end, variables),
            Action::Suspend => self.first_takes(Input::Suspend),
            Action::Resume => self.first_takes(Input::Resume),
            Action::Cancel => self.first_takes(Input::Cancel),
        }
    }

    fn first_takes(&mut self, input: Input) -> Result<(), PlayError> {
        self.inputs.push_back((0, input));
        self.settle()
    }

    /// Takes the first instance to another version of its process.
    fn migrate(&mut self, to: Option<&Text>, elements: &BTreeMap<Text, Text>) -> Result<(), PlayError> {
        let Some(first) = self.instances.first() else { return Err(PlayError::Refused(Refusal::Ended)) };
        let id = to.map_or_else(|| first.process.id(), Text::as_str);
        let is_meant = |process: &&&Process| process.id() == id && !std::ptr::eq(**process, first.process);
        let Some(target) = self.processes.iter().find(is_meant).copied() else {
            return Err(PlayError::NoOther(Text::from(id)));
        };
        let migration = Migration {
            version: first.instance.version().saturating_add(1),
            elements: elements.iter().map(|(from, to)| (from.clone(), to.clone())).collect(),
        };
        let (mut moved, mut events) = (first.instance.clone(), Vec::new());
        let cx = Cx::new(self.now, self.decisions);
        migrate(first.process, target, &mut moved, &migration, &cx, &mut events).map_err(PlayError::InTheWay)?;
        self.take_over(target, moved, events);
        self.settle()
    }

    /// Moves tokens of the first live instance whose process has all of the elements.
    fn modify(&mut self, start: &[Text], end: &[Text], variables: &Context) -> Result<(), PlayError> {
        let has = |played: &Played<'_>| start.iter().chain(end).all(|id| played.process.find(id).is_some());
        let found = self.instances.iter().position(|played| !played.instance.is_ended() && has(played));
        let Some((place, played)) = found.and_then(|place| Some((place, self.instances.get(place)?))) else {
            let known = |id: &&Text| self.processes.iter().any(|process| process.find(id).is_some());
            return match start.iter().chain(end).find(|id| !known(id)) {
                Some(id) => Err(PlayError::NoElement(id.clone())),
                None => Err(PlayError::Refused(Refusal::Ended)),
            };
        };
        let ended = |index: ElementIndex| end.iter().any(|id| played.process.element(index).id() == id);
        let tokens = played.instance.waiting(played.process).into_iter();
        let tokens = tokens.filter(|waiting| matches!(waiting.what, WaitsFor::Tokens(_)) && ended(waiting.element));
        let mut modification = Modification {
            variables: Vec::new(),
            start: start.iter().filter_map(|id| played.process.find(id)).collect(),
            end: played.instance.live_elements().filter(|(_, index)| ended(*index)).map(|(key, _)| key).collect(),
            end_waiting: tokens.map(|waiting| (waiting.key, waiting.element)).collect(),
        };
        // what lies inside of an element that ends, ends with it
        let all = modification.end.clone();
        modification.end.retain(|key| !played.instance.scopes_around(*key).any(|around| all.contains(&around)));
        modification.end_waiting.dedup();
        if !variables.is_empty() {
            modification.variables.push((crate::instance::ROOT, variables.clone()));
        }
        self.inputs.push_back((place, Input::Modify(modification)));
        self.settle()
    }

    /// Answers what waits at an element, at a certain one of several items.
    fn answer_item(
        &mut self,
        element: &Text,
        item: Option<u32>,
        input: impl Fn(u32, &WaitsFor) -> Option<Input>,
    ) -> Result<(), PlayError> {
        let (place, input) = self.find_item(element, item, input).ok_or_else(|| self.not_waiting(element))?;
        self.inputs.push_back((place, input));
        self.settle()
    }

    fn answer(&mut self, element: &Text, input: impl Fn(u32, &WaitsFor) -> Option<Input>) -> Result<(), PlayError> {
        self.answer_item(element, None, input)
    }

    fn find<T>(&self, element: &str, wanted: impl Fn(u32, &WaitsFor) -> Option<T>) -> Option<(usize, T)> {
        self.find_item(element, None, wanted)
    }

    fn find_item<T>(
        &self,
        element: &str,
        item: Option<u32>,
        wanted: impl Fn(u32, &WaitsFor) -> Option<T>,
    ) -> Option<(usize, T)> {
        for (place, played) in self.instances.iter().enumerate().filter(|(_, played)| !played.instance.is_ended()) {
            for waiting in played.instance.waiting(played.process) {
                if played.element_of(&waiting).id() == element
                    && item.is_none_or(|item| played.instance.item_of(waiting.key) == Some(item))
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
        let end = crate::time::later(self.now, &feel::Value::String(duration.clone()), 0);
        let end = end.filter(|end| *end >= self.now).ok_or_else(|| PlayError::NoDuration(duration.clone()))?;
        self.pass_to(end)
    }

    /// Time passes until a moment: what is due until then goes off.
    pub(super) fn pass_to(&mut self, end: Timestamp) -> Result<(), PlayError> {
        let (mut fired, mut at_once) = (0, 0);
        loop {
            let before = self.now;
            if !self.go_off_next(end)? {
                self.now = self.now.max(end);
                return Ok(());
            }
            at_once = if self.now == before { at_once + 1 } else { 1 };
            fired += 1;
            if at_once > super::MAX_STEPS {
                return Err(PlayError::Endless);
            }
            if fired > super::MAX_FIRED {
                return Err(PlayError::TooMuch);
            }
        }
    }

    /// The first timer that is due until a moment goes off. Whether there was one.
    fn go_off_next(&mut self, end: Timestamp) -> Result<bool, PlayError> {
        let running = self.instances.iter().enumerate().filter(|(_, played)| !played.instance.is_ended());
        let timers =
            running.flat_map(|(place, played)| played.instance.timers().map(move |(timer, due)| (due, place, timer)));
        let next: Option<(Timestamp, usize, u32)> = timers.min().filter(|(due, _, _)| *due <= end);
        let begins = self.next_scheduled().filter(|at| *at <= end);
        if begins.is_some_and(|at| next.is_none_or(|(due, _, _)| at <= due)) {
            self.begin_scheduled()?;
            return Ok(true);
        }
        let Some((due, place, timer)) = next else { return Ok(false) };
        self.now = self.now.max(due);
        self.inputs.push_back((place, Input::FireTimer { timer }));
        self.settle()?;
        Ok(true)
    }
}
