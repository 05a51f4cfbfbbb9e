//! Forms of user tasks and of starts: which one is meant, and whether it is filled in as its modeller allows.

use std::sync::Arc;

use bpmn::{Kind, Process};
use engine::{Instance, Key as ElementKey};
use feel::Context as Variables;
use trade::Refusal;
use units::Text;

use super::txn::{Outcome, Txn, text};
use crate::definition::{Definition, DefinitionId};
use crate::key::{AnyKey, AnyState};

/// What a task is completed with: what was submitted, and what the task's form computes if it is kept here. Refused with everything that
/// is wrong if the form does not allow it.
pub(super) fn completes(
    txn: &mut Txn<'_>,
    process: &Process,
    instance: &Instance,
    task: ElementKey,
    submitted: &Variables,
) -> Outcome<Variables> {
    let details = instance.task(task);
    let Some((details, key)) = details.and_then(|details| Some((details, details.form.clone()?))) else {
        return Ok(submitted.clone());
    };
    let element = instance.element_of(task).map(|index| process.element(index));
    let is_deployed = |element: &bpmn::Element| matches!(&element.kind, Kind::UserTask(task) if task.form_binding.is_some());
    let form = match (process.form_beside(&key), details.form_version) {
        (Some(form), _) => Some(Text::from(form)),
        (None, _) if !element.is_some_and(is_deployed) => None,
        (None, Some(version)) => source(txn, DefinitionId { id: text(format_args!("form:{key}")), version })?,
        (None, None) => match txn.latest(&text(format_args!("form:{key}")))? {
            Some(latest) => source(txn, latest)?,
            None => None,
        },
    };
    filled_in(txn, form, &instance.job_variables(task), submitted)
}

/// What a process is started with: what was submitted, and what the form to start it with computes if it is kept here. Refused with
/// everything that is wrong if the form does not allow it.
pub(super) fn starts(txn: &mut Txn<'_>, definition: &Definition, submitted: &Variables) -> Outcome<Variables> {
    let Some((process, form)) = definition.process().and_then(|process| Some((process, process.start_form()?))) else {
        return Ok(submitted.clone());
    };
    let found = match process.form_beside(&form.key) {
        Some(form) => Some(Text::from(form)),
        None if form.binding.is_some() => newest(txn, &form.key, definition)?,
        None => None,
    };
    filled_in(txn, found, &Variables::EMPTY, submitted)
}

/// The newest version of a form that a process may begin with.
fn newest(txn: &mut Txn<'_>, form: &str, process: &Definition) -> Outcome<Option<Text>> {
    let Some(latest) = txn.latest(&text(format_args!("form:{form}")))? else { return Ok(None) };
    for version in (1..=latest.version).rev() {
        let id = DefinitionId { id: latest.id.clone(), version };
        if let Some(found) = deployed(txn, id)?.filter(|found| found.begins(process)) {
            return Ok(Some(found.xml.clone()));
        }
    }
    Ok(None)
}

fn source(txn: &mut Txn<'_>, id: DefinitionId) -> Outcome<Option<Text>> {
    Ok(deployed(txn, id)?.map(|form| form.xml.clone()))
}

fn deployed(txn: &mut Txn<'_>, id: DefinitionId) -> Outcome<Option<Arc<Definition>>> {
    Ok(match txn.get(&AnyKey::Definition(id))? {
        Some(AnyState::Definition(definition)) => Some(definition),
        _ => None,
    })
}

fn filled_in(txn: &mut Txn<'_>, form: Option<Text>, known: &Variables, submitted: &Variables) -> Outcome<Variables> {
    let Some(form) = form else { return Ok(submitted.clone()) };
    let environment = txn.environment();
    let filled = crate::form::with_computed(&form, known, submitted, &environment);
    let findings = crate::form::check(&form, known, &filled, &environment);
    if findings.is_empty() { Ok(filled) } else { Err(Refusal::NotFilledIn(findings).into()) }
}
