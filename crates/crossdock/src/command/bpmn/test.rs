//! `crossdock bpmn test`: test cases beside a model, so that process owners test processes.

use std::path::{Path, PathBuf};

use engine::play::Case;
use serde::Deserialize;
use serde_json::json;

use super::Models;
use crate::output::{self, Finding, WrongUse, line};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Files with test cases
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
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
    let mut checked = Vec::new();
    for path in &arguments.files {
        let suite: Suite = serde_json::from_str(&super::read(path)?)
            .map_err(|error| WrongUse(format!("read {}: {error}", path.display())))?;
        checked.extend(check(path, &suite)?.into_iter().map(|(case, against)| (path, case, against)));
    }
    let failed = checked.iter().filter(|(_, _, against)| !against.is_empty()).count();
    if arguments.json {
        let row = |(path, case, against): &(&PathBuf, String, Vec<String>)| json!({ "file": path.display().to_string(), "case": case, "ok": against.is_empty(), "against": against });
        output::json(&checked.iter().map(row).collect::<Vec<_>>())?;
    } else {
        for (path, case, against) in &checked {
            let mark = if against.is_empty() { "ok    " } else { "FAILED" };
            line(format_args!("{mark}  {}: {case}", path.display()));
            against.iter().for_each(|against| line(format_args!("        {against}")));
        }
        line(format_args!("{} cases, {failed} failed", checked.len()));
    }
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
            let mut suite: Suite =
                serde_json::from_str(&std::fs::read_to_string(&path).expect("it can be read")).expect("it is a suite");
            // what ships goes on with no null that has a reason, unless a case says so
            for case in &mut suite.cases {
                case.then.warnings.get_or_insert_default();
            }
            for (case, against) in check(&path, &suite).expect("its models can be read") {
                assert!(against.is_empty(), "{}: {case}: {against:?}", path.display());
            }
        }
    }

    #[test]
    fn every_shipped_process_has_cases() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../processes/order-to-cash");
        let entries = std::fs::read_dir(&folder).expect("the folder is there");
        let paths = entries.map(|entry| entry.expect("it can be read").path());
        let models: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|kind| kind == "bpmn")).collect();
        assert!(models.len() >= 6);
        for model in models {
            assert!(model.with_extension("test.json").exists(), "{} has no cases", model.display());
        }
    }

    #[test]
    fn a_failing_case_says_what_was_expected_and_what_happened() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../processes/order-to-cash/payment-exception.test.json");
        let suite = r#"{ "model": "payment-exception.bpmn", "dmn": ["exception-routing.dmn"], "cases": [{
            "name": "wrong on purpose",
            "given": { "variables": { "paymentId": "PAY-1", "exception": "DEDUCTION", "reason": "short", "amount": 12 } },
            "then": { "ended": true, "visited": ["ended"], "tasks": { "decide": { "candidate_groups": ["sales"] } } } }] }"#;
        let suite: Suite = serde_json::from_str(suite).expect("it is a suite");
        let (_, against) = check(&path, &suite).expect("its models can be read").remove(0);
        assert_eq!(
            against,
            [
                "the instance has not ended",
                "ended was not reached",
                "decide should be for [sales] and is for [receivables]",
                "what happened: payment-exception, started, route, decide",
            ]
        );
    }
}
