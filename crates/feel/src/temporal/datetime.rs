//! Days with a time of day.

use std::cmp::Ordering;
use std::fmt;

use units::Timestamp;

use super::{DAY, Date, DaysDuration, Time, YearsDuration, Zone};

const SECOND: i128 = 1_000_000_000;

/// A day and a time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateTime {
    /// The day.
    pub date: Date,
    /// The time, and where.
    pub time: Time,
    /// Whether the second one is meant of two moments at which the clocks of the region show this time, as they do for an hour
    /// in autumn. Never where they show it once.
    is_later: bool,
}

impl DateTime {
    /// A time of a day; where the clocks of the region show it twice, the first one.
    pub(crate) fn new(date: Date, time: Time) -> Self {
        Self { date, time, is_later: false }
    }

    /// From text such as `2026-11-23T10:30:00+01:00`; `None` if it is none, and for a day without a time.
    pub fn parse(text: &str) -> Option<Self> {
        text.contains('T').then(|| super::date_time(text))?
    }

    /// The moment, in the given offset from UTC in seconds.
    pub fn of(moment: Timestamp, offset: i32) -> Option<Self> {
        let local = moment.0.checked_add(i64::from(offset) * 1000)?;
        Self::from_local(i128::from(local) * 1_000_000, Zone::Offset(offset))
    }

    /// The beginning of a day in UTC, which is what a day counts as among moments (DMN 1.5, 10.3.2.3.5).
    pub(crate) fn midnight(date: Date) -> Self {
        Self::new(date, Time::midnight(Zone::UTC))
    }

    /// The moment in UTC; a local time counts as UTC.
    pub fn timestamp(self) -> Timestamp {
        let nanoseconds = self.utc();
        let end = if nanoseconds < 0 { i64::MIN } else { i64::MAX };
        Timestamp(i64::try_from(nanoseconds.div_euclid(1_000_000)).unwrap_or(end))
    }

    /// Nanoseconds since 1970 in UTC; a local time counts as UTC.
    pub(crate) fn utc(self) -> i128 {
        self.local() - i128::from(self.offset().unwrap_or(0)) * SECOND
    }

    /// The same time on the clock, in a zone.
    pub(crate) fn placed_in(self, zone: Zone) -> Option<Self> {
        let placed = Self::new(self.date, Time { zone, ..self.time });
        // a time that the clocks of the zone leave out moves on, as if it were counted on
        if let Zone::Region(_) = zone { placed.plus(DaysDuration::default()) } else { Some(placed) }
    }

    /// The same moment on the clocks of another zone.
    pub(crate) fn in_zone(self, zone: Zone) -> Option<Self> {
        let utc = self.local() - i128::from(self.offset()?) * SECOND;
        Self::from_utc(utc, zone)
    }

    /// Without the fraction of its second.
    pub(crate) fn whole_seconds(self) -> Self {
        Self { time: self.time.whole_seconds(), ..self }
    }

    /// Seconds east of UTC; `None` for a local time.
    pub fn offset(self) -> Option<i32> {
        self.time.zone.offset(self.date, self.time.clock, self.is_later)
    }

    /// Earlier or later; `None` between a local time and one that is not.
    pub fn compare(self, other: Self) -> Option<Ordering> {
        self.since(other).map(|duration| duration.nanoseconds().cmp(&0))
    }

    /// The time between the two; `None` between a local time and one that is not.
    pub(crate) fn since(self, other: Self) -> Option<DaysDuration> {
        let difference = self.local() - other.local();
        match (self.offset(), other.offset()) {
            (Some(one), Some(two)) => Some(DaysDuration::from_nanoseconds(difference - i128::from(one - two) * SECOND)),
            (None, None) => Some(DaysDuration::from_nanoseconds(difference)),
            _ => None,
        }
    }

    /// So much time later. In a region that is counted on the clock of UTC: a day with a change of clocks is not 24 hours.
    pub(crate) fn plus(self, duration: DaysDuration) -> Option<Self> {
        let local = self.local().checked_add(duration.nanoseconds())?;
        match (self.time.zone, self.offset()) {
            (Zone::Region(_), Some(offset)) => Self::from_utc(local - i128::from(offset) * SECOND, self.time.zone),
            _ => Self::from_local(local, self.time.zone),
        }
    }

    pub(crate) fn plus_months(self, duration: YearsDuration) -> Option<Self> {
        let first = Self::new(self.date.plus_months(duration.months())?, self.time);
        Some(if self.is_later { first.at_offset(self.offset()) } else { first })
    }

    /// The later moment of this time of day if that, and not the first one, has this offset.
    fn at_offset(self, offset: Option<i32>) -> Self {
        let later = Self { is_later: true, ..self };
        if self.offset() != offset && later.offset() == offset { later } else { self }
    }

    /// Nanoseconds on the clock of the place since 1970.
    fn local(self) -> i128 {
        i128::from(self.date.days()) * i128::from(DAY) * SECOND + i128::from(self.time.nanoseconds())
    }

    fn from_local(nanoseconds: i128, zone: Zone) -> Option<Self> {
        let day = i128::from(DAY) * SECOND;
        let date = Date::from_days(i64::try_from(nanoseconds.div_euclid(day)).ok()?)?;
        let rest = DaysDuration::from_nanoseconds(nanoseconds.rem_euclid(day));
        Some(Self::new(date, Time::midnight(zone).plus(rest)?))
    }

    fn from_utc(nanoseconds: i128, zone: Zone) -> Option<Self> {
        let utc = Self::from_local(nanoseconds, Zone::UTC)?;
        let offset = zone.offset_from_utc(utc.date, utc.time.clock)?;
        let there = Self::from_local(nanoseconds.checked_add(i128::from(offset) * SECOND)?, zone)?;
        Some(if let Zone::Region(_) = zone { there.at_offset(Some(offset)) } else { there })
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.time.zone, self.offset()) {
            // only the offset tells it from the first moment at which the clocks show this time
            (Zone::Region(region), Some(offset)) if self.is_later => {
                let time = Time { zone: Zone::Offset(offset), ..self.time };
                write!(f, "{}T{time}[{}]", self.date, region.name())
            }
            _ => write!(f, "{}T{}", self.date, self.time),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::date_time;
    use super::*;

    #[test]
    fn a_day_of_changed_clocks_has_another_length() {
        let evening = date_time("2026-03-28T22:00:00@Europe/Paris").unwrap();
        let later = evening.plus(DaysDuration::from_seconds(DAY)).unwrap();
        assert_eq!(later.to_string(), "2026-03-29T23:00:00@Europe/Paris");
        assert_eq!(later.since(evening), Some(DaysDuration::from_seconds(DAY)));
        assert_eq!(later.in_zone(Zone::UTC).unwrap().to_string(), "2026-03-29T21:00:00Z");
    }

    #[test]
    fn the_hour_that_comes_twice_is_two_hours_long() {
        let hour = DaysDuration::from_seconds(3600);
        let first = date_time("2025-10-26T02:30:00@Europe/Berlin").unwrap();
        let second = first.plus(hour).unwrap();
        assert_eq!(second.to_string(), "2025-10-26T02:30:00+01:00[Europe/Berlin]");
        assert_eq!(date_time(&second.to_string()), Some(second));
        assert_eq!(second.since(first), Some(hour));
        assert_ne!(first, second);
        assert_eq!(second.plus(hour).unwrap().to_string(), "2025-10-26T03:30:00@Europe/Berlin");
        assert_eq!(second.in_zone(Zone::UTC).unwrap().to_string(), "2025-10-26T01:30:00Z");
        // a month later the time comes once, and six years later twice again
        let months = |count| second.plus_months(YearsDuration::from_months(count)).unwrap().to_string();
        assert_eq!(
            [months(1), months(72)],
            ["2025-11-26T02:30:00@Europe/Berlin", "2031-10-26T02:30:00+01:00[Europe/Berlin]"]
        );
    }

    #[test]
    fn a_moment_beyond_the_clock_is_its_end() {
        assert_eq!(date_time("999999999-12-31T23:59:59Z").unwrap().timestamp(), Timestamp(i64::MAX));
        assert_eq!(date_time("-999999999-01-01T00:00:00Z").unwrap().timestamp(), Timestamp(i64::MIN));
    }
}
