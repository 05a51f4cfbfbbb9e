//! What always holds in an instance between two steps. A break is a bug of the engine, never of a model or a user.

use std::collections::BTreeMap;

use bpmn::{ElementIndex, Kind, Process};
use units::Text;

use crate::event::Work;
use crate::instance::{Instance, Key, Keyed, Live, ROOT};
use crate::interruption::Interruption;

/// What does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// Something belongs to an element that is not live.
    #[error("{what} {key} belongs to element {owner}, which is not live")]
    Orphan {
        /// A job, task, timer, subscription, incident, token or element.
        what: &'static str,
        /// Its key.
        key: Key,
        /// The element that it names.
        owner: Key,
    },
    /// A scope counts its live elements wrongly.
    #[error("scope {scope} counts {noted} live elements inside, and there are {found}")]
    Miscounted {
        /// The scope.
        scope: Key,
        /// What it counts.
        noted: u32,
        /// How many there are.
        found: usize,
    },
    /// An element counts wrongly what it has open.
    #[error("element {element} counts {noted} things that it has open, and there are {found}")]
    OpenMiscounted {
        /// The element.
        element: Key,
        /// What it counts.
        noted: u32,
        /// How many there are.
        found: u32,
    },
    /// A live element waits for nothing: its token is lost.
    #[error("{element} ({key}) is live and waits for nothing")]
    Lost {
        /// Its id.
        element: Text,
        /// Its key.
        key: Key,
    },
    /// The instance or a scope has ended, and something of it is still open and nothing closes it.
    #[error("something has ended and {what} is left behind")]
    LeftBehind {
        /// What.
        what: &'static str,
    },
}

/// Holds an instance against what always has to be true: nothing is open for what is not live, scopes count right, every live
/// element waits for something, and an instance that has ended leaves nothing behind.
pub fn check(process: &Process, instance: &Instance) -> Result<(), Broken> {
    if instance.is_ended() {
        return left_behind(instance).map_or(Ok(()), |what| Err(Broken::LeftBehind { what }));
    }
    owned(instance)?;
    if !instance.doomed.is_empty() && !instance.held.contains(&Work::Close) {
        return Err(Broken::LeftBehind { what: "something open of what had ended" });
    }
    let looked_at = instance.held.contains(&Work::Interrupt);
    for Interruption { of, .. } in &instance.interruptions {
        let element = instance.live(*of).map_or(ElementIndex(0), |live| live.element);
        if !looked_at && instance.unheard(process, *of).next().is_none() {
            return Err(Broken::Lost { element: process.element(element).id().into(), key: *of });
        }
    }
    let open = open(instance);
    for live in &instance.elements {
        let found = instance.elements.iter().filter(|inner| inner.scope == live.key && inner.key != live.key).count();
        if usize::try_from(live.children) != Ok(found) {
            return Err(Broken::Miscounted { scope: live.key, noted: live.children, found });
        }
        let found = open.get(&live.key).copied().unwrap_or(0);
        if live.open != found {
            return Err(Broken::OpenMiscounted { element: live.key, noted: live.open, found });
        }
        if !waits(process, instance, live) {
            return Err(Broken::Lost { element: process.element(live.element).id().into(), key: live.key });
        }
    }
    Ok(())
}

/// How many jobs, tasks, timers, subscriptions and incidents belong to each element.
fn open(instance: &Instance) -> BTreeMap<Key, u32> {
    fn owners<T: Keyed>(list: &[T]) -> impl Iterator<Item = Key> {
        list.iter().map(Keyed::element)
    }
    let all = owners(&instance.jobs)
        .chain(owners(&instance.tasks))
        .chain(owners(&instance.timers))
        .chain(owners(&instance.subscriptions))
        .chain(owners(&instance.incidents));
    let mut open = BTreeMap::new();
    all.for_each(|element| *open.entry(element).or_insert(0) += 1);
    open
}

fn left_behind(instance: &Instance) -> Option<&'static str> {
    let open = [
        (instance.elements.is_empty() || instance.elements.len() == 1, "an element"),
        (instance.jobs.is_empty(), "a job"),
        (instance.tasks.is_empty(), "a task"),
        (instance.timers.is_empty(), "a timer"),
        (instance.subscriptions.is_empty(), "a subscription"),
        (instance.incidents.is_empty(), "an incident"),
        (instance.arrivals.is_empty(), "a token at a gateway"),
        (instance.held.is_empty(), "a token on the move"),
        (instance.pending_changes.is_empty(), "a change of a task"),
        (instance.doomed.is_empty(), "something open of what had ended"),
        (instance.compensables.is_empty(), "something to undo"),
        (instance.interruptions.is_empty(), "an interruption"),
    ];
    open.into_iter().find(|(none, _)| !none).map(|(_, what)| what)
}

fn owned(instance: &Instance) -> Result<(), Broken> {
    let elements = instance.elements.iter().map(|live| ("element", live.key, live.scope));
    let jobs = instance.jobs.iter().map(|open| ("job", open.key, open.element));
    let tasks = instance.tasks.iter().map(|open| ("task", open.key, open.element));
    let timers = instance.timers.iter().map(|open| ("timer", open.key, open.element));
    let subscriptions = instance.subscriptions.iter().map(|open| ("subscription", open.key, open.element));
    let incidents = instance.incidents.iter().map(|open| ("incident", open.key, open.element));
    let arrivals = instance.arrivals.iter().map(|arrival| ("token", arrival.scope, arrival.scope));
    let changes = instance.pending_changes.iter().map(|pending| ("change", pending.element, pending.element));
    let interrupted = instance.interruptions.iter().map(|open| ("interruption", open.of, open.of));
    let undo = instance.compensables.iter().map(|done| ("compensation", done.key, done.scope));
    let all = elements.chain(jobs).chain(tasks).chain(timers).chain(subscriptions).chain(incidents).chain(arrivals);
    for (what, key, owner) in all.chain(changes).chain(undo).chain(interrupted) {
        if instance.live(owner).is_none() {
            return Err(Broken::Orphan { what, key, owner });
        }
    }
    Ok(())
}

/// Whether something is there that can take a live element further.
fn waits(process: &Process, instance: &Instance, live: &Live) -> bool {
    let key = live.key;
    let moves = |work: &Work| match work {
        Work::Enter { scope, .. } | Work::Leave { scope, .. } => *scope == key,
        Work::Begin(of) | Work::Item(of) | Work::Complete(of) | Work::Emptied(of) => *of == key,
        Work::Close | Work::Interrupt => false,
        Work::Cancel => key == ROOT,
    };
    let watched = || {
        instance.timers.iter().any(|open| open.element == key)
            || instance.subscriptions.iter().any(|open| open.element == key)
    };
    live.children > 0
        || instance.arrivals.iter().any(|arrival| arrival.scope == key)
        || instance.jobs.iter().any(|open| open.element == key)
        || instance.tasks.iter().any(|open| open.element == key)
        || instance.incidents.iter().any(|open| open.element == key)
        || instance.held.iter().any(moves)
        || instance.is_interrupted(key)
        || match &process.element(live.element).kind {
            Kind::Call(_) | Kind::AdHoc(_) => live.multi.is_none() && !instance.is_inner(key),
            Kind::CompensationThrow(_) => instance.elements.iter().any(|other| other.compensates == Some(key)),
            Kind::Catch(_) | Kind::Receive(_) | Kind::EventBased => watched(),
            // tokens of a scope are the elements in it, which are counted
            _ => key == ROOT && instance.suspended && !instance.held.is_empty(),
        }
}
