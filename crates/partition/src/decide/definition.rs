//! Deployment: models are parsed and checked once, and what cannot run is refused.

use std::sync::Arc;

use trade::Refusal;
use units::Text;

use super::task::TASKS;
use super::txn::{Outcome, Txn, text};
use crate::command::Reply;
use crate::definition::{DefinitionId, Resource};
use crate::journal::Event;

/// Deploys all resources or none. A resource that is deployed already in the same words gets no new version.
pub(super) fn deploy(txn: &mut Txn<'_>, resources: &[Resource]) -> Outcome<Reply> {
    let mut findings = Vec::new();
    let mut parsed = Vec::new();
    for resource in resources {
        match ids(txn, resource)? {
            Ok(ids) => parsed.push((resource, ids)),
            Err(problems) => findings.extend(problems.into_iter().map(|problem| format!("{}: {problem}", resource.name))),
        }
    }
    if !findings.is_empty() {
        return Err(Refusal::Conflict(findings.join("\n").into()).into());
    }
    let mut deployed = Vec::new();
    for (resource, ids) in parsed {
        for id in ids {
            deployed.push(one(txn, resource, id)?);
        }
    }
    Ok(Reply::Deployed(deployed))
}

fn one(txn: &mut Txn<'_>, resource: &Resource, id: Text) -> Outcome<(Text, u32)> {
    let latest = txn.latest(&id)?;
    if let Some(latest) = &latest
        && txn.source(latest)?.is_some_and(|xml| xml == resource.xml)
    {
        return Ok((id, latest.version));
    }
    let version = latest.map_or(1, |latest| latest.version + 1);
    let definition = DefinitionId { id: id.clone(), version };
    let deployment = txn.position();
    let (resource, xml) = (resource.name.clone(), resource.xml.clone());
    txn.record_new(Event::Deployed { definition, resource, xml, deployment });
    Ok((id, version))
}

/// The ids that a resource deploys, or why it cannot be deployed.
fn ids(txn: &mut Txn<'_>, resource: &Resource) -> Outcome<Result<Vec<Text>, Vec<String>>> {
    let mut problems = match read(txn, resource) {
        Ok((ids, None)) => return Ok(Ok(ids)),
        Ok((ids, Some(processes))) => {
            let mut problems = Vec::new();
            for process in &processes {
                starts(txn, process, &mut problems)?;
            }
            if problems.is_empty() {
                return Ok(Ok(ids));
            }
            problems
        }
        Err(problems) => problems,
    };
    problems.dedup();
    Ok(Err(problems))
}

/// Messages and signals that begin a process begin that one only, and times begin none here.
fn starts(txn: &mut Txn<'_>, process: &bpmn::Process, problems: &mut Vec<String>) -> Outcome<()> {
    for (index, trigger) in process.triggered_starts() {
        let element = process.element(index);
        let at = format!("element {} ({}), line {}", element.id(), element.name(), element.line());
        let name = match trigger {
            bpmn::Trigger::Message(message) => message.name.plain().map(|name| format!("message:{name}")),
            bpmn::Trigger::Signal(name) => name.plain().map(|name| format!("signal:{name}")),
            _ => {
                problems.push(format!("{at}: a timer does not begin processes here; begin it by a message or a call"));
                continue;
            }
        };
        let Some(name) = name else {
            problems.push(format!("{at}: the name of what begins a process is an expression; write the name itself"));
            continue;
        };
        let Some(other) = txn.latest(&name)?.filter(|other| other.id != process.id()) else { continue };
        // an older version of the other process may have given it up
        let latest = txn.latest(&other.id)?;
        if latest.is_some_and(|latest| latest == other) {
            problems.push(format!("{at}: {name} begins the process {} already; use another name", other.id));
        }
    }
    Ok(())
}

/// What a resource holds: the ids that it deploys, and its processes.
type Content = (Vec<Text>, Option<Vec<Arc<bpmn::Process>>>);

fn read(txn: &Txn<'_>, resource: &Resource) -> Result<Content, Vec<String>> {
    let lines = |findings: Vec<String>| if findings.is_empty() { vec!["nothing to deploy".to_owned()] } else { findings };
    if resource.name.ends_with(".dmn") {
        let (model, _) = dmn::Model::parse(&resource.xml)
            .map_err(|findings| lines(findings.iter().map(ToString::to_string).collect()))?;
        return Ok((vec![text(format_args!("dmn:{}", model.id()))], None));
    }
    let parsed = bpmn::parse(&resource.xml).map_err(|findings| lines(findings.iter().map(ToString::to_string).collect()))?;
    let mut problems = Vec::new();
    let processes: Vec<_> = parsed.processes.into_iter().map(Arc::new).collect();
    for process in &processes {
        for (element, kind) in process.job_types() {
            let known = TASKS.iter().any(|(name, _)| *name == kind) || txn.capabilities.contains(kind);
            if !known {
                let element = process.element(element);
                problems.push(format!(
                    "element {} ({}), line {}: nobody carries out jobs of type {kind}; name a trade task or a capability of a configured system",
                    element.id(),
                    element.name(),
                    element.line(),
                ));
            }
        }
    }
    if problems.is_empty() {
        Ok((processes.iter().map(|process| process.id().into()).collect(), Some(processes)))
    } else {
        Err(problems)
    }
}
