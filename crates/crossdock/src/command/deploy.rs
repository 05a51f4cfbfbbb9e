//! `crossdock deploy`: processes, decisions and forms, all together or none.

use std::path::PathBuf;

use partition::Resource;
use serde_json::json;

use crate::api::{Target, block_on};
use crate::output::{self, Finding, WrongUse, line, table};
use crate::processes;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Files that end in .bpmn, .dmn or .form; all become versions or none
    #[arg(required_unless_present = "shipped")]
    files: Vec<PathBuf>,
    /// Deploy what ships with this release, in place of your own versions
    #[arg(long, conflicts_with = "files")]
    shipped: bool,
    #[command(flatten)]
    target: Target,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Finding> {
    let resources = if arguments.shipped { processes::shipped() } else { read(&arguments.files)? };
    let resources = resources.iter().map(|file| json!({ "name": file.name.as_str(), "xml": file.xml.as_str() }));
    let resources: Vec<_> = resources.collect();
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

fn read(files: &[PathBuf]) -> Result<Vec<Resource>, WrongUse> {
    let resource = |file: &PathBuf| {
        let xml = std::fs::read_to_string(file).map_err(|error| WrongUse(format!("read {}: {error}", file.display())))?;
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(Resource { name: name.into(), xml: xml.into() })
    };
    files.iter().map(resource).collect()
}
