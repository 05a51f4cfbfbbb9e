//! Events that nothing can ever set off.

use super::{Draft, Reader, Xml};
use crate::{Element, ElementIndex, Flow, Formula, Kind, Trigger};

impl<'a, 'x> Reader<'a, 'x> {
    /// Warns about errors and escalations that nobody throws where they would be caught, about undoing where nothing can be undone, and
    /// about events behind one gateway that wait for the same.
    pub(super) fn never_set_off(&mut self, draft: &Draft<'a, 'x>, flows: &[Flow]) {
        for (place, (element, node)) in draft.elements.iter().zip(&draft.nodes).enumerate() {
            match &element.kind {
                Kind::Boundary { trigger, host, .. } => {
                    if let Some(activity) = draft.elements.get(usize::from(host.0)) {
                        self.must_throw(draft, trigger, (*host, activity), *node);
                    }
                }
                Kind::Start(trigger) => self.must_throw_beside(draft, trigger, element.scope, *node),
                Kind::CompensationThrow(None) => self.must_be_undoable(draft, element.scope, *node),
                Kind::EventBased => self.waits_for_others(draft, place, flows),
                _ => {}
            }
        }
    }

    /// An event on the edge of an activity: something in that has to throw what it catches.
    fn must_throw(
        &mut self,
        draft: &Draft<'a, 'x>,
        trigger: &Trigger,
        (at, host): (ElementIndex, &Element),
        node: Xml<'a, 'x>,
    ) {
        let name = || format!("the {} `{}`", host.kind.label(), host.id());
        if matches!(trigger, Trigger::Escalation(_)) && !matches!(host.kind, Kind::Call(_)) && !host.kind.is_scope() {
            let mend = "catch it on a sub-process or a call activity, in which something throws it";
            return self.warn(node, format!("{} never throws an escalation", name()), mend);
        }
        if host.kind.is_scope() && !thrown_in(draft, trigger, at, None) && !throws(host, trigger) {
            let what = if matches!(trigger, Trigger::Escalation(_)) { "escalation" } else { "error" };
            let cause = format!("nothing in {} throws the {what}", name());
            self.warn(node, cause, "throw it inside, or remove the event");
        }
    }

    /// The start of an event sub-process: something beside that has to throw what it catches.
    fn must_throw_beside(&mut self, draft: &Draft<'a, 'x>, trigger: &Trigger, event: ElementIndex, node: Xml<'a, 'x>) {
        let Some(around) = draft.elements.get(usize::from(event.0)).map(|event| event.scope) else { return };
        let host = draft.elements.get(usize::from(around.0));
        if !thrown_in(draft, trigger, around, Some(event)) && !host.is_some_and(|host| throws(host, trigger)) {
            let what = if matches!(trigger, Trigger::Escalation(_)) { "escalation" } else { "error" };
            self.warn(
                node,
                format!("nothing beside the event sub-process throws the {what}"),
                "throw it, or remove the event",
            );
        }
    }

    /// Undoing everything: something around has to be undoable.
    fn must_be_undoable(&mut self, draft: &Draft<'a, 'x>, scope: ElementIndex, node: Xml<'a, 'x>) {
        let event =
            draft.elements.get(usize::from(scope.0)).filter(|scope| matches!(scope.kind, Kind::EventSubProcess { .. }));
        let around = event.map_or(scope, |event| event.scope);
        let undoes = |element: &Element| matches!(element.kind, Kind::Boundary { trigger: Trigger::Compensation(_), .. });
        if !draft.elements.iter().any(|element| undoes(element) && lies_in(draft, element, around)) {
            let mend = "add a compensation event and an activity that undoes it";
            self.warn(node, "nothing can be undone here", mend);
        }
    }

    /// Behind an event-based gateway only one of several events that wait for the same can come.
    fn waits_for_others(&mut self, draft: &Draft<'a, 'x>, gateway: usize, flows: &[Flow]) {
        let outgoing = draft.elements.get(gateway).map(|gateway| gateway.outgoing.as_slice()).unwrap_or_default();
        let mut seen: Vec<&Trigger> = Vec::new();
        for target in
            outgoing.iter().filter_map(|index| flows.get(usize::from(index.0))).map(|flow| usize::from(flow.target.0))
        {
            let (Some(event), Some(node)) = (draft.elements.get(target), draft.nodes.get(target)) else { continue };
            let Kind::Catch(trigger @ (Trigger::Message(_) | Trigger::Signal(_))) = &event.kind else { continue };
            if seen.contains(&trigger) {
                self.warn(*node, "another event behind the gateway waits for the same", "keep one of them");
            }
            seen.push(trigger);
        }
    }
}

/// Whether something in a scope throws what a trigger catches, but for one of its parts. True for triggers that come from elsewhere.
fn thrown_in(draft: &Draft<'_, '_>, trigger: &Trigger, scope: ElementIndex, but: Option<ElementIndex>) -> bool {
    let inside = |element: &&Element| lies_in(draft, element, scope) && !but.is_some_and(|but| lies_in(draft, element, but));
    draft.elements.iter().filter(inside).any(|element| throws(element, trigger))
}

/// Whether an element may throw what a trigger catches: jobs, and people's programs, any error; called processes both.
fn throws(element: &Element, trigger: &Trigger) -> bool {
    let is_meant = |thrown: &Formula, caught: &Option<_>| match (thrown.plain(), caught) {
        (Some(thrown), Some(caught)) => thrown == caught,
        _ => true,
    };
    match (trigger, &element.kind) {
        (Trigger::Error(_) | Trigger::Escalation(_), Kind::Call(_)) => true,
        (Trigger::Error(_), _) if !element.listeners.is_empty() => true,
        (Trigger::Error(_), Kind::Job(_) | Kind::UserTask(_)) => true,
        (Trigger::Error(_), Kind::AdHoc(ad_hoc)) => ad_hoc.job.is_some(),
        (Trigger::Error(caught), Kind::ErrorEnd(thrown)) => is_meant(thrown, caught),
        (Trigger::Escalation(caught), Kind::EscalationThrow(thrown)) => is_meant(thrown, caught),
        (Trigger::Error(_) | Trigger::Escalation(_), _) => false,
        _ => true,
    }
}

/// Whether an element lies in a scope, however deep.
fn lies_in(draft: &Draft<'_, '_>, element: &Element, scope: ElementIndex) -> bool {
    let mut around = element.scope;
    loop {
        if around == scope {
            return true;
        }
        match draft.elements.get(usize::from(around.0)) {
            // the process lies in itself
            Some(outer) if outer.scope != around => around = outer.scope,
            _ => return false,
        }
    }
}
