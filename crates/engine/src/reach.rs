//! Which elements lead where: what a joining gateway may still wait for.

use std::collections::BTreeSet;

use bpmn::{ElementIndex, FlowIndex, Kind, Process};

use crate::instance::{Arrival, Instance, Key};

/// Everything that leads to flows into a gateway, without going through it.
pub(crate) fn leads_to(process: &Process, gateway: ElementIndex, flows: &[FlowIndex]) -> BTreeSet<ElementIndex> {
    let mut open: Vec<ElementIndex> = flows.iter().filter_map(|flow| Some(process.flow(*flow)?.source)).collect();
    let mut leads_here = BTreeSet::new();
    while let Some(index) = open.pop() {
        if index == gateway || !leads_here.insert(index) {
            continue;
        }
        let element = process.element(index);
        open.extend(element.incoming.iter().filter_map(|flow| Some(process.flow(*flow)?.source)));
        match &element.kind {
            Kind::Boundary { host, .. } => open.push(*host),
            Kind::LinkCatch => {
                let to_here = |kind: &Kind| matches!(kind, Kind::LinkThrow(target) if *target == index);
                open.extend(process.elements().filter(|(_, other)| to_here(&other.kind)).map(|(index, _)| index));
            }
            _ => {}
        }
    }
    leads_here
}

impl Instance {
    /// The flows into a joining gateway on which tokens wait, and those on which none does.
    pub(crate) fn full_and_empty(
        &self,
        process: &Process,
        scope: Key,
        gateway: ElementIndex,
    ) -> (Vec<FlowIndex>, Vec<FlowIndex>) {
        let here: BTreeSet<FlowIndex> = self.arrivals_at(scope, gateway).map(|arrival| arrival.flow).collect();
        process.element(gateway).incoming.iter().copied().partition(|flow| here.contains(flow))
    }

    /// The tokens that wait at a joining gateway.
    pub(crate) fn arrivals_at(&self, scope: Key, gateway: ElementIndex) -> impl Iterator<Item = &Arrival> {
        self.arrivals.iter().filter(move |arrival| (arrival.scope, arrival.gateway) == (scope, gateway))
    }

    /// Whether an element of these is live in a scope, and its token may go on from there.
    pub(crate) fn lives_among(&self, scope: Key, elements: &BTreeSet<ElementIndex>) -> bool {
        self.elements.iter().any(|live| {
            live.scope == scope && live.key != scope && live.compensates.is_none() && elements.contains(&live.element)
        })
    }
}
