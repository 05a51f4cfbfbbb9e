//! Arithmetic, comparison and logic (DMN 1.5, tables 50 to 57).

use std::cmp::Ordering;

use units::{Decimal, Text};

use super::{Evaluator, Step};
use crate::Value;
use crate::ast::{Arithmetic, Comparison, Node, Operation};
use crate::temporal::{DateTime, DaysDuration, Time, YearsDuration};
use crate::value::{compare, equal, with_article};

impl Evaluator<'_> {
    pub(super) fn negate(&mut self, at: u32, operand: Value) -> Value {
        match operand {
            Value::Number(number) => Value::Number(-number),
            Value::DaysDuration(duration) => Value::DaysDuration(DaysDuration::from_nanoseconds(-duration.nanoseconds())),
            Value::YearsDuration(duration) => Value::YearsDuration(YearsDuration::from_months(-duration.months())),
            other => self.null(at, format!("{} has no negative", with_article(&other))),
        }
    }

    pub(super) fn arithmetic(&mut self, at: u32, operator: Arithmetic, left: Value, right: Value) -> Step {
        if let (Arithmetic::Add, Value::String(left), Value::String(right)) = (operator, &left, &right) {
            self.make(left.len() + right.len())?;
            let mut joined = Text::with_capacity(left.len() + right.len());
            joined.push_str(left);
            joined.push_str(right);
            return Ok(Value::String(joined));
        }
        let value = match (&left, &right) {
            (Value::Number(left), Value::Number(right)) => numbers(operator, *left, *right).map(Value::Number),
            _ => match operator {
                Arithmetic::Add => add(&left, &right).or_else(|| add(&right, &left)),
                Arithmetic::Subtract => subtract(&left, &right),
                Arithmetic::Multiply => multiply(&left, &right).or_else(|| multiply(&right, &left)),
                Arithmetic::Divide => divide(&left, &right),
                Arithmetic::Power => None,
            },
        };
        Ok(value.unwrap_or_else(|| self.null(at, no_result(operator, &left, &right))))
    }

    pub(super) fn compare(&mut self, at: u32, comparison: Comparison, left: &Value, right: &Value) -> Value {
        let holds = match comparison {
            Comparison::Equal => self.equal(left, right),
            Comparison::NotEqual => self.equal(left, right).map(|equal| !equal),
            Comparison::Less => compare(left, right).map(Ordering::is_lt),
            Comparison::LessOrEqual => compare(left, right).map(Ordering::is_le),
            Comparison::Greater => compare(left, right).map(Ordering::is_gt),
            Comparison::GreaterOrEqual => compare(left, right).map(Ordering::is_ge),
        };
        match holds {
            Some(holds) => Value::Bool(holds),
            None => self.null(at, incomparable(left, right)),
        }
    }

    fn equal(&self, left: &Value, right: &Value) -> Option<bool> {
        match (left, right) {
            (Value::Time(one), Value::Time(two)) if self.mode.compares_whole_seconds() => {
                equal(&Value::Time(one.whole_seconds()), &Value::Time(two.whole_seconds()))
            }
            (Value::DateTime(one), Value::DateTime(two)) if self.mode.compares_whole_seconds() => {
                equal(&Value::DateTime(one.whole_seconds()), &Value::DateTime(two.whole_seconds()))
            }
            _ => equal(left, right),
        }
    }

    pub(super) fn between(&mut self, at: u32, value: &Value, low: &Value, high: &Value) -> Value {
        match (compare(value, low), compare(value, high)) {
            (Some(low), Some(high)) => Value::Bool(low.is_ge() && high.is_le()),
            (None, _) => self.null(at, incomparable(value, low)),
            (_, None) => self.null(at, incomparable(value, high)),
        }
    }

    /// A row of operations, from left to right.
    pub(super) fn operations(&mut self, first: &Node, rest: &[Operation]) -> Step {
        let mut left = self.node(first)?;
        for Operation { at, operator, operand } in rest {
            let right = self.node(operand)?;
            left = self.arithmetic(*at, *operator, left, right)?;
        }
        Ok(left)
    }

    /// `and` and `or` with three values: `decides` is the value of any that settles it.
    pub(super) fn junction(&mut self, at: u32, operands: &[Node], decides: bool) -> Step {
        let (mut open, mut wrong) = (false, None);
        for operand in operands {
            match self.node(operand)? {
                Value::Bool(value) if value == decides => return Ok(Value::Bool(decides)),
                Value::Bool(_) => {}
                Value::Null => open = true,
                other => wrong = wrong.or(Some(other)),
            }
        }
        match wrong {
            Some(other) => Ok(self.null(at, format!("{} is neither true nor false", with_article(&other)))),
            None if open => Ok(Value::Null),
            None => Ok(Value::Bool(!decides)),
        }
    }
}

/// Why two values have no order, or are not equal nor unequal.
pub(super) fn incomparable(left: &Value, right: &Value) -> String {
    let (one, two) = (with_article(left), with_article(right));
    match (left, right) {
        (Value::Time(_), Value::Time(_)) | (Value::DateTime(_), Value::DateTime(_)) => {
            format!(
                "{one} with a time zone cannot be compared with one without, nor times in different regions; give both an offset, such as Z"
            )
        }
        _ if left.type_name() == right.type_name() => format!("{} values have no order", left.type_name()),
        _ => format!("{one} cannot be compared with {two}; convert one of them"),
    }
}

fn no_result(operator: Arithmetic, left: &Value, right: &Value) -> String {
    let (left_type, right_type) = (with_article(left), with_article(right));
    match (operator, left, right) {
        (Arithmetic::Divide, _, Value::Number(divisor)) if divisor.is_zero() => "division by zero".into(),
        (Arithmetic::Subtract, Value::DateTime(_), Value::DateTime(_) | Value::Date(_))
        | (Arithmetic::Subtract, Value::Date(_), Value::DateTime(_))
        | (Arithmetic::Subtract, Value::Time(_), Value::Time(_)) => {
            format!(
                "{right_type} cannot be subtracted from {left_type}, of which only one has an offset; a date counts as its beginning in UTC"
            )
        }
        (_, Value::Date(_) | Value::DateTime(_), Value::DaysDuration(_) | Value::YearsDuration(_))
            if operator != Arithmetic::Power =>
        {
            "the result lies outside the calendar".into()
        }
        (_, Value::Number(_), Value::Number(_)) => "the result is too large, or no number".into(),
        (Arithmetic::Add, ..) => format!("{left_type} and {right_type} cannot be added"),
        (Arithmetic::Subtract, ..) => format!("{right_type} cannot be subtracted from {left_type}"),
        (Arithmetic::Multiply, ..) => format!("{left_type} and {right_type} cannot be multiplied"),
        (Arithmetic::Divide, ..) => format!("{left_type} cannot be divided by {right_type}"),
        (Arithmetic::Power, ..) => format!("{left_type} cannot be raised to the power of {right_type}"),
    }
}

fn numbers(operator: Arithmetic, left: Decimal, right: Decimal) -> Option<Decimal> {
    match operator {
        Arithmetic::Add => left.checked_add(right),
        Arithmetic::Subtract => left.checked_sub(right),
        Arithmetic::Multiply => left.checked_mul(right),
        Arithmetic::Divide => left.checked_div(right),
        Arithmetic::Power => left.checked_pow(right),
    }
}

fn add(left: &Value, right: &Value) -> Option<Value> {
    Some(match (left, right) {
        (Value::DaysDuration(one), Value::DaysDuration(two)) => days(one.nanoseconds().checked_add(two.nanoseconds())?),
        (Value::YearsDuration(one), Value::YearsDuration(two)) => years(one.months().checked_add(two.months())?),
        (Value::DateTime(moment), Value::DaysDuration(duration)) => Value::DateTime(moment.plus(*duration)?),
        (Value::DateTime(moment), Value::YearsDuration(duration)) => Value::DateTime(moment.plus_months(*duration)?),
        (Value::Date(date), Value::DaysDuration(duration)) => Value::Date(DateTime::midnight(*date).plus(*duration)?.date),
        (Value::Date(date), Value::YearsDuration(duration)) => Value::Date(date.plus_months(duration.months())?),
        (Value::Time(time), Value::DaysDuration(duration)) => Value::Time(time.plus(*duration)?),
        _ => return None,
    })
}

fn subtract(left: &Value, right: &Value) -> Option<Value> {
    Some(match (left, right) {
        (Value::Date(one), Value::Date(two)) => {
            Value::DaysDuration(DaysDuration::from_seconds((one.days() - two.days()) * crate::temporal::DAY))
        }
        (Value::DateTime(one), Value::DateTime(two)) => Value::DaysDuration(one.since(*two)?),
        (Value::DateTime(one), Value::Date(two)) => Value::DaysDuration(one.since(DateTime::midnight(*two))?),
        (Value::Date(one), Value::DateTime(two)) => Value::DaysDuration(DateTime::midnight(*one).since(*two)?),
        (Value::Time(one), Value::Time(two)) => Value::DaysDuration(between(*one, *two)?),
        (_, Value::DaysDuration(duration)) => {
            return add(left, &days(duration.nanoseconds().checked_neg()?));
        }
        (_, Value::YearsDuration(duration)) => return add(left, &years(duration.months().checked_neg()?)),
        _ => return None,
    })
}

/// The time on the clock between two times of day; `None` where their zones do not tell it.
fn between(one: Time, two: Time) -> Option<DaysDuration> {
    let clocks = i128::from(one.nanoseconds()) - i128::from(two.nanoseconds());
    if one.zone == two.zone {
        return Some(DaysDuration::from_nanoseconds(clocks));
    }
    let offsets = one.zone.fixed_offset()? - two.zone.fixed_offset()?;
    Some(DaysDuration::from_nanoseconds(clocks - i128::from(offsets) * 1_000_000_000))
}

fn multiply(left: &Value, right: &Value) -> Option<Value> {
    let Value::Number(factor) = right else { return None };
    match left {
        Value::DaysDuration(duration) => {
            DaysDuration::from_decimal(duration.seconds().checked_mul(*factor)?).map(Value::DaysDuration)
        }
        Value::YearsDuration(duration) => whole_years(Decimal::from(duration.months()).checked_mul(*factor)?),
        _ => None,
    }
}

fn divide(left: &Value, right: &Value) -> Option<Value> {
    match (left, right) {
        (Value::DaysDuration(duration), Value::Number(divisor)) => {
            DaysDuration::from_decimal(duration.seconds().checked_div(*divisor)?).map(Value::DaysDuration)
        }
        (Value::YearsDuration(duration), Value::Number(divisor)) => {
            whole_years(Decimal::from(duration.months()).checked_div(*divisor)?)
        }
        (Value::DaysDuration(one), Value::DaysDuration(two)) => one.seconds().checked_div(two.seconds()).map(Value::Number),
        (Value::YearsDuration(one), Value::YearsDuration(two)) => {
            Decimal::from(one.months()).checked_div(Decimal::from(two.months())).map(Value::Number)
        }
        _ => None,
    }
}

fn days(nanoseconds: i128) -> Value {
    Value::DaysDuration(DaysDuration::from_nanoseconds(nanoseconds))
}

fn years(months: i64) -> Value {
    Value::YearsDuration(YearsDuration::from_months(months))
}

fn whole_years(months: Decimal) -> Option<Value> {
    months.round(0, units::Rounding::Down).to_i64().map(years)
}
