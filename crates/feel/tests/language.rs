//! The language, expression by expression: what each gives, and why it gives null.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use feel::{Budget, Context, Environment, Expression, Mode, UnaryTests, Value};
use units::Timestamp;

fn environment() -> Environment {
    // 2026-11-23T10:00:00Z
    Environment::at(Timestamp(1_795_428_000_000))
}

fn scope() -> Context {
    let json = r#"{"a": 1, "total": 1200.50, "customer": {"tier": "gold", "name": "Ada"}, "tags": ["x", "y"],
        "lines": [{"item": "A", "quantity": 2}, {"item": "B", "quantity": 5}], "nothing": null}"#;
    serde_json::from_str(json).unwrap()
}

fn gives(expression: &str, expected: &str) {
    let parsed = Expression::parse(expression, Mode::Camunda).unwrap_or_else(|error| panic!("{expression}: {error}"));
    let evaluation = parsed.evaluate(&scope(), &environment());
    assert_eq!(evaluation.value.to_string(), expected, "{expression}: {:?}", evaluation.warnings);
}

/// It gives null, and the first warning says why.
fn is_null(expression: &str, why: &str) {
    let parsed = Expression::parse(expression, Mode::Camunda).unwrap_or_else(|error| panic!("{expression}: {error}"));
    let evaluation = parsed.evaluate(&scope(), &environment());
    assert_eq!(evaluation.value, Value::Null, "{expression}");
    let first = evaluation.warnings.first().map(|warning| warning.reason.to_string()).unwrap_or_default();
    assert!(first.contains(why), "{expression}: {first}");
}

#[test]
fn numbers_are_exact() {
    gives("0.1 + 0.2", "0.3");
    gives("10 / 4", "2.5");
    gives("2 ** 10", "1024");
    gives("-2 ** 2", "4");
    gives("9999999999999999999999999999999999 + 1", "10000000000000000000000000000000000");
    gives("2 + 3 * 4 - 1", "13");
    gives("(2 + 3) * 4", "20");
    gives("1.50 = 1.5", "true");
}

#[test]
fn a_null_that_stems_from_a_problem_says_why() {
    is_null("1 / 0", "division by zero");
    is_null("unknown", "no variable `unknown`");
    is_null("1 + \"a\"", "a number and a string cannot be added");
    is_null("customer.age", "no entry `age`");
    is_null("a < \"x\"", "cannot be compared");
    is_null("date(\"2026-02-30\")", "not a date");
    is_null("tags[5]", "no item 5 in a list of 2");
    is_null("nothing.name", "`name` of null");
}

#[test]
fn logic_has_three_values() {
    gives("true and false", "false");
    gives("null and false", "false");
    gives("null or true", "true");
    gives("not(a = 1)", "false");
    gives("a = null", "false");
    gives("nothing = null", "true");
    gives("nothing != null and nothing.name = 1", "false");
}

#[test]
fn variables_and_paths_are_read() {
    gives("total > 1000 and customer.tier = \"gold\"", "true");
    gives("lines.quantity", "[2, 5]");
    gives("lines[quantity > 3].item", "[\"B\"]");
    gives("lines[1].item", "\"A\"");
    gives("lines[-1].item", "\"B\"");
    gives("lines[item = \"A\"][1].quantity", "2");
    gives("tags[item != \"x\"]", "[\"y\"]");
    gives("`a` + 1", "2");
    gives("{x: 1, y: x + 1}.y", "2");
}

#[test]
fn conditions_and_loops_are_evaluated() {
    gives("if a = 1 then \"one\" else \"other\"", "\"one\"");
    gives("for i in 1..3 return i * i", "[1, 4, 9]");
    gives("for i in 3..1 return i", "[3, 2, 1]");
    gives("for x in [1, 2], y in [10, 20] return x + y", "[11, 21, 12, 22]");
    gives("for i in 1..5 return if i = 1 then 1 else i * partial[-1]", "[1, 2, 6, 24, 120]");
    gives("some l in lines satisfies l.quantity > 4", "true");
    gives("every l in lines satisfies l.quantity > 4", "false");
    gives("sum(for l in lines return l.quantity)", "7");
}

#[test]
fn membership_is_tested() {
    gives("5 in [1..10]", "true");
    gives("5 in (5..10]", "false");
    gives("5 in ]5..10]", "false");
    gives("5 in (> 3, < 1)", "true");
    gives("\"a\" in [\"a\", \"b\"]", "true");
    gives("5 in (1, 2, 5)", "true");
    gives("total between 1000 and 2000", "true");
    gives("a instance of number", "true");
    gives("tags instance of list<string>", "true");
    gives("@\"2026-11-23\" instance of date and time", "false");
}

#[test]
fn functions_close_over_what_is_around_them() {
    gives("{add: function(x, y) x + y, r: add(1, 2)}.r", "3");
    gives("{n: 10, f: function(x) x + n, r: f(1)}.r", "11");
    gives("{f: function(n) if n < 2 then 1 else n * f(n - 1), r: f(10)}.r", "3628800");
    gives("{f: function(x, y) x - y, r: f(y: 1, x: 5)}.r", "4");
    gives("sort([3, 1, 2], function(x, y) x < y)", "[1, 2, 3]");
}

#[test]
fn dates_and_durations_are_computed() {
    gives("now()", "2026-11-23T10:00:00Z");
    gives("today()", "2026-11-23");
    gives("now() + duration(\"PT1H\")", "2026-11-23T11:00:00Z");
    gives("date and time(\"2026-11-23T00:00:00Z\") < now()", "true");
    gives("@\"2026-01-31\" + @\"P1M\"", "2026-02-28");
    gives("@\"2026-03-01\" - @\"2026-02-01\"", "P28D");
    gives("@\"2026-11-23T10:00:00Z\" - @\"2026-11-23T10:00:00+01:00\"", "PT1H");
    gives("date(\"2026-11-23\").weekday", "1");
    gives("day of week(today())", "\"Monday\"");
    gives("duration(\"P1DT2H\").hours", "2");
    gives("duration(\"PT1H\") * 3", "PT3H");
    gives("last day of month(today())", "2026-11-30");
    gives("years and months duration(@\"2024-02-29\", @\"2026-02-28\")", "P1Y11M");
}

#[test]
fn texts_and_lists_are_worked_on() {
    gives("\"a\" + \"b\"", "\"ab\"");
    gives("substring(\"foobar\", 3, 3)", "\"oba\"");
    gives("substring(\"foobar\", -2)", "\"ar\"");
    gives("upper case(\"a\") + string(12.0)", "\"A12\"");
    gives("string join([\"a\", null, \"b\"], \"-\")", "\"a-b\"");
    gives("count(tags)", "2");
    gives("max(1, 5, 3)", "5");
    gives("mean([1, 2, 6])", "3");
    gives("decimal(2.5, 0)", "2");
    gives("round half up(2.5, 0)", "3");
    gives("concatenate([1], [2, 3])", "[1, 2, 3]");
    gives("flatten([1, [2, [3]]])", "[1, 2, 3]");
    gives("distinct values([1, 2, 1])", "[1, 2]");
    gives("get value({a: {b: 2}}, [\"a\", \"b\"])", "2");
    gives("context merge({a: 1}, {b: 2})", "{a: 1, b: 2}");
    gives("is defined(nothing)", "false");
    gives("is defined(tags)", "true");
    gives("is defined(unknown.x)", "false");
    gives("get or else(nothing, 5)", "5");
    gives("modulo(-5, 3)", "1");
    gives("substring(start position: 2, string: \"abc\")", "\"bc\"");
}

#[test]
fn nothing_hangs_or_exhausts_memory() {
    let scope = scope();
    let mut environment = environment();
    environment.budget = Budget { steps: 100_000, depth: 200, size: 100_000 };
    for endless in [
        "count(for i in 1..100000000 return i)",
        "{f: function(x) f(x + 1), r: f(1)}.r",
        "count(for i in 1..1000, j in 1..1000 return i)",
        "{s: function(t, n) if n = 0 then t else s(t + t, n - 1), r: s(\"aaaa\", 60)}.r",
    ] {
        let evaluation = Expression::parse(endless, Mode::Camunda).unwrap().evaluate(&scope, &environment);
        assert_eq!(evaluation.value, Value::Null, "{endless}");
        assert!(evaluation.warnings[0].reason.contains("given up"), "{endless}: {:?}", evaluation.warnings);
    }
}

#[test]
fn cells_of_tables_test_their_input() {
    let passes = |cell: &str, input: Value| {
        let tests = UnaryTests::parse(cell, Mode::Camunda).unwrap_or_else(|error| panic!("{cell}: {error}"));
        tests.matches(&input, &scope(), &environment()).0
    };
    assert!(passes("-", Value::Null));
    assert!(passes("\"a\", \"b\"", Value::from("b")));
    assert!(!passes("not(\"a\", \"b\")", Value::from("b")));
    assert!(passes("> 5", Value::from(6)));
    assert!(!passes("> 5", Value::Null));
    assert!(passes("[1..10)", Value::from(1)));
    assert!(!passes("[1..10)", Value::from(10)));
    assert!(passes("? > a", Value::from(2)));
    assert!(passes("-5", Value::from(-5)));
    assert!(passes("true", Value::from(true)));
    assert!(!passes("false", Value::from(true)));
    assert!(passes("null", Value::Null));
    for input in [Value::Null, Value::from("x"), Value::from(5)] {
        assert!(!passes("true", input.clone()) && !passes("true, 7", input.clone()), "{input}");
        assert!(passes("not(true)", input.clone()), "{input}");
    }
    assert!(passes("1 < 2", Value::Null), "a condition that does not look at the input");
    assert!(passes("< 1, > 10", Value::from(11)));
    assert!(passes("tags", Value::from("x")));
}

#[test]
fn a_condition_on_the_input_is_met_only_where_it_is_true() {
    for mode in [Mode::Camunda, Mode::Standard] {
        let told = |cell: &str, input: Value| {
            let tests = UnaryTests::parse(cell, mode).unwrap_or_else(|error| panic!("{cell}: {error}"));
            tests.matches(&input, &scope(), &environment())
        };
        for cell in [
            "? > 3 and ? < 10",
            "string length(?) > 3",
            "contains(?, \"x\")",
            "? > a",
            "not(? > 3)",
            "some i in [1, 2] satisfies i > ?",
            "?",
        ] {
            let (passes, warnings) = told(cell, Value::Null);
            assert!(!passes, "{mode:?} {cell}");
            assert!(!warnings.is_empty(), "{mode:?} {cell}");
        }
        let (passes, warnings) = told("string length(?)", Value::from(3));
        assert!(!passes);
        assert!(warnings[0].reason.contains("string length: `string`"), "{warnings:?}");
        let (passes, warnings) = told("? - 0", Value::from(3));
        assert!(!passes);
        assert!(warnings[0].reason.contains("has to be true or false, and is a number"), "{warnings:?}");
        assert!(told("? = null", Value::Null).0, "what can be computed holds for null, too");
        assert!(told("get or else(?, 5) > 3", Value::Null).0);
    }
}

#[test]
fn after_in_a_list_of_the_input_is_looked_through() {
    let passes = |cell: &str, input: &str| {
        let input = Expression::parse(input, Mode::Camunda).unwrap().evaluate(&scope(), &environment()).value;
        UnaryTests::parse(cell, Mode::Camunda).unwrap().matches(&input, &scope(), &environment()).0
    };
    assert!(passes("\"a\" in ?", "[\"a\"]") && !passes("\"z\" in ?", "[\"a\"]"));
    assert!(passes("\"a\" in (?)", "[\"a\"]") && !passes("\"z\" in (?)", "[\"a\"]"));
    assert!(passes("3 in ?.days", "{days: [3]}") && !passes("4 in ?.days", "{days: [3]}"));
    assert!(passes("3 in [1..?]", "3") && !passes("3 in [1..?]", "2"));
    // what stands before `in` is what a condition after it calls so
    gives("5 in (? > 3)", "true");
    gives("5 in (? > 7, < 6)", "true");
    gives("5 in (? > 7)", "false");
    is_null("null in (? > 3)", "cannot be compared");
    assert_eq!(Expression::parse("5 in (? > x)", Mode::Camunda).unwrap().names(), ["x"]);
}

#[test]
fn a_cell_may_begin_with_the_function_not() {
    for mode in [Mode::Camunda, Mode::Standard] {
        let tests = UnaryTests::parse("not(is blank(?)) and string length(?) > 3", mode).unwrap();
        let passes = |input: &str| tests.matches(&Value::from(input), &scope(), &environment()).0;
        assert!(passes("abcd") && !passes("abc") && !passes("    "));
        let error = UnaryTests::parse("not(1) and", mode).err().unwrap().to_string();
        assert!(error.starts_with("line 1, column 11: expected a value"), "{error}");
    }
}

#[test]
fn json_keeps_every_digit() {
    let json = r#"{"big":12345678901234567890123456789012345678,"small":0.10,"list":[1,2.5,"x",null,true]}"#;
    let context: Context = serde_json::from_str(json).unwrap();
    assert_eq!(context.to_json().to_string(), json.replace("0.10", "0.1"));
}
