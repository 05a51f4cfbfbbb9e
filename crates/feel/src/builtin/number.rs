//! Functions on numbers.

use units::{Decimal, Rounding};

use super::arguments::{Arguments, finite, wrong};
use super::{Builtin, Fault, null};
use crate::Value;
use crate::temporal::{DaysDuration, YearsDuration};

const SCALED: &[&[&str]] = &[&["n"], &["n", "scale"]];
const SCALED_TYPES: &str = "n: number, scale: number -> number";

pub(super) const FUNCTIONS: &[Builtin] = &[
    Builtin::new("decimal", &[&["n", "scale"], &["n", "scale", "mode"]], |_, arguments| {
        let rounding = if arguments.has(2) { mode(arguments.text(2)?)? } else { Rounding::HalfEven };
        rounded(arguments, rounding)
    })
    .told(
        "n: number, scale: number, mode: string -> number",
        "Rounded to so many digits after the point; a half goes to the even neighbour. Modes: `UP`, `DOWN`, `CEILING`, `FLOOR`, \
         `HALF_UP`, `HALF_DOWN`, `HALF_EVEN`.",
    ),
    Builtin::new("floor", SCALED, |_, arguments| rounded(arguments, Rounding::Floor))
        .told(SCALED_TYPES, "The largest number with so many digits after the point, none unless given, that is not larger."),
    Builtin::new("ceiling", SCALED, |_, arguments| rounded(arguments, Rounding::Ceiling))
        .told(SCALED_TYPES, "The smallest number with so many digits after the point, none unless given, that is not smaller."),
    Builtin::new("round up", SCALED, |_, arguments| rounded(arguments, Rounding::Up))
        .told(SCALED_TYPES, "Rounded away from zero."),
    Builtin::new("round down", SCALED, |_, arguments| rounded(arguments, Rounding::Down))
        .told(SCALED_TYPES, "Rounded towards zero."),
    Builtin::new("round half up", SCALED, |_, arguments| rounded(arguments, Rounding::HalfUp))
        .told(SCALED_TYPES, "Rounded to the nearer neighbour, a half away from zero."),
    Builtin::new("round half down", SCALED, |_, arguments| rounded(arguments, Rounding::HalfDown))
        .told(SCALED_TYPES, "Rounded to the nearer neighbour, a half towards zero."),
    Builtin::new("abs", &[&["n"], &["number"]], |_, arguments| match arguments.value(0) {
        Value::DaysDuration(duration) => {
            Ok(Value::DaysDuration(DaysDuration::from_nanoseconds(duration.nanoseconds().saturating_abs())))
        }
        Value::YearsDuration(duration) => {
            Ok(Value::YearsDuration(YearsDuration::from_months(duration.months().saturating_abs())))
        }
        _ => Ok(Value::Number(arguments.number(0)?.abs())),
    })
    .told("n: number or duration, number: number -> number or duration", "Without its sign."),
    Builtin::new("modulo", &[&["dividend", "divisor"]], |_, arguments| {
        match arguments.number(0)?.checked_modulo(arguments.number(1)?) {
            Some(remainder) => Ok(Value::Number(remainder)),
            None => null("division by zero"),
        }
    })
    .told("dividend: number, divisor: number -> number", "What a division leaves; it has the sign of the divisor."),
    Builtin::new("sqrt", &[&["number"]], |_, arguments| match arguments.number(0)?.sqrt() {
        Some(root) => Ok(Value::Number(root)),
        None => null("a negative number has no square root"),
    })
    .told("number: number -> number", "The square root."),
    Builtin::new("log", &[&["number"]], |_, arguments| match arguments.number(0)?.ln() {
        Some(logarithm) => Ok(Value::Number(logarithm)),
        None => null("only a number above zero has a logarithm"),
    })
    .told("number: number -> number", "The natural logarithm."),
    Builtin::new("exp", &[&["number"]], |_, arguments| finite(arguments.number(0)?.exp()))
        .told("number: number -> number", "Euler's number to the power of this one."),
    Builtin::new("odd", &[&["number"]], |_, arguments| Ok(Value::Bool(!is_even(arguments)?)))
        .told("number: number -> boolean", "Whether a whole number is odd."),
    Builtin::new("even", &[&["number"]], |_, arguments| Ok(Value::Bool(is_even(arguments)?)))
        .told("number: number -> boolean", "Whether a whole number is even."),
];

fn rounded(arguments: &[Value], rounding: Rounding) -> Result<Value, Fault> {
    let number = arguments.number(0)?;
    let scale = if arguments.len() > 1 { arguments.number(1)?.round(0, Rounding::Down).to_i64() } else { Some(0) };
    match scale.map(i16::try_from) {
        Some(Ok(scale)) if (-6111..=6176).contains(&scale) => Ok(Value::Number(number.round(scale, rounding))),
        _ => null("`scale` has to lie between -6111 and 6176"),
    }
}

fn mode(name: &str) -> Result<Rounding, Fault> {
    Ok(match name.to_ascii_uppercase().as_str() {
        "UP" => Rounding::Up,
        "DOWN" => Rounding::Down,
        "CEILING" => Rounding::Ceiling,
        "FLOOR" => Rounding::Floor,
        "HALF_UP" => Rounding::HalfUp,
        "HALF_DOWN" => Rounding::HalfDown,
        "HALF_EVEN" => Rounding::HalfEven,
        _ => {
            return null("`mode` has to be one of `UP`, `DOWN`, `CEILING`, `FLOOR`, `HALF_UP`, `HALF_DOWN` and `HALF_EVEN`");
        }
    })
}

fn is_even(arguments: &[Value]) -> Result<bool, Fault> {
    let number = arguments.number(0)?;
    if !number.is_integer() {
        return wrong(0, "a whole number", arguments.value(0));
    }
    match number.checked_modulo(Decimal::from(2)) {
        Some(remainder) => Ok(remainder.is_zero()),
        None => null("the number is too large"),
    }
}
