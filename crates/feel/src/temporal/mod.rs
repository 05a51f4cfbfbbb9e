//! Dates, times and durations (DMN 1.5, 10.3.2.3), written and read as ISO 8601 does.

mod datetime;
mod duration;
mod text;
mod time;

pub use datetime::DateTime;
pub use duration::{DaysDuration, YearsDuration};
pub use time::Time;

pub(crate) use datetime::{days_since_epoch, plus_days, plus_months};
pub(crate) use text::{Duration, date, date_time, duration, time};

/// Seconds of a day.
pub(crate) const DAY: i64 = 86_400;
