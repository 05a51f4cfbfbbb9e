//! Inclusive gateways join: they wait for every token that can still come, and for no other.

use std::collections::BTreeSet;

use bpmn::{ElementIndex, FlowIndex, Kind};

use super::Step;
use crate::event::Event;
use crate::instance::{Arrival, Key};

impl Step<'_, '_> {
    /// Lets the first inclusive gateway go on to which no token can come any more. Whether one did.
    pub(super) fn join_inclusive(&mut self) -> bool {
        if self.instance.arrivals.is_empty() {
            return false;
        }
        let mut gateways: Vec<(Key, ElementIndex)> = Vec::new();
        for Arrival { scope, gateway, .. } in &self.instance.arrivals {
            let inclusive = matches!(self.process.element(*gateway).kind, Kind::Inclusive(_));
            if inclusive && !gateways.contains(&(*scope, *gateway)) {
                gateways.push((*scope, *gateway));
            }
        }
        let free = gateways.iter().copied().find(|(scope, gateway)| !self.may_still_come(*scope, *gateway));
        // where nothing else lives, gateways that wait for one another would wait for ever: the first one goes on
        let empty = |scope: Key| self.instance.live(scope).is_some_and(|live| live.children == 0);
        let stuck = || gateways.iter().copied().find(|(scope, _)| empty(*scope));
        let Some((scope, gateway)) = free.or_else(stuck) else { return false };
        self.emit(Event::Joined { scope, gateway });
        self.pass_on(gateway, scope);
        true
    }

    /// Whether a token elsewhere in the scope can reach the gateway by a flow on which none waits. One that can come by a flow on which
    /// one waits as well only comes round again, and is not waited for (BPMN 2.0.2, 13.4.3).
    fn may_still_come(&self, scope: Key, gateway: ElementIndex) -> bool {
        let waits = |flow| {
            let mut arrivals = self.instance.arrivals.iter();
            arrivals.any(|arrival| (arrival.scope, arrival.gateway, arrival.flow) == (scope, gateway, flow))
        };
        let (full, empty): (Vec<FlowIndex>, Vec<FlowIndex>) =
            self.process.element(gateway).incoming.iter().copied().partition(|flow| waits(*flow));
        let (to_empty, to_full) = (self.leads_to(gateway, &empty), self.leads_to(gateway, &full));
        let comes = |element: &ElementIndex| to_empty.contains(element) && !to_full.contains(element);
        let lives = self
            .instance
            .elements
            .iter()
            .any(|live| live.scope == scope && live.key != scope && live.compensates.is_none() && comes(&live.element));
        let arrived = |arrival: &Arrival| arrival.scope == scope && comes(&arrival.gateway);
        lives || self.instance.arrivals.iter().any(arrived)
    }

    /// Everything that leads to flows into a gateway, without going through it.
    fn leads_to(&self, gateway: ElementIndex, flows: &[FlowIndex]) -> BTreeSet<ElementIndex> {
        let mut open: Vec<ElementIndex> = flows.iter().filter_map(|flow| Some(self.process.flow(*flow)?.source)).collect();
        let mut leads_here = BTreeSet::new();
        while let Some(index) = open.pop() {
            if index == gateway || !leads_here.insert(index) {
                continue;
            }
            let element = self.process.element(index);
            open.extend(element.incoming.iter().filter_map(|flow| Some(self.process.flow(*flow)?.source)));
            match &element.kind {
                Kind::Boundary { host, .. } => open.push(*host),
                Kind::LinkCatch => {
                    let to_here = |kind: &Kind| matches!(kind, Kind::LinkThrow(target) if *target == index);
                    open.extend(self.process.elements().filter(|(_, other)| to_here(&other.kind)).map(|(index, _)| index));
                }
                _ => {}
            }
        }
        leads_here
    }
}
