//! Operations on running instances: what people do to them beside what the model says (issue 3, "Operations on running instances").

use std::sync::Arc;

use bpmn::{Kind, Process};
use engine::{Input, Instance, InstanceId, Key as ElementKey};
use feel::Context as Variables;
use trade::{Actor, Finding, Refusal, Role};
use units::Text;

use super::txn::{Outcome, Txn, text};
use super::{exception, message, react, worker};
use crate::definition::{DefinitionId, Model};
use crate::effect::EffectId;
use crate::fold::definition_of;
use crate::job::JobId;
use crate::journal::Event;
use crate::operation::{Modification, Operation};

/// The key of the outermost scope of an instance.
const ROOT: ElementKey = 1;

/// Whether somebody may operate running instances.
pub(super) fn authorise(actor: &Actor) -> Result<(), Refusal> {
    if [Role::Operations, Role::Director, Role::Admin].iter().any(|role| actor.has(*role)) {
        return Ok(());
    }
    let why = Text::const_new("running instances are operated by the roles operations, director and admin");
    Err(Refusal::NotAllowed { actor: actor.id.clone(), why })
}

/// Does something to an instance. Refused if it has ended or cannot be done; then nothing has changed.
pub(super) fn operate(txn: &mut Txn<'_>, id: InstanceId, operation: &Operation) -> Outcome<()> {
    let instance = existing(txn, id)?;
    match operation {
        Operation::Signal { name, variables } => message::reach(txn, id, name, variables, txn.now()),
        Operation::Cancel => cancel(txn, &instance),
        Operation::Suspend => {
            txn.step(id, Input::Suspend)?;
            for called in tree(txn, &instance)? {
                if !existing(txn, called)?.is_suspended() {
                    txn.step(called, Input::Suspend)?;
                }
            }
            Ok(())
        }
        Operation::Resume => {
            let called = tree(txn, &instance)?;
            txn.step(id, Input::Resume)?;
            for called in called {
                // it may have ended when its caller went on
                if txn.instance(called)?.is_some_and(|called| called.is_suspended()) {
                    txn.step(called, Input::Resume)?;
                }
            }
            Ok(())
        }
        Operation::Retry { incident, variables, scope } => {
            let variables = match scope {
                Some(scope) => local(&*process(txn, &instance)?, &instance, scope, variables)?,
                None if variables.is_empty() => Vec::new(),
                None => vec![(ROOT, variables.clone())],
            };
            retry(txn, &instance, *incident, variables)
        }
        Operation::Skip { incident, variables } => skip(txn, &instance, *incident, variables),
        Operation::Modify(modification) => {
            let process = process(txn, &instance)?;
            let modification = resolved(&process, &instance, modification)?;
            txn.step(id, Input::Modify(modification))
        }
        Operation::Migrate { version, elements } => migrate(txn, &instance, *version, elements),
        Operation::Activate { ad_hoc, elements } => {
            if elements.is_empty() {
                return Err(Refusal::invalid("elements", "none", "ids of elements inside of the ad-hoc sub-process").into());
            }
            let process = process(txn, &instance)?;
            let scopes = live(&process, &instance, ad_hoc)?.elements;
            let kind =
                scopes.first().and_then(|scope| instance.element_of(*scope)).map(|index| &process.element(index).kind);
            if let Some(other) = kind.filter(|kind| !matches!(kind, Kind::AdHoc(_))) {
                let why = format_args!(
                    "`{ad_hoc}` is a {}: only in an ad-hoc sub-process elements are begun so; elsewhere modify",
                    other.label()
                );
                return Err(Refusal::Conflict(text(why)).into());
            }
            for scope in scopes {
                txn.step(id, Input::Activate { scope, elements: elements.clone() })?;
            }
            Ok(())
        }
    }
}

/// The instance that has not ended.
pub(super) fn existing(txn: &mut Txn<'_>, id: InstanceId) -> Outcome<Arc<Instance>> {
    let refusal = || Refusal::Conflict(text(format_args!("process instance {id} has ended or never was")));
    Ok(txn.instance(id)?.ok_or_else(refusal)?)
}

fn process(txn: &mut Txn<'_>, instance: &Instance) -> Outcome<Arc<Process>> {
    let refusal = || Refusal::Conflict(text(format_args!("the model {} cannot be read", definition_of(instance))));
    Ok(txn.process_of(instance)?.ok_or_else(refusal)?)
}

/// The instances that one has called, and what these have called; itself not.
fn tree(txn: &mut Txn<'_>, instance: &Instance) -> Outcome<Vec<InstanceId>> {
    let mut found: Vec<InstanceId> = instance.called().collect();
    let mut at = 0;
    while let Some(id) = found.get(at).copied() {
        at += 1;
        if let Some(called) = txn.instance(id)? {
            found.extend(called.called());
        }
    }
    Ok(found)
}

/// An instance that another one waits for is not ended alone: its caller would wait for ever.
fn cancel(txn: &mut Txn<'_>, instance: &Instance) -> Outcome<()> {
    if let Some(parent) = instance.parent()
        && txn.instance(parent.instance)?.is_some_and(|caller| caller.child(parent.element) == Some(instance.id()))
    {
        let (id, caller) = (instance.id(), parent.instance);
        let why =
            format_args!("{caller} has called {id} and waits for it; cancel {caller}, or end the calling element there");
        return Err(Refusal::Conflict(text(why)).into());
    }
    txn.step(instance.id(), Input::Cancel)
}

/// Tries again where an instance, or one that it has called, is stuck: with incidents the engine, with dead letters the system
/// that did not take them. One incident alone is one of the instance itself.
fn retry(
    txn: &mut Txn<'_>,
    instance: &Instance,
    only: Option<ElementKey>,
    variables: Vec<(ElementKey, Variables)>,
) -> Outcome<()> {
    let id = instance.id();
    let called = if only.is_none() { tree(txn, instance)? } else { Vec::new() };
    let (mut incidents, mut dead, mut offered) = (Vec::new(), Vec::new(), Vec::new());
    for id in std::iter::once(id).chain(called) {
        let Some(stuck) = txn.instance(id)? else { continue };
        let asked = stuck.incidents().filter(|incident| only.is_none_or(|only| only == *incident));
        incidents.extend(asked.map(|incident| (id, incident)));
        for job in stuck.jobs().filter(|_| only.is_none()) {
            dead.extend(txn.effect(EffectId::of_job(id, job))?.filter(|effect| effect.dead.is_some()));
            offered.extend(worker::find(txn, JobId { instance: id, job })?);
        }
    }
    // what waits for a worker, and a system can do by now
    offered.retain(|job| txn.capabilities.contains(&job.kind) && job.current_lease().is_none());
    if incidents.is_empty() && dead.is_empty() && offered.is_empty() {
        let what = only.map_or_else(|| Text::const_new("nothing"), |incident| text(format_args!("no incident {incident}")));
        return Err(Refusal::Conflict(text(format_args!("{what} of {id} waits for another try"))).into());
    }
    for (scope, variables) in variables {
        txn.step(id, Input::SetVariables { scope, variables })?;
    }
    for job in offered {
        let instance = existing(txn, job.id.instance)?;
        let process = process(txn, &instance)?;
        txn.record(Event::JobEnded(job.id));
        react::job_created(txn, &process, &instance, job.id.job)?;
    }
    for effect in dead {
        txn.record(Event::EffectReplayed(effect.id));
        txn.deliver_again(effect.id);
        exception::clear_for_dead_letter(txn, effect.id, "it was sent again")?;
    }
    for (id, incident) in incidents {
        // one before it may have taken it along
        if txn.instance(id)?.is_some_and(|instance| instance.has_incident(incident)) {
            txn.step(id, Input::ResolveIncident { incident })?;
        }
    }
    Ok(())
}

/// Lets an instance go on behind what it is stuck at, as if that were done with these results.
fn skip(txn: &mut Txn<'_>, instance: &Instance, only: Option<ElementKey>, variables: &Variables) -> Outcome<()> {
    let id = instance.id();
    let incidents: Vec<ElementKey> =
        instance.incidents().filter(|incident| only.is_none_or(|only| only == *incident)).collect();
    if incidents.is_empty() {
        let what =
            only.map_or_else(|| Text::const_new("no incident"), |incident| text(format_args!("no incident {incident}")));
        return Err(Refusal::Conflict(text(format_args!("{what} of {id} is open"))).into());
    }
    for incident in incidents {
        // one before it may have taken it along
        if txn.instance(id)?.is_some_and(|instance| instance.has_incident(incident)) {
            txn.step(id, Input::SkipIncident { incident, variables: variables.clone() })?;
        }
    }
    Ok(())
}

/// A modification in the engine's terms: ids become places and keys.
fn resolved(process: &Process, instance: &Instance, asked: &Modification) -> Result<engine::Modification, Refusal> {
    let place = |id: &Text| process.find(id).ok_or_else(|| unknown(process, instance, id));
    let mut start = asked.start.iter().map(place).collect::<Result<Vec<_>, _>>()?;
    let (mut end, mut end_waiting) = (Vec::new(), Vec::new());
    for (from, to) in asked.moves.iter().map(|(from, to)| (from, Some(to))).chain(asked.end.iter().map(|id| (id, None))) {
        let tokens = live(process, instance, from)?;
        if let Some(to) = to {
            start.extend(std::iter::repeat_n(place(to)?, tokens.elements.len() + tokens.at_gateways.len()));
        }
        end.extend(tokens.elements);
        end_waiting.extend(tokens.at_gateways);
    }
    let mut variables = match asked.variables.is_empty() {
        true => Vec::new(),
        false => vec![(ROOT, asked.variables.clone())],
    };
    for (scope, own) in &asked.local {
        variables.extend(local(process, instance, scope, own)?);
    }
    if start.is_empty() && end.is_empty() && end_waiting.is_empty() && variables.is_empty() {
        let wanted = Text::const_new("elements to start, end or move, or variables to set");
        let given = Text::const_new("empty");
        return Err(Refusal::Invalid { field: Text::const_new("modification"), given, wanted });
    }
    Ok(engine::Modification { variables, start, end, end_waiting })
}

/// Variables for live elements themselves.
fn local(
    process: &Process,
    instance: &Instance,
    scope: &Text,
    variables: &Variables,
) -> Result<Vec<(ElementKey, Variables)>, Refusal> {
    let elements = live(process, instance, scope)?.elements;
    if variables.is_empty() || elements.is_empty() {
        let wanted = "variables to set, and an element that holds variables: no gateway at which tokens wait";
        return Err(Refusal::invalid("scope", scope, wanted));
    }
    Ok(elements.into_iter().map(|element| (element, variables.clone())).collect())
}

/// What is meant by the name of an element: live ones by their keys, and joining gateways at which tokens wait, by their scope.
struct Tokens {
    elements: Vec<ElementKey>,
    at_gateways: Vec<(ElementKey, bpmn::ElementIndex)>,
}

/// The tokens at an element, given by its id, or by the key of a live one.
fn live(process: &Process, instance: &Instance, name: &Text) -> Result<Tokens, Refusal> {
    let waiting = instance.waiting(process).into_iter();
    let joins = waiting.filter(|waiting| matches!(waiting.what, engine::WaitsFor::Tokens(_)));
    let joins: Vec<_> = joins.map(|waiting| (waiting.key, waiting.element)).collect();
    let mut at_gateways: Vec<_> =
        joins.iter().copied().filter(|(_, gateway)| process.element(*gateway).id() == name.as_str()).collect();
    at_gateways.dedup();
    let by_key = name.parse::<ElementKey>().ok();
    let is_meant = |key: ElementKey, id: &str| by_key == Some(key) || id == name.as_str();
    let elements = instance.live_elements().filter(|(key, _)| *key != ROOT);
    let mut found: Vec<ElementKey> =
        elements.filter(|(key, index)| is_meant(*key, process.element(*index).id())).map(|(key, _)| key).collect();
    // the items of something done once per item lie inside of it and have its id: to end it is to end them
    let inner: Vec<ElementKey> =
        found.iter().copied().filter(|key| instance.scope_of(*key).is_some_and(|scope| found.contains(&scope))).collect();
    found.retain(|key| !inner.contains(key));
    if found.is_empty() && at_gateways.is_empty() {
        let mut here: Vec<&str> =
            instance.live_elements().filter(|(key, _)| *key != ROOT).map(|(_, index)| process.element(index).id()).collect();
        here.extend(joins.iter().map(|(_, gateway)| process.element(*gateway).id()));
        here.dedup();
        let why = format_args!("element `{name}` is not active in {}; active are: {}", instance.id(), here.join(", "));
        return Err(Refusal::Conflict(text(why)));
    }
    Ok(Tokens { elements: found, at_gateways })
}

fn unknown(process: &Process, instance: &Instance, id: &Text) -> Refusal {
    let wanted = text(format_args!("the id of an element of {}, version {}", process.id(), instance.version()));
    Refusal::Invalid { field: Text::const_new("element"), given: id.clone(), wanted }
}

/// Takes an instance to another version, or says everything that stands in the way.
fn migrate(txn: &mut Txn<'_>, instance: &Instance, version: Option<u32>, elements: &[(Text, Text)]) -> Outcome<()> {
    let id = instance.process_id();
    let Some(latest) = txn.latest(id)? else {
        return Err(Refusal::Conflict(text(format_args!("no process {id} is deployed"))).into());
    };
    let target = DefinitionId { id: id.clone(), version: version.unwrap_or(latest.version) };
    if target.version == instance.version() {
        let why = format_args!("{} runs on version {} already", instance.id(), target.version);
        return Err(Refusal::Conflict(text(why)).into());
    }
    let from = process(txn, instance)?;
    let known = (1..=latest.version).contains(&target.version);
    let to = match if known { txn.model(&target)? } else { Model::None } {
        Model::Process(process) => process,
        Model::None | Model::Decisions(_) | Model::Form => {
            let wanted = text(format_args!("a deployed version of {id}: 1 to {}", latest.version));
            let given = text(target.version);
            return Err(Refusal::Invalid { field: Text::const_new("version"), given, wanted }.into());
        }
    };
    let migration = engine::Migration { version: target.version, elements: elements.to_vec() };
    let (mut moved, mut events) = (instance.clone(), Vec::new());
    let outcome = txn
        .with_decisions(definition_of(instance), |cx| engine::migrate(&from, &to, &mut moved, &migration, cx, &mut events));
    match outcome {
        Ok(()) => {
            txn.record(Event::Process(instance.id(), events.clone()));
            react::to_process(txn, &to, &moved, &events)
        }
        Err(against) => {
            let place = text(format_args!("{} to version {}", instance.id(), target.version));
            let finding = |cause| Finding { place: place.clone(), cause: text(cause), mend: Text::default() };
            Err(Refusal::InTheWay(against.into_iter().map(finding).collect()).into())
        }
    }
}
