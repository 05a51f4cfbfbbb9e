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
        match ids(txn, resource) {
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
    txn.record_new(Event::Deployed { definition, resource: resource.name.clone(), xml: resource.xml.clone() });
    Ok((id, version))
}

/// The ids that a resource deploys, or why it cannot be deployed.
fn ids(txn: &Txn<'_>, resource: &Resource) -> Result<Vec<Text>, Vec<String>> {
    let lines = |findings: Vec<String>| if findings.is_empty() { vec!["nothing to deploy".to_owned()] } else { findings };
    if resource.name.ends_with(".dmn") {
        let (model, _) = dmn::Model::parse(&resource.xml)
            .map_err(|findings| lines(findings.iter().map(ToString::to_string).collect()))?;
        return Ok(vec![text(format_args!("dmn:{}", model.id()))]);
    }
    let parsed = bpmn::parse(&resource.xml).map_err(|findings| lines(findings.iter().map(ToString::to_string).collect()))?;
    let mut problems = Vec::new();
    for process in parsed.processes.iter().map(Arc::new) {
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
        Ok(parsed.processes.iter().map(|process| process.id().into()).collect())
    } else {
        Err(problems)
    }
}
