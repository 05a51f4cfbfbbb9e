//! `crossdock bpmn lint`: what is wrong with models.

use std::path::{Path, PathBuf};

use bpmn::Severity;
use serde_json::{Value, json};

use crate::output::{self, Finding, line};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Models
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Job types that somebody carries out, as a list with commas; with it, every other type is an error
    #[arg(long, value_delimiter = ',')]
    job_types: Vec<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Prints every finding. Errors are a finding of the command as well; warnings are not.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Finding> {
    let mut all = Vec::new();
    for path in &arguments.files {
        let found = findings(&super::read(path)?, &arguments.job_types);
        all.extend(found.into_iter().map(|finding| (path.as_path(), finding)));
    }
    let errors = all.iter().filter(|(_, finding)| finding.severity == Severity::Error).count();
    if arguments.json {
        output::json(&all.iter().map(|(path, finding)| row(path, finding)).collect::<Vec<_>>())?;
    } else {
        for (path, finding) in &all {
            line(format_args!("{}: {}: {finding}", path.display(), severity(finding)));
        }
        line(format_args!("{} files, {errors} errors, {} warnings", arguments.files.len(), all.len() - errors));
    }
    Ok(if errors > 0 { Finding::Some } else { Finding::None })
}

/// Everything that is wrong with a model; without job types any type will do.
fn findings(xml: &str, job_types: &[String]) -> Vec<bpmn::Finding> {
    match bpmn::parse(xml) {
        Err(findings) => findings,
        Ok(parsed) => {
            let known = |kind: &str| job_types.is_empty() || job_types.iter().any(|known| known == kind);
            let unknown = parsed.processes.iter().flat_map(|process| process.unknown_job_types(&known));
            unknown.chain(parsed.warnings).collect()
        }
    }
}

fn severity(finding: &bpmn::Finding) -> &'static str {
    match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn row(path: &Path, finding: &bpmn::Finding) -> Value {
    json!({
        "file": path.display().to_string(),
        "severity": severity(finding),
        "line": finding.line,
        "element": finding.element.as_str(),
        "name": finding.name.as_str(),
        "cause": finding.cause.as_str(),
        "mend": finding.mend.as_str(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn job_types_that_nobody_carries_out_are_errors_once_the_others_are_named() {
        let xml = r#"<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"><process id="p">
            <startEvent id="s"/><serviceTask id="t"><extensionElements><zeebe:taskDefinition type="pcik"/></extensionElements></serviceTask>
            <sequenceFlow id="f" sourceRef="s" targetRef="t"/></process></definitions>"#;
        assert!(findings(xml, &[]).is_empty());
        let found = findings(xml, &["pick".to_owned()]);
        assert_eq!(found.iter().map(severity).collect::<Vec<_>>(), ["error"]);
        assert_eq!(row(Path::new("m.bpmn"), &found[0])["element"], "t");
    }
}
