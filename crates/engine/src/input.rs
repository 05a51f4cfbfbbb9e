//! What can happen to an instance from outside, and what it needs from there.

use bpmn::{Binding, ElementIndex};
use feel::{Context, Environment, Value};
use units::{Text, Timestamp};

use crate::decision::Explained;
use crate::instance::Key;
use crate::task::{TaskAnswer, TaskChanges};

/// Something that happens to an instance.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// It begins at its plain start event.
    Start {
        /// Its first variables.
        variables: Context,
    },
    /// It begins at a start event of its own choice: one with a message or a timer.
    StartAt {
        /// The start event.
        element: ElementIndex,
        /// Its first variables.
        variables: Context,
    },
    /// A worker has done its job.
    CompleteJob {
        /// The job.
        job: Key,
        /// The results.
        variables: Context,
    },
    /// A worker could not do its job.
    FailJob {
        /// The job.
        job: Key,
        /// How often it may still be tried; with none left an incident is raised.
        retries: u32,
        /// Why.
        message: Text,
        /// When it is tried again.
        retry_at: Option<Timestamp>,
    },
    /// A worker found what the model calls an error.
    ThrowError {
        /// The job.
        job: Key,
        /// The error's code.
        code: Text,
        /// What went wrong.
        message: Text,
        /// What the error's handler gets to know.
        variables: Context,
    },
    /// A called process threw an escalation that it did not catch; it goes on.
    Escalate {
        /// The element that called it.
        element: Key,
        /// The escalation's code.
        code: Text,
        /// What it carries.
        variables: Context,
    },
    /// Elements inside of an ad-hoc sub-process are to begin.
    Activate {
        /// The live ad-hoc sub-process.
        scope: Key,
        /// Ids of elements inside of it.
        elements: Vec<Text>,
    },
    /// The worker that leads an ad-hoc sub-process has decided what comes next.
    LeadAdHoc {
        /// The job of the ad-hoc sub-process.
        job: Key,
        /// Its results.
        variables: Context,
        /// What is to happen.
        lead: AdHocLead,
    },
    /// A worker answers for a listener of a user task. [`Input::CompleteJob`] lets the change through as it is.
    AnswerTaskListener {
        /// The listener's job.
        job: Key,
        /// The answer.
        answer: TaskAnswer,
    },
    /// Somebody changes what a task carries.
    UpdateTask {
        /// The task.
        task: Key,
        /// What is to be different.
        changes: TaskChanges,
    },
    /// A task is given to somebody, or back to all.
    AssignTask {
        /// The task.
        task: Key,
        /// Who is to do it.
        assignee: Option<Text>,
    },
    /// A person has done a task.
    CompleteTask {
        /// The task.
        task: Key,
        /// The results.
        variables: Context,
    },
    /// A timer is due.
    FireTimer {
        /// The timer, or a job that waits for its next try.
        timer: Key,
    },
    /// A message is there.
    Correlate {
        /// The subscription.
        subscription: Key,
        /// What the message carries.
        variables: Context,
    },
    /// A called process has ended.
    CompleteChild {
        /// The element that called it.
        element: Key,
        /// The variables of its outermost scope.
        variables: Context,
    },
    /// A called process ended with an error that it did not catch.
    FailChild {
        /// The element that called it.
        element: Key,
        /// The error's code.
        code: Text,
        /// What went wrong.
        message: Text,
    },
    /// A called process cannot begin: an incident.
    FailCall {
        /// The element that calls it.
        element: Key,
        /// Why.
        message: Text,
    },
    /// Somebody mended what was wrong: try again.
    ResolveIncident {
        /// The incident.
        incident: Key,
    },
    /// Somebody lets an element go on behind what is stuck, as if that were done, and does not try it again.
    SkipIncident {
        /// The incident.
        incident: Key,
        /// The results that it is taken to have.
        variables: Context,
    },
    /// Somebody sets variables.
    SetVariables {
        /// The scope, or 1 for the outermost.
        scope: Key,
        /// Names and values.
        variables: Context,
    },
    /// The instance is to end now.
    Cancel,
    /// Somebody moves tokens and changes variables.
    Modify(Modification),
    /// No token is to move until the instance is resumed. What comes in is taken and kept.
    Suspend,
    /// Tokens may move again.
    Resume,
    /// Tokens that were held since a step used up its budget go on.
    Continue,
}

/// What comes next in an ad-hoc sub-process, in the view of the worker that leads it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AdHocLead {
    /// Ids of elements inside of it that begin, each with variables of its own.
    pub activate: Vec<(Text, Context)>,
    /// Whether it is enough. Then nothing more may begin.
    pub fulfilled: bool,
    /// Whether what is still active is ended when it is enough.
    pub cancel_remaining: bool,
}

/// How somebody moves tokens: elements begin, then others are ended.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Modification {
    /// Variables to set, by scope, before anything else.
    pub variables: Vec<(Key, Context)>,
    /// Elements to begin: each where its scope is live, in a new scope if none is.
    pub start: Vec<ElementIndex>,
    /// Live elements to end, with everything inside of them.
    pub end: Vec<Key>,
    /// Joining gateways at which the tokens that wait are ended, each with its scope.
    pub end_waiting: Vec<(Key, ElementIndex)>,
}

/// What a step needs from outside.
#[derive(Clone, Copy)]
pub struct Cx<'a> {
    /// When it happens.
    pub now: Timestamp,
    /// Who makes decisions.
    pub decisions: &'a dyn Decisions,
    /// The offset from UTC, in seconds, in which `now()` and `today()` are told.
    pub utc_offset: i32,
    /// How much one step may do.
    pub limits: Limits,
    /// Whether an error that nobody in a called instance catches ends it and is thrown where it was called. If nobody catches it
    /// there either, say no: then it is an incident where it was thrown, and what was done stays done.
    pub errors_leave: bool,
}

impl<'a> Cx<'a> {
    /// A step at `now`, with the default limits.
    pub fn new(now: Timestamp, decisions: &'a dyn Decisions) -> Self {
        Self { now, decisions, utc_offset: 0, limits: Limits::default(), errors_leave: true }
    }

    pub(crate) fn environment(&self) -> Environment {
        Environment { utc_offset: self.utc_offset, ..Environment::at(self.now) }
    }
}

/// How much one step may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Elements that begin or are passed without anything from outside. After that the token stops with an incident.
    pub activations: u32,
    /// Elements that begin or are passed in one step. After that the others wait for [`Input::Continue`].
    pub slice: u32,
    /// Nodes of expressions that are evaluated in one step, before the others wait as well: some tens of milliseconds. What is begun is
    /// brought to its end, which the budget of a single evaluation bounds.
    pub work: u32,
    /// Items of one activity that is done once per item. With more of them it does not begin, and is an incident.
    pub items: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { activations: 100_000, slice: 1_000, work: 200_000, items: 100_000 }
    }
}

/// Makes decisions for business rule tasks, and knows the forms of user tasks.
pub trait Decisions {
    /// What a decision gives, or why there is no result. The environment has the time, and random numbers of its own.
    fn evaluate(
        &self,
        decision: &str,
        binding: &Binding,
        variables: &Context,
        environment: &Environment,
    ) -> Result<Decided, String>;

    /// Which version of a form is meant, or why there is none; `None` for the latest whenever it is shown.
    fn form_version(&self, form: &str, binding: &Binding) -> Result<Option<u32>, String>;
}

/// What a decision gives.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Decided {
    /// The result.
    pub value: Value,
    /// The first reason why a part of it, or of what it was made from, is null.
    pub why: Option<Text>,
    /// Nodes of expressions that were evaluated for it: they count towards the turn.
    pub work: u32,
    /// How it came to that.
    pub explained: Explained,
}

/// No decision is known.
#[derive(Debug, Clone, Copy)]
pub struct NoDecisions;

impl Decisions for NoDecisions {
    fn evaluate(
        &self,
        decision: &str,
        _binding: &Binding,
        _variables: &Context,
        _environment: &Environment,
    ) -> Result<Decided, String> {
        Err(format!("no decision {decision} is deployed"))
    }

    fn form_version(&self, _form: &str, _binding: &Binding) -> Result<Option<u32>, String> {
        Ok(None)
    }
}

/// Why an input cannot be taken. The instance is as it was only if a copy was stepped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The instance has ended.
    #[error("the process instance has ended")]
    Ended,
    /// It has begun already.
    #[error("the process instance has begun already")]
    Begun,
    /// The process has no such start event.
    #[error("the process has no start event for this")]
    NoStart,
    /// An element cannot begin there.
    #[error("{element} cannot begin: {why}")]
    NoPlace {
        /// Its id.
        element: Text,
        /// Why.
        why: &'static str,
    },
    /// A listener has not answered yet for a change of the task.
    #[error("task {task} is being changed: a listener has not answered yet")]
    TaskBusy {
        /// The task.
        task: Key,
    },
    /// The creation of a task cannot be denied.
    #[error("job {job}: the creation of a task cannot be denied; let it through, or throw an error")]
    Undeniable {
        /// The listener's job.
        job: Key,
    },
    /// The end of a task cannot be denied.
    #[error("job {job}: the task ends, which a listener can neither deny nor answer by an error; let it through")]
    Unstoppable {
        /// The listener's job.
        job: Key,
    },
    /// The model says who is to do a task, so its creation does not change that.
    #[error("job {job}: the model names an assignee; correct that in a listener for assigning")]
    AssignedByModel {
        /// The listener's job.
        job: Key,
    },
    /// A worker that leads an ad-hoc sub-process said both that it is enough and that more begins.
    #[error("job {job}: it is enough, or more begins, but not both")]
    FulfilledAndMore {
        /// The job.
        job: Key,
    },
    /// No token waits at a gateway.
    #[error("no token waits at {gateway} in scope {scope}")]
    NoToken {
        /// The gateway's id.
        gateway: Text,
        /// The scope.
        scope: Key,
    },
    /// What is stuck cannot be taken as done.
    #[error("the incident {incident} cannot be passed over: {why}")]
    NotSkipped {
        /// The incident.
        incident: Key,
        /// Why not, and what to do.
        why: &'static str,
    },
    /// There are more variables than anybody could mean.
    #[error("there are {names} variables, and at most {limit} can be set at once: put them into a list or a context")]
    TooManyNames {
        /// How many there are.
        names: usize,
        /// How many there may be.
        limit: usize,
    },
    /// It is suspended already, or not suspended.
    #[error("the process instance is {0}")]
    Suspension(&'static str),
    /// What the input refers to is not there; it may have been there before.
    #[error("{what} {key} is not open")]
    Gone {
        /// A job, task, timer, subscription, incident or element.
        what: &'static str,
        /// Its key.
        key: Key,
    },
}
