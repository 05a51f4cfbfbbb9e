//! Inclusive gateways join: they wait for every token that can still come, and for no other.

use bpmn::{ElementIndex, Kind};

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
        // gateways that wait for one another only would wait for ever: the first one goes on
        let stuck = || gateways.iter().copied().find(|(scope, _)| self.waits_at_inclusive_only(*scope));
        let Some((scope, gateway)) = free.or_else(stuck) else { return false };
        self.emit(Event::Joined { scope, gateway });
        self.pass_on(gateway, scope);
        true
    }

    /// Whether a token elsewhere in the scope can reach the gateway by a flow on which none waits.
    fn may_still_come(&self, scope: Key, gateway: ElementIndex) -> bool {
        let waits = |flow| {
            let mut arrivals = self.instance.arrivals.iter();
            arrivals.any(|arrival| (arrival.scope, arrival.gateway, arrival.flow) == (scope, gateway, flow))
        };
        let empty = self.process.element(gateway).incoming.iter().copied().filter(|flow| !waits(*flow));
        // backwards from the flows that are still empty, to everything that leads there
        let mut open: Vec<ElementIndex> = empty.filter_map(|flow| Some(self.process.flow(flow)?.source)).collect();
        let mut leads_here = Vec::new();
        while let Some(index) = open.pop() {
            if index == gateway || leads_here.contains(&index) {
                continue;
            }
            leads_here.push(index);
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
        let lives = self.instance.elements.iter().any(|live| {
            live.scope == scope && live.key != scope && live.compensates.is_none() && leads_here.contains(&live.element)
        });
        let arrived = |arrival: &Arrival| arrival.scope == scope && leads_here.contains(&arrival.gateway);
        lives || self.instance.arrivals.iter().any(arrived)
    }

    fn waits_at_inclusive_only(&self, scope: Key) -> bool {
        let empty = self.instance.live(scope).is_some_and(|live| live.children == 0);
        let inclusive = |arrival: &Arrival| matches!(self.process.element(arrival.gateway).kind, Kind::Inclusive(_));
        empty && self.instance.arrivals.iter().filter(|arrival| arrival.scope == scope).all(inclusive)
    }
}
