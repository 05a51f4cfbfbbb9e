//! When timers are due.

use bpmn::{Cycle, Interval, Repetition, TimerKind, moment_of};
use feel::{Value, because};
use units::{Text, Timestamp};

use crate::variables::Evaluated;

/// When a timer is due for the first time, by what its formula gave, or why that cannot be said. Days and months are those of
/// clocks that far ahead of UTC, in seconds.
pub(crate) fn due(kind: TimerKind, given: Evaluated, now: Timestamp, utc_offset: i32) -> Result<Repetition, Text> {
    let (value, why) = given?;
    let once = |at: Timestamp| Repetition { at, repeats: Some(0), since: None };
    let found = match kind {
        TimerKind::Date => moment_of(&value, utc_offset).map(once),
        TimerKind::Duration => later(now, &value, utc_offset).map(once),
        TimerKind::Cycle => match cycle(&value) {
            Some(Ok(cycle)) => cycle.first(now, utc_offset),
            Some(Err(why)) => return Err(Text::from(format!("the timer has no cycle: {why}"))),
            None => None,
        },
    };
    found.ok_or_else(|| {
        let wanted = match kind {
            TimerKind::Date => "a moment",
            TimerKind::Duration => "a duration",
            TimerKind::Cycle => "a cycle such as R3/PT10M that comes at least once",
        };
        Text::from(format!("the timer needs {wanted} and has {value}{}", because(why)))
    })
}

/// When a timer that went off is due again; `None` if that was the last time, or if its cycle cannot be computed any more.
pub(crate) fn again(
    kind: TimerKind,
    formula: impl FnOnce() -> Evaluated,
    last: Repetition,
    now: Timestamp,
    utc_offset: i32,
) -> Option<Repetition> {
    if kind != TimerKind::Cycle || last.repeats == Some(0) {
        return None;
    }
    cycle(&formula().ok()?.0)?.ok()?.next(last, now, utc_offset)
}

fn cycle(value: &Value) -> Option<Result<Cycle, String>> {
    value.as_str().map(Cycle::parse)
}

/// The moment that lies a duration later.
pub(crate) fn later(now: Timestamp, value: &Value, utc_offset: i32) -> Option<Timestamp> {
    Interval::of(value)?.after(now, utc_offset)
}
