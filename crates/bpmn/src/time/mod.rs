//! Times as models write them: intervals, cycles and cron expressions. All in UTC; nothing here reads a clock.

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
/// (ISO 8601 as Java writes it). `None` if it says none; a local time counts as UTC.
pub fn moment_of(value: &Value) -> Option<Timestamp> {
    match value {
        Value::DateTime(moment) => Some(moment.timestamp()),
        Value::String(text) => {
            let text = text.trim();
            DateTime::parse(text).map(DateTime::timestamp).or_else(|| text.parse().ok())
        }
        _ => None,
    }
}

fn civil(moment: Timestamp) -> Option<jiff::civil::DateTime> {
    Some(TimeZone::UTC.to_datetime(jiff::Timestamp::from_millisecond(moment.0).ok()?))
}

fn moment(civil: jiff::civil::DateTime) -> Option<Timestamp> {
    Some(Timestamp(TimeZone::UTC.to_timestamp(civil).ok()?.as_millisecond()))
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
            assert_eq!(moment_of(&Value::from(text)), utc, "{text}");
        }
        for text in ["2019-10-02", "08:09:40", "tomorrow", ""] {
            assert_eq!(moment_of(&Value::from(text)), None, "{text}");
        }
    }
}
