//! Elements begin: what they copy in, what they watch, and what they do.

use bpmn::{Call, Element, ElementIndex, Job, Kind, ListensFor, Message, Repetition, Trigger};
use feel::{Context, Scope, Value, because};
use units::{Text, Timestamp};

use super::{Step, Work};
use crate::decision::{DecisionMade, shown};
use crate::event::{Event, Phase};
use crate::input::Decided;
use crate::instance::Key;
use crate::time;
use crate::variables::{Way, storable};

/// What an element does once it has begun, or why it cannot begin.
type Begun = Result<Next, Text>;

enum Next {
    /// It waits.
    Wait(Vec<Event>),
    /// It is done at once; these variables are its results.
    Done(Context),
    /// Paths begin inside of it.
    Inside(Vec<Event>, Vec<ElementIndex>),
    /// It has gone on by itself, or with its scope.
    Gone,
}

impl Step<'_, '_> {
    /// An element begins, for the first time or after an incident was mended.
    pub(super) fn begin(&mut self, key: Key) {
        let Some((_, element)) = self.element_of(key) else { return };
        let body = element.multi.is_some() && !self.is_item(key);
        if body {
            return self.multiply(key, element);
        }
        if !element.inputs.is_empty() {
            match self.mapped(Way::In, element, &element.inputs, &self.visible(key)) {
                Ok(inputs) => self.set_local(key, inputs),
                Err(message) => return self.incident(key, Phase::Entering, message),
            }
        }
        if !self.listen(key, element, ListensFor::Start, 0) {
            self.begun(key);
        }
    }

    /// An element has its inputs, and its listeners are done.
    pub(super) fn begun(&mut self, key: Key) {
        let Some((_, element)) = self.element_of(key) else { return };
        let watched = if self.is_item(key) { Ok(Vec::new()) } else { self.watch_boundaries(key, element) };
        match watched {
            Ok(events) => {
                self.emit_all(events);
                self.work(key);
            }
            Err(message) => self.incident(key, Phase::Entering, message),
        }
    }

    /// An element does what it is there for.
    pub(super) fn work(&mut self, key: Key) {
        let Some((index, element)) = self.element_of(key) else { return };
        match self.behave(key, index, element) {
            Ok(Next::Wait(events)) => self.emit_all(events),
            Ok(Next::Done(results)) => self.work_done(key, results),
            Ok(Next::Inside(events, starts)) => {
                self.emit_all(events);
                if starts.is_empty() {
                    self.emptied.push(key);
                }
                self.queue.extend(starts.into_iter().map(|element| Work::Enter { element, scope: key, flow: None }));
            }
            Ok(Next::Gone) => {}
            Err(message) => self.incident(key, Phase::Working, message),
        }
    }

    fn behave(&mut self, key: Key, index: ElementIndex, element: &Element) -> Begun {
        match &element.kind {
            Kind::Job(job) => self.job(key, job, None).map(|event| Next::Wait(vec![event])),
            Kind::UserTask(task) => self.begin_user_task(key, element, task).map(|()| Next::Gone),
            Kind::Exclusive(_) | Kind::Inclusive(_) => {
                let flows = self.choose(element, key)?;
                let Some(scope) = self.scope_of(key) else { return Ok(Next::Gone) };
                self.close(key);
                self.emit(Event::Completed { key });
                self.go_all(&flows, scope);
                Ok(Next::Gone)
            }
            Kind::Script(expression, result) => {
                let value = self.value(element, "script", expression, &self.visible(key))?;
                Ok(Next::Done(Context::from_iter([(result.clone(), value)])))
            }
            Kind::Decision(decision, binding, result) => {
                let id = self.text(key, decision, "the decision's id")?;
                let variables = self.instance.visible(key);
                // decisions do not know where they are made: it is said by the seed
                let mut environment = self.environment();
                environment.seed ^= self.visible(key).salt().rotate_left(31);
                let decided = self.cx.decisions.evaluate(&id, binding, &variables, &environment)?;
                let Decided { value, why, work, explained } = decided;
                self.work.set(self.work.get().saturating_add(u64::from(work)));
                if let Some(why) = why {
                    self.note(element, format_args!("decision {id}"), why);
                }
                storable(&value).map_err(|why| Text::from(format!("the result of the decision {id} is {why}")))?;
                let (of, shown) = (Text::from(element.id()), shown(&value.to_string()));
                let (explained, at) = (explained.cut(), self.cx.now);
                let made = DecisionMade { key, element: of, decision: id, result: shown, explained, at };
                self.emit(Event::Decided(Box::new(made)));
                Ok(Next::Done(Context::from_iter([(result.clone(), value)])))
            }
            Kind::Receive(message) => {
                let next = self.draw();
                self.subscribe(key, next, index, message).map(|event| Next::Wait(vec![event]))
            }
            Kind::Catch(trigger) => {
                let next = self.draw();
                self.watch(key, next, index, trigger).map(|event| Next::Wait(event.into_iter().collect()))
            }
            Kind::Call(call) => self.call(key, call).map(|event| Next::Wait(vec![event])),
            Kind::EventBased => {
                let mut events = Vec::new();
                for (_, target) in self.process.targets(element) {
                    let Kind::Catch(trigger) = &self.process.element(target).kind else { continue };
                    let next = self.draw() + drawn(&events);
                    events.extend(self.watch(key, next, target, trigger)?);
                }
                Ok(Next::Wait(events))
            }
            Kind::Process => {
                let start = self.instance.began_at;
                self.watch_scope(key, element).map(|events| Next::Inside(events, vec![start]))
            }
            Kind::SubProcess | Kind::EventSubProcess { .. } => {
                let start = element.start.ok_or(Text::const_new("the sub-process has no start event"))?;
                self.watch_scope(key, element).map(|events| Next::Inside(events, vec![start]))
            }
            Kind::AdHoc(ad_hoc) => self.begin_ad_hoc(key, index, element, ad_hoc).map(|()| Next::Gone),
            Kind::Throw(message) => {
                let name = self.text(key, &message.name, "the message's name")?;
                let correlation = self.correlation(key, message)?;
                let variables = self.instance.variables(key);
                self.emit(Event::MessageThrown { name, correlation, variables, element: key });
                Ok(Next::Done(Context::default()))
            }
            Kind::SignalThrow(name) => {
                let name = self.text(key, name, "the signal's name")?;
                self.emit(Event::SignalThrown { name, variables: self.instance.variables(key), element: key });
                Ok(Next::Done(Context::default()))
            }
            Kind::EscalationThrow(code) => {
                let code = self.text(key, code, "the escalation's code")?;
                let variables = self.instance.variables(key);
                self.escalate(key, &code, variables);
                // an interrupting handler has ended it already: then there is nothing left to do
                Ok(Next::Done(Context::default()))
            }
            Kind::CompensationThrow(target) => {
                if self.compensate(key, *target) {
                    Ok(Next::Gone)
                } else {
                    Ok(Next::Done(Context::default()))
                }
            }
            Kind::ErrorEnd(code) => {
                let code = self.text(key, code, "the error's code")?;
                let message = Text::from(format!("error end event {}", element.name()));
                self.throw(key, &code, &message, Context::default());
                Ok(Next::Wait(Vec::new()))
            }
            Kind::TerminateEnd => {
                self.terminate_scope(key);
                Ok(Next::Wait(Vec::new()))
            }
            Kind::Start(_)
            | Kind::End
            | Kind::Boundary { .. }
            | Kind::LinkThrow(_)
            | Kind::LinkCatch
            | Kind::Manual
            | Kind::Parallel => Ok(Next::Done(Context::default())),
        }
    }

    pub(super) fn job(&self, element: Key, job: &Job, listener: Option<u16>) -> Result<Event, Text> {
        let kind = match job.kind.plain() {
            Some(_) => None,
            None => Some(self.text(element, &job.kind, "the job type")?),
        };
        let (retries, why) = self.formula(&job.retries, &self.visible(element))?;
        let number = retries.as_i64().or_else(|| retries.as_str()?.trim().parse().ok());
        let number = number.and_then(|number| u32::try_from(number).ok());
        let refusal = || format!("the number of retries has to be a whole number and is {retries}{}", because(why));
        let retries = number.ok_or_else(|| Text::from(refusal()))?;
        let priority = match &job.priority {
            None => 0,
            Some(priority) => self.whole(element, priority, "the job priority")?,
        };
        let since = self.later_than(element);
        Ok(Event::JobCreated { job: self.draw(), element, kind, retries, priority, listener, since })
    }

    pub(super) fn whole(&self, scope: Key, formula: &bpmn::Formula, what: &str) -> Result<i32, Text> {
        let (value, why) = self.formula(formula, &self.visible(scope))?;
        let number = value.as_i64().or_else(|| value.as_str()?.trim().parse().ok());
        number
            .and_then(|number| i32::try_from(number).ok())
            .ok_or_else(|| Text::from(format!("{what} has to be a whole number and is {value}{}", because(why))))
    }

    fn call(&self, element: Key, call: &Call) -> Result<Event, Text> {
        Ok(Event::ChildRequested { element, process: self.text(element, &call.process, "the called process")? })
    }

    pub(super) fn text(&self, scope: Key, formula: &bpmn::Formula, what: &str) -> Result<Text, Text> {
        if let Some(text) = formula.plain() {
            return Ok(text.clone());
        }
        match self.formula(formula, &self.visible(scope))? {
            (Value::String(text), _) => Ok(text),
            (other, why) => Err(Text::from(format!("{what} has to be a text and is {other}{}", because(why)))),
        }
    }

    /// Now, if the element did not begin now.
    pub(super) fn later_than(&self, element: Key) -> Option<Timestamp> {
        let began = self.instance.live(element).map(|live| live.since);
        (began != Some(self.cx.now)).then_some(self.cx.now)
    }

    // watching: timers and subscriptions

    /// What an element watches on its boundary.
    pub(super) fn watch_boundaries(&self, key: Key, element: &Element) -> Result<Vec<Event>, Text> {
        let mut events = Vec::new();
        self.add_boundaries(key, element, &mut events)?;
        Ok(events)
    }

    fn add_boundaries(&self, key: Key, element: &Element, events: &mut Vec<Event>) -> Result<(), Text> {
        for boundary in &element.boundaries {
            if let Kind::Boundary { trigger, .. } = &self.process.element(*boundary).kind {
                let next = self.draw() + drawn(events);
                events.extend(self.watch(key, next, *boundary, trigger)?);
            }
        }
        Ok(())
    }

    /// What a scope watches for its event sub-processes.
    pub(super) fn watch_scope(&self, key: Key, element: &Element) -> Result<Vec<Event>, Text> {
        let mut events = Vec::new();
        self.add_starts(key, element, &mut events)?;
        Ok(events)
    }

    fn add_starts(&self, key: Key, element: &Element, events: &mut Vec<Event>) -> Result<(), Text> {
        for (_, start) in &element.event_sub_processes {
            if let Kind::Start(trigger) = &self.process.element(*start).kind {
                let next = self.draw() + drawn(events);
                events.extend(self.watch(key, next, *start, trigger)?);
            }
        }
        Ok(())
    }

    /// A scope into which somebody has moved a token begins around it: it copies in, and watches its boundary and its event
    /// sub-processes; all or, with an incident, none of them.
    pub(super) fn begin_around(&mut self, key: Key) {
        let Some((_, element)) = self.element_of(key) else { return };
        let inputs = self.mapped(Way::In, element, &element.inputs, &self.visible(key));
        let watched = inputs.and_then(|inputs| {
            self.set_local(key, inputs);
            let mut events = Vec::new();
            self.add_boundaries(key, element, &mut events)?;
            self.add_starts(key, element, &mut events)?;
            Ok(events)
        });
        match watched {
            Ok(events) => self.emit_all(events),
            Err(message) => self.incident(key, Phase::Watching, message),
        }
        // everything inside may have ended while it was stuck
        self.emptied.push(key);
    }

    pub(super) fn watch(
        &self,
        element: Key,
        next: Key,
        target: ElementIndex,
        trigger: &Trigger,
    ) -> Result<Option<Event>, Text> {
        match trigger {
            Trigger::None | Trigger::Error(_) | Trigger::Escalation(_) | Trigger::Compensation(_) => Ok(None),
            Trigger::Signal(name) => {
                let name = self.text(element, name, "the signal's name")?;
                let (subscription, correlation, since) = (next, Text::default(), self.later_than(element));
                let signal = true;
                Ok(Some(Event::SubscriptionOpened { subscription, element, target, name, correlation, signal, since }))
            }
            Trigger::Message(message) => self.subscribe(element, next, target, message).map(Some),
            Trigger::Timer(kind, formula) => {
                let given = self.formula(formula, &self.visible(element));
                let Repetition { at: due, repeats, since: counts_from } =
                    time::due(*kind, given, self.cx.now, self.cx.utc_offset)?;
                let since = self.later_than(element);
                Ok(Some(Event::TimerSet { timer: next, element, target, due, repeats, since, counts_from }))
            }
        }
    }

    fn subscribe(&self, element: Key, next: Key, target: ElementIndex, message: &Message) -> Result<Event, Text> {
        let name = self.text(element, &message.name, "the message's name")?;
        let correlation = self.correlation(element, message)?;
        let (subscription, signal, since) = (next, false, self.later_than(element));
        Ok(Event::SubscriptionOpened { subscription, element, target, name, correlation, signal, since })
    }

    fn correlation(&self, scope: Key, message: &Message) -> Result<Text, Text> {
        let Some(expression) = &message.correlation else { return Ok(Text::default()) };
        let evaluation = self.evaluate(expression, &self.visible(scope));
        match &evaluation.value {
            Value::String(key) => Ok(key.clone()),
            Value::Number(key) => Ok(Text::from(key.normalize().to_string())),
            other => {
                let why = because(evaluation.why());
                Err(Text::from(format!("the correlation key has to be a text or a number and is {other}{why}")))
            }
        }
    }

    /// Whether an element is one item of an element that is done once per item.
    pub(super) fn is_item(&self, key: Key) -> bool {
        self.instance.live(key).is_some_and(|live| live.item > 0)
    }
}

/// How many keys these events will use up.
fn drawn(events: &[Event]) -> Key {
    Key::try_from(events.len()).unwrap_or(Key::MAX)
}
