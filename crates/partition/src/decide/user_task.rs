//! User tasks that are no exceptions: who has them, what they carry, and who completes them.

use std::sync::Arc;

use engine::{Input, Instance, InstanceId, Key as ElementKey, TaskChanges};
use feel::Context as Variables;
use trade::exception::TaskRef;
use trade::{Actor, Refusal, Role};
use units::Text;

use super::task::label;
use super::txn::{Outcome, Txn, text};
use super::{exception, form};
use crate::command::TaskChange;
use crate::property::EXCEPTION;

/// Completes a user task; its entry in the queue goes with it.
///
/// Refused for exceptions, which are decided on; for whom the task is not: if it names nobody, it is for the owner of its entry; for
/// results that would make the process act on another order, document or payment than it is about, and for those that its form does not
/// allow.
pub(super) fn complete(txn: &mut Txn<'_>, id: InstanceId, task: ElementKey, variables: &Variables) -> Outcome<()> {
    let (instance, process) = open(txn, id, task, "decide on it by one of its actions")?;
    may_complete(txn, &instance, task)?;
    let variables = form::completes(txn, &process, &instance, task, variables)?;
    exception::leaves_subject(&instance.job_variables(task), &variables)?;
    txn.step(id, Input::CompleteTask { task, variables })
}

/// Gives a task to somebody, or back to all. Refused for exceptions, which are assigned themselves, and for whom the task is not.
pub(super) fn assign(txn: &mut Txn<'_>, id: InstanceId, task: ElementKey, to: Option<Text>) -> Outcome<()> {
    let (instance, _) = open(txn, id, task, "assign that, or decide on it")?;
    if let Some(to) = &to
        && (to.trim().is_empty() || to.chars().count() > 200)
    {
        return Err(Refusal::invalid("to", to, "a person, in up to 200 letters; left out gives the task back").into());
    }
    if !is_boss(&txn.cx.actor) {
        may_complete(txn, &instance, task)?;
    }
    txn.step(id, Input::AssignTask { task, assignee: to })
}

/// Changes what a task carries. For whom it may be is changed by those alone who operate processes.
pub(super) fn update(txn: &mut Txn<'_>, id: InstanceId, task: ElementKey, changes: &[TaskChange]) -> Outcome<()> {
    let (instance, _) = open(txn, id, task, "assign that, or decide on it")?;
    let widens =
        changes.iter().any(|change| matches!(change, TaskChange::CandidateGroups(_) | TaskChange::CandidateUsers(_)));
    if !is_boss(&txn.cx.actor) {
        if widens {
            let why = Text::const_new("candidates are changed by the roles operations, director and admin");
            return Err(Refusal::NotAllowed { actor: txn.cx.actor.id.clone(), why }.into());
        }
        may_complete(txn, &instance, task)?;
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

/// Refused for whom a task is not: if it names nobody, it is for the owner of its entry in the queue.
fn may_complete(txn: &mut Txn<'_>, instance: &Instance, task: ElementKey) -> Outcome<()> {
    let entry = trade::exception::of_task(txn.books(), TaskRef { instance: instance.id().0, task })?;
    let actor = txn.cx.actor.clone();
    let groups: Vec<Text> = actor.roles.iter().map(|role| label(role).into()).collect();
    let entry = match entry {
        Some(id) => txn.books().exception(&id)?,
        None => None,
    };
    let claimed = entry.as_ref().is_some_and(|entry| entry.assignee.as_ref() == Some(&actor.id));
    let is_for = claimed
        || actor.has(Role::Director)
        || match instance.is_task_for(task, &actor.id, &groups) {
            Some(named) => named,
            None => entry.is_some_and(|entry| trade::exception::is_for(&entry, &actor)),
        };
    if is_for {
        return Ok(());
    }
    let why = text(format_args!("task {task} of {} is for others", instance.id()));
    Err(Refusal::NotAllowed { actor: actor.id, why }.into())
}

/// The instance in which the task waits, if it is none of those that are decided on as exceptions; of these, `instead` says what to do.
fn open(txn: &mut Txn<'_>, id: InstanceId, task: ElementKey, instead: &str) -> Outcome<(Arc<Instance>, Arc<bpmn::Process>)> {
    let gone = || Refusal::Conflict(text(format_args!("task {task} of {id} is not waiting")));
    let instance = txn.instance(id)?.filter(|instance| instance.has_task(task)).ok_or_else(gone)?;
    let process = txn.process_of(&instance)?.ok_or_else(gone)?;
    let entry = trade::exception::of_task(txn.books(), TaskRef { instance: id.0, task })?;
    let element = instance.element_of(task).map(|index| process.element(index));
    if let Some(exception) = entry
        && element.is_some_and(|element| element.property(EXCEPTION).is_some())
    {
        let why = format_args!("task {task} of {id} is {exception}: {instead}");
        return Err(Refusal::Conflict(text(why)).into());
    }
    Ok((instance, process))
}
