//! Times that begin instances: when the timer start events of a process go off, as a pure function of the last time and now.
//!
//! Whoever deploys a process asks [`first_start`] for each of its [`bpmn::Process::timer_starts`], keeps what it says, begins
//! an instance with [`crate::Input::StartAt`] when the moment has come, and asks [`next_start`]. A newer version of the
//! process takes the place of the older one's schedule.

use bpmn::{ElementIndex, Kind, Process, Repetition, Trigger};
use feel::{Context, Environment};
use units::{Text, Timestamp};

use crate::time;

/// When a timer start event goes off for the first time, by clocks that far ahead of UTC, in seconds, or why that cannot be said. A
/// date that has passed is that date: it is due at once.
pub fn first_start(process: &Process, start: ElementIndex, now: Timestamp, utc_offset: i32) -> Result<Repetition, Text> {
    let Kind::Start(Trigger::Timer(kind, formula)) = &process.element(start).kind else {
        return Err(Text::from(format!("`{}` is no timer start event", process.element(start).id())));
    };
    let environment = Environment { utc_offset, ..Environment::at(now) };
    time::due(*kind, formula.evaluate(&Context::EMPTY, &environment), now, utc_offset)
}

/// When a timer start event that went off goes off again; `None` for never.
pub fn next_start(
    process: &Process,
    start: ElementIndex,
    last: Repetition,
    now: Timestamp,
    utc_offset: i32,
) -> Option<Repetition> {
    let Kind::Start(Trigger::Timer(kind, formula)) = &process.element(start).kind else { return None };
    let environment = Environment { utc_offset, ..Environment::at(now) };
    time::again(*kind, || formula.evaluate(&Context::EMPTY, &environment), last, now, utc_offset)
}
