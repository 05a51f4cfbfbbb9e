//! Interruptions: before user tasks end without being done, their listeners for `canceling` are asked, and what interrupts waits
//! for them.

use std::collections::BTreeSet;

use bpmn::ListensFor;
use feel::Context;
use units::Text;

use super::{Step, Work};
use crate::doomed::inside;
use crate::event::Event;
use crate::instance::{Key, ROOT};
use crate::interruption::{Interruption, Then};

impl Step<'_, '_> {
    /// Whether listeners have to be asked before a live element (or, if it is not to end `itself`, everything inside of it) ends. Then
    /// everything ends at once but the tasks that they listen to and the scopes around these, and `then` comes when they have answered.
    pub(super) fn asks_before(&mut self, of: Key, itself: bool, then: impl FnOnce() -> Then) -> bool {
        let unheard: BTreeSet<Key> = self.instance.unheard(self.process, of).map(|task| task.element).collect();
        if unheard.is_empty() {
            return false;
        }
        let asked: BTreeSet<Key> = unheard.iter().copied().filter(|task| self.instance.is_interrupted(*task)).collect();
        self.emit(Event::Interrupting(Box::new(Interruption { of, then: then() })));
        let kept = self.around(&unheard);
        for key in inside(self.instance, of).into_iter().rev() {
            if !kept.contains(&key) {
                self.close(key);
                self.emit(Event::Terminated { key });
            } else if !asked.contains(&key) {
                self.hush(key);
            }
        }
        if itself && !asked.contains(&of) {
            self.hush(of);
        } else if !itself {
            self.stop_watching_starts(of);
            self.dismiss_leader(of);
            self.still(of);
        }
        self.look_at_interruptions();
        true
    }

    /// These elements and the scopes around them.
    fn around(&self, elements: &BTreeSet<Key>) -> BTreeSet<Key> {
        let mut around = BTreeSet::new();
        for key in elements {
            let mut key = *key;
            while around.insert(key) {
                key = self.scope_of(key).unwrap_or(key);
            }
        }
        around
    }

    /// A live element that is to end does nothing any more, and waits for nothing but what is left inside of it.
    fn hush(&mut self, key: Key) {
        let jobs: Vec<Key> = self.instance.jobs.iter().filter(|open| open.element == key).map(|open| open.key).collect();
        for job in jobs {
            self.emit(Event::JobCancelled { job });
        }
        let incidents = self.instance.incidents.iter().filter(|open| open.element == key).map(|open| open.key);
        for incident in incidents.collect::<Vec<_>>() {
            self.emit(Event::IncidentResolved { incident });
        }
        if self.instance.pending_change(key).is_some() {
            self.emit(Event::TaskKept { element: key, why: Text::const_new("the task is interrupted") });
        }
        self.unsubscribe(key);
        self.drop_timers(key);
        self.still(key);
    }

    /// No token moves in a scope any more, or waits there at a gateway.
    fn still(&mut self, scope: Key) {
        self.forget(scope);
        self.queue.retain(|work| *work != Work::Item(scope));
        while let Some(arrival) = self.instance.arrivals.iter().find(|arrival| arrival.scope == scope) {
            self.drop_tokens_at(scope, arrival.gateway);
        }
    }

    fn look_at_interruptions(&mut self) {
        if !self.queue.contains(&Work::Interrupt) {
            self.queue.push_front(Work::Interrupt);
        }
    }

    /// Asks the listeners that are still to be asked, as many as the turn allows, and goes on with what waits for none any more.
    pub(super) fn interrupt(&mut self) {
        let unheard = self.instance.unheard(self.process, ROOT).map(|task| task.element);
        let unasked =
            unheard.filter(|task| self.instance.is_interrupted(*task) && self.instance.pending_change(*task).is_none());
        for task in unasked.collect::<Vec<_>>() {
            if self.is_over() {
                return self.queue.push_front(Work::Interrupt);
            }
            self.activations += 1;
            self.ask_before_end(task);
        }
        let heard = |open: &&Interruption| self.instance.unheard(self.process, open.of).next().is_none();
        if let Some(Interruption { of, then }) = self.instance.interruptions.iter().find(heard).cloned() {
            self.emit(Event::Interrupted { of });
            self.queue.push_front(Work::Interrupt);
            self.goes_on(of, then);
        }
    }

    fn ask_before_end(&mut self, key: Key) {
        let Some((_, element)) = self.element_of(key) else { return };
        let Some(details) = self.instance.task_of(key).map(|open| open.details.clone()) else { return };
        self.emit(Event::TaskChanging { element: key, details: Box::new(details), variables: Context::default() });
        self.listen(key, element, ListensFor::Canceling, 0);
    }

    /// All listeners of a task know that it ends.
    pub(super) fn heard(&mut self, key: Key) {
        if let Some(task) = self.instance.task_of(key).map(|open| open.key) {
            self.emit(Event::TaskCancelled { task });
        }
        self.look_at_interruptions();
    }

    /// That for which something was interrupted.
    fn goes_on(&mut self, of: Key, then: Then) {
        match then {
            Then::GoesOff { target, variables } => self.trigger(of, target, variables),
            Then::Finish => self.finish(of),
            Then::Items => self.items_done(of),
            Then::Enough => self.enough(of),
            Then::Empty => self.empty(of),
            Then::End => self.end_by_hand(of),
            Then::Cancel => self.cancel(),
            Then::Fail { code, message } => self.fail(code, message),
        }
    }
}
