//! Cron expressions in Spring's dialect, which Camunda 8 uses: seconds, minutes, hours, day of month, month, day of week.

use jiff::civil::{Date, DateTime, Time};
use units::Timestamp;

use super::{civil, moment};

/// After so many days without a match there is none: a 29 February on a given weekday comes within 40 years.
const HORIZON_DAYS: u32 = 41 * 366;

const MONTHS: &[&str] = &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS: &[&str] = &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// A cron expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cron {
    seconds: u64,
    minutes: u64,
    hours: u64,
    days: Vec<DayOfMonth>,
    months: u64,
    weekdays: Vec<DayOfWeek>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DayOfMonth {
    /// One of these, as bits.
    Any(u64),
    /// So many days before the last one: `L`, `L-3`.
    Last(i8),
    /// The last day from Monday to Friday: `LW`.
    LastWeekday,
    /// The day from Monday to Friday that is nearest, in the same month: `15W`.
    Nearest(i8),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DayOfWeek {
    /// One of these, as bits; Sunday is 0.
    Any(u64),
    /// The last one in the month: `5L`.
    Last(i8),
    /// The so many-eth in the month: `5#2`.
    Nth(i8, i8),
}

impl Cron {
    /// Reads an expression, or says why it is none.
    pub fn parse(text: &str) -> Result<Self, String> {
        let long = match text.trim() {
            "@yearly" | "@annually" => "0 0 0 1 1 *",
            "@monthly" => "0 0 0 1 * *",
            "@weekly" => "0 0 0 * * 0",
            "@daily" | "@midnight" => "0 0 0 * * *",
            "@hourly" => "0 0 * * * *",
            other => other,
        };
        let fields: Vec<&str> = long.split_whitespace().collect();
        let &[seconds, minutes, hours, days, months, weekdays] = fields.as_slice() else {
            return Err(format!(
                "`{text}` is neither a cycle such as R3/PT10M nor a cron expression of six fields such as `0 0 6 * * MON-FRI`"
            ));
        };
        let wrong = |field: &str, what: &str| format!("`{field}` is no {what} in the cron expression `{text}`");
        let bits = |field: &str, from, to, names, what: &str| bits(field, from, to, names).ok_or_else(|| wrong(field, what));
        Ok(Self {
            seconds: bits(seconds, 0, 59, &[], "second (0 to 59)")?,
            minutes: bits(minutes, 0, 59, &[], "minute (0 to 59)")?,
            hours: bits(hours, 0, 23, &[], "hour (0 to 23)")?,
            days: each(days, day_of_month).ok_or_else(|| wrong(days, "day of the month (1 to 31, L, LW, 15W)"))?,
            months: bits(months, 1, 12, MONTHS, "month (1 to 12, JAN to DEC)")?,
            weekdays: each(weekdays, day_of_week)
                .ok_or_else(|| wrong(weekdays, "day of the week (0 to 7, SUN to SAT, 5L, 5#2)"))?,
        })
    }

    /// The first moment after another one, by clocks that far ahead of UTC, in seconds; `None` if there is none in 40 years.
    pub fn after(&self, from: Timestamp, utc_offset: i32) -> Option<Timestamp> {
        let next = civil(Timestamp(from.0.div_euclid(1_000).checked_add(1)?.checked_mul(1_000)?), utc_offset)?;
        let (mut day, mut earliest) = (next.date(), next.time());
        for _ in 0..HORIZON_DAYS {
            if self.is_on(day)
                && let Some(time) = self.time_from(earliest)
            {
                return moment(DateTime::from_parts(day, time), utc_offset);
            }
            (day, earliest) = (day.tomorrow().ok()?, Time::midnight());
        }
        None
    }

    fn is_on(&self, day: Date) -> bool {
        has(self.months, day.month())
            && self.days.iter().any(|rule| rule.is_on(day))
            && self.weekdays.iter().any(|rule| rule.is_on(day))
    }

    /// The first time of a day that is not before another one.
    fn time_from(&self, earliest: Time) -> Option<Time> {
        let (hour, minute, second) = (earliest.hour(), earliest.minute(), earliest.second());
        let of = |hour, minute, second| Time::new(hour, minute, second, 0).ok();
        if has(self.hours, hour) {
            if has(self.minutes, minute)
                && let Some(second) = from(self.seconds, second)
            {
                return of(hour, minute, second);
            }
            if let Some(minute) = from(self.minutes, minute + 1) {
                return of(hour, minute, from(self.seconds, 0)?);
            }
        }
        of(from(self.hours, hour + 1)?, from(self.minutes, 0)?, from(self.seconds, 0)?)
    }
}

impl DayOfMonth {
    fn is_on(self, day: Date) -> bool {
        let last = day.days_in_month();
        match self {
            Self::Any(days) => has(days, day.day()),
            Self::Last(before) => day.day() == last - before,
            Self::LastWeekday => day.day() == nearest_weekday(day, last),
            Self::Nearest(wanted) => wanted <= last && day.day() == nearest_weekday(day, wanted),
        }
    }
}

impl DayOfWeek {
    fn is_on(self, day: Date) -> bool {
        let weekday = day.weekday().to_sunday_zero_offset();
        match self {
            Self::Any(days) => has(days, weekday),
            Self::Last(wanted) => weekday == wanted && day.day() + 7 > day.days_in_month(),
            Self::Nth(wanted, nth) => weekday == wanted && (day.day() - 1) / 7 + 1 == nth,
        }
    }
}

/// The day from Monday to Friday that is nearest to a day of the month that `day` lies in.
fn nearest_weekday(day: Date, wanted: i8) -> i8 {
    let last = day.days_in_month();
    let Ok(date) = Date::new(day.year(), day.month(), wanted) else { return wanted };
    match date.weekday().to_sunday_zero_offset() {
        6 if wanted == 1 => 3,
        6 => wanted - 1,
        0 if wanted == last => wanted - 2,
        0 => wanted + 1,
        _ => wanted,
    }
}

fn has(bits: u64, number: i8) -> bool {
    u32::try_from(number).is_ok_and(|number| bits.checked_shr(number).is_some_and(|bits| bits & 1 == 1))
}

/// The first number that is not below another one.
fn from(bits: u64, number: i8) -> Option<i8> {
    let rest = bits.checked_shr(u32::try_from(number).ok()?)?;
    if rest == 0 { None } else { i8::try_from(rest.trailing_zeros()).ok()?.checked_add(number) }
}

/// What each part of a field with commas means.
fn each<T>(field: &str, part: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    field.split(',').map(part).collect()
}

fn day_of_month(part: &str) -> Option<DayOfMonth> {
    if let Some(rest) = part.strip_prefix('L') {
        return match rest {
            "" => Some(DayOfMonth::Last(0)),
            "W" => Some(DayOfMonth::LastWeekday),
            _ => number(rest.strip_prefix('-')?, 1, 30, &[]).map(DayOfMonth::Last),
        };
    }
    match part.strip_suffix('W') {
        Some(day) => number(day, 1, 31, &[]).map(DayOfMonth::Nearest),
        None => bits(if part == "?" { "*" } else { part }, 1, 31, &[]).map(DayOfMonth::Any),
    }
}

fn day_of_week(part: &str) -> Option<DayOfWeek> {
    let weekday = |text: &str| number(text, 0, 7, WEEKDAYS).map(|day| day % 7);
    if let Some((day, nth)) = part.split_once('#') {
        return Some(DayOfWeek::Nth(weekday(day)?, number(nth, 1, 5, &[])?));
    }
    match part.strip_suffix('L') {
        Some(day) => weekday(day).map(DayOfWeek::Last),
        None => {
            let days = bits(if part == "?" { "*" } else { part }, 0, 7, WEEKDAYS)?;
            // both 0 and 7 are Sunday
            Some(DayOfWeek::Any(days | (days >> 7 & 1)))
        }
    }
}

/// The numbers of a field, as bits: `*`, `5`, `1-5`, `*/15`, `10/5`, and any of these with commas between.
fn bits(field: &str, from: i8, to: i8, names: &[&str]) -> Option<u64> {
    let mut all = 0;
    for part in field.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, Some(number(step, 1, i8::MAX, &[])?)),
            None => (part, None),
        };
        let (first, last) = match range.split_once('-') {
            _ if range == "*" => (from, to),
            Some((first, last)) => ends(number(first, from, to, names)?, number(last, from, to, names)?, last, names),
            None => {
                let only = number(range, from, to, names)?;
                (only, if step.is_some() { to } else { only })
            }
        };
        if first > last {
            return None;
        }
        let step = usize::try_from(step.unwrap_or(1)).ok()?;
        for place in (first..=last).step_by(step) {
            all |= 1_u64.checked_shl(u32::try_from(place).ok()?)?;
        }
    }
    Some(all)
}

/// The ends of a range. Sunday is before the other days of the week where a range begins, and behind them where one ends.
fn ends(first: i8, last: i8, written: &str, names: &[&str]) -> (i8, i8) {
    match (first, last) {
        _ if names.len() != WEEKDAYS.len() => (first, last),
        (1.., 0) if written != "0" => (first, 7),
        (7, 1..=6) => (0, last),
        _ => (first, last),
    }
}

/// A number in bounds, or a name in place of one: names of months begin at 1, those of weekdays at 0.
fn number(text: &str, from: i8, to: i8, names: &[&str]) -> Option<i8> {
    let named = names.iter().position(|name| name.eq_ignore_ascii_case(text));
    let found = match named {
        Some(place) => i8::try_from(place).ok()? + i8::from(names.len() == MONTHS.len()),
        None if text.chars().all(|c| c.is_ascii_digit()) => text.parse().ok()?,
        None => return None,
    };
    (from..=to).contains(&found).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// To the second, for reading.
    fn second(moment: Timestamp) -> String {
        moment.to_string().replace(".000Z", "Z")
    }

    /// The first two moments of an expression after noon on Wednesday, 25 November 2026.
    fn moments(text: &str) -> Vec<String> {
        let cron = Cron::parse(text).expect("a cron expression");
        let noon = "2026-11-25T12:00:00Z".parse().ok();
        std::iter::successors(noon, |last| cron.after(*last, 0))
            .skip(1)
            .take(2)
            .map(|found: Timestamp| second(found))
            .collect()
    }

    #[test]
    fn fields_are_numbers_names_ranges_steps_and_lists() {
        for (text, expected) in [
            ("0 0 12 * * *", ["2026-11-26T12:00:00Z", "2026-11-27T12:00:00Z"]),
            ("*/20 * * * * *", ["2026-11-25T12:00:20Z", "2026-11-25T12:00:40Z"]),
            ("0 15,45 9-17 * * MON-FRI", ["2026-11-25T12:15:00Z", "2026-11-25T12:45:00Z"]),
            ("0 0 6 ? * sat,7", ["2026-11-28T06:00:00Z", "2026-11-29T06:00:00Z"]),
            ("0 0 6 ? * FRI-SUN", ["2026-11-27T06:00:00Z", "2026-11-28T06:00:00Z"]),
            ("0 0 6 ? * SAT-sun", ["2026-11-28T06:00:00Z", "2026-11-29T06:00:00Z"]),
            ("0 0 6 ? * 6-7", ["2026-11-28T06:00:00Z", "2026-11-29T06:00:00Z"]),
            ("0 0 6 ? * SUN-MON", ["2026-11-29T06:00:00Z", "2026-11-30T06:00:00Z"]),
            ("0 0 6 ? * 7-1", ["2026-11-29T06:00:00Z", "2026-11-30T06:00:00Z"]),
            ("0 30 10/5 1 JAN *", ["2027-01-01T10:30:00Z", "2027-01-01T15:30:00Z"]),
            ("@monthly", ["2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"]),
            ("@weekly", ["2026-11-29T00:00:00Z", "2026-12-06T00:00:00Z"]),
        ] {
            assert_eq!(moments(text), expected, "{text}");
        }
    }

    #[test]
    fn last_nearest_and_nth_days_are_known() {
        for (text, expected) in [
            ("0 0 0 L * *", ["2026-11-30T00:00:00Z", "2026-12-31T00:00:00Z"]),
            ("0 0 0 L-3 * *", ["2026-11-27T00:00:00Z", "2026-12-28T00:00:00Z"]),
            // 31 January 2027 is a Sunday
            ("0 0 0 LW 1 *", ["2027-01-29T00:00:00Z", "2028-01-31T00:00:00Z"]),
            // 1 May 2027 is a Saturday
            ("0 0 0 1W 5 *", ["2027-05-03T00:00:00Z", "2028-05-01T00:00:00Z"]),
            ("0 0 0 ? * 5#2", ["2026-12-11T00:00:00Z", "2027-01-08T00:00:00Z"]),
            ("0 0 0 ? * MONL", ["2026-11-30T00:00:00Z", "2026-12-28T00:00:00Z"]),
            ("0 0 0 29 2 *", ["2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z"]),
        ] {
            assert_eq!(moments(text), expected, "{text}");
        }
    }

    #[test]
    fn what_never_comes_is_never() {
        assert_eq!(moments("0 0 0 31 2 *").len(), 0);
    }

    #[test]
    fn mistakes_name_the_field() {
        for (text, part) in [
            ("60 * * * * *", "`60` is no second"),
            ("* 5-1 * * * *", "`5-1` is no minute"),
            ("* * * 32 * *", "`32` is no day of the month"),
            ("* * * * FOO *", "`FOO` is no month"),
            ("* * * * * 6-0", "`6-0` is no day of the week"),
            ("* * * * * 5#6", "`5#6` is no day of the week"),
            ("*/0 * * * * *", "`*/0` is no second"),
            ("0 0 6 * *", "six fields"),
        ] {
            let why = Cron::parse(text).expect_err(text);
            assert!(why.contains(part), "{text}: {why}");
        }
    }
}
