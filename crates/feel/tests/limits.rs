//! No evaluation hangs, exhausts memory or recurses without bound; nor does parsing.

mod support;

use feel::{Budget, Context, Environment, Expression, Mode, UnaryTests, Value};
use support::environment;

/// It is given up, and the warning says what it used too much of.
fn given_up(expression: &str, what: &str) {
    given_up_within(Budget::default(), expression, what);
}

fn given_up_within(budget: Budget, expression: &str, what: &str) {
    let parsed = Expression::parse(expression, Mode::Camunda).unwrap_or_else(|error| panic!("{expression}: {error}"));
    let evaluation = parsed.evaluate(&Context::EMPTY, &Environment { budget, ..environment() });
    assert_eq!(evaluation.value, Value::Null, "{expression}");
    let reason = format!("given up: the expression needs more than the {what} that it may use; ");
    assert!(evaluation.warnings[0].reason.starts_with(&reason), "{expression}: {:?}", evaluation.warnings);
}

#[test]
fn a_context_of_as_many_entries_as_a_text_may_hold_is_read_and_none_may_come_twice() {
    let entries: String = (0..15_000).map(|at| format!("n{at}:{at},")).collect();
    let parsed = Expression::parse(&format!("{{{entries}last:n14999}}.last"), Mode::Camunda).unwrap();
    assert_eq!(parsed.evaluate(&Context::EMPTY, &environment()).value, Value::from(14_999));
    assert!(parsed.names().is_empty());
    let twice = Expression::parse(&format!("{{{entries}n7:1}}"), Mode::Camunda).unwrap_err();
    assert!(twice.to_string().contains("there are two of `n7`"), "{twice}");
    // each of them is bound until its bracket closes, and free around it
    let parsed = Expression::parse("[{a: b, b: a, c: b}.c, a, {b: 1, c: {b: b, d: b}}, b]", Mode::Camunda).unwrap();
    assert_eq!(parsed.names(), ["b", "a"]);
}

#[test]
fn endless_recursion_is_given_up() {
    given_up("{f: function(x) f(x + 1), r: f(1)}.r", "depth");
    given_up("{f: function(g) g(g), r: f(f)}.r", "depth");
}

#[test]
fn loops_that_are_too_long_are_given_up_without_making_their_range() {
    given_up("for i in 1..1e30 return i", "time");
    given_up("for i in 1..9223372036854775807 return i", "time");
    given_up("some i in 1..1e18 satisfies false", "time");
    given_up(r#"for d in @"-999999999-01-01"..@"999999999-01-01" return 1"#, "time");
    given_up("count(for i in 1..1000, j in 1..1000, k in 1..1000 return 1)", "time");
    given_up("for i in 1..1e9, j in [] return 1", "time");
}

#[test]
fn texts_that_double_are_given_up() {
    given_up("{f: function(t, n) if n = 0 then t else f(t + t, n - 1), r: f(\"aaaaaaaa\", 60)}.r", "memory");
    given_up(
        "{f: function(t, n) if n = 0 then t else f(t + t, n - 1), s: f(\"aaaaaaaa\", 14), r: for i in 1..1000 return s}.r",
        "memory",
    );
}

#[test]
fn a_search_for_a_large_pattern_in_a_long_text_is_given_up_and_one_for_a_small_pattern_is_not() {
    let text = Context::from_iter([("text", "x".repeat(200_000))]);
    let evaluate = |expression: &str| Expression::parse(expression, Mode::Camunda).unwrap().evaluate(&text, &environment());
    let large = evaluate(r#"matches(text, "(x{0,20}){0,50}y")"#);
    assert!(large.failed, "{large:?}");
    let small = evaluate(r#"matches(text, "x{0,20}y")"#);
    assert_eq!((small.value, small.failed), (Value::Bool(false), false));
}

#[test]
fn lists_and_contexts_that_hold_themselves_twice_are_given_up() {
    given_up("{f: function(l, n) if n = 0 then l else f([l, l], n - 1), r: f([1], 90)}.r", "memory");
    given_up("{f: function(l, n) if n = 0 then l else f({a: l, b: l}, n - 1), r: f([1], 90)}.r", "memory");
    given_up("{f: function(l, n) if n = 0 then l else f(concatenate(l, [l], [l]), n - 1), r: f([1], 90)}.r", "memory");
    given_up("{f: function(g, n) if n = 0 then g else f(function() [g, g], n - 1), r: f(1, 105)}.r", "nesting of values");
    given_up("count(for i in 1..100 return [partial])", "memory");
    given_up("count(for i in 1..100000 return partial)", "memory");
}

#[test]
fn values_nest_no_deeper_than_can_be_stored() {
    given_up("{f: function(l, n) if n = 0 then l else f([l], n - 1), r: f(1, 110)}.r", "nesting of values");
    let nested = "{f: function(l, n) if n = 0 then l else f([l], n - 1), r: f(1, 90)}.r";
    let value = Expression::parse(nested, Mode::Camunda).unwrap().evaluate(&Context::EMPTY, &environment()).value;
    let mut bytes = Vec::new();
    value.encode(&mut bytes);
    assert_eq!(Value::decode(&bytes).unwrap(), value);
}

#[test]
fn comparing_large_lists_takes_time_from_the_budget() {
    given_up("{l: for i in 1..10000 return i, r: every i in 1..100000 satisfies l = l}.r", "time");
}

#[test]
fn a_small_budget_is_kept_to() {
    let mut environment = environment();
    environment.budget = Budget { steps: 50, depth: 10, size: 20 };
    let given_up = |text: &str| {
        let evaluation = Expression::parse(text, Mode::Camunda).unwrap().evaluate(&Context::EMPTY, &environment);
        evaluation.warnings.first().is_some_and(|warning| warning.reason.contains("given up"))
    };
    assert!(given_up("for i in 1..100 return i"));
    assert!(given_up("[[[[[[[[[[[[a]]]]]]]]]]]]"));
    assert!(given_up("\"aaaaaaaaaaaa\" + \"aaaaaaaaaaaa\""));
    assert!(!given_up("for i in 1..10 return i"));
}

#[test]
fn a_test_of_a_table_is_within_the_budget_too() {
    let tests = UnaryTests::parse("count(for i in 1..1e18 return i) > ?", Mode::Camunda).unwrap();
    let (passed, warnings) = tests.matches(&Value::from(1), &Context::EMPTY, &environment());
    assert!(!passed && warnings[0].reason.contains("given up"));
}

#[test]
fn long_rows_of_operators_are_flat() {
    let row = |operator: &str, count: usize| vec!["1 = 1"; count].join(operator);
    for operator in [" and ", " or "] {
        let parsed = Expression::parse(&row(operator, 5_000), Mode::Camunda).unwrap();
        assert_eq!(parsed.evaluate(&Context::EMPTY, &environment()).value, Value::Bool(true));
    }
    let sum = vec!["1"; 50_000].join("+");
    let parsed = Expression::parse(&sum, Mode::Camunda).unwrap();
    assert_eq!(parsed.evaluate(&Context::EMPTY, &environment()).value, Value::from(50_000));
}

#[test]
fn what_nests_too_deep_is_refused_with_the_place() {
    let rows = [
        "(".repeat(90_000),
        "-".repeat(90_000),
        "[".repeat(90_000),
        "{a:".repeat(40_000),
        "if ".repeat(40_000),
        "not(".repeat(40_000),
        "function() ".repeat(15_000),
        "for i in ".repeat(15_000),
        "1 in (".repeat(30_000),
        "a instance of ".to_owned() + &"list<".repeat(30_000),
        "a".to_owned() + &".b".repeat(90_000),
        "a".to_owned() + &"[1]".repeat(60_000),
        "a".to_owned() + &"(1)".repeat(60_000),
        "1".to_owned() + &" = 1".repeat(40_000),
        "a".to_owned() + &" in b".repeat(30_000),
    ];
    for text in rows {
        for mode in support::MODES {
            let error = Expression::parse(&text, mode).expect_err("it is too deep");
            assert!(error.expected.contains("levels of nesting"), "{}: {error}", text.get(..20).unwrap_or_default());
        }
    }
    let error = Expression::parse(&" ".repeat(300_000), Mode::Camunda).expect_err("it is too long");
    assert_eq!(error.to_string(), "line 1, column 1: expected at most 200000 bytes, found 300000 bytes");
}

#[test]
fn what_is_copied_is_accounted_for_before_it_is_copied() {
    let often = |list: &str| format!("{{l: for i in 1..100000 return i, r: {list}}}.r");
    given_up(&often(&format!("count(union({}))", vec!["l"; 300].join(","))), "memory");
    let long = |call: &str| format!("{{t: string join(for i in 1..100000 return \"aaaaaaaaaa\"), r: {call}}}.r");
    given_up(&long(&format!("count(append([], {}))", vec!["t"; 20].join(","))), "memory");
    given_up(
        &long("count(insert before(insert before(insert before(insert before([1], 1, t), 1, t), 1, t), 1, t))"),
        "memory",
    );
    given_up(
        "{l: for i in 1..1000 return \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\", r: for i in 1..1000 return string([l, l, l])}.r",
        "memory",
    );
    given_up(
        "{t: string join(for i in 1..1000 return \"aaaaaaaaaa\"), l: [t], r: string(for i in 1..1000 return l)}.r",
        "memory",
    );
    given_up(
        "{t: string join(for i in 1..1000 return \"aaaaaaaaaa\"), l: [t], r: to json(for i in 1..1000 return l)}.r",
        "memory",
    );
}

#[test]
fn functions_that_look_at_every_item_take_time_from_the_budget() {
    let budget = Budget { steps: 60_000, ..Budget::default() };
    for call in
        ["sum(l)", "min(l)", "max(l)", "mean(l)", "median(l)", "stddev(l)", "mode(l)", "product(l)", "index of(l, 0)"]
    {
        given_up_within(budget, &format!("{{l: for i in 1..5000 return 1, r: for i in 1..200 return {call}}}.r"), "time");
    }
    for call in ["all(l)", "any(l)", "string join(l)", "is(l, m)", "list contains([l], m)"] {
        let lists = "l: for i in 1..5000 return null, m: for i in 1..5000 return null";
        given_up_within(budget, &format!("{{{lists}, r: for i in 1..200 return {call}}}.r"), "time");
    }
    given_up_within(
        budget,
        "{l: for i in 1..5000 return i, d: count(distinct values(for i in 1..40 return append(l, i)))}.d",
        "time",
    );
}

#[test]
fn copying_a_long_text_takes_time_from_the_budget() {
    let text = "t: string join(for i in 1..10000 return \"aaaaaaaaaa\")";
    given_up(&format!("{{{text}, r: every i in 1..100000 satisfies t != \"b\"}}.r"), "time");
    given_up(&format!("{{{text}, l: [t], r: every i in 1..100000, x in l satisfies true}}.r"), "time");
}

#[test]
fn finding_an_entry_of_a_large_context_takes_time_from_the_budget() {
    let large = "c: context(for i in 1..3000 return {key: \"k\" + string(i), value: i})";
    given_up(&format!("{{{large}, r: every i in 1..100000 satisfies c.k3000 > 0}}.r"), "time");
}
