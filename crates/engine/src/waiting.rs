//! Why an instance waits: for what, since when, until when, what would release it, and who can.

use bpmn::{ElementIndex, FlowIndex, Kind, Process};
use units::{Text, Timestamp};

use crate::event::Work;
use crate::instance::{Arrival, Instance, InstanceId, Key, Live, ROOT};
use crate::reach::leads_to;

/// Something that an instance waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The job, task, timer, subscription, incident, or live element: the key under which it is answered.
    pub key: Key,
    /// The element that it holds up, or whose boundary it watches.
    pub element: ElementIndex,
    /// Since when.
    pub since: Timestamp,
    /// Until when at the latest, if there is an end to it: a due time, or the next try.
    pub until: Option<Timestamp>,
    /// What it is.
    pub what: WaitsFor,
    /// Who can release it.
    pub who: Text,
    /// What would release it.
    pub release: Text,
}

/// Kinds of waiting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WaitsFor {
    /// A worker.
    Job {
        /// Its type.
        kind: Text,
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
        /// People of whom anybody may do it.
        candidate_users: Vec<Text>,
        /// By when.
        due: Option<Timestamp>,
        /// When it is to be looked at.
        follow_up: Option<Timestamp>,
        /// 0 to 100.
        priority: u8,
        /// The form to fill in, and its version if it is not the latest.
        form: Option<(Text, Option<u32>)>,
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
    /// A signal.
    Signal {
        /// Its name.
        name: Text,
        /// The event that it sets off.
        target: ElementIndex,
    },
    /// A called process.
    Child(Option<InstanceId>),
    /// Somebody who mends what is wrong.
    Incident(Text),
    /// Other tokens, at a joining gateway: the elements from which one still has to come.
    Tokens(Vec<ElementIndex>),
    /// Somebody who says what begins inside of an ad-hoc sub-process, or what is active in it.
    AdHoc,
    /// Items of an activity that is done once per item.
    Items {
        /// How many are done.
        done: u32,
        /// How many there are.
        total: u32,
    },
    /// The activities that undo others.
    Compensation,
    /// Its next turn, or to be resumed.
    Turn,
}

impl Instance {
    /// Everything that it waits for, the oldest first.
    pub fn waiting(&self, process: &Process) -> Vec<Waiting> {
        let mut waiting = Vec::new();
        self.answers(process, &mut waiting);
        self.watches(process, &mut waiting);
        for live in &self.elements {
            waiting.extend(self.of_element(process, live));
        }
        waiting.extend(self.arrivals.iter().map(|arrival| self.of_arrival(process, arrival)));
        waiting.extend(self.turn());
        waiting.sort_by_key(|waiting| waiting.since);
        waiting
    }

    /// What tokens at a joining gateway wait for: others, which may not be able to come any more.
    fn of_arrival(&self, process: &Process, arrival: &Arrival) -> Waiting {
        let (scope, gateway) = (arrival.scope, arrival.gateway);
        let (_, empty) = self.full_and_empty(process, scope, gateway);
        let from: Vec<ElementIndex> = empty.iter().filter_map(|flow| Some(process.flow(*flow)?.source)).collect();
        let names: Vec<&str> = from.iter().map(|index| process.element(*index).name()).collect();
        let names = names.join(", ");
        let (release, who) = if self.may_come(process, arrival, &empty) {
            (format!("a token that comes from {names}"), "the process itself")
        } else {
            let release = format!("no token can come from {names} any more: what is missing begins, or the wait is ended");
            (release, "whoever may operate the process")
        };
        Waiting {
            key: scope,
            element: gateway,
            since: arrival.since,
            until: None,
            release: Text::from(release),
            who: Text::const_new(who),
            what: WaitsFor::Tokens(from),
        }
    }

    /// Whether what is alive can bring a token to a joining gateway by one of these flows.
    fn may_come(&self, process: &Process, arrival: &Arrival, flows: &[FlowIndex]) -> bool {
        let Arrival { scope, gateway, .. } = *arrival;
        let Some(live) = self.live(scope) else { return false };
        // what moves may go anywhere, and in an ad-hoc sub-process anything may begin
        let is_open = matches!(process.element(live.element).kind, Kind::AdHoc(_)) && !self.is_inner(scope);
        if !self.held.is_empty() || is_open {
            return true;
        }
        let comes = leads_to(process, gateway, flows);
        let waits = |other: &Arrival| other.scope == scope && comes.contains(&other.gateway);
        live.children > 0 && (self.lives_among(scope, &comes) || self.arrivals.iter().any(waits))
    }

    /// That tokens are held, or none may move.
    fn turn(&self) -> Option<Waiting> {
        let of = |work: &Work| match work {
            Work::Enter { element, .. } | Work::Leave { element, .. } => Some(*element),
            Work::Begin(key) | Work::Item(key) | Work::Complete(key) | Work::Emptied(key) => {
                self.live(*key).map(|live| live.element)
            }
            Work::Close | Work::Cancel | Work::Interrupt => None,
        };
        let (since, release, who) = if self.suspended {
            (self.suspended_since, "the instance is resumed", "whoever may operate the process")
        } else {
            self.held.first()?;
            (self.held_since, "its next turn comes", "the process itself")
        };
        Some(Waiting {
            key: ROOT,
            element: self.held.first().and_then(of).unwrap_or(ElementIndex(0)),
            since,
            until: None,
            what: WaitsFor::Turn,
            who: Text::const_new(who),
            release: Text::const_new(release),
        })
    }

    /// Jobs, tasks and incidents: somebody has to answer.
    fn answers(&self, process: &Process, waiting: &mut Vec<Waiting>) {
        for job in &self.jobs {
            let Some(live) = self.live(job.element) else { continue };
            let kind = self.job_type(process, job.key).unwrap_or_default();
            let (retries, retry_at) = (job.retries, job.retry_at);
            waiting.push(Waiting {
                key: job.key,
                element: live.element,
                since: job.since.unwrap_or(live.since),
                until: retry_at,
                who: Text::from(format!("a worker for jobs of type {kind}")),
                release: Text::from(match retry_at {
                    Some(at) => format!("the next try at {at} succeeds"),
                    None if self.is_interrupted(job.element) => format!("the job {kind} is completed"),
                    None => format!("the job {kind} is completed, or throws an error"),
                }),
                what: WaitsFor::Job { kind, retries, retry_at },
            });
        }
        // a task whose listeners are asked waits for them
        for task in self.tasks.iter().filter(|task| self.pending_change(task.element).is_none()) {
            let Some(live) = self.live(task.element) else { continue };
            let (task_key, since) = (task.key, task.since.unwrap_or(live.since));
            let task = &task.details;
            let (assignee, candidate_groups) = (task.assignee.clone(), task.candidate_groups.clone());
            let who = match &assignee {
                Some(assignee) => assignee.clone(),
                None if candidate_groups.is_empty() && task.candidate_users.is_empty() => Text::const_new("anybody"),
                None => {
                    let all: Vec<&str> =
                        candidate_groups.iter().chain(&task.candidate_users).map(|name| name.as_str()).collect();
                    Text::from(format!("anybody of {}", all.join(", ")))
                }
            };
            waiting.push(Waiting {
                key: task_key,
                element: live.element,
                since,
                until: task.due,
                who,
                release: Text::const_new("the task is completed"),
                what: WaitsFor::Task {
                    assignee,
                    candidate_groups,
                    candidate_users: task.candidate_users.clone(),
                    due: task.due,
                    follow_up: task.follow_up,
                    priority: task.priority,
                    form: task.form.clone().map(|form| (form, task.form_version)),
                },
            });
        }
        for incident in &self.incidents {
            let Some(live) = self.live(incident.element) else { continue };
            waiting.push(Waiting {
                key: incident.key,
                element: live.element,
                since: incident.since,
                until: None,
                who: Text::const_new("whoever may operate the process"),
                release: Text::const_new("the cause is mended and the incident resolved"),
                what: WaitsFor::Incident(incident.message.clone()),
            });
        }
    }

    /// Timers and subscriptions: something has to happen.
    fn watches(&self, process: &Process, waiting: &mut Vec<Waiting>) {
        for timer in &self.timers {
            let Some(live) = self.live(timer.element) else { continue };
            waiting.push(Waiting {
                key: timer.key,
                element: live.element,
                since: timer.since.unwrap_or(live.since),
                until: Some(timer.due),
                who: Text::const_new("the clock"),
                release: Text::from(format!("{} is due at {}", process.element(timer.target).name(), timer.due)),
                what: WaitsFor::Timer { due: timer.due, target: timer.target },
            });
        }
        for open in &self.subscriptions {
            let Some(live) = self.live(open.element) else { continue };
            let (name, correlation, target) = (open.name.clone(), open.correlation.clone(), open.target);
            let (release, who, what) = if open.signal {
                (format!("the signal {name}"), "whoever throws the signal", WaitsFor::Signal { name, target })
            } else {
                let release = format!("the message {name} with the key {correlation}");
                (release, "whoever sends the message", WaitsFor::Message { name, correlation, target })
            };
            waiting.push(Waiting {
                key: open.key,
                element: live.element,
                since: open.since.unwrap_or(live.since),
                until: None,
                who: Text::const_new(who),
                release: release.into(),
                what,
            });
        }
    }

    /// What a live element itself waits for, beside its jobs, tasks and events.
    fn of_element(&self, process: &Process, live: &Live) -> Option<Waiting> {
        let listened = || self.jobs.iter().any(|job| job.element == live.key);
        let stuck = || self.incidents.iter().any(|incident| incident.element == live.key);
        let (what, who, release) = match &process.element(live.element).kind {
            _ if listened() || stuck() || self.is_inner(live.key) || self.is_interrupted(live.key) => return None,
            kind if live.multi.is_some() || !matches!(kind, Kind::Call(_) | Kind::AdHoc(_) | Kind::CompensationThrow(_)) => {
                let multi = live.multi.as_deref()?;
                let (done, total) = (multi.done, multi.total);
                let release = Text::from(format!("all {total} items are done, or enough of them; {done} are"));
                (WaitsFor::Items { done, total }, "whoever works on the items", release)
            }
            Kind::Call(_) => {
                let release = match live.child {
                    Some(child) => Text::from(format!("the process instance {child} ends")),
                    None => Text::const_new("the called process begins"),
                };
                (WaitsFor::Child(live.child), "whoever works on the called process", release)
            }
            Kind::AdHoc(_) => {
                let release = Text::const_new("what is active in it is completed, or more is activated, until it is enough");
                (WaitsFor::AdHoc, "whoever may activate elements", release)
            }
            Kind::CompensationThrow(_) => {
                let release = Text::const_new("everything that is being undone is undone");
                (WaitsFor::Compensation, "the process itself", release)
            }
            _ => return None,
        };
        let (element, since, who) = (live.element, live.since, Text::const_new(who));
        Some(Waiting { key: live.key, element, since, until: None, what, who, release })
    }
}
