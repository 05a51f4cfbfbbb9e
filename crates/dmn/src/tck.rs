//! Cases of the DMN Technology Compatibility Kit: read from their XML, held against a model.
//!
//! A case names decisions, knowledge models or services of a model, gives inputs, and says what each has to give.

use feel::{Context, Environment, Expression, Mode, Value};
use roxmltree::{Document, Node, ParsingOptions};
use serde::Serialize;
use units::{Decimal, Text};

use crate::Model;

/// The cases of one file.
#[derive(Debug, Clone, PartialEq)]
pub struct Cases {
    /// The file name of the model that they are about.
    pub model: Text,
    /// The cases, in order.
    pub cases: Vec<Case>,
}

/// Inputs and what comes of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Its id.
    pub id: Text,
    /// The knowledge model or service that is called; none where the results are those of decisions.
    pub invocable: Option<Text>,
    /// The inputs by name.
    pub inputs: Context,
    /// The name of each result, and the value that it has to be.
    pub results: Vec<(Text, Value)>,
}

/// One result of a case, and how it came out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdict {
    /// The id of the case.
    pub case: Text,
    /// The name of the result.
    pub node: Text,
    /// What it had to be.
    pub expected: Value,
    /// What it was.
    pub actual: Value,
    /// Whether these are the same.
    pub passed: bool,
    /// Why the actual value is null, as far as is known.
    pub reasons: Vec<Text>,
}

/// Why a file has no cases.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CasesError {
    /// It is no XML, or XML of another kind.
    #[error("this is no file of test cases: {0}")]
    Form(Text),
    /// A value cannot be read.
    #[error("case {case}, line {line}: `{text}` is no value of type {of}")]
    Value {
        /// The case.
        case: Text,
        /// The line in the file, from 1.
        line: u32,
        /// What is written there.
        text: Text,
        /// The type that is written there.
        of: Text,
    },
}

impl Cases {
    /// Reads the cases of a file.
    pub fn parse(xml: &str) -> Result<Self, CasesError> {
        let options = ParsingOptions { allow_dtd: false, nodes_limit: 1_000_000, ..ParsingOptions::default() };
        let document =
            Document::parse_with_options(xml, options).map_err(|error| CasesError::Form(error.to_string().into()))?;
        let root = document.root_element();
        if root.tag_name().name() != "testCases" {
            return Err(CasesError::Form(Text::from(format!("the root element is `{}`", root.tag_name().name()))));
        }
        let model = named(root, "modelName").next().and_then(|node| node.text()).unwrap_or_default().trim();
        let cases = named(root, "testCase").map(case).collect::<Result<_, _>>()?;
        Ok(Self { model: model.into(), cases })
    }

    /// Holds every result against what the model gives.
    pub fn held_against(&self, model: &Model, environment: &Environment) -> Vec<Verdict> {
        let mut verdicts = Vec::new();
        for case in &self.cases {
            for (node, expected) in &case.results {
                let asked = case.invocable.as_ref().unwrap_or(node);
                let (actual, reasons) = match model.evaluate(asked, &case.inputs, environment) {
                    Ok(outcome) => {
                        (outcome.value, outcome.warnings.into_iter().map(|(_, warning)| warning.reason).collect())
                    }
                    Err(error) => (Value::Null, vec![Text::from(error.to_string())]),
                };
                let passed = agree(expected, &actual);
                let (case, node, expected) = (case.id.clone(), node.clone(), expected.clone());
                verdicts.push(Verdict { case, node, expected, actual, passed, reasons });
            }
        }
        verdicts
    }

    /// The verdicts if there is no model to hold the cases against, and why not: nothing passes, not even null.
    pub fn all_failed(&self, reason: &Text) -> Vec<Verdict> {
        let results = self.cases.iter().flat_map(|case| case.results.iter().map(move |result| (case, result)));
        let failed = results.map(|(case, (node, expected))| Verdict {
            case: case.id.clone(),
            node: node.clone(),
            expected: expected.clone(),
            actual: Value::Null,
            passed: false,
            reasons: vec![reason.clone()],
        });
        failed.collect()
    }
}

fn named<'a, 'x: 'a>(node: Node<'a, 'x>, name: &'static str) -> impl Iterator<Item = Node<'a, 'x>> {
    node.children().filter(move |child| child.is_element() && child.tag_name().name() == name)
}

fn case(node: Node<'_, '_>) -> Result<Case, CasesError> {
    let id = Text::from(node.attribute("id").unwrap_or_default());
    let mut inputs = Context::default();
    for input in named(node, "inputNode") {
        inputs.insert(input.attribute("name").unwrap_or_default(), value(input, &id)?);
    }
    let mut results = Vec::new();
    for result in named(node, "resultNode") {
        let expected = named(result, "expected").next();
        let expected = expected.map(|expected| value(expected, &id)).transpose()?.unwrap_or_default();
        results.push((result.attribute("name").unwrap_or_default().into(), expected));
    }
    let invocable =
        node.attribute("invocableName").filter(|_| node.attribute("type").is_some_and(|kind| kind != "decision"));
    Ok(Case { id, invocable: invocable.map(Text::from), inputs, results })
}

/// What an element holds: a plain value, a list of items, or components.
fn value(node: Node<'_, '_>, case: &Text) -> Result<Value, CasesError> {
    if let Some(list) = named(node, "list").next() {
        return Ok(Value::from(named(list, "item").map(|item| value(item, case)).collect::<Result<Vec<_>, _>>()?));
    }
    if let Some(plain) = named(node, "value").next() {
        return scalar(plain, case);
    }
    let mut context = Context::default();
    for component in named(node, "component") {
        context.insert(component.attribute("name").unwrap_or_default(), value(component, case)?);
    }
    Ok(if context.is_empty() { Value::Null } else { Value::Context(context) })
}

fn scalar(node: Node<'_, '_>, case: &Text) -> Result<Value, CasesError> {
    let attribute = |name: &str| node.attributes().find(|attribute| attribute.name() == name).map(|found| found.value());
    if attribute("nil") == Some("true") {
        return Ok(Value::Null);
    }
    let text = node.text().unwrap_or_default();
    let of = attribute("type").unwrap_or("string");
    let of = of.rsplit_once(':').map_or(of, |(_, local)| local);
    let trimmed = text.trim();
    let read = match of {
        "string" => Some(Value::from(text)),
        "boolean" => match trimmed {
            "true" | "1" => Some(Value::Bool(true)),
            "false" | "0" => Some(Value::Bool(false)),
            _ => None,
        },
        "decimal" | "double" | "float" | "integer" | "int" | "long" => trimmed.parse().ok().map(Value::Number),
        "date" => call("date", trimmed),
        "time" => call("time", trimmed),
        "dateTime" => call("date and time", trimmed),
        "duration" | "dayTimeDuration" | "yearMonthDuration" => call("duration", trimmed),
        _ => None,
    };
    let line = node.document().text_pos_at(node.range().start).row;
    read.ok_or_else(|| CasesError::Value { case: case.clone(), line, text: trimmed.into(), of: of.into() })
}

/// What a conversion of FEEL makes of a text.
fn call(function: &str, text: &str) -> Option<Value> {
    let expression = Expression::parse(&format!("{function}(text)"), Mode::Camunda).ok()?;
    let scope = Context::from_iter([("text", text)]);
    let value = expression.evaluate(&scope, &Environment::at(units::Timestamp(0))).value;
    if value.is_null() { None } else { Some(value) }
}

/// Whether two values are the same. Numbers may differ where the expected one was printed from a binary fraction: by
/// less than 10^-8, or than 10^-14 of their size.
fn agree(expected: &Value, actual: &Value) -> bool {
    match (expected, actual) {
        (Value::Number(one), Value::Number(two)) => near(*one, *two),
        (Value::List(one), Value::List(two)) => {
            one.len() == two.len() && one.iter().zip(two.iter()).all(|(one, two)| agree(one, two))
        }
        (Value::Context(one), Value::Context(two)) => {
            one.len() == two.len() && one.iter().all(|(name, one)| two.get(name).is_some_and(|two| agree(one, two)))
        }
        _ => expected == actual,
    }
}

fn near(one: Decimal, two: Decimal) -> bool {
    let Some(difference) = one.checked_sub(two) else { return false };
    let difference = if difference < Decimal::ZERO { -difference } else { difference };
    let size = if one < Decimal::ZERO { -one } else { one };
    let part = |digits: u32| Decimal::from(10_i64.pow(digits));
    let scaled = |digits: u32| difference.checked_mul(part(digits));
    scaled(8).is_some_and(|scaled| scaled < Decimal::from(1)) || scaled(14).is_some_and(|scaled| scaled < size)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
mod tests {
    use units::Timestamp;

    use super::*;

    const CASES: &str = r#"<testCases xmlns="http://www.omg.org/spec/DMN/20160719/testcase" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
        <modelName>m.dmn</modelName>
        <testCase id="1"><inputNode name="x"><value xsi:type="xsd:decimal">2</value></inputNode>
        <resultNode name="double" type="decision"><expected><value xsi:type="xsd:decimal">4</value></expected></resultNode>
        <resultNode name="none" type="decision"><expected><value xsi:nil="true"/></expected></resultNode></testCase></testCases>"#;

    #[test]
    fn a_case_passes_if_its_value_is_what_it_has_to_be() {
        let cases = Cases::parse(CASES).unwrap();
        assert_eq!((cases.model.as_str(), cases.cases.len()), ("m.dmn", 1));
        let model = r#"<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="m"><decision id="a" name="double">
            <literalExpression><text>x * 2</text></literalExpression></decision><decision id="b" name="none"><literalExpression><text>x</text></literalExpression></decision></definitions>"#;
        let (model, _) = Model::parse(model).unwrap();
        let verdicts = cases.held_against(&model, &Environment::at(Timestamp(0)));
        assert_eq!(verdicts.iter().map(|verdict| verdict.passed).collect::<Vec<_>>(), [true, false]);
        assert!(cases.all_failed(&"refused".into()).iter().all(|verdict| !verdict.passed));
    }

    #[test]
    fn numbers_agree_as_far_as_a_binary_fraction_is_exact() {
        let number = |text: &str| text.parse::<Decimal>().unwrap();
        assert!(near(number("1.4142135623730951"), number("1.414213562373095048801688724209698")));
        assert!(near(number("123456789012345.6"), number("123456789012345.5")));
        assert!(!near(number("1.41"), number("1.42")));
    }
}
