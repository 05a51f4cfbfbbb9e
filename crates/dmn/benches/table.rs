//! Prints how long one evaluation of a decision table of 20 rules and 3 inputs takes, hit policy FIRST. Numbers are for
//! reading, no test looks at them.

use std::fmt::Write as _;
use std::hint::black_box;
use std::io::Write as _;
use std::time::{Duration, Instant};

use dmn::Model;
use feel::{Context, Environment, Value};
use units::Timestamp;

/// How long each table is measured.
const TIME: Duration = Duration::from_secs(1);
/// Evaluations between two looks at the clock.
const ROUND: u32 = 1_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut out = std::io::stdout();
    // the first matches, one in the middle, only the last
    for (what, place) in [("first", 0), ("eleventh", 10), ("twentieth", 19)] {
        let tables = [
            ("equality cells", equality()),
            ("two equality columns, one of ranges", ranges()),
            ("three columns of ranges, no column indexed", unindexed()),
        ];
        for (kind, xml) in tables {
            let (model, _) = Model::parse(&xml).map_err(|findings| format!("{findings:?}"))?;
            let mut variables = Context::default();
            variables.insert("tier", format!("tier {}", place % 5));
            variables.insert("region", format!("region {}", place / 5));
            variables.insert("total", Value::from(i64::from(place) * 100 + 50));
            let environment = Environment::at(Timestamp(0));
            let given = model.evaluate("discount", &variables, &environment)?.value;
            if given != Value::from(place) {
                return Err(format!("the table gave {given}, not {place}").into());
            }
            #[expect(clippy::disallowed_methods, reason = "a bench looks at the clock")]
            let (mut evaluations, began) = (0_u32, Instant::now());
            while began.elapsed() < TIME {
                for _ in 0..ROUND {
                    black_box(model.evaluate("discount", black_box(&variables), &environment)?);
                }
                evaluations += ROUND;
            }
            let each = began.elapsed().as_secs_f64() * 1e6 / f64::from(evaluations);
            writeln!(out, "20 rules, 3 inputs, {kind}, the {what} rule hits: {each:.3} µs")?;
        }
    }
    Ok(())
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
