//! `crossdock bpmn run`: a model at play, and the trace of what happened.

use std::path::PathBuf;

use engine::play::{Action, World};
use feel::Context;
use serde_json::json;

use super::Models;
use crate::output::{self, Finding, WrongUse, line};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The model
    model: PathBuf,
    /// Steps to take, as a JSON list such as [{"complete":{"element":"pick"}},{"wait":"PT1H"}]
    #[arg(long)]
    script: Option<PathBuf>,
    /// Other models that it calls
    #[arg(long)]
    with: Vec<PathBuf>,
    /// Decision models that it uses
    #[arg(long)]
    dmn: Vec<PathBuf>,
    /// Which process to begin, if not the first one
    #[arg(long)]
    process: Option<String>,
    /// First variables, as a JSON object
    #[arg(long, default_value = "{}")]
    variables: String,
    /// When it begins
    #[arg(long, default_value = super::PLAYED_AT)]
    at: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Plays the model, prints the trace and what it waits for. A step of the script that cannot be taken, or an incident, is a
/// finding.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Finding> {
    let mut processes = super::processes(&arguments.model)?;
    for path in &arguments.with {
        processes.extend(super::processes(path)?);
    }
    let variables: Context =
        serde_json::from_str(&arguments.variables).map_err(|error| WrongUse(format!("read the variables: {error}")))?;
    let script: Vec<Action> = match &arguments.script {
        None => Vec::new(),
        Some(path) => serde_json::from_str(&super::read(path)?)
            .map_err(|error| WrongUse(format!("read {}: {error}", path.display())))?,
    };
    let decisions = Models::read(&arguments.dmn)?;
    let mut world = World::new(processes.iter().collect(), &decisions, super::moment(&arguments.at)?);
    let mut stopped = world.start(arguments.process.as_deref(), variables).err().map(|error| error.to_string());
    for (place, action) in script.iter().enumerate() {
        if stopped.is_some() {
            break;
        }
        stopped = world.act(action).err().map(|error| format!("step {}: {error}", place + 1));
    }
    let incident = world.waiting().iter().any(|(_, waiting)| matches!(waiting.what, engine::WaitsFor::Incident(_)));
    print(arguments.json, &world, stopped.as_deref())?;
    Ok(if incident || stopped.is_some() { Finding::Some } else { Finding::None })
}

fn print(as_json: bool, world: &World<'_>, stopped: Option<&str>) -> anyhow::Result<()> {
    let ended = world.first().is_some_and(engine::Instance::is_ended);
    let variables = world.first().map(engine::Instance::root_variables).unwrap_or_default();
    if as_json {
        let waiting = world.waiting().into_iter().map(|(element, waiting)| {
            json!({
                "element": element.id(),
                "since": waiting.since.to_string(),
                "until": waiting.until.map(|until| until.to_string()),
                "release": waiting.release.as_str(),
                "who": waiting.who.as_str(),
            })
        });
        return output::json(&json!({
            "trace": world.trace(),
            "waiting": waiting.collect::<Vec<_>>(),
            "ended": ended,
            "variables": variables.to_json(),
            "stopped": stopped,
        }));
    }
    for entry in world.trace() {
        let happening = serde_json::to_string(&entry.happening)?;
        let (at, instance, happening) = (entry.at, entry.instance, happening.trim_matches('"'));
        line(format!("{at}  {instance}  {happening:<12} {} {}", entry.element, entry.detail).trim_end());
    }
    for (element, waiting) in world.waiting() {
        line(format_args!("waits: {} since {}, for {}; who: {}", element.id(), waiting.since, waiting.release, waiting.who));
    }
    line(format_args!("{}, variables {}", if ended { "ended" } else { "not ended" }, variables.to_json()));
    if let Some(stopped) = stopped {
        line(format_args!("stopped: {stopped}"));
    }
    Ok(())
}
