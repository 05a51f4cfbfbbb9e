//! Business calendars: working days, holidays, opening hours in local time.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{Day, Minutes, Timestamp};

/// When a company or a node works. Times are minutes after local midnight; local time is UTC plus a fixed offset.
///
/// The offset is fixed on purpose: a decision may not depend on a time-zone database that changes between two replays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    /// Whether Monday to Sunday are working days.
    pub week: [bool; 7],
    /// Days on which nobody works.
    pub holidays: BTreeSet<Day>,
    /// Opening hours of a working day.
    pub hours: OpeningHours,
    /// Local time less UTC.
    pub utc_offset: Minutes,
}

/// From opening to closing, in minutes after local midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpeningHours {
    /// First minute of work.
    pub opens: u16,
    /// First minute after work; at most 1,440.
    pub closes: u16,
}

impl Default for Calendar {
    /// Monday to Friday, round the clock, in UTC.
    fn default() -> Self {
        Self {
            week: [true, true, true, true, true, false, false],
            holidays: BTreeSet::new(),
            hours: OpeningHours { opens: 0, closes: 1_440 },
            utc_offset: Minutes(0),
        }
    }
}

impl Calendar {
    /// Every day, round the clock, in UTC: for clocks in elapsed time.
    pub fn always() -> Self {
        Self { week: [true; 7], ..Self::default() }
    }

    /// The local day of an instant.
    pub fn local_day(&self, at: Timestamp) -> Day {
        at.plus(self.utc_offset).day()
    }

    /// The instant at which a day begins here.
    pub fn midnight(&self, day: Day) -> Timestamp {
        day.start().plus(Minutes(-self.utc_offset.0))
    }

    /// Minutes after local midnight.
    pub fn local_minute(&self, at: Timestamp) -> u16 {
        let local = at.plus(self.utc_offset);
        ((local.0 - local.day().start().0) / 60_000) as u16
    }

    /// Whether people work on that day.
    pub fn is_working(&self, day: Day) -> bool {
        self.week[usize::from(day.weekday())] && !self.holidays.contains(&day)
    }

    /// The day itself if people work on it, else the next on which they do; after ten years without one, the day itself.
    pub fn working_day_from(&self, day: Day) -> Day {
        (0..3_660).map(|ahead| day.plus_days(ahead)).find(|day| self.is_working(*day)).unwrap_or(day)
    }

    /// So many working days after `day`; with zero, the first working day from `day` on.
    pub fn plus_working_days(&self, day: Day, days: u16) -> Day {
        let mut current = self.working_day_from(day);
        for _ in 0..days {
            current = self.working_day_from(current.plus_days(1));
        }
        current
    }

    /// The instant at which `span` of working time has passed since `from`.
    pub fn after(&self, from: Timestamp, span: Minutes) -> Timestamp {
        let open_minutes = i64::from(self.hours.closes.saturating_sub(self.hours.opens));
        if open_minutes == 0 || !self.week.contains(&true) {
            return from.plus(span);
        }
        let mut left = span.0.saturating_mul(60_000);
        let mut at = from;
        for _ in 0..36_600 {
            let day = self.local_day(at);
            let midnight = self.midnight(day);
            let opens = midnight.plus(Minutes(i64::from(self.hours.opens)));
            let closes = midnight.plus(Minutes(i64::from(self.hours.closes)));
            let start = at.max(opens);
            if self.is_working(day) && start < closes {
                let available = closes.millis_since(start);
                if left <= available {
                    return start.plus_millis(left);
                }
                left -= available;
            }
            at = midnight.plus(Minutes(1_440));
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn working_days_skip_weekends_and_holidays() {
        let mut calendar = Calendar::default();
        assert_eq!(calendar.plus_working_days(day("2026-03-06"), 1), day("2026-03-09"));
        calendar.holidays.insert(day("2026-03-09"));
        assert_eq!(calendar.plus_working_days(day("2026-03-06"), 1), day("2026-03-10"));
        assert_eq!(calendar.working_day_from(day("2026-03-07")), day("2026-03-10"));
    }

    #[test]
    fn working_time_stops_over_night_and_at_the_weekend() {
        let calendar = Calendar { hours: OpeningHours { opens: 540, closes: 1_020 }, ..Calendar::default() };
        assert_eq!(calendar.after(at("2026-03-06T16:00:00Z"), Minutes(30)), at("2026-03-06T16:30:00Z"));
        assert_eq!(calendar.after(at("2026-03-06T16:00:00Z"), Minutes(120)), at("2026-03-09T10:00:00Z"));
        assert_eq!(calendar.after(at("2026-03-07T12:00:00Z"), Minutes(0)), at("2026-03-09T09:00:00Z"));
    }

    #[test]
    fn a_calendar_without_working_time_does_not_hang() {
        let never = Calendar { week: [false; 7], ..Calendar::default() };
        assert_eq!(never.after(at("2026-03-06T16:00:00Z"), Minutes(5)), at("2026-03-06T16:05:00Z"));
    }
}
