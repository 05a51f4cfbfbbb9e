//! One step: an input, and everything that follows from it until every token waits.

mod ad_hoc;
mod begin;
mod compensate;
mod end;
mod error;
mod flow;
mod inclusive;
mod interrupt;
mod listen;
mod migrated;
mod modify;
mod multi;
mod skip;
mod trigger;
mod user_task;
mod warn;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

use bpmn::{Element, ElementIndex, Formula, ListensFor, Process};
use feel::{Context, Environment, Evaluation, Expression, Scope};
use units::Text;

use crate::apply::apply;
use crate::event::{Event, Phase, Warning, Work};
use crate::input::{AdHocLead, Cx, Input, Refusal};
use crate::instance::{CONTINUE, Instance, Key, ROOT, Stage};
use crate::variables::{Evaluated, MAX_NAMES, Visible, few_enough};
pub(crate) use compensate::undoes;
use error::Thrown;
pub(crate) use migrated::settle_in;

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
    let mut step = Step::new(process, instance, cx, out);
    let goes_on = matches!(input, Input::Continue) || matches!(input, Input::FireTimer { timer: CONTINUE });
    step.take_up(goes_on);
    step.take(input)?;
    step.run();
    step.tell();
    Ok(())
}

/// What an input would lead to, or why it cannot be taken: a dry run. The instance stays as it is.
pub fn preview(process: &Process, instance: &Instance, input: Input, cx: &Cx<'_>) -> Result<Vec<Event>, Refusal> {
    let mut events = Vec::new();
    step(process, &mut instance.clone(), input, cx, &mut events)?;
    Ok(events)
}

/// Whether an error of this code, thrown by a job or by a live element, would be caught in the instance.
pub fn catches_error(process: &Process, instance: &Instance, thrower: Key, code: &str) -> bool {
    instance.owner(thrower).is_some_and(|key| error::handler(process, instance, key, Thrown::Error(code)).is_some())
}

struct Step<'a, 'o> {
    process: &'a Process,
    instance: &'a mut Instance,
    cx: &'a Cx<'a>,
    environment: Environment,
    /// How many evaluations there were, so that each draws other random numbers.
    evaluations: Cell<u64>,
    /// Nodes of expressions that were evaluated.
    work: Cell<u64>,
    /// Warnings of the work at hand.
    noted: RefCell<Vec<Warning>>,
    out: &'o mut Vec<Event>,
    queue: VecDeque<Work>,
    /// Scopes out of which a token has gone: they may have to end.
    emptied: Vec<Key>,
    activations: u32,
    /// Elements that began one after the other since something came from outside, also in the steps before if this one goes on
    /// with theirs; through several items only the way through the last one counts.
    unbroken: u32,
}

impl<'a, 'o> Step<'a, 'o> {
    fn new(process: &'a Process, instance: &'a mut Instance, cx: &'a Cx<'a>, out: &'o mut Vec<Event>) -> Self {
        // keys only grow, so two steps at the same moment draw different random numbers
        let evaluations = Cell::new(u64::from(instance.last_key) << 32);
        Self {
            process,
            instance,
            cx,
            environment: cx.environment(),
            evaluations,
            work: Cell::new(0),
            noted: RefCell::default(),
            out,
            queue: VecDeque::new(),
            emptied: Vec::new(),
            activations: 0,
            unbroken: 0,
        }
    }

    /// Takes up the tokens that the steps before have held.
    fn take_up(&mut self, goes_on: bool) {
        if self.instance.held.is_empty() {
            return;
        }
        if goes_on {
            self.unbroken = self.instance.activations;
        }
        self.queue.extend(self.instance.held.iter().copied());
        self.emit(Event::Continued);
    }

    fn run(&mut self) {
        loop {
            while let Some(work) = self.queue.pop_front() {
                // what has ended is closed in a suspended instance too
                let ends = matches!(work, Work::Close | Work::Cancel | Work::Interrupt);
                if (self.instance.suspended && !ends) || self.is_over() {
                    self.queue.push_front(work);
                    return self.pause();
                }
                match work {
                    Work::Enter { element, scope, flow } => self.enter(element, scope, flow),
                    Work::Leave { element, scope } => self.leave(element, scope),
                    Work::Begin(key) => self.begin(key),
                    Work::Item(key) => self.next_item(key),
                    Work::Complete(key) => self.complete(key),
                    Work::Emptied(scope) => self.emptied.push(scope),
                    Work::Close => self.close_doomed(),
                    Work::Cancel => self.cancelled(),
                    Work::Interrupt => self.interrupt(),
                }
            }
            if self.instance.suspended && !self.emptied.is_empty() {
                return self.pause();
            }
            // only when no token moves can an inclusive gateway know which tokens still come, and a scope that it is empty
            if self.join_inclusive() {
                continue;
            }
            let Some(scope) = self.emptied.pop() else { return };
            self.end_if_empty(scope);
        }
    }

    /// Whether it is the turn of others.
    fn is_over(&self) -> bool {
        self.activations >= self.cx.limits.slice || self.work.get() >= u64::from(self.cx.limits.work)
    }

    /// Holds the tokens that are on the move.
    fn pause(&mut self) {
        if self.instance.is_ended() {
            return;
        }
        let mut work: Vec<Work> = self.queue.drain(..).collect();
        work.extend(self.emptied.drain(..).map(Work::Emptied));
        let activations = self.unbroken;
        // later than the pause before, so that it is a timer of its own
        let now = self.cx.now.max(units::Timestamp(self.instance.held_since.0.saturating_add(1)));
        self.emit(Event::Paused { work, activations, now });
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

    /// The surroundings of one evaluation, with random numbers of its own.
    fn environment(&self) -> Environment {
        let before = self.evaluations.get();
        self.evaluations.set(before.wrapping_add(1));
        Environment { seed: self.environment.seed ^ before.wrapping_mul(0xd6e8_feb8_6659_fd93), ..self.environment }
    }

    /// What an expression gives. What that costs counts towards the turn.
    fn evaluate(&self, expression: &Expression, scope: &dyn Scope) -> Evaluation {
        let evaluation = expression.evaluate(scope, &self.environment());
        self.work.set(self.work.get().saturating_add(u64::from(evaluation.used.steps)));
        evaluation
    }

    /// What a formula gives, and the first reason if a part of that is null.
    fn formula(&self, formula: &Formula, scope: &dyn Scope) -> Evaluated {
        formula.evaluate_by(|expression| self.evaluate(expression, scope))
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
        self.emit(Event::IncidentRaised { incident, element, phase, message, now: self.cx.now });
    }

    fn take(&mut self, input: Input) -> Result<(), Refusal> {
        let begins = matches!(input, Input::Start { .. } | Input::StartAt { .. });
        match (self.instance.stage == Stage::New, begins) {
            (true, false) => return Err(Refusal::NoStart),
            (false, true) => return Err(Refusal::Begun),
            _ => {}
        }
        if let Input::Start { variables }
        | Input::StartAt { variables, .. }
        | Input::CompleteTask { variables, .. }
        | Input::SkipIncident { variables, .. }
        | Input::SetVariables { variables, .. } = &input
        {
            few_enough(variables).map_err(|names| Refusal::TooManyNames { names, limit: MAX_NAMES })?;
        }
        match input {
            Input::Start { variables } => {
                let start = self.process.root().start.ok_or(Refusal::NoStart)?;
                if self.process.has_plain_start() { self.start(start, variables) } else { return Err(Refusal::NoStart) }
            }
            Input::StartAt { element, variables } => {
                let start = self.process.root().starts.contains(&element);
                if start { self.start(element, variables) } else { return Err(Refusal::NoStart) }
            }
            Input::CompleteJob { job, variables } => {
                let element = self.open_job(job)?;
                let listener = self.instance.job(job).and_then(|open| open.listener);
                match listener {
                    Some(place) => {
                        self.emit(Event::JobCompleted { job });
                        self.listened(element, place, variables);
                    }
                    None if self.is_led(element) => self.lead(job, variables, AdHocLead::default())?,
                    None => {
                        self.emit(Event::JobCompleted { job });
                        self.work_done(element, variables);
                    }
                }
            }
            Input::FailJob { job, retries, message, retry_at } => {
                let element = self.open_job(job)?;
                let retry_at = retry_at.or_else(|| self.backoff(job, element));
                let phase = self.phase_of(job);
                self.emit(Event::JobFailed { job, retries, retry_at });
                if retries == 0 {
                    self.incident(element, phase, message);
                } else if retry_at.is_none() {
                    self.emit(Event::JobRetried { job });
                }
            }
            Input::ThrowError { job, code, message, variables } => {
                let element = self.open_job(job)?;
                if self.instance.listens_for(self.process, job) == Some(ListensFor::Canceling) {
                    return Err(Refusal::Unstoppable { job });
                }
                self.throw(element, &code, &message, variables);
            }
            Input::CompleteTask { task, variables } => self.complete_task(task, variables)?,
            Input::AssignTask { task, assignee } => self.assign_task(task, assignee)?,
            Input::UpdateTask { task, changes } => self.update_task(task, changes)?,
            Input::AnswerTaskListener { job, answer } => self.answer_task_listener(job, answer)?,
            Input::LeadAdHoc { job, variables, lead } => self.lead(job, variables, lead)?,
            // those that were held are taken up by every step
            Input::Continue | Input::FireTimer { timer: CONTINUE } => {}
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
            Input::FailCall { element, message } => {
                self.live_call(element)?;
                self.incident(element, Phase::Working, message);
            }
            Input::Escalate { element, code, variables } => {
                self.live_call(element)?;
                self.escalate(element, &code, variables);
            }
            Input::Activate { scope, elements } => self.activate_inside(scope, &elements)?,
            Input::Modify(modification) => self.modify(modification)?,
            Input::Suspend if self.instance.suspended => return Err(Refusal::Suspension("suspended already")),
            Input::Suspend => self.emit(Event::Suspended { now: self.cx.now }),
            Input::Resume if !self.instance.suspended => return Err(Refusal::Suspension("not suspended")),
            Input::Resume => self.emit(Event::Resumed),
            Input::ResolveIncident { incident } => self.resolve(incident)?,
            Input::SkipIncident { incident, variables } => self.skip(incident, variables)?,
            Input::SetVariables { scope, variables } => {
                if self.instance.live(scope).is_none() {
                    return Err(Refusal::Gone { what: "scope", key: scope });
                }
                if !self.listeners_ask_for(scope, &variables)? {
                    self.set_local(scope, variables);
                }
            }
            Input::Cancel => self.cancel(),
        }
        Ok(())
    }

    fn start(&mut self, start: ElementIndex, variables: Context) {
        self.emit(Event::Started { at: start, now: self.cx.now });
        self.set_local(ROOT, variables);
        self.queue.push_back(Work::Begin(ROOT));
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
            Phase::Entering => self.queue.push_back(Work::Begin(element)),
            Phase::Working => self.work(element),
            Phase::Listening(place) => self.listen_again(element, place),
            Phase::Leaving => self.queue.push_back(Work::Complete(element)),
            Phase::Watching => self.begin_around(element),
            Phase::Deciding => self.decide_again(element),
            Phase::Collecting if self.instance.is_inner(element) => self.path_ended(element),
            Phase::Collecting => self.finish(element),
            // whether a token can come by now is seen when the scope is looked at again
            Phase::Joining => self.emptied.push(element),
        }
        Ok(())
    }
}
