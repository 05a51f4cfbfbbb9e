//! What parse errors say, and what a parsed expression promises.

mod support;

use std::sync::Arc;

use feel::{Context, Expression, Mode, UnaryTests, Value};
use proptest::prelude::*;
use support::{environment, evaluate, refusals, table};

#[test]
fn parse_errors_tell_place_expectation_and_finding() {
    refusals(
        Mode::Camunda,
        &[
            ("1 +", "line 1, column 4: expected a value, a name or an opening bracket, found the end"),
            ("1\n+ * 2", "line 2, column 3: expected a value, a name or an opening bracket, found `*`"),
            ("if a then b", "line 1, column 12: expected `else`, found the end"),
            ("for i [1] return i", "line 1, column 7: expected `in`, found `[`"),
            ("[1, 2", "line 1, column 6: expected `,` or `]`, found the end"),
            ("{a: 1, a: 2}", "line 1, column 9: expected entries of different names, but there are two of `a`, found `:`"),
            ("a b", "line 1, column 3: expected an operator or the end, found `b`"),
            ("1 /* x", "line 1, column 3: expected `*/`, the end of the comment, found the end"),
            ("`a", "line 1, column 1: expected a closing backtick, found the end"),
            ("[1..2", "line 1, column 6: expected `]` or `)`, the end of the range, found the end"),
            ("1 ; 2", "line 1, column 3: expected an expression, found `;`"),
        ],
    );
}

#[test]
fn operators_of_other_languages_are_told_what_they_are_here() {
    refusals(
        Mode::Camunda,
        &[
            ("a && b", "line 1, column 3: expected `and`, found `&&`"),
            ("a || b", "line 1, column 3: expected `or`, found `||`"),
            ("5 == 5", "line 1, column 3: expected `=`, found `==`"),
            ("x <> 1", "line 1, column 3: expected `!=`, found `<>`"),
            ("x => 1", "line 1, column 3: expected `>=`, found `=>`"),
            ("!a", "line 1, column 1: expected the function `not(…)`, found `!`"),
            ("x % 2", "line 1, column 3: expected the function `modulo(…, …)`, found `%`"),
            ("x ^ 2", "line 1, column 3: expected `**`, found `^`"),
            ("'a'", "line 1, column 1: expected a text in double quotation marks, found `'`"),
            ("not true", "line 1, column 5: expected `(`, since `not` is a function: `not(…)`, found `true`"),
            (
                "if not paid then 1 else 2",
                "line 1, column 8: expected `(`, since `not` is a function: `not(…)`, found `paid`",
            ),
        ],
    );
    let error = UnaryTests::parse("== 5", Mode::Camunda).err().map(|error| error.to_string());
    assert_eq!(error.as_deref(), Some("line 1, column 1: expected `=`, found `==`"));
    table(&[("{not: 5, r: not + 1}.r", "6"), ("1 != 2", "true"), ("(function(f: function<>->Any) 1)(null)", "1")]);
}

#[test]
fn the_bare_name_of_a_function_is_told_how_to_call_it() {
    for (expression, reason) in [
        ("now", "there is no variable `now`; `now` is a function: write `now()`"),
        ("today", "there is no variable `today`; `today` is a function: write `today()`"),
        ("count", "there is no variable `count`; `count` is a function: write `count(…)`"),
        ("tomorrow", "there is no variable `tomorrow`"),
    ] {
        assert_eq!(evaluate(expression, Mode::Camunda).warnings[0].reason, reason);
    }
}

#[test]
fn times_without_seconds_are_read_by_camunda_only() {
    for (expression, camunda) in [
        (r#"time("10:30")"#, "10:30:00"),
        (r#"time("10:30+01:00")"#, "10:30:00+01:00"),
        (r#"time("T10:30:00")"#, "10:30:00"),
        (r#"date and time("2026-01-01T10:30")"#, "2026-01-01T10:30:00"),
        (r#"date and time("2026-01-01T10:30Z")"#, "2026-01-01T10:30:00Z"),
    ] {
        assert_eq!(evaluate(expression, Mode::Camunda).value.to_string(), camunda, "{expression}");
        assert_eq!(evaluate(expression, Mode::Standard).value, Value::Null, "{expression}");
    }
    assert_eq!(evaluate(r#"time("10:3")"#, Mode::Camunda).value, Value::Null);
}

#[test]
fn cycles_are_made_of_repetitions_and_an_interval() {
    table(&[
        (r#"cycle(3, duration("PT1H"))"#, "\"R3/PT1H\""),
        (r#"cycle(-1, duration("P1M"))"#, "\"R-1/P1M\""),
        (r#"cycle(null, @"P7D")"#, "\"R/P7D\""),
        (r#"cycle(@"P7D")"#, "\"R/P7D\""),
        (r#"cycle(repetitions: 2, interval: "PT5M")"#, "\"R2/PT5M\""),
        (r#"cycle(3, 5)"#, "null"),
    ]);
}

#[test]
fn comments_and_escapes_are_read() {
    table(&[
        ("1 // one\n + /* two */ 2", "3"),
        (r#""\u00e9\U01F600""#, "\"é😀\""),
        (r#"string length("\n\t\"")"#, "3"),
        ("`true`", "null"),
    ]);
}

#[test]
fn logic_has_three_values() {
    for (one, two, and, or) in [
        ("true", "true", "true", "true"),
        ("true", "false", "false", "true"),
        ("true", "null", "null", "true"),
        ("false", "null", "false", "null"),
        ("null", "null", "null", "null"),
        ("1", "false", "false", "null"),
        ("1", "true", "null", "true"),
    ] {
        table(&[
            (&format!("{one} and {two}"), and),
            (&format!("{two} and {one}"), and),
            (&format!("{one} or {two}"), or),
            (&format!("{two} or {one}"), or),
        ]);
    }
    let warnings = evaluate("1 and true", Mode::Camunda).warnings;
    assert_eq!(warnings[0].to_string(), "line 1, column 3: a number is neither true nor false");
}

#[test]
fn names_of_several_words_are_read_where_they_are_declared() {
    let gives = |text: &str| evaluate(text, Mode::Standard).value.to_string();
    assert_eq!(gives("{order total: 1, a-b: 2, r: order total + a-b}.r"), "3");
    assert_eq!(gives("{🐎: 1, été·2: 2, r: 🐎 + été·2}.r"), "3");
    assert_eq!(gives("for my item in [1, 2] return my item * 2"), "[2, 4]");
    assert_eq!(gives("(function(unit price, q) unit price * q)(2, 3)"), "6");
}

#[test]
fn an_expression_is_shared_between_threads() {
    fn shareable<T: Send + Sync + 'static>() {}
    shareable::<Expression>();
    shareable::<UnaryTests>();
    shareable::<Value>();
    let expression = Expression::parse("for i in 1..100 return i * n", Mode::Camunda).unwrap();
    let shared = Arc::new(expression);
    let threads: Vec<_> = (0..4)
        .map(|n| {
            let expression = shared.clone();
            std::thread::spawn(move || expression.evaluate(&Context::from_iter([("n", n)]), &environment()).value)
        })
        .collect();
    for (n, thread) in threads.into_iter().enumerate() {
        let value = thread.join().unwrap();
        assert_eq!(value.as_list().unwrap().last(), Some(&Value::from(100 * n)));
    }
}

#[test]
fn the_same_surroundings_give_the_same_answer() {
    let expression = Expression::parse("[random number(), now(), today()]", Mode::Camunda).unwrap();
    let once = expression.evaluate(&Context::EMPTY, &environment());
    assert_eq!(expression.evaluate(&Context::EMPTY, &environment()), once);
}

proptest! {
    /// What a value is written as, is an expression that gives it back.
    #[test]
    fn temporal_values_and_numbers_read_back_equal(
        year in -9_999i32..=9_999, month in 1u8..=12, day in 1u8..=28, second in 0u32..86_400, nanosecond in 0u32..1_000_000_000,
        zone in prop_oneof![Just(""), Just("Z"), Just("+05:30"), Just("-11:00"), Just("@Europe/Paris"), Just("@Etc/UTC")],
        months: i32, number: i64, scale in 0u32..20,
    ) {
        let sign = if year < 0 { "-" } else { "" };
        let date = format!("{sign}{:04}-{month:02}-{day:02}", year.abs());
        let fraction = format!(".{nanosecond:09}");
        let clock = format!("{:02}:{:02}:{:02}{fraction}{zone}", second / 3600, second / 60 % 60, second % 60);
        let duration = format!("P{}M", months.unsigned_abs());
        for text in [date.clone(), clock.clone(), format!("{date}T{clock}"), duration, format!("PT{second}{fraction}S")] {
            let value = evaluate(&format!("@\"{text}\""), Mode::Camunda).value;
            prop_assert!(!value.is_null(), "{}", text);
            prop_assert_eq!(&evaluate(&format!("@\"{value}\""), Mode::Camunda).value, &value);
            let mut bytes = Vec::new();
            value.encode(&mut bytes);
            prop_assert_eq!(Value::decode(&bytes).unwrap(), value);
        }
        let value = Value::Number(units::Decimal::new(i128::from(number), scale));
        prop_assert_eq!(evaluate(&value.to_string(), Mode::Camunda).value, value);
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "[\\[\\](){}0-9a-c.,:<>=!+*/@\"`? -]{0,60}") {
        for mode in support::MODES {
            if let Ok(expression) = Expression::parse(&text, mode) {
                expression.evaluate(&Context::EMPTY, &environment());
            }
            let _ = UnaryTests::parse(&text, mode);
        }
    }
}
