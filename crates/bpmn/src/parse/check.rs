//! What can be seen to be wrong without running.

use super::{Draft, Reader};
use units::Timestamp;

use crate::{Cycle, Element, ElementIndex, Flow, Formula, Interval, Kind, TimerKind, Trigger};

impl<'a, 'x> Reader<'a, 'x> {
    pub(super) fn check(&mut self, draft: &Draft<'a, 'x>, flows: &[Flow]) {
        for (place, (element, node)) in draft.elements.iter().zip(&draft.nodes).enumerate() {
            let node = *node;
            self.timer_means_something(draft, element, node);
            self.caught_twice(draft, element);
            match &element.kind {
                Kind::Process | Kind::SubProcess if element.start.is_none() => {
                    self.refuse(node, format!("the {} has no start event", element.kind.label()), "add one");
                }
                Kind::AdHoc(_) => self.ad_hoc_contents(draft, place, node),
                Kind::Exclusive(default) | Kind::Inclusive(default) if element.outgoing.len() > 1 => {
                    for index in &element.outgoing {
                        let flow = flows.get(usize::from(index.0));
                        let exclusive = matches!(element.kind, Kind::Exclusive(_));
                        let bare = flow.filter(|flow| exclusive && flow.condition.is_none() && Some(*index) != *default);
                        if let Some(flow) = bare {
                            let cause = format!("its flow `{}` has neither a condition nor is it the default", flow.id);
                            self.refuse(node, cause, "write a condition, or mark it as the default");
                        }
                    }
                    let always = |index: &crate::FlowIndex| {
                        flows.get(usize::from(index.0)).is_some_and(|flow| flow.condition.is_none())
                    };
                    if default.is_none() && !element.outgoing.iter().any(always) {
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
                Kind::Boundary { trigger: Trigger::Compensation(_), .. } if !element.outgoing.is_empty() => {
                    self.refuse(node, "flows lead away from a compensation event", "associate it with an activity instead");
                }
                _ => {}
            }
            let conditional =
                |index: &crate::FlowIndex| flows.get(usize::from(index.0)).is_some_and(|flow| flow.condition.is_some());
            if element.compensates && (!element.incoming.is_empty() || !element.outgoing.is_empty()) {
                self.refuse(node, "flows touch an activity that undoes another", "remove them: it runs only then");
            }
            if !matches!(element.kind, Kind::Exclusive(_) | Kind::Inclusive(_)) && element.outgoing.iter().any(conditional) {
                self.refuse(
                    node,
                    "a condition stands on a flow that does not leave an exclusive or inclusive gateway",
                    "put a gateway there",
                );
            }
        }
        self.reachable(draft, flows);
        self.joins(draft, flows);
        self.ends(draft, flows);
    }

    /// An ad-hoc sub-process holds activities, and neither begins nor ends by events.
    fn ad_hoc_contents(&mut self, draft: &Draft<'a, 'x>, place: usize, node: super::Xml<'a, 'x>) {
        let inside = || draft.elements.iter().filter(|inner| usize::from(inner.scope.0) == place);
        if !inside().any(|inner| inner.kind.is_activity()) {
            self.refuse(node, "the ad-hoc sub-process has no activity inside", "add one");
        }
        let end = |inner: &&Element| matches!(inner.kind, Kind::End | Kind::ErrorEnd(_) | Kind::TerminateEnd);
        if let Some(end) = inside().find(end) {
            let cause = format!("the ad-hoc sub-process has an end event: `{}`", end.id());
            self.refuse(node, cause, "remove it: the completion condition says when it ends");
        }
    }

    /// Timers that can be read and still do not mean what they seem to.
    fn timer_means_something(&mut self, draft: &Draft<'a, 'x>, element: &Element, node: super::Xml<'a, 'x>) {
        let (Kind::Catch(trigger) | Kind::Start(trigger) | Kind::Boundary { trigger, .. }) = &element.kind else { return };
        let Trigger::Timer(kind, formula) = trigger else { return };
        let scope = draft.elements.get(usize::from(element.scope.0)).map(|scope| &scope.kind);
        let wrong = match (kind, &element.kind, scope) {
            (TimerKind::Cycle, Kind::Catch(_), _) => {
                Some(("a catch event waits once and has a cycle", "give it a date or a duration"))
            }
            (TimerKind::Cycle, Kind::Boundary { interrupting: true, .. }, _) => {
                Some(("the timer repeats, but it ends its activity the first time", "give it a date or a duration"))
            }
            (TimerKind::Cycle, Kind::Start(_), Some(Kind::EventSubProcess { interrupting: true })) => {
                Some(("the timer repeats, but it ends its scope the first time", "give it a date or a duration"))
            }
            (TimerKind::Duration, Kind::Start(_), Some(Kind::Process)) => {
                Some(("nothing is there from which the duration could run", "give a date, or a cycle such as R/P1D"))
            }
            _ => None,
        };
        if let Some((cause, mend)) = wrong {
            self.refuse(node, cause, mend);
        }
        let Formula::Plain(text) = formula else { return };
        match kind {
            TimerKind::Date => {}
            TimerKind::Duration => {
                if Interval::parse(text.trim()).is_some_and(|interval| !interval.is_positive()) {
                    self.refuse(node, format!("`{text}` is no time at all"), "give a duration above zero");
                }
            }
            TimerKind::Cycle => match Cycle::parse(text) {
                Ok(Cycle::Repeating { times: Some(0), .. }) => {
                    self.refuse(node, "the timer goes off no times", "give it one repetition or more, or remove it");
                }
                Ok(Cycle::Repeating { interval, .. }) if !interval.is_positive() => {
                    self.refuse(node, format!("`{text}` is no time at all"), "give an interval above zero");
                }
                Ok(Cycle::Cron(cron)) if cron.after(Timestamp(0)).is_none() => {
                    self.refuse(node, format!("`{text}` is a day that never comes"), "mend the cron expression");
                }
                _ => {}
            },
        }
    }

    /// Warns about events on the same activity that catch the same: only one of them can.
    fn caught_twice(&mut self, draft: &Draft<'a, 'x>, element: &Element) {
        let mut seen: Vec<&Trigger> = Vec::new();
        for index in &element.boundaries {
            let place = usize::from(index.0);
            let Some(Kind::Boundary { trigger, .. }) = draft.elements.get(place).map(|boundary| &boundary.kind) else {
                continue;
            };
            if matches!(trigger, Trigger::Error(_) | Trigger::Escalation(_)) && seen.contains(&trigger) {
                self.warn(draft.nodes[place], "another event on the activity catches the same", "keep one of them");
            }
            seen.push(trigger);
        }
    }

    /// Warns about circles that no token can leave.
    fn ends(&mut self, draft: &Draft<'a, 'x>, flows: &[Flow]) {
        let leads_on = |element: &Element| !element.outgoing.is_empty() || matches!(element.kind, Kind::LinkThrow(_));
        let mut ends: Vec<bool> = draft.elements.iter().map(|element| !leads_on(element)).collect();
        loop {
            let mut changed = false;
            for (place, element) in draft.elements.iter().enumerate() {
                let after =
                    element.outgoing.iter().filter_map(|index| flows.get(usize::from(index.0))).map(|flow| flow.target);
                let link = match element.kind {
                    Kind::LinkThrow(target) => Some(target),
                    _ => None,
                };
                // an event on the edge can lead out of the circle as well
                let mut next = after.chain(link).chain(element.boundaries.iter().copied());
                if !ends[place] && next.any(|index| ends.get(usize::from(index.0)) == Some(&true)) {
                    (ends[place], changed) = (true, true);
                }
            }
            if !changed {
                break;
            }
        }
        // one finding for each circle is enough: the first element in it
        if let Some(place) = ends.iter().position(|ends| !ends) {
            self.warn(draft.nodes[place], "no token that comes here ever ends", "add a way out of the circle");
        }
    }

    fn events_follow(&mut self, draft: &Draft<'a, 'x>, element: &Element, node: super::Xml<'a, 'x>, flows: &[Flow]) {
        if element.outgoing.len() < 2 {
            self.refuse(node, "an event-based gateway has fewer than two ways on", "add events, or remove the gateway");
        }
        for index in &element.outgoing {
            let target = flows.get(usize::from(index.0)).and_then(|flow| draft.elements.get(usize::from(flow.target.0)));
            let event = |target: &Element| {
                matches!(target.kind, Kind::Catch(Trigger::Message(_) | Trigger::Timer(..) | Trigger::Signal(_)))
                    && target.incoming.len() == 1
            };
            if let Some(target) = target.filter(|target| !event(target)) {
                let cause = format!("`{}` behind an event-based gateway is no catch event of its own", target.id());
                self.refuse(node, cause, "lead to message, timer or signal catch events only, each with one flow in");
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
            open.extend(&element.starts);
            if matches!(element.kind, Kind::AdHoc(_)) {
                let inside = (0..).map(ElementIndex).zip(&draft.elements).filter(|(_, inner)| inner.scope == index);
                let free =
                    inside.filter(|(_, inner)| inner.incoming.is_empty() && !inner.compensates && inner.kind.is_free());
                open.extend(free.map(|(index, _)| index));
            }
            open.extend(element.event_sub_processes.iter().map(|(inner, _)| *inner));
            open.extend(&element.boundaries);
            open.extend(element.outgoing.iter().filter_map(|index| flows.get(usize::from(index.0))).map(|flow| flow.target));
            match element.kind {
                Kind::LinkThrow(target) => open.push(target),
                Kind::Boundary { trigger: Trigger::Compensation(handler), .. } => open.push(handler),
                _ => {}
            }
        }
        for ((element, node), _) in draft.elements.iter().zip(&draft.nodes).zip(&reached).filter(|(_, reached)| !**reached) {
            self.warn(*node, format!("the {} is never reached", element.kind.label()), "connect it, or remove it");
        }
    }
}
