//! Events are set off: by a time, a message, or an error.

use bpmn::{ElementIndex, Kind, Repetition, Trigger};
use feel::Context;
use units::Text;

use super::{Step, Work};
use crate::event::{Event, Phase};
use crate::input::Refusal;
use crate::instance::{Key, Subscription};
use crate::interruption::Then;
use crate::time;
use crate::variables::{Before, Way, few_enough, too_many};

impl Step<'_, '_> {
    /// A timer is due.
    pub(super) fn fire(&mut self, timer: Key) -> Result<(), Refusal> {
        if self.instance.job(timer).is_some_and(|job| job.retry_at.is_some()) {
            self.emit(Event::JobRetried { job: timer });
            return Ok(());
        }
        let open = self.instance.timers.iter().find(|open| open.key == timer);
        let open = open.cloned().ok_or(Refusal::Gone { what: "timer", key: timer })?;
        self.emit(Event::TimerFired { timer });
        if !self.is_once(open.target) {
            self.repeat(
                open.element,
                open.target,
                Repetition { at: open.due, repeats: open.repeats, since: open.counts_from },
            );
        }
        self.trigger(open.element, open.target, Context::default());
        Ok(())
    }

    /// The next turn of a cycle.
    fn repeat(&mut self, element: Key, target: ElementIndex, last: Repetition) {
        let (Kind::Boundary { trigger, .. } | Kind::Start(trigger)) = &self.process.element(target).kind else { return };
        let Trigger::Timer(kind, formula) = trigger else { return };
        let formula = || self.formula(formula, &self.visible(element));
        if let Some(next) = time::again(*kind, formula, last, self.cx.now, self.cx.utc_offset) {
            let (timer, since) = (self.draw(), self.later_than(element));
            let Repetition { at: due, repeats, since: counts_from } = next;
            self.emit(Event::TimerSet { timer, element, target, due, repeats, since, counts_from });
        }
    }

    /// A message is there.
    pub(super) fn correlate(&mut self, subscription: Key, variables: Context) -> Result<(), Refusal> {
        let open = self.instance.subscriptions.iter().find(|open| open.key == subscription);
        let open = open.cloned().ok_or(Refusal::Gone { what: "subscription", key: subscription })?;
        if self.is_once(open.target) {
            self.emit(open.closed());
        }
        self.trigger(open.element, open.target, variables);
        Ok(())
    }

    /// Whether an event goes off once only.
    fn is_once(&self, target: ElementIndex) -> bool {
        let element = self.process.element(target);
        match &element.kind {
            Kind::Boundary { interrupting, .. } => *interrupting,
            Kind::Start(_) => {
                matches!(self.process.element(element.scope).kind, Kind::EventSubProcess { interrupting: true })
            }
            _ => true,
        }
    }

    /// The event `target` goes off, which the live element `key` watched for.
    pub(super) fn trigger(&mut self, key: Key, target: ElementIndex, variables: Context) {
        let element = self.process.element(target);
        match &element.kind {
            Kind::Boundary { interrupting, .. } => {
                let Some(scope) = self.scope_of(key) else { return };
                if *interrupting {
                    if self.asks_before(key, true, || Then::GoesOff { target, variables: variables.clone() }) {
                        return;
                    }
                    self.terminate(key);
                }
                self.went_off(target, scope, variables);
            }
            Kind::Start(_) => self.begin_event_sub_process(key, element.scope, target, variables),
            // behind an event-based gateway: the gateway goes, the event is passed
            Kind::Catch(_) if self.instance.live(key).is_some_and(|live| live.element != target) => {
                let Some(scope) = self.scope_of(key) else { return };
                self.close(key);
                self.emit(Event::Completed { key });
                self.went_off(target, scope, variables);
            }
            _ => self.work_done(key, variables),
        }
    }

    /// An event that somebody else watched for is passed; if somebody listens for its end, it is live until they are done.
    fn went_off(&mut self, target: ElementIndex, scope: Key, variables: Context) {
        if self.process.element(target).listeners.is_empty() {
            if let Err(message) = self.results(scope, target, &variables) {
                // it is live until that is mended, and then copies out again
                let key = self.activate(target, scope);
                self.set_local(key, variables);
                return self.incident(key, Phase::Leaving, message);
            }
            self.emit(Event::Passed { element: target });
            self.queue.push_back(Work::Leave { element: target, scope });
        } else {
            let key = self.activate(target, scope);
            self.work_done(key, variables);
        }
    }

    /// What an event brings along goes through its output mappings, or out as it is.
    fn results(&mut self, scope: Key, target: ElementIndex, variables: &Context) -> Result<(), Text> {
        let element = self.process.element(target);
        few_enough(variables).map_err(too_many)?;
        if element.outputs.is_empty() {
            self.set(scope, variables);
        } else {
            let behind = self.visible(scope);
            let outputs = self.mapped(Way::Out, element, &element.outputs, &Before { new: variables, behind: &behind })?;
            self.set(scope, &outputs);
        }
        Ok(())
    }

    fn begin_event_sub_process(&mut self, scope: Key, index: ElementIndex, start: ElementIndex, variables: Context) {
        let Kind::EventSubProcess { interrupting } = self.process.element(index).kind else { return };
        if interrupting {
            if self.asks_before(scope, false, || Then::GoesOff { target: start, variables: variables.clone() }) {
                return;
            }
            self.terminate_inside(scope);
            // and the tokens that were on their way in it
            self.forget(scope);
            self.stop_watching_starts(scope);
            if self.is_led(scope) {
                self.dismiss_leader(scope);
                self.emit(Event::AdHocFulfilled { key: scope });
            }
        }
        let given = self.results(scope, start, &variables);
        let key = self.activate(index, scope);
        match given {
            Ok(()) => self.queue.push_back(Work::Begin(key)),
            Err(message) => {
                self.set_local(key, variables);
                self.incident(key, Phase::Entering, message);
            }
        }
    }

    /// Closes what a scope watches for its event sub-processes. What is watched on its boundary goes on.
    pub(super) fn stop_watching_starts(&mut self, scope: Key) {
        let starts = |target: ElementIndex| matches!(self.process.element(target).kind, Kind::Start(_));
        let timers = self.instance.timers.iter().filter(|open| open.element == scope && starts(open.target));
        let mut closed: Vec<Event> = timers.map(|open| Event::TimerFired { timer: open.key }).collect();
        let open = self.instance.subscriptions.iter().filter(|open| open.element == scope && starts(open.target));
        closed.extend(open.map(Subscription::closed));
        self.emit_all(closed);
    }
}
