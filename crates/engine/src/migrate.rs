//! Migration: a running instance goes on with another version of its process.

use bpmn::{Element, ElementIndex, FlowIndex, Job, Kind, Process};
use units::Text;

use crate::apply::apply;
use crate::event::{Event, Work};
use crate::instance::{Instance, ROOT};

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
}

/// Takes an instance over to another version of its process and appends what happened to `out`; or says everything that
/// stands against it, and changes nothing. As a check before, call it with a copy.
///
/// Every element in use must be in the new version, by its id or by the mapping, do the same kind of thing and lie in the
/// same place; jobs, timers and subscriptions stay as they are, and so do incidents.
pub fn migrate(
    from: &Process,
    to: &Process,
    instance: &mut Instance,
    migration: &Migration,
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
    for live in &instance.elements {
        plan.element(live.element);
    }
    for target in
        instance.timers.iter().map(|timer| timer.target).chain(instance.subscriptions.iter().map(|open| open.target))
    {
        plan.element(target);
    }
    for done in &instance.compensables {
        plan.element(done.element);
    }
    for arrival in &instance.arrivals {
        plan.element(arrival.gateway);
        plan.flow(arrival.flow);
    }
    plan.element(instance.began_at);
    for work in &instance.held {
        match work {
            Work::Enter { element, flow, .. } => {
                plan.element(*element);
                flow.iter().for_each(|flow| plan.flow(*flow));
            }
            Work::Leave { element, .. } => plan.element(*element),
            Work::Begin(_) | Work::Item(_) | Work::Complete(_) | Work::Emptied(_) => {}
        }
    }
    for job in instance.jobs.iter().filter(|job| job.kind.is_none()) {
        let Some(live) = instance.live(job.element) else { continue };
        let Some((_, new)) = plan.elements.iter().find(|(old, _)| *old == live.element) else { continue };
        let (old, new) = (from.element(live.element), to.element(*new));
        let kept = job.listener.map_or_else(
            || work_of(old).map(|job| &job.kind) == work_of(new).map(|job| &job.kind),
            |place| {
                let of =
                    |element: &Element| element.listeners.get(usize::from(place)).map(|listener| listener.job.kind.clone());
                of(old) == of(new)
            },
        );
        if !kept {
            plan.against.push(Obstacle::JobType { element: old.id().into() });
        }
    }
    if !plan.against.is_empty() {
        return Err(plan.against);
    }
    let event = Event::Migrated { version: migration.version, elements: plan.elements, flows: plan.flows };
    apply(to, instance, &event);
    out.push(event);
    Ok(())
}

/// The job that is the work of an element.
fn work_of(element: &Element) -> Option<&Job> {
    match &element.kind {
        Kind::Job(job) => Some(job),
        Kind::AdHoc(ad_hoc) => ad_hoc.job.as_ref(),
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
        }
    }
}
