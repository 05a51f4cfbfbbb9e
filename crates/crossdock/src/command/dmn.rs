//! `crossdock dmn`: decisions tried on their own, and the cases of the Technology Compatibility Kit.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use ::dmn::tck::Cases;
use ::dmn::{EvaluateError, Model, Outcome, Severity};
use anyhow::Context as _;
use feel::{Context, Environment, Value};
use serde::Serialize;
use serde_json::json;
use units::{Text, Timestamp};

use crate::output::{self, Finding, WrongUse, line};

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Make a decision of a model
    Eval(EvalArguments),
    /// Hold models against the cases of the DMN TCK
    Tck(TckArguments),
}

#[derive(Debug, clap::Args)]
pub(crate) struct EvalArguments {
    /// The model, a DMN file
    model: PathBuf,
    /// The decision, knowledge model or decision service, by its id or name
    #[arg(long)]
    decision: String,
    /// A JSON file with the variables, or `-` for standard input; none unless given
    #[arg(long, value_name = "FILE")]
    context: Option<PathBuf>,
    /// Models that this one imports
    #[arg(long)]
    import: Vec<PathBuf>,
    /// Say which rules matched, on which inputs, and what each decision gave
    #[arg(long)]
    explain: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct TckArguments {
    /// The folder with `compliance-level-2` and `compliance-level-3`
    folder: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(command: &Command) -> anyhow::Result<Finding> {
    match command {
        Command::Eval(arguments) => eval(arguments),
        Command::Tck(arguments) => tck(arguments),
    }
}

fn now() -> Environment {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Environment::at(Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX)))
}

fn read(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| format!("read {}", path.display()))
}

fn variables(path: Option<&Path>) -> anyhow::Result<Context> {
    let Some(path) = path else { return Ok(Context::EMPTY) };
    let json: serde_json::Value =
        serde_json::from_str(&crate::input::text(path)?).with_context(|| format!("{} is no JSON", path.display()))?;
    let value = Value::from_json(&json).with_context(|| format!("read {}", path.display()))?;
    match value {
        Value::Context(context) => Ok(context),
        other => Err(WrongUse(format!("{} holds a {}; give a JSON object", path.display(), other.type_name())).into()),
    }
}

fn eval(arguments: &EvalArguments) -> anyhow::Result<Finding> {
    let xml = read(&arguments.model)?;
    let imported = arguments.import.iter().map(|path| read(path)).collect::<anyhow::Result<Vec<_>>>()?;
    let imported: Vec<&str> = imported.iter().map(String::as_str).collect();
    let (model, findings) = match Model::parse_with(&xml, &imported) {
        Ok(parsed) => parsed,
        Err(findings) => {
            let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
            anyhow::bail!("{} is refused:\n{}", arguments.model.display(), lines.join("\n"));
        }
    };
    for finding in findings.iter().chain(&model.check()) {
        eprintln!("warning: {finding}");
    }
    let variables = variables(arguments.context.as_deref())?;
    let environment = now();
    let outcome = if arguments.explain {
        model.explain(&arguments.decision, &variables, &environment)
    } else {
        model.evaluate(&arguments.decision, &variables, &environment)
    };
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(error @ EvaluateError::Unknown(_)) => {
            let known: Vec<&str> = model.decision_ids().map(Text::as_str).collect();
            return Err(WrongUse(format!("{error}; it has {}", known.join(", "))).into());
        }
        Err(error) => return Err(error.into()),
    };
    if arguments.json {
        print_json(&outcome, arguments.explain)?;
    } else {
        print(&outcome);
    }
    Ok(Finding::None)
}

fn print_json(outcome: &Outcome, explain: bool) -> anyhow::Result<()> {
    let warnings: Vec<_> = outcome
        .warnings
        .iter()
        .map(|(decision, warning)| json!({ "decision": decision, "position": warning.position, "reason": warning.reason }))
        .collect();
    let mut json = json!({ "value": outcome.value, "warnings": warnings });
    if explain && let Some(object) = json.as_object_mut() {
        object.insert("explained".to_owned(), serde_json::to_value(&outcome.explained)?);
    }
    output::json(&json)
}

fn print(outcome: &Outcome) {
    for explained in &outcome.explained {
        let name = if explained.name.is_empty() { &explained.decision } else { &explained.name };
        line(format_args!("{name} ({})", explained.decision));
        for input in &explained.inputs {
            line(format_args!("  input   {} = {}", input.label, input.value));
        }
        for (number, id) in &explained.matched {
            line(format_args!("  rule    {number} {id}"));
        }
        line(format_args!("  gave    {}", explained.output));
    }
    line(&outcome.value);
    for (decision, warning) in &outcome.warnings {
        eprintln!("warning: {decision}: {warning}");
    }
}

/// What the cases of one level came to.
#[derive(Debug, Default, Serialize)]
struct Level {
    /// Results that are not expected to be null.
    passed: u32,
    total: u32,
    /// Results that are: whoever answers null to everything passes those.
    null_passed: u32,
    null_total: u32,
}

#[derive(Debug, Serialize)]
struct Failure {
    level: u8,
    file: String,
    case: Text,
    node: Text,
    expected: String,
    actual: String,
    reason: Text,
}

fn tck(arguments: &TckArguments) -> anyhow::Result<Finding> {
    let environment = now();
    let mut failures = Vec::new();
    let mut levels = [Level::default(), Level::default()];
    for (number, level) in (2_u8..).zip(&mut levels) {
        let folder = arguments.folder.join(format!("compliance-level-{number}"));
        for file in case_files(&folder)? {
            cases(&file, number, &environment, level, &mut failures)?;
        }
    }
    if levels.iter().all(|level| level.total + level.null_total == 0) {
        return Err(WrongUse(format!("there are no cases in {}", arguments.folder.display())).into());
    }
    let [level2, level3] = &levels;
    if arguments.json {
        output::json(&json!({ "level2": level2, "level3": level3, "failures": failures }))?;
    } else {
        for failure in &failures {
            let Failure { level, file, case, node, expected, actual, reason } = failure;
            line(format_args!("level {level}  {file}  case {case}  {node}: expected {expected}, got {actual}  {reason}"));
        }
        for (number, Level { passed, total, null_passed, null_total }) in (2..).zip(&levels) {
            line(format_args!("level {number}  {passed} of {total}, expected null {null_passed} of {null_total}"));
        }
    }
    Ok(if failures.is_empty() { Finding::None } else { Finding::Some })
}

/// The case files in the folders of a level, in the order of their names.
fn case_files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = |folder: &Path| -> anyhow::Result<Vec<PathBuf>> {
        let read = fs::read_dir(folder).with_context(|| format!("read the folder {}", folder.display()))?;
        let mut paths = read.map(|entry| Ok(entry?.path())).collect::<anyhow::Result<Vec<_>>>()?;
        paths.sort();
        Ok(paths)
    };
    let mut files = Vec::new();
    for inner in entries(folder)?.into_iter().filter(|path| path.is_dir()) {
        files.extend(entries(&inner)?.into_iter().filter(|path| path.extension().is_some_and(|kind| kind == "xml")));
    }
    Ok(files)
}

/// Holds the cases of a file against the model beside it.
fn cases(
    file: &Path,
    number: u8,
    environment: &Environment,
    level: &mut Level,
    failures: &mut Vec<Failure>,
) -> anyhow::Result<()> {
    let cases = Cases::parse(&read(file)?).with_context(|| format!("read {}", file.display()))?;
    let model = file.with_file_name(cases.model.as_str());
    let verdicts = match Model::parse(&read(&model)?) {
        Ok((model, _)) => cases.held_against(&model, environment),
        Err(findings) => {
            let first = findings.iter().find(|finding| finding.severity == Severity::Error);
            cases.all_failed(&Text::from(first.map(|finding| format!("refused: {finding}")).unwrap_or_default()))
        }
    };
    for verdict in verdicts {
        let (passed, total) = match verdict.expected {
            Value::Null => (&mut level.null_passed, &mut level.null_total),
            _ => (&mut level.passed, &mut level.total),
        };
        *total += 1;
        *passed += u32::from(verdict.passed);
        if !verdict.passed {
            failures.push(Failure {
                level: number,
                file: file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
                case: verdict.case,
                node: verdict.node,
                expected: verdict.expected.to_string(),
                actual: verdict.actual.to_string(),
                reason: verdict.reasons.into_iter().next().unwrap_or_default(),
            });
        }
    }
    Ok(())
}
