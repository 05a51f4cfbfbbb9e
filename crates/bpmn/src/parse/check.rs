//! What can be seen to be wrong without running.

use units::Timestamp;

use super::{Draft, Reader, Xml, children, is_bpmn};
use crate::{AdHoc, Cycle, Element, ElementIndex, Flow, FlowIndex, Interval, Kind, Severity, TimerKind, Trigger};

impl<'a, 'x> Reader<'a, 'x> {
    pub(super) fn check(&mut self, draft: &Draft<'a, 'x>, flows: &[Flow]) {
        for (place, (element, node)) in draft.elements.iter().zip(&draft.nodes).enumerate() {
            let node = *node;
            self.timer_means_something(draft, element, node);
            self.caught_twice(draft, &element.boundaries, "the activity");
            let starts: Vec<ElementIndex> = element.event_sub_processes.iter().map(|(_, start)| *start).collect();
            self.caught_twice(draft, &starts, "the scope");
            self.begun_twice(draft, element);
            match &element.kind {
                Kind::Process | Kind::SubProcess if element.start.is_none() && !self.refused_start(node) => {
                    self.forbid(node, format!("the {} has no start event", element.kind.label()), "add one");
                }
                Kind::AdHoc(ad_hoc) => {
                    self.ad_hoc_contents(draft, place, node);
                    self.ad_hoc_begins(draft, place, ad_hoc, node);
                }
                Kind::Exclusive(default) | Kind::Inclusive(default) if element.outgoing.len() > 1 => {
                    self.choices(element, *default, node, flows);
                }
                Kind::EventBased => self.events_follow(draft, element, node, flows),
                Kind::CompensationThrow(Some(target)) => self.undoes_something(draft, *target, node),
                Kind::Boundary { trigger, host, .. } => self.meets_its_host(draft, trigger, *host, node),
                _ => {}
            }
            self.flows_belong(element, node, flows);
        }
        self.joins(draft, flows);
        self.multiplies(draft, flows);
        // what was refused may be what leads on
        if self.findings.iter().all(|finding| finding.severity == Severity::Warning) {
            self.reachable(draft, flows);
            self.never_set_off(draft, flows);
            self.ends(draft, flows);
        }
    }

    /// Whether a scope has a start event that was refused already.
    pub(super) fn refused_start(&self, scope: Xml<'a, 'x>) -> bool {
        let refused = |id| self.is_refused(id);
        children(scope).any(|node| is_bpmn(node, "startEvent") && node.attribute("id").is_some_and(refused))
    }

    /// Each way on of an exclusive or inclusive gateway says when it is taken.
    fn choices(&mut self, element: &Element, default: Option<FlowIndex>, node: Xml<'a, 'x>, flows: &[Flow]) {
        let mut always = false;
        let is_exclusive = matches!(element.kind, Kind::Exclusive(_));
        for (place, index) in element.outgoing.iter().enumerate() {
            let Some(flow) = flows.get(usize::from(index.0)) else { continue };
            let constant = flow.condition.as_ref().and_then(|condition| condition.constant()).and_then(feel::Value::as_bool);
            always |= flow.condition.is_none() || constant == Some(true);
            if Some(*index) == default {
                if flow.condition.is_some() {
                    let cause = format!("the default flow `{}` has a condition, which nobody looks at", flow.id);
                    self.warn(node, cause, "remove the condition: the default is taken when no other holds");
                }
            } else if flow.condition.is_none() {
                let cause = format!("its flow `{}` has neither a condition nor is it the default", flow.id);
                self.forbid(node, cause, "write a condition, or mark it as the default");
            } else if constant == Some(false) {
                let cause = format!("its flow `{}` is never taken: its condition is always false", flow.id);
                self.warn(node, cause, "mend the condition, or remove the flow");
            } else if constant == Some(true) {
                let hides = is_exclusive && place + 1 < element.outgoing.len();
                if hides || default.is_some() {
                    let cause = format!("its flow `{}` is always taken, and others never", flow.id);
                    self.warn(node, cause, "mend the condition, or remove what is never taken");
                }
            }
        }
        if default.is_none() && !always {
            let cause = "the gateway has no default flow and stops if no condition holds";
            self.warn(node, cause, "mark one as the default");
        }
    }

    /// Flows begin and end only where tokens come and go by flows, and have conditions only where somebody looks at them.
    fn flows_belong(&mut self, element: &Element, node: Xml<'a, 'x>, flows: &[Flow]) {
        let (comes, goes) = (!element.incoming.is_empty(), !element.outgoing.is_empty());
        let wrong = match &element.kind {
            _ if node.tag_name().name() == "endEvent" && goes => Some(("flows lead away from an end event", "remove them")),
            Kind::Start(_) if comes => Some(("flows lead to a start event", "remove them")),
            Kind::LinkCatch if comes => Some(("flows lead to a link catch event", "remove them")),
            Kind::LinkThrow(_) if goes => Some(("flows lead away from a link throw event", "remove them")),
            Kind::EventSubProcess { .. } if comes || goes => {
                Some(("flows touch an event sub-process", "remove them: its start event sets it off"))
            }
            Kind::Boundary { .. } if comes => Some(("flows lead to a boundary event", "remove them")),
            Kind::Boundary { trigger: Trigger::Compensation(_), .. } if goes => {
                Some(("flows lead away from a compensation event", "associate it with an activity instead"))
            }
            _ if element.compensates && (comes || goes) => {
                Some(("flows touch an activity that undoes another", "remove them: it runs only then"))
            }
            _ => None,
        };
        if let Some((cause, mend)) = wrong {
            self.forbid(node, cause, mend);
        }
        let conditional = |index: &FlowIndex| flows.get(usize::from(index.0)).is_some_and(|flow| flow.condition.is_some());
        if !matches!(element.kind, Kind::Exclusive(_) | Kind::Inclusive(_)) && element.outgoing.iter().any(conditional) {
            let cause = "a condition stands on a flow that does not leave an exclusive or inclusive gateway";
            self.forbid(node, cause, "put a gateway there");
        }
    }

    /// An ad-hoc sub-process holds activities, and neither begins nor ends by events.
    fn ad_hoc_contents(&mut self, draft: &Draft<'a, 'x>, place: usize, node: Xml<'a, 'x>) {
        let inside = || draft.elements.iter().filter(|inner| usize::from(inner.scope.0) == place);
        if !inside().any(|inner| inner.kind.is_activity()) {
            self.forbid(node, "the ad-hoc sub-process has no activity inside", "add one");
        }
        let end = |inner: &&Element| matches!(inner.kind, Kind::End | Kind::ErrorEnd(_) | Kind::TerminateEnd);
        if let Some(end) = inside().find(end) {
            let cause = format!("the ad-hoc sub-process has an end event: `{}`", end.id());
            self.forbid(node, cause, "remove it: the completion condition says when it ends");
        }
    }

    /// What an ad-hoc sub-process is told to begin with is inside of it, and nothing leads there.
    fn ad_hoc_begins(&mut self, draft: &Draft<'a, 'x>, place: usize, ad_hoc: &AdHoc, node: Xml<'a, 'x>) {
        let constant = ad_hoc.active.as_ref().and_then(|active| active.constant()).and_then(feel::Value::as_list);
        let can_begin = |inner: &Element| {
            let attached = matches!(inner.kind, Kind::Boundary { .. } | Kind::EventSubProcess { .. } | Kind::LinkCatch);
            usize::from(inner.scope.0) == place && inner.incoming.is_empty() && !inner.compensates && !attached
        };
        for id in constant.unwrap_or_default() {
            let known = |inner: &&Element| Some(inner.id()) == id.as_str();
            // what was refused is told already
            let refused = id.as_str().is_some_and(|id| self.is_refused(id));
            if !refused && !draft.elements.iter().find(known).is_some_and(can_begin) {
                let cause = format!("it begins with {id}, which cannot begin in it");
                self.forbid(node, cause, "name elements directly inside to which no flow leads");
            }
        }
    }

    /// Timers that can be read and still do not mean what they seem to.
    fn timer_means_something(&mut self, draft: &Draft<'a, 'x>, element: &Element, node: Xml<'a, 'x>) {
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
            self.forbid(node, cause, mend);
        }
        let Some(value) = formula.constant() else { return };
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        match kind {
            TimerKind::Date => {}
            TimerKind::Duration => {
                if Interval::of(&value).is_some_and(Interval::is_negative) {
                    self.forbid(node, format!("`{text}` leads back in time"), "give a duration of zero or more");
                }
            }
            TimerKind::Cycle => match Cycle::parse(&text) {
                Ok(Cycle::Repeating { times: Some(0), .. }) => {
                    self.forbid(node, "the timer goes off no times", "give it one repetition or more, or remove it");
                }
                Ok(Cycle::Repeating { interval, .. }) if !interval.is_positive() => {
                    self.forbid(node, format!("`{text}` is no time at all"), "give an interval above zero");
                }
                Ok(Cycle::Cron(cron)) if cron.after(Timestamp(0), 0).is_none() => {
                    self.forbid(node, format!("`{text}` is a day that never comes"), "mend the cron expression");
                }
                _ => {}
            },
        }
    }

    /// Warns about events that catch the same in one place: only one of them can.
    fn caught_twice(&mut self, draft: &Draft<'a, 'x>, events: &[ElementIndex], place: &str) {
        let mut seen: Vec<(&Trigger, bool)> = Vec::new();
        for index in events {
            let at = usize::from(index.0);
            let Some(event) = draft.elements.get(at) else { continue };
            let (trigger, interrupting) = match &event.kind {
                Kind::Boundary { trigger, interrupting, .. } => (trigger, *interrupting),
                Kind::Start(trigger) => {
                    let around = draft.elements.get(usize::from(event.scope.0)).map(|scope| &scope.kind);
                    (trigger, matches!(around, Some(Kind::EventSubProcess { interrupting: true })))
                }
                _ => continue,
            };
            let only_one = |other: bool| match trigger {
                Trigger::Error(_) | Trigger::Escalation(_) | Trigger::Message(_) => true,
                // of a signal all hear, unless one of them ends what the other stands on
                Trigger::Signal(_) => interrupting && other,
                _ => false,
            };
            if seen.iter().any(|(other, ends)| *other == trigger && only_one(*ends)) {
                self.warn(draft.nodes[at], format!("another event on {place} catches the same"), "keep one of them");
            }
            seen.push((trigger, interrupting));
        }
    }

    /// Refuses start events of a process that the same message or signal sets off.
    fn begun_twice(&mut self, draft: &Draft<'a, 'x>, element: &Element) {
        let mut seen: Vec<&Trigger> = Vec::new();
        for index in element.starts.iter().map(|index| usize::from(index.0)) {
            let Some(Kind::Start(trigger @ (Trigger::Message(_) | Trigger::Signal(_)))) =
                draft.elements.get(index).map(|start| &start.kind)
            else {
                continue;
            };
            if seen.contains(&trigger) {
                self.forbid(draft.nodes[index], "another start event is set off by the same", "keep one of them");
            }
            seen.push(trigger);
        }
    }

    /// Warns about a compensation event for an activity that nothing undoes.
    fn undoes_something(&mut self, draft: &Draft<'a, 'x>, target: ElementIndex, node: Xml<'a, 'x>) {
        let Some(activity) = draft.elements.get(usize::from(target.0)) else { return };
        let undone = |boundary: &ElementIndex| {
            let kind = draft.elements.get(usize::from(boundary.0)).map(|boundary| &boundary.kind);
            matches!(kind, Some(Kind::Boundary { trigger: Trigger::Compensation(_), .. }))
        };
        if !activity.kind.is_scope() && !activity.boundaries.iter().any(undone) {
            let cause = format!("nothing undoes the activity `{}`", activity.id());
            self.warn(node, cause, "add a compensation event and an activity that undoes it");
        }
    }

    /// Warns about an error event on an activity that throws none, and about one that comes from elsewhere on an activity that is over at once.
    fn meets_its_host(&mut self, draft: &Draft<'a, 'x>, trigger: &Trigger, host: ElementIndex, node: Xml<'a, 'x>) {
        let Some(activity) = draft.elements.get(usize::from(host.0)) else { return };
        let waits = !activity.listeners.is_empty();
        let at_once = !waits && matches!(activity.kind, Kind::Manual | Kind::Script(..) | Kind::Decision(..));
        let silent = at_once || !waits && matches!(activity.kind, Kind::Receive(_));
        let name = || format!("the {} `{}`", activity.kind.label(), activity.id());
        match trigger {
            Trigger::Error(_) if silent => {
                let cause = format!("{} never throws an error", name());
                self.warn(node, cause, "remove the event: what cannot be computed is an incident");
            }
            Trigger::Timer(..) | Trigger::Message(_) | Trigger::Signal(_) if at_once && activity.multi.is_none() => {
                let cause = format!("{} is over at once, and the event never comes", name());
                self.warn(node, cause, "remove the event, or put it on an activity that waits");
            }
            _ => {}
        }
    }

    /// Refuses circles that nobody waits in and that every token goes round, with a split in it: each round leaves one more
    /// token behind, without end.
    fn multiplies(&mut self, draft: &Draft<'a, 'x>, flows: &[Flow]) {
        let is_passed = |element: &Element| {
            let goes_on = match element.kind {
                Kind::Manual | Kind::Script(..) | Kind::Decision(..) | Kind::LinkThrow(_) | Kind::LinkCatch => true,
                Kind::Throw(_) | Kind::SignalThrow(_) | Kind::Catch(Trigger::None) => true,
                // a join waits
                Kind::Parallel => element.incoming.len() == 1,
                _ => false,
            };
            goes_on && element.multi.is_none() && element.listeners.is_empty() && element.boundaries.is_empty()
        };
        let passed: Vec<bool> = draft.elements.iter().map(is_passed).collect();
        let after = |(element, passes): (&Element, &bool)| {
            let flows = element.outgoing.iter().filter_map(|index| flows.get(usize::from(index.0))).map(|flow| flow.target);
            let link = match element.kind {
                Kind::LinkThrow(target) => Some(target),
                _ => None,
            };
            let all = flows.chain(link).map(|next| usize::from(next.0));
            all.filter(|next| *passes && passed.get(*next) == Some(&true)).collect()
        };
        let next: Vec<Vec<usize>> = draft.elements.iter().zip(&passed).map(after).collect();
        let circle = circles(&next);
        let again = |place: usize| next[place].iter().any(|next| circle[*next] == circle[place]);
        let splits = |place: &usize| draft.elements[*place].outgoing.len() > 1 && again(*place);
        if let Some(split) = (0..next.len()).find(splits) {
            let cause = "every token that comes here comes again without a wait, and each time one more goes on";
            self.forbid(draft.nodes[split], cause, "let the circle wait, or lead out of it by a condition");
        }
    }

    /// Warns about circles that no token can leave.
    fn ends(&mut self, draft: &Draft<'a, 'x>, flows: &[Flow]) {
        let leads_on = |element: &Element| !element.outgoing.is_empty() || matches!(element.kind, Kind::LinkThrow(_));
        // where a token may have come from
        let mut before: Vec<Vec<usize>> = vec![Vec::new(); draft.elements.len()];
        for (place, element) in draft.elements.iter().enumerate() {
            let after = element.outgoing.iter().filter_map(|index| flows.get(usize::from(index.0))).map(|flow| flow.target);
            let link = match element.kind {
                Kind::LinkThrow(target) => Some(target),
                _ => None,
            };
            // an event on the edge can lead out of the circle as well
            for next in after.chain(link).chain(element.boundaries.iter().copied()) {
                before.get_mut(usize::from(next.0)).into_iter().for_each(|before| before.push(place));
            }
        }
        let mut ends = vec![false; draft.elements.len()];
        let mut open: Vec<usize> =
            draft.elements.iter().enumerate().filter(|(_, element)| !leads_on(element)).map(|(place, _)| place).collect();
        while let Some(place) = open.pop() {
            if !std::mem::replace(&mut ends[place], true) {
                open.extend(&before[place]);
            }
        }
        // a token that asks again and again until another one is done is ended by a terminate event
        let is_ended = |element: &Element| {
            let terminates = |other: &Element| other.scope == element.scope && matches!(other.kind, Kind::TerminateEnd);
            draft.elements.iter().any(terminates)
        };
        // one finding for each circle is enough: the first element in it
        let mut circles = ends.iter().zip(&draft.elements);
        if let Some(place) = circles.position(|(ends, element)| !ends && !is_ended(element)) {
            self.warn(draft.nodes[place], "no token that comes here ever ends", "add a way out of the circle");
        }
    }

    fn events_follow(&mut self, draft: &Draft<'a, 'x>, element: &Element, node: Xml<'a, 'x>, flows: &[Flow]) {
        if element.outgoing.len() < 2 {
            self.forbid(node, "an event-based gateway has fewer than two ways on", "add events, or remove the gateway");
        }
        for index in &element.outgoing {
            let target = flows.get(usize::from(index.0)).and_then(|flow| draft.elements.get(usize::from(flow.target.0)));
            let event = |target: &Element| {
                matches!(target.kind, Kind::Catch(Trigger::Message(_) | Trigger::Timer(..) | Trigger::Signal(_)))
                    && target.incoming.len() == 1
            };
            if let Some(target) = target.filter(|target| !event(target)) {
                let cause = format!("`{}` behind an event-based gateway is no catch event of its own", target.id());
                self.forbid(node, cause, "lead to message, timer or signal catch events only, each with one flow in");
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

/// The circle of each place, given what comes after it: two places lie in the same one if each leads to the other. In linear time
/// (Kosaraju and Sharir): backwards from the places that are left last.
fn circles(next: &[Vec<usize>]) -> Vec<usize> {
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); next.len()];
    for (place, after) in next.iter().enumerate() {
        after.iter().for_each(|next| before[*next].push(place));
    }
    let (mut seen, mut left) = (vec![false; next.len()], Vec::new());
    for root in 0..next.len() {
        // each place with how many of its ways were gone
        let mut open = vec![(root, 0)];
        while let Some((place, ways)) = open.pop() {
            if ways == 0 && std::mem::replace(&mut seen[place], true) {
                continue;
            }
            match next[place].get(ways) {
                Some(further) => open.extend([(place, ways + 1), (*further, 0)]),
                None => left.push(place),
            }
        }
    }
    let mut circle = vec![usize::MAX; next.len()];
    for root in left.into_iter().rev() {
        let mut open = vec![root];
        while let Some(place) = open.pop() {
            if circle[place] == usize::MAX {
                circle[place] = root;
                open.extend(&before[place]);
            }
        }
    }
    circle
}
