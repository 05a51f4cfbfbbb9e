//! The state of an instance: what is alive in it, and nothing else.

use bpmn::{ElementIndex, FlowIndex, Kind, Process};
use feel::{Context, Value};
use serde::{Deserialize, Serialize};
use units::{Text, Timestamp, number_id};

use crate::decision::DecisionMade;
use crate::doomed::Doomed;
use crate::event::{Event, Phase, Warning, Work};
use crate::interruption::Interruption;
use crate::task::{PendingChange, TaskDetails};

number_id!(
    /// A process instance.
    InstanceId,
    "PI"
);

/// An element, job, task, timer, subscription or incident: unique within its instance, never used again.
pub type Key = u32;

/// The key of the outermost scope.
pub(crate) const ROOT: Key = 1;

/// The timer that stands for tokens that are held: they go on as soon as others had their turn.
pub(crate) const CONTINUE: Key = 0;

/// Who called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parent {
    /// The calling instance.
    pub instance: InstanceId,
    /// The element that waits in it.
    pub element: Key,
}

/// A running process. Compact: what has ended is gone from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Instance {
    pub(crate) id: InstanceId,
    pub(crate) process: Text,
    pub(crate) version: u32,
    pub(crate) parent: Option<Parent>,
    pub(crate) last_key: Key,
    pub(crate) stage: Stage,
    /// Elements that have begun and not ended, by key.
    pub(crate) elements: Vec<Live>,
    pub(crate) jobs: Vec<OpenJob>,
    pub(crate) tasks: Vec<OpenTask>,
    pub(crate) timers: Vec<OpenTimer>,
    pub(crate) subscriptions: Vec<Subscription>,
    pub(crate) incidents: Vec<Incident>,
    /// Tokens at joining gateways.
    pub(crate) arrivals: Vec<Arrival>,
    /// The start event at which it began.
    pub(crate) began_at: ElementIndex,
    /// Completed activities that can be undone, the oldest first.
    pub(crate) compensables: Vec<Compensable>,
    /// Tokens that are held.
    pub(crate) held: Vec<Work>,
    /// How many elements began since something came from outside, while tokens are held.
    pub(crate) activations: u32,
    /// Since when tokens are held.
    pub(crate) held_since: Timestamp,
    pub(crate) suspended: bool,
    /// Name and correlation key of the message that began it.
    pub(crate) begun_by: Option<(Text, Text)>,
    /// Changes of tasks that listeners have not let through yet.
    pub(crate) pending_changes: Vec<PendingChange>,
    /// Since when it is suspended.
    pub(crate) suspended_since: Timestamp,
    /// Why something is null that it computed, the oldest first.
    #[serde(default)]
    pub(crate) warnings: Vec<Warning>,
    /// The decisions that were made last, the oldest first.
    #[serde(default)]
    pub(crate) decisions: Vec<DecisionMade>,
    /// What is still to be closed of elements that have ended.
    #[serde(default)]
    pub(crate) doomed: Doomed,
    /// What is to end as soon as listeners of tasks have answered.
    #[serde(default)]
    pub(crate) interruptions: Vec<Interruption>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Stage {
    #[serde(rename = "n")]
    New,
    #[serde(rename = "r")]
    Running,
    #[serde(rename = "c")]
    Completed,
    #[serde(rename = "t")]
    Terminated,
    #[serde(rename = "f")]
    Failed,
}

/// An element that has begun and not ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Live {
    pub(crate) key: Key,
    pub(crate) element: ElementIndex,
    pub(crate) scope: Key,
    /// How many live elements have this one as their scope.
    pub(crate) children: u32,
    pub(crate) variables: Context,
    pub(crate) multi: Option<Box<Multi>>,
    pub(crate) child: Option<InstanceId>,
    pub(crate) since: Timestamp,
    /// The compensation event that waits for it.
    pub(crate) compensates: Option<Key>,
    /// For an ad-hoc sub-process that a worker leads: it was said to be enough.
    pub(crate) fulfilled: bool,
    /// For one item of an element that is done once per item its number, from 1; 0 for everything else.
    #[serde(default)]
    pub(crate) item: u32,
    /// How many jobs, tasks, timers, subscriptions and incidents belong to it. Of ten thousand items one can end without a look at
    /// what the others have open.
    #[serde(default)]
    pub(crate) open: u32,
}

/// A completed activity that can be undone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Compensable {
    pub(crate) key: Key,
    pub(crate) element: ElementIndex,
    pub(crate) scope: Key,
    pub(crate) variables: Context,
}

/// The state of an element that is done once per item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Multi {
    pub(crate) total: u32,
    pub(crate) begun: u32,
    pub(crate) done: u32,
    /// The items that are still to begin, and those that have.
    pub(crate) items: Value,
    /// The results so far, by place.
    pub(crate) results: Option<Vec<Value>>,
    /// How many elements had begun when it did, since something came from outside.
    pub(crate) activations: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct OpenJob {
    pub(crate) key: Key,
    pub(crate) element: Key,
    pub(crate) kind: Option<Text>,
    pub(crate) retries: u32,
    pub(crate) retry_at: Option<Timestamp>,
    pub(crate) priority: i32,
    pub(crate) listener: Option<u16>,
    /// If it is later than the beginning of its element.
    #[serde(default)]
    pub(crate) since: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct OpenTask {
    pub(crate) key: Key,
    pub(crate) element: Key,
    pub(crate) details: TaskDetails,
    /// If it is later than the beginning of its element.
    #[serde(default)]
    pub(crate) since: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct OpenTimer {
    pub(crate) key: Key,
    pub(crate) element: Key,
    pub(crate) target: ElementIndex,
    pub(crate) due: Timestamp,
    pub(crate) repeats: Option<u32>,
    /// If it is later than the beginning of its element.
    #[serde(default)]
    pub(crate) since: Option<Timestamp>,
    /// For a cycle without a start: from when its intervals count.
    #[serde(default)]
    pub(crate) counts_from: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Subscription {
    pub(crate) key: Key,
    pub(crate) element: Key,
    pub(crate) target: ElementIndex,
    pub(crate) name: Text,
    pub(crate) correlation: Text,
    pub(crate) signal: bool,
    /// If it is later than the beginning of its element.
    #[serde(default)]
    pub(crate) since: Option<Timestamp>,
}

/// Something open that has a key. Keys only grow, so lists of them stay sorted.
pub(crate) trait Keyed {
    /// Its key.
    fn key(&self) -> Key;
    /// The live element that it belongs to.
    fn element(&self) -> Key;
}

macro_rules! keyed {
    ($($open:ty),*) => {$(
        impl Keyed for $open {
            fn key(&self) -> Key {
                self.key
            }

            fn element(&self) -> Key {
                self.element
            }
        }
    )*};
}

keyed!(OpenJob, OpenTask, OpenTimer, Subscription, Incident);

/// The place of a key in a sorted list.
pub(crate) fn place_of<T: Keyed>(list: &[T], key: Key) -> Option<usize> {
    list.binary_search_by_key(&key, Keyed::key).ok()
}

/// Takes what has a key out of a sorted list: at its end, where what ends last began, that is no work. The element that it
/// belonged to.
pub(crate) fn take_out<T: Keyed>(list: &mut Vec<T>, key: Key) -> Option<Key> {
    let place = place_of(list, key)?;
    Some(list.remove(place).element())
}

impl Subscription {
    /// That it waits no more.
    pub(crate) fn closed(&self) -> Event {
        let (name, correlation) = (self.name.clone(), self.correlation.clone());
        Event::SubscriptionClosed { subscription: self.key, name, correlation, signal: self.signal }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Incident {
    pub(crate) key: Key,
    pub(crate) element: Key,
    pub(crate) phase: Phase,
    pub(crate) message: Text,
    pub(crate) since: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Arrival {
    pub(crate) scope: Key,
    pub(crate) gateway: ElementIndex,
    pub(crate) flow: FlowIndex,
    pub(crate) tokens: u32,
    pub(crate) since: Timestamp,
}

impl Instance {
    /// Whether a live element stands for one activation inside of an ad-hoc sub-process: the scope of one path, with variables and
    /// a result of its own. It is the element of its scope once more, as an item of a multi-instance is.
    pub(crate) fn is_inner(&self, key: Key) -> bool {
        let of_its_scope = |live: &Live| {
            let around = self.live(live.scope)?;
            Some(live.key != live.scope && live.element == around.element && around.multi.is_none())
        };
        self.live(key).and_then(of_its_scope).unwrap_or(false)
    }

    /// An instance that has not begun.
    pub fn new(id: InstanceId, process: Text, version: u32, parent: Option<Parent>) -> Self {
        Self {
            id,
            process,
            version,
            parent,
            last_key: 0,
            stage: Stage::New,
            elements: Vec::new(),
            jobs: Vec::new(),
            tasks: Vec::new(),
            timers: Vec::new(),
            subscriptions: Vec::new(),
            incidents: Vec::new(),
            arrivals: Vec::new(),
            began_at: ElementIndex(0),
            compensables: Vec::new(),
            held: Vec::new(),
            activations: 0,
            held_since: Timestamp(0),
            suspended: false,
            begun_by: None,
            pending_changes: Vec::new(),
            suspended_since: Timestamp(0),
            warnings: Vec::new(),
            decisions: Vec::new(),
            doomed: Doomed::default(),
            interruptions: Vec::new(),
        }
    }

    /// Its id.
    pub fn id(&self) -> InstanceId {
        self.id
    }

    /// The id of its process.
    pub fn process_id(&self) -> &Text {
        &self.process
    }

    /// The version of its process.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// Who called it, if somebody did.
    pub fn parent(&self) -> Option<Parent> {
        self.parent
    }

    /// Notes the name and the correlation key of the message that began it.
    pub fn set_begun_by(&mut self, message: Option<(Text, Text)>) {
        self.begun_by = message;
    }

    /// Name and correlation key of the message that began it, if one with a key did.
    pub fn begun_by(&self) -> Option<&(Text, Text)> {
        self.begun_by.as_ref()
    }

    /// Whether nothing happens in it any more.
    pub fn is_ended(&self) -> bool {
        matches!(self.stage, Stage::Completed | Stage::Terminated | Stage::Failed)
    }

    /// Whether it ended as it should.
    pub fn is_completed(&self) -> bool {
        self.stage == Stage::Completed
    }

    /// Whether no token moves until it is resumed.
    pub fn is_suspended(&self) -> bool {
        self.suspended
    }

    /// Whether tokens wait for [`crate::Input::Continue`], since a step used up its budget.
    pub fn wants_to_go_on(&self) -> bool {
        !self.held.is_empty() && !self.suspended && !self.is_ended()
    }

    /// How urgent a job is: higher numbers first.
    pub fn job_priority(&self, job: Key) -> Option<i32> {
        self.job(job).map(|open| open.priority)
    }

    /// Notes which instance a call activity has started.
    pub fn child_started(&mut self, element: Key, child: InstanceId) {
        if let Some(live) = self.live_mut(element) {
            live.child = Some(child);
        }
    }

    /// The instance that a call activity has started.
    pub fn child(&self, element: Key) -> Option<InstanceId> {
        self.live(element)?.child
    }

    /// Elements that have begun and not ended, each with its key, the outermost scope first.
    pub fn live_elements(&self) -> impl Iterator<Item = (Key, ElementIndex)> + '_ {
        // paths inside of ad-hoc sub-processes are nothing that anybody has drawn
        self.elements.iter().filter(|live| !self.is_inner(live.key)).map(|live| (live.key, live.element))
    }

    /// Whether a job waits for a worker.
    pub fn has_job(&self, job: Key) -> bool {
        self.job(job).is_some()
    }

    /// Whether a task waits for a person.
    pub fn has_task(&self, task: Key) -> bool {
        place_of(&self.tasks, task).is_some()
    }

    /// Whether a task is for somebody: its assignee or, while it has none, one of its candidates. `None` if it names nobody.
    pub fn is_task_for(&self, task: Key, user: &str, groups: &[Text]) -> Option<bool> {
        let open = self.tasks.iter().find(|open| open.key == task)?;
        if let Some(assignee) = &open.details.assignee {
            return Some(assignee == user);
        }
        let users = &open.details.candidate_users;
        let named = users.iter().any(|name| name == user)
            || open.details.candidate_groups.iter().any(|group| groups.contains(group));
        (!users.is_empty() || !open.details.candidate_groups.is_empty()).then_some(named)
    }

    /// Whether a message or signal is waited for under this key.
    pub fn has_subscription(&self, subscription: Key) -> bool {
        place_of(&self.subscriptions, subscription).is_some()
    }

    /// Whether an incident is open.
    pub fn has_incident(&self, incident: Key) -> bool {
        place_of(&self.incidents, incident).is_some()
    }

    /// The type of a job.
    pub fn job_type(&self, process: &Process, job: Key) -> Option<Text> {
        let open = self.job(job)?;
        open.kind.clone().or_else(|| self.job_model(process, job)?.kind.plain().cloned())
    }

    /// What the model says of a job: of a task, of a listener, or of the worker that leads an ad-hoc sub-process.
    pub fn job_model<'p>(&self, process: &'p Process, job: Key) -> Option<&'p bpmn::Job> {
        let open = self.job(job)?;
        let element = process.element(self.live(open.element)?.element);
        if let Some(place) = open.listener {
            return element.listeners.get(usize::from(place)).map(|listener| &listener.job);
        }
        match &element.kind {
            Kind::Job(job) => Some(job),
            Kind::AdHoc(ad_hoc) => ad_hoc.job.as_ref(),
            _ => None,
        }
    }

    /// What the job of a listener listens for; `None` for all other jobs.
    pub fn listens_for(&self, process: &Process, job: Key) -> Option<bpmn::ListensFor> {
        let open = self.job(job)?;
        let element = process.element(self.live(open.element)?.element);
        element.listeners.get(usize::from(open.listener?)).map(|listener| listener.on)
    }

    /// Since when a job waits.
    pub fn job_since(&self, job: Key) -> Option<Timestamp> {
        let open = self.job(job)?;
        open.since.or_else(|| self.live(open.element).map(|live| live.since))
    }

    /// Which one of several items a key belongs to, from 1: the innermost one.
    pub(crate) fn item_of(&self, key: Key) -> Option<u32> {
        let owner = self.owner(key)?;
        let mut around = std::iter::once(owner).chain(self.scopes_around(owner));
        around.find_map(|key| self.live(key).map(|live| live.item).filter(|item| *item > 0))
    }

    /// The scopes around a live element, innermost first.
    pub(crate) fn scopes_around(&self, key: Key) -> impl Iterator<Item = Key> {
        let outer = |key: &Key| self.live(*key).map(|live| live.scope).filter(|scope| scope != key);
        std::iter::successors(outer(&key), outer)
    }

    /// The element that an element, job, task, timer, subscription or incident belongs to.
    pub fn element_of(&self, key: Key) -> Option<ElementIndex> {
        self.live(self.owner(key)?).map(|live| live.element)
    }

    /// The live element that a key belongs to.
    pub(crate) fn owner(&self, key: Key) -> Option<Key> {
        if self.live(key).is_some() {
            return Some(key);
        }
        fn owner_in<T: Keyed>(list: &[T], key: Key) -> Option<Key> {
            list.get(place_of(list, key)?).map(Keyed::element)
        }
        owner_in(&self.jobs, key)
            .or_else(|| owner_in(&self.tasks, key))
            .or_else(|| owner_in(&self.timers, key))
            .or_else(|| owner_in(&self.subscriptions, key))
            .or_else(|| owner_in(&self.incidents, key))
    }

    /// What has to be woken, and when: timers, jobs that wait for their next try, and, as timer 0, tokens that are held.
    pub fn timers(&self) -> impl Iterator<Item = (Key, Timestamp)> + '_ {
        let retries = self.jobs.iter().filter_map(|job| Some((job.key, job.retry_at?)));
        let held = self.wants_to_go_on().then_some((CONTINUE, self.held_since));
        self.timers.iter().map(|timer| (timer.key, timer.due)).chain(retries).chain(held)
    }

    /// When a timer is due.
    pub fn timer_due(&self, timer: Key) -> Option<Timestamp> {
        self.timers().find(|(key, _)| *key == timer).map(|(_, due)| due)
    }

    /// What the task of a listener's job is to carry, as far as its listeners have let it through.
    pub fn changing_task(&self, job: Key) -> Option<&TaskDetails> {
        let open = self.job(job).filter(|open| open.listener.is_some())?;
        self.pending_change(open.element).map(|pending| &pending.details)
    }

    /// What a person's task carries.
    pub fn task(&self, task: Key) -> Option<&TaskDetails> {
        self.tasks.iter().find(|open| open.key == task).map(|open| &open.details)
    }

    pub(crate) fn pending_change(&self, element: Key) -> Option<&PendingChange> {
        self.pending_changes.iter().find(|pending| pending.element == element)
    }

    /// The task of a live element.
    pub(crate) fn task_of(&self, element: Key) -> Option<&OpenTask> {
        self.tasks.iter().find(|open| open.element == element)
    }

    pub(crate) fn job(&self, key: Key) -> Option<&OpenJob> {
        self.jobs.get(place_of(&self.jobs, key)?)
    }

    pub(crate) fn live(&self, key: Key) -> Option<&Live> {
        self.elements.binary_search_by_key(&key, |live| live.key).ok().and_then(|place| self.elements.get(place))
    }

    pub(crate) fn live_mut(&mut self, key: Key) -> Option<&mut Live> {
        let place = self.elements.binary_search_by_key(&key, |live| live.key).ok()?;
        self.elements.get_mut(place)
    }
}
