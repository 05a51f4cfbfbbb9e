//! Properties of dates, times, durations and ranges (DMN 1.5, table 65).

use units::Decimal;

use crate::Value;
use crate::temporal::{DAY, Date, DaysDuration, Time, Zone};

/// The property of this name, if values of this type have it; null if this value does not.
pub(crate) fn property(value: &Value, name: &str) -> Option<Value> {
    match value {
        Value::Date(date) => of_date(*date, name),
        Value::Time(time) => of_time(*time, time.zone.fixed_offset(), name),
        Value::DateTime(moment) => of_date(moment.date, name).or_else(|| of_time(moment.time, moment.offset(), name)),
        Value::YearsDuration(duration) => match name {
            "years" => Some(Value::from(duration.months() / 12)),
            "months" => Some(Value::from(duration.months() % 12)),
            _ => None,
        },
        Value::DaysDuration(duration) => of_duration(*duration, name),
        Value::Range(range) => match name {
            "start" => Some(range.start.clone().unwrap_or_default()),
            "end" => Some(range.end.clone().unwrap_or_default()),
            "start included" => Some(Value::Bool(range.start_included)),
            "end included" => Some(Value::Bool(range.end_included)),
            _ => None,
        },
        _ => None,
    }
}

fn of_date(date: Date, name: &str) -> Option<Value> {
    let number = match name {
        "year" => i64::from(date.year()),
        "month" => i64::from(date.month()),
        "day" => i64::from(date.day()),
        "weekday" => i64::from(date.weekday()),
        _ => return None,
    };
    Some(Value::from(number))
}

fn of_time(time: Time, offset: Option<i32>, name: &str) -> Option<Value> {
    Some(match name {
        "hour" => Value::from(i64::from(time.clock.hour())),
        "minute" => Value::from(i64::from(time.clock.minute())),
        "second" => {
            let nanoseconds = i128::from(time.clock.second()) * 1_000_000_000 + i128::from(time.clock.subsec_nanosecond());
            Value::Number(Decimal::new(nanoseconds, 9).normalize())
        }
        "time offset" => {
            offset.map_or(Value::Null, |offset| Value::DaysDuration(DaysDuration::from_seconds(i64::from(offset))))
        }
        "timezone" => match time.zone {
            Zone::Region(region) => Value::from(region.name()),
            Zone::Local | Zone::Offset(_) => Value::Null,
        },
        _ => return None,
    })
}

fn of_duration(duration: DaysDuration, name: &str) -> Option<Value> {
    let seconds = duration.whole_seconds();
    let part = match name {
        "days" => seconds / i128::from(DAY),
        "hours" => seconds / 3600 % 24,
        "minutes" => seconds / 60 % 60,
        "seconds" => {
            return Some(Value::Number(Decimal::new(duration.nanoseconds() % 60_000_000_000, 9).normalize()));
        }
        _ => return None,
    };
    Some(Value::Number(Decimal::new(part, 0)))
}
