//! Migration: a running instance goes on with another version of its process.

use bpmn::{Element, ElementIndex, FlowIndex, Job, Kind, ListensFor, Process, Trigger};
use units::Text;

use crate::apply::apply;
use crate::event::{Event, Phase, Work};
use crate::input::Cx;
use crate::instance::{Instance, Key, ROOT};
use crate::step::{settle_in, undoes};

/// Where tokens go that cannot stay where they are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Migration {
    /// The version to go on with.
    pub version: u32,
    /// Ids of elements in the old and the new version, where they differ.
    pub elements: Vec<(Text, Text)>,
}

/// What stands against a migration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Obstacle {
    /// The instance has ended.
    #[error("the process instance has ended")]
    Ended,
    /// The mapping names an element that the old version does not have.
    #[error("the mapping names `{element}`, which is not in the old version")]
    NotInOld {
        /// The id that is named.
        element: Text,
    },
    /// The mapping names an element that the new version does not have.
    #[error("the mapping names `{element}`, which is not in the new version")]
    NotInNew {
        /// The id that is named.
        element: Text,
    },
    /// An element in use has no counterpart.
    #[error("`{element}` is in use and is not in the new version; map it to another element")]
    NoCounterpart {
        /// Its id.
        element: Text,
    },
    /// The counterpart of an element in use does not go on as it does.
    #[error("`{element}` is in use, and `{target}` in the new version is {differs}")]
    Differs {
        /// Its id.
        element: Text,
        /// The id of its counterpart.
        target: Text,
        /// How the two differ.
        differs: &'static str,
    },
    /// A token came to a joining gateway by a flow that is gone.
    #[error("a token came by the flow `{flow}`, which the new version does not have there")]
    NoFlow {
        /// The flow's id.
        flow: Text,
    },
    /// A job is open whose type would be another one.
    #[error("a job of `{element}` is open, and the new version has another type")]
    JobType {
        /// The id of the element.
        element: Text,
    },
    /// A listener has a job open or is stuck, and the new version has another one in its place.
    #[error("a listener of `{element}` has not answered, and the new version has another one in its place")]
    Listener {
        /// The id of the element.
        element: Text,
    },
    /// Something is to end, and listeners of tasks in it have not answered yet.
    #[error("`{element}` is being interrupted, and listeners of its tasks have not answered; migrate it when they have")]
    Interrupted {
        /// The id of the element.
        element: Text,
    },
    /// An activity was completed that can be undone, and the new version undoes it otherwise or not at all.
    #[error("`{element}` was completed and can be undone, and the new version has no counterpart of what undoes it")]
    NotUndone {
        /// The id of the activity.
        element: Text,
    },
    /// An event that only the new version has cannot be waited for.
    #[error("`{element}` is new and cannot be waited for: {why}")]
    Unwatched {
        /// The id of the event.
        element: Text,
        /// Why.
        why: Text,
    },
}

/// Takes an instance over to another version of its process and appends what happened to `out`; or says everything that
/// stands against it, and changes nothing. As a check before, call it with a copy.
///
/// Every element in use must be in the new version, by its id or by the mapping, do the same kind of thing and lie in the
/// same place; jobs, timers and subscriptions stay as they are, and so do incidents. Events on the edge of an activity and event
/// sub-processes that the new version does not have are waited for no more, and those that only it has are from now on. Tokens
/// that wait at a parallel gateway go on if the new version has no other flows to it.
pub fn migrate(
    from: &Process,
    to: &Process,
    instance: &mut Instance,
    migration: &Migration,
    cx: &Cx<'_>,
    out: &mut Vec<Event>,
) -> Result<(), Vec<Obstacle>> {
    let mut plan = Plan { from, to, migration, elements: Vec::new(), flows: Vec::new(), against: Vec::new() };
    if instance.is_ended() {
        return Err(vec![Obstacle::Ended]);
    }
    for (old, new) in &migration.elements {
        if from.find(old).is_none() {
            plan.against.push(Obstacle::NotInOld { element: old.clone() });
        }
        if to.find(new).is_none() {
            plan.against.push(Obstacle::NotInNew { element: new.clone() });
        }
    }
    for open in &instance.interruptions {
        let element = instance.live(open.of).map_or(ElementIndex(0), |live| live.element);
        plan.against.push(Obstacle::Interrupted { element: from.element(element).id().into() });
    }
    for live in &instance.elements {
        plan.element(live.element);
    }
    let closed = plan.events(instance);
    for done in &instance.compensables {
        plan.element(done.element);
        plan.undone(done.element);
    }
    for arrival in &instance.arrivals {
        plan.element(arrival.gateway);
        plan.flow(arrival.flow);
    }
    if may_begin(from, instance) {
        plan.element(instance.began_at);
    }
    for work in &instance.held {
        match work {
            Work::Enter { element, flow, .. } => {
                plan.element(*element);
                flow.iter().for_each(|flow| plan.flow(*flow));
            }
            Work::Leave { element, .. } => plan.element(*element),
            Work::Begin(_) | Work::Item(_) | Work::Complete(_) | Work::Emptied(_) => {}
            Work::Close | Work::Cancel | Work::Interrupt => {}
        }
    }
    plan.listeners(instance);
    plan.job_types(instance);
    if !plan.against.is_empty() {
        return Err(plan.against);
    }
    let added = plan.added(instance);
    let (mut moved, mut events) = (instance.clone(), closed);
    let (version, elements, flows) = (migration.version, plan.elements, plan.flows);
    events.push(Event::Migrated { version, elements, flows });
    for event in &events {
        apply(to, &mut moved, event);
    }
    if let Err((target, why)) = settle_in(to, &mut moved, &added, cx, &mut events) {
        return Err(vec![Obstacle::Unwatched { element: to.element(target).id().into(), why }]);
    }
    *instance = moved;
    out.append(&mut events);
    Ok(())
}

/// Whether the start event at which an instance begins still matters: it has not gone past it.
fn may_begin(process: &Process, instance: &Instance) -> bool {
    instance.held.contains(&Work::Begin(ROOT)) || starts(process, instance, ROOT) || is_stuck(instance, ROOT, Phase::Working)
}

/// Whether a live element has not begun to watch yet: it waits for its turn, for its start listeners, or is stuck before.
fn starts(process: &Process, instance: &Instance, key: Key) -> bool {
    listens(process, instance, key, ListensFor::Start)
        || instance.held.contains(&Work::Begin(key))
        || is_stuck(instance, key, Phase::Entering)
        || is_stuck(instance, key, Phase::Watching)
}

fn is_stuck(instance: &Instance, key: Key, phase: Phase) -> bool {
    instance.incidents.iter().any(|open| open.element == key && open.phase == phase)
}

/// Whether a listener of a kind has a job open or is stuck.
fn listens(process: &Process, instance: &Instance, key: Key, on: ListensFor) -> bool {
    let Some(live) = instance.live(key) else { return false };
    let listeners = &process.element(live.element).listeners;
    open_listeners(instance)
        .any(|(of, place)| of == key && listeners.get(usize::from(place)).is_some_and(|open| open.on == on))
}

/// Live elements with the places of their listeners that have a job open or are stuck.
fn open_listeners(instance: &Instance) -> impl Iterator<Item = (Key, u16)> + '_ {
    let jobs = instance.jobs.iter().filter_map(|job| Some((job.element, job.listener?)));
    let stuck = instance.incidents.iter().filter_map(|open| match open.phase {
        Phase::Listening(place) => Some((open.element, place)),
        _ => None,
    });
    jobs.chain(stuck)
}

/// The job that is the work of an element.
fn work_of(element: &Element) -> Option<&Job> {
    match &element.kind {
        Kind::Job(job) => Some(job),
        Kind::AdHoc(ad_hoc) => ad_hoc.job.as_ref(),
        _ => None,
    }
}

/// What sets an event off.
fn trigger_of(element: &Element) -> Option<&Trigger> {
    match &element.kind {
        Kind::Boundary { trigger, .. } | Kind::Start(trigger) | Kind::Catch(trigger) => Some(trigger),
        _ => None,
    }
}

struct Plan<'a> {
    from: &'a Process,
    to: &'a Process,
    migration: &'a Migration,
    elements: Vec<(ElementIndex, ElementIndex)>,
    flows: Vec<(FlowIndex, FlowIndex)>,
    against: Vec<Obstacle>,
}

impl Plan<'_> {
    fn counterpart(&self, old: ElementIndex) -> Option<ElementIndex> {
        if old.0 == 0 {
            return Some(ElementIndex(0));
        }
        let id = self.from.element(old).id();
        let mapped = self.migration.elements.iter().find(|(from, _)| from == id).map(|(_, to)| to.as_str());
        self.to.find(mapped.unwrap_or(id))
    }

    /// The new place of an element that is planned for.
    fn place_of(&self, old: ElementIndex) -> Option<ElementIndex> {
        self.elements.iter().find(|(known, _)| *known == old).map(|(_, new)| *new)
    }

    /// Events that are waited for. What is given back closes those that the new version does not have.
    fn events(&mut self, instance: &Instance) -> Vec<Event> {
        let mut closed = Vec::new();
        for timer in &instance.timers {
            if self.is_gone(timer.target) {
                closed.push(Event::TimerFired { timer: timer.key });
            } else {
                self.element(timer.target);
            }
        }
        for open in &instance.subscriptions {
            if self.is_gone(open.target) {
                closed.push(open.closed());
            } else {
                self.element(open.target);
            }
        }
        closed
    }

    /// Whether an event that was waited for beside something else is not in the new version.
    fn is_gone(&self, target: ElementIndex) -> bool {
        let beside = matches!(self.from.element(target).kind, Kind::Boundary { .. } | Kind::Start(_));
        beside && self.counterpart(target).is_none()
    }

    /// Events of live elements that only the new version has.
    fn added(&self, instance: &Instance) -> Vec<(Key, ElementIndex)> {
        let mut added = Vec::new();
        for live in &instance.elements {
            let Some(new) = self.place_of(live.element) else { continue };
            if instance.is_inner(live.key)
                || starts(self.from, instance, live.key)
                || listens(self.from, instance, live.key, ListensFor::End)
            {
                continue;
            }
            let (old, new) = (self.from.element(live.element), self.to.element(new));
            let item = instance
                .live(live.scope)
                .is_some_and(|around| around.key != live.key && around.multi.is_some() && around.element == live.element);
            if !item {
                let is_new =
                    |event: &&ElementIndex| !old.boundaries.iter().any(|old| self.counterpart(*old) == Some(**event));
                added.extend(new.boundaries.iter().filter(is_new).map(|event| (live.key, *event)));
            }
            if live.multi.is_none()
                && !is_stuck(instance, live.key, Phase::Working)
                && !self.is_interrupted(instance, live.key)
            {
                let known = |start| old.event_sub_processes.iter().any(|(_, old)| self.counterpart(*old) == Some(start));
                let starts = new.event_sub_processes.iter().map(|(_, start)| *start).filter(|start| !known(*start));
                added.extend(starts.map(|start| (live.key, start)));
            }
        }
        added
    }

    /// Whether an event sub-process has interrupted a scope: then no other one begins in it.
    fn is_interrupted(&self, instance: &Instance, scope: Key) -> bool {
        instance
            .elements
            .iter()
            .filter(|live| live.scope == scope)
            .any(|live| matches!(self.from.element(live.element).kind, Kind::EventSubProcess { interrupting: true }))
    }

    /// What undoes a completed activity must have a counterpart that undoes its counterpart.
    fn undone(&mut self, old: ElementIndex) {
        let Some(new) = self.place_of(old) else { return };
        let handler = undoes(self.from, old).and_then(|handler| self.counterpart(handler));
        if handler.is_none() || handler != undoes(self.to, new) {
            self.against.push(Obstacle::NotUndone { element: self.from.element(old).id().into() });
        }
    }

    /// Listeners that are asked must be in the same place.
    fn listeners(&mut self, instance: &Instance) {
        for (key, place) in open_listeners(instance) {
            let Some(live) = instance.live(key) else { continue };
            let Some(new) = self.place_of(live.element) else { continue };
            let of = |element: &Element| element.listeners.get(usize::from(place)).map(|listener| listener.on);
            let old = self.from.element(live.element);
            if of(old) != of(self.to.element(new)) {
                self.against.push(Obstacle::Listener { element: old.id().into() });
            }
        }
    }

    /// Open jobs must keep the type that the model gives them.
    fn job_types(&mut self, instance: &Instance) {
        for job in instance.jobs.iter().filter(|job| job.kind.is_none()) {
            let Some(live) = instance.live(job.element) else { continue };
            let Some(new) = self.place_of(live.element) else { continue };
            let kind_of = |element: &Element| match job.listener {
                None => work_of(element).map(|job| job.kind.clone()),
                Some(place) => element.listeners.get(usize::from(place)).map(|listener| listener.job.kind.clone()),
            };
            let old = self.from.element(live.element);
            if kind_of(old) != kind_of(self.to.element(new)) {
                self.against.push(Obstacle::JobType { element: old.id().into() });
            }
        }
    }

    fn element(&mut self, old: ElementIndex) {
        if self.elements.iter().any(|(known, _)| *known == old) {
            return;
        }
        let element = self.from.element(old);
        let Some(new) = self.counterpart(old) else {
            return self.against.push(Obstacle::NoCounterpart { element: element.id().into() });
        };
        let target = self.to.element(new);
        let differs = if std::mem::discriminant(&element.kind) != std::mem::discriminant(&target.kind) {
            Some("another kind of element")
        } else if trigger_of(element).map(std::mem::discriminant) != trigger_of(target).map(std::mem::discriminant) {
            Some("set off by another kind of event")
        } else if element.multi.as_ref().map(|multi| multi.sequential) != target.multi.as_ref().map(|multi| multi.sequential)
        {
            Some("not done once per item in the same way")
        } else if self.counterpart(element.scope) != Some(target.scope) {
            Some("in another scope")
        } else if let (Kind::Boundary { host: old, .. }, Kind::Boundary { host: new, .. }) = (&element.kind, &target.kind)
            && self.counterpart(*old) != Some(*new)
        {
            Some("on the edge of another activity")
        } else {
            None
        };
        match differs {
            Some(differs) => {
                let (element, target) = (element.id().into(), target.id().into());
                self.against.push(Obstacle::Differs { element, target, differs });
            }
            None => self.elements.push((old, new)),
        }
    }

    fn flow(&mut self, old: FlowIndex) {
        if self.flows.iter().any(|(known, _)| *known == old) {
            return;
        }
        let Some(flow) = self.from.flow(old) else { return };
        let target = self.counterpart(flow.target).map(|target| self.to.element(target));
        let mut incoming = target.into_iter().flat_map(|target| &target.incoming);
        let same = |new: &&FlowIndex| self.to.flow(**new).is_some_and(|new| new.id == flow.id);
        match incoming.find(same) {
            Some(new) => self.flows.push((old, *new)),
            None => {
                self.against.push(Obstacle::NoFlow { flow: flow.id.clone() });
            }
        }
    }
}

/// Puts the new places into an instance.
pub(crate) fn renumber(
    instance: &mut Instance,
    elements: &[(ElementIndex, ElementIndex)],
    flows: &[(FlowIndex, FlowIndex)],
) {
    let element = |place: &mut ElementIndex| {
        if let Some((_, new)) = elements.iter().find(|(old, _)| old == place) {
            *place = *new;
        }
    };
    let flow = |place: &mut FlowIndex| {
        if let Some((_, new)) = flows.iter().find(|(old, _)| old == place) {
            *place = *new;
        }
    };
    instance.elements.iter_mut().filter(|live| live.key != ROOT).for_each(|live| element(&mut live.element));
    instance.timers.iter_mut().for_each(|timer| element(&mut timer.target));
    instance.subscriptions.iter_mut().for_each(|open| element(&mut open.target));
    instance.compensables.iter_mut().for_each(|done| element(&mut done.element));
    element(&mut instance.began_at);
    for arrival in &mut instance.arrivals {
        element(&mut arrival.gateway);
        flow(&mut arrival.flow);
    }
    for work in &mut instance.held {
        match work {
            Work::Enter { element: place, flow: by, .. } => {
                element(place);
                by.iter_mut().for_each(flow);
            }
            Work::Leave { element: place, .. } => element(place),
            Work::Begin(_) | Work::Item(_) | Work::Complete(_) | Work::Emptied(_) => {}
            Work::Close | Work::Cancel | Work::Interrupt => {}
        }
    }
}
