//! User tasks: what they carry, and the listeners that correct or deny each change of one before it counts.

use bpmn::{Element, Kind, ListensFor, UserTask};
use feel::{Context, Value};
use units::Text;

use super::Step;
use crate::event::Event;
use crate::input::Refusal;
use crate::instance::{Key, OpenTask};
use crate::task::{TaskAnswer, TaskChanges, TaskDetails};

impl<'a> Step<'a, '_> {
    /// A user task begins: what it carries is computed, its listeners may correct that, then people get it.
    pub(super) fn begin_user_task(&mut self, key: Key, element: &Element, task: &UserTask) -> Result<(), Text> {
        let details = self.task_details(key, task)?;
        if !self.change_task(key, element, ListensFor::Creating, &details, Context::default()) {
            self.create_task(key, element, details);
        }
        Ok(())
    }

    fn task_details(&self, element: Key, task: &UserTask) -> Result<TaskDetails, Text> {
        let evaluated = |formula: &Option<bpmn::Formula>, what: &str| {
            let Some(formula) = formula else { return Ok(Value::Null) };
            let (value, why) = self.formula(formula, &self.visible(element))?;
            if let (Some(why), Some((_, model))) = (why, self.element_of(element)) {
                self.note(model, what, why);
            }
            Ok::<_, Text>(value)
        };
        let moment = |formula: &Option<bpmn::Formula>, what: &str| match evaluated(formula, what)? {
            Value::Null => Ok(None),
            value => {
                let refusal = || Text::from(format!("the {what} needs a moment and has {value}"));
                bpmn::moment_of(&value, self.cx.utc_offset).map(Some).ok_or_else(refusal)
            }
        };
        let assignee = match evaluated(&task.assignee, "assignee")? {
            Value::Null => None,
            Value::String(assignee) => Some(assignee).filter(|assignee| !assignee.is_empty()),
            other => return Err(Text::from(format!("the assignee has to be a text and is {other}"))),
        };
        let people = |formula, what: &str| names(&evaluated(formula, what)?, what);
        let priority = match &task.priority {
            None => 50,
            Some(priority) => {
                let found = self.whole(element, priority, "the priority")?;
                let refusal = || Text::from(format!("the priority has to be between 0 and 100 and is {found}"));
                u8::try_from(found).ok().filter(|found| *found <= 100).ok_or_else(refusal)?
            }
        };
        let form = match &task.form {
            None => None,
            Some(form) => Some(self.text(element, form, "the form")?),
        };
        let form_version = match (&form, &task.form_binding) {
            (Some(form), Some(binding)) => self.cx.decisions.form_version(form, binding)?,
            _ => None,
        };
        Ok(TaskDetails {
            assignee,
            candidate_groups: people(&task.candidate_groups, "candidate groups")?,
            candidate_users: people(&task.candidate_users, "candidate users")?,
            due: moment(&task.due, "due date")?,
            follow_up: moment(&task.follow_up, "follow-up date")?,
            priority,
            form,
            form_version,
        })
    }

    /// People get the task. An assignee for which somebody listens is assigned after that.
    fn create_task(&mut self, key: Key, element: &Element, details: TaskDetails) {
        let mut created = details.clone();
        let listened = element.listeners_for(ListensFor::Assigning).next().is_some();
        if listened {
            created.assignee = None;
        }
        let (task, since) = (self.draw(), self.later_than(key));
        self.emit(Event::TaskCreated { task, element: key, details: Box::new(created), since });
        if listened && details.assignee.is_some() {
            self.change_task(key, element, ListensFor::Assigning, &details, Context::default());
        }
    }

    /// Asks the listeners for a change of a task, if there are any. Whether the change has to wait for them.
    fn change_task(
        &mut self,
        key: Key,
        element: &Element,
        on: ListensFor,
        details: &TaskDetails,
        variables: Context,
    ) -> bool {
        if element.listeners_for(on).next().is_none() {
            return false;
        }
        self.emit(Event::TaskChanging { element: key, details: Box::new(details.clone()), variables });
        self.listen(key, element, on, 0)
    }

    /// Somebody assigns a task.
    pub(super) fn assign_task(&mut self, task: Key, assignee: Option<Text>) -> Result<(), Refusal> {
        let (open, element) = self.open_task(task)?;
        let details =
            open.details.clone().changed(TaskChanges { assignee: Some(assignee.clone()), ..TaskChanges::default() });
        if !self.change_task(open.element, element, ListensFor::Assigning, &details, Context::default()) {
            self.emit(Event::TaskAssigned { task, assignee });
        }
        Ok(())
    }

    /// Somebody changes what a task carries.
    pub(super) fn update_task(&mut self, task: Key, changes: TaskChanges) -> Result<(), Refusal> {
        let (open, element) = self.open_task(task)?;
        let details = open.details.clone().changed(changes);
        if !self.change_task(open.element, element, ListensFor::Updating, &details, Context::default()) {
            self.emit(Event::TaskUpdated { task, details: Box::new(details) });
        }
        Ok(())
    }

    /// Somebody sets variables of a live element; for a user task its listeners are asked before. Whether they are.
    pub(super) fn listeners_ask_for(&mut self, scope: Key, variables: &Context) -> Result<bool, Refusal> {
        let Some(task) = self.instance.task_of(scope).map(|open| open.key) else { return Ok(false) };
        let (open, element) = self.open_task(task)?;
        Ok(self.change_task(scope, element, ListensFor::Updating, &open.details, variables.clone()))
    }

    /// A person has done a task.
    pub(super) fn complete_task(&mut self, task: Key, variables: Context) -> Result<(), Refusal> {
        let (open, element) = self.open_task(task)?;
        if !self.change_task(open.element, element, ListensFor::Completing, &open.details, variables.clone()) {
            self.emit(Event::TaskCompleted { task });
            self.work_done(open.element, variables);
        }
        Ok(())
    }

    /// A listener corrects or denies the change that it was asked for.
    pub(super) fn answer_task_listener(&mut self, job: Key, answer: TaskAnswer) -> Result<(), Refusal> {
        let gone = || Refusal::Gone { what: "task listener", key: job };
        let open = self.instance.job(job).ok_or_else(gone)?;
        let (key, place) = (open.element, open.listener.ok_or_else(gone)?);
        let (_, element) = self.element_of(key).ok_or_else(gone)?;
        let on = element.listeners.get(usize::from(place)).map(|listener| listener.on).ok_or_else(gone)?;
        let pending = self.instance.pending_change(key).cloned().ok_or_else(gone)?;
        match answer {
            TaskAnswer::Deny(_) if on == ListensFor::Creating => Err(Refusal::Undeniable { job }),
            TaskAnswer::Deny(_) if on == ListensFor::Canceling => Err(Refusal::Unstoppable { job }),
            TaskAnswer::Deny(why) => {
                self.emit(Event::JobCompleted { job });
                self.emit(Event::TaskKept { element: key, why });
                Ok(())
            }
            TaskAnswer::Correct(changes) => {
                let assigned =
                    on == ListensFor::Creating && changes.assignee.is_some() && pending.details.assignee.is_some();
                if assigned {
                    return Err(Refusal::AssignedByModel { job });
                }
                self.emit(Event::JobCompleted { job });
                let details = Box::new(pending.details.changed(changes));
                self.emit(Event::TaskChanging { element: key, details, variables: pending.variables });
                self.listened(key, place, Context::default());
                Ok(())
            }
        }
    }

    /// All listeners have let a change of a task through.
    pub(super) fn task_changed(&mut self, key: Key, element: &Element, on: ListensFor) {
        let Some(pending) = self.instance.pending_change(key).cloned() else { return };
        if on == ListensFor::Creating {
            return self.create_task(key, element, pending.details);
        }
        let Some((task, before)) = self.instance.task_of(key).map(|open| (open.key, open.details.clone())) else { return };
        let assignee = pending.details.assignee.clone();
        let only_assigned = TaskDetails { assignee: assignee.clone(), ..before.clone() } == pending.details;
        match on {
            ListensFor::Assigning if only_assigned => self.emit(Event::TaskAssigned { task, assignee }),
            ListensFor::Completing if before == pending.details => {}
            _ => self.emit(Event::TaskUpdated { task, details: Box::new(pending.details) }),
        }
        if on == ListensFor::Completing {
            self.emit(Event::TaskCompleted { task });
            self.work_done(key, pending.variables);
        } else {
            self.set_local(key, pending.variables);
        }
    }

    /// An open task that nothing is changing, and its element.
    fn open_task(&self, task: Key) -> Result<(OpenTask, &'a Element), Refusal> {
        let gone = || Refusal::Gone { what: "task", key: task };
        let open = self.instance.tasks.iter().find(|open| open.key == task).ok_or_else(gone)?;
        if self.instance.pending_change(open.element).is_some() {
            return Err(Refusal::TaskBusy { task });
        }
        let live = self.instance.live(open.element).ok_or_else(gone)?;
        let element = self.process.element(live.element);
        if !matches!(element.kind, Kind::UserTask(_)) {
            return Err(gone());
        }
        Ok((open.clone(), element))
    }
}

/// Names from a list, or from a text with commas. Anything else would open the task to all.
fn names(value: &Value, what: &str) -> Result<Vec<Text>, Text> {
    let refusal = || Text::from(format!("the {what} have to be a list of texts and are {value}"));
    match value {
        Value::Null => Ok(Vec::new()),
        Value::List(names) => names.iter().map(|name| name.as_str().map(Text::from).ok_or_else(refusal)).collect(),
        Value::String(names) => {
            Ok(names.split(',').map(str::trim).filter(|name| !name.is_empty()).map(Text::from).collect())
        }
        _ => Err(refusal()),
    }
}
