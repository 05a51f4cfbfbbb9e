//! Spans of time: ISO 8601 durations, calendar months and exact time together.

use feel::Value;
use units::Timestamp;

use super::{civil, moment};

/// A span of calendar months and of exact time: `P1M`, `P1DT12H`, `P2W`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Interval {
    /// Calendar months, twelve to the year.
    pub months: i64,
    /// Milliseconds.
    pub millis: i64,
}

impl Interval {
    /// Reads an ISO 8601 duration; `None` if it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let (sign, rest) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text.strip_prefix('+').unwrap_or(text)),
        };
        let rest = rest.strip_prefix('P')?;
        let (days, time) = match rest.split_once('T') {
            Some((_, "")) => return None,
            Some((days, time)) => (days, time),
            None => (rest, ""),
        };
        let mut found = Self::default();
        let units = [('Y', 12, 0), ('M', 1, 0), ('W', 0, 7 * 86_400_000), ('D', 0, 86_400_000)];
        let in_days = found.read(days, &units)?;
        let in_time = found.read(time, &[('H', 0, 3_600_000), ('M', 0, 60_000), ('S', 0, 1_000)])?;
        (in_days || in_time)
            .then_some(Self { months: found.months.checked_mul(sign)?, millis: found.millis.checked_mul(sign)? })
    }

    /// Adds numbers with their units, each unit once and in this order. Whether there were any.
    fn read(&mut self, mut text: &str, units: &[(char, i64, i64)]) -> Option<bool> {
        let any = !text.is_empty();
        let mut units = units.iter();
        while !text.is_empty() {
            let (number, unit) = text.split_at(text.find(|c: char| c.is_ascii_alphabetic())?);
            let (_, months, millis) = *units.find(|(name, ..)| unit.starts_with(*name))?;
            text = &unit[1..];
            let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
            let seconds = months == 0 && millis == 1_000;
            if (part != "0" && !seconds) || !whole.chars().chain(part.chars()).all(|c| c.is_ascii_digit()) {
                return None;
            }
            let whole: i64 = whole.parse().ok()?;
            let thousandths: i64 = format!("{part:0<3}").get(..3)?.parse().ok()?;
            self.months = self.months.checked_add(whole.checked_mul(months)?)?;
            self.millis = self.millis.checked_add(whole.checked_mul(millis)?)?.checked_add(thousandths)?;
        }
        Some(any)
    }

    /// The interval that a value says: a duration, or its text; `None` if it says none.
    pub fn of(value: &Value) -> Option<Self> {
        match value {
            Value::DaysDuration(duration) => Some(Self { months: 0, millis: duration.milliseconds()? }),
            Value::YearsDuration(duration) => Some(Self { months: duration.months(), millis: 0 }),
            Value::String(text) => Self::parse(text.trim()),
            _ => None,
        }
    }

    /// So many of it one after the other.
    pub(crate) fn times(self, count: i64) -> Option<Self> {
        Some(Self { months: self.months.checked_mul(count)?, millis: self.millis.checked_mul(count)? })
    }

    /// Whether it leads back.
    pub fn is_negative(self) -> bool {
        self.months < 0 || self.millis < 0
    }

    /// Whether it leads ahead.
    pub fn is_positive(self) -> bool {
        self.months >= 0 && self.millis >= 0 && (self.months > 0 || self.millis > 0)
    }

    /// The moment that lies this much later: months by the calendar in UTC, a day that the month does not have being its last.
    pub fn after(self, from: Timestamp) -> Option<Timestamp> {
        let later = match self.months {
            0 => from,
            months => moment(civil(from)?.checked_add(jiff::Span::new().try_months(months).ok()?).ok()?)?,
        };
        Some(Timestamp(later.0.checked_add(self.millis)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a moment")
    }

    #[test]
    fn durations_of_every_unit_are_read() {
        assert_eq!(Interval::parse("P1Y2M3W4DT5H6M7.5S").map(|found| found.months), Some(14));
        assert_eq!(Interval::parse("PT0.25S"), Some(Interval { months: 0, millis: 250 }));
        assert_eq!(Interval::parse("-P2D"), Some(Interval { months: 0, millis: -172_800_000 }));
        for wrong in
            ["", "P", "PT", "P1", "1D", "P1H", "PT1D", "P1D2M", "P1.5D", "PT1M1H", "P1DT", "PT١H", "P99999999999999999999D"]
        {
            assert_eq!(Interval::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn months_go_by_the_calendar() {
        let month = Interval::parse("P1M").expect("a month");
        assert_eq!(month.after(at("2026-01-31T08:00:00Z")), Some(at("2026-02-28T08:00:00Z")));
        let mixed = Interval::parse("P1MT1H").expect("a month and an hour");
        assert_eq!(mixed.after(at("2026-11-30T23:30:00Z")), Some(at("2026-12-31T00:30:00Z")));
    }
}
