//! Tasks and call activities.

use std::str::FromStr;

use feel::Value;
use units::Text;

use super::event::written;
use super::extension::{linked_resources, properties};
use super::{Reader, Xml, children, is_bpmn, zeebe};
use crate::{AdHoc, Binding, Call, Formula, Interval, Job, Kind, Listener, ListensFor, Trigger, UserTask, moment_of};

impl<'a, 'x> Reader<'a, 'x> {
    pub(super) fn activity(&mut self, node: Xml<'a, 'x>) -> Option<Kind> {
        match node.tag_name().name() {
            "serviceTask" | "sendTask" => match self.job(node)? {
                Some(job) => Some(Kind::Job(job)),
                None => {
                    self.refuse(node, "the task has no job type", "add a task definition with a type");
                    None
                }
            },
            "businessRuleTask" => self.business_rule_task(node),
            "scriptTask" => self.script_task(node),
            "userTask" => self.user_task(node).map(Box::new).map(Kind::UserTask),
            "receiveTask" => self.message(node, node).map(Kind::Receive),
            "callActivity" => self.call_activity(node).map(Box::new).map(Kind::Call),
            _ => Some(Kind::Manual),
        }
    }

    /// The job that an element names: `None` if it cannot be read, `Some(None)` if there is none.
    #[expect(clippy::option_option, reason = "unreadable and absent are answered differently")]
    pub(super) fn job(&mut self, node: Xml<'a, 'x>) -> Option<Option<Job>> {
        let Some(definition) = zeebe(node, "taskDefinition") else { return Some(None) };
        let job = self.job_of(definition);
        let process = || node.ancestors().find(|around| is_bpmn(*around, "process"));
        let of_process = || process().and_then(|process| zeebe(process, "jobPriorityDefinition"));
        let mut priority = None;
        if let Some(definition) = zeebe(node, "jobPriorityDefinition").or_else(of_process) {
            priority = Some(self.formula(definition, definition.attribute("priority").unwrap_or_default())?);
        }
        let mut backoff = None;
        for (name, value) in properties(node) {
            match name.as_str() {
                "crossdock:priority" => priority = Some(self.formula(node, &value)?),
                "crossdock:backoff" => backoff = Some(self.formula(node, &value)?),
                _ => {}
            }
        }
        let mut job = Job { priority, backoff, ..job? };
        job.headers = zeebe(node, "taskHeaders").map(|headers| self.pairs(headers)).unwrap_or_default();
        if job.backoff.is_none() {
            job.backoff = self.backoff_of_header(node, &job.headers);
        }
        job.headers.extend(linked_resources(node));
        if let Some(backoff) = job.backoff.as_ref().and_then(Formula::constant)
            && Interval::of(&backoff).is_none()
        {
            let cause = format!("the back-off `{}` is not a duration such as PT15M", written(&backoff));
            self.forbid(node, cause, "give one");
        }
        if let Some(priority) = job.priority.as_ref().and_then(Formula::constant)
            && whole::<i32>(&priority).is_none()
        {
            self.forbid(node, format!("the job priority `{}` is not a whole number", written(&priority)), "give one");
        }
        Some(Some(job))
    }

    /// The back-off that the templates of Camunda's connectors write as a header, which their runtime obeys.
    fn backoff_of_header(&mut self, node: Xml<'a, 'x>, headers: &[(Text, Text)]) -> Option<Formula> {
        let (_, text) = headers.iter().find(|(name, _)| name == "retryBackoff")?;
        let backoff = Formula::parse(text).ok();
        // others may mean something else by it
        let is_duration = |backoff: &Formula| backoff.constant().is_none_or(|value| Interval::of(&value).is_some());
        let backoff = backoff.filter(is_duration);
        if backoff.is_none() {
            let cause =
                format!("the header `retryBackoff` is `{text}`, and no job rests that long before it is tried again");
            self.warn(node, cause, "give a duration such as PT15M, unless only a worker reads it");
        }
        backoff
    }

    /// A job from the attributes `type` and `retries`: of a task definition or of a listener.
    fn job_of(&mut self, definition: Xml<'a, 'x>) -> Option<Job> {
        let kind = self.formula(definition, definition.attribute("type").unwrap_or_default());
        let retries = self.formula(definition, definition.attribute("retries").unwrap_or("3"));
        if let Some(retries) = retries.as_ref().and_then(Formula::constant)
            && whole::<u32>(&retries).is_none()
        {
            self.forbid(definition, "the number of retries is not a whole number", "give one, such as 3");
        }
        let (kind, retries) = (kind?, retries?);
        let constant = kind.constant();
        if constant.as_ref().and_then(|kind| kind.as_str()).is_some_and(|kind| kind.trim().is_empty()) {
            self.refuse(definition, "the job type is empty", "name who does the work");
            return None;
        }
        if let Some(constant) = constant.filter(|kind| kind.as_str().is_none()) {
            self.refuse(definition, format!("the job type is {constant} and never a text"), "name who does the work");
            return None;
        }
        Some(Job { kind, retries, priority: None, backoff: None, headers: Vec::new() })
    }

    /// Execution listeners of any element, and task listeners of a user task.
    pub(super) fn listeners(&mut self, node: Xml<'a, 'x>, kind: &Kind) -> Vec<Listener> {
        let of_element = zeebe(node, "executionListeners").into_iter().flat_map(children);
        let of_task = zeebe(node, "taskListeners").into_iter().flat_map(children);
        let all: Vec<_> = of_element.map(|node| (node, false)).chain(of_task.map(|node| (node, true))).collect();
        let mut listeners = Vec::new();
        for (listener, of_task) in all {
            let event = listener.attribute("eventType").unwrap_or_default();
            let on = match (of_task, event) {
                (false, "start") => ListensFor::Start,
                (false, "end") => ListensFor::End,
                (true, "creating" | "create") => ListensFor::Creating,
                (true, "assigning" | "assignment") => ListensFor::Assigning,
                (true, "updating" | "update") => ListensFor::Updating,
                (true, "completing" | "complete") => ListensFor::Completing,
                (true, "canceling" | "cancel") => ListensFor::Canceling,
                _ => {
                    let cause = format!("a listener for `{event}` is not supported here");
                    self.refuse(
                        listener,
                        cause,
                        "listen for start or end, of a user task for creating, assigning, updating, completing or canceling",
                    );
                    continue;
                }
            };
            if of_task && !matches!(kind, Kind::UserTask(_)) {
                self.refuse(listener, "only user tasks have task listeners", "use an execution listener");
                continue;
            }
            let refused = match kind {
                Kind::Start(_) | Kind::Boundary { .. } | Kind::LinkCatch if on == ListensFor::Start => {
                    Some("it has begun before a listener could know")
                }
                Kind::Boundary { trigger: Trigger::Compensation(_), .. } => {
                    Some("the activity that undoes has listeners of its own")
                }
                Kind::Exclusive(_) | Kind::Inclusive(_) | Kind::Parallel | Kind::EventBased if on == ListensFor::End => {
                    Some("a gateway has gone on before a listener could know")
                }
                Kind::ErrorEnd(_) | Kind::TerminateEnd if on == ListensFor::End => {
                    Some("it ends its scope, and itself with it")
                }
                _ => None,
            };
            if let Some(why) = refused {
                self.refuse(listener, format!("a listener for `{event}` cannot be here: {why}"), "put it on a neighbour");
                continue;
            }
            let Some(mut job) = self.job_of(listener) else { continue };
            let same = |other: &Listener| other.on == on && other.job.kind == job.kind;
            if listeners.iter().any(same) {
                let cause = format!("there are two listeners for `{event}` with the same job type");
                self.refuse(listener, cause, "keep one, or give them different types");
                continue;
            }
            job.headers = self.headers(listener);
            if let (true, Kind::UserTask(task)) = (of_task, kind) {
                let own: Vec<_> = job.headers.iter().map(|(name, _)| name.clone()).collect();
                job.headers.extend(task.headers.iter().filter(|(name, _)| !own.contains(name)).cloned());
            }
            listeners.push(Listener { on, job });
        }
        listeners
    }

    /// What an ad-hoc sub-process begins with and when it ends.
    pub(super) fn ad_hoc(&mut self, node: Xml<'a, 'x>) -> Option<Kind> {
        let mut ad_hoc =
            AdHoc { active: None, completion: None, cancel_remaining: true, job: self.job(node)?, output: None };
        ad_hoc.cancel_remaining = node.attribute("cancelRemainingInstances") != Some("false");
        if let Some(details) = zeebe(node, "adHoc") {
            if let Some(active) = details.attribute("activeElementsCollection") {
                ad_hoc.active = Some(self.expression(details, active)?);
            }
            match (details.attribute("outputCollection"), details.attribute("outputElement")) {
                (Some(collection), Some(element)) => {
                    ad_hoc.output = Some((Text::from(collection), self.expression(details, element)?));
                }
                (None, None) => {}
                _ => self.refuse(details, "output collection and output element go together", "give both or neither"),
            }
        }
        if let Some(condition) = children(node).find(|child| is_bpmn(*child, "completionCondition")) {
            ad_hoc.completion = Some(self.completion(condition)?);
        }
        if ad_hoc.job.is_some() {
            let others = [
                (ad_hoc.active.is_some(), "names active elements"),
                (ad_hoc.completion.is_some(), "has a completion condition"),
                (!ad_hoc.cancel_remaining, "keeps what is still active"),
            ];
            for (_, what) in others.into_iter().filter(|(there, _)| *there) {
                let cause = format!("a job worker leads the ad-hoc sub-process, and the model {what} as well");
                self.refuse(node, cause, "leave that to the worker, or remove the task definition");
            }
        }
        Some(Kind::AdHoc(Box::new(ad_hoc)))
    }

    fn business_rule_task(&mut self, node: Xml<'a, 'x>) -> Option<Kind> {
        if let Some(job) = self.job(node)? {
            self.done_once(node, "calledDecision", "a decision");
            return Some(Kind::Job(job));
        }
        let Some(called) = zeebe(node, "calledDecision") else {
            self.refuse(node, "the task calls no decision", "name the decision and the variable for its result");
            return None;
        };
        let decision = self.formula(called, called.attribute("decisionId").unwrap_or_default())?;
        if decision.plain().is_some_and(|decision| decision.trim().is_empty()) {
            self.refuse(called, "the task calls no decision", "name the decision and the variable for its result");
            return None;
        }
        let (binding, result) = (self.binding(called)?, self.result_variable(called)?);
        Some(Kind::Decision(decision, binding, result))
    }

    fn script_task(&mut self, node: Xml<'a, 'x>) -> Option<Kind> {
        if let Some(job) = self.job(node)? {
            self.done_once(node, "script", "a script");
            return Some(Kind::Job(job));
        }
        let Some(script) = zeebe(node, "script") else {
            self.refuse(node, "the task has no script", "write a FEEL expression and name the variable for its result");
            return None;
        };
        let expression = self.expression(script, script.attribute("expression").unwrap_or_default())?;
        let result = self.result_variable(script)?;
        Some(Kind::Script(expression, result))
    }

    fn result_variable(&mut self, node: Xml<'a, 'x>) -> Option<Text> {
        match node.attribute("resultVariable") {
            Some(name) if !name.is_empty() => {
                self.named(node, name);
                Some(name.into())
            }
            _ => {
                self.refuse(node, "no variable is named for the result", "name one");
                None
            }
        }
    }

    fn user_task(&mut self, node: Xml<'a, 'x>) -> Option<UserTask> {
        // all of it is looked at, so that one reading finds every mistake
        let (assignment, schedule) = (zeebe(node, "assignmentDefinition"), zeebe(node, "taskSchedule"));
        let assignee = self.part(assignment, "assignee");
        let candidate_groups = self.part(assignment, "candidateGroups");
        let candidate_users = self.part(assignment, "candidateUsers");
        let due = self.moment(schedule, "dueDate");
        let follow_up = self.moment(schedule, "followUpDate");
        let priority = self.part(zeebe(node, "priorityDefinition"), "priority");
        let form = self.form(node);
        if let Some(priority) = priority.as_ref().and_then(|priority| priority.as_ref()?.constant())
            && whole::<u8>(&priority).is_none_or(|priority| priority > 100)
        {
            let cause = format!("the priority `{}` is not between 0 and 100", written(&priority));
            self.forbid(node, cause, "give a number from 0 to 100");
        }
        let (form, form_binding) = form?;
        Some(UserTask {
            assignee: assignee?,
            candidate_groups: candidate_groups?,
            candidate_users: candidate_users?,
            due: due?,
            follow_up: follow_up?,
            priority: priority?,
            form,
            form_binding,
            headers: zeebe(node, "taskHeaders").map(|headers| self.pairs(headers)).unwrap_or_default(),
        })
    }

    /// The headers that a listener itself has: they lie directly in it.
    fn headers(&mut self, listener: Xml<'a, 'x>) -> Vec<(Text, Text)> {
        let own = children(listener).find(|child| child.tag_name().name() == "taskHeaders");
        own.map(|headers| self.pairs(headers)).unwrap_or_default()
    }

    /// Headers by their keys.
    fn pairs(&mut self, headers: Xml<'a, 'x>) -> Vec<(Text, Text)> {
        let mut pairs: Vec<(Text, Text)> = Vec::new();
        for header in children(headers) {
            let (Some(key), Some(value)) = (header.attribute("key"), header.attribute("value")) else { continue };
            if pairs.iter().any(|(known, _)| known == key) {
                self.warn(header, format!("there are two headers `{key}`, and a worker gets the last"), "keep one of them");
            }
            pairs.push((key.into(), value.into()));
        }
        pairs
    }

    /// Refuses a task that says in two ways how it is done.
    fn done_once(&mut self, node: Xml<'a, 'x>, other: &str, what: &str) {
        if zeebe(node, other).is_some() {
            let cause = format!("the task has a job type and {what}, and only one of them can do it");
            self.forbid(node, cause, "keep one of them");
        }
    }

    /// An attribute of an extension element that may be missing as a whole.
    #[expect(clippy::option_option, reason = "unreadable and absent are answered differently")]
    fn part(&mut self, node: Option<Xml<'a, 'x>>, attribute: &str) -> Option<Option<Formula>> {
        node.map_or(Some(None), |node| self.optional(node, attribute))
    }

    /// An attribute that may be missing: `None` if it is there and cannot be read.
    #[expect(clippy::option_option, reason = "unreadable and absent are answered differently")]
    pub(super) fn optional(&mut self, node: Xml<'a, 'x>, attribute: &str) -> Option<Option<Formula>> {
        match node.attribute(attribute) {
            None => Some(None),
            Some(text) => self.formula(node, text).map(Some),
        }
    }

    /// An attribute that may be missing or null, and otherwise says a moment.
    #[expect(clippy::option_option, reason = "unreadable and absent are answered differently")]
    fn moment(&mut self, node: Option<Xml<'a, 'x>>, attribute: &str) -> Option<Option<Formula>> {
        let Some(node) = node else { return Some(None) };
        let formula = self.optional(node, attribute)?;
        let wrong = formula.as_ref().and_then(Formula::constant);
        if let Some(wrong) = wrong.filter(|value| !value.is_null() && moment_of(value, 0).is_none()) {
            self.forbid(node, super::event::no_moment(&wrong), "mend the time, or give an expression");
        }
        Some(formula)
    }

    /// Which version of what is named there is meant.
    pub(super) fn binding(&mut self, node: Xml<'a, 'x>) -> Option<Binding> {
        match (node.attribute("bindingType"), node.attribute("versionTag")) {
            (None | Some("latest"), _) => Some(Binding::Latest),
            (Some("deployment"), _) => Some(Binding::Deployment),
            (Some("versionTag"), Some(tag)) if !tag.is_empty() => Some(Binding::VersionTag(tag.into())),
            (Some("versionTag"), _) => {
                self.refuse(node, "the binding names no version tag", "give the tag of the version");
                None
            }
            (Some(other), _) => {
                let mend = "bind to latest, deployment or versionTag";
                self.refuse(node, format!("there is no binding `{other}`"), mend);
                None
            }
        }
    }

    fn call_activity(&mut self, node: Xml<'a, 'x>) -> Option<Call> {
        let Some(called) = zeebe(node, "calledElement") else {
            self.refuse(node, "the call activity calls no process", "name the process");
            return None;
        };
        let process = self.formula(called, called.attribute("processId").unwrap_or_default())?;
        if process.plain().is_some_and(|process| process.is_empty()) {
            self.refuse(called, "the call activity calls no process", "name the process");
            return None;
        }
        let binding = self.binding(called)?;
        let flag = |name: &str| called.attribute(name) != Some("false");
        Some(Call {
            process,
            binding,
            propagate_child: flag("propagateAllChildVariables"),
            propagate_parent: flag("propagateAllParentVariables"),
        })
    }
}

/// The whole number that a constant gives, as a number or written as a text.
fn whole<N: FromStr + TryFrom<i64>>(value: &Value) -> Option<N> {
    match value {
        Value::String(text) => text.trim().parse().ok(),
        other => N::try_from(other.as_i64()?).ok(),
    }
}
