//! Times as models write them: intervals, cycles and cron expressions. Days and months are those of whoever asks: each takes the
//! offset from UTC, in seconds, in which they are meant. Nothing here reads a clock.

mod cron;
mod cycle;
mod interval;

use feel::{DateTime, Value};
use jiff::tz::TimeZone;
use units::Timestamp;

pub use cron::Cron;
pub use cycle::{Cycle, Repetition};
pub use interval::Interval;

/// The moment that a value says: a date and time, or its text, whose offset may be followed by a region in brackets
/// (ISO 8601 as Java writes it). `None` if it says none; a time without offset is one in `utc_offset`, in seconds.
pub fn moment_of(value: &Value, utc_offset: i32) -> Option<Timestamp> {
    let placed = |moment: DateTime| match moment.offset() {
        Some(_) => Some(moment.timestamp()),
        None => Some(Timestamp(moment.timestamp().0.checked_sub(millis(utc_offset))?)),
    };
    match value {
        Value::DateTime(moment) => placed(*moment),
        Value::String(text) => {
            let text = text.trim();
            DateTime::parse(text).map_or_else(|| text.parse().ok(), placed)
        }
        _ => None,
    }
}

fn millis(utc_offset: i32) -> i64 {
    i64::from(utc_offset) * 1_000
}

/// What clocks and calendars show at a moment, that far ahead of UTC.
fn civil(moment: Timestamp, utc_offset: i32) -> Option<jiff::civil::DateTime> {
    let shown = moment.0.checked_add(millis(utc_offset))?;
    Some(TimeZone::UTC.to_datetime(jiff::Timestamp::from_millisecond(shown).ok()?))
}

/// The moment at which they show that.
fn moment(civil: jiff::civil::DateTime, utc_offset: i32) -> Option<Timestamp> {
    let shown = TimeZone::UTC.to_timestamp(civil).ok()?.as_millisecond();
    Some(Timestamp(shown.checked_sub(millis(utc_offset))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_may_name_their_region_as_well() {
        let utc = "2019-10-02T06:09:40Z".parse().ok();
        for text in [
            "2019-10-02T06:09:40Z",
            "2019-10-02T08:09:40+02:00",
            "2019-10-02T08:09:40+02:00[Europe/Berlin]",
            "2019-10-02T08:09:40@Europe/Berlin",
            "2019-10-02T06:09:40",
        ] {
            assert_eq!(moment_of(&Value::from(text), 0), utc, "{text}");
        }
        for text in ["2019-10-02", "08:09:40", "tomorrow", ""] {
            assert_eq!(moment_of(&Value::from(text), 0), None, "{text}");
        }
    }

    #[test]
    fn a_time_without_offset_is_one_of_the_company() {
        let found = |text: &str| moment_of(&Value::from(text), -5 * 3_600);
        assert_eq!(found("2019-10-02T06:00:00"), "2019-10-02T11:00:00Z".parse().ok());
        assert_eq!(found("2019-10-02T06:00:00Z"), "2019-10-02T06:00:00Z".parse().ok());
    }
}
