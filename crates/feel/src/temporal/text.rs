//! Reading dates, times and durations from ISO 8601 text. What does not fit exactly is `None`.

use std::borrow::Cow;

use units::Decimal;

use super::{DAY, Date, DateTime, DaysDuration, Time, YearsDuration, Zone};

/// Either kind of duration.
pub(crate) enum Duration {
    Days(DaysDuration),
    Years(YearsDuration),
}

/// `2026-11-23`, with a sign before negative years and no leading zeros in years of more than four digits.
pub(crate) fn date(text: &str) -> Option<Date> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let mut parts = digits.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() < 4 || year.len() > 4 && year.starts_with('0') {
        return None;
    }
    let year = i32::try_from(number(year, 9)?).ok()?;
    let (month, day) = (u8::try_from(two_digits(month)?).ok()?, u8::try_from(two_digits(day)?).ok()?);
    Date::new(if negative { -year } else { year }, month, day)
}

/// `10:30:00`, `10:30:00.5`, `10:30:00Z`, `10:30:00+01:00`, `10:30:00@Europe/Paris`, and the region as Java writes it:
/// `10:30:00+01:00[Europe/Paris]`, of which without a date the region counts.
pub(crate) fn time(text: &str) -> Option<Time> {
    day_time(text).map(|written| written.time)
}

/// Where the zone of a time may begin.
const ZONE: [char; 6] = ['Z', 'z', '+', '-', '@', '['];

/// A time of day as it is written.
struct DayTime {
    time: Time,
    /// The offset before a region.
    offset: Option<Zone>,
    /// Whether it is the end of its day: `24:00:00` is the midnight of the next one (XML Schema, 3.2.7).
    ends: bool,
}

fn day_time(text: &str) -> Option<DayTime> {
    let (clock, (zone, offset)) = match text.find(ZONE) {
        None => (text, (Zone::Local, None)),
        Some(at) => {
            let (clock, zone) = text.split_at_checked(at)?;
            (clock, Zone::read_with_offset(zone)?)
        }
    };
    let mut parts = clock.split(':');
    let (hour, minute, second) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let (second, fraction) = second.split_once('.').map_or((second, None), |(whole, rest)| (whole, Some(rest)));
    let nanoseconds = match fraction {
        None => 0,
        Some(digits) if digits.len() <= 9 => {
            let padded = number(digits, 9)? * 10i64.pow(9 - u32::try_from(digits.len()).ok()?);
            i32::try_from(padded).ok()?
        }
        Some(_) => return None,
    };
    let [hour, minute, second] =
        [hour, minute, second].map(|part| two_digits(part).and_then(|part| i8::try_from(part).ok()));
    let ends = (hour?, minute?, second?, nanoseconds) == (24, 0, 0, 0);
    let clock = jiff::civil::Time::new(if ends { 0 } else { hour? }, minute?, second?, nanoseconds).ok()?;
    Some(DayTime { time: Time { clock, zone }, offset, ends })
}

/// A time as Camunda reads it, too: after a `T`, or without seconds.
pub(crate) fn loose_time(text: &str) -> Option<Time> {
    time(&with_seconds(text.strip_prefix('T').unwrap_or(text)))
}

/// A date and time as Camunda reads it, too: without seconds.
pub(crate) fn loose_date_time(text: &str) -> Option<DateTime> {
    match text.split_once('T') {
        Some((day, clock)) => date_time(&format!("{day}T{}", with_seconds(clock))),
        None => date_time(text),
    }
}

fn with_seconds(text: &str) -> Cow<'_, str> {
    let (clock, zone) = text.split_at(text.find(ZONE).unwrap_or(text.len()));
    if clock.len() == "10:30".len() { format!("{clock}:00{zone}").into() } else { text.into() }
}

/// A date, `T`, and a time; or a date alone, which is its midnight.
pub(crate) fn date_time(text: &str) -> Option<DateTime> {
    match text.split_once('T') {
        Some((day, clock)) => {
            let (DayTime { time, offset, ends }, date) = (day_time(clock)?, date(day)?);
            let date = if ends { Date::from_days(date.days() + 1)? } else { date };
            match offset {
                // the offset tells the moment, and the region its clocks
                Some(zone) => DateTime::new(date, Time { zone, ..time }).in_zone(time.zone),
                None => Some(DateTime::new(date, time)),
            }
        }
        None => Some(DateTime::new(date(text)?, Time::midnight(Zone::Local))),
    }
}

/// `P1Y2M` or `P1DT2H3M4.5S`; the two do not mix. Weeks, `P2W`, are seven days each.
pub(crate) fn duration(text: &str) -> Option<Duration> {
    let text = if text.starts_with('+') { return None } else { text };
    let (months, nanoseconds, named) = parts(text)?;
    match named {
        Named::Months => Some(Duration::Years(YearsDuration::from_months(months))),
        Named::Exact => Some(Duration::Days(DaysDuration::from_nanoseconds(nanoseconds))),
        Named::Both => None,
    }
}

/// The months and the nanoseconds of an ISO 8601 duration, in which calendar months and exact time may stand together as they do in
/// timers: `P1M`, `P1MT12H`, `P2W`. What is below a nanosecond is cut off.
pub fn iso_duration(text: &str) -> Option<(i64, i128)> {
    let (months, nanoseconds, _) = parts(text)?;
    Some((months, nanoseconds))
}

/// Which units a duration names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named {
    Months,
    Exact,
    Both,
}

fn parts(text: &str) -> Option<(i64, i128, Named)> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let rest = rest.strip_prefix('P')?;
    let (dated, clock) = match rest.split_once('T') {
        Some((_, "")) => return None,
        Some((dated, clock)) => (dated, clock),
        None => (rest, ""),
    };
    let (mut months, mut seconds) = (0_i64, Decimal::ZERO);
    let (mut in_months, mut exact) = (false, false);
    let clock = components(clock, "HMS")?.into_iter().map(|(size, unit)| (size, unit, true));
    let dated = components(dated, "YMWD")?.into_iter().map(|(size, unit)| (size, unit, false));
    for (size, unit, of_clock) in dated.chain(clock) {
        if unit != 'S' && !size.is_integer() {
            return None;
        }
        if !of_clock && matches!(unit, 'Y' | 'M') {
            let size = size.to_i64()?;
            months = months.checked_add(if unit == 'Y' { size.checked_mul(12)? } else { size })?;
            in_months = true;
            continue;
        }
        let factor = match unit {
            'W' => 7 * DAY,
            'D' => DAY,
            'H' => 3600,
            'M' => 60,
            _ => 1,
        };
        seconds = seconds.checked_add(size.checked_mul(Decimal::from(factor))?)?;
        exact = true;
    }
    let named = match (in_months, exact) {
        (false, false) => return None,
        (true, false) => Named::Months,
        (false, true) => Named::Exact,
        (true, true) => Named::Both,
    };
    let exact = DaysDuration::from_decimal(seconds.checked_mul(Decimal::from(sign))?)?;
    Some((months.checked_mul(sign)?, exact.nanoseconds(), named))
}

/// Numbers each followed by a unit, the units in the order of `units` and each at most once.
fn components(text: &str, units: &str) -> Option<Vec<(Decimal, char)>> {
    let mut found = Vec::new();
    let (mut rest, mut allowed) = (text, units);
    while !rest.is_empty() {
        let at = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (digits, tail) = rest.split_at_checked(at)?;
        let unit = tail.chars().next()?;
        let place = allowed.find(unit)?;
        if digits.is_empty() || !digits.starts_with(|c: char| c.is_ascii_digit()) || digits.len() > 25 {
            return None;
        }
        found.push((digits.parse().ok()?, unit));
        allowed = allowed.get(place + unit.len_utf8()..)?;
        rest = tail.get(unit.len_utf8()..)?;
    }
    Some(found)
}

fn two_digits(text: &str) -> Option<i64> {
    if text.len() == 2 { number(text, 2) } else { None }
}

fn number(text: &str, longest: usize) -> Option<i64> {
    let fits = !text.is_empty() && text.len() <= longest && text.bytes().all(|byte| byte.is_ascii_digit());
    if fits { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back_equal() {
        for text in [
            "2026-11-23T10:30:00Z",
            "2026-11-23T10:30:00.25+05:30",
            "0001-01-01T00:00:00",
            "2026-02-28T23:59:59-11:00",
            "-0044-03-15T12:00:00@Europe/Rome",
            "999999999-12-31T23:59:59.999999999@Europe/Paris",
            "2025-10-26T02:30:00+01:00[Europe/Berlin]",
            "2025-10-26T01:30:00Z[Europe/London]",
        ] {
            assert_eq!(date_time(text).unwrap().to_string(), text);
        }
        for text in ["P1D", "PT1H", "-P1DT2H3M4.5S", "PT0.000000001S", "PT0S"] {
            let Some(Duration::Days(duration)) = duration(text) else { panic!("{text} is a duration") };
            assert_eq!(duration.to_string(), text);
        }
    }

    #[test]
    fn the_end_of_a_day_is_the_beginning_of_the_next() {
        assert_eq!(date_time("2026-12-31T24:00:00Z").unwrap().to_string(), "2027-01-01T00:00:00Z");
        assert_eq!(time("24:00:00").unwrap().to_string(), "00:00:00");
        assert!(date_time("999999999-12-31T24:00:00").is_none());
        for text in ["24:00:01", "24:01:00", "24:00:00.1"] {
            assert!(time(text).is_none(), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_or_duration_is_refused() {
        for text in [
            "2026-13-01",
            "2026-1-01",
            "26-01-01",
            "2026-02-30",
            "2026-01-01-01",
            "",
            "x",
            "02026-01-01",
            "+12026-01-01",
            "1000000000-01-01",
        ] {
            assert!(date(text).is_none(), "{text}");
        }
        for text in ["P", "PT", "P1", "P1H", "PT1D", "P1M1D", "1D", "P1.5D", "PT1S1M", "P1DT"] {
            assert!(duration(text).is_none(), "{text}");
        }
        for text in ["10:30", "24:30:00", "10:30:00+25:00", "10:30:00Q"] {
            assert!(time(text).is_none(), "{text}");
        }
    }

    #[test]
    fn moments_compare_across_offsets() {
        let one = date_time("2026-11-23T10:00:00+01:00").unwrap();
        let two = date_time("2026-11-23T09:00:00Z").unwrap();
        assert_eq!(one.compare(two), Some(std::cmp::Ordering::Equal));
        assert_eq!(one.timestamp(), two.timestamp());
        assert_eq!(DateTime::of(one.timestamp(), 3600), Some(one));
    }
}
