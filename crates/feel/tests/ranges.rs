//! Ranges in every form, and the functions that tell how points and ranges lie.

mod support;

use support::{nulls, table};

#[test]
fn every_form_of_brackets_is_read() {
    table(&[
        ("[1..10]", "[1..10]"),
        ("(1..10]", "(1..10]"),
        ("]1..10]", "(1..10]"),
        ("[1..10)", "[1..10)"),
        ("[1..10[", "[1..10)"),
        ("]1..10[ = (1..10)", "true"),
        ("[1..[1, 2][2]]", "[1..2]"),
        ("5 in ]5..10] or 10 in ]5..10[", "false"),
        ("(< 10)", "(< 10)"),
        ("(>= 10)", "(>= 10)"),
        ("(= 10)", "(= 10)"),
        ("(!= 10)", "(!= 10)"),
        (r#"["a".."c"]"#, r#"["a".."c"]"#),
    ]);
}

#[test]
fn properties_tell_the_ends() {
    table(&[
        ("[1..10[.start included", "true"),
        ("[1..10[.end included", "false"),
        ("[1..10].start", "1"),
        ("(< 10).start", "null"),
        ("(< 10).end", "10"),
        ("(<= 10).end included", "true"),
        ("(< 10).start included", "false"),
        ("(= 10).start", "10"),
        ("{r: (1..2], x: r.start included}.x", "false"),
    ]);
}

#[test]
fn membership_follows_the_ends() {
    table(&[
        ("1 in (1..3)", "false"),
        ("3 in (1..3]", "true"),
        ("5 in (< 5)", "false"),
        ("5 in (<= 5)", "true"),
        ("5 in (!= 5)", "false"),
        ("6 in (!= 5)", "true"),
        ("{r: (= [1, 2]), x: [1, 2] in r}.x", "true"),
        ("{r: (!= \"a\"), x: \"a\" in r}.x", "false"),
        ("5 in not(1, 2)", "true"),
        ("5 in not([1..10])", "false"),
        ("5 in (> 10, 5)", "true"),
        ("5 in ([1..2], [4..6])", "true"),
        (r#"@"2021-05-01" in [@"2021-01-01"..@"2021-12-31"]"#, "true"),
    ]);
}

#[test]
fn ranges_are_equal_if_they_are_written_with_the_same_ends() {
    table(&[
        ("[1..10] = [1..10]", "true"),
        ("(< 10) = (< 10)", "true"),
        ("(= 10) = [10..10]", "false"),
        ("(= 10) = (= 10)", "true"),
        ("(< 10) = (null..10)", "false"),
        ("[1..2] = null", "false"),
    ]);
}

#[test]
fn what_is_no_range_is_null_and_says_why() {
    nulls(&[
        ("[5..1]", "the range begins at 5, after its end at 1"),
        (r#"[1.."a"]"#, "a range from a number to a string has no order"),
        ("[[1]..[2]]", "a list cannot be an end of a range"),
        ("[null..1]", "an end of the range is null"),
        (r#""a" in (1, > 2)"#, "cannot be compared with"),
        (r#""a" in (1, 2)"#, "a string cannot be compared with what it is tested for"),
        ("1 in [2..null]", "an end of the range is null"),
    ]);
}

#[test]
fn a_text_is_read_as_a_range_of_literals() {
    table(&[
        (r#"range("[18..21)")"#, "[18..21)"),
        (r#"range("]18..21[") = (18..21)"#, "true"),
        (r#"range(" [ 1 .. 3 ] ")"#, "[1..3]"),
        (r#"range(from: "[\"a\"..\"c\"]")"#, r#"["a".."c"]"#),
        (r#"range("[@\"P1D\"..duration(\"P2D\")]")"#, "[P1D..P2D]"),
        (r#"range("[date(\"1970-01-01\")..date(\"1970-01-02\")]")"#, "[1970-01-01..1970-01-02]"),
    ]);
    nulls(&[
        (r#"range("[1..]")"#, "has to have both ends"),
        (r#"range(">=10")"#, "is no range"),
        (r#"range("")"#, "is no range"),
        (r#"range("[3..1]")"#, "after its end"),
        (r#"range("[1..\"b\"]")"#, "has no order"),
        (r#"range("[date(x)..date(y)]")"#, "both ends have to be literals"),
        (r#"range("[1 + 1..3]")"#, "both ends have to be literals"),
        ("range([1..3])", "string"),
    ]);
}

/// The relations of points and ranges of DMN 1.5, table 78, example by example.
#[test]
fn relations_tell_how_points_and_ranges_lie() {
    table(&[
        ("before(1, 10)", "true"),
        ("before(10, 1)", "false"),
        ("before(1, [1..10])", "false"),
        ("before(1, (1..10])", "true"),
        ("before([1..10], 10)", "false"),
        ("before([1..10), 10)", "true"),
        ("before([1..10], [10..20])", "false"),
        ("before([1..10), [10..20])", "true"),
        ("before([1..10], (10..20])", "true"),
        ("after(12, [1..10])", "true"),
        ("after(10, [1..10))", "true"),
        ("after([11..20], [1..11))", "true"),
        ("after([11..20], [1..11])", "false"),
        ("meets([1..5], [5..10])", "true"),
        ("meets([1..5), [5..10])", "false"),
        ("meets([1..5], (5..10])", "false"),
        ("met by([5..10], [1..5])", "true"),
        ("met by([5..10], [1..5))", "false"),
        ("overlaps([1..5], [3..8])", "true"),
        ("overlaps([3..8], [1..5])", "true"),
        ("overlaps([1..5], [5..8])", "true"),
        ("overlaps([1..5], (5..8])", "false"),
        ("overlaps([1..5), [5..8])", "false"),
        ("overlaps([1..5], [6..8])", "false"),
        ("overlaps before([1..5], [3..8])", "true"),
        ("overlaps before([1..5], [5..8])", "true"),
        ("overlaps before([1..5), [5..8])", "false"),
        ("overlaps before([1..5), (1..5])", "true"),
        ("overlaps before([1..5], (1..5])", "true"),
        ("overlaps before([1..5], [1..5])", "false"),
        ("overlaps after([3..8], [1..5])", "true"),
        ("overlaps after((1..5], [1..5))", "true"),
        ("overlaps after([1..5], [1..5])", "false"),
        ("finishes(10, [1..10])", "true"),
        ("finishes(10, [1..10))", "false"),
        ("finishes([5..10], [1..10])", "true"),
        ("finishes([5..10), [1..10])", "false"),
        ("finishes((1..10], [1..10])", "true"),
        ("finished by([1..10], 10)", "true"),
        ("finished by([1..10], (1..10])", "true"),
        ("includes([1..10], 5)", "true"),
        ("includes([1..10), 10)", "false"),
        ("includes([1..10], [4..6])", "true"),
        ("includes((1..10], (1..10])", "true"),
        ("includes([1..10), [1..10])", "false"),
        ("during(5, [1..10])", "true"),
        ("during([4..6], [1..10))", "true"),
        ("during(1, (1..10])", "false"),
        ("starts(1, [1..10])", "true"),
        ("starts(1, (1..10])", "false"),
        ("starts([1..5], [1..10])", "true"),
        ("starts((1..5], [1..10])", "false"),
        ("starts([1..10), [1..10])", "true"),
        ("started by([1..10], 1)", "true"),
        ("started by([1..10], [1..10))", "true"),
        ("coincides(5, 5)", "true"),
        ("coincides([1..5], [1..5])", "true"),
        ("coincides((1..5), [1..5])", "false"),
        ("before((< 5), 5)", "true"),
        ("includes((> 5), [6..7])", "true"),
        ("overlaps((< 5), (> 4))", "true"),
        ("coincides((< 5), (< 5))", "true"),
        ("meets((< 5), (> 5))", "false"),
        (r#"before(@"2021-01-01", [@"2021-02-01"..@"2021-03-01"])"#, "true"),
        ("includes(range: [1..5], point: 2)", "true"),
    ]);
    nulls(&[
        (r#"before("a", 1)"#, "a string cannot be compared with a number"),
        ("meets(1, [1..2])", "has to be a range"),
        ("coincides(1, [1..1])", "both arguments have to be ranges, or both points"),
        ("before(null, 1)", "has to be a point or a range"),
        ("includes((!= 5), 1)", "neither start nor end"),
    ]);
}

#[test]
fn a_bracket_that_may_close_a_range_or_begin_a_filter_is_told_without_trying() {
    table(&[("[1..2[ = [1..2)", "true"), ("[1..[3][1][", "[1..3)"), ("[1..[3][1]]", "[1..3]")]);
    // trying both would take longer with each bracket, twice as long
    let text = format!("{}1{}", "[1..".repeat(60), "[".repeat(60));
    assert!(feel::Expression::parse(&text, feel::Mode::Camunda).is_err());
}
