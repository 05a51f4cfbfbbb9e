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

/// Refused with everything that is wrong if a task has a form that is kept here, and is not completed as that allows.
pub(super) fn completes(
    txn: &mut Txn<'_>,
    process: &Process,
    instance: &Instance,
    task: ElementKey,
    submitted: &Variables,
) -> Outcome<()> {
    let Some(details) = instance.task(task) else { return Ok(()) };
    let Some(key) = details.form.clone() else { return Ok(()) };
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

/// Refused with everything that is wrong if a process has a form to start with that is kept here, and is not started as that allows.
pub(super) fn starts(txn: &mut Txn<'_>, definition: &Definition, submitted: &Variables) -> Outcome<()> {
    let Some(process) = definition.process() else { return Ok(()) };
    let Some(form) = process.start_form() else { return Ok(()) };
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

fn filled_in(txn: &mut Txn<'_>, form: Option<Text>, known: &Variables, submitted: &Variables) -> Outcome<()> {
    let Some(form) = form else { return Ok(()) };
    let findings = crate::form::check(&form, known, submitted, &txn.environment());
    if findings.is_empty() { Ok(()) } else { Err(Refusal::NotFilledIn(findings).into()) }
}
