//! Compensation: what was completed is undone, all of it at once, and the event that asked for it waits.

use bpmn::{ElementIndex, Kind, Process, Trigger};

use super::{Step, Work};
use crate::event::Event;
use crate::instance::Key;

/// The activity that undoes another.
pub(crate) fn undoes(process: &Process, element: ElementIndex) -> Option<ElementIndex> {
    process.element(element).boundaries.iter().find_map(|boundary| match &process.element(*boundary).kind {
        Kind::Boundary { trigger: Trigger::Compensation(handler), .. } => Some(*handler),
        _ => None,
    })
}

impl Step<'_, '_> {
    /// Notes that an activity can be undone, if something is there to undo it.
    pub(super) fn note_compensable(&mut self, key: Key, element: ElementIndex, scope: Key) {
        if self.undoes(element).is_some() {
            let variables = self.instance.variables(key);
            self.emit(Event::Compensable { key, element, scope, variables });
        }
    }

    /// The activity that undoes another.
    fn undoes(&self, element: ElementIndex) -> Option<ElementIndex> {
        undoes(self.process, element)
    }

    /// Begins everything that undoes what was completed in the scope of an event. Whether the event has to wait for it.
    pub(super) fn compensate(&mut self, thrower: Key, target: Option<ElementIndex>) -> bool {
        let Some(scope) = self.scope_of(thrower) else { return false };
        // an event sub-process undoes what was done in the scope around it
        let outer = self.element_of(scope).filter(|(_, around)| matches!(around.kind, Kind::EventSubProcess { .. }));
        let outer = outer.and_then(|_| self.scope_of(scope));
        // a path inside of an ad-hoc sub-process undoes what was done in the others as well
        let ad_hoc = self.scope_of(scope).filter(|_| self.instance.is_inner(scope));
        let beside = |done: Key| ad_hoc.is_some() && (Some(done) == ad_hoc || self.scope_of(done) == ad_hoc);
        let wanted: Vec<_> = self
            .instance
            .compensables
            .iter()
            .filter(|done| done.scope == scope || Some(done.scope) == outer || beside(done.scope))
            .filter(|done| target.is_none_or(|target| self.lies_in(done.element, target)))
            .cloned()
            .collect();
        let mut waits = false;
        for done in wanted {
            let Some(handler) = self.undoes(done.element) else { continue };
            let key = self.activate(handler, done.scope);
            self.emit(Event::Compensating { key, thrower, of: done.key });
            self.set_local(key, done.variables);
            self.queue.push_back(Work::Begin(key));
            waits = true;
        }
        waits
    }

    /// Whether an element is another one, or lies inside of it.
    fn lies_in(&self, element: ElementIndex, target: ElementIndex) -> bool {
        let outwards = std::iter::successors(Some(element), |index| {
            let scope = self.process.element(*index).scope;
            (scope != *index).then_some(scope)
        });
        outwards.into_iter().any(|index| index == target)
    }

    /// Something that was to be undone is undone, or was given up: the event goes on once nothing is left.
    pub(super) fn undone(&mut self, thrower: Key) {
        if !self.instance.elements.iter().any(|live| live.compensates == Some(thrower)) {
            self.queue.push_back(Work::Complete(thrower));
        }
    }
}
