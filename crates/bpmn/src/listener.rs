//! Listeners: jobs around an element or a user task, which goes on only when they are done.

use crate::Job;

/// A job that is done at a point in the life of an element.
#[derive(Debug, Clone, PartialEq)]
pub struct Listener {
    /// At which point.
    pub on: ListensFor,
    /// The job.
    pub job: Job,
}

/// The point in the life of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListensFor {
    /// The element begins: its inputs are there, its work is not begun.
    Start,
    /// The element ends: its outputs are taken, nothing has left it.
    End,
    /// A user task is about to be given to people.
    Creating,
    /// A user task is about to be given to somebody.
    Assigning,
    /// What a user task carries is about to be changed.
    Updating,
    /// A user task is about to be done.
    Completing,
    /// A user task is about to end without being done: an event interrupts it, or what it lies in ends.
    Canceling,
}

impl ListensFor {
    /// Its name in models.
    pub fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::End => "end",
            Self::Creating => "creating",
            Self::Assigning => "assigning",
            Self::Updating => "updating",
            Self::Completing => "completing",
            Self::Canceling => "canceling",
        }
    }
}
