//! Compensation: which activity undoes which, and what a throw event undoes.

use super::{Draft, Reader, children, is_bpmn};
use crate::{ElementIndex, Kind, Trigger};

impl<'a, 'x> Reader<'a, 'x> {
    /// Compensation boundary events get their handlers, throw events their activities.
    pub(super) fn compensations(&mut self, draft: &mut Draft<'a, 'x>) {
        for place in 0..draft.elements.len() {
            let node = draft.nodes[place];
            match &draft.elements[place].kind {
                Kind::Boundary { trigger: Trigger::Compensation(_), .. } => {
                    let id = node.attribute("id").unwrap_or_default();
                    let leads_to = |handler: &&str| draft.by_id.contains_key(handler);
                    let ends =
                        draft.associations.iter().filter(|association| association.attribute("sourceRef") == Some(id));
                    let handler = ends.filter_map(|association| association.attribute("targetRef")).find(leads_to);
                    let handler = handler.and_then(|handler| draft.by_id.get(handler).copied());
                    let undoes = handler.and_then(|handler| draft.elements.get(usize::from(handler.0)));
                    if !undoes.is_some_and(|handler| handler.compensates && handler.kind.is_activity()) {
                        let mend = "draw an association to an activity with the compensation marker";
                        self.refuse(node, "the compensation event leads to no activity that undoes its own", mend);
                    }
                    if let (Some(handler), Kind::Boundary { trigger, .. }) = (handler, &mut draft.elements[place].kind) {
                        *trigger = Trigger::Compensation(handler);
                    }
                }
                Kind::CompensationThrow(_) => {
                    let definition = children(node).find(|child| is_bpmn(*child, "compensateEventDefinition"));
                    let Some(id) = definition.and_then(|definition| definition.attribute("activityRef")) else { continue };
                    let target = draft.by_id.get(id).copied();
                    let in_scope = |target: &ElementIndex| {
                        let scope = draft.elements[place].scope;
                        let around = draft.elements.get(usize::from(scope.0));
                        let outer = around.filter(|around| matches!(around.kind, Kind::EventSubProcess { .. }));
                        let of = draft.elements.get(usize::from(target.0)).map(|target| target.scope);
                        of == Some(scope) || of.is_some() && of == outer.map(|around| around.scope)
                    };
                    match target.filter(in_scope) {
                        Some(target) => draft.elements[place].kind = Kind::CompensationThrow(Some(target)),
                        None => {
                            let cause = format!("the activity `{id}` that it undoes is not in its scope");
                            self.refuse(node, cause, "choose an activity beside the event");
                        }
                    }
                }
                _ => {}
            }
        }
    }
}
