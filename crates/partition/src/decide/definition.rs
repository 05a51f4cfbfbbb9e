//! Deployment: models are parsed and checked once, and what cannot run is refused with everything that is wrong.

use std::collections::{BTreeMap, BTreeSet};

use trade::{Finding, Refusal};
use units::Text;

use super::txn::{Outcome, Txn, text};
use crate::command::Reply;
use crate::content::{self, Content};
use crate::definition::{DefinitionId, Resource};
use crate::journal::Event;

/// Deploys all resources or none. A resource that is deployed already in the same words gets no new version.
pub(super) fn deploy(txn: &mut Txn<'_>, resources: &[Resource], shipped: bool) -> Outcome<Vec<(Text, u32)>> {
    let mut findings = Vec::new();
    let mut parsed = Vec::new();
    if resources.is_empty() {
        let (place, cause) = (Text::const_new("deployment"), Text::const_new("it has no files"));
        findings.push(Finding { place, cause, mend: Text::const_new("name .bpmn, .dmn or .form files") });
    }
    for resource in resources {
        match read(txn, resource, resources)? {
            Ok(content) => parsed.push((resource, content)),
            Err(problems) => findings.extend(problems),
        }
    }
    twice(&parsed, &mut findings);
    if !findings.is_empty() {
        findings.dedup();
        return Err(Refusal::NotDeployable(findings).into());
    }
    let mut deployed = Vec::new();
    for (resource, content) in parsed {
        for id in content.ids {
            let imports = &content.imports;
            let process = content.processes.iter().find(|process| process.id() == id.as_str());
            let before = txn.latest(&id)?;
            let (id, version) = one(txn, resource, id, shipped, imports)?;
            let is_new = before.is_none_or(|before| before.version != version);
            deployed.push((id.clone(), version));
            let Some(process) = process.filter(|_| is_new) else { continue };
            for (element, cause) in super::schedule::deployed(txn, DefinitionId { id, version }, process)? {
                findings.push(unscheduled(resource, process.element(element), cause));
            }
        }
    }
    if findings.is_empty() { Ok(deployed) } else { Err(Refusal::NotDeployable(findings).into()) }
}

/// The ids that a file would deploy now; refused with all that keeps it from being deployed.
pub(super) fn deployable(txn: &mut Txn<'_>, resource: &Resource) -> Outcome<Vec<Text>> {
    let content = read(txn, resource, std::slice::from_ref(resource))?.map_err(Refusal::NotDeployable)?;
    let (mut findings, now, utc_offset) = (Vec::new(), txn.now(), txn.utc_offset());
    for process in &content.processes {
        let problem = |index| Some((index, engine::first_start(process, index, now, utc_offset).err()?));
        let starts = process.timer_starts().filter_map(problem);
        findings.extend(starts.map(|(index, cause)| unscheduled(resource, process.element(index), cause)));
    }
    if findings.is_empty() { Ok(content.ids) } else { Err(Refusal::NotDeployable(findings).into()) }
}

fn unscheduled(resource: &Resource, element: &bpmn::Element, cause: Text) -> Finding {
    let mend = Text::const_new("give a time that needs no variables, such as R/P1D or 0 0 6 * * MON-FRI");
    Finding { place: place(resource, element), cause, mend }
}

/// Deploys what ships with the product, at its every start. A version that somebody else deployed is not replaced, and what was in force
/// before does not come back, since new instances would run on it although nobody asked for that.
pub(super) fn deploy_shipped(txn: &mut Txn<'_>, resources: &[Resource]) -> Outcome<Reply> {
    let (mut wanted, mut kept) = (Vec::new(), Vec::new());
    for resource in resources {
        let content = read(txn, resource, resources)?.map_err(Refusal::NotDeployable)?;
        let (mut is_new, mut is_kept) = (false, false);
        for id in content.ids {
            match txn.latest(&id)? {
                Some(latest) if was_deployed(txn, resource, &latest)? => {}
                Some(latest) if !txn.ships(&latest)? => {
                    is_kept = true;
                    kept.push((latest.id, latest.version));
                }
                _ => is_new = true,
            }
        }
        wanted.extend((is_new && !is_kept).then(|| resource.clone()));
    }
    let deployed = if wanted.is_empty() { Vec::new() } else { deploy(txn, &wanted, true)? };
    Ok(Reply::Shipped { deployed, kept })
}

/// Whether any version up to the latest one is in these words.
fn was_deployed(txn: &mut Txn<'_>, resource: &Resource, latest: &DefinitionId) -> Outcome<bool> {
    for version in (1..=latest.version).rev() {
        let earlier = DefinitionId { id: latest.id.clone(), version };
        if txn.source(&earlier)?.is_some_and(|xml| xml == resource.xml) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn one(txn: &mut Txn<'_>, resource: &Resource, id: Text, shipped: bool, imports: &[Text]) -> Outcome<(Text, u32)> {
    let latest = txn.latest(&id)?;
    if let Some(latest) = &latest
        && txn.source(latest)?.is_some_and(|xml| xml == resource.xml)
        && txn.imports(latest)? == imports
    {
        return Ok((id, latest.version));
    }
    let version = latest.map_or(1, |latest| latest.version + 1);
    let definition = DefinitionId { id: id.clone(), version };
    let deployment = txn.position();
    let (resource, xml) = (resource.name.clone(), resource.xml.clone());
    let imports = imports.to_vec();
    txn.record_new(Event::Deployed { definition, resource, xml, deployment, shipped, imports });
    Ok((id, version))
}

/// An id may be in one file only: otherwise two versions of it would come of one deployment.
fn twice(parsed: &[(&Resource, Content)], findings: &mut Vec<Finding>) {
    let mut known: BTreeMap<&Text, &Text> = BTreeMap::new();
    for (resource, content) in parsed {
        for id in &content.ids {
            if let Some(other) = known.insert(id, &resource.name) {
                let cause = text(format_args!("{id} is in {other} too"));
                findings.push(Finding {
                    place: resource.name.clone(),
                    cause,
                    mend: Text::const_new("give one of them another id"),
                });
            }
        }
    }
}

fn place(resource: &Resource, element: &bpmn::Element) -> Text {
    resource.place(element.line(), element.id(), element.name())
}

/// The models that a decision model imports, directly or not: of this deployment, or else the latest of a namespace that is deployed.
/// What is in neither is missing when the model is read.
fn imports(txn: &mut Txn<'_>, resource: &Resource, deployment: &[Resource]) -> Outcome<Vec<Text>> {
    let mut wanted = dmn::Model::namespaces(&resource.xml).1;
    let (mut known, mut found) = (BTreeSet::new(), Vec::new());
    while let Some(namespace) = wanted.pop() {
        if !known.insert(namespace.clone()) {
            continue;
        }
        let is_meant = |other: &&Resource| {
            other.name.ends_with(".dmn") && other.name != resource.name && dmn::Model::namespaces(&other.xml).0 == namespace
        };
        let xml = match deployment.iter().find(is_meant) {
            Some(other) => Some(other.xml.clone()),
            None => match txn.latest(&text(format_args!("namespace:{namespace}")))? {
                Some(latest) => txn.source(&latest)?,
                None => None,
            },
        };
        if let Some(xml) = xml {
            wanted.extend(dmn::Model::namespaces(&xml).1);
            found.push(xml);
        }
    }
    Ok(found)
}

fn read(txn: &mut Txn<'_>, resource: &Resource, deployment: &[Resource]) -> Outcome<Result<Content, Vec<Finding>>> {
    let imports = match resource.name.ends_with(".dmn") {
        true => imports(txn, resource, deployment)?,
        false => Vec::new(),
    };
    let content = content::read(resource, imports, &|kind| super::worker::can_be_done(kind, txn.capabilities));
    Ok(content.map_err(|findings| findings.into_iter().map(|finding| resource.finding(finding)).collect()))
}
