//! Days in the Gregorian calendar, extended to before its introduction, over the years that XML Schema allows.

use std::fmt;

/// The largest year, and with a minus the smallest (DMN 1.5, 10.3.2.3.4).
pub(crate) const MAX_YEAR: i32 = 999_999_999;
/// After so many years the calendar repeats, days of the week included.
pub(crate) const CYCLE_YEARS: i32 = 400;
const CYCLE_DAYS: i64 = 146_097;
/// Days from 0000-03-01, where a cycle begins, to 1970-01-01.
const EPOCH: i64 = 719_468;

/// A day in the Gregorian calendar, years -999,999,999 to 999,999,999; the year 0 is the one before the year 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    year: i32,
    month: u8,
    day: u8,
}

impl Date {
    /// The day of these numbers, if there is one.
    pub fn new(year: i32, month: u8, day: u8) -> Option<Self> {
        let fits = year.unsigned_abs() <= MAX_YEAR.unsigned_abs()
            && (1..=12).contains(&month)
            && (1..=length(year, month)).contains(&day);
        fits.then_some(Self { year, month, day })
    }

    /// The day so many days after 1970-01-01.
    pub(crate) fn from_days(days: i64) -> Option<Self> {
        // counted from the first of March, so that the leap day is the last of its year
        let shifted = days.checked_add(EPOCH)?;
        let (cycle, day) = (shifted.div_euclid(CYCLE_DAYS), shifted.rem_euclid(CYCLE_DAYS));
        let year_of_cycle = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let day_of_year = day - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        let year = cycle * i64::from(CYCLE_YEARS) + year_of_cycle + i64::from(month <= 2);
        Self::new(i32::try_from(year).ok()?, u8::try_from(month).ok()?, u8::try_from(day).ok()?)
    }

    /// Days since 1970-01-01.
    pub(crate) fn days(self) -> i64 {
        let (month, day) = (i64::from(self.month), i64::from(self.day));
        let year = i64::from(self.year) - i64::from(month <= 2);
        let (cycle, year_of_cycle) = (year.div_euclid(400), year.rem_euclid(400));
        let month_from_march = (month + 9) % 12;
        let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
        let day_of_cycle = year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100 + day_of_year;
        cycle * CYCLE_DAYS + day_of_cycle - EPOCH
    }

    /// The day after it, unless it is the last one of all.
    pub fn next_day(self) -> Option<Self> {
        Self::from_days(self.days() + 1)
    }

    /// The year.
    pub fn year(self) -> i32 {
        self.year
    }

    /// The month, from 1.
    pub fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, from 1.
    pub fn day(self) -> u8 {
        self.day
    }

    /// The day of the week: 1 for Monday to 7 for Sunday.
    pub fn weekday(self) -> u8 {
        // 1970-01-01 was a Thursday
        (self.days() + 3).rem_euclid(7) as u8 + 1
    }

    /// The day of the year, from 1.
    pub fn day_of_year(self) -> u16 {
        let first = Self { month: 1, day: 1, ..self };
        (self.days() - first.days() + 1) as u16
    }

    /// The week of the year as ISO 8601 counts: the first week has the year's first Thursday.
    pub fn week_of_year(self) -> u8 {
        let thursday = self.plus_days(4 - i64::from(self.weekday()));
        thursday.map_or(1, |thursday| ((thursday.day_of_year() - 1) / 7 + 1) as u8)
    }

    /// The last day of its month.
    pub fn last_of_month(self) -> Self {
        Self { day: length(self.year, self.month), ..self }
    }

    /// The day that many days later.
    pub(crate) fn plus_days(self, days: i64) -> Option<Self> {
        Self::from_days(self.days().checked_add(days)?)
    }

    /// The same day that many months later, or the last of that month.
    pub(crate) fn plus_months(self, months: i64) -> Option<Self> {
        let total = (i64::from(self.year) * 12 + i64::from(self.month) - 1).checked_add(months)?;
        let year = i32::try_from(total.div_euclid(12)).ok()?;
        let month = u8::try_from(total.rem_euclid(12) + 1).ok()?;
        Self::new(year, month, self.day.min(length(year, month)))
    }

    /// Whole months to another day, negative if that is earlier.
    pub(crate) fn months_until(self, other: Self) -> i64 {
        let months = |date: Self| i64::from(date.year) * 12 + i64::from(date.month);
        let between = months(other) - months(self);
        match between.signum() {
            1 if other.day < self.day => between - 1,
            -1 if other.day > self.day => between + 1,
            _ => between,
        }
    }
}

fn length(year: i32, month: u8) -> u8 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.year < 0 { "-" } else { "" };
        write!(f, "{sign}{:04}-{:02}-{:02}", self.year.unsigned_abs(), self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn days_and_dates_are_one_to_one(days in -365_000_000_000i64..365_000_000_000) {
            let date = Date::from_days(days).unwrap();
            prop_assert_eq!(date.days(), days);
            prop_assert_eq!(Date::new(date.year(), date.month(), date.day()), Some(date));
            prop_assert_eq!(date.plus_days(1).unwrap().weekday() % 7, (date.weekday() + 1) % 7);
        }

        #[test]
        fn the_calendar_is_the_one_of_jiff(year in -9998i16..9998, month in 1i8..=12, day in 1i8..=28) {
            let theirs = jiff::civil::date(year, month, day);
            let ours = Date::new(year.into(), month as u8, day as u8).unwrap();
            prop_assert_eq!(ours.weekday() as i8, theirs.weekday().to_monday_one_offset());
            prop_assert_eq!(ours.day_of_year() as i16, theirs.day_of_year());
            prop_assert_eq!(ours.week_of_year() as i8, theirs.iso_week_date().week());
            prop_assert_eq!(ours.last_of_month().day() as i8, theirs.last_of_month().day());
        }
    }

    #[test]
    fn what_is_no_day_is_refused() {
        assert_eq!(Date::new(2026, 2, 29), None);
        assert_eq!(Date::new(1900, 2, 29), None);
        assert!(Date::new(2000, 2, 29).is_some());
        assert_eq!(Date::new(1_000_000_000, 1, 1), None);
        assert_eq!(Date::new(2026, 13, 1), None);
        assert_eq!(Date::new(999_999_999, 12, 31).unwrap().plus_days(1), None);
    }

    #[test]
    fn months_later_is_the_last_day_where_the_month_is_shorter() {
        let day = Date::new(2026, 1, 31).unwrap();
        assert_eq!(day.plus_months(1), Date::new(2026, 2, 28));
        assert_eq!(day.plus_months(-11), Date::new(2025, 2, 28));
        assert_eq!(day.plus_months(i64::MAX), None);
    }
}
