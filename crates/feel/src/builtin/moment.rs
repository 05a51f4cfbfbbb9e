//! Functions that make dates, times and durations (DMN 1.5, table 69).

use units::{Decimal, Rounding};

use super::arguments::{Arguments, wrong};
use super::calendar::day;
use super::{Builtin, Fault, null};
use crate::temporal::{self, DateTime, Time, YearsDuration, Zone};
use crate::value::with_article;
use crate::{Date, Value};

pub(super) const FUNCTIONS: &[Builtin] = &[
    Builtin::new("date", &[&["from"], &["year", "month", "day"]], |_, arguments| {
        if arguments.len() == 3 {
            return date_of_parts(arguments);
        }
        match arguments.single(0) {
            Value::Date(date) => Ok(Value::Date(*date)),
            Value::DateTime(moment) => Ok(Value::Date(moment.date)),
            Value::String(text) => read(temporal::date(text).map(Value::Date), text, "a date such as 2026-11-23"),
            other => cannot("a date", other),
        }
    })
    .told("from: string or date and time, year: number, month: number, day: number -> date", "A day, from text such as `2026-11-23` or from its parts."),
    Builtin::new(
        "time",
        &[&["from"], &["hour", "minute", "second"], &["hour", "minute", "second", "offset"]],
        |call, arguments| {
            if arguments.len() > 1 {
                return time_of_parts(arguments);
            }
            match arguments.single(0) {
                Value::Time(time) => Ok(Value::Time(*time)),
                Value::DateTime(moment) => Ok(Value::Time(moment.time)),
                Value::Date(date) => Ok(Value::Time(DateTime::midnight(*date).time)),
                Value::String(text) => {
                    let loosely = call.mode.reads_times_loosely();
                    let time = if loosely { temporal::loose_time(text) } else { temporal::time(text) };
                    read(time.map(Value::Time), text, "a time such as 10:30:00Z")
                }
                other => cannot("a time", other),
            }
        },
    )
    .told("from: string or date and time, hour: number, minute: number, second: number, offset: days and time duration -> time", "A time of day, from text such as `10:30:00Z` or from its parts."),
    Builtin::new("date and time", &[&["from"], &["date", "time"], &["date", "timezone"]], |call, arguments| {
        if arguments.len() == 2 {
            return date_and_time(arguments);
        }
        match arguments.single(0) {
            Value::DateTime(moment) => Ok(Value::DateTime(*moment)),
            Value::Date(date) => Ok(Value::DateTime(DateTime::midnight(*date))),
            Value::String(text) => {
                let loosely = call.mode.reads_times_loosely();
                let moment = if loosely { temporal::loose_date_time(text) } else { temporal::date_time(text) };
                read(moment.map(Value::DateTime), text, "a date and time such as 2026-11-23T10:30:00Z")
            }
            other => cannot("a date and time", other),
        }
    })
    .told("from: string or date, date: date or date and time, time: time, timezone: string -> date and time", "A day with a time of day, or a moment on the clocks of another zone."),
    Builtin::new("duration", &[&["from"]], |_, arguments| match arguments.single(0) {
        duration @ (Value::DaysDuration(_) | Value::YearsDuration(_)) => Ok(duration.clone()),
        Value::String(text) => read(temporal::duration(text).map(Value::from), text, "a duration such as P1DT2H or P1Y6M"),
        other => cannot("a duration", other),
    })
    .told("from: string -> duration", "A duration, `P1DT2H` or `P1Y6M`; the two kinds do not mix."),
    Builtin::new("cycle", &[&["interval"], &["repetitions", "interval"]], |call, arguments| {
        let times = match arguments.len() {
            1 => String::new(),
            _ if !arguments.has(0) => String::new(),
            _ => arguments.integer(0)?.to_string(),
        };
        let interval = arguments.single(arguments.len() - 1);
        match interval {
            Value::DaysDuration(_) | Value::YearsDuration(_) => {}
            Value::String(text) if temporal::duration(text).is_some() => {}
            other => return wrong(arguments.len() - 1, "a duration", other),
        }
        let cycle = match interval {
            Value::String(text) => format!("R{times}/{text}"),
            duration => format!("R{times}/{duration}"),
        };
        call.make(cycle.len())?;
        Ok(Value::from(cycle))
    })
    .told("repetitions: number, interval: duration -> string", "The text of a cycle for timers, such as `R3/PT1H`; without a number of repetitions, or with -1, it goes on for ever."),
    Builtin::new("years and months duration", &[&["from", "to"]], |_, arguments| {
        let months = day(arguments, 0)?.months_until(day(arguments, 1)?);
        Ok(Value::YearsDuration(YearsDuration::from_months(months)))
    })
    .told("from: date or date and time, to: date or date and time -> years and months duration", "The whole months between two days."),
];

/// What a call of one of these functions with a text gives, if it gives anything: the same in every scope.
pub(crate) fn constant(builtin: &Builtin, text: &str, loosely: bool) -> Option<Value> {
    match builtin.name {
        "date" => temporal::date(text).map(Value::Date),
        "time" => if loosely { temporal::loose_time(text) } else { temporal::time(text) }.map(Value::Time),
        "date and time" => {
            if loosely { temporal::loose_date_time(text) } else { temporal::date_time(text) }.map(Value::DateTime)
        }
        "duration" => temporal::duration(text).map(Value::from),
        _ => None,
    }
}

fn cannot<T>(what: &str, from: &Value) -> Result<T, Fault> {
    null(format!("{what} cannot be made from {}", with_article(from)))
}

fn read(value: Option<Value>, text: &str, expected: &str) -> Result<Value, Fault> {
    match value {
        Some(value) => Ok(value),
        None => null(format!("`{}` is not {expected}", text.chars().take(60).collect::<String>())),
    }
}

fn date_of_parts(arguments: &[Value]) -> Result<Value, Fault> {
    let year = i32::try_from(arguments.integer(0)?).ok();
    let [month, day] = [arguments.integer(1)?, arguments.integer(2)?].map(|number| u8::try_from(number).ok());
    let date = || Date::new(year?, month?, day?);
    date().map_or_else(|| null("there is no such day"), |date| Ok(Value::Date(date)))
}

fn time_of_parts(arguments: &[Value]) -> Result<Value, Fault> {
    let [hour, minute] = [arguments.integer(0)?, arguments.integer(1)?].map(|number| i8::try_from(number).ok());
    let (second, fraction) = parts_of_second(arguments.number(2)?);
    let zone = match arguments.single(3) {
        Value::Null => Zone::Local,
        Value::DaysDuration(offset) => match Zone::at_offset(*offset) {
            Some(zone) => zone,
            None => return null(format!("the offset {offset} is not one of whole seconds, of at most 18 hours")),
        },
        other => return wrong(3, "a days and time duration", other),
    };
    let clock = || jiff::civil::Time::new(hour?, minute?, second?, fraction?).ok();
    clock().map_or_else(|| null("there is no such time"), |clock| Ok(Value::Time(Time { clock, zone })))
}

/// Whole seconds, and nanoseconds; what is below these is cut off.
fn parts_of_second(second: Decimal) -> (Option<i8>, Option<i32>) {
    let whole = second.round(0, Rounding::Down);
    let fraction = second.checked_sub(whole).and_then(|rest| rest.round(9, Rounding::Down).mantissa_at(9));
    let whole = whole.to_i64().and_then(|whole| i8::try_from(whole).ok());
    (whole, fraction.and_then(|fraction| i32::try_from(fraction).ok()))
}

/// A day with a time, or a moment on the clocks of another zone; the latter is an addition of Camunda.
fn date_and_time(arguments: &[Value]) -> Result<Value, Fault> {
    match (arguments.single(0), arguments.single(1)) {
        (Value::DateTime(moment), Value::String(name)) => {
            let zone = Zone::read(name).or_else(|| Zone::read(&format!("@{name}")));
            let Some(zone) = zone else {
                return null(format!("`{name}` is not a time zone such as Europe/Paris, +01:00 or Z"));
            };
            let there = if moment.time.zone == Zone::Local { moment.placed_in(zone) } else { moment.in_zone(zone) };
            there.map_or_else(|| null("the moment lies outside the calendar"), |there| Ok(Value::DateTime(there)))
        }
        (_, Value::Time(time)) => Ok(Value::DateTime(DateTime::new(day(arguments, 0)?, *time))),
        (_, other) => wrong(1, "a time", other),
    }
}
