//! What people may do to running process instances.

use feel::Context as Variables;
use serde::{Deserialize, Serialize};
use units::Text;

/// Something to do to a running instance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Operation {
    /// End it, and what it called.
    Cancel,
    /// Let no token of it and of what it called move. What comes in is taken and kept.
    Suspend,
    /// Let tokens move again.
    Resume,
    /// Try again where it is stuck: its incidents, and what could not be delivered for it.
    Retry {
        /// One incident, by its key; without it all of them, and its dead letters too.
        incident: Option<u32>,
        /// Variables to set before.
        variables: Variables,
        /// The live elements whose own variables these are, by id or key; without it they are those of the outermost scope.
        #[serde(default)]
        scope: Option<Text>,
    },
    /// Move tokens and change variables.
    Modify(Box<Modification>),
    /// Go on with another version of the process.
    Migrate {
        /// The version; the latest if none is named.
        version: Option<u32>,
        /// Ids of elements in the old and the new version, where they differ.
        elements: Vec<(Text, Text)>,
    },
    /// Begin elements inside of an ad-hoc sub-process.
    Activate {
        /// The live ad-hoc sub-process, by its id or key.
        ad_hoc: Text,
        /// Ids of elements inside of it.
        elements: Vec<Text>,
    },
    /// Let it have a signal for which it waits; for many that do.
    Signal {
        /// The signal's name.
        name: Text,
        /// What it carries.
        variables: Variables,
    },
    /// Go on behind what is stuck, as if it were done, and do not try it again.
    Skip {
        /// One incident, by its key; without it all of the instance.
        incident: Option<u32>,
        /// The results that it is taken to have.
        variables: Variables,
    },
}

/// How tokens are moved. Elements are named by their id in the model; a live one also by its key.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Modification {
    /// Variables of the outermost scope to set, before anything else.
    pub variables: Variables,
    /// Elements to begin.
    pub start: Vec<Text>,
    /// Live elements to end, with everything inside of them.
    pub end: Vec<Text>,
    /// Live elements to end, each with the element that begins in its place.
    pub moves: Vec<(Text, Text)>,
    /// Variables of live elements themselves to set, before anything else; each by id or key.
    #[serde(default)]
    pub local: Vec<(Text, Variables)>,
}

impl Operation {
    /// Its name, for lists and messages.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Cancel => "cancel",
            Self::Suspend => "suspend",
            Self::Resume => "resume",
            Self::Retry { .. } => "retry",
            Self::Modify(_) => "modify",
            Self::Migrate { .. } => "migrate",
            Self::Activate { .. } => "activate",
            Self::Signal { .. } => "signal",
            Self::Skip { .. } => "skip",
        }
    }
}
