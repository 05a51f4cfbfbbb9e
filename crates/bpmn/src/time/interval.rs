//! Spans of time: ISO 8601 durations, calendar months and exact time together.

use feel::{DaysDuration, Value};
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
        let (months, rest) = feel::iso_duration(text)?;
        let millis = DaysDuration::from_nanoseconds(rest).milliseconds()?;
        Some(Self { months, millis })
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

    /// The moment that lies this much later: months by the calendar that far ahead of UTC, in seconds, a day that the month does not
    /// have being its last.
    pub fn after(self, from: Timestamp, utc_offset: i32) -> Option<Timestamp> {
        let later = match self.months {
            0 => from,
            months => {
                let months = jiff::Span::new().try_months(months).ok()?;
                moment(civil(from, utc_offset)?.checked_add(months).ok()?, utc_offset)?
            }
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
        assert_eq!(month.after(at("2026-01-31T08:00:00Z"), 0), Some(at("2026-02-28T08:00:00Z")));
        let mixed = Interval::parse("P1MT1H").expect("a month and an hour");
        assert_eq!(mixed.after(at("2026-11-30T23:30:00Z"), 0), Some(at("2026-12-31T00:30:00Z")));
        // an hour ahead of UTC it is the last of January already
        assert_eq!(month.after(at("2026-01-30T23:30:00Z"), 3_600), Some(at("2026-02-27T23:30:00Z")));
    }
}
