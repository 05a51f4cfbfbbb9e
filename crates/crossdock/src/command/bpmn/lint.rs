//! `crossdock bpmn lint`: what is wrong with models.

use std::path::PathBuf;

use bpmn::Severity;
use serde_json::json;

use crate::output::{self, Finding, line};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Models
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Prints every finding. Errors are a finding of the command as well; warnings are not.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Finding> {
    let mut rows = Vec::new();
    let mut refused = false;
    for path in &arguments.files {
        let findings = match bpmn::parse(&super::read(path)?) {
            Ok(parsed) => parsed.warnings,
            Err(findings) => findings,
        };
        for finding in findings {
            let is_error = finding.severity == Severity::Error;
            refused |= is_error;
            let severity = if is_error { "error" } else { "warning" };
            if arguments.json {
                rows.push(json!({
                    "file": path.display().to_string(),
                    "severity": severity,
                    "line": finding.line,
                    "element": finding.element.as_str(),
                    "name": finding.name.as_str(),
                    "cause": finding.cause.as_str(),
                    "mend": finding.mend.as_str(),
                }));
            } else {
                line(format_args!("{}: {severity}: {finding}", path.display()));
            }
        }
    }
    if arguments.json {
        output::json(&rows)?;
    }
    Ok(if refused { Finding::Some } else { Finding::None })
}
