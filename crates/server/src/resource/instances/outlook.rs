//! What would happen: dry runs of operations, decided exactly as they would be, on what is committed.

use std::collections::{BTreeMap, BTreeSet};

use connect::Connections;
use engine::{Event as ProcessEvent, Instance, InstanceId};
use partition::{AnyKey, AnyState, Body, Command, Definition, DefinitionId, Event, TimerOwner};
use runtime::Preview;
use serde::Serialize;
use store::Reader;
use trade::Actor;
use trade::exception::ExceptionEvent;
use units::{Text, Timestamp};

use super::models::Models;
use crate::problem::{Problem, of_refusal};
use crate::readers;

/// How many changes of one instance are told.
const MAX_CHANGES: usize = 500;
/// How many of them are told of its end, if it is more.
const LAST_CHANGES: usize = 50;
/// How many further turns are tried: ten thousand items end in some tens of them.
const MAX_TURNS: usize = 200;
/// The timer of an instance that stands for tokens which are held.
const HELD: u32 = 0;

/// Something that would happen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub(crate) struct Change {
    /// The instance in which it happens.
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<String>,
    /// The id of the element.
    #[serde(skip_serializing_if = "Option::is_none")]
    element: Option<String>,
    /// What happens.
    what: String,
}

/// What the configured systems offer, as the partition knows it.
pub(crate) fn capabilities(connections: &Connections) -> BTreeSet<Text> {
    let offered = connections.health().into_iter().flat_map(|system| system.capabilities);
    offered.chain(partition::CAPABILITIES.map(Text::const_new)).collect()
}

/// A fault while something is tried; nobody is to blame for it but us.
pub(super) fn fault(why: Text) -> Problem {
    tracing::error!(%why, "a dry run failed");
    Problem::new("internal", "the dry run could not be carried out; the log has the cause")
}

/// What would come of a command, or the problem that it would be refused with.
pub(super) fn of(
    reader: &mut dyn Reader,
    models: Models,
    capabilities: BTreeSet<Text>,
    command: Command,
) -> Result<Vec<Change>, Problem> {
    let mut preview = Preview::new(reader, capabilities).map_err(fault)?;
    let mut at = command.at;
    let decision = preview.decide(command).map_err(fault)?;
    if let Err(refusal) = &decision.reply {
        return Err(of_refusal(refusal.code(), refusal.to_string(), refusal.findings()));
    }
    let mut events: Vec<Event> = decision.entry.into_iter().flat_map(|entry| entry.events).collect();
    for _ in 0..MAX_TURNS {
        let Some((owner, due)) = next_turn(&mut preview, &events).map_err(fault)? else { break };
        at = at.max(due);
        let turn = Command { at, actor: Actor::system(), key: None, body: Body::FireTimer { owner }, trace: None };
        let decision = preview.decide(turn).map_err(fault)?;
        events.extend(decision.entry.into_iter().flat_map(|entry| entry.events));
    }
    drop(preview);
    let mut teller = Teller { reader, models, known: BTreeMap::new(), changes: Vec::new() };
    for event in &events {
        teller.tell(event)?;
    }
    // how it ends is told, whatever is left out before
    if teller.changes.len() > MAX_CHANGES {
        teller.changes.drain(MAX_CHANGES - LAST_CHANGES..teller.changes.len() - LAST_CHANGES);
    }
    Ok(teller.changes)
}

/// The turn of the first instance that what happened has left with tokens on the move: whose, and when.
fn next_turn(preview: &mut Preview<'_>, events: &[Event]) -> Result<Option<(TimerOwner, Timestamp)>, Text> {
    let moved: BTreeSet<InstanceId> =
        events.iter().filter_map(|event| if let Event::Process(id, _) = event { Some(*id) } else { None }).collect();
    for id in moved {
        let Some(AnyState::Instance(instance)) = preview.state(&AnyKey::Instance(id))? else { continue };
        let held = instance.wants_to_go_on().then(|| instance.timers().find(|(key, _)| *key == HELD)).flatten();
        if let Some((timer, due)) = held {
            return Ok(Some((TimerOwner::Instance(id, timer), due)));
        }
    }
    Ok(None)
}

/// Elements of an instance by the keys under which its events name them.
#[derive(Default)]
struct Known {
    version: Option<DefinitionId>,
    elements: BTreeMap<u32, String>,
}

struct Teller<'a> {
    reader: &'a mut dyn Reader,
    models: Models,
    known: BTreeMap<InstanceId, Known>,
    changes: Vec<Change>,
}

impl Teller<'_> {
    fn tell(&mut self, event: &Event) -> Result<(), Problem> {
        match event {
            Event::InstanceCreated { id, definition, .. } => {
                self.known.insert(*id, Known { version: Some(definition.clone()), elements: BTreeMap::new() });
                self.push(Some(*id), None, format!("begins as {definition}"));
            }
            Event::Process(id, events) => {
                self.meet(*id)?;
                for event in events {
                    self.step(*id, event)?;
                }
            }
            Event::EffectRequested(effect) => self.push(None, None, format!("{} is asked for", effect.capability)),
            Event::EffectEnded(id) => self.push(None, None, format!("{id} is not waited for any more")),
            Event::EffectReplayed(id) => self.push(None, None, format!("{id} is sent again")),
            Event::JobOffered(job) => self.push(None, None, format!("{} waits for a worker of type {}", job.id, job.kind)),
            Event::JobHeld(id, true) => self.push(None, None, format!("{id} is handed out to nobody")),
            Event::JobHeld(id, false) => self.push(None, None, format!("{id} is handed out to workers again")),
            Event::JobEnded(id) => self.push(None, None, format!("{id} is taken back from the workers")),
            Event::Trade(trade::Event::Exception(id, event)) => match event {
                ExceptionEvent::Raised(exception) => {
                    let kind = crate::view::name(&exception.kind);
                    self.push(None, None, format!("exception {id} is raised ({kind}): {}", exception.reason));
                }
                ExceptionEvent::Cleared { .. } => self.push(None, None, format!("exception {id} is cleared")),
                _ => {}
            },
            _ => {}
        }
        Ok(())
    }

    fn push(&mut self, instance: Option<InstanceId>, element: Option<String>, what: impl Into<String>) {
        self.changes.push(Change { instance: instance.map(|id| id.to_string()), element, what: what.into() });
    }

    /// Learns the elements of an instance as it is before.
    fn meet(&mut self, id: InstanceId) -> Result<(), Problem> {
        if self.known.contains_key(&id) {
            return Ok(());
        }
        let mut known = Known::default();
        if let Some(AnyState::Instance(instance)) = readers::state(self.reader, &AnyKey::Instance(id))? {
            let version = DefinitionId { id: instance.process_id().clone(), version: instance.version() };
            let definition = self.models.get(self.reader, version.clone())?;
            known = Known { version: Some(version), elements: elements(&instance, definition.as_deref()) };
        }
        self.known.insert(id, known);
        Ok(())
    }

    fn step(&mut self, id: InstanceId, event: &ProcessEvent) -> Result<(), Problem> {
        let (key, what) = match event {
            ProcessEvent::Activated { key, element, scope, .. } => {
                let version = self.known.get(&id).and_then(|known| known.version.clone());
                let definition = version.map(|version| self.models.get(self.reader, version)).transpose()?.flatten();
                let model = definition.as_ref().and_then(|found| Some(found.process()?.element(*element)));
                let name = model.map(|element| element.id().to_owned());
                // a path inside of an ad-hoc sub-process is its element once more: what begins in it is told
                let around = self.known.get(&id).and_then(|known| known.elements.get(scope));
                if model.is_some_and(|element| element.kind.is_scope() && element.multi.is_none()) && around == name.as_ref()
                {
                    return Ok(());
                }
                if let (Some(known), Some(name)) = (self.known.get_mut(&id), name) {
                    known.elements.insert(*key, name);
                }
                (*key, "begins")
            }
            ProcessEvent::Completed { key } => (*key, "is completed"),
            ProcessEvent::Terminated { key } => (*key, "is ended"),
            ProcessEvent::InsideTerminated { scope } => {
                let inside = "is ended with everything inside of it, which is closed a slice at a time";
                let element = self.known.get(&id).and_then(|known| known.elements.get(scope).cloned());
                self.push(Some(id), element, inside);
                return Ok(());
            }
            ProcessEvent::IncidentRaised { element, .. } => (*element, "is stuck"),
            ProcessEvent::Variables { scope, .. } => (*scope, "gets variables"),
            ProcessEvent::InstanceCompleted => (0, "is completed"),
            ProcessEvent::InstanceTerminated => (0, "is ended"),
            ProcessEvent::Suspended { .. } => (0, "is suspended"),
            ProcessEvent::Resumed => (0, "is resumed"),
            ProcessEvent::Migrated { version, .. } => {
                if let Some(definition) = self.known.get_mut(&id).and_then(|known| known.version.as_mut()) {
                    definition.version = *version;
                }
                self.push(Some(id), None, format!("goes on with version {version}"));
                return Ok(());
            }
            _ => return Ok(()),
        };
        let element = self.known.get(&id).and_then(|known| known.elements.get(&key).cloned());
        // the outermost scope is told as the instance itself
        if element.is_some() || key == 0 {
            self.push(Some(id), element, what);
        }
        Ok(())
    }
}

fn elements(instance: &Instance, definition: Option<&Definition>) -> BTreeMap<u32, String> {
    let Some(process) = definition.and_then(Definition::process) else { return BTreeMap::new() };
    instance.live_elements().skip(1).map(|(key, index)| (key, process.element(index).id().to_owned())).collect()
}
