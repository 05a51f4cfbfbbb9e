//! What fuzzing found, or may find: each file of the corpus is read in both dialects, evaluated and printed. Nothing panics, and all
//! of it ends.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::Path;

use feel::{Budget, Context, Environment, Expression, Mode, UnaryTests, Value};
use units::Timestamp;

#[test]
fn nothing_in_the_corpus_panics_or_goes_on_for_ever() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let budget = Budget { steps: 20_000, depth: 100, size: 100_000 };
    let environment = Environment { budget, ..Environment::at(Timestamp(1_795_428_000_000)) };
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        for mode in [Mode::Camunda, Mode::Standard] {
            if let Ok(expression) = Expression::parse(&text, mode) {
                let evaluation = expression.evaluate(&Context::EMPTY, &environment);
                assert!(evaluation.used.steps <= budget.steps.saturating_mul(2), "{}", path.display());
                let mut bytes = Vec::new();
                evaluation.value.encode(&mut bytes);
                assert!(!evaluation.value.to_string().is_empty() && Value::decode(&bytes).is_ok(), "{}", path.display());
            }
            if let Ok(tests) = UnaryTests::parse(&text, mode) {
                tests.matches(&Value::from(5), &Context::EMPTY, &environment);
            }
        }
        count += 1;
    }
    assert!(count >= 10, "the corpus is there");
}
