//! Instants, days and spans. Nothing here reads a clock.

use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An instant: milliseconds since 1970-01-01T00:00:00Z. RFC 3339 in JSON.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(pub i64);

/// A calendar day: days since 1970-01-01. `YYYY-MM-DD` in JSON.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Day(pub i32);

/// A span of time in minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Minutes(pub i64);

/// Why a text is not a date or an instant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is not {wanted}")]
pub struct TimeError {
    /// What was given, cut to a readable length.
    pub given: String,
    /// What would have been right, with an example.
    pub wanted: &'static str,
}

impl Timestamp {
    /// From the year 1 to the last instant that every time zone still has in the year 9999.
    const RANGE: std::ops::RangeInclusive<i64> = -62_135_596_800_000..=253_402_207_200_999;

    /// The day in UTC.
    pub fn day(self) -> Day {
        Day(self.0.div_euclid(86_400_000) as i32)
    }

    /// Later by so many minutes.
    pub fn plus(self, span: Minutes) -> Self {
        Self(self.0.saturating_add(span.0.saturating_mul(60_000)))
    }

    /// Later by so many milliseconds.
    pub fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// Milliseconds from `earlier` to `self`.
    pub fn millis_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    fn jiff(self) -> jiff::Timestamp {
        // only the thousandths of its very last second are beyond what it takes in milliseconds
        let millis = self.0.clamp(*Self::RANGE.start(), *Self::RANGE.end());
        jiff::Timestamp::from_millisecond(millis).unwrap_or(jiff::Timestamp::MAX)
    }
}

impl Day {
    /// The day of that year, month (1 to 12) and day of month, or `None` if there is none.
    pub fn from_ymd(year: i16, month: i8, day: i8) -> Option<Self> {
        jiff::civil::Date::new(year, month, day).ok().map(Self::from_civil)
    }

    fn from_civil(date: jiff::civil::Date) -> Self {
        let zero = jiff::civil::Date::constant(1970, 1, 1);
        Self(zero.until(date).map_or(0, |span| span.get_days()))
    }

    fn civil(self) -> jiff::civil::Date {
        let days = jiff::Span::new().try_days(self.0);
        let end = if self.0 < 0 { jiff::civil::Date::MIN } else { jiff::civil::Date::MAX };
        days.map_or(end, |days| jiff::civil::Date::constant(1970, 1, 1).saturating_add(days))
    }

    /// Its first instant in UTC.
    pub fn start(self) -> Timestamp {
        Timestamp(i64::from(self.0) * 86_400_000)
    }

    /// The calendar year.
    pub fn year(self) -> i16 {
        self.civil().year()
    }

    /// Day of the week: 0 is Monday, 6 is Sunday.
    pub fn weekday(self) -> u8 {
        (i64::from(self.0) + 3).rem_euclid(7) as u8
    }

    /// The first day of the month after its own.
    pub fn first_of_next_month(self) -> Self {
        Self::from_civil(self.civil().last_of_month()).plus_days(1)
    }

    /// Later by so many days.
    pub fn plus_days(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// Days from `earlier` to `self`.
    pub fn days_since(self, earlier: Self) -> i32 {
        self.0.saturating_sub(earlier.0)
    }
}

impl Add for Minutes {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Minutes {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.jiff())
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.civil())
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Timestamp {
    type Err = TimeError;
    fn from_str(text: &str) -> Result<Self, TimeError> {
        let refuse =
            || TimeError { given: text.chars().take(60).collect(), wanted: "an instant such as 2026-03-06T14:30:00Z" };
        let at = text.parse::<jiff::Timestamp>().map_err(|_| refuse())?.as_millisecond();
        Self::RANGE.contains(&at).then_some(Self(at)).ok_or_else(refuse)
    }
}

impl FromStr for Day {
    type Err = TimeError;
    fn from_str(text: &str) -> Result<Self, TimeError> {
        let refuse = || TimeError { given: text.chars().take(60).collect(), wanted: "a date such as 2026-03-06" };
        if text.len() != 10 {
            return Err(refuse());
        }
        text.parse::<jiff::civil::Date>().map(Self::from_civil).map_err(|_| refuse())
    }
}

macro_rules! text_in_json {
    ($name:ident, $inner:ty) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() { serializer.collect_str(self) } else { self.0.serialize(serializer) }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                if deserializer.is_human_readable() {
                    let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                    text.parse().map_err(de::Error::custom)
                } else {
                    <$inner>::deserialize(deserializer).map(Self)
                }
            }
        }
    };
}

text_in_json!(Timestamp, i64);
text_in_json!(Day, i32);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_instants_read_as_they_print() {
        let at: Timestamp = "2026-03-06T14:30:00.250Z".parse().unwrap();
        assert_eq!(at.to_string(), "2026-03-06T14:30:00.250Z");
        assert_eq!(at.day().to_string(), "2026-03-06");
        assert_eq!(at.day().weekday(), 4);
        assert_eq!("2026-03-06".parse::<Day>().unwrap(), Day::from_ymd(2026, 3, 6).unwrap());
        assert!("2026-02-30".parse::<Day>().is_err());
        assert!("yesterday".parse::<Timestamp>().is_err());
        assert_eq!(Timestamp(-1).day().to_string(), "1969-12-31");
    }

    #[test]
    fn the_last_days_of_the_calendar_print_as_they_were_read() {
        for text in ["9999-12-30", "9999-12-31", "0001-01-01", "1970-01-01", "2000-02-29"] {
            assert_eq!(text.parse::<Day>().unwrap().to_string(), text);
        }
        assert_eq!(Day(i32::MAX).to_string(), "9999-12-31");
        let last: Timestamp = "9999-12-30T22:00:00.999Z".parse().unwrap();
        assert_eq!(last.to_string(), "9999-12-30T22:00:00.999Z");
        assert_eq!(Timestamp(i64::MAX).to_string(), last.to_string());
        assert!("9999-12-31T23:00:00Z".parse::<Timestamp>().is_err());
    }
}
