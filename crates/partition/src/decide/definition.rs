//! Deployment: models are parsed and checked once, and what cannot run is refused with everything that is wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use trade::{Finding, Refusal};
use units::Text;

use super::txn::{Outcome, Txn, text};
use crate::command::Reply;
use crate::definition::{DefinitionId, Form, Resource};
use crate::journal::Event;
use crate::property;

/// What a resource holds: the ids that it deploys, and its processes.
struct Content {
    ids: Vec<Text>,
    processes: Vec<Arc<bpmn::Process>>,
    /// The decision models that it imports, directly or not.
    imports: Vec<Text>,
}

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
    starts(&parsed, &mut findings);
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
                let mend = Text::const_new("give a time that needs no variables, such as R/P1D or 0 0 6 * * MON-FRI");
                findings.push(Finding { place: place(resource, process.element(element)), cause, mend });
            }
        }
    }
    if findings.is_empty() { Ok(deployed) } else { Err(Refusal::NotDeployable(findings).into()) }
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

/// What begins a process has to be known by its name: an expression would have nothing to be computed from.
fn starts(parsed: &[(&Resource, Content)], findings: &mut Vec<Finding>) {
    let all =
        parsed.iter().flat_map(|(resource, content)| content.processes.iter().map(move |process| (*resource, process)));
    for (resource, process) in all {
        for (index, trigger) in process.triggered_starts() {
            let is_named = match trigger {
                bpmn::Trigger::Message(message) => message.name.plain().is_some(),
                bpmn::Trigger::Signal(name) => name.plain().is_some(),
                _ => true,
            };
            if !is_named {
                let cause = Text::const_new("the name of what begins the process is an expression");
                let mend = Text::const_new("write the name itself");
                findings.push(Finding { place: place(resource, process.element(index)), cause, mend });
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
    Ok(content(txn, resource, imports))
}

fn content(txn: &Txn<'_>, resource: &Resource, imports: Vec<Text>) -> Result<Content, Vec<Finding>> {
    let whole =
        |cause: Text, mend: &'static str| vec![Finding { place: resource.name.clone(), cause, mend: Text::const_new(mend) }];
    let imported: Vec<&str> = imports.iter().map(Text::as_str).collect();
    match resource.name.rsplit('.').next().unwrap_or_default() {
        "bpmn" => processes(txn, resource),
        "dmn" => match dmn::Model::parse_with(&resource.xml, &imported) {
            Ok((model, _)) => {
                Ok(Content { ids: vec![text(format_args!("dmn:{}", model.id()))], processes: Vec::new(), imports })
            }
            Err(findings) => Err(findings
                .into_iter()
                .filter(|finding| finding.severity == dmn::Severity::Error)
                .map(|finding| Finding {
                    place: resource.place(finding.line, &finding.element, &finding.name),
                    cause: finding.cause,
                    mend: finding.mend,
                })
                .collect()),
        },
        "form" => match Form::id_of(&resource.xml) {
            Ok(id) => Ok(Content { ids: vec![text(format_args!("form:{id}"))], processes: Vec::new(), imports }),
            Err(cause) => Err(whole(cause, "export it from the modeler again")),
        },
        _ => Err(whole(Text::const_new("the name does not tell what it is"), "let it end in .bpmn, .dmn or .form")),
    }
}

fn processes(txn: &Txn<'_>, resource: &Resource) -> Result<Content, Vec<Finding>> {
    let parsed = bpmn::parse(&resource.xml).map_err(|findings| -> Vec<Finding> {
        let errors = findings.into_iter().filter(|finding| finding.severity == bpmn::Severity::Error);
        let finding = |finding: bpmn::Finding| Finding {
            place: resource.place(finding.line, &finding.element, &finding.name),
            cause: finding.cause,
            mend: finding.mend,
        };
        errors.map(finding).collect()
    })?;
    let processes: Vec<_> = parsed.processes.into_iter().map(Arc::new).collect();
    let mut findings = Vec::new();
    if processes.is_empty() {
        let (cause, mend) = (Text::const_new("it has no process that can run"), Text::const_new("mark one as executable"));
        findings.push(Finding { place: resource.name.clone(), cause, mend });
    }
    for process in &processes {
        findings.extend(property::findings(resource, process).0);
        for (element, kind) in process.job_types() {
            if super::worker::can_be_done(txn, kind) {
                continue;
            }
            let cause = text(format_args!("nobody carries out jobs of type {kind}"));
            let mend = Text::const_new("name a trade task that there is, or configure a system that offers it");
            findings.push(Finding { place: place(resource, process.element(element)), cause, mend });
        }
    }
    if findings.is_empty() {
        let ids = processes.iter().map(|process| process.id().into()).collect();
        Ok(Content { ids, processes, imports: Vec::new() })
    } else {
        Err(findings)
    }
}
