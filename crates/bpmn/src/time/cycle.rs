//! Cycles: repeating intervals, with or without a first moment, and cron expressions.

use units::Timestamp;

use super::{Cron, Interval};

/// Times that come again: `R3/PT10M`, `R/2026-12-01T06:00:00Z/P1D`, `0 0 6 * * MON-FRI`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cycle {
    /// After an interval, again and again.
    Repeating {
        /// How often in all; `None` for ever.
        times: Option<u32>,
        /// The first moment; without it one interval from now.
        start: Option<Timestamp>,
        /// The interval.
        interval: Interval,
    },
    /// By the clock and the calendar, for ever.
    Cron(Box<Cron>),
}

/// A moment of a cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repetition {
    /// When.
    pub at: Timestamp,
    /// How often after that: 0 for never, `None` for ever.
    pub repeats: Option<u32>,
    /// For intervals that no start is given for the moment from which they count.
    pub since: Option<Timestamp>,
}

impl Cycle {
    /// Reads a cycle, or says why it is none.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        match text.strip_prefix('R') {
            Some(rest) if rest.contains('/') => Self::repeating(rest)
                .ok_or_else(|| format!("`{text}` is no cycle such as R3/PT10M, R/P1D or R/2026-12-01T06:00:00Z/P1D")),
            _ => Cron::parse(text).map(|cron| Self::Cron(Box::new(cron))),
        }
    }

    fn repeating(rest: &str) -> Option<Self> {
        let (times, rest) = rest.split_once('/')?;
        let (start, interval) = match rest.rsplit_once('/') {
            Some((start, interval)) => (Some(start.parse::<Timestamp>().ok()?), interval),
            None => (None, rest),
        };
        let times = if matches!(times, "" | "-1") { None } else { Some(times.parse::<u32>().ok()?) };
        Some(Self::Repeating { times, start, interval: Interval::parse(interval)? })
    }

    /// Its first moment from now on, by clocks that far ahead of UTC, in seconds; `None` if there is none. A start that has passed is
    /// now.
    pub fn first(&self, now: Timestamp, utc_offset: i32) -> Option<Repetition> {
        match self {
            Self::Repeating { times, start, interval } => {
                let repeats = match times {
                    Some(times) => Some(times.checked_sub(1)?),
                    None => None,
                };
                let at = start.map_or_else(|| interval.after(now, utc_offset), |start| Some(start.max(now)))?;
                Some(Repetition { at, repeats, since: if start.is_none() { Some(now) } else { None } })
            }
            Self::Cron(cron) => Some(Repetition { at: cron.after(now, utc_offset)?, repeats: None, since: None }),
        }
    }

    /// The moment after another one, or `None` if that was the last. The moments are those that are a whole number of intervals away
    /// from the start (ISO 8601, recurring intervals), or from when the cycle began if it names none: they do not drift, and the last
    /// day of a month stays that. Moments that were slept through do not pile up: then the next one counts.
    pub fn next(&self, last: Repetition, now: Timestamp, utc_offset: i32) -> Option<Repetition> {
        let repeats = match last.repeats {
            Some(left) => Some(left.checked_sub(1)?),
            None => None,
        };
        let at = match self {
            Self::Repeating { start, interval, .. } => {
                let start = start.or(last.since).unwrap_or(last.at);
                after(start, *interval, last.at.max(now), utc_offset)?
            }
            Self::Cron(cron) => cron.after(now.max(last.at), utc_offset)?,
        };
        Some(Repetition { at, repeats, since: last.since })
    }
}

/// The first moment later than `now` that is a whole number of intervals away from a start.
fn after(start: Timestamp, interval: Interval, now: Timestamp, utc_offset: i32) -> Option<Timestamp> {
    let nth = |count: i64| interval.times(count).and_then(|interval| interval.after(start, utc_offset));
    // what lies beyond the calendar is later than anything
    let is_later = |count: i64| nth(count).is_none_or(|moment| moment > now);
    let mut beyond = 1_i64;
    while !is_later(beyond) {
        // an interval of no time never gets there
        beyond = beyond.checked_mul(2)?;
    }
    let mut before = beyond / 2;
    while beyond - before > 1 {
        let middle = before + (beyond - before) / 2;
        if is_later(middle) { beyond = middle } else { before = middle }
    }
    nth(beyond)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// To the second, for reading.
    fn second(moment: Timestamp) -> String {
        moment.to_string().replace(".000Z", "Z")
    }

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a moment")
    }

    fn moments(text: &str, now: &str, late: i64) -> Vec<String> {
        let cycle = Cycle::parse(text).expect("a cycle");
        let first = cycle.first(at(now), 0);
        let next = |last: &Repetition| cycle.next(*last, Timestamp(last.at.0 + late), 0);
        std::iter::successors(first, next).take(4).map(|found| second(found.at)).collect()
    }

    #[test]
    fn intervals_repeat_so_often_and_do_not_drift() {
        let expected = ["2026-01-05T08:10:00Z", "2026-01-05T08:20:00Z", "2026-01-05T08:30:00Z"];
        assert_eq!(moments("R3/PT10M", "2026-01-05T08:00:00Z", 90_000), expected);
        for text in ["R/PT10M", "R-1/PT10M"] {
            assert_eq!(moments(text, "2026-01-05T08:00:00Z", 0).len(), 4, "{text}");
        }
    }

    #[test]
    fn moments_that_were_slept_through_do_not_pile_up() {
        let expected = ["2026-01-05T08:10:00Z", "2026-01-05T09:20:00Z"];
        assert_eq!(moments("R2/PT10M", "2026-01-05T08:00:00Z", 3_600_000), expected);
    }

    #[test]
    fn a_start_is_the_first_moment_unless_it_has_passed() {
        let expected = ["2026-02-01T06:00:00Z", "2026-02-02T06:00:00Z"];
        assert_eq!(moments("R2/2026-02-01T06:00:00Z/P1D", "2026-01-05T08:00:00Z", 0), expected);
        assert_eq!(moments("R1/2025-02-01T06:00:00Z/P1D", "2026-01-05T08:00:00Z", 0), ["2026-01-05T08:00:00Z"]);
    }

    #[test]
    fn the_last_day_of_a_month_stays_the_last_where_the_start_says_so() {
        let expected = ["2026-01-31T08:00:00Z", "2026-02-28T08:00:00Z", "2026-03-31T08:00:00Z", "2026-04-30T08:00:00Z"];
        assert_eq!(moments("R/2026-01-31T08:00:00Z/P1M", "2026-01-05T08:00:00Z", 0), expected);
        let expected = ["2026-01-31T08:00:00Z", "2026-03-31T08:00:00Z", "2026-05-31T08:00:00Z", "2026-07-31T08:00:00Z"];
        assert_eq!(
            moments("R/2026-01-31T08:00:00Z/P1M", "2026-01-05T08:00:00Z", 40 * 86_400_000),
            expected,
            "slept through"
        );
    }

    #[test]
    fn the_last_day_of_a_month_stays_the_last_without_a_start_too() {
        let expected = ["2026-02-28T08:00:00Z", "2026-03-31T08:00:00Z", "2026-04-30T08:00:00Z", "2026-05-31T08:00:00Z"];
        assert_eq!(moments("R/P1M", "2026-01-31T08:00:00Z", 0), expected);
        assert_eq!(moments("R/P1M", "2026-01-31T08:00:00Z", 90_000), expected, "a little late each time");
    }

    #[test]
    fn a_cron_expression_goes_by_the_clocks_of_the_company() {
        let cycle = Cycle::parse("0 0 6 * * MON-FRI").expect("a cycle");
        let first = cycle.first(at("2026-01-05T08:00:00Z"), -5 * 3_600).expect("a moment");
        assert_eq!(second(first.at), "2026-01-05T11:00:00Z");
        let next = cycle.next(first, first.at, -5 * 3_600).expect("a moment");
        assert_eq!(second(next.at), "2026-01-06T11:00:00Z");
    }

    #[test]
    fn a_start_that_has_passed_is_now_and_then_its_own_moments_come() {
        let expected = ["2026-01-05T08:00:00Z", "2026-01-06T06:00:00Z"];
        assert_eq!(moments("R2/2020-02-01T06:00:00Z/P1D", "2026-01-05T08:00:00Z", 0), expected);
    }

    #[test]
    fn what_is_no_cycle_is_refused_with_an_example() {
        for wrong in ["R/", "R-2/PT1H", "Rx/PT1H", "R3/1 hour", "R3/noon/PT1H"] {
            assert!(Cycle::parse(wrong).is_err_and(|why| why.contains("R3/PT10M")), "{wrong}");
        }
        assert!(Cycle::parse("every day").is_err_and(|why| why.contains("six fields")));
    }
}
