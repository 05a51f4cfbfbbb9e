//! `crossdock bpmn test`: test cases beside a model, so that process owners test processes.

use std::path::{Path, PathBuf};

use engine::play::Case;
use serde::Deserialize;

use super::Models;
use crate::output::{Finding, WrongUse, line};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Files with test cases
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

/// A file with test cases. Paths in it begin at its own folder.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Suite {
    /// The model.
    model: PathBuf,
    /// Other models that it calls.
    #[serde(default)]
    with: Vec<PathBuf>,
    /// Decision models that it uses.
    #[serde(default)]
    dmn: Vec<PathBuf>,
    /// When the cases begin.
    #[serde(default)]
    at: Option<String>,
    /// The cases.
    cases: Vec<Case>,
}

/// Runs all cases and prints what is not as it has to be.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Finding> {
    let (mut count, mut failed) = (0, 0);
    for path in &arguments.files {
        let suite: Suite = serde_json::from_str(&super::read(path)?)
            .map_err(|error| WrongUse(format!("read {}: {error}", path.display())))?;
        for (case, against) in check(path, &suite)? {
            count += 1;
            if against.is_empty() {
                line(format_args!("ok      {}: {case}", path.display()));
                continue;
            }
            failed += 1;
            line(format_args!("FAILED  {}: {case}", path.display()));
            against.iter().for_each(|against| line(format_args!("        {against}")));
        }
    }
    line(format_args!("{count} cases, {failed} failed"));
    Ok(if failed == 0 { Finding::None } else { Finding::Some })
}

/// The name of each case, and what is not as it has to be.
fn check(path: &Path, suite: &Suite) -> anyhow::Result<Vec<(String, Vec<String>)>> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut processes = super::processes(&folder.join(&suite.model))?;
    for other in &suite.with {
        processes.extend(super::processes(&folder.join(other))?);
    }
    let paths: Vec<PathBuf> = suite.dmn.iter().map(|other| folder.join(other)).collect();
    let decisions = Models::read(&paths)?;
    let at = super::moment(suite.at.as_deref().unwrap_or(super::PLAYED_AT))?;
    let checked = suite.cases.iter().map(|case| {
        let against = case.check(processes.iter().collect(), &decisions, at);
        (case.name.to_string(), against)
    });
    Ok(checked.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_processes_hold_what_their_cases_say() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../processes/order-to-cash");
        let entries = std::fs::read_dir(&folder).expect("the folder is there");
        let paths = entries.map(|entry| entry.expect("it can be read").path());
        let suites: Vec<PathBuf> = paths.filter(|path| path.to_string_lossy().ends_with(".test.json")).collect();
        assert!(!suites.is_empty());
        for path in suites {
            let suite: Suite =
                serde_json::from_str(&std::fs::read_to_string(&path).expect("it can be read")).expect("it is a suite");
            for (case, against) in check(&path, &suite).expect("its models can be read") {
                assert!(against.is_empty(), "{}: {case}: {against:?}", path.display());
            }
        }
    }
}
