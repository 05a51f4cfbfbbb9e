//! The second pass: flows, links, and what is attached to what.

use std::collections::{BTreeMap, BTreeSet};

use super::{Draft, Reader, Xml, children, is_bpmn};
use crate::{ElementIndex, Flow, FlowIndex, Kind, Trigger};

impl<'a, 'x> Reader<'a, 'x> {
    pub(super) fn flows(&mut self, draft: &mut Draft<'a, 'x>) -> Vec<Flow> {
        let mut flows = Vec::new();
        let mut ids = BTreeSet::new();
        for (node, scope) in std::mem::take(&mut draft.flows) {
            let end = |this: &mut Self, attribute: &str| {
                let id = node.attribute(attribute).unwrap_or_default();
                let found = draft.by_id.get(id).copied();
                let refused = found.is_none() && !this.is_refused(id);
                if refused {
                    this.refuse(
                        node,
                        format!("the flow has no {attribute}: there is no element `{id}`"),
                        "connect both ends",
                    );
                }
                found
            };
            let (source, target) = (end(self, "sourceRef"), end(self, "targetRef"));
            let id = node.attribute("id").unwrap_or_default();
            if draft.by_id.contains_key(id) || !ids.insert(id) {
                self.refuse(node, format!("there are two elements with the id `{id}`"), "give each an id of its own");
            }
            let condition = children(node).find(|child| is_bpmn(*child, "conditionExpression"));
            let condition = condition.and_then(|condition| self.condition(condition));
            let (Some(source), Some(target)) = (source, target) else { continue };
            let inside =
                |end: ElementIndex| draft.elements.get(usize::from(end.0)).is_some_and(|element| element.scope == scope);
            if !inside(source) || !inside(target) {
                self.refuse(
                    node,
                    "the flow crosses the edge of a sub-process",
                    "end it inside, and go on from the sub-process",
                );
            }
            let Ok(index) = u16::try_from(flows.len()) else {
                self.refuse(node, "the process has more than 65,000 flows", "split it");
                break;
            };
            if let Some(element) = draft.elements.get_mut(usize::from(source.0)) {
                element.outgoing.push(FlowIndex(index));
            }
            if let Some(element) = draft.elements.get_mut(usize::from(target.0)) {
                element.incoming.push(FlowIndex(index));
            }
            flows.push(Flow {
                id: node.attribute("id").unwrap_or_default().into(),
                name: node.attribute("name").unwrap_or_default().into(),
                source,
                target,
                condition,
            });
        }
        flows
    }

    /// Whether an element was refused already, so that its flows need no finding of their own.
    pub(super) fn is_refused(&self, id: &str) -> bool {
        self.refused.contains(id)
    }

    pub(super) fn default_flows(&mut self, draft: &mut Draft<'a, 'x>, flows: &[Flow]) {
        for (element, node) in draft.elements.iter_mut().zip(&draft.nodes) {
            let (Kind::Exclusive(default) | Kind::Inclusive(default)) = &mut element.kind else { continue };
            let Some(id) = node.attribute("default") else { continue };
            *default = element
                .outgoing
                .iter()
                .copied()
                .find(|index| flows.get(usize::from(index.0)).is_some_and(|flow| flow.id == id));
            if default.is_none() {
                let node = *node;
                self.refuse(
                    node,
                    format!("the default flow `{id}` does not leave this gateway"),
                    "mark one of its own flows",
                );
            }
        }
    }

    /// Link throw events get their targets.
    pub(super) fn links(&mut self, draft: &mut Draft<'a, 'x>) {
        let name_of = |node: Xml<'a, 'x>| {
            let definition = children(node).find(|child| is_bpmn(*child, "linkEventDefinition"));
            definition.and_then(|definition| definition.attribute("name"))
        };
        let mut arrivals = BTreeMap::new();
        for (place, (element, node)) in draft.elements.iter().zip(&draft.nodes).enumerate() {
            let Ok(index) = u16::try_from(place) else { break };
            if !matches!(element.kind, Kind::LinkCatch) {
                continue;
            }
            let name = name_of(*node).unwrap_or_default();
            if arrivals.insert((element.scope, name), ElementIndex(index)).is_some() {
                self.refuse(*node, format!("another link catch event is named `{name}`"), "give each a name of its own");
            }
        }
        let mut targets = Vec::new();
        for (place, (element, node)) in draft.elements.iter().zip(&draft.nodes).enumerate() {
            if !matches!(element.kind, Kind::LinkThrow(_)) {
                continue;
            }
            let name = name_of(*node).unwrap_or_default();
            match arrivals.get(&(element.scope, name)) {
                Some(found) => targets.push((place, *found)),
                None => {
                    let cause = format!("no link catch event named `{name}` is in the same scope");
                    self.refuse(*node, cause, "add one, or give both the same name");
                }
            }
        }
        for (place, target) in targets {
            if let Some(element) = draft.elements.get_mut(place) {
                element.kind = Kind::LinkThrow(target);
            }
        }
    }

    /// Boundary events go to their hosts, start events and event sub-processes to their scopes.
    pub(super) fn attach(&mut self, draft: &mut Draft<'a, 'x>) {
        for place in 0..draft.elements.len() {
            let Ok(index) = u16::try_from(place).map(ElementIndex) else { break };
            let node = draft.nodes[place];
            let scope = draft.elements[place].scope;
            match &mut draft.elements[place].kind {
                Kind::Boundary { host, .. } => {
                    let id = node.attribute("attachedToRef").unwrap_or_default();
                    let found = draft.by_id.get(id).copied();
                    if let Some(found) = found {
                        *host = found;
                    }
                    let activity = found.and_then(|found| draft.elements.get_mut(usize::from(found.0)));
                    match activity.filter(|activity| activity.kind.is_activity()) {
                        Some(activity) if activity.scope != scope => {
                            let cause = format!("it is attached to an activity of another scope: `{id}`");
                            self.refuse(node, cause, "put both into the same scope");
                        }
                        Some(activity) => activity.boundaries.push(index),
                        None if self.is_refused(id) => {}
                        None => self.refuse(node, format!("it is not attached to an activity: `{id}`"), "attach it to one"),
                    }
                }
                Kind::Start(_) => {
                    let trigger = matches!(&draft.elements[place].kind, Kind::Start(trigger) if *trigger != Trigger::None);
                    let around = &mut draft.elements[usize::from(scope.0)];
                    around.starts.push(index);
                    let of_process = matches!(around.kind, Kind::Process);
                    if of_process && trigger {
                        // a plain start event, if there is one, stays the one that needs no trigger
                        around.start = around.start.or(Some(index));
                    } else if around.start.is_some_and(|other| !of_process || is_plain(draft, other)) {
                        self.refuse(node, "its scope has another start event already", "keep one");
                    } else {
                        draft.elements[usize::from(scope.0)].start = Some(index);
                    }
                }
                _ => {}
            }
        }
        for place in 0..draft.elements.len() {
            let (node, scope) = (draft.nodes[place], draft.elements[place].scope);
            if !matches!(draft.elements[place].kind, Kind::EventSubProcess { .. }) {
                continue;
            }
            let (Ok(index), Some(start)) = (u16::try_from(place).map(ElementIndex), draft.elements[place].start) else {
                if !self.refused_start(node) {
                    self.refuse(node, "the event sub-process has no start event", "add one with a trigger");
                }
                continue;
            };
            let start_node = draft.nodes[usize::from(start.0)];
            let interrupting = start_node.attribute("isInterrupting") != Some("false");
            draft.elements[place].kind = Kind::EventSubProcess { interrupting };
            draft.elements[usize::from(scope.0)].event_sub_processes.push((index, start));
        }
    }
}

fn is_plain(draft: &Draft<'_, '_>, start: ElementIndex) -> bool {
    draft.elements.get(usize::from(start.0)).is_some_and(|element| element.kind == Kind::Start(Trigger::None))
}
