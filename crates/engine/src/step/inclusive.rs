//! Inclusive gateways join: they wait for every token that can still come, and for no other.

use std::collections::BTreeSet;

use bpmn::{Element, ElementIndex, Kind};
use units::Text;

use super::Step;
use crate::event::{Event, Phase};
use crate::instance::Key;
use crate::reach::leads_to;

/// A gateway in a scope.
type Place = (Key, ElementIndex);

impl Step<'_, '_> {
    /// Lets the first inclusive gateway go on to which no token can come any more. Whether one did.
    pub(super) fn join_inclusive(&mut self) -> bool {
        if self.instance.arrivals.is_empty() {
            return false;
        }
        let all: BTreeSet<Place> = self.instance.arrivals.iter().map(|arrival| (arrival.scope, arrival.gateway)).collect();
        let mut gateways: Vec<Place> =
            self.instance.arrivals.iter().map(|arrival| (arrival.scope, arrival.gateway)).collect();
        gateways.retain(|(_, gateway)| matches!(self.process.element(*gateway).kind, Kind::Inclusive(_)));
        let free = gateways.iter().copied().find(|place| !self.may_still_come(*place, &all));
        let Some((scope, gateway)) = free.or_else(|| self.first_of_the_stuck(&all, &gateways)) else { return false };
        self.emit(Event::Joined { scope, gateway });
        self.pass_on(gateway, scope);
        true
    }

    /// Where nothing that lives can bring a token to any of the gateways at which tokens wait, those would wait for one another for
    /// ever. One goes on for which no other inclusive gateway has a token: parallel ones go on only after these. If they
    /// wait in a ring, the first one does.
    fn first_of_the_stuck(&self, all: &BTreeSet<Place>, inclusive: &[Place]) -> Option<Place> {
        let dead = |scope: Key| {
            let mut here = all.iter().filter(|(of, _)| *of == scope);
            !here.any(|(_, gateway)| {
                let incoming = &self.process.element(*gateway).incoming;
                self.instance.lives_among(scope, &leads_to(self.process, *gateway, incoming))
            })
        };
        let stuck: Vec<Place> = inclusive.iter().copied().filter(|(scope, _)| dead(*scope)).collect();
        let others: BTreeSet<Place> = stuck.iter().copied().collect();
        let next = stuck.iter().copied().find(|place| !self.may_still_come(*place, &others));
        next.or_else(|| stuck.first().copied())
    }

    /// Whether a token elsewhere in the scope, or at one of these gateways, can reach the gateway by a flow on which none waits. One that
    /// can come by a flow on which one waits as well only comes round again, and is not waited for (BPMN 2.0.2, 13.4.3).
    fn may_still_come(&self, (scope, gateway): Place, gateways: &BTreeSet<Place>) -> bool {
        let (full, empty) = self.instance.full_and_empty(self.process, scope, gateway);
        let (mut comes, round) = (leads_to(self.process, gateway, &empty), leads_to(self.process, gateway, &full));
        comes.retain(|element| !round.contains(element));
        let waits = |(of, other): &Place| *of == scope && comes.contains(other);
        self.instance.lives_among(scope, &comes) || gateways.iter().any(waits)
    }

    /// Tokens wait at joining gateways of a scope in which nothing else lives or moves: they would wait for ever, unless somebody
    /// begins what is missing. In an ad-hoc sub-process that is what it is there for.
    pub(super) fn stuck_at_joins(&mut self, scope: Key, element: &Element) {
        let told = self.instance.incidents.iter().any(|open| open.element == scope && open.phase == Phase::Joining);
        if told || (matches!(element.kind, Kind::AdHoc(_)) && !self.instance.is_inner(scope)) {
            return;
        }
        let Some(gateway) = self.instance.arrivals.iter().find(|arrival| arrival.scope == scope) else { return };
        let gateway = gateway.gateway;
        let (_, empty) = self.instance.full_and_empty(self.process, scope, gateway);
        let missing = empty.iter().filter_map(|flow| Some(self.process.element(self.process.flow(*flow)?.source).name()));
        let missing: Vec<&str> = missing.collect();
        let message = format!(
            "`{}` waits for a token from {}, and none can come any more: begin what is missing by a modification, or end the tokens that wait",
            self.process.element(gateway).name(),
            missing.join(", ")
        );
        self.incident(scope, Phase::Joining, Text::from(message));
    }

    /// The tokens for which joining gateways of a scope waited have come, or are ended.
    pub(super) fn no_longer_stuck_at_joins(&mut self, scope: Key) {
        let stuck = self.instance.incidents.iter().filter(|open| open.element == scope && open.phase == Phase::Joining);
        let events: Vec<Event> = stuck.map(|open| Event::IncidentResolved { incident: open.key }).collect();
        self.emit_all(events);
    }
}
