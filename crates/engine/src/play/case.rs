//! Test cases beside a model: given, when, then.

use std::collections::{BTreeMap, BTreeSet};

use bpmn::Process;
use feel::Context;
use serde::Deserialize;
use units::{Text, Timestamp};

use super::{Action, Happening, World};
use crate::input::Decisions;
use crate::waiting::WaitsFor;

/// A test case.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What it shows.
    pub name: Text,
    /// How it begins.
    #[serde(default)]
    pub given: Given,
    /// What happens.
    #[serde(default)]
    pub when: Vec<Action>,
    /// How it has to be then.
    pub then: Expected,
}

/// How a case begins.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// The process; the first one of the model if not named.
    #[serde(default)]
    pub process: Option<Text>,
    /// Its first variables.
    #[serde(default)]
    pub variables: Context,
}

/// How it has to be in the end. What is not named is not looked at.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// Whether the first instance has ended.
    #[serde(default)]
    pub ended: Option<bool>,
    /// The ids of all elements that wait, events on edges included, in any order.
    #[serde(default)]
    pub waiting: Option<Vec<Text>>,
    /// Elements that were reached.
    #[serde(default)]
    pub visited: Vec<Text>,
    /// Elements that were not.
    #[serde(default)]
    pub not_visited: Vec<Text>,
    /// Variables of the outermost scope of the first instance.
    #[serde(default)]
    pub variables: Context,
    /// Open user tasks, by the id of their element: who has them and until when.
    #[serde(default)]
    pub tasks: BTreeMap<Text, ExpectedTask>,
    /// Elements that are stuck, in any order; none if not named.
    #[serde(default)]
    pub incidents: Vec<Text>,
    /// Elements that went on with a null that has a reason, in any order.
    #[serde(default)]
    pub warnings: Option<Vec<Text>>,
}

/// What an open user task has to carry. What is not named is not looked at.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedTask {
    /// Who is to do it.
    #[serde(default)]
    pub assignee: Option<Text>,
    /// Groups of which anybody may do it.
    #[serde(default)]
    pub candidate_groups: Option<Vec<Text>>,
    /// By when it is to be done.
    #[serde(default)]
    pub due: Option<Timestamp>,
    /// 0 to 100.
    #[serde(default)]
    pub priority: Option<u8>,
}

impl Case {
    /// Plays the case, and says everything that is not as it has to be.
    pub fn check(&self, processes: Vec<&Process>, decisions: &dyn Decisions, at: Timestamp) -> Vec<String> {
        let mut world = World::new(processes, decisions, at);
        if let Err(error) = world.start(self.given.process.as_deref(), self.given.variables.clone()) {
            return vec![format!("given: {error}")];
        }
        for (place, action) in self.when.iter().enumerate() {
            if let Err(error) = world.act(action) {
                return vec![format!("when, step {}: {error}", place + 1), happened(&world)];
            }
        }
        let mut against = self.then.against(&world);
        if !against.is_empty() {
            against.push(happened(&world));
        }
        against
    }
}

impl Expected {
    /// Names of elements that no process at play has: what is said of them would always or never hold.
    fn unknown(&self, world: &World<'_>) -> Vec<String> {
        let lists = [Some(&self.visited), Some(&self.not_visited), Some(&self.incidents)];
        let named = lists.into_iter().chain([self.waiting.as_ref(), self.warnings.as_ref()]).flatten().flatten();
        let named = named.chain(self.tasks.keys()).collect::<BTreeSet<_>>().into_iter();
        let is_known = |id: &&Text| world.processes.iter().any(|process| process.find(id).is_some());
        named.filter(|id| !is_known(id)).map(|id| format!("there is no element `{id}` in the processes at play")).collect()
    }

    fn against(&self, world: &World<'_>) -> Vec<String> {
        let mut against = self.unknown(world);
        let ended = world.first().is_some_and(crate::Instance::is_ended);
        if self.ended.is_some_and(|wanted| wanted != ended) {
            against.push(format!("the instance has {}ended", if ended { "" } else { "not " }));
        }
        let sorted = |mut names: Vec<Text>| {
            names.sort_unstable();
            names.join(", ")
        };
        let (stuck, open): (Vec<_>, Vec<_>) =
            world.waiting().into_iter().partition(|(_, waiting)| matches!(waiting.what, WaitsFor::Incident(_)));
        // what an activity waits for that is done once per item are its items, which are listed themselves
        let open = open.into_iter().filter(|(_, waiting)| !matches!(waiting.what, WaitsFor::Items { .. })).collect();
        let ids = |all: Vec<(&bpmn::Element, crate::Waiting)>| {
            sorted(all.into_iter().map(|(element, _)| Text::from(element.id())).collect())
        };
        let (stuck, open) = (ids(stuck), ids(open));
        if let Some(wanted) = self.waiting.clone().map(sorted)
            && wanted != open
        {
            against.push(format!("waiting should be [{wanted}] and is [{open}]"));
        }
        let wanted = sorted(self.incidents.clone());
        if wanted != stuck {
            against.push(format!("incidents should be [{wanted}] and are [{stuck}]"));
        }
        if let Some(wanted) = self.warnings.clone().map(sorted) {
            let of = |line: &&super::Line| line.happening == Happening::Warned;
            let warned: BTreeSet<Text> = world.trace().iter().filter(of).map(|line| line.element.clone()).collect();
            let warned = sorted(warned.into_iter().collect());
            if wanted != warned {
                against.push(format!("warnings should be [{wanted}] and are [{warned}]"));
            }
        }
        let reached = |id: &Text| {
            let of = |line: &&super::Line| matches!(line.happening, Happening::Activated | Happening::Passed);
            world.trace().iter().filter(of).any(|line| line.element == *id)
        };
        against.extend(self.visited.iter().filter(|id| !reached(id)).map(|id| format!("{id} was not reached")));
        against.extend(self.not_visited.iter().filter(|id| reached(id)).map(|id| format!("{id} was reached")));
        against.extend(self.tasks.iter().flat_map(|(id, wanted)| wanted.against(id, world)));
        let variables = world.first().map(crate::Instance::root_variables).unwrap_or_default();
        for (name, wanted) in &self.variables {
            match variables.get(name) {
                Some(value) if value == wanted => {}
                Some(value) => against.push(format!("{name} should be {wanted} and is {value}")),
                None => against.push(format!("{name} should be {wanted} and is not there")),
            }
        }
        against
    }
}

impl ExpectedTask {
    fn against(&self, id: &Text, world: &World<'_>) -> Vec<String> {
        let waiting = world.waiting();
        let open = waiting.iter().find_map(|(element, waiting)| match &waiting.what {
            WaitsFor::Task { assignee, candidate_groups, due, priority, .. } if element.id() == id => {
                Some((assignee.clone(), candidate_groups.clone(), *due, *priority))
            }
            _ => None,
        });
        let Some((assignee, groups, due, priority)) = open else {
            return vec![format!("{id} should be an open user task and is not")];
        };
        let mut against = Vec::new();
        if self.assignee.is_some() && self.assignee != assignee {
            let (wanted, is) = (self.assignee.as_deref().unwrap_or_default(), assignee.as_deref().unwrap_or("nobody"));
            against.push(format!("{id} should be assigned to {wanted} and is to {is}"));
        }
        if let Some(wanted) = self.candidate_groups.as_ref().filter(|wanted| **wanted != groups) {
            against.push(format!("{id} should be for [{}] and is for [{}]", wanted.join(", "), groups.join(", ")));
        }
        if let Some(wanted) = self.due.filter(|wanted| Some(*wanted) != due) {
            let is = due.map_or("open".to_owned(), |due| due.to_string());
            against.push(format!("{id} should be due at {wanted} and is {is}"));
        }
        if let Some(wanted) = self.priority.filter(|wanted| *wanted != priority) {
            against.push(format!("{id} should have the priority {wanted} and has {priority}"));
        }
        against
    }
}

/// The way that was taken, for whoever looks for the mistake.
fn happened(world: &World<'_>) -> String {
    let reached = |line: &&super::Line| {
        matches!(line.happening, Happening::Activated | Happening::Passed | Happening::Incident | Happening::Warned)
    };
    let told = |line: &super::Line| match line.happening {
        Happening::Incident => format!("stuck at {}: {}", line.element, line.detail),
        Happening::Warned => format!("null at {}: {}", line.element, line.detail),
        _ => line.element.to_string(),
    };
    let steps: Vec<String> = world.trace().iter().filter(reached).map(told).collect();
    format!("what happened: {}", steps.join(", "))
}
