//! Goes over a form and holds what was submitted against each field that people see.

use feel::{Context, Environment, Expression, Mode, UnaryTests, Value};
use serde_json::Value as Json;
use trade::Finding;
use units::{Decimal, Text};

use super::field::{Field, Kind};
use super::path::{Path, laid_over};
use super::rule;

/// A form that is filled in: what was known, what was submitted, and both.
pub(super) struct Sheet<'a> {
    pub(super) known: Json,
    pub(super) submitted: Json,
    /// What is known, with what was submitted.
    pub(super) data: Json,
    environment: &'a Environment,
}

/// Where a component stands.
#[derive(Clone)]
pub(super) struct Place {
    /// Where its value is.
    pub(super) path: Path,
    /// What its expressions can read.
    scope: Context,
    /// The item of a list in which it lies, or everything.
    this: Value,
    /// The numbers of the items in which it lies, from 1, from the outside in.
    items: Vec<usize>,
    pub(super) is_hidden: bool,
}

/// Everything that is wrong with what a form was filled in with. A form that cannot be read asks for nothing: it is shown to nobody either.
pub(crate) fn check(form: &str, known: &Context, submitted: &Context, environment: &Environment) -> Vec<Finding> {
    let Ok(form) = serde_json::from_str::<Json>(form) else { return Vec::new() };
    let (known, mut submitted) = (known.to_json(), submitted.to_json());
    let whole = Sheet::new(known, submitted.clone(), environment);
    // what is hidden is not submitted, and then hides nothing itself
    whole.visit(&form, &mut |_, place| {
        if place.is_hidden {
            place.path.remove(&mut submitted);
        }
    });
    let sheet = Sheet { data: laid_over(&whole.known, &submitted), submitted, ..whole };
    let mut findings = Vec::new();
    sheet.visit(&form, &mut |field, place| {
        if place.is_hidden || matches!(field.kind(), Kind::Group | Kind::Shown) {
            return;
        }
        let is_shown_only = field.get("disabled") == Some(&Json::Bool(true)) || sheet.is_true(field.get("readonly"), place);
        match is_shown_only {
            true => findings.extend(rule::changed(&sheet, field, place)),
            false => findings.extend(rule::broken(&sheet, field, place)),
        }
    });
    findings
}

fn value(json: &Json) -> Value {
    Value::from_json(json).unwrap_or(Value::Null)
}

/// What expressions read: all data, and where they stand, under plain names that data may cover and under names of their own.
fn scope(all: &Value, (this, parent): (&Value, &Value), items: &[usize]) -> Context {
    let items = Value::list(items.iter().map(|item| Value::Number(Decimal::from(*item))));
    let here = [("this", this.clone()), ("parent", parent.clone()), ("i", items)];
    let mut scope = Context::EMPTY;
    here.iter().for_each(|(name, value)| drop(scope.insert(*name, value.clone())));
    if let Value::Context(data) = all {
        scope.merge(data);
    }
    here.into_iter().for_each(|(name, value)| drop(scope.insert(Text::from(format!("_{name}_")), value)));
    scope
}

impl<'a> Sheet<'a> {
    /// What was submitted on top of what was known.
    pub(super) fn new(known: Json, submitted: Json, environment: &'a Environment) -> Self {
        Self { data: laid_over(&known, &submitted), known, submitted, environment }
    }

    /// Each component with its place, those of a list once per item.
    pub(super) fn visit<'f>(&self, form: &'f Json, seen: &mut dyn FnMut(Field<'f>, &Place)) {
        let (path, this, items) = (Path::default(), value(&self.data), Vec::new());
        let scope = scope(&this, (&this, &Value::Null), &items);
        let all = this.clone();
        let place = Place { path, scope, this, items, is_hidden: false };
        Field::inside(form).for_each(|field| self.component(field, (&all, &place), seen));
    }

    fn component<'f>(&self, field: Field<'f>, (all, around): (&Value, &Place), seen: &mut dyn FnMut(Field<'f>, &Place)) {
        let name = match field.kind() {
            Kind::Group | Kind::List => field.text("path"),
            Kind::Shown => None,
            _ => field.text("key"),
        };
        let is_hidden = around.is_hidden || self.hides(field, around);
        let place = Place { path: around.path.named(name.unwrap_or_default()), is_hidden, ..around.clone() };
        seen(field, &place);
        match field.kind() {
            Kind::List => {
                let items = place.path.get(&self.data).and_then(Json::as_array);
                for (index, item) in items.into_iter().flatten().enumerate() {
                    let (mut items, this) = (around.items.clone(), value(item));
                    items.push(index + 1);
                    let scope = scope(all, (&this, &around.this), &items);
                    let inside = Place { path: place.path.item(index), scope, this, items, is_hidden };
                    field.components().for_each(|field| self.component(field, (all, &inside), seen));
                }
            }
            _ => field.components().for_each(|field| self.component(field, (all, &place), seen)),
        }
    }

    /// Whether a condition hides a component: an expression that gives true, or a test.
    fn hides(&self, field: Field<'_>, place: &Place) -> bool {
        let condition = field.get("conditional").and_then(|conditional| conditional.get("hide")).and_then(Json::as_str);
        let Some(text) = condition.and_then(|condition| condition.trim_start().strip_prefix('=')) else { return false };
        match (Expression::parse(text, Mode::Camunda), UnaryTests::parse(text, Mode::Camunda)) {
            (Ok(expression), _) => expression.evaluate(&place.scope, self.environment).value == Value::Bool(true),
            (Err(_), Ok(tests)) => tests.matches(&Value::Null, &place.scope, self.environment).0,
            (Err(_), Err(_)) => false,
        }
    }

    /// What an expression gives, with or without its `=`; null if it is none.
    pub(super) fn evaluate(&self, text: &str, place: &Place) -> Json {
        let text = text.trim_start();
        let expression = Expression::parse(text.strip_prefix('=').unwrap_or(text), Mode::Camunda);
        expression.map_or(Json::Null, |expression| expression.evaluate(&place.scope, self.environment).value.to_json())
    }

    /// A bound: a number, or an expression that gives one.
    pub(super) fn bound(&self, bound: Option<&Json>, place: &Place) -> Option<Decimal> {
        match bound? {
            Json::String(text) if text.trim_start().starts_with('=') => rule::decimal(&self.evaluate(text, place)),
            other => rule::decimal(other),
        }
    }

    /// Whether something is true, or an expression that gives it.
    fn is_true(&self, value: Option<&Json>, place: &Place) -> bool {
        match value {
            Some(Json::Bool(value)) => *value,
            Some(Json::String(text)) if text.trim_start().starts_with('=') => self.evaluate(text, place) == Json::Bool(true),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use units::Timestamp;

    use super::*;

    fn context(json: &Json) -> Context {
        Value::from_json(json).unwrap().as_context().unwrap().clone()
    }

    /// What is found in a form of these components: each place with its cause.
    #[track_caller]
    fn found(components: &Json, known: &Json, submitted: &Json) -> Vec<String> {
        let form = json!({ "type": "default", "components": components }).to_string();
        let findings = super::check(&form, &context(known), &context(submitted), &Environment::at(Timestamp(0)));
        assert!(findings.iter().all(|finding| !finding.mend.is_empty()), "{findings:?}");
        findings.iter().map(|finding| format!("{} {}", finding.place, finding.cause)).collect()
    }

    #[track_caller]
    fn check(components: &Json, submitted: &Json, expected: &[&str]) {
        assert_eq!(found(components, &json!({}), submitted), expected, "{submitted}");
    }

    #[test]
    fn what_is_required_has_to_be_there_or_known() {
        let field = |kind: &str| json!([{ "type": kind, "key": "a", "label": "A", "validate": { "required": true } }]);
        for kind in ["textfield", "textarea", "number", "select", "radio", "checklist", "taglist", "datetime", "filepicker"]
        {
            check(&field(kind), &json!({}), &["/variables/a A: it is missing"]);
            check(&field(kind), &json!({ "a": null }), &["/variables/a A: it is missing"]);
        }
        check(&field("textfield"), &json!({ "a": "" }), &["/variables/a A: it is missing"]);
        check(&field("checklist"), &json!({ "a": [] }), &["/variables/a A: it is missing"]);
        check(&field("checkbox"), &json!({ "a": false }), &["/variables/a A: it is not ticked"]);
        check(&field("checkbox"), &json!({ "a": true }), &[]);
        check(&field("textfield"), &json!({ "a": "x" }), &[]);
        assert_eq!(found(&field("number"), &json!({ "a": 1 }), &json!({})), [""; 0]);
    }

    #[test]
    fn numbers_keep_to_bounds_digits_and_steps() {
        let field = json!([{ "type": "number", "key": "n", "decimalDigits": 2, "increment": "0.05",
            "validate": { "min": 1, "max": "=limit * 2" } }]);
        let number = |value: Json| found(&field, &json!({ "limit": 5 }), &json!({ "n": value }));
        assert_eq!(number(json!(1)), [""; 0]);
        assert_eq!(number(json!(9.95)), [""; 0]);
        assert_eq!(number(json!(0.95)), ["/variables/n n: it is 0.95"]);
        assert_eq!(number(json!(10.05)), ["/variables/n n: it is 10.05"]);
        assert_eq!(number(json!(2.505)).len(), 2);
        assert_eq!(number(json!("2")), ["/variables/n n: it is \"2\""]);
        assert_eq!(number(json!(null)), [""; 0]);
        let text = json!([{ "type": "number", "key": "n", "serializeToString": true, "validate": { "min": 1 } }]);
        check(&text, &json!({ "n": "0.5" }), &["/variables/n n: it is 0.5"]);
        check(&text, &json!({ "n": "many" }), &["/variables/n n: it is \"many\""]);
        check(&text, &json!({ "n": "12345678901234567890.5" }), &[]);
    }

    #[test]
    fn texts_keep_to_length_pattern_and_kind() {
        let field = |validate: Json| json!([{ "type": "textfield", "key": "t", "validate": validate }]);
        let lengths = field(json!({ "minLength": 2, "maxLength": "=1 + 2" }));
        check(&lengths, &json!({ "t": " a " }), &["/variables/t t: its length is 1"]);
        check(&lengths, &json!({ "t": "abcd" }), &["/variables/t t: its length is 4"]);
        check(&lengths, &json!({ "t": "abc" }), &[]);
        check(&lengths, &json!({ "t": "" }), &[]);
        check(&lengths, &json!({ "t": 12 }), &["/variables/t t: it is 12"]);
        check(&field(json!({ "pattern": "^[A-Z]+$" })), &json!({ "t": "a" }), &["/variables/t t: it is \"a\""]);
        check(
            &field(json!({ "validationType": "email" })),
            &json!({ "t": "a" }),
            &["/variables/t t: \"a\" is no mail address"],
        );
    }

    #[test]
    fn choices_are_of_what_is_offered_by_the_form_the_data_or_an_expression() {
        let known = json!({ "sites": [{ "label": "North", "value": "N" }, "S"] });
        for source in [
            json!({ "values": [{ "label": "North", "value": "N" }, { "label": "South", "value": "S" }] }),
            json!({ "valuesKey": "sites" }),
            json!({ "valuesExpression": "=sites" }),
        ] {
            let of = |kind: &str| {
                let mut field = json!({ "type": kind, "key": "site" });
                field.as_object_mut().unwrap().extend(source.as_object().unwrap().clone());
                json!([field])
            };
            assert_eq!(found(&of("select"), &known, &json!({ "site": "S" })), [""; 0], "{source}");
            assert_eq!(
                found(&of("radio"), &known, &json!({ "site": "W" })),
                ["/variables/site site: \"W\" is none of the options"]
            );
            assert_eq!(
                found(&of("taglist"), &known, &json!({ "site": ["S", "W"] })),
                ["/variables/site site: \"W\" is none of the options"]
            );
            assert_eq!(found(&of("checklist"), &known, &json!({ "site": "S" })), ["/variables/site site: it is \"S\""]);
        }
    }

    #[test]
    fn days_and_times_are_written_as_the_viewer_writes_them() {
        let field = |subtype: &str| json!([{ "type": "datetime", "key": "d", "subtype": subtype }]);
        for (subtype, right, wrong) in [
            ("date", vec!["2026-11-23"], vec!["23.11.2026", "2026-11-23T10:00", "2026-13-01"]),
            ("time", vec!["14:30", "14:30Z", "14:30+02:00", "14:30:05"], vec!["2026-11-23", "25:00", "14"]),
            (
                "datetime",
                vec!["2026-11-23T14:30", "2026-11-23T14:30Z", "2026-11-23T14:30+02:00"],
                vec!["2026-11-23", "14:30"],
            ),
        ] {
            right.iter().for_each(|text| check(&field(subtype), &json!({ "d": text }), &[]));
            for text in wrong {
                check(&field(subtype), &json!({ "d": text }), &[&format!("/variables/d d: it is \"{text}\"")]);
            }
        }
    }

    #[test]
    fn what_is_hidden_is_passed_over_and_hides_nothing_itself() {
        let field = |key: &str, hide: &str| json!({ "type": "textfield", "key": key, "conditional": { "hide": hide }, "validate": { "required": true } });
        let form = json!([field("a", "=kind = \"b\""), field("b", "=kind = \"a\""), field("c", "=a = \"hides c\"")]);
        check(&form, &json!({ "kind": "a", "a": "x", "c": "y" }), &[]);
        check(&form, &json!({ "kind": "a" }), &["/variables/a a: it is missing", "/variables/c c: it is missing"]);
        // a is hidden, so what was submitted of it does not count
        check(&form, &json!({ "kind": "b", "b": "x", "a": "hides c" }), &["/variables/c c: it is missing"]);
        let group =
            json!([{ "type": "group", "path": "g", "conditional": { "hide": "=x" }, "components": [field("a", "")] }]);
        check(&group, &json!({ "x": true }), &[]);
        check(&group, &json!({ "x": false }), &["/variables/g/a a: it is missing"]);
    }

    #[test]
    fn what_the_form_only_shows_may_come_back_as_its_field_writes_it() {
        let given = |known: Json, submitted: Json| {
            let field = json!({ "type": "textfield", "key": "known", "readonly": true });
            found(&json!([field]), &json!({ "known": known }), &json!({ "known": submitted })).len()
        };
        assert_eq!(given(json!("12.50"), json!(12.5)), 0);
        assert_eq!(given(json!(12), json!("12")), 0);
        assert_eq!(given(json!("two\nlines"), json!("two lines")), 0);
        assert_eq!(given(json!(["a", "gone"]), json!(["a"])), 0);
        assert_eq!(given(json!("12.50"), json!(12.6)), 1);
        assert_eq!(given(json!(["a"]), json!(["a", "b"])), 1);
        assert_eq!(given(json!("two lines"), json!("three lines")), 1);
    }

    #[test]
    fn what_the_form_only_shows_keeps_its_value() {
        for flag in [json!({ "disabled": true }), json!({ "readonly": true }), json!({ "readonly": "=known > 0" })] {
            let mut field = json!({ "type": "number", "key": "known", "validate": { "required": true, "max": 1 } });
            field.as_object_mut().unwrap().extend(flag.as_object().unwrap().clone());
            let given = |submitted: Json| found(&json!([field]), &json!({ "known": 5 }), &submitted);
            assert_eq!(given(json!({})), [""; 0], "{flag}");
            assert_eq!(given(json!({ "known": 5.0 })), [""; 0], "{flag}");
            assert_eq!(
                given(json!({ "known": 6 })),
                ["/variables/known known: the form only shows it, and it was given another value"]
            );
        }
    }

    #[test]
    fn each_item_of_a_list_is_looked_at_in_its_place() {
        let form = json!([{ "type": "dynamiclist", "path": "lines", "components": [
            { "type": "textfield", "key": "item.code", "validate": { "required": true } },
            { "type": "number", "key": "qty", "conditional": { "hide": "=this.free = true" }, "validate": { "min": "=_i_[1]" } }] }]);
        let lines = json!([{ "item": { "code": "X" }, "qty": 1 }, { "item": {}, "qty": 1 }, { "item": { "code": "Y" }, "qty": 0, "free": true }]);
        check(
            &form,
            &json!({ "lines": lines }),
            &["/variables/lines/1/item/code item.code: it is missing", "/variables/lines/1/qty qty: it is 1"],
        );
        check(&form, &json!({ "lines": "none" }), &["/variables/lines the field: it is \"none\""]);
        check(&form, &json!({}), &[]);
    }

    #[test]
    fn what_is_no_field_of_the_form_is_not_looked_at() {
        let form =
            json!([{ "type": "text", "text": "Hello" }, { "type": "button", "key": "b" }, { "type": "textfield" }, 7]);
        check(&form, &json!({ "anything": [1, 2] }), &[]);
        let findings =
            super::check("no JSON", &Context::EMPTY, &context(&json!({ "a": 1 })), &Environment::at(Timestamp(0)));
        assert_eq!(findings, []);
    }
}
