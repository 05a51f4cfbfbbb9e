//! What sets an event off.

use feel::Expression;
use units::Text;

use crate::{ElementIndex, Formula};

/// What a catching event waits for.
#[derive(Debug, Clone, PartialEq)]
pub enum Trigger {
    /// Nothing: it goes on at once.
    None,
    /// A message.
    Message(Message),
    /// A time.
    Timer(TimerKind, Formula),
    /// An error of this code, or of any code.
    Error(Option<Text>),
    /// A signal of this name.
    Signal(Formula),
    /// An escalation of this code, or of any code.
    Escalation(Option<Text>),
    /// The activity is to be undone after it was completed, by this activity.
    Compensation(ElementIndex),
}

/// A message, by name and by the key that finds the receiver.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Its name.
    pub name: Formula,
    /// Its correlation key. Message start events of a process have none.
    pub correlation: Option<Expression>,
}

/// How a time is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimerKind {
    /// A moment.
    Date,
    /// A duration from now.
    Duration,
    /// An interval, so many times (`R3/PT10M`) or for ever (`R/PT10M`), or a cron expression; see [`crate::Cycle`].
    Cycle,
}
