//! When timers are due.

use bpmn::{Formula, TimerKind};
use feel::{DateTime, DaysDuration, Environment, Expression, Mode, Scope, Value, YearsDuration};
use units::{Text, Timestamp};

/// When a timer is due, and how often after that: `Some(0)` for never, `None` for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Due {
    pub(crate) at: Timestamp,
    pub(crate) repeats: Option<u32>,
}

/// Computes when a timer is due, or says why that cannot be done.
pub(crate) fn due(kind: TimerKind, formula: &Formula, scope: &dyn Scope, environment: &Environment) -> Result<Due, Text> {
    let (value, why) = formula.evaluate(scope, environment);
    let once = |at: Timestamp| Due { at, repeats: Some(0) };
    let now = environment.now;
    let found = match kind {
        TimerKind::Date => moment(&value).map(once),
        TimerKind::Duration => later(now, &value).map(once),
        TimerKind::Cycle => cycle(now, &value),
    };
    found.ok_or_else(|| {
        let wanted = match kind {
            TimerKind::Date => "a moment",
            TimerKind::Duration => "a duration",
            TimerKind::Cycle => "a cycle such as R3/PT10M",
        };
        let why = why.map(|why| format!(" ({why})")).unwrap_or_default();
        Text::from(format!("the timer needs {wanted} and has {value}{why}"))
    })
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

pub(crate) fn later(now: Timestamp, value: &Value) -> Option<Timestamp> {
    match value {
        Value::DaysDuration(duration) => plus_days(now, *duration),
        Value::YearsDuration(duration) => plus_months(now, *duration),
        Value::String(text) => match literal(text)? {
            Value::DaysDuration(duration) => plus_days(now, duration),
            Value::YearsDuration(duration) => plus_months(now, duration),
            _ => None,
        },
        _ => None,
    }
}

fn cycle(now: Timestamp, value: &Value) -> Option<Due> {
    let (count, interval) = value.as_str()?.strip_prefix('R')?.split_once('/')?;
    let at = later(now, &Value::from(interval))?;
    let repeats = if count.is_empty() { None } else { Some(count.parse::<u32>().ok()?.checked_sub(1)?) };
    Some(Due { at, repeats })
}

fn plus_days(now: Timestamp, duration: DaysDuration) -> Option<Timestamp> {
    Some(Timestamp(now.0.checked_add(duration.milliseconds()?)?))
}

fn plus_months(now: Timestamp, duration: YearsDuration) -> Option<Timestamp> {
    let moment = Value::DateTime(DateTime::of(now, 0)?);
    // calendar months are FEEL's business: let it add them
    let sum = Expression::parse("now + months", Mode::Camunda).ok()?;
    let scope = feel::Context::from_iter([("now", moment), ("months", Value::YearsDuration(duration))]);
    match sum.evaluate(&scope, &Environment::at(now)).value {
        Value::DateTime(moment) => Some(moment.timestamp()),
        _ => None,
    }
}

fn literal(text: &str) -> Option<Value> {
    if text.contains(['"', '\\']) {
        return None;
    }
    Expression::parse(&format!("@\"{text}\""), Mode::Camunda).ok()?.constant().cloned()
}
