//! What is wrong with a form itself: what could never be held against what people submit.

use std::fmt::Display;

use feel::{Expression, Mode, UnaryTests};
use serde_json::Value as Json;
use units::{Finding, Severity, Text};

use super::field::{Field, Kind};
use super::text;

/// Everything that keeps a form from being judged, each with the component: patterns that cannot be tested here, and expressions that do
/// not parse. Else whoever asks another way than through the viewer could submit what the modeller does not allow.
pub(crate) fn lint(form: &str) -> Vec<Finding> {
    let read = match serde_json::from_str::<Json>(form) {
        Ok(read) => read,
        Err(error) => {
            let line = u32::try_from(error.line()).unwrap_or(u32::MAX);
            let (element, name) = (Text::default(), Text::default());
            let cause = Text::from(format!("it is not JSON: {error}"));
            let mend = Text::const_new("export it from the modeler again");
            return vec![Finding { severity: Severity::Error, element, name, line, cause, mend }];
        }
    };
    let mut findings = Vec::new();
    Field::inside(&read).for_each(|field| component(form, field, &mut findings));
    findings
}

fn component(form: &str, field: Field<'_>, findings: &mut Vec<Finding>) {
    let wrong = [pattern(field)].into_iter().flatten().chain(expressions(field)).chain(condition(field));
    findings.extend(wrong.map(|(cause, mend)| {
        let element = Text::from(field.text("id").or_else(|| field.text("key")).unwrap_or_default());
        let line = line_of(form, &element);
        Finding { severity: Severity::Error, name: field.label().into(), line, element, cause, mend }
    }));
    field.components().for_each(|inside| component(form, inside, findings));
}

/// The line in which a component is named first.
fn line_of(form: &str, element: &str) -> u32 {
    let named = Json::from(element).to_string();
    let before = form.find(&named).and_then(|at| form.get(..at)).unwrap_or_default();
    u32::try_from(before.matches('\n').count() + 1).unwrap_or(u32::MAX)
}

fn pattern(field: Field<'_>) -> Option<(Text, Text)> {
    let pattern = field.rule("pattern").and_then(Json::as_str).filter(|pattern| !pattern.is_empty())?;
    let why = text::unusable(pattern).filter(|_| field.kind() == Kind::Text)?;
    let cause = format!("the pattern `{pattern}` cannot be held against what is submitted: {why}");
    Some((cause.into(), Text::const_new("write a pattern that looks neither ahead nor back and refers to no group")))
}

/// Expressions that have to be some: bounds, what is read only, options, what a field computes.
fn expressions(field: Field<'_>) -> impl Iterator<Item = (Text, Text)> {
    let marked = |value: &Json| value.as_str().and_then(|text| text.trim_start().strip_prefix('=')).map(str::to_owned);
    let rules = ["min", "max", "minLength", "maxLength"].map(|name| (name, field.rule(name).and_then(marked)));
    let bare = |text: &str| text.trim_start().strip_prefix('=').unwrap_or(text).to_owned();
    let others = [
        ("readonly", field.get("readonly").and_then(marked)),
        ("valuesExpression", field.text("valuesExpression").filter(|text| !text.trim().is_empty()).map(bare)),
        ("expression", field.computes().map(bare)),
    ];
    rules.into_iter().chain(others).filter_map(|(what, text)| {
        let error = Expression::parse(&text?, Mode::Camunda).err()?;
        Some(unread(what, &error))
    })
}

/// The condition that hides a component: an expression, or tests.
fn condition(field: Field<'_>) -> Option<(Text, Text)> {
    let text = field.get("conditional")?.get("hide")?.as_str()?.trim_start().strip_prefix('=')?;
    let error = Expression::parse(text, Mode::Camunda).err()?;
    UnaryTests::parse(text, Mode::Camunda).is_err().then(|| unread("condition to hide it", &error))
}

fn unread(what: &str, error: &dyn Display) -> (Text, Text) {
    (format!("its {what} cannot be read: {error}").into(), Text::const_new("mend the expression"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(component: &Json, expected: &[&str]) {
        let form = json!({ "id": "f", "components": [{ "type": "group", "components": [component] }] });
        let findings = lint(&serde_json::to_string_pretty(&form).unwrap());
        assert!(findings.iter().all(|finding| finding.line > 1 && finding.element == "a" && !finding.mend.is_empty()));
        assert_eq!(findings.iter().map(|finding| finding.cause.as_str()).collect::<Vec<_>>(), expected, "{component}");
    }

    #[test]
    fn a_pattern_that_cannot_be_tested_is_refused() {
        let field = |pattern: &str| json!({ "type": "textfield", "key": "a", "validate": { "pattern": pattern } });
        check(&field("^[A-Z]{2}\\d+$"), &[]);
        check(&field(""), &[]);
        let ahead = "look-around, including look-ahead and look-behind, is not supported";
        for pattern in ["^(?!x).*$", "(?<=a)b"] {
            let cause = format!("the pattern `{pattern}` cannot be held against what is submitted: {ahead}");
            check(&field(pattern), &[&cause]);
        }
        let cause = "the pattern `(` cannot be held against what is submitted: unclosed group";
        check(&field("("), &[cause]);
        check(&json!({ "type": "number", "key": "a", "validate": { "pattern": "(" } }), &[]);
    }

    #[test]
    fn an_expression_that_does_not_parse_is_refused() {
        let found = "line 1, column 4: expected a value, a name or an opening bracket, found the end";
        for (what, component) in [
            ("max", json!({ "type": "number", "key": "a", "validate": { "max": "=1 +" } })),
            ("readonly", json!({ "type": "number", "key": "a", "readonly": "=1 +" })),
            ("valuesExpression", json!({ "type": "select", "key": "a", "valuesExpression": "=1 +" })),
            ("expression", json!({ "type": "expression", "key": "a", "expression": "=1 +" })),
            ("condition to hide it", json!({ "type": "text", "id": "a", "conditional": { "hide": "=1 +" } })),
        ] {
            check(&component, &[&format!("its {what} cannot be read: {found}")]);
        }
        check(&json!({ "type": "textfield", "key": "a", "conditional": { "hide": "= > 5" } }), &[]);
        check(&json!({ "type": "number", "key": "a", "validate": { "max": 5 }, "readonly": true }), &[]);
    }

    #[test]
    fn what_is_no_json_is_refused_with_its_line() {
        let findings = lint("{\n  \"id\": }");
        assert_eq!(findings.iter().map(|finding| finding.line).collect::<Vec<_>>(), [2]);
    }
}
