//! Tokens on the move: into elements, through gateways, and out again.

use bpmn::{Element, ElementIndex, FlowIndex, Kind, Trigger};
use feel::because;
use units::Text;

use super::{Step, Work};
use crate::event::{Event, Phase};
use crate::instance::Key;

impl Step<'_, '_> {
    /// A token comes to an element.
    pub(super) fn enter(&mut self, index: ElementIndex, scope: Key, flow: Option<FlowIndex>) {
        // the scope may have ended while the token was on its way
        if self.instance.live(scope).is_none() || self.instance.is_ended() {
            return;
        }
        self.activations += 1;
        self.unbroken = self.unbroken.saturating_add(1);
        let element = self.process.element(index);
        match &element.kind {
            Kind::Parallel | Kind::Inclusive(_) if element.incoming.len() > 1 && flow.is_some() => {
                self.arrive(index, element, scope, flow);
            }
            _ => self.pass_on(index, scope),
        }
    }

    /// A token is in an element: it goes through at once, or the element begins.
    pub(super) fn pass_on(&mut self, index: ElementIndex, scope: Key) {
        let element = self.process.element(index);
        let limit = self.cx.limits.activations;
        // a token at a joining gateway is joined before it is stopped, so that it does not pass alone when it goes on
        if self.unbroken > limit {
            let key = self.activate(index, scope);
            let message = format!(
                "one step led through more than {limit} elements: the model goes round in a circle without a wait; the instance is suspended"
            );
            self.incident(key, Phase::Entering, Text::from(message));
            // the other tokens of the circle wait, so that there is one incident and not one of each
            if !self.instance.suspended {
                self.emit(Event::Suspended { now: self.cx.now });
            }
            return;
        }
        match &element.kind {
            Kind::Exclusive(_) | Kind::Inclusive(_) if is_bare(element) => match self.choose(element, scope) {
                Ok(flows) => {
                    self.emit(Event::Passed { element: index });
                    self.go_all(&flows, scope);
                }
                Err(message) => {
                    let key = self.activate(index, scope);
                    self.incident(key, Phase::Working, message);
                }
            },
            Kind::LinkThrow(target) if is_bare(element) => {
                self.emit(Event::Passed { element: index });
                self.queue.push_back(Work::Enter { element: *target, scope, flow: None });
            }
            Kind::Start(_) | Kind::End | Kind::Parallel | Kind::LinkCatch | Kind::Catch(Trigger::None)
                if is_bare(element) =>
            {
                self.pass(index, scope);
            }
            Kind::Manual if is_bare(element) => self.pass(index, scope),
            _ => {
                let key = self.activate(index, scope);
                self.begin(key);
            }
        }
    }

    /// An element begins; what it does comes next.
    pub(super) fn activate(&mut self, element: ElementIndex, scope: Key) -> Key {
        let key = self.draw();
        self.emit(Event::Activated { key, element, scope, now: self.cx.now });
        key
    }

    /// An element that does nothing is passed.
    fn pass(&mut self, element: ElementIndex, scope: Key) {
        self.emit(Event::Passed { element });
        self.leave(element, scope);
    }

    /// A token leaves an element by all its flows, or ends.
    pub(super) fn leave(&mut self, index: ElementIndex, scope: Key) {
        let element = self.process.element(index);
        let goes_on = !element.outgoing.is_empty() || matches!(element.kind, Kind::LinkThrow(_));
        if self.ends_enough(scope, goes_on) {
            return;
        }
        if let Kind::LinkThrow(target) = element.kind {
            return self.queue.push_back(Work::Enter { element: target, scope, flow: None });
        }
        if element.outgoing.is_empty() {
            self.emptied.push(scope);
        }
        for flow in &element.outgoing {
            self.go(*flow, scope);
        }
    }

    /// Whether what was completed ends an ad-hoc sub-process around it. The end of a path is looked at with its result, once it is
    /// known that nothing else of it is left.
    fn ends_enough(&mut self, scope: Key, goes_on: bool) -> bool {
        (goes_on || !self.instance.is_inner(scope)) && self.is_enough(scope)
    }

    /// Goes on by these flows; without any the path ends.
    pub(super) fn go_all(&mut self, flows: &[FlowIndex], scope: Key) {
        if flows.is_empty() && !self.ends_enough(scope, false) {
            self.emptied.push(scope);
        }
        for flow in flows {
            self.go(*flow, scope);
        }
    }

    fn go(&mut self, flow: FlowIndex, scope: Key) {
        if let Some(target) = self.process.flow(flow).map(|flow| flow.target) {
            self.queue.push_back(Work::Enter { element: target, scope, flow: Some(flow) });
        }
    }

    /// A token waits at a joining gateway: a parallel one until a token has come on every flow, an inclusive one until no
    /// token can come any more, which is known when nothing moves.
    fn arrive(&mut self, index: ElementIndex, element: &Element, scope: Key, flow: Option<FlowIndex>) {
        let Some(flow) = flow else { return };
        self.emit(Event::Arrived { scope, gateway: index, flow, now: self.cx.now });
        if matches!(element.kind, Kind::Inclusive(_)) {
            return;
        }
        let here = self.instance.arrivals.iter().filter(|arrival| arrival.scope == scope && arrival.gateway == index);
        if here.count() == element.incoming.len() {
            self.emit(Event::Joined { scope, gateway: index });
            self.no_longer_stuck_at_joins(scope);
            self.pass_on(index, scope);
        } else {
            // perhaps nothing else is there that could bring the tokens which are missing
            self.emptied.push(scope);
        }
    }

    /// The flows on which a gateway goes on: one of an exclusive, each that holds of an inclusive gateway; none if none leads
    /// away.
    pub(super) fn choose(&self, element: &Element, scope: Key) -> Result<Vec<FlowIndex>, Text> {
        let (default, all) = match element.kind {
            Kind::Exclusive(default) => (default, false),
            Kind::Inclusive(default) => (default, true),
            _ => return Ok(element.outgoing.clone()),
        };
        let mut chosen = Vec::new();
        for index in &element.outgoing {
            if Some(*index) == default {
                continue;
            }
            let Some(flow) = self.process.flow(*index) else { continue };
            let Some(condition) = &flow.condition else {
                // an inclusive gateway always takes a flow without condition, an exclusive one if it is the only one
                if all || element.outgoing.len() == 1 {
                    chosen.push(*index);
                }
                continue;
            };
            let evaluation = self.evaluate(condition, &self.visible(scope));
            if evaluation.value.as_bool().is_some() {
                self.warn(element, format_args!("condition of the flow {}", flow.id), condition, &evaluation);
            }
            match &evaluation.value {
                feel::Value::Bool(true) => {
                    chosen.push(*index);
                    if !all {
                        break;
                    }
                }
                feel::Value::Bool(false) => {}
                other => {
                    let why = because(evaluation.why());
                    let message =
                        format!("the condition `{}` gives {other}, not true or false{why}", condition.text().trim());
                    return Err(message.into());
                }
            }
        }
        if chosen.is_empty() {
            chosen.extend(default);
        }
        if chosen.is_empty() && !element.outgoing.is_empty() {
            return Err(Text::const_new("no condition holds, and there is no default flow"));
        }
        Ok(chosen)
    }
}

/// Whether nothing is copied in or out, so that the element needs no scope of its own.
fn is_bare(element: &Element) -> bool {
    element.inputs.is_empty()
        && element.outputs.is_empty()
        && element.listeners.is_empty()
        && element.multi.is_none()
        && element.boundaries.is_empty()
}
