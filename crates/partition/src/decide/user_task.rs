//! User tasks that are no exceptions: who has them, and what they carry. Completing one is in [`super::exception`].

use std::sync::Arc;

use engine::{Input, Instance, InstanceId, Key as ElementKey, TaskChanges};
use trade::exception::TaskRef;
use trade::{Actor, Refusal, Role};
use units::Text;

use super::exception;
use super::txn::{Outcome, Txn, text};
use crate::command::TaskChange;
use crate::property::EXCEPTION;

/// Gives a task to somebody, or back to all. Refused for exceptions, which are assigned themselves, and for whom the task is not.
pub(super) fn assign(txn: &mut Txn<'_>, id: InstanceId, task: ElementKey, to: Option<Text>) -> Outcome<()> {
    let instance = open(txn, id, task)?;
    if let Some(to) = &to
        && (to.trim().is_empty() || to.chars().count() > 200)
    {
        return Err(Refusal::invalid("to", to, "a person, in up to 200 letters; left out gives the task back").into());
    }
    if !is_boss(&txn.cx.actor) {
        exception::may_complete(txn, &instance, task)?;
    }
    txn.step(id, Input::AssignTask { task, assignee: to })
}

/// Changes what a task carries. For whom it may be is changed by those alone who operate processes.
pub(super) fn update(txn: &mut Txn<'_>, id: InstanceId, task: ElementKey, changes: &[TaskChange]) -> Outcome<()> {
    let instance = open(txn, id, task)?;
    let widens =
        changes.iter().any(|change| matches!(change, TaskChange::CandidateGroups(_) | TaskChange::CandidateUsers(_)));
    if !is_boss(&txn.cx.actor) {
        if widens {
            let why = Text::const_new("candidates are changed by the roles operations, director and admin");
            return Err(Refusal::NotAllowed { actor: txn.cx.actor.id.clone(), why }.into());
        }
        exception::may_complete(txn, &instance, task)?;
    }
    if changes.is_empty() {
        return Err(Refusal::invalid("changes", "nothing", "candidates, dates or a priority").into());
    }
    let mut wanted = TaskChanges::default();
    for change in changes {
        match change.clone() {
            TaskChange::CandidateGroups(groups) => wanted.candidate_groups = Some(groups),
            TaskChange::CandidateUsers(users) => wanted.candidate_users = Some(users),
            TaskChange::Due(due) => wanted.due = Some(due),
            TaskChange::FollowUp(moment) => wanted.follow_up = Some(moment),
            TaskChange::Priority(priority) if priority > 100 => {
                return Err(Refusal::invalid("priority", priority, "0 to 100").into());
            }
            TaskChange::Priority(priority) => wanted.priority = Some(priority),
        }
    }
    txn.step(id, Input::UpdateTask { task, changes: wanted })
}

/// A task was given to somebody, or back: its entry in the queue as well.
pub(super) fn assigned(txn: &mut Txn<'_>, instance: &Instance, task: ElementKey) -> Outcome<()> {
    let Some(details) = instance.task(task) else { return Ok(()) };
    let cx = txn.system.clone();
    let entry = TaskRef { instance: instance.id().0, task };
    if let Some(id) = trade::exception::of_task(txn.books(), entry)? {
        trade::exception::assign(txn.books(), id, details.assignee.clone(), &cx)?;
    }
    Ok(())
}

fn is_boss(actor: &Actor) -> bool {
    [Role::Operations, Role::Director, Role::Admin].iter().any(|role| actor.has(*role))
}

/// The instance in which the task waits, if it is none of those that are decided on as exceptions.
fn open(txn: &mut Txn<'_>, id: InstanceId, task: ElementKey) -> Outcome<Arc<Instance>> {
    let gone = || Refusal::Conflict(text(format_args!("task {task} of {id} is not waiting")));
    let instance = txn.instance(id)?.filter(|instance| instance.has_task(task)).ok_or_else(gone)?;
    let process = txn.process_of(&instance)?.ok_or_else(gone)?;
    let entry = trade::exception::of_task(txn.books(), TaskRef { instance: id.0, task })?;
    let element = instance.element_of(task).map(|index| process.element(index));
    if let Some(exception) = entry
        && element.is_some_and(|element| element.property(EXCEPTION).is_some())
    {
        let why = format_args!("task {task} of {id} is {exception}: assign that, or decide on it");
        return Err(Refusal::Conflict(text(why)).into());
    }
    Ok(instance)
}
