//! Tasks and call activities.

use units::Text;

use super::{Reader, Xml, children, zeebe};
use crate::{Call, Formula, Job, Kind, UserTask};

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
        let kind = self.formula(definition, definition.attribute("type").unwrap_or_default())?;
        if kind.plain().is_some_and(|kind| kind.trim().is_empty()) {
            self.refuse(definition, "the job type is empty", "name who does the work");
            return None;
        }
        let retries = self.formula(definition, definition.attribute("retries").unwrap_or("3"))?;
        if retries.plain().is_some_and(|retries| retries.parse::<u32>().is_err()) {
            self.refuse(definition, "the number of retries is not a whole number", "give one, such as 3");
            return None;
        }
        let headers = zeebe(node, "taskHeaders").into_iter().flat_map(children);
        let header = |header: Xml<'_, '_>| Some((header.attribute("key")?.into(), header.attribute("value")?.into()));
        Some(Some(Job { kind, retries, headers: headers.filter_map(header).collect() }))
    }

    fn business_rule_task(&mut self, node: Xml<'a, 'x>) -> Option<Kind> {
        if let Some(job) = self.job(node)? {
            return Some(Kind::Job(job));
        }
        let Some(called) = zeebe(node, "calledDecision") else {
            self.refuse(node, "the task calls no decision", "name the decision and the variable for its result");
            return None;
        };
        let decision = self.formula(called, called.attribute("decisionId").unwrap_or_default())?;
        let result = self.result_variable(called)?;
        Some(Kind::Decision(decision, result))
    }

    fn script_task(&mut self, node: Xml<'a, 'x>) -> Option<Kind> {
        if let Some(job) = self.job(node)? {
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
            Some(name) if !name.is_empty() => Some(name.into()),
            _ => {
                self.refuse(node, "no variable is named for the result", "name one");
                None
            }
        }
    }

    fn user_task(&mut self, node: Xml<'a, 'x>) -> Option<UserTask> {
        let mut task = UserTask::default();
        if let Some(assignment) = zeebe(node, "assignmentDefinition") {
            task.assignee = self.optional(assignment, "assignee")?;
            task.candidate_groups = self.optional(assignment, "candidateGroups")?;
            task.candidate_users = self.optional(assignment, "candidateUsers")?;
        }
        if let Some(schedule) = zeebe(node, "taskSchedule") {
            task.due = self.optional(schedule, "dueDate")?;
            task.follow_up = self.optional(schedule, "followUpDate")?;
        }
        if let Some(priority) = zeebe(node, "priorityDefinition") {
            task.priority = self.optional(priority, "priority")?;
        }
        let form = zeebe(node, "formDefinition");
        task.form = form.and_then(|form| form.attribute("formId").or_else(|| form.attribute("formKey"))).map(Text::from);
        Some(task)
    }

    /// An attribute that may be missing: `None` if it is there and cannot be read.
    #[expect(clippy::option_option, reason = "unreadable and absent are answered differently")]
    fn optional(&mut self, node: Xml<'a, 'x>, attribute: &str) -> Option<Option<Formula>> {
        match node.attribute(attribute) {
            None => Some(None),
            Some(text) => self.formula(node, text).map(Some),
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
        if let Some(binding @ ("deployment" | "versionTag")) = called.attribute("bindingType") {
            self.refuse(called, format!("the binding `{binding}` is not supported"), "bind to the latest version");
            return None;
        }
        let flag = |name: &str| called.attribute(name) != Some("false");
        Some(Call {
            process,
            propagate_child: flag("propagateAllChildVariables"),
            propagate_parent: flag("propagateAllParentVariables"),
        })
    }
}
