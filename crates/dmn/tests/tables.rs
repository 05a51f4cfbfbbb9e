//! Decision tables by hit policy, requirement graphs, and what is refused.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use dmn::{EvaluateError, Model};
use feel::{Context, Environment, Value};
use units::Timestamp;

fn wrapped(decisions: &str) -> String {
    format!(
        r#"<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="m" name="M" namespace="http://camunda.org/schema/1.0/dmn">{decisions}</definitions>"#
    )
}

fn table(attributes: &str, rules: &[(&str, &str)]) -> String {
    let rules: String = rules
        .iter()
        .enumerate()
        .map(|(at, (input, output))| {
            let (input, output) = (input.replace('<', "&lt;"), output.replace('<', "&lt;"));
            format!("<rule id=\"r{at}\"><inputEntry><text>{input}</text></inputEntry><outputEntry><text>{output}</text></outputEntry></rule>")
        })
        .collect();
    wrapped(&format!(
        r#"<decision id="d" name="D"><decisionTable {attributes}><input label="x"><inputExpression><text>x</text></inputExpression></input>
        <output name="y"><outputValues><text>"high", "low"</text></outputValues></output>{rules}</decisionTable></decision>"#
    ))
}

fn evaluate(xml: &str, x: i64) -> Result<Value, EvaluateError> {
    let (model, _) = Model::parse(xml).unwrap();
    model.evaluate("d", &Context::from_iter([("x", x)]), &Environment::at(Timestamp(0))).map(|outcome| outcome.value)
}

#[test]
fn a_null_passes_no_condition_on_the_input_that_cannot_be_computed() {
    for cell in ["? > 3 and ? < 10", "string length(?) > 3", "contains(?, \"x\")", "? > 5"] {
        let (model, _) = Model::parse(&table("hitPolicy=\"FIRST\"", &[(cell, "\"high\""), ("-", "\"low\"")])).unwrap();
        let outcome = model.evaluate("d", &Context::default(), &Environment::at(Timestamp(0))).unwrap();
        assert_eq!(outcome.value, Value::from("low"), "{cell}");
    }
}

#[test]
fn an_assertion_in_a_decision_ends_it() {
    let xml = wrapped(
        r#"<decision id="d" name="D"><literalExpression><text>{a: 1, b: assert(x, x != null, "x is needed")}</text></literalExpression></decision>"#,
    );
    let (model, _) = Model::parse(&xml).unwrap();
    let outcome = model.evaluate("d", &Context::default(), &Environment::at(Timestamp(0))).unwrap();
    assert_eq!(outcome.decided().unwrap_err(), "decision d, line 1, column 11: assert: x is needed");
}

#[test]
fn every_hit_policy_does_what_it_says() {
    let rules = [("> 1", "\"low\""), ("> 2", "\"high\""), ("> 3", "\"low\"")];
    let given = |policy: &str, x| evaluate(&table(policy, &rules), x);
    assert_eq!(given("hitPolicy=\"FIRST\"", 4).unwrap(), Value::from("low"));
    assert_eq!(given("hitPolicy=\"PRIORITY\"", 4).unwrap(), Value::from("high"));
    assert_eq!(given("hitPolicy=\"RULE ORDER\"", 4).unwrap().to_string(), r#"["low", "high", "low"]"#);
    assert_eq!(given("hitPolicy=\"OUTPUT ORDER\"", 4).unwrap().to_string(), r#"["high", "low", "low"]"#);
    assert_eq!(given("hitPolicy=\"COLLECT\"", 3).unwrap().to_string(), r#"["low", "high"]"#);
    assert_eq!(given("hitPolicy=\"COLLECT\" aggregation=\"COUNT\"", 3).unwrap(), Value::from(2));
    assert_eq!(given("", 2).unwrap(), Value::from("low"));
    assert_eq!(given("", 0).unwrap(), Value::Null);
    assert!(matches!(given("", 4), Err(EvaluateError::NotUnique { rules, .. }) if rules == [1, 2, 3]));
    assert!(matches!(given("hitPolicy=\"ANY\"", 3), Err(EvaluateError::NotAny { .. })));
}

#[test]
fn numbers_are_aggregated() {
    let rules = [("> 0", "10"), ("> 0", "2.5")];
    let given = |aggregation: &str| {
        let attributes = format!("hitPolicy=\"COLLECT\" aggregation=\"{aggregation}\"");
        evaluate(&table(&attributes, &rules), 1).unwrap().to_string()
    };
    assert_eq!([given("SUM"), given("MIN"), given("MAX"), given("COUNT")], ["12.5", "2.5", "10", "2"]);
}

#[test]
fn required_decisions_are_made_first_and_explained() {
    let xml = wrapped(
        r##"<decision id="d"><informationRequirement><requiredDecision href="#size"/></informationRequirement>
        <literalExpression><text>size + "!"</text></literalExpression></decision>
        <decision id="size"><decisionTable hitPolicy="FIRST"><input label="X"><inputExpression><text>x</text></inputExpression></input><output name="o"/>
        <rule id="big"><inputEntry><text>&gt;= 10</text></inputEntry><outputEntry><text>"big"</text></outputEntry></rule>
        <rule id="small"><inputEntry><text>-</text></inputEntry><outputEntry><text>"small"</text></outputEntry></rule></decisionTable></decision>"##,
    );
    let (model, findings) = Model::parse(&xml).unwrap();
    assert!(findings.is_empty());
    let outcome = model.explain("d", &Context::from_iter([("x", 3)]), &Environment::at(Timestamp(0))).unwrap();
    assert_eq!(outcome.value, Value::from("small!"));
    assert_eq!(outcome.explained[0].matched, [(2, "small".into())]);
    assert_eq!(outcome.explained[0].inputs[0].value, Value::from(3));
    assert_eq!(outcome.explained[1].decision, "d");
}

#[test]
fn what_cannot_be_done_is_refused_with_element_line_and_mend() {
    let refused = |xml: &str| {
        let findings = Model::parse(xml).err().unwrap();
        findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    let circle = wrapped(
        "<decision id=\"a\"><informationRequirement><requiredDecision href=\"#a\"/></informationRequirement><literalExpression><text>1</text></literalExpression></decision>",
    );
    assert!(refused(&circle).contains("line 1, a: the decision requires itself"));
    assert!(refused(&wrapped("<businessKnowledgeModel id=\"b\"/>")).contains("knowledge model has no logic"));
    assert!(refused(&wrapped("<oracle id=\"o\"/>")).contains("line 1, o: the element `oracle` is not supported"));
    assert!(refused(&table("", &[("> ", "1")])).contains("is no FEEL: line 1, column"));
    assert!(refused(&table("hitPolicy=\"SOME\"", &[])).contains("hit policy `SOME` does not exist"));
    assert!(refused("<!DOCTYPE x [<!ENTITY a \"b\">]><x>&a;</x>").contains("it has a DOCTYPE, which is not allowed"));
    assert!(refused("not xml").contains("not well-formed"));
    let literal = wrapped("<decision id=\"d\"><literalExpression><text>cuont(x)</text></literalExpression></decision>");
    assert!(refused(&literal).contains("there is no function `cuont`"));
}

#[test]
fn a_model_without_id_is_known_by_its_name() {
    let xml = table("", &[("1", "\"low\"")]).replace(" id=\"m\"", "");
    assert_eq!(Model::parse(&xml).unwrap().0.id(), "M");
    let refused = Model::parse(&xml.replace(" name=\"M\"", "")).err().unwrap();
    assert!(refused[0].to_string().contains("neither id nor name"), "{}", refused[0]);
}

#[test]
fn contexts_are_built_entry_by_entry() {
    let xml = wrapped(
        r#"<decision id="d"><context><contextEntry><variable name="a"/><literalExpression><text>x * 2</text></literalExpression></contextEntry>
        <contextEntry><variable name="b"/><literalExpression><text>a + 1</text></literalExpression></contextEntry></context></decision>"#,
    );
    assert_eq!(evaluate(&xml, 2).unwrap().to_string(), "{a: 4, b: 5}");
}

#[test]
fn a_cell_of_constants_holds_as_its_evaluation_says() {
    let environment = Environment::at(Timestamp(0));
    let cells = [
        "< 5",
        "[1..5)",
        "(1..5]",
        ">= 3, 1",
        "not(< 2)",
        "not([2..4])",
        "\"b\"",
        "> \"b\"",
        "[\"a\"..\"c\")",
        "!= 3",
        "null",
    ];
    let inputs =
        [Value::Null, Value::from(1), Value::from(3), Value::from(5), Value::from("b"), Value::from("c"), Value::Bool(true)];
    for cell in cells {
        let (model, _) = Model::parse(&table("hitPolicy=\"FIRST\"", &[(cell, "\"low\"")])).unwrap();
        let tests = feel::UnaryTests::parse(cell, feel::Mode::Camunda).unwrap();
        for input in &inputs {
            let outcome = model.evaluate("d", &Context::from_iter([("x", input.clone())]), &environment).unwrap();
            let (expected, _) = tests.matches(input, &Context::EMPTY, &environment);
            assert_eq!(outcome.value == Value::from("low"), expected, "{cell} of {input}");
        }
    }
}

#[test]
fn a_missing_input_passes_no_condition_that_cannot_be_computed() {
    for cell in ["? > 3 and ? &lt; 10", "string length(?) > 3", "contains(?, \"x\")", "? > limit"] {
        let rules = [(cell, "\"first\""), ("-", "\"other\"")];
        let (model, _) = Model::parse(&table("hitPolicy=\"FIRST\"", &rules)).unwrap();
        for given in [Context::EMPTY, Context::from_iter([("x", Value::Null), ("limit", Value::from(3))])] {
            let outcome = model.evaluate("d", &given, &Environment::at(Timestamp(0))).unwrap();
            assert_eq!(outcome.value, Value::from("other"), "{cell}");
        }
    }
}

/// What a table of one column of this type gives for an input, and the first reason that is told.
fn of_type(type_ref: &str, cell: &str, x: Value) -> (Value, String) {
    let xml =
        table("", &[(cell, "\"yes\"")]).replace("<inputExpression>", &format!("<inputExpression typeRef=\"{type_ref}\">"));
    let (model, _) = Model::parse(&xml).unwrap();
    let outcome = model.evaluate("d", &Context::from_iter([("x", x)]), &Environment::at(Timestamp(0))).unwrap();
    let first = outcome.warnings.iter().map(|(_, warning)| warning.to_string()).rfind(|told| told.contains("of its column"));
    (outcome.value, first.unwrap_or_default())
}

#[test]
fn a_column_of_dates_reads_texts_since_json_has_no_dates() {
    let yes = (Value::from("yes"), String::new());
    assert_eq!(of_type("date", "< date(\"2025-07-01\")", Value::from("2025-06-01")), yes);
    assert_eq!(of_type("dateTime", "< date and time(\"2025-07-01T00:00:00Z\")", Value::from("2025-06-01T10:00:00Z")), yes);
    assert_eq!(of_type("time", "< time(\"12:00:00\")", Value::from("11:00:00")), yes);
    assert_eq!(of_type("dayTimeDuration", "< duration(\"P2D\")", Value::from("P1D")), yes);
    assert_eq!(of_type("string", "\"2025-06-01\"", Value::from("2025-06-01")), yes);
    let (value, told) = of_type("date", "< date(\"2025-07-01\")", Value::from("tomorrow"));
    assert_eq!(value, Value::Null);
    assert!(
        told.contains("no rule matched; the input x is not of the type of its column: \"tomorrow\" is not a date"),
        "{told}"
    );
}

#[test]
fn an_input_of_another_type_is_told_with_its_cause() {
    let (value, told) = of_type("number", "> 1", Value::from("5"));
    assert_eq!(value, Value::Null);
    assert!(
        told.starts_with("no rule matched; the input x is not of the type of its column: \"5\" is not a number"),
        "{told}"
    );
    // a rule for anything else takes it, which is what nobody would see
    let (value, told) = of_type("number", "-", Value::from("5"));
    assert_eq!(value, Value::from("yes"));
    assert!(told.starts_with("the input x is not of the type of its column: \"5\" is not a number"), "{told}");
    let (_, told) = of_type("string", "-", Value::from(5));
    assert!(told.starts_with("the input x is not of the type of its column: 5 is not a string"), "{told}");
    // a model may say `string`, which is what modelers write where nobody says anything, and look at numbers
    assert_eq!(of_type("string", "> 1", Value::from(5)), (Value::from("yes"), String::new()));
    assert_eq!(of_type("number", "> 1", Value::from(0)), (Value::Null, String::new()));
}

#[test]
fn a_column_of_camunda_7_numbers_reads_texts() {
    for type_ref in ["integer", "long", "double"] {
        assert_eq!(of_type(type_ref, "> 1", Value::from("5")), (Value::from("yes"), String::new()));
        let (_, told) = of_type(type_ref, "> 1", Value::from("five"));
        assert!(told.contains("\"five\" is not a number"), "{told}");
    }
}

#[test]
fn what_the_decision_itself_refuses_is_told_with_its_line() {
    let xml = wrapped(
        "\n<decision id=\"d\"><variable name=\"d\" typeRef=\"number\"/><literalExpression><text>\"a\"</text></literalExpression></decision>",
    );
    let (model, _) = Model::parse(&xml).unwrap();
    let outcome = model.evaluate("d", &Context::EMPTY, &Environment::at(Timestamp(0))).unwrap();
    assert_eq!(outcome.warnings[0].1.to_string(), "\"a\" is not a number (line 2 of the model)");
}

#[test]
fn a_model_that_is_too_large_is_told_so() {
    let rules = vec![("1", "2"); 30_000];
    let findings = Model::parse(&table("", &rules)).err().unwrap();
    assert!(findings[0].to_string().contains("more than 200000 elements"), "{}", findings[0]);
    assert!(findings[0].to_string().contains("split the model"));
}
