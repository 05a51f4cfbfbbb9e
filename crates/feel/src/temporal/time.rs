//! Times of day, wherever they are meant.

use std::cmp::Ordering;
use std::fmt;

use super::{DAY, DaysDuration, Zone};

/// A time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Time {
    /// The time on the clock.
    pub clock: jiff::civil::Time,
    /// Where.
    pub zone: Zone,
}

impl Time {
    /// The beginning of a day.
    pub(crate) fn midnight(zone: Zone) -> Self {
        Self { clock: jiff::civil::Time::midnight(), zone }
    }

    /// Earlier or later; `None` between times in different regions, whose offset only a date would tell, and between a
    /// local time and one that is not.
    pub fn compare(self, other: Self) -> Option<Ordering> {
        if self.zone == other.zone {
            return Some(self.clock.cmp(&other.clock));
        }
        let utc = |time: Self| Some(time.nanoseconds() - i64::from(time.zone.fixed_offset()?) * 1_000_000_000);
        Some(utc(self)?.cmp(&utc(other)?))
    }

    /// Nanoseconds since midnight.
    pub(crate) fn nanoseconds(self) -> i64 {
        self.seconds() * 1_000_000_000 + i64::from(self.clock.subsec_nanosecond())
    }

    /// Seconds since midnight.
    pub fn seconds(self) -> i64 {
        i64::from(self.clock.hour()) * 3600 + i64::from(self.clock.minute()) * 60 + i64::from(self.clock.second())
    }

    /// Without the fraction of its second.
    pub(crate) fn whole_seconds(self) -> Self {
        let (hour, minute, second) = (self.clock.hour(), self.clock.minute(), self.clock.second());
        let clock = jiff::civil::Time::new(hour, minute, second, 0);
        Self { clock: clock.unwrap_or(self.clock), ..self }
    }

    /// That much later, past midnight if need be.
    pub(crate) fn plus(self, duration: DaysDuration) -> Option<Self> {
        let day = i128::from(DAY) * 1_000_000_000;
        let nanoseconds = i128::from(self.nanoseconds()).checked_add(duration.nanoseconds())?.rem_euclid(day);
        let seconds = i32::try_from(nanoseconds / 1_000_000_000).ok()?;
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        let clock = jiff::civil::Time::new(
            i8::try_from(hour).ok()?,
            i8::try_from(minute).ok()?,
            i8::try_from(second).ok()?,
            i32::try_from(nanoseconds % 1_000_000_000).ok()?,
        );
        Some(Self { clock: clock.ok()?, zone: self.zone })
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let clock = self.clock;
        write!(f, "{:02}:{:02}:{:02}", clock.hour(), clock.minute(), clock.second())?;
        if clock.subsec_nanosecond() != 0 {
            let digits = format!("{:09}", clock.subsec_nanosecond());
            write!(f, ".{}", digits.trim_end_matches('0'))?;
        }
        self.zone.fmt(f)
    }
}
