//! Elements end: what they copy out, and what ends with them.

use std::collections::{BTreeMap, BTreeSet};

use bpmn::{Element, ElementIndex, Kind, ListensFor};
use feel::Context;

use super::{Step, Work};
use crate::doomed::inside;
use crate::event::{Event, Phase};
use crate::instance::{Instance, Key, ROOT, Subscription};
use crate::interruption::Then;
use crate::variables::{Way, few_enough, too_many};

impl Step<'_, '_> {
    /// The work of an element is done. With output mappings the results stay inside, for the mappings to choose from;
    /// otherwise they go out as they are, except where the element has a variable of that name itself.
    pub(super) fn work_done(&mut self, key: Key, results: Context) {
        let Some((_, element)) = self.element_of(key) else { return };
        if let Err(names) = few_enough(&results) {
            return self.incident(key, Phase::Leaving, too_many(names));
        }
        self.take_results(key, element, results);
        self.queue.push_back(Work::Complete(key));
    }

    pub(super) fn take_results(&mut self, key: Key, element: &Element, results: Context) {
        if element.outputs.is_empty() {
            self.set(key, &results);
        } else {
            self.set_local(key, results);
        }
    }

    /// A called process has ended.
    pub(super) fn child_done(&mut self, key: Key, results: Context) {
        let Some((_, element)) = self.element_of(key) else { return };
        let propagates = matches!(&element.kind, Kind::Call(call) if call.propagate_child);
        if element.outputs.is_empty() && !propagates {
            self.queue.push_back(Work::Complete(key));
        } else {
            self.work_done(key, results);
        }
    }

    /// An element is done.
    pub(super) fn complete(&mut self, key: Key) {
        let Some((_, element)) = self.element_of(key) else { return };
        let Some(scope) = self.scope_of(key) else { return };
        let item = self.is_item(key);
        self.collect_ad_hoc(key, element);
        // the outputs of something done once per item are taken item by item
        if (item || element.multi.is_none()) && !element.outputs.is_empty() {
            match self.mapped(Way::Out, element, &element.outputs, &self.visible(key)) {
                // those of an item may be for its result alone
                Ok(outputs) => self.set(if item { key } else { scope }, &outputs),
                Err(message) => return self.incident(key, Phase::Leaving, message),
            }
        }
        self.end(key, element);
    }

    /// An element has given its results: its listeners are asked, if it has some, and it ends.
    pub(super) fn end(&mut self, key: Key, element: &Element) {
        // listeners of something done once per item listen to each item
        let item = self.is_item(key);
        let body = !item && element.multi.is_some();
        if !body && element.listeners_for(ListensFor::End).next().is_some() {
            // its work is done: nothing may begin in it or interrupt it any more
            self.unsubscribe(key);
            self.drop_timers(key);
        }
        if body || !self.listen(key, element, ListensFor::End, 0) {
            self.finish(key);
        }
    }

    /// Whether the work of a live element is done, and its end listeners run or are stuck.
    pub(super) fn is_ending(&self, key: Key) -> bool {
        let Some((_, element)) = self.element_of(key) else { return false };
        let ends =
            |place: u16| element.listeners.get(usize::from(place)).is_some_and(|listener| listener.on == ListensFor::End);
        let jobs = self.instance.jobs.iter().filter(|open| open.element == key).filter_map(|open| open.listener);
        let stuck = self.instance.incidents.iter().filter(|open| open.element == key).filter_map(|open| match open.phase {
            Phase::Listening(place) => Some(place),
            _ => None,
        });
        jobs.chain(stuck).any(ends)
    }

    /// An element has given its results, and its listeners are done.
    pub(super) fn finish(&mut self, key: Key) {
        let Some((index, element)) = self.element_of(key) else { return };
        let Some(live) = self.instance.live(key) else { return };
        let (scope, compensates) = (live.scope, live.compensates);
        if live.children > 0 {
            if self.asks_before(key, false, || Then::Finish) {
                return;
            }
            self.terminate_inside(key);
            self.forget(key);
        }
        if key == ROOT {
            self.close_all_doomed();
        }
        if self.is_item(key) {
            return self.item_done(key, element);
        }
        self.close(key);
        self.note_compensable(key, index, scope);
        self.emit(Event::Completed { key });
        if key == ROOT {
            self.emit(Event::InstanceCompleted);
        } else if let Some(thrower) = compensates {
            self.undone(thrower);
            self.emptied.push(scope);
        } else {
            self.queue.push_back(Work::Leave { element: index, scope });
        }
    }

    /// A scope without tokens is done.
    pub(super) fn end_if_empty(&mut self, scope: Key) {
        let Some(live) = self.instance.live(scope) else { return };
        if self.instance.is_ended() {
            return;
        }
        let inner = self.instance.is_inner(scope);
        if live.children > 0 {
            // one end of a path that has others
            if inner {
                self.is_enough(scope);
            }
            return;
        }
        let Some((_, element)) = self.element_of(scope) else { return };
        if self.instance.arrivals.iter().any(|arrival| arrival.scope == scope) {
            return self.stuck_at_joins(scope, element);
        }
        self.no_longer_stuck_at_joins(scope);
        if inner {
            return self.path_ended(scope);
        }
        if !self.is_done_when_empty(scope, element) {
            return;
        }
        if self.instance.incidents.iter().any(|incident| incident.element == scope) {
            return;
        }
        // its work is done already when its end listeners run: they end it
        if self.instance.jobs.iter().any(|job| job.element == scope) {
            return;
        }
        self.queue.push_back(Work::Complete(scope));
    }

    /// Closes what an element has open.
    pub(super) fn close(&mut self, key: Key) {
        if let Some(child) = self.instance.live(key).and_then(|live| live.child) {
            self.emit(Event::ChildCancelled { element: key, child });
        }
        if self.instance.live(key).is_some_and(|live| live.open == 0) {
            return;
        }
        let jobs: Vec<Key> = self.instance.jobs.iter().filter(|open| open.element == key).map(|open| open.key).collect();
        for job in jobs {
            self.emit(Event::JobCancelled { job });
        }
        let tasks: Vec<Key> = self.instance.tasks.iter().filter(|open| open.element == key).map(|open| open.key).collect();
        for task in tasks {
            self.emit(Event::TaskCancelled { task });
        }
        self.unsubscribe(key);
        let incidents = self.instance.incidents.iter().filter(|open| open.element == key);
        for incident in incidents.map(|open| open.key).collect::<Vec<_>>() {
            self.emit(Event::IncidentResolved { incident });
        }
    }

    /// Closes the subscriptions of an element.
    pub(super) fn unsubscribe(&mut self, key: Key) {
        let open = self.instance.subscriptions.iter().filter(|open| open.element == key);
        let closed: Vec<Event> = open.map(Subscription::closed).collect();
        self.emit_all(closed);
    }

    /// Gives up the timers of an element.
    pub(super) fn drop_timers(&mut self, key: Key) {
        let open = self.instance.timers.iter().filter(|open| open.element == key).map(|open| open.key);
        for timer in open.collect::<Vec<_>>() {
            self.emit(Event::TimerFired { timer });
        }
    }

    /// Ends an element and everything inside of it, from the inside out.
    pub(super) fn terminate(&mut self, key: Key) {
        self.terminate_inside(key);
        self.close(key);
        self.emit(Event::Terminated { key });
    }

    /// Ends everything inside of a scope, but not the scope: the youngest first. One look at the instance tells all that has to be
    /// closed, since there may be ten thousand items inside; of more than a slice the rest is closed in the next turns, before anything
    /// else moves.
    pub(super) fn terminate_inside(&mut self, scope: Key) {
        let all = inside(self.instance, scope);
        if all.len() > self.cx.limits.slice as usize {
            self.emit(Event::InsideTerminated { scope });
            if self.queue.front() != Some(&Work::Close) {
                self.queue.push_front(Work::Close);
            }
            return;
        }
        let mut open = Inside::of(self.instance, scope, &all);
        for key in all.into_iter().rev() {
            self.emit_all(open.closing.remove(&key).unwrap_or_default());
            self.emit(Event::Terminated { key });
        }
        // tokens at gateways go with the scope
        while let Some(arrival) = self.instance.arrivals.iter().find(|arrival| arrival.scope == scope) {
            self.drop_tokens_at(scope, arrival.gateway);
        }
    }

    /// Ends all tokens that wait at a joining gateway.
    pub(super) fn drop_tokens_at(&mut self, scope: Key, gateway: ElementIndex) {
        while self.instance.arrivals.iter().any(|arrival| (arrival.scope, arrival.gateway) == (scope, gateway)) {
            self.emit(Event::Joined { scope, gateway });
        }
    }

    /// Closes what was open in elements that have ended, as much of it as the turn allows.
    pub(super) fn close_doomed(&mut self) {
        while let Some(event) = self.instance.doomed.next() {
            if self.is_over() {
                return self.queue.push_front(Work::Close);
            }
            self.activations += 1;
            self.emit(event);
        }
    }

    /// Closes all of it, since the instance ends.
    pub(super) fn close_all_doomed(&mut self) {
        while let Some(event) = self.instance.doomed.next() {
            self.emit(event);
        }
    }

    /// The instance is to end now: at once, or when everything inside of it is closed. Listeners of its tasks are asked before, unless
    /// they were and somebody asks for its end again.
    pub(super) fn cancel(&mut self) {
        self.queue.clear();
        self.emptied.clear();
        let again = self.instance.interruptions.iter().any(|open| open.then == Then::Cancel);
        if again {
            self.emit(Event::Interrupted { of: ROOT });
        } else if self.asks_before(ROOT, true, || Then::Cancel) {
            if !self.instance.doomed.is_empty() {
                self.queue.push_back(Work::Close);
            }
            return;
        }
        self.terminate_inside(ROOT);
        if self.instance.doomed.is_empty() {
            return self.cancelled();
        }
        self.queue = [Work::Close, Work::Cancel].into();
    }

    /// The instance ends, with what has begun in it meanwhile.
    pub(super) fn cancelled(&mut self) {
        self.terminate_inside(ROOT);
        self.close_all_doomed();
        self.close(ROOT);
        self.emit(Event::Terminated { key: ROOT });
        self.emit(Event::InstanceTerminated);
        self.queue.clear();
        self.emptied.clear();
    }

    /// A terminate end event ends everything in its scope, and the scope with it.
    pub(super) fn terminate_scope(&mut self, key: Key) {
        if let Some(scope) = self.scope_of(key) {
            self.empty(scope);
        }
    }

    /// Everything in a scope ends, and the scope if nothing else holds it.
    pub(super) fn empty(&mut self, scope: Key) {
        if self.asks_before(scope, false, || Then::Empty) {
            return;
        }
        self.terminate_inside(scope);
        self.forget(scope);
        self.emptied.push(scope);
    }
}

/// What closes what is alive inside of a scope, however deep.
struct Inside {
    /// What closes what each of them has open.
    closing: BTreeMap<Key, Vec<Event>>,
}

impl Inside {
    fn of(instance: &Instance, scope: Key, inside: &BTreeSet<Key>) -> Self {
        let mut closing: BTreeMap<Key, Vec<Event>> = BTreeMap::new();
        let mut close = |element: Key, event: Event| {
            if element != scope && inside.contains(&element) {
                closing.entry(element).or_default().push(event);
            }
        };
        instance.jobs.iter().for_each(|open| close(open.element, Event::JobCancelled { job: open.key }));
        instance.tasks.iter().for_each(|open| close(open.element, Event::TaskCancelled { task: open.key }));
        instance.subscriptions.iter().for_each(|open| close(open.element, open.closed()));
        instance.incidents.iter().for_each(|open| close(open.element, Event::IncidentResolved { incident: open.key }));
        for live in &instance.elements {
            if let Some(child) = live.child {
                close(live.key, Event::ChildCancelled { element: live.key, child });
            }
        }
        Self { closing }
    }
}
