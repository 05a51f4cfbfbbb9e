//! What was open in elements that were ended together: ten thousand items end at once, and what each of them had open is closed a
//! slice at a time, so that others have their turn in between.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::event::Event;
use crate::instance::{Instance, InstanceId, Key, Keyed, Subscription};

/// What is still to be closed of elements that have ended.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Doomed {
    jobs: Vec<Key>,
    tasks: Vec<Key>,
    subscriptions: Vec<Subscription>,
    incidents: Vec<Key>,
    children: Vec<(Key, InstanceId)>,
}

impl Doomed {
    pub(crate) fn is_empty(&self) -> bool {
        self.next().is_none()
    }

    /// What closes the next of it: the youngest of its kind.
    pub(crate) fn next(&self) -> Option<Event> {
        let job = || self.jobs.last().map(|job| Event::JobCancelled { job: *job });
        let task = || self.tasks.last().map(|task| Event::TaskCancelled { task: *task });
        let subscription = || self.subscriptions.last().map(Subscription::closed);
        let incident = || self.incidents.last().map(|incident| Event::IncidentResolved { incident: *incident });
        let child =
            || self.children.last().map(|(element, child)| Event::ChildCancelled { element: *element, child: *child });
        job().or_else(task).or_else(subscription).or_else(incident).or_else(child)
    }

    /// Something of it is closed.
    pub(crate) fn closed(&mut self, event: &Event) {
        match event {
            Event::JobCancelled { job } => take_last(&mut self.jobs, |last| last == job),
            Event::TaskCancelled { task } => take_last(&mut self.tasks, |last| last == task),
            Event::SubscriptionClosed { subscription, .. } => {
                take_last(&mut self.subscriptions, |last| last.key == *subscription);
            }
            Event::IncidentResolved { incident } => take_last(&mut self.incidents, |last| last == incident),
            Event::ChildCancelled { element, .. } => take_last(&mut self.children, |(last, _)| last == element),
            _ => {}
        }
    }
}

fn take_last<T>(list: &mut Vec<T>, is_meant: impl Fn(&T) -> bool) {
    if list.last().is_some_and(is_meant) {
        list.pop();
    }
}

/// The elements that are alive inside of a scope, however deep, in the order of their keys: whatever is inside of another element is
/// younger than it.
pub(crate) fn inside(instance: &Instance, scope: Key) -> BTreeSet<Key> {
    let mut inside = BTreeSet::from([scope]);
    for live in instance.elements.iter().filter(|live| live.key != live.scope) {
        if inside.contains(&live.scope) {
            inside.insert(live.key);
        }
    }
    inside.remove(&scope);
    inside
}

/// Ends everything inside of a scope, and notes what is to be closed for it.
pub(crate) fn end_inside(instance: &mut Instance, scope: Key) {
    let gone = inside(instance, scope);
    let is_gone = |key: Key| gone.contains(&key);
    let doomed = &mut instance.doomed;
    doomed.jobs.extend(taken(&mut instance.jobs, is_gone).iter().map(|open| open.key));
    doomed.tasks.extend(taken(&mut instance.tasks, is_gone).iter().map(|open| open.key));
    doomed.subscriptions.extend(taken(&mut instance.subscriptions, is_gone));
    doomed.incidents.extend(taken(&mut instance.incidents, is_gone).iter().map(|open| open.key));
    let calls = instance.elements.iter().filter(|live| gone.contains(&live.key));
    doomed.children.extend(calls.filter_map(|live| Some((live.key, live.child?))));
    instance.elements.retain(|live| !gone.contains(&live.key));
    instance.timers.retain(|timer| !gone.contains(&timer.element));
    instance.pending_changes.retain(|pending| !gone.contains(&pending.element));
    instance.arrivals.retain(|arrival| arrival.scope != scope && !gone.contains(&arrival.scope));
    instance.compensables.retain(|done| !gone.contains(&done.scope));
    instance.interruptions.retain(|open| !gone.contains(&open.of));
    if let Some(live) = instance.live_mut(scope) {
        live.children = 0;
    }
}

/// Takes out of a list what belongs to elements that are gone, in its order.
fn taken<T: Keyed>(list: &mut Vec<T>, is_gone: impl Fn(Key) -> bool) -> Vec<T> {
    let (gone, kept) = std::mem::take(list).into_iter().partition(|open| is_gone(open.element()));
    *list = kept;
    gone
}
