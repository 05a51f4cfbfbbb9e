//! Functions that draw from the seed of the environment: the same evaluation draws the same again.

use units::{Decimal, Text};

use super::Builtin;
use crate::Value;

pub(super) const FUNCTIONS: &[Builtin] = &[
    Builtin::new("random number", &[&[]], |call, _| {
        Ok(Value::Number(Decimal::from(call.random()).checked_div(Decimal::from(1i64 << 53)).unwrap_or_default()))
    })
    .told("-> number", "A number from 0 up to, but not including, 1. Each call gives another one."),
    Builtin::new("uuid", &[&[]], |call, _| {
        // three draws of 53 bits fill 128
        let [one, two, three] = [call.random(), call.random(), call.random()].map(u128::from);
        Ok(Value::String(uuid(one | two << 53 | three << 106)))
    })
    .told("-> string", "An identifier of 36 characters as RFC 9562 has them (version 4). Each call gives another one."),
];

/// As RFC 9562, 5.4, has it: four bits are the version, two the variant, the others are random.
fn uuid(random: u128) -> Text {
    let bits = random & !(0xf << 76) & !(0b11 << 62) | 0x4 << 76 | 0b10 << 62;
    let digits = format!("{bits:032x}");
    let mut text = Text::with_capacity(36);
    for (place, digit) in digits.chars().enumerate() {
        if matches!(place, 8 | 12 | 16 | 20) {
            text.push('-');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_tells_its_version_and_variant() {
        assert_eq!(uuid(0), "00000000-0000-4000-8000-000000000000");
        assert_eq!(uuid(u128::MAX), "ffffffff-ffff-4fff-bfff-ffffffffffff");
    }
}
