//! One step: an input, and everything that follows from it until every token waits.

mod begin;
mod end;
mod error;
mod flow;
mod multi;
mod trigger;

use std::collections::VecDeque;

use bpmn::{Element, ElementIndex, FlowIndex, Process};
use feel::{Context, Environment};
use units::Text;

use crate::apply::apply;
use crate::event::{Event, Phase};
use crate::input::{Cx, Input, Refusal};
use crate::instance::{Instance, Key, ROOT, Stage};
use crate::variables::Visible;

/// Takes an instance one input further, and appends to `out` what happened. On a refusal the instance may be half way: step
/// a copy.
pub fn step(
    process: &Process,
    instance: &mut Instance,
    input: Input,
    cx: &Cx<'_>,
    out: &mut Vec<Event>,
) -> Result<(), Refusal> {
    if instance.is_ended() {
        return Err(Refusal::Ended);
    }
    let environment = cx.environment();
    let mut step =
        Step { process, instance, cx, environment, out, queue: VecDeque::new(), emptied: Vec::new(), activations: 0 };
    step.take(input)?;
    step.run();
    Ok(())
}

/// Whether an error of this code, thrown by a job, would be caught in the instance.
pub fn catches_error(process: &Process, instance: &Instance, job: Key, code: &str) -> bool {
    instance.job(job).is_some_and(|job| error::handler(process, instance, job.element, code).is_some())
}

struct Step<'a, 'o> {
    process: &'a Process,
    instance: &'a mut Instance,
    cx: &'a Cx<'a>,
    environment: Environment,
    out: &'o mut Vec<Event>,
    queue: VecDeque<Work>,
    /// Scopes out of which a token has gone: they may have to end.
    emptied: Vec<Key>,
    activations: u32,
}

/// A token on the move.
enum Work {
    /// It comes to an element, on a flow or without one.
    Enter { element: ElementIndex, scope: Key, flow: Option<FlowIndex> },
    /// It leaves an element by all its flows.
    Leave { element: ElementIndex, scope: Key },
    /// An element that has begun is done.
    Complete(Key),
}

impl<'a> Step<'a, '_> {
    fn run(&mut self) {
        loop {
            while let Some(work) = self.queue.pop_front() {
                match work {
                    Work::Enter { element, scope, flow } => self.enter(element, scope, flow),
                    Work::Leave { element, scope } => self.leave(element, scope),
                    Work::Complete(key) => self.complete(key),
                }
            }
            // only when no token moves can a scope be known to be empty
            let Some(scope) = self.emptied.pop() else { return };
            self.end_if_empty(scope);
        }
    }

    fn emit(&mut self, event: Event) {
        apply(self.process, self.instance, &event);
        self.out.push(event);
    }

    /// A key that was never used.
    fn draw(&self) -> Key {
        self.instance.last_key + 1
    }

    fn element_of(&self, key: Key) -> Option<(ElementIndex, &'a Element)> {
        let index = self.instance.live(key)?.element;
        Some((index, self.process.element(index)))
    }

    fn scope_of(&self, key: Key) -> Option<Key> {
        self.instance.live(key).map(|live| live.scope)
    }

    fn visible(&self, scope: Key) -> Visible<'_> {
        Visible { instance: self.instance, scope }
    }

    fn set_local(&mut self, scope: Key, variables: Context) {
        if !variables.is_empty() {
            self.emit(Event::Variables { scope, variables });
        }
    }

    /// Sets variables where they are already, and otherwise in the outermost scope.
    fn set(&mut self, scope: Key, variables: &Context) {
        for (scope, variables) in self.instance.destinations(scope, variables) {
            self.set_local(scope, variables);
        }
    }

    fn incident(&mut self, element: Key, phase: Phase, message: Text) {
        let incident = self.draw();
        self.emit(Event::IncidentRaised { incident, element, phase, message });
    }

    fn take(&mut self, input: Input) -> Result<(), Refusal> {
        let begins = matches!(input, Input::Start { .. } | Input::StartAt { .. });
        match (self.instance.stage == Stage::New, begins) {
            (true, false) => return Err(Refusal::NoStart),
            (false, true) => return Err(Refusal::Begun),
            _ => {}
        }
        match input {
            Input::Start { variables } => {
                let start = self.process.root().start.ok_or(Refusal::NoStart)?;
                let plain = matches!(self.process.element(start).kind, bpmn::Kind::Start(bpmn::Trigger::None));
                if plain { self.start(start, variables) } else { return Err(Refusal::NoStart) }
            }
            Input::StartAt { element, variables } => {
                let start = matches!(self.process.element(element).kind, bpmn::Kind::Start(_));
                if start { self.start(element, variables) } else { return Err(Refusal::NoStart) }
            }
            Input::CompleteJob { job, variables } => {
                let element = self.open_job(job)?;
                self.emit(Event::JobCompleted { job });
                self.work_done(element, variables);
            }
            Input::FailJob { job, retries, message, retry_at } => {
                let element = self.open_job(job)?;
                self.emit(Event::JobFailed { job, retries, retry_at });
                if retries == 0 {
                    self.incident(element, Phase::Working, message);
                } else if retry_at.is_none() {
                    self.emit(Event::JobRetried { job });
                }
            }
            Input::ThrowError { job, code, message, variables } => {
                let element = self.open_job(job)?;
                self.throw(element, &code, &message, variables);
            }
            Input::CompleteTask { task, variables } => {
                let open = self.instance.tasks.iter().find(|open| open.key == task);
                let element = open.map(|open| open.element).ok_or(Refusal::Gone { what: "task", key: task })?;
                self.emit(Event::TaskCompleted { task });
                self.work_done(element, variables);
            }
            Input::FireTimer { timer } => self.fire(timer)?,
            Input::Correlate { subscription, variables } => self.correlate(subscription, variables)?,
            Input::CompleteChild { element, variables } => {
                self.live_call(element)?;
                self.emit(Event::ChildEnded { element });
                self.child_done(element, variables);
            }
            Input::FailChild { element, code, message } => {
                self.live_call(element)?;
                self.emit(Event::ChildEnded { element });
                self.throw(element, &code, &message, Context::default());
            }
            Input::ResolveIncident { incident } => self.resolve(incident)?,
            Input::SetVariables { scope, variables } => {
                if self.instance.live(scope).is_none() {
                    return Err(Refusal::Gone { what: "scope", key: scope });
                }
                self.set_local(scope, variables);
            }
            Input::Cancel => {
                self.terminate_inside(ROOT);
                self.close(ROOT);
                self.emit(Event::Terminated { key: ROOT });
                self.emit(Event::InstanceTerminated);
                self.queue.clear();
            }
        }
        Ok(())
    }

    fn start(&mut self, start: ElementIndex, variables: Context) {
        self.emit(Event::Started);
        self.set_local(ROOT, variables);
        match self.watch_scope(ROOT, self.process.root()) {
            Ok(events) => {
                self.emit_all(events);
                self.queue.push_back(Work::Enter { element: start, scope: ROOT, flow: None });
            }
            Err(message) => self.incident(ROOT, Phase::Entering, message),
        }
    }

    fn emit_all(&mut self, events: Vec<Event>) {
        for event in events {
            self.emit(event);
        }
    }

    fn open_job(&self, job: Key) -> Result<Key, Refusal> {
        self.instance.job(job).map(|open| open.element).ok_or(Refusal::Gone { what: "job", key: job })
    }

    fn live_call(&self, element: Key) -> Result<(), Refusal> {
        let calls = |(_, element): (ElementIndex, &Element)| matches!(element.kind, bpmn::Kind::Call(_));
        if self.element_of(element).is_some_and(calls) { Ok(()) } else { Err(Refusal::Gone { what: "call", key: element }) }
    }

    /// Tries again where an incident stopped.
    fn resolve(&mut self, incident: Key) -> Result<(), Refusal> {
        let open = self.instance.incidents.iter().find(|open| open.key == incident);
        let (element, phase) =
            open.map(|open| (open.element, open.phase)).ok_or(Refusal::Gone { what: "incident", key: incident })?;
        self.emit(Event::IncidentResolved { incident });
        match phase {
            Phase::Entering if element == ROOT => match self.watch_scope(ROOT, self.process.root()) {
                Ok(events) => {
                    self.emit_all(events);
                    let start = self.process.root().start;
                    self.queue.extend(start.map(|element| Work::Enter { element, scope: ROOT, flow: None }));
                }
                Err(message) => self.incident(ROOT, Phase::Entering, message),
            },
            Phase::Entering => self.begin(element),
            Phase::Working => self.work(element),
            Phase::Leaving => self.queue.push_back(Work::Complete(element)),
        }
        Ok(())
    }
}
