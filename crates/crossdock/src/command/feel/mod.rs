//! `crossdock feel`: expressions tried on their own, one or many, and the built-in functions.

mod answer;
mod batch;
mod functions;

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use clap::ValueEnum;
use feel::{Environment, Position, Value};
use units::Timestamp;

use crate::output::{self, Finding, WrongUse, line};
use answer::Question;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The expression; one that begins with `=`, as in a model, is read without it
    #[arg(allow_hyphen_values = true, required_unless_present_any = ["batch", "functions"], conflicts_with_all = ["batch", "functions"])]
    expression: Option<String>,
    /// A JSON file with the variables, or `-` for standard input; none unless given
    #[arg(long, value_name = "FILE", conflicts_with_all = ["batch", "functions"])]
    context: Option<PathBuf>,
    /// The dialect
    #[arg(long, value_enum, default_value_t = Mode::Camunda)]
    mode: Mode,
    /// Read unary tests, the cell of a decision table, and hold `?` or `input` of the context against them
    #[arg(long)]
    unary: bool,
    /// The moment that `now()` gives, such as 2026-11-23T10:00:00Z; the real one unless given
    #[arg(long, value_name = "MOMENT")]
    now: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Answer JSON lines: `id`, `expr`, `context`, `mode`, `unary`, `now`; from a file, or from standard input
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "-")]
    batch: Option<PathBuf>,
    /// List the built-in functions
    #[arg(long, conflicts_with = "batch")]
    functions: bool,
}

/// A dialect, as the command line names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Mode {
    /// As Camunda 8 reads it
    Camunda,
    /// As DMN 1.5 has it
    Standard,
}

impl From<Mode> for feel::Mode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Camunda => Self::Camunda,
            Mode::Standard => Self::Standard,
        }
    }
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Finding> {
    if arguments.functions {
        return functions::list(arguments.json);
    }
    let environment = environment(arguments.now.as_deref()).map_err(WrongUse)?;
    if let Some(path) = &arguments.batch {
        return batch::run(path, arguments.mode.into(), arguments.unary, environment);
    }
    let context = context(arguments.context.as_deref())?;
    if !arguments.unary && context.as_context().is_none() {
        return Err(WrongUse(format!("the context is a {}; give a JSON object", context.type_name())).into());
    }
    let question = Question {
        text: arguments.expression.as_deref().unwrap_or_default(),
        context,
        mode: arguments.mode.into(),
        unary: arguments.unary,
        environment,
    };
    let answer = question.answer().map_err(|error| {
        let shown = pointed(question.expression(), error.position);
        anyhow::anyhow!("{error}\n{shown}")
    })?;
    for warning in &answer.warnings {
        eprintln!("warning: {warning}\n{}", pointed(question.expression(), warning.position));
    }
    if arguments.json {
        output::json(&answer::json(&answer.value))?;
    } else {
        line(&answer.value);
    }
    Ok(Finding::None)
}

/// The line of a position, and a caret below it.
fn pointed(text: &str, position: Position) -> String {
    let index = |number: u32| usize::try_from(number.saturating_sub(1)).unwrap_or_default();
    let line = text.split('\n').nth(index(position.line)).unwrap_or_default();
    // a tab stays one, so that the caret stands below its character
    let pad: String = line.chars().take(index(position.column)).map(|c| if c == '\t' { c } else { ' ' }).collect();
    format!("  {line}\n  {pad}^")
}

fn context(path: Option<&Path>) -> anyhow::Result<Value> {
    let Some(path) = path else { return Ok(Value::Context(feel::Context::EMPTY)) };
    serde_json::from_str(&crate::input::text(path)?)
        .map_err(|error| WrongUse(format!("{}: the context is no JSON: {error}", path.display())).into())
}

/// The surroundings at a moment, or now.
fn environment(moment: Option<&str>) -> Result<Environment, String> {
    let Some(text) = moment else {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        return Ok(Environment::at(Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))));
    };
    // what is missing is midnight, and UTC
    let timed = if text.contains('T') { text.to_owned() } else { format!("{text}T00:00:00") };
    let offset = offset(&timed);
    let complete = if offset.is_some() { timed } else { format!("{timed}Z") };
    let now: Timestamp = complete
        .parse()
        .map_err(|_| format!("`{}` is no moment such as 2026-11-23T10:00:00Z", text.chars().take(60).collect::<String>()))?;
    Ok(Environment { utc_offset: offset.unwrap_or_default(), ..Environment::at(now) })
}

/// The offset from UTC in seconds with which a moment ends.
fn offset(moment: &str) -> Option<i32> {
    if moment.ends_with(['Z', 'z']) {
        return Some(0);
    }
    let (_, clock) = moment.split_once('T')?;
    let (sign, at) = clock.find(['+', '-']).map(|at| (if clock.as_bytes().get(at) == Some(&b'-') { -1 } else { 1 }, at))?;
    let (hours, minutes) = clock.get(at + 1..)?.split_once(':')?;
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.get(..2)?.parse().ok()?);
    (hours <= 18 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caret_stands_below_its_character() {
        let position = Position::at("a +\n\tüb + c", 11);
        assert_eq!(pointed("a +\n\tüb + c", position), "  \tüb + c\n  \t     ^");
    }

    #[test]
    fn a_moment_may_leave_out_time_and_zone() {
        for (text, millis, offset) in [
            ("2026-11-23T10:00:00Z", 1_795_428_000_000, 0),
            ("2026-11-23T11:00:00+01:00", 1_795_428_000_000, 3600),
            ("2026-11-23T10:00:00", 1_795_428_000_000, 0),
            ("2026-11-23", 1_795_392_000_000, 0),
        ] {
            let environment = environment(Some(text)).unwrap();
            assert_eq!((environment.now.0, environment.utc_offset), (millis, offset), "{text}");
        }
        assert!(environment(Some("tomorrow")).is_err());
    }
}
