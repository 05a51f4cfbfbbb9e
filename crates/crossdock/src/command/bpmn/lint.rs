//! `crossdock bpmn lint`: what is wrong with models.

use std::path::{Path, PathBuf};

use bpmn::Severity;
use serde_json::{Value, json};
use units::Text;

use crate::output::{self, Finding, line};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Models, of processes and of decisions, and forms; of several, calls that lead to none of them are told as well
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
    let (mut texts, mut all) = (Vec::new(), Vec::new());
    for path in &arguments.files {
        match text(super::bytes(path)?) {
            Ok(text) => texts.push((path.as_path(), text)),
            Err(finding) => all.push((path.as_path(), finding)),
        }
    }
    all.extend(findings(&texts, &arguments.job_types));
    // by file, and by line in it
    let place = |path: &Path| arguments.files.iter().position(|known| known == path);
    all.sort_by_key(|(path, finding)| (place(path), finding.line));
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

/// Everything that is wrong with models; without job types any type will do.
fn findings<'a>(texts: &[(&'a Path, String)], job_types: &[String]) -> Vec<(&'a Path, bpmn::Finding)> {
    let mut found = Vec::new();
    let is_model = |path: &Path| path.extension().is_some_and(|ending| ending == "dmn");
    let models: Vec<&str> = texts.iter().filter(|(path, _)| is_model(path)).map(|(_, text)| text.as_str()).collect();
    let (mut processes, mut decisions, mut forms) = (Vec::new(), Vec::new(), Vec::new());
    for (path, text) in texts {
        if path.extension().is_some_and(|ending| ending == "form") {
            match partition::read_form(text) {
                Ok(id) => forms.push(id),
                Err(wrong) => found.extend(wrong.into_iter().map(|finding| (*path, finding))),
            }
            continue;
        }
        let told = if is_model(path) {
            let read = dmn::Model::parse_with(text, &models).map(|(model, mut warnings)| {
                decisions.extend(model.decision_ids().cloned());
                warnings.extend(model.check());
                warnings
            });
            read.unwrap_or_else(|errors| errors)
        } else {
            let read = bpmn::read(text);
            processes.extend(read.processes.into_iter().map(|process| (*path, process)));
            read.findings
        };
        found.extend(told.into_iter().map(|finding| (*path, finding)));
    }
    for (path, process) in &processes {
        found.extend(partition::forms_beside(process).into_iter().map(|finding| (*path, finding)));
        let known = |kind: &str| job_types.is_empty() || job_types.iter().any(|known| known == kind);
        found.extend(process.unknown_job_types(&known).into_iter().map(|finding| (*path, finding)));
        if texts.len() > 1 {
            // where no model of decisions, or no form, is given, they are elsewhere
            let is_known = |what: &str, id: &str| match what {
                "decision" => decisions.is_empty() || decisions.iter().any(|known| known == id),
                "form" => forms.is_empty() || forms.iter().any(|known| known == id),
                _ => processes.iter().any(|(_, process)| process.id() == id),
            };
            found.extend(process.unknown_calls(&is_known).into_iter().map(|finding| (*path, finding)));
        }
    }
    found
}

/// The text of a file, or where it stops being one.
fn text(bytes: Vec<u8>) -> Result<String, bpmn::Finding> {
    String::from_utf8(bytes).map_err(|error| {
        let before = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let cause = format!("it is not UTF-8 from byte {} on", before.len() + 1);
        unreadable(u32::try_from(line).unwrap_or(u32::MAX), cause.into(), "save it as UTF-8")
    })
}

fn unreadable(line: u32, cause: Text, mend: &'static str) -> bpmn::Finding {
    let (element, name) = (Text::default(), Text::default());
    bpmn::Finding { severity: Severity::Error, element, name, line, cause, mend: Text::const_new(mend) }
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
        let texts = [(Path::new("m.bpmn"), xml.to_owned())];
        assert!(findings(&texts, &[]).is_empty());
        let found = findings(&texts, &["pick".to_owned()]);
        assert_eq!(found.iter().map(|(_, finding)| severity(finding)).collect::<Vec<_>>(), ["error"]);
        assert_eq!(row(found[0].0, &found[0].1)["element"], "t");
    }

    #[test]
    fn a_file_that_is_no_utf_8_is_told_with_its_line_and_does_not_hide_the_others() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            path
        };
        let finding = text(b"<a>\n<b name=\"Gr\xfcn\"/>".to_vec()).unwrap_err();
        assert_eq!((finding.line, finding.cause.as_str()), (2, "it is not UTF-8 from byte 16 on"));
        let process = br#"<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="p"><startEvent id="s"/></process></definitions>"#;
        let lint = |files| run(&Arguments { files, job_types: Vec::new(), json: false }).unwrap();
        let good = file("good.bpmn", process);
        assert_eq!(lint(vec![good.clone()]), Finding::None);
        assert_eq!(lint(vec![file("bad.bpmn", b"<a>\xff</a>"), good]), Finding::Some);
    }

    #[test]
    fn unknown_job_types_are_told_together_with_what_else_is_wrong() {
        let xml = r#"<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"><process id="p">
            <startEvent id="s"/><serviceTask id="t"><extensionElements><zeebe:taskDefinition type="pcik"/></extensionElements></serviceTask>
            <scriptTask id="u"/><sequenceFlow id="f" sourceRef="s" targetRef="t"/><sequenceFlow id="g" sourceRef="t" targetRef="u"/></process></definitions>"#;
        let found = findings(&[(Path::new("m.bpmn"), xml.to_owned())], &["pick".to_owned()]);
        let elements: Vec<&str> = found.iter().map(|(_, finding)| finding.element.as_str()).collect();
        assert_eq!(elements, ["u", "t"]);
    }

    #[test]
    fn of_several_models_calls_that_lead_nowhere_are_told() {
        let process = |id: &str, task: &str| {
            format!(
                r#"<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"><process id="{id}">
                <startEvent id="s"/>{task}<sequenceFlow id="f" sourceRef="s" targetRef="t"/></process></definitions>"#
            )
        };
        let call = |id: &str| {
            format!(
                r#"<callActivity id="t"><extensionElements><zeebe:calledElement processId="{id}"/></extensionElements></callActivity>"#
            )
        };
        let decide = r#"<businessRuleTask id="t"><extensionElements><zeebe:calledDecision decisionId="d" resultVariable="x"/></extensionElements></businessRuleTask>"#;
        let table = r#"<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="m" name="M"><decision id="d" name="D"><literalExpression><text>1</text></literalExpression></decision></definitions>"#;
        let mut texts =
            vec![(Path::new("one.bpmn"), process("one", &call("two"))), (Path::new("two.bpmn"), process("two", decide))];
        let told = |texts: &[(&Path, String)]| {
            findings(texts, &[]).iter().map(|(_, told)| told.cause.to_string()).collect::<Vec<_>>()
        };
        texts.push((Path::new("d.dmn"), table.replace("\"d\"", "\"e\"")));
        assert_eq!(told(&texts), ["there is no decision `d`"]);
        texts.pop();
        assert_eq!(told(&texts), [""; 0]);
        texts.push((Path::new("d.dmn"), table.to_owned()));
        assert_eq!(told(&texts), [""; 0]);
        texts.push((Path::new("three.bpmn"), process("three", &call("four"))));
        assert_eq!(told(&texts), ["there is no process `four`"]);
        assert_eq!(told(&[(Path::new("one.bpmn"), process("one", &call("two")))]), [""; 0]);
    }
}
