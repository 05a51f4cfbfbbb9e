//! Whatever is thrown at it, parsing and evaluating end, within the budget and without panic.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use dmn::Model;
use feel::{Budget, Context, Environment, Value};
use proptest::prelude::*;
use units::Timestamp;

/// A model with something of everything, to be damaged.
const MODEL: &str = r##"<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" id="m" name="M" namespace="n">
<itemDefinition name="tSmall" isCollection="true"><typeRef>number</typeRef><allowedValues><text>[0..9]</text></allowedValues></itemDefinition>
<inputData id="i" name="x"><variable name="x" typeRef="number"/></inputData>
<businessKnowledgeModel id="b" name="twice"><encapsulatedLogic><formalParameter name="n" typeRef="number"/><literalExpression><text>if n &lt; 1 then 0 else 2 + twice(n - 1)</text></literalExpression></encapsulatedLogic></businessKnowledgeModel>
<decision id="d1" name="first"><variable name="first"/><informationRequirement><requiredInput href="#i"/></informationRequirement>
<decisionTable hitPolicy="COLLECT" aggregation="SUM"><input><inputExpression><text>x</text></inputExpression></input><output/>
<rule><inputEntry><text>[1..5]</text></inputEntry><outputEntry><text>x * 2</text></outputEntry></rule>
<rule><inputEntry><text>3, 4</text></inputEntry><outputEntry><text>1</text></outputEntry></rule></decisionTable></decision>
<decision id="d2" name="second"><variable name="second" typeRef="tSmall"/><informationRequirement><requiredDecision href="#d1"/></informationRequirement>
<knowledgeRequirement><requiredKnowledge href="#b"/></knowledgeRequirement>
<context><contextEntry><variable name="a"/><invocation><literalExpression><text>twice</text></literalExpression><binding><parameter name="n"/><literalExpression><text>first</text></literalExpression></binding></invocation></contextEntry>
<contextEntry><for iteratorVariable="e"><in><list><literalExpression><text>a</text></literalExpression><literalExpression><text>1</text></literalExpression></list></in><return><literalExpression><text>e - 1</text></literalExpression></return></for></contextEntry></context></decision>
<decision id="d3" name="third"><relation><column name="c"/><row><literalExpression><text>"a"</text></literalExpression></row></relation></decision>
<decision id="d4" name="fourth"><filter><in><literalExpression><text>[1, 2, 3]</text></literalExpression></in><match><literalExpression><text>item &gt; 1</text></literalExpression></match></filter></decision>
<decisionService id="s" name="service"><outputDecision href="#d2"/><encapsulatedDecision href="#d1"/><inputData href="#i"/></decisionService>
</definitions>"##;

fn environment() -> Environment {
    Environment { budget: Budget { steps: 20_000, depth: 100, size: 100_000 }, ..Environment::at(Timestamp(0)) }
}

fn evaluate_all(xml: &str) {
    let Ok((model, _)) = Model::parse(xml) else { return };
    let variables = Context::from_iter([("x", Value::from(4))]);
    for decision in model.decision_ids() {
        let _ = model.explain(decision, &variables, &environment());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_a_model_or_refused(text in "[<>/a-z\"= ]{0,200}") {
        evaluate_all(&text);
    }

    #[test]
    fn a_damaged_model_is_evaluated_or_refused(at in 0..MODEL.len(), length in 0_usize..60, put in "[<>/a-z0-9\"= .\\[\\]()#-]{0,12}") {
        let start = (0..=at).rev().find(|at| MODEL.is_char_boundary(*at)).unwrap();
        let end = (start + length).min(MODEL.len());
        let end = (end..=MODEL.len()).find(|at| MODEL.is_char_boundary(*at)).unwrap();
        evaluate_all(&format!("{}{put}{}", &MODEL[..start], &MODEL[end..]));
    }

    #[test]
    fn a_model_takes_any_input(x in any::<i64>(), text in "\\PC{0,20}") {
        let (model, _) = Model::parse(MODEL).unwrap();
        for value in [Value::from(x), Value::from(text.as_str()), Value::list([Value::from(x), Value::Null])] {
            let variables = Context::from_iter([("x", value)]);
            for decision in ["first", "second", "third", "fourth", "service", "twice"] {
                let _ = model.evaluate(decision, &variables, &environment());
            }
        }
    }
}

#[test]
fn the_model_that_is_damaged_is_sound_before() {
    let (model, findings) = Model::parse(MODEL).unwrap();
    assert!(findings.iter().all(|finding| finding.cause.contains("no rule matches")), "{findings:?}");
    let given = |decision: &str, x: i64| {
        let variables = Context::from_iter([("x", x)]);
        model.evaluate(decision, &variables, &environment()).unwrap().value.to_string()
    };
    assert_eq!(given("d1", 4), "9");
    assert_eq!(given("d3", 4), r#"[{c: "a"}]"#);
    assert_eq!(given("d4", 4), "[2, 3]");
    assert_eq!(given("s", 1), "[3, 0]");
    // 2 * 9 - 1 is not small
    assert_eq!(given("s", 4), "null");
}

#[test]
fn endless_recursion_ends_with_null_and_a_reason() {
    let xml = r##"<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" id="m" name="M">
    <businessKnowledgeModel id="b" name="on"><encapsulatedLogic><formalParameter name="n"/><literalExpression><text>on(n + 1)</text></literalExpression></encapsulatedLogic></businessKnowledgeModel>
    <decision id="d" name="D"><knowledgeRequirement><requiredKnowledge href="#b"/></knowledgeRequirement><literalExpression><text>on(1)</text></literalExpression></decision></definitions>"##;
    let (model, _) = Model::parse(xml).unwrap();
    let outcome = model.evaluate("d", &Context::EMPTY, &Environment::at(Timestamp(0))).unwrap();
    assert_eq!(outcome.value, Value::Null);
    assert!(outcome.warnings.iter().any(|(_, warning)| warning.reason.contains("given up")), "{:?}", outcome.warnings);
}

#[test]
fn nested_walks_share_one_budget() {
    let walk = |body: &str| {
        format!(
            "<for iteratorVariable=\"i\"><in><literalExpression><text>[1..100000]</text></literalExpression></in><return>{body}</return></for>"
        )
    };
    let walks = walk(&walk(&walk("<literalExpression><text>i * 2</text></literalExpression>")));
    let xml = format!(
        r#"<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" id="m" name="M"><decision id="d" name="D">{walks}</decision></definitions>"#
    );
    let (model, _) = Model::parse(&xml).unwrap();
    let outcome = model.evaluate("d", &Context::EMPTY, &Environment::at(Timestamp(0))).unwrap();
    assert!(outcome.warnings.iter().any(|(_, warning)| warning.reason.contains("given up")), "{:?}", outcome.warnings);
}

#[test]
fn recursion_through_deep_boxes_ends_before_the_stack_does() {
    let (mut open, mut close) = (String::new(), String::new());
    for _ in 0..30 {
        open.push_str("<conditional><if><literalExpression><text>true</text></literalExpression></if><then>");
        close.push_str("</then><else><literalExpression><text>0</text></literalExpression></else></conditional>");
    }
    let xml = format!(
        r##"<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" id="m" name="M">
        <businessKnowledgeModel id="b" name="on"><encapsulatedLogic><formalParameter name="n"/>{open}<literalExpression><text>on(n + 1)</text></literalExpression>{close}</encapsulatedLogic></businessKnowledgeModel>
        <decision id="d" name="D"><knowledgeRequirement><requiredKnowledge href="#b"/></knowledgeRequirement><literalExpression><text>on(1)</text></literalExpression></decision></definitions>"##
    );
    let (model, _) = Model::parse(&xml).unwrap();
    let outcome = model.evaluate("d", &Context::EMPTY, &Environment::at(Timestamp(0))).unwrap();
    assert_eq!(outcome.value, Value::Null);
    assert!(outcome.warnings.iter().any(|(_, warning)| warning.reason.contains("given up")), "{:?}", outcome.warnings);
}

#[test]
fn a_long_chain_of_item_definitions_is_refused_in_either_order() {
    let definitions: Vec<String> = (0..20_000)
        .map(|at| {
            format!("<itemDefinition name=\"t{at}\" isCollection=\"true\"><typeRef>t{}</typeRef></itemDefinition>", at + 1)
        })
        .chain(["<itemDefinition name=\"t20000\"><typeRef>number</typeRef></itemDefinition>".to_owned()])
        .collect();
    let mut backwards = definitions.clone();
    backwards.reverse();
    for definitions in [definitions, backwards] {
        let xml = format!(
            r#"<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" id="m" name="M">{}<decision id="d" name="D"><literalExpression><text>1</text></literalExpression></decision></definitions>"#,
            definitions.concat()
        );
        let findings = Model::parse(&xml).err().unwrap();
        assert!(findings.iter().any(|finding| finding.cause.contains("nested too deep")));
    }
}

#[test]
fn what_was_deployed_is_carried_out_as_long_as_all_of_it_can_be_read() {
    let model = |text: &str| {
        format!(
            r#"<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="m" name="M" namespace="http://camunda.org/schema/1.0/dmn"><decision id="d" name="D"><literalExpression><text>{text}</text></literalExpression></decision></definitions>"#
        )
    };
    let misspelt = model("if true then 1 else cuont([])");
    assert!(Model::parse(&misspelt).is_err());
    let deployed = Model::deployed(&misspelt, &[]).unwrap();
    assert_eq!(deployed.evaluate("d", &Context::EMPTY, &Environment::at(Timestamp(0))).unwrap().value.to_string(), "1");
    assert!(Model::deployed(&model("1 +"), &[]).is_none());
}
