//! Computed fields: what the form's own expressions give.

use feel::{Context, Environment, Value};
use serde_json::Value as Json;

use super::check::Sheet;

/// How often computed fields are gone over, each of which may need what others give.
const MAX_PASSES: usize = 10;

/// What was submitted, with what the computed fields that people see give. The viewer computes them as well, but whoever asks by another
/// way could submit anything, and a viewer's arithmetic may round otherwise than ours.
pub(crate) fn with_computed(form: &str, known: &Context, submitted: &Context, environment: &Environment) -> Context {
    let Ok(form) = serde_json::from_str::<Json>(form) else { return submitted.clone() };
    let (known, mut filled) = (known.to_json(), submitted.to_json());
    let mut names = Vec::new();
    for _ in 0..MAX_PASSES {
        let sheet = Sheet::new(known.clone(), filled.clone(), environment);
        names.clear();
        sheet.visit(&form, &mut |field, place| {
            let expression = field.computes().filter(|_| !place.is_hidden);
            if let (Some(expression), Some(name)) = (expression, place.path.first()) {
                place.path.put(&mut filled, sheet.evaluate(expression, place));
                names.push(name.to_owned());
            }
        });
        if filled == sheet.submitted {
            break;
        }
    }
    let mut all = submitted.clone();
    for name in names {
        let value = filled.get(&name).and_then(|value| Value::from_json(value).ok());
        all.insert(name, value.unwrap_or(Value::Null));
    }
    all
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use units::Timestamp;

    use super::*;

    fn context(json: &Json) -> Context {
        Value::from_json(json).unwrap().as_context().unwrap().clone()
    }

    #[track_caller]
    fn check(components: &Json, submitted: &Json, expected: &Json) {
        let form = json!({ "components": components }).to_string();
        let known = context(&json!({ "rate": 0.1 }));
        let filled = with_computed(&form, &known, &context(submitted), &Environment::at(Timestamp(0)));
        assert_eq!(&filled.to_json(), expected, "{submitted}");
    }

    fn computed(key: &str, expression: &str) -> Json {
        json!({ "type": "expression", "key": key, "expression": expression })
    }

    #[test]
    fn a_computed_field_has_the_value_that_its_expression_gives_whatever_was_submitted() {
        let form = json!([{ "type": "number", "key": "net" }, computed("tax", "=net * rate")]);
        check(&form, &json!({ "net": 3 }), &json!({ "net": 3, "tax": 0.3 }));
        check(&form, &json!({ "net": 3, "tax": 0.30000000000000004 }), &json!({ "net": 3, "tax": 0.3 }));
        check(&form, &json!({ "net": 3, "tax": 0 }), &json!({ "net": 3, "tax": 0.3 }));
        check(&form, &json!({ "tax": 7, "other": 1 }), &json!({ "tax": null, "other": 1 }));
    }

    #[test]
    fn computed_fields_may_need_each_other_in_any_order_and_never_go_on_for_ever() {
        let form = json!([computed("c", "=b + 1"), computed("b", "=a + 1")]);
        check(&form, &json!({ "a": 1 }), &json!({ "a": 1, "b": 2, "c": 3 }));
        let endless = json!([computed("n", "=get or else(n, 0) + 1")]);
        check(&endless, &json!({}), &json!({ "n": MAX_PASSES }));
    }

    #[test]
    fn computed_fields_of_groups_and_items_stand_in_their_place_and_hidden_ones_give_nothing() {
        let lines = json!([{ "type": "dynamiclist", "path": "lines", "components": [computed("sum", "=this.qty * 2")] }]);
        check(
            &lines,
            &json!({ "lines": [{ "qty": 1 }, { "qty": 2, "sum": 9 }] }),
            &json!({ "lines": [{ "qty": 1, "sum": 2 }, { "qty": 2, "sum": 4 }] }),
        );
        let group = json!([{ "type": "group", "path": "g", "components": [computed("x.y", "=a")] }]);
        check(&group, &json!({ "a": 1 }), &json!({ "a": 1, "g": { "x": { "y": 1 } } }));
        check(&group, &json!({ "a": 1, "g": 5 }), &json!({ "a": 1, "g": { "x": { "y": 1 } } }));
        let mut hidden = computed("x", "=a");
        hidden.as_object_mut().unwrap().insert("conditional".to_owned(), json!({ "hide": "=a = 1" }));
        check(&json!([hidden]), &json!({ "a": 1 }), &json!({ "a": 1 }));
    }
}
