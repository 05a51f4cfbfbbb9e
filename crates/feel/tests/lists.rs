//! Lists, contexts, filters, paths and loops.

mod support;

use support::{nulls, table};

#[test]
fn filters_take_conditions_and_indexes() {
    table(&[
        ("[1, 2, 3][item >= 2]", "[2, 3]"),
        ("[1, 2, 3][2]", "2"),
        ("[1, 2, 3][-1]", "3"),
        ("[1, 2, 3][1 + 1]", "2"),
        ("[1, 2, 3][true]", "[1, 2, 3]"),
        ("100[1]", "100"),
        ("100[false]", "[]"),
        ("[{a: 1}, {a: 2}][a > 1].a", "[2]"),
        ("[{item: 1}, {item: 2}][item >= 2]", "[{item: 2}]"),
        ("[{x: 1}, {y: 2}][y > 1]", "[{y: 2}]"),
        ("[{a: [1, 2]}, {a: [3]}].a", "[[1, 2], [3]]"),
        ("{a: {b: [1, 2]}}.a.b[2]", "2"),
    ]);
    nulls(&[
        ("[1, 2, 3][4]", "there is no item 4 in a list of 3"),
        ("[1, 2, 3][0]", "there is no item 0"),
        ("[1, 2, 3][1.5]", "there is no item 1.5"),
        (r#"[1, 2]["a"]"#, "the filter gives a string, and has to give true, false or an index"),
        ("{a: 1}.b", "the context has no entry `b`"),
    ]);
}

#[test]
fn loops_see_what_is_around_them() {
    table(&[
        ("for x in [1, 2], y in [x, x + 1] return y", "[1, 2, 2, 3]"),
        ("for i in 1..3, j in 1..i return i * j", "[1, 2, 4, 3, 6, 9]"),
        ("for i in 3..1 return i", "[3, 2, 1]"),
        ("for i in -1..1 return i", "[-1, 0, 1]"),
        ("for i in [1..3) return i", "[1, 2]"),
        ("for i in (1..3) return i", "[2]"),
        ("for i in (1..2) return i", "[]"),
        ("for i in 0..4 return if i = 0 then 1 else i * partial[-1]", "[1, 1, 2, 6, 24]"),
        ("for i in 5 return i + 1", "[6]"),
        (r#"for d in @"2021-01-01"..@"2021-01-03" return d.day"#, "[1, 2, 3]"),
        (r#"for d in @"2021-01-02"..@"2021-01-01" return d"#, "[2021-01-02, 2021-01-01]"),
        ("some x in [1, 2], y in [2, 3] satisfies x = y", "true"),
        ("every x in [] satisfies false", "true"),
        ("some x in [1, null] satisfies x > 2", "null"),
        ("9223372036854775806 in (for i in 9223372036854775806..9223372036854775807 return i)", "true"),
    ]);
    nulls(&[
        (r#"for i in "a".."z" return i"#, "only whole numbers and days have a next one"),
        (r#"for i in [@"P1D"..@"P2D"] return i"#, "only whole numbers and days"),
        ("for i in 1.5..3 return i", "1.5 to 3 cannot be run over"),
        ("for i in (> 3) return i", "a range without start or end"),
        ("for i in [2..1] return i", "the range begins at 2"),
        ("for i in null return i", "`i` runs over null"),
        ("some x in null satisfies x", "`x` runs over null"),
        ("every x in [1] satisfies x", "what has to be satisfied is a number"),
    ]);
}

#[test]
fn contexts_see_their_earlier_entries() {
    table(&[
        ("{a: 1, b: a + 1, c: b * 2}.c", "4"),
        (r#"{"a b": 1}.`a b`"#, "1"),
        ("{`a-b`: 1, c: `a-b` + 1}.c", "2"),
        ("{a: 1} = {\"a\": 1}", "true"),
        ("{a: {c: 1, b: 2}} = {a: {b: 2, c: 1}}", "true"),
        ("[1, 2, {a: [3, 4]}] = [1, 2, {a: [3, 4]}]", "true"),
        ("[1] != [2]", "true"),
        ("[] = null", "false"),
        ("[1, 2] in [[1, 2], [3]]", "true"),
        ("1 in [[1]]", "false"),
        ("1 in [[0..2], 5]", "true"),
    ]);
    nulls(&[("{} = []", "a context cannot be compared with a list"), ("[] = 0", "a list cannot be compared")]);
}
