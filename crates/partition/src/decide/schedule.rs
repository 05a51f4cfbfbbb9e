//! Processes that begin by themselves: scheduled when they are deployed, scheduled again whenever they have begun.

use std::sync::Arc;

use bpmn::{ElementIndex, Process};
use engine::{Input, first_start, next_start};
use feel::Context as Variables;
use units::Text;

use super::txn::{Outcome, Txn};
use crate::command::Reply;
use crate::definition::{DefinitionId, Model};
use crate::journal::Event;
use crate::key::{AnyKey, AnyState};
use crate::schedule::{Schedule, ScheduledStart};

/// The new version takes the place of the older one in the schedule, or ends it. What cannot be scheduled is given back: the start
/// event, and why.
pub(super) fn deployed(
    txn: &mut Txn<'_>,
    definition: DefinitionId,
    process: &Process,
) -> Outcome<Vec<(ElementIndex, Text)>> {
    let (mut starts, mut problems) = (Vec::new(), Vec::new());
    let utc_offset = txn.utc_offset();
    for element in process.timer_starts() {
        match first_start(process, element, txn.now(), utc_offset) {
            Ok(first) => starts.push(ScheduledStart::new(element, first)),
            Err(why) => problems.push((element, why)),
        }
    }
    let had_one = schedule(txn, &definition.id)?.is_some();
    if had_one || !starts.is_empty() {
        txn.record(Event::Scheduled(Schedule { definition, starts }));
    }
    Ok(problems)
}

/// A start is due: an instance begins, and the next one is scheduled. A start that was taken back since begins nothing.
pub(super) fn fire(txn: &mut Txn<'_>, id: &Text, element: u16) -> Outcome<Reply> {
    let element = ElementIndex(element);
    let Some(scheduled) = schedule(txn, id)? else { return Ok(Reply::Repeated) };
    let due = scheduled.starts.iter().find(|start| start.element == element && start.due <= txn.now()).copied();
    let Some(due) = due else { return Ok(Reply::Repeated) };
    let Model::Process(process) = txn.model(&scheduled.definition)? else { return Ok(Reply::Repeated) };
    let mut starts = scheduled.starts.clone();
    starts.retain(|start| start.element != element);
    let next = next_start(&process, element, due.repetition(), txn.now(), txn.utc_offset());
    starts.extend(next.map(|next| ScheduledStart::new(element, next)));
    let definition = scheduled.definition.clone();
    txn.record(Event::Scheduled(Schedule { definition: definition.clone(), starts }));
    let input = Input::StartAt { element, variables: Variables::default() };
    txn.start_version(definition, None, None, input).map(Reply::Instance)
}

fn schedule(txn: &mut Txn<'_>, id: &Text) -> Outcome<Option<Arc<Schedule>>> {
    Ok(match txn.get(&AnyKey::Schedule(id.clone()))? {
        Some(AnyState::Schedule(schedule)) => Some(schedule),
        _ => None,
    })
}
