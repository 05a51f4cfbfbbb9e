//! Times as models write them: intervals, cycles and cron expressions. All in UTC; nothing here reads a clock.

mod cron;
mod cycle;
mod interval;

use jiff::tz::TimeZone;
use units::Timestamp;

pub use cron::Cron;
pub use cycle::{Cycle, Repetition};
pub use interval::Interval;

fn civil(moment: Timestamp) -> Option<jiff::civil::DateTime> {
    Some(TimeZone::UTC.to_datetime(jiff::Timestamp::from_millisecond(moment.0).ok()?))
}

fn moment(civil: jiff::civil::DateTime) -> Option<Timestamp> {
    Some(Timestamp(TimeZone::UTC.to_timestamp(civil).ok()?.as_millisecond()))
}
