//! Any text as an expression and as a cell, in both dialects, evaluated with a small budget. Nothing may panic, all of it
//! ends, and what comes out can be stored and read back.

#![no_main]

use feel::{Budget, Context, Environment, Expression, Mode, UnaryTests, Value};
use libfuzzer_sys::fuzz_target;
use units::Timestamp;

fuzz_target!(|text: &str| {
    let budget = Budget { steps: 20_000, depth: 100, size: 100_000 };
    let environment = Environment { budget, ..Environment::at(Timestamp(0)) };
    let variables = Context::from_iter([("x", Value::from(3)), ("s", Value::from("a"))]);
    for mode in [Mode::Camunda, Mode::Standard] {
        if let Ok(expression) = Expression::parse(text, mode) {
            let value = expression.evaluate(&variables, &environment).value;
            let mut bytes = Vec::new();
            value.encode(&mut bytes);
            assert!(Value::decode(&bytes).is_ok(), "{value} cannot be read back");
        }
        if let Ok(tests) = UnaryTests::parse(text, mode) {
            tests.matches(&Value::from(3), &variables, &environment);
        }
    }
});
