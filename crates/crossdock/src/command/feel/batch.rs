//! Many questions: a line of JSON each, and a line of JSON for each answer.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use anyhow::Context as _;
use feel::{Environment, Mode, Value, Warning};
use serde::Serialize;

use super::answer::{Question, json};
use crate::output::{Finding, WrongUse};

/// How long a line may be, in bytes.
const MAX_LINE: u64 = 64 << 20;

#[derive(Serialize)]
struct Reply {
    id: serde_json::Value,
    #[serde(flatten)]
    outcome: Outcome,
    warnings: Vec<Warning>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Value(serde_json::Value),
    Error(String),
}

/// What a line does not say.
struct Usual {
    mode: Mode,
    unary: bool,
    environment: Environment,
}

/// Answers line by line. A line that cannot be read is answered with an error, and the next one is taken.
pub(super) fn run(path: &Path, mode: Mode, unary: bool, environment: Environment) -> anyhow::Result<Finding> {
    let usual = Usual { mode, unary, environment };
    if path == Path::new("-") {
        answer(io::stdin().lock(), &usual)
    } else {
        let file = File::open(path).map_err(|error| WrongUse(format!("read {}: {error}", path.display())))?;
        answer(file, &usual)
    }
}

fn answer(input: impl io::Read, usual: &Usual) -> anyhow::Result<Finding> {
    let mut lines = BufReader::with_capacity(1 << 16, input);
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let mut bytes = Vec::new();
    for number in 1_u64.. {
        bytes.clear();
        let read = io::Read::take(&mut lines, MAX_LINE).read_until(b'\n', &mut bytes).context("read the next line")?;
        if read == 0 {
            break;
        }
        if bytes.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let reply = reply(&bytes, usual).unwrap_or_else(|(id, error)| {
            let outcome = Outcome::Error(format!("line {number}: {error}"));
            Reply { id, outcome, warnings: Vec::new() }
        });
        let written = serde_json::to_writer(&mut out, &reply).map_err(io::Error::from).and_then(|()| out.write_all(b"\n"));
        // whoever asks line by line waits for the answer before the next question
        let written = if lines.buffer().is_empty() { written.and_then(|()| out.flush()) } else { written };
        match written {
            Ok(()) => {}
            // whoever read the answers has gone away
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(Finding::None),
            Err(error) => return Err(error).context("write an answer"),
        }
    }
    match out.flush() {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error).context("write the answers"),
        _ => Ok(Finding::None),
    }
}

type Refused = (serde_json::Value, String);

fn reply(line: &[u8], usual: &Usual) -> Result<Reply, Refused> {
    let mut asked: serde_json::Map<String, serde_json::Value> =
        serde_json::from_slice(line).map_err(|error| (serde_json::Value::Null, format!("no JSON object: {error}")))?;
    let id = asked.remove("id").unwrap_or_default();
    match question(&asked, usual) {
        Ok(question) => Ok(match question.answer() {
            Ok(answer) => Reply { id, outcome: Outcome::Value(json(&answer.value)), warnings: answer.warnings },
            Err(error) => Reply { id, outcome: Outcome::Error(error.to_string()), warnings: Vec::new() },
        }),
        Err(reason) => Err((id, reason)),
    }
}

fn question<'a>(asked: &'a serde_json::Map<String, serde_json::Value>, usual: &Usual) -> Result<Question<'a>, String> {
    use serde_json::Value as Json;
    let given = |name: &str| asked.get(name).filter(|value| !value.is_null());
    let text = match given("expr") {
        Some(Json::String(text)) => text,
        Some(other) => return Err(format!("`expr` has to be a string, and is {other}")),
        None => return Err("`expr` is missing".into()),
    };
    let mode = match given("mode").map(|mode| (mode, mode.as_str())) {
        None => usual.mode,
        Some((_, Some("camunda"))) => Mode::Camunda,
        Some((_, Some("standard"))) => Mode::Standard,
        Some((other, _)) => return Err(format!("`mode` has to be \"camunda\" or \"standard\", and is {other}")),
    };
    let unary = match given("unary") {
        None => usual.unary,
        Some(Json::Bool(unary)) => *unary,
        Some(other) => return Err(format!("`unary` has to be true or false, and is {other}")),
    };
    let environment = match given("now") {
        None => usual.environment,
        Some(Json::String(moment)) => super::environment(Some(moment)).map_err(|error| format!("`now`: {error}"))?,
        Some(other) => return Err(format!("`now` has to be a string, and is {other}")),
    };
    let context = match given("context") {
        None => Value::Context(feel::Context::EMPTY),
        Some(context) => Value::from_json(context).map_err(|error| format!("`context`: {error}"))?,
    };
    if !unary && context.as_context().is_none() {
        return Err(format!("`context` has to be an object, and is a {}", context.type_name()));
    }
    Ok(Question { text, context, mode, unary, environment })
}
