//! Boxed expressions, knowledge models, services, types and imports.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use dmn::{Model, Outcome};
use feel::{Context, Environment, Value};
use units::Timestamp;

const DMN_15: &str = "https://www.omg.org/spec/DMN/20230324/MODEL/";

fn wrapped(inner: &str) -> String {
    format!(r#"<definitions xmlns="{DMN_15}" id="m" name="M" namespace="urn:m">{inner}</definitions>"#)
}

/// A literal expression.
fn literal(text: &str) -> String {
    format!("<literalExpression><text>{}</text></literalExpression>", text.replace('<', "&lt;"))
}

fn outcome(model: &Model, decision: &str, variables: &Context) -> Outcome {
    model.explain(decision, variables, &Environment::at(Timestamp(0))).unwrap()
}

fn decided(inner: &str, x: impl Into<Value>) -> Outcome {
    let (model, _) = Model::parse(&wrapped(&format!("<decision id=\"d\" name=\"D\">{inner}</decision>"))).unwrap();
    outcome(&model, "d", &Context::from_iter([("x", x.into())]))
}

fn given(inner: &str, x: impl Into<Value>) -> String {
    decided(inner, x).value.to_string()
}

fn refused(xml: &str) -> String {
    Model::parse(xml).err().unwrap().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_version_of_the_standard_is_read() {
    for namespace in [
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20191111/MODEL/",
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
        DMN_15,
    ] {
        let xml = wrapped(&format!(
            r#"<inputData id="i" name="x"><variable name="x" typeRef="feel:number"/></inputData><decision id="d" name="D">{}</decision>"#,
            literal("x + 1")
        ));
        let (model, findings) = Model::parse(&xml.replace(DMN_15, namespace)).unwrap();
        assert!(findings.is_empty());
        assert_eq!(outcome(&model, "d", &Context::from_iter([("x", 1)])).value, Value::from(2));
    }
    assert!(refused(&wrapped("").replace("20230324", "20991231")).contains("no DMN model of version 1.1 to 1.5"));
}

#[test]
fn conditionals_filters_and_walks_are_boxes_too() {
    let boxed = |names: [&str; 3], texts: [&str; 3]| {
        names.iter().zip(texts).map(|(name, text)| format!("<{name}>{}</{name}>", literal(text))).collect::<String>()
    };
    let conditional =
        format!("<conditional>{}</conditional>", boxed(["if", "then", "else"], ["x > 1", "\"many\"", "\"one\""]));
    assert_eq!(
        [given(&conditional, 2), given(&conditional, 1), given(&conditional, Value::Null)],
        ["\"many\"", "\"one\"", "\"one\""]
    );

    let filter = format!("<filter><in>{}</in><match>{}</match></filter>", literal("x"), literal("a > 1"));
    let items = [1, 2, 3].map(|a| Value::Context(Context::from_iter([("a", a)])));
    assert_eq!(given(&filter, Value::list(items)), "[{a: 2}, {a: 3}]");

    let walk = |kind: &str, body: &str, text: &str| {
        format!("<{kind} iteratorVariable=\"i\"><in>{}</in><{body}>{}</{body}></{kind}>", literal("x"), literal(text))
    };
    let numbers = || Value::list([1, 2, 3].map(Value::from));
    assert_eq!(given(&walk("for", "return", "i * count(partial)"), numbers()), "[0, 2, 6]");
    assert_eq!(given(&walk("some", "satisfies", "i > 2"), numbers()), "true");
    assert_eq!(given(&walk("every", "satisfies", "i > 2"), numbers()), "false");
    assert_eq!(given(&walk("every", "satisfies", "\"yes\""), numbers()), "null");
}

#[test]
fn lists_and_relations_hold_what_their_cells_give() {
    assert_eq!(given(&format!("<list>{}{}</list>", literal("x"), literal("x + 1")), 1), "[1, 2]");
    let row = |one: &str, two: &str| format!("<row>{}{}</row>", literal(one), literal(two));
    let relation =
        format!("<relation><column name=\"a\"/><column name=\"b c\"/>{}{}</relation>", row("x", "2"), row("3", "4"));
    assert_eq!(given(&relation, 1), "[{a: 1, b c: 2}, {a: 3, b c: 4}]");
    let short = format!("<decision id=\"d\"><relation><column name=\"a\"/>{}</relation></decision>", row("1", "2"));
    assert!(refused(&wrapped(&short)).contains("the row has 2 cells, the relation 1 columns"));
}

#[test]
fn a_boxed_function_sees_what_is_around_it_and_itself() {
    let xml = format!(
        "<context><contextEntry><variable name=\"base\"/>{}</contextEntry>\
         <contextEntry><variable name=\"sum to\"/><functionDefinition><formalParameter name=\"n\" typeRef=\"number\"/>{}</functionDefinition></contextEntry>\
         <contextEntry>{}</contextEntry></context>",
        literal("10"),
        literal("if n < 1 then base else n + sum to(n - 1)"),
        literal("sum to(x)"),
    );
    assert_eq!(given(&xml, 3), "16");
}

/// A knowledge model `add tax` of two parameters, and a decision that invokes it with `x` as the net.
fn knowledge(binding: &str) -> String {
    wrapped(&format!(
        "<businessKnowledgeModel id=\"b\" name=\"add tax\"><encapsulatedLogic><formalParameter name=\"net\" typeRef=\"number\"/>\
         <formalParameter name=\"rate\" typeRef=\"number\"/>{}</encapsulatedLogic></businessKnowledgeModel>\
         <decision id=\"d\" name=\"gross\"><knowledgeRequirement><requiredKnowledge href=\"#b\"/></knowledgeRequirement>\
         <invocation>{}<binding><parameter name=\"{binding}\"/>{}</binding><binding><parameter name=\"rate\"/>{}</binding></invocation></decision>\
         <decision id=\"e\" name=\"by name\"><knowledgeRequirement><requiredKnowledge href=\"#b\"/></knowledgeRequirement>{}</decision>",
        literal("net * (1 + rate)"),
        literal("add tax"),
        literal("x"),
        literal("0.25"),
        literal("add tax(rate: 0.5, net: x)"),
    ))
}

#[test]
fn knowledge_is_invoked_by_box_and_called_in_feel() {
    let (model, _) = Model::parse(&knowledge("net")).unwrap();
    let variables = Context::from_iter([("x", Value::from(100)), ("net", Value::from(4)), ("rate", Value::from(1))]);
    assert_eq!(outcome(&model, "d", &variables).value, Value::from(125));
    assert_eq!(outcome(&model, "e", &variables).value, Value::from(150));
    assert_eq!(outcome(&model, "add tax", &variables).value, Value::from(8));
    let wrong = outcome(&Model::parse(&knowledge("gross")).unwrap().0, "d", &variables);
    assert_eq!(wrong.value, Value::Null);
    assert_eq!(wrong.warnings[0].1.reason, "the function has no parameter `gross` (line 1 of the model)");
    // a list of one is its item, anything else is null
    let text = Context::from_iter([("x", Value::from("many"))]);
    let outcome = outcome(&model, "d", &text);
    assert!(outcome.warnings.iter().any(|(_, warning)| warning.reason.contains("\"many\" is not a number")), "{outcome:?}");
}

#[test]
fn a_service_is_called_with_its_inputs_and_decides_the_rest() {
    let decision = |id: &str, requires: &str, text: &str| {
        format!("<decision id=\"{id}\" name=\"{id}\">{requires}{}</decision>", literal(text))
    };
    let needs = |id: &str| format!("<informationRequirement><requiredDecision href=\"#{id}\"/></informationRequirement>");
    let inner = [
        "<inputData id=\"i\" name=\"x\"><variable name=\"x\" typeRef=\"number\"/></inputData>".to_owned(),
        decision("base", "<informationRequirement><requiredInput href=\"#i\"/></informationRequirement>", "x + 1"),
        decision("double", &needs("base"), "base * 2"),
        decision("triple", &needs("base"), "base * 3"),
        "<decisionService id=\"s\" name=\"both\"><outputDecision href=\"#double\"/><outputDecision href=\"#triple\"/>\
         <inputDecision href=\"#base\"/></decisionService>"
            .to_owned(),
        decision(
            "caller",
            "<knowledgeRequirement><requiredKnowledge href=\"#s\"/></knowledgeRequirement>",
            "both(10).triple",
        ),
    ];
    let (model, _) = Model::parse(&wrapped(&inner.concat())).unwrap();
    let variables = Context::from_iter([("x", Value::from(1)), ("base", Value::from(5))]);
    assert_eq!(outcome(&model, "double", &variables).value, Value::from(4));
    assert_eq!(outcome(&model, "both", &variables).value.to_string(), "{double: 10, triple: 15}");
    let called = outcome(&model, "caller", &variables);
    assert_eq!(called.value, Value::from(30));
    assert_eq!(
        called.explained.iter().map(|made| made.decision.as_str()).collect::<Vec<_>>(),
        ["double", "triple", "caller"]
    );
}

#[test]
fn item_definitions_convert_or_refuse_values() {
    let types = "<itemDefinition name=\"tRank\"><typeRef>string</typeRef><allowedValues><text>\"low\", \"high\"</text></allowedValues></itemDefinition>\
        <itemDefinition name=\"tRanks\" isCollection=\"true\"><typeRef>tRank</typeRef><typeConstraint><text>count(?) &lt; 3</text></typeConstraint></itemDefinition>\
        <itemDefinition name=\"tOrder\"><itemComponent name=\"rank\"><typeRef>tRank</typeRef></itemComponent></itemDefinition>";
    let model = |of: &str| {
        let decision =
            format!("<decision id=\"d\" name=\"D\"><variable name=\"D\" typeRef=\"{of}\"/>{}</decision>", literal("x"));
        Model::parse(&wrapped(&format!("{types}{decision}"))).unwrap().0
    };
    let given = |of: &str, x: Value| outcome(&model(of), "d", &Context::from_iter([("x", x)])).value.to_string();
    let ranks = |count: usize| Value::list(vec![Value::from("low"); count]);
    assert_eq!([given("tRank", "low".into()), given("tRank", "mid".into())], ["\"low\"", "null"]);
    assert_eq!([given("tRanks", ranks(2)), given("tRanks", ranks(3))], ["[\"low\", \"low\"]", "null"]);
    assert_eq!([given("tRanks", "low".into()), given("tRank", ranks(1))], ["[\"low\"]", "\"low\""]);
    let order = |rank: &str| Value::Context(Context::from_iter([("rank", rank)]));
    assert_eq!([given("tOrder", order("high")), given("tOrder", order("none"))], ["{rank: \"high\"}", "null"]);
    let circle = "<itemDefinition name=\"t\" id=\"t\"><typeRef>t</typeRef></itemDefinition>";
    assert!(refused(&wrapped(circle)).contains("the type `t` contains itself"));
    let unknown = format!("<decision id=\"d\"><variable name=\"d\" typeRef=\"tNone\"/>{}</decision>", literal("1"));
    assert!(refused(&wrapped(&unknown)).contains("there is no type `tNone`"));
}

#[test]
fn what_another_model_has_is_required_under_the_name_of_its_import() {
    let imported = wrapped(&format!(
        "<itemDefinition name=\"tSmall\"><typeRef>number</typeRef><allowedValues><text>&lt; 10</text></allowedValues></itemDefinition>\
         <businessKnowledgeModel id=\"b\" name=\"twice\"><encapsulatedLogic><formalParameter name=\"n\"/>{}</encapsulatedLogic></businessKnowledgeModel>\
         <decision id=\"d\" name=\"start value\">{}</decision>",
        literal("n * 2"),
        literal("x"),
    ))
    .replace("urn:m", "urn:other");
    let xml = wrapped(&format!(
        "<import name=\"other\" namespace=\"urn:other\" importType=\"{DMN_15}\"/>\
         <decision id=\"d\" name=\"D\"><variable name=\"D\" typeRef=\"other.tSmall\"/>\
         <informationRequirement><requiredDecision href=\"urn:other#d\"/></informationRequirement>\
         <knowledgeRequirement><requiredKnowledge href=\"urn:other#b\"/></knowledgeRequirement>{}</decision>",
        literal("other.twice(other.start value)"),
    ));
    let (model, _) = Model::parse_with(&xml, &[&imported]).unwrap();
    assert_eq!(model.decision_ids().collect::<Vec<_>>(), ["d"]);
    let given = |x: i64| outcome(&model, "d", &Context::from_iter([("x", x)])).value;
    assert_eq!([given(4), given(5)], [Value::from(8), Value::Null]);
    assert!(refused(&xml).contains("the imported model of namespace `urn:other` is not there"));
}

#[test]
fn of_the_models_that_lie_beside_one_only_the_imported_ones_are_read() {
    let inner =
        |imports: &str, text: &str| wrapped(&format!("{imports}<decision id=\"d\" name=\"D\">{}</decision>", literal(text)));
    let import = |name: &str| format!("<import name=\"{name}\" namespace=\"urn:{name}\" importType=\"{DMN_15}\"/>");
    let main = inner(&import("one"), "1");
    let one = inner(&import("two"), "2").replace("urn:m", "urn:one");
    let two = inner("", "3").replace("urn:m", "urn:two");
    let wrong = inner("", "3 +").replace("urn:m", "urn:wrong");
    // what it imports is found, also what that imports; itself, what is wrong and what is no XML do not matter
    let (model, _) = Model::parse_with(&main, &["no xml", &wrong, &main, &two, &one]).unwrap();
    assert_eq!(outcome(&model, "d", &Context::EMPTY).value, Value::from(1));
    let refusal = |others: &[&str]| Model::parse_with(&main, others).err().unwrap()[0].to_string();
    assert!(refusal(&[&one, &wrong]).contains("the imported model of namespace `urn:two` is not there"));
    assert!(refusal(&[&one, "no xml"]).contains("not well-formed XML"));
}

#[test]
fn a_decision_sees_what_it_requires_under_the_name_of_its_variable() {
    let inner = format!(
        "<decision id=\"a\" name=\"net price\"><variable name=\"net price\"/>{}</decision><decision id=\"d\" name=\"D\">\
         <informationRequirement><requiredDecision href=\"#a\"/></informationRequirement>{}</decision>",
        literal("x - 1"),
        literal("net price * 2"),
    );
    let (model, _) = Model::parse(&wrapped(&inner)).unwrap();
    assert_eq!(outcome(&model, "d", &Context::from_iter([("x", 4)])).value, Value::from(6));
}

#[test]
fn what_is_no_feel_or_stands_in_a_circle_is_refused() {
    let java = "<businessKnowledgeModel id=\"b\" name=\"b\"><encapsulatedLogic kind=\"Java\"><context/></encapsulatedLogic></businessKnowledgeModel>";
    assert!(refused(&wrapped(java)).contains("functions of kind `Java` are not supported"));
    let language =
        "<decision id=\"d\"><literalExpression expressionLanguage=\"groovy\"><text>1</text></literalExpression></decision>";
    assert!(refused(&wrapped(language)).contains("line 1: the language `groovy` is not supported"));
    let service = format!(
        "<decision id=\"d\" name=\"d\"><knowledgeRequirement><requiredKnowledge href=\"#s\"/></knowledgeRequirement>{}</decision>\
         <decisionService id=\"s\" name=\"s\"><outputDecision href=\"#d\"/></decisionService>",
        literal("s()")
    );
    assert!(refused(&wrapped(&service)).contains("s \"s\": the element requires itself, directly or through others"));
}

#[test]
fn a_boxed_filter_drops_items_of_which_nothing_is_known() {
    let inner = "<filter><in><literalExpression><text>[{n: 1}, {n: null}, {n: 3}]</text></literalExpression></in>\
        <match><literalExpression><text>item.n &gt; 0</text></literalExpression></match></filter>";
    let model = wrapped(&format!("<decision id=\"d\" name=\"D\">{inner}</decision>"));
    let outcome = outcome(&Model::parse(&model).unwrap().0, "d", &Context::EMPTY);
    assert_eq!(outcome.value.to_string(), "[{n: 1}, {n: 3}]");
}
