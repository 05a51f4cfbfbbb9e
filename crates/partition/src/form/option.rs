//! What there is to choose from.

use serde_json::Value as Json;

use super::check::{Place, Sheet};
use super::field::Field;

/// The values that a field offers: of a variable, written down, or computed, in this order of precedence. A source that is none offers
/// nothing, as in the viewer.
pub(super) fn offered(sheet: &Sheet<'_>, field: Field<'_>, place: &Place) -> Vec<Json> {
    let list = match (field.get("valuesKey"), field.get("values"), field.text("valuesExpression")) {
        (Some(key), ..) => key.as_str().and_then(|key| sheet.known.get(key)).cloned(),
        (None, Some(values), _) => Some(values.clone()),
        (None, None, Some(expression)) => Some(sheet.evaluate(expression, place)),
        (None, None, None) => None,
    };
    let Some(Json::Array(options)) = list else { return Vec::new() };
    options.into_iter().filter_map(value).collect()
}

/// The value of an option: a plain one, or that of a label with a value. Empty texts and null are no options, nor is anything but a plain
/// value without a label.
fn value(option: Json) -> Option<Json> {
    let is_plain = |value: &Json| match value {
        Json::String(text) => !text.is_empty(),
        Json::Number(_) | Json::Bool(_) => true,
        _ => false,
    };
    let Json::Object(mut entries) = option else { return Some(option).filter(is_plain) };
    let is_labelled = entries.get("label").and_then(Json::as_str).is_some_and(|label| !label.is_empty());
    let value = entries.remove("value")?;
    let is_filled = value.as_object().is_some_and(|entries| !entries.is_empty());
    (is_plain(&value) || (is_labelled && is_filled)).then_some(value)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_option_is_a_plain_value_or_a_value_with_a_label() {
        for (option, expected) in [
            (json!("a"), Some(json!("a"))),
            (json!(0), Some(json!(0))),
            (json!(false), Some(json!(false))),
            (json!(""), None),
            (json!(null), None),
            (json!({"label": "A", "value": "a"}), Some(json!("a"))),
            (json!({"value": 7}), Some(json!(7))),
            (json!({"label": "A", "value": {"id": 1}}), Some(json!({"id": 1}))),
            (json!({"value": {"id": 1}}), None),
            (json!({"label": "A", "value": {}}), None),
            (json!({"label": "A"}), None),
        ] {
            assert_eq!(value(option.clone()), expected, "{option}");
        }
    }
}
