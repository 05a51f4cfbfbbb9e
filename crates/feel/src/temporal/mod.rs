//! Dates, times and durations (DMN 1.5, 10.3.2.3), written and read as ISO 8601 does.

mod date;
mod datetime;
mod duration;
mod text;
mod time;
mod zone;

pub use date::Date;
pub use datetime::DateTime;
pub use duration::{DaysDuration, YearsDuration};
pub use text::iso_duration;
pub use time::Time;
pub use zone::{Region, Zone};

pub(crate) use text::{Duration, date, date_time, duration, loose_date_time, loose_time, time};

/// Seconds of a day.
pub(crate) const DAY: i64 = 86_400;
