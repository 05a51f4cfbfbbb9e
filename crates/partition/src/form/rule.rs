//! What is asked of the value of a field.

use feel::Value;
use serde_json::Value as Json;
use trade::Finding;
use units::{Decimal, Text};

use super::check::{Place, Sheet};
use super::field::{Field, Kind};
use super::{option, text};

/// What is wrong with a value, and what would be right.
type Wrong = (String, String);

/// Everything that is wrong with a field that people see and may change.
pub(super) fn broken(sheet: &Sheet<'_>, field: Field<'_>, place: &Place) -> Vec<Finding> {
    let submitted = place.path.get(&sheet.submitted).filter(|given| !given.is_null());
    let value = place.path.get(&sheet.data).filter(|value| !is_empty(value));
    let wrong = match (submitted.and_then(|given| of_another_type(field, given)), value) {
        (Some(wrong), _) => vec![wrong],
        (None, None) if is_true(field.rule("required")) => vec![("it is missing".to_owned(), "fill it in".to_owned())],
        (None, Some(Json::Bool(false))) if field.kind() == Kind::Checkbox && is_true(field.rule("required")) => {
            vec![("it is not ticked".to_owned(), "tick it".to_owned())]
        }
        (None, None) => Vec::new(),
        (None, Some(value)) => match field.kind() {
            Kind::Text => of_text(sheet, field, place, value),
            Kind::Number => of_number(sheet, field, place, value),
            Kind::Choice => unoffered(&option::offered(sheet, field, place), value).into_iter().collect(),
            Kind::Choices => {
                let offered = option::offered(sheet, field, place);
                let chosen = value.as_array().into_iter().flatten();
                chosen.filter_map(|value| unoffered(&offered, value)).collect()
            }
            Kind::Checkbox | Kind::DateTime | Kind::Given | Kind::Group | Kind::List | Kind::Shown => Vec::new(),
        },
    };
    wrong.into_iter().map(|wrong| finding(field, place, wrong)).collect()
}

/// That a field which only shows its value was given another one.
pub(super) fn changed(sheet: &Sheet<'_>, field: Field<'_>, place: &Place) -> Option<Finding> {
    let given = place.path.get(&sheet.submitted).filter(|given| !is_empty(given) && **given != Json::Bool(false))?;
    let was = [place.path.get(&sheet.known), field.get("defaultValue")];
    let is_kept = was.into_iter().flatten().any(|was| is_shown_as(was, given));
    let wrong = ("the form only shows it, and it was given another value".to_owned(), "leave it out".to_owned());
    (!is_kept).then(|| finding(field, place, wrong))
}

/// Whether a field that has this value submits that one: it may write a number as text and a text on one line, and leaves out of several
/// choices those that are offered no more.
fn is_shown_as(was: &Json, given: &Json) -> bool {
    let words = |value: &Json| match value {
        Json::String(text) => Some(text.split_whitespace().collect::<Vec<_>>().join(" ")),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    };
    match (was, given) {
        (Json::Array(was), Json::Array(given)) => given.iter().all(|given| was.iter().any(|was| is_shown_as(was, given))),
        _ => {
            is_same(was, given)
                || matches!((words(was), words(given)), (Some(was), Some(given)) if was == given)
                || matches!((decimal(was), decimal(given)), (Some(was), Some(given)) if was == given)
        }
    }
}

fn finding(field: Field<'_>, place: &Place, (cause, mend): Wrong) -> Finding {
    let cause = format!("{}: {cause}", field.label());
    Finding { place: Text::from(place.path.to_string()), cause: cause.into(), mend: mend.into() }
}

fn is_true(value: Option<&Json>) -> bool {
    value == Some(&Json::Bool(true))
}

fn is_empty(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::String(text) => text.is_empty(),
        Json::Array(items) => items.is_empty(),
        Json::Bool(_) | Json::Number(_) | Json::Object(_) => false,
    }
}

/// Whether two values are one: 1.0 is 1.
pub(super) fn is_same(one: &Json, other: &Json) -> bool {
    one == other || matches!((Value::from_json(one), Value::from_json(other)), (Ok(one), Ok(other)) if one == other)
}

/// What a value is instead of what its field gives.
fn of_another_type(field: Field<'_>, value: &Json) -> Option<Wrong> {
    let is_right = match field.kind() {
        Kind::Text => value.is_string(),
        Kind::Number if is_true(field.get("serializeToString")) => {
            value.as_str().is_some_and(|text| text.is_empty() || decimal(value).is_some())
        }
        Kind::Number => value.is_number(),
        Kind::Checkbox => value.is_boolean(),
        Kind::Choices | Kind::List => value.is_array(),
        Kind::DateTime => value.as_str().is_some_and(|text| text.is_empty() || is_moment(field, text)),
        Kind::Choice | Kind::Given | Kind::Group | Kind::Shown => true,
    };
    let wanted = match field.kind() {
        _ if is_right => return None,
        Kind::Number if is_true(field.get("serializeToString")) => "a number, as a text",
        Kind::Number => "a number",
        Kind::Checkbox => "true or false",
        Kind::Choices | Kind::List => "a list",
        Kind::DateTime => match field.text("subtype") {
            Some("time") => "a time such as 14:30",
            Some("datetime") => "a date and time such as 2026-11-23T14:30",
            _ => "a date such as 2026-11-23",
        },
        _ => "a text",
    };
    Some((format!("it is {}", shown(value)), format!("give {wanted}")))
}

/// Whether a text is what a field for dates and times gives; seconds may be left out.
fn is_moment(field: Field<'_>, text: &str) -> bool {
    let read = |text: &str| match (field.text("subtype"), Value::temporal(text)) {
        (Some("time"), Some(Value::Time(_))) | (Some("datetime"), Some(Value::DateTime(_))) => true,
        (Some("time" | "datetime"), _) => false,
        (_, read) => matches!(read, Some(Value::Date(_))),
    };
    let (day, clock) = text.split_once('T').map_or(("", text), |(day, clock)| (day, clock));
    let with_seconds = || match (clock.get(..5), clock.get(5..)) {
        (Some(minutes), Some(zone)) if !zone.starts_with(':') && day.is_empty() => format!("{minutes}:00{zone}"),
        (Some(minutes), Some(zone)) if !zone.starts_with(':') => format!("{day}T{minutes}:00{zone}"),
        _ => String::new(),
    };
    read(text) || read(&with_seconds())
}

fn of_text(sheet: &Sheet<'_>, field: Field<'_>, place: &Place, value: &Json) -> Vec<Wrong> {
    let Some(given) = value.as_str() else { return Vec::new() };
    let mut wrong = Vec::new();
    // as browsers count
    let length = Decimal::from(given.trim().encode_utf16().count());
    let bound = |name: &str| sheet.bound(field.rule(name), place);
    if let Some(least) = bound("minLength").filter(|least| length < *least) {
        wrong.push((format!("its length is {length}"), format!("give {least} characters or more")));
    }
    if let Some(most) = bound("maxLength").filter(|most| length > *most) {
        wrong.push((format!("its length is {length}"), format!("give {most} characters or fewer")));
    }
    if let Some(pattern) = field.rule("pattern").and_then(Json::as_str).filter(|pattern| !pattern.is_empty())
        && text::meets(pattern, given) == Some(false)
    {
        let mend = field.rule("patternErrorMessage").and_then(Json::as_str).map(str::to_owned);
        wrong.push((format!("it is {}", shown(value)), mend.unwrap_or_else(|| format!("let it match `{pattern}`"))));
    }
    match field.rule("validationType").and_then(Json::as_str) {
        Some("email") if !text::is_mail_address(given) => {
            wrong.push((format!("{} is no mail address", shown(value)), "give one such as name@company.example".to_owned()));
        }
        Some("phone") if !text::has_phone_number(given) => {
            let cause = format!("{} is no international telephone number", shown(value));
            wrong.push((cause, "give one such as +4930664040900".to_owned()));
        }
        _ => {}
    }
    wrong
}

fn of_number(sheet: &Sheet<'_>, field: Field<'_>, place: &Place, value: &Json) -> Vec<Wrong> {
    let Some(number) = decimal(value) else { return vec![(format!("it is {}", shown(value)), "give a number".to_owned())] };
    let mut wrong = Vec::new();
    let bound = |name: &str| sheet.bound(field.rule(name), place);
    if let Some(least) = bound("min").filter(|least| number < *least) {
        wrong.push((format!("it is {number}"), format!("give {least} or more")));
    }
    if let Some(most) = bound("max").filter(|most| number > *most) {
        wrong.push((format!("it is {number}"), format!("give {most} or less")));
    }
    let digits = field.get("decimalDigits").and_then(Json::as_i64).filter(|digits| *digits >= 0);
    if let Some(digits) = digits.filter(|digits| i64::from(number.normalize().scale()) > *digits) {
        let mend = if digits == 0 {
            "give a whole number".to_owned()
        } else {
            format!("give {digits} digits after the point at most")
        };
        wrong.push((format!("it is {number}"), mend));
    }
    let step = field.get("increment").and_then(decimal).filter(|step| !step.is_zero());
    if let Some(step) = step.filter(|step| number.checked_modulo(*step).is_some_and(|over| !over.is_zero())) {
        wrong.push((format!("it is {number}"), format!("give a multiple of {step}")));
    }
    wrong
}

fn unoffered(offered: &[Json], value: &Json) -> Option<Wrong> {
    if offered.iter().any(|option| is_same(option, value)) {
        return None;
    }
    let some: Vec<String> = offered.iter().take(10).map(shown).collect();
    let more = if offered.len() > some.len() { " …" } else { "" };
    let mend = if some.is_empty() {
        "leave it out: there are no options".to_owned()
    } else {
        format!("choose one of {}{more}", some.join(", "))
    };
    Some((format!("{} is none of the options", shown(value)), mend))
}

/// The number that a value is, or that its text says.
pub(super) fn decimal(value: &Json) -> Option<Decimal> {
    match value {
        Json::String(text) => text.trim().parse().ok(),
        _ => Value::from_json(value).ok()?.as_decimal(),
    }
}

/// A value as a message shows it: short.
fn shown(value: &Json) -> String {
    match value {
        Json::Array(_) => "a list".to_owned(),
        Json::Object(_) => "a context".to_owned(),
        Json::String(text) => format!("\"{}\"", text.chars().take(40).collect::<String>()),
        other => other.to_string(),
    }
}
