//! Times of day, with or without an offset from UTC.

use std::cmp::Ordering;
use std::fmt;

use super::{DAY, DaysDuration};

/// A time of day; with an offset from UTC, or without one for "local time, wherever that is".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Time {
    /// The time on the clock.
    pub clock: jiff::civil::Time,
    /// Seconds east of UTC.
    pub offset: Option<i32>,
}

impl Time {
    /// Earlier or later; `None` between a time with and one without an offset.
    pub fn compare(self, other: Self) -> Option<Ordering> {
        match (self.offset, other.offset) {
            (Some(one), Some(two)) => {
                let utc = |time: Self, offset: i32| (time.seconds() - i64::from(offset), time.clock.subsec_nanosecond());
                Some(utc(self, one).cmp(&utc(other, two)))
            }
            (None, None) => Some(self.clock.cmp(&other.clock)),
            _ => None,
        }
    }

    /// Seconds since midnight.
    pub fn seconds(self) -> i64 {
        i64::from(self.clock.hour()) * 3600 + i64::from(self.clock.minute()) * 60 + i64::from(self.clock.second())
    }

    /// That much later, past midnight if need be.
    pub(crate) fn plus(self, duration: DaysDuration) -> Option<Self> {
        let day = i128::from(DAY) * 1_000_000_000;
        let start = i128::from(self.seconds()) * 1_000_000_000 + i128::from(self.clock.subsec_nanosecond());
        let nanoseconds = start.checked_add(duration.nanoseconds())?.rem_euclid(day);
        let seconds = i32::try_from(nanoseconds / 1_000_000_000).ok()?;
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        let clock = jiff::civil::Time::new(
            i8::try_from(hour).ok()?,
            i8::try_from(minute).ok()?,
            i8::try_from(second).ok()?,
            i32::try_from(nanoseconds % 1_000_000_000).ok()?,
        );
        Some(Self { clock: clock.ok()?, offset: self.offset })
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
        match self.offset {
            None => Ok(()),
            Some(0) => f.write_str("Z"),
            Some(offset) => {
                let (sign, size) = (if offset < 0 { '-' } else { '+' }, offset.unsigned_abs());
                write!(f, "{sign}{:02}:{:02}", size / 3600, size / 60 % 60)?;
                if size % 60 != 0 { write!(f, ":{:02}", size % 60) } else { Ok(()) }
            }
        }
    }
}
