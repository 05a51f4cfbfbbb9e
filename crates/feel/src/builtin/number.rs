//! Functions on numbers.

use units::{Decimal, Rounding};

use super::arguments::{Arguments, finite};
use super::{Builtin, Fault, null};
use crate::Value;
use crate::temporal::{DaysDuration, YearsDuration};

pub(super) const FUNCTIONS: &[Builtin] = &[
    Builtin::new("decimal", &[&["n", "scale"]], |_, arguments| rounded(arguments, Rounding::HalfEven)),
    Builtin::new("floor", &[&["n"], &["n", "scale"]], |_, arguments| rounded(arguments, Rounding::Floor)),
    Builtin::new("ceiling", &[&["n"], &["n", "scale"]], |_, arguments| rounded(arguments, Rounding::Ceiling)),
    Builtin::new("round up", &[&["n", "scale"]], |_, arguments| rounded(arguments, Rounding::Up)),
    Builtin::new("round down", &[&["n", "scale"]], |_, arguments| rounded(arguments, Rounding::Down)),
    Builtin::new("round half up", &[&["n", "scale"]], |_, arguments| rounded(arguments, Rounding::HalfUp)),
    Builtin::new("round half down", &[&["n", "scale"]], |_, arguments| rounded(arguments, Rounding::HalfDown)),
    Builtin::new("abs", &[&["n"], &["number"]], |_, arguments| match arguments.value(0) {
        Value::DaysDuration(duration) => {
            Ok(Value::DaysDuration(DaysDuration::from_nanoseconds(duration.nanoseconds().saturating_abs())))
        }
        Value::YearsDuration(duration) => {
            Ok(Value::YearsDuration(YearsDuration::from_months(duration.months().saturating_abs())))
        }
        _ => Ok(Value::Number(arguments.number(0)?.abs())),
    }),
    Builtin::new("modulo", &[&["dividend", "divisor"]], |_, arguments| {
        match arguments.number(0)?.checked_modulo(arguments.number(1)?) {
            Some(remainder) => Ok(Value::Number(remainder)),
            None => null("division by zero"),
        }
    }),
    Builtin::new("sqrt", &[&["number"]], |_, arguments| finite(arguments.number(0)?.sqrt())),
    Builtin::new("log", &[&["number"]], |_, arguments| finite(arguments.number(0)?.ln())),
    Builtin::new("exp", &[&["number"]], |_, arguments| finite(arguments.number(0)?.exp())),
    Builtin::new("odd", &[&["number"]], |_, arguments| Ok(Value::Bool(arguments.integer(0)? % 2 != 0))),
    Builtin::new("even", &[&["number"]], |_, arguments| Ok(Value::Bool(arguments.integer(0)? % 2 == 0))),
    Builtin::new("random number", &[&[]], |call, _| {
        Ok(Value::Number(Decimal::from(call.random()).checked_div(Decimal::from(1i64 << 53)).unwrap_or_default()))
    }),
];

fn rounded(arguments: &[Value], rounding: Rounding) -> Result<Value, Fault> {
    let number = arguments.number(0)?;
    let scale = if arguments.len() > 1 { arguments.integer(1)? } else { 0 };
    match i16::try_from(scale) {
        Ok(scale) if (-6111..=6176).contains(&scale) => Ok(Value::Number(number.round(scale, rounding))),
        _ => null("the scale has to lie between -6111 and 6176"),
    }
}
