//! What can be seen to be wrong without running.

use super::{Draft, Reader};
use crate::{Element, ElementIndex, Flow, Kind, Trigger};

impl<'a, 'x> Reader<'a, 'x> {
    pub(super) fn check(&mut self, draft: &Draft<'a, 'x>, flows: &[Flow]) {
        for (element, node) in draft.elements.iter().zip(&draft.nodes) {
            let node = *node;
            match &element.kind {
                Kind::Process | Kind::SubProcess if element.start.is_none() => {
                    self.refuse(node, format!("the {} has no start event", element.kind.label()), "add one");
                }
                Kind::Exclusive(default) if element.outgoing.len() > 1 => {
                    for index in &element.outgoing {
                        let flow = flows.get(usize::from(index.0));
                        let bare = flow.filter(|flow| flow.condition.is_none() && Some(*index) != *default);
                        if let Some(flow) = bare {
                            let cause = format!("its flow `{}` has neither a condition nor is it the default", flow.id);
                            self.refuse(node, cause, "write a condition, or mark it as the default");
                        }
                    }
                    if default.is_none() {
                        self.warn(
                            node,
                            "the gateway has no default flow and stops if no condition holds",
                            "mark one as the default",
                        );
                    }
                }
                Kind::EventBased => self.events_follow(draft, element, node, flows),
                Kind::End | Kind::ErrorEnd(_) | Kind::TerminateEnd if !element.outgoing.is_empty() => {
                    self.refuse(node, "flows lead away from an end event", "remove them");
                }
                Kind::Start(_) if !element.incoming.is_empty() => {
                    self.refuse(node, "flows lead to a start event", "remove them");
                }
                Kind::LinkCatch if !element.incoming.is_empty() => {
                    self.refuse(node, "flows lead to a link catch event", "remove them");
                }
                Kind::LinkThrow(_) if !element.outgoing.is_empty() => {
                    self.refuse(node, "flows lead away from a link throw event", "remove them");
                }
                Kind::Boundary { .. } if !element.incoming.is_empty() => {
                    self.refuse(node, "flows lead to a boundary event", "remove them");
                }
                _ => {}
            }
            let conditional =
                |index: &crate::FlowIndex| flows.get(usize::from(index.0)).is_some_and(|flow| flow.condition.is_some());
            if !matches!(element.kind, Kind::Exclusive(_)) && element.outgoing.iter().any(conditional) {
                self.refuse(
                    node,
                    "a condition stands on a flow that does not leave an exclusive gateway",
                    "put a gateway there",
                );
            }
        }
        self.reachable(draft, flows);
    }

    fn events_follow(&mut self, draft: &Draft<'a, 'x>, element: &Element, node: super::Xml<'a, 'x>, flows: &[Flow]) {
        if element.outgoing.len() < 2 {
            self.refuse(node, "an event-based gateway has fewer than two ways on", "add events, or remove the gateway");
        }
        for index in &element.outgoing {
            let target = flows.get(usize::from(index.0)).and_then(|flow| draft.elements.get(usize::from(flow.target.0)));
            let event = |target: &Element| {
                matches!(target.kind, Kind::Catch(Trigger::Message(_) | Trigger::Timer(..))) && target.incoming.len() == 1
            };
            if let Some(target) = target.filter(|target| !event(target)) {
                let cause = format!("`{}` behind an event-based gateway is no catch event of its own", target.id());
                self.refuse(node, cause, "lead to message or timer catch events only, each with one flow in");
            }
        }
    }

    /// Warns about what no token can reach.
    fn reachable(&mut self, draft: &Draft<'a, 'x>, flows: &[Flow]) {
        let mut reached = vec![false; draft.elements.len()];
        let mut open: Vec<ElementIndex> = vec![ElementIndex(0)];
        while let Some(index) = open.pop() {
            let Some(flag @ false) = reached.get_mut(usize::from(index.0)) else { continue };
            *flag = true;
            let Some(element) = draft.elements.get(usize::from(index.0)) else { continue };
            open.extend(element.start);
            open.extend(element.event_sub_processes.iter().map(|(inner, _)| *inner));
            open.extend(&element.boundaries);
            open.extend(element.outgoing.iter().filter_map(|index| flows.get(usize::from(index.0))).map(|flow| flow.target));
            if let Kind::LinkThrow(target) = element.kind {
                open.push(target);
            }
        }
        for ((element, node), _) in draft.elements.iter().zip(&draft.nodes).zip(&reached).filter(|(_, reached)| !**reached) {
            self.warn(*node, format!("the {} is never reached", element.kind.label()), "connect it, or remove it");
        }
    }
}
