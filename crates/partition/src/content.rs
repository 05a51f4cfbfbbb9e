//! What a file holds, and everything that is wrong with it: the same for deploying it and for whoever still works at it.

use std::sync::Arc;

use units::{Finding, Severity, Text};

use crate::definition::{Form, Resource};
use crate::property;

/// What a file holds that can be deployed.
#[derive(Debug)]
pub(crate) struct Content {
    /// The ids that it deploys.
    pub(crate) ids: Vec<Text>,
    /// Its processes.
    pub(crate) processes: Vec<Arc<bpmn::Process>>,
    /// The decision models that it imports, directly or not.
    pub(crate) imports: Vec<Text>,
}

/// Reads a file; all that keeps it from being deployed if something does.
pub(crate) fn read(
    resource: &Resource,
    imports: Vec<Text>,
    can_be_done: &dyn Fn(&str) -> bool,
) -> Result<Content, Vec<Finding>> {
    let imported: Vec<&str> = imports.iter().map(Text::as_str).collect();
    match resource.name.rsplit('.').next().unwrap_or_default() {
        "bpmn" => processes(resource, can_be_done),
        "dmn" => match dmn::Model::parse_with(&resource.xml, &imported) {
            Ok((model, _)) => {
                Ok(Content { ids: vec![Text::from(format!("dmn:{}", model.id()))], processes: Vec::new(), imports })
            }
            Err(findings) => Err(errors(findings)),
        },
        "form" => read_form(&resource.xml).map(|id| {
            let ids = vec![Text::from(format!("form:{id}"))];
            Content { ids, processes: Vec::new(), imports }
        }),
        _ => Err(whole(Text::const_new("the name does not tell what it is"), "let it end in .bpmn, .dmn or .form")),
    }
}

/// The id in a form's JSON; all that keeps the form from being deployed if something does.
pub fn read_form(json: &str) -> Result<Text, Vec<Finding>> {
    let findings = crate::form::lint(json);
    if !findings.is_empty() {
        return Err(findings);
    }
    Form::id_of(json).map_err(|cause| whole(cause, "export it from the modeler again"))
}

/// Everything that keeps the forms beside the diagram of a process from being judged.
pub fn forms_beside(process: &bpmn::Process) -> Vec<Finding> {
    let wrong = process.forms_beside().flat_map(|(id, form)| {
        crate::form::lint(form).into_iter().map(move |found| {
            let field = if found.element.is_empty() { String::new() } else { format!(", field {}", found.name) };
            let cause = format!("form {id} beside the diagram{field}: {}", found.cause);
            of(process.root(), Severity::Error, cause, found.mend)
        })
    });
    wrong.collect()
}

fn processes(resource: &Resource, can_be_done: &dyn Fn(&str) -> bool) -> Result<Content, Vec<Finding>> {
    // as far as it can be read, so that everything is told at once
    let read = bpmn::read(&resource.xml);
    let processes: Vec<_> = read.processes.into_iter().map(Arc::new).collect();
    let mut findings = errors(read.findings);
    if processes.is_empty() && findings.is_empty() {
        findings.extend(whole(Text::const_new("it has no process that can run"), "mark one as executable"));
    }
    for process in &processes {
        findings.extend(property::findings(process).0);
        findings.extend(forms_beside(process));
        for (element, kind) in process.job_types().filter(|(_, kind)| !can_be_done(kind)) {
            let cause = format!("nobody carries out jobs of type {kind}");
            let mend = "name a trade task that there is, or configure a system that offers it";
            findings.push(of(process.element(element), Severity::Error, cause, mend));
        }
        findings.extend(starts(process));
    }
    if findings.is_empty() {
        let ids = processes.iter().map(|process| process.id().into()).collect();
        Ok(Content { ids, processes, imports: Vec::new() })
    } else {
        Err(findings)
    }
}

/// What begins a process has to be known by its name: an expression would have nothing to be computed from.
fn starts(process: &bpmn::Process) -> impl Iterator<Item = Finding> {
    process.triggered_starts().filter_map(|(index, trigger)| {
        let is_named = match trigger {
            bpmn::Trigger::Message(message) => message.name.plain().is_some(),
            bpmn::Trigger::Signal(name) => name.plain().is_some(),
            _ => true,
        };
        let cause = "the name of what begins the process is an expression".to_owned();
        (!is_named).then(|| of(process.element(index), Severity::Error, cause, "write the name itself"))
    })
}

/// Something about an element.
pub(crate) fn of(element: &bpmn::Element, severity: Severity, cause: String, mend: impl Into<Text>) -> Finding {
    Finding {
        severity,
        element: element.id().into(),
        name: element.name().into(),
        line: element.line(),
        cause: cause.into(),
        mend: mend.into(),
    }
}

fn errors(findings: Vec<Finding>) -> Vec<Finding> {
    findings.into_iter().filter(|finding| finding.severity == Severity::Error).collect()
}

/// Something about the file as a whole.
fn whole(cause: Text, mend: &'static str) -> Vec<Finding> {
    let (element, name) = (Text::default(), Text::default());
    vec![Finding { severity: Severity::Error, element, name, line: 1, cause, mend: Text::const_new(mend) }]
}
