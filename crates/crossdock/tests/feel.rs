//! `crossdock feel` as people and programs use it: the real binary, one expression or many.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use common::{Said, crossdock, run};
use serde_json::{Value, json};

/// Runs the program with this on its standard input.
fn given(arguments: &[&str], input: &str) -> Said {
    let mut child =
        crossdock().args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let said = Said::of(child.wait_with_output().unwrap());
    writer.join().unwrap().unwrap();
    said
}

/// The answers of a batch, a line each.
fn batch(lines: &str) -> Vec<Value> {
    let said = given(&["feel", "--batch"], lines);
    assert_eq!(said.code, 0, "{said:?}");
    said.out.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

#[test]
fn a_value_is_printed_as_feel_or_as_json() {
    let said = run(&["feel", "{a: 0.1 + 0.2, b: [@\"2026-11-23\", \"x\"]}"]);
    assert_eq!((said.code, said.out.as_str()), (0, "{a: 0.3, b: [2026-11-23, \"x\"]}\n"), "{said:?}");
    let said = run(&["feel", "--json", "{a: 0.1 + 0.2, b: [@\"2026-11-23\", \"x\", [1..3], function(x) x]}"]);
    assert_eq!(said.json(), json!({"a": 0.3, "b": ["2026-11-23", "x", "[1..3]", "function(x)"]}), "{said:?}");
    assert_eq!(run(&["feel", "-5 + 2"]).out, "-3\n");
    assert_eq!(run(&["feel", "= 1 + 1"]).out, "2\n", "as it stands in a model");
    assert_eq!(
        run(&["feel", "12345678901234567890123456789012345678", "--json"]).out,
        "12345678901234567890123456789012345678\n"
    );
}

#[test]
fn variables_come_from_a_file_or_from_standard_input() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("context.json");
    std::fs::write(&file, r#"{"total": 1200.50, "customer": {"tier": "gold"}, "order total": 7}"#).unwrap();
    let path = file.to_str().unwrap();
    let condition = "total > 1000 and customer.tier = \"gold\"";
    assert_eq!(run(&["feel", condition, "--context", path]).out, "true\n");
    assert_eq!(given(&["feel", condition, "--context", "-"], r#"{"total": 5}"#).out, "false\n");
    let said = run(&["feel", "order total + 1", "--context", path, "--mode", "standard"]);
    assert_eq!(said.out, "8\n", "names of several words: {said:?}");
    run(&["feel", "1", "--context", "/nowhere.json"]).fails(2, &["/nowhere.json", "No such file"]);
    given(&["feel", "1", "--context", "-"], "{").fails(2, &["the context is no JSON"]);
    given(&["feel", "1", "--context", "-"], "[1]").fails(2, &["give a JSON object"]);
    let long = r#"{"n": 123456789012345678901234567890123456789012345678901234567890}"#;
    given(&["feel", "n", "--context", "-"], long).fails(2, &["too many digits"]);
}

#[test]
fn a_warning_points_to_its_place() {
    let said = run(&["feel", "1 +\n  missing"]);
    assert_eq!((said.code, said.out.as_str()), (0, "null\n"), "{said:?}");
    assert!(
        said.err.contains("warning: line 2, column 3: there is no variable `missing`\n    missing\n    ^\n"),
        "{said:?}"
    );
    let said = run(&["feel", "if a then b"]);
    said.fails(1, &["line 1, column 12: expected `else`, found the end\n  if a then b\n             ^"]);
    assert_eq!(said.out, "");
    run(&["feel"]).fails(2, &["Usage:"]);
    run(&["feel", "1", "--mode", "excel"]).fails(2, &["excel", "camunda"]);
}

#[test]
fn cells_of_tables_are_tried_on_an_input() {
    assert_eq!(given(&["feel", "--unary", "> 5, < 1", "--context", "-"], r#"{"?": 7}"#).out, "true\n");
    assert_eq!(given(&["feel", "--unary", "not(\"a\", \"b\")", "--context", "-"], r#"{"input": "b"}"#).out, "false\n");
    assert_eq!(given(&["feel", "--unary", "? > limit", "--context", "-"], r#"{"?": 7, "limit": 5}"#).out, "true\n");
    let said = run(&["feel", "--unary", "-"]);
    assert_eq!(said.out, "true\n", "{said:?}");
    assert!(said.err.contains("neither `?` nor `input`"), "{said:?}");
}

#[test]
fn the_clock_is_an_argument() {
    let said = run(&["feel", "[now(), today()]", "--now", "2026-11-23T23:30:00-02:00"]);
    assert_eq!(said.out, "[2026-11-23T23:30:00-02:00, 2026-11-23]\n", "{said:?}");
    let twice = [0, 1].map(|_| run(&["feel", "uuid()", "--now", "2026-11-23T10:00:00Z"]).out);
    assert_eq!(twice[0], twice[1], "randomness comes from the moment");
    run(&["feel", "1", "--now", "tomorrow"]).fails(2, &["`tomorrow` is no moment"]);
}

#[test]
fn functions_are_listed() {
    let said = run(&["feel", "--functions"]);
    assert!(said.out.contains("  contains(string: string, match: string) -> boolean\n"), "{said:?}");
    let listed = run(&["feel", "--functions", "--json"]).json();
    let names: Vec<&str> = listed.as_array().unwrap().iter().map(|function| function["name"].as_str().unwrap()).collect();
    for name in ["substring", "context put", "uuid", "date and time", "to json"] {
        assert!(names.contains(&name), "{name}: {names:?}");
    }
}

#[test]
fn a_batch_answers_each_line_and_goes_on_after_a_bad_one() {
    let answers = batch(concat!(
        r#"{"id": 1, "expr": "a + 1", "context": {"a": 1.5}}"#,
        "\n",
        r#"{"id": "two", "expr": "1 +"}"#,
        "\n\n",
        "this is no JSON\n",
        r#"{"id": 4, "expr": "missing"}"#,
        "\n",
        r#"{"id": 5, "expr": "< 10", "unary": true, "context": {"?": 3}}"#,
        "\n",
        r#"{"id": 6, "expr": "> 10", "unary": true, "context": 3}"#,
        "\n",
        r#"{"id": 7, "expr": "now()", "now": "2026-11-23T10:00:00Z"}"#,
        "\n",
        r#"{"id": 8, "expr": "order total * 2", "mode": "standard", "context": {"order total": 4}}"#,
        "\n",
        r#"{"id": 9, "mode": "standard"}"#,
        "\n",
        r#"{"id": 10, "expr": "1", "mode": "excel"}"#,
        "\n",
        r#"{"id": 11, "expr": "1", "context": [1]}"#,
        "\n",
        r#"{"id": {"n": 12}, "expr": "12345678901234567890.123456789012345678 + n", "context": {"n": 0}}"#,
    ));
    let ids: Vec<&Value> = answers.iter().map(|answer| &answer["id"]).collect();
    let null = Value::Null;
    assert_eq!(
        ids,
        [
            &json!(1),
            &json!("two"),
            &null,
            &json!(4),
            &json!(5),
            &json!(6),
            &json!(7),
            &json!(8),
            &json!(9),
            &json!(10),
            &json!(11),
            &json!({"n": 12})
        ]
    );
    assert_eq!(answers[0], json!({"id": 1, "value": 2.5, "warnings": []}));
    let error = |place: usize| answers[place]["error"].as_str().unwrap();
    assert!(error(1).starts_with("line 1, column 4: expected"), "{}", error(1));
    assert!(error(2).starts_with("line 4: no JSON object"), "{}", error(2));
    assert!(answers[3].as_object().unwrap().contains_key("value"));
    assert_eq!(answers[3]["warnings"][0]["reason"], "there is no variable `missing`");
    assert_eq!(answers[3]["warnings"][0]["position"]["column"], 1);
    assert_eq!((&answers[4]["value"], &answers[5]["value"]), (&json!(true), &json!(false)));
    assert_eq!(answers[6]["value"], "2026-11-23T10:00:00Z");
    assert_eq!(answers[7]["value"], 8);
    assert!(error(8).contains("`expr` is missing"), "{}", error(8));
    assert!(error(9).contains("`mode` has to be"), "{}", error(9));
    assert!(error(10).contains("`context` has to be an object"), "{}", error(10));
    assert_eq!(answers[11]["value"].to_string(), "12345678901234567890.123456789012345678");
}

#[test]
fn a_batch_comes_from_a_file_too_and_runs_endless_expressions_to_their_budget() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("questions.jsonl");
    std::fs::write(&file, "{\"id\":1,\"expr\":\"count(for i in 1..1000000000 return i)\"}\n{\"id\":2,\"expr\":\"2\"}\n")
        .unwrap();
    let said = run(&["feel", "--batch", file.to_str().unwrap()]);
    let answers: Vec<Value> = said.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&answers[0]["value"], &answers[1]["value"]), (&Value::Null, &json!(2)), "{said:?}");
    assert!(answers[0]["warnings"][0]["reason"].as_str().unwrap().contains("given up"), "{said:?}");
    run(&["feel", "--batch", "/nowhere.jsonl"]).fails(2, &["/nowhere.jsonl", "No such file"]);
}

#[test]
fn whoever_asks_line_by_line_is_answered_line_by_line() {
    let mut child = crossdock().args(["feel", "--batch"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut answers = BufReader::new(child.stdout.take().unwrap()).lines();
    for number in 1..=3 {
        stdin.write_all(format!("{{\"id\":{number},\"expr\":\"{number} * 2\"}}\n").as_bytes()).unwrap();
        let answer: Value = serde_json::from_str(&answers.next().unwrap().unwrap()).unwrap();
        assert_eq!((&answer["id"], &answer["value"]), (&json!(number), &json!(number * 2)));
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
}
