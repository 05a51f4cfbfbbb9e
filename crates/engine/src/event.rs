//! What happens in an instance.

use bpmn::{ElementIndex, FlowIndex};
use feel::{Context, Value};
use serde::{Deserialize, Serialize};
use units::{Text, Timestamp};

use crate::decision::DecisionMade;
use crate::instance::{InstanceId, Key};
use crate::interruption::{Interruption, Then};
use crate::task::TaskDetails;

/// Something that happened. Journals keep these for ever: variants and fields may be appended, never renamed or reordered.
///
/// The names on the wire are short, since an order leaves hundreds of events behind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// The instance began; its outermost scope has key 1.
    #[serde(rename = "s")]
    Started {
        /// The start event at which it begins.
        at: ElementIndex,
        /// When.
        now: Timestamp,
    },
    /// A token passed an element that does not wait.
    #[serde(rename = "p")]
    Passed {
        /// The element.
        element: ElementIndex,
    },
    /// An element began.
    #[serde(rename = "a")]
    Activated {
        /// Its key in the instance.
        key: Key,
        /// The element.
        element: ElementIndex,
        /// The key of the scope around it.
        scope: Key,
        /// When.
        now: Timestamp,
    },
    /// An element that is done once per item knows its items.
    #[serde(rename = "m")]
    Multiplied {
        /// The element.
        key: Key,
        /// How many items there are.
        total: u32,
        /// The items.
        items: Value,
        /// Whether results are collected.
        collects: bool,
        /// How many elements began before since something came from outside.
        activations: u32,
    },
    /// One item of several has begun.
    #[serde(rename = "n")]
    ItemBegun {
        /// The element that is done once per item.
        key: Key,
    },
    /// One item of several is done.
    #[serde(rename = "i")]
    ItemDone {
        /// The element that is done once per item.
        key: Key,
        /// The place of the result, from 0.
        place: u32,
        /// The result; null if none is collected.
        result: Value,
    },
    /// Variables were set.
    #[serde(rename = "v")]
    Variables {
        /// The scope that holds them.
        scope: Key,
        /// Names and values.
        variables: Context,
    },
    /// Work for a worker: its type and headers are in the model, unless the type was computed.
    #[serde(rename = "j")]
    JobCreated {
        /// The job.
        job: Key,
        /// The element that waits for it.
        element: Key,
        /// The type, if it was computed.
        kind: Option<Text>,
        /// How often it may be tried.
        retries: u32,
        /// Jobs of a higher number are handed out first.
        priority: i32,
        /// For a listener its place among those of the element; else it is the element's own work.
        listener: Option<u16>,
        /// Since when, if that is later than the beginning of its element.
        #[serde(default)]
        since: Option<Timestamp>,
    },
    /// A worker did it.
    #[serde(rename = "jc")]
    JobCompleted {
        /// The job.
        job: Key,
    },
    /// A worker could not do it. Without retries it is gone and an incident follows.
    #[serde(rename = "jf")]
    JobFailed {
        /// The job.
        job: Key,
        /// How often it may still be tried.
        retries: u32,
        /// When it is tried again.
        retry_at: Option<Timestamp>,
    },
    /// It may be tried again now.
    #[serde(rename = "jr")]
    JobRetried {
        /// The job.
        job: Key,
    },
    /// Nobody needs it any more.
    #[serde(rename = "jx")]
    JobCancelled {
        /// The job.
        job: Key,
    },
    /// Work for a person.
    #[serde(rename = "t")]
    TaskCreated {
        /// The task.
        task: Key,
        /// The element that waits for it.
        element: Key,
        /// What it carries.
        details: Box<TaskDetails>,
        /// Since when, if that is later than the beginning of its element.
        #[serde(default)]
        since: Option<Timestamp>,
    },
    /// A task was given to somebody, or back to all.
    #[serde(rename = "ta")]
    TaskAssigned {
        /// The task.
        task: Key,
        /// Who is to do it now.
        assignee: Option<Text>,
    },
    /// What a task carries was changed.
    #[serde(rename = "tu")]
    TaskUpdated {
        /// The task.
        task: Key,
        /// What it carries now.
        details: Box<TaskDetails>,
    },
    /// A task is to be created or changed, and its listeners are asked; or one of them corrected the change.
    #[serde(rename = "th")]
    TaskChanging {
        /// The element of the task.
        element: Key,
        /// What it will carry.
        details: Box<TaskDetails>,
        /// Variables that come with the change.
        variables: Context,
    },
    /// A listener denied the change of a task: it stays as it was.
    #[serde(rename = "tk")]
    TaskKept {
        /// The element of the task.
        element: Key,
        /// Why.
        why: Text,
    },
    /// A person did it.
    #[serde(rename = "tc")]
    TaskCompleted {
        /// The task.
        task: Key,
    },
    /// Nobody needs it any more.
    #[serde(rename = "tx")]
    TaskCancelled {
        /// The task.
        task: Key,
    },
    /// Something waits for a time.
    #[serde(rename = "w")]
    TimerSet {
        /// The timer.
        timer: Key,
        /// The element that it belongs to.
        element: Key,
        /// The event that it sets off.
        target: ElementIndex,
        /// When.
        due: Timestamp,
        /// How often after that; `None` for ever.
        repeats: Option<u32>,
        /// Since when, if that is later than the beginning of its element.
        #[serde(default)]
        since: Option<Timestamp>,
        /// For a cycle without a start: from when its intervals count.
        #[serde(default)]
        counts_from: Option<Timestamp>,
    },
    /// The time has come, and the timer is gone.
    #[serde(rename = "wf")]
    TimerFired {
        /// The timer.
        timer: Key,
    },
    /// Something waits for a message or a signal.
    #[serde(rename = "o")]
    SubscriptionOpened {
        /// The subscription.
        subscription: Key,
        /// The element that it belongs to.
        element: Key,
        /// The event that it sets off.
        target: ElementIndex,
        /// The message's name.
        name: Text,
        /// The key that finds the receiver.
        correlation: Text,
        /// Whether it is a signal, which goes to all that wait for its name; it has no key.
        signal: bool,
        /// Since when, if that is later than the beginning of its element.
        #[serde(default)]
        since: Option<Timestamp>,
    },
    /// It does not wait any more: the message came, or something else did.
    #[serde(rename = "oc")]
    SubscriptionClosed {
        /// The subscription.
        subscription: Key,
        /// The message's name.
        name: Text,
        /// The key that finds the receiver.
        correlation: Text,
        /// Whether it was a signal.
        signal: bool,
    },
    /// Another process is called. The caller starts it and says so with [`crate::Instance::child_started`].
    #[serde(rename = "c")]
    ChildRequested {
        /// The element that waits for it.
        element: Key,
        /// Its id.
        process: Text,
    },
    /// The called process has ended.
    #[serde(rename = "ce")]
    ChildEnded {
        /// The element that waited for it.
        element: Key,
    },
    /// Nobody needs the called process any more.
    #[serde(rename = "cx")]
    ChildCancelled {
        /// The element that waited for it.
        element: Key,
        /// The called process.
        child: InstanceId,
    },
    /// A message goes out to whoever waits for it.
    #[serde(rename = "g")]
    MessageThrown {
        /// Its name.
        name: Text,
        /// The key that finds the receiver.
        correlation: Text,
        /// What it carries.
        variables: Context,
        /// The element that throws it.
        #[serde(default)]
        element: Key,
    },
    /// A signal goes out to all that wait for it.
    #[serde(rename = "gs")]
    SignalThrown {
        /// Its name.
        name: Text,
        /// What it carries.
        variables: Context,
        /// The element that throws it.
        #[serde(default)]
        element: Key,
    },
    /// An escalation that nobody caught leaves a called instance, which goes on; it is thrown again where it was called.
    #[serde(rename = "ge")]
    Escalated {
        /// The escalation's code.
        code: Text,
        /// What it carries.
        variables: Context,
    },
    /// The worker that leads an ad-hoc sub-process said that it is enough: it ends once nothing is active in it.
    #[serde(rename = "ah")]
    AdHocFulfilled {
        /// The ad-hoc sub-process.
        key: Key,
    },
    /// An activity that can be undone was completed.
    #[serde(rename = "u")]
    Compensable {
        /// The key that it had.
        key: Key,
        /// The activity.
        element: ElementIndex,
        /// The scope in which it can be undone.
        scope: Key,
        /// Its own variables, for whatever undoes it.
        variables: Context,
    },
    /// An activity is being undone.
    #[serde(rename = "uc")]
    Compensating {
        /// The live element that undoes it.
        key: Key,
        /// The live event that waits for that.
        thrower: Key,
        /// The key that the undone activity had.
        of: Key,
    },
    /// The step used up its budget, or the instance is suspended: these tokens go on later.
    #[serde(rename = "y")]
    Paused {
        /// The tokens on the move.
        work: Vec<Work>,
        /// How many elements began since something came from outside.
        activations: u32,
        /// When.
        now: Timestamp,
    },
    /// The tokens that were held go on.
    #[serde(rename = "yc")]
    Continued,
    /// No token moves until the instance is resumed.
    #[serde(rename = "ys")]
    Suspended {
        /// When.
        now: Timestamp,
    },
    /// Tokens may move again.
    #[serde(rename = "yr")]
    Resumed,
    /// The instance goes on with another version of its process.
    #[serde(rename = "yv")]
    Migrated {
        /// The version.
        version: u32,
        /// Old and new place of every element in use.
        elements: Vec<(ElementIndex, ElementIndex)>,
        /// Old and new place of every flow in use.
        flows: Vec<(FlowIndex, FlowIndex)>,
    },
    /// A token waits at a joining gateway for the others.
    #[serde(rename = "q")]
    Arrived {
        /// The scope.
        scope: Key,
        /// The gateway.
        gateway: ElementIndex,
        /// The flow on which it came.
        flow: FlowIndex,
        /// When.
        now: Timestamp,
    },
    /// One token of every flow is there that can still come: they become one.
    #[serde(rename = "qj")]
    Joined {
        /// The scope.
        scope: Key,
        /// The gateway.
        gateway: ElementIndex,
    },
    /// Something is wrong, and somebody has to mend it.
    #[serde(rename = "x")]
    IncidentRaised {
        /// The incident.
        incident: Key,
        /// The element that is stuck.
        element: Key,
        /// Where in its life it is stuck.
        phase: Phase,
        /// What is wrong.
        message: Text,
        /// When.
        now: Timestamp,
    },
    /// It is mended, or void.
    #[serde(rename = "xr")]
    IncidentResolved {
        /// The incident.
        incident: Key,
    },
    /// An element ended as it should.
    #[serde(rename = "e")]
    Completed {
        /// The element.
        key: Key,
    },
    /// An element was ended by something else.
    #[serde(rename = "k")]
    Terminated {
        /// The element.
        key: Key,
    },
    /// Everything inside of an element was ended by something else, all of it at once. What it had open is closed by and by.
    #[serde(rename = "ki")]
    InsideTerminated {
        /// The element.
        scope: Key,
    },
    /// The instance ended as it should.
    #[serde(rename = "z")]
    InstanceCompleted,
    /// The instance was ended.
    #[serde(rename = "zt")]
    InstanceTerminated,
    /// An error that nobody caught ended a called instance; it is thrown again where it was called.
    #[serde(rename = "zf")]
    InstanceFailed {
        /// The error's code.
        code: Text,
        /// What went wrong.
        message: Text,
    },
    /// An expression or a decision gave a null for a reason, and the instance went on with it.
    #[serde(rename = "!")]
    Warned(Box<Warning>),
    /// A decision was made for an element.
    #[serde(rename = "v?")]
    Decided(Box<DecisionMade>),
    /// Something is to end as soon as listeners of tasks in it have answered.
    #[serde(rename = "kw")]
    Interrupting(Box<Interruption>),
    /// They have answered: it goes on.
    #[serde(rename = "kd")]
    Interrupted {
        /// The element that was to end, or inside of which everything was.
        of: Key,
    },
}

impl Event {
    /// The code of an error for which the instance ends, at once or when listeners have answered, since nobody in it catches that.
    pub fn uncaught(&self) -> Option<&Text> {
        match self {
            Self::InstanceFailed { code, .. } => Some(code),
            Self::Interrupting(interruption) => match &interruption.then {
                Then::Fail { code, .. } => Some(code),
                _ => None,
            },
            _ => None,
        }
    }
}

/// Why something is null that an element computed. It is told once for each place and reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// The id of the element.
    pub element: Text,
    /// What was computed: the input mapping to `x`, the condition of the flow `f`.
    pub of: Text,
    /// The expression, the place in it, and the reason.
    pub why: Text,
    /// When that was found first.
    pub since: Timestamp,
}

impl std::fmt::Display for Warning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.of, self.why)
    }
}

/// Where in its life an element is stuck.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// It could not begin.
    #[serde(rename = "e")]
    Entering,
    /// Its work failed.
    #[serde(rename = "w")]
    Working,
    /// It could not end.
    #[serde(rename = "l")]
    Leaving,
    /// A listener failed: its place among those of the element.
    #[serde(rename = "h")]
    Listening(u16),
    /// It has begun, and what it watches could not be computed: elements inside go on meanwhile.
    #[serde(rename = "o")]
    Watching,
    /// Whether what was done inside is enough could not be computed: elements inside go on meanwhile.
    #[serde(rename = "d")]
    Deciding,
    /// One item of several is done with its outputs and listeners, and its result, or whether it is enough, could not be computed.
    #[serde(rename = "c")]
    Collecting,
    /// Nothing in the scope can bring the tokens for which its joining gateways wait.
    #[serde(rename = "j")]
    Joining,
}

/// A token on the move, or an element at a point of its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Work {
    /// A token comes to an element, on a flow or without one.
    #[serde(rename = "e")]
    Enter {
        /// The element.
        element: ElementIndex,
        /// The scope.
        scope: Key,
        /// The flow.
        flow: Option<FlowIndex>,
    },
    /// A token leaves an element by all its flows.
    #[serde(rename = "l")]
    Leave {
        /// The element.
        element: ElementIndex,
        /// The scope.
        scope: Key,
    },
    /// An element that was activated begins.
    #[serde(rename = "b")]
    Begin(Key),
    /// The next item of an element that is done once per item begins.
    #[serde(rename = "i")]
    Item(Key),
    /// An element that has begun is done.
    #[serde(rename = "c")]
    Complete(Key),
    /// A token has gone out of a scope: it may have to end.
    #[serde(rename = "z")]
    Emptied(Key),
    /// What was open in elements that have ended is closed.
    #[serde(rename = "x")]
    Close,
    /// The instance is ended.
    #[serde(rename = "xi")]
    Cancel,
    /// Listeners are asked before their tasks end, or what waited for them goes on.
    #[serde(rename = "xl")]
    Interrupt,
}
