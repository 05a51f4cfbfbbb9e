//! The built-in functions as a whole, held against the lists of DMN 1.5 (10.3.4) and of Camunda's documentation: each of both is here,
//! does in both dialects what an example of it says, and there is none that nobody has documented.

mod support;

use std::collections::BTreeSet;

use support::table;

/// A function, and an example of it.
type Example = (&'static str, &'static str, &'static str);

/// Those of DMN 1.5, 10.3.4, all of which Camunda has as well.
const STANDARD: &[Example] = &[
    // 10.3.4.1 conversion
    ("date", r#"date("2026-11-26")"#, "2026-11-26"),
    ("date and time", r#"date and time(date("2026-11-26"), time("10:30:00"))"#, "2026-11-26T10:30:00"),
    ("time", r#"time(10, 30, 0, duration("PT1H"))"#, "10:30:00+01:00"),
    ("number", r#"number("1 500,5", " ", ",")"#, "1500.5"),
    ("string", "string(1.1)", r#""1.1""#),
    ("duration", r#"duration("P5D")"#, "P5D"),
    ("years and months duration", r#"years and months duration(date("2025-08-26"), date("2026-11-26"))"#, "P1Y3M"),
    // 10.3.4.2 boolean
    ("not", "not(true)", "false"),
    // 10.3.4.3 string
    ("substring", r#"substring("foobar", 3, 3)"#, r#""oba""#),
    ("string length", r#"string length("foo")"#, "3"),
    ("upper case", r#"upper case("aBc4")"#, r#""ABC4""#),
    ("lower case", r#"lower case("aBc4")"#, r#""abc4""#),
    ("substring before", r#"substring before("foobar", "bar")"#, r#""foo""#),
    ("substring after", r#"substring after("foobar", "ob")"#, r#""ar""#),
    ("replace", r#"replace("0123456789", "(\d{3})(\d{3})(\d{4})", "($1) $2-$3")"#, r#""(012) 345-6789""#),
    ("contains", r#"contains("foobar", "of")"#, "false"),
    ("starts with", r#"starts with("foobar", "fo")"#, "true"),
    ("ends with", r#"ends with("foobar", "r")"#, "true"),
    ("matches", r#"matches("foobar", "^fo*bar")"#, "true"),
    ("split", r#"split("John Doe", "\s")"#, r#"["John", "Doe"]"#),
    ("string join", r#"string join(["a", "b", "c"], ", ")"#, r#""a, b, c""#),
    // 10.3.4.4 list
    ("list contains", "list contains([1, 2, 3], 2)", "true"),
    ("list replace", "list replace([2, 4, 7, 8], 3, 6)", "[2, 4, 6, 8]"),
    ("count", "count([1, 2, 3])", "3"),
    ("min", "min(1, 2, 3)", "1"),
    ("max", "max([1, 2, 3])", "3"),
    ("sum", "sum([1, 2, 3])", "6"),
    ("mean", "mean([1, 2, 3])", "2"),
    ("all", "all([true, false])", "false"),
    ("any", "any([false, true])", "true"),
    ("sublist", "sublist([4, 5, 6], 1, 2)", "[4, 5]"),
    ("append", "append([1], 2, 3)", "[1, 2, 3]"),
    ("concatenate", "concatenate([1, 2], [3])", "[1, 2, 3]"),
    ("insert before", "insert before([1, 3], 1, 2)", "[2, 1, 3]"),
    ("remove", "remove([1, 2, 3], 2)", "[1, 3]"),
    ("reverse", "reverse([1, 2, 3])", "[3, 2, 1]"),
    ("index of", "index of([1, 2, 3, 2], 2)", "[2, 4]"),
    ("union", "union([1, 2], [2, 3])", "[1, 2, 3]"),
    ("distinct values", "distinct values([1, 2, 3, 2, 1])", "[1, 2, 3]"),
    ("flatten", "flatten([[1, 2], [[3]], 4])", "[1, 2, 3, 4]"),
    ("product", "product(2, 3, 4)", "24"),
    ("median", "median([6, 1, 2, 3])", "2.5"),
    ("stddev", "stddev(1, 3, 5)", "2"),
    ("mode", "mode([6, 1, 9, 6, 1])", "[1, 6]"),
    // 10.3.4.5 numeric
    ("decimal", "decimal(1/3, 2)", "0.33"),
    ("floor", "floor(-1.56, 1)", "-1.6"),
    ("ceiling", "ceiling(1.5)", "2"),
    ("round up", "round up(5.5, 0)", "6"),
    ("round down", "round down(1.126, 2)", "1.12"),
    ("round half up", "round half up(-5.5, 0)", "-6"),
    ("round half down", "round half down(5.5, 0)", "5"),
    ("abs", "abs(-10)", "10"),
    ("modulo", "modulo(-12, 5)", "3"),
    ("sqrt", "sqrt(16)", "4"),
    ("log", "log(1)", "0"),
    ("exp", "exp(0)", "1"),
    ("odd", "odd(5)", "true"),
    ("even", "even(5)", "false"),
    // 10.3.4.6 date and time, 10.3.4.9 temporal
    ("is", r#"is(date("2026-11-26"), time("23:00:50"))"#, "false"),
    ("day of year", "day of year(date(2026, 9, 17))", "260"),
    ("day of week", "day of week(date(2026, 11, 26))", r#""Thursday""#),
    ("month of year", "month of year(date(2026, 11, 26))", r#""November""#),
    ("week of year", "week of year(date(2026, 1, 1))", "1"),
    // 10.3.4.7 range
    ("before", "before([1..5], [6..10])", "true"),
    ("after", "after([6..10], 5)", "true"),
    ("meets", "meets([1..5], [5..10])", "true"),
    ("met by", "met by([5..10], [1..5])", "true"),
    ("overlaps", "overlaps([1..5], [3..8])", "true"),
    ("overlaps before", "overlaps before([1..5], [3..8])", "true"),
    ("overlaps after", "overlaps after([3..8], [1..5])", "true"),
    ("finishes", "finishes(10, [1..10])", "true"),
    ("finished by", "finished by([1..10], [5..10])", "true"),
    ("includes", "includes([5..10], 6)", "true"),
    ("during", "during(5, [1..10])", "true"),
    ("starts", "starts([1..5], [1..10])", "true"),
    ("started by", "started by([1..10], [1..5])", "true"),
    ("coincides", "coincides([1..5], [1..5])", "true"),
    // 10.3.4.8 sort, 10.3.4.10 context, 10.3.4.11 now and today
    ("sort", "sort([3, 1, 4], function(x, y) x < y)", "[1, 3, 4]"),
    ("get value", r#"get value({key1: "value1"}, "key1")"#, r#""value1""#),
    ("get entries", r#"get entries({a: 1})[1].key"#, r#""a""#),
    ("context", r#"context([{key: "a", value: 1}]).a"#, "1"),
    ("context put", r#"context put({x: 1}, "y", 2).y"#, "2"),
    ("context merge", "context merge([{x: 1}, {x: 2}]).x", "2"),
    ("now", r#"now() = @"2026-11-23T10:00:00Z""#, "true"),
    ("today", "today()", "2026-11-23"),
    // from the text of a range, as the tests of the standard have it
    ("range", r#"5 in range("[1..10]")"#, "true"),
];

/// Those that Camunda adds. A function of a name that the standard does not know breaks no model of the standard.
const CAMUNDA: &[Example] = &[
    ("is defined", "is defined(null)", "false"),
    ("get or else", "get or else(null, 1)", "1"),
    ("assert", "assert(5, true)", "5"),
    ("extract", r#"extract("this is foobar and folbar", "fo[a-z]*")"#, r#"["foobar", "folbar"]"#),
    ("trim", r#"trim("  hello  ")"#, r#""hello""#),
    ("uuid", "string length(uuid())", "36"),
    ("to base64", r#"to base64("FEEL")"#, r#""RkVFTA==""#),
    ("is blank", r#"is blank(" ")"#, "true"),
    ("random number", "random number() < 1", "true"),
    ("and", "and([true, false])", "false"),
    ("or", "or(false, null, true)", "true"),
    ("duplicate values", "duplicate values([1, 2, 3, 2, 1])", "[1, 2]"),
    ("is empty", "is empty([])", "true"),
    ("partition", "partition([1, 2, 3, 4, 5], 2)", "[[1, 2], [3, 4], [5]]"),
    ("last day of month", r#"last day of month(date("2026-02-01"))"#, "2026-02-28"),
    ("from json", r#"from json("{\"a\": 1}").a"#, "1"),
    ("to json", "to json({a: 1})", r#""{\"a\":1}""#),
    ("put", r#"put({x: 1}, "y", 2).y"#, "2"),
    ("put all", "put all({x: 1}, {x: 2}).x", "2"),
    ("cycle", r#"cycle(3, duration("PT1H"))"#, r#""R3/PT1H""#),
    ("fromAi", r#"fromAi(7, "how many", "number")"#, "7"),
];

#[test]
fn every_documented_function_does_in_both_dialects_what_its_example_says() {
    let examples: Vec<(&str, &str)> = STANDARD.iter().chain(CAMUNDA).map(|(_, example, gives)| (*example, *gives)).collect();
    table(&examples);
    for (name, example, _) in STANDARD.iter().chain(CAMUNDA) {
        assert!(example.contains(&format!("{name}(")), "{example} does not call {name}");
    }
}

#[test]
fn there_is_every_documented_function_and_no_other() {
    let documented: BTreeSet<&str> = STANDARD.iter().chain(CAMUNDA).map(|(name, ..)| *name).collect();
    let functions = feel::functions();
    let there: BTreeSet<&str> = functions.iter().map(|function| function.name).collect();
    assert_eq!(documented.difference(&there).collect::<Vec<_>>(), Vec::<&&str>::new(), "missing");
    assert_eq!(there.difference(&documented).collect::<Vec<_>>(), Vec::<&&str>::new(), "not documented");
}
