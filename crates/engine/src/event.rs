//! What happens in an instance.

use bpmn::{ElementIndex, FlowIndex};
use feel::{Context, Value};
use serde::{Deserialize, Serialize};
use units::{Text, Timestamp};

use crate::instance::{InstanceId, Key};

/// Something that happened. Journals keep these for ever: variants and fields may be appended, never renamed or reordered.
///
/// The names on the wire are short, since an order leaves hundreds of events behind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// The instance began; its outermost scope has key 1.
    #[serde(rename = "s")]
    Started,
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
    },
    /// An element that is done once per item knows its items.
    #[serde(rename = "m")]
    Multiplied {
        /// The element.
        key: Key,
        /// How many items there are.
        total: u32,
        /// The items, kept if they are done one after the other.
        items: Value,
        /// Whether results are collected.
        collects: bool,
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
        /// Who is to do it.
        assignee: Option<Text>,
        /// Groups of which anybody may do it.
        candidate_groups: Vec<Text>,
        /// By when it is to be done.
        due: Option<Timestamp>,
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
    },
    /// The time has come, and the timer is gone.
    #[serde(rename = "wf")]
    TimerFired {
        /// The timer.
        timer: Key,
    },
    /// Something waits for a message.
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
    },
    /// A token waits at a parallel gateway for the others.
    #[serde(rename = "q")]
    Arrived {
        /// The scope.
        scope: Key,
        /// The gateway.
        gateway: ElementIndex,
        /// The flow on which it came.
        flow: FlowIndex,
    },
    /// One token of every flow is there: they become one.
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
}
