//! The two kinds of duration, which do not mix: a month has no fixed number of days.

use std::fmt;

use units::{Decimal, Minutes};

use super::DAY;

/// A duration in days, hours, minutes and seconds, exact to the nanosecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct DaysDuration(i128);

impl DaysDuration {
    /// From nanoseconds.
    pub fn from_nanoseconds(nanoseconds: i128) -> Self {
        Self(nanoseconds)
    }

    /// From whole seconds.
    pub fn from_seconds(seconds: i64) -> Self {
        Self(i128::from(seconds) * 1_000_000_000)
    }

    /// In nanoseconds.
    pub fn nanoseconds(self) -> i128 {
        self.0
    }

    /// In whole milliseconds, cut off; `None` beyond some hundred million years.
    pub fn milliseconds(self) -> Option<i64> {
        i64::try_from(self.0 / 1_000_000).ok()
    }

    /// In seconds, with their fraction.
    pub fn seconds(self) -> Decimal {
        Decimal::new(self.0, 9).normalize()
    }

    /// From seconds with a fraction; what is below a nanosecond is cut off.
    pub(crate) fn from_decimal(seconds: Decimal) -> Option<Self> {
        seconds.round(9, units::Rounding::Down).mantissa_at(9).map(Self)
    }

    pub(crate) fn whole_seconds(self) -> i128 {
        self.0 / 1_000_000_000
    }
}

impl From<Minutes> for DaysDuration {
    fn from(minutes: Minutes) -> Self {
        Self(i128::from(minutes.0) * 60_000_000_000)
    }
}

impl fmt::Display for DaysDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.0.unsigned_abs();
        let (seconds, fraction) = (size / 1_000_000_000, size % 1_000_000_000);
        if size == 0 {
            return f.write_str("PT0S");
        }
        let day = u128::from(DAY.unsigned_abs());
        let (days, hours, minutes, seconds) = (seconds / day, seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
        f.write_str(if self.0 < 0 { "-P" } else { "P" })?;
        if days > 0 {
            write!(f, "{days}D")?;
        }
        if hours == 0 && minutes == 0 && seconds == 0 && fraction == 0 {
            return Ok(());
        }
        f.write_str("T")?;
        if hours > 0 {
            write!(f, "{hours}H")?;
        }
        if minutes > 0 {
            write!(f, "{minutes}M")?;
        }
        match (seconds, fraction) {
            (0, 0) => Ok(()),
            (seconds, 0) => write!(f, "{seconds}S"),
            (seconds, fraction) => {
                let digits = format!("{fraction:09}");
                write!(f, "{seconds}.{}S", digits.trim_end_matches('0'))
            }
        }
    }
}

/// A duration in years and months.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct YearsDuration(i64);

impl YearsDuration {
    /// From months.
    pub fn from_months(months: i64) -> Self {
        Self(months)
    }

    /// In months.
    pub fn months(self) -> i64 {
        self.0
    }
}

impl fmt::Display for YearsDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (years, months) = (self.0.unsigned_abs() / 12, self.0.unsigned_abs() % 12);
        f.write_str(if self.0 < 0 { "-P" } else { "P" })?;
        match (years, months) {
            (0, months) => write!(f, "{months}M"),
            (years, 0) => write!(f, "{years}Y"),
            (years, months) => write!(f, "{years}Y{months}M"),
        }
    }
}
