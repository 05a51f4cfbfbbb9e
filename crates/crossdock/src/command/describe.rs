//! `crossdock describe`: the contracts of the API as files.

use std::path::PathBuf;

use anyhow::Context;
use serde::Serialize;

use crate::output::{Finding, line};

/// Where to.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The folder that `openapi.json`, `asyncapi.json` and `schemas.json` are written into
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    out: PathBuf,
}

/// Writes OpenAPI, AsyncAPI and the JSON Schemas of events and documents, as a server of this version serves them.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Finding> {
    let server::Contracts { openapi, asyncapi, schemas } = server::contracts();
    std::fs::create_dir_all(&arguments.out).with_context(|| format!("make the folder {}", arguments.out.display()))?;
    for (name, contract) in [("openapi.json", openapi), ("asyncapi.json", asyncapi), ("schemas.json", schemas)] {
        let path = arguments.out.join(name);
        std::fs::write(&path, text(&contract)?).with_context(|| format!("write {}", path.display()))?;
        line(format!("wrote {}", path.display()));
    }
    Ok(Finding::None)
}

/// Indented by one, so that what changed can be read line by line, and the whole is not all spaces.
fn text(contract: &impl Serialize) -> anyhow::Result<Vec<u8>> {
    let mut text = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(b" ");
    contract.serialize(&mut serde_json::Serializer::with_formatter(&mut text, formatter))?;
    text.push(b'\n');
    Ok(text)
}
