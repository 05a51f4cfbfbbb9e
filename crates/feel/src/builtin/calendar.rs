//! Functions on the calendar and the clock, which is the one of the environment.

use super::arguments::{Arguments, wrong};
use super::{Builtin, Fault, null};
use crate::evaluate::Evaluator;
use crate::temporal::DateTime;
use crate::{Date, Value};

pub(super) const FUNCTIONS: &[Builtin] = &[
    Builtin::new("now", &[&[]], |call, _| now(call).map(Value::DateTime))
        .told("-> date and time", "The moment of the evaluation."),
    Builtin::new("today", &[&[]], |call, _| now(call).map(|moment| Value::Date(moment.date)))
        .told("-> date", "The day of the evaluation."),
    Builtin::new("day of week", &[&["date"]], |_, arguments| {
        Ok(Value::from(DAYS[usize::from(day(arguments, 0)?.weekday() - 1) % 7]))
    })
    .told("date: date or date and time -> string", "The name of the day in English: `Monday`."),
    Builtin::new("day of year", &[&["date"]], |_, arguments| Ok(Value::from(i64::from(day(arguments, 0)?.day_of_year()))))
        .told("date: date or date and time -> number", "Which day of the year it is."),
    Builtin::new("week of year", &[&["date"]], |_, arguments| Ok(Value::from(i64::from(day(arguments, 0)?.week_of_year()))))
        .told("date: date or date and time -> number", "Which week of the year it is, as ISO 8601 counts them."),
    Builtin::new("month of year", &[&["date"]], |_, arguments| {
        Ok(Value::from(MONTHS[usize::from(day(arguments, 0)?.month() - 1) % 12]))
    })
    .told("date: date or date and time -> string", "The name of the month in English: `January`."),
    Builtin::new("last day of month", &[&["date"]], |_, arguments| Ok(Value::Date(day(arguments, 0)?.last_of_month())))
        .told("date: date or date and time -> date", "The last day of the month."),
];

const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn now(call: &Evaluator<'_>) -> Result<DateTime, Fault> {
    match DateTime::of(call.environment.now, call.environment.utc_offset) {
        Some(moment) => Ok(moment),
        None => null("the moment lies outside the calendar"),
    }
}

/// The day of a date, or of a date and time.
pub(super) fn day(arguments: &[Value], place: usize) -> Result<Date, Fault> {
    match arguments.single(place) {
        Value::Date(date) => Ok(*date),
        Value::DateTime(moment) => Ok(moment.date),
        other => wrong(place, "a date", other),
    }
}
