//! FEEL expressions: parse once, evaluate many; exact decimals; the clock is an argument.
//!
//! [`Expression::parse`] turns text into a tree that any number of threads may evaluate at once; [`UnaryTests`] is the form
//! that decision tables use for their cells. Evaluating never fails, never hangs and never panics: what cannot be computed
//! is null, and every such null comes with a [`Warning`] that says why and where. Time and randomness are part of the
//! [`Environment`], so the same evaluation gives the same answer on replay.
//!
//! Source of the language: DMN 1.5 chapter 10, and the FEEL of Camunda 8 where the two differ.

mod asked;
mod ast;
mod builtin;
mod codec;
mod context;
mod declared;
mod environment;
mod error;
mod evaluate;
mod expression;
mod function;
mod host;
mod json;
mod lexer;
mod mode;
mod names;
mod number;
mod parser;
mod range;
mod scope;
mod temporal;
mod unary;
mod value;

pub use asked::Asked;
pub use builtin::{Described, Group, functions};
pub use codec::DecodeError;
pub use context::Context;
pub use declared::{Declared, HostType};
pub use environment::{Budget, Environment};
pub use error::{ParseError, Position, Warning};
pub use expression::{Evaluation, Expression, because};
pub use function::Function;
pub use host::{HostFunction, HostReply};
pub use json::JsonError;
pub use mode::Mode;
pub use range::{Range, RangeForm};
pub use scope::Scope;
pub use temporal::{Date, DateTime, DaysDuration, Region, Time, YearsDuration, Zone, iso_duration};
pub use unary::{Comparison, TestShape, UnaryTests};
pub use value::{Value, place_of, sort};
