//! Prints how long it takes to evaluate and to parse a condition, and to make a decision with a table of 20 rules and 3
//! inputs, hit policy FIRST. `cargo xtask bench feel` runs it; `--json` prints the same for programs. Numbers are for
//! reading, no test looks at them.

use std::fmt::Write as _;
use std::hint::black_box;
use std::io::Write as _;
use std::time::{Duration, Instant};

use dmn::Model;
use feel::{Context, Environment, Expression, Mode, Value};
use serde_json::json;
use units::Timestamp;

/// How long each is measured.
const TIME: Duration = Duration::from_secs(1);
/// Repetitions between two looks at the clock.
const ROUND: u32 = 1_000;
const CONDITION: &str = "total > 1000 and customer.tier = \"gold\"";

/// What was measured, and how long it may take.
struct Figure {
    name: String,
    microseconds: f64,
    target: Option<f64>,
}

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Outcome<()> {
    let mut figures = vec![evaluation()?, parse()?];
    // the first matches, one in the middle, only the last
    for (what, place) in [("first", 0), ("eleventh", 10), ("twentieth", 19)] {
        let tables = [
            ("equality cells", equality()),
            ("two equality columns, one of ranges", ranges()),
            ("three columns of ranges, no column indexed", unindexed()),
        ];
        for (kind, xml) in tables {
            figures.push(decision(&format!("table, {kind}, the {what} rule hits"), &xml, place)?);
        }
    }
    let mut out = std::io::stdout();
    if std::env::args().any(|argument| argument == "--json") {
        let figures: Vec<_> = figures
            .iter()
            .map(|Figure { name, microseconds, target }| json!({ "name": name, "us": microseconds, "target_us": target }))
            .collect();
        writeln!(out, "{}", json!({ "workload": "feel", "figures": figures }))?;
        return Ok(());
    }
    for Figure { name, microseconds, target } in figures {
        let target = target.map(|target| format!("   target {target} µs")).unwrap_or_default();
        writeln!(out, "{name:<68}{microseconds:>9.3} µs{target}")?;
    }
    Ok(())
}

/// Microseconds that one repetition takes.
fn measured(mut repeated: impl FnMut()) -> f64 {
    (0..ROUND).for_each(|_| repeated());
    #[expect(clippy::disallowed_methods, reason = "a bench looks at the clock")]
    let (mut repetitions, began) = (0_u32, Instant::now());
    while began.elapsed() < TIME {
        (0..ROUND).for_each(|_| repeated());
        repetitions += ROUND;
    }
    began.elapsed().as_secs_f64() * 1e6 / f64::from(repetitions)
}

fn evaluation() -> Outcome<Figure> {
    let scope: Context =
        serde_json::from_str(r#"{"id": 7, "total": 1200.50, "customer": {"name": "Ada", "tier": "gold"}}"#)?;
    let (parsed, environment) = (Expression::parse(CONDITION, Mode::Camunda)?, Environment::at(Timestamp(0)));
    let given = parsed.evaluate(&scope, &environment).value;
    if given != Value::from(true) {
        return Err(format!("the condition gave {given}").into());
    }
    let microseconds = measured(|| drop(black_box(parsed.evaluate(black_box(&scope), &environment))));
    Ok(Figure { name: format!("evaluate `{CONDITION}`"), microseconds, target: Some(0.3) })
}

fn parse() -> Outcome<Figure> {
    Expression::parse(CONDITION, Mode::Camunda)?;
    let microseconds = measured(|| drop(black_box(Expression::parse(black_box(CONDITION), Mode::Camunda))));
    Ok(Figure { name: format!("parse `{CONDITION}`"), microseconds, target: Some(5.0) })
}

fn decision(name: &str, xml: &str, place: u32) -> Outcome<Figure> {
    let (model, _) = Model::parse(xml).map_err(|findings| format!("{findings:?}"))?;
    let mut variables = Context::default();
    variables.insert("tier", format!("tier {}", place % 5));
    variables.insert("region", format!("region {}", place / 5));
    variables.insert("total", Value::from(i64::from(place) * 100 + 50));
    let environment = Environment::at(Timestamp(0));
    let given = model.evaluate("discount", &variables, &environment)?.value;
    if given != Value::from(i64::from(place)) {
        return Err(format!("the table gave {given}, not {place}").into());
    }
    let microseconds = measured(|| drop(black_box(model.evaluate("discount", black_box(&variables), &environment))));
    Ok(Figure { name: name.to_owned(), microseconds, target: Some(3.0) })
}

fn equality() -> String {
    table(|place| [tier(place), region(place), "-".to_owned()])
}

fn ranges() -> String {
    table(|place| [tier(place), region(place), range(place)])
}

/// Every cell is looked at until the last column decides.
fn unindexed() -> String {
    table(|place| ["[\"a\"..\"z\"]".to_owned(), "[\"a\"..\"z\"]".to_owned(), range(place)])
}

fn tier(place: u32) -> String {
    format!("\"tier {}\"", place % 5)
}

fn region(place: u32) -> String {
    format!("\"region {}\"", place / 5)
}

fn range(place: u32) -> String {
    format!("[{}..{})", place * 100, place * 100 + 100)
}

fn table(cells: impl Fn(u32) -> [String; 3]) -> String {
    let mut rules = String::new();
    for place in 0..20_u32 {
        let cells: String =
            cells(place).iter().map(|cell| format!("<inputEntry><text>{cell}</text></inputEntry>")).collect();
        // writing to memory does not fail
        let _ = write!(rules, "<rule>{cells}<outputEntry><text>{place}</text></outputEntry></rule>");
    }
    let input = |name: &str| format!("<input><inputExpression><text>{name}</text></inputExpression></input>");
    let inputs = [input("tier"), input("region"), input("total")].concat();
    format!(
        r#"<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="m" name="bench"><decision id="discount">
        <decisionTable hitPolicy="FIRST">{inputs}<output name="discount"/>{rules}</decisionTable></decision></definitions>"#
    )
}
