//! `crossdock deploy`: processes, decisions and forms, all together or none.

use std::path::PathBuf;

use serde_json::json;

use crate::api::{Target, block_on};
use crate::output::{self, Finding, WrongUse, line, table};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Files that end in .bpmn, .dmn or .form; all become versions or none
    #[arg(required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    target: Target,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Finding> {
    let mut resources = Vec::with_capacity(arguments.files.len());
    for file in &arguments.files {
        let wrong = |error: std::io::Error| WrongUse(format!("read {}: {error}", file.display()));
        let xml = std::fs::read_to_string(file).map_err(wrong)?;
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        resources.push(json!({ "name": name, "xml": xml }));
    }
    let api = arguments.target.open()?;
    let body = json!({ "resources": resources }).to_string();
    let versions = block_on(api.post("/v1/processes", &crate::keys::generate()?, body))?;
    if arguments.target.json {
        output::json(&versions)?;
    } else {
        let versions = versions.as_array().map_or(&[][..], Vec::as_slice);
        table(versions, &[("deployed", "id"), ("version", "version")]);
        for warning in versions.iter().flat_map(|version| version["warnings"].as_array().into_iter().flatten()) {
            let part = |name: &str| warning[name].as_str().unwrap_or_default();
            line(format_args!("warning: {}: {}; {}", part("pointer"), part("cause"), part("mend")));
        }
    }
    Ok(Finding::None)
}
