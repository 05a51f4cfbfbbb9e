//! Plays models without a server: a script answers what instances wait for, and the trace says what happened.
//!
//! A [`World`] holds processes, their instances and a clock that only the script moves. Calls between its processes,
//! messages and signals find each other inside of it; calls of processes that it does not hold are answered by the script.

mod case;
mod script;
mod trace;

use std::collections::{BTreeMap, VecDeque};

use bpmn::{Element, ElementIndex, Kind, Process, Repetition};
use feel::Context;
use units::{Text, Timestamp};

use crate::event::Event;
use crate::input::{Cx, Decisions, Input, Refusal};
use crate::instance::{Instance, InstanceId, Key, Parent};
use crate::schedule::{first_start, next_start};
use crate::step::{catches_error, step};
use crate::waiting::{Waiting, WaitsFor};

pub use case::{Case, Expected, ExpectedTask, Given};
pub use script::{Action, Changes};
pub use trace::{Happening, Line};

/// More steps than that in one go are a loop between instances.
const MAX_STEPS: usize = 100_000;

/// More instances than that begun in one go are one too.
const MAX_BEGUN: usize = 10_000;

/// More timers than that in one wait are a mistake.
const MAX_FIRED: usize = 500_000;

/// Why a script cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlayError {
    /// No such process.
    #[error("there is no process {0}")]
    NoProcess(Text),
    /// No other process of this id is at play.
    #[error("no other process {0} is at play: give its model with --with")]
    NoOther(Text),
    /// An instance cannot go on with another version.
    #[error("the instance cannot go on with that version: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    InTheWay(Vec<crate::migrate::Obstacle>),
    /// The element does not wait for this.
    #[error("{element} does not wait for that; what waits: {waiting}")]
    NotWaiting {
        /// The id in the script.
        element: Text,
        /// The ids of what waits.
        waiting: Text,
    },
    /// Nobody waits for the message.
    #[error("nobody waits for the message {name} with the key {key}; what waits: {waiting}")]
    NotAwaited {
        /// Its name.
        name: Text,
        /// Its key.
        key: Text,
        /// The ids of what waits.
        waiting: Text,
    },
    /// The duration cannot be read.
    #[error("`{0}` is not a duration such as PT15M or P1D")]
    NoDuration(Text),
    /// The instance refuses.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// No process at play has the element.
    #[error("there is no element {0}")]
    NoElement(Text),
    /// Too much happens in a time.
    #[error("more than {MAX_FIRED} timers go off in that time: let less of it pass at once")]
    TooMuch,
    /// Instances keep one another going without a wait.
    #[error("the instances keep one another going without a wait")]
    Endless,
}

/// Processes at play.
pub struct World<'a> {
    processes: Vec<&'a Process>,
    decisions: &'a dyn Decisions,
    now: Timestamp,
    instances: Vec<Played<'a>>,
    trace: Vec<Line>,
    inputs: VecDeque<(usize, Input)>,
    /// When timer start events go off next.
    schedule: Vec<Scheduled<'a>>,
}

/// A timer start event that will go off.
struct Scheduled<'a> {
    process: &'a Process,
    start: ElementIndex,
    next: Repetition,
}

/// An instance at play, and the elements that its keys have stood for.
struct Played<'a> {
    process: &'a Process,
    instance: Instance,
    elements: BTreeMap<Key, ElementIndex>,
}

impl Played<'_> {
    /// Whether what began is a path inside of an ad-hoc sub-process, which nobody has drawn: the element of its scope once more.
    fn is_path(&self, element: ElementIndex, scope: Key) -> bool {
        let item = || self.instance.live(scope).is_none_or(|around| around.multi.is_some());
        let model = self.process.element(element);
        let again = self.elements.get(&scope) == Some(&element) && matches!(model.kind, Kind::AdHoc(_));
        again && (model.multi.is_none() || !item())
    }
}

impl<'a> World<'a> {
    /// A world of these processes, at this time.
    pub fn new(processes: Vec<&'a Process>, decisions: &'a dyn Decisions, now: Timestamp) -> Self {
        let starts = processes.iter().flat_map(|process| process.timer_starts().map(|start| (*process, start)));
        // what cannot be computed never goes off; a model is deployed for that to be told
        let scheduled = |(process, start)| {
            let next = first_start(process, start, now, 0).ok()?;
            Some(Scheduled { process, start, next })
        };
        let schedule = starts.filter_map(scheduled).collect();
        Self { processes, decisions, now, instances: Vec::new(), trace: Vec::new(), inputs: VecDeque::new(), schedule }
    }

    /// What happened so far.
    pub fn trace(&self) -> &[Line] {
        &self.trace
    }

    /// What time it is.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The first instance: the one that the others follow from.
    pub fn first(&self) -> Option<&Instance> {
        self.instances.first().map(|played| &played.instance)
    }

    /// Begins an instance of a process, the first one if none is named; one that a message, a signal or a time begins waits
    /// for that.
    pub fn start(&mut self, process: Option<&str>, variables: Context) -> Result<(), PlayError> {
        let found = match process {
            Some(id) => self.processes.iter().find(|process| process.id() == id),
            None => self.processes.first(),
        };
        let process = *found.ok_or_else(|| PlayError::NoProcess(process.unwrap_or("at all").into()))?;
        if process.has_plain_start() {
            self.begin(process, None, Input::Start { variables });
        }
        self.settle()?;
        self.pass_to(self.now)
    }

    /// Everything that is waited for: each with the element that it concerns.
    pub fn waiting(&self) -> Vec<(&'a Element, Waiting)> {
        let mut all = Vec::new();
        for played in self.instances.iter().filter(|played| !played.instance.is_ended()) {
            let waiting = played.instance.waiting(played.process);
            all.extend(waiting.into_iter().map(|waiting| (played.element_of(&waiting), waiting)));
        }
        all
    }

    fn begin(&mut self, process: &'a Process, parent: Option<Parent>, input: Input) {
        let id = InstanceId(self.instances.len() as u64 + 1);
        let instance = Instance::new(id, process.id().into(), 1, parent);
        self.instances.push(Played { process, instance, elements: BTreeMap::new() });
        self.inputs.push_back((self.instances.len() - 1, input));
    }

    /// Works off what follows, until everything waits.
    fn settle(&mut self) -> Result<(), PlayError> {
        let before = self.instances.len();
        for _ in 0..MAX_STEPS {
            let Some((place, input)) = self.inputs.pop_front() else { return Ok(()) };
            self.step(place, input)?;
            if self.instances.len() - before > MAX_BEGUN {
                break;
            }
        }
        self.inputs.clear();
        Err(PlayError::Endless)
    }

    fn step(&mut self, place: usize, input: Input) -> Result<(), PlayError> {
        let Some(played) = self.instances.get(place) else { return Ok(()) };
        let (process, before) = (played.process, &played.instance);
        let mut cx = Cx::new(self.now, self.decisions);
        let (mut stepped, mut events) = (before.clone(), Vec::new());
        let outcome = step(process, &mut stepped, input.clone(), &cx, &mut events);
        if events.iter().filter_map(Event::uncaught).any(|code| !self.callers_catch(before, code)) {
            cx.errors_leave = false;
            stepped = before.clone();
            events.clear();
            step(process, &mut stepped, input, &cx, &mut events)?;
        }
        outcome?;
        let Some(played) = self.instances.get_mut(place) else { return Ok(()) };
        played.instance = stepped;
        if played.instance.wants_to_go_on() {
            self.inputs.push_back((place, Input::Continue));
        }
        for event in events {
            let Some(played) = self.instances.get_mut(place) else { break };
            if let Event::Activated { key, element, scope, .. } = &event
                && !played.is_path(*element, *scope)
            {
                played.elements.insert(*key, *element);
            }
            self.trace.extend(trace::line(played.process, &played.instance, &played.elements, self.now, &event));
            self.follow(place, event);
        }
        Ok(())
    }

    /// Whether an error that leaves an instance is caught where it was called, or further out. Callers that the script plays may
    /// catch anything.
    fn callers_catch(&self, instance: &Instance, code: &str) -> bool {
        let mut parent = instance.parent();
        while let Some(called) = parent {
            let caller = self.place_of(called.instance).and_then(|place| self.instances.get(place));
            let Some(caller) = caller.filter(|caller| !caller.instance.is_ended()) else { return true };
            if catches_error(caller.process, &caller.instance, called.element, code) {
                return true;
            }
            parent = caller.instance.parent();
        }
        false
    }

    /// The first instance goes on with another version of its process, in which its elements have other places.
    fn take_over(&mut self, process: &'a Process, moved: Instance, events: Vec<Event>) {
        let Some(first) = self.instances.first_mut() else { return };
        (first.process, first.instance) = (process, moved);
        first.elements = first.instance.live_elements().collect();
        if first.instance.wants_to_go_on() {
            self.inputs.push_back((0, Input::Continue));
        }
        for event in events {
            let Some(first) = self.instances.first() else { return };
            self.trace.extend(trace::line(first.process, &first.instance, &first.elements, self.now, &event));
            self.follow(0, event);
        }
    }

    /// What an event of one instance means for the others.
    fn follow(&mut self, place: usize, event: Event) {
        let Some(played) = self.instances.get(place) else { return };
        let (id, parent) = (played.instance.id(), played.instance.parent());
        match event {
            Event::ChildRequested { element, process } => {
                let Some(process) = self.processes.iter().copied().find(|other| other.id() == process) else { return };
                if !process.has_plain_start() {
                    let message = Text::from(format!("the process {} has no plain start event", process.id()));
                    return self.inputs.push_back((place, Input::FailCall { element, message }));
                }
                let variables = played.instance.child_variables(played.process, element);
                let child = InstanceId(self.instances.len() as u64 + 1);
                self.begin(process, Some(Parent { instance: id, element }), Input::Start { variables });
                if let Some(played) = self.instances.get_mut(place) {
                    played.instance.child_started(element, child);
                }
            }
            Event::ChildCancelled { child, .. } => {
                if let Some(child) = self.place_of(child) {
                    self.inputs.push_back((child, Input::Cancel));
                }
            }
            Event::InstanceCompleted => {
                let variables = played.instance.root_variables();
                self.tell(parent, |element| Input::CompleteChild { element, variables });
            }
            Event::InstanceFailed { code, message } => {
                self.tell(parent, |element| Input::FailChild { element, code, message });
            }
            Event::Escalated { code, variables } => {
                self.tell(parent, |element| Input::Escalate { element, code, variables });
            }
            Event::MessageThrown { name, correlation, variables, .. } => {
                self.deliver(&name, &correlation, &variables);
            }
            Event::SignalThrown { name, variables, .. } => self.broadcast(&name, &variables),
            _ => {}
        }
    }

    /// When the next timer start event goes off.
    fn next_scheduled(&self) -> Option<Timestamp> {
        self.schedule.iter().map(|scheduled| scheduled.next.at).min()
    }

    /// Begins what the timer start event begins that is due first.
    fn begin_scheduled(&mut self) -> Result<(), PlayError> {
        let first = self.schedule.iter().enumerate().min_by_key(|(_, scheduled)| scheduled.next.at);
        let Some((place, Scheduled { process, start, next })) = first else { return Ok(()) };
        let (process, start, last) = (*process, *start, *next);
        self.now = self.now.max(last.at);
        match next_start(process, start, last, self.now, 0) {
            Some(next) => self.schedule[place].next = next,
            None => drop(self.schedule.remove(place)),
        }
        self.begin(process, None, Input::StartAt { element: start, variables: Context::default() });
        self.settle()
    }

    fn tell(&mut self, parent: Option<Parent>, input: impl FnOnce(Key) -> Input) {
        let Some(parent) = parent else { return };
        let Some(place) = self.place_of(parent.instance) else { return };
        if !self.instances.get(place).is_some_and(|played| played.instance.is_ended()) {
            self.inputs.push_back((place, input(parent.element)));
        }
    }

    fn place_of(&self, id: InstanceId) -> Option<usize> {
        self.instances.iter().position(|played| played.instance.id() == id)
    }

    /// Gives a message to the first that waits for it, or begins the process that it begins. Whether anybody took it.
    fn deliver(&mut self, name: &str, key: &str, variables: &Context) -> bool {
        let awaits = |played: &Played<'_>| {
            if played.instance.is_ended() {
                return None;
            }
            let waiting = played.instance.waiting(played.process);
            let this =
                |what: &WaitsFor| matches!(what, WaitsFor::Message { name: n, correlation: c, .. } if n == name && c == key);
            waiting.into_iter().find(|waiting| this(&waiting.what)).map(|waiting| waiting.key)
        };
        let found = self.instances.iter().enumerate().find_map(|(place, played)| Some((place, awaits(played)?)));
        if let Some((place, subscription)) = found {
            let variables = variables.clone();
            self.inputs.push_back((place, Input::Correlate { subscription, variables }));
            return true;
        }
        let named = |trigger: &bpmn::Trigger| matches!(trigger, bpmn::Trigger::Message(message) if message.name.plain().is_some_and(|plain| plain == name));
        self.begin_by(named, variables)
    }

    fn broadcast(&mut self, name: &str, variables: &Context) {
        for place in 0..self.instances.len() {
            let Some(played) = self.instances.get(place).filter(|played| !played.instance.is_ended()) else { continue };
            for waiting in played.instance.waiting(played.process) {
                if matches!(&waiting.what, WaitsFor::Signal { name: awaited, .. } if awaited == name) {
                    let input = Input::Correlate { subscription: waiting.key, variables: variables.clone() };
                    self.inputs.push_back((place, input));
                }
            }
        }
        let named = |trigger: &bpmn::Trigger| matches!(trigger, bpmn::Trigger::Signal(signal) if signal.plain().is_some_and(|plain| plain == name));
        self.begin_by(named, variables);
    }

    fn begin_by(&mut self, named: impl Fn(&bpmn::Trigger) -> bool, variables: &Context) -> bool {
        let mut starts = self.processes.iter().copied().filter_map(|process| {
            let start = process.triggered_starts().find(|(_, trigger)| named(trigger))?.0;
            Some((process, start))
        });
        let Some((process, element)) = starts.next() else { return false };
        self.begin(process, None, Input::StartAt { element, variables: variables.clone() });
        true
    }
}

impl<'a> Played<'a> {
    /// The element that something waited for belongs to: for events on an edge the event, not the activity.
    fn element_of(&self, waiting: &Waiting) -> &'a Element {
        let index = match &waiting.what {
            WaitsFor::Timer { target, .. } | WaitsFor::Message { target, .. } | WaitsFor::Signal { target, .. } => *target,
            _ => waiting.element,
        };
        self.process.element(index)
    }
}
