//! Any text as an expression and as unary tests, in both dialects, evaluated with a small budget. Nothing may panic, all of
//! it ends, and what is printed and encoded reads back.

#![no_main]

use feel::{Budget, Context, Declared, Environment, Expression, Mode, UnaryTests, Value};
use libfuzzer_sys::fuzz_target;
use units::Timestamp;

fuzz_target!(|text: &str| {
    let budget = Budget { steps: 20_000, depth: 100, size: 100_000 };
    let environment = Environment { budget, ..Environment::at(Timestamp(1_795_428_000_000)) };
    let inner = Context::from_iter([("tier", Value::from("gold")), ("n", Value::from(7))]);
    let variables = Context::from_iter([
        ("x", Value::from(3)),
        ("s", Value::from("a b")),
        ("c", Value::Context(inner)),
        ("l", Value::list([Value::from(1), Value::from("two"), Value::Null])),
    ]);
    let declared = Declared { names: vec!["order total".into(), "a-b".into()], ..Declared::default() };
    for mode in [Mode::Camunda, Mode::Standard] {
        if let Ok(expression) = Expression::parse_in(text, mode, &declared) {
            let value = expression.evaluate(&variables, &environment).value;
            let _ = value.to_string();
            let _ = value.to_json().to_string();
            let mut bytes = Vec::new();
            value.encode(&mut bytes);
            let _ = Value::decode(&bytes);
        }
        if let Ok(tests) = UnaryTests::parse_in(text, mode, &declared) {
            for input in [Value::Null, Value::from(5), Value::from("a b")] {
                let _ = tests.matches(&input, &variables, &environment);
            }
        }
    }
});
