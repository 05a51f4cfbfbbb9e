//! Interruptions that wait: what is to end has user tasks whose listeners for `canceling` are asked before.

use bpmn::{ElementIndex, ListensFor, Process};
use feel::Context;
use serde::{Deserialize, Serialize};
use units::Text;

use crate::instance::{Instance, Key, OpenTask};

/// Something that is to end as soon as the listeners of the user tasks in it have answered. Everything else in it has ended already.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Interruption {
    /// The live element that is to end, or inside of which everything is.
    pub of: Key,
    /// What happens then.
    pub then: Then,
}

/// What happens when the listeners have answered: that for which something is interrupted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Then {
    /// An event goes off that was watched for.
    #[serde(rename = "t")]
    GoesOff {
        /// The event.
        target: ElementIndex,
        /// What it brings along.
        variables: Context,
    },
    /// The element has given its results, and ends.
    #[serde(rename = "f")]
    Finish,
    /// Enough items of the element are done.
    #[serde(rename = "i")]
    Items,
    /// The ad-hoc sub-process is complete.
    #[serde(rename = "a")]
    Enough,
    /// The scope is left empty, and ends if nothing else holds it.
    #[serde(rename = "e")]
    Empty,
    /// Somebody has ended the element by hand.
    #[serde(rename = "h")]
    End,
    /// The instance is cancelled.
    #[serde(rename = "x")]
    Cancel,
    /// The instance ends with an error that nobody in it catches.
    #[serde(rename = "xf")]
    Fail {
        /// The error's code.
        code: Text,
        /// What went wrong.
        message: Text,
    },
}

impl Instance {
    /// Whether a live element, or one around it, is to end, or to be emptied, once listeners have answered.
    pub(crate) fn is_interrupted(&self, key: Key) -> bool {
        !self.interruptions.is_empty() && self.interruptions.iter().any(|open| self.lies_in(key, open.of))
    }

    /// Whether a live element is another one, or lies inside of it.
    pub(crate) fn lies_in(&self, key: Key, of: Key) -> bool {
        let outwards = std::iter::successors(Some(key), |key| {
            let scope = self.live(*key)?.scope;
            (scope != *key).then_some(scope)
        });
        outwards.into_iter().any(|key| key == of)
    }

    /// The open user tasks in a live element whose listeners for `canceling` have not all answered.
    pub(crate) fn unheard<'a>(&'a self, process: &'a Process, of: Key) -> impl Iterator<Item = &'a OpenTask> {
        let listens = |task: &OpenTask| {
            let element = self.live(task.element).map(|live| process.element(live.element));
            element.is_some_and(|element| element.listeners_for(ListensFor::Canceling).next().is_some())
        };
        self.tasks.iter().filter(move |task| listens(task) && self.lies_in(task.element, of))
    }
}
