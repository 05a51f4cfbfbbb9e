//! The kinds of element, each with what it needs to run.

use feel::Expression;
use units::Text;

use crate::{ElementIndex, FlowIndex, Formula, Message, Trigger};

/// What an element does.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// The process itself: the outermost scope.
    Process,
    /// An embedded sub-process.
    SubProcess,
    /// A sub-process that its start event sets off while the scope around it is active.
    EventSubProcess {
        /// Whether it ends everything else in its scope.
        interrupting: bool,
    },
    /// A start event.
    Start(Trigger),
    /// The plain end of a path.
    End,
    /// An end that throws an error.
    ErrorEnd(Formula),
    /// An end that ends its whole scope.
    TerminateEnd,
    /// Throws a message: an end event if nothing follows, otherwise an intermediate event.
    Throw(Message),
    /// Broadcasts a signal: an end event if nothing follows, otherwise an intermediate event.
    SignalThrow(Formula),
    /// Throws an escalation of this code to whoever catches it around; uncaught, nothing happens.
    EscalationThrow(Formula),
    /// Undoes what was completed in its scope: all of it, or one activity.
    CompensationThrow(Option<ElementIndex>),
    /// Waits.
    Catch(Trigger),
    /// Goes on elsewhere.
    LinkThrow(ElementIndex),
    /// Where a link arrives.
    LinkCatch,
    /// An event on the edge of an activity.
    Boundary {
        /// The activity.
        host: ElementIndex,
        /// Whether it ends the activity.
        interrupting: bool,
        /// What sets it off.
        trigger: Trigger,
    },
    /// Work that a worker does: service tasks, send tasks, and others that name a job type.
    Job(Job),
    /// Work that a person does.
    UserTask(Box<UserTask>),
    /// An expression, and the variable that takes its value.
    Script(Expression, Text),
    /// A decision, which version of it, and the variable that takes its result.
    Decision(Formula, Binding, Text),
    /// Waits for a message.
    Receive(Message),
    /// Work that nobody is told of: manual and undefined tasks. Passed through.
    Manual,
    /// Exactly one way on; the default if no condition holds.
    Exclusive(Option<FlowIndex>),
    /// All ways on, and waits for all ways in.
    Parallel,
    /// All ways whose condition holds, the default if none does; waits for all tokens that can still come.
    Inclusive(Option<FlowIndex>),
    /// A sub-process without an order: the elements inside of it begin when they are asked for.
    AdHoc(Box<AdHoc>),
    /// One way on: that of the event that comes first.
    EventBased,
    /// Another process.
    Call(Box<Call>),
}

/// Work for a worker.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// The type by which workers find it.
    pub kind: Formula,
    /// How often it is tried.
    pub retries: Formula,
    /// Jobs of a higher number are handed out first; 0 if not given. A property `crossdock:priority`, or `zeebe:jobPriorityDefinition`
    /// of the element or its process.
    pub priority: Option<Formula>,
    /// How long a failed job rests if the worker does not say. A property `crossdock:backoff`.
    pub backoff: Option<Formula>,
    /// Headers: fixed values for the worker.
    pub headers: Vec<(Text, Text)>,
}

/// Work for a person.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct UserTask {
    /// Who is to do it.
    pub assignee: Option<Formula>,
    /// Groups of which anybody may do it.
    pub candidate_groups: Option<Formula>,
    /// People of whom anybody may do it.
    pub candidate_users: Option<Formula>,
    /// By when it is to be done.
    pub due: Option<Formula>,
    /// When it is to be looked at.
    pub follow_up: Option<Formula>,
    /// 0 to 100, 50 if not given.
    pub priority: Option<Formula>,
    /// The form to fill in.
    pub form: Option<Formula>,
    /// Which version of the form, if it is a deployed one; `None` for forms that others keep.
    pub form_binding: Option<Binding>,
    /// Headers: fixed values for whoever shows it, and for its listeners.
    pub headers: Vec<(Text, Text)>,
}

/// A call of another process.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The id of the process.
    pub process: Formula,
    /// Which version of it.
    pub binding: Binding,
    /// Whether all variables of the called process come back; otherwise only those mapped.
    pub propagate_child: bool,
    /// Whether all visible variables go in; otherwise only those mapped.
    pub propagate_parent: bool,
}

/// Which version of a process, decision or form is meant.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Binding {
    /// The latest when it is needed.
    #[default]
    Latest,
    /// The one that was the latest when the caller was deployed.
    Deployment,
    /// The latest with this tag.
    VersionTag(Text),
}

/// What an ad-hoc sub-process begins with and when it is done.
#[derive(Debug, Clone, PartialEq)]
pub struct AdHoc {
    /// A list of ids of elements inside that begin at once.
    pub active: Option<Expression>,
    /// When it is enough; without it, when nothing inside is active any more.
    pub completion: Option<Expression>,
    /// Whether what is still active is ended when it is enough.
    pub cancel_remaining: bool,
    /// The job of the worker that leads it, which says what begins and when it is enough; then no expression does.
    pub job: Option<Job>,
    /// The variable that takes the results, and the result of one path inside.
    pub output: Option<(Text, Expression)>,
}

impl Kind {
    /// Whether tokens live inside of it.
    pub fn is_scope(&self) -> bool {
        matches!(self, Self::Process | Self::SubProcess | Self::AdHoc(_) | Self::EventSubProcess { .. })
    }

    /// Whether boundary events may sit on it.
    pub fn is_activity(&self) -> bool {
        matches!(
            self,
            Self::SubProcess
                | Self::AdHoc(_)
                | Self::Job(_)
                | Self::UserTask(_)
                | Self::Script(..)
                | Self::Decision(..)
                | Self::Receive(_)
                | Self::Manual
                | Self::Call(_)
        )
    }

    /// Whether it can begin by itself where nothing leads to it: inside of an ad-hoc sub-process.
    pub fn is_free(&self) -> bool {
        !matches!(self, Self::Boundary { .. } | Self::EventSubProcess { .. } | Self::LinkCatch | Self::Start(_))
    }

    /// What it is called in messages.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Process => "process",
            Self::SubProcess => "sub-process",
            Self::EventSubProcess { .. } => "event sub-process",
            Self::Start(_) => "start event",
            Self::End | Self::ErrorEnd(_) | Self::TerminateEnd => "end event",
            Self::Throw(_)
            | Self::LinkThrow(_)
            | Self::SignalThrow(_)
            | Self::EscalationThrow(_)
            | Self::CompensationThrow(_) => "throw event",
            Self::Catch(_) | Self::LinkCatch => "catch event",
            Self::Boundary { .. } => "boundary event",
            Self::Job(_) => "task",
            Self::UserTask(_) => "user task",
            Self::Script(..) => "script task",
            Self::Decision(..) => "business rule task",
            Self::Receive(_) => "receive task",
            Self::Manual => "manual task",
            Self::Exclusive(_) => "exclusive gateway",
            Self::Parallel => "parallel gateway",
            Self::Inclusive(_) => "inclusive gateway",
            Self::AdHoc(_) => "ad-hoc sub-process",
            Self::EventBased => "event-based gateway",
            Self::Call(_) => "call activity",
        }
    }
}
