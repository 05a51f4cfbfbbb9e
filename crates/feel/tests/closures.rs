//! Functions that expressions define, and types.

mod support;

use feel::{Mode, Value};
use support::{evaluate, nulls, refusals, table};

#[test]
fn functions_are_values() {
    table(&[
        ("(function(x, y) x - y)(5, 3)", "2"),
        ("{f: function(a, b) a - b}.f(b: 1, a: 2)", "1"),
        ("{n: 10, f: function(x) function(y) x + y + n}.f(1)(2)", "13"),
        ("{f: function(n) if n = 0 then 1 else n * f(n - 1)}.f(10)", "3628800"),
        ("{apply: function(f, x) f(x), r: apply(function(a) a * 2, 21)}.r", "42"),
        ("(function() 1)()", "1"),
    ]);
    nulls(&[
        ("(function(x) x)(1, 2)", "takes 1 arguments, not 2"),
        ("{f: function(a) a}.f(b: 1)", "the function has no parameter `b`, but `a`"),
        ("{f: 1}.f(2)", "a number is not a function"),
        ("[1, 2](1)", "a list is not a function"),
    ]);
}

#[test]
fn arguments_conform_to_the_types_of_parameters() {
    table(&[
        ("(function(x: number) x + 1)([2])", "3"),
        ("(function(x: list<number>) x)(2)", "[2]"),
        (r#"(function(x: date and time) x)(@"2021-01-01")"#, "2021-01-01T00:00:00Z"),
        ("(function(x: number) x)(null)", "null"),
    ]);
    nulls(&[
        (r#"(function(x: number) x)("a")"#, "the parameter `x` cannot be a string"),
        ("(function(x: list<string>) x)([1])", "the parameter `x` cannot be a list"),
    ]);
}

#[test]
fn built_in_functions_are_values_in_the_standard() {
    let apply = "{apply: function(f, x) f(x), r: apply(abs, -5)}.r";
    assert_eq!(evaluate(apply, Mode::Standard).value, Value::from(5));
    assert!(evaluate("abs", Mode::Camunda).warnings[0].reason.contains("no variable `abs`"));
    // a variable comes first
    assert_eq!(evaluate("{count: 3, r: count + 1}.r", Mode::Standard).value, Value::from(4));
}

#[test]
fn values_are_instances_of_their_types() {
    table(&[
        ("1 instance of number", "true"),
        ("1 instance of Any", "true"),
        ("null instance of Any", "false"),
        ("null instance of Null", "true"),
        (r#"@"2021-01-01" instance of date"#, "true"),
        (r#"@"2021-01-01T00:00:00" instance of date"#, "false"),
        (r#"@"2021-01-01T00:00:00" instance of date and time"#, "true"),
        (r#"@"P1D" instance of days and time duration"#, "true"),
        (r#"@"P1M" instance of years and months duration"#, "true"),
        ("[1, 2] instance of list<number>", "true"),
        (r#"[1, "a"] instance of list<number>"#, "false"),
        ("[1] instance of number", "false"),
        ("{a: 1, b: 2} instance of context<a: number>", "true"),
        ("{a: 1} instance of context<a: number, b: number>", "false"),
        ("{a: null} instance of context<a: string>", "true"),
        ("{a: {b: 1}} instance of context<a: context<b: string>>", "false"),
        ("[1..2] instance of range<number>", "true"),
        ("[1..2] instance of range<string>", "false"),
        ("(function(x: number) x) instance of function<number> -> number", "true"),
        ("(function(x: number) x) instance of function<string> -> number", "false"),
        ("(function() 1) instance of function<number> -> Any", "false"),
        ("(function() 1) instance of function<> -> Any", "true"),
        ("(function() 1) instance of function<> -> string", "false"),
    ]);
    refusals(
        Mode::Camunda,
        &[("1 instance of nmber", "line 1, column 20: expected a type, and `nmber` is none, found the end")],
    );
}

#[test]
fn a_wrong_name_of_an_argument_is_told_with_those_that_there_are() {
    let known = "the parameters of `substring`, `string`, `start position`, `length`";
    refusals(
        Mode::Camunda,
        &[
            (
                r#"substring(string: "abc", start: 2)"#,
                format!("line 1, column 10: expected {known}, found `start`").as_str(),
            ),
            (
                "date(yr: 2020, month: 1, day: 1)",
                "line 1, column 5: expected the parameters of `date`, `from` or `year`, `month`, `day`, found `yr`",
            ),
            (
                r#"date(from: "2020-01-01", month: 1)"#,
                "line 1, column 5: expected the parameters of `date`, `from` or `year`, `month`, `day`, found `from`, `month` together",
            ),
        ],
    );
    let told = evaluate(r#"substring(string: "abc", start: 2)"#, Mode::Standard);
    assert_eq!(told.warnings[0].reason, format!("expected {known}, found `start`"));
}
