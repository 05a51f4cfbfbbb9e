//! Modification: somebody moves tokens by hand.

use bpmn::{ElementIndex, Kind};
use feel::Context;

use super::{Step, Work};
use crate::input::{Modification, Refusal};
use crate::instance::{Arrival, Key, ROOT};
use crate::interruption::Then;

impl Step<'_, '_> {
    /// Sets variables, begins elements, then ends others; so a token can be moved without its scope ending in between.
    pub(super) fn modify(&mut self, modification: Modification) -> Result<(), Refusal> {
        for key in modification.variables.iter().map(|(scope, _)| scope).chain(&modification.end) {
            if self.instance.live(*key).is_none() {
                return Err(Refusal::Gone { what: "element", key: *key });
            }
        }
        for (scope, gateway) in &modification.end_waiting {
            let waits = |arrival: &Arrival| (arrival.scope, arrival.gateway) == (*scope, *gateway);
            if !self.instance.arrivals.iter().any(waits) {
                let gateway = self.process.element(*gateway).id().into();
                return Err(Refusal::NoToken { gateway, scope: *scope });
            }
        }
        for (scope, variables) in modification.variables {
            self.set_local(scope, variables);
        }
        for element in modification.start {
            let scope = self.place_for(element)?;
            let scope = self.inner(scope, Context::default());
            self.queue.push_back(Work::Enter { element, scope, flow: None });
        }
        for (scope, gateway) in modification.end_waiting {
            self.drop_tokens_at(scope, gateway);
            let scope = self.end_emptied(scope);
            self.emptied.push(scope);
        }
        for key in modification.end {
            if key == ROOT {
                let why = "it is the instance itself: cancel that instead";
                return Err(Refusal::NoPlace { element: self.process.id().into(), why });
            }
            self.end_by_hand(key);
        }
        Ok(())
    }

    /// Somebody ends a live element; one before it may have taken it along.
    pub(super) fn end_by_hand(&mut self, key: Key) {
        let Some(live) = self.instance.live(key) else { return };
        let (scope, thrower) = (live.scope, live.compensates);
        if self.asks_before(key, true, || Then::End) {
            return;
        }
        self.terminate(key);
        self.queue.retain(|work| match work {
            Work::Enter { scope, .. } | Work::Leave { scope, .. } => self.instance.live(*scope).is_some(),
            _ => true,
        });
        thrower.into_iter().for_each(|thrower| self.undone(thrower));
        let scope = self.end_emptied(scope);
        self.emptied.push(scope);
    }

    /// A scope of which everything was ended by hand ends with it and does not go on behind itself: a token that is moved out of it would be
    /// two. An ad-hoc sub-process goes by its completion condition. The scope that may have to end.
    fn end_emptied(&mut self, mut scope: Key) -> Key {
        while let Some(live) = self.instance.live(scope).filter(|live| live.children == 0 && live.key != ROOT) {
            let (outer, thrower) = (live.scope, live.compensates);
            let goes_by_condition = matches!(self.process.element(live.element).kind, Kind::AdHoc(_));
            let moves = |work: &Work| matches!(work, Work::Enter { scope: of, .. } | Work::Leave { scope: of, .. } | Work::Item(of) if *of == scope);
            let waits = self.instance.arrivals.iter().any(|arrival| arrival.scope == scope);
            if goes_by_condition && !self.instance.is_inner(scope) || waits || self.queue.iter().any(moves) {
                break;
            }
            self.terminate(scope);
            thrower.into_iter().for_each(|thrower| self.undone(thrower));
            scope = outer;
        }
        scope
    }

    /// The live scope in which an element can begin; scopes that are not live begin for it, without their own start.
    fn place_for(&mut self, index: ElementIndex) -> Result<Key, Refusal> {
        let element = self.process.element(index);
        let refuse = |why| Refusal::NoPlace { element: element.id().into(), why };
        match &element.kind {
            Kind::Process => return Err(refuse("it is the process itself")),
            Kind::Start(_) => return Err(refuse("it is a start event: begin what follows it")),
            Kind::Boundary { .. } => return Err(refuse("it is an event on an edge: begin what follows it")),
            Kind::EventSubProcess { .. } => return Err(refuse("it is an event sub-process: begin what is inside")),
            _ if element.compensates => return Err(refuse("it undoes another activity and runs only then")),
            _ => {}
        }
        self.scope_for(element.scope).map_err(refuse)
    }

    fn scope_for(&mut self, index: ElementIndex) -> Result<Key, &'static str> {
        const INTERRUPTED: &str = "its scope is being interrupted, and listeners of tasks in it have not answered";
        if index.0 == 0 {
            return if self.instance.is_interrupted(ROOT) { Err(INTERRUPTED) } else { Ok(ROOT) };
        }
        let live = self.instance.elements.iter().filter(|live| live.element == index && live.multi.is_none());
        let live: Vec<Key> = live.map(|live| live.key).filter(|key| !self.instance.is_inner(*key)).collect();
        match live.as_slice() {
            [only] if self.is_ending(*only) => return Err("its scope has done its work, and an end listener runs there"),
            [only] if self.instance.is_interrupted(*only) => return Err(INTERRUPTED),
            [only] => return Ok(*only),
            [] => {}
            _ => return Err("its scope is live more than once"),
        }
        let element = self.process.element(index);
        if element.multi.is_some() {
            return Err("its scope is done once per item, and no item is live");
        }
        let outer = self.scope_for(element.scope)?;
        let outer = self.inner(outer, Context::default());
        let key = self.activate(index, outer);
        self.begin_around(key);
        Ok(key)
    }
}
