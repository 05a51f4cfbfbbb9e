//! The fold: what an event changes in an instance. Total and boring: what does not fit changes nothing.

use bpmn::Process;
use feel::{Context, Value};

use crate::doomed::end_inside;
use crate::event::Event;
use crate::instance::{
    Arrival, Compensable, Incident, Instance, Key, Live, Multi, OpenJob, OpenTask, OpenTimer, ROOT, Stage, Subscription,
    place_of, take_out,
};
use crate::task::PendingChange;

/// How many decisions an instance keeps at hand; the journal has all of them.
const KEPT_DECISIONS: usize = 5;

/// Applies one event to the instance in which it happened.
pub fn apply(_process: &Process, instance: &mut Instance, event: &Event) {
    instance.doomed.closed(event);
    match event {
        Event::Started { at, now } => {
            instance.stage = Stage::Running;
            instance.began_at = *at;
            begin(instance, ROOT, bpmn::ElementIndex(0), ROOT, *now);
        }
        Event::Passed { .. }
        | Event::MessageThrown { .. }
        | Event::SignalThrown { .. }
        | Event::Escalated { .. }
        | Event::ChildRequested { .. } => {}
        Event::Activated { key, element, scope, now } => begin(instance, *key, *element, *scope, *now),
        Event::Multiplied { key, total, items, collects, activations } => {
            if let Some(live) = instance.live_mut(*key) {
                let results = collects.then(|| vec![Value::Null; *total as usize]);
                let (total, items, activations) = (*total, items.clone(), *activations);
                live.multi = Some(Box::new(Multi { total, begun: 0, done: 0, items, results, activations }));
            }
        }
        Event::ItemBegun { key } => {
            if let Some(multi) = multi(instance, *key) {
                multi.begun += 1;
            }
        }
        Event::ItemDone { key, place, result } => {
            if let Some(multi) = multi(instance, *key) {
                multi.done += 1;
                if let Some(slot) = multi.results.as_mut().and_then(|results| results.get_mut(*place as usize)) {
                    slot.clone_from(result);
                }
            }
        }
        Event::Variables { scope, variables } => {
            if let Some(live) = instance.live_mut(*scope) {
                live.variables.merge(variables);
            }
        }
        Event::JobCreated { job, element, kind, retries, priority, listener, since } => {
            opened(instance, *job, *element);
            let (kind, retries, priority, listener) = (kind.clone(), *retries, *priority, *listener);
            let (key, element, since) = (*job, *element, *since);
            instance.jobs.push(OpenJob { key, element, kind, retries, retry_at: None, priority, listener, since });
        }
        Event::JobFailed { job, retries, retry_at } if *retries > 0 => {
            if let Some(open) = job_mut(instance, *job) {
                (open.retries, open.retry_at) = (*retries, *retry_at);
            }
        }
        Event::JobRetried { job } => {
            if let Some(open) = job_mut(instance, *job) {
                open.retry_at = None;
            }
        }
        Event::JobCompleted { job } | Event::JobFailed { job, .. } | Event::JobCancelled { job } => {
            let element = take_out(&mut instance.jobs, *job);
            closed(instance, element);
        }
        Event::TaskCreated { task, element, details, since } => {
            opened(instance, *task, *element);
            settle(instance, *element);
            instance.tasks.push(OpenTask { key: *task, element: *element, details: (**details).clone(), since: *since });
        }
        Event::TaskAssigned { task, assignee } => {
            if let Some(open) = changed(instance, *task) {
                open.details.assignee.clone_from(assignee);
            }
        }
        Event::TaskUpdated { task, details } => {
            if let Some(open) = changed(instance, *task) {
                open.details = (**details).clone();
            }
        }
        Event::TaskChanging { element, details, variables } => {
            settle(instance, *element);
            let (details, variables) = ((**details).clone(), variables.clone());
            instance.pending_changes.push(PendingChange { element: *element, details, variables });
        }
        Event::TaskKept { element, .. } => settle(instance, *element),
        Event::TaskCompleted { task } | Event::TaskCancelled { task } => {
            let element = take_out(&mut instance.tasks, *task);
            closed(instance, element);
        }
        Event::TimerSet { timer, element, target, due, repeats, since, counts_from } => {
            opened(instance, *timer, *element);
            let (element, target, due, repeats, since, counts_from) =
                (*element, *target, *due, *repeats, *since, *counts_from);
            instance.timers.push(OpenTimer { key: *timer, element, target, due, repeats, since, counts_from });
        }
        Event::TimerFired { timer } => {
            let element = take_out(&mut instance.timers, *timer);
            closed(instance, element);
        }
        Event::SubscriptionOpened { subscription, element, target, name, correlation, signal, since } => {
            opened(instance, *subscription, *element);
            let (name, correlation) = (name.clone(), correlation.clone());
            let (key, element, target, signal, since) = (*subscription, *element, *target, *signal, *since);
            instance.subscriptions.push(Subscription { key, element, target, name, correlation, signal, since });
        }
        Event::SubscriptionClosed { subscription, .. } => {
            let element = take_out(&mut instance.subscriptions, *subscription);
            closed(instance, element);
        }
        Event::ChildEnded { element } | Event::ChildCancelled { element, .. } => {
            if let Some(live) = instance.live_mut(*element) {
                live.child = None;
            }
        }
        Event::Arrived { scope, gateway, flow, now } => {
            let here = |arrival: &&mut Arrival| (arrival.scope, arrival.gateway, arrival.flow) == (*scope, *gateway, *flow);
            match instance.arrivals.iter_mut().find(here) {
                Some(arrival) => arrival.tokens += 1,
                None => {
                    instance.arrivals.push(Arrival { scope: *scope, gateway: *gateway, flow: *flow, tokens: 1, since: *now })
                }
            }
        }
        Event::Joined { scope, gateway } => {
            for arrival in &mut instance.arrivals {
                if (arrival.scope, arrival.gateway) == (*scope, *gateway) {
                    arrival.tokens -= 1;
                }
            }
            instance.arrivals.retain(|arrival| arrival.tokens > 0);
        }
        Event::IncidentRaised { incident, element, phase, message, now } => {
            opened(instance, *incident, *element);
            let (message, since) = (message.clone(), *now);
            instance.incidents.push(Incident { key: *incident, element: *element, phase: *phase, message, since });
        }
        Event::IncidentResolved { incident } => {
            let element = take_out(&mut instance.incidents, *incident);
            closed(instance, element);
        }
        Event::Completed { key } => {
            hand_on(instance, *key);
            end(instance, *key);
        }
        Event::Terminated { key } => end(instance, *key),
        Event::InsideTerminated { scope } => end_inside(instance, *scope),
        Event::AdHocFulfilled { key } => {
            if let Some(live) = instance.live_mut(*key) {
                live.fulfilled = true;
            }
        }
        Event::Compensable { key, element, scope, variables } => {
            let (key, element, scope, variables) = (*key, *element, *scope, variables.clone());
            instance.compensables.push(Compensable { key, element, scope, variables });
        }
        Event::Compensating { key, thrower, of } => {
            instance.compensables.retain(|done| done.key != *of);
            if let Some(live) = instance.live_mut(*key) {
                live.compensates = Some(*thrower);
            }
        }
        Event::Paused { work, activations, now } => {
            instance.held.clone_from(work);
            instance.activations = *activations;
            instance.held_since = *now;
        }
        Event::Continued => {
            instance.held.clear();
            instance.activations = 0;
        }
        Event::Suspended { now } => (instance.suspended, instance.suspended_since) = (true, *now),
        Event::Resumed => (instance.suspended, instance.suspended_since) = (false, units::Timestamp(0)),
        Event::Migrated { version, elements, flows } => {
            instance.version = *version;
            crate::migrate::renumber(instance, elements, flows);
        }
        Event::Warned(warning) => instance.warnings.push((**warning).clone()),
        Event::Decided(made) => {
            if instance.decisions.len() >= KEPT_DECISIONS {
                instance.decisions.remove(0);
            }
            instance.decisions.push((**made).clone());
        }
        Event::Interrupting(interruption) => {
            // what was to end inside of it ends with it
            let inner = instance.interruptions.iter().map(|open| open.of);
            let inner: Vec<Key> = inner.filter(|inner| instance.lies_in(*inner, interruption.of)).collect();
            instance.interruptions.retain(|open| !inner.contains(&open.of));
            instance.interruptions.push((**interruption).clone());
        }
        Event::Interrupted { of } => instance.interruptions.retain(|open| open.of != *of),
        Event::InstanceCompleted => instance.stage = Stage::Completed,
        Event::InstanceTerminated => instance.stage = Stage::Terminated,
        Event::InstanceFailed { .. } => instance.stage = Stage::Failed,
    }
}

/// Notes that a key is used.
fn draw(instance: &mut Instance, key: Key) {
    instance.last_key = instance.last_key.max(key);
}

/// Something with a key of its own is open for an element.
fn opened(instance: &mut Instance, key: Key, element: Key) {
    draw(instance, key);
    if let Some(live) = instance.live_mut(element) {
        live.open += 1;
    }
}

/// Something is not open any more.
fn closed(instance: &mut Instance, element: Option<Key>) {
    if let Some(live) = element.and_then(|element| instance.live_mut(element)) {
        live.open = live.open.saturating_sub(1);
    }
}

/// A change of a task is through, or not to be.
fn settle(instance: &mut Instance, element: Key) {
    instance.pending_changes.retain(|pending| pending.element != element);
}

fn job_mut(instance: &mut Instance, job: Key) -> Option<&mut OpenJob> {
    let place = place_of(&instance.jobs, job)?;
    instance.jobs.get_mut(place)
}

/// The task that is changed.
fn changed(instance: &mut Instance, task: Key) -> Option<&mut OpenTask> {
    let element = instance.tasks.iter().find(|open| open.key == task)?.element;
    settle(instance, element);
    instance.tasks.iter_mut().find(|open| open.key == task)
}

/// What was completed inside of a scope can still be undone once the scope is completed; its variables come along.
fn hand_on(instance: &mut Instance, scope: Key) {
    if scope == ROOT || !instance.compensables.iter().any(|done| done.scope == scope) {
        return;
    }
    let Some((outer, variables)) = instance.live(scope).map(|live| (live.scope, live.variables.clone())) else { return };
    for done in instance.compensables.iter_mut().filter(|done| done.scope == scope) {
        let mut merged = variables.clone();
        merged.merge(&done.variables);
        (done.scope, done.variables) = (outer, merged);
    }
}

fn begin(instance: &mut Instance, key: Key, element: bpmn::ElementIndex, scope: Key, since: units::Timestamp) {
    draw(instance, key);
    let mut item = 0;
    if key != scope
        && let Some(around) = instance.live_mut(scope)
    {
        around.children += 1;
        item = around.multi.as_ref().filter(|_| around.element == element).map_or(0, |multi| multi.begun);
    }
    let live = Live {
        key,
        element,
        scope,
        children: 0,
        variables: Context::EMPTY,
        multi: None,
        child: None,
        since,
        compensates: None,
        fulfilled: false,
        item,
        open: 0,
    };
    // keys only grow, so the list stays sorted
    instance.elements.push(live);
}

fn end(instance: &mut Instance, key: Key) {
    let Ok(place) = instance.elements.binary_search_by_key(&key, |live| live.key) else { return };
    let Live { scope, open, .. } = instance.elements[place];
    if key == ROOT {
        // whoever called wants to read the results
        instance.elements.truncate(1);
        instance.compensables.clear();
        instance.held.clear();
        instance.interruptions.clear();
    } else {
        instance.elements.remove(place);
        if let Some(around) = instance.live_mut(scope) {
            around.children -= 1;
        }
    }
    settle(instance, key);
    instance.interruptions.retain(|open| open.of != key);
    // what else it had open was closed before
    if open > 0 {
        instance.timers.retain(|timer| timer.element != key);
    }
    instance.arrivals.retain(|arrival| arrival.scope != key);
    instance.compensables.retain(|done| done.scope != key);
}

fn multi(instance: &mut Instance, key: Key) -> Option<&mut Multi> {
    instance.live_mut(key)?.multi.as_deref_mut()
}
