//! Days with a time of day.

use std::cmp::Ordering;
use std::fmt;

use jiff::civil::Date;
use units::Timestamp;

use super::{DAY, DaysDuration, Time, YearsDuration};

/// A day and a time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateTime {
    /// The day.
    pub date: Date,
    /// The time, with or without an offset.
    pub time: Time,
}

impl DateTime {
    /// The moment, in the given offset from UTC in seconds.
    pub fn of(moment: Timestamp, offset: i32) -> Option<Self> {
        let local = moment.0.checked_add(i64::from(offset) * 1000)?;
        let nanoseconds = i128::from(local) * 1_000_000;
        Self::from_nanoseconds(nanoseconds, Some(offset))
    }

    /// The moment in UTC; a time without offset counts as UTC.
    pub fn timestamp(self) -> Timestamp {
        let nanoseconds = self.local() - i128::from(self.time.offset.unwrap_or(0)) * 1_000_000_000;
        Timestamp(i64::try_from(nanoseconds.div_euclid(1_000_000)).unwrap_or(i64::MAX))
    }

    /// Earlier or later; `None` between one with and one without an offset.
    pub fn compare(self, other: Self) -> Option<Ordering> {
        self.since(other).map(|duration| duration.nanoseconds().cmp(&0))
    }

    /// The time between the two; `None` between one with and one without an offset.
    pub(crate) fn since(self, other: Self) -> Option<DaysDuration> {
        let difference = self.local() - other.local();
        match (self.time.offset, other.time.offset) {
            (Some(one), Some(two)) => {
                Some(DaysDuration::from_nanoseconds(difference - i128::from(one - two) * 1_000_000_000))
            }
            (None, None) => Some(DaysDuration::from_nanoseconds(difference)),
            _ => None,
        }
    }

    pub(crate) fn plus(self, duration: DaysDuration) -> Option<Self> {
        Self::from_nanoseconds(self.local().checked_add(duration.nanoseconds())?, self.time.offset)
    }

    pub(crate) fn plus_months(self, duration: YearsDuration) -> Option<Self> {
        Some(Self { date: plus_months(self.date, duration)?, ..self })
    }

    /// Nanoseconds on the local clock since 1970.
    fn local(self) -> i128 {
        let days = i64::from(days_since_epoch(self.date));
        let seconds = days * DAY + self.time.seconds();
        i128::from(seconds) * 1_000_000_000 + i128::from(self.time.clock.subsec_nanosecond())
    }

    fn from_nanoseconds(nanoseconds: i128, offset: Option<i32>) -> Option<Self> {
        let day = i128::from(DAY) * 1_000_000_000;
        let date = date_of(i32::try_from(nanoseconds.div_euclid(day)).ok()?)?;
        let midnight = Time { clock: jiff::civil::Time::midnight(), offset };
        Some(Self { date, time: midnight.plus(DaysDuration::from_nanoseconds(nanoseconds.rem_euclid(day)))? })
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}T{}", self.date, self.time)
    }
}

const EPOCH: Date = jiff::civil::date(1970, 1, 1);

/// Days since 1970-01-01.
pub(crate) fn days_since_epoch(date: Date) -> i32 {
    date.since((jiff::Unit::Day, EPOCH)).map_or(0, |span| span.get_days())
}

fn date_of(days: i32) -> Option<Date> {
    plus_days(EPOCH, days)
}

/// The day that many days later.
pub(crate) fn plus_days(date: Date, days: i32) -> Option<Date> {
    date.checked_add(jiff::Span::new().try_days(days).ok()?).ok()
}

/// The same day that many months later, or the last of that month.
pub(crate) fn plus_months(date: Date, duration: YearsDuration) -> Option<Date> {
    date.checked_add(jiff::Span::new().try_months(duration.months()).ok()?).ok()
}
