//! Drafts of processes, decision models and forms: edited by some, approved by another, in force from a time on (design §3.10).
//!
//! A draft may be wrong while somebody works at it; what is submitted can run. What is deployed stays on the record with who wrote it,
//! who approved it, and what was changed before that.

use serde::{Deserialize, Serialize};
use units::{Text, Timestamp, number_id};

use crate::definition::DefinitionId;

number_id!(
    /// A draft.
    DraftId,
    "DR"
);

/// How large the content of a draft may be, in bytes.
pub const MAX_CONTENT: usize = 2_000_000;

/// How far a draft is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DraftStatus {
    /// Somebody works at it.
    #[default]
    Editing,
    /// It waits for another person's approval.
    Submitted,
    /// It is approved and waits for the time from which it is in force.
    Approved,
    /// It is deployed.
    Deployed,
    /// It came to nothing.
    Discarded,
}

impl DraftStatus {
    /// All of them, as lists are filtered by.
    pub const NAMES: [&'static str; 5] = ["editing", "submitted", "approved", "deployed", "discarded"];

    /// As lists and messages name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Editing => "editing",
            Self::Submitted => "submitted",
            Self::Approved => "approved",
            Self::Deployed => "deployed",
            Self::Discarded => "discarded",
        }
    }
}

/// Something that was done about a draft, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftStep {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: Text,
    /// What: `begun`, `submitted`, `returned`, `approved`, `withdrawn`, `discarded`, `deployed` or `not_deployed`.
    pub what: Text,
    /// Why, in the person's words.
    pub note: Text,
}

/// A draft.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Draft {
    /// Its number.
    pub id: DraftId,
    /// What it is to change, in a few words.
    pub title: Text,
    /// Its file name; the ending tells what it is.
    pub resource: Text,
    /// The version that it goes out from; version 0 of what is new.
    pub base: DefinitionId,
    /// The file.
    pub content: Text,
    /// How often the content was saved: whoever saves says which one is changed, so that nobody's work is written over.
    pub revision: u32,
    /// How far it is.
    pub status: DraftStatus,
    /// Everybody who has written at it: none of them approves it (domain §1.2, segregation of duties).
    pub authors: Vec<Text>,
    /// From when on it is in force, once it is approved.
    pub effective: Option<Timestamp>,
    /// The version that it became.
    pub deployed: Option<DefinitionId>,
    /// When it was begun.
    pub begun_at: Timestamp,
    /// What was done about it, the first first; savings left out.
    pub steps: Vec<DraftStep>,
}

/// What shall be done about a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum DraftChange {
    /// Begin one from the latest version of something that is deployed, or with something new.
    Begin {
        /// What it is to change, in a few words.
        title: Text,
        /// What is to change; `None` for something new.
        definition: Option<Text>,
        /// The file name of something new.
        resource: Text,
        /// The content; the deployed one if `None`.
        content: Option<Text>,
    },
    /// Save the content.
    Save {
        /// The content.
        content: Text,
        /// The revision that it was made from.
        revision: u32,
    },
    /// Make it one of the version that is latest now: whoever edits has taken over what changed meanwhile.
    Rebase,
    /// Ask another person for approval.
    Submit {
        /// What to look at.
        note: Text,
    },
    /// Approve it.
    Approve {
        /// From when on it is in force; at once if `None` or past.
        effective: Option<Timestamp>,
        /// In words.
        note: Text,
        /// The revision that was looked at.
        revision: u32,
    },
    /// Give it back to its authors.
    Return {
        /// What is to be different.
        note: Text,
    },
    /// Take it back before it is in force.
    Withdraw {
        /// Why.
        note: Text,
    },
    /// Let it come to nothing.
    Discard {
        /// Why.
        note: Text,
    },
    /// Deploy an earlier version once more: it was approved when it was deployed, so it comes back at once.
    RollBack {
        /// The earlier version.
        to: DefinitionId,
        /// Why.
        reason: Text,
    },
}

/// What has happened to a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum DraftEvent {
    /// It was begun.
    Begun {
        /// What it is to change, in a few words.
        title: Text,
        /// Its file name.
        resource: Text,
        /// The version that it goes out from.
        base: DefinitionId,
        /// The content.
        content: Text,
    },
    /// Its content was saved.
    Saved {
        /// The content.
        content: Text,
    },
    /// It goes out from another version now.
    Rebased {
        /// The version.
        base: DefinitionId,
    },
    /// Another person is asked.
    Submitted {
        /// What to look at.
        note: Text,
    },
    /// It is approved.
    Approved {
        /// From when on it is in force.
        effective: Timestamp,
        /// In words.
        note: Text,
    },
    /// Its authors have it again.
    Returned {
        /// What is to be different.
        note: Text,
    },
    /// It was taken back.
    Withdrawn {
        /// Why.
        note: Text,
    },
    /// It came to nothing.
    Discarded {
        /// Why.
        note: Text,
    },
    /// It is in force.
    Deployed {
        /// As which version.
        version: DefinitionId,
        /// Why, if it was brought back.
        note: Text,
    },
    /// Its time has come, and it cannot be deployed any more.
    NotDeployed {
        /// What stands in the way.
        why: Text,
    },
}

impl DraftEvent {
    /// Its name in the feed, behind `draft.`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Begun { .. } => "begun",
            Self::Saved { .. } => "saved",
            Self::Rebased { .. } => "rebased",
            Self::Submitted { .. } => "submitted",
            Self::Approved { .. } => "approved",
            Self::Returned { .. } => "returned",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Discarded { .. } => "discarded",
            Self::Deployed { .. } => "deployed",
            Self::NotDeployed { .. } => "not_deployed",
        }
    }

    /// What was said with it.
    pub fn note(&self) -> &str {
        match self {
            Self::Begun { title, .. } => title,
            Self::Saved { .. } | Self::Rebased { .. } => "",
            Self::Submitted { note }
            | Self::Approved { note, .. }
            | Self::Returned { note }
            | Self::Withdrawn { note }
            | Self::Discarded { note }
            | Self::Deployed { note, .. } => note,
            Self::NotDeployed { why } => why,
        }
    }
}

impl Draft {
    /// Whether the content can be changed.
    pub fn is_open(&self) -> bool {
        self.status == DraftStatus::Editing
    }

    /// When it is to be deployed by itself.
    pub(crate) fn due(&self) -> Option<Timestamp> {
        self.effective.filter(|_| self.status == DraftStatus::Approved)
    }

    pub(crate) fn apply(&mut self, id: DraftId, event: &DraftEvent, by: &Text, at: Timestamp) {
        match event {
            DraftEvent::Begun { title, resource, base, content } => {
                (self.id, self.begun_at, self.title, self.resource) = (id, at, title.clone(), resource.clone());
                (self.base, self.content, self.revision) = (base.clone(), content.clone(), 1);
                self.authors = vec![by.clone()];
            }
            DraftEvent::Saved { content } => {
                self.content = content.clone();
                self.revision += 1;
                if !self.authors.contains(by) {
                    self.authors.push(by.clone());
                }
                return;
            }
            DraftEvent::Rebased { base } => {
                self.base = base.clone();
                return;
            }
            DraftEvent::Submitted { .. } => self.status = DraftStatus::Submitted,
            DraftEvent::Approved { effective, .. } => {
                (self.status, self.effective) = (DraftStatus::Approved, Some(*effective));
            }
            DraftEvent::Returned { .. } | DraftEvent::Withdrawn { .. } | DraftEvent::NotDeployed { .. } => {
                (self.status, self.effective) = (DraftStatus::Editing, None);
            }
            DraftEvent::Discarded { .. } => self.status = DraftStatus::Discarded,
            DraftEvent::Deployed { version, .. } => {
                (self.status, self.deployed) = (DraftStatus::Deployed, Some(version.clone()));
            }
        }
        let (what, note) = (Text::const_new(event.name()), event.note().into());
        self.steps.push(DraftStep { at, by: by.clone(), what, note });
    }
}
