//! FEEL expressions: parse once, evaluate many; exact decimals; the clock is an argument.
