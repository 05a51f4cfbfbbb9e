//! Any text as a model; if it is one, every decision of it with a small budget. Nothing may panic, and all of it ends.

#![no_main]

use dmn::Model;
use feel::{Budget, Context, Environment, Value};
use libfuzzer_sys::fuzz_target;
use units::Timestamp;

fuzz_target!(|text: &str| {
    let Ok((model, _)) = Model::parse(text) else { return };
    let _ = model.check();
    let budget = Budget { steps: 20_000, depth: 100, size: 100_000 };
    let environment = Environment { budget, ..Environment::at(Timestamp(0)) };
    let variables = Context::from_iter([("x", Value::from(3)), ("s", Value::from("a"))]);
    for decision in model.decision_ids() {
        let _ = model.explain(decision, &variables, &environment);
    }
});
