//! Functions that make a value of one type from others.

use super::arguments::{Arguments, wrong};
use super::{Builtin, Fault, null};
use crate::number::{DIGITS, exact};
use crate::temporal::{self, DateTime, Time, YearsDuration};
use crate::{Date, Value};

pub(super) const FUNCTIONS: &[Builtin] = &[
    Builtin::new("string", &[&["from"]], |call, arguments| {
        let text = match arguments.value(0) {
            Value::Null => return Ok(Value::Null),
            Value::String(text) => text.clone(),
            other => units::Text::from(other.to_string()),
        };
        call.make(text.len())?;
        Ok(Value::String(text))
    })
    .told("from: Any -> string", "The value as text; what is inside of lists and contexts as FEEL writes it."),
    Builtin::new(
        "number",
        &[&["from"], &["from", "grouping separator"], &["from", "grouping separator", "decimal separator"]],
        |_, arguments| number(arguments),
    )
    .told(
        "from: string, grouping separator: string, decimal separator: string -> number",
        "The number that a string says. Groups are separated by a space, a comma or a point; decimals by a comma or a point.",
    ),
    Builtin::new("date", &[&["from"], &["year", "month", "day"]], |_, arguments| {
        if arguments.len() == 3 {
            let year = i16::try_from(arguments.integer(0)?);
            let [month, day] = [arguments.integer(1)?, arguments.integer(2)?].map(i8::try_from);
            return match (year, month, day) {
                (Ok(year), Ok(month), Ok(day)) => match Date::new(year, month, day) {
                    Ok(date) => Ok(Value::Date(date)),
                    Err(_) => null("there is no such day"),
                },
                _ => null("there is no such day"),
            };
        }
        match arguments.value(0) {
            Value::Date(date) => Ok(Value::Date(*date)),
            Value::DateTime(moment) => Ok(Value::Date(moment.date)),
            Value::String(text) => read(temporal::date(text).map(Value::Date), text, "a date such as 2026-11-23"),
            other => null(format!("a date cannot be made from a {}", other.type_name())),
        }
    })
    .told("from: string or date and time, year: number, month: number, day: number -> date", "A day."),
    Builtin::new(
        "time",
        &[&["from"], &["hour", "minute", "second"], &["hour", "minute", "second", "offset"]],
        |_, arguments| match arguments.value(0) {
            Value::Number(_) => {
                let offset = match arguments.value(3) {
                    Value::DaysDuration(offset) => i32::try_from(offset.whole_seconds()).ok(),
                    _ => None,
                };
                let [hour, minute] = [arguments.integer(0)?, arguments.integer(1)?].map(i8::try_from);
                let second = arguments.number(2)?;
                let whole = second.round(0, units::Rounding::Down);
                let fraction =
                    second.checked_sub(whole).and_then(|fraction| fraction.round(9, units::Rounding::Down).mantissa_at(9));
                let parts = (hour, minute, whole.to_i64().map(i8::try_from), fraction.map(i32::try_from));
                if let (Ok(hour), Ok(minute), Some(Ok(second)), Some(Ok(fraction))) = parts
                    && let Ok(clock) = jiff::civil::Time::new(hour, minute, second, fraction)
                {
                    return Ok(Value::Time(Time { clock, offset }));
                }
                null("there is no such time")
            }
            Value::Time(time) => Ok(Value::Time(*time)),
            Value::DateTime(moment) => Ok(Value::Time(moment.time)),
            Value::Date(_) => Ok(Value::Time(Time { clock: jiff::civil::Time::midnight(), offset: Some(0) })),
            Value::String(text) => read(temporal::time(text).map(Value::Time), text, "a time such as 10:30:00Z"),
            other => null(format!("a time cannot be made from a {}", other.type_name())),
        },
    )
    .told(
        "from: string or date and time, hour: number, minute: number, second: number, offset: duration -> time",
        "A time of day.",
    ),
    Builtin::new("date and time", &[&["from"], &["date", "time"]], |_, arguments| {
        if arguments.len() == 2 {
            let date = match arguments.value(0) {
                Value::Date(date) => *date,
                Value::DateTime(moment) => moment.date,
                other => return null(format!("argument 1 has to be a date, and is {}", other.type_name())),
            };
            let Value::Time(time) = arguments.value(1) else {
                return null(format!("argument 2 has to be a time, and is {}", arguments.value(1).type_name()));
            };
            return Ok(Value::DateTime(DateTime { date, time: *time }));
        }
        match arguments.value(0) {
            Value::DateTime(moment) => Ok(Value::DateTime(*moment)),
            Value::Date(date) => {
                let midnight = Time { clock: jiff::civil::Time::midnight(), offset: Some(0) };
                Ok(Value::DateTime(DateTime { date: *date, time: midnight }))
            }
            Value::String(text) => {
                let moment = temporal::date_time(text).map(Value::DateTime);
                read(moment, text, "a date and time such as 2026-11-23T10:30:00Z")
            }
            other => null(format!("a date and time cannot be made from a {}", other.type_name())),
        }
    })
    .told("from: string or date, date: date or date and time, time: time -> date and time", "A day with a time of day."),
    Builtin::new("duration", &[&["from"]], |_, arguments| match arguments.value(0) {
        duration @ (Value::DaysDuration(_) | Value::YearsDuration(_)) => Ok(duration.clone()),
        Value::String(text) => {
            let duration = temporal::duration(text).map(|duration| match duration {
                temporal::Duration::Days(duration) => Value::DaysDuration(duration),
                temporal::Duration::Years(duration) => Value::YearsDuration(duration),
            });
            read(duration, text, "a duration such as P1DT2H or P1Y6M")
        }
        other => null(format!("a duration cannot be made from a {}", other.type_name())),
    })
    .told("from: string -> duration", "A duration: `P1DT2H`, or `P1Y6M`; the two kinds do not mix."),
    Builtin::new("years and months duration", &[&["from", "to"]], |_, arguments| {
        let day = |place| match arguments.value(place) {
            Value::Date(date) => Ok(*date),
            Value::DateTime(moment) => Ok(moment.date),
            other => null(format!("argument {} has to be a date, and is {}", place + 1, other.type_name())),
        };
        let (from, to) = (day(0)?, day(1)?);
        let months = |date: Date| i64::from(date.year()) * 12 + i64::from(date.month());
        let mut between = months(to) - months(from);
        if between > 0 && to.day() < from.day() {
            between -= 1;
        } else if between < 0 && to.day() > from.day() {
            between += 1;
        }
        Ok(Value::YearsDuration(YearsDuration::from_months(between)))
    })
    .told("from: date, to: date -> years and months duration", "The whole months between two days."),
];

fn number(arguments: &[Value]) -> Result<Value, Fault> {
    let separator = |place, allowed: &[&str], expected| match arguments.value(place) {
        Value::Null => Ok(None),
        Value::String(text) if allowed.contains(&text.as_str()) => Ok(Some(text.as_str())),
        Value::String(_) => null(expected),
        other => wrong(place, "a string", other),
    };
    let grouping = separator(1, &[" ", ",", "."], "`grouping separator` has to be a space, a comma or a point")?;
    let decimal = separator(2, &[",", "."], "`decimal separator` has to be a comma or a point")?;
    if grouping.is_some() && grouping == decimal {
        return null("`grouping separator` and `decimal separator` have to differ");
    }
    let from = arguments.text(0)?;
    let mut plain: String = from.chars().take(1_000).collect();
    if let Some(grouping) = grouping {
        plain = plain.replace(grouping, "");
    }
    if let Some(decimal) = decimal {
        plain = plain.replace(decimal, ".");
    }
    match exact(plain.trim()) {
        Some(number) => Ok(Value::Number(number)),
        None => null(format!("`{}` is no number of at most {DIGITS} digits", from.chars().take(60).collect::<String>())),
    }
}

fn read(value: Option<Value>, text: &str, expected: &str) -> Result<Value, Fault> {
    match value {
        Some(value) => Ok(value),
        None => null(format!("`{}` is not {expected}", text.chars().take(60).collect::<String>())),
    }
}
