//! Functions on dates and times. The clock is the one of the environment.

use super::arguments::Arguments;
use super::{Builtin, Fault, null};
use crate::temporal::DateTime;
use crate::{Date, Value};

pub(super) const FUNCTIONS: &[Builtin] = &[
    Builtin::new("now", &[&[]], |call, _| match DateTime::of(call.environment.now, call.environment.utc_offset) {
        Some(moment) => Ok(Value::DateTime(moment)),
        None => null("the moment lies outside the calendar"),
    }),
    Builtin::new("today", &[&[]], |call, _| match DateTime::of(call.environment.now, call.environment.utc_offset) {
        Some(moment) => Ok(Value::Date(moment.date)),
        None => null("the moment lies outside the calendar"),
    }),
    Builtin::new("day of week", &[&["date"]], |_, arguments| {
        Ok(Value::from(DAYS[usize::from(day(arguments)?.weekday().to_monday_zero_offset().unsigned_abs()) % 7]))
    }),
    Builtin::new("day of year", &[&["date"]], |_, arguments| Ok(Value::from(i64::from(day(arguments)?.day_of_year())))),
    Builtin::new("week of year", &[&["date"]], |_, arguments| {
        Ok(Value::from(i64::from(day(arguments)?.iso_week_date().week())))
    }),
    Builtin::new("month of year", &[&["date"]], |_, arguments| {
        Ok(Value::from(MONTHS[usize::from(day(arguments)?.month().unsigned_abs() - 1) % 12]))
    }),
    Builtin::new("last day of month", &[&["date"]], |_, arguments| Ok(Value::Date(day(arguments)?.last_of_month()))),
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
