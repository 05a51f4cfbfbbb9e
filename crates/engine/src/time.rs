//! When timers are due.

use bpmn::{Cycle, Formula, Interval, Repetition, TimerKind};
use feel::{Environment, Expression, Mode, Scope, Value};
use units::{Text, Timestamp};

/// When a timer is due for the first time, or why that cannot be said.
pub(crate) fn due(
    kind: TimerKind,
    formula: &Formula,
    scope: &dyn Scope,
    environment: &Environment,
) -> Result<Repetition, Text> {
    let (value, why) = formula.evaluate(scope, environment);
    let once = |at: Timestamp| Repetition { at, repeats: Some(0) };
    let now = environment.now;
    let found = match kind {
        TimerKind::Date => moment(&value).map(once),
        TimerKind::Duration => later(now, &value).map(once),
        TimerKind::Cycle => match cycle(&value) {
            Some(Ok(cycle)) => cycle.first(now),
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
        let why = why.map(|why| format!(" ({why})")).unwrap_or_default();
        Text::from(format!("the timer needs {wanted} and has {value}{why}"))
    })
}

/// When a timer that went off is due again; `None` if that was the last time, or if its cycle cannot be computed any more.
pub(crate) fn again(
    kind: TimerKind,
    formula: &Formula,
    last: Repetition,
    scope: &dyn Scope,
    environment: &Environment,
) -> Option<Repetition> {
    if kind != TimerKind::Cycle || last.repeats == Some(0) {
        return None;
    }
    cycle(&formula.evaluate(scope, environment).0)?.ok()?.next(last, environment.now)
}

fn cycle(value: &Value) -> Option<Result<Cycle, String>> {
    value.as_str().map(Cycle::parse)
}

/// When a due date is.
pub(crate) fn moment(value: &Value) -> Option<Timestamp> {
    match value {
        Value::DateTime(moment) => Some(moment.timestamp()),
        Value::String(text) => match literal(text)? {
            Value::DateTime(moment) => Some(moment.timestamp()),
            _ => None,
        },
        _ => None,
    }
}

/// The moment that lies a duration later.
pub(crate) fn later(now: Timestamp, value: &Value) -> Option<Timestamp> {
    let interval = match value {
        Value::DaysDuration(duration) => Interval { months: 0, millis: duration.milliseconds()? },
        Value::YearsDuration(duration) => Interval { months: duration.months(), millis: 0 },
        Value::String(text) => Interval::parse(text)?,
        _ => return None,
    };
    interval.after(now)
}

fn literal(text: &str) -> Option<Value> {
    if text.contains(['"', '\\']) {
        return None;
    }
    Expression::parse(&format!("@\"{text}\""), Mode::Camunda).ok()?.constant().cloned()
}
