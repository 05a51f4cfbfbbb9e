//! What a person's task carries, and how that is changed.

use feel::Context;
use serde::{Deserialize, Serialize};
use units::{Text, Timestamp};

use crate::instance::Key;

/// What a person's task carries.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TaskDetails {
    /// Who is to do it.
    pub assignee: Option<Text>,
    /// Groups of which anybody may do it.
    pub candidate_groups: Vec<Text>,
    /// People of whom anybody may do it.
    pub candidate_users: Vec<Text>,
    /// By when it is to be done.
    pub due: Option<Timestamp>,
    /// When it is to be looked at.
    pub follow_up: Option<Timestamp>,
    /// 0 to 100.
    pub priority: u8,
    /// The form to fill in.
    pub form: Option<Text>,
    /// Which version of the form; `None` for the latest, and for forms that others keep.
    #[serde(default)]
    pub form_version: Option<u32>,
}

/// What is to be different about a task. What is `None` stays; an inner `None` clears.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TaskChanges {
    /// Who is to do it.
    pub assignee: Option<Option<Text>>,
    /// Groups of which anybody may do it.
    pub candidate_groups: Option<Vec<Text>>,
    /// People of whom anybody may do it.
    pub candidate_users: Option<Vec<Text>>,
    /// By when it is to be done.
    pub due: Option<Option<Timestamp>>,
    /// When it is to be looked at.
    pub follow_up: Option<Option<Timestamp>>,
    /// 0 to 100.
    pub priority: Option<u8>,
}

/// What the listener of a user task answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskAnswer {
    /// The change goes on, with these corrections.
    Correct(TaskChanges),
    /// The change is not to be: the task stays as it was. Why.
    Deny(Text),
}

/// A change of a task that its listeners have not let through yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct PendingChange {
    pub(crate) element: Key,
    pub(crate) details: TaskDetails,
    pub(crate) variables: Context,
}

impl TaskDetails {
    /// With these changes.
    pub(crate) fn changed(mut self, changes: TaskChanges) -> Self {
        let TaskChanges { assignee, candidate_groups, candidate_users, due, follow_up, priority } = changes;
        self.assignee = assignee.unwrap_or(self.assignee);
        self.candidate_groups = candidate_groups.unwrap_or(self.candidate_groups);
        self.candidate_users = candidate_users.unwrap_or(self.candidate_users);
        self.due = due.unwrap_or(self.due);
        self.follow_up = follow_up.unwrap_or(self.follow_up);
        self.priority = priority.unwrap_or(self.priority).min(100);
        self
    }
}
