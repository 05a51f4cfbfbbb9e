//! Tokens on the move: into elements, through gateways, and out again.

use bpmn::{Element, ElementIndex, FlowIndex, Kind, Trigger};
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
        let element = self.process.element(index);
        if self.activations > self.cx.limits.activations {
            let key = self.activate(index, scope);
            let limit = self.cx.limits.activations;
            let message =
                format!("one step led through more than {limit} elements: the model goes round in a circle without a wait");
            self.incident(key, Phase::Entering, Text::from(message));
            return;
        }
        match &element.kind {
            Kind::Parallel if element.incoming.len() > 1 => self.join(index, element, scope, flow),
            Kind::Exclusive(_) => match self.choose(element, scope) {
                Ok(Some(flow)) => {
                    self.emit(Event::Passed { element: index });
                    self.go(flow, scope);
                }
                // a gateway without a way on is an end
                Ok(None) => self.pass(index, scope),
                Err(message) => {
                    let key = self.activate(index, scope);
                    self.incident(key, Phase::Entering, message);
                }
            },
            Kind::LinkThrow(target) => {
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
        self.emit(Event::Activated { key, element, scope });
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
        if element.outgoing.is_empty() {
            self.emptied.push(scope);
        }
        for flow in &element.outgoing {
            self.go(*flow, scope);
        }
    }

    fn go(&mut self, flow: FlowIndex, scope: Key) {
        if let Some(target) = self.process.flow(flow).map(|flow| flow.target) {
            self.queue.push_back(Work::Enter { element: target, scope, flow: Some(flow) });
        }
    }

    /// A token waits at a parallel gateway until one has come on every flow.
    fn join(&mut self, index: ElementIndex, element: &Element, scope: Key, flow: Option<FlowIndex>) {
        let Some(flow) = flow else { return self.pass(index, scope) };
        self.emit(Event::Arrived { scope, gateway: index, flow });
        let here = self.instance.arrivals.iter().filter(|arrival| arrival.scope == scope && arrival.gateway == index);
        if here.count() == element.incoming.len() {
            self.emit(Event::Joined { scope, gateway: index });
            self.pass(index, scope);
        }
    }

    /// The one flow on which an exclusive gateway goes on.
    pub(super) fn choose(&self, element: &Element, scope: Key) -> Result<Option<FlowIndex>, Text> {
        let Kind::Exclusive(default) = element.kind else { return Ok(None) };
        for index in &element.outgoing {
            let Some(condition) = self.process.flow(*index).and_then(|flow| flow.condition.as_ref()) else { continue };
            if Some(*index) == default {
                continue;
            }
            let evaluation = condition.evaluate(&self.visible(scope), &self.environment);
            match evaluation.value {
                feel::Value::Bool(true) => return Ok(Some(*index)),
                feel::Value::Bool(false) => {}
                other => {
                    let why = evaluation.warnings.first().map(|warning| format!(" ({warning})")).unwrap_or_default();
                    let message =
                        format!("the condition `{}` gives {other}, not true or false{why}", condition.text().trim());
                    return Err(message.into());
                }
            }
        }
        match (default, element.outgoing.as_slice()) {
            (Some(default), _) => Ok(Some(default)),
            (None, []) => Ok(None),
            (None, [only]) if self.process.flow(*only).is_some_and(|flow| flow.condition.is_none()) => Ok(Some(*only)),
            (None, _) => Err(Text::const_new("no condition holds, and there is no default flow")),
        }
    }
}

/// Whether nothing is copied in or out, so that the element needs no scope of its own.
fn is_bare(element: &Element) -> bool {
    element.inputs.is_empty() && element.outputs.is_empty() && element.multi.is_none() && element.boundaries.is_empty()
}
