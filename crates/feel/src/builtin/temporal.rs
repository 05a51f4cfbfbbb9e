//! Functions on dates and times. The clock is the one of the environment.

use super::arguments::Arguments;
use super::{Builtin, Fault, null};
use crate::temporal::DateTime;
use crate::{Date, Value};

pub(super) const FUNCTIONS: &[Builtin] = &[
    Builtin::new("now", &[&[]], |call, _| match DateTime::of(call.environment.now, call.environment.utc_offset) {
        Some(moment) => Ok(Value::DateTime(moment)),
        None => null("the moment lies outside the calendar"),
    })
    .told("-> date and time", "The moment of the evaluation."),
    Builtin::new("today", &[&[]], |call, _| match DateTime::of(call.environment.now, call.environment.utc_offset) {
        Some(moment) => Ok(Value::Date(moment.date)),
        None => null("the moment lies outside the calendar"),
    })
    .told("-> date", "The day of the evaluation."),
    Builtin::new("day of week", &[&["date"]], |_, arguments| {
        Ok(Value::from(DAYS[usize::from(day(arguments)?.weekday().to_monday_zero_offset().unsigned_abs()) % 7]))
    })
    .told("date: date or date and time -> string", "The name of the day in English: `Monday`."),
    Builtin::new("day of year", &[&["date"]], |_, arguments| Ok(Value::from(i64::from(day(arguments)?.day_of_year()))))
        .told("date: date or date and time -> number", "Which day of the year it is."),
    Builtin::new("week of year", &[&["date"]], |_, arguments| {
        Ok(Value::from(i64::from(day(arguments)?.iso_week_date().week())))
    })
    .told("date: date or date and time -> number", "Which week of the year it is, as ISO 8601 counts them."),
    Builtin::new("month of year", &[&["date"]], |_, arguments| {
        Ok(Value::from(MONTHS[usize::from(day(arguments)?.month().unsigned_abs() - 1) % 12]))
    })
    .told("date: date or date and time -> string", "The name of the month in English: `January`."),
    Builtin::new("last day of month", &[&["date"]], |_, arguments| Ok(Value::Date(day(arguments)?.last_of_month())))
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

fn day(arguments: &[Value]) -> Result<Date, Fault> {
    match arguments.value(0) {
        Value::Date(date) => Ok(*date),
        Value::DateTime(moment) => Ok(moment.date),
        other => null(format!("argument 1 has to be a date, and is {}", other.type_name())),
    }
}
